// SPDX-License-Identifier: MIT
#include "press/smtp.h"

#include "smtp_talk.h"

#include <errno.h>

#define MIN INT64_C(60000)

/* R35: never before the RFC's minimum (one ms short is quiet), and at once when it is over */
static void test_each_stage_waits_as_long_as_the_rfc_asks_and_no_longer(void **state)
{
        (void) state;
        static const struct {
                const char *replies, *patience, *done, *end;
        } rows[] = {
                {"", "299999", "done a relay/relay mail 0 close", "end relay/relay mail 0"},
                {"250 ok\r\n", "299999", "done a relay/relay rcpt 0 close",
                 "end relay/relay rcpt 0"},
                {"250 ok\r\n250 ok\r\n", "119999", "done a relay/relay data 0 close",
                 "end relay/relay data 0"},
        };

        for (size_t i = 0; i < COUNT_OF(rows); i++) {
                const struct talk_act acts[] = {
                        {WAIT, "77777"},
                        {GIVE, "a"},
                        {OURS, ASKS("a")},
                        {THEIR, rows[i].replies},
                        {WAIT, rows[i].patience},
                        {QUIET, ""},
                        {WAIT, "1"},
                        {EVENT, rows[i].done},
                        {EVENT, rows[i].end},
                };

                talk(&talk_pipelined, acts);
        }
}

/* R34, R35: ten minutes for the dot; 250 after 9 min 50 s is one relayed letter */
static void test_the_dot_may_take_ten_minutes_and_is_unknown_after_that(void **state)
{
        (void) state;
        static const struct talk_act late[] = {
                {GIVE, "a"},
                {OURS, ASKS("a")},
                {THEIR, "250 ok\r\n250 ok\r\n354 go\r\n"},
                {EVENT, "go a"},
                {LETTER, TEXT("a")},
                {OURS, TEXT("a") ".\r\n"},
                {WAIT, "590000"},
                {QUIET, ""},
                {THEIR, "250 queued\r\n"},
                {EVENT, "done a relayed/nobody dot 250"},
        };
        static const struct talk_act never[] = {
                {GIVE, "a"},
                {OURS, ASKS("a")},
                {THEIR, "250 ok\r\n250 ok\r\n354 go\r\n"},
                {EVENT, "go a"},
                {GIVE, "b"},
                {LETTER, TEXT("a")},
                {OURS, TEXT("a") ".\r\n" ASKS("b")},
                {WAIT, "599999"},
                {QUIET, ""},
                {WAIT, "1"},
                {EVENT, "done a unknown/nobody dot 0 close"},
                {EVENT, "done b not-tried/nobody mail 0 close"},
                {EVENT, "end relay/relay dot 0"},
        };

        talk(&talk_pipelined, late);
        talk(&talk_pipelined, never);
}

/* R35: behind a pipelined letter each reply has its own time, from when the one before came */
static void test_a_pipelined_reply_is_owed_from_when_the_one_before_came(void **state)
{
        (void) state;
        static const struct talk_act acts[] = {
                {GIVE, "a"},           {OURS, ASKS("a")},     {WAIT, "299999"},
                {THEIR, "250 ok\r\n"}, {WAIT, "299999"},      {THEIR, "250 ok\r\n"},
                {WAIT, "119999"},      {THEIR, "354 go\r\n"}, {EVENT, "go a"},
                {WAIT, "86400000"}, /* our own commit may take its time */
                {QUIET, ""},           {LETTER, TEXT("a")},   {OURS, TEXT("a") ".\r\n"},
        };

        talk(&talk_pipelined, acts);
}

