/*
 * setback.h - what speaks against going on with a release
 *
 * Its first recipients: of a release that the other side does not want, most of the first hundred
 * letters come back refused, and the other thousands need not be asked (R84). A recipient counts
 * once, when its sending has ended; not a resend, and not who was never tried.
 *
 * Its deliveries that made pressd crash: the third time the release must wait for a person.
 *
 * Inside a write transaction. Errors: as db.h says.
 */
#ifndef PRESS_SETBACK_H
#define PRESS_SETBACK_H

#include "press/db.h"
#include "press/err.h"

#include <stdbool.h>
#include <stdint.h>

#define SETBACK_FIRST 100

struct setback_first {
        int64_t n, refused; /* so many have ended, so many of these were refused */
        int64_t of;         /* SETBACK_FIRST, or the release's recipients if they are fewer */
};

/* One more of `release` has ended: 1 and *ret, or 0 when all that count have been counted. */
int setback_first(struct tx *tx, int64_t release, bool refused, struct setback_first *ret,
                  struct err *e);
/* They were judged: none is counted any more, whatever people decide. */
int setback_judged(struct tx *tx, int64_t release, struct err *e);

#define SETBACK_CRASHES 3

struct setback_crash {
        int64_t release, n; /* the delivery made pressd crash so often */
        char *address;      /* the caller's to free() */
};

/* 1 and *ret, or 0 when there is no such delivery or that life's end has been counted. */
int setback_crash(struct tx *tx, int64_t delivery, int64_t life, struct setback_crash *ret,
                  struct err *e);
/* A person lets the release go on: its crashes are counted anew. */
int setback_forget(struct tx *tx, int64_t release, struct err *e);

#endif
