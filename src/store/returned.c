// SPDX-License-Identifier: MIT
#include "press/returned.h"

#include "press/buf.h"
#include "press/mem.h"
#include "sql.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_ROWS 200 /* held in memory while fn is called */

static const char *const kind_name[] = {
        "status",   "complaint", "autoreply", "challenge",  "receipt",
        "feedback", "loop",      "mail",      "unreadable",
};
static const char *const match_name[] = {"tag", "envid", "message-id", "none", "forged"};

const struct words returned_kinds = {kind_name, COUNT_OF(kind_name)};
const struct words returned_matches = {match_name, COUNT_OF(match_name)};

_Static_assert(COUNT_OF(kind_name) == RETURNED_KINDS, "a name for each kind");
_Static_assert(COUNT_OF(match_name) == RETURNED_MATCHES, "a name for each match");

/* --- the hash -------------------------------------------------------------------- */

/* The bytes of the line at p without its end; *ret_next is where the next one begins. */
static size_t line_length(const char *p, const char *end, const char **ret_next)
{
        const char *lf = memchr(p, '\n', (size_t) (end - p));
        size_t n = (size_t) ((lf ? lf : end) - p);

        *ret_next = lf ? lf + 1 : end;
        return n && p[n - 1] == '\r' ? n - 1 : n;
}

void returned_digest(const char *mail, size_t n, unsigned char out[HASH_BYTES])
{
        const char *p = mail, *end = mail + n, *next;
        size_t empty = 0;
        struct hash h;

        hash_init(&h);
        if (n >= 5 && memcmp(p, "From ", 5) == 0)
                line_length(p, end, &p);
        for (; p < end; p = next) {
                size_t len = line_length(p, end, &next);

                if (len == 0) {
                        empty++; /* those at the end do not count */
                        continue;
                }
                for (; empty; empty--)
                        hash_piece(&h, "", 0);
                hash_piece(&h, p, len);
        }
        hash_final(&h, out);
}

/* --- writing ------------------------------------------------------------------------ */

int returned_add(struct tx *tx, const struct returned *r, int64_t *ret_id, struct err *e)
{
        static const char sql[] =
                "INSERT INTO returned (digest, inbox, at, kind, matched, release_id, delivery_id,"
                " sender, subject, trouble, away_until)"
                " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"
                " ON CONFLICT DO NOTHING";
        int64_t id = 0;
        int rc;

        assert(tx->write);
        rc = sql_insert(
                tx->db, sql,
                SQL_WITH(SQL_BLOB(r->digest, sizeof(r->digest)), SQL_TEXT(r->inbox), SQL_INT(r->at),
                         SQL_TEXT(words_name(&returned_kinds, (int) r->kind)),
                         SQL_TEXT(words_name(&returned_matches, (int) r->matched)),
                         SQL_OPT(r->release), SQL_OPT(r->delivery), SQL_TEXT(r->sender),
                         SQL_TEXT(r->subject), SQL_TEXT(r->trouble), SQL_OPT(r->away_until)),
                &id, e);
        if (rc < 0)
                return rc;
        if (rc == 0)
                return err_set(e, -EEXIST, N_("This mail was handled before"));
        *ret_id = id;
        return 0;
}

int returned_answered(struct tx *tx, int64_t id, const char *by, int64_t now, int64_t *ret_release,
                      struct err *e)
{
        static const char sql[] = "UPDATE returned SET answered_at = ?2, answered_by = ?3"
                                  " WHERE id = ?1 AND kind = 'mail' AND answered_at IS NULL";
        static const char why_sql[] =
                "SELECT kind = 'mail', release_id FROM returned WHERE id = ?1";
        CLEANUP(sql_close) struct sql *q = NULL;
        int64_t changed;
        int r;

        assert(tx->write && now);
        r = sql_run(tx->db, sql, SQL_WITH(SQL_INT(id), SQL_INT(now), SQL_TEXT(by)), e);
        changed = sql_changes(tx->db);
        if (r >= 0)
                r = sql_first(tx->db, why_sql, SQL_WITH(SQL_INT(id)), &q, e);
        if (r < 0)
                return r;
        if (r == 0)
                return err_set(e, -ENOENT, N_("There is no question %lld"), (long long) id);
        if (changed == 1) {
                *ret_release = sql_int(q, 1);
                return 0;
        }
        return err_set(e, -EINVAL,
                       sql_int(q, 0) ? N_("Question %lld was answered before")
                                     : N_("Number %lld is no question of a person"),
                       (long long) id);
}

/* --- reading ------------------------------------------------------------------------- */

static int word(struct sql *q, int column, const struct words *w)
{
        int value = words_find(w, sql_text(q, column));

        assert(value >= 0); /* the table's CHECK */
        return value;
}

int returned_known(struct db *db, const unsigned char digest[HASH_BYTES],
                   enum returned_kind *ret_kind, enum returned_match *ret_match, struct err *e)
{
        static const char sql[] = "SELECT kind, matched FROM returned WHERE digest = ?1";
        CLEANUP(sql_close) struct sql *q = NULL;
        int r = sql_first(db, sql, SQL_WITH(SQL_BLOB(digest, HASH_BYTES)), &q, e);

