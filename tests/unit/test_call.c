// SPDX-License-Identifier: MIT
#include "press/call.h"

#include "press/calls.h"
#include "press/config.h"
#include "press/event.h"
#include "press/finding.h"
#include "press/leader.h"
#include "press/person.h"
#include "press/reason.h"
#include "press/tally.h"
#include "press/view.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <sqlite3.h>

#include "scratch.h"
#include "sqlfault.h"

#define MINUTE 60000

static char user[] = "lan";
static const struct actor lan = {.uid = 1000, .name = user, .now = NOON + MINUTE};

/* Delivery number `i` (0 ..) of a release, settled as `to`. */
static struct delivery settle(struct scratch *s, int64_t release, enum delivery_state to)
{
        struct delivery d = {0};
        struct settle st;

        assert_true(scratch_claim(s, release, NOON, &d));
        st = scratch_settle(&d, to, 550, "mailbox full");
        scratch_do_settle(s, &st);
        return d;
}

static void call(struct scratch *s, const struct delivery *d, enum call_outcome outcome)
{
        assert_int_equal(ACT(s, call_add(&tx, d, outcome, "", "đã đọc", &lan, &te)), 0);
}

static int undo(struct scratch *s, const struct delivery *d)
{
        CLEANUP(call_done) struct call c = {0};

        return ACT(s, call_undo(&tx, d, &lan, &c, &te));
}

static size_t unreached(struct scratch *s, int64_t release)
{
        CLEANUP(delivery_list_done) struct delivery_list l = {0};
        struct err e = {0};
        struct tally t;

        assert_ok(delivery_unreached(s->db, release, 10, &l, &e), &e);
        assert_ok(tally_read(s->db, release, &t, &e), &e);
        assert_int_equal(view_not_reached(&t), l.n); /* the list and the number never disagree */
        return l.n;
}

static int exit_code(struct scratch *s, int64_t release)
{
        struct err e = {0};
        int code = -1;

        assert_ok(view_exit_code(s->db, release, &code, &e), &e);
        return code;
}

static void test_who_was_reached_by_telephone_is_not_unreached_until_that_is_undone(void **state)
{
        struct scratch *s = *state;
        int64_t id = scratch_approved(s, 1);
        CLEANUP(delivery_done) struct delivery d = settle(s, id, DELIVERY_REFUSED);

        assert_int_equal(unreached(s, id), 1);
        assert_int_equal(exit_code(s, id), 1);
        call(s, &d, CALL_NO_ANSWER);
        assert_int_equal(unreached(s, id), 1);
        call(s, &d, CALL_REACHED);
        assert_int_equal(unreached(s, id), 0);
        assert_int_equal(exit_code(s, id), 0);
        call(s, &d, CALL_NO_ANSWER); /* a later call takes nothing back */
        assert_int_equal(unreached(s, id), 0);
        assert_int_equal(undo(s, &d), 0);
        assert_int_equal(unreached(s, id), 0);
        assert_int_equal(undo(s, &d), 0);
        assert_int_equal(unreached(s, id), 1);
        assert_int_equal(exit_code(s, id), 1);
        assert_int_equal(undo(s, &d), 0); /* the first */
        assert_int_equal(undo(s, &d), -ENOENT);
        assert_int_equal(scratch_int(s, "SELECT count(*) FROM call"), 3);
        assert_int_equal(scratch_int(s, "SELECT count(*) FROM event WHERE kind = 'call'"), 6);
        assert_int_equal(scratch_int(s, "SELECT count(*) FROM audit WHERE verb = 'call'"), 6);
        assert_int_equal(scratch_int(s, "SELECT count(*) FROM event WHERE kind = 'call'"
                                        " AND note = 'reached by telephone, says lan: đã đọc'"),
                         1);
}

