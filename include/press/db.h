/*
 * db.h - the one database: opening, transactions under one write lock
 *
 * SQLite in WAL mode with synchronous=FULL; a database in any other mode is
 * refused (R9). Debian 12's SQLite has the WAL-reset race, so every write
 * transaction and every checkpoint of every program runs under one advisory
 * lock (fcntl OFD on DATABASE.lock); autocheckpoint is off and closing
 * never checkpoints outside the lock. The writer that finds the WAL above 4 MB does a
 * PASSIVE checkpoint before it releases the lock. Nobody holds the lock
 * longer than about 20 ms: large work goes in chunks. Who could have it at once lets others
 * that wait for it go first.
 *
 * Files are made 0660 in the directory's group, nothing for others (R97).
 *
 * Errors: -ENOENT no database (the text says: pressctl init), -EBADMSG corrupt
 * (left untouched, R10) or not in WAL mode (R9), -EBUSY lock not had in time, -ENOSPC, -EIO,
 * -EROFS, -EACCES, -EINVAL not of press or of another version, -EPROTO our own fault.
 * On error nothing was changed. After -EIO at a commit or a checkpoint the disk is not to
 * be trusted: stop sending (R6); every later tx_begin() after a failed checkpoint says -EIO.
 *
 * One struct db has at most one transaction at a time. Reading calls may be made inside
 * one (they see it) or outside (each sees the latest commit).
 */
#ifndef PRESS_DB_H
#define PRESS_DB_H

#include "press/err.h"

#include <stdbool.h>
#include <stdint.h>

struct db;

#define DB_WAIT_MS 5000 /* how long people's programs wait for the lock; then -EBUSY, exit 75 */

struct db_identity {               /* made by db_init(), never changes */
        char id[33];               /* 128 random bits in hex */
        unsigned char tag_key[32]; /* key of the return-path tags */
};

/*
 * Creates the database or upgrades it to this version: a copy DATABASE.vN.bak is kept first, and
 * it is -EBUSY while pressd runs on it. Safe to repeat. token_init() must have been called.
 */
int db_init(const char *path, struct err *e);

/* Opens an existing database of this version; removes stages whose owner has died. */
int db_open(const char *path, struct db **ret, struct err *e);
void db_close(struct db **db); /* for CLEANUP; accepts NULL */
const struct db_identity *db_identity(const struct db *db);
const char *db_path(const struct db *db);

/*
 * PRAGMA quick_check plus journal_mode and synchronous, for doctor: about 1 s
 * for 400 MB. -EBADMSG with the first finding.
 */
int db_check(struct db *db, struct err *e);
/*
 * Each page has the shape of one: a fifth of that time. Finds cut files and
 * overwritten pages; a page of the same database in another's place it may miss.
 */
int db_check_pages(struct db *db, struct err *e);
/* For the start of pressd: db_check() where it takes no time, else db_check_pages(). */
int db_check_start(struct db *db, struct err *e);

struct tx { /* zeroed by the caller */
        struct db *db;
        bool write;
};

/* Takes the write lock within wait_ms (0 = do not wait) and begins. -EBUSY when not had. */
int tx_begin(struct tx *tx, struct db *db, int64_t wait_ms, struct err *e);
/*
 * The same, but the commit does not wait for the disk: it is durable as soon as a later one of
 * tx_begin() is, of this program or of another. For pieces that only such a later one makes
 * visible: a power cut may take away the last of them, never one before them.
 */
int tx_begin_soft(struct tx *tx, struct db *db, int64_t wait_ms, struct err *e);
/* A consistent view for reading; no lock. Keep it under 1 s. */
int tx_read(struct tx *tx, struct db *db, struct err *e);
/* Durable when it returns 0. After an error the transaction is rolled back. */
int tx_commit(struct tx *tx, struct err *e);
void tx_done(struct tx *tx); /* for CLEANUP: rolls back what was not committed */

/*
 * Only one pressd at a time: takes DATABASE.pressd's lock until db_close() or
 * the end of the process. -EBUSY when another one holds it (R13).
 */
int db_sole_sender(struct db *db, struct err *e);
/* true while some pressd holds it. */
bool db_sender_runs(const struct db *db);
/* The same for the one press-inbox that runs as a service: DATABASE.inbox. */
int db_sole_reader(struct db *db, struct err *e);
bool db_reader_runs(const struct db *db);
int64_t db_reader_began(const struct db *db); /* when one last did, ms UTC; 0 = never */

#endif
