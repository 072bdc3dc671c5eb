// SPDX-License-Identifier: MIT
#include "press/event.h"

#include "event_internal.h"
#include "press/buf.h"
#include "press/mem.h"
#include "press/text.h"
#include "sql.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_ROWS 500   /* events held in memory while fn is called */
#define PAGE_IDS  20000 /* ids looked through by one read of the whole log */
#define WORDS_MAX 8
#define VALUES    16

static struct sql_value text_or_empty(const char *s)
{
        return SQL_TEXT(s ? s : "");
}

int event_add(struct tx *tx, const struct event *ev, struct err *e)
{
        static const char sql[] =
                "INSERT INTO event (release_id, delivery_id, contact_id, kind, attempt, at, ms,"
                " relay, peer, stage, code, enhanced, reply, tls, state, note,"
                " second_copy, action)"
                " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,"
                " ?17, ?18)";

        return sql_run(tx->db, sql,
                       SQL_WITH(SQL_INT(ev->release_id), SQL_OPT(ev->delivery_id),
                                SQL_OPT(ev->contact_id), SQL_TEXT(ev->kind), SQL_INT(ev->attempt),
                                SQL_INT(ev->at), SQL_INT(ev->ms), text_or_empty(ev->relay),
                                text_or_empty(ev->peer), text_or_empty(ev->stage),
                                SQL_INT(ev->code), text_or_empty(ev->enhanced),
                                text_or_empty(ev->reply), text_or_empty(ev->tls),
                                SQL_TEXT(words_name(&delivery_states, (int) ev->state)),
                                text_or_empty(ev->note), SQL_INT(ev->second_copy),
                                text_or_empty(ev->action)),
                       e);
}

/* --- reading ------------------------------------------------------------------- */

#define TEXTS 12 /* of one event */

#define COLUMNS                                                                                    \
        "e.id, e.release_id, coalesce(e.delivery_id, 0), coalesce(e.contact_id, d.contact_id, 0)," \
        " e.attempt, e.at, e.ms, e.code, e.state, e.kind, coalesce(d.address, ''),"                \
        " coalesce(d.name, ''), coalesce(d.org, ''), e.relay, e.peer, e.stage, e.enhanced,"        \
        " e.reply, e.tls, e.note, e.action, e.second_copy"

/* One event with strings of its own, so that no read is open while fn runs. */
struct row {
        struct event ev;
        char *text[TEXTS];
};

struct page {
        struct row *v;
        size_t n;
};

static void page_done(struct page *p)
{
        for (size_t i = 0; i < p->n; i++)
                for (size_t t = 0; t < COUNT_OF(p->v[i].text); t++)
                        free(p->v[i].text[t]);
        free(p->v);
        *p = (struct page){0};
}

static void row_read(struct sql *q, struct row *row)
{
        struct event *ev = &row->ev;
        const char **const texts[] = {&ev->kind,  &ev->address, &ev->name,  &ev->org,
                                      &ev->relay, &ev->peer,    &ev->stage, &ev->enhanced,
                                      &ev->reply, &ev->tls,     &ev->note,  &ev->action};
        int state = words_find(&delivery_states, sql_text(q, 8)), c = 9;

        _Static_assert(COUNT_OF(texts) <= TEXTS, "one string each");
        *row = (struct row){.ev = {.id = sql_int(q, 0),
                                   .release_id = sql_int(q, 1),
                                   .delivery_id = sql_int(q, 2),
                                   .contact_id = sql_int(q, 3),
                                   .attempt = sql_int(q, 4),
                                   .at = sql_int(q, 5),
                                   .ms = sql_int(q, 6),
                                   .code = sql_int(q, 7)}};
        assert(state >= 0);
        ev->state = (enum delivery_state) state;
        for (size_t i = 0; i < COUNT_OF(texts); i++)
                *texts[i] = row->text[i] = sql_text_dup(q, c++);
        ev->second_copy = sql_int(q, c) != 0;
}

/* The filter as SQL: its text, and the values in order of ?1, ?2, ... */
struct query {
        struct buf sql;
        struct sql_value v[VALUES];
        size_t n;
        char *like[WORDS_MAX]; /* owned */
        size_t nlike;
};

static void query_done(struct query *q)
{
        for (size_t i = 0; i < q->nlike; i++)
                free(q->like[i]);
        buf_done(&q->sql);
}

/* `condition` ends in the operator; the value follows. */
static void query_and(struct query *q, const char *condition, struct sql_value v)
{
        assert(q->n < VALUES);
        q->v[q->n++] = v;
        (void) buf_addf(&q->sql, " AND %s ?%zu", condition, q->n);
}

/* Each word must occur somewhere in name and organisation, marks and case aside. */
static int query_who(struct query *q, const char *who, struct err *e)
{
        CLEANUP(mem_free) char *fold = text_fold(who);
        char *at = fold, *word;

        if (!fold)
                return err_set(e, -EINVAL, "These words are not UTF-8 text: %s", who);
        while ((word = strsep(&at, " ")) != NULL) {
                CLEANUP(buf_done) struct buf like = BUF(4096);

                if (!word[0])
                        continue;
                if (q->nlike == WORDS_MAX)
                        return err_set(e, -EINVAL, "At most %d words can be looked for at once.",
                                       WORDS_MAX);
                (void) buf_addc(&like, '%');
                for (const char *p = word; *p; p++) {
                        if (strchr("%_\\", *p))
                                (void) buf_addc(&like, '\\');
                        (void) buf_addc(&like, *p);
                }
                (void) buf_addc(&like, '%');
                q->like[q->nlike] = buf_take(&like);
                query_and(q, "d.who_fold LIKE", SQL_TEXT(q->like[q->nlike++]));
                (void) buf_adds(&q->sql, " ESCAPE '\\'");
        }
        return 0;
}

