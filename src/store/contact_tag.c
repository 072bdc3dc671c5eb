// SPDX-License-Identifier: MIT
#include "press/book.h"

#include "book_internal.h"
#include "press/buf.h"
#include "press/mem.h"

#include <stdlib.h>
#include <string.h>

#define LISTS_BYTES (64u << 10) /* the names of all lists of one contact */

/* The next name of "a;b;c": moves *s behind it; NULL at the end. free() it. */
static char *next_name(const char **s)
{
        size_t n;
        char *name;

        while (**s == ';')
                (*s)++;
        if (!**s)
                return NULL;
        n = strcspn(*s, ";");
        name = mem_strndup(*s, n);
        *s += n;
        return name;
}

/* The id of a row (id, name, folded), made when it is new. */
static int name_id(struct db *db, const char *select, const char *insert, const char *name,
                   int64_t *ret, bool *ret_new, struct err *e)
{
        CLEANUP(mem_free) char *fold = folded(name);
        int r;

        *ret_new = false;
        r = sql_get_int(db, select, SQL_WITH(SQL_TEXT(name)), ret, e);
        if (r != 0)
                return r < 0 ? r : 0;
        *ret_new = true;
        r = sql_get_int(db, insert, SQL_WITH(SQL_TEXT(name), SQL_TEXT(fold)), ret, e);
        return r < 0 ? r : 0;
}

static int tag_add(struct tx *tx, int64_t contact, const char *name, int64_t import, struct err *e)
{
        static const char select[] = "SELECT id FROM tag WHERE name = ?1";
        static const char insert[] = "INSERT INTO tag (name, folded) VALUES (?1, ?2) RETURNING id";
        static const char link[] = "INSERT INTO contact_tag (contact_id, tag_id) VALUES (?1, ?2)"
                                   " ON CONFLICT DO NOTHING";
        int64_t tag = 0;
        bool made;
        int r;

        r = name_id(tx->db, select, insert, name, &tag, &made, e);
        if (r == 0 && made && import)
                r = undo_note(tx, import, "new tag", tag, NULL, e);
        if (r < 0)
                return r;
        return sql_run(tx->db, link, SQL_WITH(SQL_INT(contact), SQL_INT(tag)), e);
}

int contact_tags_write(struct tx *tx, int64_t contact, const char *tags, int64_t import,
                       struct err *e)
{
        static const char clear[] = "DELETE FROM contact_tag WHERE contact_id = ?1";
        int r = sql_run(tx->db, clear, SQL_WITH(SQL_INT(contact)), e);

        while (r == 0) {
                CLEANUP(mem_free) char *name = next_name(&tags);

                if (!name)
                        break;
                r = tag_add(tx, contact, name, import, e);
        }
        return r;
}

static int list_add(struct tx *tx, int64_t contact, const char *name, struct err *e)
{
        static const char select[] = "SELECT id FROM list WHERE name = ?1";
        static const char insert[] = "INSERT INTO list (name, folded) VALUES (?1, ?2) RETURNING id";
        static const char link[] = "INSERT INTO list_member (contact_id, list_id) VALUES (?1, ?2)"
                                   " ON CONFLICT DO NOTHING";
        int64_t list = 0;
        bool made;
        int r;

        r = name_id(tx->db, select, insert, name, &list, &made, e);
        if (r < 0)
                return r;
        return sql_run(tx->db, link, SQL_WITH(SQL_INT(contact), SQL_INT(list)), e);
}

int contact_lists_set(struct tx *tx, int64_t id, const char *lists, struct err *e)
{
        static const char clear[] = "DELETE FROM list_member WHERE contact_id = ?1";
        CLEANUP(contact_done) struct contact c = {0};
        int r;

        r = contact_get(tx->db, id, &c, e);
        if (r == 0)
                r = book_write(tx, 0, e);
        if (r == 0)
                r = sql_run(tx->db, clear, SQL_WITH(SQL_INT(id)), e);
        while (r == 0) {
                CLEANUP(mem_free) char *name = next_name(&lists);

                if (!name)
                        break;
                r = list_add(tx, id, name, e);
        }
        return r;
}

int contact_lists(struct db *db, int64_t id, char **ret, struct err *e)
{
        static const char sql[] = "SELECT l.name FROM list_member m JOIN list l ON l.id = m.list_id"
                                  " WHERE m.contact_id = ?1 ORDER BY l.name";
        CLEANUP(sql_close) struct sql *q = NULL;
        CLEANUP(buf_done) struct buf b = BUF(LISTS_BYTES);
        int r;

        r = sql_open(db, sql, SQL_WITH(SQL_INT(id)), &q, e);
        if (r < 0)
                return r;
        while ((r = sql_step(q, e)) > 0)
                buf_addf(&b, "%s%s", b.len ? ";" : "", sql_text(q, 0));
        if (r < 0)
                return r;
        *ret = buf_take(&b);
        return 0;
}
