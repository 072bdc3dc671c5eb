// SPDX-License-Identifier: MIT
/* The lines of a relay's log: from a file, through its rotation, or from a pipe. */
#include "press/relay_log_take.h"

#include "press/caller.h"
#include "press/clock.h"
#include "press/mem.h"
#include "press/relay_log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROOM (2 * RELAY_LOG_LINE_MAX)
#define READ ((size_t) 128 << 10)

enum coding { UTF8, UTF16_LE, UTF16_BE };

struct log_file {
        char *path;
        int fd;
        bool follow, plain; /* plain: a file on disk */
        bool ended, rotated;
        bool begun; /* its first bytes were looked at */
        enum coding coding;
        uint32_t high;           /* the first half of a UTF-16 pair, 0 = none */
        unsigned char odd;       /* of UTF-16: the byte that has no second one yet */
        bool has_odd, skipping;  /* skipping: the rest of a line that is too long */
        char *text;              /* ROOM */
        size_t from, to;         /* what of it is not given out yet */
        unsigned char raw[READ]; /* as it is in the file */
};

/* --- opening ------------------------------------------------------------------------------- */

static int fail(const struct log_file *f, int r, struct err *e)
{
        err_set(e, r, "cannot read it: %s", strerror(-r));
        err_at(e, f->path, 0);
        return r;
}

static int open_it(struct log_file *f, struct err *e)
{
        struct stat st;
        int r;

        f->fd = strcmp(f->path, "-") == 0 ? STDIN_FILENO
                                          : caller_open(f->path, O_RDONLY | O_NONBLOCK, 0);
        if (f->fd < 0)
                return fail(f, -errno, e);
        if (fstat(f->fd, &st) < 0)
                return fail(f, -errno, e);
        f->plain = S_ISREG(st.st_mode);
        if (S_ISDIR(st.st_mode) || (f->follow && !f->plain)) {
                r = err_set(e, S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL, "cannot read it: %s",
                            "not a plain file");
                err_at(e, f->path, 0);
                return r;
        }
        return 0;
}

int log_file_open(const char *path, bool follow, struct log_file **ret, struct err *e)
{
        struct log_file *f = mem_zalloc(sizeof(*f));
        int r;

        f->path = mem_strdup(path);
        f->follow = follow;
        f->text = mem_alloc(ROOM);
        r = open_it(f, e);
        if (r < 0)
                log_file_close(&f);
        else
                *ret = f;
        return r;
}

void log_file_close(struct log_file **f)
{
        if (!*f)
                return;
        if ((*f)->fd > STDIN_FILENO)
                close((*f)->fd);
        free((*f)->path);
        free((*f)->text);
        free(*f);
        *f = NULL;
}

int64_t log_file_time(const struct log_file *f, int64_t now)
{
        struct stat st;

        if (!f->plain || fstat(f->fd, &st) < 0)
                return now;
        return st.st_mtim.tv_sec * CLOCK_S + st.st_mtim.tv_nsec / 1000000;
}

/* --- bytes to text --------------------------------------------------------------------------- */

/* What the first bytes tell. */
static int begin(struct log_file *f, size_t n, struct err *e)
{
        static const struct {
                const char *magic, *unpack;
        } packed[] = {{"\x1f\x8b", "zcat"},
                      {"\xfd"
                       "7zXZ",
                       "xzcat"},
                      {"BZh", "bzcat"},
                      {"\x28\xb5\x2f\xfd", "zstdcat"}};
        const unsigned char *p = f->raw;

        f->begun = true;
        for (size_t i = 0; i < COUNT_OF(packed); i++) {
                size_t m = strlen(packed[i].magic);

                if (n >= m && memcmp(p, packed[i].magic, m) == 0) {
                        err_set(e, -EINVAL,
                                "it is compressed; read it by: %s %s | pressctl report relay-log -",
                                packed[i].unpack, f->path);
                        err_at(e, f->path, 0);
                        return -EINVAL;
                }
        }
        if (n >= 2 && p[0] == 0xff && p[1] == 0xfe)
                f->coding = UTF16_LE;
        else if (n >= 2 && p[0] == 0xfe && p[1] == 0xff)
                f->coding = UTF16_BE;
        return 0;
}

static void put_utf8(struct log_file *f, uint32_t c)
{
        char *to = f->text + f->to;

        if (c < 0x80) {
                *to++ = (char) c;
        } else if (c < 0x800) {
                *to++ = (char) (0xc0 | c >> 6);
                *to++ = (char) (0x80 | (c & 63));
        } else if (c < 0x10000) {
                *to++ = (char) (0xe0 | c >> 12);
                *to++ = (char) (0x80 | (c >> 6 & 63));
                *to++ = (char) (0x80 | (c & 63));
        } else {
                *to++ = (char) (0xf0 | c >> 18);
                *to++ = (char) (0x80 | (c >> 12 & 63));
                *to++ = (char) (0x80 | (c >> 6 & 63));
                *to++ = (char) (0x80 | (c & 63));
        }
        f->to = (size_t) (to - f->text);
}

