/*
 * returned.h - each mail that came back, once
 *
 * Whoever handles a mail writes its row in the transaction of what the mail changed; the hash
 * of its bytes is unique, so a mail read twice counts once, whatever crashed in between (R109).
 */
#ifndef PRESS_RETURNED_H
#define PRESS_RETURNED_H

#include "press/db.h"
#include "press/state.h"
#include "press/token.h"

#include <stddef.h>
#include <stdint.h>

enum returned_kind {
        RETURNED_STATUS,
        RETURNED_COMPLAINT,
        RETURNED_AUTOREPLY,
        RETURNED_CHALLENGE,
        RETURNED_RECEIPT,
        RETURNED_FEEDBACK, /* of a machine, about authentication and the like */
        RETURNED_LOOP,     /* our letter itself, through a list or a forward */
        RETURNED_MAIL,     /* a person's: a question, until it is answered */
        RETURNED_UNREADABLE,
        RETURNED_KINDS
};

enum returned_match { /* by what it is known whose it is */
                      MATCH_TAG,
                      MATCH_ENVID,
                      MATCH_MESSAGE_ID,
                      MATCH_NONE,
                      MATCH_FORGED, /* a tag that is not ours: counted, nothing else */
                      RETURNED_MATCHES
};

extern const struct words returned_kinds, returned_matches;

struct returned {
        int64_t id;
        unsigned char digest[HASH_BYTES];
        const char *inbox; /* the name of its `inbox`, or "pipe", "maildir", ... */
        int64_t at;
        enum returned_kind kind;
        enum returned_match matched;
        int64_t release, delivery; /* 0 = not known */
        const char *sender, *subject, *trouble;
        int64_t away_until;  /* of an automatic reply that says so, 0 = it does not */
        int64_t answered_at; /* 0 = not yet */
        const char *answered_by;
};

/*
 * The hash of a mail as it lies in a mailbox, whatever its line ends are, and whether a line
 * of an mbox stands before it or empty lines behind.
 */
void returned_digest(const char *mail, size_t n, unsigned char out[HASH_BYTES]);

/* -EEXIST and nothing done (the transaction goes on) when this mail was handled before. */
int returned_add(struct tx *tx, const struct returned *r, int64_t *ret_id, struct err *e);
/* 1 and what it was taken for when this mail was handled before, else 0. */
int returned_known(struct db *db, const unsigned char digest[HASH_BYTES],
                   enum returned_kind *ret_kind, enum returned_match *ret_match, struct err *e);

struct returned_filter {
        int64_t release; /* 0 = any */
        int kind;        /* enum returned_kind, -1 = any */
        bool open;       /* only what is not answered yet */
};
/*
 * Oldest first; strings are valid in the call only. fn returning non-zero stops; that is
 * returned when negative, else 0.
 */
int returned_each(struct db *db, const struct returned_filter *f,
                  int (*fn)(void *ctx, const struct returned *r), void *ctx, struct err *e);
/*
 * A question was answered; its release in *ret, 0 = of none. -ENOENT; -EINVAL when it was before,
 * or is no question.
 */
int returned_answered(struct tx *tx, int64_t id, const char *by, int64_t now, int64_t *ret_release,
                      struct err *e);
/* How many carried a tag that is not ours, and how many could not be read, since ever. */
int returned_forged(struct db *db, int64_t *ret, struct err *e);
int returned_unreadable(struct db *db, int64_t *ret, struct err *e);

#endif
