// SPDX-License-Identifier: MIT
/* What the relays' own words add to the evidence: read from the delivery log, page by page. */
#include "press/verdict.h"

#include "press/mem.h"
#include "sql.h"

#include <stdio.h>
#include <stdlib.h>

#define PAGE INT64_C(5000) /* events: no read lasts long, whatever is among them */

struct page { /* owns its strings */
        struct verdict_refusal v[PAGE];
        size_t n;
};

static void page_free(struct page **p)
{
        for (size_t i = 0; i < (*p)->n; i++) {
                free((char *) (*p)->v[i].address);
                free((char *) (*p)->v[i].enhanced);
                free((char *) (*p)->v[i].reply);
        }
        free(*p);
}

static int bounds(struct db *db, int64_t *after, int64_t *last, struct err *e)
{
        static const char seen[] =
                "SELECT CAST(value AS INTEGER) FROM setting WHERE name = 'suppress_event'";
        int r = sql_get_int(db, seen, SQL_NOTHING, after, e);

        if (r >= 0)
                r = sql_get_int(db, "SELECT COALESCE(MAX(id), 0) FROM event", SQL_NOTHING, last, e);
        if (r < 0)
                return r;
        if (*last > *after + PAGE)
                *last = *after + PAGE;
        return 0;
}

static int read_page(struct db *db, int64_t after, int64_t last, struct page *p, struct err *e)
{
        static const char sql[] =
                "SELECT ev.id, ev.release_id, d.id, d.address, d.org_kind, ev.at, ev.code,"
                " ev.enhanced, ev.reply FROM event ev JOIN delivery d ON d.id = ev.delivery_id"
                " WHERE ev.id > ?1 AND ev.id <= ?2 AND d.address <> ''"
                " AND ((ev.kind = 'attempt' AND ev.state = 'refused' AND ev.stage = 'rcpt')"
                "  OR (ev.kind = 'relay-log' AND ev.action = 'failed' AND ev.state = 'bounced'))"
                " ORDER BY ev.id";
        CLEANUP(sql_close) struct sql *q = NULL;
        int r = sql_open(db, sql, SQL_WITH(SQL_INT(after), SQL_INT(last)), &q, e);

        while (r >= 0 && (r = sql_step(q, e)) > 0) {
                int kind = words_find(&org_kinds, sql_text(q, 4));

                p->v[p->n++] = (struct verdict_refusal){
                        .event = sql_int(q, 0),
                        .release = sql_int(q, 1),
                        .delivery = sql_int(q, 2),
                        .address = sql_text_dup(q, 3),
                        .org_kind = kind < 0 ? ORG_PRESS : (enum org_kind) kind,
                        .at = sql_int(q, 5),
                        .code = sql_int(q, 6),
                        .enhanced = sql_text_dup(q, 7),
                        .reply = sql_text_dup(q, 8),
                };
        }
        return r < 0 ? r : 0;
}

int verdict_refusals(struct db *db, int (*fn)(void *ctx, const struct verdict_refusal *f),
                     void *ctx, int64_t *ret_last, struct err *e)
{
        CLEANUP(page_free) struct page *p = mem_zalloc(sizeof(*p));
        int64_t after = 0, last = 0;
        int r = bounds(db, &after, &last, e);

        if (r == 0)
                r = read_page(db, after, last, p, e);
        for (size_t i = 0; i < p->n && r == 0; i++)
                r = fn(ctx, &p->v[i]);
        if (r < 0)
                return r;
        *ret_last = last > after ? last : 0;
        return 0;
}

int verdict_refusals_seen(struct tx *tx, int64_t event, struct err *e)
{
        static const char sql[] = "INSERT INTO setting (name, value) VALUES ('suppress_event', ?1)"
                                  " ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        char text[24];

        snprintf(text, sizeof(text), "%lld", (long long) event);
        return sql_run(tx->db, sql, SQL_WITH(SQL_TEXT(text)), e);
}
