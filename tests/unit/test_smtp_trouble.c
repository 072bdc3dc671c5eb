// SPDX-License-Identifier: MIT
#include "press/smtp.h"

#include "smtp_talk.h"

/* Up to the 354 and the event; with "b" handed over behind it. */
#define UP_TO_GO                                                                                \
        {GIVE, "a"}, {GIVE, "b"}, {OURS, ASKS("a")}, {THEIR, "250 ok\r\n250 ok\r\n354 go\r\n"}, \
        {                                                                                       \
                EVENT, "go a"                                                                   \
        }

#define LETTER_OUT                                \
        UP_TO_GO, {LETTER, TEXT("a")},            \
        {                                         \
                OURS, TEXT("a") ".\r\n" ASKS("b") \
        }

/* R20 */
static void test_421_at_every_command_queues_the_letter_again_and_ends(void **state)
{
        (void) state;
        static const struct {
                const char *replies, *done, *end;
        } rows[] = {
                {"421 4.3.2 down\r\n", "done a relay/relay mail 421 4.3.2 close",
                 "end relay/relay mail 421 4.3.2"},
                {"250 ok\r\n421 down\r\n", "done a relay/relay rcpt 421 close",
                 "end relay/relay rcpt 421"},
                {"250 ok\r\n250 ok\r\n421 down\r\n", "done a relay/relay data 421 close",
                 "end relay/relay data 421"},
                {"250 ok\r\n550 no\r\n421 down\r\n", "done a refused/address rcpt 550",
                 "end relay/relay data 421"},
        };

        for (size_t i = 0; i < COUNT_OF(rows); i++) {
                const struct talk_act acts[] = {
                        {GIVE, "a"},           {GIVE, "b"},
                        {OURS, ASKS("a")},     {THEIR, rows[i].replies},
                        {EVENT, rows[i].done}, {EVENT, "done b not-tried/nobody mail 421 close"},
                        {EVENT, rows[i].end},  {THEIR, "250 and more\r\n"},
                        {ROOM, "0"},
                };
                struct talk_act first[COUNT_OF(acts)];

                memcpy(first, acts, sizeof(acts));
                if (i == 0)
                        first[5].text = "done b not-tried/nobody mail 421 4.3.2 close";
                talk(&talk_pipelined, first);
        }
}

/* R20: at the dot it is an answer: the letter was not taken */
static void test_421_to_the_dot_is_no_unknown_outcome(void **state)
{
        (void) state;
        static const struct talk_act acts[] = {
                LETTER_OUT,
                {THEIR, "421 going down\r\n"},
                {EVENT, "done a relay/relay dot 421 close"},
                {EVENT, "done b not-tried/nobody mail 421 close"},
                {EVENT, "end relay/relay dot 421"},
        };

        talk(&talk_pipelined, acts);
}

static void test_421_to_mail_after_a_success_says_the_connection_is_used_up(void **state)
{
        (void) state;
        static const struct talk_act acts[] = {
                LETTER_OUT,
                {THEIR, "250 queued\r\n421 4.7.0 too many\r\n"},
                {EVENT, "done a relayed/nobody dot 250"},
                {EVENT, "done b not-tried/nobody mail 421 4.7.0 close used-up"},
                {EVENT, "end not-tried/nobody mail 421 4.7.0 used-up"},
        };

        talk(&talk_pipelined, acts);
}

static void test_421_out_of_the_blue_blames_no_envelope(void **state)
{
        (void) state;
        static const struct talk_act idle[] = {
                {THEIR, "421 idle too long\r\n"},
                {EVENT, "end relay/relay mail 421"},
        };
        static const struct talk_act unsent[] = {
                {GIVE, "a"}, /* queued, but no byte of it has left */
                {THEIR, "421 idle too long\r\n"},
                {EVENT, "done a not-tried/nobody mail 421 close"},
                {EVENT, "end relay/relay mail 421"},
        };

        talk(&talk_pipelined, idle);
        talk(&talk_pipelined, unsent);
}