static void put_utf16(struct log_file *f, uint32_t unit)
{
        if (f->high && unit >= 0xdc00 && unit < 0xe000) {
                put_utf8(f, 0x10000 + ((f->high & 0x3ff) << 10 | (unit & 0x3ff)));
                f->high = 0;
                return;
        }
        f->high = 0;
        if (unit >= 0xd800 && unit < 0xdc00)
                f->high = unit;
        else if (unit >= 0xdc00 && unit < 0xe000)
                put_utf8(f, 0xfffd);
        else if (unit != 0xfeff)
                put_utf8(f, unit);
}

/* Two bytes become at most three, four at most four: there is room for twice as much. */
static void put(struct log_file *f, size_t n)
{
        if (f->coding == UTF8) {
                memcpy(f->text + f->to, f->raw, n);
                f->to += n;
                return;
        }
        for (size_t i = 0; i < n; i++) {
                unsigned char a = f->odd, b = f->raw[i];

                f->has_odd = !f->has_odd;
                if (f->has_odd)
                        f->odd = b;
                else
                        put_utf16(f, f->coding == UTF16_LE ? (uint32_t) (a | b << 8)
                                                           : (uint32_t) (a << 8 | b));
        }
}

/* --- more of it ------------------------------------------------------------------------------- */

static void start_over(struct log_file *f)
{
        f->from = f->to = 0;
        f->begun = f->skipping = f->has_odd = f->rotated = false;
        f->high = 0;
        f->coding = UTF8;
}

/* At the end of a followed file: is the name another file now, or the file shorter? */
static int look_for_rotation(struct log_file *f, struct err *e)
{
        struct stat now, ours;
        int r;

        if (fstat(f->fd, &ours) < 0)
                return fail(f, -errno, e);
        if (ours.st_size < lseek(f->fd, 0, SEEK_CUR)) {
                start_over(f);
                return lseek(f->fd, 0, SEEK_SET) < 0 ? fail(f, -errno, e) : 0;
        }
        caller_begin();
        r = stat(f->path, &now);
        caller_end();
        if (r < 0 || (now.st_ino == ours.st_ino && now.st_dev == ours.st_dev))
                return 0; /* between two names: it comes */
        if (!f->rotated) {
                f->rotated = true; /* its writer may still have it open: once more in a second */
                return 0;
        }
        close(f->fd);
        start_over(f);
        return open_it(f, e);
}

/* 1: there is more; 0: not now. */
static int more(struct log_file *f, struct err *e)
{
        struct pollfd poller = {.fd = f->fd, .events = POLLIN};
        ssize_t n;

        memmove(f->text, f->text + f->from, f->to - f->from);
        f->to -= f->from;
        f->from = 0;
        if (f->to >= RELAY_LOG_LINE_MAX) {
                f->to = 0; /* no line is so long: the rest of it is passed over */
                f->skipping = true;
        }
        if (!f->plain && poll(&poller, 1, 0) == 0)
                return 0;
        n = read(f->fd, f->raw, READ);
        if (n < 0)
                return errno == EINTR || errno == EAGAIN ? 0 : fail(f, -errno, e);
        if (n > 0) {
                int r = f->begun ? 0 : begin(f, (size_t) n, e);

                f->rotated = false;
                put(f, r < 0 ? 0 : (size_t) n);
                return r < 0 ? r : 1;
        }
        f->ended = !f->follow;
        return f->follow ? look_for_rotation(f, e) : 0;
}

/* What stands behind the last line end: only when it looks whole, for a log may be cut. */
static bool take_rest(struct log_file *f, const char **ret, size_t *ret_n)
{
        size_t n = f->to - f->from;
        const char *p = f->text + f->from;

        f->from = f->to;
        if (n == 0 || f->skipping || n > RELAY_LOG_LINE_MAX || p[n - 1] != ')')
                return false;
        *ret = p;
        *ret_n = n;
        return true;
}

int log_file_line(struct log_file *f, const char **ret, size_t *ret_n, struct err *e)
{
        for (;;) {
                char *p = f->text + f->from, *end = memchr(p, '\n', f->to - f->from);
                int r;

                if (end) {
                        bool skipped = f->skipping;

                        f->from = (size_t) (end + 1 - f->text);
                        f->skipping = false;
                        if (skipped)
                                continue;
                        *ret = p;
                        *ret_n = (size_t) (end - p);
                        return 1;
                }
                if (f->ended)
                        return take_rest(f, ret, ret_n);
                r = more(f, e);
                if (r < 0 || (r == 0 && !f->ended))
                        return r;
        }
}

bool log_file_ended(const struct log_file *f)
{
        return f->ended;
}

void log_file_wait(struct log_file *f)
{
        struct pollfd poller = {.fd = f->fd, .events = POLLIN};

        (void) poll(&poller, f->plain ? 0 : 1, 1000);
}
