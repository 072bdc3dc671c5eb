// SPDX-License-Identifier: MIT
#include "press/delivery.h"

#include "delivery_internal.h"
#include "press/mem.h"
#include "press/text.h"

#include <errno.h>
#include <string.h>

static int read_list(struct db *db, const char *sql, const struct sql_value *v, size_t n,
                     struct delivery_list *ret, struct err *e)
{
        CLEANUP(delivery_list_done) struct delivery_list l = {0};
        CLEANUP(sql_close) struct sql *q = NULL;
        int r = sql_open(db, sql, v, n, &q, e);

        if (r >= 0)
                r = delivery_rows(q, &l, e);
        if (r < 0)
                return r;
        *ret = l;
        l = (struct delivery_list){0};
        return 0;
}

int delivery_page(struct db *db, int64_t release, int64_t after, size_t limit,
                  struct delivery_list *ret, struct err *e)
{
        static const char sql[] = "SELECT " DELIVERY_COLUMNS " FROM delivery d"
                                  " WHERE d.release_id = ?1 AND d.id > ?2 ORDER BY d.id LIMIT ?3";

        return read_list(db, sql,
                         SQL_WITH(SQL_INT(release), SQL_INT(after), SQL_INT((int64_t) limit)), ret,
                         e);
}

int delivery_find(struct db *db, int64_t release, const char *address, struct delivery_list *ret,
                  struct err *e)
{
        static const char sql[] = "SELECT " DELIVERY_COLUMNS " FROM delivery d WHERE d.address = ?2"
                                  " AND d.address <> '' AND d.release_id = ?1 ORDER BY d.copy";

        return read_list(db, sql, SQL_WITH(SQL_INT(release), SQL_TEXT(address)), ret, e);
}

int delivery_of_contact(struct db *db, int64_t release, int64_t contact, struct delivery_list *ret,
                        struct err *e)
{
        static const char sql[] = "SELECT " DELIVERY_COLUMNS " FROM delivery d WHERE"
                                  " d.release_id = ?1 AND d.contact_id = ?2 ORDER BY d.copy";

        return read_list(db, sql, SQL_WITH(SQL_INT(release), SQL_INT(contact)), ret, e);
}

int delivery_who(struct db *db, int64_t release, const char *words, size_t limit,
                 struct delivery_list *ret, struct err *e)
{
        static const char sql[] =
                "SELECT " DELIVERY_COLUMNS " FROM delivery d WHERE d.release_id = ?1"
                " AND instr(d.who_fold, ?3) > 0 AND instr(d.who_fold, ?4) > 0"
                " AND instr(d.who_fold, ?5) > 0 AND instr(d.who_fold, ?6) > 0"
                " AND instr(d.who_fold, ?7) > 0 AND instr(d.who_fold, ?8) > 0"
                " AND instr(d.who_fold, ?9) > 0 AND instr(d.who_fold, ?10) > 0"
                " ORDER BY d.id LIMIT ?2";
        struct sql_value v[2 + DELIVERY_WORDS_MAX] = {SQL_INT(release), SQL_INT((int64_t) limit)};
        CLEANUP(mem_free) char *fold = text_fold(words);
        char *rest = fold, *word;
        size_t n = 0;

        while (rest && (word = strsep(&rest, " ")) != NULL) {
                if (!word[0])
                        continue;
                if (n == DELIVERY_WORDS_MAX)
                        return err_set(e, -EINVAL, N_("At most %d words can be looked for"),
                                       DELIVERY_WORDS_MAX);
                v[2 + n++] = SQL_TEXT(word);
        }
        if (n == 0)
                return err_set(e, -EINVAL, N_("There is no word to look for"));
        while (n < DELIVERY_WORDS_MAX)
                v[2 + n++] = SQL_TEXT(""); /* occurs in every text */
        return read_list(db, sql, v, COUNT_OF(v), ret, e);
}

int delivery_copies(struct db *db, const struct delivery *d, struct delivery_list *ret,
                    struct err *e)
{
        static const char sql[] = "SELECT " DELIVERY_COLUMNS " FROM delivery d WHERE d.id IN ("
                                  " SELECT id FROM delivery WHERE replaces = ?1"
                                  " UNION SELECT id FROM delivery WHERE release_id = ?2"
                                  "  AND contact_id = ?3 AND copy > ?4)"
                                  " AND d.address <> ?5 ORDER BY d.id";

        return read_list(db, sql,
                         SQL_WITH(SQL_INT(d->id), SQL_INT(d->release_id), SQL_OPT(d->contact_id),
                                  SQL_INT(d->copy), SQL_TEXT(d->address)),
                         ret, e);
}

int delivery_unreached(struct db *db, int64_t release, size_t limit, struct delivery_list *ret,
                       struct err *e)
{
#define REACHED " AND k.outcome = 'reached' AND k.undone_at IS NULL)"
#define TRIED   " AND l.state NOT IN ('suppressed', 'cancelled'))"
        static const char sql[] =
                "SELECT " DELIVERY_COLUMNS " FROM delivery d WHERE d.release_id = ?1"
                " AND (d.state = 'refused' OR d.state = 'bounced' OR d.state = 'expired'"
                "      OR d.state = 'suppressed')"
                " AND (d.state <> 'suppressed' OR d.reason IN ('no-address', 'dead-address'))"
                " AND NOT EXISTS (SELECT 1 FROM delivery l WHERE l.release_id = d.release_id"
                "  AND l.contact_id = d.contact_id AND l.copy > d.copy" TRIED
                " AND NOT EXISTS (SELECT 1 FROM delivery l WHERE l.address = d.address"
                "  AND l.address <> '' AND l.release_id = d.release_id AND l.copy > d.copy" TRIED
                " AND NOT EXISTS (SELECT 1 FROM delivery l WHERE l.replaces = d.id" TRIED
                " AND NOT EXISTS (SELECT 1 FROM call k WHERE k.release_id = d.release_id"
                "  AND k.contact_id = d.contact_id" REACHED
                " AND NOT EXISTS (SELECT 1 FROM call k WHERE (k.delivery_id = d.id"
                "  OR k.delivery_id = d.replaces)" REACHED " ORDER BY d.priority, d.id LIMIT ?2";

        return read_list(db, sql, SQL_WITH(SQL_INT(release), SQL_INT((int64_t) limit)), ret, e);
#undef TRIED
#undef REACHED
}

int delivery_next_retry(struct db *db, int64_t release, int64_t *ret, struct err *e)
{
        static const char sql[] = "SELECT due_at FROM delivery WHERE release_id = ?1"
                                  " AND state IN ('deferred', 'unknown') AND parked IS NULL"
                                  " AND due_at IS NOT NULL"
                                  " ORDER BY due_at LIMIT 1";
        int64_t due = 0;
        int r = sql_get_int(db, sql, SQL_WITH(SQL_INT(release)), &due, e);

        if (r < 0)
                return r;
        *ret = due;
        return 0;
}
