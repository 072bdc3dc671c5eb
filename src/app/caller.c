// SPDX-License-Identifier: MIT
#include "press/caller.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static gid_t lifted; /* our effective group, while it is put aside */
static bool aside;

bool caller_is_lifted(void)
{
        return getegid() != getgid() || geteuid() != getuid();
}

void caller_begin(void)
{
        lifted = getegid();
        aside = lifted != getgid();
        if (aside && setegid(getgid()) < 0)
                abort(); /* never go on with rights that are not the caller's */
}

void caller_end(void)
{
        int keep = errno;

        if (aside && setegid(lifted) < 0)
                abort();
        aside = false;
        errno = keep;
}

int caller_open(const char *path, int flags, mode_t mode)
{
        int fd;

        caller_begin();
        fd = open(path, flags | O_CLOEXEC | O_NOCTTY, mode);
        caller_end();
        return fd;
}

static int read_all(int fd, struct buf *out, struct err *e)
{
        char piece[65536];

        for (;;) {
                ssize_t n = read(fd, piece, sizeof(piece));

                if (n == 0)
                        return 0;
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return err_set(e, -errno, "the file cannot be read: %s", strerror(errno));
                if (buf_add(out, piece, (size_t) n) < 0)
                        return err_set(e, -EINVAL, "the file is longer than %zu bytes", out->max);
        }
}

/* Plain files and, for standard input, whatever it is. */
static int fit(int fd, struct err *e)
{
        struct stat st;

        if (fstat(fd, &st) < 0)
                return err_set(e, -errno, "the file cannot be read: %s", strerror(errno));
        if (S_ISDIR(st.st_mode))
                return err_set(e, -EISDIR, "this is a folder, not a file");
        if (!S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode))
                return err_set(e, -EINVAL, "this is a device, not a file");
        return 0;
}

int caller_read(const char *path, struct buf *out, struct err *e)
{
        int fd, r;

        if (strcmp(path, "-") == 0) {
                r = read_all(STDIN_FILENO, out, e);
                if (r < 0)
                        err_at(e, "-", 0);
                return r;
        }
        fd = caller_open(path, O_RDONLY | O_NONBLOCK, 0);
        if (fd < 0) {
                r = errno == ENOENT || errno == ENOTDIR
                            ? err_set(e, -ENOENT, "there is no such file")
                    : errno == ENXIO /* a socket, or a device that nothing is behind */
                            ? err_set(e, -EINVAL, "this is a device, not a file")
                            : err_set(e, -errno, "the file cannot be opened: %s", strerror(errno));
        } else {
                r = fit(fd, e);
                fcntl(fd, F_SETFL, 0); /* O_NONBLOCK was only against a FIFO without a writer */
                if (r == 0)
                        r = read_all(fd, out, e);
                close(fd);
        }
        if (r < 0)
                err_at(e, path, 0);
        return r;
}

const char *caller_name(void)
{
        static char name[64];
        const struct passwd *pw = getpwuid(getuid());

        if (pw)
                snprintf(name, sizeof(name), "%s", pw->pw_name);
        else
                snprintf(name, sizeof(name), "uid %u", (unsigned) getuid());
        return name;
}
