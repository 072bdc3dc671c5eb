// SPDX-License-Identifier: MIT
/* What happens to deliveries outside a try: recovery, time running out, withdrawal. */
#include "press/delivery.h"

#include "count.h"
#include "delivery_internal.h"
#include "event_internal.h"
#include "press/mem.h"
#include "press/release.h"
#include "release_internal.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

static int load(struct tx *tx, const char *sql, const struct sql_value *v, size_t n,
                struct delivery_list *l, struct err *e)
{
        CLEANUP(sql_close) struct sql *q = NULL;
        int r = sql_open(tx->db, sql, v, n, &q, e);

        return r < 0 ? r : delivery_rows(q, l, e);
}

static int log_end(struct tx *tx, const struct delivery *d, int64_t at, enum delivery_state state,
                   const char *enhanced, const char *note, struct err *e)
{
        const struct event ev = {
                .release_id = d->release_id,
                .delivery_id = d->id,
                .kind = "attempt",
                .attempt = d->attempt,
                .at = at,
                .enhanced = enhanced,
                .reply = d->detail,
                .state = state,
                .note = note,
                .second_copy = state == DELIVERY_UNKNOWN && d->out_at,
        };

        return event_add(tx, &ev, e);
}

/* --- after a crash ------------------------------------------------------------ */

static int class_of(struct tx *tx, int64_t release, enum release_class *ret, struct err *e)
{
        static const char sql[] = "SELECT class FROM release WHERE id = ?1";
        CLEANUP(sql_close) struct sql *q = NULL;
        int r = sql_first(tx->db, sql, SQL_WITH(SQL_INT(release)), &q, e), class;

        if (r < 0)
                return r;
        class = r ? words_find(&release_classes, sql_text(q, 0)) : -1;
        *ret = class < 0 ? CLASS_ROUTINE : (enum release_class) class;
        return 0;
}

/* The letter never left: as if it had not been claimed. */
static int recover_unsent(struct tx *tx, const struct delivery *d, int64_t now, struct err *e)
{
        const struct move m = {
                .id = d->id,
                .release_id = d->release_id,
                .org_kind = d->org_kind,
                .from = DELIVERY_SENDING,
                .to = d->out_at ? DELIVERY_UNKNOWN : DELIVERY_QUEUED,
                .attempt = -1,
                .at = now,
                .due_at = d->out_at ? now : 0,
        };

        return delivery_move(tx, &m, e);
}

static int recover_sent(struct tx *tx, const struct delivery *d, int64_t now,
                        const struct retry_policy *policy, struct err *e)
{
        struct move m = {
                .id = d->id,
                .release_id = d->release_id,
                .org_kind = d->org_kind,
                .from = DELIVERY_SENDING,
                .to = DELIVERY_UNKNOWN,
                .at = now,
        };
        enum release_class class;
        int r = class_of(tx, d->release_id, &class, e);

        if (r < 0)
                return r;
        if (policy[class].retry_unknown)
                m.due_at = now + retry_delay(&policy[class], d->attempt, token_random32());
        r = delivery_move(tx, &m, e);
        return r < 0 ? r
                     : log_end(tx, d, now, DELIVERY_UNKNOWN, "", "press ended before the reply", e);
}

int delivery_recover(struct tx *tx, int64_t now, const struct retry_policy policy[RELEASE_CLASSES],
                     int64_t *ret_queued, int64_t *ret_unknown, struct err *e)
{
        static const char sql[] =
                "SELECT " DELIVERY_COLUMNS " FROM delivery d WHERE d.state = 'sending'";
        CLEANUP(delivery_list_done) struct delivery_list l = {0};
        int64_t queued = 0, unknown = 0;
        int r = load(tx, sql, SQL_NOTHING, &l, e);

        for (size_t i = 0; i < l.n && r >= 0; i++) {
                if (l.v[i].data_at) {
                        r = recover_sent(tx, &l.v[i], now, policy, e);
                        unknown++;
                } else {
                        r = recover_unsent(tx, &l.v[i], now, e);
                        queued++;
                }
        }
        if (r < 0)
                return r;
        *ret_queued = queued;
        *ret_unknown = unknown;
        return 0;
}

