// SPDX-License-Identifier: MIT
#include "press/doubt.h"

#include "press/clock.h"
#include "press/mem.h"
#include "press/suppress.h"

#include <stdlib.h>
#include <string.h>

#define LAPSES_SOON  (14 * CLOCK_DAY)
#define TROUBLE_KEPT (30 * CLOCK_DAY)
#define DOMAINS_MAX  100

static const char *const kind_names[] = {"mandatory", "complaint", "stopped",
                                         "address",   "lapsing",   "domain"};
const struct words doubt_kinds = {kind_names, DOUBT_KINDS};

static void doubt_done(struct doubt *d)
{
        free(d->address);
        free(d->class);
        free(d->enhanced);
        free(d->reply);
        contact_done(&d->contact);
}

void doubt_list_done(struct doubt_list *l)
{
        for (size_t i = 0; i < l->n; i++)
                doubt_done(&l->v[i]);
        free(l->v);
        *l = (struct doubt_list){0};
}

struct search {
        struct db *db;
        const struct config *c;
        int64_t now;
        struct doubt_list l;
        struct err *e;
};

static void search_done(struct search *s)
{
        doubt_list_done(&s->l);
}

static struct doubt *add(struct search *s, enum doubt_kind kind, const char *address)
{
        struct doubt *d;

        if (s->l.n % 64 == 0)
                s->l.v = mem_realloc(s->l.v, s->l.n + 64, sizeof(*s->l.v));
        d = &s->l.v[s->l.n++];
        *d = (struct doubt){.kind = kind, .address = mem_strdup(address)};
        return d;
}

/* --- what was said ------------------------------------------------------------------- */

static void keep_last(void *ctx, const struct verdict_row *v, bool counts)
{
        struct doubt *d = ctx;

        if (!counts || v->class == VERDICT_POLICY || v->at < d->first_at)
                return;
        free(d->class);
        free(d->enhanced);
        free(d->reply);
        d->class = mem_strdup(words_name(&verdict_classes, (int) v->class));
        d->enhanced = mem_strdup(v->enhanced);
        d->reply = mem_strdup(v->reply);
}

/* `at`: as of when the evidence is weighed. */
static int fill(struct search *s, struct doubt *d, int64_t at)
{
        CLEANUP(contact_list_done) struct contact_list l = {0};
        struct suppress_weight w = {0};
        int r = suppress_weigh(s->db, s->c, d->address, at, s->now, &w, s->e);

        d->reports = w.sum.any.n;
        d->first_at = w.sum.any.first_at;
        d->last_at = w.sum.any.last_at;
        d->alive_at = w.alive_at;
        if (r == 0 && d->reports)
                r = verdict_each(s->db, d->address, keep_last, d, s->e);
        if (r == 0)
                r = contact_at(s->db, d->address, s->now, &l, s->e);
        d->class = d->class ? d->class : mem_strdup("");
        d->enhanced = d->enhanced ? d->enhanced : mem_strdup("");
        d->reply = d->reply ? d->reply : mem_strdup("");
        if (r == 0 && l.n)
                d->contact = contact_copy(&l.v[0]);
        return r;
}

static void drop(struct search *s)
{
        doubt_done(&s->l.v[--s->l.n]);
}

/* --- where they are found ------------------------------------------------------------ */

static int one_address(struct search *s, const char *key)
{
        CLEANUP(suppression_done) struct suppression row = {0};
        struct doubt *d;
        int r = suppression_get(s->db, key, s->now, &row, s->e);

        if (r != 0) /* in force or raised: suppressions() has it */
                return r < 0 ? r : 0;
        d = add(s, DOUBT_ADDRESS, key);
        r = fill(s, d, s->now);
        if (!d->contact.id || d->reports == 0) /* not in the book any more, or fine again */
                drop(s);
        return r;
}

static int addresses(struct search *s)
{
        CLEANUP(mem_free) char *after = mem_strdup("");

        for (;;) {
                CLEANUP(verdict_keys_done) struct verdict_keys k = {0};
                int r = verdict_doubtful(s->db, after, s->now - s->c->suppress.expire_ms, &k, s->e);

                for (size_t i = 0; i < k.n && r == 0; i++)
                        r = one_address(s, k.v[i]);
                if (r < 0 || k.n < VERDICT_KEYS)
                        return r;
                mem_free(&after);
                after = mem_strdup(k.v[k.n - 1]);
        }
}

