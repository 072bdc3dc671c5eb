// SPDX-License-Identifier: MIT
/* One release seen by groups of recipients. */
#include "press/release.h"

#include "count.h"
#include "press/mem.h"
#include "sql.h"

#include <string.h>

int release_counts_by_kind(struct db *db, int64_t id, int64_t ret[ORG_KINDS][DELIVERY_STATES],
                           struct err *e)
{
        static const char sql[] =
                "SELECT org_kind, state, n FROM release_count WHERE release_id = ?1";
        CLEANUP(sql_close) struct sql *q = NULL;
        int64_t n[ORG_KINDS][DELIVERY_STATES] = {0};
        int r = count_sync(db, e);

        if (r >= 0)
                r = sql_open(db, sql, SQL_WITH(SQL_INT(id)), &q, e);
        if (r < 0)
                return r;
        while ((r = sql_step(q, e)) > 0) {
                int kind = words_find(&org_kinds, sql_text(q, 0));
                int state = words_find(&delivery_states, sql_text(q, 1));

                if (kind >= 0 && state >= 0)
                        n[kind][state] = sql_int(q, 2);
        }
        if (r < 0)
                return r;
        memcpy(ret, n, sizeof(n));
        return 0;
}

int release_attachment_each(struct db *db, int64_t id,
                            void (*fn)(void *ctx, const struct release_attachment *a), void *ctx,
                            struct err *e)
{
        static const char sql[] =
                "SELECT name, type, bytes FROM attachment WHERE release_id = ?1 ORDER BY item";
        CLEANUP(sql_close) struct sql *q = NULL;
        int r = sql_open(db, sql, SQL_WITH(SQL_INT(id)), &q, e);

        if (r < 0)
                return r;
        while ((r = sql_step(q, e)) > 0) {
                const struct release_attachment a = {.name = sql_text(q, 0),
                                                     .type = sql_text(q, 1),
                                                     .n = (size_t) sql_int(q, 2)};

                fn(ctx, &a);
        }
        return r;
}