/* R21: as after 451, the recipients stay queued; nobody who was not answered is judged */
static void test_a_line_lost_before_the_dot_is_the_relays_trouble(void **state)
{
        (void) state;
        static const struct {
                const char *replies, *stage;
        } rows[] = {
                {"", "mail"},
                {"250 ok\r\n25", "rcpt"},
                {"250 ok\r\n250 ok\r\n", "data"},
        };

        for (size_t i = 0; i < COUNT_OF(rows); i++) {
                char done[80], end[80];
                const struct talk_act acts[] = {
                        {GIVE, "a"},
                        {GIVE, "b"},
                        {OURS, ASKS("a")},
                        {THEIR, rows[i].replies},
                        {LOST, "connection reset"},
                        {EVENT, done},
                        {EVENT, "done b not-tried/nobody mail 0 close"},
                        {EVENT, end},
                };

                snprintf(done, sizeof(done), "done a relay/relay %s 0 close", rows[i].stage);
                snprintf(end, sizeof(end), "end relay/relay %s 0", rows[i].stage);
                talk(&talk_pipelined, acts);
        }
}

static void test_a_line_lost_while_the_letter_waits_or_goes_out_is_harmless(void **state)
{
        (void) state;
        static const struct talk_act waiting[] = {
                UP_TO_GO,
                {LOST, "reset"},
                {LETTER, TEXT("a")}, /* the caller committed data_at meanwhile: nothing leaves */
                {EVENT, "done a relay/relay data 0 close"},
                {EVENT, "done b not-tried/nobody mail 0 close"},
                {EVENT, "end relay/relay data 0"},
        };
        static const struct talk_act half[] = {
                UP_TO_GO,
                {LETTER, TEXT("a")},
                {PART, "27"}, /* 25 of the letter, "." and CR: one byte is missing */
                {LOST, "reset"},
                {EVENT, "done a relay/relay dot 0 close"},
                {EVENT, "done b not-tried/nobody mail 0 close"},
                {EVENT, "end relay/relay dot 0"},
        };

        talk(&talk_pipelined, waiting);
        talk(&talk_pipelined, half);
}

/* R21: the one byte that makes the difference */
static void test_a_line_lost_after_the_last_byte_of_the_dot_is_unknown(void **state)
{
        (void) state;
        static const struct talk_act acts[] = {
                UP_TO_GO,
                {LETTER, TEXT("a")},
                {PART, "28"},
                {LOST, "reset"},
                {EVENT, "done a unknown/nobody dot 0 close"},
                {EVENT, "done b not-tried/nobody mail 0 close"},
                {EVENT, "end relay/relay dot 0"},
        };

        talk(&talk_pipelined, acts);
}

/* R24, and a relay that closes without a word behind a letter it took */
static void test_a_line_lost_behind_a_success_blames_nobody(void **state)
{
        (void) state;
        static const struct talk_act follower[] = {
                LETTER_OUT,
                {THEIR, "250 queued\r\n"},
                {LOST, "closed"},
                {EVENT, "done a relayed/nobody dot 250"},
                {EVENT, "done b not-tried/nobody mail 0 close"},
                {EVENT, "end not-tried/nobody mail 0"},
        };
        static const struct talk_act answered[] = {
                LETTER_OUT,
                {THEIR, "250 queued\r\n250 ok\r\n"},
                {LOST, "closed"},
                {EVENT, "done a relayed/nobody dot 250"},
                {EVENT, "done b relay/relay rcpt 0 close"},
                {EVENT, "end relay/relay rcpt 0"},
        };

        talk(&talk_pipelined, follower);
        talk(&talk_pipelined, answered);
}

