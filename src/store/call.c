// SPDX-License-Identifier: MIT
#include "press/call.h"

#include "delivery_internal.h"
#include "event_internal.h"
#include "press/mem.h"
#include "press/release.h"
#include "sql.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const outcome_names[] = {"reached", "no-answer", "left-word", "new-address"};
const struct words call_outcomes = {outcome_names, COUNT_OF(outcome_names)};

void call_done(struct call *c)
{
        free(c->address);
        free(c->note);
        free(c->by);
        *c = (struct call){0};
}

/* Of the calls to the person that stand the latest, of outcome `only` where that is not "". */
static int latest(struct db *db, const struct delivery *d, const char *only, struct call *ret,
                  struct err *e)
{
        static const char sql[] =
                "SELECT id, at, outcome, address, note, user FROM ("
                " SELECT * FROM call WHERE release_id = ?1 AND contact_id = ?2"
                " UNION SELECT * FROM call WHERE delivery_id = ?3)"
                " WHERE undone_at IS NULL AND ?4 IN ('', outcome) ORDER BY id DESC LIMIT 1";
        CLEANUP(sql_close) struct sql *q = NULL;
        int outcome, r;

        r = sql_first(db, sql,
                      SQL_WITH(SQL_INT(d->release_id), SQL_OPT(d->contact_id), SQL_INT(d->id),
                               SQL_TEXT(only)),
                      &q, e);
        if (r <= 0)
                return r;
        outcome = words_find(&call_outcomes, sql_text(q, 2));
        assert(outcome >= 0);
        *ret = (struct call){
                .id = sql_int(q, 0),
                .at = sql_int(q, 1),
                .outcome = (enum call_outcome) outcome,
                .address = sql_text_dup(q, 3),
                .note = sql_text_dup(q, 4),
                .by = sql_text_dup(q, 5),
        };
        return 1;
}

int call_last(struct db *db, const struct delivery *d, struct call *ret, struct err *e)
{
        return latest(db, d, "", ret, e);
}

int call_reached(struct db *db, const struct delivery *d, struct call *ret, struct err *e)
{
        return latest(db, d, words_name(&call_outcomes, CALL_REACHED), ret, e);
}

int call_counts(struct db *db, int64_t release, int64_t ret[CALL_OUTCOMES], struct err *e)
{
        /* Ids of deliveries below zero, where nobody of the book was called. */
        static const char sql[] =
                "SELECT outcome, count(DISTINCT coalesce(contact_id, -delivery_id))"
                " FROM call WHERE release_id = ?1 AND undone_at IS NULL GROUP BY 1";
        CLEANUP(sql_close) struct sql *q = NULL;
        int64_t n[CALL_OUTCOMES] = {0};
        int r = sql_open(db, sql, SQL_WITH(SQL_INT(release)), &q, e);

        if (r < 0)
                return r;
        while ((r = sql_step(q, e)) > 0) {
                int outcome = words_find(&call_outcomes, sql_text(q, 0));

                if (outcome >= 0)
                        n[outcome] = sql_int(q, 1);
        }
        if (r == 0)
                memcpy(ret, n, sizeof(n));
        return r;
}

/* --- what a call settles -------------------------------------------------------------- */

/* All copies for the person: few. */
static int copies(struct db *db, const struct delivery *d, struct delivery_list *ret, struct err *e)
{
        static const char sql[] = "SELECT " DELIVERY_COLUMNS " FROM delivery d"
                                  " WHERE d.release_id = ?1"
                                  " AND (d.contact_id = ?2 OR d.id = ?3) ORDER BY d.id";
        static const char one_sql[] =
                "SELECT " DELIVERY_COLUMNS " FROM delivery d WHERE d.release_id = ?1 AND d.id = ?3"
                " AND ?2 IS NULL";
        CLEANUP(sql_close) struct sql *q = NULL;
        int r = sql_open(db, d->contact_id ? sql : one_sql,
                         SQL_WITH(SQL_INT(d->release_id), SQL_OPT(d->contact_id), SQL_INT(d->id)),
                         &q, e);

        return r < 0 ? r : delivery_rows(q, ret, e);
}

static bool is_held(const struct delivery *d)
{
        return d->state == DELIVERY_UNKNOWN && !d->due_at;
}

static bool was_settled(const struct delivery *d)
{
        return d->state == DELIVERY_EXPIRED && strcmp(d->detail, DELIVERY_BY_TELEPHONE) == 0;
}

static int move(struct tx *tx, const struct delivery *d, enum delivery_state to, const char *detail,
                int64_t now, struct err *e)
{
        const struct move m = {
                .id = d->id,
                .release_id = d->release_id,
                .org_kind = d->org_kind,
                .from = d->state,
                .to = to,
                .at = now,
                .detail = detail,
        };

        return delivery_move(tx, &m, e);
}

static int settle_held(struct tx *tx, const struct delivery *d, int64_t now, struct err *e)
{
        return is_held(d) ? move(tx, d, DELIVERY_EXPIRED, DELIVERY_BY_TELEPHONE, now, e) : 0;
}

