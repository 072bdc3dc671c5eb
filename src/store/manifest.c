// SPDX-License-Identifier: MIT
#include "press/manifest.h"

#include "manifest_internal.h"
#include "press/mem.h"
#include "sql.h"

#include <assert.h>
#include <string.h>

void manifest_begin(struct manifest *m, int64_t release)
{
        m->release = release;
        m->n = 0;
        hash_init(&m->all);
}

static int write_block(struct manifest *m, struct tx *tx, int64_t block, size_t n, struct err *e)
{
        static const char sql[] =
                "INSERT INTO manifest (release_id, block, leaves) VALUES (?1, ?2, ?3)";

        db_manifest(tx->db)->release = 0; /* an id may be given again after an unfinished stage */
        return sql_run(
                tx->db, sql,
                SQL_WITH(SQL_INT(m->release), SQL_INT(block), SQL_BLOB(m->block, n * HASH_BYTES)),
                e);
}

int manifest_add(struct manifest *m, struct tx *tx, const unsigned char leaf[HASH_BYTES],
                 struct err *e)
{
        size_t at = (size_t) (m->n % MANIFEST_BLOCK);

        assert(tx->write);
        memcpy(m->block + at * HASH_BYTES, leaf, HASH_BYTES);
        hash_piece(&m->all, leaf, HASH_BYTES);
        m->n++;
        return at + 1 < MANIFEST_BLOCK
                       ? 0
                       : write_block(m, tx, (m->n - 1) / MANIFEST_BLOCK, MANIFEST_BLOCK, e);
}

int manifest_end(struct manifest *m, struct tx *tx, struct err *e)
{
        size_t rest = (size_t) (m->n % MANIFEST_BLOCK);

        assert(tx->write);
        return rest ? write_block(m, tx, m->n / MANIFEST_BLOCK, rest, e) : 0;
}

void manifest_hash(const struct manifest *m, char out[HASH_HEX_MAX])
{
        unsigned char sum[HASH_BYTES];
        struct hash h = m->all;

        hash_final(&h, sum);
        hash_hex(sum, out);
}

int manifest_read(struct db *db, int64_t release, int64_t block, size_t limit, struct hash *all,
                  int64_t *ret_n, struct err *e)
{
        static const char sql[] = "SELECT leaves FROM manifest WHERE release_id = ?1"
                                  " AND block >= ?2 ORDER BY block LIMIT ?3";
        CLEANUP(sql_close) struct sql *q = NULL;
        int64_t leaves = 0;
        int r = sql_open(db, sql,
                         SQL_WITH(SQL_INT(release), SQL_INT(block), SQL_INT((int64_t) limit)), &q,
                         e);

        if (r < 0)
                return r;
        while ((r = sql_step(q, e)) > 0) {
                size_t n;
                const unsigned char *p = sql_blob(q, 0, &n);

                for (size_t at = 0; at + HASH_BYTES <= n; at += HASH_BYTES, leaves++)
                        hash_piece(all, p + at, HASH_BYTES);
        }
        if (r < 0)
                return r;
        *ret_n = leaves;
        return 0;
}

/* Deliveries that are claimed one after the other lie near each other: the last block is kept. */
static int load(struct db *db, int64_t release, int64_t block, struct manifest_block *b,
                struct err *e)
{
        static const char sql[] =
                "SELECT leaves FROM manifest WHERE release_id = ?1 AND block = ?2";
        CLEANUP(sql_close) struct sql *q = NULL;
        const void *p;
        size_t n = 0;
        int r = sql_first(db, sql, SQL_WITH(SQL_INT(release), SQL_INT(block)), &q, e);

        if (r < 0)
                return r;
        p = r ? sql_blob(q, 0, &n) : "";
        b->n = (n < sizeof(b->leaves) ? n : sizeof(b->leaves)) / HASH_BYTES;
        memcpy(b->leaves, p, b->n * HASH_BYTES);
        b->release = release;
        b->block = block;
        return 0;
}

int manifest_fits(struct db *db, const struct delivery *d, bool *ret, struct err *e)
{
        struct manifest_block *b = db_manifest(db);
        int64_t block = d->leaf / MANIFEST_BLOCK;
        size_t at = (size_t) (d->leaf % MANIFEST_BLOCK);
        unsigned char leaf[HASH_BYTES];
        int r = 0;

        if (d->leaf < 0) {
                *ret = false;
                return 0;
        }
        if (b->release != d->release_id || b->block != block)
                r = load(db, d->release_id, block, b, e);
        if (r < 0)
                return r;
        delivery_leaf(d, leaf);
        *ret = at < b->n && memcmp(b->leaves + at * HASH_BYTES, leaf, HASH_BYTES) == 0;
        return 0;
}
