/*
 * smtp.h - the SMTP transaction machine: bytes in, bytes and events out
 *
 * Pure: no socket, no clock, no memory of releases. It starts after EHLO,
 * STARTTLS and AUTH (net/relay lets libcurl do those) and speaks MAIL, RCPT,
 * DATA, letter, dot, RSET, QUIT on one connection, one recipient a letter.
 *
 *   caller                          machine
 *   smtp_envelope(e1)               MAIL RCPT DATA (one write with PIPELINING)
 *                                   <- 250 250 354
 *                  event GO(e1)     the relay waits for the letter
 *   [data_at of e1 is committed]
 *   smtp_envelope(e2)               kept back until e1's letter is out
 *   smtp_letter(slices)             letter CRLF . CRLF, and with PIPELINING e2's envelope
 *                                   behind it in the same write: one round trip a letter
 *                                   <- 250 | 250 250 354
 *                  event DONE(e1)   then GO(e2)
 *
 * After a 354 to an accepted RCPT there are two ways only: the whole letter,
 * or closing the line. A lone dot only when the RCPT was refused and DATA got
 * 354 all the same (RFC 2920 3.1); what comes back on it counts for nobody.
 * A refused envelope is followed by RSET and the connection is kept.
 * A reply is never credited to another recipient: surplus or unparsable
 * replies end the session (R30, R31), with the envelopes that are open judged
 * as if the line was lost.
 * What an end means for open envelopes: UNKNOWN only when the last byte of the
 * dot was taken by the line; NOT_TRIED for one that was not answered at all and
 * stood behind another or behind a letter that was accepted; else RELAY. A
 * refusal that comes while the letter is still going out is judged as one to
 * the dot, and the line closes.
 * Nothing blocks and nothing is copied from the letter; the slices must stay
 * until DONE or END for that envelope.
 *
 * Time: `now` is monotonic ms, passed in. Deadlines per stage are those of
 * RFC 5321 4.5.3.2 or more: MAIL 5 min, RCPT 5, DATA 2, block 3, dot 10.
 * Sources: RFC 5321, 2920, 1870, 3461, 6152, 6531.
 */
#ifndef PRESS_SMTP_H
#define PRESS_SMTP_H

#include "press/outcome.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct smtp;

struct smtp_caps { /* what the last EHLO answer offered */
        bool pipelining, dsn, eightbitmime, smtputf8, chunking, starttls, auth;
        bool size;         /* SIZE was offered */
        uint64_t size_max; /* its number; 0 = none stated */
};

/* Reads EHLO reply lines ("250-SIZE 1000", keywords in any case); unknown ones are ignored. */
void smtp_caps_line(struct smtp_caps *caps, const char *line, size_t n);

struct smtp_opts {
        struct smtp_caps caps;
        bool pipelining; /* the relay's setting; used only where offered too */
        int64_t mail_ms, rcpt_ms, data_ms, block_ms, dot_ms; /* 0 = the RFC's value */
};

/* One run of letter bytes, already CRLF and dot-stuffed (mail/splice). Not owned. */
struct slice {
        const char *p;
        size_t n;
};

struct smtp_envelope {
        const char *from;  /* reverse-path without <>, may be "" */
        const char *rcpt;  /* Mailbox without <>, domain as A-labels */
        const char *envid; /* sent when DSN is offered; "" = none */
        uint64_t size;     /* octets of the letter as sent, for SIZE= */
        void *tag;         /* the caller's own; comes back in events */
        int64_t delivery;  /* for crash_at(), while its replies are read; 0 = none */
};

enum smtp_event_type {
        SMTP_GO,   /* 354 came for tag: commit data_at, then smtp_letter() */
        SMTP_DONE, /* tag is finished: outcome says how */
        SMTP_END   /* close the line; what was open has been reported before */
};

struct smtp_event {
        enum smtp_event_type type;
        void *tag;              /* NULL for SMTP_END */
        struct outcome outcome; /* for SMTP_DONE; for SMTP_END why: BLAME_RELAY, or NOBODY */
        int64_t ms;             /* SMTP_DONE: from sending MAIL to the last reply */
};

/* Never NULL. */
struct smtp *smtp_new(const struct smtp_opts *opts);
/* Accepts NULL. Slices and tags are the caller's. */
void smtp_free(struct smtp *s);
void smtp_freep(struct smtp **s); /* for CLEANUP */

/* How many envelopes may be handed over now: 0, 1 (with pipelining one may follow the open one). */
unsigned smtp_room(const struct smtp *s);

/*
 * Hands over an envelope; strings are copied. -EINVAL when an address holds
 * CR, LF, NUL, space, <, > outside quotes, or is too long: nothing was taken (R53).
 * Non-ASCII without SMTPUTF8 (5.6.7) and a letter above SIZE (5.3.4) finish
 * at once with SMTP_DONE and nothing on the wire (R67, R33).
 */
int smtp_envelope(struct smtp *s, const struct smtp_envelope *e, int64_t now);

/*
 * The letter for the tag that got SMTP_GO. The array is copied, the bytes are
 * not. `n` slices, whole letter, ending in CRLF; the machine adds the dot.
 */
void smtp_letter(struct smtp *s, const struct slice *v, size_t n, int64_t now);

/*
 * The next bytes to write: up to `max` runs into v; returns how many, 0 = none now.
 * smtp_sent() says how many bytes were really taken by the line.
 */
size_t smtp_output(const struct smtp *s, struct slice *v, size_t max);
void smtp_sent(struct smtp *s, size_t n, int64_t now);

/* Bytes that came in. Any split is fine. */
void smtp_input(struct smtp *s, const char *p, size_t n, int64_t now);
/* The line is gone; `why` is kept as the reply text of what was open. */
void smtp_closed(struct smtp *s, const char *why, int64_t now);

/* Leave politely: QUIT once nothing is open; the caller closes after a short wait. */
void smtp_quit(struct smtp *s, int64_t now);
/* Give up what has no letter out (NOT_TRIED) and end; an unanswered dot is UNKNOWN. */
void smtp_abort(struct smtp *s, const char *why, int64_t now);

/* Monotonic ms of the next deadline, INT64_MAX = none; smtp_tick() acts on it. */
int64_t smtp_deadline(const struct smtp *s);
void smtp_tick(struct smtp *s, int64_t now);

/* Takes the oldest event; false when there is none. */
bool smtp_event(struct smtp *s, struct smtp_event *ret);

/* Letters accepted on this connection so far, and whether a dot is unanswered. */
unsigned smtp_accepted(const struct smtp *s);
bool smtp_dot_open(const struct smtp *s);

#endif