/* DOUBT_KINDS: nothing to look at. */
static enum doubt_kind kind_of(const struct search *s, const struct suppression *row,
                               bool mandatory)
{
        if (row->raised)
                return row->reason == REASON_STOP_LIST ? DOUBT_COMPLAINT : DOUBT_MANDATORY;
        if (row->reason == REASON_STOP_LIST)
                return mandatory ? DOUBT_STOPPED : DOUBT_KINDS;
        return row->expires_at && row->expires_at < s->now + LAPSES_SOON ? DOUBT_LAPSING
                                                                         : DOUBT_KINDS;
}

static int one_suppression(struct search *s, const struct suppression *row)
{
        bool asks = !row->raised && row->reason == REASON_STOP_LIST;
        int mandatory = asks ? suppress_mandatory(s->db, row->address, s->now, s->e) : 0;
        enum doubt_kind kind = kind_of(s, row, mandatory > 0);
        struct doubt *d;
        int r;

        if (mandatory < 0 || kind == DOUBT_KINDS)
                return mandatory < 0 ? mandatory : 0;
        d = add(s, kind, row->address);
        d->expires_at = row->expires_at;
        r = fill(s, d, kind == DOUBT_COMPLAINT ? s->now : row->since);
        if (!d->contact.id)
                drop(s);
        return r;
}

static int suppressions(struct search *s)
{
        CLEANUP(suppression_list_done) struct suppression_list l = {0};
        int r = suppression_list(s->db, "", s->now, &l, s->e);

        for (size_t i = 0; i < l.n && r == 0; i++)
                r = one_suppression(s, &l.v[i]);
        return r;
}

static int domains(struct search *s)
{
        CLEANUP(mem_free)
        struct domain_broken *v = mem_alloc(DOMAINS_MAX * sizeof(*v));
        int n = verdict_domains(s->db, s->now - TROUBLE_KEPT, v, DOMAINS_MAX, s->e);

        for (int i = 0; i < n; i++) {
                struct doubt *d = add(s, DOUBT_DOMAIN, v[i].domain);

                d->first_at = v[i].from_at;
                d->last_at = v[i].to_at;
                d->broken = v[i].broken;
                d->written = v[i].written;
                d->class = mem_strdup("");
                d->enhanced = mem_strdup("");
                d->reply = mem_strdup("");
        }
        return n < 0 ? n : 0;
}

/* --- in order ------------------------------------------------------------------------ */

static int priority(const struct doubt *d)
{
        return d->contact.id ? d->contact.priority : 10;
}

static int by_priority(const void *a, const void *b)
{
        const struct doubt *x = a, *y = b;

        if (priority(x) != priority(y))
                return priority(x) < priority(y) ? -1 : 1;
        if (x->kind != y->kind)
                return x->kind < y->kind ? -1 : 1;
        if (x->reports != y->reports)
                return x->reports > y->reports ? -1 : 1;
        return strcmp(x->address, y->address);
}

int doubt_find(struct db *db, const struct config *c, int64_t now, struct doubt_list *ret,
               struct err *e)
{
        CLEANUP(search_done) struct search s = {.db = db, .c = c, .now = now, .e = e};
        int r = suppressions(&s);

        if (r == 0)
                r = addresses(&s);
        if (r == 0)
                r = domains(&s);
        if (r < 0)
                return r;
        if (s.l.n)
                qsort(s.l.v, s.l.n, sizeof(*s.l.v), by_priority);
        *ret = s.l;
        s.l = (struct doubt_list){0};
        return 0;
}

int doubt_mandatory(struct db *db, int64_t now, int64_t *ret, struct err *e)
{
        CLEANUP(suppression_list_done) struct suppression_list l = {0};
        int64_t n = 0;
        int r = suppression_list(db, "", now, &l, e);

        for (size_t i = 0; i < l.n && r == 0; i++) {
                CLEANUP(contact_list_done) struct contact_list at = {0};
                bool mandatory = false;

                r = contact_at(db, l.v[i].address, now, &at, e);
                for (size_t k = 0; k < at.n; k++)
                        mandatory = mandatory || at.v[k].org_kind != ORG_PRESS;
                n += mandatory && (l.v[i].raised || l.v[i].reason == REASON_STOP_LIST);
        }
        if (r == 0)
                *ret = n;
        return r;
}
