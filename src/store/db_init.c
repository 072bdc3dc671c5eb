// SPDX-License-Identifier: MIT
#include "press/db.h"

#include "db_internal.h"
#include "press/mem.h"
#include "press/token.h"
#include "schema.h"
#include "sql.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void fd_close(int *fd)
{
        if (*fd >= 0)
                close(*fd);
}

int db_sync_folder(const char *path)
{
        CLEANUP(mem_free) char *copy = mem_strdup(path);
        CLEANUP(fd_close) int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        return fd < 0 || fsync(fd) < 0 ? -errno : 0;
}

/* An empty file of the right mode; SQLite gives -wal and -shm the same. */
static int make_file(const char *path, struct err *e)
{
        CLEANUP(fd_close) int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0660);

        if (fd < 0)
                return err_set(e, -errno, "%s cannot be made: %s.", path, strerror(errno));
        return db_own_file(path, fd, e);
}

static int run_steps(struct db *db, int from, struct err *e)
{
        size_t n;
        const struct schema_step *steps = schema_steps(&n);
        char version[64];
        int r = 0;

        for (size_t i = 0; i < n && r >= 0; i++)
                for (size_t p = 0; p < SCHEMA_PARTS && r >= 0; p++)
                        if (steps[i].version > from && steps[i].sql[p])
                                r = db_exec(db, steps[i].sql[p], e);
        if (r < 0)
                return r;
        snprintf(version, sizeof(version), "PRAGMA user_version = %d", steps[n - 1].version);
        return db_exec(db, version, e);
}

static int new_identity(struct db *db, struct err *e)
{
        static const char sql[] = "INSERT INTO meta (one, id, tag_key) VALUES (1, ?1, ?2)";
        unsigned char random[16], key[TOKEN_KEY_BYTES];
        char id[2 * sizeof(random) + 1];

        token_random(random, sizeof(random));
        token_random(key, sizeof(key));
        for (size_t i = 0; i < sizeof(random); i++)
                snprintf(id + 2 * i, 3, "%02x", random[i]);
        return sql_run(db, sql, SQL_WITH(SQL_TEXT(id), SQL_BLOB(key, sizeof(key))), e);
}

static int create(struct db *db, struct err *e)
{
        CLEANUP(tx_done) struct tx tx = {0};
        char application[64];
        int r = tx_begin(&tx, db, DB_WAIT_MS, e);

        snprintf(application, sizeof(application), "PRAGMA application_id = %d", DB_APPLICATION_ID);
        if (r >= 0)
                r = run_steps(db, 0, e);
        if (r >= 0)
                r = new_identity(db, e);
        if (r >= 0)
                r = db_exec(db, application, e);
        return r < 0 ? r : tx_commit(&tx, e);
}

/* The copy is made under another name first: DATABASE.vN.bak is whole or absent. */
static int keep_copy(struct db *db, int version, struct err *e)
{
        CLEANUP(mem_free) char *bak = mem_printf("%s.v%d.bak", db->path, version);
        CLEANUP(mem_free) char *part = mem_printf("%s.part", bak);
        CLEANUP(sql_close) struct sql *q = NULL;
        CLEANUP(fd_close) int fd = -1;
        int r;

        (void) unlink(part);
        r = make_file(part, e);
        if (r >= 0)
                r = sql_open_made(db, "VACUUM INTO ?1", SQL_WITH(SQL_TEXT(part)), &q, e);
        if (r >= 0)
                r = sql_step(q, e);
        if (r < 0) {
                (void) unlink(part);
                return r;
        }
        fd = open(part, O_RDWR | O_CLOEXEC);
        if (fd < 0 || fsync(fd) < 0 || rename(part, bak) < 0 || db_sync_folder(bak) < 0)
                return err_set(e, -EIO,
                               "The copy %s before the upgrade could not be written: %s. "
                               "The database is as it was.",
                               bak, strerror(errno));
        return 0;
}

static int upgrade(struct db *db, int from, struct err *e)
{
        CLEANUP(tx_done) struct tx tx = {0};
        int r;

        if (db_sender_runs(db))
                return err_set(e, -EBUSY,
                               "pressd is sending from database %s; stop it, then run "
                               "pressctl init again. Nothing was changed.",
                               db->path);
        r = keep_copy(db, from, e);
        if (r >= 0)
                r = tx_begin(&tx, db, DB_WAIT_MS, e);
        if (r >= 0)
                r = run_steps(db, from, e);
        return r < 0 ? r : tx_commit(&tx, e);
}

static int is_empty(struct db *db, bool *ret, struct err *e)
{
        static const char sql[] = "SELECT count(*) FROM sqlite_schema";
        int64_t tables = 0;
        int r = sql_get_int(db, sql, SQL_NOTHING, &tables, e);

        *ret = tables == 0;
        return r;
}

/* Under the lock: nobody else creates or upgrades at the same time. */
static int init_locked(struct db *db, struct err *e)
{
        size_t n;
        const struct schema_step *steps = schema_steps(&n);
        int application, version, present = steps[n - 1].version, r;
        bool empty;

        r = db_version(db, &application, &version, e);
        if (r >= 0)
                r = is_empty(db, &empty, e);
        if (r < 0)
                return r;
        if (application != DB_APPLICATION_ID && !(empty && !application && !version))
                return err_set(e, -EINVAL, "%s is not a database of press. It was left as it is.",
                               db->path);
        if (version > present)
                return err_set(e, -EINVAL,
                               "Database %s was made by a newer press (version %d, this "
                               "one knows %d). It was left as it is.",
                               db->path, version, present);
        r = db_exec(db, "PRAGMA journal_mode = WAL", e);
        if (r >= 0)
                r = db_settings(db, e);
        if (r < 0)
                return r;
        if (empty)
                return create(db, e);
        return version < present ? upgrade(db, version, e) : 0;
}

int db_init(const char *path, struct err *e)
{
        CLEANUP(db_close) struct db *db = NULL;
        CLEANUP(mem_free) char *lock = mem_printf("%s.lock", path);
        bool made = false;
        int r;

        if (access(path, F_OK) < 0 && errno == ENOENT) {
                r = make_file(path, e);
                if (r < 0 && r != -EEXIST)
                        return r;
                made = r == 0;
                (void) db_sync_folder(path);
        }
        r = db_attach(path, &db, e);
        if (r >= 0)
                r = db_lock_open(lock, &db->lock_fd, e);
        if (r >= 0)
                r = db_lock(db, DB_WAIT_MS, e);
        if (r < 0)
                return r;
        r = init_locked(db, e);
        /* What we made ourselves and could not finish is taken away again. */
        if (r < 0 && made)
                (void) unlink(path);
        db_unlock(db);
        return r;
}
