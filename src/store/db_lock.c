// SPDX-License-Identifier: MIT
/*
 * Open file description locks (fcntl(2)), each belonging to one struct db, so
 * that two connections of one process exclude each other as two processes do:
 * DATABASE.lock byte 0 the write lock, later bytes the owners of unfinished
 * work; DATABASE.pressd the one sender. Byte 1 is held by one who waits for the
 * write lock: whoever could have it at once lets them go first for a moment,
 * so that many short transactions in a row keep nobody out.
 */
#include "db_internal.h"

#include "press/clock.h"
#include "press/mem.h"
#include "sql.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define FILE_MODE   0660
#define WRITE_BYTE  0
#define WANTED_BYTE 1
#define YIELD_MS    20 /* who waits may have stopped: so long at most others hold back for them */
#define OWNED_BYTES (INT64_C(1) << 60) /* room for the ids of each kind */

static struct flock range(short type, int64_t start, int64_t n)
{
        return (struct flock){.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = n};
}

static int lock_try(int fd, int64_t start, int64_t n)
{
        struct flock l = range(F_WRLCK, start, n);

        if (fcntl(fd, F_OFD_SETLK, &l) == 0)
                return 0;
        return errno == EACCES || errno == EAGAIN ? -EBUSY : -errno;
}

static void lock_drop(int fd, int64_t start, int64_t n)
{
        struct flock l = range(F_UNLCK, start, n);

        (void) fcntl(fd, F_OFD_SETLK, &l); /* unlocking what is ours cannot be refused */
}

static bool lock_held_elsewhere(int fd, int64_t start, int64_t n)
{
        struct flock l = range(F_WRLCK, start, n);

        return fcntl(fd, F_OFD_GETLK, &l) == 0 && l.l_type != F_UNLCK;
}

int db_own_file(const char *path, int fd, struct err *e)
{
        CLEANUP(mem_free) char *copy = mem_strdup(path);
        struct stat folder, file;

        if (fchmod(fd, FILE_MODE) < 0)
                return err_set(e, -errno, "Permissions of %s cannot be set: %s.", path,
                               strerror(errno));
        /* Without the right to give it away the file keeps our own group: closed enough. */
        if (stat(dirname(copy), &folder) == 0 && fstat(fd, &file) == 0 &&
            folder.st_gid != file.st_gid && fchown(fd, (uid_t) -1, folder.st_gid) == 0)
                (void) fchmod(fd, FILE_MODE);
        return 0;
}

int db_lock_open(const char *path, int *ret_fd, struct err *e)
{
        int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, FILE_MODE), r;

        if (fd >= 0) {
                r = db_own_file(path, fd, e);
                if (r < 0) {
                        close(fd);
                        return r;
                }
        } else if (errno == EEXIST) {
                fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
        }
        if (fd < 0)
                return err_set(e, -errno, "Lock file %s cannot be opened: %s. Nothing was changed.",
                               path, strerror(errno));
        *ret_fd = fd;
        return 0;
}

/* 0.2 ms, then up to 2 ms, never two waiters in step. */
static void nap(unsigned round)
{
        long us = 200L << (round < 3 ? round : 3);
        struct timespec t = {.tv_nsec = (us + (long) (clock_mono() * 7919 % 400)) * 1000};

        (void) nanosleep(&t, NULL);
}

/* Whoever does not wait here comes back: until then it stays known that they want it. */
static int lock_write(struct db *db, int64_t wait_ms)
{
        int64_t begin = clock_mono();
        int r;

        for (unsigned round = 0;; round++) {
                bool yield = wait_ms > 0 && !db->lock_wanted && clock_mono() < begin + YIELD_MS &&
                             lock_held_elsewhere(db->lock_fd, WANTED_BYTE, 1);

                r = yield ? -EBUSY : lock_try(db->lock_fd, WRITE_BYTE, 1);
                if (r == -EBUSY && !yield && !db->lock_wanted)
                        db->lock_wanted = lock_try(db->lock_fd, WANTED_BYTE, 1) == 0;
                if (r != -EBUSY || clock_mono() >= begin + wait_ms)
                        break;
                nap(round);
        }
        if (db->lock_wanted && (r == 0 || wait_ms > 0)) {
                lock_drop(db->lock_fd, WANTED_BYTE, 1);
                db->lock_wanted = false;
        }
        return r;
}

