// SPDX-License-Identifier: MIT
#include "press/release.h"

#include "count.h"
#include "press/mem.h"
#include "release_internal.h"
#include "sql.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

void release_done(struct release *r)
{
        char *const texts[] = {r->number,      r->title,        r->key,    r->text,
                               r->audience,    r->except,       r->early,  r->contact,
                               r->signer,      r->reply_to,     r->reason, r->submitted_by,
                               r->approved_by, r->approved_hash};

        for (size_t i = 0; i < COUNT_OF(texts); i++)
                free(texts[i]);
        *r = (struct release){0};
}

void release_list_done(struct release_list *l)
{
        for (size_t i = 0; i < l->n; i++)
                release_done(&l->v[i]);
        free(l->v);
        *l = (struct release_list){0};
}

void frozen_done(struct frozen *f)
{
        free(f->bytes);
        free(f->cuts);
        *f = (struct frozen){0};
}

void frozen_hash(const struct frozen *f, char out[HASH_HEX_MAX])
{
        unsigned char sum[HASH_BYTES];
        struct hash h;

        hash_init(&h);
        hash_piece(&h, f->bytes, f->n);
        hash_text(&h, f->cuts);
        hash_final(&h, sum);
        hash_hex(sum, out);
}

void release_hash(const struct release *r, char out[HASH_HEX_MAX])
{
        unsigned char sum[HASH_BYTES];
        struct hash h;

        hash_init(&h);
        hash_text(&h, "press release 1");
        hash_text(&h, r->title);
        hash_text(&h, r->number);
        hash_text(&h, words_name(&release_kinds, (int) r->kind));
        hash_text(&h, words_name(&release_classes, (int) r->class));
        hash_text(&h, msg_lang_name(r->language));
        hash_number(&h, r->at);
        hash_number(&h, r->embargo);
        hash_number(&h, r->expires);
        hash_number(&h, r->automatic);
        hash_text(&h, r->reply_to);
        hash_text(&h, r->signer);
        hash_text(&h, r->contact);
        hash_text(&h, r->letter_hash);
        hash_text(&h, r->recipients_hash);
        hash_final(&h, sum);
        hash_hex(sum, out);
}

void release_moments(struct release *r, int64_t now, int64_t grace_ms)
{
        int64_t first = now + grace_ms;

        if (r->at > first)
                first = r->at;
        r->due_at = r->embargo > first ? r->embargo : first;
        r->early_at = r->early && r->early[0] ? first : r->due_at;
        r->moment = r->early_at;
}

/* `done` is a query, never a flag: nothing is open any more. */
static enum release_state shown(enum release_state stored, bool paused, int64_t open)
{
        if (stored != RELEASE_APPROVED && stored != RELEASE_SENDING)
                return stored;
        if (open == 0)
                return RELEASE_DONE;
        return paused ? RELEASE_PAUSED : stored;
}

#define COLUMNS                                                                             \
        "r.id, r.number, r.title, r.kind, r.class, r.language, r.key, r.body, r.audience,"  \
        " r.except_, r.early, r.contact, r.signer, r.reply_to, r.at, r.embargo, r.expires," \
        " r.automatic, r.submitted_at, r.submitted_uid, r.submitted_by, r.approved_at,"     \
        " r.approved_uid, r.approved_by, r.approved_hash, r.reason, r.state, r.paused,"     \
        " r.due_at, r.early_at, r.moment, r.recipients, r.out_at, r.hash, r.content_hash,"  \
        " r.audience_hash, r.recipients_hash, r.letter_hash, r.text_hash,"                  \
        " (SELECT coalesce(sum(c.n), 0) FROM release_count c"                               \
        "   WHERE c.release_id = r.id AND " COUNT_OPEN ")"

static void hex_copy(char out[HASH_HEX_MAX], const char *s)
{
        size_t n = strnlen(s, HASH_HEX_MAX - 1);

        memcpy(out, s, n);
        out[n] = '\0';
}

static int word(struct sql *q, int column, const struct words *w)
{
        int value = words_find(w, sql_text(q, column));

        return value < 0 ? 0 : value;
}

static void row_texts(struct sql *q, int *column, char **const *texts, size_t n)
{
        for (size_t i = 0; i < n; i++)
                *texts[i] = sql_text_dup(q, (*column)++);
}

