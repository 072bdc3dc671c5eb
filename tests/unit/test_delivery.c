// SPDX-License-Identifier: MIT
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "scratch.h"
#include "sqlfault.h"

#include <sqlite3.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int64_t count(struct scratch *s, int64_t release, enum delivery_state state)
{
        int64_t n[DELIVERY_STATES];

        assert_int_equal(release_counts(s->db, release, n, NULL), 0);
        return n[state];
}

/* The delivery to jI@x.example as the store has it now, newest copy; delivery_done() it. */
static struct delivery to(struct scratch *s, int64_t release, const char *address)
{
        CLEANUP(delivery_list_done) struct delivery_list l = {0};

        assert_int_equal(delivery_find(s->db, release, address, &l, NULL), 0);
        assert_true(l.n >= 1);
        return l.v[--l.n];
}

/* --- recipients ----------------------------------------------------------------- */

/* R86 */
static void test_a_contact_or_an_address_gets_one_letter_of_a_release(void **state)
{
        static char bytes[] = "letter", cuts[] = "cuts";
        const struct frozen letter = {.bytes = bytes, .n = 6, .cuts = cuts};
        struct scratch *s = *state;
        CLEANUP(release_done) struct release r = scratch_release("Thông cáo");
        CLEANUP(delivery_done) struct delivery first = {0};
        CLEANUP(delivery_done) struct delivery same_address = {0};
        CLEANUP(delivery_done) struct delivery same_contact = {0};
        CLEANUP(delivery_done) struct delivery other = {0};
        struct err e = {0};

        assert_ok(release_stage(s->db, &r, &letter, NULL, 0, &e), &e);
        first = scratch_delivery(r.id, 0);
        same_address = scratch_delivery(r.id, 0);
        same_address.contact_id = 77;
        same_contact = scratch_delivery(r.id, 9);
        same_contact.contact_id = first.contact_id;
        other = scratch_delivery(r.id, 1);
        {
                CLEANUP(tx_done) struct tx tx = {0};

                assert_ok(tx_begin(&tx, s->db, 0, &e), &e);
                assert_ok(delivery_stage(&tx, &first, &e), &e);
                assert_int_equal(delivery_stage(&tx, &same_address, &e), -EEXIST);
                assert_int_equal(delivery_stage(&tx, &same_contact, &e), -EEXIST);
                assert_ok(delivery_stage(&tx, &other, &e), &e); /* the transaction goes on */
                assert_ok(tx_commit(&tx, &e), &e);
        }
        assert_true(first.id > 0 && other.id > first.id);
        assert_memory_not_equal(first.salt, other.salt, sizeof(first.salt));
        assert_int_equal(scratch_int(s, "SELECT count(*) FROM delivery"), 2);
        assert_int_equal(count(s, r.id, DELIVERY_QUEUED), 2);
}

static void test_several_without_an_address_are_kept_as_not_sent(void **state)
{
        static char bytes[] = "letter", cuts[] = "cuts";
        const struct frozen letter = {.bytes = bytes, .n = 6, .cuts = cuts};
        struct scratch *s = *state;
        CLEANUP(release_done) struct release r = scratch_release("Thông cáo");
        CLEANUP(delivery_list_done) struct delivery_list l = {0};
        struct err e = {0};

        assert_ok(release_stage(s->db, &r, &letter, NULL, 0, &e), &e);
        for (int i = 0; i < 2; i++) {
                CLEANUP(delivery_done) struct delivery d = scratch_delivery(r.id, i);

                d.address[0] = '\0';
                d.state = DELIVERY_SUPPRESSED;
                d.reason = REASON_NO_ADDRESS;
                assert_int_equal(ACT(s, delivery_stage(&tx, &d, &te)), 0);
        }
        assert_int_equal(count(s, r.id, DELIVERY_SUPPRESSED), 2);
        assert_ok(delivery_page(s->db, r.id, 0, 10, &l, &e), &e);
        assert_int_equal(l.n, 2);
        assert_int_equal(l.v[0].reason, REASON_NO_ADDRESS);
        assert_string_equal(l.v[0].name, "Nguyễn Thị Đào 0");
        assert_int_equal(l.v[1].role, ROLE_JOURNALIST);
        assert_int_equal(l.v[1].org_kind, ORG_PRESS);
}

static void test_recipients_are_read_by_pages_in_order_of_id(void **state)
{
        struct scratch *s = *state;
        int64_t id = scratch_approved(s, 7), after = 0;
        size_t seen = 0;

        for (;;) {
                CLEANUP(delivery_list_done) struct delivery_list l = {0};

                assert_int_equal(delivery_page(s->db, id, after, 3, &l, NULL), 0);
                if (!l.n)
                        break;
                for (size_t i = 0; i < l.n; i++) {
                        assert_true(l.v[i].id > after);
                        after = l.v[i].id;
                        seen++;
                }
        }
        assert_int_equal(seen, 7);
}

