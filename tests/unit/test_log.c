// SPDX-License-Identifier: MIT
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "press/clock.h"
#include "press/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char text[8192];

/* What one call writes to standard error; the real one is put back. */
#define CAPTURE(call)                                           \
        do {                                                    \
                int pipe_fd[2], real = dup(STDERR_FILENO);      \
                ssize_t got;                                    \
                                                                \
                assert_int_equal(pipe(pipe_fd), 0);             \
                dup2(pipe_fd[1], STDERR_FILENO);                \
                call;                                           \
                dup2(real, STDERR_FILENO);                      \
                close(real);                                    \
                close(pipe_fd[1]);                              \
                got = read(pipe_fd[0], text, sizeof(text) - 1); \
                text[got > 0 ? got : 0] = '\0';                 \
                close(pipe_fd[0]);                              \
        } while (0)

static void test_under_systemd_a_line_starts_with_its_level(void **state)
{
        (void) state;
        setenv("JOURNAL_STREAM", "8:1", 1);
        CAPTURE(log_error("relay lost relay=%s", "main"));
        assert_string_equal(text, "<3>relay lost relay=main\n");
        CAPTURE(log_info("ready"));
        assert_string_equal(text, "<6>ready\n");
        unsetenv("JOURNAL_STREAM");
}

static void test_elsewhere_with_the_time(void **state)
{
        (void) state;
        CAPTURE(log_warning("x"));
        assert_int_equal(strlen(text), strlen("2026-11-24T08:00:00+0700 x\n"));
        assert_int_equal(text[4], '-');
        assert_int_equal(text[10], 'T');
}

static void test_what_is_below_the_level_is_dropped(void **state)
{
        (void) state;
        CAPTURE(log_debug("hidden"));
        assert_string_equal(text, "");
        log_set_level(LOG_LEVEL_DEBUG);
        CAPTURE(log_debug("shown"));
        assert_non_null(strstr(text, "shown\n"));
        log_set_level(LOG_LEVEL_INFO);
}

static void test_a_long_line_is_cut_and_stays_one_line(void **state)
{
        static char many[5000];

        (void) state;
        memset(many, 'a', sizeof(many) - 1);
        CAPTURE(log_info("%s", many));
        assert_true(strlen(text) <= 2048);
        assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
}

/* R15 */
static void test_a_log_that_cannot_be_written_disturbs_nothing(void **state)
{
        int real = dup(STDERR_FILENO);

        (void) state;
        assert_non_null(freopen("/dev/full", "w", stderr));
        errno = EEXIST;
        log_error("lost");
        assert_int_equal(errno, EEXIST);
        assert_int_equal(log_failing(), ENOSPC); /* R81 */
        dup2(real, STDERR_FILENO);
        close(real);
}

static void test_a_log_that_can_be_written_again_is_well(void **state)
{
        (void) state;
        CAPTURE(log_error("well"));
        assert_int_equal(log_failing(), 0);
}

static void test_the_monotonic_clock_never_goes_back_and_the_wall_is_of_this_century(void **state)
{
        int64_t before = clock_mono();

        (void) state;
        assert_true(clock_mono() >= before);
        assert_true(clock_wall() > INT64_C(1700000000) * CLOCK_S);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_under_systemd_a_line_starts_with_its_level),
                cmocka_unit_test(test_elsewhere_with_the_time),
                cmocka_unit_test(test_what_is_below_the_level_is_dropped),
                cmocka_unit_test(test_a_long_line_is_cut_and_stays_one_line),
                cmocka_unit_test(test_a_log_that_cannot_be_written_disturbs_nothing),
                cmocka_unit_test(test_a_log_that_can_be_written_again_is_well),
                cmocka_unit_test(
                        test_the_monotonic_clock_never_goes_back_and_the_wall_is_of_this_century),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
