// SPDX-License-Identifier: MIT
/* One try of a delivery: claimed, its text on the way, settled. Committed by the hundred. */
#include "press/delivery.h"

#include "delivery_internal.h"
#include "event_internal.h"
#include "press/mem.h"
#include "release_internal.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* --- claiming --------------------------------------------------------------- */

static const char MAY_CLAIM_SQL[] = "SELECT 1 FROM release r WHERE r.id = ?1 AND " RELEASE_ACTIVE
                                    " AND CASE ?3 WHEN 1 THEN r.early_at ELSE r.due_at END <= ?2";

static const char RETRY_SQL[] =
        "SELECT " DELIVERY_COLUMNS " FROM delivery d WHERE d.release_id = ?1"
        " AND d.state IN ('deferred', 'unknown') AND d.parked IS NULL AND d.due_at <= ?2"
        " AND d.early >= ?3 ORDER BY d.due_at LIMIT ?4";

static const char QUEUED_SQL[] =
        "SELECT " DELIVERY_COLUMNS " FROM delivery d WHERE d.release_id = ?1"
        " AND d.state = 'queued' AND d.parked IS NULL AND d.early >= ?2"
        " ORDER BY d.early DESC, d.order_key LIMIT ?3";

static const char PARKED_SQL[] =
        "SELECT " DELIVERY_COLUMNS " FROM delivery d WHERE d.release_id = ?1"
        " AND d.parked = ?2 AND d.early >= ?3 ORDER BY d.early DESC, d.order_key LIMIT ?4";

/* The row in memory follows the one on disk. */
static int claim_one(struct tx *tx, struct delivery *d, bool parked, struct err *e)
{
        const struct move m = {
                .id = d->id,
                .release_id = d->release_id,
                .org_kind = d->org_kind,
                .from = d->state,
                .to = DELIVERY_SENDING,
                .attempt = 1,
                .forget_data = true,
                .not_parked = !parked,
        };
        int r = delivery_move(tx, &m, e);

        if (r < 0)
                return r;
        d->state = DELIVERY_SENDING;
        d->reason = REASON_NONE;
        d->attempt++;
        d->due_at = d->data_at = d->settled_at = 0;
        return 0;
}

static int park_one(struct tx *tx, int64_t id, const char *domain, struct err *e)
{
        static const char sql[] = "UPDATE delivery SET parked = ?2 WHERE id = ?1";

        return sql_run(tx->db, sql, SQL_WITH(SQL_INT(id), SQL_TEXT(domain)), e);
}

/* Claims what the statement finds, or parks it. */
static int claim_rows(struct tx *tx, const char *sql, const struct sql_value *v, size_t n,
                      struct parking *p, struct delivery_list *list, struct err *e)
{
        size_t kept = list->n;
        CLEANUP(sql_close) struct sql *q = NULL;
        int r = sql_open(tx->db, sql, v, n, &q, e);

        if (r >= 0)
                r = delivery_rows(q, list, e); /* all of them before the first is moved */
        sql_close(&q);
        for (size_t i = kept; i < list->n; i++) {
                struct delivery *d = &list->v[i];
                const char *full = r >= 0 && p ? p->full(p->ctx, d->address) : NULL;

                if (full) {
                        r = park_one(tx, d->id, full, e);
                        p->parked++;
                        delivery_done(d);
                        continue;
                }
                if (r >= 0)
                        r = claim_one(tx, d, sql == PARKED_SQL, e);
                if (kept != i)
                        list->v[kept] = *d;
                kept++;
        }
        list->n = kept;
        return r;
}

/* Again while rows were parked instead of claimed; the last value is the number of rows. */
static int claim_from(struct tx *tx, const char *sql, struct sql_value *v, size_t n, size_t limit,
                      struct parking *p, struct delivery_list *list, struct err *e)
{
        while (list->n < limit) {
                size_t had = list->n, parked = p ? p->parked : 0, ask = limit - had;
                int r;

                v[n - 1] = SQL_INT((int64_t) ask);
                r = claim_rows(tx, sql, v, n, p, list, e);
                if (r < 0)
                        return r;
                parked = p ? p->parked - parked : 0;
                if (!parked || list->n - had + parked < ask)
                        return 0;
                if (p->parked >= p->most) {
                        p->more = true;
                        return 0;
                }
        }
        return 0;
}

static void append(struct delivery_list *to, struct delivery_list *from)
{
        if (!from->n)
                return;
        to->v = mem_realloc(to->v, to->n + from->n, sizeof(*to->v));
        memcpy(to->v + to->n, from->v, from->n * sizeof(*to->v));
        to->n += from->n;
        from->n = 0; /* the strings have moved */
}

static int may_claim(struct tx *tx, int64_t release, int64_t now, bool early_only, struct err *e)
{
        int64_t may = 0;

        assert(tx->write);
        return sql_get_int(tx->db, MAY_CLAIM_SQL,
                           SQL_WITH(SQL_INT(release), SQL_INT(now), SQL_INT(early_only)), &may, e);
}