/* The same place, but garbage and silence are trouble however good the letter before was. */
static void test_garbage_and_silence_behind_a_success_are_the_relays_trouble(void **state)
{
        (void) state;
        static const struct talk_act garbage[] = {
                LETTER_OUT,
                {THEIR, "250 queued\r\nhello\r\n"},
                {EVENT, "done a relayed/nobody dot 250"},
                {EVENT, "done b relay/relay mail 0 close"},
                {EVENT, "end relay/relay mail 0"},
        };
        static const struct talk_act silence[] = {
                LETTER_OUT,
                {THEIR, "250 queued\r\n"},
                {WAIT, "300000"},
                {EVENT, "done a relayed/nobody dot 250"},
                {EVENT, "done b relay/relay mail 0 close"},
                {EVENT, "end relay/relay mail 0"},
        };

        talk(&talk_pipelined, garbage);
        talk(&talk_pipelined, silence);
}

/* R30 */
static void test_a_reply_that_does_not_parse_ends_the_session(void **state)
{
        (void) state;
        static const char *const bad[] = {
                "hello\r\n",          "\r\n",
                "25 ok\r\n",          "2500 ok\r\n",
                "250ok\r\n",          "199 ok\r\n",
                "600 ok\r\n",         "999 ok\r\n",
                "000 ok\r\n",         "-250 ok\r\n",
                " 250 ok\r\n",        "250-a\r\n251 b\r\n",
                "250-a\r\nhello\r\n", "2\r50 ok\r\n",
                "250\tok\r\n",        "\xef\xbb\xbf\x32\x35\x30 ok\r\n",
                "250-a\r\n550 b\r\n",
        };

        for (size_t i = 0; i < COUNT_OF(bad); i++) {
                const struct talk_act at_dot[] = {
                        LETTER_OUT,
                        {THEIR, bad[i]},
                        {EVENT, "done a unknown/nobody dot 0 close"},
                        {EVENT, "done b not-tried/nobody mail 0 close"},
                        {EVENT, "end relay/relay dot 0"},
                        {THEIR, "250 ok\r\n250 ok\r\n"},
                };
                const struct talk_act at_mail[] = {
                        {GIVE, "a"},
                        {OURS, ASKS("a")},
                        {THEIR, bad[i]},
                        {EVENT, "done a relay/relay mail 0 close"},
                        {EVENT, "end relay/relay mail 0"},
                };

                talk(&talk_pipelined, at_dot);
                talk(&talk_pipelined, at_mail);
        }
}

/* R31 */
static void test_a_surplus_reply_is_credited_to_nobody(void **state)
{
        (void) state;
        static const struct talk_act idle[] = {
                {THEIR, "250 hello\r\n"},
                {EVENT, "end relay/relay mail 0"},
        };
        static const struct talk_act waiting[] = {
                {GIVE, "a"},
                {OURS, ASKS("a")},
                {THEIR, "250 ok\r\n250 ok\r\n354 go\r\n250 queued\r\n"},
                {EVENT, "go a"},
                {EVENT, "done a relay/relay data 0 close"},
                {EVENT, "end relay/relay data 0"},
        };
        static const struct talk_act early_250[] = {
                UP_TO_GO,
                {LETTER, TEXT("a")},
                {PART, "10"},
                {THEIR, "250 queued\r\n"},
                {EVENT, "done a relay/relay dot 0 close"},
                {EVENT, "done b not-tried/nobody mail 0 close"},
                {EVENT, "end relay/relay dot 0"},
        };
        static const struct talk_act behind_the_dot[] = {
                /* the second 250 slips into b's MAIL, so its DATA is answered by 250 */
                LETTER_OUT,
                {THEIR, "250 queued\r\n250 queued twice\r\n250 ok\r\n250 ok\r\n354 go\r\n"},
                {EVENT, "done a relayed/nobody dot 250"},
                {EVENT, "done b relay/relay data 250 close"},
                {EVENT, "end relay/relay data 250"},
        };

        talk(&talk_pipelined, idle);
        talk(&talk_pipelined, waiting);
        talk(&talk_pipelined, early_250);
        talk(&talk_pipelined, behind_the_dot);
}

