// SPDX-License-Identifier: MIT
#include "press/setback.h"

#include "press/mem.h"
#include "schema.h"
#include "sql.h"

#include <errno.h>

/* first_of: n = SETBACK_FIRST too once they were judged */
const char schema_setback[] =
        "CREATE TABLE first_of ("
        "  release_id INTEGER PRIMARY KEY REFERENCES release (id),"
        "  n INTEGER NOT NULL, refused INTEGER NOT NULL) STRICT;"
        "CREATE TABLE crash ("
        "  delivery_id INTEGER PRIMARY KEY REFERENCES delivery (id),"
        "  release_id INTEGER NOT NULL, n INTEGER NOT NULL, life INTEGER NOT NULL) STRICT;";

int setback_first(struct tx *tx, int64_t release, bool refused, struct setback_first *ret,
                  struct err *e)
{
        static const char count_sql[] =
                "INSERT INTO first_of (release_id, n, refused) VALUES (?1, 1, ?2)"
                " ON CONFLICT (release_id) DO UPDATE SET n = n + 1, refused = refused + ?2"
                " WHERE n < ?3";
        static const char read_sql[] = "SELECT f.n, f.refused, min(r.recipients, ?2)"
                                       " FROM first_of f JOIN release r ON r.id = f.release_id"
                                       " WHERE f.release_id = ?1";
        CLEANUP(sql_close) struct sql *q = NULL;
        int r = sql_run(tx->db, count_sql,
                        SQL_WITH(SQL_INT(release), SQL_INT(refused), SQL_INT(SETBACK_FIRST)), e);

        if (r < 0 || sql_changes(tx->db) == 0)
                return r;
        r = sql_first(tx->db, read_sql, SQL_WITH(SQL_INT(release), SQL_INT(SETBACK_FIRST)), &q, e);
        if (r < 0)
                return r;
        *ret = (struct setback_first){
                .n = sql_int(q, 0), .refused = sql_int(q, 1), .of = sql_int(q, 2)};
        return 1;
}

int setback_judged(struct tx *tx, int64_t release, struct err *e)
{
        static const char sql[] = "UPDATE first_of SET n = ?2 WHERE release_id = ?1";

        return sql_run(tx->db, sql, SQL_WITH(SQL_INT(release), SQL_INT(SETBACK_FIRST)), e);
}

int setback_crash(struct tx *tx, int64_t delivery, int64_t life, struct setback_crash *ret,
                  struct err *e)
{
        static const char count_sql[] =
                "INSERT INTO crash (delivery_id, release_id, n, life)"
                " SELECT id, release_id, 1, ?2 FROM delivery WHERE id = ?1"
                " ON CONFLICT (delivery_id) DO UPDATE SET n = n + 1, life = excluded.life"
                " WHERE life <> excluded.life";
        static const char read_sql[] = "SELECT c.release_id, c.n, d.address FROM crash c"
                                       " JOIN delivery d ON d.id = c.delivery_id"
                                       " WHERE c.delivery_id = ?1";
        CLEANUP(sql_close) struct sql *q = NULL;
        int r = sql_run(tx->db, count_sql, SQL_WITH(SQL_INT(delivery), SQL_INT(life)), e);

        if (r < 0 || sql_changes(tx->db) == 0)
                return r;
        r = sql_first(tx->db, read_sql, SQL_WITH(SQL_INT(delivery)), &q, e);
        if (r < 0)
                return r;
        *ret = (struct setback_crash){sql_int(q, 0), sql_int(q, 1), sql_text_dup(q, 2)};
        return 1;
}

int setback_forget(struct tx *tx, int64_t release, struct err *e)
{
        static const char sql[] = "DELETE FROM crash WHERE release_id = ?1";

        return sql_run(tx->db, sql, SQL_WITH(SQL_INT(release)), e);
}
