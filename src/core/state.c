// SPDX-License-Identifier: MIT
#include "press/state.h"

#include "press/mem.h"

#include <assert.h>
#include <strings.h>

static const char *const delivery_state_names[DELIVERY_STATES] = {
        [DELIVERY_QUEUED] = "queued",       [DELIVERY_SENDING] = "sending",
        [DELIVERY_DEFERRED] = "deferred",   [DELIVERY_UNKNOWN] = "unknown",
        [DELIVERY_RELAYED] = "relayed",     [DELIVERY_DELIVERED] = "delivered",
        [DELIVERY_REFUSED] = "refused",     [DELIVERY_BOUNCED] = "bounced",
        [DELIVERY_EXPIRED] = "expired",     [DELIVERY_SUPPRESSED] = "suppressed",
        [DELIVERY_CANCELLED] = "cancelled",
};

static const char *const release_state_names[RELEASE_STATES] = {
        [RELEASE_DRAFT] = "draft",       [RELEASE_PROPOSED] = "proposed",
        [RELEASE_APPROVED] = "approved", [RELEASE_SENDING] = "sending",
        [RELEASE_DONE] = "done",         [RELEASE_REJECTED] = "rejected",
        [RELEASE_PAUSED] = "paused",     [RELEASE_CANCELLED] = "cancelled",
};

static const char *const release_kind_names[RELEASE_KINDS] = {
        [KIND_STATEMENT] = "statement",   [KIND_BRIEFING] = "briefing",
        [KIND_INVITATION] = "invitation", [KIND_NOTICE] = "notice",
        [KIND_REQUEST] = "request",       [KIND_CORRECTION] = "correction",
        [KIND_WITHDRAWAL] = "withdrawal",
};

static const char *const release_class_names[RELEASE_CLASSES] = {
        [CLASS_URGENT] = "urgent",
        [CLASS_NORMAL] = "normal",
        [CLASS_ROUTINE] = "routine",
};

static const char *const org_kind_names[ORG_KINDS] = {
        [ORG_UNIT] = "unit",
        [ORG_DEPARTMENT] = "department",
        [ORG_PRESS] = "press",
};

static const char *const contact_role_names[CONTACT_ROLES] = {
        [ROLE_LEADER] = "leader",
        [ROLE_OFFICER] = "officer",
        [ROLE_JOURNALIST] = "journalist",
        [ROLE_DESK] = "desk",
};

static const char *const delivery_reason_names[DELIVERY_REASONS] = {
        [REASON_NONE] = "",
        [REASON_NO_ADDRESS] = "no-address",
        [REASON_STOP_LIST] = "stop-list",
        [REASON_DEAD_ADDRESS] = "dead-address",
        [REASON_TRIAL_LIST] = "trial-list",
};

static const char *const delivery_state_titles[DELIVERY_STATES] = {
        [DELIVERY_QUEUED] = N_("Waiting to be sent"),
        [DELIVERY_SENDING] = N_("Being sent now"),
        [DELIVERY_DEFERRED] = N_("Not through yet, will be tried again"),
        [DELIVERY_UNKNOWN] = N_("Outcome unknown, may have arrived"),
        [DELIVERY_RELAYED] = N_("Handed to our relay, arrival not confirmed"),
        [DELIVERY_DELIVERED] = N_("Accepted by the recipient's mail server (not proof of reading)"),
        [DELIVERY_REFUSED] = N_("Refused, did not arrive"),
        [DELIVERY_BOUNCED] = N_("Returned, did not arrive"),
        [DELIVERY_EXPIRED] = N_("Time ran out, arrival not confirmed"),
        [DELIVERY_SUPPRESSED] = N_("Not sent"),
        [DELIVERY_CANCELLED] = N_("Cancelled before it left"),
};

static const char *const release_state_titles[RELEASE_STATES] = {
        [RELEASE_DRAFT] = N_("Draft"),
        [RELEASE_PROPOSED] = N_("Waiting for approval"),
        [RELEASE_APPROVED] = N_("Approved"),
        [RELEASE_SENDING] = N_("Being sent now"),
        [RELEASE_DONE] = N_("Sending has ended"),
        [RELEASE_REJECTED] = N_("Not approved, back to draft"),
        [RELEASE_PAUSED] = N_("Paused"),
        [RELEASE_CANCELLED] = N_("Cancelled"),
};