/* R37: a line that takes nothing; R36: or next to nothing */
static void test_a_letter_that_the_line_does_not_take_ends_by_the_block_limit(void **state)
{
        (void) state;
        CLEANUP(smtp_freep) struct smtp *s = smtp_new(&talk_pipelined);
        CLEANUP(buf_done) struct buf got = BUF(1 << 20);
        static char letter[20000];
        struct smtp_event e;
        struct slice v = {letter, sizeof(letter)};
        int64_t now = 1000;

        memset(letter, 'x', sizeof(letter));
        memcpy(letter + sizeof(letter) - 2, "\r\n", 2);
        talk_give(s, "a", now);
        talk_take(s, SIZE_MAX, SIZE_MAX, &got, now);
        talk_feed(s, "250 ok\r\n250 ok\r\n354 go\r\n", 0, now);
        assert_true(smtp_event(s, &e));
        assert_int_equal(smtp_deadline(s), INT64_MAX);
        smtp_letter(s, &v, 1, now);
        assert_int_equal(smtp_deadline(s), now + 3 * MIN);

        talk_take(s, 4096, SIZE_MAX, &got, now + MIN); /* a whole block: the time starts again */
        now += MIN;
        assert_int_equal(smtp_deadline(s), now + 3 * MIN);
        for (int i = 1; i < 180; i++) { /* a byte a second is not a block */
                talk_take(s, 1, SIZE_MAX, &got, now + i * 1000);
                smtp_tick(s, now + i * 1000);
                assert_false(smtp_event(s, &e));
        }
        smtp_tick(s, now + 3 * MIN);
        assert_true(smtp_event(s, &e));
        assert_int_equal(e.outcome.verdict, VERDICT_RELAY);
        assert_int_equal(e.outcome.stage, STAGE_DOT);
        assert_string_equal(e.outcome.reply.text, "the relay took no data in time");
        assert_int_equal(e.ms, 4 * MIN);
        assert_true(smtp_event(s, &e));
        assert_int_equal(e.type, SMTP_END);
        assert_int_equal(smtp_deadline(s), INT64_MAX);
}

/* R38 */
static void test_quit_without_reply_ends_within_seconds(void **state)
{
        (void) state;
        static const struct talk_act acts[] = {
                {QUIT, ""},  {OURS, "QUIT\r\n"}, {WAIT, "1999"},
                {QUIET, ""}, {WAIT, "1"},        {EVENT, "end not-tried/nobody mail 0"},
        };

        talk(&talk_pipelined, acts);
}

static void test_limits_can_be_set_and_idle_lines_have_none(void **state)
{
        (void) state;
        const struct smtp_opts o = {.mail_ms = 7, .dot_ms = 9};
        CLEANUP(smtp_freep) struct smtp *s = smtp_new(&o);
        CLEANUP(buf_done) struct buf got = BUF(1 << 20);

        assert_int_equal(smtp_deadline(s), INT64_MAX);
        talk_give(s, "a", 100);
        talk_take(s, SIZE_MAX, SIZE_MAX, &got, 200);
        assert_int_equal(smtp_deadline(s), 207);
}

static void test_the_time_of_a_try_runs_from_mail_to_the_last_reply(void **state)
{
        (void) state;
        CLEANUP(smtp_freep) struct smtp *s = smtp_new(&talk_pipelined);
        CLEANUP(buf_done) struct buf got = BUF(1 << 20);
        struct smtp_event e;

        talk_give(s, "a", 100);
        talk_take(s, SIZE_MAX, SIZE_MAX, &got, 200);
        talk_feed(s, "250 ok\r\n250 ok\r\n354 go\r\n", 0, 300);
        assert_true(smtp_event(s, &e));
        talk_letter(s, TEXT("a"), 400);
        talk_take(s, SIZE_MAX, SIZE_MAX, &got, 500);
        assert_true(smtp_dot_open(s));
        assert_int_equal(smtp_accepted(s), 0);
        talk_feed(s, "250 ok\r\n", 0, 1234);
        assert_true(smtp_event(s, &e));
        assert_int_equal(e.ms, 1034);
        assert_false(smtp_dot_open(s));
        assert_int_equal(smtp_accepted(s), 1);
}

/* --- envelopes ------------------------------------------------------------- */

static void asks(const struct smtp_caps *caps, const struct smtp_envelope *e, const char *want)
{
        const struct smtp_opts o = {.caps = *caps, .pipelining = true};
        CLEANUP(smtp_freep) struct smtp *s = smtp_new(&o);
        CLEANUP(buf_done) struct buf got = BUF(1 << 20);

        assert_int_equal(smtp_envelope(s, e, 0), 0);
        talk_take(s, SIZE_MAX, SIZE_MAX, &got, 0);
        assert_string_equal(got.s, want);
}

