// SPDX-License-Identifier: MIT
#include "press/moment.h"

#include "press/clock.h"
#include "press/err.h"
#include "press/mem.h"
#include "press/zone.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <errno.h>
#include <string.h>
#include <cmocka.h>

#define T8 INT64_C(1795482000000) /* Tue 2026-11-24 08:00 in Viet Nam, 01:00 UTC */

static int in_vietnam(void **state)
{
        (void) state;
        return zone_open("Asia/Ho_Chi_Minh", NULL);
}

static void assert_moment(const char *s, int64_t expected)
{
        struct err e = {0};
        int64_t ms = -1;

        if (moment_parse(s, &ms, &e) != 0)
                fail_msg("refused: %s", s);
        assert_int_equal(ms, expected);
}

static void assert_no_moment(const char *s, const char *reason)
{
        struct err e = {0};
        char got[1000];
        int64_t ms = 7;

        if (moment_parse(s, &ms, &e) != -EINVAL)
                fail_msg("taken: %s", s);
        assert_int_equal(ms, 7);
        err_text(&e, LANG_EN, got, sizeof(got));
        if (!strstr(got, reason))
                fail_msg("%s: %s", s, got);
}

static void test_every_way_to_write_a_moment_means_the_same(void **state)
{
        (void) state;
        assert_moment("2026-11-24T08:00:00+07:00", T8);
        assert_moment("2026-11-24T01:00:00Z", T8);
        assert_moment("2026-11-24t01:00:00z", T8);
        assert_moment("2026-11-23T20:30:00-04:30", T8);
        assert_moment("2026-11-24 01:00:00Z", T8);
        assert_moment("2026-11-24 08:00", T8);
        assert_moment("2026-11-24 08:00:00", T8);
        assert_moment("2026-11-24T08:00", T8);
        assert_moment("24/11/2026 08:00", T8);
        assert_moment("24/11/2026 08:00:00", T8);
        assert_moment("24/11/2026 8:00", T8);
        assert_moment("  24/11/2026  08:00 ", T8);
}

static void test_slashes_are_day_first(void **state)
{
        (void) state;
        assert_moment("05/02/2026 10:00", INT64_C(1770260400000)); /* 5 February */
        assert_moment("5/2/2026 10:00", INT64_C(1770260400000));
        assert_no_moment("11/24/2026 08:00", "does not exist");
}

static void test_seconds_and_fractions_count(void **state)
{
        (void) state;
        assert_moment("2026-11-24 08:00:09", T8 + 9000);
        assert_moment("2026-11-24T01:00:00.5Z", T8 + 500);
        assert_moment("2026-11-24T01:00:00.123999Z", T8 + 123);
        assert_moment("1970-01-01T00:00:00Z", 0);
        assert_moment("9999-12-31T23:59:59Z", INT64_C(253402300799000));
}

static void test_days_and_hours_that_do_not_exist_are_refused(void **state)
{
        static const char *const v[] = {
                "30/02/2026 08:00",          "29/02/2026 08:00",    "2026-02-30T08:00:00Z",
                "31/11/2026 08:00",          "24/11/2026 24:00",    "24/11/2026 24:61",
                "24/11/2026 08:60",          "24/11/2026 08:00:60", "2026-13-01 08:00",
                "2026-00-01 08:00",          "2026-11-00 08:00",    "00/11/2026 08:00",
                "1969-12-31T23:59:59+00:00", "0000-01-01 00:00",    "1970-01-01T00:00:00+07:00",
                "9999-12-31T23:59:00-00:01"};

        (void) state;
        for (size_t i = 0; i < COUNT_OF(v); i++)
                assert_no_moment(v[i], "a day or an hour that does not exist");
        assert_moment("29/02/2028 08:00", INT64_C(1835398800000));
}

static void test_what_is_no_moment_is_refused_with_an_example(void **state)
{
        static const char *const v[] = {"",
                                        "mai",
                                        "8h",
                                        "24/11/2026",
                                        "2026-11-24",
                                        "24/11/26 08:00",
                                        "24-11-2026 08:00",
                                        "24/11/2026T08:00",
                                        "24/11/2026 08:00 PM",
                                        "24/11/2026 08:00Z",
                                        "24/11/2026 08.00",
                                        "2026-11-24T08:00:00+7",
                                        "2026-11-24T08:00:00+0700",
                                        "2026-11-24T08:00:00+24:00",
                                        "2026-11-24T08:00:00.Z",
                                        "2026-11-24 08:00 24/11/2026 08:00",
                                        "99999999999999999999-01-01 08:00",
                                        "-2026-11-24 08:00"};

        (void) state;
        for (size_t i = 0; i < COUNT_OF(v); i++)
                assert_no_moment(v[i], "write 24/11/2026 08:00");
}

