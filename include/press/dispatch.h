/*
 * dispatch.h - pressd's heart: claims what is due, sends it, settles it
 *
 * Once a loop turn, ONE transaction: settle the results that came in, set
 * data_at of the letters that got 354, claim for the connections that have
 * room. Only after its commit anything is written to a line, so that
 *  - no body leaves before its data_at is on disk,
 *  - no later body leaves on a line before the outcome ahead of it is committed,
 *  - a crash doubles at most one letter a connection, and the log says which.
 * When the write lock is not free the results are kept and the loop goes on.
 *
 * pressd itself judges approval, `allow` and `grace`, by its own
 * configuration, and recomputes what an approval binds before the first
 * letter; what does not match is paused and an alarm raised.
 */
#ifndef PRESS_DISPATCH_H
#define PRESS_DISPATCH_H

#include "press/err.h"

#include <stdbool.h>

struct config;
struct db;
struct dispatch;
struct loop;

enum dispatch_until {
        DISPATCH_FOREVER,
        DISPATCH_ONCE, /* leave when nothing can be tried now */
        DISPATCH_DRAIN /* leave when nothing is left to try */
};

/* Recovers what a crash left, then works inside the loop. Takes over *cfg. */
int dispatch_open(struct config **cfg, struct db *db, struct loop *loop, enum dispatch_until until,
                  struct dispatch **ret, struct err *e);
void dispatch_close(struct dispatch **d); /* for CLEANUP; accepts NULL */

/* Somebody committed work: look now. */
void dispatch_wake(struct dispatch *d);
/*
 * A new configuration (SIGHUP); open connections finish under the old one. What the answers of a
 * relay taught is kept while its settings stay the same. Takes over *cfg.
 */
void dispatch_reload(struct dispatch *d, struct config **cfg);
/* SIGCHLD: an alarm command ended. */
void dispatch_reap(struct dispatch *d);
/*
 * SIGTERM: no new claims, letters in flight finish, a dot unanswered for 25 s
 * becomes `unknown`; then loop_stop().
 */
void dispatch_stop(struct dispatch *d);

/* After loop_run(): 0, 3 (drain: only a person can go on), 74 (storage failed). */
int dispatch_exit_code(const struct dispatch *d);

#endif
