// SPDX-License-Identifier: MIT
#include "press/event.h"

#include "sql.h"

int audit_add(struct tx *tx, int64_t at, int64_t uid, const char *user, const char *verb,
              int64_t release, const char *detail, struct err *e)
{
        static const char sql[] = "INSERT INTO audit (at, uid, user, verb, release_id, detail)"
                                  " VALUES (?1, ?2, ?3, ?4, ?5, ?6)";

        return sql_run(tx->db, sql,
                       SQL_WITH(SQL_INT(at), SQL_INT(uid), SQL_TEXT(user), SQL_TEXT(verb),
                                SQL_OPT(release), SQL_TEXT(detail)),
                       e);
}
