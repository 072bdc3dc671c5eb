// SPDX-License-Identifier: MIT
/* What pressd asks at every turn: which releases have something to send. */
#include "press/release.h"

#include "count.h"
#include "press/mem.h"
#include "release_internal.h"
#include "sql.h"

/*
 * More releases may be open than pressd takes at once, most of them scheduled or waiting for a
 * retry. Stage 0 could send now; of stage 1 all letters wait for the limit of a domain, and only
 * pressd knows whether it has room; stage 2 comes later. The first two are served by class, but
 * an eighth of the places is each class's of each stage, and these move on with every look: so
 * nobody who could send is hidden for good by others, however many they are.
 */
#define NEVER "9223372036854775807"

static const char WORK_SQL[] =
        "WITH o AS (SELECT r.id, r.class, r.due_at, r.early_at, r.expires, r.approved_at,"
        "       sum(CASE WHEN c.state = 'queued' THEN c.n ELSE 0 END) AS queued,"
        "       sum(CASE WHEN c.state IN ('deferred', 'unknown') THEN c.n ELSE 0 END) AS retrying,"
        "       EXISTS (SELECT 1 FROM delivery d WHERE d.release_id = r.id"
        "        AND d.parked IS NOT NULL) AS parked"
        "  FROM release_count c CROSS JOIN release r ON r.id = c.release_id" /* c first: few */
        " WHERE " COUNT_OPEN " AND c.state <> 'sending' AND " RELEASE_ACTIVE
        " GROUP BY r.id, r.class, r.due_at, r.early_at, r.expires, r.approved_at),"
        " f AS (SELECT o.*,"
        "  CASE class WHEN 'urgent' THEN 0 WHEN 'normal' THEN 1 ELSE 2 END AS rank,"
        "  min(CASE WHEN queued = 0 OR parked AND NOT EXISTS (SELECT 1 FROM delivery d"
        "        WHERE d.release_id = o.id AND d.state = 'queued' AND d.parked IS NULL)"
        "       THEN " NEVER /* also below: nothing that comes by itself */
        "       WHEN early_at < due_at AND EXISTS (SELECT 1 FROM delivery d"
        "        WHERE d.release_id = o.id AND d.state = 'queued' AND d.parked IS NULL"
        "         AND d.early = 1) THEN max(early_at, approved_at + ?3)"
        "       ELSE max(due_at, approved_at + ?3) END,"
        "      coalesce((SELECT min(d.due_at) FROM delivery d WHERE d.release_id = o.id"
        "        AND d.state IN ('deferred', 'unknown') AND d.parked IS NULL"
        "        AND d.due_at IS NOT NULL), " NEVER ")) AS free_at FROM o),"
        " s AS (SELECT f.*,"
        "  CASE WHEN free_at <= ?2 THEN 0 WHEN parked THEN 1 ELSE 2 END AS stage FROM f),"
        " p AS (SELECT s.*,"
        "  row_number() OVER (PARTITION BY stage, rank ORDER BY id) - 1 AS nth,"
        "  count(*) OVER (PARTITION BY stage, rank) AS n FROM s),"
        " q AS (SELECT p.*, CASE stage WHEN 2 THEN free_at ELSE rank END AS first,"
        "  (nth + n - ?4 * (?1 / 8 + 1) % n) % n AS place FROM p)"
        "SELECT id, class, due_at, early_at, expires, queued, retrying, parked"
        " FROM (SELECT * FROM q ORDER BY stage = 2 OR place > ?1 / 8, stage, first,"
        "        CASE stage WHEN 2 THEN id ELSE place END LIMIT ?1) w"
        " ORDER BY stage, first, id";

int release_work(struct db *db, const struct release_look *look, struct release_work *v, size_t max,
                 size_t *ret_n, struct err *e)
{
        CLEANUP(sql_close) struct sql *q = NULL;
        size_t n = 0;
        int r = count_sync(db, e);

        if (r >= 0)
                r = sql_open(db, WORK_SQL,
                             SQL_WITH(SQL_INT((int64_t) max), SQL_INT(look->now),
                                      SQL_INT(look->grace_ms), SQL_INT(look->nth)),
                             &q, e);
        if (r < 0)
                return r;
        while ((r = sql_step(q, e)) > 0 && n < max) {
                int class = words_find(&release_classes, sql_text(q, 1));

                v[n++] = (struct release_work){
                        .id = sql_int(q, 0),
                        .class = class < 0 ? CLASS_ROUTINE : (enum release_class) class,
                        .due_at = sql_int(q, 2),
                        .early_at = sql_int(q, 3),
                        .expires = sql_int(q, 4),
                        .queued = sql_int(q, 5),
                        .retrying = sql_int(q, 6),
                        .parked = sql_int(q, 7) != 0,
                };
        }
        if (r < 0)
                return r;
        *ret_n = n;
        return 0;
}

int release_open(struct db *db, int64_t *ret_to_try, int64_t *ret_for_person, struct err *e)
{
        /* What is on the wire ends by itself, also in a paused or cancelled release. */
        static const char open_sql[] =
                "SELECT coalesce(sum(CASE WHEN c.state = 'sending' OR (" RELEASE_ACTIVE ")"
                "                         THEN c.n ELSE 0 END), 0),"
                "       coalesce(sum(CASE WHEN c.state <> 'sending' AND NOT (" RELEASE_ACTIVE ")"
                "                          AND r.state IN ('proposed', 'approved', 'sending')"
                "                         THEN c.n ELSE 0 END), 0)"
                "  FROM release_count c JOIN release r ON r.id = c.release_id WHERE " COUNT_OPEN;
        static const char held_sql[] =
                "SELECT count(*) FROM release_count c JOIN release r ON r.id = c.release_id"
                "  JOIN delivery d ON d.release_id = c.release_id"
                " WHERE " COUNT_OPEN " AND c.state = 'unknown' AND " RELEASE_ACTIVE
                "   AND d.org_kind = c.org_kind AND d.state IN ('deferred', 'unknown')"
                "   AND d.parked IS NULL AND d.due_at IS NULL";
        CLEANUP(sql_close) struct sql *q = NULL;
        int64_t held = 0;
        int r = count_sync(db, e);

        if (r >= 0)
                r = sql_get_int(db, held_sql, SQL_NOTHING, &held, e);
        if (r >= 0)
                r = sql_first(db, open_sql, SQL_NOTHING, &q, e);
        if (r < 0)
                return r;
        *ret_to_try = sql_int(q, 0) - held;
        *ret_for_person = sql_int(q, 1) + held;
        return 0;
}

int release_sending(struct tx *tx, int64_t id, struct err *e)
{
        static const char sql[] =
                "UPDATE release SET state = 'sending' WHERE id = ?1 AND state = 'approved'";

        return sql_run(tx->db, sql, SQL_WITH(SQL_INT(id)), e);
}

int release_paused_all(struct db *db, bool *ret, struct err *e)
{
        static const char sql[] = "SELECT " PAUSED_ALL;
        int64_t paused = 0;
        int r = sql_get_int(db, sql, SQL_NOTHING, &paused, e);

        if (r < 0)
                return r;
        *ret = paused != 0;
        return 0;
}

int release_paused_all_by(struct db *db, char **ret, struct err *e)
{
        static const char sql[] = "SELECT value FROM setting WHERE name = 'pause_all'";
        CLEANUP(sql_close) struct sql *q = NULL;
        int r = sql_first(db, sql, SQL_NOTHING, &q, e);

        if (r < 0)
                return r;
        *ret = r > 0 ? mem_strdup(sql_text(q, 0)) : NULL;
        return 0;
}
