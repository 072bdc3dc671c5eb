// SPDX-License-Identifier: MIT
#include "press/retry.h"

#include "press/mem.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#define NOON INT64_C(1767268800000) /* 2026-01-01 12:00:00 UTC, ms */
#define MIN  INT64_C(60000)
#define HOUR INT64_C(3600000)
#define DAY  INT64_C(86400000)

/* Jitter: 0 asks for the earliest, `late()` for the latest, `mid()` for the step itself. */
static const struct retry_policy normal = {
        .step_ms = {5 * MIN, 15 * MIN, 30 * MIN, HOUR, 2 * HOUR},
        .nsteps = 5,
        .give_up_ms = 2 * DAY,
        .retry_unknown = true,
        .confirm_ms = 4 * HOUR,
};

static const struct retry_policy five_days = {
        .step_ms = {5 * MIN, 15 * MIN, 30 * MIN, HOUR, 2 * HOUR, 3 * HOUR},
        .nsteps = 6,
        .give_up_ms = 5 * DAY,
};

static uint32_t mid(int64_t step)
{
        return (uint32_t) (step / 10);
}

static uint32_t late(int64_t step)
{
        return (uint32_t) (step / 10 * 2);
}

/* R40 */
static void test_the_waits_grow_by_the_steps_and_the_last_repeats(void **state)
{
        (void) state;
        static const int64_t want[] = {300000, 900000, 1800000, 3600000, 7200000, 7200000, 7200000};

        for (unsigned i = 0; i < COUNT_OF(want); i++)
                assert_int_equal(retry_delay(&normal, i + 1, mid(want[i])), want[i]);
        assert_int_equal(retry_delay(&normal, 4000000000u, mid(2 * HOUR)), 7200000);
}

/* R40: jitter of a tenth either way, never more */
static void test_jitter_stays_within_a_tenth_and_reaches_both_ends(void **state)
{
        (void) state;
        uint32_t random = 12345;

        assert_int_equal(retry_delay(&normal, 1, 0), 270000);
        assert_int_equal(retry_delay(&normal, 1, late(5 * MIN)), 330000);
        for (int i = 0; i < 100000; i++) {
                int64_t ms = retry_delay(&normal, 1, random);

                assert_in_range(ms, 270000, 330000);
                random = random * 1664525u + 1013904223u;
        }
}

static void test_a_step_too_short_for_jitter_is_kept_as_it_is(void **state)
{
        (void) state;
        const struct retry_policy p = {.step_ms = {9}, .nsteps = 1, .give_up_ms = 1000};

        assert_int_equal(retry_delay(&p, 1, UINT32_MAX), 9);
}

static void test_the_next_try_is_one_step_after_the_failure(void **state)
{
        (void) state;
        assert_int_equal(retry_next(&normal, 1, NOON, 0, NOON + 7, mid(5 * MIN)),
                         NOON + 7 + 300000);
        assert_int_equal(retry_next(&normal, 2, NOON, 0, NOON + HOUR, mid(15 * MIN)),
                         NOON + HOUR + 900000);
}

/* R40: nothing is tried after give_up, and the very last moment still counts */
static void test_a_try_past_the_end_of_its_time_is_none(void **state)
{
        (void) state;
        int64_t end = NOON + 2 * DAY;

        assert_int_equal(retry_end(&normal, NOON, 0), end);
        assert_int_equal(retry_next(&normal, 9, NOON, 0, end - 2 * HOUR, mid(2 * HOUR)), end);
        assert_int_equal(retry_next(&normal, 9, NOON, 0, end - 2 * HOUR + 1, mid(2 * HOUR)), 0);
        assert_int_equal(retry_next(&normal, 1, NOON, 0, end + DAY, 0), 0);
}

/* R42 */
static void test_an_earlier_expiry_of_the_release_ends_the_tries(void **state)
{
        (void) state;
        assert_int_equal(retry_end(&normal, NOON, NOON + HOUR), NOON + HOUR);
        assert_int_equal(retry_end(&normal, NOON, NOON + 9 * DAY), NOON + 2 * DAY);
        assert_int_equal(retry_next(&normal, 1, NOON, NOON + 4 * MIN, NOON, mid(5 * MIN)), 0);
        assert_int_equal(retry_next(&normal, 1, NOON, NOON + 5 * MIN, NOON, mid(5 * MIN)),
                         NOON + 5 * MIN);
}

/* R40: 5, 15, 30 min, 1, 2 h, then every 3 h for five days: 5 + 38 tries after the first */
static void test_five_days_of_failures_come_to_an_end(void **state)
{
        (void) state;
        int64_t now = NOON;
        unsigned attempt = 0;

        for (;;) {
                int64_t next, step = five_days.step_ms[attempt < 5 ? attempt : 5];

                attempt++;
                next = retry_next(&five_days, attempt, NOON, 0, now, mid(step));
                if (!next)
                        break;
                assert_true(next > now);
                now = next;
        }
        assert_int_equal(attempt, 44);
        assert_int_equal(now, NOON + 5 * DAY - 2 * HOUR - 10 * MIN);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_the_waits_grow_by_the_steps_and_the_last_repeats),
                cmocka_unit_test(test_jitter_stays_within_a_tenth_and_reaches_both_ends),
                cmocka_unit_test(test_a_step_too_short_for_jitter_is_kept_as_it_is),
                cmocka_unit_test(test_the_next_try_is_one_step_after_the_failure),
                cmocka_unit_test(test_a_try_past_the_end_of_its_time_is_none),
                cmocka_unit_test(test_an_earlier_expiry_of_the_release_ends_the_tries),
                cmocka_unit_test(test_five_days_of_failures_come_to_an_end),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
