// SPDX-License-Identifier: MIT
#include "press/returns.h"

#include "returns_internal.h"

#include "press/cage.h"
#include "press/clock.h"
#include "press/mem.h"
#include "press/moment.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define HOLD_MS 10 /* of the write lock; then others have a turn */

struct returns {
        const struct config *cfg;
        struct db *db;
        struct cage *cage;
};

int returns_open(const struct config *c, struct db *db, struct returns **ret, struct err *e)
{
        CLEANUP(returns_close) struct returns *r = mem_zalloc(sizeof(*r));
        int rc;

        r->cfg = c;
        r->db = db;
        rc = cage_open(&r->cage, e);
        if (rc < 0)
                return rc;
        *ret = TAKE(r);
        return 0;
}

void returns_close(struct returns **r)
{
        if (!*r)
                return;
        cage_close(&(*r)->cage);
        free(*r);
        *r = NULL;
}

/* --- where it belongs --------------------------------------------------------------- */

static enum returns_to where(enum returned_kind kind, enum returned_match match)
{
        switch (kind) {
        case RETURNED_MAIL:
        case RETURNED_UNREADABLE:
        case RETURNED_CHALLENGE:
        case RETURNED_FEEDBACK: return RETURNS_PEOPLE;
        case RETURNED_STATUS:
        case RETURNED_COMPLAINT:
        case RETURNED_AUTOREPLY: return match == MATCH_NONE ? RETURNS_PEOPLE : RETURNS_DONE;
        default: return RETURNS_DONE;
        }
}

/* 1 when it was handled before, and *ret. */
static int handled(struct returns *r, const unsigned char digest[HASH_BYTES], enum returns_to *ret,
                   struct err *e)
{
        enum returned_kind kind;
        enum returned_match match;
        int rc = returned_known(r->db, digest, &kind, &match, e);

        if (rc > 0)
                *ret = where(kind, match) == RETURNS_PEOPLE ? RETURNS_PEOPLE : RETURNS_AGAIN;
        return rc;
}

/* --- reading -------------------------------------------------------------------------- */

static enum returned_kind kind_of(enum report_kind k)
{
        static const enum returned_kind of[] = {
                [REPORT_STATUS] = RETURNED_STATUS,       [REPORT_COMPLAINT] = RETURNED_COMPLAINT,
                [REPORT_AUTOREPLY] = RETURNED_AUTOREPLY, [REPORT_CHALLENGE] = RETURNED_CHALLENGE,
                [REPORT_RECEIPT] = RETURNED_RECEIPT,     [REPORT_FEEDBACK] = RETURNED_FEEDBACK,
                [REPORT_MAIL] = RETURNED_MAIL,           [REPORT_UNREADABLE] = RETURNED_UNREADABLE,
        };

        assert((unsigned) k < COUNT_OF(of));
        return of[k];
}

/* A day without its year is the next one; 0 for one that nobody would mean. */
static int64_t away_until(const struct report_date *d, int64_t now)
{
        int year = d->year ? d->year : moment_year(now), last = d->year ? year : year + 1;
        char text[48];
        int64_t at = 0;

        for (; d->day && year <= last; year++) {
                snprintf(text, sizeof(text), "%04d-%02d-%02d 00:00", year, d->month, d->day);
                if (moment_parse(text, &at, NULL) == 0 && at > now - 2 * CLOCK_DAY &&
                    at < now + 400 * CLOCK_DAY)
                        return at;
        }
        return 0;
}

static void item_done(struct item *it)
{
        report_done(&it->report);
        delivery_done(&it->d);
}

/* 1 when it is to be written, 0 when it was handled before. */
static int item_read(struct returns *r, const char *inbox, const struct returns_mail *m,
                     int64_t now, struct item *it, enum returns_to *ret, struct err *e)
{
        int rc;

        returned_digest(m->mail, m->n, it->row.digest);
        rc = handled(r, it->row.digest, ret, e);
        if (rc != 0)
                return rc < 0 ? rc : 0;
        rc = cage_read(r->cage, m->mail, m->n, &it->report, e);
        if (rc < 0)
                return rc;
        it->row.inbox = inbox;
        it->row.at = now;
        it->row.kind = kind_of(it->report.kind);
        it->row.sender = it->report.from;
        it->row.subject = it->report.subject;
        it->row.trouble = it->report.trouble;
        if (it->report.kind == REPORT_AUTOREPLY)
                it->row.away_until = away_until(&it->report.away, now);
        rc = match_find(r->cfg, r->db, it, now, e);
        return rc < 0 ? rc : 1;
}

