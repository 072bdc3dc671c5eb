// SPDX-License-Identifier: MIT
#include "press/book.h"

#include "book_internal.h"
#include "press/buf.h"
#include "press/mem.h"
#include "press/token.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIND_MAX  (64u << 10) /* bytes of all names of one organisation */
#define UID_BYTES 16

/* What an organisation has for a period, and where struct org keeps it. */
enum fact { FACT_KIND, FACT_NAME, FACT_SHORT, FACT_CODE, FACT_PROVINCE, FACT_REGION, FACT_PARENT };
#define FACTS (FACT_PARENT + 1)

static const char *const fact_type[FACTS] = {"kind",     "name",   "short", "code",
                                             "province", "region", "parent"};

void org_done(struct org *o)
{
        free(o->uid);
        free(o->name);
        free(o->short_name);
        free(o->code);
        free(o->province);
        free(o->region);
        *o = (struct org){0};
}

/* "" when it has none; number holds the text of an id. */
static const char *fact_value(const struct org *o, enum fact f, char number[24])
{
        switch (f) {
        case FACT_KIND: return words_name(&org_kinds, (int) o->kind);
        case FACT_NAME: return o->name;
        case FACT_SHORT: return o->short_name;
        case FACT_CODE: return o->code;
        case FACT_PROVINCE: return o->province;
        case FACT_REGION: return o->region;
        case FACT_PARENT:
                if (!o->parent_id)
                        return "";
                snprintf(number, 24, "%" PRId64, o->parent_id);
                return number;
        }
        assert(0 && "no such fact");
        return "";
}

#define ORG_COLUMNS \
        "id, uid, kind, name, short, code, province, region, parent_id, created_at, closed_at"

static void org_read(struct sql *q, struct org *ret)
{
        int kind = words_find(&org_kinds, sql_text(q, 2));

        assert(kind >= 0); /* a CHECK of the table */
        *ret = (struct org){
                .id = sql_int(q, 0),
                .uid = sql_text_dup(q, 1),
                .kind = (enum org_kind) kind,
                .name = sql_text_dup(q, 3),
                .short_name = sql_text_dup(q, 4),
                .code = sql_text_dup(q, 5),
                .province = sql_text_dup(q, 6),
                .region = sql_text_dup(q, 7),
                .parent_id = sql_int(q, 8),
                .created_at = sql_int(q, 9),
                .closed_at = sql_int(q, 10),
        };
}

int org_get(struct db *db, int64_t id, struct org *ret, struct err *e)
{
        static const char sql[] = "SELECT " ORG_COLUMNS " FROM org WHERE id = ?1";
        CLEANUP(sql_close) struct sql *q = NULL;
        int r;

        r = sql_open(db, sql, SQL_WITH(SQL_INT(id)), &q, e);
        if (r == 0)
                r = sql_step(q, e);
        if (r < 0)
                return r;
        if (r == 0)
                return err_set(e, -ENOENT, N_("There is no organisation %lld"), (long long) id);
        org_read(q, ret);
        return 0;
}

int org_each(struct db *db, int (*fn)(void *ctx, const struct org *o), void *ctx, struct err *e)
{
        static const char sql[] =
                "SELECT " ORG_COLUMNS " FROM org WHERE closed_at IS NULL ORDER BY id";
        CLEANUP(sql_close) struct sql *q = NULL;
        int r;

        r = sql_open(db, sql, SQL_NOTHING, &q, e);
        if (r < 0)
                return r;
        while ((r = sql_step(q, e)) > 0) {
                CLEANUP(org_done) struct org o = {0};

                org_read(q, &o);
                r = fn(ctx, &o);
                if (r != 0)
                        return r;
        }
        return r;
}

/* Everything people may look for it by, folded, aliases included. */
static int find_text(struct db *db, const struct org *o, char **ret, struct err *e)
{
        static const char sql[] = "SELECT value FROM org_fact WHERE org_id = ?1 AND type = 'alias'"
                                  " AND to_at IS NULL ORDER BY id";
        CLEANUP(sql_close) struct sql *q = NULL;
        CLEANUP(buf_done) struct buf b = BUF(FIND_MAX);
        int r;

        buf_addf(&b, "%s %s %s %s", o->name, o->short_name, o->code, o->province);
        r = sql_open(db, sql, SQL_WITH(SQL_INT(o->id)), &q, e);
        if (r < 0)
                return r;
        while ((r = sql_step(q, e)) > 0)
                if (buf_addf(&b, " %s", sql_text(q, 0)) < 0)
                        break; /* the rest is found by its exact name only */
        if (r < 0)
                return r;
        *ret = folded(b.s);
        return 0;
}

static int fact_open(struct tx *tx, int64_t org, const char *type, const char *value,
                     int64_t import, int64_t now, struct err *e)
{
        static const char sql[] =
                "INSERT INTO org_fact (org_id, type, value, folded, from_at, opened_by)"
                " VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        CLEANUP(mem_free) char *fold = folded(value);

        if (!*value)
                return 0;
        return sql_run(tx->db, sql,
                       SQL_WITH(SQL_INT(org), SQL_TEXT(type), SQL_TEXT(value), SQL_TEXT(fold),
                                SQL_INT(now), SQL_INT(import)),
                       e);
}

static int fact_close(struct tx *tx, int64_t org, const char *type, int64_t import, int64_t now,
                      struct err *e)
{
        static const char sql[] = "UPDATE org_fact SET to_at = ?3, closed_by = ?4"
                                  " WHERE org_id = ?1 AND type = ?2 AND to_at IS NULL";

        return sql_run(tx->db, sql,
                       SQL_WITH(SQL_INT(org), SQL_TEXT(type), SQL_INT(now), SQL_INT(import)), e);
}

