// SPDX-License-Identifier: MIT
#include "press/book.h"

#include "book_internal.h"
#include "press/buf.h"
#include "press/mem.h"

#include <stdlib.h>
#include <string.h>

/* Rows: id, code, name, closed; the open ones first. */
static int count(struct sql *q, int64_t *ret_id, struct buf *codes, struct err *e)
{
        bool first_closed = false;
        int r, n = 0;

        while ((r = sql_step(q, e)) > 0) {
                const char *code = sql_text(q, 1);
                bool closed = sql_int(q, 3);

                if (n > 0 && closed && !first_closed)
                        break; /* a closed one gives way to an open one */
                if (n++ == 0) {
                        *ret_id = sql_int(q, 0);
                        first_closed = closed;
                }
                buf_addf(codes, "%s%s", n > 1 ? ", " : "", *code ? code : sql_text(q, 2));
        }
        return r < 0 ? r : n;
}

#define NAMED_SQL                                                                             \
        "SELECT DISTINCT o.id, o.code, o.name, o.closed_at IS NOT NULL AND o.closed_at <= ?2" \
        " FROM org_fact f JOIN org o ON o.id = f.org_id"                                      \
        " WHERE f.folded = ?1 AND f.to_at IS NULL AND " ORG_NAME_TYPES
#define NAMED_ORDER " ORDER BY 4, o.code, o.id"

int org_named(struct db *db, const char *name, int64_t now, int64_t *ret_id,
              char codes[ORG_CODES_MAX], struct err *e)
{
        static const char exact[] = NAMED_SQL " AND f.value = ?3" NAMED_ORDER;
        static const char any[] = NAMED_SQL NAMED_ORDER;
        CLEANUP(mem_free) char *fold = folded(name);
        CLEANUP(buf_done) struct buf list = BUF(ORG_CODES_MAX - 1);
        CLEANUP(sql_close) struct sql *q = NULL;
        int r;

        r = sql_open(db, exact, SQL_WITH(SQL_TEXT(fold), SQL_INT(now), SQL_TEXT(name)), &q, e);
        if (r == 0)
                r = count(q, ret_id, &list, e);
        if (r == 0) {
                sql_close(&q);
                r = sql_open(db, any, SQL_WITH(SQL_TEXT(fold), SQL_INT(now)), &q, e);
                if (r == 0)
                        r = count(q, ret_id, &list, e);
        }
        if (r > 0)
                memcpy(codes, list.s, list.len + 1);
        return r;
}