/* --- writing --------------------------------------------------------------------------- */

/*
 * One mail in the transaction of several. Whether it has to wait is asked before the first
 * change, so that a mail is written whole or not at all: what fails later fails for all.
 */
static int item_write(struct returns *r, struct tx *tx, struct item *it, int64_t now,
                      struct returns_mail *m, struct err *e)
{
        CLEANUP(delivery_done) struct delivery d = {0};
        int64_t id;
        int rc = it->d.id ? delivery_get(r->db, it->d.id, &d, e) : 0;

        m->result = 0;
        if (rc > 0 && apply_waits(it, d.state)) {
                m->result = err_set(e, -EAGAIN,
                                    N_("Delivery %lld is on the wire; what is said of it is read "
                                       "again in a moment"),
                                    (long long) d.id);
                return 0;
        }
        if (rc >= 0)
                rc = returned_add(tx, &it->row, &id, e);
        if (rc == -EEXIST) { /* the same mail twice in one hand */
                rc = handled(r, it->row.digest, &m->to, e);
        } else if (rc == 0) {
                m->to = where(it->row.kind, it->row.matched);
                rc = apply_report(tx, r->cfg, it, now, e);
        }
        return rc < 0 ? rc : 0;
}

/* From *i on, as many as fit into one hold of the lock. An error leaves them pending. */
static int write_some(struct returns *r, struct item *items, struct returns_mail *v, size_t n,
                      size_t *i, int64_t now, struct err *e)
{
        CLEANUP(tx_done) struct tx tx = {0};
        size_t first = *i, at = *i;
        int64_t end;
        int rc = tx_begin(&tx, r->db, DB_WAIT_MS, e);

        end = clock_mono() + HOLD_MS;
        for (; rc == 0 && at < n && (at == first || clock_mono() < end); at++)
                if (items[at].pending)
                        rc = item_write(r, &tx, &items[at], now, &v[at], e);
        if (rc == 0)
                rc = tx_commit(&tx, e);
        if (rc < 0)
                return rc;
        for (*i = at; first < at; first++)
                items[first].pending = false;
        return 0;
}

/* The rest of them share one fate. */
static void fail(const struct item *items, struct returns_mail *v, size_t from, size_t n, int code)
{
        for (; from < n; from++)
                if (items[from].pending)
                        v[from].result = code;
}

static int read_all(struct returns *r, const char *inbox, struct item *items,
                    struct returns_mail *v, size_t *n, int64_t now, struct err *e)
{
        for (size_t i = 0; i < *n; i++) {
                int rc = item_read(r, inbox, &v[i], now, &items[i], &v[i].to, e);

                if (rc < 0) {
                        for (size_t k = i; k < *n; k++)
                                v[k].result = rc;
                        *n = i;
                        return rc;
                }
                v[i].result = 0;
                items[i].pending = rc > 0;
        }
        return 0;
}

static void items_free(struct item **items)
{
        for (size_t i = 0; i < RETURNS_MANY; i++)
                item_done(&(*items)[i]);
        free(*items);
}

int returns_take_many(struct returns *r, const char *inbox, struct returns_mail *v, size_t n,
                      int64_t now, struct err *e)
{
        CLEANUP(items_free) struct item *items = mem_zalloc(RETURNS_MANY * sizeof(*items));
        int read, rc = 0;

        assert(n >= 1 && n <= RETURNS_MANY);
        read = read_all(r, inbox, items, v, &n, now, e);
        for (size_t i = 0; i < n && rc == 0;) {
                rc = write_some(r, items, v, n, &i, now, e);
                if (rc == -EBUSY)
                        rc = -EAGAIN;
                if (rc < 0)
                        fail(items, v, i, n, rc);
        }
        return rc < 0 ? rc : read;
}

int returns_take(struct returns *r, const char *inbox, const char *mail, size_t n, int64_t now,
                 enum returns_to *ret, struct err *e)
{
        struct returns_mail m = {.mail = mail, .n = n};
        int rc = returns_take_many(r, inbox, &m, 1, now, e);

        if (rc == 0)
                rc = m.result;
        if (rc == 0)
                *ret = m.to;
        return rc;
}
