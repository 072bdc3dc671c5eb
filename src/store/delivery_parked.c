// SPDX-License-Identifier: MIT
/* What waits for the limit of its recipient domain. */
#include "press/delivery.h"

#include "press/mem.h"
#include "sql.h"

#include <stdio.h>

static int domain(struct db *db, const char *sql, const struct sql_value *v, size_t n,
                  char ret[ADDR_MAX], struct err *e)
{
        CLEANUP(sql_close) struct sql *q = NULL;
        int r = sql_first(db, sql, v, n, &q, e);

        if (r > 0)
                snprintf(ret, ADDR_MAX, "%s", sql_text(q, 0));
        return r;
}

int delivery_parked_next(struct db *db, int64_t release, const char *after, char ret[ADDR_MAX],
                         struct err *e)
{
        static const char sql[] = "SELECT parked FROM delivery WHERE release_id = ?1"
                                  " AND parked > ?2 ORDER BY parked LIMIT 1";

        return domain(db, sql, SQL_WITH(SQL_INT(release), SQL_TEXT(after)), ret, e);
}

int delivery_parked_for(struct db *db, int64_t id, char ret[ADDR_MAX], struct err *e)
{
        static const char sql[] =
                "SELECT parked FROM delivery WHERE id = ?1 AND parked IS NOT NULL";

        return domain(db, sql, SQL_WITH(SQL_INT(id)), ret, e);
}

int delivery_parked_count(struct db *db, int64_t release, const char *domain, int64_t most,
                          int64_t *ret, struct err *e)
{
        static const char sql[] = "SELECT count(*) FROM (SELECT 1 FROM delivery"
                                  " WHERE release_id = ?1 AND parked = ?2 LIMIT ?3)";
        int r = sql_get_int(db, sql, SQL_WITH(SQL_INT(release), SQL_TEXT(domain), SQL_INT(most)),
                            ret, e);

        return r < 0 ? r : 0;
}

int delivery_unparked(struct db *db, int64_t release, int64_t most, int64_t *ret_queued,
                      int64_t *ret_retrying, struct err *e)
{
        static const char queued_sql[] =
                "SELECT count(*) FROM (SELECT 1 FROM delivery WHERE release_id = ?1"
                " AND state = 'queued' AND parked IS NULL LIMIT ?2)";
        static const char retrying_sql[] =
                "SELECT count(*) FROM (SELECT 1 FROM delivery WHERE release_id = ?1"
                " AND state IN ('deferred', 'unknown') AND parked IS NULL LIMIT ?2)";
        int64_t queued = 0, retrying = 0;
        int r = sql_get_int(db, queued_sql, SQL_WITH(SQL_INT(release), SQL_INT(most)), &queued, e);

        if (r >= 0)
                r = sql_get_int(db, retrying_sql, SQL_WITH(SQL_INT(release), SQL_INT(most)),
                                &retrying, e);
        if (r < 0)
                return r;
        *ret_queued = queued;
        *ret_retrying = retrying;
        return 0;
}
