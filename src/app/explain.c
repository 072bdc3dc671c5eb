// SPDX-License-Identifier: MIT
#include "press/explain.h"

#include "press/act.h"
#include "press/book.h"
#include "press/calls.h"
#include "press/config.h"
#include "press/hold.h"
#include "press/mem.h"
#include "press/moment.h"
#include "press/text.h"
#include "press/view.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define WHEN_MAX (2 * MOMENT_MAX + 2)

static void say(const struct explain *x, const char *msgid, ...)
        __attribute__((format(printf, 2, 3)));

static void say(const struct explain *x, const char *msgid, ...)
{
        char text[2 * VIEW_MAX];
        va_list ap;

        va_start(ap, msgid);
        vsnprintf(text, sizeof(text), msg_fmt(x->lang, msgid), ap);
        va_end(ap);
        x->say(x->ctx, text);
}

/* "Tue 24/11/2026 08:00 (+07), in 3 min" */
static const char *when(const struct explain *x, int64_t at, char out[WHEN_MAX])
{
        char moment[MOMENT_MAX], distance[MOMENT_MAX];

        moment_show(at, x->lang, moment);
        moment_relative(at, x->now, x->lang, distance);
        snprintf(out, WHEN_MAX, "%s, %s", moment, distance);
        return out;
}

/* Nothing of it is ever sent again. */
static bool ended(const struct release *r)
{
        return r->stored == RELEASE_CANCELLED || r->stored == RELEASE_REJECTED;
}

/* --- what stands in the way -------------------------------------------------------- */

static void approval(const struct explain *x, const struct release *r)
{
        if (x->cfg->approval == APPROVAL_TWO_PERSON)
                say(x,
                    N_("It waits for the approval of somebody other than %s: pressctl approve %lld "
                       "--hash HASH (pressctl show %lld tells the hash)"),
                    r->submitted_by, (long long) r->id, (long long) r->id);
        else
                say(x,
                    N_("It waits for approval: pressctl approve %lld --hash HASH (pressctl show "
                       "%lld tells the hash)"),
                    (long long) r->id, (long long) r->id);
}

/* It waits for the limit of its domain: true when that was said. */
static bool limited(const struct explain *x, const char *domain)
{
        const struct config_domain_limit *l = NULL;

        for (size_t i = 0; i < x->cfg->ndomain_limit; i++)
                if (strcmp(x->cfg->domain_limit[i].domain, domain) == 0)
                        l = &x->cfg->domain_limit[i];
        if (!l || (!l->connections && !l->rate))
                return false;
        if (l->connections && l->rate)
                say(x,
                    N_("It waits for the limit of %s: letters at one time: %d, a minute: %d "
                       "(setting: domain_limit)"),
                    domain, l->connections, l->rate);
        else if (l->rate)
                say(x,
                    N_("It waits for the limit of %s: letters a minute: %d (setting: "
                       "domain_limit)"),
                    domain, l->rate);
        else
                say(x,
                    N_("It waits for the limit of %s: letters at one time: %d (setting: "
                       "domain_limit)"),
                    domain, l->connections);
        return true;
}

static int due(const struct explain *x, const struct release *r, const struct delivery *d,
               struct err *e)
{
        char domain[ADDR_MAX];
        int rc = delivery_parked_for(x->db, d->id, domain, e);
        int64_t first = d->early ? r->early_at : r->due_at;
        char at[WHEN_MAX];

        if (rc < 0)
                return rc;
        if (rc > 0 && limited(x, domain))
                return 0;
        if (d->state == DELIVERY_QUEUED && first > x->now)
                say(x, N_("It leaves %s"), when(x, first, at));
        else if (d->state != DELIVERY_QUEUED && d->due_at > x->now)
                say(x, N_("It is tried again %s"), when(x, d->due_at, at));
        else
                say(x, N_("It is tried as soon as a line to the relay is free"));
        return 0;
}

/* No try is promised while a person or pressd itself stands in the way. */
static int waiting(const struct explain *x, const struct release *r, const struct delivery *d,
                   struct err *e)
{
        CLEANUP(hold_done) struct hold h = {0};
        char at[WHEN_MAX];
        int rc;

