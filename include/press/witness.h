/*
 * witness.h - the record beside the database that says how far its pressd had come
 *
 * DATABASE.witness, one line: the database's id, the machine's (machine-id(5)), the turn, the
 * moment. A turn is one commit of pressd, counted in the database too; the record is written after
 * the commit and without fsync. So it is never ahead of the database it belongs to, and a
 * database that is behind it is an older one put back: a backup, a clone, a snapshot (R90). Turns
 * and not events are compared because a letter that left has no event before its outcome.
 *
 * A record that is gone though pressd ran on the database counts as a restore, as long as letters
 * wait; so does one that is another database's or unreadable. What it cannot notice: a snapshot
 * that put both files back together on the same machine; a copy of before pressd's first start, put
 * back without the record.
 */
#ifndef PRESS_WITNESS_H
#define PRESS_WITNESS_H

#include "press/db.h"

#include <stdbool.h>
#include <stdint.h>

struct witness;

struct witness_found {
        bool older;       /* the database is behind its record */
        bool gone;        /* pressd ran on this database, and there is no record of it: it was
                           * removed or spoilt, or the database came without it */
        bool moved;       /* another machine's pressd wrote record or database last */
        int64_t sent_at;  /* the record's moment, 0 = there was none */
        char aside[4200]; /* whereto a record went that is another database's or unreadable; "" */
};

/*
 * Reads the record and compares. A record that is not this database's is renamed, not lost.
 * -EACCES, -EIO: it can be neither read nor made.
 */
int witness_open(struct db *db, struct witness **ret, struct witness_found *found, struct err *e);
/*
 * For those who only look while no pressd runs: what its next start would find. Nothing is
 * renamed; a record that is not this database's counts as none.
 */
int witness_look(struct db *db, struct witness_found *ret, struct err *e);
void witness_close(struct witness **w); /* for CLEANUP; accepts NULL */

/* Counts a turn, in its transaction. The first goes beyond the record and names this machine. */
int witness_turn(struct witness *w, struct tx *tx, struct err *e);
/* After the commit. false the first time that it cannot be written: the guard is gone. */
bool witness_write(struct witness *w, int64_t now);

#endif
