// SPDX-License-Identifier: MIT
/* What a mail that came back changes: findings about its delivery, evidence about the address. */
#include "returns_internal.h"

#include "press/finding.h"
#include "press/mem.h"
#include "press/suppress.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define ROWS_MAX 20 /* of one report that are kept: a forward to more is no letter's business */

/* --- which rows speak of the delivery ----------------------------------------- */

/* The same mailbox, however its domain is written; local parts are compared without case. */
static bool names(const char *address, const char *mailbox)
{
        struct addr a;

        if (strcasecmp(address, mailbox) == 0)
                return true;
        return address[0] && addr_parse(address, &a, NULL) == 0 &&
               strcasecmp(a.mailbox, mailbox) == 0;
}

/* From the best to the worst: a later one overrules in the delivery's state (finding.h). */
static int badness(enum report_action a)
{
        static const int order[REPORT_ACTIONS] = {
                [REPORT_DELIVERED] = 0, [REPORT_EXPANDED] = 1, [REPORT_RELAYED] = 2,
                [REPORT_DELAYED] = 3,   [REPORT_FAILED] = 4,
        };

        return order[a];
}

struct chosen {
        const struct report_row *v[ROWS_MAX];
        size_t n;
        bool own; /* they name the delivery's own address, or are the only one */
};

/* The worst ones are kept when there are more than fit; in order of badness. */
static void choose_one(struct chosen *c, const struct report_row *row)
{
        size_t i = c->n;

        if (row->action > REPORT_EXPANDED)
                return;
        if (c->n == ROWS_MAX) {
                if (badness(row->action) <= badness(c->v[0]->action))
                        return;
                memmove(c->v, c->v + 1, (ROWS_MAX - 1) * sizeof(c->v[0]));
                i = --c->n;
        }
        for (; i > 0 && badness(c->v[i - 1]->action) > badness(row->action); i--)
                c->v[i] = c->v[i - 1];
        c->v[i] = row;
        c->n++;
}

static struct chosen choose(const struct item *it)
{
        const struct report *r = &it->report;
        struct chosen c = {.own = true};

        for (size_t i = 0; i < r->rows; i++)
                if (names(r->row[i].address, it->d.address) ||
                    names(r->row[i].original, it->d.address))
                        choose_one(&c, &r->row[i]);
        if (c.n)
                return c;
        c.own = r->rows == 1;
        for (size_t i = 0; i < r->rows; i++)
                choose_one(&c, &r->row[i]);
        return c;
}

/* --- findings -------------------------------------------------------------------- */

static int say(struct tx *tx, const struct item *it, enum finding_action action,
               const struct report_row *row, int64_t now, struct err *e)
{
        struct finding f = {
                .delivery = it->d.id,
                .kind = action == FINDING_REPLY ? "reply" : "report",
                .action = action,
                .stale = it->stale,
                .at = now,
                .peer = it->report.from,
                .relay = "",
                .enhanced = row && row->stated ? row->enhanced : "",
                .code = row ? row->code : 0,
                .reply = row ? row->diagnostic : "",
                .note = "",
        };
        enum delivery_state after;
        int r;

        if (!row)
                f.reply = it->report.subject;
        else if (row->address[0] && !names(row->address, it->d.address))
                f.note = row->address;
        r = finding_apply(tx, &f, now, &after, e);
        return r < 0 ? r : 0;
}

static int evidence(struct tx *tx, const struct config *c, const struct item *it,
                    const struct report_row *row, enum report_class class, int64_t now,
                    struct err *e)
{
        const struct evidence ev = {
                .release = it->d.release_id,
                .delivery = it->d.id,
                .address = it->d.address,
                .org_kind = it->d.org_kind,
                .complaint = row->action == REPORT_COMPLAINED,
                .stale = it->stale,
                .class = class,
                .enhanced = row->stated ? row->enhanced : "",
                .reply = row->diagnostic,
                .at = now,
        };

        return suppress_evidence(tx, c, &ev, now, e);
}

static enum finding_action finding_of(enum report_action a)
{
        static const enum finding_action of[] = {
                [REPORT_FAILED] = FINDING_FAILED,       [REPORT_DELAYED] = FINDING_DELAYED,
                [REPORT_DELIVERED] = FINDING_DELIVERED, [REPORT_RELAYED] = FINDING_RELAYED,
                [REPORT_EXPANDED] = FINDING_EXPANDED,
        };

        assert(a <= REPORT_EXPANDED);
        return of[a];
}

/*
 * Evidence against the address is a failure of its own, or one of all behind it: then of the
 * class that they share. An address whose letters still reach somebody is not dead.
 */
static int status(struct tx *tx, const struct config *c, const struct item *it, int64_t now,
                  struct err *e)
{
        const struct chosen rows = choose(it);
        const struct report_row *worst = rows.n ? rows.v[rows.n - 1] : NULL;
        enum report_class class = worst ? worst->class : REPORT_UNCLEAR;
        bool failed = rows.n > 0;
        int r = 0;

        for (size_t i = 0; i < rows.n && r == 0; i++) {
                r = say(tx, it, finding_of(rows.v[i]->action), rows.v[i], now, e);
                failed = failed && rows.v[i]->action == REPORT_FAILED;
                if (rows.v[i]->class != class)
                        class = REPORT_UNCLEAR;
        }
        if (r == 0 && rows.n && rows.own && worst->action == REPORT_FAILED)
                return evidence(tx, c, it, worst, worst->class, now, e);
        if (r == 0 && failed)
                return evidence(tx, c, it, worst, class, now, e);
        return r;
}

static int complaint(struct tx *tx, const struct config *c, const struct item *it, int64_t now,
                     struct err *e)
{
        static const struct report_row none = {.action = REPORT_COMPLAINED,
                                               .class = REPORT_UNCLEAR};
        int r = say(tx, it, FINDING_COMPLAINT, NULL, now, e);

        return r == 0 ? evidence(tx, c, it, &none, none.class, now, e) : r;
}

int apply_report(struct tx *tx, const struct config *c, const struct item *it, int64_t now,
                 struct err *e)
{
        if (!it->d.id)
                return 0;
        switch (it->row.kind) {
        case RETURNED_STATUS: return status(tx, c, it, now, e);
        case RETURNED_COMPLAINT: return complaint(tx, c, it, now, e);
        case RETURNED_AUTOREPLY: return say(tx, it, FINDING_AUTOREPLY, NULL, now, e);
        case RETURNED_CHALLENGE: return say(tx, it, FINDING_CHALLENGE, NULL, now, e);
        case RETURNED_RECEIPT: return say(tx, it, FINDING_RECEIPT, NULL, now, e);
        case RETURNED_LOOP: return say(tx, it, FINDING_LOOP, NULL, now, e);
        case RETURNED_UNREADABLE: return say(tx, it, FINDING_UNREADABLE, NULL, now, e);
        case RETURNED_MAIL: return say(tx, it, FINDING_REPLY, NULL, now, e);
        default: return 0;
        }
}

bool apply_waits(const struct item *it, enum delivery_state state)
{
        return it->row.kind == RETURNED_STATUS && !it->stale && state == DELIVERY_SENDING;
}
