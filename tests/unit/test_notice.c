// SPDX-License-Identifier: MIT
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "press/mem.h"
#include "press/notice.h"
#include "press/token.h"

#include <errno.h>
#include <string.h>

static struct notice plain(void)
{
        return (struct notice){
                .from_name = "Trung tâm",
                .from_address = "press@ministry.example",
                .to = "truc@ministry.example",
                .subject = "press: alarm",
                .text = "Relay main is down\n.a line that begins with a dot\n",
                .domain = "press.ministry.example",
                .moment = INT64_C(1795582800000),
        };
}

static size_t count(const char *text, const char *what)
{
        size_t n = 0;

        for (const char *p = strstr(text, what); p; p = strstr(p + 1, what))
                n++;
        return n;
}

/* R117: marked as automatic; a dot at a line's start never reaches the wire alone. */
static void test_it_is_one_whole_marked_mail_in_wire_form(void **state)
{
        CLEANUP(spliced_done) struct spliced s = {0};
        const struct notice n = plain();
        struct err e = {0};

        (void) state;
        assert_int_equal(notice_compose(&n, &s, &e), 0);
        assert_int_equal(s.n, 1);
        assert_int_equal(s.octets, strlen(s.own));
        assert_int_equal(count(s.own, "\r\nTo: "), 1);
        assert_int_equal(count(s.own, "Auto-Submitted: auto-generated\r\n"), 1);
        assert_int_equal(count(s.own, "\r\nSubject: press: alarm\r\n"), 1);
        assert_int_equal(count(s.own, "\r\n."), 0);
        assert_int_equal(count(s.own, "\n"), count(s.own, "\r\n"));
        assert_string_equal(s.own + s.octets - 2, "\r\n");
        for (const char *p = s.own; *p; p++)
                assert_true((unsigned char) *p < 0x80);
}

/* R54 */
static void test_a_line_end_in_a_header_is_refused(void **state)
{
        CLEANUP(spliced_done) struct spliced s = {0};
        struct notice n = plain();
        struct err e = {0};

        (void) state;
        n.subject = "x\r\nBcc: all@ministry.example";
        assert_int_equal(notice_compose(&n, &s, &e), -EINVAL);
        assert_null(s.own);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_it_is_one_whole_marked_mail_in_wire_form),
                cmocka_unit_test(test_a_line_end_in_a_header_is_refused),
        };

        token_init();
        return cmocka_run_group_tests(tests, NULL, NULL);
}
