// SPDX-License-Identifier: MIT
#include "../../src/mail/cuts.h"

#include "press/buf.h"
#include "press/err.h"
#include "press/mem.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <errno.h>
#include <string.h>
#include <cmocka.h>

static const char FORM[] = "press letter 1\n"
                           "octets 12\n"
                           "language vi\n"
                           "hour 1\n"
                           "zone Asia/Ho_Chi_Minh\n"
                           "domain press.example\n"
                           "0 date\n"
                           "4 to\n"
                           "4 greeting-html\n"
                           "12 everybody\n";

static void test_what_is_written_is_read_again(void **state)
{
        CLEANUP(buf_done) struct buf b = BUF(1000);
        struct cuts c;

        (void) state;
        assert_int_equal(cuts_parse(FORM, &c, NULL), 0);
        assert_int_equal(c.octets, 12);
        assert_int_equal(c.language, LANG_VI);
        assert_true(c.hour);
        assert_string_equal(c.zone, "Asia/Ho_Chi_Minh");
        assert_string_equal(c.domain, "press.example");
        assert_int_equal(c.n, 4);
        assert_int_equal(c.v[1].at, 4);
        assert_int_equal(c.v[1].field, CUT_TO);
        assert_int_equal(c.v[3].field, CUT_EVERYBODY);
        cuts_format(&c, &b);
        assert_string_equal(b.s, FORM);
}

static void refused(const char *form)
{
        struct err e = {0};
        struct cuts c;

        assert_int_equal(cuts_parse(form, &c, &e), -EBADMSG);
        assert_true(e.msgid[0]);
}

#define HEAD "press letter 1\noctets 12\nlanguage vi\nhour 0\nzone UTC\ndomain a.example\n"

static void test_any_other_form_is_refused(void **state)
{
        (void) state;
        refused("");
        refused("press letter 2\noctets 12\nlanguage vi\nhour 0\nzone UTC\ndomain a\n");
        refused("press letter 1\noctets x\nlanguage vi\nhour 0\nzone UTC\ndomain a\n");
        refused("press letter 1\noctets 12\nlanguage fr\nhour 0\nzone UTC\ndomain a\n");
        refused("press letter 1\noctets 12\nlanguage vi\nhour 2\nzone UTC\ndomain a\n");
        refused("press letter 1\noctets 12\nlanguage vi\nhour 0\nzone UTC\ndomain a\rb\n");
        refused("press letter 1\noctets 12\nlanguage vi\nhour 0\nzone UTC\n");
        refused(HEAD "13 date\n");      /* past the end */
        refused(HEAD "4 date\n3 to\n"); /* backwards */
        refused(HEAD "4 colour\n");     /* unknown */
        refused(HEAD "4 date");         /* torn */
        refused(HEAD "-1 date\n");
        refused(HEAD " date\n");
        refused(HEAD "99999999999999999999999 date\n");
}

static void test_more_cuts_than_there_is_room_for_are_refused(void **state)
{
        CLEANUP(buf_done) struct buf b = BUF(4000);

        (void) state;
        buf_adds(&b, HEAD);
        for (int i = 0; i < CUTS_MAX; i++)
                buf_adds(&b, "0 date\n");
        assert_int_equal(cuts_parse(b.s, &(struct cuts){0}, NULL), 0);
        buf_adds(&b, "0 date\n");
        refused(b.s);
}

static bool good(const char *s)
{
        struct cuts c = {.octets = strlen(s)};

        return wire_is_good(s, strlen(s), &c);
}

/* R57: nothing that a lenient server could take for the end of the letter. */
static void test_only_stuffed_7_bit_crlf_lines_may_leave(void **state)
{
        char line[WIRE_LINE_MAX + 4];

        (void) state;
        assert_true(good("a\r\n\r\n..b\r\n"));
        assert_false(good(""));
        assert_false(good("a"));
        assert_false(good("a\n"));
        assert_false(good("a\r\nb\n"));
        assert_false(good("a\rb\r\n"));
        assert_false(good("a\r\r\n"));
        assert_false(good(".\r\n"));
        assert_false(good("a\r\n.b\r\n"));
        assert_false(good("\xc3\xa1\r\n"));
        memset(line, 'a', sizeof(line));
        memcpy(line + WIRE_LINE_MAX, "\r\n", 3);
        assert_true(good(line));
        memcpy(line + WIRE_LINE_MAX, "a\r\n", 4);
        assert_false(good(line));
}

static void test_cuts_stand_at_starts_of_lines(void **state)
{
        struct cuts c = {.octets = 8, .n = 2, .v = {{.at = 0}, {.at = 4}}};

        (void) state;
        assert_true(wire_is_good("ab\r\ncd\r\n", 8, &c));
        c.v[1].at = 8; /* the end is no line to come before */
        assert_false(wire_is_good("ab\r\ncd\r\n", 8, &c));
        c.v[1].at = 5;
        assert_false(wire_is_good("ab\r\ncd\r\n", 8, &c));
        c.octets = 7;
        assert_false(wire_is_good("ab\r\ncd\r\n", 8, &c));
}

/* R58 */
static void test_each_dot_that_starts_a_line_is_doubled_and_cuts_move_along(void **state)
{
        CLEANUP(buf_done) struct buf b = BUF(100);
        struct cuts c = {.n = 4,
                         .v = {{.at = 0}, {.at = 3, .field = CUT_TO}, {.at = 7}, {.at = 12}}};

        (void) state;
        buf_adds(&b, ".\r\n..\r\na.b\r\n.\r\nx\r\n");
        wire_stuff(&b, &c);
        assert_string_equal(b.s, "..\r\n...\r\na.b\r\n..\r\nx\r\n");
        assert_int_equal(c.octets, 21);
        assert_int_equal(c.v[0].at, 0);
        assert_int_equal(c.v[1].at, 4);
        assert_int_equal(c.v[1].field, CUT_TO);
        assert_int_equal(c.v[2].at, 9);
        assert_int_equal(c.v[3].at, 14);
}

static void test_nothing_to_stuff_changes_nothing(void **state)
{
        CLEANUP(buf_done) struct buf b = BUF(100);
        struct cuts c = {.octets = 7, .n = 1, .v = {{.at = 5}}};

        (void) state;
        buf_adds(&b, "a.b.\r\n\n");
        wire_stuff(&b, &c);
        assert_string_equal(b.s, "a.b.\r\n\n");
        assert_int_equal(c.v[0].at, 5);
        assert_int_equal(c.octets, 7);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_what_is_written_is_read_again),
                cmocka_unit_test(test_any_other_form_is_refused),
                cmocka_unit_test(test_more_cuts_than_there_is_room_for_are_refused),
                cmocka_unit_test(test_only_stuffed_7_bit_crlf_lines_may_leave),
                cmocka_unit_test(test_cuts_stand_at_starts_of_lines),
                cmocka_unit_test(test_each_dot_that_starts_a_line_is_doubled_and_cuts_move_along),
                cmocka_unit_test(test_nothing_to_stuff_changes_nothing),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
