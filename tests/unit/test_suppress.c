// SPDX-License-Identifier: MIT
#include "press/suppress.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "press/clock.h"
#include "scratch.h"

#define DAY CLOCK_DAY

static const struct config config = {
        .suppress = {.reports = 3,
                     .days = 7,
                     .mailbox_reports = 6,
                     .mailbox_days = 30,
                     .domain_share = 30,
                     .domain_least = 3,
                     .expire_ms = 180 * DAY},
};

static struct evidence dead(const char *address, int64_t release, int64_t at)
{
        return (struct evidence){
                .release = release,
                .address = address,
                .org_kind = ORG_PRESS,
                .class = REPORT_INVALID,
                .enhanced = "5.1.1",
                .reply = "550 5.1.1 User unknown",
                .at = at,
        };
}

static void told(struct scratch *s, const struct evidence *ev)
{
        struct err e = {0};

        assert_ok(ACT(s, suppress_evidence(&tx, &config, ev, ev->at, &te)), &e);
}

static void told_dead(struct scratch *s, const char *address, int64_t release, int64_t at)
{
        const struct evidence ev = dead(address, release, at);

        told(s, &ev);
}

static bool in_force(struct scratch *s, const char *address, int64_t now)
{
        enum delivery_reason why = REASON_NONE;
        int r = suppression_find(s->db, address, now, &why, NULL);

        assert_true(r >= 0);
        return r > 0;
}

static bool raised(struct scratch *s, const char *address, int64_t now)
{
        CLEANUP(suppression_done) struct suppression row = {0};

        return suppression_get(s->db, address, now, &row, NULL) > 0 && row.raised;
}

/* Contacts of one organisation at an address each. */
static void book(struct scratch *s, const char *kind, const char *const *address, size_t n)
{
        char sql[1000];

        snprintf(sql, sizeof(sql),
                 "INSERT INTO org (uid, kind, name, short, code, province, region, find,"
                 " created_at) VALUES (hex(randomblob(8)), '%s', 'Tòa soạn', '', '', '', '', '',"
                 " 1)",
                 kind);
        scratch_exec(s, sql);
        for (size_t i = 0; i < n; i++) {
                snprintf(sql, sizeof(sql),
                         "INSERT INTO contact (org_id, name, role, title, email, phone, language,"
                         " priority, tags, source, find, from_at, created_at, changed_at)"
                         " SELECT MAX(id), 'Người %zu', 'desk', '', '%s', '024 1', 'vi', 5, '', '',"
                         " '', 0, 1, 1 FROM org",
                         i, address[i]);
                scratch_exec(s, sql);
        }
}

/* A letter to it that ended so at that time. */
static void letter(struct scratch *s, const char *address, const char *state, int64_t at)
{
        int64_t id = scratch_approved(s, 1);
        char sql[300];

        snprintf(sql, sizeof(sql),
                 "UPDATE delivery SET address = '%s', state = '%s', settled_at = %lld"
                 " WHERE release_id = %lld",
                 address, state, (long long) at, (long long) id);
        scratch_exec(s, sql);
}

/* --- how much it takes --------------------------------------------------------------- */

/* R111 R28 */
static void test_three_releases_over_seven_days_suppress_an_address(void **state)
{
        CLEANUP(suppression_done) struct suppression row = {0};
        struct scratch *s = *state;

        told_dead(s, "Lan@bao.example", 1, NOON);
        told_dead(s, "Lan@bao.example", 2, NOON + DAY);
        assert_false(in_force(s, "lan@bao.example", NOON + DAY));
        told_dead(s, "lan@bao.example", 3, NOON + 7 * DAY);
        assert_true(in_force(s, "LAN@bao.example", NOON + 7 * DAY));
        assert_int_equal(suppression_get(s->db, "lan@bao.example", NOON + 7 * DAY, &row, NULL), 1);
        assert_int_equal(row.reason, REASON_DEAD_ADDRESS);
        assert_int_equal(row.since, NOON + 7 * DAY);
        assert_int_equal(row.expires_at, NOON + 187 * DAY);
        assert_string_equal(row.by, "press");
        assert_string_equal(row.note, "1 2026-11-25 5.1.1; 2 2026-11-26 5.1.1; 3 2026-12-02 5.1.1:"
                                      " 550 5.1.1 User unknown");
}

