// SPDX-License-Identifier: MIT
#include "press/explain.h"

#include "press/buf.h"
#include "press/config.h"
#include "press/fault.h"
#include "press/finding.h"
#include "press/zone.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "scratch.h"

static char relay_name[] = "main";
static struct config_relay relay = {.name = relay_name};
static struct config config = {.approval = APPROVAL_TWO_PERSON, .relay = &relay, .nrelay = 1};
static struct buf told;

static void say(void *ctx, const char *sentence)
{
        (void) ctx;
        buf_adds(&told, sentence);
        buf_adds(&told, "\n");
}

/* What explain_next() says of the first delivery of `id`, all sentences. */
static const char *next(struct scratch *s, int64_t id)
{
        const struct explain x = {s->db, &config, NOON, LANG_EN, say, NULL};
        CLEANUP(release_done) struct release r = {0};
        CLEANUP(delivery_list_done) struct delivery_list l = {0};
        struct err e = {0};

        buf_clear(&told);
        assert_ok(release_get(s->db, id, &r, &e), &e);
        assert_ok(delivery_page(s->db, id, 0, 1, &l, &e), &e);
        assert_ok(explain_next(&x, &r, &l.v[0], &e), &e);
        return told.s;
}

static void assert_says(const char *text, const char *part)
{
        if (!strstr(text, part))
                fail_msg("“%s” is not in:\n%s", part, text);
}

/* A pressd as far as others can see: somebody holds its lock. */
static struct db *sender(struct scratch *s)
{
        struct db *db = NULL;
        struct err e = {0};

        assert_ok(db_open(s->path, &db, &e), &e);
        assert_ok(db_sole_sender(db, &e), &e);
        return db;
}

static void settle_one(struct scratch *s, int64_t id, enum delivery_state to, int64_t due)
{
        CLEANUP(delivery_done) struct delivery d = {0};
        struct settle st;

        assert_true(scratch_claim(s, id, NOON, &d));
        st = scratch_settle(&d, to, 450, "x");
        st.due_at = due;
        scratch_do_settle(s, &st);
}

static void test_an_approval_that_is_missing_names_who_cannot_give_it(void **state)
{
        struct scratch *s = *state;
        CLEANUP(release_done) struct release r = scratch_release("Thông cáo");
        int64_t id = scratch_publish(s, &r, 1, false);

        assert_says(next(s, id), "somebody other than lan");
        config.approval = APPROVAL_ONE;
        assert_says(next(s, id), "It waits for approval: pressctl approve 1");
        config.approval = APPROVAL_TWO_PERSON;
}

static void test_without_pressd_nothing_else_matters(void **state)
{
        struct scratch *s = *state;

        assert_string_equal(next(s, scratch_approved(s, 1)),
                            "pressd is not running: nothing leaves until it starts (systemctl "
                            "start pressd)\n");
}

static void test_a_fault_and_the_next_try_are_told_with_their_times(void **state)
{
        struct scratch *s = *state;
        const struct fault f = {.key = "relay main",
                                .since = NOON - 60000,
                                .msgid = "relay “main” does not answer"};
        CLEANUP(db_close) struct db *pressd = sender(s);
        int64_t id = scratch_approved(s, 1);

        assert_non_null(pressd);
        assert_string_equal(next(s, id), "It is tried as soon as a line to the relay is free\n");
        settle_one(s, id, DELIVERY_DEFERRED, NOON + 300000);
        assert_int_equal(ACT(s, fault_replace(&tx, &f, 1, &te)), 0);
        assert_string_equal(next(s, id),
                            "A fault since Wed 25/11/2026 11:59 (+07), 1 min ago: relay “main” "
                            "does not answer\n"
                            "It is tried again Wed 25/11/2026 12:05 (+07), in 5 min\n");
}

static const char *full(void *ctx, const char *address)
{
        (void) address;
        return ctx;
}

/* R80 */
static void test_a_letter_that_waits_for_the_limit_of_its_domain_says_so(void **state)
{
        struct scratch *s = *state;
        static char name[] = "x.example";
        struct config_domain_limit limit = {name, 2, 60};
        struct parking p = {full, name, 1, 0, false};
        CLEANUP(delivery_list_done) struct delivery_list l = {0};
        CLEANUP(db_close) struct db *pressd = sender(s);
        int64_t id = scratch_approved(s, 1);

        assert_non_null(pressd);
        assert_int_equal(ACT(s, delivery_claim(&tx, id, NOON, 1, false, &p, &l, &te)), 0);
        config.domain_limit = &limit;
        config.ndomain_limit = 1;
        assert_string_equal(next(s, id),
                            "It waits for the limit of x.example: letters at one time: 2, a "
                            "minute: 60 (setting: domain_limit)\n");
        limit.connections = 0;
        assert_says(next(s, id), "x.example: letters a minute: 60 (");
        limit = (struct config_domain_limit){name, 2, 0};
        assert_says(next(s, id), "x.example: letters at one time: 2 (");
        config.ndomain_limit = 0; /* dropped meanwhile */
        assert_string_equal(next(s, id), "It is tried as soon as a line to the relay is free\n");
}

