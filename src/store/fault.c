// SPDX-License-Identifier: MIT
#include "press/fault.h"

#include "press/mem.h"
#include "schema.h"
#include "sql.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char schema_fault[] =
        "CREATE TABLE fault ("
        "  key TEXT PRIMARY KEY, since INTEGER NOT NULL,"
        "  msgid TEXT NOT NULL, args TEXT NOT NULL) STRICT;"; /* args: a line for each */

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

void fault_make(struct fault *f, const char *key, int64_t since, const struct err *why)
{
        *f = (struct fault){.since = since, .nargs = why->nargs};
        snprintf(f->key, sizeof(f->key), "%s", key);
        snprintf(f->msgid, sizeof(f->msgid), "%s", why->msgid);
        memcpy(f->arg, why->arg, why->nargs * sizeof(f->arg[0]));
}

void fault_why(const struct fault *f, struct err *ret)
{
        *ret = (struct err){.code = -EIO, .msgid = f->msgid, .nargs = f->nargs};
        memcpy(ret->arg, f->arg, f->nargs * sizeof(f->arg[0]));
}

/* Arguments are escaped (err.h): none has a line break. */
static void args_write(const struct fault *f, char *out, size_t size)
{
        size_t n = 0;

        out[0] = '\0';
        for (unsigned i = 0; i < f->nargs; i++)
                n += (size_t) snprintf(out + n, size - n, "%s\n", f->arg[i]);
}

static void args_read(struct fault *f, const char *text)
{
        const char *end;

        for (f->nargs = 0; f->nargs < ERR_ARGS && (end = strchr(text, '\n')); text = end + 1)
                snprintf(f->arg[f->nargs++], ERR_ARG_BYTES, "%.*s", (int) (end - text), text);
}

int fault_set(struct tx *tx, const struct fault *f, struct err *e)
{
        char args[ERR_ARGS * (ERR_ARG_BYTES + 1)];

        args_write(f, args, sizeof(args));
        return sql_run(
                tx->db,
                "INSERT INTO fault (key, since, msgid, args) VALUES (?1, ?2, ?3, ?4)"
                " ON CONFLICT (key) DO UPDATE SET msgid = excluded.msgid, args = excluded.args",
                SQL_WITH(SQL_TEXT(f->key), SQL_INT(f->since), SQL_TEXT(f->msgid), SQL_TEXT(args)),
                e);
}

int fault_replace(struct tx *tx, const struct fault *v, size_t n, struct err *e)
{
        int r = sql_run(tx->db, "DELETE FROM fault WHERE key NOT LIKE 'inbox %'", SQL_NOTHING, e);

        for (size_t i = 0; i < n && r == 0; i++)
                if (!fault_is_inbox(v[i].key)) /* an alarm about what stands there already */
                        r = fault_set(tx, &v[i], e);
        return r;
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

        r = sql_open(db, "SELECT key, since, msgid, args FROM fault ORDER BY since, key",
                     SQL_NOTHING, &q, e);
        if (r < 0)
                return r;
        while (n < max && (r = sql_step(q, e)) > 0) {
                snprintf(v[n].key, sizeof(v[n].key), "%s", sql_text(q, 0));
                v[n].since = sql_int(q, 1);
                snprintf(v[n].msgid, sizeof(v[n].msgid), "%s", sql_text(q, 2));
                args_read(&v[n], sql_text(q, 3));
                n++;
        }
        if (r < 0)
                return r;
        *ret_n = n;
        return 0;
}