/* R111 */
static void test_three_releases_within_less_than_seven_days_do_not(void **state)
{
        struct scratch *s = *state;

        told_dead(s, "lan@bao.example", 1, NOON);
        told_dead(s, "lan@bao.example", 2, NOON + DAY);
        told_dead(s, "lan@bao.example", 3, NOON + 7 * DAY - 1);
        assert_false(in_force(s, "lan@bao.example", NOON + 7 * DAY));
}

/* R111 */
static void test_a_release_sent_again_and_again_is_one(void **state)
{
        struct scratch *s = *state;

        for (int i = 0; i < 20; i++)
                told_dead(s, "lan@bao.example", 1, NOON + i * DAY);
        told_dead(s, "lan@bao.example", 2, NOON + 20 * DAY);
        assert_false(in_force(s, "lan@bao.example", NOON + 20 * DAY));
        assert_int_equal(scratch_int(s, "SELECT count(*) FROM verdict"), 2);
}

/* R111 R106 */
static void test_full_mailboxes_take_clearly_more_and_longer(void **state)
{
        struct evidence ev = dead("lan@bao.example", 1, NOON);
        struct scratch *s = *state;

        ev.class = REPORT_MAILBOX;
        for (int i = 0; i < 5; i++) {
                ev.release = i + 1;
                ev.at = NOON + i * 10 * DAY;
                told(s, &ev);
        }
        assert_false(in_force(s, "lan@bao.example", ev.at));
        ev.release = 6;
        told(s, &ev);
        assert_true(in_force(s, "lan@bao.example", ev.at));
}

/* R27 R106 R111 */
static void test_what_is_not_the_addresss_fault_never_suppresses(void **state)
{
        static const enum report_class class[] = {REPORT_POLICY, REPORT_TRANSIENT, REPORT_UNCLEAR};
        struct evidence ev = dead("lan@bao.example", 1, NOON);
        struct scratch *s = *state;

        for (int i = 0; i < 60; i++) {
                ev.class = class[i % 3];
                ev.release = i + 1;
                ev.at = NOON + i * DAY;
                told(s, &ev);
        }
        assert_false(in_force(s, "lan@bao.example", ev.at));
}

/* R102 */
static void test_what_comes_by_a_tag_past_its_life_never_suppresses(void **state)
{
        struct evidence ev = dead("lan@bao.example", 1, NOON);
        struct scratch *s = *state;

        ev.stale = true;
        for (int i = 0; i < 9; i++) {
                ev.release = i + 1;
                ev.at = NOON + i * DAY;
                told(s, &ev);
        }
        assert_false(in_force(s, "lan@bao.example", ev.at));
        assert_int_equal(scratch_int(s, "SELECT count(*) FROM verdict WHERE stale = 1"), 9);
}

static void test_a_reports_own_clock_cannot_make_days_of_minutes(void **state)
{
        struct evidence ev = dead("lan@bao.example", 1, NOON - 30 * DAY);
        struct scratch *s = *state;
        int64_t id = scratch_approved(s, 1);

        ev.delivery = id; /* made at NOON - 1 or so: nothing of it can have failed before */
        for (int i = 0; i < 3; i++) {
                ev.release = i + 1;
                ev.at += 10 * DAY;
                assert_int_equal(ACT(s, suppress_evidence(&tx, &config, &ev, NOON, &te)), 0);
        }
        assert_false(in_force(s, "lan@bao.example", NOON));
}

/* --- what takes it back -------------------------------------------------------------- */

