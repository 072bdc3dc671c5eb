// SPDX-License-Identifier: MIT
#include "press/smtp.h"

#include "smtp_talk.h"

/*
 * The machine against a relay that answers as it likes, cuts and closes. The
 * relay keeps its own books; afterwards both must tell the same story.
 */

#define LETTERS 12

static uint32_t seed;

static uint32_t dice(uint32_t sides)
{
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        return seed % sides;
}

struct book {          /* what the relay knows of one letter */
        bool whole;    /* its CRLF.CRLF arrived */
        bool accepted; /* and was answered by 2yz */
        int reports;
        enum verdict verdict;
};

struct relay {
        struct buf in;  /* what came and is not read yet */
        struct buf out; /* what is to be said */
        bool data;      /* a letter is coming */
        bool rcpt_ok, mail_ok;
        int who;
        int rage; /* per cent of replies that are not friendly */
        bool closing;
        struct book book[LETTERS];
};

static void say(struct relay *r, const char *friendly)
{
        static const char *const moods[] = {"451 4.3.0 later\r\n", "550 5.1.1 no\r\n",
                                            "554-5.7.1 one\r\n554 5.7.1 two\r\n", "459 hm\r\n",
                                            "530 5.7.0 log in\r\n"};

        if (dice(100) >= (uint32_t) r->rage) {
                buf_adds(&r->out, friendly);
                return;
        }
        if (dice(12) == 0) {
                buf_adds(&r->out, "421 4.3.2 closing\r\n");
                r->closing = true;
                return;
        }
        buf_adds(&r->out, moods[dice(COUNT_OF(moods))]);
}

static bool last_was_good(const struct relay *r, char digit)
{
        const char *end = r->out.s + r->out.len, *p = end - 2;

        while (p > r->out.s && p[-1] != '\n')
                p--;
        return *p == digit;
}

static void relay_command(struct relay *r, const char *line)
{
        int who;

        if (sscanf(line, "RCPT TO:<%d@r.example>", &who) == 1) {
                r->who = who;
                say(r, r->mail_ok ? "250 ok\r\n" : "503 no\r\n");
                r->rcpt_ok = last_was_good(r, '2');
        } else if (strncmp(line, "MAIL FROM:<press@m.example>", 27) == 0) {
                r->rcpt_ok = false;
                say(r, "250 ok\r\n");
                r->mail_ok = last_was_good(r, '2');
        } else if (strcmp(line, "DATA") == 0) {
                say(r, r->rcpt_ok || dice(2) ? "354 go\r\n" : "503 no\r\n");
                r->data = last_was_good(r, '3');
        } else if (strcmp(line, "RSET") == 0) {
                buf_adds(&r->out, "250 ok\r\n");
                r->mail_ok = r->rcpt_ok = false;
        } else if (strcmp(line, "QUIT") == 0) {
                buf_adds(&r->out, "221 bye\r\n");
                r->closing = true;
        } else {
                fail_msg("the relay was told: %s", line);
        }
}

static void relay_letter(struct relay *r, const char *text, size_t n)
{
        char want[80];

        r->data = false;
        if (!r->rcpt_ok) { /* RFC 2920 3.1 */
                assert_int_equal(n, 0);
                say(r, "554 no recipients\r\n");
                return;
        }
        snprintf(want, sizeof(want), "Subject: %d\r\n\r\n..text\r\n", r->who);
        assert_int_equal(n, strlen(want));
        assert_memory_equal(text, want, n);
        assert_false(r->book[r->who].whole);
        r->book[r->who].whole = true;
        say(r, "250 queued\r\n");
        r->book[r->who].accepted = last_was_good(r, '2');
        r->mail_ok = r->rcpt_ok = false;
}

static void relay_read(struct relay *r)
{
        while (!r->closing && r->in.len) {
                const char *end;

                if (r->data) {
                        const char *dot = r->in.len >= 3 && memcmp(r->in.s, ".\r\n", 3) == 0
                                                  ? r->in.s
                                                  : strstr(r->in.s, "\r\n.\r\n");
                        size_t n;

                        if (!dot)
                                return;
                        n = dot == r->in.s ? 0 : (size_t) (dot - r->in.s) + 2;
                        relay_letter(r, r->in.s, n);
                        buf_drop(&r->in, n + 3);
                        continue;
                }
                end = strstr(r->in.s, "\r\n");
                if (!end)
                        return;
                CLEANUP(mem_free) char *line = mem_strndup(r->in.s, (size_t) (end - r->in.s));
                relay_command(r, line);
                buf_drop(&r->in, strlen(line) + 2);
        }
}

struct client {
        struct smtp *s;
        int next;
        bool ended;
        char letter[LETTERS][80];
        int tag[LETTERS];
};

static void client_events(struct client *c, struct relay *r)
{
        struct smtp_event e;

        while (smtp_event(c->s, &e)) {
                int who = e.tag ? *(int *) e.tag : -1;

                assert_false(c->ended);
                if (e.type == SMTP_GO) {
                        snprintf(c->letter[who], sizeof(c->letter[who]),
                                 "Subject: %d\r\n\r\n..text\r\n", who);
                        talk_letter(c->s, c->letter[who], 0);
                } else if (e.type == SMTP_DONE) {
                        r->book[who].reports++;
                        r->book[who].verdict = e.outcome.verdict;
                } else {
                        c->ended = true;
                }
        }
}