        if (ended(r)) {
                say(x, N_("Nothing more: the release was ended before it left"));
                return 0;
        }
        rc = hold_read(x->db, x->cfg, r, &h, e);
        if (rc < 0)
                return rc;
        if (h.proposed) {
                approval(x, r);
                return 0;
        }
        h.undecided = 0; /* others */
        h.ndomain = 0;
        hold_say(&h, r, x->now, x->lang, x->say, x->ctx);
        if (!hold_all(&h))
                rc = due(x, r, d, e);
        if (rc == 0 && r->expires)
                say(x, N_("It is given up %s (Expires)"), when(x, r->expires, at));
        return rc;
}

/* --- what was not reached ------------------------------------------------------------ */

/* Later copies of it to another address; true when the newest of them is not lost too. */
static int copies(const struct explain *x, const struct release *r, const struct delivery *d,
                  bool *ret_covered, struct err *e)
{
        CLEANUP(delivery_list_done) struct delivery_list l = {0};
        char state[VIEW_MAX], at[WHEN_MAX];
        int rc = delivery_copies(x->db, d, &l, e);

        if (rc < 0)
                return rc;
        for (size_t i = 0; i < l.n; i++) {
                view_delivery(r, &l.v[i], x->now, x->lang, state);
                say(x, N_("Sent again by hand to %s (%s): %s"), l.v[i].address,
                    when(x, l.v[i].created_at, at), state);
        }
        if (l.n)
                *ret_covered = !(ACT_RESEND_STATES & 1u << l.v[l.n - 1].state) &&
                               l.v[l.n - 1].state != DELIVERY_SUPPRESSED &&
                               l.v[l.n - 1].state != DELIVERY_CANCELLED;
        return 0;
}

/* 1 when somebody told the person by telephone, which is said then. */
static int by_telephone(const struct explain *x, const struct delivery *d, struct err *e)
{
        CLEANUP(call_done) struct call c = {0};
        char text[CALLS_TEXT_MAX];
        int rc = call_reached(x->db, d, &c, e);

        if (rc > 0)
                say(x, N_("Nothing more is needed: %s"), calls_last(&c, x->now, x->lang, text));
        return rc;
}

static int not_reached(const struct explain *x, const struct release *r, const struct delivery *d,
                       struct err *e)
{
        bool covered = false;
        int rc = copies(x, r, d, &covered, e);

        if (rc == 0 && !covered)
                rc = by_telephone(x, d, e);
        if (rc != 0 || covered)
                return rc < 0 ? rc : 0;
        if (ended(r))
                say(x, N_("Nothing more: the release was cancelled. Telephone"));
        else if (d->address[0])
                say(x,
                    N_("Nothing more by itself. Telephone; or send again: pressctl resend %lld "
                       "--to ADDRESS --for %s --note T"),
                    (long long) r->id, d->address);
        else
                say(x,
                    N_("Nothing more by itself. Telephone, or send to an address that works: "
                       "pressctl resend %lld --to ADDRESS --note T"),
                    (long long) r->id);
        return 0;
}

static int not_sent(const struct explain *x, const struct release *r, const struct delivery *d,
                    struct err *e)
{
        switch (d->reason) {
        case REASON_TRIAL_LIST:
                say(x, N_("Nothing more: it is outside `allow`, the list of the trial"));
                return 0;
        case REASON_STOP_LIST:
                say(x, N_("Nothing more: the address is on the stop list"));
                return 0;
        default: return not_reached(x, r, d, e);
        }
}

static int unknown(const struct explain *x, const struct release *r, const struct delivery *d,
                   struct err *e)
{
        if (d->due_at && !ended(r))
                return waiting(x, r, d, e);
        if (ended(r))
                say(x, N_("It may have arrived. The release was cancelled: nothing is tried again. "
                          "Ask the recipient"));
        else
                say(x,
                    N_("A person decides: ask the recipient; or once more, which may arrive twice: "
                       "pressctl retry %lld --address %s"),
                    (long long) r->id, d->address);
        say(x, N_("Once somebody has asked: pressctl call %lld %s --reached"), (long long) r->id,
            d->address);
        return 0;
}

