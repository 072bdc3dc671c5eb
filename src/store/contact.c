// SPDX-License-Identifier: MIT
#include "press/book.h"

#include "book_internal.h"
#include "press/mem.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

void contact_done(struct contact *c)
{
        free(c->name);
        free(c->title);
        free(c->email);
        free(c->phone);
        free(c->tags);
        free(c->source);
        free(c->org);
        free(c->org_short);
        free(c->org_code);
        free(c->province);
        free(c->region);
        *c = (struct contact){0};
}

void contact_list_done(struct contact_list *l)
{
        for (size_t i = 0; i < l->n; i++)
                contact_done(&l->v[i]);
        free(l->v);
        *l = (struct contact_list){0};
}

void contact_list_add(struct contact_list *l, struct contact *c)
{
        if (l->n % 64 == 0)
                l->v = mem_realloc(l->v, l->n + 64, sizeof(*l->v));
        l->v[l->n++] = *c;
        *c = (struct contact){0};
}

static char *dup(const char *s)
{
        return mem_strdup(s ? s : "");
}

struct contact contact_copy(const struct contact *c)
{
        struct contact copy = *c;

        copy.name = dup(c->name);
        copy.title = dup(c->title);
        copy.email = dup(c->email);
        copy.phone = dup(c->phone);
        copy.tags = dup(c->tags);
        copy.source = dup(c->source);
        copy.org = dup(c->org);
        copy.org_short = dup(c->org_short);
        copy.org_code = dup(c->org_code);
        copy.province = dup(c->province);
        copy.region = dup(c->region);
        return copy;
}

/* A word that a CHECK of the table allows; -1 would be our own bug. */
static int word(struct sql *q, int column, const struct words *w)
{
        int i = words_find(w, sql_text(q, column));

        assert(i >= 0);
        return i;
}

void contact_read(struct sql *q, struct contact *ret)
{
        enum lang language = LANG_VI;
        int r = msg_lang_parse(sql_text(q, 7), &language);

        assert(r == 0);
        (void) r;
        *ret = (struct contact){
                .id = sql_int(q, 0),
                .org_id = sql_int(q, 1),
                .name = sql_text_dup(q, 2),
                .role = (enum contact_role) word(q, 3, &contact_roles),
                .title = sql_text_dup(q, 4),
                .email = sql_text_dup(q, 5),
                .phone = sql_text_dup(q, 6),
                .language = language,
                .priority = (int) sql_int(q, 8),
                .tags = sql_text_dup(q, 9),
                .source = sql_text_dup(q, 10),
                .from_at = sql_int(q, 11),
                .to_at = sql_int(q, 12),
                .created_at = sql_int(q, 13),
                .changed_at = sql_int(q, 14),
                .org = sql_text_dup(q, 15),
                .org_short = sql_text_dup(q, 16),
                .org_code = sql_text_dup(q, 17),
                .org_kind = (enum org_kind) word(q, 18, &org_kinds),
                .province = sql_text_dup(q, 19),
                .region = sql_text_dup(q, 20),
        };
}

int contact_rows(struct sql *q, struct contact_list *l, struct err *e)
{
        int r;

        while ((r = sql_step(q, e)) > 0) {
                struct contact c;

                contact_read(q, &c);
                contact_list_add(l, &c);
        }
        return r;
}

int contact_get(struct db *db, int64_t id, struct contact *ret, struct err *e)
{
        static const char sql[] = "SELECT " CONTACT_COLUMNS " FROM contact c"
                                  " JOIN org o ON o.id = c.org_id WHERE c.id = ?1";
        CLEANUP(sql_close) struct sql *q = NULL;
        int r;

        r = sql_open(db, sql, SQL_WITH(SQL_INT(id)), &q, e);
        if (r == 0)
                r = sql_step(q, e);
        if (r < 0)
                return r;
        if (r == 0)
                return err_set(e, -ENOENT, N_("There is no contact %lld"), (long long) id);
        contact_read(q, ret);
        return 0;
}

static char *find_text(const struct contact *c)
{
        CLEANUP(mem_free)
        char *all = mem_printf("%s %s %s %s", c->name, c->title, c->email, c->phone);

        return folded(all);
}

/* How the columns are bound, in INSERT and UPDATE alike: ?2 to ?15, after the id or nothing. */
#define CONTACT_VALUES(c, find)                                                                    \
        SQL_INT((c)->org_id), SQL_TEXT((c)->name),                                                 \
                SQL_TEXT(words_name(&contact_roles, (int) (c)->role)), SQL_TEXT((c)->title),       \
                SQL_TEXT((c)->email), SQL_TEXT((c)->phone),                                        \
                SQL_TEXT(msg_lang_name((c)->language)), SQL_INT((c)->priority),                    \
                SQL_TEXT((c)->tags), SQL_TEXT((c)->source), SQL_TEXT(find), SQL_INT((c)->from_at), \
                SQL_OPT((c)->to_at)

int contact_add(struct tx *tx, struct contact *c, int64_t import, int64_t now, struct err *e)
{
        static const char sql[] =
                "INSERT INTO contact (changed_at, org_id, name, role, title, email, phone,"
                " language, priority, tags, source, find, from_at, to_at, created_at)"
                " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?1)"
                " RETURNING id";
        CLEANUP(mem_free) char *find = find_text(c);
        int64_t id = 0;
        int r;

        r = book_write(tx, import, e);
        if (r == 0)
                r = sql_get_int(tx->db, sql, SQL_WITH(SQL_INT(now), CONTACT_VALUES(c, find)), &id,
                                e);
        if (r >= 0 && import)
                r = undo_note(tx, import, "new contact", id, NULL, e);
        if (r >= 0 && *c->tags)
                r = contact_tags_write(tx, id, c->tags, import, e);
        if (r < 0)
                return r;
        c->id = id;
        c->created_at = c->changed_at = now;
        return 0;
}

