/*
 * suppress.h - from what comes back to addresses that are not written to any more
 *
 * One report proves little: a mail server in trouble calls living people unknown. So an address
 * is suppressed only by failures of class `invalid` from several distinct releases over several
 * days (settings: block `suppress`); a mailbox that is full or closed takes clearly more of both;
 * policy, transient and unclear ones never do it (R111). A release sent again is one release.
 *
 *      counts      said since the address last took a letter (a success report, or the relay's
 *                  log), since it last lapsed, within `expire`; not by a tag past its life (R102),
 *                  not what a person said is settled
 *      not at all  while a large share of its domain is said to be dead within a day: then the
 *                  domain is at fault (R112), and what was judged before that showed is undone
 *
 * A suppression lapses by itself after `expire`, can be lifted, and keeps its reason and its
 * history. It is never of what a unit or a department must get: there a row is `raised` (book.h),
 * letters go on, and `book doubtful`, `check`, `send` and `doctor` tell a person. The same for
 * complaints (R108). Everything is judged from what is stored, so order and repetition of the
 * evidence do not matter.
 */
#ifndef PRESS_SUPPRESS_H
#define PRESS_SUPPRESS_H

#include "press/book.h"
#include "press/config.h"
#include "press/db.h"
#include "press/report.h"
#include "press/verdict.h"

#include <stdbool.h>
#include <stdint.h>

struct evidence { /* what one report or refusal says of one address; strings are not kept */
        int64_t release, delivery;
        const char *address; /* the delivery's, not the report's */
        enum org_kind org_kind;
        bool complaint; /* the recipient wants no more: the stop list, at once (R108) */
        bool stale;     /* by a tag past its life: kept for people, never counted (R102) */
        enum report_class class;
        const char *enhanced, *reply;
        int64_t at;
};

/*
 * Keeps the evidence and judges the address, in the caller's transaction. For failures and
 * complaints only (a delay is no evidence), after finding_apply(): the present state of the
 * address's deliveries speaks too. Told twice of the same release it changes nothing.
 */
int suppress_evidence(struct tx *tx, const struct config *c, const struct evidence *ev, int64_t now,
                      struct err *e);

/*
 * What is not told as evidence: permanent refusals of recipients by the relays themselves and
 * failures in their logs, read from the delivery log since the last pass; and what time changes:
 * large domains, addresses that live again. In short transactions; -EBUSY when one was not had,
 * then the next pass goes on there. Cheap when there is nothing new: call it every few minutes,
 * and before evidence is shown.
 */
int suppress_pass(struct db *db, const struct config *c, int64_t now, struct err *e);

/* The evidence of one address weighed as of `at` (now, or when it was suppressed). */
struct suppress_weight {
        struct verdict_sum sum; /* what counts */
        int64_t alive_at;       /* its server took a letter then, 0 = not known */
        bool dead;
};
int suppress_weigh(struct db *db, const struct config *c, const char *address, int64_t at,
                   int64_t now, struct suppress_weight *ret, struct err *e);
/* Suppresses, raises or lifts by what stands there. A person's own orders are left alone. */
int suppress_judge(struct tx *tx, const struct config *c, const char *address, int64_t now,
                   struct err *e);
/*
 * 1 when a current contact of a unit or a department has this address; when no contact has it,
 * by whom its latest letter was for.
 */
int suppress_mandatory(struct db *db, const char *address, int64_t now, struct err *e);

#endif
