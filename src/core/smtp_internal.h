/*
 * smtp_internal.h - what the files of the SMTP machine share
 *
 *   smtp.c           the transaction: replies in, steps and events out
 *   smtp_end.c       how a session ends, and what that means for open envelopes
 *   smtp_wire.c      the byte stream out, what each reply will answer, deadlines
 *   smtp_command.c   capabilities, addresses, command lines
 *   smtp_reply.c     the reply reader
 *
 * An envelope's steps; smtp_step() is the only place that makes one:
 *
 *   HELD -> ASKED -> GO -> BODY -> (gone)        its commands are out; 354; letter queued
 *             \---> REFUSED -> (gone)            reported; replies still owed are thrown away
 *
 * slot[0] is the open envelope, slot[1] the one that may follow it. Whatever
 * is put on the wire and will be answered stands in `awaited`, in wire order,
 * with the stream offset of its last byte: a reply counts for it only once
 * that byte is out. So no reply is ever credited to a command not yet sent.
 */
#ifndef SMTP_INTERNAL_H
#define SMTP_INTERNAL_H

#include "press/smtp.h"
#include "press/smtp_reply.h"

#define SMTP_AWAITED_MAX 8 /* RSET MAIL RCPT DATA, and a dot before them, and QUIT */

enum smtp_step_to { STEP_HELD, STEP_ASKED, STEP_REFUSED, STEP_GO, STEP_BODY };

struct txn { /* one envelope */
        void *tag;
        int64_t delivery;
        char *command; /* RSET, MAIL, RCPT and DATA lines in one run, owned */
        size_t mail_at, rcpt_at, data_at, end; /* offsets in command */
        enum smtp_step_to step;
        bool answered; /* a reply to MAIL came */
        bool rcpt_ok;
        int64_t began; /* MAIL was sent; -1 = not yet */
};

enum asked {
        ASKED_RSET,
        ASKED_MAIL,
        ASKED_RCPT,
        ASKED_DATA,
        ASKED_DOT,
        ASKED_LONE_DOT,
        ASKED_QUIT
};

struct awaited { /* one reply owed to us */
        enum asked what;
        uint64_t end; /* stream offset behind the last byte of what it answers */
        bool sent;
        int64_t at; /* when it was sent */
};

struct smtp {
        struct smtp_opts opts; /* no zeros left in the limits */
        bool pipelining;
        struct txn *slot[2]; /* owned */
        struct awaited awaited[SMTP_AWAITED_MAX];
        unsigned nawaited;

        struct slice *run; /* the bytes to write; none owned */
        size_t run_first, nrun, run_size, run_off;
        uint64_t queued, sent; /* stream offsets */
        uint64_t block_from;   /* the offset when `progress` was set */
        int64_t progress;      /* when the line last took a block */

        struct reply_reader reader;
        bool reply_early; /* its first byte came before its command was out */
        int64_t last_reply;

        bool need_rset, quitting, ended;
        unsigned accepted;

        struct smtp_event *event; /* ring of one round: read from event_first */
        size_t event_first, nevent, event_size;
};

/* smtp.c */
void smtp_step(struct txn *t, enum smtp_step_to to);
/* Says SMTP_DONE; the envelope stays until smtp_drop(). */
void smtp_report(struct smtp *s, const struct txn *t, const struct outcome *o, int64_t now);
void smtp_push_event(struct smtp *s, const struct smtp_event *e);
void smtp_drop(struct smtp *s); /* forgets slot[0]; the follower moves up */

/* smtp_end.c: each ends the session; nothing is awaited or written afterwards */
enum smtp_why {
        WHY_CLOSED,  /* the line went */
        WHY_ASTRAY,  /* what came cannot be trusted */
        WHY_TIMEOUT, /* our own limit */
        WHY_ABORT,   /* we want out, or are out politely */
        WHY_JUDGED   /* a reply that was judged already asks for it */
};
/* `judged` goes with WHY_JUDGED. `reply` has code 0 but for WHY_ABORT and WHY_JUDGED. */
void smtp_end(struct smtp *s, enum smtp_why why, const struct reply *reply,
              const struct outcome *judged, int64_t now);
void smtp_end_text(struct smtp *s, enum smtp_why why, const char *text, int64_t now);
/* The stage a reply to `what` belongs to, and the one that slot[0] is in. */
enum stage smtp_stage_of(enum asked what);
enum stage smtp_stage(const struct smtp *s);

/* smtp_wire.c */
void smtp_queue(struct smtp *s, const char *p, size_t n, int64_t now);
/* What was queued last will be answered. */
void smtp_await(struct smtp *s, enum asked what);
bool smtp_awaits_sent(const struct smtp *s); /* the first awaited is out, or there is one */
void smtp_await_done(struct smtp *s);
void smtp_wire_clear(struct smtp *s);

/* smtp_command.c */
int smtp_check_envelope(const struct smtp_envelope *e);
bool smtp_is_ascii(const char *s);
void smtp_commands(const struct smtp_caps *caps, const struct smtp_envelope *e, struct txn *t);

#endif
