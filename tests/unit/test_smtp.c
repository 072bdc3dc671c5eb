// SPDX-License-Identifier: MIT
#include "press/smtp.h"

#include "smtp_talk.h"

/* The plain run: one letter, then QUIT. Every byte of ours is here. */
static void test_one_letter_goes_out_whole_and_is_relayed(void **state)
{
        (void) state;
        static const struct talk_act acts[] = {
                {ROOM, "1"},
                {GIVE, "a"},
                {OURS, ASKS("a")},
                {QUIET, ""},
                {THEIR, "250 2.1.0 ok\r\n250 2.1.5 ok\r\n354 go on\r\n"},
                {EVENT, "go a"},
                {QUIET, ""},
                {LETTER, TEXT("a")},
                {OURS, TEXT("a") ".\r\n"},
                {THEIR, "250 2.0.0 queued as 7\r\n"},
                {EVENT, "done a relayed/nobody dot 250 2.0.0"},
                {QUIT, ""},
                {OURS, "QUIT\r\n"},
                {THEIR, "221 bye\r\n"},
                {EVENT, "end not-tried/nobody mail 221"},
                {ROOM, "0"},
        };

        talk(&talk_pipelined, acts);
}

/* One round trip a letter: the next envelope rides behind the dot in the same bytes. */
static void test_the_next_envelope_rides_behind_the_dot(void **state)
{
        (void) state;
        static const struct talk_act acts[] = {
                {GIVE, "a"},
                {ROOM, "1"},
                {GIVE, "b"},
                {ROOM, "0"},
                {OURS, ASKS("a")},
                {THEIR, "250 ok\r\n250 ok\r\n354 go\r\n"},
                {EVENT, "go a"},
                {QUIET, ""},
                {LETTER, TEXT("a")},
                {OURS, TEXT("a") ".\r\n" ASKS("b")},
                {THEIR, "250 queued\r\n250 ok\r\n250 ok\r\n354 go\r\n"},
                {EVENT, "done a relayed/nobody dot 250"},
                {EVENT, "go b"},
                {ROOM, "1"},
                {LETTER, TEXT("b")},
                {OURS, TEXT("b") ".\r\n"},
                {GIVE, "c"}, /* also when the dot is out already */
                {OURS, ASKS("c")},
                {THEIR, "250 queued\r\n"},
                {EVENT, "done b relayed/nobody dot 250"},
                {THEIR, "250 ok\r\n250 ok\r\n354 go\r\n"},
                {EVENT, "go c"},
        };

        talk(&talk_pipelined, acts);
}

static void test_without_pipelining_every_command_waits_for_its_reply(void **state)
{
        (void) state;
        static const struct talk_act acts[] = {
                {GIVE, "a"},
                {ROOM, "0"},
                {OURS, "MAIL FROM:<press@m.example>\r\n"},
                {QUIET, ""},
                {THEIR, "250 ok\r\n"},
                {OURS, "RCPT TO:<a@r.example>\r\n"},
                {THEIR, "250 ok\r\n"},
                {OURS, "DATA\r\n"},
                {THEIR, "354 go\r\n"},
                {EVENT, "go a"},
                {LETTER, TEXT("a")},
                {OURS, TEXT("a") ".\r\n"},
                {THEIR, "250 ok\r\n"},
                {EVENT, "done a relayed/nobody dot 250"},
                {GIVE, "b"},
                {OURS, "MAIL FROM:<press@m.example>\r\n"},
                {THEIR, "250 ok\r\n"},
                {OURS, "RCPT TO:<b@r.example>\r\n"},
                {THEIR, "550 5.1.1 unknown\r\n"},
                {EVENT, "done b refused/address rcpt 550 5.1.1"},
                {GIVE, "c"},
                {OURS, "RSET\r\n"},
                {THEIR, "250 ok\r\n"},
                {OURS, "MAIL FROM:<press@m.example>\r\n"},
                {THEIR, "451 later\r\n"},
                {EVENT, "done c relay/relay mail 451"},
        };

        talk(&talk_lockstep, acts);
}

/* R17, R18, R22: one connection, three fates, RSET in between, nobody else is touched */
static void test_a_refused_envelope_is_reset_and_the_connection_goes_on(void **state)
{
        (void) state;
        static const struct talk_act acts[] = {
                {GIVE, "a"},
                {OURS, ASKS("a")},
                {THEIR, "250 ok\r\n250 ok\r\n354 go\r\n"},
                {EVENT, "go a"},
                {GIVE, "b"},
                {LETTER, TEXT("a")},
                {OURS, TEXT("a") ".\r\n" ASKS("b")},
                {THEIR, "250 queued\r\n250 ok\r\n550 5.1.1 no such user\r\n"},
                {EVENT, "done a relayed/nobody dot 250"},
                {EVENT, "done b refused/address rcpt 550 5.1.1"},
                {GIVE, "c"},
                {QUIET, ""}, /* the reply to DATA is still owed */
                {THEIR, "503 5.5.1 no recipients\r\n"},
                {OURS, "RSET\r\n" ASKS("c")},
                {THEIR, "250 reset\r\n250 ok\r\n451 4.7.1 later\r\n554 no recipients\r\n"},
                {EVENT, "done c deferred/nobody rcpt 451 4.7.1"},
                {GIVE, "d"},
                {OURS, "RSET\r\n" ASKS("d")},
                {THEIR, "250 reset\r\n250 ok\r\n552 too many\r\n503 no\r\n"},
                {EVENT, "done d deferred/nobody rcpt 552"},
                {GIVE, "e"},
                {OURS, "RSET\r\n" ASKS("e")},
                {THEIR, "250 reset\r\n250 ok\r\n250 ok\r\n354 go\r\n"},
                {EVENT, "go e"},
        };

        talk(&talk_pipelined, acts);
}

