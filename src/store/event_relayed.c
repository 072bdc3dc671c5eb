// SPDX-License-Identifier: MIT
#include "press/event.h"

#include "press/mem.h"
#include "sql.h"

#include <stdlib.h>

#define PAGE_ROWS 500
#define PAGE_IDS  20000

struct relayed {
        int64_t delivery;
        char *reply;
};

struct relayed_page {
        struct relayed v[PAGE_ROWS];
        size_t n;
};

static void page_done(struct relayed_page *p)
{
        for (size_t i = 0; i < p->n; i++)
                free(p->v[i].reply);
        p->n = 0;
}

/* Moves *after on: to the last row of a full page, else to `upto`. */
static int page_read(struct db *db, int64_t *after, int64_t upto, struct relayed_page *page,
                     struct err *e)
{
        static const char sql[] =
                "SELECT id, delivery_id, reply FROM event WHERE id > ?1 AND id <= ?2"
                " AND kind = 'attempt' AND code = 250 AND reply <> '' ORDER BY id LIMIT ?3";
        CLEANUP(sql_close) struct sql *q = NULL;
        int r = sql_open(db, sql, SQL_WITH(SQL_INT(*after), SQL_INT(upto), SQL_INT(PAGE_ROWS)), &q,
                         e);

        if (r < 0)
                return r;
        *after = upto;
        while ((r = sql_step(q, e)) > 0) {
                page->v[page->n++] =
                        (struct relayed){.delivery = sql_int(q, 1), .reply = sql_text_dup(q, 2)};
                if (page->n == PAGE_ROWS)
                        *after = sql_int(q, 0);
        }
        return r;
}

int event_relayed(struct db *db, int64_t since, int64_t *after,
                  int (*fn)(void *ctx, int64_t delivery, const char *reply), void *ctx,
                  struct err *e)
{
        static const char first_sql[] = "SELECT coalesce(min(id), 0) FROM event WHERE at >= ?1";
        static const char last_sql[] = "SELECT coalesce(max(id), 0) FROM event";
        int64_t first = 0, last = 0;
        int r = sql_get_int(db, last_sql, SQL_NOTHING, &last, e);

        if (r > 0 && *after == 0) {
                r = sql_get_int(db, first_sql, SQL_WITH(SQL_INT(since)), &first, e);
                *after = first ? first - 1 : last;
        }
        while (r > 0 && *after < last) {
                CLEANUP(page_done) struct relayed_page page = {.n = 0};
                int64_t upto = last - *after < PAGE_IDS ? last : *after + PAGE_IDS;

                r = page_read(db, after, upto, &page, e);
                if (r < 0)
                        return r;
                for (size_t i = 0; i < page.n; i++) {
                        r = fn(ctx, page.v[i].delivery, page.v[i].reply);
                        if (r != 0)
                                return r < 0 ? r : 0;
                }
                r = 1;
        }
        return r < 0 ? r : 0;
}
