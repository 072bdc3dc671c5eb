// SPDX-License-Identifier: MIT
#include "press/suppress.h"

#include "press/book.h"
#include "press/buf.h"
#include "press/clock.h"
#include "press/mem.h"
#include "press/verdict.h"
#include "press/zone.h"

#include <errno.h>
#include <string.h>
#include <time.h>

/* --- what the evidence says ---------------------------------------------------------- */

static bool enough(const struct verdict_count *n, int reports, int days)
{
        return n->n >= reports && n->last_at - n->first_at >= days * CLOCK_DAY;
}

int suppress_weigh(struct db *db, const struct config *c, const char *address, int64_t at,
                   int64_t now, struct suppress_weight *ret, struct err *e)
{
        struct suppress_weight w = {0};
        int64_t since = at - c->suppress.expire_ms, lapsed = 0;
        int r = verdict_alive(db, address, &w.alive_at, e);

        if (r == 0)
                r = suppression_lapsed(db, address, now, &lapsed, e);
        if (r < 0)
                return r;
        since = since < w.alive_at ? w.alive_at : since;
        since = since < lapsed ? lapsed : since;
        r = verdict_sum(db, address, since < 0 ? 0 : since, &w.sum, e);
        if (r < 0)
                return r;
        w.dead = enough(&w.sum.invalid, c->suppress.reports, c->suppress.days) ||
                 enough(&w.sum.gone, c->suppress.mailbox_reports, c->suppress.mailbox_days);
        *ret = w;
        return 0;
}

static void keep_kind(void *ctx, const struct verdict_row *v, bool counts)
{
        (void) counts;
        *(enum org_kind *) ctx = v->org_kind;
}

int suppress_mandatory(struct db *db, const char *address, int64_t now, struct err *e)
{
        enum org_kind kind = ORG_PRESS;
        CLEANUP(contact_list_done) struct contact_list l = {0};
        int r = contact_at(db, address, now, &l, e);

        for (size_t i = 0; i < l.n; i++)
                if (l.v[i].org_kind != ORG_PRESS)
                        return 1;
        if (r == 0 && l.n == 0) /* given by hand, or no longer in the book: as it was then */
                r = verdict_each(db, address, keep_kind, &kind, e);
        return r < 0 ? r : kind != ORG_PRESS;
}

/* --- why, for the record ------------------------------------------------------------- */

#define NOTE_BYTES 2000
#define NOTE_ROWS  8

struct story { /* "41 2026-11-03 5.1.1; 44 2026-11-12 5.1.1: 550 5.1.1 User unknown" */
        struct buf text;
        char last[REPORT_TEXT_MAX];
        unsigned n;
};

static void story_done(struct story *s)
{
        buf_done(&s->text);
}

static void tell(void *ctx, const struct verdict_row *v, bool counts)
{
        struct story *s = ctx;
        struct tm tm;

        if (!counts || (v->class != VERDICT_INVALID && v->class != VERDICT_MAILBOX))
                return;
        snprintf(s->last, sizeof(s->last), "%s", v->reply);
        if (s->n++ >= NOTE_ROWS)
                return;
        zone_local(v->at, &tm);
        buf_addf(&s->text, "%s%lld %04d-%02d-%02d %s", s->n > 1 ? "; " : "", (long long) v->release,
                 tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
                 v->enhanced[0] ? v->enhanced : words_name(&verdict_classes, (int) v->class));
}

static int tell_why(struct db *db, const char *address, char **ret, struct err *e)
{
        CLEANUP(buf_done) struct buf text = BUF(NOTE_BYTES + REPORT_TEXT_MAX);
        CLEANUP(story_done) struct story s = {.text = BUF(NOTE_BYTES)};
        int r = verdict_each(db, address, tell, &s, e);

        if (r < 0)
                return r;
        buf_adds(&text, s.text.s);
        if (s.n > NOTE_ROWS)
                buf_addf(&text, "; … %u", s.n);
        if (s.last[0])
                buf_addf(&text, ": %s", s.last);
        *ret = buf_take(&text);
        return 0;
}

/* --- the judgement ------------------------------------------------------------------- */

static int put(struct tx *tx, const char *address, enum delivery_reason reason, bool mandatory,
               char *note, int64_t now, int64_t expires, struct err *e)
{
        CLEANUP(mem_free) char *own = mem_strdup(address);
        const struct suppression s = {
                .address = own,
                .reason = reason,
                .since = now,
                .expires_at = expires,
                .raised = mandatory,
                .by = (char[]){SUPPRESSION_PRESS},
                .note = note,
        };
        struct err there = {0};
        int r = suppression_add(tx, &s, &there);

        if (r == -EEXIST)
                return 0;
        if (r < 0 && e)
                *e = there;
        return r;
}

