/*
 * state.h - the product's fixed words: states, kinds, classes, roles
 *
 * One list for each, as short ASCII words that stand in the database, in JSON
 * and on the command line, plus the sentence people read. The life of a
 * delivery (every arrow is one function in store/delivery and one commit):
 *
 *                    claim                     accepted by a relay
 *   QUEUED/DEFERRED ------> SENDING ---------------------------> RELAYED -> DELIVERED
 *     ^    ^                 | | |  permanent refusal                 \--> BOUNCED
 *     |    |                 | | +-----------------------------> REFUSED
 *     |    | temporary, or   | |    text went out, no reply
 *     |    | the relay's own | +-------------------------------> UNKNOWN --+
 *     |    +-----------------+                                             |
 *     +--------- again, by the class's policy (`unknown = "retry"`) -------+
 *   QUEUED/DEFERRED/UNKNOWN -> EXPIRED (time ran out), CANCELLED (not UNKNOWN)
 *   SUPPRESSED is decided when the release is made, or at a claim (allow list).
 */
#ifndef PRESS_STATE_H
#define PRESS_STATE_H

#include "press/msg.h"

#include <stdbool.h>

enum delivery_state {
        DELIVERY_QUEUED,
        DELIVERY_SENDING,
        DELIVERY_DEFERRED,
        DELIVERY_UNKNOWN,
        DELIVERY_RELAYED,
        DELIVERY_DELIVERED,
        DELIVERY_REFUSED,
        DELIVERY_BOUNCED,
        DELIVERY_EXPIRED,
        DELIVERY_SUPPRESSED,
        DELIVERY_CANCELLED,
        DELIVERY_STATES
};

enum release_state {
        RELEASE_DRAFT,
        RELEASE_PROPOSED,
        RELEASE_APPROVED,
        RELEASE_SENDING,
        RELEASE_DONE, /* a query, never stored: no delivery is open */
        RELEASE_REJECTED,
        RELEASE_PAUSED, /* shown when `paused` is set on an approved or sending one */
        RELEASE_CANCELLED,
        RELEASE_STATES
};

enum release_kind {
        KIND_STATEMENT,
        KIND_BRIEFING,
        KIND_INVITATION,
        KIND_NOTICE,
        KIND_REQUEST,
        KIND_CORRECTION,
        KIND_WITHDRAWAL,
        RELEASE_KINDS
};

enum release_class { CLASS_URGENT, CLASS_NORMAL, CLASS_ROUTINE, RELEASE_CLASSES };
enum org_kind { ORG_UNIT, ORG_DEPARTMENT, ORG_PRESS, ORG_KINDS };
enum contact_role { ROLE_LEADER, ROLE_OFFICER, ROLE_JOURNALIST, ROLE_DESK, CONTACT_ROLES };

/* Why a delivery was never tried (state SUPPRESSED), or cancelled or expired. */
enum delivery_reason {
        REASON_NONE,
        REASON_NO_ADDRESS,   /* no usable address */
        REASON_STOP_LIST,    /* asked to stop */
        REASON_DEAD_ADDRESS, /* suppressed after bounces */
        REASON_TRIAL_LIST,   /* outside `allow` */
        DELIVERY_REASONS
};

/* One set of words: index = enum value. */
struct words {
        const char *const *name; /* as stored and as in JSON */
        int n;
};

extern const struct words delivery_states, release_states, release_kinds, release_classes,
        org_kinds, contact_roles, delivery_reasons;

/* The index of `name` (letter case ignored), or -1. */
int words_find(const struct words *w, const char *name);
const char *words_name(const struct words *w, int value);

/* true when nothing will be tried any more (relayed counts as final here). */
bool delivery_state_final(enum delivery_state s);
/*
 * true when the recipient may hold the text as far as the state alone tells: sending (data_at may
 * be set), unknown, relayed, delivered, and expired (it may have been unknown before). A delivery
 * that went from unknown back to deferred also may: the log of attempts knows.
 */
bool delivery_state_may_hold(enum delivery_state s);

/*
 * The sentence people read in `lang`, whole in itself: a time, a reason or a decision is
 * the caller's to add behind it. Never NULL; REASON_NONE is "".
 */
const char *delivery_state_title(enum delivery_state s, enum lang lang);
const char *release_state_title(enum release_state s, enum lang lang);
const char *delivery_reason_text(enum delivery_reason r, enum lang lang);
const char *release_kind_title(enum release_kind k, enum lang lang);   /* "Thông cáo báo chí" */
const char *release_class_title(enum release_class c, enum lang lang); /* "Khẩn" */
const char *org_kind_title(enum org_kind k, enum lang lang);           /* "Đơn vị" */
const char *contact_role_title(enum contact_role r, enum lang lang);

#endif
