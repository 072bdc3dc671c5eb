/* manifest_internal.h - the block of leaves that was asked for last */
#ifndef STORE_MANIFEST_INTERNAL_H
#define STORE_MANIFEST_INTERNAL_H

#include "press/manifest.h"

struct manifest_block {
        int64_t release, block; /* release 0: none */
        size_t n;               /* leaves */
        unsigned char leaves[MANIFEST_BLOCK * HASH_BYTES];
};
struct manifest_block *db_manifest(struct db *db);

#endif
