// SPDX-License-Identifier: MIT
/* What waits for the limit of its recipient domain: looked at once, never lost. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "scratch.h"
#include "sqlfault.h"

#include "press/clock.h"

#include <sys/wait.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MANY 100000

static const struct retry_policy POLICY[RELEASE_CLASSES] = {
        [CLASS_NORMAL] = {.step_ms = {300000}, .nsteps = 1, .retry_unknown = true},
};

/* gmail.com takes `left` more letters; other domains have no limit. */
static size_t left;

static const char *full(void *ctx, const char *address)
{
        (void) ctx;
        if (!strstr(address, "@gmail.com"))
                return NULL;
        if (!left)
                return "gmail.com";
        left--;
        return NULL;
}

static struct parking limit_of(size_t letters)
{
        left = letters;
        return (struct parking){full, NULL, 300, 0, false};
}

/* One claim of `limit` in a transaction; how many were claimed. */
static size_t claim(struct scratch *s, int64_t id, size_t limit, struct parking *p)
{
        CLEANUP(delivery_list_done) struct delivery_list l = {0};

        assert_int_equal(ACT(s, delivery_claim(&tx, id, NOON, limit, false, p, &l, &te)), 0);
        return l.n;
}

static size_t claim_parked(struct scratch *s, int64_t id, size_t limit)
{
        CLEANUP(delivery_list_done) struct delivery_list l = {0};

        assert_int_equal(
                ACT(s, delivery_claim_parked(&tx, id, "gmail.com", NOON, limit, false, &l, &te)),
                0);
        for (size_t i = 0; i < l.n; i++)
                assert_non_null(strstr(l.v[i].address, "@gmail.com"));
        return l.n;
}

/* A release of `n` to gmail.com, but each `other`-th to elsewhere. */
static int64_t release_to(struct scratch *s, int n, int other)
{
        int64_t id = scratch_approved(s, n);
        CLEANUP(mem_free)
        char *sql = mem_printf("UPDATE delivery SET address = 'j' || id || '@gmail.com'"
                               " WHERE release_id = %lld AND id %% %d <> 0",
                               (long long) id, other);

        scratch_exec(s, sql);
        return id;
}

static int64_t parked(struct scratch *s)
{
        return scratch_int(s, "SELECT count(*) FROM delivery WHERE parked = 'gmail.com'");
}

/* Claims until no more is to be had; how many came. */
static size_t claim_all(struct scratch *s, int64_t id, size_t limit)
{
        size_t all = 0, n;
        struct parking p;

        do {
                p = limit_of(0);
                n = claim(s, id, limit, &p);
                all += n;
        } while (n || p.more);
        return all;
}

/* R80, measured by SQLite's own count of instructions. */
static void test_a_hundred_thousand_parked_ones_are_never_looked_at_again(void **state)
{
        struct scratch *s = *state;
        int64_t id = release_to(s, MANY, 1000), small = release_to(s, 400, 1000);
        uint64_t many_claim, few_claim, many_parked, few_parked, scan;
        struct release_work work[4];
        size_t n;

        (void) sqlfault_instructions();
        assert_int_equal(claim_all(s, id, 50), MANY / 1000);
        scan = sqlfault_instructions();
        assert_int_equal(parked(s), MANY - MANY / 1000);
        assert_true(scan / MANY < 400); /* each was looked at once */
        assert_int_equal(claim_all(s, small, 50), 0);

        (void) sqlfault_instructions();
        assert_int_equal(claim_all(s, small, 50), 0);
        few_claim = sqlfault_instructions();
        assert_int_equal(claim_parked(s, small, 2), 2);
        few_parked = sqlfault_instructions();
        assert_int_equal(claim_all(s, id, 50), 0);
        many_claim = sqlfault_instructions();
        assert_int_equal(claim_parked(s, id, 2), 2);
        many_parked = sqlfault_instructions();
        assert_true(many_claim < 2 * few_claim); /* a commit may write the log back */
        assert_true(many_parked < 2 * few_parked);
        assert_true(many_claim + many_parked < MANY / 10);

        /* Nor are they where pressd looks each second. */
        assert_int_equal(release_work(s->db, &AT_NOON, work, 4, &n, NULL), 0);
        assert_int_equal(n, 2);
        assert_true(work[0].parked && work[1].parked);
        assert_true(sqlfault_instructions() < 2000);
        assert_int_equal(delivery_unparked(s->db, id, 1000, &(int64_t){0}, &(int64_t){0}, NULL), 0);
        assert_int_equal(delivery_next_retry(s->db, id, &(int64_t){0}, NULL), 0);
        assert_true(sqlfault_instructions() < 200);
        scratch_check_counts(s, id);
}

