// SPDX-License-Identifier: MIT
#include "press/outcome.h"

#include "press/mem.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

static struct reply reply_of(int code, const char *enhanced)
{
        struct reply r = {.code = code};

        snprintf(r.enhanced, sizeof(r.enhanced), "%s", enhanced);
        snprintf(r.text, sizeof(r.text), "%s", "as they said it");
        return r;
}

struct row {
        enum stage stage;
        int code;
        const char *enhanced;
        enum verdict verdict;
        enum blame blame;
        bool close;
};

static void check(const struct row *row, bool body_out, bool succeeded)
{
        struct reply r = reply_of(row->code, row->enhanced);
        struct outcome o = outcome_judge(row->stage, &r, body_out, succeeded);

        if (o.verdict != row->verdict || o.blame != row->blame || o.close != row->close)
                fail_msg("%s %d %s: verdict %d blame %d close %d", stage_name(row->stage),
                         row->code, row->enhanced, o.verdict, o.blame, o.close);
        assert_int_equal(o.stage, row->stage);
        assert_int_equal(o.reply.code, row->code);
        assert_string_equal(o.reply.enhanced, row->enhanced);
        assert_string_equal(o.reply.text, "as they said it");
        assert_false(o.used_up);
}

#define CHECK_ALL(rows, body_out, succeeded)           \
        for (size_t i_ = 0; i_ < COUNT_OF(rows); i_++) \
        check(&(rows)[i_], (body_out), (succeeded))

static void test_the_stages_have_the_names_of_the_log(void **state)
{
        (void) state;
        static const char *const names[] = {"connect", "tls",  "ehlo", "auth",
                                            "mail",    "rcpt", "data", "dot"};

        assert_int_equal(STAGES, COUNT_OF(names));
        for (int i = 0; i < STAGES; i++)
                assert_string_equal(stage_name((enum stage) i), names[i]);
}

/* R17, R19: 2yz to the dot, known or not */
static void test_only_a_good_reply_to_the_dot_is_relayed(void **state)
{
        (void) state;
        static const struct row rows[] = {
                {STAGE_DOT, 250, "2.0.0", VERDICT_RELAYED, BLAME_NOBODY, false},
                {STAGE_DOT, 250, "", VERDICT_RELAYED, BLAME_NOBODY, false},
                {STAGE_DOT, 259, "", VERDICT_RELAYED, BLAME_NOBODY, false},
                {STAGE_DOT, 220, "", VERDICT_UNKNOWN, BLAME_NOBODY, true},
                {STAGE_DOT, 221, "2.0.0", VERDICT_UNKNOWN, BLAME_NOBODY, true},
                {STAGE_DOT, 354, "", VERDICT_UNKNOWN, BLAME_NOBODY, true},
        };

        CHECK_ALL(rows, true, false);
}

