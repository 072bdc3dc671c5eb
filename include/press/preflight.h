/*
 * preflight.h - `check`: every finding about a statement, before it is submitted
 *
 * Goes through the steps of submit.h without storing anything, and does not stop at
 * the first fault. An error is what `send` would refuse; a warning is what somebody
 * should look at and `send` only records. Findings are told in the order of the file's
 * lines, then those without a line. What was understood is handed back, so that a
 * reader sees it once more in other words: moments, recipients, attachments, size.
 */
#ifndef PRESS_PREFLIGHT_H
#define PRESS_PREFLIGHT_H

#include "press/submit.h"

struct finding { /* valid in the call only */
        bool error;
        const struct err *text; /* with its place */
};

struct preflight {                      /* preflight_done() */
        int errors;                     /* that were told */
        struct submission *s;           /* as far as it could be understood; NULL: not at all */
        bool counted;                   /* the audience was right: */
        struct selection_counts people; /*   who that is */
        int64_t outside;                /*   how many of them `allow` keeps out */
};
void preflight_done(struct preflight *p);

/* 0 when everything could be looked at; negative when it could not: no such file, the database. */
int preflight(const struct config *cfg, struct db *db, const char *path,
              const struct submit_options *o, int64_t now,
              void (*tell)(void *ctx, const struct finding *f), void *ctx, struct preflight *ret,
              struct err *e);

#endif
