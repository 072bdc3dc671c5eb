// SPDX-License-Identifier: MIT
#include "press/person.h"

#include "doubles.h"
#include "press/mem.h"
#include "sql.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE 20000 /* rows under one read: some tens of ms */

struct ids { /* in order */
        int64_t *v;
        size_t n, size;
};

static void ids_done(struct ids *l)
{
        free(l->v);
}

static int ids_read(struct db *db, const char *sql, int64_t release, struct ids *l, struct err *e)
{
        CLEANUP(sql_close) struct sql *q = NULL;
        int r = sql_open(db, sql, SQL_WITH(SQL_INT(release)), &q, e);

        if (r < 0)
                return r;
        while ((r = sql_step(q, e)) > 0) {
                if (l->n == l->size) {
                        l->size = l->size ? 2 * l->size : 64;
                        l->v = mem_realloc(l->v, l->size, sizeof(*l->v));
                }
                l->v[l->n++] = sql_int(q, 0);
        }
        return r;
}

static int id_order(const void *a, const void *b)
{
        const int64_t *x = a, *y = b;

        return (*x > *y) - (*x < *y);
}

static bool ids_have(const struct ids *l, int64_t id)
{
        return l->n && bsearch(&id, l->v, l->n, sizeof(id), id_order);
}

static void row_read(struct sql *q, struct person *p)
{
        int state = words_find(&delivery_states, sql_text(q, 2));
        int reason = words_find(&delivery_reasons, sql_text(q, 3));
        int kind = words_find(&org_kinds, sql_text(q, 4));

        assert(state >= 0 && reason >= 0 && kind >= 0); /* only words_name() writes these */
        *p = (struct person){
                .delivery = sql_int(q, 0),
                .contact = sql_int(q, 1),
                .state = (enum delivery_state) state,
                .reason = (enum delivery_reason) reason,
                .org_kind = (enum org_kind) kind,
                .priority = (int) sql_int(q, 5),
                .due_at = sql_int(q, 6),
                .settled_at = sql_int(q, 7),
                .out_at = sql_int(q, 8),
                .created_at = sql_int(q, 9),
                .early = sql_int(q, 10) != 0,
                .copy = sql_int(q, 11) != 0,
        };
}

int person_each(struct db *db, int64_t release, int (*fn)(void *ctx, const struct person *p),
                void *ctx, struct err *e)
{
        static const char doubles_sql[] = DOUBLES_WITH "SELECT id FROM doubles ORDER BY id";
        static const char phoned_sql[] = "SELECT id FROM (" PHONED ") ORDER BY id";
        static const char page_sql[] =
                "SELECT id, contact_id, state, reason, org_kind, priority, due_at, settled_at,"
                " out_at, created_at, early, copy FROM delivery"
                " WHERE release_id = ?1 AND id > ?2 ORDER BY id LIMIT ?3";
        CLEANUP(ids_done) struct ids doubles = {0}, phoned = {0};
        struct person p = {0};
        int64_t n = PAGE;
        int r = ids_read(db, doubles_sql, release, &doubles, e);

        if (r == 0)
                r = ids_read(db, phoned_sql, release, &phoned, e);
        while (r == 0 && n == PAGE) {
                CLEANUP(sql_close) struct sql *q = NULL;

                r = sql_open(db, page_sql,
                             SQL_WITH(SQL_INT(release), SQL_INT(p.delivery), SQL_INT(PAGE)), &q, e);
                if (r < 0)
                        return r;
                for (n = 0; (r = sql_step(q, e)) > 0; n++) {
                        row_read(q, &p);
                        p.phoned = ids_have(&phoned, p.delivery);
                        r = ids_have(&doubles, p.delivery) ? 0 : fn(ctx, &p);
                        if (r != 0)
                                return r < 0 ? r : 0;
                }
        }
        return r;
}

/* --- one of them ----------------------------------------------------------------------- */

void person_card_done(struct person_card *c)
{
        delivery_done(&c->d);
        call_done(&c->call);
        free(c->phone);
        free(c->kind);
        free(c->action);
        free(c->enhanced);
        free(c->reply);
        *c = (struct person_card){0};
}