static void test_every_pause_is_told_with_its_way_out_and_no_try_is_promised(void **state)
{
        struct scratch *s = *state;
        const struct actor hoa = {1001, "hoa", NOON};
        CLEANUP(db_close) struct db *pressd = sender(s);
        int64_t id = scratch_approved(s, 1);

        assert_non_null(pressd);
        assert_int_equal(ACT(s, release_pause(&tx, id, "sai số liệu", &hoa, &te)), 0);
        assert_int_equal(ACT(s, release_pause(&tx, id, "", &hoa, &te)), 0); /* keeps the reason */
        assert_int_equal(ACT(s, release_pause_all(&tx, "họp báo", &hoa, &te)), 0);
        assert_string_equal(
                next(s, id),
                "Release 1 is paused: sai số liệu; to go on: pressctl resume 1\n"
                "All sending is paused (hoa: họp báo); to go on: pressctl resume --all\n");
}

static void test_a_fault_of_another_release_is_not_told(void **state)
{
        struct scratch *s = *state;
        const struct fault f[] = {{.key = "release 7", .since = NOON, .msgid = "seven"},
                                  {.key = "release 1", .since = NOON, .msgid = "one"}};
        CLEANUP(db_close) struct db *pressd = sender(s);
        int64_t id = scratch_approved(s, 1);

        assert_non_null(pressd);
        assert_int_equal(ACT(s, fault_replace(&tx, f, 2, &te)), 0);
        assert_says(next(s, id), ": one\n");
        assert_null(strstr(told.s, "seven"));
}

static void test_what_is_left_of_a_cancelled_release_is_not_to_be_retried(void **state)
{
        struct scratch *s = *state;
        const struct actor hoa = {1001, "hoa", NOON};
        int64_t id = scratch_approved(s, 1), lost = scratch_approved(s, 1);

        settle_one(s, id, DELIVERY_UNKNOWN, 0);
        settle_one(s, lost, DELIVERY_REFUSED, 0);
        scratch_approved(s, 1);
        assert_int_equal(ACT(s, release_cancel(&tx, id, "", &hoa, &te)), 0);
        assert_string_equal(next(s, id), "It may have arrived. The release was cancelled: nothing "
                                         "is tried again. Ask the recipient\nOnce "
                                         "somebody has asked: pressctl call 1 j0@x.example "
                                         "--reached\n");
        scratch_exec(s, "UPDATE release SET state = 'cancelled' WHERE id = 2");
        assert_string_equal(next(s, lost), "Nothing more: the release was cancelled. Telephone\n");
}

static void test_a_copy_by_hand_is_told_where_the_first_was_lost(void **state)
{
        struct scratch *s = *state;
        CLEANUP(delivery_list_done) struct delivery_list l = {0};
        struct err e = {0};
        int64_t id = scratch_approved(s, 1), copy;

        settle_one(s, id, DELIVERY_REFUSED, 0);
        assert_ok(delivery_page(s->db, id, 0, 1, &l, &e), &e);
        free(l.v[0].address);
        l.v[0].address = mem_strdup("moi@y.example");
        assert_int_equal(ACT(s, delivery_resend(&tx, &l.v[0], l.v[0].id, "x", NOON, &copy, &te)),
                         0);
        settle_one(s, id, DELIVERY_RELAYED, 0);
        assert_string_equal(next(s, id),
                            "Sent again by hand to moi@y.example (Wed 25/11/2026 12:00 (+07), now)"
                            ": Handed to our relay, arrival not confirmed\n");
}

static void test_a_held_unknown_waits_for_a_person(void **state)
{
        struct scratch *s = *state;
        int64_t id = scratch_approved(s, 1);

        settle_one(s, id, DELIVERY_UNKNOWN, 0);
        assert_says(next(s, id), "pressctl retry 1 --address j0@x.example");
}

static void test_what_was_refused_is_not_tried_again_by_itself(void **state)
{
        struct scratch *s = *state;
        int64_t id = scratch_approved(s, 1);

        settle_one(s, id, DELIVERY_REFUSED, 0);
        assert_says(next(s, id), "--for j0@x.example");
}

static int zone(void **state)
{
        struct err e = {0};

        (void) state;
        told = BUF(65536);
        return zone_open("Asia/Ho_Chi_Minh", &e);
}

static int done(void **state)
{
        (void) state;
        buf_done(&told);
        return 0;
}

/* --- how far it is proved ------------------------------------------------------ */