static void test_one_claim_parks_no_more_than_it_may_and_says_that_there_is_more(void **state)
{
        struct scratch *s = *state;
        int64_t id = release_to(s, 1000, 500);
        struct parking p = limit_of(3);

        assert_in_range(claim(s, id, 10, &p), 3, 5);
        assert_in_range(p.parked, 300, 310);
        assert_true(p.more);
        assert_int_equal(parked(s), (int64_t) p.parked);
}

static void test_others_of_the_release_come_as_if_nothing_were_parked(void **state)
{
        struct scratch *s = *state;
        int64_t id = release_to(s, 600, 2);
        struct parking p = limit_of(1);

        assert_int_equal(claim(s, id, 100, &p), 100);
        assert_int_equal(scratch_int(s, "SELECT count(*) FROM delivery WHERE state = 'sending'"
                                        " AND address LIKE '%@gmail.com'"),
                         1);
        assert_int_equal(claim_all(s, id, 100), 300 - 99);
        assert_int_equal(parked(s), 299);
}

static void test_parked_ones_keep_their_order_the_early_ones_first(void **state)
{
        struct scratch *s = *state;
        int64_t id = release_to(s, 20, 1000);
        CLEANUP(delivery_list_done) struct delivery_list l = {0};

        scratch_exec(s, "UPDATE delivery SET order_key = 100 - id; UPDATE delivery SET early = 1"
                        " WHERE id IN (3, 7);");
        assert_int_equal(claim_all(s, id, 5), 0);
        assert_int_equal(
                ACT(s, delivery_claim_parked(&tx, id, "gmail.com", NOON, 4, false, &l, &te)), 0);
        assert_int_equal(l.n, 4);
        assert_int_equal(l.v[0].id, 7);
        assert_int_equal(l.v[1].id, 3);
        assert_int_equal(l.v[2].id, 20);
        assert_int_equal(l.v[3].id, 19);
}

static void test_nothing_parked_leaves_a_release_that_is_paused_or_not_due(void **state)
{
        struct scratch *s = *state;
        const struct actor hoa = {1001, "hoa", NOON};
        int64_t id = release_to(s, 3, 1000);
        CLEANUP(delivery_list_done) struct delivery_list l = {0};

        assert_int_equal(claim_all(s, id, 5), 0);
        assert_int_equal(
                ACT(s, delivery_claim_parked(&tx, id, "gmail.com", NOON - 1, 4, false, &l, &te)),
                0);
        assert_int_equal(ACT(s, release_pause(&tx, id, "", &hoa, &te)), 0);
        assert_int_equal(claim_parked(s, id, 4), 0);
        assert_int_equal(l.n, 0);
}

static void test_a_retry_is_parked_when_it_is_due_and_not_before(void **state)
{
        struct scratch *s = *state;
        int64_t id = release_to(s, 2, 1000), due = -1, queued = -1, retrying = -1;
        CLEANUP(delivery_done) struct delivery d = {0};
        char domain[ADDR_MAX];
        struct settle st;

        assert_true(scratch_claim(s, id, NOON, &d));
        st = scratch_settle(&d, DELIVERY_DEFERRED, 450, "later");
        st.due_at = NOON + 1;
        scratch_do_settle(s, &st);
        assert_int_equal(claim_all(s, id, 5), 0); /* parks the queued one only */
        assert_int_equal(delivery_next_retry(s->db, id, &due, NULL), 0);
        assert_int_equal(due, NOON + 1);
        assert_int_equal(delivery_parked_for(s->db, d.id, domain, NULL), 0);
        scratch_exec(s, "UPDATE delivery SET due_at = due_at - 1 WHERE state = 'deferred'");
        assert_int_equal(claim_all(s, id, 5), 0);
        assert_int_equal(delivery_parked_for(s->db, d.id, domain, NULL), 1);
        assert_string_equal(domain, "gmail.com");
        assert_int_equal(delivery_next_retry(s->db, id, &due, NULL), 0);
        assert_int_equal(due, 0);
        assert_int_equal(delivery_unparked(s->db, id, 9, &queued, &retrying, NULL), 0);
        assert_int_equal(queued + retrying, 0);
        assert_int_equal(claim_parked(s, id, 5), 2);
        assert_int_equal(parked(s), 0);
}