static void client_give(struct client *c)
{
        while (c->next < LETTERS && smtp_room(c->s)) {
                char name[16];
                char rcpt[64];
                int who = c->next++;

                c->tag[who] = who;
                snprintf(name, sizeof(name), "%d", who);
                snprintf(rcpt, sizeof(rcpt), "%s@r.example", name);
                assert_int_equal(smtp_envelope(c->s,
                                               &(struct smtp_envelope){.from = "press@m.example",
                                                                       .rcpt = rcpt,
                                                                       .envid = "",
                                                                       .tag = &c->tag[who]},
                                               0),
                                 0);
        }
}

/* Some of our bytes to the relay, some of its bytes to us, in whatever pieces. */
static void exchange(struct client *c, struct relay *r)
{
        size_t n = 1 + dice(60);

        talk_take(c->s, n, 1 + dice(20), &r->in, 0);
        relay_read(r);
        n = dice((uint32_t) r->out.len + 1);
        if (n) {
                CLEANUP(mem_free) char *copy = mem_dup(r->out.s, n);

                smtp_input(c->s, copy, n, 0);
                buf_drop(&r->out, n);
        }
}

static void check_books(const struct client *c, const struct relay *r)
{
        for (int i = 0; i < LETTERS; i++) {
                const struct book *b = &r->book[i];

                assert_int_equal(b->reports, i < c->next ? 1 : 0);
                if (!b->reports)
                        continue;
                if (b->verdict == VERDICT_RELAYED)
                        assert_true(b->accepted);
                if (b->accepted) /* never lost sight of: relayed, or said to be unknown */
                        assert_true(b->verdict == VERDICT_RELAYED || b->verdict == VERDICT_UNKNOWN);
                if (b->verdict == VERDICT_NOT_TRIED)
                        assert_false(b->whole);
                if (b->whole) /* the relay's own words at the dot, or silence */
                        assert_true(b->verdict != VERDICT_NOT_TRIED);
        }
}

static void one_session(bool pipelining, int rage, bool break_off)
{
        const struct smtp_opts o = {.caps = {.pipelining = true}, .pipelining = pipelining};
        CLEANUP(smtp_freep) struct smtp *s = smtp_new(&o);
        struct client c = {.s = s};
        struct relay r = {.in = BUF(1 << 16), .out = BUF(1 << 16), .rage = rage};
        int end = break_off ? (int) dice(400) : 100000;
        int turn;

        for (turn = 0; turn < end && !c.ended; turn++) {
                client_give(&c);
                exchange(&c, &r);
                client_events(&c, &r);
                if (c.next == LETTERS)
                        smtp_quit(s, 0);
                if (r.closing && !r.out.len && !c.ended)
                        smtp_closed(s, "closed", 0);
        }
        if (!c.ended && dice(2))
                smtp_abort(s, "stop", 0);
        else if (!c.ended)
                smtp_closed(s, "lost", 0);
        client_events(&c, &r);
        assert_true(c.ended);
        assert_true(turn < 100000);
        check_books(&c, &r);
        for (int i = 0; i < LETTERS && !rage && !break_off; i++)
                assert_true(r.book[i].accepted && r.book[i].verdict == VERDICT_RELAYED);
        buf_done(&r.in);
        buf_done(&r.out);
}

/* R17, R20, R21, R23, R31: a thousand moods of a relay that keeps the protocol */
static void test_our_books_and_the_relays_always_agree(void **state)
{
        (void) state;
        for (uint32_t i = 1; i <= 3000; i++) {
                seed = i * 2654435761u;
                one_session(i % 3 != 0, (int) (i % 5) * 10, i % 2);
        }
}

/* A relay without a bad mood takes every letter, in both manners of speaking. */
static void test_a_friendly_relay_gets_every_letter_once(void **state)
{
        (void) state;
        for (uint32_t i = 1; i <= 50; i++) {
                seed = i;
                one_session(i % 2, 0, false);
        }
}

/* R30: bytes without sense; nothing may be relayed but on a whole letter and a good reply */
static void test_garbage_never_relays_and_never_crashes(void **state)
{
        (void) state;
        static const char alphabet[] = "2222345550013-- \r\n\r\n\n.x\0\x1b\xff";
        static const char *const phrases[] = {"250 ok\r\n", "354 go\r\n", "250-",
                                              "550 no\r\n", "421 no\r\n", "\r\n"};

        for (uint32_t i = 1; i <= 20000; i++) {
                CLEANUP(smtp_freep)
                struct smtp *s = smtp_new(i % 2 ? &talk_pipelined : &talk_lockstep);
                CLEANUP(buf_done) struct buf ours = BUF(1 << 16);
                CLEANUP(buf_done) struct buf theirs = BUF(1 << 16);
                struct smtp_event e = {0};

                seed = i * 2654435761u;
                talk_give(s, "a", 0);
                for (int turn = 0; turn < 40 && e.type != SMTP_END; turn++) {
                        size_t from = theirs.len;

                        talk_take(s, dice(90), 1 + dice(40), &ours, 0);
                        if (dice(3))
                                buf_adds(&theirs, phrases[dice(COUNT_OF(phrases))]);
                        else
                                buf_addc(&theirs, alphabet[dice(sizeof(alphabet) - 1)]);
                        smtp_input(s, theirs.s + from, theirs.len - from, 0);
                        while (smtp_event(s, &e)) {
                                if (e.type == SMTP_GO)
                                        talk_letter(s, TEXT("a"), 0);
                                if (e.type != SMTP_DONE || e.outcome.verdict != VERDICT_RELAYED)
                                        continue;
                                assert_non_null(strstr(ours.s, TEXT("a") ".\r\n"));
                                assert_int_equal(e.outcome.reply.code / 100, 2);
                        }
                }
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_our_books_and_the_relays_always_agree),
                cmocka_unit_test(test_a_friendly_relay_gets_every_letter_once),
                cmocka_unit_test(test_garbage_never_relays_and_never_crashes),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
