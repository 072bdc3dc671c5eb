// SPDX-License-Identifier: MIT
/* A domain at fault told from dead people; and what the relays' refusals add. */
#include "press/verdict.h"

#include "book_internal.h"
#include "press/clock.h"
#include "press/mem.h"
#include "verdict_internal.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

/* Called dead around then: neither stale nor forgotten. */
#define SAID                                                                         \
        "domain = " ADDRESS_DOMAIN " AND class = 'invalid' AND at BETWEEN ?2 AND ?3" \
        " AND stale = 0 AND forgotten_at IS NULL"

struct around {
        const char *address;
        int64_t from, to;
};

static struct around around(const char *address, int64_t at)
{
        return (struct around){address, at - CLOCK_DAY, at + CLOCK_DAY};
}

static int get(struct db *db, const char *sql, const struct around *w, int64_t limit, int64_t *ret,
               struct err *e)
{
        int r = sql_get_int(
                db, sql,
                SQL_WITH(SQL_TEXT(w->address), SQL_INT(w->from), SQL_INT(w->to), SQL_INT(limit)),
                ret, e);

        return r < 0 ? r : 0;
}

/* 1 when the domain has more contacts than that. */
static int larger(struct db *db, const struct around *w, int64_t limit, struct err *e)
{
        static const char sql[] =
                "SELECT COUNT(*) FROM (SELECT 1 FROM contact c WHERE " CONTACT_C_DOMAIN
                " = " ADDRESS_DOMAIN " AND c.email <> '' LIMIT ?2)";
        int64_t n = 0;
        int r = sql_get_int(db, sql, SQL_WITH(SQL_TEXT(w->address), SQL_INT(limit + 1)), &n, e);

        return r < 0 ? r : n > limit;
}

/* Others at the domain who took a letter then: as many as matter. */
static int count_fine(struct db *db, const struct around *w, int64_t enough, int64_t *ret,
                      struct err *e)
{
        static const char sql[] =
                "SELECT COUNT(*) FROM (SELECT DISTINCT lower(c.email) FROM contact c"
                " WHERE " CONTACT_C_DOMAIN " = " ADDRESS_DOMAIN " AND c.email <> ''"
                " AND EXISTS (SELECT 1 FROM delivery d WHERE d.address = c.email"
                "  AND d.address <> ''"
                "  AND d.state IN ('relayed', 'delivered') AND d.settled_at BETWEEN ?2 AND ?3)"
                " AND NOT EXISTS (SELECT 1 FROM verdict v WHERE v.key = lower(c.email)"
                "  AND v.class = 'invalid' AND v.at BETWEEN ?2 AND ?3) LIMIT ?4)";

        return get(db, sql, w, enough, ret, e);
}

static int extent(struct db *db, const struct around *w, struct domain_look *l, struct err *e)
{
        static const char first[] = "SELECT MIN(at) FROM verdict WHERE " SAID " AND ?4 = 0";
        static const char last[] = "SELECT MAX(at) FROM verdict WHERE " SAID " AND ?4 = 0";
        int r = get(db, first, w, 0, &l->from_at, e);

        return r < 0 ? r : get(db, last, w, 0, &l->to_at, e);
}

int verdict_domain_look(struct db *db, const char *address, int64_t at,
                        const struct domain_rule *rule, struct domain_look *ret, struct err *e)
{
        static const char sql[] =
                "SELECT COUNT(*) FROM (SELECT DISTINCT key FROM verdict WHERE " SAID " LIMIT ?4)";
        const struct around w = around(address, at);
        struct domain_look l = {.result = DOMAIN_FINE, .from_at = at, .to_at = at};
        int64_t fine = 0;
        int r = get(db, sql, &w, (int64_t) rule->limit + 1, &l.broken, e);

        if (r == 0 && l.broken >= rule->least) {
                r = larger(db, &w, (int64_t) rule->scan, e);
                if (r > 0 || l.broken > (int64_t) rule->limit)
                        l.result = DOMAIN_TOO_LARGE;
                else if (r == 0 && rule->share)
                        r = count_fine(db, &w, l.broken * 100 / rule->share - l.broken + 1, &fine,
                                       e);
                if (r >= 0 && l.result == DOMAIN_FINE &&
                    l.broken * 100 > rule->share * (l.broken + fine))
                        l.result = DOMAIN_BROKEN;
        }
        if (r >= 0 && l.result == DOMAIN_BROKEN)
                r = extent(db, &w, &l, e);
        if (r < 0)
                return r;
        l.written = l.broken + fine;
        *ret = l;
        return 0;
}

/* The notes that touch this time. */
#define TOUCHED                                                             \
        "domain_broken WHERE domain = " ADDRESS_DOMAIN " AND from_at <= ?3" \
        " AND to_at >= ?2"

