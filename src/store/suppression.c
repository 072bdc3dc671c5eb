// SPDX-License-Identifier: MIT
#include "press/book.h"

#include "press/mem.h"
#include "sql.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

void suppression_done(struct suppression *s)
{
        free(s->address);
        free(s->by);
        free(s->note);
        free(s->lifted_by);
        *s = (struct suppression){0};
}

void suppression_list_done(struct suppression_list *l)
{
        for (size_t i = 0; i < l->n; i++)
                suppression_done(&l->v[i]);
        free(l->v);
        *l = (struct suppression_list){0};
}

#define COLUMNS                                                                                \
        "SELECT id, address, reason, since, lifted_at, added_by, note, lifted_by, expires_at," \
        " raised FROM suppression WHERE "
#define IN_FORCE "lifted_at IS NULL AND (expires_at IS NULL OR expires_at > ?2)"

static struct suppression row(struct sql *q)
{
        return (struct suppression){
                .id = sql_int(q, 0),
                .address = sql_text_dup(q, 1),
                .reason = (enum delivery_reason) words_find(&delivery_reasons, sql_text(q, 2)),
                .since = sql_int(q, 3),
                .lifted_at = sql_int(q, 4),
                .by = sql_text_dup(q, 5),
                .note = sql_text_dup(q, 6),
                .lifted_by = sql_text_dup(q, 7),
                .expires_at = sql_int(q, 8),
                .raised = sql_int(q, 9) != 0,
        };
}

int suppression_get(struct db *db, const char *address, int64_t now, struct suppression *ret,
                    struct err *e)
{
        static const char sql[] = COLUMNS "key = lower(?1) AND " IN_FORCE;
        CLEANUP(sql_close) struct sql *q = NULL;
        int r = sql_first(db, sql, SQL_WITH(SQL_TEXT(address), SQL_INT(now)), &q, e);

        if (r > 0)
                *ret = row(q);
        return r;
}

/* The stop list stands before all; else the newer knows whether the recipient is mandatory. */
static bool stays(const struct suppression *old, const struct suppression *s)
{
        if (old->reason == REASON_STOP_LIST && !old->raised)
                return true;
        return old->raised == s->raised &&
               (old->reason == REASON_STOP_LIST || s->reason == REASON_DEAD_ADDRESS);
}

/* Before a new row of its key: ends one that lapsed at that moment, and one in force. */
static int make_way(struct tx *tx, const struct suppression *s, struct err *e)
{
        static const char lapsed[] =
                "UPDATE suppression SET lifted_at = expires_at"
                " WHERE key = lower(?1) AND lifted_at IS NULL AND expires_at <= ?2";
        static const char replaced[] = "UPDATE suppression SET lifted_at = ?2, lifted_by = ?3"
                                       " WHERE key = lower(?1) AND lifted_at IS NULL";
        CLEANUP(suppression_done) struct suppression old = {0};
        int r = sql_run(tx->db, lapsed, SQL_WITH(SQL_TEXT(s->address), SQL_INT(s->since)), e);

        if (r == 0)
                r = suppression_get(tx->db, s->address, s->since, &old, e);
        if (r <= 0)
                return r;
        if (stays(&old, s))
                return err_set(e, -EEXIST, N_("%s is on the stop list already"), s->address);
        return sql_run(tx->db, replaced,
                       SQL_WITH(SQL_TEXT(s->address), SQL_INT(s->since), SQL_TEXT(s->by)), e);
}

int suppression_add(struct tx *tx, const struct suppression *s, struct err *e)
{
        static const char sql[] =
                "INSERT INTO suppression (address, key, reason, since, added_by, note,"
                "  expires_at, raised) VALUES (?1, lower(?1), ?2, ?3, ?4, ?5, ?6, ?7)";
        int r;

        assert(s->reason == REASON_STOP_LIST || s->reason == REASON_DEAD_ADDRESS);
        r = make_way(tx, s, e);
        if (r < 0)
                return r;
        return sql_run(tx->db, sql,
                       SQL_WITH(SQL_TEXT(s->address),
                                SQL_TEXT(words_name(&delivery_reasons, (int) s->reason)),
                                SQL_INT(s->since), SQL_TEXT(s->by ? s->by : ""),
                                SQL_TEXT(s->note ? s->note : ""), SQL_OPT(s->expires_at),
                                SQL_INT(s->raised)),
                       e);
}

int suppression_lift(struct tx *tx, const char *address, const char *by, int64_t now, struct err *e)
{
        static const char sql[] = "UPDATE suppression SET lifted_at = ?2, lifted_by = ?3"
                                  " WHERE key = lower(?1) AND " IN_FORCE;
        int r;

        r = sql_run(tx->db, sql, SQL_WITH(SQL_TEXT(address), SQL_INT(now), SQL_TEXT(by)), e);
        if (r == 0 && sql_changes(tx->db) == 0)
                return err_set(e, -ENOENT, N_("%s is not on the stop list"), address);
        return r;
}

int suppression_find(struct db *db, const char *address, int64_t now,
                     enum delivery_reason *ret_reason, struct err *e)
{
        CLEANUP(suppression_done) struct suppression s = {0};
        int r = suppression_get(db, address, now, &s, e);

        if (r <= 0 || s.raised)
                return r < 0 ? r : 0;
        *ret_reason = s.reason;
        return 1;
}

int suppression_lapsed(struct db *db, const char *address, int64_t now, int64_t *ret, struct err *e)
{
        static const char sql[] =
                "SELECT COALESCE(MAX(expires_at), 0) FROM suppression WHERE key = lower(?1)"
                " AND expires_at <= ?2 AND (lifted_at IS NULL OR lifted_at >= expires_at)";
        int r = sql_get_int(db, sql, SQL_WITH(SQL_TEXT(address), SQL_INT(now)), ret, e);

        return r < 0 ? r : 0;
}

int suppression_list(struct db *db, const char *address, int64_t now, struct suppression_list *ret,
                     struct err *e)
{
        static const char all[] = COLUMNS IN_FORCE " ORDER BY since, id";
        static const char one[] = COLUMNS "key = lower(?1) ORDER BY since, id";
        CLEANUP(sql_close) struct sql *q = NULL;
        CLEANUP(suppression_list_done) struct suppression_list l = {0};
        int r;

        if (address[0])
                r = sql_open(db, one, SQL_WITH(SQL_TEXT(address)), &q, e);
        else
                r = sql_open(db, all, SQL_WITH(SQL_TEXT(""), SQL_INT(now)), &q, e);
        if (r < 0)
                return r;
        while ((r = sql_step(q, e)) > 0) {
                if (l.n % 64 == 0)
                        l.v = mem_realloc(l.v, l.n + 64, sizeof(*l.v));
                l.v[l.n++] = row(q);
        }
        if (r < 0)
                return r;
        *ret = l;
        l = (struct suppression_list){0};
        return 0;
}
