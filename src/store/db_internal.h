/* db_internal.h - what db*.c and sql.c share; nobody else includes it */
#ifndef STORE_DB_INTERNAL_H
#define STORE_DB_INTERNAL_H

#include "count.h"
#include "delivery_internal.h"
#include "manifest_internal.h"
#include "press/db.h"

#include <sqlite3.h>

#include <stddef.h>

#define DB_APPLICATION_ID   0x50524553 /* "PRES" */
#define DB_WAL_LIMIT_FRAMES 1000       /* pages of 4096 bytes: about 4 MB */
#define DB_READ_BUSY_MS     250        /* readers meet a lock only while the WAL is recovered */
#define DB_STATEMENTS       512        /* slots of the statement cache; a power of two */

enum tx_kind { TX_NONE, TX_READ, TX_WRITE };

struct sql {
        struct db *db;
        sqlite3_stmt *st;
        const char *text; /* the constant it is found by; NULL = made at run time */
        bool writes;      /* only inside a write transaction */
        bool used;        /* being stepped: a second user gets one of its own */
};

struct db {
        char *path;
        sqlite3 *handle;
        int lock_fd;         /* DATABASE.lock */
        unsigned lock_depth; /* 0 = not ours */
        bool lock_wanted;    /* others are told that we wait for it */
        bool soft;           /* commits do not wait for the disk now */
        int sender_fd;       /* DATABASE.pressd, -1 = we are not the sender */
        int reader_fd;       /* DATABASE.inbox, -1 = we are not the reader */
        enum tx_kind tx;
        int failed;           /* first fatal error of this transaction */
        bool distrusted;      /* an I/O error at a checkpoint: nothing is begun any more */
        int wal_frames;       /* after the latest commit of ours */
        int checkpoint_at;    /* frames that call for the next checkpoint */
        struct counts counts; /* not yet written changes of this transaction */
        struct order order;
        struct manifest_block manifest;
        struct db_identity identity;
        struct sql *cache[DB_STATEMENTS];
        unsigned ncached;
};

/* The connection with its lock file, nothing checked or read yet. */
int db_attach(const char *path, struct db **ret, struct err *e);
/* application_id and user_version. */
int db_version(struct db *db, int *ret_application, int *ret_version, struct err *e);
/* WAL, synchronous=FULL and the rest are set and read back (R9). */
int db_settings(struct db *db, struct err *e);
/* One statement or several without rows, values or caching. */
int db_exec(struct db *db, const char *sql, struct err *e);
/* The reason for SQLite's result `rc`; marks the transaction as failed. */
int db_fail(struct db *db, int rc, struct err *e);

/* db_lock.c */
int db_lock_open(const char *path, int *ret_fd, struct err *e);
int db_lock(struct db *db, int64_t wait_ms, struct err *e);
void db_unlock(struct db *db);
/* Mode 0660 in the folder's group, whatever the umask is (R97). */
int db_own_file(const char *path, int fd, struct err *e);

/* db_init.c: fsync() of the folder, for a new name in it must survive a power cut. */
int db_sync_folder(const char *path);

#endif