bool contact_same(const struct contact *a, const struct contact *b)
{
        return a->org_id == b->org_id && a->role == b->role && a->language == b->language &&
               a->priority == b->priority && a->from_at == b->from_at && a->to_at == b->to_at &&
               strcmp(a->name, b->name) == 0 && strcmp(a->title, b->title) == 0 &&
               strcmp(a->email, b->email) == 0 && strcmp(a->phone, b->phone) == 0 &&
               strcmp(a->tags, b->tags) == 0 && strcmp(a->source, b->source) == 0;
}

static int keep_old(struct tx *tx, int64_t id, int64_t import, struct err *e)
{
        static const char sql[] =
                "INSERT INTO contact_undo SELECT ?2, org_id, name, role, title, email, phone,"
                " language, priority, tags, source, find, from_at, to_at, changed_at"
                " FROM contact WHERE id = ?1";
        int64_t undo;
        int r;

        r = undo_note(tx, import, "contact", id, &undo, e);
        if (r < 0)
                return r;
        return sql_run(tx->db, sql, SQL_WITH(SQL_INT(id), SQL_INT(undo)), e);
}

int contact_change(struct tx *tx, const struct contact *c, int64_t import, int64_t now,
                   struct err *e)
{
        static const char sql[] =
                "UPDATE contact SET org_id = ?2, name = ?3, role = ?4, title = ?5, email = ?6,"
                " phone = ?7, language = ?8, priority = ?9, tags = ?10, source = ?11, find = ?12,"
                " from_at = ?13, to_at = ?14, changed_at = ?15 WHERE id = ?1";
        CLEANUP(contact_done) struct contact old = {0};
        CLEANUP(mem_free) char *find = find_text(c);
        int r;

        r = contact_get(tx->db, c->id, &old, e);
        if (r < 0)
                return r;
        if (contact_same(c, &old))
                return 0;
        r = book_write(tx, import, e);
        if (r == 0 && import)
                r = keep_old(tx, c->id, import, e);
        if (r == 0)
                r = sql_run(tx->db, sql,
                            SQL_WITH(SQL_INT(c->id), CONTACT_VALUES(c, find), SQL_INT(now)), e);
        if (r == 0 && strcmp(c->tags, old.tags) != 0)
                r = contact_tags_write(tx, c->id, c->tags, import, e);
        return r < 0 ? r : 1;
}

int contact_end(struct tx *tx, int64_t id, int64_t now, struct err *e)
{
        CLEANUP(contact_done) struct contact c = {0};
        int r;

        r = contact_get(tx->db, id, &c, e);
        if (r < 0)
                return r;
        if (c.to_at && c.to_at <= now)
                return err_set(e, -EEXIST, N_("Contact %lld had ended already"), (long long) id);
        c.to_at = now;
        r = contact_change(tx, &c, 0, now, e);
        return r < 0 ? r : 0;
}

/* Of the contacts with this telephone, the one of that name. */
static int match_phone(struct db *db, int64_t org_id, const char *phone, const char *name,
                       int64_t now, int64_t *ret_id, struct err *e)
{
        static const char sql[] =
                "SELECT c.id, c.name FROM contact c JOIN org o ON o.id = c.org_id"
                " WHERE c.org_id = ? AND c.email = '' AND c.phone = ? AND " CONTACT_CURRENT
                " ORDER BY c.id";
        CLEANUP(sql_close) struct sql *q = NULL;
        CLEANUP(mem_free) char *want = folded(name);
        int r;

        r = sql_open(db, sql,
                     SQL_WITH(SQL_INT(org_id), SQL_TEXT(phone), CONTACT_CURRENT_VALUES(now)), &q,
                     e);
        if (r < 0)
                return r;
        while ((r = sql_step(q, e)) > 0) {
                CLEANUP(mem_free) char *have = folded(sql_text(q, 1));

                if (strcmp(want, have) == 0) {
                        *ret_id = sql_int(q, 0);
                        return 1;
                }
        }
        return r;
}

int contact_match(struct db *db, int64_t org_id, const char *email, const char *phone,
                  const char *name, int64_t now, int64_t *ret_id, struct err *e)
{
        static const char sql[] =
                "SELECT c.id FROM contact c JOIN org o ON o.id = c.org_id"
                " WHERE c.org_id = ? AND c.email = ? AND c.email <> '' AND " CONTACT_CURRENT
                " ORDER BY c.id";

        if (!*email)
                return match_phone(db, org_id, phone, name, now, ret_id, e);
        return sql_get_int(db, sql,
                           SQL_WITH(SQL_INT(org_id), SQL_TEXT(email), CONTACT_CURRENT_VALUES(now)),
                           ret_id, e);
}

int contact_page(struct db *db, int64_t now, int64_t after, size_t limit, struct contact_list *ret,
                 struct err *e)
{
        static const char sql[] =
                "SELECT " CONTACT_COLUMNS " FROM contact c CROSS JOIN org o"
                " WHERE o.id = c.org_id AND c.id > ? AND " CONTACT_CURRENT " ORDER BY c.id LIMIT ?";
        CLEANUP(sql_close) struct sql *q = NULL;
        CLEANUP(contact_list_done) struct contact_list l = {0};
        int r;

        r = sql_open(
                db, sql,
                SQL_WITH(SQL_INT(after), CONTACT_CURRENT_VALUES(now), SQL_INT((int64_t) limit)), &q,
                e);
        if (r == 0)
                r = contact_rows(q, &l, e);
        if (r < 0)
                return r;
        *ret = l;
        l = (struct contact_list){0};
        return 0;
}
