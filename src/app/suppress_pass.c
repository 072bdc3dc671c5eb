// SPDX-License-Identifier: MIT
#include "press/suppress.h"

#include "press/clock.h"
#include "press/mem.h"

#include <errno.h>
#include <string.h>

#define DOMAIN_WHOLE 1000000 /* addresses of one domain */
#define CHUNK        50      /* addresses judged in one transaction */

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

/* One transaction; the addresses said to be dead around then, a page of them. */
static int judge_page(const struct pass *p, const struct verdict_keys *k)
{
        for (size_t i = 0; i < k->n; i += CHUNK) {
                CLEANUP(tx_done) struct tx tx = {0};
                int r = tx_begin(&tx, p->db, DB_WAIT_MS, p->e);

                for (size_t n = i; r == 0 && n < k->n && n < i + CHUNK; n++)
                        r = suppress_judge(&tx, p->c, k->v[n], p->now, p->e);
                if (r == 0)
                        r = tx_commit(&tx, p->e);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int judge_all(const struct pass *p, const char *address, int64_t at)
{
        CLEANUP(mem_free) char *after = mem_strdup("");

        for (;;) {
                CLEANUP(verdict_keys_done) struct verdict_keys k = {0};
                int r = verdict_neighbours(p->db, address, at, after, &k, p->e);

                if (r == 0)
                        r = judge_page(p, &k);
                if (r < 0 || k.n < VERDICT_KEYS)
                        return r;
                mem_free(&after);
                after = mem_strdup(k.v[k.n - 1]);
        }
}

/* Looked at without the lock, however large it is. */
static int domain(void *ctx, const char *address, int64_t at)
{
        const struct pass *p = ctx;
        const struct domain_rule rule = {p->c->suppress.domain_least, p->c->suppress.domain_share,
                                         DOMAIN_WHOLE, DOMAIN_WHOLE};
        CLEANUP(tx_done) struct tx tx = {0};
        struct domain_look look;
        bool changed = false;
        int r = verdict_domain_look(p->db, address, at, &rule, &look, p->e);

        if (r == 0)
                r = tx_begin(&tx, p->db, DB_WAIT_MS, p->e);
        if (r == 0)
                r = verdict_domain_note(&tx, address, &look, &changed, p->e);
        if (r == 0)
                r = tx_commit(&tx, p->e);
        return r == 0 && changed ? judge_all(p, address, at) : r;
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
