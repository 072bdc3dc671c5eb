// SPDX-License-Identifier: MIT
#include "press/db.h"

#include "db_internal.h"
#include "press/clock.h"
#include "press/mem.h"
#include "schema.h"
#include "sql.h"
#include "book_sweep.h"
#include "sweep.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHECK_WHOLE_PAGES 8192 /* 32 MB, about 0.1 s */

/* --- SQLite's results in our words -------------------------------------------- */

static int code_of(sqlite3 *h, int rc)
{
        int os = sqlite3_system_errno(h);

        switch (rc & 0xff) {
        case SQLITE_FULL: return -ENOSPC;
        case SQLITE_IOERR: return os == ENOSPC || os == EDQUOT ? -ENOSPC : -EIO;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB: return -EBADMSG;
        case SQLITE_BUSY:
        case SQLITE_LOCKED: return -EBUSY;
        case SQLITE_READONLY: return -EROFS;
        case SQLITE_PERM:
        case SQLITE_AUTH: return -EACCES;
        case SQLITE_CANTOPEN: return os > 0 ? -os : -EACCES;
        case SQLITE_NOMEM: return -ENOMEM;
        case SQLITE_CONSTRAINT:
                return rc == SQLITE_CONSTRAINT_UNIQUE || rc == SQLITE_CONSTRAINT_PRIMARYKEY
                               ? -EEXIST
                               : -EPROTO;
        default: return -EPROTO;
        }
}

int db_fail(struct db *db, int rc, struct err *e)
{
        int code = code_of(db->handle, rc);
        const char *why = sqlite3_errmsg(db->handle);

        if (db->tx == TX_WRITE && code != -EEXIST && !db->failed)
                db->failed = code;
        switch (code) {
        case -ENOSPC:
                return err_set(e, code,
                               "The disk of database %s is full. Nothing was changed or "
                               "lost; free some space.",
                               db->path);
        case -EIO:
                return err_set(e, code,
                               "Database %s could not be read or written (%s). Nothing "
                               "was changed; the disk must be checked.",
                               db->path, why);
        case -EBADMSG:
                return err_set(e, code,
                               "Database %s is damaged (%s). It was left as it is and "
                               "nothing is sent; restore a backup.",
                               db->path, why);
        case -EBUSY:
                return err_set(e, code,
                               "Database %s is being written by another program. Nothing "
                               "was changed; try again in a moment.",
                               db->path);
        case -EROFS:
                return err_set(e, code, "Database %s is read-only. Nothing was changed.", db->path);
        case -EACCES:
                return err_set(e, code, "Database %s may not be opened by this user.", db->path);
        default:
                return err_set(e, code, "Database %s refused a step (%s). Nothing was changed.",
                               db->path, why);
        }
}

int db_exec(struct db *db, const char *sql, struct err *e)
{
        int rc = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);

        return rc == SQLITE_OK ? 0 : db_fail(db, rc, e);
}

/* --- opening ---------------------------------------------------------------------- */

static int on_commit(void *ctx, sqlite3 *h, const char *name, int frames)
{
        struct db *db = ctx;

        (void) h;
        (void) name;
        db->wal_frames = frames;
        return SQLITE_OK;
}

/*
 * No program of ours has threads that touch a database, so SQLite needs neither
 * its mutexes nor its count of memory: a twelfth of what a letter costs it.
 */
static void configure_once(void)
{
        static bool done;

        if (!done) {
                sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
                sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
        }
        done = true;
}

