// SPDX-License-Identifier: MIT
#include "press/unconfirmed.h"

#include "press/config.h"
#include "press/moment.h"

#include <stdio.h>

struct reading {
        int64_t now;
        struct unconfirmed *u;
};

static int look(void *ctx, const struct person *p)
{
        struct reading *x = ctx;
        int64_t until = p->settled_at + x->u->confirm_ms;

        if (p->state != DELIVERY_RELAYED || until <= x->now)
                return 0;
        x->u->pending[p->org_kind]++;
        if (until > x->u->until)
                x->u->until = until;
        return 0;
}

/* Of very many: all have time left while the latest of them may have. */
static int by_latest(struct db *db, const struct release *r, const struct tally *by_kind,
                     int64_t now, struct unconfirmed *u, struct err *e)
{
        int64_t latest = 0;
        int rc = person_latest_event(db, r->id, &latest, e);

        if (rc < 0 || latest + u->confirm_ms <= now)
                return rc;
        u->until = latest + u->confirm_ms;
        for (int k = 0; k < ORG_KINDS; k++)
                u->pending[k] = by_kind[k].state[DELIVERY_RELAYED];
        return 0;
}

int unconfirmed_read(struct db *db, const struct config *cfg, const struct release *r,
                     const struct tally by_kind[ORG_KINDS], int64_t now, struct unconfirmed *ret,
                     struct err *e)
{
        struct unconfirmed u = {.confirm_ms = cfg->class[r->class].confirm_ms};
        struct reading x = {.now = now, .u = &u};
        struct tally all;
        int rc = 0;

        tally_sum(by_kind, &all);
        if (all.state[DELIVERY_RELAYED])
                rc = r->recipients <= UNCONFIRMED_EXACT ? person_each(db, r->id, look, &x, e)
                                                        : by_latest(db, r, by_kind, now, &u, e);
        if (rc == 0 && all.state[DELIVERY_RELAYED] > unconfirmed_pending(&u))
                rc = person_silent_relays(db, r->id, u.relay, UNCONFIRMED_RELAYS, &u.nrelay, e);
        if (rc == 0)
                *ret = u;
        return rc;
}

int64_t unconfirmed_pending(const struct unconfirmed *u)
{
        int64_t n = 0;

        for (int k = 0; k < ORG_KINDS; k++)
                n += u->pending[k];
        return n;
}

const char *unconfirmed_title(const struct unconfirmed *u, bool pending, enum lang lang,
                              char out[UNCONFIRMED_TEXT_MAX])
{
        const char *title = delivery_state_title(DELIVERY_RELAYED, lang);
        char when[MOMENT_MAX];

        if (pending)
                snprintf(out, UNCONFIRMED_TEXT_MAX,
                         msg_fmt(lang, "%s (confirmation may still come until %s)"), title,
                         moment_show(u->until, lang, when));
        else
                snprintf(out, UNCONFIRMED_TEXT_MAX, msg_fmt(lang, "%s: nothing heard for over %s"),
                         title, duration_show(u->confirm_ms, lang, when));
        return out;
}

void unconfirmed_say(const struct unconfirmed *u, enum lang lang,
                     void (*say)(void *ctx, const char *sentence), void *ctx)
{
        for (size_t i = 0; i < u->nrelay; i++) {
                char text[UNCONFIRMED_TEXT_MAX];

                snprintf(text, sizeof(text),
                         msg_fmt(lang,
                                 "Relay “%s” has never told what became of a letter, neither by "
                                 "receipts nor by its log: what it took cannot be confirmed. Ask "
                                 "its administrator for receipts (DSN), or give press its log "
                                 "(report relay-log)"),
                         u->relay[i]);
                say(ctx, text);
        }
}
