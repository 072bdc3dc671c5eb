// SPDX-License-Identifier: MIT
/* One mail on standard input: into the Maildir first, so that nothing is lost between. */
#include "inbox_internal.h"

#include "press/addr.h"
#include "press/buf.h"
#include "press/clock.h"
#include "press/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE_BYTES 65536

struct spool {
        const char *dir;
        char name[80];
        char *path; /* in DIR/tmp; NULL once it was moved */
        int fd;
        struct buf head; /* the first REPORT_BYTES */
        uint64_t bytes;
};

static void spool_done(struct spool *s)
{
        if (s->fd >= 0)
                close(s->fd);
        if (s->path)
                unlink(s->path); /* the relay has it still */
        free(s->path);
        buf_done(&s->head);
}

static int failed(const char *path, struct err *e)
{
        return err_set(e, -errno, "the Maildir %s cannot be used: %s", path, strerror(errno));
}

static int spool_open(struct spool *s, struct err *e)
{
        uint64_t salt;

        if (getrandom(&salt, sizeof(salt), 0) != sizeof(salt))
                return err_set(e, -EIO, "no random number: %s", strerror(errno));
        snprintf(s->name, sizeof(s->name), "%lld.P%ldR%016llx.press",
                 (long long) (clock_wall() / CLOCK_S), (long) getpid(), (unsigned long long) salt);
        s->path = mem_printf("%s/tmp/%s", s->dir, s->name);
        s->fd = open(s->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0660);
        if (s->fd < 0) {
                int r = failed(s->path, e);

                free(TAKE(s->path));
                return r;
        }
        return 0;
}

static int spool_add(struct spool *s, const char *p, size_t n, struct err *e)
{
        size_t room = REPORT_BYTES - s->head.len;

        s->bytes += n;
        if (s->bytes > INBOX_PIPE_BYTES)
                return err_set(e, -EINVAL, "a mail of more than %llu MB is not taken",
                               (unsigned long long) INBOX_PIPE_BYTES >> 20);
        buf_add(&s->head, p, n < room ? n : room);
        while (n) {
                ssize_t put = write(s->fd, p, n);

                if (put < 0 && errno == EINTR)
                        continue;
                if (put < 0)
                        return failed(s->path, e);
                p += put;
                n -= (size_t) put;
        }
        return 0;
}

static int spool_fill(struct spool *s, int fd, const char *recipient, struct err *e)
{
        CLEANUP(mem_free) char *piece = mem_alloc(PIECE_BYTES);
        CLEANUP(mem_free) char *to = mem_printf("Delivered-To: %s\n", recipient);
        int r = recipient[0] ? spool_add(s, to, strlen(to), e) : 0;
        uint64_t before = s->bytes;
        ssize_t n;

        while (r == 0 && (n = read(fd, piece, PIECE_BYTES)) != 0) {
                if (n < 0 && errno == EINTR)
                        continue;
                r = n < 0 ? err_set(e, -errno, "standard input cannot be read: %s", strerror(errno))
                          : spool_add(s, piece, (size_t) n, e);
        }
        if (r == 0 && s->bytes == before)
                r = err_set(e, -EINVAL, "no mail came on standard input");
        if (r == 0 && fsync(s->fd) < 0)
                r = failed(s->path, e);
        return r;
}

static int sync_folder(const char *dir, const char *folder, struct err *e)
{
        CLEANUP(mem_free) char *path = mem_printf("%s/.%s/new", dir, folder);
        int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        int r = fd < 0 || fsync(fd) < 0 ? failed(path, e) : 0;

        if (fd >= 0)
                close(fd);
        return r;
}

int inbox_pipe(const struct config *c, struct db *db, const struct config_inbox *in, int fd,
               const char *recipient, struct err *e)
{
        CLEANUP(spool_done)
        struct spool s = {.dir = in->maildir, .fd = -1, .head = BUF(REPORT_BYTES)};
        CLEANUP(returns_close) struct returns *returns = NULL;
        enum returns_to to = RETURNS_PEOPLE;
        const char *folder;
        struct addr a;
        struct err odd;
        int r = maildir_make(in->maildir, e);

        /* What is no address bears no tag; refusing the mail for it would not mend that. */
        if (recipient[0] && addr_parse(recipient, &a, &odd) < 0)
                recipient = "";
        if (r == 0)
                r = maildir_folder(in->maildir, in->done, e);
        if (r == 0)
                r = maildir_folder(in->maildir, in->people, e);
        if (r == 0)
                r = spool_open(&s, e);
        if (r == 0)
                r = spool_fill(&s, fd, recipient, e);
        if (r == 0)
                r = returns_open(c, db, &returns, e);
        if (r == 0)
                r = returns_take(returns, in->name, s.head.s, s.head.len, clock_wall(), &to, e);
        if (r < 0)
                return r;
        folder = to == RETURNS_PEOPLE ? in->people : in->done;
        r = maildir_move(in->maildir, "tmp", s.name, folder, "new", e);
        if (r < 0)
                return r;
        free(TAKE(s.path));
        return sync_folder(in->maildir, folder, e);
}
