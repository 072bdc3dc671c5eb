// SPDX-License-Identifier: MIT
#include "press/err.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <errno.h>
#include <string.h>
#include <cmocka.h>

static void test_setting_returns_the_code_and_keeps_the_reason(void **state)
{
        struct err e = {0};
        char out[200];

        (void) state;
        assert_int_equal(err_set(&e, -EINVAL, "no province “%s”", "Hà Nộii"), -EINVAL);
        assert_int_equal(e.code, -EINVAL);
        err_text(&e, LANG_EN, out, sizeof(out));
        assert_string_equal(out, "no province “Hà Nộii”");
}

static void test_nobody_need_listen(void **state)
{
        (void) state;
        assert_int_equal(err_set(NULL, -EIO, "disk %s", "full"), -EIO);
        err_at(NULL, "file", 1);
}

static void test_every_conversion_is_understood(void **state)
{
        struct err e = {0};
        char out[200];

        (void) state;
        err_set(&e, -EINVAL, "%d %u %zu %lld %llu %c", -7, 4000000000u, (size_t) 12345678901u,
                -9000000000000000000LL, 18000000000000000000ULL, 'x');
        err_text(&e, LANG_EN, out, sizeof(out));
        assert_string_equal(out, "-7 4000000000 12345678901 -9000000000000000000 "
                                 "18000000000000000000 x");

        err_set(&e, -EINVAL, "%ld%% of %lu", -5L, 6UL);
        err_text(&e, LANG_EN, out, sizeof(out));
        assert_string_equal(out, "-5% of 6");
}

/* R29 */
static void test_foreign_text_is_escaped_and_cut(void **state)
{
        struct err e = {0};
        char out[ERR_TEXT_MAX], longest[2000];

        (void) state;
        err_set(&e, -EINVAL, "relay said %s", "550 \x1b[31mno\r\nway\xff");
        err_text(&e, LANG_EN, out, sizeof(out));
        assert_string_equal(out, "relay said 550 \\x1b[31mno\\x0d\\x0away\\xff");

        memset(longest, 'a', sizeof(longest) - 1);
        longest[sizeof(longest) - 1] = '\0';
        err_set(&e, -EINVAL, "%s", longest);
        err_text(&e, LANG_EN, out, sizeof(out));
        assert_int_equal(strlen(out), ERR_ARG_BYTES - 1);
        assert_string_equal(out + ERR_ARG_BYTES - 1 - 4, "a…");
}

static void test_a_percent_sign_in_an_argument_stays_text(void **state)
{
        struct err e = {0};
        char out[200];

        (void) state;
        err_set(&e, -EINVAL, "bad word “%s” in %s", "%s%n", "%d");
        err_text(&e, LANG_EN, out, sizeof(out));
        assert_string_equal(out, "bad word “%s%n” in %d");
}

static void test_the_place_comes_first(void **state)
{
        struct err e = {0};
        char out[200];

        (void) state;
        err_set(&e, -EINVAL, "no title");
        err_format(&e, LANG_EN, out, sizeof(out));
        assert_string_equal(out, "no title");
        err_at(&e, "tin.md", 0);
        err_format(&e, LANG_EN, out, sizeof(out));
        assert_string_equal(out, "tin.md: no title");
        err_at(&e, "tin.md", 3);
        err_at(&e, "tin\n2.md", 0); /* keeps the line; a file name is foreign too */
        err_format(&e, LANG_EN, out, sizeof(out));
        assert_string_equal(out, "tin\\x0a2.md:3: no title");
}

static void test_setting_again_forgets_the_first(void **state)
{
        struct err e = {0};

        (void) state;
        err_set(&e, -EINVAL, "%s %s", "a", "b");
        err_at(&e, "f", 2);
        err_set(&e, -EIO, "disk");
        assert_int_equal(e.code, -EIO);
        assert_int_equal(e.nargs, 0);
        assert_string_equal(e.file, "");
        assert_int_equal(e.line, 0);
}

static void test_a_small_buffer_is_never_overrun(void **state)
{
        struct err e = {0};
        char out[8];

        (void) state;
        err_set(&e, -EINVAL, "abc %s", "defghijkl");
        memset(out, 'x', sizeof(out));
        err_text(&e, LANG_EN, out, 6);
        assert_string_equal(out, "abc d");
        assert_int_equal(out[6], 'x');
        err_text(&e, LANG_EN, out, 1);
        assert_string_equal(out, "");
}

static void test_nothing_set_is_an_empty_reason(void **state)
{
        struct err e = {0};
        char out[8] = "x";

        (void) state;
        err_format(&e, LANG_EN, out, sizeof(out));
        assert_string_equal(out, "");
}

static void test_the_reason_is_shown_in_vietnamese(void **state)
{
        struct err e = {0};
        char out[100];

        (void) state;
        err_set(&e, -ENOMEM, "out of memory");
        err_text(&e, LANG_VI, out, sizeof(out));
        assert_string_equal(out, "hết bộ nhớ");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_setting_returns_the_code_and_keeps_the_reason),
                cmocka_unit_test(test_nobody_need_listen),
                cmocka_unit_test(test_every_conversion_is_understood),
                cmocka_unit_test(test_foreign_text_is_escaped_and_cut),
                cmocka_unit_test(test_a_percent_sign_in_an_argument_stays_text),
                cmocka_unit_test(test_the_place_comes_first),
                cmocka_unit_test(test_setting_again_forgets_the_first),
                cmocka_unit_test(test_a_small_buffer_is_never_overrun),
                cmocka_unit_test(test_nothing_set_is_an_empty_reason),
                cmocka_unit_test(test_the_reason_is_shown_in_vietnamese),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
