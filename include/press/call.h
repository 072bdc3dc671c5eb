/*
 * call.h - telephone calls about a release: who was reached without a letter
 *
 * A person's statement (who, when, what), kept beside what machines said. `reached` counts as
 * reached: delivery_unreached(), tally.h and exit codes leave that person out until the call is
 * taken back. A held `unknown` is settled by it: `expired`, whose detail says so, because
 * nothing more is tried and arrival stays unproved.
 *
 * Each call and each taking back leaves an event of kind `call` and an audit row. Rows are
 * never removed. Times: ms UTC. Errors: as db.h.
 */
#ifndef PRESS_CALL_H
#define PRESS_CALL_H

#include "press/db.h"
#include "press/delivery.h"
#include "press/state.h"

#include <stdint.h>

struct actor;

enum call_outcome { CALL_REACHED, CALL_NO_ANSWER, CALL_LEFT_WORD, CALL_NEW_ADDRESS, CALL_OUTCOMES };
extern const struct words call_outcomes; /* "reached", "no-answer", ... */

struct call {           /* owns its strings */
        int64_t id, at; /* id 0 = none */
        enum call_outcome outcome;
        char *address; /* of CALL_NEW_ADDRESS, else "" */
        char *note, *by;
};
void call_done(struct call *c);

/*
 * A call to whoever `d`, the newest copy for that person, is owed to. address and note: "" =
 * none. The row of `d` is read again inside: *d may be old.
 */
int call_add(struct tx *tx, const struct delivery *d, enum call_outcome outcome,
             const char *address, const char *note, const struct actor *a, struct err *e);
/*
 * The latest call to that person that stands is taken back: *ret is it. What it settled is held
 * again, unless something was heard of the letter since. -ENOENT: there is none.
 */
int call_undo(struct tx *tx, const struct delivery *d, const struct actor *a, struct call *ret,
              struct err *e);
/* The latest call to that person that stands: 1, or 0. */
int call_last(struct db *db, const struct delivery *d, struct call *ret, struct err *e);

/* The latest that reached that person: 1, or 0. */
int call_reached(struct db *db, const struct delivery *d, struct call *ret, struct err *e);

/* How many people calls about a release came to what with; those taken back are left out. */
int call_counts(struct db *db, int64_t release, int64_t ret[CALL_OUTCOMES], struct err *e);

#endif
