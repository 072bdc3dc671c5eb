// SPDX-License-Identifier: MIT
/* More releases are open than pressd looks at in one go. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "scratch.h"

#include "press/clock.h"

#include <stdio.h>

#define PLACES 32
#define MANY   45 /* more than that */

static int64_t publish(struct scratch *s, enum release_class class)
{
        CLEANUP(release_done) struct release r = scratch_release("Thông cáo");

        r.class = class;
        return scratch_publish(s, &r, 1, true);
}

static void park(const struct scratch *s, int64_t release, const char *domain)
{
        char sql[160];

        snprintf(sql, sizeof(sql), "UPDATE delivery SET parked = '%s' WHERE release_id = %lld",
                 domain, (long long) release);
        scratch_exec(s, sql);
}

static bool shown(struct scratch *s, const struct release_look *look, int64_t id)
{
        struct release_work w[PLACES];
        struct err e = {0};
        size_t n = 0;

        assert_ok(release_work(s->db, look, w, PLACES, &n, &e), &e);
        assert_int_equal(n, PLACES);
        for (size_t i = 0; i < n; i++)
                if (w[i].id == id)
                        return true;
        return false;
}

/* At how many of the next `looks` it is among those shown. */
static int times_shown(struct scratch *s, int64_t id, int looks)
{
        int n = 0;

        for (int i = 0; i < looks; i++)
                n += shown(s, &(struct release_look){.now = NOON, .nth = i}, id);
        return n;
}

static void test_what_can_go_is_seen_at_once_behind_any_number_that_waits(void **state)
{
        struct scratch *s = *state;
        int64_t later, parked, routine;

        for (int i = 0; i < MANY; i++)
                park(s, publish(s, CLASS_URGENT), "gmail.com");
        for (int i = 0; i < MANY; i++)
                publish(s, CLASS_URGENT);
        scratch_exec(s, "UPDATE release SET due_at = due_at + 60000, early_at = early_at + 60000"
                        " WHERE id > 45");
        later = publish(s, CLASS_URGENT);
        scratch_exec(s, "UPDATE release SET due_at = due_at + 1, early_at = early_at + 1"
                        " WHERE id = 91");
        parked = publish(s, CLASS_NORMAL);
        park(s, parked, "yahoo.example");
        routine = publish(s, CLASS_ROUTINE);
        assert_true(shown(s, &AT_NOON, routine));
        assert_true(shown(s, &AT_NOON, parked)); /* its domain may have room */
        assert_false(shown(s, &AT_NOON, later));
        assert_true(shown(s, &(struct release_look){.now = NOON + 1}, later));
}

static void test_what_has_its_grace_behind_it_comes_before_what_has_not(void **state)
{
        const struct release_look look = {.now = NOON, .grace_ms = 10000};
        struct scratch *s = *state;
        struct release_work w[PLACES];
        int64_t routine;
        size_t n;

        for (int i = 0; i < MANY; i++)
                publish(s, CLASS_URGENT);
        scratch_exec(s, "UPDATE release SET approved_at = 1795582800000");
        routine = publish(s, CLASS_ROUTINE);
        scratch_exec(s, "UPDATE release SET approved_at = 1795582790000 WHERE id = 46");
        assert_int_equal(release_work(s->db, &look, w, PLACES, &n, NULL), 0);
        assert_true(w[0].id == routine);
}

static void test_where_more_can_go_than_fit_all_have_their_turn_and_a_lower_class_too(void **state)
{
        struct scratch *s = *state;
        int64_t first = publish(s, CLASS_URGENT), last = 0, routine, lost;

        for (int i = 1; i < MANY; i++)
                last = publish(s, CLASS_URGENT);
        routine = publish(s, CLASS_ROUTINE);
        for (int i = 1; i < MANY; i++)
                lost = publish(s, CLASS_ROUTINE);
        /* Nine looks of five places each go once round. */
        assert_in_range(times_shown(s, first, 9), 4, 7);
        assert_in_range(times_shown(s, last, 9), 4, 7);
        assert_in_range(times_shown(s, routine, 9), 1, 2);
        assert_in_range(times_shown(s, lost, 9), 1, 2);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)
        const struct CMUnitTest tests[] = {
                TEST(test_what_can_go_is_seen_at_once_behind_any_number_that_waits),
                TEST(test_what_has_its_grace_behind_it_comes_before_what_has_not),
                TEST(test_where_more_can_go_than_fit_all_have_their_turn_and_a_lower_class_too),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
