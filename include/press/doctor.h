/*
 * doctor.h - the go-live list: what is well, what is open, what to do about it
 *
 * Each check is one line with a verdict and, where something is open, the
 * setting or command that mends it. Nothing is changed by asking.
 */
#ifndef PRESS_DOCTOR_H
#define PRESS_DOCTOR_H

#include "press/db.h"
#include "press/err.h"

#include <stdbool.h>

struct config;
struct fault;

struct doctor_finding {
        const char *check; /* a short fixed word: "database", "relay", "trial", ... */
        bool ok;
        struct err text;           /* what was found, and when open what to do */
        const struct fault *fault; /* in place of the text where pressd raised an alarm, or NULL */
};

/*
 * Runs every check, in the order in which one would mend them. `db` NULL: it
 * could not be opened, `db_error` says why. Returns how many are open.
 */
int doctor_run(const struct config *cfg, struct db *db, const struct err *db_error,
               void (*tell)(void *ctx, const struct doctor_finding *f), void *ctx);

#endif
