/*
 * finding.h - what a report or a relay's own log says of one delivery
 *
 * The one door through which anything that comes back changes a delivery. finding_apply()
 * judges by the state in which it finds the row, inside the caller's transaction, keeps the
 * counts and appends one event of f->kind; the earlier state stays in the log. A finding that
 * was applied before (same delivery, kind, action, `at`, peer, reply and note) is noticed and
 * changes nothing, so that a log may be read again. So is one that changes no state where 200 of
 * its kind stand already: anybody may send a million mails to one path, and none shall cost more
 * than the one before.
 *
 *      action     relayed    unknown    deferred, queued, refused,    delivered  bounced
 *                                       expired, if it may be out
 *      delivered  delivered  delivered  delivered                     -          -
 *      failed     bounced    bounced    bounced                       bounced    -
 *      all others, and stale ones: an event, no change of state (RFC 3464 2.3.3)
 *
 * "may be out": delivery.h out_at. What never left, was suppressed or cancelled keeps its
 * state; the event says what was claimed. Failure behind success counts (a gateway took the letter,
 * the server behind it did not); success behind failure does not: nobody unreached goes unnoticed.
 * A change of state ends what waits: no further try, no parking.
 *
 * relay_heard: a log line says that the relay's log is read, a success by report that the relay
 * gives receipts. A failure by report says neither: every relay returns those.
 */
#ifndef PRESS_FINDING_H
#define PRESS_FINDING_H

#include "press/db.h"
#include "press/state.h"

#include <stdbool.h>
#include <stdint.h>

enum finding_action {
        FINDING_DELIVERED,
        FINDING_FAILED,
        FINDING_DELAYED,
        FINDING_RELAYED,  /* handed to a system that sends no receipts: arrival stays open */
        FINDING_EXPANDED, /* to the members of a list or alias there */
        /* what is heard of the recipient and not of the letter's way: an event, nothing else */
        FINDING_COMPLAINT,
        FINDING_AUTOREPLY,  /* out of office and the like */
        FINDING_CHALLENGE,  /* "prove that you are a person" */
        FINDING_RECEIPT,    /* read, says the recipient's program */
        FINDING_REPLY,      /* of a person; kind "reply" */
        FINDING_LOOP,       /* our letter itself came back: through a list, a forward */
        FINDING_UNREADABLE, /* something came back; a person has to look at it */
        FINDING_ACTIONS
};

struct finding {
        int64_t delivery;
        const char *kind; /* of the event: "report", "relay-log" or "reply" */
        enum finding_action action;
        bool stale;           /* said too late to be believed: an event, nothing else (R102) */
        int64_t at;           /* when it happened there, or when it was read */
        const char *peer;     /* who says so: reporting MTA, or the next hop of the relay's log */
        const char *relay;    /* whose log or receipt it is, "" = of the latest attempt */
        int code;             /* SMTP reply, 0 = none */
        const char *enhanced; /* RFC 3463, "" = none */
        const char *reply;    /* the server's words, escaped, "" = none */
        const char *note;     /* "source: relay log" and the like, a msgid; "" = none */
};

/*
 * 1 and *ret_after when an event was written (whether the state changed or not), 0 when it was
 * known already. -EAGAIN while the delivery is on the wire (`sending`) and the finding may say
 * something of its state: once more in a moment. -ENOENT: there is no such delivery. After either
 * nothing was done and the transaction goes on. Strings are not kept.
 */
int finding_apply(struct tx *tx, const struct finding *f, int64_t now,
                  enum delivery_state *ret_after, struct err *e);

extern const struct words finding_actions;              /* "delivered"; also event.h `action` */
const char *finding_action_name(enum finding_action a); /* the same for one */

/*
 * What a relay ever said: when it was last heard, 0 = never. NULL outputs are left out.
 * "" names all relays together.
 */
int finding_heard(struct db *db, const char *relay, int64_t *ret_report_at, int64_t *ret_log_at,
                  struct err *e);

#endif
