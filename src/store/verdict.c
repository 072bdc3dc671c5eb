// SPDX-License-Identifier: MIT
#include "press/verdict.h"

#include "press/mem.h"
#include "verdict_internal.h"

#include <assert.h>
#include <stdlib.h>

static const char *const names[] = {"invalid",   "mailbox", "policy",
                                    "transient", "unclear", "complaint"};
const struct words verdict_classes = {names, VERDICT_CLASSES};

/* Of two things said of one address in one release the graver stands. */
static int gravity(int class, bool stale)
{
        static const int of[VERDICT_CLASSES] = {
                [VERDICT_TRANSIENT] = 1, [VERDICT_POLICY] = 2,  [VERDICT_UNCLEAR] = 3,
                [VERDICT_MAILBOX] = 4,   [VERDICT_INVALID] = 5, [VERDICT_COMPLAINT] = 6,
        };

        return (stale ? 0 : 10) + (class < 0 ? 0 : of[class]);
}

/* 1 when a row of as much weight stands already. */
static int known(struct tx *tx, const struct verdict_row *v, struct err *e)
{
        static const char sql[] =
                "SELECT class, stale FROM verdict WHERE key = lower(?1) AND release_id = ?2";
        CLEANUP(sql_close) struct sql *q = NULL;
        int r = sql_first(tx->db, sql, SQL_WITH(SQL_TEXT(v->address), SQL_INT(v->release)), &q, e);

        if (r <= 0)
                return r;
        return gravity(words_find(&verdict_classes, sql_text(q, 0)), sql_int(q, 1) != 0) >=
               gravity((int) v->class, v->stale);
}

static int moment_within(struct tx *tx, const struct verdict_row *v, int64_t now, int64_t *ret,
                         struct err *e)
{
        int64_t made = 0;
        int r = sql_get_int(tx->db, "SELECT created_at FROM delivery WHERE id = ?1",
                            SQL_WITH(SQL_INT(v->delivery)), &made, e);

        *ret = v->at > now || v->at <= 0 ? now : v->at;
        if (*ret < made)
                *ret = made < now ? made : now;
        return r < 0 ? r : 0;
}

int verdict_add(struct tx *tx, const struct verdict_row *v, int64_t now, struct err *e)
{
        static const char sql[] =
                "INSERT INTO verdict (key, release_id, address, domain, delivery_id, org_kind, at,"
                "  class, stale, enhanced, reply)"
                " VALUES (lower(?1), ?2, ?1, lower(substr(?1, instr(?1, '@') + 1)), ?3, ?4, ?5,"
                "  ?6, ?7, ?8, ?9)"
                " ON CONFLICT (key, release_id) DO UPDATE SET address = excluded.address,"
                "  delivery_id = excluded.delivery_id, org_kind = excluded.org_kind,"
                "  at = excluded.at, class = excluded.class, stale = excluded.stale,"
                "  enhanced = excluded.enhanced, reply = excluded.reply";
        int64_t at = 0;
        int r;

        assert(v->class >= 0 && v->class < VERDICT_CLASSES);
        r = known(tx, v, e);
        if (r != 0)
                return r < 0 ? r : 0;
        r = moment_within(tx, v, now, &at, e);
        if (r == 0)
                r = sql_run(
                        tx->db, sql,
                        SQL_WITH(SQL_TEXT(v->address), SQL_INT(v->release), SQL_INT(v->delivery),
                                 SQL_TEXT(words_name(&org_kinds, (int) v->org_kind)), SQL_INT(at),
                                 SQL_TEXT(words_name(&verdict_classes, (int) v->class)),
                                 SQL_INT(v->stale), SQL_TEXT(v->enhanced), SQL_TEXT(v->reply)),
                        e);
        return r < 0 ? r : 1;
}

int verdict_forget(struct tx *tx, const char *address, int64_t now, int64_t *ret_n, struct err *e)
{
        static const char sql[] = "UPDATE verdict SET forgotten_at = ?2"
                                  " WHERE key = lower(?1) AND forgotten_at IS NULL";
        int r = sql_run(tx->db, sql, SQL_WITH(SQL_TEXT(address), SQL_INT(now)), e);

        if (r == 0)
                *ret_n = sql_changes(tx->db);
        return r;
}

#define COUNTS                                                      \
        "v.stale = 0 AND v.forgotten_at IS NULL AND NOT EXISTS"     \
        " (SELECT 1 FROM domain_broken b WHERE b.domain = v.domain" \
        "  AND v.at BETWEEN b.from_at AND b.to_at AND v.class = 'invalid')"
#define SUM_OF(what)                                                \
        "COUNT(CASE WHEN " what " THEN 1 END), MIN(CASE WHEN " what \
        " THEN v.at END), MAX(CASE WHEN " what " THEN v.at END)"

