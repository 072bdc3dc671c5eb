/*
 * doubt.h - addresses that may fail in the next crisis, for a person to look at before
 *
 * Everybody in the book of whom letters came back and who is written to all the same; units and
 * departments that would be suppressed were they not mandatory, that complained, or that a person
 * put on the stop list; suppressions about to lapse; and domains at fault. Sorted by the
 * priority by which people are telephoned, what is mandatory first. Call suppress_pass() before.
 */
#ifndef PRESS_DOUBT_H
#define PRESS_DOUBT_H

#include "press/book.h"
#include "press/config.h"
#include "press/db.h"

#include <stddef.h>
#include <stdint.h>

enum doubt_kind {
        DOUBT_MANDATORY, /* dead by every rule, and written to because it must get it */
        DOUBT_COMPLAINT, /* a unit or department that called our letters unwanted */
        DOUBT_STOPPED,   /* a unit or department on the stop list: it gets nothing */
        DOUBT_ADDRESS,   /* something came back; not enough to suppress */
        DOUBT_LAPSING,   /* suppressed, and written to again soon */
        DOUBT_DOMAIN,    /* so much of it broke at once that it counts for nobody */
        DOUBT_KINDS
};
extern const struct words doubt_kinds;

struct doubt { /* owns its strings */
        enum doubt_kind kind;
        char *address;          /* or the domain */
        struct contact contact; /* the first by priority; id 0 = none */
        int64_t reports;        /* distinct releases that count */
        int64_t first_at, last_at;
        char *class, *enhanced, *reply; /* of the latest; "" = none */
        int64_t alive_at;               /* its server last took a letter, 0 = not known */
        int64_t expires_at;             /* of the suppression, 0 = none */
        int64_t broken, written;        /* addresses of the domain */
};
struct doubt_list {
        struct doubt *v;
        size_t n;
};
void doubt_list_done(struct doubt_list *l);

int doubt_find(struct db *db, const struct config *c, int64_t now, struct doubt_list *ret,
               struct err *e);
/* How many units and departments are among them because of themselves, for doctor. */
int doubt_mandatory(struct db *db, int64_t now, int64_t *ret, struct err *e);

#endif
