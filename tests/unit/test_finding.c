// SPDX-License-Identifier: MIT
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "scratch.h"
#include "sqlfault.h"

#include "press/event.h"
#include "press/finding.h"

#include <sqlite3.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LATER (NOON + 60000)

/* The one delivery of a new release, settled as `state` after a try; delivery_done() it. */
static struct delivery settled(struct scratch *s, enum delivery_state state)
{
        int64_t id = scratch_approved(s, 1);
        struct delivery d = {0};
        struct settle st;

        assert_true(scratch_claim(s, id, NOON, &d));
        if (state == DELIVERY_SENDING)
                return d;
        st = scratch_settle(&d, state, state == DELIVERY_RELAYED ? 250 : 451, "2.0.0 as Q1");
        if (state == DELIVERY_DEFERRED || state == DELIVERY_UNKNOWN)
                st.due_at = LATER + 1000;
        scratch_do_settle(s, &st);
        d.state = state;
        return d;
}

static struct finding finding(const struct delivery *d, enum finding_action action)
{
        return (struct finding){
                .delivery = d->id,
                .kind = "report",
                .action = action,
                .at = LATER,
                .peer = "mx.bao.example",
                .relay = "",
                .enhanced = action == FINDING_FAILED ? "5.1.1" : "2.0.0",
                .code = action == FINDING_FAILED ? 550 : 0,
                .reply = action == FINDING_FAILED ? "No such user" : "",
                .note = "",
        };
}

static enum delivery_state apply(struct scratch *s, const struct finding *f, int want)
{
        enum delivery_state after = DELIVERY_STATES;

        assert_int_equal(ACT(s, finding_apply(&tx, f, LATER, &after, &te)), want);
        return after;
}

static enum delivery_state after(struct scratch *s, const struct delivery *d, enum finding_action a)
{
        const struct finding f = finding(d, a);
        enum delivery_state state = apply(s, &f, 1);

        scratch_check_counts(s, d->release_id);
        return state;
}

static int64_t events(struct scratch *s, const char *where)
{
        CLEANUP(mem_free) char *sql = mem_printf("SELECT count(*) FROM event WHERE %s", where);

        return scratch_int(s, sql);
}

static void test_a_success_report_makes_a_relayed_one_delivered(void **state)
{
        struct scratch *s = *state;
        CLEANUP(delivery_done) struct delivery d = settled(s, DELIVERY_RELAYED);

        assert_int_equal(after(s, &d, FINDING_DELIVERED), DELIVERY_DELIVERED);
        assert_int_equal(scratch_int(s, "SELECT settled_at FROM delivery"), LATER);
        assert_int_equal(events(s, "kind = 'attempt' AND state = 'relayed'"), 1);
        assert_int_equal(events(s, "kind = 'report' AND action = 'delivered'"
                                   " AND state = 'delivered' AND peer = 'mx.bao.example'"),
                         1);
        assert_int_equal(after(s, &d, FINDING_DELAYED), DELIVERY_DELIVERED);
}

static void test_a_failure_report_keeps_what_was_before_in_the_log(void **state)
{
        struct scratch *s = *state;
        CLEANUP(delivery_done) struct delivery d = settled(s, DELIVERY_RELAYED);
        CLEANUP(delivery_done) struct delivery now = {0};

        assert_int_equal(after(s, &d, FINDING_FAILED), DELIVERY_BOUNCED);
        assert_int_equal(delivery_get(s->db, d.id, &now, NULL), 1);
        assert_int_equal(now.state, DELIVERY_BOUNCED);
        assert_string_equal(now.detail, "550 No such user");
        assert_int_equal(now.out_at, NOON + 1000); /* when it was relayed */
        assert_int_equal(events(s, "state = 'relayed' AND reply = '2.0.0 as Q1'"), 1);
        assert_int_equal(events(s, "state = 'bounced' AND enhanced = '5.1.1' AND code = 550"), 1);
}

