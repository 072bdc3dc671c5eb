// SPDX-License-Identifier: MIT
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "press/mem.h"
#include "press/wake.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static char dir[64], path[256];

static int setup(void **state)
{
        (void) state;
        strncpy(dir, "/tmp/press-wake-XXXXXX", sizeof(dir) - 1);
        assert_non_null(mkdtemp(dir));
        snprintf(path, sizeof(path), "%s/press.db.sock", dir);
        return 0;
}

static int teardown(void **state)
{
        (void) state;
        unlink(path);
        rmdir(dir);
        return 0;
}

static bool readable(int fd)
{
        char c;

        return recv(fd, &c, 1, MSG_PEEK | MSG_DONTWAIT) >= 0;
}

static void test_a_listener_hears_a_wake_up(void **state)
{
        int fd = -1;

        (void) state;
        assert_int_equal(wake_listen(path, &fd, NULL), 0);
        assert_false(readable(fd));
        assert_true(wake_send(path));
        assert_true(wake_send(path));
        assert_true(readable(fd));
        wake_drain(fd);
        assert_false(readable(fd));
        close(fd);
}

static void test_nobody_listening_is_told(void **state)
{
        int fd = -1;

        (void) state;
        assert_false(wake_send(path));
        assert_int_equal(wake_listen(path, &fd, NULL), 0);
        close(fd);
        assert_false(wake_send(path)); /* the file is left, nobody behind it */
}

static void test_a_full_queue_counts_as_heard(void **state)
{
        int fd = -1;

        (void) state;
        assert_int_equal(wake_listen(path, &fd, NULL), 0);
        for (int i = 0; i < 5000; i++)
                assert_true(wake_send(path));
        close(fd);
}

/* R97 */
static void test_the_socket_is_for_owner_and_group_only_whatever_the_umask(void **state)
{
        static const mode_t masks[] = {0, 022, 077};
        struct stat st;

        (void) state;
        for (size_t i = 0; i < COUNT_OF(masks); i++) {
                mode_t before = umask(masks[i]);
                int fd = -1;

                assert_int_equal(wake_listen(path, &fd, NULL), 0);
                umask(before);
                assert_int_equal(stat(path, &st), 0);
                assert_int_equal(st.st_mode & 07777, 0660);
                close(fd); /* the next round replaces the file left here */
        }
}

static void test_a_file_that_is_no_socket_is_not_replaced(void **state)
{
        struct err e = {0};
        int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

        (void) state;
        close(fd);
        fd = -1;
        assert_int_equal(wake_listen(path, &fd, &e), -EEXIST);
        assert_int_equal(e.code, -EEXIST);
        assert_int_equal(fd, -1);
        assert_int_equal(access(path, F_OK), 0);
}

static void test_a_path_longer_than_a_socket_address_works(void **state)
{
        char deep[200];
        int fd = -1;

        (void) state;
        snprintf(deep, sizeof(deep), "%s/%0120d", dir, 1);
        assert_int_equal(mkdir(deep, 0700), 0);
        snprintf(path, sizeof(path), "%s/press.db.sock", deep);
        assert_true(strlen(path) > 108);

        assert_int_equal(wake_listen(path, &fd, NULL), 0);
        assert_true(wake_send(path));
        assert_true(readable(fd));
        close(fd);
        unlink(path);
        rmdir(deep);
}

/* Binds what systemd would; `name` may start with '@' (abstract). */
static int supervisor(const char *name)
{
        struct sockaddr_un sun = {.sun_family = AF_UNIX};
        size_t n = strlen(name);
        int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

        memcpy(sun.sun_path, name, n);
        if (name[0] == '@')
                sun.sun_path[0] = '\0';
        assert_int_equal(bind(fd, (struct sockaddr *) &sun,
                              (socklen_t) (offsetof(struct sockaddr_un, sun_path) + n)),
                         0);
        setenv("NOTIFY_SOCKET", name, 1);
        return fd;
}

static void test_systemd_is_told_by_path_and_by_abstract_name(void **state)
{
        char abstract[64], got[32];

        (void) state;
        snprintf(abstract, sizeof(abstract), "@press-wake-test-%ld", (long) getpid());
        for (int i = 0; i < 2; i++) {
                int fd = supervisor(i ? abstract : path);

                wake_notify_systemd("READY=1");
                ssize_t n = recv(fd, got, sizeof(got), MSG_DONTWAIT);
                assert_int_equal(n, 7);
                assert_memory_equal(got, "READY=1", 7);
                close(fd);
        }
        unsetenv("NOTIFY_SOCKET");
        wake_notify_systemd("READY=1"); /* nobody asked: nothing happens */
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
        const struct CMUnitTest tests[] = {
                T(test_a_listener_hears_a_wake_up),
                T(test_nobody_listening_is_told),
                T(test_a_full_queue_counts_as_heard),
                T(test_the_socket_is_for_owner_and_group_only_whatever_the_umask),
                T(test_a_file_that_is_no_socket_is_not_replaced),
                T(test_a_path_longer_than_a_socket_address_works),
                T(test_systemd_is_told_by_path_and_by_abstract_name),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