/* R18, R19, R27, R28 */
static void test_a_permanent_refusal_at_rcpt_is_that_recipients_alone(void **state)
{
        (void) state;
        static const struct row rows[] = {
                {STAGE_RCPT, 550, "5.1.1", VERDICT_REFUSED, BLAME_ADDRESS, false},
                {STAGE_RCPT, 550, "5.1.2", VERDICT_REFUSED, BLAME_ADDRESS, false},
                {STAGE_RCPT, 550, "5.1.10", VERDICT_REFUSED, BLAME_ADDRESS, false},
                {STAGE_RCPT, 550, "5.2.1", VERDICT_REFUSED, BLAME_ADDRESS, false},
                {STAGE_RCPT, 553, "5.1.3", VERDICT_REFUSED, BLAME_ADDRESS, false},
                {STAGE_RCPT, 551, "5.1.6", VERDICT_REFUSED, BLAME_ADDRESS, false},
                {STAGE_RCPT, 550, "", VERDICT_REFUSED, BLAME_ADDRESS, false},
                {STAGE_RCPT, 551, "", VERDICT_REFUSED, BLAME_ADDRESS, false},
                {STAGE_RCPT, 553, "", VERDICT_REFUSED, BLAME_ADDRESS, false},
                {STAGE_RCPT, 550, "5.2.2", VERDICT_REFUSED, BLAME_NOBODY, false},
                {STAGE_RCPT, 550, "5.4.1", VERDICT_REFUSED, BLAME_NOBODY, false},
                {STAGE_RCPT, 554, "", VERDICT_REFUSED, BLAME_NOBODY, false},
                {STAGE_RCPT, 559, "", VERDICT_REFUSED, BLAME_NOBODY, false},
                {STAGE_RCPT, 500, "", VERDICT_REFUSED, BLAME_NOBODY, false},
                {STAGE_RCPT, 503, "5.5.1", VERDICT_REFUSED, BLAME_NOBODY, false},
                {STAGE_RCPT, 599, "", VERDICT_REFUSED, BLAME_NOBODY, false},
                {STAGE_RCPT, 554, "5.7.1", VERDICT_REFUSED, BLAME_SENDER, false},
                {STAGE_RCPT, 550, "5.7.26", VERDICT_REFUSED, BLAME_SENDER, false},
                {STAGE_RCPT, 550, "5.7.515", VERDICT_REFUSED, BLAME_SENDER, false},
                {STAGE_RCPT, 550, "5.1.8", VERDICT_REFUSED, BLAME_SENDER, false},
                {STAGE_RCPT, 553, "5.6.7", VERDICT_REFUSED, BLAME_CONTENT, false},
                {STAGE_RCPT, 550, "5.3.4", VERDICT_REFUSED, BLAME_CONTENT, false},
        };

        CHECK_ALL(rows, false, false);
        CHECK_ALL(rows, false, true);
}

/* R17, R19, R22; 4.7.1 is greylisting */
static void test_a_temporary_refusal_at_rcpt_defers_that_recipient(void **state)
{
        (void) state;
        static const struct row rows[] = {
                {STAGE_RCPT, 451, "", VERDICT_DEFERRED, BLAME_NOBODY, false},
                {STAGE_RCPT, 450, "4.7.1", VERDICT_DEFERRED, BLAME_NOBODY, false},
                {STAGE_RCPT, 452, "4.5.3", VERDICT_DEFERRED, BLAME_NOBODY, false},
                {STAGE_RCPT, 452, "", VERDICT_DEFERRED, BLAME_NOBODY, false},
                {STAGE_RCPT, 552, "", VERDICT_DEFERRED, BLAME_NOBODY, false},
                {STAGE_RCPT, 552, "5.2.2", VERDICT_DEFERRED, BLAME_NOBODY, false},
                {STAGE_RCPT, 459, "", VERDICT_DEFERRED, BLAME_NOBODY, false},
                {STAGE_RCPT, 400, "", VERDICT_DEFERRED, BLAME_NOBODY, false},
                {STAGE_RCPT, 499, "", VERDICT_DEFERRED, BLAME_NOBODY, false},
        };

        CHECK_ALL(rows, false, false);
        CHECK_ALL(rows, false, true);
}

/* R32 */
static void test_251_and_252_at_rcpt_are_accepted(void **state)
{
        (void) state;
        assert_true(outcome_goes_on(STAGE_RCPT, 250));
        assert_true(outcome_goes_on(STAGE_RCPT, 251));
        assert_true(outcome_goes_on(STAGE_RCPT, 252));
        assert_true(outcome_goes_on(STAGE_RCPT, 259)); /* R19 */
        assert_true(outcome_goes_on(STAGE_MAIL, 250));
        assert_true(outcome_goes_on(STAGE_DATA, 354));
        assert_true(outcome_goes_on(STAGE_DATA, 399)); /* R19 */
        assert_true(outcome_goes_on(STAGE_DOT, 250));
        assert_false(outcome_goes_on(STAGE_RCPT, 221));
        assert_false(outcome_goes_on(STAGE_RCPT, 354));
        assert_false(outcome_goes_on(STAGE_RCPT, 551));
        assert_false(outcome_goes_on(STAGE_DATA, 250));
        assert_false(outcome_goes_on(STAGE_DOT, 354));
        assert_false(outcome_goes_on(STAGE_MAIL, 0));
}

