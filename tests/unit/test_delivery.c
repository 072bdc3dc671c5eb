// SPDX-License-Identifier: MIT
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "scratch.h"

#include "press/event.h"
#include "press/mem.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct retry_policy POLICY[RELEASE_CLASSES] = {
        [CLASS_URGENT] = {.step_ms = {60000},
                          .nsteps = 1,
                          .give_up_ms = 7200000,
                          .retry_unknown = true},
        [CLASS_NORMAL] = {.step_ms = {300000},
                          .nsteps = 1,
                          .give_up_ms = 172800000,
                          .retry_unknown = true},
        [CLASS_ROUTINE] = {.step_ms = {900000}, .nsteps = 1, .give_up_ms = 432000000},
};

static int64_t count(struct scratch *s, int64_t release, enum delivery_state state)
{
        int64_t n[DELIVERY_STATES];

        assert_int_equal(release_counts(s->db, release, n, NULL), 0);
        return n[state];
}

static struct delivery one(struct scratch *s, int64_t release)
{
        CLEANUP(delivery_list_done) struct delivery_list l = {0};
        struct delivery d;

        assert_int_equal(delivery_page(s->db, release, 0, 10, &l, NULL), 0);
        assert_true(l.n >= 1);
        d = l.v[0];
        memset(&l.v[0], 0, sizeof(l.v[0]));
        return d;
}

static void test_a_letter_taken_by_the_relay_is_relayed_and_logged(void **state)
{
        struct scratch *s = *state;
        int64_t id = scratch_approved(s, 1);
        CLEANUP(delivery_done) struct delivery d = {0};
        CLEANUP(delivery_done) struct delivery after = {0};
        struct settle st;

        assert_true(scratch_claim(s, id, NOON, &d));
        assert_int_equal(d.attempt, 1);
        assert_int_equal(d.state, DELIVERY_SENDING);
        assert_string_equal(d.address, "j0@x.example");
        assert_int_equal(count(s, id, DELIVERY_SENDING), 1);
        st = scratch_settle(&d, DELIVERY_RELAYED, 250, "2.0.0 Ok: queued as 4F");
        scratch_do_settle(s, &st);

        after = one(s, id);
        assert_int_equal(after.state, DELIVERY_RELAYED);
        assert_int_equal(after.attempt, 1);
        assert_int_equal(after.settled_at, NOON + 1000);
        assert_int_equal(after.out_at, NOON + 1000);
        assert_string_equal(after.detail, "250 2.0.0 Ok: queued as 4F");
        assert_int_equal(scratch_int(s, "SELECT count(*) FROM event WHERE kind = 'attempt' AND"
                                        " stage = 'dot' AND code = 250 AND state = 'relayed'"),
                         1);
        scratch_check_counts(s, id);
}

int main(void)
{
        (void) POLICY;
#define TEST(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)
        const struct CMUnitTest tests[] = {
                TEST(test_a_letter_taken_by_the_relay_is_relayed_and_logged),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