int delivery_claim(struct tx *tx, int64_t release, int64_t now, size_t limit, bool early_only,
                   struct parking *p, struct delivery_list *list, struct err *e)
{
        CLEANUP(delivery_list_done) struct delivery_list got = {0};
        struct sql_value retry[] = {SQL_INT(release), SQL_INT(now), SQL_INT(early_only),
                                    SQL_INT(0)};
        struct sql_value queued[] = {SQL_INT(release), SQL_INT(early_only), SQL_INT(0)};
        int r;

        assert(limit >= 1 && limit <= DELIVERY_CLAIM_MAX);
        r = may_claim(tx, release, now, early_only, e);
        if (r <= 0)
                return r;
        r = claim_from(tx, RETRY_SQL, retry, COUNT_OF(retry), limit, p, &got, e);
        if (r >= 0)
                r = claim_from(tx, QUEUED_SQL, queued, COUNT_OF(queued), limit, p, &got, e);
        if (r < 0)
                return r;
        append(list, &got);
        return 0;
}

int delivery_claim_parked(struct tx *tx, int64_t release, const char *domain, int64_t now,
                          size_t limit, bool early_only, struct delivery_list *list, struct err *e)
{
        CLEANUP(delivery_list_done) struct delivery_list got = {0};
        int r;

        assert(limit >= 1 && limit <= DELIVERY_CLAIM_MAX);
        r = may_claim(tx, release, now, early_only, e);
        if (r <= 0)
                return r;
        r = claim_rows(tx, PARKED_SQL,
                       SQL_WITH(SQL_INT(release), SQL_TEXT(domain), SQL_INT(early_only),
                                SQL_INT((int64_t) limit)),
                       NULL, &got, e);
        if (r < 0)
                return r;
        append(list, &got);
        return 0;
}

int delivery_data(struct tx *tx, int64_t id, int64_t now, struct err *e)
{
        static const char sql[] =
                "UPDATE delivery SET data_at = ?2 WHERE id = ?1 AND state = 'sending'";
        int r = sql_run(tx->db, sql, SQL_WITH(SQL_INT(id), SQL_INT(now)), e);

        if (r < 0)
                return r;
        if (sql_changes(tx->db) != 1)
                return err_set(e, -EINVAL,
                               "Delivery %lld is no longer in state %s. Nothing was "
                               "changed.",
                               (long long) id, "sending");
        return 0;
}

/* --- settling ------------------------------------------------------------------ */

/*
 * What waits again: in a release that was cancelled meanwhile nothing does,
 * and while an earlier try may have arrived the outcome stays unknown.
 */
static int settle_waiting(struct tx *tx, const struct settle *s, struct move *m, struct err *e)
{
        static const char sql[] =
                "SELECT r.state IN ('cancelled', 'rejected'), d.out_at"
                " FROM delivery d JOIN release r ON r.id = d.release_id WHERE d.id = ?1";
        CLEANUP(sql_close) struct sql *q = NULL;
        bool ended, out;
        int r = sql_first(tx->db, sql, SQL_WITH(SQL_INT(s->id)), &q, e);

        if (r <= 0)
                return r; /* no such delivery: delivery_move() says so */
        ended = sql_int(q, 0) != 0;
        out = s->state == DELIVERY_UNKNOWN || sql_int(q, 1) != 0;
        if (out)
                m->to = DELIVERY_UNKNOWN;
        else if (ended)
                m->to = DELIVERY_CANCELLED;
        if (ended)
                m->due_at = 0;
        else if (out && s->state == DELIVERY_QUEUED && !m->due_at)
                m->due_at = s->at;
        return 0;
}

/* "550 5.1.1 User unknown": the other side's own words. */
static char *reply_line(const struct reply *reply)
{
        return reply->code ? mem_printf("%d %s", reply->code, reply->text)
                           : mem_strdup(reply->text);
}

static int settle_log(struct tx *tx, const struct settle *s, enum delivery_state state,
                      struct err *e)
{
        const struct event ev = {
                .release_id = s->release_id,
                .delivery_id = s->id,
                .kind = "attempt",
                .attempt = s->attempt,
                .at = s->at,
                .ms = s->ms,
                .code = s->outcome.reply.code,
                .relay = s->relay,
                .peer = s->peer,
                .stage = stage_name(s->outcome.stage),
                .enhanced = s->outcome.reply.enhanced,
                .reply = s->outcome.reply.text,
                .tls = s->tls,
                .state = state,
                .second_copy = s->second_copy,
        };

        return event_add(tx, &ev, e);
}

int delivery_settle(struct tx *tx, const struct settle *s, struct err *e)
{
        CLEANUP(mem_free) char *detail = s->log ? reply_line(&s->outcome.reply) : NULL;
        struct move m = {
                .id = s->id,
                .release_id = s->release_id,
                .org_kind = s->org_kind,
                .from = DELIVERY_SENDING,
                .to = s->state,
                .reason = s->reason,
                .in_attempt = s->attempt,
                .attempt = s->attempt_used ? 0 : -1,
                .at = s->at,
                .due_at = s->due_at,
                .detail = detail,
        };
        int r = 0;

        assert(s->state != DELIVERY_SENDING && s->attempt > 0);
        if (!delivery_state_final(s->state))
                r = settle_waiting(tx, s, &m, e);
        if (r >= 0)
                r = delivery_move(tx, &m, e);
        if (r >= 0 && s->log)
                r = settle_log(tx, s, m.to, e);
        return r < 0 ? r : 0;
}
