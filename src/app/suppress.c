// SPDX-License-Identifier: MIT
#include "press/suppress.h"

#include "press/verdict.h"

static enum verdict_class class_of(const struct evidence *ev)
{
        static const enum verdict_class of[REPORT_CLASSES] = {
                [REPORT_INVALID] = VERDICT_INVALID, [REPORT_MAILBOX] = VERDICT_MAILBOX,
                [REPORT_POLICY] = VERDICT_POLICY,   [REPORT_TRANSIENT] = VERDICT_TRANSIENT,
                [REPORT_UNCLEAR] = VERDICT_UNCLEAR,
        };

        return ev->complaint ? VERDICT_COMPLAINT : of[ev->class];
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
        int r;

        (void) c;
        r = verdict_add(tx, &v, now, e);
        return r < 0 ? r : 0;
}
