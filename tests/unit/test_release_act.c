// SPDX-License-Identifier: MIT
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "scratch.h"

#include "press/mem.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct actor HOA = {.uid = 1001, .name = "hoa", .now = NOON + 60000};

static void set(char **field, const char *value)
{
        free(*field);
        *field = mem_strdup(value);
}

/* A proposed release of one recipient with this key and Number. */
static int64_t propose(struct scratch *s, const char *key, const char *number)
{
        CLEANUP(release_done) struct release r = scratch_release("Thông cáo");

        set(&r.key, key);
        set(&r.number, number);
        return scratch_publish(s, &r, 1, false);
}

static enum release_state shown(struct scratch *s, int64_t id)
{
        CLEANUP(release_done) struct release r = {0};
        struct err e = {0};

        assert_ok(release_get(s->db, id, &r, &e), &e);
        return r.state;
}

/* --- acts ---------------------------------------------------------------------------------- */

static void test_an_approval_binds_the_hash_and_sets_the_moments(void **state)
{
        struct scratch *s = *state;
        CLEANUP(release_done) struct release r = scratch_release("Thông cáo");
        CLEANUP(release_done) struct release back = {0};
        struct err e = {0};
        int64_t id = scratch_publish(s, &r, 1, false);

        assert_int_equal(ACT(s, release_approve(&tx, id, "00ff", 0, &HOA, &te)), -EINVAL);
        assert_int_equal(ACT(s, release_approve(&tx, id, "", 0, &HOA, &te)), -EINVAL);
        assert_int_equal(shown(s, id), RELEASE_PROPOSED);
        assert_int_equal(ACT(s, release_approve(&tx, id, r.hash, 20000, &HOA, &te)), 0);
        assert_ok(release_get(s->db, id, &back, &e), &e);
        assert_int_equal(back.state, RELEASE_APPROVED);
        assert_string_equal(back.approved_by, "hoa");
        assert_int_equal(back.approved_uid, 1001);
        assert_string_equal(back.approved_hash, r.hash);
        assert_int_equal(back.due_at, HOA.now + 20000);
        assert_int_equal(back.early_at, HOA.now + 20000);
        assert_int_equal(back.moment, HOA.now + 20000);
        assert_int_equal(ACT(s, release_approve(&tx, id, r.hash, 0, &HOA, &te)), -EINVAL);
        assert_int_equal(scratch_int(s, "SELECT count(*) FROM audit WHERE verb = 'approve'"
                                        " AND user = 'hoa'"),
                         1);
}

static void test_the_moments_follow_at_embargo_and_early(void **state)
{
        struct release r = {.early = (char *) "", .at = 5000, .embargo = 0};

        (void) state;
        release_moments(&r, 1000, 100); /* at alone */
        assert_int_equal(r.due_at, 5000);
        assert_int_equal(r.early_at, 5000);
        assert_int_equal(r.moment, 5000);
        r = (struct release){.early = (char *) "", .embargo = 9000};
        release_moments(&r, 1000, 100); /* an embargo for everybody */
        assert_int_equal(r.due_at, 9000);
        assert_int_equal(r.early_at, 9000);
        assert_int_equal(r.moment, 9000);
        r = (struct release){.early = (char *) "kind:press", .embargo = 9000};
        release_moments(&r, 1000, 100); /* the press gets it on approval, after the grace */
        assert_int_equal(r.due_at, 9000);
        assert_int_equal(r.early_at, 1100);
        assert_int_equal(r.moment, 1100);
        r = (struct release){.early = (char *) "kind:press", .at = 5000, .embargo = 9000};
        release_moments(&r, 1000, 100);
        assert_int_equal(r.early_at, 5000);
        release_moments(&r, 20000, 100); /* approved after both */
        assert_int_equal(r.due_at, 20100);
        assert_int_equal(r.early_at, 20100);
}

static void test_what_was_changed_in_the_database_is_not_approved(void **state)
{
        struct scratch *s = *state;
        CLEANUP(release_done) struct release r = scratch_release("Thông cáo");
        int64_t id = scratch_publish(s, &r, 1, false);

        scratch_exec(s, "UPDATE release SET title = 'Khác'");
        assert_int_equal(ACT(s, release_approve(&tx, id, r.hash, 0, &HOA, &te)), -EBADMSG);
}

