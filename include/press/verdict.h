/*
 * verdict.h - what servers said of our addresses, kept release by release
 *
 * One row for each address and release: the gravest of what was said, however often the
 * release was sent again. The rows are evidence only; press/suppress.h judges by them. They
 * are never deleted, so that a suppression can be explained for as long as its history is kept.
 *
 * Addresses are compared without regard to letter case. Times: ms since the epoch, UTC.
 * Errors: as press/db.h.
 */
#ifndef PRESS_VERDICT_H
#define PRESS_VERDICT_H

#include "press/db.h"
#include "press/state.h"

#include <stdbool.h>
#include <stdint.h>

enum verdict_class { /* as enum report_class of press/report.h, and one more */
                     VERDICT_INVALID,
                     VERDICT_MAILBOX,
                     VERDICT_POLICY,
                     VERDICT_TRANSIENT,
                     VERDICT_UNCLEAR,
                     VERDICT_COMPLAINT, /* the recipient wants no more */
                     VERDICT_CLASSES
};
extern const struct words verdict_classes;

struct verdict_row { /* strings are not kept */
        int64_t release, delivery;
        const char *address;
        enum org_kind org_kind;
        enum verdict_class class;
        bool stale; /* kept for people, counts for nothing */
        const char *enhanced, *reply;
        int64_t at;
};

/*
 * 1 when it was kept, 0 when as much was known of this release. `at` is moved between the
 * delivery's making and `now`: a report's own clock may be anything.
 */
int verdict_add(struct tx *tx, const struct verdict_row *v, int64_t now, struct err *e);

#endif
