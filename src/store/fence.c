// SPDX-License-Identifier: MIT
#include "press/fence.h"

#include "delivery_internal.h"
#include "event_internal.h"
#include "press/event.h"
#include "press/mem.h"
#include "press/witness.h"
#include "release_internal.h"

#include <assert.h>

/* A commit may have been the last without its record: a minute is more than that takes. */
#define MARGIN_MS 60000

/* ?1: the moment until which something may have been sent, 0 = not known; ?2: fence.last. */
#define MAY_HAVE_SENT "r.id <= ?2 AND (?1 = 0 OR min(r.early_at, r.due_at) <= ?1)"

static int64_t until(const struct fence *f)
{
        return f->sent_at && !f->moved ? f->sent_at + MARGIN_MS : 0;
}

int fence_read(struct db *db, struct fence *ret, struct err *e)
{
        static const char sql[] =
                "SELECT fence_at, fence_sent_at, fence_moved, fence_last FROM meta";
        CLEANUP(sql_close) struct sql *q = NULL;
        int r = sql_first(db, sql, SQL_NOTHING, &q, e);

        if (r < 0)
                return r;
        *ret = (struct fence){
                .at = sql_int(q, 0),
                .sent_at = sql_int(q, 1),
                .moved = sql_int(q, 2) != 0,
                .last = sql_int(q, 3),
        };
        return 0;
}

int fence_needed(struct db *db, const struct witness_found *found, int64_t now, struct fence *ret,
                 struct err *e)
{
        const struct fence f = {
                .at = now,
                .sent_at = found->sent_at,
                .moved = found->moved,
                .last = INT64_MAX,
        };
        int64_t n = 0;
        int r = 0;

        if (!found->older && !found->moved && found->gone)
                r = fence_each(db, &f, NULL, NULL, &n, e);
        if (r < 0 || (!found->older && !found->moved && !n))
                return r;
        *ret = f;
        return 1;
}

int fence_look(struct db *db, int64_t now, struct fence *ret, struct err *e)
{
        struct witness_found found;
        int r = fence_read(db, ret, e);

        if (r < 0 || ret->at || db_sender_runs(db))
                return r;
        r = witness_look(db, &found, e);
        if (r == 0)
                r = fence_needed(db, &found, now, ret, e);
        ret->ahead = r > 0;
        return r < 0 ? r : 0;
}

int fence_raise(struct tx *tx, const struct fence *f, struct err *e)
{
        static const char sql[] =
                "UPDATE meta SET fence_at = ?1, fence_sent_at = ?2, fence_moved = ?3,"
                " fence_last = (SELECT coalesce(max(id), 0) FROM release)";
        int r;

        assert(f->at);
        r = sql_run(tx->db, sql, SQL_WITH(SQL_INT(f->at), SQL_INT(f->sent_at), SQL_INT(f->moved)),
                    e);
        return r < 0 ? r
                     : audit_add(tx, f->at, 0, "pressd", "fence up", 0,
                                 f->moved     ? "another machine"
                                 : f->sent_at ? "an older database"
                                              : "no record beside the database",
                                 e);
}

int fence_each(struct db *db, const struct fence *f,
               int (*fn)(void *ctx, const struct fence_release *r), void *ctx, int64_t *ret_n,
               struct err *e)
{
        static const char sql[] =
                "SELECT r.id, r.number, r.title, r.state = 'proposed', sum(c.n)"
                "  FROM release r JOIN release_count c ON c.release_id = r.id WHERE " COUNT_OPEN
                "   AND (r.state = 'proposed' AND r.id <= ?2"
                "        AND (?1 = 0 OR max(r.at, r.embargo) <= ?1)"
                "    OR r.state IN ('approved', 'sending') AND " MAY_HAVE_SENT ")"
                " GROUP BY r.id, r.number, r.title, r.state ORDER BY r.id";
        CLEANUP(sql_close) struct sql *q = NULL;
        int64_t n = 0;
        int r = sql_open(db, sql, SQL_WITH(SQL_INT(until(f)), SQL_INT(f->last)), &q, e);

        if (r < 0)
                return r;
        while ((r = sql_step(q, e)) > 0) {
                const struct fence_release one = {
                        .id = sql_int(q, 0),
                        .number = sql_text(q, 1),
                        .title = sql_text(q, 2),
                        .proposed = sql_int(q, 3) != 0,
                        .n = sql_int(q, 4),
                };

                n += one.proposed ? 0 : one.n;
                if (fn && fn(ctx, &one))
                        break;
        }
        if (r < 0)
                return r;
        *ret_n = n;
        return 0;
}

/* --- the decision --------------------------------------------------------------------- */

static int next_release(struct db *db, const struct fence *f, struct fence_walk *w, struct err *e)
{
        static const char sql[] =
                "SELECT min(r.id) FROM release r JOIN release_count c ON c.release_id = r.id"
                " WHERE r.id > ?3 AND r.state IN ('approved', 'sending') AND " COUNT_OPEN
                " AND " MAY_HAVE_SENT;
        int64_t id = 0;
        int r = sql_get_int(db, sql,
                            SQL_WITH(SQL_INT(until(f)), SQL_INT(f->last), SQL_INT(w->release)), &id,
                            e);

        if (r < 0)
                return r;
        w->release = id;
        w->delivery = 0;
        w->end = id == 0;
        return 0;
}

static int decide_one(struct tx *tx, const struct delivery *d, bool again, int64_t now,
                      struct fence_walk *w, struct err *e)
{
        const struct event ev = {
                .release_id = d->release_id,
                .delivery_id = d->id,
                .kind = "attempt",
                .attempt = d->attempt,
                .at = now,
                .reply = d->detail,
                .state = DELIVERY_UNKNOWN,
                .note = "an older database was put back: it may have been sent before",
        };
        const struct move m = {
                .id = d->id,
                .release_id = d->release_id,
                .org_kind = d->org_kind,
                .from = d->state,
                .to = DELIVERY_UNKNOWN,
                .at = now,
                .due_at = again ? now : 0,
        };
        int r;

        /* A held one waits for its own decision; one decided by an interrupted call is done. */
        if (d->state != DELIVERY_QUEUED && d->state != DELIVERY_DEFERRED &&
            (d->state != DELIVERY_UNKNOWN || !d->due_at))
                return 0;
        r = delivery_move(tx, &m, e);
        if (r == 0)
                r = event_add(tx, &ev, e);
        w->n += r == 0;
        return r;
}

int fence_decide(struct tx *tx, const struct fence *f, struct fence_walk *w, bool again,
                 int64_t now, size_t limit, struct err *e)
{
        CLEANUP(delivery_list_done) struct delivery_list l = {0};
        int r = 0;

        assert(tx->write);
        if (!w->release)
                r = next_release(tx->db, f, w, e);
        if (r < 0 || w->end)
                return r;
        r = delivery_page(tx->db, w->release, w->delivery, limit, &l, e);
        for (size_t i = 0; i < l.n && r == 0; i++) {
                w->delivery = l.v[i].id;
                r = decide_one(tx, &l.v[i], again, now, w, e);
        }
        return r < 0 || l.n == limit ? r : next_release(tx->db, f, w, e);
}

int fence_lower(struct tx *tx, const struct actor *a, const char *verb, struct err *e)
{
        static const char sql[] =
                "UPDATE meta SET fence_at = 0, fence_sent_at = 0, fence_moved = 0, fence_last = 0";
        int r = sql_run(tx->db, sql, SQL_NOTHING, e);

        return r < 0 ? r : audit_add(tx, a->now, a->uid, a->name, verb, 0, "", e);
}