/*
 * ?1 < id <= ?2 first. An address leads from its few deliveries to their
 * events; all else walks along the ids. Only one that is nowhere as it stands is
 * looked for in other letters' case: that takes an index from end to end.
 */
static int query_make(struct query *q, const struct event_filter *f, struct err *e)
{
        int r = 0;

        *q = (struct query){.sql = BUF(16384), .n = 2};
        (void) buf_adds(&q->sql,
                        f->address ? "SELECT " COLUMNS " FROM delivery d CROSS JOIN event e"
                                     " ON e.delivery_id = d.id WHERE e.id > ?1 AND e.id <= ?2"
                                   : "SELECT " COLUMNS " FROM event e LEFT JOIN delivery d"
                                     " ON d.id = e.delivery_id WHERE e.id > ?1 AND e.id <= ?2");
        if (f->address) {
                query_and(q,
                          "d.address <> '' AND d.address IN (SELECT address FROM delivery"
                          " WHERE address <> '' AND address =",
                          SQL_TEXT(f->address));
                (void) buf_addf(&q->sql,
                                " UNION SELECT address FROM (SELECT 1 WHERE NOT EXISTS (SELECT 1"
                                "  FROM delivery WHERE address <> '' AND address = ?%zu))"
                                " CROSS JOIN delivery WHERE address <> ''"
                                " AND address COLLATE NOCASE = ?%zu)",
                                q->n, q->n);
        }
        if (f->release)
                query_and(q, "e.release_id =", SQL_INT(f->release));
        if (f->delivery)
                query_and(q, "e.delivery_id =", SQL_INT(f->delivery));
        if (f->state >= 0)
                query_and(q, "e.state =", SQL_TEXT(words_name(&delivery_states, f->state)));
        if (f->since)
                query_and(q, "e.at >=", SQL_INT(f->since));
        if (f->until)
                query_and(q, "e.at <=", SQL_INT(f->until));
        if (f->who)
                r = query_who(q, f->who, e);
        (void) buf_addf(&q->sql, " ORDER BY e.id LIMIT %d", PAGE_ROWS);
        assert(!q->sql.over);
        return r;
}

static int page_read(struct db *db, struct query *query, int64_t after, int64_t upto,
                     struct page *page, struct err *e)
{
        CLEANUP(sql_close) struct sql *q = NULL;
        int r;

        query->v[0] = SQL_INT(after);
        query->v[1] = SQL_INT(upto);
        r = sql_open_made(db, query->sql.s, query->v, query->n, &q, e);
        if (r < 0)
                return r;
        page->v = mem_realloc(NULL, PAGE_ROWS, sizeof(*page->v));
        while ((r = sql_step(q, e)) > 0)
                row_read(q, &page->v[page->n++]);
        return r;
}

/* First and last id that can fit; clocks jump, so ids are not trusted to follow time. */
static int range(struct db *db, const struct event_filter *f, int64_t *ret_first, int64_t *ret_last,
                 struct err *e)
{
        static const char all_sql[] = "SELECT coalesce(min(id), 0) FROM event";
        static const char last_sql[] = "SELECT coalesce(max(id), 0) FROM event";
        static const char from_sql[] =
                "SELECT coalesce(min(id), 0) FROM event WHERE at >= ?1 AND at <= ?2";
        static const char to_sql[] =
                "SELECT coalesce(max(id), 0) FROM event WHERE at >= ?1 AND at <= ?2";
        int64_t until = f->until ? f->until : INT64_MAX;
        bool timed = f->since || f->until;
        int r;

        r = timed ? sql_get_int(db, from_sql, SQL_WITH(SQL_INT(f->since), SQL_INT(until)),
                                ret_first, e)
                  : sql_get_int(db, all_sql, SQL_NOTHING, ret_first, e);
        if (r < 0)
                return r;
        return timed ? sql_get_int(db, to_sql, SQL_WITH(SQL_INT(f->since), SQL_INT(until)),
                                   ret_last, e)
                     : sql_get_int(db, last_sql, SQL_NOTHING, ret_last, e);
}

int event_each(struct db *db, const struct event_filter *f,
               int (*fn)(void *ctx, const struct event *ev), void *ctx, struct err *e)
{
        CLEANUP(query_done) struct query query;
        bool few = f->address || f->delivery; /* then one read finds them all */
        int64_t first = 0, last = 0, after;
        int r = query_make(&query, f, e);

        if (r >= 0)
                r = range(db, f, &first, &last, e);
        if (r < 0)
                return r;
        for (after = first - 1; after < last;) {
                CLEANUP(page_done) struct page page = {0};
                int64_t upto = few || last - after < PAGE_IDS ? last : after + PAGE_IDS;

                r = page_read(db, &query, after, upto, &page, e);
                if (r < 0)
                        return r;
                for (size_t i = 0; i < page.n; i++) {
                        r = fn(ctx, &page.v[i].ev);
                        if (r != 0)
                                return r < 0 ? r : 0;
                }
                after = page.n == PAGE_ROWS ? page.v[page.n - 1].ev.id : upto;
        }
        return 0;
}