static void hear(struct scratch *s, int64_t delivery, const char *kind, enum finding_action action,
                 const char *peer, int64_t at)
{
        const struct finding f = {.delivery = delivery,
                                  .kind = kind,
                                  .action = action,
                                  .at = at,
                                  .peer = peer,
                                  .relay = "",
                                  .enhanced = "",
                                  .reply = "",
                                  .note = ""};
        enum delivery_state after;

        assert_int_equal(ACT(s, finding_apply(&tx, &f, at, &after, &te)), 1);
}

static const char *proof(struct scratch *s, int64_t id, enum lang lang, char out[VIEW_MAX])
{
        const struct explain x = {s->db, &config, NOON, lang, say, NULL};
        CLEANUP(delivery_list_done) struct delivery_list l = {0};
        struct err e = {0};

        assert_ok(delivery_page(s->db, id, 0, 1, &l, &e), &e);
        assert_ok(explain_proof(&x, &l.v[0], out, &e), &e);
        return out;
}

static void test_the_proof_says_whose_word_it_is_and_what_was_before(void **state)
{
        struct scratch *s = *state;
        int64_t id = scratch_approved(s, 1);
        CLEANUP(delivery_done) struct delivery d = {0};
        char out[VIEW_MAX];
        struct settle st;

        assert_true(scratch_claim(s, id, NOON, &d));
        st = scratch_settle(&d, DELIVERY_RELAYED, 250, "Ok");
        scratch_do_settle(s, &st);
        assert_says(proof(s, id, LANG_EN, out), "Not proved: that it reached");
        hear(s, d.id, "report", FINDING_DELAYED, "mx.y.example", NOON + 2000);
        assert_says(proof(s, id, LANG_EN, out), "Not proved: that it reached");
        hear(s, d.id, "relay-log", FINDING_DELIVERED, "mx.x.example", NOON + 3000);
        assert_says(proof(s, id, LANG_EN, out),
                    "Proved by the relay's own log, Wed 25/11/2026 12:00 (+07): mx.x.example took");
        hear(s, d.id, "report", FINDING_FAILED, "daemon@x.example", NOON + 60000);
        assert_says(proof(s, id, LANG_EN, out), "Proved by the report of daemon@x.example, Wed "
                                                "25/11/2026 12:01 (+07): the letter was returned");
        assert_says(out, "Before that: Accepted by the recipient's mail server");
        assert_says(proof(s, id, LANG_VI, out), "Trước đó: Máy chủ thư của người nhận đã nhận");
        hear(s, d.id, "reply", FINDING_REPLY, "pv@x.example", NOON + 120000);
        assert_says(proof(s, id, LANG_EN, out), "pv@x.example answered it, Wed 25/11/2026 12:02");
}

static void test_the_proof_names_the_report_of_an_arrival(void **state)
{
        struct scratch *s = *state;
        int64_t id = scratch_approved(s, 1);
        CLEANUP(delivery_done) struct delivery d = {0};
        char out[VIEW_MAX];
        struct settle st;

        assert_true(scratch_claim(s, id, NOON, &d));
        st = scratch_settle(&d, DELIVERY_RELAYED, 250, "Ok");
        scratch_do_settle(s, &st);
        hear(s, d.id, "report", FINDING_DELIVERED, "daemon@x.example", NOON + 60000);
        assert_says(proof(s, id, LANG_EN, out), "Proved by the report of daemon@x.example");
        assert_says(out, "Not proved: that anybody opened or read it");
        hear(s, d.id, "report", FINDING_DELAYED, "late@y.example", NOON + 120000);
        hear(s, d.id, "report", FINDING_AUTOREPLY, "away@y.example", NOON + 180000);
        assert_says(proof(s, id, LANG_EN, out),
                    "Proved by the report of daemon@x.example, Wed 25/11/2026 12:01");
        hear(s, d.id, "reply", FINDING_REPLY, "", NOON + 240000);
        assert_says(proof(s, id, LANG_EN, out), "Somebody answered it, Wed 25/11/2026 12:04");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)
        const struct CMUnitTest tests[] = {
                TEST(test_an_approval_that_is_missing_names_who_cannot_give_it),
                TEST(test_without_pressd_nothing_else_matters),
                TEST(test_a_fault_and_the_next_try_are_told_with_their_times),
                TEST(test_a_letter_that_waits_for_the_limit_of_its_domain_says_so),
                TEST(test_every_pause_is_told_with_its_way_out_and_no_try_is_promised),
                TEST(test_a_fault_of_another_release_is_not_told),
                TEST(test_what_is_left_of_a_cancelled_release_is_not_to_be_retried),
                TEST(test_a_copy_by_hand_is_told_where_the_first_was_lost),
                TEST(test_a_held_unknown_waits_for_a_person),
                TEST(test_what_was_refused_is_not_tried_again_by_itself),
                TEST(test_the_proof_says_whose_word_it_is_and_what_was_before),
                TEST(test_the_proof_names_the_report_of_an_arrival),
        };

        return cmocka_run_group_tests(tests, zone, done);
}
