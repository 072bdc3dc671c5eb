// SPDX-License-Identifier: MIT
#include "dispatch_internal.h"

#include "press/mem.h"

#include <errno.h>
#include <stdlib.h>

#define EXPIRE_TURN 500 /* deliveries expired in one transaction */
#define CANCEL_TURN 500 /* deliveries cancelled in one transaction */

static void work_free(struct work *w)
{
        letter_free(&w->letter);
        release_done(&w->r);
        free(w->parked);
        free(w);
}

void work_free_all(struct dispatch *d)
{
        for (size_t i = 0; i < d->nwork; i++)
                work_free(d->work[i]);
        d->nwork = 0;
}

static const struct retry_policy *policy_of(const struct dispatch *d, const struct work *w)
{
        return &dispatch_config(d)->class[w->w.class];
}

/* The gate's own grace: nobody shortens it by bringing a configuration of their own. */
int64_t work_after_grace(const struct dispatch *d, const struct work *w, int64_t due)
{
        int64_t grace_end = w->r.approved_at + dispatch_config(d)->grace_ms;

        return due > grace_end ? due : grace_end;
}

/* When the release's letters may leave: the Early audience first, if there is one. */
int64_t work_due(const struct dispatch *d, const struct work *w)
{
        int64_t first = w->w.early_at < w->w.due_at ? w->w.early_at : w->w.due_at;

        return work_after_grace(d, w, first);
}

bool work_early_only(const struct dispatch *d, const struct work *w)
{
        return d->now < work_after_grace(d, w, w->w.due_at);
}

static bool work_may_go(const struct dispatch *d, const struct work *w)
{
        return w->gate == GATE_OPEN && d->now >= work_due(d, w);
}

/* Of those that no domain's limit is known to keep. */
static size_t ready_at_once(const struct dispatch *d, const struct work *w)
{
        if (w->dry || !work_may_go(d, w))
                return 0;
        return (size_t) w->w.queued +
               (w->next_retry && w->next_retry <= d->now ? (size_t) w->w.retrying : 0);
}

size_t work_ready(const struct dispatch *d, const struct work *w)
{
        size_t n = ready_at_once(d, w);

        return n || !w->nparked || !work_may_go(d, w) ? n : domains_ready(d, w);
}

size_t work_amount(const struct dispatch *d, size_t most)
{
        size_t n = 0;

        domains_unsee(d);
        for (size_t i = 0; i < d->nwork && n < most; i++) {
                n += ready_at_once(d, d->work[i]);
                if (d->work[i]->nparked && work_may_go(d, d->work[i]))
                        n += domains_ready_once(d, d->work[i]);
        }
        return n < most ? n : most;
}

int64_t work_domains_due(const struct dispatch *d)
{
        int64_t at = INT64_MAX;

        for (size_t i = 0; i < d->nwork && !d->paused_all; i++) {
                const struct work *w = d->work[i];

                if (w->nparked && work_may_go(d, w) && domains_next_due(d, w) < at)
                        at = domains_next_due(d, w);
        }
        return domains_again(d) ? loop_now(d->loop) : at;
}

bool work_over(const struct dispatch *d)
{
        if (d->until == DISPATCH_FOREVER || work_waiting(d))
                return false;
        return d->until == DISPATCH_ONCE || work_domains_due(d) == INT64_MAX;
}

bool work_waiting(const struct dispatch *d)
{
        if (d->paused_all)
                return false;
        for (size_t i = 0; i < d->nwork; i++)
                if (work_ready(d, d->work[i]))
                        return true;
        return false;
}

bool work_waiting_of(const struct dispatch *d, enum release_class class)
{
        for (size_t i = 0; i < d->nwork && !d->paused_all; i++)
                if (d->work[i]->w.class == class && work_ready(d, d->work[i]))
                        return true;
        return false;
}

static int64_t work_end(const struct dispatch *d, const struct work *w)
{
        return retry_end(policy_of(d, w), w->w.due_at, w->w.expires);
}

int64_t work_next_due(const struct dispatch *d)
{
        int64_t at = INT64_MAX;

        for (size_t i = 0; i < d->nwork; i++) {
                const struct work *w = d->work[i];

                if (!w->expired && work_end(d, w) < at)
                        at = work_end(d, w);
                if (w->to_pause)
                        return d->now;
                if (w->gate != GATE_OPEN)
                        continue;
                if (d->now < work_due(d, w) && work_due(d, w) < at)
                        at = work_due(d, w);
                if (work_early_only(d, w) && work_after_grace(d, w, w->w.due_at) < at)
                        at = work_after_grace(d, w, w->w.due_at);
                if (w->next_retry > d->now && w->next_retry < at)
                        at = w->next_retry;
        }
        return at;
}

