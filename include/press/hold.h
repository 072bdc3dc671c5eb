/*
 * hold.h - what keeps the letters of a release from leaving, and who can end it
 *
 * An approval that is missing, the fence, a pause, a pressd that does not run, a fault that pressd
 * raised, the limit of a recipient domain, an outcome that a person must decide. One place, so
 * that `send`, `status`, `explain` and the console name the same hindrance with the same way
 * out. The sentences are whole, in the language asked for, safe for a terminal.
 */
#ifndef PRESS_HOLD_H
#define PRESS_HOLD_H

#include "press/addr.h"
#include "press/db.h"
#include "press/fault.h"
#include "press/release.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HOLD_DOMAINS 8     /* that are named */
#define HOLD_COUNTED 10000 /* letters of one; more are not counted */

struct config;

struct hold_domain { /* letters wait for its domain_limit */
        char name[ADDR_MAX];
        int64_t n;
};

struct hold {
        bool open; /* something is still to be sent; else nothing below is set */
        bool proposed, fenced, paused, paused_all;
        char *paused_by;   /* who paused all, and why; owned */
        const char *relay; /* every relay is paused, and this is one; borrowed; NULL = not so */
        bool no_sender;
        int64_t to_try, undecided; /* deliveries; undecided: a held `unknown` */
        struct fault *fault;       /* owned */
        size_t nfault;
        struct hold_domain *domain; /* owned */
        size_t ndomain;
};

/* Of the release as *r has it. */
int hold_read(struct db *db, const struct config *cfg, const struct release *r, struct hold *ret,
              struct err *e);
void hold_done(struct hold *h); /* for CLEANUP */
/* *ret: the name of a relay, if every one of the configuration is paused; else NULL. Borrowed. */
int hold_relays(struct db *db, const struct config *cfg, const char **ret, struct err *e);

/* Nothing at all leaves before a person acts. */
bool hold_all(const struct hold *h);

/* One sentence for each hindrance, the one to take away first before the others. */
void hold_say(const struct hold *h, const struct release *r, int64_t now, enum lang lang,
              void (*say)(void *ctx, const char *sentence), void *ctx);

#endif