static void test_a_held_unknown_is_settled_and_held_again_with_its_last_words(void **state)
{
        struct scratch *s = *state;
        int64_t id = scratch_approved(s, 1);
        CLEANUP(delivery_done) struct delivery d = settle(s, id, DELIVERY_UNKNOWN);

        assert_int_equal(exit_code(s, id), 3);
        call(s, &d, CALL_LEFT_WORD);
        assert_int_equal(exit_code(s, id), 3);
        call(s, &d, CALL_REACHED);
        assert_int_equal(exit_code(s, id), 0);
        assert_int_equal(scratch_int(s, "SELECT count(*) FROM delivery WHERE state = 'expired'"
                                        " AND detail = 'settled by telephone' AND out_at > 0"),
                         1);
        scratch_check_counts(s, id);
        assert_int_equal(undo(s, &d), 0);
        assert_int_equal(scratch_int(s, "SELECT count(*) FROM delivery WHERE state = 'unknown'"
                                        " AND due_at IS NULL AND settled_at IS NULL"
                                        " AND detail = 'mailbox full'"),
                         1);
        scratch_check_counts(s, id);
}

static void test_what_a_report_said_since_outlives_the_undo(void **state)
{
        struct scratch *s = *state;
        int64_t id = scratch_approved(s, 1);
        CLEANUP(delivery_done) struct delivery d = settle(s, id, DELIVERY_UNKNOWN);

        call(s, &d, CALL_REACHED);
        scratch_exec(s, "UPDATE delivery SET state = 'bounced', detail = 'no such user'");
        assert_int_equal(undo(s, &d), 0);
        assert_int_equal(scratch_int(s, "SELECT count(*) FROM delivery WHERE state = 'bounced'"),
                         1);
}

static void test_a_call_counts_for_all_copies_of_the_person(void **state)
{
        struct scratch *s = *state;
        int64_t id = scratch_approved(s, 1), copy;
        CLEANUP(delivery_done) struct delivery d = settle(s, id, DELIVERY_REFUSED), again = {0};
        int64_t people[CALL_OUTCOMES];

        assert_int_equal(ACT(s, delivery_resend(&tx, &d, d.id, "", NOON, &copy, &te)), 0);
        again = settle(s, id, DELIVERY_REFUSED);
        assert_int_equal(unreached(s, id), 1);
        call(s, &d, CALL_REACHED); /* on the older copy */
        assert_int_equal(unreached(s, id), 0);
        assert_int_equal(undo(s, &again), 0); /* by the newer */
        assert_int_equal(unreached(s, id), 1);
        call(s, &d, CALL_NO_ANSWER);
        call(s, &again, CALL_NO_ANSWER); /* the same person */
        assert_int_equal(call_counts(s->db, id, people, NULL), 0);
        assert_int_equal(people[CALL_NO_ANSWER], 1);
        assert_int_equal(people[CALL_REACHED], 0);
}

static void test_a_call_is_all_or_nothing_under_every_fault(void **state)
{
        struct scratch *s = *state;
        int64_t id = scratch_approved(s, 1);
        CLEANUP(delivery_done) struct delivery d = settle(s, id, DELIVERY_UNKNOWN);
        unsigned faults = 0;

        SQLFAULT_EACH(SQLITE_IOERR)
        {
                CLEANUP(tx_done) struct tx tx = {0};
                struct err e = {0};
                int r = tx_begin(&tx, s->db, 0, &e);

                if (r == 0)
                        r = call_add(&tx, &d, CALL_REACHED, "", "", &lan, &e);
                if (r == 0)
                        r = tx_commit(&tx, &e);
                if (sqlfault_hit() && r < 0) {
                        tx_done(&tx);
                        faults++;
                        assert_int_equal(scratch_int(s, "SELECT (SELECT count(*) FROM call)"
                                                        " + (SELECT count(*) FROM event"
                                                        "     WHERE kind = 'call')"
                                                        " + (SELECT count(*) FROM delivery"
                                                        "     WHERE state = 'expired')"),
                                         0);
                        continue;
                }
                assert_int_equal(r, 0);
                break;
        }
        assert_true(faults > 6); /* begin, row, move, counts, event, audit, commit */
        assert_int_equal(scratch_int(s, "SELECT count(*) FROM call"), 1);
        scratch_check_counts(s, id);
}

/* --- the list --------------------------------------------------------------------------- */

