// SPDX-License-Identifier: MIT
#include "press/tally.h"

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

/*
 * What must not count beside a later copy: the earlier delivery, or the copy itself where it was
 * not tried. Copies follow all first deliveries in order of id, so few rows are looked at.
 */
static int take_doubles(struct db *db, int64_t release, struct tally by_kind[ORG_KINDS],
                        struct err *e)
{
        static const char sql[] =
                "WITH later AS MATERIALIZED"
                " (SELECT id, contact_id, address, copy, replaces,"
                "         state IN ('suppressed', 'cancelled') AS untried"
                "    FROM delivery WHERE release_id = ?1"
                "     AND id > (SELECT id FROM delivery WHERE release_id = ?1 AND copy = 0"
                "                ORDER BY id DESC LIMIT 1)),"
                " pair AS"
                " (SELECT p.id AS old, l.id AS new, l.untried FROM later l JOIN delivery p"
                "     ON p.release_id = ?1 AND p.contact_id = l.contact_id AND p.copy < l.copy"
                "  UNION"
                "  SELECT p.id, l.id, l.untried FROM later l JOIN delivery p"
                "     ON p.address = l.address AND p.address <> '' AND p.release_id = ?1"
                "    AND p.copy < l.copy"
                "  UNION"
                "  SELECT replaces, id, untried FROM later WHERE replaces IS NOT NULL)"
                " SELECT d.org_kind, d.state, d.reason, count(*) FROM delivery d"
                "  WHERE d.id IN (SELECT CASE WHEN untried THEN new ELSE old END FROM pair)"
                "  GROUP BY 1, 2, 3";

        return add_rows(db, sql, release, -1, by_kind, e);
}

static void add(struct tally *to, const struct tally *from)
{
        for (int i = 0; i < DELIVERY_STATES; i++)
                to->state[i] += from->state[i];
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