int db_lock(struct db *db, int64_t wait_ms, struct err *e)
{
        int r = db->lock_depth == 0 ? lock_write(db, wait_ms) : 0;

        if (r == -EBUSY)
                return err_set(e, r,
                               "Database %s is being written by another program. Nothing was "
                               "changed; try again in a moment.",
                               db->path);
        if (r < 0)
                return err_set(e, r, "The lock of database %s cannot be taken: %s.", db->path,
                               strerror(-r));
        db->lock_depth++;
        return 0;
}

void db_unlock(struct db *db)
{
        assert(db->lock_depth > 0);
        if (--db->lock_depth == 0)
                lock_drop(db->lock_fd, WRITE_BYTE, 1);
}

/* --- owners of unfinished work ---------------------------------------------- */

static int64_t owned_byte(enum sql_owned what, int64_t id)
{
        assert(id > 0 && id < OWNED_BYTES);
        return ((int64_t) what + 1) * OWNED_BYTES + id;
}

int sql_own(struct db *db, enum sql_owned what, int64_t id, struct err *e)
{
        int r = lock_try(db->lock_fd, owned_byte(what, id), 1);

        if (r < 0)
                return err_set(e, r, "The lock of database %s cannot be taken: %s.", db->path,
                               strerror(-r));
        return 0;
}

void sql_disown(struct db *db, enum sql_owned what, int64_t id)
{
        lock_drop(db->lock_fd, owned_byte(what, id), 1);
}

bool sql_owner_lives(struct db *db, enum sql_owned what, int64_t id)
{
        return lock_held_elsewhere(db->lock_fd, owned_byte(what, id), 1);
}

/* --- the one sender ------------------------------------------------------------ */

/* Takes the lock of DATABASE.`suffix` into *fd; -EBUSY when it is held elsewhere. */
static int sole(const struct db *db, const char *suffix, int *fd, struct err *e)
{
        CLEANUP(mem_free) char *path = mem_printf("%s.%s", db->path, suffix);
        int taken = -1, r;

        if (*fd >= 0)
                return 0;
        r = db_lock_open(path, &taken, e);
        if (r < 0)
                return r;
        r = lock_try(taken, 0, 1);
        if (r < 0) {
                close(taken);
                if (r != -EBUSY)
                        return err_set(e, r, "The lock of database %s cannot be taken: %s.",
                                       db->path, strerror(-r));
                return r;
        }
        *fd = taken;
        return 0;
}

static bool sole_runs(const struct db *db, const char *suffix, int own)
{
        CLEANUP(mem_free) char *path = mem_printf("%s.%s", db->path, suffix);
        bool held;
        int fd;

        if (own >= 0)
                return true;
        fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
        if (fd < 0)
                return false;
        held = lock_held_elsewhere(fd, 0, 1);
        close(fd);
        return held;
}

int db_sole_sender(struct db *db, struct err *e)
{
        int r = sole(db, "pressd", &db->sender_fd, e);

        if (r == -EBUSY)
                return err_set(e, r,
                               "Another pressd is already sending from database %s. This one "
                               "sends nothing and ends.",
                               db->path);
        return r;
}

bool db_sender_runs(const struct db *db)
{
        return sole_runs(db, "pressd", db->sender_fd);
}

int db_sole_reader(struct db *db, struct err *e)
{
        int r = sole(db, "inbox", &db->reader_fd, e);

        if (r == -EBUSY)
                return err_set(e, r,
                               "Another press-inbox already reads for database %s. This one reads "
                               "nothing and ends.",
                               db->path);
        if (r == 0)
                (void) futimens(db->reader_fd, NULL); /* db_reader_began() */
        return r;
}

int64_t db_reader_began(const struct db *db)
{
        CLEANUP(mem_free) char *path = mem_printf("%s.inbox", db->path);
        struct stat st;

        return stat(path, &st) == 0 ? (int64_t) st.st_mtim.tv_sec * 1000 : 0;
}

bool db_reader_runs(const struct db *db)
{
        return sole_runs(db, "inbox", db->reader_fd);
}