static int bury(struct tx *tx, const struct config *c, const char *address, int64_t now,
                struct err *e)
{
        CLEANUP(mem_free) char *note = NULL;
        int mandatory = suppress_mandatory(tx->db, address, now, e);
        int r = mandatory < 0 ? mandatory : tell_why(tx->db, address, &note, e);

        return r < 0 ? r
                     : put(tx, address, REASON_DEAD_ADDRESS, mandatory > 0, note, now,
                           now + c->suppress.expire_ms, e);
}

int suppress_judge(struct tx *tx, const struct config *c, const char *address, int64_t now,
                   struct err *e)
{
        CLEANUP(suppression_done) struct suppression s = {0};
        struct suppress_weight w;
        int found = suppression_get(tx->db, address, now, &s, e), r;

        if (found < 0 || (found && s.reason != REASON_DEAD_ADDRESS))
                return found < 0 ? found : 0;
        r = suppress_weigh(tx->db, c, address, found ? s.since : now, now, &w, e);
        if (r < 0)
                return r;
        if (w.dead)
                return bury(tx, c, address, now, e);
        if (found && strcmp(s.by, SUPPRESSION_PRESS) == 0)
                return suppression_lift(tx, address, SUPPRESSION_PRESS, now, e);
        return 0;
}

#define AT_ONCE 64   /* addresses said to be dead, and ... */
#define SCAN    1000 /* ... contacts; a larger domain is judged by suppress_pass() */

/* All that were said to be dead around then when what counts of it has changed. */
static int judge_domain(struct tx *tx, const struct config *c, const char *address, int64_t at,
                        int64_t now, struct err *e)
{
        const struct domain_rule rule = {c->suppress.domain_least, c->suppress.domain_share,
                                         AT_ONCE, SCAN};
        CLEANUP(verdict_keys_done) struct verdict_keys k = {0};
        struct domain_look look;
        bool changed = false;
        int r = verdict_domain_look(tx->db, address, at, &rule, &look, e);

        if (r == 0)
                r = verdict_domain_note(tx, address, &look, &changed, e);
        if (r == 0 && changed)
                r = verdict_neighbours(tx->db, address, at, "", &k, e);
        for (size_t i = 0; i < k.n && r == 0; i++)
                r = suppress_judge(tx, c, k.v[i], now, e);
        return r;
}

_Static_assert(AT_ONCE <= VERDICT_KEYS, "one page has them all");

/* --- evidence ------------------------------------------------------------------------ */

static enum verdict_class class_of(const struct evidence *ev)
{
        static const enum verdict_class of[REPORT_CLASSES] = {
                [REPORT_INVALID] = VERDICT_INVALID, [REPORT_MAILBOX] = VERDICT_MAILBOX,
                [REPORT_POLICY] = VERDICT_POLICY,   [REPORT_TRANSIENT] = VERDICT_TRANSIENT,
                [REPORT_UNCLEAR] = VERDICT_UNCLEAR,
        };

        return ev->complaint ? VERDICT_COMPLAINT : of[ev->class];
}

/* The recipient asked; for ever, until a person lifts it. What is mandatory, a person decides. */
static int obey(struct tx *tx, const struct evidence *ev, int64_t now, struct err *e)
{
        CLEANUP(mem_free)
        char *note = mem_printf("complaint, release %lld", (long long) ev->release);
        int mandatory = suppress_mandatory(tx->db, ev->address, now, e);

        if (mandatory < 0)
                return mandatory;
        return put(tx, ev->address, REASON_STOP_LIST, mandatory > 0, note, now, 0, e);
}

int suppress_evidence(struct tx *tx, const struct config *c, const struct evidence *ev, int64_t now,
                      struct err *e)
{
        const struct verdict_row v = {
                .release = ev->release,
                .delivery = ev->delivery,
                .address = ev->address,
                .org_kind = ev->org_kind,
                .class = class_of(ev),
                .stale = ev->stale,
                .enhanced = ev->enhanced,
                .reply = ev->reply,
                .at = ev->at,
        };
        int64_t at = ev->at > now || ev->at <= 0 ? now : ev->at;
        int r = verdict_add(tx, &v, now, e);

        if (r <= 0 || ev->stale)
                return r < 0 ? r : 0;
        if (ev->complaint)
                return obey(tx, ev, now, e);
        if (ev->class == REPORT_INVALID) {
                r = judge_domain(tx, c, ev->address, at, now, e);
                if (r < 0)
                        return r;
        }
        if (ev->class == REPORT_INVALID || ev->class == REPORT_MAILBOX)
                return suppress_judge(tx, c, ev->address, now, e);
        return 0;
}