static void test_times_that_clocks_skip_or_repeat_need_an_offset(void **state)
{
        (void) state;
        zone_open("Europe/Paris", NULL);
        assert_no_moment("29/03/2026 02:30", "does not exist in Europe/Paris");
        assert_no_moment("2026-10-25 02:30", "happens twice in Europe/Paris");
        assert_moment("2026-10-25T02:30:00+02:00", INT64_C(1792888200000)); /* 00:30 UTC */
        assert_moment("2026-10-25T02:30:00+01:00", INT64_C(1792891800000)); /* 01:30 UTC */
        assert_moment("29/03/2026 03:00", INT64_C(1774746000000));          /* 01:00 UTC */
}

static void test_durations_are_a_number_and_a_unit(void **state)
{
        static const struct {
                const char *s;
                int64_t ms;
        } v[] = {{"500ms", 500},    {"30s", 30000}, {"5m", 300000},   {"2h", 7200000},
                 {"5d", 432000000}, {"0s", 0},      {"007m", 420000}, {"3650d", DURATION_MAX}};

        (void) state;
        for (size_t i = 0; i < COUNT_OF(v); i++) {
                int64_t ms = -1;

                assert_int_equal(duration_parse(v[i].s, &ms, NULL), 0);
                assert_int_equal(ms, v[i].ms);
        }
}

static void test_other_durations_are_refused(void **state)
{
        static const char *const v[] = {"",
                                        "s",
                                        "5",
                                        "-5m",
                                        "+5m",
                                        "5 m",
                                        "5M",
                                        "5min",
                                        "1.5h",
                                        "1h30m",
                                        "3651d",
                                        "99999999999999999999s",
                                        "999999999999999d",
                                        "5w",
                                        " 5m"};
        struct err e = {0};
        char got[300];

        (void) state;
        for (size_t i = 0; i < COUNT_OF(v); i++) {
                int64_t ms = 7;

                if (duration_parse(v[i], &ms, &e) != -EINVAL)
                        fail_msg("taken: %s", v[i]);
                assert_int_equal(ms, 7);
        }
        duration_parse("90", &(int64_t){0}, &e);
        err_text(&e, LANG_EN, got, sizeof(got));
        assert_string_equal(got, "“90” lacks its unit; write 90s, 90m, 90h or 90d");
}

static void test_durations_are_written_in_their_largest_whole_unit(void **state)
{
        char out[MOMENT_MAX];

        (void) state;
        assert_string_equal(duration_format(0, out), "0s");
        assert_string_equal(duration_format(500, out), "500ms");
        assert_string_equal(duration_format(90000, out), "90s");
        assert_string_equal(duration_format(300000, out), "5m");
        assert_string_equal(duration_format(7200000, out), "2h");
        assert_string_equal(duration_format(432000000, out), "5d");
        assert_string_equal(duration_format(60001, out), "60001ms");
}

static void test_durations_for_people_have_two_units_at_most(void **state)
{
        char out[MOMENT_MAX];

        (void) state;
        assert_string_equal(duration_show(12000000, LANG_VI, out), "3 giờ 20 phút");
        assert_string_equal(duration_show(12000000, LANG_EN, out), "3 h 20 min");
        assert_string_equal(duration_show(10800000, LANG_VI, out), "3 giờ");
        assert_string_equal(duration_show(10859999, LANG_VI, out), "3 giờ");
        assert_string_equal(duration_show(90000, LANG_EN, out), "1 min");
        assert_string_equal(duration_show(59999, LANG_EN, out), "59 s");
        assert_string_equal(duration_show(0, LANG_VI, out), "0 giây");
        assert_string_equal(duration_show(183600000, LANG_VI, out), "2 ngày 3 giờ");
        assert_string_equal(duration_show(172800000 + 60000, LANG_EN, out), "2 d");
}

static void test_distance_is_told_from_now(void **state)
{
        char out[MOMENT_MAX];

        (void) state;
        assert_string_equal(moment_relative(T8 + 12000000, T8, LANG_VI, out), "còn 3 giờ 20 phút");
        assert_string_equal(moment_relative(T8 + 12000000, T8, LANG_EN, out), "in 3 h 20 min");
        assert_string_equal(moment_relative(T8 - 180000, T8, LANG_VI, out), "3 phút trước");
        assert_string_equal(moment_relative(T8 - 180000, T8, LANG_EN, out), "3 min ago");
        assert_string_equal(moment_relative(T8 + 999, T8, LANG_VI, out), "bây giờ");
        assert_string_equal(moment_relative(T8, T8, LANG_EN, out), "now");
}