int db_attach(const char *path, struct db **ret, struct err *e)
{
        CLEANUP(db_close) struct db *db = mem_zalloc(sizeof(*db));
        int rc;

        configure_once();

        db->path = mem_strdup(path);
        db->lock_fd = db->sender_fd = db->reader_fd = -1;
        db->checkpoint_at = DB_WAL_LIMIT_FRAMES;
        rc = sqlite3_open_v2(path, &db->handle,
                             SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                             NULL);
        if (rc != SQLITE_OK)
                return db_fail(db, rc, e);
        sqlite3_busy_timeout(db->handle, DB_READ_BUSY_MS);
        sqlite3_db_config(db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
        sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
        sqlite3_db_config(db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
        sqlite3_wal_autocheckpoint(db->handle, 0);
        sqlite3_wal_hook(db->handle, on_commit, db);
        *ret = TAKE(db);
        return 0;
}

int db_version(struct db *db, int *ret_application, int *ret_version, struct err *e)
{
        int64_t application, version;
        int r;

        r = sql_get_int(db, "PRAGMA application_id", SQL_NOTHING, &application, e);
        if (r < 0)
                return r;
        r = sql_get_int(db, "PRAGMA user_version", SQL_NOTHING, &version, e);
        if (r < 0)
                return r;
        *ret_application = (int) application;
        *ret_version = (int) version;
        return 0;
}

int db_settings(struct db *db, struct err *e)
{
        static const char journal_sql[] = "PRAGMA journal_mode", sync_sql[] = "PRAGMA synchronous";
        CLEANUP(sql_close) struct sql *journal = NULL;
        int64_t sync = -1;
        int r;

        r = db_exec(db,
                    "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
                    " PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY;"
                    " PRAGMA cache_size = -16000; PRAGMA journal_size_limit = 16777216;",
                    e);
        if (r < 0)
                return r;
        db->soft = false;
        r = sql_get_int(db, sync_sql, SQL_NOTHING, &sync, e);
        if (r < 0)
                return r;
        r = sql_open(db, journal_sql, SQL_NOTHING, &journal, e);
        if (r >= 0)
                r = sql_step(journal, e);
        if (r < 0)
                return r;
        if (sync != 2 || strcmp(sql_text(journal, 0), "wal") != 0)
                return err_set(e, -EBADMSG,
                               "Database %s is in journal mode %s, synchronous %lld; a "
                               "power cut could lose mail. Nothing is sent; run: "
                               "pressctl init.",
                               db->path, sql_text(journal, 0), (long long) sync);
        return 0;
}

static int reachable(const char *path, struct err *e)
{
        if (faccessat(AT_FDCWD, path, R_OK | W_OK, AT_EACCESS) == 0)
                return 0;
        if (errno == ENOENT)
                return err_set(e, -ENOENT,
                               "Database %s does not exist; run: pressctl init. Nothing "
                               "was sent.",
                               path);
        if (errno == EROFS)
                return err_set(e, -EROFS, "Database %s is read-only. Nothing was changed.", path);
        return err_set(e, -EACCES, "Database %s may not be opened by this user.", path);
}

static int check_version(struct db *db, struct err *e)
{
        size_t n;
        const struct schema_step *steps = schema_steps(&n);
        int application, version, present = steps[n - 1].version;
        int r = db_version(db, &application, &version, e);

        if (r < 0)
                return r;
        if (application != DB_APPLICATION_ID)
                return err_set(e, -EINVAL, "%s is not a database of press. It was left as it is.",
                               db->path);
        if (version > present)
                return err_set(e, -EINVAL,
                               "Database %s was made by a newer press (version %d, this "
                               "one knows %d). It was left as it is.",
                               db->path, version, present);
        if (version < present)
                return err_set(e, -EINVAL,
                               "Database %s is of an older press (version %d, now %d); "
                               "run: pressctl init. Nothing was sent.",
                               db->path, version, present);
        return 0;
}

static int damaged(const struct db *db, const char *what, struct err *e)
{
        return err_set(e, -EBADMSG,
                       "Database %s is damaged (%s). It was left as it is and "
                       "nothing is sent; restore a backup.",
                       db->path, what);
}

static int load_identity(struct db *db, struct err *e)
{
        static const char sql[] = "SELECT id, tag_key FROM meta";
        CLEANUP(sql_close) struct sql *q = NULL;
        const void *key;
        size_t n = 0;
        int r = sql_first(db, sql, SQL_NOTHING, &q, e);

        if (r < 0)
                return r;
        key = r ? sql_blob(q, 1, &n) : NULL;
        if (n != sizeof(db->identity.tag_key) ||
            strlen(sql_text(q, 0)) != sizeof(db->identity.id) - 1)
                return damaged(db, "meta", e);
        memcpy(db->identity.tag_key, key, n);
        memcpy(db->identity.id, sql_text(q, 0), sizeof(db->identity.id));
        return 0;
}

int db_open(const char *path, struct db **ret, struct err *e)
{
        CLEANUP(db_close) struct db *db = NULL;
        CLEANUP(mem_free) char *lock = mem_printf("%s.lock", path);
        int r;

        r = reachable(path, e);
        if (r >= 0)
                r = db_attach(path, &db, e);
        assert(db || r < 0);
        if (r >= 0)
                r = check_version(db, e);
        if (r >= 0)
                r = db_lock_open(lock, &db->lock_fd, e);
        if (r >= 0)
                r = db_settings(db, e);
        if (r >= 0)
                r = load_identity(db, e);
        if (r < 0)
                return r;
        sweep_releases(db);
        book_sweep(db);
        *ret = TAKE(db);
        return 0;
}

void db_close(struct db **db)
{
        struct db *d = *db;

        *db = NULL;
        if (!d)
                return;
        for (size_t i = 0; i < DB_STATEMENTS; i++) {
                if (!d->cache[i])
                        continue;
                sqlite3_finalize(d->cache[i]->st);
                free(d->cache[i]);
        }
        sqlite3_close(d->handle); /* rolls back what was open */
        count_drop(d);
        if (d->lock_fd >= 0)
                close(d->lock_fd);
        if (d->sender_fd >= 0)
                close(d->sender_fd);
        if (d->reader_fd >= 0)
                close(d->reader_fd);
        free(d->path);
        free(d);
}

const struct db_identity *db_identity(const struct db *db)
{
        return &db->identity;
}

const char *db_path(const struct db *db)
{
        return db->path;
}

struct counts *db_counts(struct db *db)
{
        return &db->counts;
}

struct manifest_block *db_manifest(struct db *db)
{
        return &db->manifest;
}

struct order *db_order(struct db *db)
{
        return &db->order;
}

int db_check(struct db *db, struct err *e)
{
        static const char sql[] = "PRAGMA quick_check(1)";
        CLEANUP(sql_close) struct sql *q = NULL;
        int r = db_settings(db, e);

        if (r >= 0)
                r = sql_first(db, sql, SQL_NOTHING, &q, e);
        if (r < 0)
                return r;
        return strcmp(sql_text(q, 0), "ok") == 0 ? 0 : damaged(db, sql_text(q, 0), e);
}

int db_check_pages(struct db *db, struct err *e)
{
        static const char sql[] =
                "SELECT name || ', page ' || pageno FROM dbstat WHERE pagetype = 'corrupted'";
        CLEANUP(sql_close) struct sql *q = NULL;
        int r = db_settings(db, e);

        if (r >= 0)
                r = sql_first(db, sql, SQL_NOTHING, &q, e);
        return r > 0 ? damaged(db, sql_text(q, 0), e) : r;
}

int db_check_start(struct db *db, struct err *e)
{
        int64_t pages = 0;
        int r = sql_get_int(db, "PRAGMA page_count", SQL_NOTHING, &pages, e);

        if (r < 0)
                return r;
        return pages > CHECK_WHOLE_PAGES ? db_check_pages(db, e) : db_check(db, e);
}
