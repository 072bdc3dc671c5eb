// SPDX-License-Identifier: MIT
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "press/clock.h"
#include "press/mem.h"
#include "press/relay.h"

#include "fakerelay.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The clock of the loop: real, but a test may let time pass. */
static int64_t passed;

int64_t clock_mono(void)
{
        struct timespec t;

        clock_gettime(CLOCK_MONOTONIC, &t);
        return (int64_t) t.tv_sec * 1000 + t.tv_nsec / 1000000 + passed;
}

int64_t clock_wall(void)
{
        return clock_mono();
}

static struct client client;
static struct fake *fake;

static int setup(void **state)
{
        (void) state;
        passed = 0;
        fake = NULL;
        client_init(&client);
        return 0;
}

static int teardown(void **state)
{
        (void) state;
        client_done(&client);
        if (fake)
                fake_stop(fake);
        return 0;
}

static void run(const char *const *script)
{
        fake = fake_start(script, NULL);
        client_run(&client, fake, "smtp");
}

#define GREETING "220 relay.example ESMTP", "<EHLO", "250 relay.example"
#define GREETING_PIPELINING \
        "220 relay.example ESMTP", "<EHLO", "250-relay.example", "250 PIPELINING"
#define ENVELOPE_TAKEN "<MAIL", "250 ok", "<RCPT", "250 ok", "<DATA", "354 go on"
#define LETTER_TAKEN   "<.", "250 2.0.0 queued"
#define GOODBYE        "<QUIT", "221 bye", "!wait", NULL

/* --- the life of a connection ----------------------------------------------------- */

static void test_a_letter_is_handed_over_and_the_line_closed_politely(void **state)
{
        static const char *const script[] = {GREETING, ENVELOPE_TAKEN, LETTER_TAKEN, GOODBYE};
        char peer[32];

        (void) state;
        run(script);
        assert_string_equal(client.log.s, "up\n"
                                          "go a\n"
                                          "done a relayed dot 250\n"
                                          "down not-tried mail 221 bye\n");
        assert_string_equal(fake_transcript(fake), "EHLO press.example.org\n"
                                                   "MAIL FROM:<press@example.org>\n"
                                                   "RCPT TO:<a@example.org>\n"
                                                   "DATA\n"
                                                   ".\n"
                                                   "QUIT\n");
        assert_string_equal(fake_letter(fake)->s, "Subject: x\r\n\r\nhello\r\n");
        assert_string_equal(client.info.tls, "");
        snprintf(peer, sizeof(peer), "127.0.0.1:%u", fake_port(fake));
        assert_string_equal(client.info.peer, peer);
}

static void test_letters_are_pipelined_and_done_in_order(void **state)
{
        static const char *const script[] = {GREETING_PIPELINING,
                                             "<MAIL",
                                             "<RCPT",
                                             "<DATA",
                                             "250 ok\r\n250 ok\r\n354 go on",
                                             "<.",
                                             "<MAIL",
                                             "<RCPT",
                                             "<DATA", /* behind the dot */
                                             "250 queued\r\n250 ok\r\n550 5.1.1 no\r\n503 no rcpt",
                                             "<RSET",
                                             "<MAIL",
                                             "<RCPT",
                                             "<DATA",
                                             "250 ok\r\n250 ok\r\n250 ok\r\n354 go on",
                                             LETTER_TAKEN,
                                             GOODBYE};

        (void) state;
        client.letters = "abc";
        client.quit_after = "c";
        run(script);
        assert_string_equal(client.log.s, "up\n"
                                          "go a\n"
                                          "done a relayed dot 250\n"
                                          "done b refused rcpt 550\n"
                                          "go c\n"
                                          "done c relayed dot 250\n"
                                          "down not-tried mail 221 bye\n");
        assert_null(strstr(fake_transcript(fake), "??"));
}

