// SPDX-License-Identifier: MIT
/* When a turn's transaction begins: late enough that one commit serves many replies. */
#include "dispatch_internal.h"

#include <time.h>

#define GAP_NS   100000  /* behind a commit the lock is left alone so long: others want it */
#define LOOK_NS  40000   /* what came meanwhile is looked at so often */
#define LIMIT_NS 1000000 /* no reply waits longer for others */

int64_t gather_clock(void)
{
        struct timespec t;

        clock_gettime(CLOCK_MONOTONIC, &t);
        return (int64_t) t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Lines from which the next reply is still to come. */
static size_t lines_awaited(const struct dispatch *d)
{
        const struct line *l;
        size_t n = 0;

        TAILQ_FOREACH(l, &d->lines, entry)
        n += l->job[0] && !l->job[0]->go;
        return n;
}

/*
 * While one half of the lines waits for the commit the relay should have the letters of the other
 * half to read: so a turn begins when half of them are here. A relay that answers slowly makes
 * nobody wait longer than half a commit takes.
 */
bool gather_more(struct dispatch *d)
{
        int64_t now, limit = d->commit_ns / 2;

        if (!d->nresult && !d->ngo)
                return false;
        now = gather_clock();
        if (!d->gather_since)
                d->gather_since = now;
        if (now - d->committed_at < GAP_NS) {
                loop_gather(d->loop, GAP_NS - (now - d->committed_at));
                return true;
        }
        if (d->ngo >= lines_awaited(d) ||
            now - d->gather_since >= (limit < LIMIT_NS ? limit : LIMIT_NS))
                return false;
        loop_gather(d->loop, LOOK_NS);
        return true;
}

/* A transaction that began at `began` is on disk. */
void gather_committed(struct dispatch *d, int64_t began)
{
        d->committed_at = gather_clock();
        d->gather_since = 0;
        d->commit_ns += (d->committed_at - began - d->commit_ns) / 8;
}
