// SPDX-License-Identifier: MIT
#include "press/retry.h"

#include <assert.h>

int64_t retry_delay(const struct retry_policy *p, unsigned attempt, uint32_t random)
{
        size_t step;
        int64_t ms, spread;

        assert(p->nsteps >= 1 && p->nsteps <= RETRY_STEPS_MAX);
        step = attempt ? attempt - 1 : 0;
        if (step >= p->nsteps)
                step = p->nsteps - 1;
        ms = p->step_ms[step];
        spread = ms / 10;
        /* One of 2 * spread + 1 moments around the step; the modulo's bias is of no account. */
        return ms - spread + (int64_t) (random % ((uint64_t) spread * 2 + 1));
}

int64_t retry_end(const struct retry_policy *p, int64_t due_first, int64_t expires)
{
        int64_t end = due_first + p->give_up_ms;

        return expires && expires < end ? expires : end;
}

int64_t retry_next(const struct retry_policy *p, unsigned attempt, int64_t due_first,
                   int64_t expires, int64_t now, uint32_t random)
{
        int64_t next = now + retry_delay(p, attempt, random);

        return next > retry_end(p, due_first, expires) ? 0 : next;
}
