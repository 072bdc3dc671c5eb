/*
 * fault.h - what is wrong at this moment, as pressd and press-inbox last said
 *
 * pressd writes its raised alarms here, so that doctor, explain and the
 * console can tell "relay main does not answer since 10:22" without asking
 * pressd. Its rows are replaced as a whole and emptied at its start. Those of
 * press-inbox have keys of their own, set and cleared one by one. What is wrong is kept as
 * err.h has it, so that each reader gets it in his own language: said_fault() of press/said.h.
 */
#ifndef PRESS_FAULT_H
#define PRESS_FAULT_H

#include "press/db.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FAULT_KEY_MAX   96
#define FAULT_MSGID_MAX 512
#define FAULT_FENCE     "fence" /* an older database was put back (fence.h) */

struct fault {
        char key[FAULT_KEY_MAX]; /* "relay main", "clock", "release 41" */
        int64_t since;           /* ms UTC */
        char msgid[FAULT_MSGID_MAX];
        unsigned nargs;
        char arg[ERR_ARGS][ERR_ARG_BYTES];
};

#define FAULTS_MAX 256

/* Begun at `since` for the reason that `why` has; its place is left out. */
void fault_make(struct fault *f, const char *key, int64_t since, const struct err *why);
/* The reason again; ret->msgid borrows from f. */
void fault_why(const struct fault *f, struct err *ret);

/* The keys of what concerns one release, one relay. */
void fault_release_key(int64_t release, char out[FAULT_KEY_MAX]);
void fault_relay_key(const char *relay, char out[FAULT_KEY_MAX]);
/* The release that a key names, 0 = none. */
int64_t fault_release(const char *key);

/* The key of a mailbox's trouble; press-inbox's own. */
void fault_inbox_key(const char *inbox, char out[FAULT_KEY_MAX]);
bool fault_is_inbox(const char *key);
/* Adds one, or gives it another reason; `since` of one that is there stays. */
int fault_set(struct tx *tx, const struct fault *f, struct err *e);
/* All of press-inbox, or the one of `inbox`. */
int fault_clear_inbox(struct tx *tx, const char *inbox, struct err *e);

/* Replaces all rows but press-inbox's by these; of these its are passed over. */
int fault_replace(struct tx *tx, const struct fault *v, size_t n, struct err *e);

/* The oldest first, at most `max`. */
int fault_list(struct db *db, struct fault *v, size_t max, size_t *ret_n, struct err *e);

#endif
