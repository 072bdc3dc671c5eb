// SPDX-License-Identifier: MIT
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "scratch.h"
#include "sqlfault.h"

#include "press/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct retry_policy POLICY[RELEASE_CLASSES] = {
        [CLASS_URGENT] = {.step_ms = {60000}, .nsteps = 1, .retry_unknown = true},
        [CLASS_NORMAL] = {.step_ms = {300000}, .nsteps = 1, .retry_unknown = true},
        [CLASS_ROUTINE] = {.step_ms = {900000}, .nsteps = 1}, /* hold */
};

static int64_t count(struct scratch *s, int64_t release, enum delivery_state state)
{
        int64_t n[DELIVERY_STATES];

        assert_int_equal(release_counts(s->db, release, n, NULL), 0);
        return n[state];
}

static struct delivery to(struct scratch *s, int64_t release, const char *address)
{
        CLEANUP(delivery_list_done) struct delivery_list l = {0};

        assert_int_equal(delivery_find(s->db, release, address, &l, NULL), 0);
        assert_true(l.n >= 1);
        return l.v[--l.n];
}

/* Claims the next and settles it into `state`, due again at `due`. */
static void try_one(struct scratch *s, int64_t release, enum delivery_state state, int64_t due)
{
        CLEANUP(delivery_done) struct delivery d = {0};
        struct settle st;

        assert_true(scratch_claim(s, release, NOON, &d));
        st = scratch_settle(&d, state, state == DELIVERY_UNKNOWN ? 0 : 450, "4.2.0 words");
        st.due_at = due;
        scratch_do_settle(s, &st);
}

/* --- after a crash ------------------------------------------------------------------ */

static void test_recovery_decides_by_what_is_on_disk(void **state)
{
        struct scratch *s = *state;
        int64_t id = scratch_approved(s, 3), queued = -1, unknown = -1;
        CLEANUP(delivery_done) struct delivery not_sent = {0};
        CLEANUP(delivery_done) struct delivery sent = {0};
        CLEANUP(delivery_done) struct delivery a = {0};
        CLEANUP(delivery_done) struct delivery b = {0};

        assert_true(scratch_claim(s, id, NOON, &not_sent));
        assert_true(scratch_claim(s, id, NOON, &sent));
        assert_int_equal(ACT(s, delivery_data(&tx, sent.id, NOON, &te)), 0);
        assert_int_equal(ACT(s, delivery_recover(&tx, NOON + 9000, POLICY, &queued, &unknown, &te)),
                         0);
        assert_int_equal(queued, 1);
        assert_int_equal(unknown, 1);
        a = to(s, id, not_sent.address);
        assert_int_equal(a.state, DELIVERY_QUEUED);
        assert_int_equal(a.attempt, 0);
        b = to(s, id, sent.address);
        assert_int_equal(b.state, DELIVERY_UNKNOWN);
        assert_int_equal(b.attempt, 1);
        assert_int_equal(b.out_at, NOON + 9000);
        assert_in_range(b.due_at, NOON + 9000 + 270000, NOON + 9000 + 330000); /* 5 min ± 10 % */
        assert_int_equal(scratch_int(s, "SELECT count(*) FROM event WHERE state = 'unknown'"
                                        " AND note = 'press ended before the reply'"),
                         1);
        scratch_check_counts(s, id);
        assert_int_equal(ACT(s, delivery_recover(&tx, NOON, POLICY, &queued, &unknown, &te)), 0);
        assert_int_equal(queued + unknown, 0);
}

static void test_a_held_class_waits_for_a_person_after_a_crash(void **state)
{
        struct scratch *s = *state;
        CLEANUP(release_done) struct release r = scratch_release("Bản tin");
        CLEANUP(delivery_done) struct delivery d = {0};
        CLEANUP(delivery_done) struct delivery after = {0};
        int64_t queued, unknown;

        r.class = CLASS_ROUTINE;
        scratch_publish(s, &r, 1, true);
        assert_true(scratch_claim(s, r.id, NOON, &d));
        assert_int_equal(ACT(s, delivery_data(&tx, d.id, NOON, &te)), 0);
        assert_int_equal(ACT(s, delivery_recover(&tx, NOON, POLICY, &queued, &unknown, &te)), 0);
        after = to(s, r.id, d.address);
        assert_int_equal(after.state, DELIVERY_UNKNOWN);
        assert_int_equal(after.due_at, 0);
}