static void test_a_failure_behind_a_success_counts_and_not_the_other_way(void **state)
{
        struct scratch *s = *state;
        CLEANUP(delivery_done) struct delivery d = settled(s, DELIVERY_RELAYED);

        assert_int_equal(after(s, &d, FINDING_DELIVERED), DELIVERY_DELIVERED);
        assert_int_equal(after(s, &d, FINDING_FAILED), DELIVERY_BOUNCED);
        {
                struct finding again = finding(&d, FINDING_DELIVERED);

                again.at++;
                assert_int_equal(apply(s, &again, 1), DELIVERY_BOUNCED);
        }
        assert_int_equal(events(s, "kind = 'report' AND state = 'bounced'"), 2);
        scratch_check_counts(s, d.release_id);
}

/* R105 */
static void test_a_delay_or_a_note_of_absence_fails_nobody(void **state)
{
        struct scratch *s = *state;
        CLEANUP(delivery_done) struct delivery d = settled(s, DELIVERY_RELAYED);

        for (enum finding_action a = FINDING_DELAYED; a < FINDING_ACTIONS; a++)
                assert_int_equal(after(s, &d, a), DELIVERY_RELAYED);
        assert_int_equal(events(s, "kind = 'report' AND state = 'relayed'"),
                         FINDING_ACTIONS - FINDING_DELAYED);
}

static void test_a_report_ends_the_waiting_of_one_that_may_be_out(void **state)
{
        static const enum delivery_state waiting[] = {DELIVERY_UNKNOWN, DELIVERY_DEFERRED};
        struct scratch *s = *state;

        for (size_t i = 0; i < COUNT_OF(waiting); i++) {
                CLEANUP(delivery_done) struct delivery d = settled(s, waiting[i]);
                CLEANUP(delivery_done) struct delivery now = {0};

                scratch_exec(s, "UPDATE delivery SET out_at = coalesce(out_at, 1),"
                                " parked = 'x.example' WHERE state IN ('unknown', 'deferred')");
                assert_int_equal(after(s, &d, i ? FINDING_FAILED : FINDING_DELIVERED),
                                 i ? DELIVERY_BOUNCED : DELIVERY_DELIVERED);
                assert_int_equal(delivery_get(s->db, d.id, &now, NULL), 1);
                assert_int_equal(now.due_at, 0);
                assert_false(scratch_claim(s, d.release_id, LATER + 9999999, &now));
        }
        assert_int_equal(scratch_int(s, "SELECT count(*) FROM delivery WHERE parked IS NOT NULL"),
                         0);
}

static void test_what_never_left_keeps_its_state(void **state)
{
        struct scratch *s = *state;
        CLEANUP(delivery_done) struct delivery d = settled(s, DELIVERY_DEFERRED);
        CLEANUP(delivery_done) struct delivery refused = settled(s, DELIVERY_REFUSED);

        assert_int_equal(after(s, &d, FINDING_FAILED), DELIVERY_DEFERRED);
        assert_int_equal(after(s, &d, FINDING_DELIVERED), DELIVERY_DEFERRED);
        assert_int_equal(after(s, &refused, FINDING_DELIVERED), DELIVERY_REFUSED);
        assert_int_equal(events(s, "kind = 'report'"), 3);
        scratch_exec(s, "UPDATE delivery SET state = 'suppressed', out_at = 1 WHERE id = 1");
        {
                struct finding f = finding(&d, FINDING_DELIVERED);

                f.at++;
                assert_int_equal(apply(s, &f, 1), DELIVERY_SUPPRESSED);
        }
}

static void test_while_on_the_wire_a_finding_waits_and_a_reply_does_not(void **state)
{
        struct scratch *s = *state;
        CLEANUP(delivery_done) struct delivery d = settled(s, DELIVERY_SENDING);
        struct finding f = finding(&d, FINDING_FAILED), reply = finding(&d, FINDING_REPLY);

        apply(s, &f, -EAGAIN);
        assert_int_equal(events(s, "1"), 0);
        reply.kind = "reply";
        assert_int_equal(apply(s, &reply, 1), DELIVERY_SENDING);
        f.delivery = 99;
        apply(s, &f, -ENOENT);
}