/* R23: the lone dot, and what comes back on it counts for nobody */
static void test_354_for_a_refused_recipient_gets_a_lone_dot_that_counts_for_nobody(void **state)
{
        (void) state;
        static const struct talk_act acts[] = {
                {GIVE, "a"},
                {GIVE, "b"},
                {OURS, ASKS("a")},
                {THEIR, "250 ok\r\n550 no\r\n354 go\r\n"},
                {EVENT, "done a refused/address rcpt 550"},
                {OURS, ".\r\n"},
                {QUIET, ""},
                {THEIR, "250 queued an empty mail\r\n"},
                {OURS, "RSET\r\n" ASKS("b")},
                {THEIR, "250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n"},
                {EVENT, "go b"},
        };

        talk(&talk_pipelined, acts);
}

/* An empty letter would reach a recipient who was accepted: the line is closed instead. */
static void test_no_lone_dot_goes_to_a_recipient_who_was_accepted(void **state)
{
        (void) state;
        static const struct talk_act acts[] = {
                {GIVE, "a"},
                {GIVE, "b"},
                {OURS, ASKS("a")},
                {THEIR, "550 5.7.1 not you\r\n250 ok\r\n354 go\r\n"},
                {EVENT, "done a relay/sender mail 550 5.7.1"},
                {EVENT, "done b not-tried/nobody mail 0 close"},
                {EVENT, "end relay/relay data 0"},
        };

        talk(&talk_pipelined, acts);
}

/* R25: replies that follow a refused MAIL blame nobody a second time */
static void test_a_refused_sender_is_reported_once_and_the_rest_thrown_away(void **state)
{
        (void) state;
        static const struct talk_act acts[] = {
                {GIVE, "a"},
                {OURS, ASKS("a")},
                {THEIR, "553 5.1.8 sender unknown\r\n503 no\r\n503 no\r\n"},
                {EVENT, "done a relay/sender mail 553 5.1.8"},
                {GIVE, "b"},
                {OURS, "RSET\r\n" ASKS("b")},
                {THEIR, "250 ok\r\n452 4.3.1 full\r\n503 no\r\n354 go\r\n"},
                {EVENT, "done b relay/relay mail 452 4.3.1"},
                {OURS, ".\r\n"},
                {THEIR, "554 no recipients\r\n"},
                {GIVE, "c"},
                {OURS, "RSET\r\n" ASKS("c")},
        };

        talk(&talk_pipelined, acts);
}

/* R26 */
static void test_a_refusal_at_data_or_the_dot_is_of_the_content_and_the_line_stays(void **state)
{
        (void) state;
        static const struct talk_act acts[] = {
                {GIVE, "a"},
                {OURS, ASKS("a")},
                {THEIR, "250 ok\r\n250 ok\r\n554 5.7.1 no\r\n"},
                {EVENT, "done a refused/content data 554 5.7.1"},
                {GIVE, "b"},
                {OURS, "RSET\r\n" ASKS("b")},
                {THEIR, "250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n"},
                {EVENT, "go b"},
                {GIVE, "c"},
                {LETTER, TEXT("b")},
                {OURS, TEXT("b") ".\r\n" ASKS("c")},
                {THEIR, "554 5.7.1 spam\r\n250 ok\r\n250 ok\r\n354 go\r\n"},
                {EVENT, "done b refused/content dot 554 5.7.1"},
                {EVENT, "go c"},
                {LETTER, TEXT("c")},
                {OURS, TEXT("c") ".\r\n"},
                {THEIR, "451 4.3.0 later\r\n"},
                {EVENT, "done c deferred/nobody dot 451 4.3.0"},
                {GIVE, "d"},
                {OURS, ASKS("d")}, /* the dot ended that transaction: no RSET */
        };

        talk(&talk_pipelined, acts);
}