static void test_a_retry_cut_off_before_its_text_left_is_unknown_as_before(void **state)
{
        struct scratch *s = *state;
        int64_t id = scratch_approved(s, 1), queued, unknown;
        CLEANUP(delivery_done) struct delivery d = {0};
        CLEANUP(delivery_done) struct delivery after = {0};

        try_one(s, id, DELIVERY_UNKNOWN, NOON + 1);
        assert_true(scratch_claim(s, id, NOON + 1, &d));
        assert_int_equal(ACT(s, delivery_recover(&tx, NOON + 2, POLICY, &queued, &unknown, &te)),
                         0);
        after = to(s, id, d.address);
        assert_int_equal(after.state, DELIVERY_UNKNOWN);
        assert_int_equal(after.due_at, NOON + 2);
        assert_int_equal(after.attempt, 1);
}

static int64_t due_between(const struct scratch *s, int64_t from, int64_t to)
{
        char sql[160];

        snprintf(sql, sizeof(sql),
                 "SELECT count(*) FROM delivery WHERE due_at BETWEEN %lld AND %lld",
                 (long long) from, (long long) to);
        return scratch_int(s, sql);
}

/* R12: five minutes and the tenth that chance may add are the class's longest step. */
static void test_a_clock_set_back_leaves_no_retry_stuck(void **state)
{
        struct scratch *s = *state;
        int64_t id = scratch_approved(s, 4);

        try_one(s, id, DELIVERY_DEFERRED, NOON + CLOCK_DAY + 7);
        try_one(s, id, DELIVERY_UNKNOWN, NOON + CLOCK_DAY + 11);
        try_one(s, id, DELIVERY_UNKNOWN, 0); /* held: a person decides */
        try_one(s, id, DELIVERY_DEFERRED, NOON + 330000);
        assert_int_equal(ACT(s, delivery_retry_within(&tx, NOON, POLICY, &te)), 0);
        assert_int_equal(due_between(s, NOON, NOON + 329999), 2);
        assert_int_equal(due_between(s, NOON + 330000, NOON + 330000), 1);
        assert_int_equal(scratch_int(s, "SELECT count(*) FROM delivery WHERE due_at IS NULL"), 1);
        scratch_check_counts(s, id);
}

/* --- time running out ------------------------------------------------------------------ */

static size_t expire(struct scratch *s, int64_t release, int64_t before, size_t limit)
{
        size_t n = 99;

        assert_int_equal(
                ACT(s, delivery_expire(&tx, release, before, NOON + CLOCK_DAY, limit, &n, &te)), 0);
        return n;
}

/* R41, R42 */
static void test_what_waits_too_long_expires_with_its_last_reply(void **state)
{
        struct scratch *s = *state;
        int64_t id = scratch_approved(s, 5);

        try_one(s, id, DELIVERY_DEFERRED, NOON + 300000);
        try_one(s, id, DELIVERY_UNKNOWN, NOON + 300000);
        try_one(s, id, DELIVERY_UNKNOWN, 0); /* held: a person decides */
        assert_int_equal(expire(s, id, NOON, 10), 0);
        assert_int_equal(expire(s, id, NOON + 1, 3), 3);
        assert_int_equal(expire(s, id, NOON + 1, 3), 1);
        assert_int_equal(expire(s, id, INT64_MAX, 10), 0);
        assert_int_equal(count(s, id, DELIVERY_EXPIRED), 4);
        assert_int_equal(count(s, id, DELIVERY_UNKNOWN), 1);
        assert_int_equal(scratch_int(s, "SELECT count(*) FROM event WHERE state = 'expired'"
                                        " AND enhanced = '4.4.7' AND note = 'time ran out'"),
                         4);
        assert_int_equal(scratch_int(s, "SELECT count(*) FROM event WHERE state = 'expired'"
                                        " AND reply = '450 4.2.0 words'"),
                         1);
        scratch_check_counts(s, id);
}

