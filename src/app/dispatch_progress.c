// SPDX-License-Identifier: MIT
/*
 * Work that is due and does not go on: whatever the reason, somebody must look. Each fault that
 * pressd understands has an alarm of its own; this one is for all others, and for a relay's that
 * nobody heard.
 */
#include "dispatch_internal.h"

#include <errno.h>

/*
 * Urgent: twice the longest wait that a setting can ask for (rate = 1), so that no healthy sender
 * is called stuck, and still in time for the telephone. Normal: as long as one last answer may
 * take (RFC 5321 4.5.3.2.6). Routine: nobody is woken at night for what tomorrow mends.
 */
static const int limit_min[RELEASE_CLASSES] = {
        [CLASS_URGENT] = 2, [CLASS_NORMAL] = 10, [CLASS_ROUTINE] = 60};

/* Of one class: letters that could leave now, and those on the wire without an answer. */
static size_t waiting(const struct dispatch *d, enum release_class class)
{
        size_t n = 0;

        for (size_t i = 0; i < d->nwork; i++)
                if (d->work[i]->w.class == class)
                        n += work_ready(d, d->work[i]) + d->work[i]->jobs;
        return n;
}

/* Some wait for another try, by themselves: what held up the last one may still be there. */
static bool comes_again(const struct dispatch *d)
{
        for (size_t i = 0; i < d->nwork && !d->paused_all; i++)
                if (d->work[i]->next_retry)
                        return true;
        return false;
}

static void progress_tell(struct dispatch *d, long long n, int minutes)
{
        struct err e;

        if (lanes_paused(d))
                err_set(&e, -EAGAIN,
                        "Every relay is paused, so %lld letters that are due wait. Whoever paused "
                        "them: pressctl relay list; to go on: pressctl relay resume %s",
                        n, d->lanes->v[0].cfg->name);
        else
                err_set(&e, -EAGAIN,
                        "Nothing has gone on for %d min, though %lld letters are due. Which relay "
                        "works: pressctl relay list; to try one step by step: pressctl relay test",
                        minutes, n);
        dispatch_alarm(d, "progress", &e);
}

void progress_made(struct dispatch *d)
{
        d->progress_at = loop_now(d->loop);
        alarm_clear(d->alarms, "progress");
}

/* With every look at the database: what it says now counts. */
void progress_look(struct dispatch *d)
{
        int64_t now = loop_now(d->loop);
        size_t all = 0;
        int over = 0;

        for (enum release_class c = 0; c < RELEASE_CLASSES; c++) {
                size_t n = d->paused_all || d->stopping ? 0 : waiting(d, c);
                int64_t since;

                if (!n || !d->due_since[c])
                        d->due_since[c] = n ? now : 0;
                since = d->due_since[c] > d->progress_at ? d->due_since[c] : d->progress_at;
                if (n && !over && now - since >= limit_min[c] * INT64_C(60000))
                        over = limit_min[c];
                all += n;
        }
        if (over)
                progress_tell(d, (long long) all, over);
        else if (!all && !comes_again(d))
                alarm_clear(d->alarms, "progress");
}
