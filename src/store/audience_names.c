// SPDX-License-Identifier: MIT
/*
 * The names in an audience: an exact match wins over a folded one, and a name
 * of several is an error, because a guess would send to the wrong people.
 */
#include "selection_internal.h"

#include "book_internal.h"
#include "press/mem.h"
#include "press/province.h"
#include "press/text.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CANDIDATES_MAX 20000 /* names compared for "did you mean" */
#define NAMES_BYTES    300   /* of the names listed in a message */
#define PART_NAMES     5     /* listed of those that have a word in them */

static int unknown(const struct audience *term, const char *near, struct err *e)
{
        int r = audience_unknown(term->field, term->column, term->value, near, e);

        if (e)
                e->line = term->line;
        return r;
}

struct names {
        char **v;
        size_t n;
};

static void names_done(struct names *l)
{
        for (size_t i = 0; i < l->n; i++)
                free(l->v[i]);
        free(l->v);
}

/* The nearest of the names that `sql` (bound to v[n]) gives, "" when none is near. */
static int nearest_of(struct db *db, const struct audience *term, const char *sql,
                      const struct sql_value *v, size_t n, char **ret, struct err *e)
{
        CLEANUP(names_done) struct names names = {0};
        CLEANUP(sql_close) struct sql *q = NULL;
        const char *near;
        int r;

        r = sql_open(db, sql, v, n, &q, e);
        if (r < 0)
                return r;
        while (names.n < CANDIDATES_MAX && (r = sql_step(q, e)) > 0) {
                if (names.n % 256 == 0)
                        names.v = mem_realloc(names.v, names.n + 256, sizeof(*names.v));
                names.v[names.n++] = sql_text_dup(q, 0);
        }
        if (r < 0)
                return r;
        near = text_nearest(term->value, (const char *const *) names.v, names.n);
        *ret = mem_strdup(near ? near : "");
        return 0;
}

/* Refuses the term, with the nearest of those names. */
static int unknown_of(struct db *db, const struct audience *term, const char *sql,
                      const struct sql_value *v, size_t n, struct err *e)
{
        CLEANUP(mem_free) char *near = NULL;
        int r = nearest_of(db, term, sql, v, n, &near, e);

        return r < 0 ? r : unknown(term, near[0] ? near : NULL, e);
}

/* Refuses an organisation, with those in whose names the words stand: "agence france". */
static int part_of_name(struct db *db, const struct audience *term, struct err *e)
{
        static const char sql[] =
                "SELECT o.name, MIN(f.folded NOT LIKE ?1 ESCAPE '\\') AS inside"
                " FROM org_fact f JOIN org o ON o.id = f.org_id"
                " WHERE (' ' || f.folded) LIKE ?2 ESCAPE '\\' AND f.to_at IS NULL"
                " AND o.closed_at IS NULL AND " ORG_NAME_TYPES
                " GROUP BY o.id, o.name ORDER BY inside, length(o.name), o.name LIMIT ?3";
        CLEANUP(mem_free) char *key = folded(term->value);
        CLEANUP(mem_free) char *front = like_pattern("", key, strlen(key), "%");
        CLEANUP(mem_free) char *word = like_pattern("% ", key, strlen(key), "%");
        CLEANUP(buf_done) struct buf list = BUF(NAMES_BYTES);
        CLEANUP(mem_free) char *first = NULL;
        CLEANUP(sql_close) struct sql *q = NULL;
        int r, n = 0;

        r = sql_open(db, sql, SQL_WITH(SQL_TEXT(front), SQL_TEXT(word), SQL_INT(PART_NAMES + 1)),
                     &q, e);
        if (r < 0)
                return r;
        while ((r = sql_step(q, e)) > 0 && n < PART_NAMES) {
                if (n++ == 0)
                        first = sql_text_dup(q, 0);
                buf_addf(&list, "%s%s", n > 1 ? ", " : "", sql_text(q, 0));
        }
        if (r < 0)
                return r;
        if (n < 2)
                return unknown(term, first, e);
        if (r > 0)
                buf_adds(&list, ", …");
        r = err_set(e, -EINVAL,
                    N_("Column %u: no organisation “%s”; names with it: %s; write one of them"),
                    term->column, term->value, list.s);
        if (e)
                e->line = term->line;
        return r;
}

/* A name that an organisation has had: the present one is the best suggestion. */
static int renamed(struct db *db, const struct audience *term, struct err *e)
{
        static const char sql[] = "SELECT o.name FROM org_fact f JOIN org o ON o.id = f.org_id"
                                  " WHERE f.folded = ?1 AND f.to_at IS NOT NULL AND " ORG_NAME_TYPES
                                  " ORDER BY f.to_at DESC LIMIT 1";
        static const char all[] =
                "SELECT f.value FROM org_fact f JOIN org o ON o.id = f.org_id"
                " WHERE f.to_at IS NULL AND o.closed_at IS NULL AND " ORG_NAME_TYPES;
        CLEANUP(mem_free) char *key = folded(term->value);
        CLEANUP(mem_free) char *near = NULL;
        CLEANUP(sql_close) struct sql *q = NULL;
        int r;

        r = sql_open(db, sql, SQL_WITH(SQL_TEXT(key)), &q, e);
        if (r == 0)
                r = sql_step(q, e);
        if (r < 0)
                return r;
        if (r == 0) {
                r = nearest_of(db, term, all, SQL_NOTHING, &near, e);
                if (r < 0)
                        return r;
                return near[0] ? unknown(term, near, e) : part_of_name(db, term, e);
        }
        r = err_set(e, -EINVAL, N_("Column %u: “%s” is called “%s” now; write that name"),
                    term->column, term->value, sql_text(q, 0));
        if (e)
                e->line = term->line;
        return r;
}

