/*
 * explain.h - why a letter was or was not sent, and what comes next
 *
 * The sentences behind `pressctl explain`; the console shows the same. Each is
 * whole in itself, in the language asked for, safe for a terminal, and given to
 * say() in the order in which one would read them.
 */
#ifndef PRESS_EXPLAIN_H
#define PRESS_EXPLAIN_H

#include "press/db.h"
#include "press/delivery.h"
#include "press/release.h"
#include "press/view.h"

#include <stdint.h>

struct config;

struct explain { /* borrowed */
        struct db *db;
        const struct config *cfg;
        int64_t now;
        enum lang lang;
        void (*say)(void *ctx, const char *sentence);
        void *ctx;
};

/*
 * What will happen to `d` by itself, or what stands in its way and who can take it away:
 * an approval, a pause, a fault of the relay, pressd itself, a decision.
 */
int explain_next(const struct explain *x, const struct release *r, const struct delivery *d,
                 struct err *e);

/*
 * How far it is proved that `d` arrived, in one sentence: view_proof(), and whose word it is, a
 * report's or the relay's log's; what was known before it came back; who answered.
 */
int explain_proof(const struct explain *x, const struct delivery *d, char out[VIEW_MAX],
                  struct err *e);

struct contact;
/* Why a contact who has no delivery in `r` was not written to. */
int explain_left_out(const struct explain *x, const struct release *r, const struct contact *c);

/* Why `address` (canonical), which has no delivery in `r`, was not written to. */
int explain_absent(const struct explain *x, const struct release *r, const char *address,
                   struct err *e);

#endif
