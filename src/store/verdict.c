// SPDX-License-Identifier: MIT
#include "press/verdict.h"

#include "press/mem.h"
#include "sql.h"

#include <assert.h>

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