static void test_an_expired_release_is_not_approved(void **state)
{
        struct scratch *s = *state;
        CLEANUP(release_done) struct release r = scratch_release("Thông cáo");
        int64_t id;

        r.expires = HOA.now;
        id = scratch_publish(s, &r, 1, false);
        assert_int_equal(ACT(s, release_approve(&tx, id, r.hash, 0, &HOA, &te)), -ETIME);
}

static void test_each_bound_field_changes_the_hash(void **state)
{
        CLEANUP(release_done) struct release r = scratch_release("Thông cáo");
        char seen[20][HASH_HEX_MAX];
        size_t n = 0;

        (void) state;
#define CHANGED(change)                      \
        do {                                 \
                change;                      \
                release_hash(&r, seen[n++]); \
        } while (0)
        CHANGED((void) 0);
        CHANGED(set(&r.title, "Khác"));
        CHANGED(set(&r.number, "1"));
        CHANGED(r.kind = KIND_NOTICE);
        CHANGED(r.class = CLASS_URGENT);
        CHANGED(r.language = LANG_EN);
        CHANGED(r.at = 1);
        CHANGED(r.embargo = 2);
        CHANGED(r.expires = 3);
        CHANGED(r.automatic = true);
        CHANGED(set(&r.reply_to, "a@b.example"));
        CHANGED(set(&r.signer, "Lê"));
        CHANGED(set(&r.contact, "024"));
        CHANGED(r.letter_hash[0] = '!');
        CHANGED(r.recipients_hash[0] = '!');
        for (size_t i = 0; i < n; i++)
                for (size_t j = 0; j < i; j++)
                        assert_string_not_equal(seen[i], seen[j]);
        set(&r.contact, "");
        set(&r.signer, "Lê024"); /* pieces do not run together */
        release_hash(&r, seen[n]);
        for (size_t j = 0; j < n; j++)
                assert_string_not_equal(seen[n], seen[j]);
        r.recipients = 99; /* a resend voids no approval */
        release_hash(&r, seen[0]);
        assert_string_equal(seen[0], seen[n]);
}

static void test_a_paused_release_is_not_worked_on_until_resumed(void **state)
{
        struct scratch *s = *state;
        int64_t id = scratch_approved(s, 2);
        CLEANUP(delivery_done) struct delivery d = {0};
        struct release_work w[2];
        size_t n = 9;

        assert_int_equal(ACT(s, release_resume(&tx, id, &HOA, &te)), -EINVAL);
        assert_int_equal(ACT(s, release_pause(&tx, id, "chờ", &HOA, &te)), 0);
        assert_int_equal(shown(s, id), RELEASE_PAUSED);
        assert_int_equal(release_work(s->db, &AT_NOON, w, 2, &n, NULL), 0);
        assert_int_equal(n, 0);
        assert_false(scratch_claim(s, id, NOON, &d));
        assert_int_equal(ACT(s, release_resume(&tx, id, &HOA, &te)), 0);
        assert_int_equal(shown(s, id), RELEASE_APPROVED);
        assert_true(scratch_claim(s, id, NOON, &d));
}

static void test_pause_all_stops_every_claim(void **state)
{
        struct scratch *s = *state;
        int64_t id = scratch_approved(s, 2), to_try = -1, person = -1;
        CLEANUP(delivery_done) struct delivery d = {0};
        struct release_work w[2];
        size_t n = 9;
        CLEANUP(mem_free) char *by = NULL, *nobody = NULL;
        bool paused = false;

        assert_int_equal(release_paused_all_by(s->db, &nobody, NULL), 0);
        assert_null(nobody);
        assert_int_equal(ACT(s, release_pause_all(&tx, "", &HOA, &te)), 0);
        assert_int_equal(ACT(s, release_pause_all(&tx, "", &HOA, &te)), 0); /* twice is once */
        assert_int_equal(release_paused_all(s->db, &paused, NULL), 0);
        assert_true(paused);
        assert_int_equal(release_paused_all_by(s->db, &by, NULL), 0);
        assert_string_equal(by, HOA.name);
        assert_int_equal(release_work(s->db, &AT_NOON, w, 2, &n, NULL), 0);
        assert_int_equal(n, 0);
        assert_false(scratch_claim(s, id, NOON, &d));
        assert_int_equal(release_open(s->db, &to_try, &person, NULL), 0);
        assert_int_equal(to_try, 0);
        assert_int_equal(person, 2);
        assert_int_equal(ACT(s, release_pause_all(&tx, NULL, &HOA, &te)), 0);
        assert_true(scratch_claim(s, id, NOON, &d));
}

