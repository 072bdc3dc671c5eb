// SPDX-License-Identifier: MIT
#include "press/book.h"

#include "book_internal.h"
#include "press/buf.h"
#include "press/mem.h"
#include "press/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_BYTES 512
#define SQL_BYTES   4096

struct patterns {
        char *v[CONTACT_WORDS_MAX];
        size_t n;
};

static void patterns_done(struct patterns *p)
{
        for (size_t i = 0; i < p->n; i++)
                free(p->v[i]);
}

static int patterns_make(const char *words, struct patterns *p, struct err *e)
{
        CLEANUP(mem_free) char *fold = strlen(words) <= WORDS_BYTES ? text_fold(words) : NULL;

        for (const char *s = fold; s && *s;) {
                size_t n = strcspn(s, " ");

                if (p->n == CONTACT_WORDS_MAX)
                        return err_set(e, -EINVAL, N_("At most %d words can be looked for"),
                                       CONTACT_WORDS_MAX);
                p->v[p->n++] = like_pattern("%", s, n, "%");
                s += n + strspn(s + n, " ");
        }
        if (p->n == 0)
                return err_set(e, -EINVAL, N_("There is no word to look for"));
        return 0;
}

int contact_find(struct db *db, const char *words, bool ended, int64_t now, size_t limit,
                 struct contact_list *ret, struct err *e)
{
        CLEANUP(sql_close) struct sql *q = NULL;
        CLEANUP(contact_list_done) struct contact_list l = {0};
        CLEANUP(patterns_done) struct patterns p = {0};
        CLEANUP(buf_done) struct buf sql = BUF(SQL_BYTES);
        struct sql_value v[2 * CONTACT_WORDS_MAX + 5];
        size_t n = 0;
        int r;

        r = patterns_make(words, &p, e);
        if (r < 0)
                return r;
        buf_adds(&sql, "SELECT " CONTACT_COLUMNS " FROM contact c CROSS JOIN org o"
                       " WHERE o.id = c.org_id");
        if (!ended) {
                const struct sql_value current[] = {CONTACT_CURRENT_VALUES(now)};

                buf_adds(&sql, " AND " CONTACT_CURRENT);
                memcpy(v, current, sizeof(current));
                n = COUNT_OF(current);
        }
        for (size_t i = 0; i < p.n; i++) {
                buf_adds(&sql, " AND (c.find LIKE ? ESCAPE '\\' OR o.find LIKE ? ESCAPE '\\')");
                v[n++] = SQL_TEXT(p.v[i]);
                v[n++] = SQL_TEXT(p.v[i]);
        }
        buf_adds(&sql, " ORDER BY c.id LIMIT ?");
        v[n++] = SQL_INT((int64_t) limit);
        r = sql_open_made(db, sql.s, v, n, &q, e);
        if (r == 0)
                r = contact_rows(q, &l, e);
        if (r < 0)
                return r;
        *ret = l;
        l = (struct contact_list){0};
        return 0;
}

int contact_addresses(struct db *db, int64_t now, int64_t after, size_t limit,
                      void (*fn)(void *ctx, int64_t id, const char *email), void *ctx,
                      struct err *e)
{
        static const char sql[] =
                "SELECT c.id, c.email FROM contact c CROSS JOIN org o WHERE o.id = c.org_id"
                " AND c.id > ? AND c.email <> '' AND " CONTACT_CURRENT " ORDER BY c.id LIMIT ?";
        CLEANUP(sql_close) struct sql *q = NULL;
        int n = 0, r;

        r = sql_open(
                db, sql,
                SQL_WITH(SQL_INT(after), CONTACT_CURRENT_VALUES(now), SQL_INT((int64_t) limit)), &q,
                e);
        if (r < 0)
                return r;
        while ((r = sql_step(q, e)) > 0) {
                fn(ctx, sql_int(q, 0), sql_text(q, 1));
                n++;
        }
        return r < 0 ? r : n;
}

int contact_at(struct db *db, const char *address, int64_t now, struct contact_list *ret,
               struct err *e)
{
        static const char sql[] =
                "SELECT " CONTACT_COLUMNS " FROM contact c CROSS JOIN org o WHERE o.id = c.org_id"
                " AND " CONTACT_C_DOMAIN " = " ADDRESS_DOMAIN " AND lower(c.email) = lower(?1)"
                " AND c.email <> '' AND c.from_at <= ?2 AND (c.to_at IS NULL OR c.to_at > ?2)"
                " AND (o.closed_at IS NULL OR o.closed_at > ?2)"
                " ORDER BY c.priority, c.id LIMIT ?3";
        CLEANUP(sql_close) struct sql *q = NULL;
        CLEANUP(contact_list_done) struct contact_list l = {0};
        int r = sql_open(db, sql,
                         SQL_WITH(SQL_TEXT(address), SQL_INT(now), SQL_INT(CONTACT_AT_MAX)), &q, e);

        while (r >= 0 && (r = sql_step(q, e)) > 0) {
                struct contact c;

                contact_read(q, &c);
                contact_list_add(&l, &c);
        }
        if (r < 0)
                return r;
        *ret = l;
        l = (struct contact_list){0};
        return 0;
}
