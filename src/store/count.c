// SPDX-License-Identifier: MIT
#include "count.h"

#include "press/mem.h"
#include "sql.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const char CHANGE_SQL[] =
        "UPDATE release_count SET n = n + ?4 WHERE release_id = ?1 AND org_kind = ?2"
        " AND state = ?3";

static const char FIRST_SQL[] =
        "INSERT INTO release_count (release_id, org_kind, state, n) VALUES (?1, ?2, ?3, ?4)";

static const char OUT_SQL[] = "UPDATE release SET out_at = ?2 WHERE id = ?1 AND out_at = 0";

/* Most changes in a row concern one release: the last one found is asked first. */
static struct count *count_of(struct db *db, int64_t release)
{
        struct counts *c = db_counts(db);

        if (c->last < c->n && c->v[c->last].release == release)
                return &c->v[c->last];
        for (c->last = 0; c->last < c->n; c->last++)
                if (c->v[c->last].release == release)
                        return &c->v[c->last];
        if (c->n == c->size) {
                c->size = c->size ? 2 * c->size : 8;
                c->v = mem_realloc(c->v, c->size, sizeof(*c->v));
        }
        c->last = c->n++;
        c->v[c->last] = (struct count){.release = release};
        return &c->v[c->last];
}

void count_move(struct db *db, int64_t release, enum org_kind kind, int from, int to)
{
        struct count *c = count_of(db, release);

        assert(kind >= 0 && kind < ORG_KINDS);
        assert(from >= -1 && from < DELIVERY_STATES && to >= -1 && to < DELIVERY_STATES);
        if (from >= 0)
                c->change[kind][from]--;
        if (to >= 0)
                c->change[kind][to]++;
}

void count_out(struct db *db, int64_t release, int64_t at)
{
        struct count *c = count_of(db, release);

        if (!c->out_at)
                c->out_at = at;
}

/* Not an upsert: its insert of a negative change would meet the CHECK (n >= 0) first. */
static int change(struct db *db, const struct count *c, int kind, int state, struct err *e)
{
        const struct sql_value v[] = {SQL_INT(c->release), SQL_TEXT(words_name(&org_kinds, kind)),
                                      SQL_TEXT(words_name(&delivery_states, state)),
                                      SQL_INT(c->change[kind][state])};
        int r = sql_run(db, CHANGE_SQL, v, COUNT_OF(v), e);

        if (r < 0 || sql_changes(db) == 1)
                return r;
        return sql_run(db, FIRST_SQL, v, COUNT_OF(v), e);
}

static int flush_one(struct db *db, const struct count *c, struct err *e)
{
        int r = 0;

        for (int k = 0; k < ORG_KINDS; k++)
                for (int s = 0; s < DELIVERY_STATES && r >= 0; s++)
                        if (c->change[k][s])
                                r = change(db, c, k, s, e);
        if (r >= 0 && c->out_at)
                r = sql_run(db, OUT_SQL, SQL_WITH(SQL_INT(c->release), SQL_INT(c->out_at)), e);
        return r;
}

int count_flush(struct db *db, struct err *e)
{
        struct counts *c = db_counts(db);

        for (size_t i = 0; i < c->n; i++) {
                int r = flush_one(db, &c->v[i], e);

                if (r < 0)
                        return r;
        }
        count_drop(db);
        return 0;
}

int count_sync(struct db *db, struct err *e)
{
        return db_counts(db)->n ? count_flush(db, e) : 0;
}

void count_drop(struct db *db)
{
        struct counts *c = db_counts(db);

        free(c->v);
        *c = (struct counts){0};
}
