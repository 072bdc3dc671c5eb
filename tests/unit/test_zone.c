// SPDX-License-Identifier: MIT
#include "press/zone.h"

#include "press/err.h"
#include "press/mem.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <errno.h>
#include <string.h>
#include <cmocka.h>

/* Runs first: the process begins in UTC even where TZ says otherwise. */
static void test_before_the_first_open_the_zone_is_utc(void **state)
{
        struct tm tm;

        (void) state;
        zone_local(INT64_C(1795482000000), &tm); /* 2026-11-24 01:00:00 UTC */
        assert_int_equal(tm.tm_hour, 1);
        assert_string_equal(zone_name(), "UTC");
}

static void test_local_time_follows_the_zone(void **state)
{
        struct tm tm;

        (void) state;
        assert_int_equal(zone_open("Asia/Ho_Chi_Minh", NULL), 0);
        assert_string_equal(zone_name(), "Asia/Ho_Chi_Minh");
        zone_local(INT64_C(1795482000999), &tm);
        assert_int_equal(tm.tm_year, 126);
        assert_int_equal(tm.tm_mon, 10);
        assert_int_equal(tm.tm_mday, 24);
        assert_int_equal(tm.tm_hour, 8);
        assert_int_equal(tm.tm_gmtoff, 25200);
        zone_local(-1, &tm); /* 1970-01-01 07:59:59.999, Saigon's old +08 */
        assert_int_equal(tm.tm_sec, 59);

        assert_int_equal(zone_open("UTC", NULL), 0);
        zone_local(INT64_C(1795482000999), &tm);
        assert_int_equal(tm.tm_hour, 1);
}

static void test_unknown_zones_are_refused_and_the_old_one_stays(void **state)
{
        static const char *const bad[] = {
                "",
                "Asia/Ha_Noi",
                "../../etc/passwd",
                "/etc/localtime",
                "Asia",
                "tzdata.zi",
                "Asia/Ho Chi Minh",
                "Asia/Ho_Chi_Minh\n",
                "Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};

        (void) state;
        zone_open("Asia/Ho_Chi_Minh", NULL);
        for (size_t i = 0; i < COUNT_OF(bad); i++) {
                struct err e = {0};
                struct tm tm;

                assert_int_equal(zone_open(bad[i], &e), -EINVAL);
                assert_int_equal(e.code, -EINVAL);
                assert_string_equal(zone_name(), "Asia/Ho_Chi_Minh");
                zone_local(0, &tm);
                assert_int_equal(tm.tm_hour, 8);
        }
}

static int utc_of(int y, int mon, int d, int h, int min, int64_t *ret_ms)
{
        struct tm tm = {
                .tm_year = y - 1900, .tm_mon = mon - 1, .tm_mday = d, .tm_hour = h, .tm_min = min};

        return zone_utc(&tm, ret_ms);
}

static void test_local_time_becomes_utc(void **state)
{
        int64_t ms = 0;

        (void) state;
        zone_open("Asia/Ho_Chi_Minh", NULL);
        assert_int_equal(utc_of(2026, 11, 24, 8, 0, &ms), 0);
        assert_int_equal(ms, INT64_C(1795482000000));
        zone_open("Europe/Paris", NULL);
        assert_int_equal(utc_of(2026, 7, 1, 12, 0, &ms), 0); /* +02 */
        assert_int_equal(ms, INT64_C(1782900000000));
        assert_int_equal(utc_of(2026, 1, 1, 12, 0, &ms), 0); /* +01 */
        assert_int_equal(ms, INT64_C(1767265200000));
}

/* Paris, 2026: 29 March 02:00 -> 03:00, 25 October 03:00 -> 02:00. */
static void test_skipped_and_repeated_times_are_told_apart(void **state)
{
        int64_t ms = 7;

        (void) state;
        zone_open("Europe/Paris", NULL);
        assert_int_equal(utc_of(2026, 3, 29, 2, 0, &ms), -ENOENT);
        assert_int_equal(utc_of(2026, 3, 29, 2, 59, &ms), -ENOENT);
        assert_int_equal(utc_of(2026, 10, 25, 2, 0, &ms), -EEXIST);
        assert_int_equal(utc_of(2026, 10, 25, 2, 59, &ms), -EEXIST);
        assert_int_equal(ms, 7);
        assert_int_equal(utc_of(2026, 3, 29, 1, 59, &ms), 0);
        assert_int_equal(ms, INT64_C(1774745940000)); /* 00:59 UTC */
        assert_int_equal(utc_of(2026, 3, 29, 3, 0, &ms), 0);
        assert_int_equal(ms, INT64_C(1774746000000)); /* 01:00 UTC */
        assert_int_equal(utc_of(2026, 10, 25, 3, 0, &ms), 0);
        assert_int_equal(ms, INT64_C(1792893600000)); /* 02:00 UTC */
}

static void test_dates_that_do_not_exist_are_refused(void **state)
{
        int64_t ms;

        (void) state;
        zone_open("Asia/Ho_Chi_Minh", NULL);
        assert_int_equal(utc_of(2026, 2, 30, 8, 0, &ms), -EINVAL);
        assert_int_equal(utc_of(2026, 2, 29, 8, 0, &ms), -EINVAL);
        assert_int_equal(utc_of(2028, 2, 29, 8, 0, &ms), 0);
        assert_int_equal(utc_of(2026, 11, 31, 8, 0, &ms), -EINVAL);
        assert_int_equal(utc_of(2026, 11, 24, 24, 0, &ms), -EINVAL);
        assert_int_equal(utc_of(2026, 13, 1, 8, 0, &ms), -EINVAL);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_before_the_first_open_the_zone_is_utc),
                cmocka_unit_test(test_local_time_follows_the_zone),
                cmocka_unit_test(test_unknown_zones_are_refused_and_the_old_one_stays),
                cmocka_unit_test(test_local_time_becomes_utc),
                cmocka_unit_test(test_skipped_and_repeated_times_are_told_apart),
                cmocka_unit_test(test_dates_that_do_not_exist_are_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