static void test_early_ones_and_resends_have_their_own_beginning(void **state)
{
        struct scratch *s = *state;
        int64_t id = scratch_approved(s, 2), copy = 0;
        CLEANUP(delivery_done) struct delivery d = {0};

        scratch_exec(s, "UPDATE release SET due_at = early_at + 7200000;"
                        "UPDATE delivery SET early = 1 WHERE id = 1");
        d = scratch_delivery(id, 8);
        assert_int_equal(ACT(s, delivery_resend(&tx, &d, 0, "", NOON + 3600000, &copy, &te)), 0);
        assert_int_equal(expire(s, id, NOON + 1, 10), 1); /* the early one */
        assert_int_equal(expire(s, id, NOON + 3600000, 10), 0);
        assert_int_equal(expire(s, id, NOON + 3600001, 10), 1); /* the resend */
        assert_int_equal(expire(s, id, NOON + 7200001, 10), 1);
}

/* --- people's wishes ---------------------------------------------------------------------- */

/* As many steps of `limit` rows as it takes; how many are due now. */
static int64_t retry(struct scratch *s, int64_t release, const char *address, const char *domain,
                     int64_t now, size_t limit)
{
        struct retry t = {.release = release, .now = now, .address = address, .domain = domain};
        struct err e = {0};

        assert_ok(delivery_retry_begin(s->db, &t, &e), &e);
        while (!t.done)
                assert_int_equal(ACT(s, delivery_retry_step(&tx, &t, limit, &te)), 0);
        return t.n;
}

static void test_waiting_and_held_ones_are_due_when_a_person_says_so(void **state)
{
        struct scratch *s = *state;
        int64_t id = scratch_approved(s, 4), next = -1;
        CLEANUP(delivery_list_done) struct delivery_list l = {0};

        try_one(s, id, DELIVERY_DEFERRED, NOON + CLOCK_DAY);
        try_one(s, id, DELIVERY_UNKNOWN, 0);
        try_one(s, id, DELIVERY_REFUSED, 0);
        assert_int_equal(retry(s, id, "nobody@x.example", "", NOON, 10), 0);
        assert_int_equal(retry(s, id, "", "", NOON + 5, 10), 2);
        assert_int_equal(delivery_next_retry(s->db, id, &next, NULL), 0);
        assert_int_equal(next, NOON + 5);
        assert_int_equal(ACT(s, delivery_claim(&tx, id, NOON + 5, 2, false, NULL, &l, &te)), 0);
        assert_int_equal(l.v[0].attempt + l.v[1].attempt, 4); /* both were retries */
}

/* In every size of step: later ones, held ones, and those that are due already count once. */
static void test_the_waiting_ones_of_one_domain_are_due_when_a_person_says_so(void **state)
{
        struct scratch *s = *state;
        int64_t id = scratch_approved(s, 40);

        scratch_exec(s, "UPDATE delivery SET state = 'deferred', due_at = 1795582800000 + id % 3"
                        " WHERE id <= 30;"
                        "UPDATE delivery SET state = 'unknown', due_at = NULL WHERE id > 30;"
                        "UPDATE delivery SET address = 'k' || id || '@gmail.com' WHERE id % 2 = 0;"
                        "UPDATE delivery SET address = 'k' || id || '@sub.gmail.com'"
                        " WHERE id % 4 = 0;");
        for (size_t limit = 1; limit < 12; limit++) {
                scratch_exec(s, "UPDATE delivery SET due_at = 1795582900000 WHERE id <= 30;"
                                "UPDATE delivery SET due_at = NULL WHERE id > 30;"
                                "UPDATE delivery SET due_at = 1795582800000 WHERE id = 2;");
                assert_int_equal(retry(s, id, "", "gmail.com", NOON + 7, limit), 10);
                assert_int_equal(scratch_int(s, "SELECT count(*) FROM delivery"
                                                " WHERE due_at = 1795582800007"
                                                " AND address LIKE '%@gmail.com'"),
                                 9);
                assert_int_equal(
                        scratch_int(s,
                                    "SELECT count(*) FROM delivery WHERE due_at < 1795582900000"),
                        10);
                assert_int_equal(retry(s, id, "", "", NOON + 8, limit), 40);
                assert_int_equal(
                        scratch_int(s, "SELECT count(*) FROM delivery WHERE due_at > 1795582800008"
                                       " OR due_at IS NULL"),
                        0);
        }
        assert_int_equal(retry(s, id, "", "x.exampl", NOON + 9, 3), 0);
}