static int read_book(struct db *db, struct person_card *c, struct err *e)
{
        static const char sql[] = "SELECT phone, to_at FROM contact WHERE id = ?1";
        CLEANUP(sql_close) struct sql *q = NULL;
        int r = sql_first(db, sql, SQL_WITH(SQL_INT(c->d.contact_id)), &q, e);

        if (r > 0) {
                free(c->phone);
                c->phone = sql_text_dup(q, 0);
                c->gone = sql_int(q, 1) != 0;
        }
        return r < 0 ? r : 0;
}

static int read_said(struct db *db, struct person_card *c, struct err *e)
{
        static const char sql[] =
                "SELECT kind, action, enhanced, reply, code, at FROM event WHERE delivery_id = ?1"
                " AND kind IN ('attempt', 'report', 'relay-log')"
                " AND (reply <> '' OR code <> 0 OR action <> '')"
                " ORDER BY id DESC LIMIT 1";
        CLEANUP(sql_close) struct sql *q = NULL;
        char **const text[] = {&c->kind, &c->action, &c->enhanced, &c->reply};
        int r = sql_first(db, sql, SQL_WITH(SQL_INT(c->d.id)), &q, e);

        if (r <= 0)
                return r;
        for (int i = 0; i < 4; i++) {
                free(*text[i]);
                *text[i] = sql_text_dup(q, i);
        }
        c->code = sql_int(q, 4);
        c->said_at = sql_int(q, 5);
        return 0;
}

int person_card(struct db *db, int64_t delivery, struct person_card *ret, struct err *e)
{
        CLEANUP(person_card_done)
        struct person_card c = {
                .phone = mem_strdup(""),
                .kind = mem_strdup(""),
                .action = mem_strdup(""),
                .enhanced = mem_strdup(""),
                .reply = mem_strdup(""),
        };
        int r = delivery_get(db, delivery, &c.d, e);

        if (r == 0)
                return err_set(e, -ENOENT, N_("There is no delivery %lld"), (long long) delivery);
        if (r > 0)
                r = read_book(db, &c, e);
        if (r == 0)
                r = read_said(db, &c, e);
        if (r == 0)
                r = call_last(db, &c.d, &c.call, e);
        if (r < 0)
                return r;
        *ret = c;
        c = (struct person_card){0};
        return 0;
}

int person_latest_event(struct db *db, int64_t release, int64_t *ret, struct err *e)
{
        static const char sql[] = "SELECT at FROM event WHERE release_id = ?1"
                                  " ORDER BY id DESC LIMIT 1";
        int64_t at = 0;
        int r = sql_get_int(db, sql, SQL_WITH(SQL_INT(release)), &at, e);

        if (r >= 0)
                *ret = at;
        return r < 0 ? r : 0;
}

/* --- relays that never say what became of a letter ----------------------------------------- */

int person_silent_relays(struct db *db, int64_t release, char ret[][PERSON_RELAY_MAX], size_t max,
                         size_t *ret_n, struct err *e)
{
        static const char sql[] =
                "SELECT DISTINCT relay FROM ("
                " SELECT * FROM (SELECT relay, state, kind FROM event WHERE release_id = ?1"
                "  ORDER BY id LIMIT 500)"
                " UNION ALL"
                " SELECT * FROM (SELECT relay, state, kind FROM event WHERE release_id = ?1"
                "  ORDER BY id DESC LIMIT 500))"
                " WHERE kind = 'attempt' AND state = 'relayed' AND relay <> ''"
                " AND relay NOT IN (SELECT relay FROM relay_heard"
                "  WHERE report_at IS NOT NULL OR log_at IS NOT NULL)"
                " ORDER BY relay LIMIT ?2";
        CLEANUP(sql_close) struct sql *q = NULL;
        size_t n = 0;
        int r = sql_open(db, sql, SQL_WITH(SQL_INT(release), SQL_INT((int64_t) max)), &q, e);

        if (r < 0)
                return r;
        while ((r = sql_step(q, e)) > 0)
                snprintf(ret[n++], PERSON_RELAY_MAX, "%s", sql_text(q, 0));
        if (r == 0)
                *ret_n = n;
        return r;
}
