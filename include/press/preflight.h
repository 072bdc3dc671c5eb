/*
 * preflight.h - `check`: every finding about a statement, before it is submitted
 *
 * Goes through the steps of submit.h without storing anything, and does not stop at
 * the first fault. An error is what `send` would refuse; a warning is what somebody
 * should look at and `send` only records.
 */
#ifndef PRESS_PREFLIGHT_H
#define PRESS_PREFLIGHT_H

#include "press/submit.h"

struct finding { /* valid in the call only */
        bool error;
        const struct err *text; /* with its place */
};

/*
 * 0 when everything could be looked at, with *ret_errors counting the errors told;
 * negative when it could not: no such file, the database.
 */
int preflight(const struct config *cfg, struct db *db, const char *path,
              const struct submit_options *o, int64_t now,
              void (*tell)(void *ctx, const struct finding *f), void *ctx, int *ret_errors,
              struct err *e);

#endif
