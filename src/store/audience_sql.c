// SPDX-License-Identifier: MIT
#include "press/selection.h"

#include "book_internal.h"
#include "press/mem.h"
#include "selection_internal.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct compiler {
        struct db *db;
        struct selection *s;
        struct err *e;
};

void selection_free(struct selection **s)
{
        if (!*s)
                return;
        buf_done(&(*s)->sql);
        for (size_t i = 0; i < (*s)->ntext; i++)
                free((*s)->text[i]);
        free((*s)->text);
        free((*s)->value);
        free((*s)->warning);
        free(*s);
        *s = NULL;
}

static void bind(struct selection *s, struct sql_value v)
{
        s->value = mem_realloc(s->value, s->nvalue + 1, sizeof(*s->value));
        s->value[s->nvalue++] = v;
}

static void bind_text(struct selection *s, const char *text)
{
        s->text = mem_realloc(s->text, s->ntext + 1, sizeof(*s->text));
        s->text[s->ntext] = mem_strdup(text);
        bind(s, SQL_TEXT(s->text[s->ntext++]));
}

/* The condition of each field; one value each. */
static const struct {
        const char *sql;
        bool by_id;
} conditions[AUDIENCE_FIELDS] = {
        [AUDIENCE_KIND] = {"o.kind = ?", false},
        [AUDIENCE_ROLE] = {"c.role = ?", false},
        [AUDIENCE_ORG] = {"c.org_id = ?", true},
        [AUDIENCE_PROVINCE] = {"o.province = ?", false},
        [AUDIENCE_REGION] = {"o.region = ?", false},
        [AUDIENCE_TAG] = {"EXISTS (SELECT 1 FROM contact_tag t"
                          " WHERE t.contact_id = c.id AND t.tag_id = ?)",
                          true},
        [AUDIENCE_LANG] = {"c.language = ?", false},
        [AUDIENCE_EMAIL] = {"(c.email = ? AND c.email <> '')", false},
        [AUDIENCE_LIST] = {"EXISTS (SELECT 1 FROM list_member m"
                           " WHERE m.contact_id = c.id AND m.list_id = ?)",
                           true},
};

#define SOMEBODY_SQL \
        "SELECT 1 FROM contact c JOIN org o ON o.id = c.org_id WHERE " CONTACT_CURRENT " AND "

/* 1 when somebody who is current meets `condition`, else 0. */
static int somebody(struct db *db, const char *condition, const struct sql_value *v, size_t n,
                    int64_t now, struct err *e)
{
        const struct sql_value current[] = {CONTACT_CURRENT_VALUES(now)};
        CLEANUP(mem_free) char *sql = mem_printf(SOMEBODY_SQL "%s LIMIT 1", condition);
        CLEANUP(mem_free)
        struct sql_value *all = mem_realloc(NULL, COUNT_OF(current) + n, sizeof(*all));
        CLEANUP(sql_close) struct sql *q = NULL;
        int r;

        memcpy(all, current, sizeof(current));
        if (n > 0)
                memcpy(all + COUNT_OF(current), v, n * sizeof(*v));
        r = sql_open_made(db, sql, all, COUNT_OF(current) + n, &q, e);
        return r < 0 ? r : sql_step(q, e);
}

static void warn_empty(struct selection *s, const struct audience *term)
{
        struct err *w;

        if (s->nwarning == SELECTION_WARNINGS)
                return;
        if (!s->warning)
                s->warning = mem_realloc(NULL, SELECTION_WARNINGS, sizeof(*s->warning));
        w = &s->warning[s->nwarning++];
        err_set(w, -ENOENT, N_("Column %u: “%s” is known, but nobody is there now"), term->column,
                term->value);
        w->line = term->line;
}

static int compile_term(struct compiler *c, const struct audience *a)
{
        struct selection *s = c->s;
        struct named named;
        int r;

        r = named_find(c->db, a, s->now, &named, c->e);
        if (r < 0)
                return r;
        if (conditions[a->field].by_id)
                bind(s, SQL_INT(named.id));
        else
                bind_text(s, named.text);
        buf_adds(&s->sql, conditions[a->field].sql);
        r = somebody(c->db, conditions[a->field].sql, &s->value[s->nvalue - 1], 1, s->now, c->e);
        if (r == 0)
                warn_empty(s, a);
        return r < 0 ? r : 0;
}

static int compile(struct compiler *c, const struct audience *a);

/*
 * child[0..n) joined by `op`, in halves: SQLite allows an expression a depth of
 * 1000, and a chain of a thousand terms would be that deep.
 */
