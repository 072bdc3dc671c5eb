/*
 * calls.h - the telephone list: who has not got a release, most important first
 *
 * On it stand, each person or desk once (person.h):
 *
 *      CALLS_LOST         refused, bounced, expired, no usable address
 *      CALLS_UNDECIDED    outcome unknown and held, or never tried again
 *      CALLS_WAITING      still waiting: with a moment `by` when it has passed, or when the next
 *                         try comes after it; without one when the class's `confirm` has passed
 *                         since the letter was due
 *      CALLS_UNCONFIRMED  handed to our relay, and nothing heard within the class's `confirm`
 *      CALLS_STOPPED      stop list, trial list: only when asked for
 *
 * Whoever was reached by telephone is counted and left out. Order: unconfirmed ones last, apart;
 * then priority, then the class of the organisation (press, unit, department), then time, the
 * longest without the text first.
 */
#ifndef PRESS_CALLS_H
#define PRESS_CALLS_H

#include "press/person.h"
#include "press/release.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct config;

enum calls_group {
        CALLS_LOST,
        CALLS_UNDECIDED,
        CALLS_WAITING,
        CALLS_STOPPED,
        CALLS_UNCONFIRMED,
        CALLS_GROUPS
};
extern const struct words calls_groups; /* "lost", "undecided", ... */

struct calls_ask {
        int64_t release, now;
        int64_t by;   /* 0 = now, and the class's deadline for what waits */
        bool stopped; /* the stop list and the trial list too */
        size_t limit; /* lines of each heading; the others are counted */
};

struct calls_line {
        enum calls_group group;
        struct person p;
        struct person_card card;
};

struct calls {
        struct calls_line *v; /* CALLS_UNCONFIRMED last; owned */
        size_t n, nunconfirmed;
        int64_t found[CALLS_GROUPS];
        int64_t phoned;   /* would stand here, but were reached by telephone */
        int64_t later;    /* wait and have time left */
        int64_t later_at; /* the soonest of their next tries, 0 = as soon as a line is free */
        int64_t pending;  /* handed on; a confirmation may still come, */
        int64_t pending_until;
        int64_t confirm_ms; /* of the release's class */
};
void calls_done(struct calls *c);
int calls_read(struct db *db, const struct config *cfg, const struct calls_ask *ask,
               struct calls *ret, struct err *e);
/* How many are to be telephoned; how many are not confirmed is found[CALLS_UNCONFIRMED]. */
int64_t calls_to_make(const struct calls *c);

#define CALLS_TEXT_MAX 1024
/* Why this person is on the list, in plain words: "the mailbox is full". */
const char *calls_reason(const struct calls_line *l, enum lang lang, char out[CALLS_TEXT_MAX]);
/* The telephone numbers of the book, mobile ones first: "0912 345 678; 024 3943 0000". */
const char *calls_phone(const char *phone, char out[CALLS_TEXT_MAX]);
/* "10:26: no answer (lan): note" of the latest call, with the day where it is another. */
const char *calls_last(const struct call *c, int64_t now, enum lang lang, char out[CALLS_TEXT_MAX]);
/* Cuts s on a character so that it takes at most so many columns, "…" among them. */
void calls_cut(char *s, size_t columns);
const char *call_outcome_text(enum call_outcome o, enum lang lang);

/*
 * What a call came to. CALL_NEW_ADDRESS sends the same text to `address` (canonical) in the
 * same transaction, and with `keep` writes it into the book; all or nothing. `d` is the newest
 * copy for that person. Errors as act_resend_to().
 */
struct act;
int act_call(const struct act *a, const struct delivery *d, enum call_outcome outcome,
             const char *address, bool keep, const char *note, struct err *e);
int act_call_undo(const struct act *a, const struct delivery *d, struct call *ret, struct err *e);

#endif