/* R31: a reply begun before its command went out is not the command's reply */
static void test_a_reply_begun_too_early_is_not_taken_for_a_later_command(void **state)
{
        (void) state;
        static const struct talk_act mail[] = {
                {THEIR, "250 o"},
                {GIVE, "a"},
                {OURS, ASKS("a")},
                {THEIR, "k\r\n"},
                {EVENT, "done a relay/relay mail 0 close"},
                {EVENT, "end relay/relay mail 0"},
        };
        static const struct talk_act dot[] = {
                {GIVE, "a"},
                {OURS, ASKS("a")},
                {THEIR, "250 ok\r\n250 ok\r\n354 go\r\n"},
                {EVENT, "go a"},
                {THEIR, "250 que"},
                {LETTER, TEXT("a")},
                {OURS, TEXT("a") ".\r\n"},
                {THEIR, "ued\r\n"},
                {EVENT, "done a unknown/nobody dot 0 close"},
                {EVENT, "end relay/relay dot 0"},
        };

        talk(&talk_pipelined, mail);
        talk(&talk_pipelined, dot);
}

/* R31: a 3yz where none can be means that replies and commands have parted company */
static void test_replies_out_of_step_in_a_refused_envelope_end_the_session(void **state)
{
        (void) state;
        static const char *const rest[] = {"354 go\r\n", "503 no\r\n250 ok\r\n",
                                           "503 no\r\n221 bye\r\n"};

        for (size_t i = 0; i < COUNT_OF(rest); i++) {
                const struct talk_act acts[] = {
                        {GIVE, "a"},
                        {OURS, ASKS("a")},
                        {THEIR, "550 no\r\n"},
                        {THEIR, rest[i]},
                        {EVENT, "done a relay/sender mail 550"},
                        {EVENT, "end relay/relay data 0"},
                };

                talk(&talk_pipelined, acts);
        }
}

static void test_a_dot_answered_by_a_reply_that_settles_nothing_is_unknown(void **state)
{
        (void) state;
        static const char *const replies[] = {"354", "221", "220"};

        for (size_t i = 0; i < COUNT_OF(replies); i++) {
                char their[40], done[80];
                const struct talk_act acts[] = {
                        LETTER_OUT,
                        {THEIR, their},
                        {EVENT, done},
                        {EVENT, "done b not-tried/nobody mail 0 close"},
                        {EVENT, "end relay/relay dot 0"},
                };
                struct talk_act v[COUNT_OF(acts)];
                char b[80], end[80];

                snprintf(their, sizeof(their), "%s what\r\n", replies[i]);
                snprintf(done, sizeof(done), "done a unknown/nobody dot %s close", replies[i]);
                snprintf(b, sizeof(b), "done b not-tried/nobody mail %s close", replies[i]);
                snprintf(end, sizeof(end), "end relay/relay dot %s", replies[i]);
                memcpy(v, acts, sizeof(acts));
                v[COUNT_OF(v) - 2].text = b;
                v[COUNT_OF(v) - 1].text = end;
                talk(&talk_pipelined, v);
        }
}

/* libcurl loses such a reply (LIBRARIES 1.2); here it is judged, and the line closed */
static void test_a_refusal_while_the_letter_goes_out_is_heard(void **state)
{
        (void) state;
        static const struct talk_act refused[] = {
                UP_TO_GO,
                {LETTER, TEXT("a")},
                {PART, "10"},
                {THEIR, "552 5.3.4 too big\r\n"},
                {EVENT, "done a refused/content dot 552 5.3.4"},
                {EVENT, "done b not-tried/nobody mail 552 5.3.4 close"},
                {EVENT, "end not-tried/nobody mail 552 5.3.4"},
        };
        static const struct talk_act deferred[] = {
                UP_TO_GO,
                {LETTER, TEXT("a")},
                {THEIR, "451 4.3.0 disk\r\n"},
                {EVENT, "done a deferred/nobody dot 451 4.3.0"},
                {EVENT, "done b not-tried/nobody mail 451 4.3.0 close"},
                {EVENT, "end not-tried/nobody mail 451 4.3.0"},
        };
        static const struct talk_act before[] = {
                UP_TO_GO,
                {THEIR, "421 4.4.2 you took too long\r\n"},
                {EVENT, "done a relay/relay data 421 4.4.2 close"},
                {EVENT, "done b not-tried/nobody mail 421 4.4.2 close"},
                {EVENT, "end relay/relay data 421 4.4.2"},
                {LETTER, TEXT("a")},
        };

        talk(&talk_pipelined, refused);
        talk(&talk_pipelined, deferred);
        talk(&talk_pipelined, before);
}