static void test_the_domains_that_wait_are_named_one_by_one(void **state)
{
        struct scratch *s = *state;
        int64_t id = release_to(s, 4, 1000), other = release_to(s, 1, 1000), n = -1;
        char domain[ADDR_MAX] = "";

        assert_int_equal(claim_all(s, id, 5) + claim_all(s, other, 5), 0);
        scratch_exec(s, "UPDATE delivery SET parked = 'a.example' WHERE id IN (1, 2)");
        assert_int_equal(delivery_parked_next(s->db, id, "", domain, NULL), 1);
        assert_string_equal(domain, "a.example");
        assert_int_equal(delivery_parked_count(s->db, id, domain, 9, &n, NULL), 0);
        assert_int_equal(n, 2);
        assert_int_equal(delivery_parked_count(s->db, id, domain, 1, &n, NULL), 0);
        assert_int_equal(n, 1);
        assert_int_equal(delivery_parked_next(s->db, id, domain, domain, NULL), 1);
        assert_string_equal(domain, "gmail.com");
        assert_int_equal(delivery_parked_next(s->db, id, domain, domain, NULL), 0);
}

/* --- ways out ----------------------------------------------------------------------- */

static void test_what_is_parked_expires_with_the_others(void **state)
{
        struct scratch *s = *state;
        int64_t id = release_to(s, 6, 3);
        size_t n = 0;

        assert_int_equal(claim_all(s, id, 5), 2);
        assert_int_equal(ACT(s, delivery_expire(&tx, id, NOON, NOON + 1, 10, &n, &te)), 0);
        assert_int_equal(n, 0); /* due first at NOON: not before it */
        assert_int_equal(ACT(s, delivery_expire(&tx, id, NOON + 1, NOON + 1, 3, &n, &te)), 0);
        assert_int_equal(n, 3);
        assert_int_equal(ACT(s, delivery_expire(&tx, id, INT64_MAX, NOON + 1, 10, &n, &te)), 0);
        assert_int_equal(n, 1);
        assert_int_equal(parked(s), 0);
        scratch_check_counts(s, id);
}

static void test_what_is_parked_is_withdrawn_with_the_others(void **state)
{
        struct scratch *s = *state;
        const struct actor hoa = {1001, "hoa", NOON};
        int64_t id = release_to(s, 30, 3), left_over = 1;
        int steps = 0;

        assert_int_equal(claim_all(s, id, 5), 10);
        scratch_exec(s, "UPDATE delivery SET state = 'unknown', due_at = 1795582800000, out_at = 5"
                        " WHERE parked <> '' AND id > 20;"
                        "UPDATE release_count SET n = n - 3 WHERE state = 'queued';"
                        "INSERT INTO release_count VALUES (1, 'unit', 'unknown', 3),"
                        " (1, 'press', 'unknown', 3);");
        assert_int_equal(ACT(s, release_cancel(&tx, id, "", &hoa, &te)), 0);
        for (; left_over; steps++)
                assert_int_equal(ACT(s, release_cancel_rest(&tx, id, 4, NOON, &left_over, &te)), 0);
        assert_int_equal(parked(s), 0);
        assert_int_equal(steps, 5);
        assert_int_equal(scratch_int(s, "SELECT count(*) FROM delivery WHERE state = 'unknown'"
                                        " AND due_at IS NULL"),
                         6);
        assert_int_equal(scratch_int(s, "SELECT count(*) FROM delivery WHERE state = 'cancelled'"),
                         14);
}