/* R17 */
static void test_three_answers_are_three_verdicts_on_one_connection(void **state)
{
        static const char *const script[] = {GREETING,
                                             ENVELOPE_TAKEN,
                                             LETTER_TAKEN,
                                             "<MAIL",
                                             "250 ok",
                                             "<RCPT",
                                             "550 5.1.1 unknown",
                                             "<RSET",
                                             "250 ok",
                                             "<MAIL",
                                             "250 ok",
                                             "<RCPT",
                                             "451 4.7.1 later",
                                             GOODBYE};

        (void) state;
        client.letters = "abc";
        client.quit_after = "c";
        run(script);
        assert_string_equal(client.log.s, "up\n"
                                          "go a\n"
                                          "done a relayed dot 250\n"
                                          "done b refused rcpt 550\n"
                                          "done c deferred rcpt 451\n"
                                          "down not-tried mail 221 bye\n");
}

/* R21 */
static void test_a_line_lost_before_the_dot_blames_nobody(void **state)
{
        static const char *const script[] = {GREETING, "<MAIL", "250 ok", "<RCPT", "!close", NULL};

        (void) state;
        run(script);
        assert_string_equal(client.log.s, "up\n"
                                          "done a relay rcpt 0\n"
                                          "down relay rcpt 0 the relay closed the connection\n");
}

static void test_a_line_lost_after_the_dot_is_unknown(void **state)
{
        static const char *const script[] = {GREETING, ENVELOPE_TAKEN, "<.", "!close", NULL};

        (void) state;
        run(script);
        assert_int_equal(
                strncmp(client.log.s, "up\ngo a\ndone a unknown dot 0\ndown relay dot 0 ", 45), 0);
}

static void test_an_abort_after_354_sends_nothing_of_the_letter(void **state)
{
        static const char *const script[] = {GREETING, ENVELOPE_TAKEN, "!wait", NULL};

        (void) state;
        client.abort_at = "a";
        run(script);
        assert_string_equal(client.log.s, "up\n"
                                          "go a\n"
                                          "done a not-tried mail 0\n"
                                          "down not-tried mail 0 enough\n");
        assert_string_equal(fake_transcript(fake), "EHLO press.example.org\n"
                                                   "MAIL FROM:<press@example.org>\n"
                                                   "RCPT TO:<a@example.org>\n"
                                                   "DATA\n");
}

/* R38: two seconds pass, on the loop's clock. */
static void let_time_pass(void *unused)
{
        (void) unused;
        passed += 2100;
}

static void test_a_relay_that_does_not_answer_quit_is_left(void **state)
{
        static const char *const script[] = {GREETING, "<QUIT", "!wait", NULL};
        struct loop_timer t = {0};
        int64_t began = clock_mono();

        (void) state;
        client.quit_at_once = true;
        client.letters = "";
        loop_timer_set(client.loop, &t, loop_now(client.loop) + 100, let_time_pass, NULL);
        run(script);
        assert_string_equal(client.log.s, "up\ndown not-tried mail 0 no reply to QUIT\n");
        assert_true(clock_mono() - passed - began < 1500);
        assert_string_equal(fake_transcript(fake), "EHLO press.example.org\nQUIT\n");
        loop_timer_stop(client.loop, &t);
}

static void test_quitting_before_it_is_up_ends_it_at_once(void **state)
{
        static const char *const script[] = {"!wait", NULL};

        (void) state;
        fake = fake_start(script, NULL);
        snprintf(client.url, sizeof(client.url), "smtp://127.0.0.1:%u", fake_port(fake));
        client.opts.url = client.url;
        client.conn = conn_open(client.net, &client.opts, NULL);
        conn_quit(client.conn);
        assert_string_equal(client.log.s, ""); /* never from inside the call */
        assert_int_equal(loop_run(client.loop, NULL), 0);
        assert_string_equal(client.log.s, "down not-tried connect 0 closed before it was up\n");
}

