// SPDX-License-Identifier: MIT
#include "press/leader.h"

#include "press/mem.h"
#include "press/moment.h"
#include "press/person.h"
#include "press/tally.h"

#include <stdio.h>
#include <string.h>

static const char *const row_names[] = {"accepted", "phoned",  "handed", "unconfirmed", "late",
                                        "waiting",  "unknown", "lost",   "not-sent"};
const struct words leader_rows = {row_names, COUNT_OF(row_names)};

const int leader_columns[LEADER_COLUMNS] = {ORG_PRESS, ORG_UNIT, ORG_DEPARTMENT, -1};

void leader_done(struct leader *l)
{
        release_done(&l->r);
        calls_done(&l->list);
        *l = (struct leader){0};
}

/* --- counting ------------------------------------------------------------------------------ */

static enum leader_row out_row(const struct leader *l, const struct person *p)
{
        bool late = l->by && p->out_at > l->by;

        if (p->state == DELIVERY_DELIVERED && !late)
                return LEADER_ACCEPTED;
        if (p->phoned)
                return LEADER_PHONED;
        if (late)
                return LEADER_LATE;
        return p->settled_at + l->u.confirm_ms > l->now ? LEADER_HANDED : LEADER_UNCONFIRMED;
}

static enum leader_row row_of(const struct leader *l, const struct person *p)
{
        bool no_way = p->reason == REASON_NO_ADDRESS || p->reason == REASON_DEAD_ADDRESS;

        switch (p->state) {
        case DELIVERY_DELIVERED:
        case DELIVERY_RELAYED: return out_row(l, p);
        case DELIVERY_CANCELLED: return p->phoned ? LEADER_PHONED : LEADER_NOT_SENT;
        case DELIVERY_SUPPRESSED:
                return p->phoned ? LEADER_PHONED : no_way ? LEADER_LOST : LEADER_NOT_SENT;
        case DELIVERY_UNKNOWN: return p->phoned ? LEADER_PHONED : LEADER_UNKNOWN;
        case DELIVERY_QUEUED:
        case DELIVERY_SENDING:
        case DELIVERY_DEFERRED: return p->phoned ? LEADER_PHONED : LEADER_WAITING;
        default: return p->phoned ? LEADER_PHONED : LEADER_LOST;
        }
}

static int look(void *ctx, const struct person *p)
{
        struct leader *l = ctx;

        l->n[row_of(l, p)][p->org_kind]++;
        return 0;
}

int leader_read(struct db *db, const struct config *cfg, int64_t release, int64_t by, int64_t now,
                struct leader *ret, struct err *e)
{
        CLEANUP(leader_done) struct leader l = {.now = now, .by = by};
        const struct calls_ask ask = {
                .release = release, .now = now, .by = by, .limit = LEADER_NAMED};
        struct tally kind[ORG_KINDS];
        int r = release_get(db, release, &l.r, e);

        if (r == 0)
                r = tally_by_kind(db, release, kind, e);
        if (r == 0)
                r = unconfirmed_read(db, cfg, &l.r, kind, now, &l.u, e);
        if (r == 0)
                r = person_each(db, release, look, &l, e);
        if (r == 0)
                r = call_counts(db, release, l.call, e);
        if (r == 0)
                r = calls_read(db, cfg, &ask, &l.list, e);
        if (r < 0)
                return r;
        *ret = l;
        l = (struct leader){0};
        return 0;
}

int64_t leader_sum(const struct leader *l, enum leader_row row, int kind)
{
        int64_t n = 0;

        for (int k = 0; k < ORG_KINDS; k++)
                if (kind < 0 || kind == k)
                        n += l->n[row][k];
        return n;
}

int64_t leader_people(const struct leader *l, int kind)
{
        int64_t n = 0;

        for (int row = 0; row < LEADER_ROWS; row++)
                n += leader_sum(l, (enum leader_row) row, kind);
        return n;
}

bool leader_shows(const struct leader *l, enum leader_row row)
{
        return row == LEADER_LOST || leader_sum(l, row, -1);
}

/* --- in words ------------------------------------------------------------------------------ */

const char *leader_row_title(enum leader_row row, enum lang lang)
{
        static const char *const title[LEADER_ROWS] = {
                [LEADER_ACCEPTED] = N_("Accepted by their mail server"),
                [LEADER_PHONED] = N_("Told by telephone"),
                [LEADER_HANDED] = N_("Handed on, may still be confirmed"),
                [LEADER_UNCONFIRMED] = N_("Handed on, not confirmed"),
                [LEADER_LATE] = N_("Sent only after the due time"),
                [LEADER_WAITING] = N_("Still waiting"),
                [LEADER_UNKNOWN] = N_("Outcome unknown"),
                [LEADER_LOST] = N_("Not reached"),
                [LEADER_NOT_SENT] = N_("Not sent (stopped, trial, cancelled)"),
        };

        return msg_text(lang, title[row]);
}

