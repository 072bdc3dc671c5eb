// SPDX-License-Identifier: MIT
#include "press/view.h"

#include "press/mem.h"
#include "press/moment.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void waiting(const struct release *r, const struct delivery *d, int64_t now, enum lang lang,
                    char out[VIEW_MAX])
{
        bool ended = r && (r->stored == RELEASE_CANCELLED || r->stored == RELEASE_REJECTED);
        char when[MOMENT_MAX];

        moment_show(d->due_at, lang, when);
        if (d->state == DELIVERY_UNKNOWN && ended)
                snprintf(out, VIEW_MAX, "%s",
                         msg_text(lang, "Outcome unknown, may have arrived; not tried again"));
        else if (d->state == DELIVERY_QUEUED && d->due_at > now)
                snprintf(out, VIEW_MAX, msg_fmt(lang, "Waiting to be sent at %s"), when);
        else if (d->state == DELIVERY_DEFERRED && d->due_at > now)
                snprintf(out, VIEW_MAX, msg_fmt(lang, "Not through yet, next try %s"), when);
        else if (d->state == DELIVERY_UNKNOWN && !d->due_at)
                snprintf(out, VIEW_MAX, "%s",
                         msg_text(lang, "Outcome unknown, may have arrived; needs a decision"));
        else if (d->state == DELIVERY_UNKNOWN)
                snprintf(out, VIEW_MAX,
                         msg_fmt(lang, "Outcome unknown, may have arrived; again at %s"), when);
        else
                snprintf(out, VIEW_MAX, "%s", delivery_state_title(d->state, lang));
}

void view_delivery(const struct release *r, const struct delivery *d, int64_t now, enum lang lang,
                   char out[VIEW_MAX])
{
        const char *why = d->detail;

        switch (d->state) {
        case DELIVERY_QUEUED:
        case DELIVERY_DEFERRED:
        case DELIVERY_UNKNOWN: waiting(r, d, now, lang, out); return;
        case DELIVERY_SUPPRESSED: why = delivery_reason_text(d->reason, lang); break;
        case DELIVERY_REFUSED:
        case DELIVERY_BOUNCED: break;
        case DELIVERY_EXPIRED:
                if (strcmp(d->detail, DELIVERY_BY_TELEPHONE) == 0)
                        why = msg_text(lang, "reached by telephone, the letter is not tried again");
                else
                        why = d->attempt || d->out_at ? "" : msg_text(lang, "it was never tried");
                break;
        default: why = ""; break;
        }
        snprintf(out, VIEW_MAX, "%s%s%s", delivery_state_title(d->state, lang), why[0] ? ": " : "",
                 why);
}

const char *view_proof(const struct delivery *d, enum lang lang)
{
        switch (d->state) {
        case DELIVERY_RELAYED:
                return msg_text(lang,
                                "Proved: our relay took the letter at that time and answered as "
                                "shown. Not proved: that it reached the recipient's server");
        case DELIVERY_DELIVERED:
                return msg_text(lang,
                                "Proved: the recipient's own mail server took the letter. Not "
                                "proved: that anybody opened or read it");
        case DELIVERY_UNKNOWN:
        case DELIVERY_QUEUED:
        case DELIVERY_DEFERRED:
        case DELIVERY_EXPIRED:
                if (d->out_at) /* whatever came after it */
                        return msg_text(lang,
                                        "The letter left, but no answer came back: it may or may "
                                        "not have arrived");
                return msg_text(lang, "No server has taken a letter for this recipient");
        case DELIVERY_BOUNCED:
                return msg_text(lang, "Proved: the letter was taken and then returned; it did not "
                                      "arrive");
        case DELIVERY_REFUSED:
                return msg_text(lang,
                                "Proved: the letter was refused with the answer shown; it did not "
                                "arrive");
        case DELIVERY_SENDING:
                return msg_text(lang, "It is on the wire now; nothing is proved yet");
        default: return msg_text(lang, "No letter has left for this recipient");
        }
}

int64_t view_people(const struct tally *t)
{
        int64_t n = 0;

        for (int i = 0; i < DELIVERY_STATES; i++)
                n += t->state[i];
        return n;
}

int64_t view_not_reached(const struct tally *t)
{
        return t->state[DELIVERY_REFUSED] + t->state[DELIVERY_BOUNCED] +
               t->state[DELIVERY_EXPIRED] + t->suppressed[REASON_NO_ADDRESS] +
               t->suppressed[REASON_DEAD_ADDRESS] - view_phoned(t);
}

int64_t view_phoned(const struct tally *t)
{
        return t->phoned[DELIVERY_REFUSED] + t->phoned[DELIVERY_BOUNCED] +
               t->phoned[DELIVERY_EXPIRED] + t->phoned[DELIVERY_SUPPRESSED];
}

int64_t view_not_confirmed(const struct tally *t)
{
        return t->state[DELIVERY_RELAYED] + t->state[DELIVERY_UNKNOWN];
}

/* Nobody takes a trial for a success: who was left out stands in the same sentence. */
static void ended(const struct tally *t, enum lang lang, char out[VIEW_MAX])
{
        static const enum delivery_reason left_out[] = {REASON_TRIAL_LIST, REASON_STOP_LIST};
        size_t n;

        snprintf(out, VIEW_MAX,
                 msg_fmt(lang, "Sending has ended: %lld not reached, %lld not confirmed"),
                 (long long) view_not_reached(t), (long long) view_not_confirmed(t));
        for (size_t i = 0; i < COUNT_OF(left_out); i++) {
                if (!t->suppressed[left_out[i]])
                        continue;
                n = strlen(out);
                snprintf(out + n, VIEW_MAX - n, msg_fmt(lang, ", %lld not sent (%s)"),
                         (long long) t->suppressed[left_out[i]],
                         delivery_reason_text(left_out[i], lang));
        }
}

void view_release(const struct release *r, const struct tally *t, int64_t now, bool held,
                  enum lang lang, char out[VIEW_MAX])
{
        char when[MOMENT_MAX];

        if (r->state == RELEASE_DONE)
                ended(t, lang, out);
        else if (r->state == RELEASE_APPROVED && held)
                snprintf(out, VIEW_MAX, "%s", msg_text(lang, "Approved, held back"));
        else if (r->state == RELEASE_APPROVED && r->due_at > now)
                snprintf(out, VIEW_MAX, msg_fmt(lang, "Approved, leaves %s"),
                         moment_show(r->due_at, lang, when));
        else if (r->state == RELEASE_PAUSED && r->reason[0])
                snprintf(out, VIEW_MAX, "%s: %s", release_state_title(r->state, lang), r->reason);
        else
                snprintf(out, VIEW_MAX, "%s", release_state_title(r->state, lang));
}

int view_exit_code(struct db *db, int64_t release, int *ret_code, struct err *e)
{
        CLEANUP(release_done) struct release r = {0};
        CLEANUP(delivery_list_done) struct delivery_list lost = {0};
        int64_t to_try = 0, for_person = 0;
        int rc;

        rc = release_get(db, release, &r, e);
        if (rc == 0)
                rc = release_open_one(db, release, &to_try, &for_person, e);
        if (rc == 0)
                rc = delivery_unreached(db, release, 1, &lost, e);
        if (rc < 0)
                return rc;
        if (r.state == RELEASE_PROPOSED || r.state == RELEASE_PAUSED || r.state == RELEASE_REJECTED)
                *ret_code = 3;
        else if (to_try)
                *ret_code = 75;
        else if (for_person)
                *ret_code = 3;
        else
                *ret_code = lost.n ? 1 : 0;
        return 0;
}
