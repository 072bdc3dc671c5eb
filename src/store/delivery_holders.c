// SPDX-License-Identifier: MIT
/* Who has the text of a release, or may have it. */
#include "press/delivery.h"

#include "count.h"
#include "delivery_internal.h"
#include "press/mem.h"
#include "sql.h"

#define HOLDS                                     \
        "release_id = ?1 AND (out_at IS NOT NULL" \
        "  OR state = 'sending' AND data_at IS NOT NULL) AND state <> 'bounced'"

int delivery_holders(struct db *db, int64_t release, size_t limit, struct delivery_list *ret,
                     int64_t *ret_n, struct err *e)
{
        /* Most of them by the counts: each row that was relayed has been out. */
        static const char count_sql[] =
                "SELECT (SELECT coalesce(sum(n), 0) FROM release_count WHERE release_id = ?1"
                "         AND state IN ('relayed', 'delivered', 'unknown'))"
                " + (SELECT count(*) FROM delivery WHERE release_id = ?1 AND out_at IS NOT NULL"
                "     AND (state = 'refused' OR state = 'expired' OR state = 'suppressed'))"
                " + (SELECT count(*) FROM delivery d WHERE d.state = 'sending'"
                "     AND d.release_id = ?1 AND (d.out_at IS NOT NULL OR d.data_at IS NOT NULL))";
        static const char list_sql[] = "SELECT " DELIVERY_COLUMNS " FROM delivery d WHERE " HOLDS
                                       " ORDER BY priority, id LIMIT ?2";
        CLEANUP(delivery_list_done) struct delivery_list l = {0};
        CLEANUP(sql_close) struct sql *q = NULL;
        int64_t n = 0;
        int r = count_sync(db, e);

        if (r >= 0)
                r = sql_get_int(db, count_sql, SQL_WITH(SQL_INT(release)), &n, e);
        if (r >= 0)
                r = sql_open(db, list_sql, SQL_WITH(SQL_INT(release), SQL_INT((int64_t) limit)), &q,
                             e);
        if (r >= 0)
                r = delivery_rows(q, &l, e);
        if (r < 0)
                return r;
        *ret_n = n;
        *ret = l;
        l = (struct delivery_list){0};
        return 0;
}