/* Its last words are those of the try that had no answer. */
static int hold_again(struct tx *tx, const struct delivery *d, int64_t now, struct err *e)
{
        static const char sql[] = "SELECT reply FROM event WHERE delivery_id = ?1"
                                  " AND kind = 'attempt' ORDER BY id DESC LIMIT 1";
        CLEANUP(sql_close) struct sql *q = NULL;
        CLEANUP(mem_free) char *said = NULL;
        int r;

        if (!was_settled(d))
                return 0;
        r = sql_first(tx->db, sql, SQL_WITH(SQL_INT(d->id)), &q, e);
        if (r < 0)
                return r;
        said = r > 0 ? sql_text_dup(q, 0) : mem_strdup("");
        return move(tx, d, DELIVERY_UNKNOWN, said, now, e);
}

static int each_copy(struct tx *tx, const struct delivery *d, int64_t now,
                     int (*fn)(struct tx *, const struct delivery *, int64_t, struct err *),
                     struct err *e)
{
        CLEANUP(delivery_list_done) struct delivery_list l = {0};
        int r = copies(tx->db, d, &l, e);

        for (size_t i = 0; i < l.n && r >= 0; i++)
                r = fn(tx, &l.v[i], now, e);
        return r < 0 ? r : 0;
}

/* --- the record ------------------------------------------------------------------------- */

/* These texts are put into the reader's language by press/said.h. */
static char *statement(enum call_outcome outcome, const char *address, const char *by,
                       const char *note)
{
        static const char *const words[CALL_OUTCOMES] = {
                [CALL_REACHED] = "reached by telephone",
                [CALL_NO_ANSWER] = "telephoned, no answer",
                [CALL_LEFT_WORD] = "telephoned, word left",
                [CALL_NEW_ADDRESS] = "new address by telephone",
        };

        assert(outcome >= 0 && outcome < CALL_OUTCOMES);
        return mem_printf("%s%s%s, says %s%s%s", words[outcome], address[0] ? " " : "", address, by,
                          note[0] ? ": " : "", note);
}

static int record(struct tx *tx, const struct delivery *d, const struct actor *a, const char *text,
                  struct err *e)
{
        static const char sql[] = "SELECT state FROM delivery WHERE id = ?1";
        CLEANUP(sql_close) struct sql *q = NULL;
        CLEANUP(mem_free) char *detail = NULL;
        struct event ev = {
                .release_id = d->release_id,
                .delivery_id = d->id,
                .contact_id = d->contact_id,
                .kind = "call",
                .at = a->now,
                .note = text,
        };
        int state, r = sql_first(tx->db, sql, SQL_WITH(SQL_INT(d->id)), &q, e);

        if (r < 0)
                return r;
        if (r == 0)
                return err_set(e, -ENOENT, N_("There is no delivery %lld"), (long long) d->id);
        state = words_find(&delivery_states, sql_text(q, 0));
        assert(state >= 0);
        ev.state = (enum delivery_state) state;
        r = event_add(tx, &ev, e);
        detail = mem_printf("%s, %s: %s", d->name, d->org, text);
        return r < 0 ? r : audit_add(tx, a->now, a->uid, a->name, "call", d->release_id, detail, e);
}

int call_add(struct tx *tx, const struct delivery *d, enum call_outcome outcome,
             const char *address, const char *note, const struct actor *a, struct err *e)
{
        static const char sql[] =
                "INSERT INTO call (release_id, contact_id, delivery_id, at, outcome, address,"
                " note, uid, user) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        CLEANUP(mem_free) char *text = statement(outcome, address, a->name, note);
        int r;

        assert(tx->write);
        r = sql_run(tx->db, sql,
                    SQL_WITH(SQL_INT(d->release_id), SQL_OPT(d->contact_id), SQL_INT(d->id),
                             SQL_INT(a->now), SQL_TEXT(words_name(&call_outcomes, (int) outcome)),
                             SQL_TEXT(address), SQL_TEXT(note), SQL_INT(a->uid), SQL_TEXT(a->name)),
                    e);
        if (r >= 0 && outcome == CALL_REACHED)
                r = each_copy(tx, d, a->now, settle_held, e);
        return r < 0 ? r : record(tx, d, a, text, e);
}

int call_undo(struct tx *tx, const struct delivery *d, const struct actor *a, struct call *ret,
              struct err *e)
{
        static const char sql[] = "UPDATE call SET undone_at = ?2, undone_by = ?3 WHERE id = ?1";
        CLEANUP(call_done) struct call c = {0};
        CLEANUP(mem_free) char *was = NULL, *text = NULL;
        int r = call_last(tx->db, d, &c, e);

        assert(tx->write);
        if (r == 0)
                return err_set(e, -ENOENT,
                               "No call to %s about release %lld is on record. Nothing was "
                               "changed.",
                               d->name[0] ? d->name : d->org, (long long) d->release_id);
        if (r < 0)
                return r;
        r = sql_run(tx->db, sql, SQL_WITH(SQL_INT(c.id), SQL_INT(a->now), SQL_TEXT(a->name)), e);
        if (r >= 0 && c.outcome == CALL_REACHED) {
                CLEANUP(call_done) struct call other = {0}; /* may stand, and then settles it */

                r = call_reached(tx->db, d, &other, e);
                if (r == 0)
                        r = each_copy(tx, d, a->now, hold_again, e);
        }
        if (r < 0)
                return r;
        was = statement(c.outcome, c.address, c.by, c.note);
        text = mem_printf("taken back by %s: %s", a->name, was);
        r = record(tx, d, a, text, e);
        if (r < 0)
                return r;
        *ret = c;
        c = (struct call){0};
        return 0;
}