static const char *const delivery_reason_texts[DELIVERY_REASONS] = {
        [REASON_NONE] = "",
        [REASON_NO_ADDRESS] = N_("no address"),
        [REASON_STOP_LIST] = N_("asked to stop"),
        [REASON_DEAD_ADDRESS] = N_("dead address"),
        [REASON_TRIAL_LIST] = N_("outside trial list"),
};

static const char *const release_kind_titles[RELEASE_KINDS] = {
        [KIND_STATEMENT] = N_("Press statement"), [KIND_BRIEFING] = N_("Press briefing"),
        [KIND_INVITATION] = N_("Invitation"),     [KIND_NOTICE] = N_("Notice"),
        [KIND_REQUEST] = N_("Request"),           [KIND_CORRECTION] = N_("Correction"),
        [KIND_WITHDRAWAL] = N_("Withdrawal"),
};

static const char *const release_class_titles[RELEASE_CLASSES] = {
        [CLASS_URGENT] = N_("Urgent"),
        [CLASS_NORMAL] = N_("Normal"),
        [CLASS_ROUTINE] = N_("Routine"),
};

static const char *const org_kind_titles[ORG_KINDS] = {
        [ORG_UNIT] = N_("Unit"),
        [ORG_DEPARTMENT] = N_("Department"),
        [ORG_PRESS] = N_("Press agency"),
};

static const char *const contact_role_titles[CONTACT_ROLES] = {
        [ROLE_LEADER] = N_("Leader"),
        [ROLE_OFFICER] = N_("Communications officer"),
        [ROLE_JOURNALIST] = N_("Journalist"),
        [ROLE_DESK] = N_("News desk"),
};

#define WORDS(names)                                        \
        {                                                   \
                .name = (names), .n = (int) COUNT_OF(names) \
        }

const struct words delivery_states = WORDS(delivery_state_names);
const struct words release_states = WORDS(release_state_names);
const struct words release_kinds = WORDS(release_kind_names);
const struct words release_classes = WORDS(release_class_names);
const struct words org_kinds = WORDS(org_kind_names);
const struct words contact_roles = WORDS(contact_role_names);
const struct words delivery_reasons = WORDS(delivery_reason_names);

int words_find(const struct words *w, const char *name)
{
        for (int i = 0; i < w->n; i++)
                if (strcasecmp(w->name[i], name) == 0)
                        return i;
        return -1;
}

const char *words_name(const struct words *w, int value)
{
        assert(value >= 0 && value < w->n);
        return w->name[value];
}

bool delivery_state_final(enum delivery_state s)
{
        switch (s) {
        case DELIVERY_RELAYED:
        case DELIVERY_DELIVERED:
        case DELIVERY_REFUSED:
        case DELIVERY_BOUNCED:
        case DELIVERY_EXPIRED:
        case DELIVERY_SUPPRESSED:
        case DELIVERY_CANCELLED: return true;
        default: return false;
        }
}

bool delivery_state_may_hold(enum delivery_state s)
{
        switch (s) {
        case DELIVERY_SENDING:
        case DELIVERY_UNKNOWN:
        case DELIVERY_RELAYED:
        case DELIVERY_DELIVERED:
        case DELIVERY_EXPIRED: return true; /* it may have come from UNKNOWN */
        default: return false;
        }
}

static const char *title(const char *const *v, size_t n, int i, enum lang lang)
{
        assert(i >= 0 && (size_t) i < n);
        return msg_text(lang, v[i]);
}

const char *delivery_state_title(enum delivery_state s, enum lang lang)
{
        return title(delivery_state_titles, COUNT_OF(delivery_state_titles), (int) s, lang);
}

const char *release_state_title(enum release_state s, enum lang lang)
{
        return title(release_state_titles, COUNT_OF(release_state_titles), (int) s, lang);
}

const char *delivery_reason_text(enum delivery_reason r, enum lang lang)
{
        return title(delivery_reason_texts, COUNT_OF(delivery_reason_texts), (int) r, lang);
}

const char *release_kind_title(enum release_kind k, enum lang lang)
{
        return title(release_kind_titles, COUNT_OF(release_kind_titles), (int) k, lang);
}

const char *release_class_title(enum release_class c, enum lang lang)
{
        return title(release_class_titles, COUNT_OF(release_class_titles), (int) c, lang);
}

const char *org_kind_title(enum org_kind k, enum lang lang)
{
        return title(org_kind_titles, COUNT_OF(org_kind_titles), (int) k, lang);
}

const char *contact_role_title(enum contact_role r, enum lang lang)
{
        return title(contact_role_titles, COUNT_OF(contact_role_titles), (int) r, lang);
}
