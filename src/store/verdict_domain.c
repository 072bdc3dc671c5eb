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

static int get(struct tx *tx, const char *sql, const struct around *w, int64_t limit, int64_t *ret,
               struct err *e)
{
        int r = sql_get_int(
                tx->db, sql,
                SQL_WITH(SQL_TEXT(w->address), SQL_INT(w->from), SQL_INT(w->to), SQL_INT(limit)),
                ret, e);

        return r < 0 ? r : 0;
}

/* How many are said to be dead, and how many others are fine: as many as matter. */
static int count(struct tx *tx, const struct around *w, const struct domain_rule *rule,
                 int64_t *broken, int64_t *fine, struct err *e)
{
        static const char broken_sql[] =
                "SELECT COUNT(*) FROM (SELECT DISTINCT key FROM verdict WHERE " SAID " LIMIT ?4)";
        static const char fine_sql[] =
                "SELECT COUNT(*) FROM (SELECT DISTINCT lower(c.email) FROM contact c"
                " WHERE " CONTACT_C_DOMAIN " = " ADDRESS_DOMAIN " AND c.email <> ''"
                " AND EXISTS (SELECT 1 FROM delivery d"
                "  WHERE d.address = c.email AND d.address <> ''"
                "  AND d.state IN ('relayed', 'delivered') AND d.settled_at BETWEEN ?2 AND ?3)"
                " AND NOT EXISTS (SELECT 1 FROM verdict v WHERE v.key = lower(c.email)"
                "  AND v.class = 'invalid' AND v.at BETWEEN ?2 AND ?3) LIMIT ?4)";
        int r = get(tx, broken_sql, w, (int64_t) rule->limit + 1, broken, e);

        *fine = 0;
        if (r < 0 || *broken < rule->least || *broken > (int64_t) rule->limit || rule->share == 0)
                return r;
        return get(tx, fine_sql, w, *broken * 100 / rule->share - *broken + 1, fine, e);
}

/* Takes the notes that touch this time away, and widens *from..*to by what they covered. */
static int take(struct tx *tx, const struct around *w, bool widen, int64_t *from, int64_t *to,
                int64_t *ret_n, struct err *e)
{
        static const char find[] = "SELECT MIN(from_at), MAX(to_at) FROM domain_broken"
                                   " WHERE domain = " ADDRESS_DOMAIN " AND from_at <= ?3"
                                   " AND to_at >= ?2";
        static const char drop[] = "DELETE FROM domain_broken WHERE domain = " DOMAIN_OF(
                "?1") " AND from_at <= ?3 AND to_at >= ?2";
        const struct sql_value v[] = {SQL_TEXT(w->address), SQL_INT(*from), SQL_INT(*to)};
        CLEANUP(sql_close) struct sql *q = NULL;
        int r = sql_first(tx->db, find, v, 3, &q, e);

        if (r < 0)
                return r;
        if (widen && sql_int(q, 1)) {
                *from = sql_int(q, 0) < *from ? sql_int(q, 0) : *from;
                *to = sql_int(q, 1) > *to ? sql_int(q, 1) : *to;
        }
        sql_close(&q);
        r = sql_run(tx->db, drop, v, 3, e);
        if (r == 0)
                *ret_n = sql_changes(tx->db);
        return r;
}

static int note(struct tx *tx, const struct around *w, int64_t broken, int64_t fine,
                bool *ret_changed, struct err *e)
{
        static const char first_sql[] = "SELECT MIN(at) FROM verdict WHERE " SAID " AND ?4 = 0";
        static const char last_sql[] = "SELECT MAX(at) FROM verdict WHERE " SAID " AND ?4 = 0";
        static const char sql[] =
                "INSERT INTO domain_broken (domain, from_at, to_at, broken, written)"
                " VALUES (" ADDRESS_DOMAIN ", ?2, ?3, ?4, ?5)";
        int64_t from = 0, to = 0, had = 0;
        int r = get(tx, first_sql, w, 0, &from, e);

        if (r == 0)
                r = get(tx, last_sql, w, 0, &to, e);
        if (r == 0)
                r = take(tx, w, true, &from, &to, &had, e);
        if (r == 0)
                r = sql_run(tx->db, sql,
                            SQL_WITH(SQL_TEXT(w->address), SQL_INT(from), SQL_INT(to),
                                     SQL_INT(broken), SQL_INT(broken + fine)),
                            e);
        *ret_changed = true; /* a note that grew takes in verdicts that counted before */
        return r;
}

int verdict_domain(struct tx *tx, const char *address, int64_t at, const struct domain_rule *rule,
                   bool *ret_changed, struct err *e)
{
        const struct around w = around(address, at);
        int64_t broken = 0, fine = 0, from = at, to = at, had = 0;
        int r = count(tx, &w, rule, &broken, &fine, e);

        *ret_changed = false;
        if (r < 0 || broken > (int64_t) rule->limit)
                return r;
        if (broken >= rule->least && broken * 100 > rule->share * (broken + fine))
                return note(tx, &w, broken, fine, ret_changed, e);
        r = take(tx, &w, false, &from, &to, &had, e);
        *ret_changed = r == 0 && had > 0;
        return r;
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
                " AND stale = 0 AND forgotten_at IS NULL GROUP BY domain"
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
