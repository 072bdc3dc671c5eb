/*
 * unconfirmed.h - letters that our relay took and of which nothing was heard
 *
 * "Handed on, not confirmed" is said only once the class's `confirm` has passed since; before
 * that a confirmation may still come. And where a relay never tells what became of a letter, by
 * receipts or by its log, waiting is in vain: that is said once, with the way out.
 */
#ifndef PRESS_UNCONFIRMED_H
#define PRESS_UNCONFIRMED_H

#include "press/person.h"
#include "press/release.h"
#include "press/tally.h"

#include <stdint.h>

struct config;

#define UNCONFIRMED_EXACT  20000 /* recipients; of more the latest event decides for all */
#define UNCONFIRMED_RELAYS 4     /* that are named */

struct unconfirmed {
        int64_t pending[ORG_KINDS]; /* of the relayed: there is time left */
        int64_t until;              /* the latest of their ends, 0 = none */
        int64_t confirm_ms;
        char relay[UNCONFIRMED_RELAYS][PERSON_RELAY_MAX]; /* never told anything */
        size_t nrelay;                                    /* 0 too while everything has time left */
};

/* by_kind: of tally_by_kind(), read in the same transaction. */
int unconfirmed_read(struct db *db, const struct config *cfg, const struct release *r,
                     const struct tally by_kind[ORG_KINDS], int64_t now, struct unconfirmed *ret,
                     struct err *e);
int64_t unconfirmed_pending(const struct unconfirmed *u);

#define UNCONFIRMED_TEXT_MAX 512
/* What a state of `relayed` is called, before and after its time. */
const char *unconfirmed_title(const struct unconfirmed *u, bool pending, enum lang lang,
                              char out[UNCONFIRMED_TEXT_MAX]);
/* "Relay “main” has never told …", a sentence for each relay that is named. */
void unconfirmed_say(const struct unconfirmed *u, enum lang lang,
                     void (*say)(void *ctx, const char *sentence), void *ctx);

#endif
