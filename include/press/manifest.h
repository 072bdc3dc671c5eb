/*
 * manifest.h - whom a release goes to, as it was submitted: one leaf for each recipient
 *
 * A leaf is delivery_leaf(): a salted hash over what a letter takes from the recipient's row.
 * The manifest keeps all leaves of a release, in the order in which they were staged, in blocks
 * of about a page of the database; recipients_hash, which an approval binds, is the hash over
 * all of them. So a release to a million is judged before its first letter by reading 32 MB
 * instead of every row, and each row by its own leaf when it is claimed: whatever was changed
 * in a row, or added, is not sent. A resend (copy > 0) came after the approval and has none.
 */
#ifndef PRESS_MANIFEST_H
#define PRESS_MANIFEST_H

#include "press/db.h"
#include "press/delivery.h"
#include "press/token.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MANIFEST_BLOCK 120 /* leaves: one row fills one page of 4096 bytes */

struct manifest { /* one that is being written */
        int64_t release, n;
        struct hash all;
        unsigned char block[MANIFEST_BLOCK * HASH_BYTES];
};
void manifest_begin(struct manifest *m, int64_t release);
/* The leaf of the next delivery (its d->leaf must be m->n); a full block is written. */
int manifest_add(struct manifest *m, struct tx *tx, const unsigned char leaf[HASH_BYTES],
                 struct err *e);
/* Writes what the last block has; before release_publish(). */
int manifest_end(struct manifest *m, struct tx *tx, struct err *e);
/* What recipients_hash is, over the leaves so far. */
void manifest_hash(const struct manifest *m, char out[HASH_HEX_MAX]);

/* Adds the leaves of up to `limit` blocks from `block` on to *all; *ret_n = leaves, 0: no more. */
int manifest_read(struct db *db, int64_t release, int64_t block, size_t limit, struct hash *all,
                  int64_t *ret_n, struct err *e);

/* Whether the row is what its leaf says. Neighbours cost no further read. */
int manifest_fits(struct db *db, const struct delivery *d, bool *ret, struct err *e);

#endif
