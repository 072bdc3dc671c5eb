// SPDX-License-Identifier: MIT
/* The relays' own words as evidence; and evidence while the disk fails. */
#include "press/suppress.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "press/clock.h"
#include "scratch.h"
#include "sqlfault.h"

#define DAY CLOCK_DAY
#define LAN "lan@bao.example"

static const struct config config = {
        .suppress = {.reports = 3,
                     .days = 7,
                     .mailbox_reports = 6,
                     .mailbox_days = 30,
                     .domain_share = 30,
                     .domain_least = 3,
                     .expire_ms = 180 * DAY},
};

static bool in_force(struct scratch *s, const char *address, int64_t now)
{
        enum delivery_reason why = REASON_NONE;
        int r = suppression_find(s->db, address, now, &why, NULL);

        assert_true(r >= 0);
        return r > 0;
}

static int keep(struct scratch *s, int64_t release, int64_t at, struct err *e)
{
        const struct evidence ev = {
                .release = release,
                .address = LAN,
                .org_kind = ORG_PRESS,
                .class = REPORT_INVALID,
                .enhanced = "5.1.1",
                .reply = "550 5.1.1 User unknown",
                .at = at,
        };
        CLEANUP(tx_done) struct tx tx = {0};
        int r = tx_begin(&tx, s->db, 0, e);

        if (r == 0)
                r = suppress_evidence(&tx, &config, &ev, at, e);
        return r < 0 ? r : tx_commit(&tx, e);
}

/* --- the relays' own refusals -------------------------------------------------------- */

static void refused(struct scratch *s, int64_t at, const char *stage, int code,
                    const char *enhanced, const char *reply)
{
        int64_t id = scratch_approved(s, 1);
        char sql[900];

        snprintf(sql, sizeof(sql),
                 "UPDATE delivery SET address = 'lan@bao.example', org_kind = 'press',"
                 " created_at = %lld WHERE release_id = %lld",
                 (long long) at, (long long) id);
        scratch_exec(s, sql);
        snprintf(sql, sizeof(sql),
                 "INSERT INTO event (release_id, delivery_id, kind, attempt, at, ms, relay, peer,"
                 " stage, code, enhanced, reply, tls, state, note) SELECT release_id, id,"
                 " 'attempt', 1, %lld, 1, 'main', '', '%s', %d, '%s', '%s', '', 'refused', ''"
                 " FROM delivery WHERE release_id = %lld",
                 (long long) at, stage, code, enhanced, reply, (long long) id);
        scratch_exec(s, sql);
}

/* R28 */
static void test_refusals_of_the_recipient_by_the_relay_are_evidence(void **state)
{
        struct scratch *s = *state;

        refused(s, NOON, "rcpt", 550, "5.1.1", "5.1.1 no such user here");
        refused(s, NOON + 4 * DAY, "rcpt", 550, "5.1.10", "5.1.10 RecipientNotFound");
        assert_int_equal(suppress_pass(s->db, &config, NOON + 4 * DAY, NULL), 0);
        assert_int_equal(suppress_pass(s->db, &config, NOON + 4 * DAY, NULL), 0);
        assert_int_equal(scratch_int(s, "SELECT count(*) FROM verdict"), 2);
        refused(s, NOON + 8 * DAY, "rcpt", 550, "5.1.0", "5.1.0 Address rejected: user unknown");
        assert_int_equal(suppress_pass(s->db, &config, NOON + 8 * DAY, NULL), 0);
        assert_true(in_force(s, "lan@bao.example", NOON + 8 * DAY));
}

/* R25 R26 R27 */
static void test_refusals_for_content_or_sender_are_not(void **state)
{
        struct scratch *s = *state;

        for (int i = 0; i < 5; i++) {
                refused(s, NOON + i * 4 * DAY, "dot", 554, "5.1.1", "5.1.1 content refused");
                refused(s, NOON + i * 4 * DAY, "rcpt", 550, "5.7.1", "5.7.1 access denied");
        }
        assert_int_equal(suppress_pass(s->db, &config, NOON + 20 * DAY, NULL), 0);
        assert_false(in_force(s, "lan@bao.example", NOON + 20 * DAY));
        assert_int_equal(scratch_int(s, "SELECT count(*) FROM verdict WHERE class <> 'policy'"), 0);
}

/* --- faults -------------------------------------------------------------------------- */

static void test_evidence_is_kept_and_judged_whole_or_not_at_all(void **state)
{
        struct scratch *s = *state;
        unsigned turns = 0;

        assert_int_equal(keep(s, 1, NOON, NULL), 0);
        assert_int_equal(keep(s, 2, NOON + 4 * DAY, NULL), 0);
        SQLFAULT_EACH(10 /* SQLITE_IOERR */)
        {
                struct err e = {0};
                int r = keep(s, 3, NOON + 8 * DAY, &e);

                turns++;
                if (sqlfault_hit()) {
                        assert_true(r < 0);
                        assert_true(e.code != 0);
                        assert_int_equal(scratch_int(s, "SELECT count(*) FROM verdict"), 2);
                        assert_int_equal(scratch_int(s, "SELECT count(*) FROM suppression"), 0);
                } else {
                        assert_int_equal(r, 0);
                        assert_true(in_force(s, LAN, NOON + 8 * DAY));
                }
        }
        assert_true(turns > 10);
}

/* What a pass could not finish the next one does, and nothing counts twice. */
static void test_a_pass_that_fails_anywhere_is_taken_up_by_the_next(void **state)
{
        struct scratch *s = *state;
        unsigned turns = 0;

        for (int i = 0; i < 3; i++)
                refused(s, NOON + i * 4 * DAY, "rcpt", 550, "5.1.1", "5.1.1 no such user here");
        SQLFAULT_EACH(10 /* SQLITE_IOERR */)
        {
                struct err e = {0};
                int r = suppress_pass(s->db, &config, NOON + 8 * DAY, &e);

                turns++;
                if (!sqlfault_hit())
                        assert_int_equal(r, 0);
                else
                        assert_true(r < 0);
        }
        assert_true(turns > 10);
        assert_int_equal(scratch_int(s, "SELECT count(*) FROM verdict"), 3);
        assert_int_equal(scratch_int(s, "SELECT count(*) FROM suppression"), 1);
        assert_true(in_force(s, LAN, NOON + 8 * DAY));
}

#define WITH_DB(test) cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int main(void)
{
        const struct CMUnitTest tests[] = {
                WITH_DB(test_refusals_of_the_recipient_by_the_relay_are_evidence),
                WITH_DB(test_refusals_for_content_or_sender_are_not),
                WITH_DB(test_evidence_is_kept_and_judged_whole_or_not_at_all),
                WITH_DB(test_a_pass_that_fails_anywhere_is_taken_up_by_the_next),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
