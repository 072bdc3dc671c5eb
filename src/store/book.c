// SPDX-License-Identifier: MIT
#include "press/book.h"

#include "book_internal.h"
#include "press/mem.h"
#include "press/text.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

char *folded(const char *s)
{
        char *f = text_fold(s);

        assert(f); /* every door has refused what is not UTF-8 */
        return f;
}

char *like_pattern(const char *before, const char *word, size_t n, const char *after)
{
        char *p = mem_alloc(strlen(before) + 2 * n + strlen(after) + 1), *out;

        out = mempcpy(p, before, strlen(before));
        for (size_t i = 0; i < n; i++) {
                if (strchr("%_\\", word[i]))
                        *out++ = '\\';
                *out++ = word[i];
        }
        memcpy(out, after, strlen(after) + 1);
        return p;
}

static const char OPEN_IMPORT_SQL[] = "SELECT id FROM import WHERE state = 'open' LIMIT 1";

static int importing(struct err *e)
{
        return err_set(e, -EBUSY,
                       N_("The address book is being imported just now; nothing was changed or "
                          "sent. Try again in a moment."));
}

int book_settled(struct db *db, struct err *e)
{
        int64_t open;
        int r = sql_get_int(db, OPEN_IMPORT_SQL, SQL_NOTHING, &open, e);

        return r > 0 ? importing(e) : r;
}

int book_version(struct db *db, int64_t *ret, struct err *e)
{
        int r = sql_get_int(db, "SELECT version FROM book_state", SQL_NOTHING, ret, e);

        return r < 0 ? r : 0;
}

int book_write(struct tx *tx, int64_t import, struct err *e)
{
        int64_t open = 0;
        int r;

        r = sql_get_int(tx->db, OPEN_IMPORT_SQL, SQL_NOTHING, &open, e);
        if (r < 0)
                return r;
        if (open != import)
                return importing(e);
        return sql_run(tx->db, "UPDATE book_state SET version = version + 1", SQL_NOTHING, e);
}

int undo_note(struct tx *tx, int64_t import, const char *what, int64_t row_id, int64_t *ret_id,
              struct err *e)
{
        static const char sql[] = "INSERT INTO import_undo (import_id, what, row_id)"
                                  " VALUES (?1, ?2, ?3) RETURNING id";
        int64_t id = 0;
        int r;

        r = sql_get_int(tx->db, sql, SQL_WITH(SQL_INT(import), SQL_TEXT(what), SQL_INT(row_id)),
                        &id, e);
        if (r < 0)
                return r;
        if (ret_id)
                *ret_id = id;
        return 0;
}