/* R25: whatever the relay says before RCPT, no address is blamed and no attempt is used */
static void test_trouble_before_rcpt_is_the_relays_or_the_senders(void **state)
{
        (void) state;
        static const struct row rows[] = {
                {STAGE_CONNECT, 554, "5.7.1", VERDICT_RELAY, BLAME_RELAY, true},
                {STAGE_CONNECT, 421, "", VERDICT_RELAY, BLAME_RELAY, true},
                {STAGE_CONNECT, 0, "", VERDICT_RELAY, BLAME_RELAY, true},
                {STAGE_TLS, 454, "4.7.0", VERDICT_RELAY, BLAME_RELAY, true},
                {STAGE_TLS, 220, "", VERDICT_RELAY, BLAME_RELAY, true},
                {STAGE_EHLO, 550, "", VERDICT_RELAY, BLAME_RELAY, true},
                {STAGE_EHLO, 250, "", VERDICT_RELAY, BLAME_RELAY, true},
                {STAGE_AUTH, 535, "5.7.8", VERDICT_RELAY, BLAME_RELAY, true},
                {STAGE_AUTH, 454, "4.7.0", VERDICT_RELAY, BLAME_RELAY, true},
                {STAGE_MAIL, 550, "5.1.1", VERDICT_RELAY, BLAME_SENDER, false},
                {STAGE_MAIL, 553, "5.1.8", VERDICT_RELAY, BLAME_SENDER, false},
                {STAGE_MAIL, 554, "5.7.1", VERDICT_RELAY, BLAME_SENDER, false},
                {STAGE_MAIL, 559, "", VERDICT_RELAY, BLAME_SENDER, false},
                {STAGE_MAIL, 530, "5.7.0", VERDICT_RELAY, BLAME_RELAY, false},
                {STAGE_MAIL, 451, "4.3.0", VERDICT_RELAY, BLAME_RELAY, false},
                {STAGE_MAIL, 452, "4.3.1", VERDICT_RELAY, BLAME_RELAY, false},
                {STAGE_MAIL, 459, "", VERDICT_RELAY, BLAME_RELAY, false},
                {STAGE_MAIL, 354, "", VERDICT_RELAY, BLAME_RELAY, true},
                {STAGE_MAIL, 221, "", VERDICT_RELAY, BLAME_RELAY, true},
                {STAGE_MAIL, 0, "", VERDICT_RELAY, BLAME_RELAY, true},
        };

        CHECK_ALL(rows, false, false);
        CHECK_ALL(rows, false, true);
}

/* Our own login is never a recipient's fault, however late the relay thinks of it. */
static void test_a_demand_to_log_in_is_the_relays_affair_at_every_stage(void **state)
{
        (void) state;
        static const struct row rows[] = {
                {STAGE_RCPT, 530, "5.7.0", VERDICT_RELAY, BLAME_RELAY, true},
                {STAGE_RCPT, 535, "5.7.8", VERDICT_RELAY, BLAME_RELAY, true},
                {STAGE_RCPT, 538, "5.7.11", VERDICT_RELAY, BLAME_RELAY, true},
                {STAGE_DATA, 530, "5.7.0", VERDICT_RELAY, BLAME_RELAY, true},
                {STAGE_DOT, 534, "5.7.9", VERDICT_RELAY, BLAME_RELAY, true},
        };

        CHECK_ALL(rows, false, false);
}

