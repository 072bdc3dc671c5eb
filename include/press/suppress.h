/*
 * suppress.h - from what comes back to addresses that are not written to any more
 *
 * One report proves little: a mail server in trouble calls living people unknown. So an address
 * is suppressed only by failures of class `invalid` from several distinct releases over several
 * days (settings: block `suppress`), and not while a large share of its domain breaks at once
 * (R111, R112). Softer classes never do it by one release. Press contacts only: what a unit or
 * a department must get is never dropped; a person is told instead. A suppression expires, can
 * be lifted, and keeps its reason and history.
 */
#ifndef PRESS_SUPPRESS_H
#define PRESS_SUPPRESS_H

#include "press/config.h"
#include "press/db.h"
#include "press/report.h"

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

#endif
