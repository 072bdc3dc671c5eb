// SPDX-License-Identifier: MIT
/* This program is its own cage. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "returns_fixture.h"

/* --- whose it is -------------------------------------------------------------------- */

/* R103 */
static void only_the_delivery_of_the_tag_is_touched(void **state)
{
        struct place *p = *state;
        CLEANUP(mem_free) char *to = box(p, 0);
        CLEANUP(mem_free) char *other = message_id(p, 1);
        CLEANUP(mem_free) char *head = mem_printf("Message-ID: %s\n", other);
        CLEANUP(mem_free) char *row = mem_printf(DEAD("%s"), p->d[1].address);

        assert_int_equal(give(p, report_of(to, NULL, row, head)), RETURNS_DONE);
        assert_int_equal(state_of(p, 0), DELIVERY_BOUNCED);
        assert_int_equal(state_of(p, 1), DELIVERY_RELAYED);
        assert_int_equal(count(p, "returned", "matched = 'tag' AND kind = 'status'"), 1);
        assert_int_equal(count(p, "verdict", "1"), 1);
        scratch_check_counts(p->s, p->d[0].release_id);
}

/* R101 */
static void a_wrong_tag_is_counted_and_nothing_else(void **state)
{
        struct place *p = *state;
        CLEANUP(mem_free) char *to = box(p, 0);
        CLEANUP(mem_free) char *id = message_id(p, 0);
        CLEANUP(mem_free) char *head = mem_printf("Message-ID: %s\n", id);
        CLEANUP(mem_free) char *row = mem_printf(DEAD("%s"), p->d[0].address);
        int64_t forged = 0;

        to[8] = to[8] == 'a' ? 'b' : 'a';
        assert_int_equal(give(p, report_of(to, NULL, row, head)), RETURNS_DONE);
        check_relayed(p);
        assert_int_equal(count(p, "event", "kind = 'report'"), 0);
        assert_int_equal(count(p, "verdict", "1"), 0);
        assert_int_equal(returned_forged(p->s->db, &forged, NULL), 0);
        assert_int_equal(forged, 1);
        assert_int_equal(count(p, "returned", "delivery_id IS NULL"), 1);
}

/* R101 */
static void a_good_tag_of_no_delivery_is_forged_too(void **state)
{
        struct place *p = *state;
        char tag[TOKEN_TAG_MAX], path[320];

        token_tag(db_identity(p->s->db)->tag_key, 4711, tag);
        assert_true(token_return_path(p->cfg->return_path, tag, path));
        assert_int_equal(give(p, report_of(path, NULL, DEAD("a@b.example"), "")), RETURNS_DONE);
        assert_int_equal(count(p, "returned", "matched = 'forged'"), 1);
        check_relayed(p);
}

/* R102 */
static void a_tag_past_its_life_is_noted_and_changes_nothing(void **state)
{
        struct place *p = *state;
        CLEANUP(mem_free) char *to = box(p, 0);
        CLEANUP(mem_free) char *mail = report_of(to, NULL, DEAD("j0@x.example"), "");
        CLEANUP(mem_free) char *again = report_of(to, NULL, DEAD("J0@x.example"), "");

        assert_int_equal(take_at(p, mail, NOON + 91 * CLOCK_DAY), RETURNS_DONE);
        check_relayed(p);
        assert_int_equal(count(p, "event", "action = 'failed' AND state = 'relayed'"), 1);
        assert_int_equal(count(p, "suppression", "1"), 0);
        assert_int_equal(take_at(p, again, NOON + 89 * CLOCK_DAY), RETURNS_DONE);
        assert_int_equal(state_of(p, 0), DELIVERY_BOUNCED);
}

static void a_tag_is_known_in_any_case_behind_another_delimiter_and_wrapped(void **state)
{
        struct place *p = *state;
        CLEANUP(mem_free) char *upper = box(p, 0);
        CLEANUP(mem_free) char *minus = box(p, 1);
        CLEANUP(mem_free) char *plain = box(p, 2);
        CLEANUP(mem_free) char *wrapped = NULL;

        for (char *c = upper; *c; c++)
                *c = (char) (*c >= 'a' && *c <= 'z' ? *c - 32 : *c);
        *strchr(minus, '+') = '-';
        *strchr(plain, '@') = '\0';
        wrapped = mem_printf("SRS0=xk3=yy=press.x.example=%s@forward.example", plain);
        assert_int_equal(give(p, report_of(upper, NULL, DEAD("j0@x.example"), "")), RETURNS_DONE);
        assert_int_equal(give(p, report_of(minus, NULL, DEAD("j1@x.example"), "")), RETURNS_DONE);
        assert_int_equal(give(p, report_of(wrapped, NULL, DEAD("j2@x.example"), "")), RETURNS_DONE);
        for (int i = 0; i < 3; i++)
                assert_int_equal(state_of(p, i), DELIVERY_BOUNCED);
}