#define SUM_INVALID SUM_OF("v.class = 'invalid'")
#define SUM_GONE    SUM_OF("v.class IN ('invalid', 'mailbox')")
#define SUM_ANY     SUM_OF("v.class <> 'policy'")

static struct verdict_count count_at(struct sql *q, int column)
{
        return (struct verdict_count){sql_int(q, column), sql_int(q, column + 1),
                                      sql_int(q, column + 2)};
}

int verdict_sum(struct db *db, const char *address, int64_t since, struct verdict_sum *ret,
                struct err *e)
{
        static const char sql[] =
                "SELECT " SUM_INVALID ", " SUM_GONE ", " SUM_ANY
                " FROM verdict v WHERE v.key = lower(?1) AND v.at > ?2 AND " COUNTS;
        CLEANUP(sql_close) struct sql *q = NULL;
        int r = sql_first(db, sql, SQL_WITH(SQL_TEXT(address), SQL_INT(since)), &q, e);

        if (r < 0)
                return r;
        *ret = (struct verdict_sum){count_at(q, 0), count_at(q, 3), count_at(q, 6)};
        return 0;
}

/*
 * By the present state: where a gateway took the letter and the server behind it sent it back,
 * the delivery is bounced by now, and that gateway's yes proves nothing.
 */
int verdict_alive(struct db *db, const char *address, int64_t *ret, struct err *e)
{
        static const char sql[] = "SELECT COALESCE(MAX(settled_at), 0) FROM delivery"
                                  " WHERE address IN (?1, lower(?1)) AND address <> ''"
                                  " AND state = 'delivered'";
        int r = sql_get_int(db, sql, SQL_WITH(SQL_TEXT(address)), ret, e);

        return r < 0 ? r : 0;
}

int verdict_each(struct db *db, const char *address,
                 void (*fn)(void *ctx, const struct verdict_row *v, bool counts), void *ctx,
                 struct err *e)
{
        static const char sql[] =
                "SELECT v.release_id, v.delivery_id, v.address, v.org_kind, v.class, v.stale,"
                " v.enhanced, v.reply, v.at, " COUNTS " FROM verdict v WHERE v.key = lower(?1)"
                " ORDER BY v.at, v.release_id";
        CLEANUP(sql_close) struct sql *q = NULL;
        int r = sql_open(db, sql, SQL_WITH(SQL_TEXT(address)), &q, e);

        while (r >= 0 && (r = sql_step(q, e)) > 0) {
                int kind = words_find(&org_kinds, sql_text(q, 3));
                int class = words_find(&verdict_classes, sql_text(q, 4));
                const struct verdict_row v = {
                        .release = sql_int(q, 0),
                        .delivery = sql_int(q, 1),
                        .address = sql_text(q, 2),
                        .org_kind = kind < 0 ? ORG_PRESS : (enum org_kind) kind,
                        .class = class < 0 ? VERDICT_UNCLEAR : (enum verdict_class) class,
                        .stale = sql_int(q, 5) != 0,
                        .enhanced = sql_text(q, 6),
                        .reply = sql_text(q, 7),
                        .at = sql_int(q, 8),
                };

                fn(ctx, &v, sql_int(q, 9) != 0);
        }
        return r < 0 ? r : 0;
}

void verdict_keys_done(struct verdict_keys *k)
{
        for (size_t i = 0; i < k->n; i++)
                free(k->v[i]);
        k->n = 0;
}

int verdict_keys_read(struct sql *q, struct verdict_keys *k, struct err *e)
{
        int r;

        while ((r = sql_step(q, e)) > 0) {
                assert(k->n < VERDICT_KEYS);
                k->v[k->n++] = sql_text_dup(q, 0);
        }
        return r;
}

int verdict_doubtful(struct db *db, const char *after, int64_t since, struct verdict_keys *ret,
                     struct err *e)
{
        static const char sql[] = "SELECT DISTINCT v.key FROM verdict v WHERE v.key > ?1"
                                  " AND v.at > ?2 AND v.class <> 'policy' AND v.stale = 0"
                                  " AND v.forgotten_at IS NULL ORDER BY v.key LIMIT ?3";
        CLEANUP(sql_close) struct sql *q = NULL;
        CLEANUP(verdict_keys_done) struct verdict_keys k = {0};
        int r = sql_open(db, sql, SQL_WITH(SQL_TEXT(after), SQL_INT(since), SQL_INT(VERDICT_KEYS)),
                         &q, e);

        if (r >= 0)
                r = verdict_keys_read(q, &k, e);
        if (r < 0)
                return r;
        *ret = k;
        k.n = 0;
        return 0;
}
