/*
 * fence.h - after a restore: nothing is sent before a person has decided
 *
 * A database that is older than what was sent from it would send again what already left. pressd
 * finds that out at its start (witness.h) and raises the fence: it is in the database, lasts over
 * restarts, and holds every release as `pause --all` does. What was waiting in the database may
 * have left since; which of it nobody here can know. So a person decides for all of it:
 *
 *   again   tried now, and the log marks each as possibly a second copy
 *   sent    counted as sent: a held `unknown`, which nothing sends but `retry`
 *
 * Errors as in db.h. Nobody but fence_lower() takes the fence down.
 */
#ifndef PRESS_FENCE_H
#define PRESS_FENCE_H

#include "press/db.h"
#include "press/release.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fence {
        int64_t at;      /* since when it is up, 0 = it is down */
        int64_t sent_at; /* when the lost state last sent something, 0 = not known: no record */
        bool moved;      /* another machine sent from this database before */
        int64_t last;    /* the newest release when it went up: no later one can have left */
        bool ahead;      /* it is not up yet: the next start of pressd will raise it */
};

int fence_read(struct db *db, struct fence *ret, struct err *e);
struct witness_found;
/*
 * 1 and *ret, raised `now`, where what witness.h found asks for a fence; 0 where it does not: a
 * record that is gone is none while no letter waits that may have left. ret->last is every
 * release: none is newer yet.
 */
int fence_needed(struct db *db, const struct witness_found *found, int64_t now, struct fence *ret,
                 struct err *e);
/*
 * The same for people who look before pressd does: while it does not run, what its next start
 * would find counts as raised `now`, with `ahead`. It cannot be decided before it is up.
 */
int fence_look(struct db *db, int64_t now, struct fence *ret, struct err *e);
/* f->at must be set; f->last is not looked at: it is the newest there is. Leaves an audit row. */
int fence_raise(struct tx *tx, const struct fence *f, struct err *e);

struct fence_release { /* strings valid during the callback only */
        int64_t id;
        const char *number, *title;
        bool proposed; /* it may have been approved and sent since; it still needs an approval */
        int64_t n;     /* letters that wait: so many may have left already */
};
/*
 * The releases that may have sent since: up to f->last, those due before f->sent_at (all, when
 * it is not known) with letters that wait. fn returning non-zero stops. *ret_n: letters of
 * approved ones.
 */
int fence_each(struct db *db, const struct fence *f,
               int (*fn)(void *ctx, const struct fence_release *r), void *ctx, int64_t *ret_n,
               struct err *e);

struct fence_walk { /* zeroed before the first page */
        int64_t release, delivery;
        int64_t n; /* letters decided so far */
        bool end;
};
/* Decides for the next `limit` deliveries at most: due_at `now`, or held when !again. */
int fence_decide(struct tx *tx, const struct fence *f, struct fence_walk *w, bool again,
                 int64_t now, size_t limit, struct err *e);
/* `verb` is the command, for the audit. */
int fence_lower(struct tx *tx, const struct actor *a, const char *verb, struct err *e);

#endif
