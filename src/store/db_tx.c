// SPDX-License-Identifier: MIT
#include "press/db.h"

#include "db_internal.h"
#include "press/mem.h"
#include "sql.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>

/*
 * A failing checkpoint loses nothing (the WAL still has it all), but after an
 * I/O error the disk is not to be trusted: nothing is begun any more (R6).
 */
static void checkpoint(struct db *db)
{
        int rc;

        if (db->wal_frames < DB_WAL_LIMIT_FRAMES)
                db->checkpoint_at = DB_WAL_LIMIT_FRAMES;
        if (db->wal_frames < db->checkpoint_at)
                return;
        rc = sqlite3_wal_checkpoint_v2(db->handle, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
        if ((rc & 0xff) == SQLITE_IOERR && db_fail(db, rc, NULL) == -EIO)
                db->distrusted = true;
        db->checkpoint_at = db->wal_frames + DB_WAL_LIMIT_FRAMES;
}

static void tx_end(struct tx *tx)
{
        struct db *db = tx->db;

        count_drop(db);
        if (db->tx == TX_WRITE)
                db_unlock(db);
        db->tx = TX_NONE;
        db->failed = 0;
        *tx = (struct tx){0};
}

/* Outside transactions only. */
static int set_soft(struct db *db, bool soft, struct err *e)
{
        int r;

        if (db->soft == soft)
                return 0;
        r = soft ? sql_run(db, "PRAGMA synchronous = NORMAL", SQL_NOTHING, e)
                 : sql_run(db, "PRAGMA synchronous = FULL", SQL_NOTHING, e);
        if (r >= 0)
                db->soft = soft;
        return r;
}

static int begin(struct tx *tx, struct db *db, bool soft, int64_t wait_ms, struct err *e)
{
        int r;

        assert(!tx->db && db->tx == TX_NONE && wait_ms >= 0 && wait_ms <= INT_MAX);
        if (db->distrusted)
                return err_set(e, -EIO,
                               "The disk of database %s failed while it was written. "
                               "Nothing more is changed or sent; check the disk.",
                               db->path);
        r = set_soft(db, soft, e);
        if (r >= 0)
                r = db_lock(db, wait_ms, e);
        if (r < 0)
                return r;
        *tx = (struct tx){.db = db, .write = true};
        db->tx = TX_WRITE;
        /* Only a program that is not ours can still hold SQLite's own lock. */
        sqlite3_busy_timeout(db->handle, (int) wait_ms);
        r = sql_run(db, "BEGIN IMMEDIATE", SQL_NOTHING, e);
        sqlite3_busy_timeout(db->handle, DB_READ_BUSY_MS);
        if (r < 0)
                tx_end(tx);
        return r;
}

int tx_begin(struct tx *tx, struct db *db, int64_t wait_ms, struct err *e)
{
        return begin(tx, db, false, wait_ms, e);
}

int tx_begin_soft(struct tx *tx, struct db *db, int64_t wait_ms, struct err *e)
{
        return begin(tx, db, true, wait_ms, e);
}

int tx_read(struct tx *tx, struct db *db, struct err *e)
{
        int r;

        assert(!tx->db && db->tx == TX_NONE);
        r = sql_run(db, "BEGIN", SQL_NOTHING, e);
        if (r < 0)
                return r;
        *tx = (struct tx){.db = db};
        db->tx = TX_READ;
        return 0;
}

int tx_commit(struct tx *tx, struct err *e)
{
        struct db *db = tx->db;
        int r;

        assert(db && db->tx != TX_NONE);
        r = count_flush(db, e);
        if (r >= 0)
                r = sql_run(db, "COMMIT", SQL_NOTHING, e);
        if (r < 0) {
                tx_done(tx);
                return r;
        }
        if (db->tx == TX_WRITE)
                checkpoint(db);
        tx_end(tx);
        return 0;
}

void tx_done(struct tx *tx)
{
        if (!tx->db)
                return;
        /* Some errors have rolled back already; then there is nothing to do. */
        if (!sqlite3_get_autocommit(tx->db->handle))
                (void) sqlite3_exec(tx->db->handle, "ROLLBACK", NULL, NULL, NULL);
        tx_end(tx);
}