static void test_a_resend_is_a_new_copy_on_the_record(void **state)
{
        struct scratch *s = *state;
        int64_t id = scratch_approved(s, 1), copy = -1;
        CLEANUP(delivery_done) struct delivery d = to(s, id, "j0@x.example");
        CLEANUP(delivery_list_done) struct delivery_list all = {0};

        assert_int_equal(ACT(s, delivery_resend(&tx, &d, d.id, "mất thư", NOON + 1, &copy, &te)),
                         -EEXIST); /* the first still waits */
        try_one(s, id, DELIVERY_REFUSED, 0);
        assert_int_equal(ACT(s, delivery_resend(&tx, &d, d.id, "mất thư", NOON + 1, &copy, &te)),
                         0);
        assert_int_equal(ACT(s, delivery_resend(&tx, &d, d.id, "mất thư", NOON + 1, &copy, &te)),
                         -EEXIST);
        assert_int_equal(delivery_find(s->db, id, "j0@x.example", &all, NULL), 0);
        assert_int_equal(all.n, 2);
        assert_int_equal(all.v[1].id, copy);
        assert_int_equal(all.v[1].copy, 1);
        assert_int_equal(all.v[1].state, DELIVERY_QUEUED);
        assert_int_equal(all.v[1].created_at, NOON + 1);
        assert_memory_not_equal(all.v[0].salt, all.v[1].salt, sizeof(d.salt));
        assert_int_equal(scratch_int(s, "SELECT count(*) FROM event WHERE kind = 'resend'"
                                        " AND note = 'mất thư' AND delivery_id = 2"),
                         1);
        scratch_check_counts(s, id); /* recipients grew with it */
}

static void test_whom_a_release_did_not_reach_most_important_first(void **state)
{
        struct scratch *s = *state;
        int64_t id = scratch_approved(s, 6), copy;
        CLEANUP(delivery_list_done) struct delivery_list l = {0};
        CLEANUP(delivery_done) struct delivery d = to(s, id, "j1@x.example");

        scratch_exec(s, "UPDATE delivery SET priority = 1 WHERE id = 3;"
                        "UPDATE delivery SET state = 'refused' WHERE id IN (1, 2, 3);"
                        "UPDATE delivery SET state = 'suppressed', reason = 'stop-list'"
                        " WHERE id = 4;"
                        "UPDATE delivery SET state = 'suppressed', reason = 'no-address'"
                        " WHERE id = 5;");
        assert_int_equal(ACT(s, delivery_resend(&tx, &d, d.id, "", NOON, &copy, &te)), 0);
        assert_int_equal(delivery_unreached(s->db, id, 10, &l, NULL), 0);
        assert_int_equal(l.n, 3); /* 3 first, then 1 and 5; 2 is being tried again */
        assert_int_equal(l.v[0].id, 3);
        assert_int_equal(l.v[1].id, 1);
        assert_int_equal(l.v[2].id, 5);
}

/* --- R16 -------------------------------------------------------------------------------------- */

struct random_run {
        struct scratch *s;
        int64_t release;
        struct delivery_list sending;
        uint32_t seed;
};

static uint32_t next_random(struct random_run *run)
{
        run->seed = run->seed * 1664525u + 1013904223u;
        return run->seed >> 8;
}

static int settle_any(struct random_run *run, struct tx *tx, int64_t now, struct err *e)
{
        static const enum delivery_state ends[] = {
                DELIVERY_RELAYED, DELIVERY_REFUSED, DELIVERY_DEFERRED,   DELIVERY_UNKNOWN,
                DELIVERY_QUEUED,  DELIVERY_EXPIRED, DELIVERY_SUPPRESSED,
        };
        struct delivery *d = &run->sending.v[next_random(run) % run->sending.n];
        struct settle st =
                scratch_settle(d, ends[next_random(run) % COUNT_OF(ends)], 250, "whatever");
        int r;

        st.at = now;
        st.due_at = next_random(run) % 2 ? now + 50 : 0;
        if (st.state == DELIVERY_DEFERRED)
                st.due_at = now + 50;
        st.attempt_used = st.state != DELIVERY_QUEUED;
        r = delivery_settle(tx, &st, e);
        delivery_done(d);
        *d = run->sending.v[--run->sending.n];
        return r;
}