        if (r <= 0)
                return r;
        *ret_kind = (enum returned_kind) word(q, 0, &returned_kinds);
        *ret_match = (enum returned_match) word(q, 1, &returned_matches);
        return 1;
}

#define TEXTS 5 /* of one row */

/* One row with strings of its own, so that no read is open while fn runs. */
struct row {
        struct returned r;
        char *text[TEXTS];
};

struct page {
        struct row v[PAGE_ROWS];
        size_t n;
};

static void page_clear(struct page *p)
{
        for (; p->n; p->n--)
                for (size_t i = 0; i < TEXTS; i++)
                        free(p->v[p->n - 1].text[i]);
}

static void page_free(struct page **p)
{
        page_clear(*p);
        free(*p);
}

static void row_read(struct sql *q, struct row *row)
{
        struct returned *r = &row->r;
        const char **const texts[] = {&r->inbox, &r->sender, &r->subject, &r->trouble,
                                      &r->answered_by};
        int c = 9;
        const void *digest;
        size_t n;

        _Static_assert(COUNT_OF(texts) == TEXTS, "one string each");
        *r = (struct returned){
                .id = sql_int(q, 0),
                .at = sql_int(q, 2),
                .kind = (enum returned_kind) word(q, 3, &returned_kinds),
                .matched = (enum returned_match) word(q, 4, &returned_matches),
                .release = sql_int(q, 5),
                .delivery = sql_int(q, 6),
                .away_until = sql_int(q, 7),
                .answered_at = sql_int(q, 8),
        };
        digest = sql_blob(q, 1, &n);
        memcpy(r->digest, digest, n < sizeof(r->digest) ? n : sizeof(r->digest));
        for (size_t i = 0; i < TEXTS; i++)
                *texts[i] = row->text[i] = sql_text_dup(q, c++);
}

/* Questions and notes of absence have a small index of their own; its condition must be named. */
static void query_make(const struct returned_filter *f, struct buf *sql)
{
        (void) buf_adds(sql, "SELECT id, digest, at, kind, matched, release_id, delivery_id,"
                             " away_until, answered_at, inbox, sender, subject, trouble,"
                             " answered_by FROM returned WHERE id > ?1");
        if (f->kind >= 0)
                (void) buf_addf(sql, " AND kind = '%s'", words_name(&returned_kinds, f->kind));
        if (f->kind == RETURNED_MAIL || f->kind == RETURNED_AUTOREPLY)
                (void) buf_adds(sql, " AND (kind = 'mail' OR kind = 'autoreply')");
        if (f->release)
                (void) buf_adds(sql, " AND release_id = ?2");
        if (f->open)
                (void) buf_adds(sql, " AND kind = 'mail' AND answered_at IS NULL");
        (void) buf_addf(sql, " ORDER BY id LIMIT %d", PAGE_ROWS);
}

static int page_read(struct db *db, const struct returned_filter *f, const char *sql, int64_t after,
                     struct page *page, struct err *e)
{
        const struct sql_value v[] = {SQL_INT(after), SQL_INT(f->release)};
        CLEANUP(sql_close) struct sql *q = NULL;
        int r = sql_open_made(db, sql, v, f->release ? 2 : 1, &q, e);

        page_clear(page);
        if (r < 0)
                return r;
        while ((r = sql_step(q, e)) > 0)
                row_read(q, &page->v[page->n++]);
        return r;
}

int returned_each(struct db *db, const struct returned_filter *f,
                  int (*fn)(void *ctx, const struct returned *r), void *ctx, struct err *e)
{
        CLEANUP(page_free) struct page *page = mem_zalloc(sizeof(*page));
        CLEANUP(buf_done) struct buf sql = BUF(2048);
        int64_t after = 0;
        int r;

        query_make(f, &sql);
        do {
                r = page_read(db, f, sql.s, after, page, e);
                if (r < 0)
                        return r;
                for (size_t i = 0; i < page->n; i++) {
                        after = page->v[i].r.id;
                        r = fn(ctx, &page->v[i].r);
                        if (r != 0)
                                return r < 0 ? r : 0;
                }
        } while (page->n == PAGE_ROWS);
        return 0;
}

static int odd(struct db *db, const char *sql, int64_t *ret, struct err *e)
{
        int64_t n = 0;
        int r = sql_get_int(db, sql, SQL_NOTHING, &n, e);

        if (r < 0)
                return r;
        *ret = n;
        return 0;
}

/* The index of odd ones is found by the whole of its condition. */
int returned_forged(struct db *db, int64_t *ret, struct err *e)
{
        return odd(db,
                   "SELECT count(*) FROM returned WHERE matched = 'forged'"
                   " AND (matched = 'forged' OR kind = 'unreadable')",
                   ret, e);
}

int returned_unreadable(struct db *db, int64_t *ret, struct err *e)
{
        return odd(db,
                   "SELECT count(*) FROM returned WHERE kind = 'unreadable'"
                   " AND (matched = 'forged' OR kind = 'unreadable')",
                   ret, e);
}
