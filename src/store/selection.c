// SPDX-License-Identifier: MIT
#include "press/selection.h"

#include "book_internal.h"
#include "press/mem.h"
#include "selection_internal.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The values of a statement put together from parts. */
struct values {
        struct sql_value *v;
        size_t n;
};

static void values_done(struct values *l)
{
        free(l->v);
}

static void values_add(struct values *l, const struct sql_value *v, size_t n)
{
        if (n == 0)
                return;
        l->v = mem_realloc(l->v, l->n + n, sizeof(*l->v));
        memcpy(l->v + l->n, v, n * sizeof(*v));
        l->n += n;
}

const struct err *selection_warnings(const struct selection *s, size_t *ret_n)
{
        *ret_n = s->nwarning;
        return s->warning;
}

int selection_check(struct db *db, const struct selection *s, struct err *e)
{
        int64_t present;
        int r = book_version(db, &present, e);

        if (r == 0 && present != s->version)
                r = err_set(e, -EAGAIN,
                            N_("The address book was changed meanwhile; nothing was sent. Try "
                               "again."));
        return r;
}

/*
 * In force for contact c of o; the partial index on key serves it. What keeps the letter back is
 * STOPPED, else NULL: no dead address keeps it from a unit or a department.
 */
#define STOPPED_JOIN                                                                 \
        " LEFT JOIN suppression s ON s.key = lower(c.email) AND s.lifted_at IS NULL" \
        " AND c.email <> '' AND (s.expires_at IS NULL OR s.expires_at > ?)"
#define STOPPED                                                                   \
        "CASE WHEN s.raised = 0 AND (s.reason = 'stop-list' OR o.kind = 'press')" \
        " THEN s.reason END"

static int read_groups(struct sql *q, struct selection_counts *n, struct err *e)
{
        int r;

        while ((r = sql_step(q, e)) > 0) {
                int kind = words_find(&org_kinds, sql_text(q, 0));
                int role = words_find(&contact_roles, sql_text(q, 1));

                assert(kind >= 0 && role >= 0);
                n->group[kind][role] += sql_int(q, 2);
                n->people += sql_int(q, 2);
                n->no_address += sql_int(q, 3) + sql_int(q, 5);
                n->stopped += sql_int(q, 4);
                n->doubtful += sql_int(q, 6) - sql_int(q, 4) - sql_int(q, 5);
        }
        return r;
}

#define COUNT_SLICE INT64_C(200000) /* ids: no read lasts long, however large the book is */

static int count_slice(struct db *db, const struct selection *s, int64_t after,
                       struct selection_counts *n, struct err *e)
{
        CLEANUP(values_done) struct values v = {0};
        CLEANUP(buf_done) struct buf sql = BUF(SELECTION_SQL_MAX + 4096);
        CLEANUP(sql_close) struct sql *q = NULL;
        int r;

        buf_adds(&sql, "SELECT o.kind, c.role, COUNT(*), COUNT(CASE WHEN c.email = '' THEN 1 END),"
                       " COUNT(CASE " STOPPED " WHEN 'stop-list' THEN 1 END),"
                       " COUNT(CASE " STOPPED " WHEN 'dead-address' THEN 1 END), COUNT(s.key)"
                       " FROM contact c JOIN org o ON o.id = c.org_id" STOPPED_JOIN
                       " WHERE c.id > ? AND c.id <= ? AND " CONTACT_CURRENT " AND ");
        values_add(&v, SQL_WITH(SQL_INT(s->now), SQL_INT(after), SQL_INT(after + COUNT_SLICE),
                                CONTACT_CURRENT_VALUES(s->now)));
        buf_adds(&sql, s->sql.s);
        values_add(&v, s->value, s->nvalue);
        buf_adds(&sql, " GROUP BY o.kind, c.role");
        r = sql_open_made(db, sql.s, v.v, v.n, &q, e);
        return r < 0 ? r : read_groups(q, n, e);
}

int selection_count(struct db *db, const struct selection *s, struct selection_counts *ret,
                    struct err *e)
{
        struct selection_counts n = {0};
        int64_t last = 0;
        int r;

        r = sql_get_int(db, "SELECT MAX(id) FROM contact", SQL_NOTHING, &last, e);
        for (int64_t after = 0; r >= 0 && after < last; after += COUNT_SLICE)
                r = count_slice(db, s, after, &n, e);
        if (r >= 0)
                r = selection_check(db, s, e);
        if (r < 0)
                return r;
        *ret = n;
        return 0;
}

static enum delivery_reason reason_of(const struct contact *c, const char *stopped)
{
        int reason;

        if (!*c->email)
                return REASON_NO_ADDRESS;
        if (!*stopped)
                return REASON_NONE;
        reason = words_find(&delivery_reasons, stopped);
        return reason < 0 ? REASON_STOP_LIST : (enum delivery_reason) reason;
}

static int read_page(struct sql *q, struct contact_list *l, struct err *e)
{
        int r;

        while ((r = sql_step(q, e)) > 0) {
                struct contact c;

                contact_read(q, &c);
                c.reason = reason_of(&c, sql_text(q, CONTACT_COLUMN_COUNT));
                c.doubtful = c.reason == REASON_NONE && sql_int(q, CONTACT_COLUMN_COUNT + 1);
                c.early = sql_int(q, CONTACT_COLUMN_COUNT + 2);
                contact_list_add(l, &c);
        }
        return r;
}

/*
 * CROSS JOIN fixes the order of the loops: contacts by their id, so that a page
 * is one range scan however large the audience is.
 */
int selection_page(struct db *db, const struct selection *s, const struct selection *early,
                   int64_t after, size_t limit, struct contact_list *ret, struct err *e)
{
        CLEANUP(values_done) struct values v = {0};
        CLEANUP(buf_done) struct buf sql = BUF(2 * SELECTION_SQL_MAX + 4096);
        CLEANUP(sql_close) struct sql *q = NULL;
        CLEANUP(contact_list_done) struct contact_list l = {0};
        int r;

        assert(limit >= 1 && limit <= SELECTION_PAGE_MAX);
        buf_addf(&sql, "SELECT " CONTACT_COLUMNS ", " STOPPED ", s.key IS NOT NULL, %s",
                 early ? early->sql.s : "0 = 1");
        if (early)
                values_add(&v, early->value, early->nvalue);
        buf_adds(&sql, " FROM contact c CROSS JOIN org o" STOPPED_JOIN
                       " WHERE o.id = c.org_id AND c.id > ? AND " CONTACT_CURRENT " AND ");
        values_add(&v, SQL_WITH(SQL_INT(s->now), SQL_INT(after), CONTACT_CURRENT_VALUES(s->now)));
        buf_adds(&sql, s->sql.s);
        values_add(&v, s->value, s->nvalue);
        buf_adds(&sql, " ORDER BY c.id LIMIT ?");
        values_add(&v, SQL_WITH(SQL_INT((int64_t) limit)));
        r = sql_open_made(db, sql.s, v.v, v.n, &q, e);
        if (r == 0)
                r = read_page(q, &l, e);
        if (r == 0)
                r = selection_check(db, s, e);
        if (r == 0 && early)
                r = selection_check(db, early, e);
        if (r < 0)
                return r;
        *ret = l;
        l = (struct contact_list){0};
        return 0;
}
