// SPDX-License-Identifier: MIT
#include "press/suppress.h"

#include "press/clock.h"
#include "press/mem.h"

#include <errno.h>
#include <string.h>

#define DOMAIN_WHOLE 5000 /* addresses of one domain said to be dead within a day */

struct pass {
        struct db *db;
        const struct config *c;
        int64_t now;
        struct err *e;
};

/* --- the relays' own words ----------------------------------------------------------- */

/* One refusal a transaction: they are few, and others go between. */
static int refusal(void *ctx, const struct verdict_refusal *f)
{
        const struct pass *p = ctx;
        CLEANUP(tx_done) struct tx tx = {0};
        const struct evidence ev = {
                .release = f->release,
                .delivery = f->delivery,
                .address = f->address,
                .org_kind = f->org_kind,
                .class = report_reply_class((int) f->code, f->enhanced, f->reply),
                .enhanced = f->enhanced,
                .reply = f->reply,
                .at = f->at,
        };
        int r = tx_begin(&tx, p->db, DB_WAIT_MS, p->e);

        if (r == 0)
                r = suppress_evidence(&tx, p->c, &ev, p->now, p->e);
        if (r == 0)
                r = verdict_refusals_seen(&tx, f->event, p->e);
        return r < 0 ? r : tx_commit(&tx, p->e);
}

static int refusals(struct pass *p)
{
        for (;;) {
                CLEANUP(tx_done) struct tx tx = {0};
                int64_t last = 0;
                int r = verdict_refusals(p->db, refusal, p, &last, p->e);

                if (r < 0 || last == 0)
                        return r;
                r = tx_begin(&tx, p->db, DB_WAIT_MS, p->e);
                if (r == 0)
                        r = verdict_refusals_seen(&tx, last, p->e);
                if (r == 0)
                        r = tx_commit(&tx, p->e);
                if (r < 0)
                        return r;
        }
}

/* --- domains ------------------------------------------------------------------------- */

static int domain(void *ctx, const char *address, int64_t at)
{
        const struct pass *p = ctx;
        CLEANUP(tx_done) struct tx tx = {0};
        int r = tx_begin(&tx, p->db, DB_WAIT_MS, p->e);

        if (r == 0)
                r = suppress_domain(&tx, p->c, address, at, DOMAIN_WHOLE, p->now, p->e);
        return r < 0 ? r : tx_commit(&tx, p->e);
}

/* --- what lives again ---------------------------------------------------------------- */

static int again(const struct pass *p, const struct suppression *s)
{
        CLEANUP(tx_done) struct tx tx = {0};
        struct suppress_weight w;
        int r;

        if (s->reason != REASON_DEAD_ADDRESS || strcmp(s->by, SUPPRESSION_PRESS) != 0)
                return 0;
        r = suppress_weigh(p->db, p->c, s->address, s->since, p->now, &w, p->e);
        if (r < 0 || w.dead)
                return r;
        r = tx_begin(&tx, p->db, DB_WAIT_MS, p->e);
        if (r == 0)
                r = suppress_judge(&tx, p->c, s->address, p->now, p->e);
        return r < 0 ? r : tx_commit(&tx, p->e);
}

static int alive(const struct pass *p)
{
        CLEANUP(suppression_list_done) struct suppression_list l = {0};
        int r = suppression_list(p->db, "", p->now, &l, p->e);

        for (size_t i = 0; i < l.n && r == 0; i++)
                r = again(p, &l.v[i]);
        return r;
}

int suppress_pass(struct db *db, const struct config *c, int64_t now, struct err *e)
{
        struct pass p = {db, c, now, e};
        int r = refusals(&p);

        if (r == 0)
                r = verdict_domains_due(db, now - 2 * CLOCK_DAY, c->suppress.domain_least, domain,
                                        &p, e);
        return r == 0 ? alive(&p) : r;
}