static void row_read(struct sql *q, struct release *r)
{
        char **const texts[] = {&r->key,   &r->text,    &r->audience, &r->except,
                                &r->early, &r->contact, &r->signer,   &r->reply_to};
        int c = 0;

        *r = (struct release){.id = sql_int(q, c++)};
        r->number = sql_text_dup(q, c++);
        r->title = sql_text_dup(q, c++);
        r->kind = (enum release_kind) word(q, c++, &release_kinds);
        r->class = (enum release_class) word(q, c++, &release_classes);
        (void) msg_lang_parse(sql_text(q, c++), &r->language);
        row_texts(q, &c, texts, COUNT_OF(texts));
        r->at = sql_int(q, c++);
        r->embargo = sql_int(q, c++);
        r->expires = sql_int(q, c++);
        r->automatic = sql_int(q, c++) != 0;
        r->submitted_at = sql_int(q, c++);
        r->submitted_uid = sql_int(q, c++);
        r->submitted_by = sql_text_dup(q, c++);
        r->approved_at = sql_int(q, c++);
        r->approved_uid = sql_int(q, c++);
        r->approved_by = sql_text_dup(q, c++);
        r->approved_hash = sql_text_dup(q, c++);
        r->reason = sql_text_dup(q, c++);
        r->stored = (enum release_state) word(q, c++, &release_states);
        r->paused = sql_int(q, c++) != 0;
        r->due_at = sql_int(q, c++);
        r->early_at = sql_int(q, c++);
        r->moment = sql_int(q, c++);
        r->recipients = sql_int(q, c++);
        r->out_at = sql_int(q, c++);
        hex_copy(r->hash, sql_text(q, c++));
        hex_copy(r->content_hash, sql_text(q, c++));
        hex_copy(r->audience_hash, sql_text(q, c++));
        hex_copy(r->recipients_hash, sql_text(q, c++));
        hex_copy(r->letter_hash, sql_text(q, c++));
        hex_copy(r->text_hash, sql_text(q, c++));
        r->state = shown(r->stored, r->paused, sql_int(q, c));
}

int release_get(struct db *db, int64_t id, struct release *ret, struct err *e)
{
        static const char sql[] =
                "SELECT " COLUMNS " FROM release r WHERE r.id = ?1 AND " RELEASE_VISIBLE;
        CLEANUP(sql_close) struct sql *q = NULL;
        int r = count_sync(db, e);

        if (r >= 0)
                r = sql_first(db, sql, SQL_WITH(SQL_INT(id)), &q, e);
        if (r < 0)
                return r;
        if (r == 0)
                return err_set(e, -ENOENT, "There is no release %lld.", (long long) id);
        row_read(q, ret);
        return 0;
}

int release_list(struct db *db, size_t limit, struct release_list *ret, struct err *e)
{
        static const char sql[] = "SELECT " COLUMNS " FROM release r WHERE " RELEASE_VISIBLE
                                  " ORDER BY r.id DESC LIMIT ?1";
        CLEANUP(sql_close) struct sql *q = NULL;
        CLEANUP(release_list_done) struct release_list l = {0};
        int r = count_sync(db, e);

        if (r >= 0)
                r = sql_open(db, sql, SQL_WITH(SQL_INT((int64_t) limit)), &q, e);
        if (r < 0)
                return r;
        while ((r = sql_step(q, e)) > 0) {
                l.v = mem_realloc(l.v, l.n + 1, sizeof(*l.v));
                row_read(q, &l.v[l.n++]);
        }
        if (r < 0)
                return r;
        *ret = l;
        l = (struct release_list){0};
        return 0;
}

int release_letter(struct db *db, int64_t id, struct frozen *ret, struct err *e)
{
        static const char head_sql[] =
                "SELECT r.cuts, (SELECT coalesce(sum(length(data)), 0) FROM content"
                "                 WHERE release_id = r.id AND item = 0)"
                " FROM release r WHERE r.id = ?1 AND " RELEASE_VISIBLE;
        static const char piece_sql[] = "SELECT data FROM content"
                                        " WHERE release_id = ?1 AND item = 0 ORDER BY piece";
        CLEANUP(frozen_done) struct frozen f = {0};
        CLEANUP(sql_close) struct sql *head = NULL;
        CLEANUP(sql_close) struct sql *piece = NULL;
        size_t n = 0;
        int r;

        r = sql_open(db, head_sql, SQL_WITH(SQL_INT(id)), &head, e);
        if (r >= 0)
                r = sql_step(head, e);
        if (r < 0)
                return r;
        if (r == 0)
                return err_set(e, -ENOENT, "There is no release %lld.", (long long) id);
        f.cuts = sql_text_dup(head, 0);
        f.n = (size_t) sql_int(head, 1);
        f.bytes = mem_alloc(f.n + 1);
        r = sql_open(db, piece_sql, SQL_WITH(SQL_INT(id)), &piece, e);
        if (r < 0)
                return r;
        while ((r = sql_step(piece, e)) > 0) {
                size_t len;
                const void *p = sql_blob(piece, 0, &len);

                assert(len <= f.n - n);
                memcpy(f.bytes + n, p, len);
                n += len;
        }
        if (r < 0)
                return r;
        assert(n == f.n);
        f.bytes[n] = '\0';
        *ret = f;
        f = (struct frozen){0};
        return 0;
}

int release_counts(struct db *db, int64_t id, int64_t ret[DELIVERY_STATES], struct err *e)
{
        static const char sql[] = "SELECT state, sum(n) FROM release_count"
                                  " WHERE release_id = ?1 GROUP BY state";
        CLEANUP(sql_close) struct sql *q = NULL;
        int64_t n[DELIVERY_STATES] = {0};
        int r = count_sync(db, e);

        if (r >= 0)
                r = sql_open(db, sql, SQL_WITH(SQL_INT(id)), &q, e);
        if (r < 0)
                return r;
        while ((r = sql_step(q, e)) > 0)
                n[word(q, 0, &delivery_states)] = sql_int(q, 1);
        if (r < 0)
                return r;
        memcpy(ret, n, sizeof(n));
        return 0;
}