static struct config config = {.class = {[CLASS_NORMAL] = {.confirm_ms = 10 * MINUTE},
                                         [CLASS_URGENT] = {.confirm_ms = 10 * MINUTE},
                                         [CLASS_ROUTINE] = {.confirm_ms = 10 * MINUTE}}};

static struct calls list(struct scratch *s, int64_t release, int64_t now, int64_t by, size_t limit)
{
        const struct calls_ask ask = {.release = release, .now = now, .by = by, .limit = limit};
        struct calls c = {0};
        struct err e = {0};

        assert_ok(calls_read(s->db, &config, &ask, &c, &e), &e);
        return c;
}

static void test_what_waits_is_listed_by_its_moment(void **state)
{
        static const struct {
                int64_t now, by;
                int waiting;
        } when[] = {
                {NOON + 9 * MINUTE, 0, 0},                 /* confirm has not passed */
                {NOON + 10 * MINUTE, 0, 1},                /* it has */
                {NOON + 5 * MINUTE, NOON + 4 * MINUTE, 1}, /* past --by */
                {NOON + 5 * MINUTE, NOON + 5 * MINUTE, 1},
                {NOON + 5 * MINUTE, NOON + 29 * MINUTE, 1}, /* the next try comes later */
                {NOON + 5 * MINUTE, NOON + 30 * MINUTE, 0}, /* it comes in time */
        };
        struct scratch *s = *state;
        int64_t id = scratch_approved(s, 1);
        CLEANUP(delivery_done) struct delivery d = {0};
        struct settle st;

        assert_true(scratch_claim(s, id, NOON, &d));
        st = scratch_settle(&d, DELIVERY_DEFERRED, 450, "greylisted");
        st.due_at = NOON + 30 * MINUTE;
        scratch_do_settle(s, &st);
        for (size_t i = 0; i < COUNT_OF(when); i++) {
                CLEANUP(calls_done) struct calls c = list(s, id, when[i].now, when[i].by, 10);

                assert_int_equal(c.found[CALLS_WAITING], when[i].waiting);
                assert_int_equal(c.later, !when[i].waiting);
                assert_int_equal(c.later_at, when[i].waiting ? 0 : NOON + 30 * MINUTE);
        }
}

static void test_a_relayed_one_is_unconfirmed_when_its_time_has_passed(void **state)
{
        struct scratch *s = *state;
        int64_t id = scratch_approved(s, 2);
        CLEANUP(delivery_done) struct delivery a = settle(s, id, DELIVERY_RELAYED);
        CLEANUP(delivery_done) struct delivery b = settle(s, id, DELIVERY_RELAYED);
        CLEANUP(calls_done) struct calls before = list(s, id, NOON + 9 * MINUTE, 0, 10);
        CLEANUP(calls_done) struct calls after = list(s, id, NOON + 11 * MINUTE, 0, 10), rest = {0};

        assert_int_equal(before.n, 0);
        assert_int_equal(before.pending, 2);
        assert_int_equal(after.nunconfirmed, 2);
        assert_int_equal(calls_to_make(&after), 0);
        call(s, &a, CALL_REACHED);
        rest = list(s, id, NOON + 11 * MINUTE, 0, 10);
        assert_int_equal(rest.nunconfirmed, 1);
        assert_int_equal(rest.phoned, 1);
        assert_int_equal(rest.v[0].card.d.id, b.id);
}