static void test_cancelling_withdraws_what_waits_and_lets_the_wire_finish(void **state)
{
        struct scratch *s = *state;
        int64_t id = scratch_approved(s, 5), n[DELIVERY_STATES], left = -1, unfinished = -1;
        CLEANUP(delivery_done) struct delivery on_wire = {0};
        CLEANUP(delivery_done) struct delivery unknown = {0};
        CLEANUP(delivery_done) struct delivery none = {0};
        struct settle st;

        assert_true(scratch_claim(s, id, NOON, &unknown));
        st = scratch_settle(&unknown, DELIVERY_UNKNOWN, 0, "closed");
        st.due_at = NOON + 1;
        scratch_do_settle(s, &st);
        assert_true(scratch_claim(s, id, NOON, &on_wire));
        assert_int_equal(ACT(s, release_cancel(&tx, id, "nhầm số", &HOA, &te)), 0);
        assert_int_equal(shown(s, id), RELEASE_CANCELLED);
        assert_false(scratch_claim(s, id, NOON + 10, &none)); /* at once, before any row moved */
        assert_int_equal(release_cancel_unfinished(s->db, &unfinished, NULL), 0);
        assert_int_equal(unfinished, id);

        assert_int_equal(ACT(s, release_cancel_rest(&tx, id, 2, HOA.now, &left, &te)), 0);
        assert_int_equal(left, 2); /* of five: the unknown one is held, one is cancelled */
        assert_int_equal(ACT(s, release_cancel_rest(&tx, id, 2, HOA.now, &left, &te)), 0);
        assert_int_equal(left, 0);
        st = scratch_settle(&on_wire, DELIVERY_DEFERRED, 451, "later");
        st.due_at = NOON + 60000;
        scratch_do_settle(s, &st); /* came back: does not wait again */

        assert_int_equal(release_counts(s->db, id, n, NULL), 0);
        assert_int_equal(n[DELIVERY_CANCELLED], 4);
        assert_int_equal(n[DELIVERY_UNKNOWN], 1); /* may have arrived: not called cancelled */
        assert_int_equal(scratch_int(s, "SELECT count(*) FROM delivery WHERE due_at > 0"), 0);
        assert_int_equal(release_cancel_unfinished(s->db, &unfinished, NULL), 0);
        assert_int_equal(unfinished, 0);
        scratch_check_counts(s, id);
        assert_int_equal(ACT(s, release_cancel(&tx, id, "", &HOA, &te)), -EINVAL);
        assert_int_equal(ACT(s, release_pause(&tx, id, "", &HOA, &te)), -EINVAL);
}

static void test_only_a_cancelled_release_is_emptied(void **state)
{
        struct scratch *s = *state;
        int64_t id = scratch_approved(s, 1), left = -7;

        assert_int_equal(ACT(s, release_cancel_rest(&tx, id, 10, NOON, &left, &te)), -EINVAL);
        assert_int_equal(left, -7);
}

static void test_done_is_when_nothing_is_open_any_more(void **state)
{
        struct scratch *s = *state;
        int64_t id = scratch_approved(s, 1);
        CLEANUP(delivery_done) struct delivery d = {0};
        struct settle st;

        assert_int_equal(ACT(s, release_sending(&tx, id, &te)), 0);
        assert_int_equal(shown(s, id), RELEASE_SENDING);
        assert_true(scratch_claim(s, id, NOON, &d));
        st = scratch_settle(&d, DELIVERY_REFUSED, 550, "5.1.1 no such user");
        scratch_do_settle(s, &st);
        assert_int_equal(shown(s, id), RELEASE_DONE);
        assert_int_equal(ACT(s, release_cancel(&tx, id, "", &HOA, &te)), -EINVAL);
        assert_int_equal(ACT(s, release_pause(&tx, id, "", &HOA, &te)), -EINVAL);
}

/* --- what there is to do -------------------------------------------------------------------- */

