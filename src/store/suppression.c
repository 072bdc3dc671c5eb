// SPDX-License-Identifier: MIT
#include "press/book.h"

#include "press/mem.h"
#include "sql.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

void suppression_list_done(struct suppression_list *l)
{
        for (size_t i = 0; i < l->n; i++) {
                free(l->v[i].address);
                free(l->v[i].by);
                free(l->v[i].note);
                free(l->v[i].lifted_by);
        }
        free(l->v);
        *l = (struct suppression_list){0};
}

int suppression_add(struct tx *tx, const char *address, enum delivery_reason reason, const char *by,
                    const char *note, int64_t now, struct err *e)
{
        static const char sql[] =
                "INSERT INTO suppression (address, key, reason, since, added_by, note)"
                " VALUES (?1, lower(?1), ?2, ?3, ?4, ?5)";
        int r;

        assert(reason == REASON_STOP_LIST || reason == REASON_DEAD_ADDRESS);
        r = sql_run(tx->db, sql,
                    SQL_WITH(SQL_TEXT(address),
                             SQL_TEXT(words_name(&delivery_reasons, (int) reason)), SQL_INT(now),
                             SQL_TEXT(by), SQL_TEXT(note)),
                    e);
        if (r == -EEXIST)
                return err_set(e, r, N_("%s is on the stop list already"), address);
        return r;
}

int suppression_lift(struct tx *tx, const char *address, const char *by, int64_t now, struct err *e)
{
        static const char sql[] = "UPDATE suppression SET lifted_at = ?2, lifted_by = ?3"
                                  " WHERE key = lower(?1) AND lifted_at IS NULL";
        int r;

        r = sql_run(tx->db, sql, SQL_WITH(SQL_TEXT(address), SQL_INT(now), SQL_TEXT(by)), e);
        if (r == 0 && sql_changes(tx->db) == 0)
                return err_set(e, -ENOENT, N_("%s is not on the stop list"), address);
        return r;
}

int suppression_find(struct db *db, const char *address, enum delivery_reason *ret_reason,
                     struct err *e)
{
        static const char sql[] = "SELECT reason FROM suppression WHERE key = lower(?1)"
                                  " AND lifted_at IS NULL";
        CLEANUP(sql_close) struct sql *q = NULL;
        int r;

        r = sql_open(db, sql, SQL_WITH(SQL_TEXT(address)), &q, e);
        if (r == 0)
                r = sql_step(q, e);
        if (r > 0)
                *ret_reason = (enum delivery_reason) words_find(&delivery_reasons, sql_text(q, 0));
        return r;
}

int suppression_list(struct db *db, const char *address, struct suppression_list *ret,
                     struct err *e)
{
        static const char sql[] =
                "SELECT id, address, reason, since, lifted_at, added_by, note, lifted_by"
                " FROM suppression WHERE (?1 = '' AND lifted_at IS NULL) OR key = lower(?1)"
                " ORDER BY since, id";
        CLEANUP(sql_close) struct sql *q = NULL;
        CLEANUP(suppression_list_done) struct suppression_list l = {0};
        int r;

        r = sql_open(db, sql, SQL_WITH(SQL_TEXT(address)), &q, e);
        if (r < 0)
                return r;
        while ((r = sql_step(q, e)) > 0) {
                if (l.n % 64 == 0)
                        l.v = mem_realloc(l.v, l.n + 64, sizeof(*l.v));
                l.v[l.n++] = (struct suppression){
                        .id = sql_int(q, 0),
                        .address = sql_text_dup(q, 1),
                        .reason = (enum delivery_reason) words_find(&delivery_reasons,
                                                                    sql_text(q, 2)),
                        .since = sql_int(q, 3),
                        .lifted_at = sql_int(q, 4),
                        .by = sql_text_dup(q, 5),
                        .note = sql_text_dup(q, 6),
                        .lifted_by = sql_text_dup(q, 7),
                };
        }
        if (r < 0)
                return r;
        *ret = l;
        l = (struct suppression_list){0};
        return 0;
}