static void test_the_order_is_priority_then_press_units_departments_then_time(void **state)
{
        struct scratch *s = *state;
        int64_t id = scratch_approved(s, 5);
        CLEANUP(calls_done) struct calls c = {0};
        const int64_t want[] = {3, 5, 4, 2, 1};

        for (int i = 0; i < 5; i++) {
                struct delivery d = settle(s, id, DELIVERY_REFUSED);

                delivery_done(&d);
        }
        scratch_exec(s, "UPDATE delivery SET priority = 2, settled_at = id, org_kind = 'press'");
        scratch_exec(s, "UPDATE delivery SET priority = 1 WHERE id = 3");
        scratch_exec(s, "UPDATE delivery SET org_kind = 'department' WHERE id = 1");
        scratch_exec(s, "UPDATE delivery SET org_kind = 'unit' WHERE id = 2");
        scratch_exec(s, "UPDATE delivery SET settled_at = 9 WHERE id = 4");
        c = list(s, id, NOON, 0, 10);
        assert_int_equal(c.n, 5);
        for (int i = 0; i < 5; i++)
                assert_int_equal(c.v[i].card.d.id, want[i]);
        calls_done(&c);
        c = list(s, id, NOON, 0, 1); /* the most important one, and all counted */
        assert_int_equal(c.n, 1);
        assert_int_equal(c.v[0].card.d.id, 3);
        assert_int_equal(calls_to_make(&c), 5);
}

static void relay(struct scratch *s, int64_t release)
{
        struct delivery d = settle(s, release, DELIVERY_RELAYED);

        delivery_done(&d);
}

static struct unconfirmed unconfirmed(struct scratch *s, int64_t id, int64_t now)
{
        CLEANUP(release_done) struct release r = {0};
        struct tally kind[ORG_KINDS];
        struct unconfirmed u = {0};
        struct err e = {0};

        assert_ok(release_get(s->db, id, &r, &e), &e);
        assert_ok(tally_by_kind(s->db, id, kind, &e), &e);
        assert_ok(unconfirmed_read(s->db, &config, &r, kind, now, &u, &e), &e);
        return u;
}

static void test_each_letter_has_its_own_time_and_of_very_many_the_latest_event_decides(
        void **state)
{
        struct scratch *s = *state;
        int64_t id = scratch_approved(s, 2);
        struct unconfirmed u;

        relay(s, id);
        relay(s, id);
        /* Which of them was claimed last is random. */
        scratch_exec(s, "UPDATE delivery SET settled_at = due + 240000 * (id = last)"
                        " FROM (SELECT due_at AS due FROM release),"
                        "  (SELECT delivery_id AS last FROM event ORDER BY id DESC LIMIT 1)");
        scratch_exec(s, "UPDATE event SET at = (SELECT settled_at FROM delivery d"
                        " WHERE d.id = delivery_id)");
        u = unconfirmed(s, id, NOON + 9 * MINUTE);
        assert_int_equal(unconfirmed_pending(&u), 2);
        assert_int_equal(u.until, NOON + 14 * MINUTE);
        assert_int_equal(u.nrelay, 0); /* there is time left: no relay is called silent */
        u = unconfirmed(s, id, NOON + 12 * MINUTE);
        assert_int_equal(unconfirmed_pending(&u), 1);
        assert_int_equal(u.nrelay, 1);
        u = unconfirmed(s, id, NOON + 14 * MINUTE);
        assert_int_equal(unconfirmed_pending(&u), 0);

        scratch_exec(s, "UPDATE release SET recipients = 20001");
        u = unconfirmed(s, id, NOON + 12 * MINUTE);
        assert_int_equal(unconfirmed_pending(&u), 2);
        assert_int_equal(u.until, NOON + 14 * MINUTE);
        u = unconfirmed(s, id, NOON + 14 * MINUTE);
        assert_int_equal(unconfirmed_pending(&u), 0);
        assert_int_equal(u.nrelay, 1);
        scratch_exec(s, "INSERT INTO relay_heard SELECT DISTINCT relay, NULL, 1 FROM event");
        u = unconfirmed(s, id, NOON + 14 * MINUTE);
        assert_int_equal(u.nrelay, 0);
}