static void test_an_address_that_takes_a_letter_again_begins_anew(void **state)
{
        struct scratch *s = *state;

        told_dead(s, "lan@bao.example", 1, NOON);
        told_dead(s, "lan@bao.example", 2, NOON + 8 * DAY);
        letter(s, "lan@bao.example", "delivered", NOON + 9 * DAY);
        told_dead(s, "lan@bao.example", 3, NOON + 10 * DAY);
        told_dead(s, "lan@bao.example", 4, NOON + 18 * DAY);
        assert_false(in_force(s, "lan@bao.example", NOON + 18 * DAY));
        told_dead(s, "lan@bao.example", 5, NOON + 19 * DAY);
        assert_true(in_force(s, "lan@bao.example", NOON + 19 * DAY));
        letter(s, "lan@bao.example", "delivered", NOON + 20 * DAY);
        assert_int_equal(suppress_pass(s->db, &config, NOON + 21 * DAY, NULL), 0);
        assert_false(in_force(s, "lan@bao.example", NOON + 21 * DAY));
        assert_int_equal(scratch_int(s, "SELECT count(*) FROM suppression WHERE lifted_by ="
                                        " 'press'"),
                         1);
}

static void test_a_letter_only_handed_on_proves_no_life(void **state)
{
        struct scratch *s = *state;

        told_dead(s, "lan@bao.example", 1, NOON);
        told_dead(s, "lan@bao.example", 2, NOON + 6 * DAY);
        letter(s, "lan@bao.example", "relayed", NOON + 7 * DAY);
        told_dead(s, "lan@bao.example", 3, NOON + 8 * DAY);
        assert_true(in_force(s, "lan@bao.example", NOON + 8 * DAY));
}

static void test_a_suppression_lapses_and_what_was_said_before_counts_no_more(void **state)
{
        CLEANUP(suppression_list_done) struct suppression_list l = {0};
        struct scratch *s = *state;
        int64_t lapse = NOON + 187 * DAY;

        for (int i = 0; i < 3; i++)
                told_dead(s, "lan@bao.example", i + 1, NOON + i * 7 * DAY / 2);
        assert_true(in_force(s, "lan@bao.example", lapse - 1));
        assert_false(in_force(s, "lan@bao.example", lapse));
        told_dead(s, "lan@bao.example", 8, lapse + DAY);
        told_dead(s, "lan@bao.example", 9, lapse + 8 * DAY);
        assert_false(in_force(s, "lan@bao.example", lapse + 8 * DAY));
        told_dead(s, "lan@bao.example", 10, lapse + 9 * DAY);
        assert_true(in_force(s, "lan@bao.example", lapse + 9 * DAY));
        assert_int_equal(suppression_list(s->db, "lan@bao.example", lapse, &l, NULL), 0);
        assert_int_equal(l.n, 2);
        assert_int_equal(l.v[0].lifted_at, lapse);
        assert_string_equal(l.v[0].lifted_by, "");
}

static void test_what_a_person_calls_settled_counts_no_more(void **state)
{
        struct scratch *s = *state;
        int64_t n = 0;

        told_dead(s, "lan@bao.example", 1, NOON);
        told_dead(s, "lan@bao.example", 2, NOON + 8 * DAY);
        assert_int_equal(ACT(s, verdict_forget(&tx, "LAN@bao.example", NOON + 9 * DAY, &n, &te)),
                         0);
        assert_int_equal(n, 2);
        told_dead(s, "lan@bao.example", 3, NOON + 10 * DAY);
        told_dead(s, "lan@bao.example", 2, NOON + 17 * DAY); /* that release is settled, too */
        assert_false(in_force(s, "lan@bao.example", NOON + 17 * DAY));
        assert_int_equal(scratch_int(s, "SELECT count(*) FROM verdict"), 3);
}

/* --- a domain at fault --------------------------------------------------------------- */

static const char *const four[] = {"a@bao.example", "b@bao.example", "c@bao.example",
                                   "d@bao.example"};