static void without_a_tag_an_envid_a_message_id_or_the_letters_own_path_tells(void **state)
{
        struct place *p = *state;
        CLEANUP(mem_free) char *path = box(p, 0);
        CLEANUP(mem_free) char *id = message_id(p, 1);
        CLEANUP(mem_free) char *returned = mem_printf("Return-Path: <%s>\n", path);
        CLEANUP(mem_free) char *head = mem_printf("Message-ID: %s\n", id);
        char tag[TOKEN_TAG_MAX];

        token_tag(db_identity(p->s->db)->tag_key, p->d[2].id, tag);
        assert_int_equal(
                give(p, report_of("bounce@press.x.example", NULL, DEAD("a@b.example"), returned)),
                RETURNS_DONE);
        assert_int_equal(
                give(p, report_of("bounce@press.x.example", NULL, DEAD("a@b.example"), head)),
                RETURNS_DONE);
        assert_int_equal(give(p, report_of("bounce@press.x.example", tag, DEAD("a@b.example"), "")),
                         RETURNS_DONE);
        for (int i = 0; i < 3; i++)
                assert_int_equal(state_of(p, i), DELIVERY_BOUNCED);
        assert_int_equal(count(p, "returned", "matched = 'tag'"), 1);
        assert_int_equal(count(p, "returned", "matched = 'message-id'"), 1);
        assert_int_equal(count(p, "returned", "matched = 'envid'"), 1);
}

static void the_senders_path_in_other_fields_tells_too(void **state)
{
        struct place *p = *state;
        CLEANUP(mem_free) char *a = box(p, 0);
        CLEANUP(mem_free) char *b = box(p, 1);
        CLEANUP(mem_free) char *id = message_id(p, 2);
        CLEANUP(mem_free)
        char *postfix = mem_printf("X-Postfix-Sender: rfc822; %s\n" DEAD("a@b.example"), a);
        CLEANUP(mem_free) char *arf = mem_printf("abuse\nOriginal-Mail-From: <%s>", b);
        CLEANUP(mem_free) char *thread = mem_printf("References: <1@x.example>\n %s\n", id);

        assert_int_equal(give(p, report_of("bounce@press.x.example", NULL, postfix, "")),
                         RETURNS_DONE);
        assert_int_equal(give(p, feedback_of("fbl@press.x.example", arf)), RETURNS_DONE);
        assert_int_equal(give(p, mail_of("pv@bao.example", "tc@x.example", thread, "Xin hỏi?")),
                         RETURNS_PEOPLE);
        assert_int_equal(state_of(p, 0), DELIVERY_BOUNCED);
        assert_int_equal(count(p, "event", "action = 'complaint'"), 1);
        assert_int_equal(count(p, "event", "action = 'reply'"), 1);
}

static void a_report_of_nobodys_letter_goes_to_people(void **state)
{
        struct place *p = *state;

        assert_int_equal(give(p, report_of("bounce@press.x.example", "QQ314", DEAD("j0@x.example"),
                                           "Message-ID: <1@x.example>\n")),
                         RETURNS_PEOPLE);
        check_relayed(p);
        assert_int_equal(count(p, "returned", "matched = 'none'"), 1);
}

/* --- which rows ------------------------------------------------------------------------ */

/* R107 */
static void of_several_rows_the_one_that_names_the_address_speaks(void **state)
{
        struct place *p = *state;
        CLEANUP(mem_free) char *to = box(p, 0);
        CLEANUP(mem_free)
        char *rows = mem_printf(ROW("a@b.example", "failed", "5.1.1", "550 no")
                                        ROW("%s", "delivered", "2.0.0", "250 ok")
                                                ROW("c@b.example", "delayed", "4.2.2", "452 full"),
                                p->d[0].address);

        assert_int_equal(give(p, report_of(to, NULL, rows, "")), RETURNS_DONE);
        assert_int_equal(state_of(p, 0), DELIVERY_DELIVERED);
        assert_int_equal(count(p, "event", "kind = 'report'"), 1);
        assert_int_equal(count(p, "verdict", "1"), 0);
}

