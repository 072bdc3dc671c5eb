// SPDX-License-Identifier: MIT
/* A Maildir: rename is all that is ever done to a mail. */
#include "inbox_internal.h"

#include "press/log.h"
#include "press/mem.h"
#include "press/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAMES_MAX 50000 /* of one look; the others come with the next */
#define TRIES     20    /* for a name that is free */

static const char *const PARTS[] = {"new", "cur"};

static void close_fd(int *fd)
{
        if (*fd >= 0)
                close(*fd);
}

static int failed(const char *dir, struct err *e)
{
        return err_set(e, -errno, "the Maildir %s cannot be used: %s", dir, strerror(errno));
}

/* --- folders ------------------------------------------------------------------------------ */

/*
 * -1 and errno. The Maildir is another user's: were one of its folders a link, that user would
 * have us rename the files of any folder that is ours.
 */
static int open_part(const char *dir, const char *folder, const char *part)
{
        const int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
        CLEANUP(mem_free) char *name = mem_printf(".%s", folder);
        CLEANUP(close_fd) int top = open(dir, flags);
        CLEANUP(close_fd)
        int below = top < 0 ? -1 : openat(top, folder[0] ? name : ".", flags | O_NOFOLLOW);

        return below < 0 ? -1 : openat(below, part, flags | O_NOFOLLOW);
}

/* The folder with tmp, new and cur, whatever of it is there; *ret_fd is open when it returns 0. */
static int make(const char *path, int flags, int *ret_fd, struct err *e)
{
        static const char *const sub[] = {"tmp", "new", "cur"};
        CLEANUP(close_fd) int fd = -1;

        if (mkdir(path, 0770) < 0 && errno != EEXIST)
                return failed(path, e);
        fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | flags);
        for (size_t i = 0; i < COUNT_OF(sub); i++)
                if (fd < 0 || (mkdirat(fd, sub[i], 0770) < 0 && errno != EEXIST))
                        return failed(path, e);
        *ret_fd = fd;
        fd = -1;
        return 0;
}

int maildir_make(const char *dir, struct err *e)
{
        CLEANUP(close_fd) int fd = -1;

        return make(dir, 0, &fd, e);
}

int maildir_folder(const char *dir, const char *name, struct err *e)
{
        CLEANUP(mem_free) char *path = mem_printf("%s/.%s", dir, name);
        CLEANUP(close_fd) int fd = -1, marker = -1;
        int r = make(path, O_NOFOLLOW, &fd, e);

        if (r < 0)
                return r;
        marker = openat(fd, "maildirfolder", O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0660);
        return marker < 0 ? failed(path, e) : 0;
}

int maildir_move(const char *dir, const char *from, const char *name, const char *folder,
                 const char *to, struct err *e)
{
        CLEANUP(mem_free) char *where = mem_printf("%s/.%s/%s/%s", dir, folder, to, name);
        CLEANUP(close_fd) int old = open_part(dir, "", from);
        CLEANUP(close_fd) int new = old < 0 ? -1 : open_part(dir, folder, to);

        for (int i = 0; new >= 0 && i < TRIES; i++) {
                /* Before ":2,", where a Maildir keeps what was seen. */
                int stem = (int) strcspn(name, ":");
                CLEANUP(mem_free)
                char *free_name =
                        i ? mem_printf("%.*s.%d%s", stem, name, i, name + stem) : mem_strdup(name);
                int r = renameat2(old, name, new, free_name, RENAME_NOREPLACE);

                if (r < 0 && (errno == EINVAL || errno == ENOSYS)) { /* a file system without */
                        r = linkat(old, name, new, free_name, 0);
                        if (r == 0)
                                r = unlinkat(old, name, 0);
                }
                if (r == 0 || errno == ENOENT) /* ENOENT: somebody else took it away */
                        return 0;
                if (errno != EEXIST)
                        break;
        }
        return failed(where, e);
}

int inbox_maildir_check(const struct config_inbox *in, struct err *e)
{
        for (size_t i = 0; i < COUNT_OF(PARTS); i++) {
                CLEANUP(mem_free) char *path = mem_printf("%s/%s", in->maildir, PARTS[i]);

                if (access(path, R_OK | W_OK | X_OK) < 0)
                        return failed(path, e);
        }
        return 0;
}

/* --- names -------------------------------------------------------------------------------- */

struct names {
        char **v;
        size_t n;
};

static void names_done(struct names *s)
{
        for (size_t i = 0; i < s->n; i++)
                free(s->v[i]);
        free(s->v);
}

static int by_name(const void *a, const void *b)
{
        return strcmp(*(char *const *) a, *(char *const *) b);
}

/* The oldest first, as far as names tell. */
static int list(int fd, const char *path, struct names *ret, struct err *e)
{
        int own = fd < 0 ? -1 : openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        DIR *d = own < 0 ? NULL : fdopendir(own);
        struct dirent *f;

        if (!d)
                return failed(path, e);
        while (ret->n < NAMES_MAX && (f = readdir(d))) {
                if (f->d_name[0] == '.')
                        continue;
                if (ret->n % 256 == 0)
                        ret->v = mem_realloc(ret->v, ret->n + 256, sizeof(*ret->v));
                ret->v[ret->n++] = mem_strdup(f->d_name);
        }
        closedir(d);
        if (ret->n)
                qsort(ret->v, ret->n, sizeof(*ret->v), by_name);
        return 0;
}

/* --- mails -------------------------------------------------------------------------------- */

