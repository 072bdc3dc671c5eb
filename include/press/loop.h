/*
 * loop.h - one epoll loop: descriptors, one timer wheel's worth of timers, signals
 *
 * Single-threaded. Callbacks run inside loop_run() and must not block. After
 * all ready descriptors and timers of one wait were served, the `turn`
 * callback runs once: that is where a program commits what the turn brought
 * (persist before you answer, as a group).
 * Errors: negative errno with the reason.
 */
#ifndef PRESS_LOOP_H
#define PRESS_LOOP_H

#include "press/err.h"

#include <stdbool.h>
#include <stdint.h>

struct loop;

#define LOOP_READ  1u
#define LOOP_WRITE 2u

/* `events`: LOOP_READ|LOOP_WRITE that are ready; errors and hang-ups show as both. */
typedef void loop_fd_fn(void *ctx, int fd, unsigned events);
typedef void loop_fn(void *ctx);
typedef void loop_signal_fn(void *ctx, int signo);

int loop_open(struct loop **ret, struct err *e);
void loop_close(struct loop **l); /* for CLEANUP; accepts NULL */

/* Watches fd; calling again changes events or callback. events 0 keeps it registered, silent. */
int loop_watch(struct loop *l, int fd, unsigned events, loop_fd_fn *fn, void *ctx);
void loop_unwatch(struct loop *l, int fd); /* before the fd is closed; inside callbacks too */

struct loop_timer { /* caller's storage, zeroed; must outlive its time or be stopped */
        int64_t at; /* monotonic ms; 0 = not set */
        loop_fn *fn;
        void *ctx;
        unsigned slot; /* place in the heap, loop's own */
};
/* Sets or moves the timer to monotonic time `at`. */
void loop_timer_set(struct loop *l, struct loop_timer *t, int64_t at, loop_fn *fn, void *ctx);
void loop_timer_stop(struct loop *l, struct loop_timer *t);

/* Blocks the signals and delivers them as callbacks (signalfd). `signals` ends with 0. */
int loop_signals(struct loop *l, const int *signals, loop_signal_fn *fn, void *ctx, struct err *e);

void loop_on_turn(struct loop *l, loop_fn *fn, void *ctx);
/* Runs behind `turn`: net writes there what its commit released. One; fn NULL takes it away. */
void loop_after_turn(struct loop *l, loop_fn *fn, void *ctx);

/*
 * The next turn comes after `ns` (under a second), not at the next event: what comes in meanwhile
 * is served in one. For once; call it inside a callback.
 */
void loop_gather(struct loop *l, int64_t ns);

/* Monotonic ms at the start of this turn. */
int64_t loop_now(const struct loop *l);

/* Runs until loop_stop(). */
int loop_run(struct loop *l, struct err *e);
void loop_stop(struct loop *l);

#endif
