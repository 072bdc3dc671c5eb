// SPDX-License-Identifier: MIT
/* Which release a key, a content or a Number belongs to, and which one people mean. */
#include "press/release.h"

#include "count.h"
#include "press/buf.h"
#include "press/mem.h"
#include "press/text.h"
#include "release_internal.h"
#include "sql.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int newest(struct db *db, const char *sql, const struct sql_value *v, size_t n,
                  int64_t *ret_id, struct err *e)
{
        int64_t id = 0;
        int r = count_sync(db, e);

        if (r >= 0)
                r = sql_get_int(db, sql, v, n, &id, e);
        if (r < 0)
                return r;
        *ret_id = id;
        return 0;
}

int release_by_key(struct db *db, const char *key, int64_t *ret_id, struct err *e)
{
        static const char sql[] = "SELECT r.id FROM release r WHERE r.key = ?1 AND r.key <> ''"
                                  " AND " RELEASE_HOLDS " ORDER BY r.id DESC LIMIT 1";

        return newest(db, sql, SQL_WITH(SQL_TEXT(key)), ret_id, e);
}

int release_by_content(struct db *db, const char *content_hash, int64_t since, int64_t *ret_id,
                       struct err *e)
{
        static const char sql[] =
                "SELECT r.id FROM release r WHERE r.content_hash = ?1 AND r.submitted_at >= ?2"
                " AND " RELEASE_HOLDS " ORDER BY r.id DESC LIMIT 1";

        return newest(db, sql, SQL_WITH(SQL_TEXT(content_hash), SQL_INT(since)), ret_id, e);
}

int release_by_same_text(struct db *db, const char *text_hash, const char *audience_hash,
                         int64_t since, int64_t *ret_id, struct err *e)
{
        static const char sql[] =
                "SELECT r.id FROM release r WHERE r.text_hash = ?1 AND r.audience_hash = ?2"
                " AND r.submitted_at >= ?3 AND " RELEASE_HOLDS " ORDER BY r.id DESC LIMIT 1";

        return newest(db, sql,
                      SQL_WITH(SQL_TEXT(text_hash), SQL_TEXT(audience_hash), SQL_INT(since)),
                      ret_id, e);
}

int release_by_number(struct db *db, const char *number, int64_t year_from, int64_t year_to,
                      int64_t *ret_id, struct err *e)
{
        static const char sql[] =
                "SELECT r.id FROM release r WHERE r.number_fold = ?1 AND r.number_fold <> ''"
                " AND r.submitted_at >= ?2 AND r.submitted_at < ?3 AND " RELEASE_HOLDS
                " ORDER BY r.id DESC LIMIT 1";
        CLEANUP(mem_free) char *fold = text_fold(number);

        assert(fold);
        return newest(db, sql, SQL_WITH(SQL_TEXT(fold), SQL_INT(year_from), SQL_INT(year_to)),
                      ret_id, e);
}

/* 1 and *ret when exactly one release fits; 0 when none; -ENOENT with the list when several do. */
static int only_one(struct db *db, const char *sql, const char *value, const char *as_written,
                    int64_t *ret, struct err *e)
{
        CLEANUP(buf_done) struct buf list = BUF(1024);
        CLEANUP(sql_close) struct sql *q = NULL;
        int64_t id = 0;
        int n = 0;
        int r = sql_open(db, sql, SQL_WITH(SQL_TEXT(value)), &q, e);

        if (r < 0)
                return r;
        while ((r = sql_step(q, e)) > 0) {
                id = sql_int(q, 0);
                (void) buf_addf(&list, "%s%lld", n++ ? ", " : "", (long long) id);
        }
        if (r < 0 || n == 0)
                return r;
        if (n > 1)
                return err_set(e, -ENOENT,
                               "%s fits several releases: %s. Name one by its number "
                               "in this list.",
                               as_written, list.s);
        *ret = id;
        return 1;
}

#define BY_KEY "SELECT r.id FROM release r WHERE r.key = ?1 AND r.key <> '' AND "
#define BY_NUMBER                                                                     \
        "SELECT r.id FROM release r WHERE r.number_fold = ?1 AND r.number_fold <> ''" \
        " AND "
#define NEWEST_TEN " ORDER BY r.id DESC LIMIT 10"

/* Says what it might have been: the newest id, or the nearest of the latest Numbers and keys. */
static int not_there(struct db *db, const char *text, struct err *e)
{
        static const char sql[] =
                "SELECT r.id, r.number, CASE r.key WHEN '' THEN '' ELSE 'key:' || r.key END"
                "  FROM release r WHERE " RELEASE_VISIBLE " ORDER BY r.id DESC LIMIT 500";
        CLEANUP(sql_close) struct sql *q = NULL;
        char *name[1000];
        const char *near;
        int64_t newest = 0;
        size_t n = 0;
        int r = sql_open(db, sql, SQL_NOTHING, &q, e);

        while (r >= 0 && n + 1 < COUNT_OF(name) && (r = sql_step(q, e)) > 0) {
                if (!newest)
                        newest = sql_int(q, 0);
                name[n++] = sql_text_dup(q, 1);
                name[n++] = sql_text_dup(q, 2);
        }
        near = r < 0 ? NULL : text_nearest(text, (const char *const *) name, n);
        if (r >= 0 && near)
                r = err_set(e, -ENOENT, "There is no release %s; did you mean %s?", text, near);
        else if (r >= 0 && newest)
                r = err_set(e, -ENOENT, "There is no release %s; the newest is %lld.", text,
                            (long long) newest);
        else if (r >= 0)
                r = err_set(e, -ENOENT, "There is no release %s.", text);
        while (n)
                free(name[--n]);
        return r;
}

int release_resolve(struct db *db, const char *text, int64_t *ret_id, struct err *e)
{
        static const char id_sql[] = "SELECT r.id FROM release r"
                                     " WHERE r.id = ?1 AND " RELEASE_VISIBLE;
        static const char key_holds[] = BY_KEY RELEASE_HOLDS NEWEST_TEN;
        static const char key_any[] = BY_KEY RELEASE_VISIBLE NEWEST_TEN;
        static const char number_holds[] = BY_NUMBER RELEASE_HOLDS NEWEST_TEN;
        static const char number_any[] = BY_NUMBER RELEASE_VISIBLE NEWEST_TEN;
        bool is_key = strncmp(text, "key:", 4) == 0;
        int r = count_sync(db, e);

        if (r < 0)
                return r;
        if (text[0] && !text[strspn(text, "0123456789")]) {
                int64_t id = strtoll(text, NULL, 10); /* too large becomes the largest: not there */

                r = sql_get_int(db, id_sql, SQL_WITH(SQL_INT(id)), ret_id, e);
        } else {
                CLEANUP(mem_free) char *value = is_key ? mem_strdup(text + 4) : text_fold(text);

                if (value)
                        r = only_one(db, is_key ? key_holds : number_holds, value, text, ret_id, e);
                if (value && r == 0)
                        r = only_one(db, is_key ? key_any : number_any, value, text, ret_id, e);
        }
        if (r == 0)
                return not_there(db, text, e);
        return r < 0 ? r : 0;
}
