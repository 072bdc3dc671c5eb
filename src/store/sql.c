// SPDX-License-Identifier: MIT
#include "sql.h"

#include "db_internal.h"
#include "press/mem.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static size_t slot_of(const char *text)
{
        return (size_t) (((uintptr_t) text >> 2) * UINT64_C(0x9E3779B97F4A7C15) >> 32) &
               (DB_STATEMENTS - 1);
}

/* The statement's own slot, or the empty one where it belongs. */
static struct sql **cache_find(struct db *db, const char *text)
{
        size_t i = slot_of(text);

        while (db->cache[i] && db->cache[i]->text != text)
                i = (i + 1) & (DB_STATEMENTS - 1);
        return &db->cache[i];
}

/* SQLite counts PRAGMA journal_mode and VACUUM INTO as writing; neither changes a table. */
static bool writes(sqlite3_stmt *st, const char *text)
{
        return !sqlite3_stmt_readonly(st) && strncmp(text, "PRAGMA ", 7) != 0 &&
               strncmp(text, "VACUUM INTO ", 12) != 0;
}

static int prepare(struct db *db, const char *text, unsigned flags, struct sql **ret, struct err *e)
{
        sqlite3_stmt *st = NULL;
        const char *rest = NULL;
        int rc = sqlite3_prepare_v3(db->handle, text, -1, flags, &st, &rest);

        if (rc != SQLITE_OK)
                return db_fail(db, rc, e);
        assert(st && *rest == '\0');
        *ret = mem_zalloc(sizeof(**ret));
        (*ret)->db = db;
        (*ret)->writes = writes(st, text);
        (*ret)->st = st;
        return 0;
}

/*
 * Bound values stay the caller's (SQLITE_STATIC). A value that does not fit
 * is our own fault, save for one that is too big, which sql_step() then tells.
 */
static void bind_all(struct sql *q, const struct sql_value *v, size_t n)
{
        assert((size_t) sqlite3_bind_parameter_count(q->st) == n);
        for (size_t i = 0; i < n; i++) {
                int at = (int) i + 1, rc = SQLITE_OK;

                switch (v[i].type) {
                case SQL_VALUE_NULL: rc = sqlite3_bind_null(q->st, at); break;
                case SQL_VALUE_INT: rc = sqlite3_bind_int64(q->st, at, v[i].n); break;
                case SQL_VALUE_TEXT:
                        assert(v[i].p);
                        rc = sqlite3_bind_text(q->st, at, v[i].p, -1, SQLITE_STATIC);
                        break;
                case SQL_VALUE_BLOB:
                        rc = sqlite3_bind_blob64(q->st, at, v[i].p ? v[i].p : "",
                                                 (sqlite3_uint64) v[i].n, SQLITE_STATIC);
                        break;
                }
                assert(rc == SQLITE_OK);
                (void) rc;
        }
}

int sql_open(struct db *db, const char *text, const struct sql_value *v, size_t n, struct sql **ret,
             struct err *e)
{
        struct sql **slot = cache_find(db, text);
        struct sql *q = *slot;
        int r;

        if (!q || q->used) {
                r = prepare(db, text, q ? 0 : SQLITE_PREPARE_PERSISTENT, &q, e);
                if (r < 0)
                        return r;
                assert(q);
                if (!*slot && db->ncached < DB_STATEMENTS * 3 / 4) {
                        q->text = text;
                        *slot = q;
                        db->ncached++;
                }
        }
        q->used = true;
        bind_all(q, v, n);
        *ret = q;
        return 0;
}

int sql_open_made(struct db *db, const char *text, const struct sql_value *v, size_t n,
                  struct sql **ret, struct err *e)
{
        struct sql *q = NULL;
        int r = prepare(db, text, 0, &q, e);

        if (r < 0)
                return r;
        assert(q);
        q->used = true;
        bind_all(q, v, n);
        *ret = q;
        return 0;
}

int sql_step(struct sql *q, struct err *e)
{
        struct db *db = q->db;
        int rc;

        assert(db->tx == TX_WRITE || !q->writes);
        if (db->failed)
                return err_set(e, db->failed,
                               "An earlier step of this change to database %s failed. "
                               "Nothing was changed.",
                               db->path);
        rc = sqlite3_step(q->st);
        if (rc == SQLITE_ROW)
                return 1;
        return rc == SQLITE_DONE ? 0 : db_fail(db, rc, e);
}

int sql_first(struct db *db, const char *text, const struct sql_value *v, size_t n,
              struct sql **ret, struct err *e)
{
        int r = sql_open(db, text, v, n, ret, e);

        return r < 0 ? r : sql_step(*ret, e);
}

void sql_close(struct sql **q)
{
        struct sql *s = *q;

        *q = NULL;
        if (!s)
                return;
        if (!s->text) {
                sqlite3_finalize(s->st);
                free(s);
                return;
        }
        sqlite3_reset(s->st);
        sqlite3_clear_bindings(s->st);
        s->used = false;
}

int64_t sql_int(struct sql *q, int column)
{
        return sqlite3_column_int64(q->st, column);
}

const char *sql_text(struct sql *q, int column)
{
        const char *s = (const char *) sqlite3_column_text(q->st, column);

        return s ? s : "";
}

char *sql_text_dup(struct sql *q, int column)
{
        return mem_strdup(sql_text(q, column));
}

const void *sql_blob(struct sql *q, int column, size_t *ret_n)
{
        const void *p = sqlite3_column_blob(q->st, column);

        *ret_n = p ? (size_t) sqlite3_column_bytes(q->st, column) : 0;
        return p ? p : "";
}

int sql_run(struct db *db, const char *text, const struct sql_value *v, size_t n, struct err *e)
{
        CLEANUP(sql_close) struct sql *q = NULL;
        int r = sql_open(db, text, v, n, &q, e);

        if (r < 0)
                return r;
        while ((r = sql_step(q, e)) > 0)
                ;
        return r;
}

int sql_get_int(struct db *db, const char *text, const struct sql_value *v, size_t n, int64_t *ret,
                struct err *e)
{
        CLEANUP(sql_close) struct sql *q = NULL;
        int r = sql_open(db, text, v, n, &q, e);

        if (r < 0)
                return r;
        r = sql_step(q, e);
        if (r > 0)
                *ret = sql_int(q, 0);
        return r;
}

int sql_insert(struct db *db, const char *text, const struct sql_value *v, size_t n,
               int64_t *ret_id, struct err *e)
{
        int r = sql_run(db, text, v, n, e);

        if (r < 0 || sql_changes(db) != 1)
                return r;
        *ret_id = sqlite3_last_insert_rowid(db->handle);
        return 1;
}

int64_t sql_changes(struct db *db)
{
        return sqlite3_changes64(db->handle);
}
