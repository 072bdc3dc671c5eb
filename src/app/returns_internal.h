/*
 * returns_internal.h - a mail that came back, on its way into the log
 *
 *   returns.c        the cage, the transactions, where the mail belongs
 *   returns_match.c  whose it is
 *   returns_apply.c  what it changes
 */
#ifndef PRESS_APP_RETURNS_INTERNAL_H
#define PRESS_APP_RETURNS_INTERNAL_H

#include "press/delivery.h"
#include "press/report.h"
#include "press/returned.h"
#include "press/returns.h"

struct item { /* one mail */
        struct report report;
        struct returned row;
        struct delivery d; /* id 0: nobody's */
        bool stale;        /* its tag is past its life */
        bool pending;      /* read, and not written yet */
};

/* Sets it->row.matched, it->d and it->stale, and whether it is our own letter (row.kind). */
int match_find(const struct config *c, struct db *db, struct item *it, int64_t now, struct err *e);

/* The findings and the evidence of one mail, in the transaction of its row. */
int apply_report(struct tx *tx, const struct config *c, const struct item *it, int64_t now,
                 struct err *e);
/* true when apply_report() would have to wait for a try that is under way. */
bool apply_waits(const struct item *it, enum delivery_state state);

#endif