static void test_a_leaf_binds_the_recipients_words(void **state)
{
        struct delivery d = scratch_delivery(1, 0);
        unsigned char plain[HASH_BYTES], other[HASH_BYTES];

        (void) state;
        delivery_leaf(&d, plain);
        d.address[0] = 'k';
        delivery_leaf(&d, other);
        assert_memory_not_equal(plain, other, HASH_BYTES);
        d.address[0] = 'j';
        d.early = true;
        delivery_leaf(&d, other);
        assert_memory_not_equal(plain, other, HASH_BYTES);
        d.early = false;
        d.role = ROLE_DESK;
        delivery_leaf(&d, other);
        assert_memory_not_equal(plain, other, HASH_BYTES);
        d.role = ROLE_JOURNALIST;
        d.state = DELIVERY_RELAYED; /* what happens to it does not change it */
        d.attempt = 3;
        delivery_leaf(&d, other);
        assert_memory_equal(plain, other, HASH_BYTES);
        delivery_done(&d);
}

/* --- claiming ---------------------------------------------------------------------- */

static size_t claim(struct scratch *s, int64_t release, int64_t now, size_t limit, bool early,
                    struct delivery_list *l)
{
        size_t before = l->n;

        assert_int_equal(ACT(s, delivery_claim(&tx, release, now, limit, early, NULL, l, &te)), 0);
        return l->n - before;
}

static void test_a_claim_takes_what_is_due_and_counts_the_attempt(void **state)
{
        struct scratch *s = *state;
        int64_t id = scratch_approved(s, 5);
        CLEANUP(delivery_list_done) struct delivery_list l = {0};

        assert_int_equal(claim(s, id, NOON - 1, 10, false, &l), 0); /* not due yet */
        assert_int_equal(claim(s, id, NOON, 3, false, &l), 3);
        assert_int_equal(claim(s, id, NOON, 10, false, &l), 2); /* appended */
        assert_int_equal(claim(s, id, NOON, 10, false, &l), 0);
        assert_int_equal(l.n, 5);
        for (size_t i = 0; i < l.n; i++) {
                assert_int_equal(l.v[i].attempt, 1);
                assert_int_equal(l.v[i].state, DELIVERY_SENDING);
        }
        assert_int_equal(scratch_int(s, "SELECT count(*) FROM delivery"
                                        " WHERE state = 'sending' AND attempt = 1"),
                         5);
        scratch_check_counts(s, id);
}

static void test_claims_come_in_no_order_that_a_recipient_could_guess(void **state)
{
        struct scratch *s = *state;
        int64_t id = scratch_approved(s, 40);
        CLEANUP(delivery_list_done) struct delivery_list l = {0};
        int rising = 0;

        assert_int_equal(claim(s, id, NOON, 40, false, &l), 40);
        for (size_t i = 1; i < l.n; i++)
                rising += l.v[i].id > l.v[i - 1].id;
        assert_true(rising < 39); /* in order by chance: 1 in 40! */
}

static void test_neighbours_in_the_book_do_not_follow_each_other(void **state)
{
        struct scratch *s = *state;
        int64_t id = scratch_approved(s, 175);
        CLEANUP(delivery_list_done) struct delivery_list l = {0};
        int near = 0;

        assert_int_equal(claim(s, id, NOON, 175, false, &l), 175);
        for (size_t i = 1; i < l.n; i++)
                near += llabs(l.v[i].id - l.v[i - 1].id) < 16;
        assert_true(near < 75); /* about 30; by sixteen together it would be 165 */
}

static void test_before_the_embargo_only_the_early_audience_is_claimed(void **state)
{
        struct scratch *s = *state;
        int64_t id = scratch_approved(s, 6);
        CLEANUP(delivery_list_done) struct delivery_list l = {0};

        scratch_exec(s, "UPDATE release SET due_at = early_at + 3600000;"
                        "UPDATE delivery SET early = 1 WHERE id IN (2, 5)");
        assert_int_equal(claim(s, id, NOON, 10, false, &l), 0);
        assert_int_equal(claim(s, id, NOON - 1, 10, true, &l), 0);
        assert_int_equal(claim(s, id, NOON, 1, true, &l), 1);
        assert_int_equal(claim(s, id, NOON, 10, true, &l), 1);
        assert_int_equal(l.v[0].id + l.v[1].id, 7);
        assert_int_equal(claim(s, id, NOON + 3600000, 10, false, &l), 4);
}

