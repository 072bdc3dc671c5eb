// SPDX-License-Identifier: MIT
#include "press/witness.h"

#include "db_internal.h"
#include "press/mem.h"
#include "press/token.h"
#include "sql.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MACHINE_FILE "/etc/machine-id"
#define ID_DIGITS    32
#define CHECK_DIGITS 16
#define RECORD_MAX   256

static const char NO_FILE[] = "none", UNREADABLE[] = "bad";

struct record {
        char id[ID_DIGITS + 1], machine[ID_DIGITS + 1]; /* machine "-": it has none */
        int64_t turn, at;
};

struct witness {
        struct db *db;
        int fd;
        char machine[ID_DIGITS + 1]; /* "" = none */
        int64_t turn;                /* the last one that is committed */
        bool named;                  /* the database names this machine */
        bool fresh;                  /* nothing was written yet: the first goes to the disk */
        bool broken;                 /* it could not be written: told */
};

void witness_close(struct witness **w)
{
        if (*w && (*w)->fd >= 0)
                close((*w)->fd);
        free(*w);
        *w = NULL;
}

/* Of constant length, so that each writing covers the one before. */
static size_t record_text(const struct record *r, char out[RECORD_MAX])
{
        unsigned char sum[HASH_BYTES];
        char hex[HASH_HEX_MAX];
        struct hash h;
        int n = snprintf(out, RECORD_MAX, "press witness 1 %s %-32s %020" PRId64 " %020" PRId64 " ",
                         r->id, r->machine, r->turn, r->at);

        hash_init(&h);
        hash_piece(&h, out, (size_t) n);
        hash_final(&h, sum);
        hash_hex(sum, hex);
        n += snprintf(out + n, RECORD_MAX - (size_t) n, "%.*s\n", CHECK_DIGITS, hex);
        return (size_t) n;
}

/* What is written there must be what would be written of it. */
static bool record_parse(const char *text, struct record *ret)
{
        struct record r = {.id = ""};
        char again[RECORD_MAX];

        /* NOLINTNEXTLINE(cert-err34-c): what overflows is written again otherwise */
        if (sscanf(text, "press witness 1 %32s %32s %20" SCNd64 " %20" SCNd64, r.id, r.machine,
                   &r.turn, &r.at) != 4)
                return false;
        record_text(&r, again);
        if (strcmp(text, again) != 0)
                return false;
        *ret = r;
        return true;
}

static void read_machine(char out[ID_DIGITS + 1])
{
        char text[ID_DIGITS + 1] = "";
        int fd = open(MACHINE_FILE, O_RDONLY | O_CLOEXEC);

        out[0] = '\0';
        if (fd < 0)
                return;
        if (read(fd, text, ID_DIGITS) == ID_DIGITS && strspn(text, "0123456789abcdef") == ID_DIGITS)
                memcpy(out, text, sizeof(text));
        close(fd);
}

static int set_aside(const char *path, const char *whose, struct witness_found *found,
                     struct err *e)
{
        snprintf(found->aside, sizeof(found->aside), "%s.%.8s", path, whose);
        if (rename(path, found->aside) < 0)
                return err_set(e, -errno, "%s cannot be renamed: %s.", path, strerror(errno));
        return 0;
}

/*
 * 1: the record is this database's; 0: *ret_whose says whose it is instead: "bad", another
 * database's id, "none" when there is no file, "" when nothing was written yet.
 */
static int read_record(struct db *db, const char *path, struct record *ret,
                       char ret_whose[ID_DIGITS + 1], struct err *e)
{
        char text[RECORD_MAX] = "";
        int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
        struct stat st;
        ssize_t n;

        if (fd < 0 && errno == ENOENT) {
                snprintf(ret_whose, ID_DIGITS + 1, "%s", NO_FILE);
                return 0;
        }
        if ((fd < 0 && errno == ELOOP) ||
            (fd >= 0 && fstat(fd, &st) == 0 && !S_ISREG(st.st_mode))) {
                if (fd >= 0)
                        close(fd);
                snprintf(ret_whose, ID_DIGITS + 1, "%s", UNREADABLE);
                return 0;
        }
        if (fd < 0)
                return err_set(e, -errno, "%s cannot be read: %s.", path, strerror(errno));
        n = read(fd, text, sizeof(text) - 1);
        close(fd);
        if (n < 0)
                return err_set(e, -EIO, "%s cannot be read: %s.", path, strerror(errno));
        if (n == 0)
                return 0;
        if (record_parse(text, ret) && strcmp(ret->id, db->identity.id) == 0)
                return 1;
        snprintf(ret_whose, ID_DIGITS + 1, "%s", ret->id[0] ? ret->id : UNREADABLE);
        return 0;
}

