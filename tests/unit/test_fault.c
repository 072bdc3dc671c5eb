// SPDX-License-Identifier: MIT
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "scratch.h"

#include "press/fault.h"

#include <string.h>

static const struct fault TWO[] = {
        {.key = "relay main", .since = NOON + 5, .text = "Máy chủ “main” không trả lời"},
        {.key = "clock", .since = NOON, .text = "The clock jumped"},
};

static void test_what_was_said_last_replaces_what_was_said_before(void **state)
{
        struct scratch *s = *state;
        struct fault list[4];
        struct err e = {0};
        size_t n = 9;

        assert_int_equal(ACT(s, fault_replace(&tx, TWO, 2, &te)), 0);
        assert_ok(fault_list(s->db, list, 4, &n, &e), &e);
        assert_int_equal(n, 2);
        assert_string_equal(list[0].key, "clock"); /* the older first */
        assert_string_equal(list[1].text, "Máy chủ “main” không trả lời");

        assert_int_equal(ACT(s, fault_replace(&tx, TWO, 1, &te)), 0);
        assert_ok(fault_list(s->db, list, 4, &n, &e), &e);
        assert_int_equal(n, 1);
        assert_string_equal(list[0].key, "relay main");
        assert_true(list[0].since == NOON + 5);

        assert_int_equal(ACT(s, fault_replace(&tx, NULL, 0, &te)), 0);
        assert_ok(fault_list(s->db, list, 4, &n, &e), &e);
        assert_int_equal(n, 0);
}

static void test_no_more_than_there_is_room_for(void **state)
{
        struct scratch *s = *state;
        struct fault list[1];
        struct err e = {0};
        size_t n = 0;

        assert_int_equal(ACT(s, fault_replace(&tx, TWO, 2, &te)), 0);
        assert_ok(fault_list(s->db, list, 1, &n, &e), &e);
        assert_int_equal(n, 1);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(
                        test_what_was_said_last_replaces_what_was_said_before, scratch_setup,
                        scratch_teardown),
                cmocka_unit_test_setup_teardown(test_no_more_than_there_is_room_for, scratch_setup,
                                                scratch_teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