int delivery_retry_within(struct tx *tx, int64_t now,
                          const struct retry_policy policy[RELEASE_CLASSES], struct err *e)
{
        static const char sql[] =
                "UPDATE delivery SET due_at = ?2 + due_at % ?3 WHERE due_at > ?2 + ?3"
                " AND state IN ('deferred', 'unknown') AND parked IS NULL AND release_id IN"
                " (SELECT r.id FROM release_count c JOIN release r ON r.id = c.release_id"
                "   WHERE " COUNT_OPEN " AND r.class = ?1)";
        int r = 0;

        for (enum release_class c = CLASS_URGENT; c < RELEASE_CLASSES && r >= 0; c++) {
                int64_t longest = 1;

                for (size_t i = 0; i < policy[c].nsteps; i++)
                        if (policy[c].step_ms[i] > longest)
                                longest = policy[c].step_ms[i];
                longest += longest / 10; /* by chance */
                r = sql_run(tx->db, sql,
                            SQL_WITH(SQL_TEXT(words_name(&release_classes, (int) c)), SQL_INT(now),
                                     SQL_INT(longest)),
                            e);
        }
        return r;
}

/* --- time running out ------------------------------------------------------------- */

#define DUE_FIRST_BEFORE                                                     \
        " AND d.created_at < ?2 AND (d.copy > 0 OR CASE d.early WHEN 1 THEN" \
        " (SELECT early_at FROM release WHERE id = ?1) ELSE"                 \
        " (SELECT due_at FROM release WHERE id = ?1) END < ?2)"

static const char EXPIRED_WAITING_SQL[] =
        "SELECT " DELIVERY_COLUMNS " FROM delivery d WHERE d.release_id = ?1"
        " AND d.state IN ('deferred', 'unknown') AND d.parked IS NULL"
        " AND d.due_at IS NOT NULL" DUE_FIRST_BEFORE " LIMIT ?3";

static const char EXPIRED_QUEUED_SQL[] =
        "SELECT " DELIVERY_COLUMNS " FROM delivery d WHERE d.release_id = ?1"
        " AND d.state = 'queued' AND d.parked IS NULL" DUE_FIRST_BEFORE " LIMIT ?3";

static const char EXPIRED_PARKED_SQL[] =
        "SELECT " DELIVERY_COLUMNS " FROM delivery d WHERE d.release_id = ?1"
        " AND d.parked IS NOT NULL" DUE_FIRST_BEFORE " LIMIT ?3";

static int expire_one(struct tx *tx, const struct delivery *d, int64_t now, struct err *e)
{
        const struct move m = {
                .id = d->id,
                .release_id = d->release_id,
                .org_kind = d->org_kind,
                .from = d->state,
                .to = DELIVERY_EXPIRED,
                .at = now,
        };
        int r = delivery_move(tx, &m, e);

        return r < 0 ? r : log_end(tx, d, now, DELIVERY_EXPIRED, "4.4.7", "time ran out", e);
}

int delivery_expire(struct tx *tx, int64_t release, int64_t due_before, int64_t now, size_t limit,
                    size_t *ret_n, struct err *e)
{
        static const char *const sql[] = {EXPIRED_WAITING_SQL, EXPIRED_QUEUED_SQL,
                                          EXPIRED_PARKED_SQL};
        CLEANUP(delivery_list_done) struct delivery_list l = {0};
        int r = 0;

        for (size_t i = 0; i < COUNT_OF(sql) && r >= 0 && l.n < limit; i++)
                r = load(tx, sql[i],
                         SQL_WITH(SQL_INT(release), SQL_INT(due_before),
                                  SQL_INT((int64_t) (limit - l.n))),
                         &l, e);
        for (size_t i = 0; i < l.n && r >= 0; i++)
                r = expire_one(tx, &l.v[i], now, e);
        if (r < 0)
                return r;
        *ret_n = l.n;
        return 0;
}

/* --- withdrawal ---------------------------------------------------------------------- */