static void test_a_refused_reset_ends_the_session(void **state)
{
        (void) state;
        static const struct talk_act acts[] = {
                {GIVE, "a"},
                {OURS, "MAIL FROM:<press@m.example>\r\n"},
                {THEIR, "451 later\r\n"},
                {EVENT, "done a relay/relay mail 451"},
                {GIVE, "b"},
                {OURS, "RSET\r\n"},
                {THEIR, "500 what\r\n"},
                {EVENT, "done b not-tried/nobody mail 0 close"},
                {EVENT, "end relay/relay mail 0"},
        };

        talk(&talk_lockstep, acts);
}

/* R11 */
static void test_abort_gives_back_what_has_no_letter_out(void **state)
{
        (void) state;
        static const struct talk_act asked[] = {
                {GIVE, "a"},
                {GIVE, "b"},
                {OURS, ASKS("a")},
                {THEIR, "250 ok\r\n"},
                {ABORT, "stopping"},
                {EVENT, "done a not-tried/nobody mail 0 close"},
                {EVENT, "done b not-tried/nobody mail 0 close"},
                {EVENT, "end not-tried/nobody mail 0"},
        };
        static const struct talk_act half[] = {
                UP_TO_GO,
                {LETTER, TEXT("a")},
                {PART, "27"},
                {ABORT, "stopping"},
                {EVENT, "done a not-tried/nobody mail 0 close"},
                {EVENT, "done b not-tried/nobody mail 0 close"},
                {EVENT, "end not-tried/nobody mail 0"},
        };
        static const struct talk_act dot_out[] = {
                LETTER_OUT,
                {ABORT, "stopping"},
                {EVENT, "done a unknown/nobody dot 0 close"},
                {EVENT, "done b not-tried/nobody mail 0 close"},
                {EVENT, "end not-tried/nobody mail 0"},
        };

        talk(&talk_pipelined, asked);
        talk(&talk_pipelined, half);
        talk(&talk_pipelined, dot_out);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_421_at_every_command_queues_the_letter_again_and_ends),
                cmocka_unit_test(test_421_to_the_dot_is_no_unknown_outcome),
                cmocka_unit_test(test_421_to_mail_after_a_success_says_the_connection_is_used_up),
                cmocka_unit_test(test_421_out_of_the_blue_blames_no_envelope),
                cmocka_unit_test(test_a_line_lost_before_the_dot_is_the_relays_trouble),
                cmocka_unit_test(test_a_line_lost_while_the_letter_waits_or_goes_out_is_harmless),
                cmocka_unit_test(test_a_line_lost_after_the_last_byte_of_the_dot_is_unknown),
                cmocka_unit_test(test_a_line_lost_behind_a_success_blames_nobody),
                cmocka_unit_test(test_garbage_and_silence_behind_a_success_are_the_relays_trouble),
                cmocka_unit_test(test_a_reply_that_does_not_parse_ends_the_session),
                cmocka_unit_test(test_a_surplus_reply_is_credited_to_nobody),
                cmocka_unit_test(test_a_reply_begun_too_early_is_not_taken_for_a_later_command),
                cmocka_unit_test(test_replies_out_of_step_in_a_refused_envelope_end_the_session),
                cmocka_unit_test(test_a_dot_answered_by_a_reply_that_settles_nothing_is_unknown),
                cmocka_unit_test(test_a_refusal_while_the_letter_goes_out_is_heard),
                cmocka_unit_test(test_a_refused_reset_ends_the_session),
                cmocka_unit_test(test_abort_gives_back_what_has_no_letter_out),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