/* R67: nothing on the wire, and never reported from inside conn_envelope(). */
static unsigned turns_until_done;
static void count_turn(void *ctx)
{
        struct client *c = ctx;
        struct smtp_envelope e = {.from = "press@example.org",
                                  .rcpt = "b\xc3\xa1o@example.org",
                                  .envid = "",
                                  .tag = (char *) "u"};

        if (!c->conn || !conn_room(c->conn) || strstr(c->log.s, "done"))
                return;
        turns_until_done++;
        assert_int_equal(conn_envelope(c->conn, &e), 0);
        assert_null(strstr(c->log.s, "done"));
}

static void test_what_needs_no_relay_is_reported_in_the_next_turn(void **state)
{
        static const char *const script[] = {GREETING, GOODBYE};

        (void) state;
        turns_until_done = 0;
        client.quit_after = "u";
        loop_on_turn(client.loop, count_turn, &client);
        run(script);
        assert_int_equal(turns_until_done, 1);
        assert_string_equal(client.log.s,
                            "up\ndone u refused rcpt 553\ndown not-tried mail 221 bye\n");
        assert_string_equal(fake_transcript(fake), "EHLO press.example.org\nQUIT\n");
}

static int broken_result;
static void hand_over_broken(void *ctx)
{
        struct client *c = ctx;
        struct smtp_envelope e = {.from = "press@example.org",
                                  .rcpt = "a@example.org>\r\nRCPT TO:<b@example.org",
                                  .envid = ""};

        if (!c->conn || !conn_room(c->conn) || broken_result)
                return;
        broken_result = conn_envelope(c->conn, &e);
        conn_quit(c->conn);
}

/* R53 */
static void test_an_address_that_would_break_the_line_is_not_taken(void **state)
{
        static const char *const script[] = {GREETING, GOODBYE};

        (void) state;
        broken_result = 0;
        loop_on_turn(client.loop, hand_over_broken, &client);
        run(script);
        assert_int_equal(broken_result, -EINVAL);
        assert_string_equal(fake_transcript(fake), "EHLO press.example.org\nQUIT\n");
}

static void make_large(struct buf *text)
{
        for (unsigned i = 0; text->len < 6000000; i++)
                buf_addf(text, "line number %u of this letter, counted from nought\r\n", i);
        client.nletter = COUNT_OF(client.letter);
        for (size_t i = 0; i < client.nletter; i++) {
                size_t from = text->len * i / client.nletter,
                       to = text->len * (i + 1) / client.nletter;

                client.letter[i] = (struct slice){text->s + from, to - from};
        }
}

/* Far more than the socket buffers hold: the line is full again and again. */
static void test_a_large_letter_arrives_byte_for_byte(void **state)
{
        static const char *const script[] = {GREETING, ENVELOPE_TAKEN, LETTER_TAKEN, GOODBYE};
        CLEANUP(buf_done) struct buf text = BUF(1 << 24);

        (void) state;
        make_large(&text);
        run(script);
        assert_non_null(strstr(client.log.s, "done a relayed dot 250"));
        fake_transcript(fake);
        assert_int_equal(fake_letter(fake)->len, text.len);
        assert_memory_equal(fake_letter(fake)->s, text.s, text.len);
}

/* R37: three minutes pass, on the loop's clock, with nothing taken. */
static void let_a_block_pass(void *unused)
{
        (void) unused;
        loop_timer_stop(client.loop, &client.guard);
        passed += 3 * CLOCK_MIN + 1000;
}

static void test_a_relay_that_stops_reading_is_left(void **state)
{
        static const char *const script[] = {GREETING, ENVELOPE_TAKEN, "!stall", NULL};
        CLEANUP(buf_done) struct buf text = BUF(1 << 24);
        struct loop_timer t = {0};

        (void) state;
        make_large(&text);
        loop_timer_set(client.loop, &t, loop_now(client.loop) + 200, let_a_block_pass, NULL);
        run(script);
        assert_string_equal(client.log.s, "up\n"
                                          "go a\n"
                                          "done a relay dot 0\n"
                                          "down relay dot 0 the relay took no data in time\n");
        loop_timer_stop(client.loop, &t);
}

