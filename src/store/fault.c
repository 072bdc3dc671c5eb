// SPDX-License-Identifier: MIT
#include "press/fault.h"

#include "press/mem.h"
#include "schema.h"
#include "sql.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char schema_fault[] =
        "CREATE TABLE fault ("
        "  key TEXT PRIMARY KEY, since INTEGER NOT NULL, text TEXT NOT NULL) STRICT;";

static const char RELEASE[] = "release ", RELAY[] = "relay ", INBOX[] = "inbox ";

void fault_release_key(int64_t release, char out[FAULT_KEY_MAX])
{
        snprintf(out, FAULT_KEY_MAX, "%s%lld", RELEASE, (long long) release);
}

void fault_relay_key(const char *relay, char out[FAULT_KEY_MAX])
{
        snprintf(out, FAULT_KEY_MAX, "%s%s", RELAY, relay);
}

void fault_inbox_key(const char *inbox, char out[FAULT_KEY_MAX])
{
        snprintf(out, FAULT_KEY_MAX, "%s%s", INBOX, inbox);
}

bool fault_is_inbox(const char *key)
{
        return strncmp(key, INBOX, sizeof(INBOX) - 1) == 0;
}

int64_t fault_release(const char *key)
{
        bool named = strncmp(key, RELEASE, sizeof(RELEASE) - 1) == 0;

        return named ? strtoll(key + sizeof(RELEASE) - 1, NULL, 10) : 0;
}

int fault_replace(struct tx *tx, const struct fault *v, size_t n, struct err *e)
{
        int r = sql_run(tx->db, "DELETE FROM fault WHERE key NOT LIKE 'inbox %'", SQL_NOTHING, e);

        for (size_t i = 0; i < n && r == 0; i++)
                r = sql_run(tx->db, "INSERT INTO fault (key, since, text) VALUES (?1, ?2, ?3)",
                            SQL_WITH(SQL_TEXT(v[i].key), SQL_INT(v[i].since), SQL_TEXT(v[i].text)),
                            e);
        return r;
}

int fault_set(struct tx *tx, const struct fault *f, struct err *e)
{
        return sql_run(tx->db,
                       "INSERT INTO fault (key, since, text) VALUES (?1, ?2, ?3)"
                       " ON CONFLICT (key) DO UPDATE SET text = excluded.text",
                       SQL_WITH(SQL_TEXT(f->key), SQL_INT(f->since), SQL_TEXT(f->text)), e);
}

int fault_clear_inbox(struct tx *tx, const char *inbox, struct err *e)
{
        char key[FAULT_KEY_MAX];

        if (!inbox)
                return sql_run(tx->db, "DELETE FROM fault WHERE key LIKE 'inbox %'", SQL_NOTHING,
                               e);
        fault_inbox_key(inbox, key);
        return sql_run(tx->db, "DELETE FROM fault WHERE key = ?1", SQL_WITH(SQL_TEXT(key)), e);
}

int fault_list(struct db *db, struct fault *v, size_t max, size_t *ret_n, struct err *e)
{
        CLEANUP(sql_close) struct sql *q = NULL;
        size_t n = 0;
        int r;

        r = sql_open(db, "SELECT key, since, text FROM fault ORDER BY since, key", SQL_NOTHING, &q,
                     e);
        if (r < 0)
                return r;
        while (n < max && (r = sql_step(q, e)) > 0) {
                snprintf(v[n].key, sizeof(v[n].key), "%s", sql_text(q, 0));
                v[n].since = sql_int(q, 1);
                snprintf(v[n].text, sizeof(v[n].text), "%s", sql_text(q, 2));
                n++;
        }
        if (r < 0)
                return r;
        *ret_n = n;
        return 0;
}
