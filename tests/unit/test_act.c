// SPDX-License-Identifier: MIT
#include "press/act.h"

#include "press/book.h"
#include "press/config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <errno.h>
#include <string.h>
#include <cmocka.h>

#include "scratch.h"

static struct config config = {.socket = (char *) "/nonexistent/press.sock",
                               .return_path = (char *) "bounce+{tag}@press.example"};

static struct act act_of(struct scratch *s)
{
        return (struct act){s->db, &config, {.uid = 1001, .name = "hoa", .now = NOON + 5000}};
}

static int64_t count(struct scratch *s, const char *where)
{
        char sql[300];

        snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s", where);
        return scratch_int(s, sql);
}

/* One delivery of `release` settled as `to`; returns its id. */
static int64_t settle_one(struct scratch *s, int64_t release, enum delivery_state to, int code)
{
        CLEANUP(delivery_done) struct delivery d = {0};
        struct settle st;

        assert_true(scratch_claim(s, release, NOON, &d));
        st = scratch_settle(&d, to, code, "as it was said");
        if (to == DELIVERY_DEFERRED)
                st.due_at = NOON + 300000;
        scratch_do_settle(s, &st);
        return d.id;
}

/* --- cancel, pause, retry -------------------------------------------------------------- */

static void test_a_cancel_withdraws_all_that_waits_and_tells_who_has_it(void **state)
{
        struct scratch *s = *state;
        struct act a = act_of(s);
        CLEANUP(delivery_list_done) struct delivery_list l = {0};
        struct err e = {0};
        int64_t id = scratch_approved(s, 450), n;

        settle_one(s, id, DELIVERY_RELAYED, 250);
        settle_one(s, id, DELIVERY_RELAYED, 250);
        settle_one(s, id, DELIVERY_REFUSED, 550);
        settle_one(s, id, DELIVERY_UNKNOWN, 0);
        assert_ok(act_cancel(&a, id, "số liệu sai", &e), &e);
        assert_int_equal(count(s, "delivery WHERE state = 'cancelled'"), 446);
        assert_int_equal(count(s, "delivery WHERE state IN ('queued', 'deferred')"), 0);
        assert_int_equal(count(s, "audit WHERE verb = 'cancel' AND detail = 'số liệu sai'"), 1);
        scratch_check_counts(s, id);
        assert_ok(delivery_holders(s->db, id, 2, &l, &n, &e), &e);
        assert_int_equal(n, 3); /* the unknown one may have it, the refused one has not */
        assert_int_equal(l.n, 2);
        assert_int_equal(act_cancel(&a, id, "", &e), -EINVAL);
}

static void test_who_sent_it_back_does_not_hold_it(void **state)
{
        struct scratch *s = *state;
        CLEANUP(delivery_list_done) struct delivery_list l = {0};
        struct err e = {0};
        int64_t id = scratch_approved(s, 2), n;

        settle_one(s, id, DELIVERY_RELAYED, 250);
        scratch_exec(s, "UPDATE delivery SET state = 'bounced' WHERE state = 'relayed'");
        scratch_exec(s, "UPDATE release_count SET state = 'bounced' WHERE state = 'relayed'");
        assert_ok(delivery_holders(s->db, id, 10, &l, &n, &e), &e);
        assert_int_equal(n, 0);
}

static void test_release_0_pauses_and_resumes_everything(void **state)
{
        struct scratch *s = *state;
        struct act a = act_of(s);
        struct err e = {0};
        int64_t id = scratch_approved(s, 1);
        bool all = false;

        assert_ok(act_pause(&a, 0, "", &e), &e);
        assert_ok(release_paused_all(s->db, &all, &e), &e);
        assert_true(all);
        assert_ok(act_resume(&a, 0, &e), &e);
        assert_ok(release_paused_all(s->db, &all, &e), &e);
        assert_false(all);
        assert_ok(act_pause(&a, id, "chờ", &e), &e);
        assert_int_equal(count(s, "release WHERE paused = 1 AND reason = 'chờ'"), 1);
        assert_ok(act_resume(&a, id, &e), &e);
        assert_int_equal(act_resume(&a, id, &e), -EINVAL);
        assert_int_equal(count(s, "audit WHERE user = 'hoa' AND uid = 1001"), 4);
}

