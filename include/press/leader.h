/*
 * leader.h - the one-screen report: how far a release was at its due time, as known now
 *
 * Each person or desk counts once (person.h), in the first of these rows that is true:
 *
 *      accepted     the recipient's own server took it, by the due time
 *      phoned       reached by telephone
 *      handed on    our relay took it by the due time: a confirmation may still come, or,
 *                   apart, nothing was heard within the class's `confirm`
 *      late         the text went out after the due time
 *      waiting, unknown, lost, not sent
 *
 * It is made anew each time from what is known at that moment: a late report changes it, and it
 * says of which moment it is. Nothing of it is stored.
 */
#ifndef PRESS_LEADER_H
#define PRESS_LEADER_H

#include "press/buf.h"
#include "press/calls.h"
#include "press/config.h"
#include "press/release.h"
#include "press/unconfirmed.h"

#include <stdint.h>

enum leader_row {
        LEADER_ACCEPTED,
        LEADER_PHONED,
        LEADER_HANDED,
        LEADER_UNCONFIRMED,
        LEADER_LATE,
        LEADER_WAITING,
        LEADER_UNKNOWN,
        LEADER_LOST,
        LEADER_NOT_SENT,
        LEADER_ROWS
};
extern const struct words leader_rows; /* "accepted", "phoned", ... */

#define LEADER_NAMED 12 /* at most, of those not reached: one page */

struct leader {
        struct release r;
        int64_t now, by; /* by 0 = no due time was given: what holds now */
        int64_t n[LEADER_ROWS][ORG_KINDS];
        int64_t call[CALL_OUTCOMES]; /* people, by what came of a call */
        struct calls list;           /* who is still to be telephoned, LEADER_NAMED of them */
        struct unconfirmed u;
};
void leader_done(struct leader *l);
int leader_read(struct db *db, const struct config *cfg, int64_t release, int64_t by, int64_t now,
                struct leader *ret, struct err *e);

/* The groups from left to right, as people are telephoned; -1: all of them. */
#define LEADER_COLUMNS (ORG_KINDS + 1)
extern const int leader_columns[LEADER_COLUMNS];
/* kind -1: of all. */
int64_t leader_sum(const struct leader *l, enum leader_row row, int kind);
int64_t leader_people(const struct leader *l, int kind);
/* Whether the row is shown: something stands in it, or it is the one that leaders ask for. */
bool leader_shows(const struct leader *l, enum leader_row row);
const char *leader_row_title(enum leader_row row, enum lang lang);

#define LEADER_TEXT_MAX 1024
/* "As of Tue 24/11/2026 10:45 (+07); due 10:40; out since …" */
const char *leader_moment(const struct leader *l, enum lang lang, char out[LEADER_TEXT_MAX]);
/* "Calls made: 7 (reached 4, no answer 2, …)"; "" = none. */
const char *leader_calls(const struct leader *l, enum lang lang, char out[LEADER_TEXT_MAX]);
/* What comes next, a sentence each, at least one. */
void leader_next(const struct leader *l, enum lang lang,
                 void (*say)(void *ctx, const char *sentence), void *ctx);

/* The whole report as one HTML file, for A4: no script, nothing from elsewhere. */
void leader_html(const struct leader *l, const struct config *cfg, enum lang lang, struct buf *out);

#endif