/* R107 */
static void behind_a_forward_the_worst_row_is_the_state_and_all_stand_in_the_log(void **state)
{
        struct place *p = *state;
        CLEANUP(mem_free) char *to = box(p, 0);

        assert_int_equal(give(p, report_of(to, NULL,
                                           ROW("a@b.example", "failed", "5.1.1", "550 no") ROW(
                                                   "c@b.example", "delivered", "2.0.0", "250 ok"),
                                           "")),
                         RETURNS_DONE);
        assert_int_equal(state_of(p, 0), DELIVERY_BOUNCED);
        assert_int_equal(count(p, "event", "kind = 'report' AND state = 'delivered'"), 1);
        assert_int_equal(count(p, "event",
                               "kind = 'report' AND state = 'bounced'"
                               " AND note = 'a@b.example'"),
                         1);
        /* somebody behind the address got it: it is not dead */
        assert_int_equal(count(p, "verdict", "1"), 0);
}

/* R105 */
static void a_delay_notice_records_no_failure(void **state)
{
        struct place *p = *state;
        CLEANUP(mem_free) char *to = box(p, 0);

        assert_int_equal(
                give(p,
                     report_of(to, NULL, ROW("j0@x.example", "delayed", "4.4.1", "timed out"), "")),
                RETURNS_DONE);
        check_relayed(p);
        assert_int_equal(count(p, "event", "action = 'delayed'"), 1);
        assert_int_equal(count(p, "verdict", "1"), 0);
}

/* R106 */
static void given_up_with_4xx_is_a_failure_of_this_release_only(void **state)
{
        struct place *p = *state;
        CLEANUP(mem_free) char *to = box(p, 0);

        assert_int_equal(
                give(p,
                     report_of(to, NULL, ROW("j0@x.example", "failed", "4.4.1", "timed out"), "")),
                RETURNS_DONE);
        assert_int_equal(state_of(p, 0), DELIVERY_BOUNCED);
        assert_int_equal(count(p, "verdict", "class = 'invalid'"), 0);
        assert_int_equal(count(p, "suppression", "1"), 0);
}

/* --- people and their machines ------------------------------------------------------- */

/* R119 */
static void a_persons_reply_is_a_question_for_people(void **state)
{
        struct place *p = *state;
        CLEANUP(mem_free) char *to = box(p, 0);
        CLEANUP(mem_free) char *id = message_id(p, 1);
        CLEANUP(mem_free) char *reply = mem_printf("In-Reply-To: %s\n", id);

        assert_int_equal(give(p, mail_of("pv@bao.example", to, "", "Xin hỏi số liệu 2025?")),
                         RETURNS_PEOPLE);
        assert_int_equal(give(p, mail_of("pv@bao.example", "tc@x.example", reply, "Xin hỏi thêm?")),
                         RETURNS_PEOPLE);
        check_relayed(p);
        assert_int_equal(count(p, "event",
                               "kind = 'reply' AND action = 'reply'"
                               " AND peer = 'pv@bao.example'"),
                         2);
        assert_int_equal(count(p, "returned", "kind = 'mail' AND release_id = 1"), 2);
}

/* R115 */
static void a_note_of_absence_is_kept_apart_with_its_date(void **state)
{
        struct place *p = *state;
        CLEANUP(mem_free) char *to = box(p, 0);

        assert_int_equal(give(p, mail_of("pv@bao.example", to, "Auto-Submitted: auto-replied\n",
                                         "Tôi đi công tác đến hết ngày 30/11.")),
                         RETURNS_DONE);
        assert_int_equal(give(p, mail_of("desk@bao.example", to, "Auto-Submitted: auto-replied\n",
                                         "Back on 5 December 2031.")),
                         RETURNS_DONE);
        check_relayed(p);
        assert_int_equal(count(p, "event", "kind = 'report' AND action = 'autoreply'"), 2);
        assert_int_equal(count(p, "event", "kind = 'reply'"), 0);
        /* 2026-11-30 00:00 +07:00, and a day too far away to be meant */
        assert_int_equal(count(p, "returned", "away_until = 1795971600000"), 1);
        assert_int_equal(count(p, "returned", "away_until IS NULL"), 1);
}

/* R115 */
static void a_challenge_and_a_receipt_fail_nobody(void **state)
{
        struct place *p = *state;
        CLEANUP(mem_free) char *to = box(p, 0);
        CLEANUP(mem_free)
        char *receipt =
                mem_printf("From: pv@bao.example\nTo: %s\nSubject: Read\nMIME-Version: 1.0\n"
                           "Content-Type: multipart/report;"
                           " report-type=disposition-notification; boundary=b\n\n--b\n\nread\n"
                           "--b\nContent-Type: message/disposition-notification\n\n"
                           "Final-Recipient: rfc822; pv@bao.example\n"
                           "Disposition: manual-action/MDN-sent-manually; displayed\n--b--\n",
                           to);

        assert_int_equal(take(p, receipt), RETURNS_DONE);
        assert_int_equal(give(p, mail_of("pv@bao.example", to, "",
                                         "Your message is being held. To confirm that you are a"
                                         " person and not a spammer, please click the link below"
                                         " to verify yourself.")),
                         RETURNS_PEOPLE);
        check_relayed(p);
        assert_int_equal(count(p, "returned", "kind = 'receipt'"), 1);
        assert_int_equal(count(p, "returned", "kind = 'challenge'"), 1);
}