static const char ENDED_SQL[] =
        "SELECT 1 FROM release WHERE id = ?1 AND state IN ('cancelled', 'rejected')";

/* Unknown ones of release `r` that are still to be held: the counts do not tell them apart. */
#define UNKNOWN_OWED                                                                      \
        "(EXISTS (SELECT 1 FROM delivery WHERE release_id = r.id AND parked IS NOT NULL)" \
        " OR EXISTS (SELECT 1 FROM delivery WHERE release_id = r.id"                      \
        "  AND state IN ('deferred', 'unknown') AND parked IS NULL AND due_at IS NOT NULL))"

/* Each row leaves the range that the statement reads, so that no chunk reads those before it. */
static int withdraw_some(struct tx *tx, const char *sql, int64_t id, size_t limit, int64_t at,
                         size_t *ret_n, struct err *e)
{
        CLEANUP(delivery_list_done) struct delivery_list l = {0};
        int r = *ret_n < limit
                        ? load(tx, sql, SQL_WITH(SQL_INT(id), SQL_INT((int64_t) (limit - *ret_n))),
                               &l, e)
                        : 0;

        for (size_t i = 0; i < l.n && r >= 0; i++)
                r = delivery_withdraw(tx, &l.v[i], at, e);
        *ret_n += l.n;
        return r;
}

int release_cancel_rest(struct tx *tx, int64_t id, size_t limit, int64_t at, int64_t *ret_left,
                        struct err *e)
{
#define OF_RELEASE "SELECT " DELIVERY_COLUMNS " FROM delivery d WHERE d.release_id = ?1"
        static const char *const sql[] = {
                OF_RELEASE " AND d.parked IS NOT NULL LIMIT ?2",
                OF_RELEASE " AND d.state IN ('deferred', 'unknown') AND d.parked IS NULL"
                           " AND d.due_at IS NOT NULL LIMIT ?2",
                OF_RELEASE " AND d.state = 'queued' AND d.parked IS NULL LIMIT ?2",
                /* deferred for a person, among unknown ones that stay */
                OF_RELEASE " AND d.state IN ('deferred', 'unknown') AND d.parked IS NULL"
                           " AND d.due_at IS NULL AND d.state = 'deferred' LIMIT ?2",
        };
#undef OF_RELEASE
        static const char left_sql[] =
                "SELECT coalesce(sum(n), 0) +"
                " (SELECT " UNKNOWN_OWED " FROM release r WHERE r.id = ?1)"
                "  FROM release_count WHERE release_id = ?1 AND state IN ('queued', 'deferred')";
        int64_t ended = 0, left = 0;
        size_t n = 0;
        int r;

        r = sql_get_int(tx->db, ENDED_SQL, SQL_WITH(SQL_INT(id)), &ended, e);
        if (r >= 0 && !ended)
                return err_set(e, -EINVAL, "Release %lld was not cancelled. Nothing was changed.",
                               (long long) id);
        for (size_t i = 0; i < COUNT_OF(sql) && r >= 0; i++)
                r = withdraw_some(tx, sql[i], id, limit, at, &n, e);
        if (r >= 0)
                r = count_sync(tx->db, e);
        if (r >= 0)
                r = sql_get_int(tx->db, left_sql, SQL_WITH(SQL_INT(id)), &left, e);
        if (r < 0)
                return r;
        *ret_left = left;
        return 0;
}

int release_cancel_unfinished(struct db *db, int64_t *ret_id, struct err *e)
{
        static const char sql[] = "SELECT r.id FROM release_count c"
                                  "  JOIN release r ON r.id = c.release_id"
                                  " WHERE " COUNT_OPEN " AND c.state <> 'sending'"
                                  "   AND r.state IN ('cancelled', 'rejected')"
                                  "   AND (c.state <> 'unknown' OR " UNKNOWN_OWED ") LIMIT 1";
        int64_t id = 0;
        int r = count_sync(db, e);

        if (r >= 0)
                r = sql_get_int(db, sql, SQL_NOTHING, &id, e);
        if (r < 0)
                return r;
        *ret_id = id;
        return 0;
}