static void test_a_retry_makes_due_what_waits_and_says_how_many(void **state)
{
        struct scratch *s = *state;
        struct act a = act_of(s);
        struct err e = {0};
        int64_t id = scratch_approved(s, 4), n = -1;

        settle_one(s, id, DELIVERY_DEFERRED, 450);
        settle_one(s, id, DELIVERY_UNKNOWN, 0); /* held: due_at 0 */
        settle_one(s, id, DELIVERY_RELAYED, 250);
        assert_ok(act_retry(&a, id, "", "", &n, &e), &e);
        assert_int_equal(n, 2);
        assert_int_equal(count(s, "delivery WHERE due_at = 1795582805000"), 2);
        assert_int_equal(count(s, "audit WHERE verb = 'retry'"), 1);
        assert_ok(act_retry(&a, id, "nobody@x.example", "", &n, &e), &e);
        assert_int_equal(n, 0);
}

/* --- what is open ------------------------------------------------------------------------ */

static void test_what_is_open_in_one_release_and_whose_turn_it_is(void **state)
{
        struct scratch *s = *state;
        struct act a = act_of(s);
        struct err e = {0};
        int64_t id = scratch_approved(s, 4), other = scratch_approved(s, 9), try, person;

        settle_one(s, id, DELIVERY_RELAYED, 250);
        settle_one(s, id, DELIVERY_UNKNOWN, 0); /* held */
        settle_one(s, id, DELIVERY_DEFERRED, 450);
        assert_ok(release_open_one(s->db, id, &try, &person, &e), &e);
        assert_int_equal(try, 2);
        assert_int_equal(person, 1);
        assert_ok(release_open_one(s->db, other, &try, &person, &e), &e);
        assert_int_equal(try, 9);
        assert_ok(act_pause(&a, id, "", &e), &e);
        assert_ok(release_open_one(s->db, id, &try, &person, &e), &e);
        assert_int_equal(try, 0);
        assert_int_equal(person, 3);
        assert_ok(act_cancel(&a, id, "", &e), &e);
        assert_ok(release_open_one(s->db, id, &try, &person, &e), &e);
        assert_int_equal(try + person, 0);
}

static void test_the_groups_add_up_to_the_release(void **state)
{
        struct scratch *s = *state;
        int64_t n[ORG_KINDS][DELIVERY_STATES], id = scratch_approved(s, 5);
        struct err e = {0};

        settle_one(s, id, DELIVERY_REFUSED, 550);
        assert_ok(release_counts_by_kind(s->db, id, n, &e), &e);
        assert_int_equal(n[ORG_UNIT][DELIVERY_QUEUED] + n[ORG_UNIT][DELIVERY_REFUSED], 3);
        assert_int_equal(n[ORG_PRESS][DELIVERY_QUEUED] + n[ORG_PRESS][DELIVERY_REFUSED], 2);
        assert_int_equal(n[ORG_UNIT][DELIVERY_REFUSED] + n[ORG_PRESS][DELIVERY_REFUSED], 1);
        assert_int_equal(n[ORG_DEPARTMENT][DELIVERY_QUEUED], 0);
}

static void test_what_cannot_be_retried_or_resent_says_which(void **state)
{
        struct scratch *s = *state;
        struct act a = act_of(s);
        CLEANUP(release_done) struct release r = scratch_release("Chờ duyệt");
        struct err e = {0};
        int64_t id = scratch_approved(s, 2), proposed = scratch_publish(s, &r, 1, false), n;

        settle_one(s, id, DELIVERY_UNKNOWN, 0); /* held */
        assert_ok(act_cancel(&a, id, "", &e), &e);
        assert_int_equal(act_retry(&a, id, "", "", &n, &e), -EINVAL);
        assert_string_equal(e.msgid, "Release %lld was cancelled: nothing of it is sent any more. "
                                     "Nothing was changed; to send the text, submit it anew.");
        assert_int_equal(act_resend_to(&a, id, "d@x.example", "", "x", &n, &e), -EINVAL);
        assert_int_equal(act_retry(&a, proposed, "", "", &n, &e), -EINVAL);
        assert_string_equal(e.msgid, "Release %lld still waits for approval. Nothing was changed.");
}

/* --- resend ------------------------------------------------------------------------------ */

