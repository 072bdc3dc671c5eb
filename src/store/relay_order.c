// SPDX-License-Identifier: MIT
#include "press/relay_order.h"

#include "press/event.h"
#include "press/mem.h"
#include "press/release.h"
#include "schema.h"
#include "sql.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

const char schema_relay_order[] =
        "CREATE TABLE relay_order ("
        "  name TEXT PRIMARY KEY,"
        "  paused_at INTEGER NOT NULL DEFAULT 0, paused_by TEXT NOT NULL DEFAULT '',"
        "  why TEXT NOT NULL DEFAULT '', retry_at INTEGER NOT NULL DEFAULT 0) STRICT;";

static int audited(struct tx *tx, const char *verb, const char *relay, const char *why,
                   const struct actor *a, struct err *e)
{
        CLEANUP(mem_free) char *detail = mem_printf("%s%s%s", relay, why[0] ? ": " : "", why);

        return audit_add(tx, a->now, a->uid, a->name, verb, 0, detail, e);
}

static int is_paused(struct db *db, const char *relay, bool *ret, struct err *e)
{
        static const char sql[] = "SELECT paused_at FROM relay_order WHERE name = ?1";
        int64_t at = 0;
        int r = sql_get_int(db, sql, SQL_WITH(SQL_TEXT(relay)), &at, e);

        if (r < 0)
                return r;
        *ret = at != 0;
        return 0;
}

int relay_order_pause(struct tx *tx, const char *relay, const char *why, const struct actor *a,
                      struct err *e)
{
        static const char sql[] =
                "INSERT INTO relay_order (name, paused_at, paused_by, why) VALUES (?1, ?2, ?3, ?4)"
                " ON CONFLICT (name) DO UPDATE SET"
                " why = CASE WHEN excluded.why = '' THEN why ELSE excluded.why END,"
                " paused_by = CASE WHEN excluded.why = '' AND paused_at > 0 THEN paused_by"
                "                  ELSE excluded.paused_by END,"
                " paused_at = CASE WHEN paused_at = 0 THEN excluded.paused_at ELSE paused_at END";
        int r = sql_run(
                tx->db, sql,
                SQL_WITH(SQL_TEXT(relay), SQL_INT(a->now), SQL_TEXT(a->name), SQL_TEXT(why)), e);

        return r < 0 ? r : audited(tx, "relay pause", relay, why, a, e);
}

int relay_order_resume(struct tx *tx, const char *relay, const struct actor *a, struct err *e)
{
        static const char sql[] = "UPDATE relay_order SET paused_at = 0, paused_by = '', why = ''"
                                  " WHERE name = ?1";
        bool paused = false;
        int r = is_paused(tx->db, relay, &paused, e);

        if (r == 0 && !paused)
                return err_set(e, -EINVAL, "Relay “%s” is not paused. Nothing was changed.", relay);
        if (r == 0)
                r = sql_run(tx->db, sql, SQL_WITH(SQL_TEXT(relay)), e);
        return r < 0 ? r : audited(tx, "relay resume", relay, "", a, e);
}

int relay_order_retry(struct tx *tx, const char *relay, const struct actor *a, struct err *e)
{
        /* Two orders within one ms are two, and a clock set back hides none. */
        static const char sql[] =
                "INSERT INTO relay_order (name, retry_at) VALUES (?1, ?2)"
                " ON CONFLICT (name) DO UPDATE SET retry_at = max(retry_at + 1, excluded.retry_at)";
        bool paused = false;
        int r = is_paused(tx->db, relay, &paused, e);

        if (r == 0 && paused)
                return err_set(e, -EINVAL,
                               "Relay “%s” is paused; to go on: pressctl relay resume %s", relay,
                               relay);
        if (r == 0)
                r = sql_run(tx->db, sql, SQL_WITH(SQL_TEXT(relay), SQL_INT(a->now)), e);
        return r < 0 ? r : audited(tx, "relay retry", relay, "", a, e);
}

int relay_order_list(struct db *db, struct relay_order *v, size_t max, size_t *ret_n, struct err *e)
{
        static const char sql[] =
                "SELECT name, paused_at, paused_by, why, retry_at FROM relay_order ORDER BY name";
        CLEANUP(sql_close) struct sql *q = NULL;
        size_t n = 0;
        int r;

        r = sql_open(db, sql, SQL_NOTHING, &q, e);
        if (r < 0)
                return r;
        while (n < max && (r = sql_step(q, e)) > 0) {
                snprintf(v[n].name, sizeof(v[n].name), "%s", sql_text(q, 0));
                v[n].paused_at = sql_int(q, 1);
                snprintf(v[n].paused_by, sizeof(v[n].paused_by), "%s", sql_text(q, 2));
                snprintf(v[n].why, sizeof(v[n].why), "%s", sql_text(q, 3));
                v[n].retry_at = sql_int(q, 4);
                n++;
        }
        if (r < 0)
                return r;
        *ret_n = n;
        return 0;
}

const struct relay_order *relay_order_of(const struct relay_order *v, size_t n, const char *relay)
{
        static const struct relay_order none;

        for (size_t i = 0; i < n; i++)
                if (strcmp(v[i].name, relay) == 0)
                        return &v[i];
        return &none;
}