/* RFC 1870 6.1: the reply to SIZE= in MAIL is about this letter, and waiting does not mend it */
static void test_a_letter_too_large_for_the_relay_is_refused_at_mail(void **state)
{
        (void) state;
        static const struct row rows[] = {
                {STAGE_MAIL, 552, "5.3.4", VERDICT_REFUSED, BLAME_CONTENT, false},
                {STAGE_MAIL, 552, "", VERDICT_REFUSED, BLAME_CONTENT, false},
                {STAGE_MAIL, 552, "5.2.2", VERDICT_RELAY, BLAME_SENDER, false},
        };

        CHECK_ALL(rows, false, false);
}

/* R26, R27: the content, never the address, whatever the enhanced code says */
static void test_a_refusal_after_data_or_the_dot_is_of_the_content(void **state)
{
        (void) state;
        static const struct row rows[] = {
                {STAGE_DATA, 554, "", VERDICT_REFUSED, BLAME_CONTENT, false},
                {STAGE_DATA, 550, "5.7.1", VERDICT_REFUSED, BLAME_CONTENT, false},
                {STAGE_DATA, 559, "", VERDICT_REFUSED, BLAME_CONTENT, false},
                {STAGE_DATA, 451, "", VERDICT_DEFERRED, BLAME_NOBODY, false},
                {STAGE_DATA, 459, "", VERDICT_DEFERRED, BLAME_NOBODY, false},
                {STAGE_DATA, 503, "5.5.1", VERDICT_RELAY, BLAME_RELAY, true},
                {STAGE_DATA, 250, "", VERDICT_RELAY, BLAME_RELAY, true},
                {STAGE_DATA, 0, "", VERDICT_RELAY, BLAME_RELAY, true},
                {STAGE_DOT, 554, "5.7.1", VERDICT_REFUSED, BLAME_CONTENT, false},
                {STAGE_DOT, 554, "", VERDICT_REFUSED, BLAME_CONTENT, false},
                {STAGE_DOT, 552, "5.3.4", VERDICT_REFUSED, BLAME_CONTENT, false},
                {STAGE_DOT, 550, "5.1.1", VERDICT_REFUSED, BLAME_NOBODY, false},
                {STAGE_DOT, 552, "5.2.2", VERDICT_REFUSED, BLAME_NOBODY, false},
                {STAGE_DOT, 550, "5.7.26", VERDICT_REFUSED, BLAME_SENDER, false},
                {STAGE_DOT, 451, "4.3.0", VERDICT_DEFERRED, BLAME_NOBODY, false},
                {STAGE_DOT, 452, "4.3.1", VERDICT_DEFERRED, BLAME_NOBODY, false},
                {STAGE_DOT, 459, "", VERDICT_DEFERRED, BLAME_NOBODY, false},
        };

        CHECK_ALL(rows, false, false);
        CHECK_ALL(rows, false, true);
}

/* R20 */
static void test_421_is_never_a_recipients_fault_and_closes(void **state)
{
        (void) state;
        static const struct row rows[] = {
                {STAGE_MAIL, 421, "4.3.2", VERDICT_RELAY, BLAME_RELAY, true},
                {STAGE_RCPT, 421, "", VERDICT_RELAY, BLAME_RELAY, true},
                {STAGE_DATA, 421, "4.7.0", VERDICT_RELAY, BLAME_RELAY, true},
                {STAGE_DOT, 421, "", VERDICT_RELAY, BLAME_RELAY, true},
        };

        CHECK_ALL(rows, false, false);
        check(&rows[3], true, false); /* a reply did come: not unknown */
}

static void test_421_to_mail_after_a_success_means_the_connection_is_used_up(void **state)
{
        (void) state;
        struct reply r = reply_of(421, "4.7.0");
        struct outcome o = outcome_judge(STAGE_MAIL, &r, false, true);

        assert_int_equal(o.verdict, VERDICT_NOT_TRIED);
        assert_int_equal(o.blame, BLAME_NOBODY);
        assert_true(o.close);
        assert_true(o.used_up);

        o = outcome_judge(STAGE_RCPT, &r, false, true);
        assert_int_equal(o.verdict, VERDICT_RELAY);
        assert_false(o.used_up);
}

