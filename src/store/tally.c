// SPDX-License-Identifier: MIT
#include "press/tally.h"

#include "doubles.h"
#include "press/mem.h"
#include "press/release.h"
#include "sql.h"

#include <string.h>

/* Adds `sign` times the rows (org_kind, state, reason, number) of `sql` to where they belong. */
static int add_rows(struct db *db, const char *sql, int64_t release, int sign,
                    struct tally by_kind[ORG_KINDS], struct err *e)
{
        CLEANUP(sql_close) struct sql *q = NULL;
        int r = sql_open(db, sql, SQL_WITH(SQL_INT(release)), &q, e);

        if (r < 0)
                return r;
        while ((r = sql_step(q, e)) > 0) {
                int kind = words_find(&org_kinds, sql_text(q, 0));
                int state = words_find(&delivery_states, sql_text(q, 1));
                int reason = words_find(&delivery_reasons, sql_text(q, 2));

                if (kind < 0 || state < 0)
                        continue;
                by_kind[kind].state[state] += sign * sql_int(q, 3);
                if (state == DELIVERY_SUPPRESSED && reason >= 0)
                        by_kind[kind].suppressed[reason] += sign * sql_int(q, 3);
        }
        return r;
}

/* What must not count beside a later copy. */
static int take_doubles(struct db *db, int64_t release, struct tally by_kind[ORG_KINDS],
                        struct err *e)
{
        static const char sql[] =
                DOUBLES_WITH "SELECT d.org_kind, d.state, d.reason, count(*) FROM delivery d"
                             " WHERE d.id IN (SELECT id FROM doubles) GROUP BY 1, 2, 3";

        return add_rows(db, sql, release, -1, by_kind, e);
}

/* Of those that count, how many somebody reached by telephone. */
static int add_phoned(struct db *db, int64_t release, struct tally by_kind[ORG_KINDS],
                      struct err *e)
{
        static const char any_sql[] = "SELECT 1 FROM call WHERE release_id = ?1 LIMIT 1";
        static const char sql[] =
                DOUBLES_WITH "SELECT d.org_kind, d.state, count(*) FROM delivery d"
                             " WHERE d.id IN (" PHONED ") AND d.id NOT IN (SELECT id FROM doubles)"
                             " AND (d.state <> 'suppressed'"
                             "      OR d.reason IN ('no-address', 'dead-address')) GROUP BY 1, 2";
        CLEANUP(sql_close) struct sql *q = NULL;
        int64_t any;
        int r = sql_get_int(db, any_sql, SQL_WITH(SQL_INT(release)), &any, e);

        if (r <= 0)
                return r;
        r = sql_open(db, sql, SQL_WITH(SQL_INT(release)), &q, e);
        if (r < 0)
                return r;
        while ((r = sql_step(q, e)) > 0) {
                int kind = words_find(&org_kinds, sql_text(q, 0));
                int state = words_find(&delivery_states, sql_text(q, 1));

                if (kind >= 0 && state >= 0)
                        by_kind[kind].phoned[state] += sql_int(q, 2);
        }
        return r;
}

static void add(struct tally *to, const struct tally *from)
{
        for (int i = 0; i < DELIVERY_STATES; i++) {
                to->state[i] += from->state[i];
                to->phoned[i] += from->phoned[i];
        }
        for (int i = 0; i < DELIVERY_REASONS; i++)
                to->suppressed[i] += from->suppressed[i];
}

int tally_by_kind(struct db *db, int64_t release, struct tally ret[ORG_KINDS], struct err *e)
{
        static const char reasons_sql[] =
                "SELECT org_kind, state, reason, count(*) FROM delivery"
                " WHERE release_id = ?1 AND state = 'suppressed' GROUP BY 1, 2, 3";
        int64_t n[ORG_KINDS][DELIVERY_STATES];
        struct tally by_kind[ORG_KINDS] = {0};
        bool suppressed = false;
        int r = release_counts_by_kind(db, release, n, e);

        if (r < 0)
                return r;
        for (int k = 0; k < ORG_KINDS; k++) {
                memcpy(by_kind[k].state, n[k], sizeof(n[k]));
                by_kind[k].state[DELIVERY_SUPPRESSED] = 0; /* they come with their reason */
                suppressed = suppressed || n[k][DELIVERY_SUPPRESSED];
        }
        if (suppressed)
                r = add_rows(db, reasons_sql, release, 1, by_kind, e);
        if (r == 0)
                r = take_doubles(db, release, by_kind, e);
        if (r == 0)
                r = add_phoned(db, release, by_kind, e);
        if (r == 0)
                memcpy(ret, by_kind, sizeof(by_kind));
        return r;
}

void tally_sum(const struct tally by_kind[ORG_KINDS], struct tally *ret)
{
        *ret = (struct tally){0};
        for (int k = 0; k < ORG_KINDS; k++)
                add(ret, &by_kind[k]);
}

int tally_read(struct db *db, int64_t release, struct tally *ret, struct err *e)
{
        struct tally by_kind[ORG_KINDS];
        int r = tally_by_kind(db, release, by_kind, e);

        if (r == 0)
                tally_sum(by_kind, ret);
        return r;
}