static int compile_chain(struct compiler *c, struct audience *const *child, size_t n,
                         const char *op)
{
        int r;

        if (n == 1)
                return compile(c, child[0]);
        buf_addc(&c->s->sql, '(');
        r = compile_chain(c, child, n / 2, op);
        if (r < 0)
                return r;
        buf_adds(&c->s->sql, op);
        r = compile_chain(c, child + n / 2, n - n / 2, op);
        buf_addc(&c->s->sql, ')');
        return r;
}

static int too_long(const struct compiler *c)
{
        return err_set(c->e, -EINVAL,
                       N_("The audience is too long; a tag or a list says the same in a word"));
}

static int compile(struct compiler *c, const struct audience *a)
{
        if (c->s->sql.over)
                return too_long(c);
        switch (a->op) {
        case AUDIENCE_ALL: buf_adds(&c->s->sql, "1 = 1"); return 0;
        case AUDIENCE_TERM: return compile_term(c, a);
        case AUDIENCE_NOT: buf_adds(&c->s->sql, "NOT "); return compile_chain(c, a->child, 1, "");
        case AUDIENCE_AND: return compile_chain(c, a->child, a->n, " AND ");
        case AUDIENCE_OR: return compile_chain(c, a->child, a->n, " OR ");
        }
        assert(0 && "no such operator");
        return -EINVAL;
}

static int resolve(struct db *db, const struct audience *a, int64_t now, struct selection **ret,
                   struct err *e)
{
        CLEANUP(selection_free) struct selection *s = mem_zalloc(sizeof(*s));
        struct compiler c = {.db = db, .s = s, .e = e};
        int r;

        s->sql = BUF(SELECTION_SQL_MAX);
        s->now = now;
        r = book_settled(db, e);
        if (r == 0)
                r = book_version(db, &s->version, e);
        if (r == 0)
                r = compile(&c, a);
        if (r == 0 && s->sql.over)
                r = too_long(&c);
        if (r == 0)
                r = selection_check(db, s, e);
        if (r < 0)
                return r;
        *ret = TAKE(s);
        return 0;
}

int selection_resolve(struct db *db, const struct audience *a, int64_t now, struct selection **ret,
                      struct err *e)
{
        CLEANUP(selection_free) struct selection *s = NULL;
        int r;

        r = resolve(db, a, now, &s, e);
        if (r < 0)
                return r;
        r = somebody(db, s->sql.s, s->value, s->nvalue, now, e);
        if (r < 0)
                return r;
        if (r == 0) {
                r = err_set(e, -EINVAL, N_("Nobody in the address book is in this audience"));
                if (e)
                        e->line = a->line;
                return r;
        }
        *ret = TAKE(s);
        return 0;
}

static int look_up(struct db *db, const struct audience *a, int64_t now,
                   void (*tell)(void *ctx, const struct err *e), void *ctx, struct err *e)
{
        struct err why = {0};
        struct named named;
        int r = a->op == AUDIENCE_TERM ? named_find(db, a, now, &named, &why) : 0;

        if (r == -EINVAL) {
                tell(ctx, &why);
                r = 0;
        } else if (r < 0 && e) {
                *e = why;
        }
        for (size_t i = 0; r == 0 && i < a->n; i++)
                r = look_up(db, a->child[i], now, tell, ctx, e);
        return r;
}

int selection_names(struct db *db, const struct audience *a, int64_t now,
                    void (*tell)(void *ctx, const struct err *e), void *ctx, struct err *e)
{
        int r = book_settled(db, e);

        return r < 0 ? r : look_up(db, a, now, tell, ctx, e);
}

/* How many people an expression means, for the message about its two readings. */
static int people(struct db *db, const char *text, int64_t now, int64_t *ret)
{
        CLEANUP(audience_free) struct audience *a = NULL;
        CLEANUP(selection_free) struct selection *s = NULL;
        struct selection_counts counts;
        int r;

        r = audience_parse(text, &a, NULL);
        if (r == 0)
                r = resolve(db, a, now, &s, NULL);
        if (r == 0)
                r = selection_count(db, s, &counts, NULL);
        if (r == 0)
                *ret = counts.people;
        return r;
}

int selection_parse(struct db *db, const char *text, int64_t now, struct audience **ret,
                    struct err *e)
{
        CLEANUP(mem_free) char *first = NULL;
        CLEANUP(mem_free) char *second = NULL;
        int64_t n1 = 0, n2 = 0;
        unsigned column;
        int r;

        r = audience_parse(text, ret, e);
        if (r == 0 || audience_readings(text, &first, &second, &column) < 0)
                return r;
        if (people(db, first, now, &n1) < 0 || people(db, second, now, &n2) < 0)
                return r; /* the readings without their counts */
        return err_set(e, r,
                       N_("Column %u: “and” and “or” are mixed; write either %s (%lld people), "
                          "or %s (%lld people)"),
                       column, first, (long long) n1, second, (long long) n2);
}
