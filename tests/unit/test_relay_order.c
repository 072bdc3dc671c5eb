// SPDX-License-Identifier: MIT
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "scratch.h"

#include "press/relay_order.h"
#include "press/release.h"

#include <errno.h>
#include <string.h>

static const struct actor LAN = {.uid = 1001, .name = "lan", .now = NOON};
static const struct actor MAI = {.uid = 1002, .name = "mai", .now = NOON + 60000};

static struct relay_order order_of(struct scratch *s, const char *relay)
{
        struct relay_order v[4];
        struct err e = {0};
        size_t n = 0;

        assert_ok(relay_order_list(s->db, v, 4, &n, &e), &e);
        return *relay_order_of(v, n, relay);
}

static void test_a_relay_that_nobody_ordered_anything_of_is_not_paused(void **state)
{
        struct relay_order o = order_of(*state, "main");

        assert_true(o.paused_at == 0 && o.retry_at == 0);
        assert_string_equal(o.name, "");
}

static void test_a_pause_keeps_its_first_moment_and_its_last_reason(void **state)
{
        struct scratch *s = *state;
        struct relay_order o;

        assert_int_equal(ACT(s, relay_order_pause(&tx, "main", "bảo trì", &LAN, &te)), 0);
        assert_int_equal(ACT(s, relay_order_pause(&tx, "main", "hỏng", &MAI, &te)), 0);
        o = order_of(s, "main");
        assert_true(o.paused_at == NOON);
        assert_string_equal(o.paused_by, "mai");
        assert_string_equal(o.why, "hỏng");
        assert_true(order_of(s, "backup").paused_at == 0);

        assert_int_equal(ACT(s, relay_order_resume(&tx, "main", &MAI, &te)), 0);
        o = order_of(s, "main");
        assert_true(o.paused_at == 0);
        assert_string_equal(o.paused_by, "");
        assert_string_equal(o.why, "");
}

static void test_what_makes_no_sense_is_refused(void **state)
{
        struct scratch *s = *state;

        assert_int_equal(ACT(s, relay_order_resume(&tx, "main", &LAN, &te)), -EINVAL);
        assert_int_equal(ACT(s, relay_order_pause(&tx, "main", "", &LAN, &te)), 0);
        assert_int_equal(ACT(s, relay_order_retry(&tx, "main", &LAN, &te)), -EINVAL);
        assert_true(order_of(s, "main").retry_at == 0);
}

/* Within one ms, and when the clock was set back. */
static void test_each_order_to_retry_is_newer_than_the_one_before(void **state)
{
        struct scratch *s = *state;
        const struct actor early = {.uid = 1001, .name = "lan", .now = NOON - 1000};

        assert_int_equal(ACT(s, relay_order_retry(&tx, "main", &LAN, &te)), 0);
        assert_true(order_of(s, "main").retry_at == NOON);
        assert_int_equal(ACT(s, relay_order_retry(&tx, "main", &LAN, &te)), 0);
        assert_true(order_of(s, "main").retry_at == NOON + 1);
        assert_int_equal(ACT(s, relay_order_retry(&tx, "main", &early, &te)), 0);
        assert_true(order_of(s, "main").retry_at == NOON + 2);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(
                        test_a_relay_that_nobody_ordered_anything_of_is_not_paused, scratch_setup,
                        scratch_teardown),
                cmocka_unit_test_setup_teardown(
                        test_a_pause_keeps_its_first_moment_and_its_last_reason, scratch_setup,
                        scratch_teardown),
                cmocka_unit_test_setup_teardown(test_what_makes_no_sense_is_refused, scratch_setup,
                                                scratch_teardown),
                cmocka_unit_test_setup_teardown(
                        test_each_order_to_retry_is_newer_than_the_one_before, scratch_setup,
                        scratch_teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