const char *leader_moment(const struct leader *l, enum lang lang, char out[LEADER_TEXT_MAX])
{
        char now[MOMENT_MAX], by[MOMENT_MAX], since[MOMENT_MAX];
        size_t n;

        snprintf(out, LEADER_TEXT_MAX, msg_fmt(lang, "As of %s"), moment_show(l->now, lang, now));
        n = strlen(out);
        if (l->by)
                n += (size_t) snprintf(out + n, LEADER_TEXT_MAX - n, msg_fmt(lang, "; due %s"),
                                       moment_show(l->by, lang, by));
        if (l->r.out_at)
                snprintf(out + n, LEADER_TEXT_MAX - n, msg_fmt(lang, "; out since %s"),
                         moment_show(l->r.out_at, lang, since));
        return out;
}

const char *leader_calls(const struct leader *l, enum lang lang, char out[LEADER_TEXT_MAX])
{
        int64_t all = 0;
        size_t n;

        for (int i = 0; i < CALL_OUTCOMES; i++)
                all += l->call[i];
        out[0] = '\0';
        if (!all)
                return out;
        snprintf(out, LEADER_TEXT_MAX, msg_fmt(lang, "Calls made: %lld"), (long long) all);
        for (int i = 0, first = 1; i < CALL_OUTCOMES; i++) {
                if (!l->call[i])
                        continue;
                n = strlen(out);
                snprintf(out + n, LEADER_TEXT_MAX - n, "%s%s %lld", first ? " (" : ", ",
                         call_outcome_text((enum call_outcome) i, lang), (long long) l->call[i]);
                first = 0;
        }
        n = strlen(out);
        snprintf(out + n, LEADER_TEXT_MAX - n, ")");
        return out;
}

/* When the soonest of what waits is tried again. */
static int64_t next_try(const struct leader *l)
{
        int64_t soonest = l->list.later_at;

        for (size_t i = 0; i < l->list.n; i++) {
                const struct person *p = &l->list.v[i].p;

                if (l->list.v[i].group == CALLS_WAITING && p->due_at > l->now &&
                    (!soonest || p->due_at < soonest))
                        soonest = p->due_at;
        }
        return soonest;
}

static void say_waiting(const struct leader *l, enum lang lang, char text[LEADER_TEXT_MAX])
{
        int64_t at = next_try(l), n = leader_sum(l, LEADER_WAITING, -1);
        char when[MOMENT_MAX];

        if (l->r.state == RELEASE_PROPOSED)
                snprintf(text, LEADER_TEXT_MAX, "%s",
                         msg_text(lang, "The release waits for approval: nothing has left."));
        else if (at)
                snprintf(text, LEADER_TEXT_MAX,
                         msg_fmt(lang, "%lld letters still wait, next try %s."), (long long) n,
                         moment_show(at, lang, when));
        else
                snprintf(text, LEADER_TEXT_MAX, msg_fmt(lang, "%lld letters still wait."),
                         (long long) n);
}

void leader_next(const struct leader *l, enum lang lang,
                 void (*say)(void *ctx, const char *sentence), void *ctx)
{
        int64_t to_call = calls_to_make(&l->list), open = leader_sum(l, LEADER_WAITING, -1);
        char text[LEADER_TEXT_MAX], when[MOMENT_MAX];

        if (to_call) {
                snprintf(text, sizeof(text), msg_fmt(lang, "People still to be telephoned: %lld."),
                         (long long) to_call);
                say(ctx, text);
        }
        if (open) {
                say_waiting(l, lang, text);
                say(ctx, text);
        }
        if (leader_sum(l, LEADER_HANDED, -1) && l->u.until) {
                snprintf(text, sizeof(text),
                         msg_fmt(lang, "Confirmations may still come until %s."),
                         moment_show(l->u.until, lang, when));
                say(ctx, text);
        }
        if (leader_sum(l, LEADER_UNCONFIRMED, -1))
                say(ctx, msg_text(lang, "Handed on is not arrived: our relay took those letters, "
                                        "whether they came is not proved."));
        if (leader_sum(l, LEADER_LATE, -1))
                say(ctx, msg_text(lang, "Sent only after the due time says when a letter left, "
                                        "not whether it came."));
        if (!to_call && !open && !leader_sum(l, LEADER_HANDED, -1) &&
            !leader_sum(l, LEADER_UNCONFIRMED, -1))
                say(ctx, msg_text(lang, "Nothing is left to do."));
}