static void test_due_retries_go_before_new_ones(void **state)
{
        struct scratch *s = *state;
        int64_t id = scratch_approved(s, 3), next = -1;
        CLEANUP(delivery_done) struct delivery d = {0};
        CLEANUP(delivery_list_done) struct delivery_list l = {0};
        struct settle st;

        assert_true(scratch_claim(s, id, NOON, &d));
        st = scratch_settle(&d, DELIVERY_DEFERRED, 451, "4.7.1 greylisted");
        st.due_at = NOON + 300000;
        scratch_do_settle(s, &st);
        assert_int_equal(delivery_next_retry(s->db, id, &next, NULL), 0);
        assert_int_equal(next, NOON + 300000);
        assert_int_equal(claim(s, id, NOON + 299999, 1, false, &l), 1);
        assert_true(l.v[0].id != d.id);
        assert_int_equal(claim(s, id, NOON + 300000, 1, false, &l), 1);
        assert_int_equal(l.v[1].id, d.id);
        assert_int_equal(l.v[1].attempt, 2);
        assert_int_equal(l.v[1].due_at, 0);
        assert_int_equal(delivery_next_retry(s->db, id, &next, NULL), 0);
        assert_int_equal(next, 0);
        scratch_check_counts(s, id);
}

static void test_nothing_is_claimed_without_approval(void **state)
{
        struct scratch *s = *state;
        CLEANUP(release_done) struct release r = scratch_release("Thông cáo");
        CLEANUP(delivery_list_done) struct delivery_list l = {0};

        scratch_publish(s, &r, 2, false);
        assert_int_equal(claim(s, r.id, NOON + 1000000, 10, false, &l), 0);
        assert_int_equal(claim(s, r.id, NOON + 1000000, 10, true, &l), 0);
        assert_int_equal(claim(s, 12345, NOON, 10, false, &l), 0);
}

/* --- settling ------------------------------------------------------------------------ */

static void test_a_letter_taken_by_the_relay_is_relayed_and_logged(void **state)
{
        struct scratch *s = *state;
        int64_t id = scratch_approved(s, 1);
        CLEANUP(delivery_done) struct delivery d = {0};
        CLEANUP(delivery_done) struct delivery after = {0};
        struct settle st;

        assert_true(scratch_claim(s, id, NOON, &d));
        assert_int_equal(ACT(s, delivery_data(&tx, d.id, NOON + 500, &te)), 0);
        st = scratch_settle(&d, DELIVERY_RELAYED, 250, "2.0.0 Ok: queued as 4F");
        scratch_do_settle(s, &st);
        after = to(s, id, "j0@x.example");
        assert_int_equal(after.state, DELIVERY_RELAYED);
        assert_int_equal(after.attempt, 1);
        assert_int_equal(after.data_at, NOON + 500);
        assert_int_equal(after.settled_at, NOON + 1000);
        assert_int_equal(after.out_at, NOON + 1000);
        assert_string_equal(after.detail, "250 2.0.0 Ok: queued as 4F");
        assert_int_equal(scratch_int(s, "SELECT count(*) FROM event WHERE kind = 'attempt' AND"
                                        " stage = 'dot' AND code = 250 AND state = 'relayed'"
                                        " AND relay = 'main' AND tls = 'TLSv1.3' AND ms = 12"),
                         1);
        assert_int_equal(scratch_int(s, "SELECT out_at FROM release"), NOON + 1000);
        scratch_check_counts(s, id);
}

static void test_a_fault_of_nobody_takes_the_attempt_back(void **state)
{
        struct scratch *s = *state;
        int64_t id = scratch_approved(s, 1);
        CLEANUP(delivery_done) struct delivery d = {0};
        CLEANUP(delivery_done) struct delivery after = {0};
        struct settle st;

        assert_true(scratch_claim(s, id, NOON, &d));
        st = scratch_settle(&d, DELIVERY_QUEUED, 0, "");
        st.attempt_used = st.log = false;
        scratch_do_settle(s, &st);
        after = to(s, id, "j0@x.example");
        assert_int_equal(after.state, DELIVERY_QUEUED);
        assert_int_equal(after.attempt, 0);
        assert_int_equal(after.out_at, 0);
        assert_int_equal(scratch_int(s, "SELECT count(*) FROM event"), 0);
        assert_int_equal(scratch_int(s, "SELECT out_at FROM release"), 0);
        scratch_check_counts(s, id);
}

static void test_a_result_of_another_attempt_changes_nothing(void **state)
{
        struct scratch *s = *state;
        int64_t id = scratch_approved(s, 1);
        CLEANUP(delivery_done) struct delivery d = {0};
        struct settle st;

        assert_true(scratch_claim(s, id, NOON, &d));
        st = scratch_settle(&d, DELIVERY_RELAYED, 250, "Ok");
        st.attempt = 2;
        assert_int_equal(ACT(s, delivery_settle(&tx, &st, &te)), -EINVAL);
        st.attempt = 1;
        scratch_do_settle(s, &st);
        assert_int_equal(ACT(s, delivery_settle(&tx, &st, &te)), -EINVAL); /* twice */
        assert_int_equal(ACT(s, delivery_data(&tx, d.id, NOON, &te)), -EINVAL);
        assert_int_equal(scratch_int(s, "SELECT count(*) FROM event"), 1);
        assert_int_equal(count(s, id, DELIVERY_RELAYED), 1);
}