/* R26: the reply counts although writing fails first. */
static void test_what_a_relay_says_before_it_hangs_up_on_a_letter_counts(void **state)
{
        static const char *const script[] = {
                GREETING, ENVELOPE_TAKEN, "<line number 0", "552 5.3.4 too large", "!close", NULL};
        CLEANUP(buf_done) struct buf text = BUF(1 << 24);

        (void) state;
        make_large(&text);
        run(script);
        assert_string_equal(client.log.s, "up\n"
                                          "go a\n"
                                          "done a refused dot 552\n"
                                          "down not-tried mail 552 5.3.4 too large\n");
}

/* --- many, and none ------------------------------------------------------------------ */

static void test_closing_the_net_drops_what_is_open_without_a_word(void **state)
{
        static const char *const script[] = {GREETING, "!wait", NULL};

        (void) state;
        fake = fake_start(script, NULL);
        snprintf(client.url, sizeof(client.url), "smtp://127.0.0.1:%u", fake_port(fake));
        client.opts.url = client.url;
        (void) conn_open(client.net, &client.opts, NULL);
        net_close(&client.net);
        assert_string_equal(client.log.s, "");
}

static unsigned turns;
static void idle_turn(void *ctx)
{
        (void) ctx;
        turns++;
}

static void stop_idle(void *ctx)
{
        struct client *c = ctx;

        loop_stop(c->loop);
}

/* An idle pressd sleeps: no timer of libcurl's or ours wakes it. */
static void test_an_idle_connection_wakes_nobody(void **state)
{
        static const char *const script[] = {GREETING, "!wait", NULL};
        struct loop_timer t = {0};

        (void) state;
        fake = fake_start(script, NULL);
        snprintf(client.url, sizeof(client.url), "smtp://127.0.0.1:%u", fake_port(fake));
        client.opts.url = client.url;
        client.letters = "";
        client.conn = conn_open(client.net, &client.opts, NULL);
        while (!strstr(client.log.s, "up\n")) {
                loop_timer_set(client.loop, &t, loop_now(client.loop) + 5, stop_idle, &client);
                assert_int_equal(loop_run(client.loop, NULL), 0);
        }
        loop_on_turn(client.loop, idle_turn, NULL);
        turns = 0;
        loop_timer_set(client.loop, &t, loop_now(client.loop) + 300, stop_idle, &client);
        assert_int_equal(loop_run(client.loop, NULL), 0);
        assert_true(turns <= 2); /* ours that stops, and at most one left over from connecting */
        loop_timer_stop(client.loop, &t);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
        const struct CMUnitTest tests[] = {
                T(test_a_letter_is_handed_over_and_the_line_closed_politely),
                T(test_letters_are_pipelined_and_done_in_order),
                T(test_three_answers_are_three_verdicts_on_one_connection),
                T(test_a_line_lost_before_the_dot_blames_nobody),
                T(test_a_line_lost_after_the_dot_is_unknown),
                T(test_an_abort_after_354_sends_nothing_of_the_letter),
                T(test_a_relay_that_does_not_answer_quit_is_left),
                T(test_quitting_before_it_is_up_ends_it_at_once),
                T(test_what_needs_no_relay_is_reported_in_the_next_turn),
                T(test_an_address_that_would_break_the_line_is_not_taken),
                T(test_a_large_letter_arrives_byte_for_byte),
                T(test_a_relay_that_stops_reading_is_left),
                T(test_what_a_relay_says_before_it_hangs_up_on_a_letter_counts),
                T(test_closing_the_net_drops_what_is_open_without_a_word),
                T(test_an_idle_connection_wakes_nobody),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
