// SPDX-License-Identifier: MIT
#include "press/wake.h"

#include "press/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define DRAIN_MAX 1024 /* datagrams taken at once; the rest keeps the descriptor readable */

static void close_fd(const int *fd)
{
        if (*fd >= 0)
                close(*fd);
}

/*
 * A socket address holds 107 bytes of path. A longer one is reached through
 * its folder's descriptor, which must stay open (*ret_dir) during the call.
 */
static int address_of(const char *path, struct sockaddr_un *ret_sun, int *ret_dir)
{
        const char *slash = strrchr(path, '/');
        int n;

        *ret_sun = (struct sockaddr_un){.sun_family = AF_UNIX};
        if (strlen(path) < sizeof(ret_sun->sun_path)) {
                memcpy(ret_sun->sun_path, path, strlen(path) + 1);
                return 0;
        }
        if (!slash)
                return -ENAMETOOLONG;

        char *dir = mem_strndup(path, (size_t) (slash - path) + 1);
        *ret_dir = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
        free(dir);
        if (*ret_dir < 0)
                return -errno;
        n = snprintf(ret_sun->sun_path, sizeof(ret_sun->sun_path), "/proc/self/fd/%d%s", *ret_dir,
                     slash);
        return n >= 0 && (size_t) n < sizeof(ret_sun->sun_path) ? 0 : -ENAMETOOLONG;
}

static int bind_at(int fd, const char *path)
{
        CLEANUP(close_fd) int dir = -1;
        struct sockaddr_un sun;
        struct stat st;
        int r = address_of(path, &sun, &dir);

        if (r < 0)
                return r;
        if (lstat(path, &st) == 0) {
                if (!S_ISSOCK(st.st_mode))
                        return -EEXIST;
                if (unlink(path) < 0)
                        return -errno;
        }
        /* First narrower than wanted, whatever the umask is; then exactly. */
        if (fchmod(fd, 0660) < 0 || bind(fd, (struct sockaddr *) &sun, sizeof(sun)) < 0 ||
            chmod(path, 0660) < 0)
                return -errno;
        return 0;
}

int wake_listen(const char *path, int *ret_fd, struct err *e)
{
        int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        int r = fd < 0 ? -errno : bind_at(fd, path);

        if (r < 0) {
                close_fd(&fd);
                return err_set(e, r, "cannot listen on %s: %s", path, strerror(-r));
        }
        *ret_fd = fd;
        return 0;
}

void wake_drain(int fd)
{
        char c;

        for (int i = 0; i < DRAIN_MAX && recv(fd, &c, 1, MSG_DONTWAIT) >= 0; i++)
                ;
}

bool wake_send(const char *path)
{
        CLEANUP(close_fd) int dir = -1;
        CLEANUP(close_fd) int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        struct sockaddr_un sun;

        if (fd < 0 || address_of(path, &sun, &dir) < 0)
                return false;
        /* A full queue has somebody at its end who will wake all the same. */
        return sendto(fd, "", 0, MSG_NOSIGNAL, (struct sockaddr *) &sun, sizeof(sun)) == 0 ||
               errno == EAGAIN;
}

void wake_notify_systemd(const char *state)
{
        const char *path = getenv("NOTIFY_SOCKET");
        struct sockaddr_un sun = {.sun_family = AF_UNIX};
        size_t n = path ? strlen(path) : 0;

        if (n < 2 || n >= sizeof(sun.sun_path) || (path[0] != '/' && path[0] != '@'))
                return;

        CLEANUP(close_fd) int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (fd < 0)
                return;
        memcpy(sun.sun_path, path, n);
        if (path[0] == '@')
                sun.sun_path[0] =
                        '\0'; /* the abstract name space; its length counts, no NUL ends it */
        (void) sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *) &sun,
                      (socklen_t) (offsetof(struct sockaddr_un, sun_path) + n));
}
