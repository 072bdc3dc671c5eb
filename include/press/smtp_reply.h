/*
 * smtp_reply.h - reads SMTP replies out of bytes that come in any split
 *
 * For the machine of press/smtp.h, and for net while libcurl has the line.
 * Bounded whatever the peer sends: of a line the first bytes are kept, of a
 * reply REPLY_TEXT_MAX escaped bytes, "said as it was" behind the code (an
 * enhanced code stays in the text too), lines joined by " / ". A bare LF ends
 * a line as CR LF does. A code outside 200..599, lines of one reply with
 * different codes, over 200 lines or over 2 MiB do not parse (R29, R30).
 * Source: RFC 5321 4.2, RFC 2034.
 */
#ifndef PRESS_SMTP_REPLY_H
#define PRESS_SMTP_REPLY_H

#include "press/outcome.h"

#include <stdbool.h>
#include <stddef.h>

#define REPLY_LINES_MAX 200
#define REPLY_BYTES_MAX ((size_t) 2 * 1024 * 1024)

struct reply_reader { /* zeroed = ready for a reply */
        struct reply reply;
        size_t text_len;
        char line[REPLY_TEXT_MAX + 16]; /* the beginning of the line; the rest is dropped */
        size_t line_len;
        size_t bytes; /* of the reply so far */
        unsigned lines;
        bool complete;
};

/* true when no byte of a next reply has come. */
bool reply_reader_idle(const struct reply_reader *r);

/*
 * Takes bytes up to the end of one reply; *ret_used says how many. 1: r->reply
 * is whole. 0: more is needed. -EBADMSG: it does not parse; r->reply then has
 * code 0 and says what came; the reader must not be used again.
 */
int reply_read(struct reply_reader *r, const char *p, size_t n, size_t *ret_used);

#endif
