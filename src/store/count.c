// SPDX-License-Identifier: MIT
#include "count.h"

#include "press/mem.h"
#include "sql.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const char CHANGE_SQL[] =
        "UPDATE release_count SET n = n + ?3 WHERE release_id = ?1 AND state = ?2";

static const char FIRST_SQL[] =
        "INSERT INTO release_count (release_id, state, n) VALUES (?1, ?2, ?3)";

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

void count_move(struct db *db, int64_t release, int from, int to)
{
        struct count *c = count_of(db, release);

        assert(from >= -1 && from < DELIVERY_STATES && to >= -1 && to < DELIVERY_STATES);
        if (from >= 0)
                c->change[from]--;
        if (to >= 0)
                c->change[to]++;
}

void count_out(struct db *db, int64_t release, int64_t at)
{
        struct count *c = count_of(db, release);

        if (!c->out_at)
                c->out_at = at;
}

/* Not an upsert: its insert of a negative change would meet the CHECK (n >= 0) first. */
static int change(struct db *db, int64_t release, const char *state, int64_t n, struct err *e)
{
        int r = sql_run(db, CHANGE_SQL, SQL_WITH(SQL_INT(release), SQL_TEXT(state), SQL_INT(n)), e);

        if (r < 0 || sql_changes(db) == 1)
                return r;
        return sql_run(db, FIRST_SQL, SQL_WITH(SQL_INT(release), SQL_TEXT(state), SQL_INT(n)), e);
}

static int flush_one(struct db *db, const struct count *c, struct err *e)
{
        int r = 0;

        for (int s = 0; s < DELIVERY_STATES && r >= 0; s++)
                if (c->change[s])
                        r = change(db, c->release, words_name(&delivery_states, s), c->change[s],
                                   e);
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