/* R118, and what the record must say. */
static void test_an_address_of_our_own_or_a_stopped_one_is_refused(void **state)
{
        struct scratch *s = *state;
        struct act a = act_of(s);
        struct err e = {0};
        int64_t id = scratch_approved(s, 1), made;

        assert_int_equal(act_resend_to(&a, id, "bounce@press.example", "", "x", &made, &e),
                         -EINVAL);
        assert_int_equal(act_resend_to(&a, id, "Bounce+x7@press.example", "", "x", &made, &e),
                         -EINVAL);
        assert_int_equal(
                ACT(s, suppression_add(&tx,
                                       &(struct suppression){.address = (char[]){"stop@x.example"},
                                                             .reason = REASON_STOP_LIST,
                                                             .since = NOON},
                                       &te)),
                0);
        assert_int_equal(act_resend_to(&a, id, "stop@x.example", "", "x", &made, &e), -EINVAL);
        assert_int_equal(act_resend_to(&a, id, "d@x.example", "q@x.example", "x", &made, &e),
                         -ENOENT);
        assert_int_equal(count(s, "delivery"), 1);
        assert_int_equal(count(s, "audit WHERE verb = 'resend'"), 0);
}

static void test_a_new_address_bears_the_words_of_the_one_it_stands_in_for(void **state)
{
        struct scratch *s = *state;
        struct act a = act_of(s);
        CLEANUP(delivery_list_done) struct delivery_list lost = {0}, made_one = {0};
        struct err e = {0};
        int64_t id = scratch_approved(s, 1), made = 0;

        settle_one(s, id, DELIVERY_REFUSED, 550);
        assert_ok(act_resend_to(&a, id, "moi@x.example", "j0@x.example", "đổi hộp thư", &made, &e),
                  &e);
        assert_ok(delivery_find(s->db, id, "moi@x.example", &made_one, &e), &e);
        assert_int_equal(made_one.n, 1);
        assert_int_equal(made_one.v[0].id, made);
        assert_string_equal(made_one.v[0].name, "Nguyễn Thị Đào 0");
        assert_int_equal(made_one.v[0].contact_id, 1);
        assert_int_equal(made_one.v[0].state, DELIVERY_QUEUED);
        assert_ok(delivery_unreached(s->db, id, 10, &lost, &e), &e);
        assert_int_equal(lost.n, 0);
        assert_int_equal(count(s, "audit WHERE verb = 'resend'"
                                  " AND detail = 'moi@x.example for j0@x.example: đổi hộp thư'"),
                         1);
        scratch_check_counts(s, id);
}

/* R89 */
static void test_only_those_not_reached_get_it_again(void **state)
{
        struct scratch *s = *state;
        struct act a = act_of(s);
        struct err e = {0};
        int64_t id = scratch_approved(s, 6), n, stopped;

        settle_one(s, id, DELIVERY_RELAYED, 250);
        settle_one(s, id, DELIVERY_REFUSED, 550);
        settle_one(s, id, DELIVERY_REFUSED, 550);
        settle_one(s, id, DELIVERY_EXPIRED, 0);
        settle_one(s, id, DELIVERY_DEFERRED, 450);
        scratch_exec(s, "INSERT INTO suppression (address, key, reason, since, added_by, note)"
                        " SELECT address, address, 'stop-list', 1, 'hoa', '' FROM delivery"
                        " WHERE state = 'refused' LIMIT 1");
        assert_ok(act_resend_states(&a, id, 1u << DELIVERY_REFUSED, "", &n, &stopped, &e), &e);
        assert_int_equal(n, 1);
        assert_int_equal(stopped, 1);
        assert_ok(act_resend_states(&a, id, ACT_RESEND_STATES, "", &n, &stopped, &e), &e);
        assert_int_equal(n, 1); /* the expired one; the refused one has its copy already */
        assert_int_equal(count(s, "delivery WHERE copy = 1"), 2);
        assert_int_equal(count(s, "delivery WHERE copy = 1 AND address IN"
                                  " (SELECT address FROM delivery WHERE state = 'relayed')"),
                         0);
        assert_int_equal(count(s, "audit WHERE verb = 'resend'"), 2);
        scratch_check_counts(s, id);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)
        const struct CMUnitTest tests[] = {
                TEST(test_a_cancel_withdraws_all_that_waits_and_tells_who_has_it),
                TEST(test_who_sent_it_back_does_not_hold_it),
                TEST(test_release_0_pauses_and_resumes_everything),
                TEST(test_a_retry_makes_due_what_waits_and_says_how_many),
                TEST(test_what_is_open_in_one_release_and_whose_turn_it_is),
                TEST(test_the_groups_add_up_to_the_release),
                TEST(test_what_cannot_be_retried_or_resent_says_which),
                TEST(test_an_address_of_our_own_or_a_stopped_one_is_refused),
                TEST(test_a_new_address_bears_the_words_of_the_one_it_stands_in_for),
                TEST(test_only_those_not_reached_get_it_again),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