/* 1 and *ret; 0 when it is no file, or gone; -EACCES and the like when it cannot be read. */
static int read_mail(int dir, const char *name, struct letter *ret)
{
        const int flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
        CLEANUP(close_fd) int fd = openat(dir, name, flags);
        struct stat st;
        size_t size, n = 0;

        if (fd < 0)
                return errno == ENOENT || errno == ELOOP ? 0 : -errno;
        if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
                return 0;
        size = (uint64_t) st.st_size < REPORT_BYTES ? (size_t) st.st_size : REPORT_BYTES;
        ret->mail = mem_alloc(size + 1);
        while (n < size) {
                ssize_t got = read(fd, ret->mail + n, size - n);

                if (got < 0 && errno == EINTR)
                        continue;
                if (got < 0) {
                        int r = -errno;

                        free(TAKE(ret->mail));
                        return r;
                }
                if (got == 0)
                        break;
                n += (size_t) got;
        }
        ret->n = n;
        return 1;
}

struct pile { /* mails read, not yet handled */
        struct letter v[RETURNS_MANY];
        size_t n, bytes;
};

static void pile_clear(struct pile *p)
{
        letters_done(p->v, p->n);
        *p = (struct pile){0};
}

static void pile_free(struct pile **p)
{
        pile_clear(*p);
        free(*p);
}

static int pile_handle(struct reader *rd, struct box *b, const char *part, struct pile *p,
                       struct err *e)
{
        const struct config_inbox *in = b->cfg;
        int to[RETURNS_MANY], r;

        if (p->n == 0)
                return 0;
        r = inbox_take(rd, b, p->v, p->n, to, e);
        for (size_t i = 0; i < p->n; i++) {
                int m = to[i] < 0 ? 0
                                  : maildir_move(in->maildir, part, p->v[i].name,
                                                 to[i] == RETURNS_PEOPLE ? in->people : in->done,
                                                 part, r < 0 ? NULL : e);

                if (r == 0)
                        r = m;
        }
        pile_clear(p);
        return r;
}

/* One file onto the pile. What cannot be read is for people, unseen (R110). */
static int pile_add(struct box *b, int fd, const char *part, const char *name, struct pile *p,
                    struct err *e)
{
        CLEANUP(mem_free) char *path = mem_printf("%s/%s/%s", b->cfg->maildir, part, name);
        struct letter *l = &p->v[p->n];
        int r = read_mail(fd, name, l);

        if (r == -EMFILE || r == -ENFILE || r == -ENOMEM) {
                errno = -r;
                return failed(path, e);
        }
        if (r < 0) {
                char shown[NAME_MAX];

                text_escape(path, shown, sizeof(shown));
                log_warning("inbox %s: %s cannot be read: %s; put into %s", b->cfg->name, shown,
                            strerror(-r), b->cfg->people);
                b->taken++;
                return maildir_move(b->cfg->maildir, part, name, b->cfg->people, part, e);
        }
        if (r > 0) {
                l->name = mem_strdup(name);
                p->bytes += l->n;
                p->n++;
        }
        return 0;
}

static int sweep(struct reader *rd, struct box *b, const char *part, struct err *e)
{
        CLEANUP(mem_free) char *path = mem_printf("%s/%s", b->cfg->maildir, part);
        CLEANUP(names_done) struct names names = {0};
        CLEANUP(pile_free) struct pile *pile = mem_zalloc(sizeof(*pile));
        CLEANUP(close_fd) int fd = open_part(b->cfg->maildir, "", part);
        int r = list(fd, path, &names, e);

        for (size_t i = 0; i < names.n && r == 0; i++) {
                if (inbox_stopped(rd))
                        return -EINTR;
                r = pile_add(b, fd, part, names.v[i], pile, e);
                if (r == 0 && (pile->n == RETURNS_MANY || pile->bytes >= INBOX_GROUP_BYTES))
                        r = pile_handle(rd, b, part, pile, e);
        }
        return r < 0 ? r : pile_handle(rd, b, part, pile, e);
}

/* --- a look ------------------------------------------------------------------------------- */

/* Without news it is looked at now and then. */
static void watch(struct box *b)
{
        if (b->watch >= 0)
                return;
        b->watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
        for (size_t i = 0; b->watch >= 0 && i < COUNT_OF(PARTS); i++) {
                CLEANUP(mem_free) char *path = mem_printf("%s/%s", b->cfg->maildir, PARTS[i]);

                if (inotify_add_watch(b->watch, path, IN_MOVED_TO | IN_CREATE | IN_CLOSE_WRITE) <
                    0) {
                        close(b->watch);
                        b->watch = -1;
                }
        }
}

int inbox_maildir_look(struct reader *rd, struct box *b, struct err *e)
{
        const struct config_inbox *in = b->cfg;
        int r = inbox_maildir_check(in, e);

        if (r == 0)
                r = maildir_folder(in->maildir, in->done, e);
        if (r == 0)
                r = maildir_folder(in->maildir, in->people, e);
        if (r == 0)
                watch(b);
        while (r == 0) {
                b->left = b->taken = 0;
                for (size_t i = 0; i < COUNT_OF(PARTS) && r == 0; i++)
                        r = sweep(rd, b, PARTS[i], e);
                if (b->taken == 0)
                        break;
        }
        if (r < 0 && b->watch >= 0) { /* the folder may be another one by then */
                close(b->watch);
                b->watch = -1;
        }
        return r;
}