int explain_next(const struct explain *x, const struct release *r, const struct delivery *d,
                 struct err *e)
{
        switch (d->state) {
        case DELIVERY_QUEUED:
        case DELIVERY_DEFERRED: return waiting(x, r, d, e);
        case DELIVERY_UNKNOWN: return unknown(x, r, d, e);
        case DELIVERY_SENDING: say(x, N_("The answer of the relay is awaited")); return 0;
        case DELIVERY_RELAYED:
                say(x,
                    N_("Nothing more is tried. Should it come back, the report will stand here"));
                return 0;
        case DELIVERY_DELIVERED:
        case DELIVERY_CANCELLED: say(x, N_("Nothing more is tried")); return 0;
        case DELIVERY_SUPPRESSED: return not_sent(x, r, d, e);
        default: return not_reached(x, r, d, e);
        }
}

/* --- not among the recipients ------------------------------------------------------ */

static void one_contact(const struct explain *x, const struct release *r, const struct contact *c)
{
        char at[WHEN_MAX], submitted[WHEN_MAX], name[512], org[512];

        text_escape(c->name[0] ? c->name : c->email, name, sizeof(name));
        text_escape(c->org, org, sizeof(org));
        when(x, r->submitted_at, submitted);
        if (c->to_at && c->to_at <= r->submitted_at)
                say(x,
                    N_("%s, %s, was no longer in the book when the release was "
                       "submitted: ended %s"),
                    name, org, when(x, c->to_at, at));
        else if (c->created_at > r->submitted_at)
                say(x, N_("%s, %s, came into the book after the release was submitted (%s): %s"),
                    name, org, submitted, when(x, c->created_at, at));
        else if (c->changed_at > r->submitted_at)
                say(x,
                    N_("%s, %s, was not in the audience, or had another address, when the release "
                       "was submitted (%s); the entry was changed %s"),
                    name, org, submitted, when(x, c->changed_at, at));
        else
                say(x, N_("%s, %s, is in the book, but not in the audience of this release"), name,
                    org);
}

static void audience(const struct explain *x, const struct release *r)
{
        char to[VIEW_MAX], except[VIEW_MAX];

        text_escape(r->audience, to, sizeof(to));
        text_escape(r->except, except, sizeof(except));
        if (except[0])
                say(x, N_("The audience: %s; except: %s"), to, except);
        else
                say(x, N_("The audience: %s"), to);
}

/* A near miss among those who did get it. */
static int suggest(const struct explain *x, const struct release *r, const char *address,
                   struct err *e)
{
        CLEANUP(delivery_list_done) struct delivery_list l = {0};
        CLEANUP(mem_free) const char **candidate = NULL;
        const char *near;
        int rc = delivery_page(x->db, r->id, 0, 5000, &l, e);

        if (rc < 0)
                return rc;
        candidate = mem_alloc((l.n + 1) * sizeof(*candidate));
        for (size_t i = 0; i < l.n; i++)
                candidate[i] = l.v[i].address;
        near = text_nearest(address, candidate, l.n);
        if (near)
                say(x, N_("Did you mean %s?"), near);
        return 0;
}

int explain_left_out(const struct explain *x, const struct release *r, const struct contact *c)
{
        say(x, N_("Not among the recipients of release %lld"), (long long) r->id);
        one_contact(x, r, c);
        audience(x, r);
        return 0;
}

int explain_absent(const struct explain *x, const struct release *r, const char *address,
                   struct err *e)
{
        CLEANUP(contact_list_done) struct contact_list l = {0};
        size_t found = 0;
        int rc = contact_find(x->db, address, true, x->now, 200, &l, e);

        if (rc < 0)
                return rc;
        say(x, N_("Not sent: %s is not a recipient of release %lld"), address, (long long) r->id);
        for (size_t i = 0; i < l.n; i++) {
                if (strcmp(l.v[i].email, address) != 0)
                        continue;
                one_contact(x, r, &l.v[i]);
                found++;
        }
        if (!found)
                say(x, N_("Nobody in the book has this address"));
        audience(x, r);
        rc = suggest(x, r, address, e);
        if (rc == 0 && (r->stored == RELEASE_APPROVED || r->stored == RELEASE_SENDING))
                say(x, N_("To send it there all the same: pressctl resend %lld --to %s --note T"),
                    (long long) r->id, address);
        return rc;
}