/* RFC 1870, 3461: parameters when, and only when, the relay offered them */
static void test_parameters_are_sent_only_where_offered(void **state)
{
        (void) state;
        const struct smtp_envelope e = {.from = "bounce+abc@m.example",
                                        .rcpt = "lan+x=y@r.example",
                                        .envid = "41.7+a=b",
                                        .size = 20481};
        const struct smtp_envelope null_path = {.from = "", .rcpt = "a@r.example", .envid = ""};

        asks(&(struct smtp_caps){.pipelining = true, .eightbitmime = true, .chunking = true}, &e,
             "MAIL FROM:<bounce+abc@m.example>\r\nRCPT TO:<lan+x=y@r.example>\r\nDATA\r\n");
        asks(&(struct smtp_caps){.pipelining = true, .size = true}, &e,
             "MAIL FROM:<bounce+abc@m.example> SIZE=20481\r\n"
             "RCPT TO:<lan+x=y@r.example>\r\nDATA\r\n");
        asks(&(struct smtp_caps){.pipelining = true,
                                 .size = true,
                                 .size_max = 20481,
                                 .dsn = true,
                                 .smtputf8 = true},
             &e,
             "MAIL FROM:<bounce+abc@m.example> SIZE=20481 RET=HDRS ENVID=41.7+2Ba+3Db\r\n"
             "RCPT TO:<lan+x=y@r.example> NOTIFY=SUCCESS,FAILURE,DELAY"
             " ORCPT=rfc822;lan+2Bx+3Dy@r.example\r\nDATA\r\n");
        asks(&(struct smtp_caps){.pipelining = true, .size = true, .dsn = true}, &null_path,
             "MAIL FROM:<> RET=HDRS\r\nRCPT TO:<a@r.example> NOTIFY=SUCCESS,FAILURE,DELAY"
             " ORCPT=rfc822;a@r.example\r\nDATA\r\n");
}

/* R67; RFC 6531, 6533 */
static void test_a_local_part_in_vietnamese_needs_smtputf8_and_says_so(void **state)
{
        (void) state;
        const struct smtp_envelope e = {
                .from = "press@m.example", .rcpt = "trần+a@r.example", .envid = ""};

        asks(&(struct smtp_caps){.pipelining = true, .smtputf8 = true, .dsn = true}, &e,
             "MAIL FROM:<press@m.example> SMTPUTF8 RET=HDRS\r\n"
             "RCPT TO:<trần+a@r.example> NOTIFY=SUCCESS,FAILURE,DELAY"
             " ORCPT=utf-8;tr\\x{1EA7}n\\x{2B}a@r.example\r\nDATA\r\n");
}

/* R67: nothing non-ASCII on the wire, and the others are served */
static void test_without_smtputf8_that_recipient_alone_fails_with_5_6_7(void **state)
{
        (void) state;
        static const struct talk_act acts[] = {
                {GIVE, "trần"}, {EVENT, "done trần refused/nobody rcpt 553 5.6.7"},
                {QUIET, ""},    {ROOM, "1"},
                {GIVE, "b"},    {OURS, ASKS("b")},
        };

        talk(&talk_pipelined, acts);
}

/* R33: no byte of the body, not even of the envelope */
static void test_a_letter_above_the_stated_size_is_refused_at_home(void **state)
{
        (void) state;
        const struct smtp_opts o = {.caps = {.pipelining = true, .size = true, .size_max = 999},
                                    .pipelining = true};
        static const struct talk_act acts[] = {
                {GIVE, "a"}, /* of 1000 octets */
                {EVENT, "done a refused/content mail 552 5.3.4"},
                {QUIET, ""},
                {ROOM, "1"},
        };

        talk(&o, acts);
}

/* R53: the last door before the wire; none of these leaves a byte */
static void test_an_address_that_could_break_the_line_is_refused(void **state)
{
        (void) state;
        static char long_one[300];
        static const char *const bad[] = {
                "a@r.example\r\nRCPT TO:<b@r.example>",
                "a@r.example\r",
                "a@r.example\n",
                "\ra@r.example",
                "a b@r.example",
                "a@r.example> NOTIFY=NEVER",
                "<a@r.example",
                "a>b@r.example",
                "\"a@r.example",
                "\"a\"b\"@r.example",
                "a@r.example\t",
                "a\x01@r.example",
                "a\x7f@r.example",
                "tr\xe1\xba@r.example",
                "\xff@r.example",
                "a\xe2\x80\xae@r.example",
                "a@",
                "@r.example",
                "a",
                long_one,
        };
        CLEANUP(smtp_freep) struct smtp *s = smtp_new(&talk_pipelined);
        struct smtp_event ev;
        struct slice v[4];

        memset(long_one, 'a', 249);
        memcpy(long_one + 249, "@r.vn", 6); /* 254 octets pass, 255 do not */
        assert_int_equal(
                smtp_envelope(s, &(struct smtp_envelope){.from = "", .rcpt = long_one, .envid = ""},
                              0),
                0);
        smtp_abort(s, "", 0);
        smtp_freep(&s);
        s = smtp_new(&talk_pipelined);
        memset(long_one, 'a', 250);
        memcpy(long_one + 250, "@r.vn", 6);
        for (size_t i = 0; i < COUNT_OF(bad); i++) {
                const struct smtp_envelope to = {
                        .from = "p@m.example", .rcpt = bad[i], .envid = ""};
                const struct smtp_envelope from = {
                        .from = bad[i], .rcpt = "a@r.example", .envid = ""};

                assert_int_equal(smtp_envelope(s, &to, 0), -EINVAL);
                if (i < 15)
                        assert_int_equal(smtp_envelope(s, &from, 0), -EINVAL);
                assert_int_equal(smtp_output(s, v, 4), 0);
                assert_false(smtp_event(s, &ev));
                assert_int_equal(smtp_room(s), 1);
        }
        assert_int_equal(smtp_envelope(s,
                                       &(struct smtp_envelope){.from = "p@m.example",
                                                               .rcpt = "a@r.example",
                                                               .envid = "a\r\nb"},
                                       0),
                         -EINVAL);
        assert_int_equal(smtp_output(s, v, 4), 0);
}

