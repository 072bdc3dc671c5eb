// SPDX-License-Identifier: MIT
#include "press/addr.h"

#include "press/mem.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void test_a_domain_alone_is_read_by_the_same_rules(void **state)
{
        (void) state;
        char out[256] = "untouched";

        assert_int_equal(addr_domain("localhost", out, NULL), -EINVAL);
        assert_int_equal(addr_domain("", out, NULL), -EINVAL);
        assert_int_equal(addr_domain("a@b.example", out, NULL), -EINVAL);
        assert_int_equal(addr_domain("b.example\r\n", out, NULL), -EINVAL);
        assert_string_equal(out, "untouched");
        assert_int_equal(addr_domain(" Press.Ministry.EXAMPLE ", out, NULL), 0);
        assert_string_equal(out, "press.ministry.example");
        assert_int_equal(addr_domain("Bảo.vn", out, NULL), 0);
        assert_string_equal(out, "xn--bo-l5s.vn");
}

static void test_a_name_before_the_address_is_taken_apart(void **state)
{
        (void) state;
        static const struct {
                const char *in, *name, *mailbox;
        } rows[] = {
                {"Trung tâm Thông tin <thongcao@ministry.example>", "Trung tâm Thông tin",
                 "thongcao@ministry.example"},
                {"Trung ta\xcc\x82m <a@b.example>", "Trung tâm", "a@b.example"},
                {"\"Bộ A, Trung tâm\" <a@b.example>", "Bộ A, Trung tâm", "a@b.example"},
                {"Bộ A, Trung tâm <a@b.example>", "Bộ A, Trung tâm", "a@b.example"},
                {"\"A \\\"B\\\" @\" <a@b.example>", "A \"B\" @", "a@b.example"},
                {"a@B.example", "", "a@b.example"},
                {"<a@b.example>", "", "a@b.example"},
                {"  A<a@b.example> ", "A", "a@b.example"},
                {"A < a@b.example >", "A", "a@b.example"},
        };

        for (size_t i = 0; i < COUNT_OF(rows); i++) {
                char *name = NULL;
                struct addr a;
                struct err e = {0};

                if (addr_parse_named(rows[i].in, &name, &a, &e) != 0)
                        fail_msg("\"%s\" was refused: %s", rows[i].in, e.msgid);
                assert_string_equal(name, rows[i].name);
                assert_string_equal(a.mailbox, rows[i].mailbox);
                free(name);
        }
}

/* R54: nothing in a name may start a new header or a second address */
static void test_a_name_that_hides_something_is_refused(void **state)
{
        (void) state;
        static const char *const bad[] = {
                "A\r\nBcc: x@y.example <a@b.example>",
                "A\n<a@b.example>",
                "A <a@b.example",
                "a@b.example>",
                "A <>",
                "A",
                "",
                "x@y.example <a@b.example>",
                "x@y.example, A <a@b.example>",
                "A <x@y.example> <a@b.example>",
                "A <a@b.example>\r\n",
                "\xe2\x80\xae\x41 <a@b.example>",
                "\xff <a@b.example>",
                "\"A\"B\" <a@b.example>",
                "A <a@b.example> B",
                "A <a b@c.example>",
                "\x1b[31mA <a@b.example>",
        };

        for (size_t i = 0; i < COUNT_OF(bad); i++) {
                char *name = (char *) "untouched";
                struct addr a = {.mailbox = "untouched"};
                struct err e = {0};

                if (addr_parse_named(bad[i], &name, &a, &e) != -EINVAL)
                        fail_msg("\"%s\" was taken", bad[i]);
                assert_string_equal(name, "untouched");
                assert_string_equal(a.mailbox, "untouched");
                assert_int_equal(e.code, -EINVAL);
        }
}

/* R69: one recipient, however its domain is written; the sandbox matches nothing by accident */
static void test_an_entry_allows_an_address_or_exactly_one_domain(void **state)
{
        (void) state;
        assert_true(addr_matches("a@b.example", "a@b.example"));
        assert_true(addr_matches("a@b.example", "a@B.Example"));
        assert_true(addr_matches("a@b.example", "\"a\"@b.example"));
        assert_true(addr_matches("a@xn--bo-l5s.vn", "a@bảo.vn"));
        assert_true(addr_matches("a@b.example", "@b.example"));
        assert_true(addr_matches("a@b.example", "@B.EXAMPLE"));
        assert_true(addr_matches("a@xn--bo-l5s.vn", "@bảo.vn"));
        assert_true(addr_matches("\"a@c.example\"@b.example", "@b.example"));

        assert_false(addr_matches("A@b.example", "a@b.example"));
        assert_false(addr_matches("a@c.b.example", "@b.example"));
        assert_false(addr_matches("a@cb.example", "@b.example"));
        assert_false(addr_matches("\"a@c.example\"@b.example", "@c.example"));
        assert_false(addr_matches("a@b.example", "@example"));
        assert_false(addr_matches("a@b.example", "b.example"));
        assert_false(addr_matches("a@b.example", "@"));
        assert_false(addr_matches("a@b.example", ""));
        assert_false(addr_matches("a@b.example", "*@b.example"));
        assert_false(addr_matches("", "@b.example"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_a_domain_alone_is_read_by_the_same_rules),
                cmocka_unit_test(test_a_name_before_the_address_is_taken_apart),
                cmocka_unit_test(test_a_name_that_hides_something_is_refused),
                cmocka_unit_test(test_an_entry_allows_an_address_or_exactly_one_domain),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