/* R21, R30: silence before the last byte of the letter is harmless, after it is unknown */
static void test_no_reply_is_unknown_only_when_the_whole_letter_may_have_left(void **state)
{
        (void) state;
        static const struct row before[] = {
                {STAGE_RCPT, 0, "", VERDICT_RELAY, BLAME_RELAY, true},
                {STAGE_DATA, 0, "", VERDICT_RELAY, BLAME_RELAY, true},
                {STAGE_DOT, 0, "", VERDICT_RELAY, BLAME_RELAY, true},
        };
        static const struct row after[] = {
                {STAGE_DOT, 0, "", VERDICT_UNKNOWN, BLAME_NOBODY, true},
        };

        CHECK_ALL(before, false, false);
        CHECK_ALL(before, false, true);
        CHECK_ALL(after, true, false);
        CHECK_ALL(after, true, true);
}

/* Every code at every stage: never RELAYED but by the dot, never an address blamed outside RCPT. */
static void test_no_code_at_all_breaks_the_two_great_rules(void **state)
{
        (void) state;
        for (int s = 0; s < STAGES; s++) {
                for (int code = 200; code <= 599; code++) {
                        enum stage stage = (enum stage) s;
                        struct reply r = reply_of(code, "");
                        struct outcome o;

                        if (stage >= STAGE_MAIL && stage != STAGE_DOT &&
                            outcome_goes_on(stage, code))
                                continue;
                        o = outcome_judge(stage, &r, false, false);
                        if (o.verdict == VERDICT_RELAYED)
                                assert_true(stage == STAGE_DOT && code / 100 == 2);
                        if (o.blame == BLAME_ADDRESS)
                                assert_true(stage == STAGE_RCPT && code / 100 == 5);
                        if (stage < STAGE_RCPT && code != 552)
                                assert_int_equal(o.verdict, VERDICT_RELAY);
                        assert_int_not_equal(o.verdict, VERDICT_UNKNOWN);
                }
        }
}

static void test_an_outcome_of_our_own_keeps_its_words_escaped(void **state)
{
        (void) state;
        struct outcome o = outcome_local(VERDICT_REFUSED, BLAME_CONTENT, STAGE_MAIL, 552, "5.3.4",
                                         "too\nlarge");

        assert_int_equal(o.verdict, VERDICT_REFUSED);
        assert_int_equal(o.blame, BLAME_CONTENT);
        assert_int_equal(o.stage, STAGE_MAIL);
        assert_int_equal(o.reply.code, 552);
        assert_string_equal(o.reply.enhanced, "5.3.4");
        assert_string_equal(o.reply.text, "too\\x0alarge");
        assert_false(o.close);
        assert_false(o.used_up);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_the_stages_have_the_names_of_the_log),
                cmocka_unit_test(test_only_a_good_reply_to_the_dot_is_relayed),
                cmocka_unit_test(test_a_permanent_refusal_at_rcpt_is_that_recipients_alone),
                cmocka_unit_test(test_a_temporary_refusal_at_rcpt_defers_that_recipient),
                cmocka_unit_test(test_251_and_252_at_rcpt_are_accepted),
                cmocka_unit_test(test_trouble_before_rcpt_is_the_relays_or_the_senders),
                cmocka_unit_test(test_a_demand_to_log_in_is_the_relays_affair_at_every_stage),
                cmocka_unit_test(test_a_letter_too_large_for_the_relay_is_refused_at_mail),
                cmocka_unit_test(test_a_refusal_after_data_or_the_dot_is_of_the_content),
                cmocka_unit_test(test_421_is_never_a_recipients_fault_and_closes),
                cmocka_unit_test(test_421_to_mail_after_a_success_means_the_connection_is_used_up),
                cmocka_unit_test(test_no_reply_is_unknown_only_when_the_whole_letter_may_have_left),
                cmocka_unit_test(test_no_code_at_all_breaks_the_two_great_rules),
                cmocka_unit_test(test_an_outcome_of_our_own_keeps_its_words_escaped),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