static void test_the_same_finding_is_noticed(void **state)
{
        struct scratch *s = *state;
        CLEANUP(delivery_done) struct delivery d = settled(s, DELIVERY_RELAYED);
        struct finding f = finding(&d, FINDING_FAILED);

        apply(s, &f, 1);
        apply(s, &f, 0);
        assert_int_equal(events(s, "kind = 'report'"), 1);
        f.kind = "relay-log"; /* another witness */
        apply(s, &f, 1);
        f.at++;
        apply(s, &f, 1);
        assert_int_equal(events(s, "kind IN ('report', 'relay-log')"), 3);
        scratch_check_counts(s, d.release_id);
}

/* R102 */
static void test_a_stale_finding_is_an_event_and_nothing_else(void **state)
{
        struct scratch *s = *state;
        CLEANUP(delivery_done) struct delivery d = settled(s, DELIVERY_RELAYED);
        struct finding f = finding(&d, FINDING_FAILED);

        f.stale = true;
        assert_int_equal(apply(s, &f, 1), DELIVERY_RELAYED);
        assert_int_equal(events(s, "action = 'failed' AND state = 'relayed'"), 1);
        assert_int_equal(scratch_int(s, "SELECT count(*) FROM relay_heard"), 0);
}

static void test_a_relay_was_heard_by_receipt_or_by_log_but_not_by_a_failure(void **state)
{
        struct scratch *s = *state;
        CLEANUP(delivery_done) struct delivery d = settled(s, DELIVERY_RELAYED);
        struct finding log = finding(&d, FINDING_DELAYED);
        int64_t report_at = -1, log_at = -1;
        struct err e = {0};

        assert_int_equal(after(s, &d, FINDING_FAILED), DELIVERY_BOUNCED);
        assert_ok(finding_heard(s->db, "", &report_at, &log_at, &e), &e);
        assert_true(report_at == 0 && log_at == 0);
        after(s, &d, FINDING_DELIVERED); /* of the relay of its latest attempt */
        assert_ok(finding_heard(s->db, "main", &report_at, &log_at, &e), &e);
        assert_true(report_at == LATER && log_at == 0);
        log.kind = "relay-log";
        log.relay = "second";
        apply(s, &log, 1);
        assert_ok(finding_heard(s->db, "second", &report_at, &log_at, &e), &e);
        assert_true(report_at == 0 && log_at == LATER);
        assert_ok(finding_heard(s->db, "", &report_at, NULL, &e), &e);
        assert_int_equal(report_at, LATER);
}

static void test_a_foreign_clock_does_not_move_the_record(void **state)
{
        struct scratch *s = *state;
        CLEANUP(delivery_done) struct delivery d = settled(s, DELIVERY_RELAYED);
        struct finding f = finding(&d, FINDING_DELIVERED);

        f.at = INT64_C(4102444800000);
        apply(s, &f, 1);
        assert_int_equal(scratch_int(s, "SELECT settled_at FROM delivery"), LATER);
        f.action = FINDING_FAILED;
        f.at = 1;
        apply(s, &f, 1);
        assert_int_equal(scratch_int(s, "SELECT settled_at FROM delivery"), NOON + 1000);
        assert_int_equal(events(s, "at = 1"), 1);
}

static void test_a_delivery_is_found_by_its_message_id_alone(void **state)
{
        struct scratch *s = *state;
        CLEANUP(delivery_done) struct delivery d = settled(s, DELIVERY_RELAYED);
        char own[DELIVERY_MESSAGE_ID_MAX], id[128];
        struct err e = {0};
        const char *const bad[] = {"",     "<>",      "@",       "<41@x>",
                                   "<%s>", "<%s0@x>", "<0%s@x>", "%.32s@x"};

        memset(d.salt, 0xab, sizeof(d.salt));
        assert_int_equal(d.id, 1);
        assert_string_equal(delivery_message_id(&d, own),
                            "abababababababababababababababab.abababababababaa");
        scratch_exec(s, "UPDATE delivery SET salt = x'abababababababababababababababab'");
        for (int i = 0; i < 3; i++) {
                static const char *const good[] = {"<%s@press.example>", "%s@old.example",
                                                   "<%s@PRESS.example>"};
                CLEANUP(delivery_done) struct delivery got = {0};

                snprintf(id, sizeof(id), good[i], own);
                if (i == 2)
                        for (char *p = id; *p; p++)
                                *p = (char) (*p >= 'a' && *p <= 'z' ? *p - 32 : *p);
                assert_int_equal(delivery_by_message_id(s->db, id, &got, &e), 1);
                assert_int_equal(got.id, d.id);
        }
        for (size_t i = 0; i < COUNT_OF(bad); i++) {
                struct delivery got = {0};

                snprintf(id, sizeof(id), bad[i], own);
                assert_int_equal(delivery_by_message_id(s->db, id, &got, &e), 0);
        }
        own[0] = 'b'; /* an id that exists, and another's salt */
        snprintf(id, sizeof(id), "<%s@press.example>", own);
        assert_int_equal(delivery_by_message_id(s->db, id, &(struct delivery){0}, &e), 0);
}