/* R112 */
static void test_a_domain_that_breaks_at_once_suppresses_nobody(void **state)
{
        struct domain_broken trouble[4];
        struct scratch *s = *state;

        book(s, "press", four, 4);
        for (int i = 0; i < 3; i++)
                for (int k = 0; k < 4; k++)
                        told_dead(s, four[k], i + 1, NOON + i * 4 * DAY + k);
        for (int k = 0; k < 4; k++)
                assert_false(in_force(s, four[k], NOON + 9 * DAY));
        assert_int_equal(verdict_domains(s->db, 0, trouble, 4, NULL), 3);
        assert_string_equal(trouble[0].domain, "bao.example");
        assert_int_equal(trouble[0].broken, 4);
        assert_int_equal(trouble[0].written, 4);
}

/* R112: the first of them was suppressed before the others' reports came */
static void test_a_suppression_is_undone_when_the_whole_domain_turns_out_broken(void **state)
{
        struct scratch *s = *state;

        book(s, "press", four, 4);
        told_dead(s, four[0], 1, NOON);
        told_dead(s, four[0], 2, NOON + 4 * DAY);
        told_dead(s, four[0], 3, NOON + 8 * DAY);
        assert_true(in_force(s, four[0], NOON + 8 * DAY));
        told_dead(s, four[1], 3, NOON + 8 * DAY + 1);
        assert_true(in_force(s, four[0], NOON + 8 * DAY + 1));
        told_dead(s, four[2], 3, NOON + 8 * DAY + 2);
        assert_false(in_force(s, four[0], NOON + 8 * DAY + 2));
        /* the others are fine again, and this one is not: what was before the trouble counts */
        told_dead(s, four[0], 4, NOON + 12 * DAY);
        assert_true(in_force(s, four[0], NOON + 12 * DAY));
        assert_false(in_force(s, four[1], NOON + 12 * DAY));
}

/* R112 */
static void test_few_dead_among_many_who_are_fine_are_dead(void **state)
{
        static const char *const more[] = {"e@bao.example", "f@bao.example", "g@bao.example",
                                           "h@bao.example", "i@bao.example", "j@bao.example"};
        struct scratch *s = *state;

        book(s, "press", four, 4);
        book(s, "press", more, 6);
        for (int i = 0; i < 3; i++) {
                int64_t at = NOON + i * 4 * DAY;

                letter(s, four[3], "delivered", at);
                for (size_t k = 0; k < 6; k++)
                        letter(s, more[k], "relayed", at);
                for (int k = 0; k < 3; k++)
                        told_dead(s, four[k], i + 1, at);
        }
        for (int k = 0; k < 3; k++) /* 3 of 10: not more than 30 percent */
                assert_true(in_force(s, four[k], NOON + 8 * DAY));
        assert_int_equal(scratch_int(s, "SELECT count(*) FROM domain_broken"), 0);
}

/* R112 */
static void test_a_domain_judged_too_early_is_judged_anew(void **state)
{
        static const char *const more[] = {"e@bao.example", "f@bao.example", "g@bao.example",
                                           "h@bao.example", "i@bao.example", "j@bao.example"};
        struct scratch *s = *state;

        book(s, "press", four, 3);
        book(s, "press", more, 6);
        for (int i = 0; i < 3; i++)
                told_dead(s, four[0], i + 1, NOON + i * 4 * DAY);
        told_dead(s, four[1], 3, NOON + 8 * DAY);
        told_dead(s, four[2], 3, NOON + 8 * DAY); /* the first three answers of the run */
        assert_false(in_force(s, four[0], NOON + 8 * DAY));
        letter(s, "k@bao.example", "relayed", NOON + 8 * DAY); /* not in the book */
        for (size_t k = 0; k < 6; k++)
                letter(s, more[k], "relayed", NOON + 8 * DAY + 60000);
        assert_int_equal(suppress_pass(s->db, &config, NOON + 8 * DAY + 120000, NULL), 0);
        assert_false(in_force(s, four[0], NOON + 8 * DAY + 120000)); /* 3 of 9 */
        letter(s, "x@bao.example", "relayed", NOON);
        book(s, "press", (const char *const[]){"k@bao.example"}, 1);
        assert_int_equal(suppress_pass(s->db, &config, NOON + 8 * DAY + 180000, NULL), 0);
        assert_true(in_force(s, four[0], NOON + 8 * DAY + 180000)); /* 3 of 10 */
}