static void test_work_is_listed_urgent_first_then_oldest(void **state)
{
        struct scratch *s = *state;
        CLEANUP(release_done) struct release routine = scratch_release("a");
        CLEANUP(release_done) struct release normal = scratch_release("b");
        CLEANUP(release_done) struct release urgent = scratch_release("c");
        CLEANUP(release_done) struct release proposed = scratch_release("d");
        struct release_work w[8];
        size_t n = 0;

        routine.class = CLASS_ROUTINE;
        urgent.class = CLASS_URGENT;
        scratch_publish(s, &routine, 3, true);
        scratch_publish(s, &normal, 2, true);
        scratch_publish(s, &urgent, 1, true);
        scratch_publish(s, &proposed, 1, false);
        assert_int_equal(release_work(s->db, &AT_NOON, w, 8, &n, NULL), 0);
        assert_int_equal(n, 3);
        assert_int_equal(w[0].id, urgent.id);
        assert_int_equal(w[1].id, normal.id);
        assert_int_equal(w[2].id, routine.id);
        assert_int_equal(w[2].class, CLASS_ROUTINE);
        assert_int_equal(w[2].queued, 3);
        assert_int_equal(w[2].retrying, 0);
        assert_int_equal(w[2].due_at, NOON);
        assert_int_equal(release_work(s->db, &AT_NOON, w, 1, &n, NULL), 0);
        assert_int_equal(n, 1);
}

static void test_what_waits_for_a_person_is_counted_apart(void **state)
{
        struct scratch *s = *state;
        int64_t a = scratch_approved(s, 4), b = propose(s, "", ""), to_try = -1, person = -1;
        CLEANUP(delivery_done) struct delivery held = {0};
        CLEANUP(delivery_done) struct delivery again = {0};
        CLEANUP(delivery_done) struct delivery wire = {0};
        struct settle st;

        (void) b;
        assert_true(scratch_claim(s, a, NOON, &held));
        st = scratch_settle(&held, DELIVERY_UNKNOWN, 0, "closed"); /* due_at 0: held */
        scratch_do_settle(s, &st);
        assert_true(scratch_claim(s, a, NOON, &again));
        st = scratch_settle(&again, DELIVERY_UNKNOWN, 0, "closed");
        st.due_at = NOON + 5;
        scratch_do_settle(s, &st);
        assert_true(scratch_claim(s, a, NOON, &wire));
        assert_int_equal(release_open(s->db, &to_try, &person, NULL), 0);
        assert_int_equal(to_try, 3); /* one queued, one on the wire, one unknown with a time */
        assert_int_equal(person, 2); /* the held one and the proposal */
        assert_int_equal(ACT(s, release_pause(&tx, a, "", &HOA, &te)), 0);
        assert_int_equal(release_open(s->db, &to_try, &person, NULL), 0);
        assert_int_equal(to_try, 1); /* what is on the wire ends by itself */
        assert_int_equal(person, 4);
}

static void test_held_ones_of_several_kinds_are_counted_once(void **state)
{
        struct scratch *s = *state;
        int64_t a = scratch_approved(s, 4), to_try = -1, person = -1;

        for (int i = 0; i < 4; i++) {
                CLEANUP(delivery_done) struct delivery d = {0};
                struct settle st;

                assert_true(scratch_claim(s, a, NOON, &d));
                st = scratch_settle(&d, DELIVERY_UNKNOWN, 0, "closed"); /* due_at 0: held */
                scratch_do_settle(s, &st);
        }
        assert_int_equal(release_open(s->db, &to_try, &person, NULL), 0);
        assert_int_equal(to_try, 0);
        assert_int_equal(person, 4);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)
        const struct CMUnitTest tests[] = {
                TEST(test_an_approval_binds_the_hash_and_sets_the_moments),
                TEST(test_the_moments_follow_at_embargo_and_early),
                TEST(test_what_was_changed_in_the_database_is_not_approved),
                TEST(test_an_expired_release_is_not_approved),
                TEST(test_each_bound_field_changes_the_hash),
                TEST(test_a_paused_release_is_not_worked_on_until_resumed),
                TEST(test_pause_all_stops_every_claim),
                TEST(test_cancelling_withdraws_what_waits_and_lets_the_wire_finish),
                TEST(test_only_a_cancelled_release_is_emptied),
                TEST(test_done_is_when_nothing_is_open_any_more),
                TEST(test_work_is_listed_urgent_first_then_oldest),
                TEST(test_held_ones_of_several_kinds_are_counted_once),
                TEST(test_what_waits_for_a_person_is_counted_apart),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
