// SPDX-License-Identifier: MIT
/* When a turn's transaction begins: late enough that one commit serves many replies. */
#include "dispatch_internal.h"

#include <time.h>

#define GAP_NS   100000  /* behind a commit the lock is left alone so long: others want it */
#define LOOKS    4       /* at what came meanwhile */
#define LIMIT_NS 1000000 /* no reply waits longer for others */
#define SOON_MS  10

int64_t gather_clock(void)
{
        struct timespec t;

        clock_gettime(CLOCK_MONOTONIC, &t);
        return (int64_t) t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Lines whose next reply may come in a moment; one that is silent for longer is not waited for. */
static size_t lines_awaited(const struct dispatch *d)
{
        const struct line *l;
        size_t n = 0;

        TAILQ_FOREACH (l, &d->lines, entry)
                n += l->job[0] && !l->job[0]->go && loop_now(d->loop) - l->since < SOON_MS;
        return n;
}

/*
 * While one half of the lines waits for the commit the relay should have the letters of the other
 * half to read: so a turn begins when half of them are here. A relay that answers slowly makes
 * nobody wait longer than half a commit takes. Looks are counted, so that a clock that stands
 * still or jumps holds nothing up.
 */
bool gather_more(struct dispatch *d)
{
        int64_t gone, limit = d->commit_ns / 2 < LIMIT_NS ? d->commit_ns / 2 : LIMIT_NS;

        if (!d->nresult && !d->ngo)
                return false;
        if (!d->rested) {
                d->rested = true;
                gone = gather_clock() - d->committed_at;
                if (gone >= 0 && gone < GAP_NS) {
                        loop_gather(d->loop, GAP_NS - gone);
                        return true;
                }
        }
        if (d->ngo >= lines_awaited(d) || d->looks >= LOOKS || limit < LOOKS)
                return false;
        d->looks++;
        loop_gather(d->loop, limit / LOOKS);
        return true;
}

/* A transaction that began at `began` is on disk. */
void gather_committed(struct dispatch *d, int64_t began)
{
        d->committed_at = gather_clock();
        d->commit_ns += (d->committed_at - began - d->commit_ns) / 8;
        d->rested = false;
        d->looks = 0;
}
