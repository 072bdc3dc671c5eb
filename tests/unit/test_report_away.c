// SPDX-License-Identifier: MIT
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "press/mem.h"
#include "press/report.h"

#include <stdlib.h>
#include <string.h>

static struct report_date said(const char *text)
{
        CLEANUP(mem_free)
        char *mail = mem_printf("From: phong.vien@bao.example\n"
                                "Subject: Automatic reply\n"
                                "Auto-Submitted: auto-replied\n"
                                "Content-Type: text/plain; charset=utf-8\n\n"
                                "%s\n",
                                text);
        CLEANUP(report_done) struct report r = {0};

        report_read(mail, strlen(mail), &r);
        assert_int_equal(r.kind, REPORT_AUTOREPLY);
        return r.away;
}

struct example {
        const char *text;
        struct report_date date;
};

static void check(const struct example *v, size_t n)
{
        for (size_t i = 0; i < n; i++) {
                struct report_date d = said(v[i].text);

                if (d.year != v[i].date.year || d.month != v[i].date.month ||
                    d.day != v[i].date.day)
                        fail_msg("%s: %d-%d-%d", v[i].text, d.year, d.month, d.day);
        }
}

static void test_the_day_until_which_somebody_is_away_is_read(void **state)
{
        static const struct example v[] = {
                {"Tôi đi công tác đến hết ngày 30/11, xin liên hệ anh Nam.", {0, 11, 30}},
                {"Tôi nghỉ phép từ ngày 20/11/2026 đến ngày 05/12/2026.", {2026, 12, 5}},
                {"Tôi sẽ trở lại làm việc vào thứ Hai, ngày 7 tháng 12 năm 2026.", {2026, 12, 7}},
                {"Tôi quay lại cơ quan ngày 3-12-2026 và sẽ trả lời.", {2026, 12, 3}},
                {"Tôi vắng mặt ngày hôm nay, đi làm lại thứ 2 ngày 30/11.", {0, 11, 30}},
                {"I am out of the office until 5 December 2026.", {2026, 12, 5}},
                {"I will be back on Monday, December 7th, 2026.", {2026, 12, 7}},
                {"I am away through Dec. 24 without access to mail.", {0, 12, 24}},
                {"I return to work on the 3rd of January.", {0, 1, 3}},
                {"I am on leave from 20 Nov to 27 Nov.", {0, 11, 27}},
                {"I am out of the office till 2026-12-05.", {2026, 12, 5}},
                {"Out of office until 30/11. For urgent matters call.", {0, 11, 30}},
                {"Out of office until 12/24/26.", {2026, 12, 24}},
                {"Out of office until 05.12.2026.", {2026, 12, 5}},
        };

        (void) state;
        check(v, COUNT_OF(v));
}

static void test_what_can_be_read_in_two_ways_is_not_read(void **state)
{
        static const struct example v[] = {
                {"I am out of the office until 05/12/2026.", {0}},
                {"I am out of the office until 5-12.", {0}},
                {"I am out of the office until further notice.", {0}},
                {"I am out of the office until Monday.", {0}},
                {"I am out of the office until 31 February 2026.", {0, 0, 0}},
                {"I am out of the office until 45/13/2026.", {0}},
                {"I am out of the office. Call back 024 3456 7890.", {0}},
                {"Founded on 5 December 1990, we reply within 3 days.", {0}},
                {"Tôi đang đi công tác, sẽ trả lời sau.", {0}},
                {"", {0}},
                {"until", {0}},
                {"back on the", {0}},
        };

        (void) state;
        check(v, COUNT_OF(v));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_the_day_until_which_somebody_is_away_is_read),
                cmocka_unit_test(test_what_can_be_read_in_two_ways_is_not_read),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
