/*
 * event.h - the delivery log: what happened, in the words of that moment
 *
 * Append-only rows, written by store/delivery in the same transaction as the
 * state they explain, so the log can never disagree with the queue. Also the
 * audit rows: what people did.
 */
#ifndef PRESS_EVENT_H
#define PRESS_EVENT_H

#include "press/db.h"
#include "press/state.h"

#include <stdbool.h>
#include <stdint.h>

struct event { /* strings valid during the callback only; "" = none */
        int64_t id, release_id, delivery_id, contact_id;
        const char *kind;                 /* attempt report relay-log call reply resend */
        const char *action;               /* what a report says: finding.h; else "" */
        const char *address, *name, *org; /* as sent */
        int64_t attempt, at, ms, code;
        const char *relay, *peer, *stage, *enhanced, *reply, *tls;
        enum delivery_state state; /* after it */
        const char *note;
        bool second_copy; /* the text went out though an earlier try may have brought it */
};

struct event_filter {        /* zeroed = everything */
        int64_t release;     /* 0 = any */
        const char *address; /* canonical, letter case aside; NULL = any */
        const char *who;     /* words, folded and matched in name and organisation; NULL = any */
        int state;           /* enum delivery_state, -1 = any */
        int64_t since, until;
        int64_t delivery; /* 0 = any */
};

/*
 * Oldest first. fn returning non-zero stops; that is returned when negative, else 0.
 * Pages by id: no read lasts over 1 s, and fn runs outside of it.
 */
int event_each(struct db *db, const struct event_filter *f,
               int (*fn)(void *ctx, const struct event *ev), void *ctx, struct err *e);

/*
 * Attempts that a relay answered with 250, as they came: the delivery and the relay's words.
 * *after 0: the first one that is not older than `since`; else those behind the event *after.
 * *after is then where it ended, for the next call. Pages as event_each().
 */
int event_relayed(struct db *db, int64_t since, int64_t *after,
                  int (*fn)(void *ctx, int64_t delivery, const char *reply), void *ctx,
                  struct err *e);

/* An audit row: `verb` is the command's word, detail free text. */
int audit_add(struct tx *tx, int64_t at, int64_t uid, const char *user, const char *verb,
              int64_t release, const char *detail, struct err *e);

#endif