static int org_term(struct db *db, const struct audience *term, int64_t now, int64_t *ret_id,
                    struct err *e)
{
        char codes[ORG_CODES_MAX];
        int r = org_named(db, term->value, now, ret_id, codes, e);

        if (r == 0)
                return renamed(db, term, e);
        if (r == 1 || r < 0)
                return r < 0 ? r : 0;
        r = err_set(e, -EINVAL,
                    N_("Column %u: %d organisations are called “%s”: %s; write its code"),
                    term->column, r, term->value, codes);
        if (e)
                e->line = term->line;
        return r;
}

/* Tags and lists: rows (id, name, folded). */
static int label_find(struct db *db, const struct audience *term, const char *exact,
                      const char *fold, const char *all, int64_t *ret_id, struct err *e)
{
        CLEANUP(mem_free) char *key = folded(term->value);
        CLEANUP(buf_done) struct buf names = BUF(NAMES_BYTES);
        CLEANUP(sql_close) struct sql *q = NULL;
        int r, n = 0;

        r = sql_get_int(db, exact, SQL_WITH(SQL_TEXT(term->value)), ret_id, e);
        if (r != 0)
                return r < 0 ? r : 0;
        r = sql_open(db, fold, SQL_WITH(SQL_TEXT(key)), &q, e);
        if (r < 0)
                return r;
        while ((r = sql_step(q, e)) > 0) {
                if (n++ == 0)
                        *ret_id = sql_int(q, 0);
                buf_addf(&names, "%s%s", n > 1 ? ", " : "", sql_text(q, 1));
        }
        if (r < 0)
                return r;
        if (n == 0)
                return unknown_of(db, term, all, SQL_NOTHING, e);
        if (n == 1)
                return 0;
        r = err_set(e, -EINVAL, N_("Column %u: “%s” may be any of these: %s; write one of them"),
                    term->column, term->value, names.s);
        if (e)
                e->line = term->line;
        return r;
}

/* An address of a contact who has left is known, and empty; one that nobody ever had is not. */
static int email_find(struct db *db, const struct audience *term, struct err *e)
{
        static const char known[] =
                "SELECT 1 FROM contact WHERE email = ?1 AND email <> '' LIMIT 1";
        static const char near[] = "SELECT email FROM contact WHERE email LIKE ?1 ESCAPE '\\'"
                                   " OR email LIKE ?2 ESCAPE '\\' LIMIT 20000";
        CLEANUP(mem_free) char *same_domain = NULL;
        CLEANUP(mem_free) char *same_person = NULL;
        size_t local = strcspn(term->value, "@");
        int64_t one;
        int r;

        r = sql_get_int(db, known, SQL_WITH(SQL_TEXT(term->value)), &one, e);
        if (r != 0)
                return r < 0 ? r : 0;
        same_domain = like_pattern("%", term->value + local, strlen(term->value) - local, "");
        same_person = like_pattern("", term->value, local, "@%");
        return unknown_of(db, term, near, SQL_WITH(SQL_TEXT(same_domain), SQL_TEXT(same_person)),
                          e);
}

int named_find(struct db *db, const struct audience *term, int64_t now, struct named *ret,
               struct err *e)
{
        *ret = (struct named){.text = term->value};
        switch (term->field) {
        case AUDIENCE_ORG: return org_term(db, term, now, &ret->id, e);
        case AUDIENCE_TAG:
                return label_find(db, term, "SELECT id FROM tag WHERE name = ?1",
                                  "SELECT id, name FROM tag WHERE folded = ?1 ORDER BY name",
                                  "SELECT name FROM tag", &ret->id, e);
        case AUDIENCE_LIST:
                return label_find(db, term, "SELECT id FROM list WHERE name = ?1",
                                  "SELECT id, name FROM list WHERE folded = ?1 ORDER BY name",
                                  "SELECT name FROM list", &ret->id, e);
        case AUDIENCE_PROVINCE:
                ret->text = province_find(term->value);
                return ret->text ? 0 : unknown(term, province_nearest(term->value), e);
        case AUDIENCE_REGION:
                ret->text = region_find(term->value);
                return ret->text ? 0 : unknown(term, region_nearest(term->value), e);
        case AUDIENCE_EMAIL: return email_find(db, term, e);
        case AUDIENCE_KIND:
        case AUDIENCE_ROLE:
        case AUDIENCE_LANG: return 0; /* the grammar knows these words */
        case AUDIENCE_FIELDS: break;
        }
        assert(0 && "no such field");
        return -EINVAL;
}
