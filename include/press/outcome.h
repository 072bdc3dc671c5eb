/*
 * outcome.h - what one try came to, and whose fault it was
 *
 * The only module that decides what a failure means: this recipient later,
 * never, or not this recipient's affair at all. Pure: stage and reply in,
 * verdict out. Sources: RFC 5321 4.2 4.3.2 4.5.3.1.10, RFC 3463, RFC 2920 3.1.
 */
#ifndef PRESS_OUTCOME_H
#define PRESS_OUTCOME_H

#include <stdbool.h>
#include <stddef.h>

/* Where a try failed, or STAGE_DOT with 250; names as in --json. */
enum stage {
        STAGE_CONNECT,
        STAGE_TLS,
        STAGE_EHLO,
        STAGE_AUTH,
        STAGE_MAIL,
        STAGE_RCPT,
        STAGE_DATA,
        STAGE_DOT,
        STAGES
};
const char *stage_name(enum stage s);

enum verdict {
        VERDICT_RELAYED,   /* 250 to the dot: the relay took responsibility */
        VERDICT_REFUSED,   /* permanent, for this recipient or this content */
        VERDICT_DEFERRED,  /* temporary, this recipient: an attempt is used, retry by class */
        VERDICT_RELAY,     /* the relay's, TLS's or our login's trouble: no attempt used */
        VERDICT_UNKNOWN,   /* the whole text may have arrived, no reply came */
        VERDICT_NOT_TRIED, /* the line ended before any answer: queued again, no attempt used */
};

enum blame { BLAME_NOBODY, BLAME_ADDRESS, BLAME_CONTENT, BLAME_SENDER, BLAME_RELAY };

#define REPLY_TEXT_MAX     1024 /* bytes of a kept reply, escaped, all its lines joined by " / " */
#define REPLY_ENHANCED_MAX 16

struct reply {
        int code;                          /* 200..599; 0 = none (closed, time-out, unparsable) */
        char enhanced[REPLY_ENHANCED_MAX]; /* RFC 3463 "5.1.1", or "" */
        char text[REPLY_TEXT_MAX];         /* as said behind the code; for 0 what happened */
};

struct outcome {
        enum verdict verdict;
        enum blame blame;
        enum stage stage;
        struct reply reply;
        bool close;   /* the connection must not be used any further */
        bool used_up; /* 421 to MAIL after a success: the connection's cap was reached */
};

/*
 * true when the reply lets the transaction go on: 2yz to MAIL, RCPT (251 and 252 too) and the
 * dot, 3yz to DATA. 220 and 221 answer no command of a transaction and never do.
 */
bool outcome_goes_on(enum stage stage, int code);

/*
 * Judges a reply (or its absence: reply->code 0) met at `stage`. A reply to MAIL, RCPT or DATA
 * that goes on is no outcome: do not ask. BLAME_ADDRESS is what may count towards suppression.
 * `body_out`: the last byte of the letter's CRLF.CRLF may have left us.
 * `succeeded`: this connection already had a letter accepted.
 */
struct outcome outcome_judge(enum stage stage, const struct reply *reply, bool body_out,
                             bool succeeded);

/* An outcome of our own (time-out, too large, no SMTPUTF8): code, enhanced and text are ours. */
struct outcome outcome_local(enum verdict v, enum blame b, enum stage stage, int code,
                             const char *enhanced, const char *text);

#endif
