/*
 * retry.h - when a delivery is tried again, and when its time has run out
 *
 * Source: RFC 5321 4.5.4.1. Steps come from the class; the last one repeats
 * until give_up, which counts from when the delivery was due first.
 */
#ifndef PRESS_RETRY_H
#define PRESS_RETRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RETRY_STEPS_MAX 32

struct retry_policy {
        int64_t step_ms[RETRY_STEPS_MAX];
        size_t nsteps; /* >= 1 */
        int64_t give_up_ms;
        bool retry_unknown; /* false: hold for a person */
        int64_t confirm_ms;
};

/*
 * The wait before the next try, ms: step number `attempt` (1 = after the first
 * try) with up to ±10 % jitter from `random` (any 32 bits).
 */
int64_t retry_delay(const struct retry_policy *p, unsigned attempt, uint32_t random);

/*
 * When a try at `now` failed for now: the moment of the next, or 0 when that
 * would be past the end (`due_first` + give_up, or `expires` if not 0).
 */
int64_t retry_next(const struct retry_policy *p, unsigned attempt, int64_t due_first,
                   int64_t expires, int64_t now, uint32_t random);

/* The moment after which nothing is tried any more. */
int64_t retry_end(const struct retry_policy *p, int64_t due_first, int64_t expires);

#endif