static void test_what_may_have_arrived_stays_unknown_through_later_tries(void **state)
{
        struct scratch *s = *state;
        int64_t id = scratch_approved(s, 1);
        CLEANUP(delivery_done) struct delivery first = {0};
        CLEANUP(delivery_done) struct delivery again = {0};
        CLEANUP(delivery_done) struct delivery after = {0};
        struct settle st;

        assert_true(scratch_claim(s, id, NOON, &first));
        st = scratch_settle(&first, DELIVERY_UNKNOWN, 0, "closed after the dot");
        st.due_at = NOON + 60000;
        scratch_do_settle(s, &st);
        assert_true(scratch_claim(s, id, NOON + 60000, &again));
        assert_int_equal(again.data_at, 0);
        assert_int_equal(again.out_at, NOON + 1000);
        st = scratch_settle(&again, DELIVERY_DEFERRED, 451, "4.3.0 later");
        st.due_at = NOON + 120000;
        scratch_do_settle(s, &st);
        after = to(s, id, "j0@x.example");
        assert_int_equal(after.state, DELIVERY_UNKNOWN);
        assert_int_equal(after.due_at, NOON + 120000);
        assert_int_equal(after.attempt, 2);
        assert_string_equal(after.detail, "451 4.3.0 later");
        scratch_check_counts(s, id);
}

/* R7: whichever step fails, claim, mark and settle are all there or none is. */
static void test_a_turn_is_all_or_nothing_under_every_fault(void **state)
{
        struct scratch *s = *state;
        int64_t id = scratch_approved(s, 4);
        CLEANUP(delivery_done) struct delivery a = {0};
        CLEANUP(delivery_done) struct delivery b = {0};
        struct settle st;
        unsigned turns = 0;

        assert_true(scratch_claim(s, id, NOON, &a));
        assert_true(scratch_claim(s, id, NOON, &b));
        st = scratch_settle(&a, DELIVERY_RELAYED, 250, "Ok");
        SQLFAULT_EACH(SQLITE_FULL)
        {
                CLEANUP(delivery_list_done) struct delivery_list l = {0};
                CLEANUP(tx_done) struct tx tx = {0};
                struct err e = {0};
                bool hit;
                int r = tx_begin(&tx, s->db, 0, &e);

                if (r >= 0)
                        r = delivery_settle(&tx, &st, &e);
                if (r >= 0)
                        r = delivery_data(&tx, b.id, NOON, &e);
                if (r >= 0)
                        r = delivery_claim(&tx, id, NOON, 2, false, NULL, &l, &e);
                if (r >= 0)
                        r = tx_commit(&tx, &e);
                tx_done(&tx);
                hit = sqlfault_hit();
                assert_int_equal(r, hit ? -ENOSPC : 0);
                assert_int_equal(count(s, id, DELIVERY_RELAYED), hit ? 0 : 1);
                assert_int_equal(count(s, id, DELIVERY_SENDING), hit ? 2 : 3);
                assert_int_equal(scratch_int(s, "SELECT count(*) FROM event"), hit ? 0 : 1);
                assert_int_equal(scratch_int(s, "SELECT count(*) FROM delivery WHERE data_at > 0"),
                                 hit ? 0 : 1);
                scratch_check_counts(s, id);
                turns++;
        }
        assert_true(turns > 12);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)
        const struct CMUnitTest tests[] = {
                TEST(test_a_contact_or_an_address_gets_one_letter_of_a_release),
                TEST(test_several_without_an_address_are_kept_as_not_sent),
                TEST(test_recipients_are_read_by_pages_in_order_of_id),
                TEST(test_a_leaf_binds_the_recipients_words),
                TEST(test_a_claim_takes_what_is_due_and_counts_the_attempt),
                TEST(test_claims_come_in_no_order_that_a_recipient_could_guess),
                TEST(test_neighbours_in_the_book_do_not_follow_each_other),
                TEST(test_before_the_embargo_only_the_early_audience_is_claimed),
                TEST(test_due_retries_go_before_new_ones),
                TEST(test_nothing_is_claimed_without_approval),
                TEST(test_a_letter_taken_by_the_relay_is_relayed_and_logged),
                TEST(test_a_fault_of_nobody_takes_the_attempt_back),
                TEST(test_a_result_of_another_attempt_changes_nothing),
                TEST(test_what_may_have_arrived_stays_unknown_through_later_tries),
                TEST(test_a_turn_is_all_or_nothing_under_every_fault),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