static int read_database(struct db *db, struct record *ret, struct err *e)
{
        static const char sql[] = "SELECT turn, machine FROM meta";
        CLEANUP(sql_close) struct sql *q = NULL;
        int r = sql_first(db, sql, SQL_NOTHING, &q, e);

        if (r < 0)
                return r;
        ret->turn = sql_int(q, 0);
        snprintf(ret->machine, sizeof(ret->machine), "%s", sql_text(q, 1));
        return 0;
}

static bool elsewhere(const struct witness *w, const char *machine)
{
        return w->machine[0] && strlen(machine) == ID_DIGITS && strcmp(machine, w->machine) != 0;
}

/*
 * The file is there, empty, from before the first turn until its record is written; then it never
 * is again. What stands in its place, another database's or unreadable, tells no more than none.
 */
static bool is_gone(const char *whose, int64_t turn)
{
        return whose[0] ? turn > 0 : turn > 1;
}

static void compare(const struct witness *w, const struct record *disk, const struct record *stored,
                    const char *whose, struct witness_found *found)
{
        bool there = disk->id[0] != '\0';

        found->older = there && disk->turn > stored->turn;
        found->gone = !there && is_gone(whose, stored->turn);
        found->sent_at = there ? disk->at : 0;
        found->moved = elsewhere(w, stored->machine) || (there && elsewhere(w, disk->machine));
}

/* *disk and *whose as read_record(); a record that is not this database's is none. */
static int examine(struct witness *w, const char *path, struct record *disk, struct record *stored,
                   char whose[ID_DIGITS + 1], struct witness_found *found, struct err *e)
{
        int r;

        read_machine(w->machine);
        r = read_record(w->db, path, disk, whose, e); /* before the database: that may go on */
        if (r == 0)
                *disk = (struct record){.id = ""};
        if (r >= 0)
                r = read_database(w->db, stored, e);
        if (r < 0)
                return r;
        compare(w, disk, stored, whose, found);
        return 0;
}

int witness_look(struct db *db, struct witness_found *ret, struct err *e)
{
        CLEANUP(mem_free) char *path = mem_printf("%s.witness", db->path);
        struct record disk = {.id = ""}, stored = {.id = ""};
        struct witness_found found = {0};
        char whose[ID_DIGITS + 1] = "";
        struct witness w = {.db = db};
        int r = examine(&w, path, &disk, &stored, whose, &found, e);

        if (r == 0)
                *ret = found;
        return r;
}

int witness_open(struct db *db, struct witness **ret, struct witness_found *found, struct err *e)
{
        CLEANUP(mem_free) char *path = mem_printf("%s.witness", db->path);
        CLEANUP(witness_close) struct witness *w = mem_zalloc(sizeof(*w));
        struct record disk = {.id = ""}, stored = {.id = ""};
        char whose[ID_DIGITS + 1] = "";
        int r;

        *found = (struct witness_found){0};
        w->db = db;
        w->fd = -1;
        r = examine(w, path, &disk, &stored, whose, found, e);
        if (r == 0 && whose[0] && strcmp(whose, NO_FILE) != 0)
                r = set_aside(path, whose, found, e);
        if (r == 0)
                r = db_lock_open(path, &w->fd, e);
        if (r < 0)
                return r;
        w->turn = found->older ? disk.turn : stored.turn;
        w->fresh = !disk.id[0];
        if (w->fresh) /* its name is on disk before the database counts a turn: see is_gone() */
                (void) db_sync_folder(path);
        *ret = TAKE(w);
        return 0;
}

int witness_turn(struct witness *w, struct tx *tx, struct err *e)
{
        static const char turn_sql[] = "UPDATE meta SET turn = ?1";
        static const char machine_sql[] = "UPDATE meta SET machine = ?1";
        int r;

        assert(tx->write);
        r = sql_run(tx->db, turn_sql, SQL_WITH(SQL_INT(w->turn + 1)), e);
        if (r == 0 && !w->named)
                r = sql_run(tx->db, machine_sql, SQL_WITH(SQL_TEXT(w->machine)), e);
        return r;
}

bool witness_write(struct witness *w, int64_t now)
{
        struct record r = {.turn = ++w->turn, .at = now};
        char text[RECORD_MAX];
        size_t n;
        bool first;

        w->named = true;
        snprintf(r.id, sizeof(r.id), "%s", w->db->identity.id);
        snprintf(r.machine, sizeof(r.machine), "%s", w->machine[0] ? w->machine : "-");
        n = record_text(&r, text);
        if (pwrite(w->fd, text, n, 0) == (ssize_t) n) {
                if (w->fresh)
                        (void) fdatasync(w->fd);
                w->broken = w->fresh = false;
                return true;
        }
        first = !w->broken;
        w->broken = true;
        return !first;
}