static void test_a_finding_is_all_or_nothing_under_every_fault(void **state)
{
        struct scratch *s = *state;
        CLEANUP(delivery_done) struct delivery d = settled(s, DELIVERY_RELAYED);
        const struct finding f = finding(&d, FINDING_DELIVERED);

        SQLFAULT_EACH(SQLITE_IOERR)
        {
                CLEANUP(tx_done) struct tx tx = {0};
                enum delivery_state got = DELIVERY_STATES;
                struct err e = {0};
                int r = tx_begin(&tx, s->db, 0, &e);

                if (r >= 0)
                        r = finding_apply(&tx, &f, LATER, &got, &e);
                if (r >= 0)
                        r = tx_commit(&tx, &e);
                if (!sqlfault_hit()) {
                        assert_ok(r, &e);
                        break;
                }
                assert_int_equal(r, -EIO);
                tx_done(&tx);
                assert_int_equal(scratch_int(s, "SELECT count(*) FROM event"), 1);
                assert_int_equal(
                        scratch_int(s, "SELECT count(*) FROM delivery WHERE state = 'relayed'"), 1);
                scratch_check_counts(s, d.release_id);
        }
        assert_int_equal(scratch_int(s, "SELECT count(*) FROM event"), 2);
        scratch_check_counts(s, d.release_id);
}

/* R82: a flood to one path costs no more with each mail, and hides nothing that matters. */
static void test_after_two_hundred_only_what_changes_a_state_is_kept(void **state)
{
        struct scratch *s = *state;
        CLEANUP(delivery_done) struct delivery d = settled(s, DELIVERY_RELAYED);
        struct finding f = finding(&d, FINDING_DELAYED);

        for (int i = 0; i < 200; i++, f.at++)
                apply(s, &f, 1);
        apply(s, &f, 0);
        f.kind = "reply";
        f.action = FINDING_REPLY;
        apply(s, &f, 1);
        assert_int_equal(events(s, "kind = 'report'"), 200);
        assert_int_equal(after(s, &d, FINDING_FAILED), DELIVERY_BOUNCED);
        assert_int_equal(events(s, "kind = 'report'"), 201);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)
        const struct CMUnitTest tests[] = {
                TEST(test_a_success_report_makes_a_relayed_one_delivered),
                TEST(test_a_failure_report_keeps_what_was_before_in_the_log),
                TEST(test_a_failure_behind_a_success_counts_and_not_the_other_way),
                TEST(test_a_delay_or_a_note_of_absence_fails_nobody),
                TEST(test_a_report_ends_the_waiting_of_one_that_may_be_out),
                TEST(test_what_never_left_keeps_its_state),
                TEST(test_while_on_the_wire_a_finding_waits_and_a_reply_does_not),
                TEST(test_the_same_finding_is_noticed),
                TEST(test_a_stale_finding_is_an_event_and_nothing_else),
                TEST(test_a_relay_was_heard_by_receipt_or_by_log_but_not_by_a_failure),
                TEST(test_a_foreign_clock_does_not_move_the_record),
                TEST(test_a_delivery_is_found_by_its_message_id_alone),
                TEST(test_after_two_hundred_only_what_changes_a_state_is_kept),
                TEST(test_a_finding_is_all_or_nothing_under_every_fault),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