/* R108 */
static void a_complaint_stops_the_address_and_an_authentication_report_nobody(void **state)
{
        struct place *p = *state;
        CLEANUP(mem_free) char *auth = box(p, 0);
        CLEANUP(mem_free) char *abuse = box(p, 1);

        assert_int_equal(give(p, feedback_of(auth, "auth-failure")), RETURNS_PEOPLE);
        assert_int_equal(count(p, "verdict", "1"), 0);
        assert_int_equal(count(p, "event", "kind <> 'attempt'"), 0);
        assert_int_equal(count(p, "returned", "kind = 'feedback'"), 1);
        assert_int_equal(give(p, feedback_of(abuse, "abuse")), RETURNS_DONE);
        check_relayed(p); /* no bounce */
        assert_int_equal(count(p, "event", "action = 'complaint'"), 1);
}

/* R120 */
static void our_own_letter_that_came_back_is_no_reply_and_no_failure(void **state)
{
        struct place *p = *state;
        CLEANUP(mem_free) char *to = box(p, 0);
        CLEANUP(mem_free) char *id = message_id(p, 0);
        CLEANUP(mem_free)
        char *own = mem_printf("Message-ID: %s\nList-Id: Ban <ban.x.example>\n"
                               "Precedence: list\n",
                               id);

        assert_int_equal(give(p, mail_of("T <tc@x.example>", to, own, "Thông cáo")), RETURNS_DONE);
        assert_int_equal(give(p, mail_of("T <tc@x.example>", "ban@x.example",
                                         "List-Id: T <press.x.example>\n", "Thông cáo")),
                         RETURNS_DONE);
        check_relayed(p);
        assert_int_equal(count(p, "returned", "kind = 'loop'"), 2);
        assert_int_equal(count(p, "event", "kind = 'reply'"), 0);
        assert_int_equal(count(p, "event", "action = 'loop'"), 1);
        assert_int_equal(count(p, "delivery", "state NOT IN ('relayed')"), 0);
}

/* R117: whatever comes back, nothing is told to anybody. */
static void an_alarm_mail_that_comes_back_raises_no_alarm(void **state)
{
        struct place *p = *state;

        assert_int_equal(give(p, report_of("tc@x.example", NULL, DEAD("truc@x.example"),
                                           "From: tc@x.example\nSubject: press: alarm\n"
                                           "Message-ID: <alarm-1@press.x.example>\n")),
                         RETURNS_PEOPLE);
        assert_int_equal(count(p, "fault", "1"), 0);
        check_relayed(p);
}

int main(int argc, char **argv)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, returns_setup, returns_teardown)
        const struct CMUnitTest tests[] = {
                TEST(only_the_delivery_of_the_tag_is_touched),
                TEST(a_wrong_tag_is_counted_and_nothing_else),
                TEST(a_good_tag_of_no_delivery_is_forged_too),
                TEST(a_tag_past_its_life_is_noted_and_changes_nothing),
                TEST(a_tag_is_known_in_any_case_behind_another_delimiter_and_wrapped),
                TEST(without_a_tag_an_envid_a_message_id_or_the_letters_own_path_tells),
                TEST(the_senders_path_in_other_fields_tells_too),
                TEST(a_report_of_nobodys_letter_goes_to_people),
                TEST(of_several_rows_the_one_that_names_the_address_speaks),
                TEST(behind_a_forward_the_worst_row_is_the_state_and_all_stand_in_the_log),
                TEST(a_delay_notice_records_no_failure),
                TEST(given_up_with_4xx_is_a_failure_of_this_release_only),
                TEST(a_persons_reply_is_a_question_for_people),
                TEST(a_note_of_absence_is_kept_apart_with_its_date),
                TEST(a_challenge_and_a_receipt_fail_nobody),
                TEST(a_complaint_stops_the_address_and_an_authentication_report_nobody),
                TEST(our_own_letter_that_came_back_is_no_reply_and_no_failure),
                TEST(an_alarm_mail_that_comes_back_raises_no_alarm),
        };

        if (argc == 2 && strcmp(argv[1], CAGE_ARGUMENT) == 0)
                return cage_main();
        return cmocka_run_group_tests(tests, NULL, NULL);
}