/* R19, R32 */
static void test_unknown_codes_count_by_their_first_digit(void **state)
{
        (void) state;
        static const struct talk_act acts[] = {
                {GIVE, "a"},
                {OURS, ASKS("a")},
                {THEIR, "259 ok\r\n251 will forward\r\n359 go\r\n"},
                {EVENT, "go a"},
                {LETTER, TEXT("a")},
                {OURS, TEXT("a") ".\r\n"},
                {THEIR, "459 later\r\n"},
                {EVENT, "done a deferred/nobody dot 459"},
                {GIVE, "b"},
                {OURS, ASKS("b")},
                {THEIR, "250 ok\r\n252 cannot verify\r\n354 go\r\n"},
                {EVENT, "go b"},
                {LETTER, TEXT("b")},
                {OURS, TEXT("b") ".\r\n"},
                {THEIR, "559 never\r\n"},
                {EVENT, "done b refused/content dot 559"},
                {GIVE, "c"},
                {OURS, ASKS("c")},
                {THEIR, "250 ok\r\n551 5.1.6 try x@y.example\r\n503 no\r\n"},
                {EVENT, "done c refused/address rcpt 551 5.1.6"},
        };

        talk(&talk_pipelined, acts);
}

/* The relay's SIZE answer at MAIL (RFC 1870 6.1) ends this letter, not the connection. */
static void test_552_to_mail_refuses_this_letter_only(void **state)
{
        (void) state;
        static const struct talk_act acts[] = {
                {GIVE, "a"},
                {OURS, ASKS("a")},
                {THEIR, "552 5.3.4 too big\r\n503 no\r\n503 no\r\n"},
                {EVENT, "done a refused/content mail 552 5.3.4"},
                {ROOM, "1"},
        };

        talk(&talk_pipelined, acts);
}

/* What a slow or cut write must not do: the follower's commands wait for the letter's last byte. */
static void test_output_can_be_taken_in_any_pieces(void **state)
{
        (void) state;
        static const struct talk_act acts[] = {
                {GIVE, "a"},
                {PART, "4"},
                {OURS, " FROM:<press@m.example>\r\nRCPT TO:<a@r.example>\r\nDATA\r\n"},
                {THEIR, "250 ok\r\n250 ok\r\n354 go\r\n"},
                {EVENT, "go a"},
                {GIVE, "b"},
                {LETTER, TEXT("a")},
                {PART, "22"},
                {OURS, "s\r\n.\r\n" ASKS("b")},
        };

        talk(&talk_pipelined, acts);
}

static void test_quit_waits_for_the_open_letter_and_takes_no_new_one(void **state)
{
        (void) state;
        static const struct talk_act acts[] = {
                {GIVE, "a"},
                {OURS, ASKS("a")},
                {QUIT, ""},
                {ROOM, "0"},
                {QUIET, ""},
                {THEIR, "250 ok\r\n250 ok\r\n354 go\r\n"},
                {EVENT, "go a"},
                {LETTER, TEXT("a")},
                {OURS, TEXT("a") ".\r\n"},
                {THEIR, "250 ok\r\n"},
                {EVENT, "done a relayed/nobody dot 250"},
                {OURS, "QUIT\r\n"},
                {LOST, "closed by the relay"}, /* R24: nothing is taken back */
                {EVENT, "end not-tried/nobody mail 0"},
                {LOST, "again"},
                {ABORT, "again"},
                {QUIT, ""},
                {WAIT, "900000"},
        };

        talk(&talk_pipelined, acts);
}

static void test_quit_behind_a_refused_envelope_needs_no_reset(void **state)
{
        (void) state;
        static const struct talk_act acts[] = {
                {GIVE, "a"},
                {OURS, ASKS("a")},
                {QUIT, ""},
                {THEIR, "250 ok\r\n550 no\r\n"},
                {EVENT, "done a refused/address rcpt 550"},
                {QUIET, ""},
                {THEIR, "503 no\r\n"},
                {OURS, "QUIT\r\n"},
        };

        talk(&talk_pipelined, acts);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_one_letter_goes_out_whole_and_is_relayed),
                cmocka_unit_test(test_the_next_envelope_rides_behind_the_dot),
                cmocka_unit_test(test_without_pipelining_every_command_waits_for_its_reply),
                cmocka_unit_test(test_a_refused_envelope_is_reset_and_the_connection_goes_on),
                cmocka_unit_test(
                        test_354_for_a_refused_recipient_gets_a_lone_dot_that_counts_for_nobody),
                cmocka_unit_test(test_no_lone_dot_goes_to_a_recipient_who_was_accepted),
                cmocka_unit_test(test_a_refused_sender_is_reported_once_and_the_rest_thrown_away),
                cmocka_unit_test(
                        test_a_refusal_at_data_or_the_dot_is_of_the_content_and_the_line_stays),
                cmocka_unit_test(test_unknown_codes_count_by_their_first_digit),
                cmocka_unit_test(test_552_to_mail_refuses_this_letter_only),
                cmocka_unit_test(test_output_can_be_taken_in_any_pieces),
                cmocka_unit_test(test_quit_waits_for_the_open_letter_and_takes_no_new_one),
                cmocka_unit_test(test_quit_behind_a_refused_envelope_needs_no_reset),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
