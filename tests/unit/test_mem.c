// SPDX-License-Identifier: MIT
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "press/mem.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void test_a_zeroed_array_is_zero_and_size_nought_is_a_pointer(void **state)
{
        CLEANUP(mem_free) char *v = mem_zalloc(64);
        CLEANUP(mem_free) char *nothing = mem_alloc(0);
        static const char zero[64];

        (void) state;
        assert_memory_equal(v, zero, 64);
        assert_non_null(nothing);
}

static void test_copies_are_whole_and_bounded(void **state)
{
        CLEANUP(mem_free) char *whole = mem_strdup("Bộ");
        CLEANUP(mem_free) char *cut = mem_strndup("release", 3);
        CLEANUP(mem_free) char *longer = mem_strndup("ab", 10);
        CLEANUP(mem_free) char *made = mem_printf("%d-%s", 7, "x");

        (void) state;
        assert_string_equal(whole, "Bộ");
        assert_string_equal(cut, "rel");
        assert_string_equal(longer, "ab");
        assert_string_equal(made, "7-x");
}

static void test_take_moves_and_leaves_null(void **state)
{
        char *from = mem_strdup("x");
        char *to = TAKE(from);

        (void) state;
        assert_null(from);
        assert_string_equal(to, "x");
        mem_free(&to);
        assert_null(to);
}

/* R83: a size that cannot be had ends the process; it never comes back as NULL or too small. */
static void test_what_cannot_be_had_ends_the_process(void **state)
{
        volatile size_t n = SIZE_MAX / 2;
        int status;
        pid_t child = fork();

        (void) state;
        if (child == 0) {
                signal(SIGABRT, SIG_DFL);
                close(STDERR_FILENO);
                free(mem_realloc(NULL, n, 3));
                _exit(0);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), SIGABRT);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_a_zeroed_array_is_zero_and_size_nought_is_a_pointer),
                cmocka_unit_test(test_copies_are_whole_and_bounded),
                cmocka_unit_test(test_take_moves_and_leaves_null),
                cmocka_unit_test(test_what_cannot_be_had_ends_the_process),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