/* "A late report changes it" */
static void test_the_report_to_the_leader_follows_what_comes_later(void **state)
{
        struct scratch *s = *state;
        int64_t id = scratch_approved(s, 2);
        CLEANUP(delivery_done) struct delivery a = settle(s, id, DELIVERY_RELAYED);
        const struct finding failed = {
                .delivery = a.id,
                .kind = "report",
                .action = FINDING_FAILED,
                .at = NOON + MINUTE,
                .peer = "mx.x.example",
                .relay = "",
                .code = 550,
                .enhanced = "5.1.1",
                .reply = "no such user",
                .note = "",
        };
        CLEANUP(leader_done) struct leader before = {0}, after = {0}, due = {0};
        enum delivery_state state_after;
        struct err e = {0};

        relay(s, id);
        assert_ok(leader_read(s->db, &config, id, 0, NOON + MINUTE, &before, &e), &e);
        assert_int_equal(leader_sum(&before, LEADER_HANDED, -1), 2);
        assert_int_equal(leader_sum(&before, LEADER_LOST, -1), 0);
        assert_int_equal(ACT(s, finding_apply(&tx, &failed, NOON + MINUTE, &state_after, &te)), 1);
        assert_ok(leader_read(s->db, &config, id, 0, NOON + 11 * MINUTE, &after, &e), &e);
        assert_int_equal(leader_sum(&after, LEADER_UNCONFIRMED, -1), 1);
        assert_int_equal(leader_sum(&after, LEADER_LOST, -1), 1);
        assert_int_equal(leader_people(&after, -1), 2);
        /* what left behind the due time is late */
        assert_ok(leader_read(s->db, &config, id, NOON - 1, NOON + MINUTE, &due, &e), &e);
        assert_int_equal(leader_sum(&due, LEADER_LATE, -1), 1);
        assert_int_equal(leader_sum(&due, LEADER_LOST, -1), 1);
}

static void test_mobile_numbers_come_first(void **state)
{
        char out[CALLS_TEXT_MAX];

        (void) state;
        assert_string_equal(calls_phone("024 3943 0002; 0912 000 002", out),
                            "0912 000 002; 024 3943 0002");
        assert_string_equal(calls_phone("024 3943 0002 / +84 912 000 002", out),
                            "+84 912 000 002; 024 3943 0002");
        assert_string_equal(calls_phone("", out), "");
        assert_string_equal(calls_phone("máy lẻ 12", out), "máy lẻ 12");
}

static void test_a_servers_answer_is_said_in_plain_words(void **state)
{
        static const struct {
                int code;
                const char *enhanced, *reply, *text;
        } said[] = {
                {550, "5.1.1", "User unknown", "không có địa chỉ này"},
                {550, "", "mailbox unavailable: no such user here", "không có địa chỉ này"},
                {552, "5.2.2", "Over quota", "hộp thư đầy"},
                {452, "4.2.2", "mailbox is full", "hộp thư đầy"},
                {550, "5.1.2", "Host unknown", "không có tên miền thư này"},
                {554, "5.7.1", "Message identified as SPAM", "bị coi là thư rác"},
                {552, "5.3.4", "message too large", "thư quá lớn so với mức bên đó nhận"},
                {450, "4.7.1", "Greylisted, try again in 300 s",
                 "máy chủ bên đó bảo gửi lại sau (greylisting)"},
                {554, "5.0.0", "failed", "máy chủ bên đó không nói rõ lý do"},
        };

        (void) state;
        for (size_t i = 0; i < COUNT_OF(said); i++)
                assert_string_equal(
                        reason_plain(said[i].code, said[i].enhanced, said[i].reply, LANG_VI),
                        said[i].text);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)
        const struct CMUnitTest tests[] = {
                TEST(test_who_was_reached_by_telephone_is_not_unreached_until_that_is_undone),
                TEST(test_a_held_unknown_is_settled_and_held_again_with_its_last_words),
                TEST(test_what_a_report_said_since_outlives_the_undo),
                TEST(test_a_call_counts_for_all_copies_of_the_person),
                TEST(test_a_call_is_all_or_nothing_under_every_fault),
                TEST(test_what_waits_is_listed_by_its_moment),
                TEST(test_a_relayed_one_is_unconfirmed_when_its_time_has_passed),
                TEST(test_the_order_is_priority_then_press_units_departments_then_time),
                TEST(test_each_letter_has_its_own_time_and_of_very_many_the_latest_event_decides),
                TEST(test_the_report_to_the_leader_follows_what_comes_later),
                cmocka_unit_test(test_mobile_numbers_come_first),
                cmocka_unit_test(test_a_servers_answer_is_said_in_plain_words),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