int verdict_domain_note(struct tx *tx, const char *address, const struct domain_look *l,
                        bool *ret_changed, struct err *e)
{
        static const char find[] = "SELECT COUNT(*), MIN(from_at), MAX(to_at) FROM " TOUCHED;
        static const char drop[] = "DELETE FROM " TOUCHED;
        static const char insert[] =
                "INSERT INTO domain_broken (domain, from_at, to_at, broken, written)"
                " VALUES (" ADDRESS_DOMAIN ", ?2, ?3, ?4, ?5)";
        const struct sql_value v[] = {SQL_TEXT(address), SQL_INT(l->from_at), SQL_INT(l->to_at)};
        CLEANUP(sql_close) struct sql *q = NULL;
        int64_t n, from, to;
        int r;

        *ret_changed = false;
        if (l->result == DOMAIN_TOO_LARGE)
                return 0;
        r = sql_first(tx->db, find, v, 3, &q, e);
        if (r < 0)
                return r;
        n = sql_int(q, 0);
        from = n && sql_int(q, 1) < l->from_at ? sql_int(q, 1) : l->from_at;
        to = n && sql_int(q, 2) > l->to_at ? sql_int(q, 2) : l->to_at;
        *ret_changed = l->result == DOMAIN_FINE
                               ? n > 0
                               : n != 1 || sql_int(q, 1) > l->from_at || sql_int(q, 2) < l->to_at;
        sql_close(&q);
        r = n ? sql_run(tx->db, drop, v, 3, e) : 0;
        if (r < 0 || l->result == DOMAIN_FINE)
                return r;
        return sql_run(tx->db, insert,
                       SQL_WITH(SQL_TEXT(address), SQL_INT(from), SQL_INT(to), SQL_INT(l->broken),
                                SQL_INT(l->written)),
                       e);
}

int verdict_neighbours(struct db *db, const char *address, int64_t at, const char *after,
                       struct verdict_keys *ret, struct err *e)
{
        static const char sql[] = "SELECT DISTINCT key FROM verdict WHERE " SAID
                                  " AND key > ?4 ORDER BY key LIMIT ?5";
        const struct around w = around(address, at);
        CLEANUP(verdict_keys_done) struct verdict_keys k = {0};
        CLEANUP(sql_close) struct sql *q = NULL;
        int r = sql_open(db, sql,
                         SQL_WITH(SQL_TEXT(address), SQL_INT(w.from), SQL_INT(w.to),
                                  SQL_TEXT(after), SQL_INT(VERDICT_KEYS)),
                         &q, e);

        if (r >= 0)
                r = verdict_keys_read(q, &k, e);
        if (r < 0)
                return r;
        *ret = k;
        k.n = 0;
        return 0;
}

int verdict_domains(struct db *db, int64_t since, struct domain_broken *v, int max, struct err *e)
{
        static const char sql[] = "SELECT domain, from_at, to_at, broken, written"
                                  " FROM domain_broken WHERE to_at > ?1"
                                  " ORDER BY to_at DESC, domain LIMIT ?2";
        CLEANUP(sql_close) struct sql *q = NULL;
        int r = sql_open(db, sql, SQL_WITH(SQL_INT(since), SQL_INT(max)), &q, e), n = 0;

        while (r >= 0 && (r = sql_step(q, e)) > 0) {
                snprintf(v[n].domain, sizeof(v[n].domain), "%s", sql_text(q, 0));
                v[n].from_at = sql_int(q, 1);
                v[n].to_at = sql_int(q, 2);
                v[n].broken = sql_int(q, 3);
                v[n].written = sql_int(q, 4);
                n++;
        }
        return r < 0 ? r : n;
}

struct due {
        char *address;
        int64_t at;
};
struct dues {
        struct due v[VERDICT_KEYS];
        size_t n;
};

static void dues_done(struct dues *d)
{
        for (size_t i = 0; i < d->n; i++)
                free(d->v[i].address);
}

int verdict_domains_due(struct db *db, int64_t since, int least,
                        int (*fn)(void *ctx, const char *address, int64_t at), void *ctx,
                        struct err *e)
{
        static const char sql[] =
                "SELECT MAX(address), MAX(at) FROM verdict WHERE at > ?1 AND class = 'invalid'"
                " AND stale = 0 AND forgotten_at IS NULL GROUP BY +domain"
                " HAVING COUNT(DISTINCT key) >= ?2 OR domain IN (SELECT domain FROM domain_broken)"
                " ORDER BY MAX(at) DESC LIMIT ?3";
        CLEANUP(dues_done) struct dues d = {0};
        int r;
        {
                CLEANUP(sql_close) struct sql *q = NULL;

                r = sql_open(db, sql,
                             SQL_WITH(SQL_INT(since), SQL_INT(least), SQL_INT(VERDICT_KEYS)), &q,
                             e);
                while (r >= 0 && (r = sql_step(q, e)) > 0)
                        d.v[d.n++] = (struct due){sql_text_dup(q, 0), sql_int(q, 1)};
        }
        for (size_t i = 0; i < d.n && r == 0; i++)
                r = fn(ctx, d.v[i].address, d.v[i].at);
        return r;
}