int org_add(struct tx *tx, struct org *o, int64_t import, int64_t now, struct err *e)
{
        static const char sql[] =
                "INSERT INTO org (uid, kind, name, short, code, province, region, parent_id, find,"
                " created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) RETURNING id";
        CLEANUP(mem_free) char *find = NULL;
        unsigned char random[UID_BYTES];
        char uid[2 * UID_BYTES + 1], number[24];
        int r;

        token_random(random, sizeof(random));
        for (size_t i = 0; i < UID_BYTES; i++)
                snprintf(uid + 2 * i, 3, "%02x", random[i]);
        o->id = 0;
        r = book_write(tx, import, e);
        if (r == 0)
                r = find_text(tx->db, o, &find, e);
        if (r < 0)
                return r;
        r = sql_get_int(tx->db, sql,
                        SQL_WITH(SQL_TEXT(uid), SQL_TEXT(words_name(&org_kinds, (int) o->kind)),
                                 SQL_TEXT(o->name), SQL_TEXT(o->short_name), SQL_TEXT(o->code),
                                 SQL_TEXT(o->province), SQL_TEXT(o->region), SQL_OPT(o->parent_id),
                                 SQL_TEXT(find), SQL_INT(now)),
                        &o->id, e);
        for (int f = 0; r >= 0 && f < FACTS; f++)
                r = fact_open(tx, o->id, fact_type[f], fact_value(o, (enum fact) f, number), import,
                              now, e);
        if (r >= 0 && import)
                r = undo_note(tx, import, "new org", o->id, NULL, e);
        if (r < 0)
                return r;
        free(o->uid);
        o->uid = mem_strdup(uid);
        o->created_at = now;
        return 0;
}

/* The row as it stands goes where an undo finds it. */
static int keep_old(struct tx *tx, int64_t id, int64_t import, struct err *e)
{
        static const char sql[] =
                "INSERT INTO org_undo SELECT ?2, kind, name, short, code, province, region,"
                " parent_id, find FROM org WHERE id = ?1";
        int64_t undo;
        int r;

        r = undo_note(tx, import, "org", id, &undo, e);
        if (r < 0)
                return r;
        return sql_run(tx->db, sql, SQL_WITH(SQL_INT(id), SQL_INT(undo)), e);
}

static int org_write(struct tx *tx, const struct org *o, struct err *e)
{
        static const char sql[] = "UPDATE org SET kind = ?2, name = ?3, short = ?4, code = ?5,"
                                  " province = ?6, region = ?7, parent_id = ?8, find = ?9"
                                  " WHERE id = ?1";
        CLEANUP(mem_free) char *find = NULL;
        int r;

        r = find_text(tx->db, o, &find, e);
        if (r < 0)
                return r;
        return sql_run(tx->db, sql,
                       SQL_WITH(SQL_INT(o->id), SQL_TEXT(words_name(&org_kinds, (int) o->kind)),
                                SQL_TEXT(o->name), SQL_TEXT(o->short_name), SQL_TEXT(o->code),
                                SQL_TEXT(o->province), SQL_TEXT(o->region), SQL_OPT(o->parent_id),
                                SQL_TEXT(find)),
                       e);
}

int org_change(struct tx *tx, const struct org *o, int64_t import, int64_t now, struct err *e)
{
        CLEANUP(org_done) struct org old = {0};
        char number[24], old_number[24];
        bool changed = false;
        int r;

        r = org_get(tx->db, o->id, &old, e);
        if (r < 0)
                return r;
        for (int i = 0; i < FACTS; i++) {
                enum fact f = (enum fact) i;
                const char *value = fact_value(o, f, number);

                if (strcmp(value, fact_value(&old, f, old_number)) == 0)
                        continue;
                r = changed ? 0 : book_write(tx, import, e);
                if (r == 0 && !changed && import)
                        r = keep_old(tx, o->id, import, e);
                changed = true;
                if (r == 0)
                        r = fact_close(tx, o->id, fact_type[f], import, now, e);
                if (r == 0)
                        r = fact_open(tx, o->id, fact_type[f], value, import, now, e);
                if (r < 0)
                        return r;
        }
        if (!changed)
                return 0;
        r = org_write(tx, o, e);
        return r < 0 ? r : 1;
}

int org_alias(struct tx *tx, int64_t id, const char *alias, int64_t now, struct err *e)
{
        static const char has[] = "SELECT 1 FROM org_fact WHERE org_id = ?1 AND type = 'alias'"
                                  " AND value = ?2 AND to_at IS NULL";
        CLEANUP(org_done) struct org o = {0};
        int64_t one;
        int r;

        r = org_get(tx->db, id, &o, e);
        if (r == 0)
                r = sql_get_int(tx->db, has, SQL_WITH(SQL_INT(id), SQL_TEXT(alias)), &one, e);
        if (r != 0)
                return r < 0 ? r : 0;
        r = book_write(tx, 0, e);
        if (r == 0)
                r = fact_open(tx, id, "alias", alias, 0, now, e);
        return r < 0 ? r : org_write(tx, &o, e);
}

int org_close(struct tx *tx, int64_t id, int64_t now, struct err *e)
{
        static const char sql[] = "UPDATE org SET closed_at = ?2 WHERE id = ?1"
                                  " AND closed_at IS NULL";
        int r;

        r = book_write(tx, 0, e);
        if (r == 0)
                r = sql_run(tx->db, sql, SQL_WITH(SQL_INT(id), SQL_INT(now)), e);
        if (r == 0 && sql_changes(tx->db) == 0)
                r = err_set(e, -ENOENT, N_("There is no open organisation %lld"), (long long) id);
        return r;
}