static void test_a_moment_is_shown_with_weekday_and_zone(void **state)
{
        char out[MOMENT_MAX];

        (void) state;
        assert_string_equal(moment_show(T8, LANG_VI, out), "thứ Ba 24/11/2026 08:00 (+07)");
        assert_string_equal(moment_show(T8, LANG_EN, out), "Tue 24/11/2026 08:00 (+07)");
        assert_string_equal(moment_show_exact(T8 + 3999, LANG_VI, out),
                            "thứ Ba 24/11/2026 08:00:03 (+07)");
        assert_string_equal(moment_show(T8 - 2 * CLOCK_DAY, LANG_VI, out),
                            "Chủ nhật 22/11/2026 08:00 (+07)");
        zone_open("Asia/Kolkata", NULL);
        assert_string_equal(moment_show(T8, LANG_EN, out), "Tue 24/11/2026 06:30 (+05:30)");
        zone_open("America/New_York", NULL);
        assert_string_equal(moment_show(T8, LANG_EN, out), "Mon 23/11/2026 20:00 (-05)");
        zone_open("UTC", NULL);
        assert_string_equal(moment_show(T8, LANG_EN, out), "Tue 24/11/2026 01:00 (+00)");
}

static void test_machine_forms_follow_their_rfcs(void **state)
{
        char out[MOMENT_MAX];

        (void) state;
        assert_string_equal(moment_rfc3339(T8 + 123, out), "2026-11-24T01:00:00.123Z");
        assert_string_equal(moment_rfc3339(0, out), "1970-01-01T00:00:00.000Z");
        assert_string_equal(moment_rfc3339(-1, out), "1969-12-31T23:59:59.999Z");
        assert_string_equal(moment_rfc5322(T8 + 999, out), "Tue, 24 Nov 2026 08:00:00 +0700");
        zone_open("America/St_Johns", NULL);
        assert_string_equal(moment_rfc5322(T8, out), "Mon, 23 Nov 2026 21:30:00 -0330");
}

/* Decree 30/2020: days 1-9 and months 1 and 2 take a zero. */
static void test_a_paper_bears_its_date_by_the_rule(void **state)
{
        char out[MOMENT_MAX];

        (void) state;
        assert_string_equal(moment_official_date(INT64_C(1770260400000), LANG_VI, out),
                            "ngày 05 tháng 02 năm 2026");
        assert_string_equal(moment_official_date(T8, LANG_VI, out), "ngày 24 tháng 11 năm 2026");
        assert_string_equal(moment_official_date(INT64_C(1773025200000), LANG_VI, out),
                            "ngày 09 tháng 3 năm 2026");
        assert_string_equal(moment_official_date(INT64_C(1767265200000), LANG_VI, out),
                            "ngày 01 tháng 01 năm 2026");
        assert_string_equal(moment_official_date(T8, LANG_EN, out), "24 November 2026");
        assert_string_equal(moment_official_date(INT64_C(1770260400000), LANG_EN, out),
                            "5 February 2026");
}

static void test_date_week_and_year_are_local(void **state)
{
        char out[MOMENT_MAX];
        const int64_t new_year = INT64_C(1798736400000); /* 2026-12-31 17:00 UTC */

        (void) state;
        assert_string_equal(moment_date(T8, out), "2026-11-24");
        assert_string_equal(moment_week(T8, out), "2026-W48");
        assert_string_equal(moment_date(new_year, out), "2027-01-01");
        assert_int_equal(moment_year(new_year), 2027);
        assert_int_equal(moment_year(new_year - 1), 2026);
        /* 1 January 2027 is a Friday: still in the last ISO week of 2026. */
        assert_string_equal(moment_week(new_year, out), "2026-W53");
}

int main(void)
{
#define IN_VIETNAM(f) cmocka_unit_test_setup(f, in_vietnam)
        const struct CMUnitTest tests[] = {
                IN_VIETNAM(test_every_way_to_write_a_moment_means_the_same),
                IN_VIETNAM(test_slashes_are_day_first),
                IN_VIETNAM(test_seconds_and_fractions_count),
                IN_VIETNAM(test_days_and_hours_that_do_not_exist_are_refused),
                IN_VIETNAM(test_what_is_no_moment_is_refused_with_an_example),
                IN_VIETNAM(test_times_that_clocks_skip_or_repeat_need_an_offset),
                IN_VIETNAM(test_durations_are_a_number_and_a_unit),
                IN_VIETNAM(test_other_durations_are_refused),
                IN_VIETNAM(test_durations_are_written_in_their_largest_whole_unit),
                IN_VIETNAM(test_durations_for_people_have_two_units_at_most),
                IN_VIETNAM(test_distance_is_told_from_now),
                IN_VIETNAM(test_a_moment_is_shown_with_weekday_and_zone),
                IN_VIETNAM(test_machine_forms_follow_their_rfcs),
                IN_VIETNAM(test_a_paper_bears_its_date_by_the_rule),
                IN_VIETNAM(test_date_week_and_year_are_local),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