static void test_a_clock_set_back_leaves_what_is_parked_as_it_is(void **state)
{
        struct scratch *s = *state;
        int64_t id = release_to(s, 1, 1000), due = -1;
        CLEANUP(delivery_done) struct delivery d = {0};
        struct settle st;

        assert_true(scratch_claim(s, id, NOON, &d));
        st = scratch_settle(&d, DELIVERY_DEFERRED, 450, "later");
        st.due_at = NOON;
        scratch_do_settle(s, &st);
        assert_int_equal(claim_all(s, id, 5), 0);
        assert_int_equal(ACT(s, delivery_retry_within(&tx, NOON - CLOCK_DAY, POLICY, &te)), 0);
        assert_int_equal(delivery_next_retry(s->db, id, &due, NULL), 0);
        assert_int_equal(due, 0); /* it was due; it waits for nothing but its domain */
        assert_int_equal(claim_parked(s, id, 5), 1);
}

/* R3: the process dies at each step of a claim that parks; nobody is lost, none is parked twice. */
static void test_a_death_at_any_step_of_a_claim_loses_nobody(void **state)
{
        struct scratch *s = *state;
        int64_t id = release_to(s, 12, 4), queued, unknown;
        bool killed = true;

        for (unsigned at = 1; killed; at++) {
                int status;
                pid_t child;

                db_close(&s->db); /* a connection does not survive fork() */
                child = fork();
                if (child == 0) {
                        struct parking p = limit_of(1);
                        CLEANUP(delivery_list_done) struct delivery_list l = {0};
                        struct err e;
                        struct tx tx = {0};

                        alarm(20);
                        if (db_open(s->path, &s->db, &e) < 0)
                                _exit(2);
                        sqlfault_arm(at, -1);
                        if (tx_begin(&tx, s->db, 0, &e) < 0 ||
                            delivery_claim(&tx, id, NOON, 5, false, &p, &l, &e) < 0 ||
                            delivery_claim_parked(&tx, id, "gmail.com", NOON, 1, false, &l, &e) <
                                    0 ||
                            tx_commit(&tx, &e) < 0)
                                _exit(3);
                        _exit(sqlfault_hit() ? 4 : 0);
                }
                assert_int_equal(waitpid(child, &status, 0), child);
                killed = WIFSIGNALED(status);
                if (!killed)
                        assert_int_equal(WEXITSTATUS(status), 0);
                assert_int_equal(db_open(s->path, &s->db, NULL), 0);
                assert_int_equal(
                        ACT(s, delivery_recover(&tx, NOON, POLICY, &queued, &unknown, &te)), 0);
                assert_int_equal(scratch_int(s, "SELECT count(*) FROM delivery"
                                                " WHERE state = 'queued'"),
                                 12);
                assert_int_equal(scratch_int(s, "SELECT count(*) FROM delivery WHERE parked <> ''"
                                                " AND address NOT LIKE '%@gmail.com'"),
                                 0);
                scratch_check_counts(s, id);
                scratch_exec(s, "UPDATE delivery SET parked = NULL");
        }
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)
        const struct CMUnitTest tests[] = {
                TEST(test_a_hundred_thousand_parked_ones_are_never_looked_at_again),
                TEST(test_one_claim_parks_no_more_than_it_may_and_says_that_there_is_more),
                TEST(test_others_of_the_release_come_as_if_nothing_were_parked),
                TEST(test_parked_ones_keep_their_order_the_early_ones_first),
                TEST(test_nothing_parked_leaves_a_release_that_is_paused_or_not_due),
                TEST(test_a_retry_is_parked_when_it_is_due_and_not_before),
                TEST(test_the_domains_that_wait_are_named_one_by_one),
                TEST(test_what_is_parked_expires_with_the_others),
                TEST(test_what_is_parked_is_withdrawn_with_the_others),
                TEST(test_a_clock_set_back_leaves_what_is_parked_as_it_is),
                TEST(test_a_death_at_any_step_of_a_claim_loses_nobody),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
