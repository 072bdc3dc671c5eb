/*
 * tally.h - how far a release is, counted in people
 *
 * A resend makes a second delivery for the same person. The counts of release.h are of
 * deliveries and add up to `recipients`; people ask how many persons or desks have not
 * got it. Here each counts once: of all deliveries for the same contact or address, or
 * standing in for one another, the newest that was tried speaks, as in delivery_unreached().
 */
#ifndef PRESS_TALLY_H
#define PRESS_TALLY_H

#include "press/db.h"
#include "press/state.h"

#include <stdint.h>

struct tally {
        int64_t state[DELIVERY_STATES];
        int64_t suppressed[DELIVERY_REASONS]; /* why; they add up to state[DELIVERY_SUPPRESSED] */
        /* how many of state[] were reached by telephone; of the suppressed, who has no address */
        int64_t phoned[DELIVERY_STATES];
};

/* By kind of organisation. Cheap: the kept counts, less what was sent again. */
int tally_by_kind(struct db *db, int64_t release, struct tally ret[ORG_KINDS], struct err *e);

void tally_sum(const struct tally by_kind[ORG_KINDS], struct tally *ret);
/* Everybody: the sum of them, read. */
int tally_read(struct db *db, int64_t release, struct tally *ret, struct err *e);

#endif
