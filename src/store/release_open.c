// SPDX-License-Identifier: MIT
/* What is still open in one release: by itself, or only through a person. */
#include "press/release.h"

#include "count.h"
#include "press/mem.h"
#include "release_internal.h"
#include "sql.h"

int release_open_one(struct db *db, int64_t id, int64_t *ret_to_try, int64_t *ret_for_person,
                     struct err *e)
{
        /* As release_open(): what is on the wire ends by itself, also when paused or cancelled. */
        static const char open_sql[] =
                "SELECT coalesce(sum(CASE WHEN c.state = 'sending' OR (" RELEASE_ACTIVE ")"
                "                         THEN c.n ELSE 0 END), 0),"
                "       coalesce(sum(CASE WHEN c.state <> 'sending' AND NOT (" RELEASE_ACTIVE ")"
                "                          AND r.state IN ('proposed', 'approved', 'sending')"
                "                         THEN c.n ELSE 0 END), 0),"
                "       coalesce(sum(CASE WHEN c.state = 'unknown' AND (" RELEASE_ACTIVE ")"
                "                         THEN c.n ELSE 0 END), 0)"
                "  FROM release_count c JOIN release r ON r.id = c.release_id"
                " WHERE " COUNT_OPEN " AND c.release_id = ?1";
        static const char held_sql[] = "SELECT count(*) FROM delivery WHERE release_id = ?1"
                                       " AND state IN ('deferred', 'unknown') AND parked IS NULL"
                                       " AND state = 'unknown' AND due_at IS NULL";
        CLEANUP(sql_close) struct sql *q = NULL;
        int64_t to_try, for_person, held = 0;
        int r = count_sync(db, e);

        if (r >= 0)
                r = sql_first(db, open_sql, SQL_WITH(SQL_INT(id)), &q, e);
        if (r < 0)
                return r;
        to_try = sql_int(q, 0);
        for_person = sql_int(q, 1);
        if (sql_int(q, 2)) /* the two reads may be of two commits: never below 0 */
                r = sql_get_int(db, held_sql, SQL_WITH(SQL_INT(id)), &held, e);
        if (r < 0)
                return r;
        *ret_to_try = to_try > held ? to_try - held : 0;
        *ret_for_person = for_person + held;
        return 0;
}
