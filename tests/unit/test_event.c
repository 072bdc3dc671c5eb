// SPDX-License-Identifier: MIT
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "scratch.h"

#include "press/event.h"

#include <errno.h>
#include <string.h>

struct seen {
        size_t n;
        int64_t last;
        char address[64], name[64], org[64], reply[64];
        size_t stop_at;
        int stop_with;
        struct db *writes;
};

static int see(void *ctx, const struct event *ev)
{
        struct seen *seen = ctx;

        assert_true(ev->id > seen->last);
        seen->last = ev->id;
        seen->n++;
        strncpy(seen->address, ev->address, sizeof(seen->address) - 1);
        strncpy(seen->name, ev->name, sizeof(seen->name) - 1);
        strncpy(seen->org, ev->org, sizeof(seen->org) - 1);
        strncpy(seen->reply, ev->reply, sizeof(seen->reply) - 1);
        return seen->stop_at && seen->n == seen->stop_at ? seen->stop_with : 0;
}

static size_t how_many(struct scratch *s, struct event_filter f, struct seen *seen)
{
        struct seen own = {0};
        struct err e = {0};

        if (!seen)
                seen = &own;
        assert_ok(event_each(s->db, &f, see, seen, &e), &e);
        return seen->n;
}

static const struct event_filter ALL = {.state = -1};

static void settle_all(struct scratch *s, int64_t id, int n)
{
        for (int i = 0; i < n; i++) {
                CLEANUP(delivery_done) struct delivery d = {0};
                struct settle st;

                assert_true(scratch_claim(s, id, NOON, &d));
                st = scratch_settle(&d, i ? DELIVERY_RELAYED : DELIVERY_REFUSED, i ? 250 : 550,
                                    i ? "Ok" : "5.1.1 No such user");
                st.at = NOON + i;
                scratch_do_settle(s, &st);
        }
}

static void test_an_event_carries_the_words_as_sent(void **state)
{
        struct scratch *s = *state;
        struct seen seen = {0};

        settle_all(s, scratch_approved(s, 1), 1);
        assert_int_equal(how_many(s, ALL, &seen), 1);
        assert_string_equal(seen.address, "j0@x.example");
        assert_string_equal(seen.name, "Nguyễn Thị Đào 0");
        assert_string_equal(seen.org, "Báo Điện tử");
        assert_string_equal(seen.reply, "5.1.1 No such user");
}

static void test_each_filter_narrows_the_log(void **state)
{
        struct scratch *s = *state;
        int64_t a = scratch_approved(s, 3), b = scratch_approved(s, 2);
        struct event_filter f = ALL;

        settle_all(s, a, 3);
        settle_all(s, b, 2);
        assert_int_equal(how_many(s, ALL, NULL), 5);
        f.release = b;
        assert_int_equal(how_many(s, f, NULL), 2);
        f.address = "j0@x.example";
        assert_int_equal(how_many(s, f, NULL), 1);
        f = ALL;
        f.address = "j0@x.example"; /* in both releases */
        assert_int_equal(how_many(s, f, NULL), 2);
        f.address = "";
        assert_int_equal(how_many(s, f, NULL), 0);
        f = ALL;
        f.state = DELIVERY_REFUSED;
        assert_int_equal(how_many(s, f, NULL), 2);
        f = ALL;
        f.since = NOON + 1;
        assert_int_equal(how_many(s, f, NULL), 3);
        f.until = NOON + 1;
        assert_int_equal(how_many(s, f, NULL), 2);
        f = ALL;
        f.delivery = 4;
        assert_int_equal(how_many(s, f, NULL), 1);
}

static void test_words_match_without_marks_and_case(void **state)
{
        struct scratch *s = *state;
        struct event_filter f = ALL;

        settle_all(s, scratch_approved(s, 12), 12);
        f.who = "đào dien TU";
        assert_int_equal(how_many(s, f, NULL), 12);
        f.who = "bao 11";
        assert_int_equal(how_many(s, f, NULL), 1);
        f.who = "bao%11"; /* no wildcard */
        assert_int_equal(how_many(s, f, NULL), 0);
        f.who = "nhan dan";
        assert_int_equal(how_many(s, f, NULL), 0);
}

static void test_a_long_log_is_read_whole_in_order(void **state)
{
        struct scratch *s = *state;
        struct event_filter f = ALL;

        scratch_exec(s, "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
                        " WHERE i < 45000)"
                        " INSERT INTO event (release_id, kind, attempt, at, ms, relay, peer, stage,"
                        " code, enhanced, reply, tls, state, note)"
                        " SELECT 1 + i % 2, 'attempt', 1, i, 0, '', '', '', 0, '', '', '',"
                        " CASE i % 1000 WHEN 0 THEN 'refused' ELSE 'relayed' END, '' FROM n");
        assert_int_equal(how_many(s, ALL, NULL), 45000);
        f.state = DELIVERY_REFUSED;
        assert_int_equal(how_many(s, f, NULL), 45);
        f = ALL;
        f.release = 2;
        f.since = 44001;
        assert_int_equal(how_many(s, f, NULL), 500);
        f.until = 44002;
        assert_int_equal(how_many(s, f, NULL), 1);
}

static void test_the_reader_can_stop_and_tell_why(void **state)
{
        struct scratch *s = *state;
        struct seen seen = {.stop_at = 2, .stop_with = 1};
        struct err e = {0};

        settle_all(s, scratch_approved(s, 5), 5);
        assert_int_equal(how_many(s, ALL, &seen), 2);
        seen = (struct seen){.stop_at = 3, .stop_with = -EPIPE};
        assert_int_equal(event_each(s->db, &ALL, see, &seen, &e), -EPIPE);
        assert_int_equal(seen.n, 3);
}

static int write_meanwhile(void *ctx, const struct event *ev)
{
        struct scratch *s = ctx;

        (void) ev;
        return ACT(s, audit_add(&tx, NOON, 0, "root", "doctor", 0, "", &te));
}

/* Whoever prints slowly holds no read open: the same connection may even write. */
static void test_no_read_is_open_while_an_event_is_shown(void **state)
{
        struct scratch *s = *state;
        struct err e = {0};

        settle_all(s, scratch_approved(s, 3), 3);
        assert_ok(event_each(s->db, &ALL, write_meanwhile, s, &e), &e);
        assert_int_equal(scratch_int(s, "SELECT count(*) FROM audit WHERE verb = 'doctor'"), 3);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)
        const struct CMUnitTest tests[] = {
                TEST(test_an_event_carries_the_words_as_sent),
                TEST(test_each_filter_narrows_the_log),
                TEST(test_words_match_without_marks_and_case),
                TEST(test_a_long_log_is_read_whole_in_order),
                TEST(test_the_reader_can_stop_and_tell_why),
                TEST(test_no_read_is_open_while_an_event_is_shown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
