/*
 * person.h - the people of a release, each once, and what is known of one
 *
 * Of all copies for the same contact or address the one that speaks, as in tally.h: the newest
 * that was tried. From this the telephone list and the report to the leader are made.
 */
#ifndef PRESS_PERSON_H
#define PRESS_PERSON_H

#include "press/call.h"
#include "press/db.h"
#include "press/delivery.h"

#include <stdbool.h>
#include <stdint.h>

struct person { /* briefly; times 0 = not set */
        int64_t delivery, contact;
        enum delivery_state state;
        enum delivery_reason reason;
        enum org_kind org_kind;
        int priority;
        int64_t due_at, settled_at, out_at, created_at;
        bool early, copy;
        bool phoned; /* reached by telephone */
};

/*
 * All of them in order of id. Reads by pages, so that none lasts long; fn must not use the
 * database. fn returning non-zero stops; that is returned when negative, else 0.
 */
int person_each(struct db *db, int64_t release, int (*fn)(void *ctx, const struct person *p),
                void *ctx, struct err *e);

struct person_card { /* owns its strings */
        struct delivery d;
        char *phone; /* of the book now, "" = none */
        bool gone;   /* the contact is no longer in the book */
        /* the latest that a machine said of the letter, as in event.h; kind "" = nothing */
        char *kind, *action, *enhanced, *reply;
        int64_t code, said_at;
        struct call call; /* the latest that stands; id 0 = none */
};
void person_card_done(struct person_card *c);
/* Of one delivery. -ENOENT. */
int person_card(struct db *db, int64_t delivery, struct person_card *ret, struct err *e);

/* When the latest event of `release` was, 0 = there is none. */
int person_latest_event(struct db *db, int64_t release, int64_t *ret, struct err *e);

/*
 * The relays that handed on letters of `release`, as far as its first and latest events tell,
 * and of which nobody ever heard a receipt or read a log: at most `max` names.
 */
#define PERSON_RELAY_MAX 96 /* bytes of a name with NUL */
int person_silent_relays(struct db *db, int64_t release, char ret[][PERSON_RELAY_MAX], size_t max,
                         size_t *ret_n, struct err *e);

#endif
