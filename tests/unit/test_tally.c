// SPDX-License-Identifier: MIT
#include "press/tally.h"

#include "press/view.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "scratch.h"

/* The delivery to jI@x.example settled as `to`, whatever it was claimed as. */
static void settle(struct scratch *s, int64_t release, enum delivery_state to)
{
        CLEANUP(delivery_done) struct delivery d = {0};
        struct settle st;

        assert_true(scratch_claim(s, release, NOON, &d));
        st = scratch_settle(&d, to, 550, "as it was said");
        scratch_do_settle(s, &st);
}

static struct tally people(struct scratch *s, int64_t release)
{
        struct tally t, kind[ORG_KINDS];
        struct err e = {0};
        int64_t sum = 0;

        assert_ok(tally_read(s->db, release, &t, &e), &e);
        assert_ok(tally_by_kind(s->db, release, kind, &e), &e);
        for (int k = 0; k < ORG_KINDS; k++)
                sum += view_people(&kind[k]);
        assert_int_equal(view_people(&t), sum);
        return t;
}

static struct delivery first(struct scratch *s, int64_t release)
{
        CLEANUP(delivery_list_done) struct delivery_list l = {0};
        struct err e = {0};
        struct delivery d;

        assert_ok(delivery_page(s->db, release, 0, 1, &l, &e), &e);
        d = l.v[0];
        l.v[0] = (struct delivery){0};
        return d;
}

static void test_without_copies_people_are_what_deliveries_are(void **state)
{
        struct scratch *s = *state;
        int64_t id = scratch_approved(s, 5);
        struct tally t;

        settle(s, id, DELIVERY_REFUSED);
        t = people(s, id);
        assert_int_equal(view_people(&t), 5);
        assert_int_equal(t.state[DELIVERY_QUEUED], 4);
        assert_int_equal(t.state[DELIVERY_REFUSED], 1);
}

static void test_a_person_who_got_a_later_copy_is_reached_and_counts_once(void **state)
{
        struct scratch *s = *state;
        int64_t id = scratch_approved(s, 1), other = scratch_approved(s, 1), copy;
        CLEANUP(delivery_done) struct delivery d = {0};
        struct tally t;

        settle(s, id, DELIVERY_REFUSED);
        settle(s, other, DELIVERY_REFUSED);
        d = first(s, id);
        free(d.address);
        d.address = mem_strdup("moi@y.example");
        assert_int_equal(ACT(s, delivery_resend(&tx, &d, d.id, "đổi hộp thư", NOON, &copy, &te)),
                         0);
        settle(s, id, DELIVERY_RELAYED);
        t = people(s, id);
        assert_int_equal(view_people(&t), 1);
        assert_int_equal(view_not_reached(&t), 0);
        assert_int_equal(t.state[DELIVERY_RELAYED], 1);
        t = people(s, other);
        assert_int_equal(view_not_reached(&t), 1);
}

/* The list of those not reached and the number in the sentence never disagree. */
static void test_a_copy_that_was_lost_too_leaves_one_person_not_reached(void **state)
{
        struct scratch *s = *state;
        int64_t id = scratch_approved(s, 2), copy;
        CLEANUP(delivery_done) struct delivery d = {0};
        CLEANUP(delivery_list_done) struct delivery_list lost = {0};
        struct err e = {0};
        struct tally t;

        settle(s, id, DELIVERY_REFUSED);
        settle(s, id, DELIVERY_REFUSED);
        d = first(s, id);
        assert_int_equal(ACT(s, delivery_resend(&tx, &d, d.id, "", NOON, &copy, &te)), 0);
        settle(s, id, DELIVERY_REFUSED);
        t = people(s, id);
        assert_ok(delivery_unreached(s->db, id, 10, &lost, &e), &e);
        assert_int_equal(view_people(&t), 2);
        assert_int_equal(view_not_reached(&t), 2);
        assert_int_equal(lost.n, 2);
}

static void test_a_copy_that_was_not_tried_changes_nothing(void **state)
{
        struct scratch *s = *state;
        int64_t id = scratch_approved(s, 1), copy;
        CLEANUP(delivery_done) struct delivery d = {0};
        struct tally t;

        settle(s, id, DELIVERY_REFUSED);
        d = first(s, id);
        assert_int_equal(ACT(s, delivery_resend(&tx, &d, d.id, "", NOON, &copy, &te)), 0);
        settle(s, id, DELIVERY_SUPPRESSED);
        t = people(s, id);
        assert_int_equal(view_people(&t), 1);
        assert_int_equal(view_not_reached(&t), 1);
}

static void test_who_was_not_written_to_counts_by_the_reason(void **state)
{
        struct scratch *s = *state;
        int64_t id = scratch_approved(s, 4);
        struct tally t;

        for (int i = 0; i < 4; i++)
                settle(s, id, DELIVERY_SUPPRESSED);
        scratch_exec(s, "UPDATE delivery SET reason = 'trial-list'");
        scratch_exec(s, "UPDATE delivery SET reason = 'no-address' WHERE id = 1");
        scratch_exec(s, "UPDATE delivery SET reason = 'stop-list' WHERE id = 2");
        t = people(s, id);
        assert_int_equal(t.state[DELIVERY_SUPPRESSED], 4);
        assert_int_equal(t.suppressed[REASON_TRIAL_LIST], 2);
        assert_int_equal(t.suppressed[REASON_STOP_LIST], 1);
        assert_int_equal(view_not_reached(&t), 1); /* who has no address is telephoned */
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)
        const struct CMUnitTest tests[] = {
                TEST(test_without_copies_people_are_what_deliveries_are),
                TEST(test_a_person_who_got_a_later_copy_is_reached_and_counts_once),
                TEST(test_a_copy_that_was_lost_too_leaves_one_person_not_reached),
                TEST(test_a_copy_that_was_not_tried_changes_nothing),
                TEST(test_who_was_not_written_to_counts_by_the_reason),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
