// SPDX-License-Identifier: MIT
#include "dispatch_internal.h"

#include "press/token.h"

/* From when give_up counts: this recipient's moment, or when a resend was asked for. */
static int64_t due_first(const struct work *w, const struct delivery *d)
{
        int64_t due = d->early ? w->w.early_at : w->w.due_at;

        return d->created_at > due ? d->created_at : due;
}

/* A temporary failure: again later, or its time has run out (R41: the last reply is kept). */
static void settle_later(struct settle *s, const struct work *w, const struct delivery *d,
                         const struct retry_policy *p, enum delivery_state state)
{
        s->due_at =
                retry_next(p, d->attempt, due_first(w, d), w->w.expires, s->at, token_random32());
        s->state = s->due_at ? state : DELIVERY_EXPIRED;
}

/*
 * Trouble of the relay, of TLS or of our login: nobody is blamed and no attempt
 * is used up. The lane's own back-off decides when a line is tried again, so
 * the delivery is due at once.
 */
static void settle_relay(struct settle *s, const struct work *w, const struct delivery *d,
                         const struct retry_policy *p)
{
        int64_t end = retry_end(p, due_first(w, d), w->w.expires);

        s->attempt_used = false;
        s->due_at = s->at;
        s->state = s->at >= end ? DELIVERY_EXPIRED : DELIVERY_DEFERRED;
}

static void settle_state(struct settle *s, const struct work *w, const struct delivery *d,
                         const struct retry_policy *p, enum verdict v)
{
        switch (v) {
        case VERDICT_RELAYED: s->state = DELIVERY_RELAYED; return;
        case VERDICT_REFUSED: s->state = DELIVERY_REFUSED; return;
        case VERDICT_DEFERRED: settle_later(s, w, d, p, DELIVERY_DEFERRED); return;
        case VERDICT_RELAY: settle_relay(s, w, d, p); return;
        case VERDICT_UNKNOWN:
                s->state = DELIVERY_UNKNOWN; /* held: due_at 0, a person decides */
                if (p->retry_unknown)
                        settle_later(s, w, d, p, DELIVERY_UNKNOWN);
                return;
        case VERDICT_NOT_TRIED:
                s->state = d->attempt > 1 ? DELIVERY_DEFERRED : DELIVERY_QUEUED;
                s->due_at = s->at;
                s->attempt_used = s->log = false;
                return;
        }
}

/* The turn is woken for it, not by chance of the next look. */
static void note_retry(struct work *w, const struct settle *s)
{
        if (!delivery_state_final(s->state) && s->due_at &&
            (!w->next_retry || s->due_at < w->next_retry))
                w->next_retry = s->due_at;
}

int result_settle(struct dispatch *d, struct tx *tx, const struct result *r, struct err *e)
{
        const struct job *j = r->job;
        const struct retry_policy *p = &dispatch_config(d)->class[j->work->w.class];
        struct settle s = {
                .id = j->d.id,
                .release_id = j->d.release_id,
                .org_kind = j->d.org_kind,
                .attempt = j->d.attempt,
                .attempt_used = true,
                .log = true,
                .at = d->now,
                .relay = r->relay,
                .peer = r->info.peer,
                .tls = r->info.tls,
                .ms = r->ms,
                .outcome = r->outcome,
        };
        int n;

        s.second_copy = j->d.out_at && r->outcome.stage == STAGE_DOT;
        settle_state(&s, j->work, &j->d, p, r->outcome.verdict);
        note_retry(j->work, &s);
        n = delivery_settle(tx, &s, e);
        return n < 0 ? n : guard_count(d, tx, j, s.state, &r->outcome.reply, e);
}