static const char *full_now_and_then(void *ctx, const char *address)
{
        (void) address;
        return next_random(ctx) % 3 ? NULL : "x.example";
}

static int any_step(struct random_run *run, struct tx *tx, int64_t now, struct err *e)
{
        size_t n;
        int64_t m;
        struct retry t = {.release = run->release, .now = now, .address = "", .domain = ""};
        struct parking p = {full_now_and_then, run, 3, 0, false};

        switch (next_random(run) % 14) {
        case 0: return delivery_expire(tx, run->release, NOON + 1, now, 1, &n, e);
        case 1:
                return delivery_retry_begin(tx->db, &t, e) < 0 ? -EIO
                                                               : delivery_retry_step(tx, &t, 7, e);
        case 2: {
                CLEANUP(delivery_done)
                struct delivery d = scratch_delivery(run->release, (int) (next_random(run) % 200));
                int r = delivery_resend(tx, &d, 0, "", now, &m, e);

                return r == -EEXIST ? 0 : r;
        }
        case 3:
        case 4:
        case 5:
                return delivery_claim(tx, run->release, now, 1 + next_random(run) % 5, false,
                                      next_random(run) % 2 ? &p : NULL, &run->sending, e);
        case 6:
                return delivery_claim_parked(tx, run->release, "x.example", now,
                                             1 + next_random(run) % 5, false, &run->sending, e);
        default: return run->sending.n ? settle_any(run, tx, now, e) : 0;
        }
}

/* R16 */
static void test_counts_add_up_after_any_run_of_events(void **state)
{
        struct scratch *s = *state;
        struct random_run run = {.s = s, .release = scratch_approved(s, 150), .seed = 20261124};
        int64_t queued, unknown;

        for (int turn = 0; turn < 150; turn++) {
                struct tx work = {0};
                struct err e = {0};
                bool commit = next_random(&run) % 5 != 0;

                assert_ok(tx_begin(&work, s->db, 0, &e), &e);
                for (uint32_t steps = next_random(&run) % 8; steps; steps--)
                        assert_ok(any_step(&run, &work, NOON + turn * 10, &e), &e);
                if (commit) {
                        assert_ok(tx_commit(&work, &e), &e);
                } else { /* what was claimed or settled in it never happened: as after a crash */
                        tx_done(&work);
                        delivery_list_done(&run.sending);
                        assert_int_equal(ACT(s, delivery_recover(&tx, NOON + turn * 10, POLICY,
                                                                 &queued, &unknown, &te)),
                                         0);
                }
                scratch_check_counts(s, run.release);
                assert_int_equal(scratch_int(s, "SELECT count(*) FROM delivery WHERE parked <> ''"
                                                " AND (state NOT IN ('queued', 'deferred',"
                                                "  'unknown') OR state <> 'queued'"
                                                "  AND due_at IS NULL)"),
                                 0);
        }
        delivery_list_done(&run.sending);
        assert_true(count(s, run.release, DELIVERY_RELAYED) > 10);
        assert_true(count(s, run.release, DELIVERY_EXPIRED) > 3);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)
        const struct CMUnitTest tests[] = {
                TEST(test_recovery_decides_by_what_is_on_disk),
                TEST(test_a_held_class_waits_for_a_person_after_a_crash),
                TEST(test_a_retry_cut_off_before_its_text_left_is_unknown_as_before),
                TEST(test_a_clock_set_back_leaves_no_retry_stuck),
                TEST(test_what_waits_too_long_expires_with_its_last_reply),
                TEST(test_early_ones_and_resends_have_their_own_beginning),
                TEST(test_waiting_and_held_ones_are_due_when_a_person_says_so),
                TEST(test_the_waiting_ones_of_one_domain_are_due_when_a_person_says_so),
                TEST(test_a_resend_is_a_new_copy_on_the_record),
                TEST(test_whom_a_release_did_not_reach_most_important_first),
                TEST(test_counts_add_up_after_any_run_of_events),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
