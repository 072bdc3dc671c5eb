/*
 * report.h - what a returned mail says, a row a recipient
 *
 * report_read() takes the bytes of one mail as it lies in a mailbox (CRLF or LF; a leading
 * mbox line is skipped) and is a pure function of them. It reads delivery status
 * notifications, the many notices that are none, complaints, and tells automatic and human
 * mail apart. Nothing in the message that a report gives back is taken for the report.
 *
 * Hostile input is expected: at most REPORT_BYTES of a mail are looked at, and a pre-scan of
 * our own refuses what libetpan 1.9.4 dies or stalls on before it sees a byte. All the same
 * it is to be run in the cage of press/cage.h only; a mail that kills the cage is unreadable.
 * Iconv loads its tables from files: report_prepare() does that once, before the cage is shut.
 * Sources: RFC 3464 6533 3463 (status), 5965 6591 (complaints), 8098 (receipts), 3834, 6522.
 */
#ifndef PRESS_REPORT_H
#define PRESS_REPORT_H

#include "press/addr.h"

#include <stdbool.h>
#include <stddef.h>

#define REPORT_BYTES ((size_t) 2 << 20) /* what follows is the returned message's attachments */

#define REPORT_ROWS         1000
#define REPORT_ENHANCED_MAX 12   /* bytes with NUL: "5.1.1" */
#define REPORT_TEXT_MAX     1024 /* bytes with NUL of a diagnostic, escaped */
#define REPORT_ID_MAX       256
#define REPORT_PATHS        6

enum report_kind {
        REPORT_STATUS,    /* of a delivery: every row says what became of it */
        REPORT_COMPLAINT, /* somebody called our letter unwanted */
        REPORT_AUTOREPLY, /* out of office and the like */
        REPORT_CHALLENGE, /* "prove that you are a person" */
        REPORT_RECEIPT,   /* a read receipt (RFC 8098) */
        REPORT_FEEDBACK,  /* a machine's that is no complaint: authentication failed (RFC 6591) */
        REPORT_MAIL,      /* a person's, a list's: no report at all */
        /*
         * A status or complaint that names nobody, or a mail over a limit. Such a status may have
         * one row without an address, for whoever knows by the mail's path whom it is about.
         */
        REPORT_UNREADABLE
};

enum report_action {
        REPORT_FAILED,
        REPORT_DELAYED,
        REPORT_DELIVERED,
        REPORT_RELAYED,
        REPORT_EXPANDED,
        REPORT_COMPLAINED,
        REPORT_REPLIED,
        REPORT_ACTIONS
};

enum report_class {
        REPORT_INVALID,   /* the address is dead */
        REPORT_MAILBOX,   /* full, disabled */
        REPORT_POLICY,    /* refused for content, sender or reputation: never the address's fault */
        REPORT_TRANSIENT, /* nobody's fault, or gone by tomorrow */
        REPORT_UNCLEAR,
        REPORT_CLASSES
};

struct report_row {
        enum report_action action;
        enum report_class class;
        char address[ADDR_MAX];  /* as the report has it; of an automatic reply its sender */
        char original[ADDR_MAX]; /* Original-Recipient, "" = none */
        char enhanced[REPORT_ENHANCED_MAX]; /* "" = nothing is known */
        bool stated; /* enhanced was said, not made from the reply's first digit */
        int code;    /* SMTP reply, 0 = none */
        char diagnostic
                [REPORT_TEXT_MAX]; /* the server's words, escaped, without the letter's text */
};

struct report_date { /* as it is written; day 0 = none is said, year 0 = it says no year */
        int year, month, day;
};

/* Every text is escaped and may be shown; "" = absent. */
struct report {
        enum report_kind kind;
        char from[ADDR_MAX];
        char subject[REPORT_ID_MAX];
        char envid[REPORT_ID_MAX];      /* Original-Envelope-Id */
        char message_id[REPORT_ID_MAX]; /* the original's, with <> ; or what is replied to */
        char list_id[REPORT_ID_MAX];    /* the original's */
        char own_id[REPORT_ID_MAX];     /* this mail's own Message-ID and List-Id: where they */
        char own_list[REPORT_ID_MAX];   /* are ours, our letter itself came back */
        struct report_date away;        /* of an automatic reply: its sender is away until then */
        char path[REPORT_PATHS][ADDR_MAX]; /* where this mail was sent to, our tag perhaps */
        char trouble[64];                  /* a msgid: why it is unreadable, "" = it is not */
        struct report_row *row;            /* owned */
        size_t rows;
};
void report_done(struct report *r); /* for CLEANUP */

/* Loads what reading needs from files. Once a process; reading works without, and then loads. */
void report_prepare(void);

/* `ret` holds whatever could be read; what cannot be is REPORT_UNREADABLE, never an error. */
void report_read(const char *p, size_t n, struct report *ret);

/* The class of one SMTP reply that refused a recipient; `words` without the codes or with them. */
enum report_class report_reply_class(int code, const char *enhanced, const char *words);

const char *report_action_name(enum report_action a); /* "failed" */
const char *report_class_name(enum report_class c);   /* "invalid" */

#endif