/* A retry is due of which the last look at the database did not know. */
bool work_retry_came(const struct dispatch *d)
{
        for (size_t i = 0; i < d->nwork; i++) {
                const struct work *w = d->work[i];

                if (w->gate == GATE_OPEN && w->dry && w->next_retry && w->next_retry <= d->now)
                        return true;
        }
        return false;
}

static struct work *work_find(struct dispatch *d, int64_t id)
{
        for (size_t i = 0; i < d->nwork; i++)
                if (d->work[i]->w.id == id)
                        return d->work[i];
        return NULL;
}

/* Forgets releases that have nothing left; a letter nobody needs now gives its memory back. */
static void work_sweep(struct dispatch *d)
{
        size_t kept = 0;

        for (size_t i = 0; i < d->nwork; i++) {
                struct work *w = d->work[i];

                if (!w->listed && !w->jobs) {
                        work_free(w);
                        continue;
                }
                if (!w->jobs && !work_ready(d, w))
                        letter_free(&w->letter);
                d->work[kept++] = w;
        }
        d->nwork = kept;
}

/* What the database says of it now. */
static int work_take(struct dispatch *d, struct work *w, const struct release_work *seen,
                     struct err *e)
{
        int r;

        w->w = *seen;
        w->dry = w->expired = w->judged = false;
        w->next_retry = 0;
        if (w->gate == GATE_SHUT && !w->to_pause)
                w->gate = GATE_NEW; /* resumed, or the pause was not stored: judge it again */
        r = domains_take(d, w, e);
        if (r == 0 && w->w.retrying)
                r = delivery_next_retry(d->db, w->w.id, &w->next_retry, e);
        return r;
}

int work_refresh(struct dispatch *d, struct err *e)
{
        static struct release_work seen[WORK_MAX];
        const struct release_look look = {d->now, dispatch_config(d)->grace_ms, d->looked++};
        struct work *w;
        size_t n = 0;
        int r;

        r = release_paused_all(d->db, &d->paused_all, e);
        if (r == 0)
                r = release_cancel_unfinished(d->db, &d->cancelling, e);
        if (r == 0)
                r = release_work(d->db, &look, seen, WORK_MAX, &n, e);
        if (r < 0)
                return r;
        for (size_t i = 0; i < d->nwork; i++)
                d->work[i]->listed = false;
        for (size_t i = 0; i < n; i++)
                if ((w = work_find(d, seen[i].id)))
                        w->listed = true;
        work_sweep(d); /* before new ones are added: there must be room for what is urgent */
        for (size_t i = 0; i < n && r == 0; i++) {
                w = work_find(d, seen[i].id);
                if (!w && d->nwork == WORK_MAX)
                        continue;
                if (!w)
                        w = d->work[d->nwork++] = mem_zalloc(sizeof(*w));
                w->listed = true;
                r = work_take(d, w, &seen[i], e);
        }
        return r == 0 ? guard_alarms(d, e) : r;
}

/* Whoever cancelled may have died half-way through the deliveries. */
static int cancel_rest(struct dispatch *d, struct tx *tx, struct err *e)
{
        int64_t left = 0;
        int r = 0;

        if (d->cancelling)
                r = release_cancel_rest(tx, d->cancelling, CANCEL_TURN, d->now, &left, e);
        if (r == 0 && !left)
                d->cancelling = 0;
        return r;
}

int work_upkeep(struct dispatch *d, struct tx *tx, struct err *e)
{
        int r = cancel_rest(d, tx, e);

        if (r == 0 && d->time_taken)
                r = delivery_retry_within(tx, d->now, dispatch_config(d)->class, e);
        for (size_t i = 0; i < d->nwork && r == 0; i++) {
                struct work *w = d->work[i];
                int64_t before = d->now - policy_of(d, w)->give_up_ms;
                size_t n = 0;

                if (w->to_pause) {
                        r = guard_pause(d, tx, w->w.id, &w->why, e);
                        w->to_pause = r < 0;
                        r = r < 0 ? r : 0;
                }
                if (r < 0 || w->expired || !w->listed || d->now < work_end(d, w))
                        continue;
                if (w->w.expires && d->now >= w->w.expires)
                        before = INT64_MAX;
                r = delivery_expire(tx, w->w.id, before, d->now, EXPIRE_TURN, &n, e);
                w->expired = n < EXPIRE_TURN;
                d->refresh = true;
        }
        return r;
}