/* R55: what is legal only in quotes travels in quotes */
static void test_a_quoted_local_part_passes_as_it_is(void **state)
{
        (void) state;
        const struct smtp_envelope e = {
                .from = "p@m.example", .rcpt = "\"a b\\\"<>\"@r.example", .envid = ""};

        asks(&(struct smtp_caps){.pipelining = true}, &e,
             "MAIL FROM:<p@m.example>\r\nRCPT TO:<\"a b\\\"<>\"@r.example>\r\nDATA\r\n");
}

static void test_ehlo_lines_are_read_in_any_letter_case(void **state)
{
        (void) state;
        static const char *const lines[] = {
                "250-relay.example greets you",
                "250-pipelining",
                "250-Size 10485760",
                "250-8BITMIME\r\n",
                "250-SMTPUTF8\r",
                "250-XSIZE 7",
                "250-AUTH PLAIN LOGIN",
                "250-DSN",
                "250-PIPELININGX",
                "250 CHUNKING\r\n",
                "250",
                "220-STARTTLS",
                "",
        };
        struct smtp_caps c = {0};

        for (size_t i = 0; i < COUNT_OF(lines); i++)
                smtp_caps_line(&c, lines[i], strlen(lines[i]));
        assert_true(c.pipelining && c.size && c.eightbitmime && c.smtputf8);
        assert_true(c.auth && c.dsn && c.chunking);
        assert_false(c.starttls);
        assert_int_equal(c.size_max, 10485760);

        c = (struct smtp_caps){0};
        smtp_caps_line(&c, "250 SIZE", 8);
        assert_true(c.size);
        assert_int_equal(c.size_max, 0);
        smtp_caps_line(&c, "250 SIZE 99999999999999999999999999", 35);
        assert_int_equal(c.size_max, 0);
        smtp_caps_line(&c, "250-STARTTLS", 12);
        assert_true(c.starttls);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_each_stage_waits_as_long_as_the_rfc_asks_and_no_longer),
                cmocka_unit_test(test_the_dot_may_take_ten_minutes_and_is_unknown_after_that),
                cmocka_unit_test(test_a_pipelined_reply_is_owed_from_when_the_one_before_came),
                cmocka_unit_test(test_a_letter_that_the_line_does_not_take_ends_by_the_block_limit),
                cmocka_unit_test(test_quit_without_reply_ends_within_seconds),
                cmocka_unit_test(test_limits_can_be_set_and_idle_lines_have_none),
                cmocka_unit_test(test_the_time_of_a_try_runs_from_mail_to_the_last_reply),
                cmocka_unit_test(test_parameters_are_sent_only_where_offered),
                cmocka_unit_test(test_a_local_part_in_vietnamese_needs_smtputf8_and_says_so),
                cmocka_unit_test(test_without_smtputf8_that_recipient_alone_fails_with_5_6_7),
                cmocka_unit_test(test_a_letter_above_the_stated_size_is_refused_at_home),
                cmocka_unit_test(test_an_address_that_could_break_the_line_is_refused),
                cmocka_unit_test(test_a_quoted_local_part_passes_as_it_is),
                cmocka_unit_test(test_ehlo_lines_are_read_in_any_letter_case),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
