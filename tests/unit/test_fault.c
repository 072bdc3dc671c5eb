// SPDX-License-Identifier: MIT
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "scratch.h"

#include "press/fault.h"

#include <errno.h>
#include <string.h>

static const struct fault TWO[] = {
        {.key = "relay main",
         .since = NOON + 5,
         .msgid = "Relay “%s”: %s",
         .nargs = 2,
         .arg = {"main", "421 \\x0a %s"}},
        {.key = "clock", .since = NOON, .msgid = "The clock jumped"},
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
        assert_int_equal(list[0].nargs, 0);
        assert_string_equal(list[1].msgid, "Relay “%s”: %s");
        assert_int_equal(list[1].nargs, 2);
        assert_string_equal(list[1].arg[0], "main");
        assert_string_equal(list[1].arg[1], "421 \\x0a %s");

        assert_int_equal(ACT(s, fault_replace(&tx, TWO, 1, &te)), 0);
        assert_ok(fault_list(s->db, list, 4, &n, &e), &e);
        assert_int_equal(n, 1);
        assert_string_equal(list[0].key, "relay main");
        assert_true(list[0].since == NOON + 5);

        assert_int_equal(ACT(s, fault_replace(&tx, NULL, 0, &te)), 0);
        assert_ok(fault_list(s->db, list, 4, &n, &e), &e);
        assert_int_equal(n, 0);
}

static void test_the_reason_comes_back_as_it_was_set(void **state)
{
        struct scratch *s = *state;
        struct fault f, list[1];
        struct err why, back;
        char text[128];
        size_t n = 0;

        err_set(&why, -EIO, "%s and %s, not %d%%", "a\nb", "", 7);
        fault_make(&f, "relay x", NOON, &why);
        assert_int_equal(ACT(s, fault_replace(&tx, &f, 1, &te)), 0);
        assert_int_equal(fault_list(s->db, list, 1, &n, NULL), 0);
        fault_why(&list[0], &back);
        err_text(&back, LANG_EN, text, sizeof(text));
        assert_string_equal(text, "a\\x0ab and , not 7%");
}

static void test_press_inbox_keeps_rows_of_its_own_beside_them(void **state)
{
        struct scratch *s = *state;
        struct fault mine, list[4];
        char key[FAULT_KEY_MAX];
        struct err e = {0}, why;
        size_t n = 0;

        fault_inbox_key("returns", key);
        assert_true(fault_is_inbox(key));
        assert_false(fault_is_inbox("relay inbox"));
        err_set(&why, -EIO, "no answer");
        fault_make(&mine, key, NOON, &why);
        assert_int_equal(ACT(s, fault_set(&tx, &mine, &te)), 0);
        assert_int_equal(ACT(s, fault_replace(&tx, TWO, 2, &te)), 0);
        err_set(&why, -EIO, "refused");
        fault_make(&mine, key, NOON + 9, &why);
        assert_int_equal(ACT(s, fault_set(&tx, &mine, &te)), 0);
        assert_int_equal(ACT(s, fault_replace(&tx, NULL, 0, &te)), 0);
        assert_ok(fault_list(s->db, list, 4, &n, &e), &e);
        assert_int_equal(n, 1);
        assert_true(list[0].since == NOON); /* it began then */
        assert_string_equal(list[0].msgid, "refused");

        assert_int_equal(ACT(s, fault_clear_inbox(&tx, "other", &te)), 0);
        assert_ok(fault_list(s->db, list, 4, &n, &e), &e);
        assert_int_equal(n, 1);
        assert_int_equal(ACT(s, fault_clear_inbox(&tx, NULL, &te)), 0);
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
                cmocka_unit_test_setup_teardown(test_the_reason_comes_back_as_it_was_set,
                                                scratch_setup, scratch_teardown),
                cmocka_unit_test_setup_teardown(test_press_inbox_keeps_rows_of_its_own_beside_them,
                                                scratch_setup, scratch_teardown),
                cmocka_unit_test_setup_teardown(test_no_more_than_there_is_room_for, scratch_setup,
                                                scratch_teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