/* --- units and departments, complaints ----------------------------------------------- */

static void test_what_a_unit_must_get_is_never_dropped_but_raised(void **state)
{
        static const char *const unit[] = {"vanthu@so.example"};
        struct scratch *s = *state;

        book(s, "department", unit, 1);
        for (int i = 0; i < 3; i++)
                told_dead(s, unit[0], i + 1, NOON + i * 4 * DAY);
        assert_false(in_force(s, unit[0], NOON + 8 * DAY));
        assert_true(raised(s, unit[0], NOON + 8 * DAY));
        letter(s, unit[0], "delivered", NOON + 9 * DAY);
        assert_int_equal(suppress_pass(s->db, &config, NOON + 9 * DAY, NULL), 0);
        assert_false(raised(s, unit[0], NOON + 9 * DAY));
}

/* R108 */
static void test_a_complaint_stops_letters_to_the_press_at_once_and_for_good(void **state)
{
        struct evidence ev = dead("lan@bao.example", 1, NOON);
        enum delivery_reason why = REASON_NONE;
        struct scratch *s = *state;

        ev.complaint = true;
        told(s, &ev);
        assert_int_equal(suppression_find(s->db, "lan@bao.example", NOON + 9999 * DAY, &why, NULL),
                         1);
        assert_int_equal(why, REASON_STOP_LIST);
        assert_int_equal(scratch_int(s, "SELECT count(*) FROM verdict WHERE class = 'invalid'"), 0);
}

/* R108 */
static void test_a_units_complaint_is_a_matter_for_a_person(void **state)
{
        static const char *const unit[] = {"vanthu@so.example"};
        struct evidence ev = dead(unit[0], 1, NOON);
        struct scratch *s = *state;

        book(s, "unit", unit, 1);
        ev.complaint = true;
        told(s, &ev);
        assert_false(in_force(s, unit[0], NOON));
        assert_true(raised(s, unit[0], NOON));
}

#define WITH_DB(test) cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int main(void)
{
        const struct CMUnitTest tests[] = {
                WITH_DB(test_three_releases_over_seven_days_suppress_an_address),
                WITH_DB(test_three_releases_within_less_than_seven_days_do_not),
                WITH_DB(test_a_release_sent_again_and_again_is_one),
                WITH_DB(test_full_mailboxes_take_clearly_more_and_longer),
                WITH_DB(test_what_is_not_the_addresss_fault_never_suppresses),
                WITH_DB(test_what_comes_by_a_tag_past_its_life_never_suppresses),
                WITH_DB(test_a_reports_own_clock_cannot_make_days_of_minutes),
                WITH_DB(test_an_address_that_takes_a_letter_again_begins_anew),
                WITH_DB(test_a_letter_only_handed_on_proves_no_life),
                WITH_DB(test_a_suppression_lapses_and_what_was_said_before_counts_no_more),
                WITH_DB(test_what_a_person_calls_settled_counts_no_more),
                WITH_DB(test_a_domain_that_breaks_at_once_suppresses_nobody),
                WITH_DB(test_a_suppression_is_undone_when_the_whole_domain_turns_out_broken),
                WITH_DB(test_few_dead_among_many_who_are_fine_are_dead),
                WITH_DB(test_a_domain_judged_too_early_is_judged_anew),
                WITH_DB(test_what_a_unit_must_get_is_never_dropped_but_raised),
                WITH_DB(test_a_complaint_stops_letters_to_the_press_at_once_and_for_good),
                WITH_DB(test_a_units_complaint_is_a_matter_for_a_person),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
