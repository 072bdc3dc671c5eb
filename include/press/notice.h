/*
 * notice.h - a plain mail of our own to the people on duty
 *
 * For alarms and for `relay test`: one recipient, one short text, wire form as
 * letter_splice() gives it. Marked Auto-Submitted: auto-generated (RFC 3834 5).
 */
#ifndef PRESS_NOTICE_H
#define PRESS_NOTICE_H

#include "press/letter.h"

struct notice {                                    /* all UTF-8; none NULL */
        const char *from_name, *from_address, *to; /* to: a canonical mailbox */
        const char *subject, *text;
        const char *domain; /* of Message-ID */
        int64_t moment;     /* ms UTC */
};

/* -EINVAL when a header value is unfit. */
int notice_compose(const struct notice *n, struct spliced *ret, struct err *e);

#endif
