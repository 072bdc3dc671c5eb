// SPDX-License-Identifier: MIT
/*
 * The SMTP machine as a script plays it; smtp_peer.c knows from the wire alone what is true.
 * The first byte is the options; then, one letter each: e? envelope, l? letter, s send all, p? send
 * a piece, P? all but a piece, r? a reply (R?: byte by byte), "..." any reply, w? whole letters, t?
 * time, T to the deadline, c closed, q quit, a abort.
 */
#include "fuzz.h"
#include "smtp_play.h"

#include "press/mem.h"
#include "press/smtp.h"

#include <string.h>

static const char *const replies[] = {"250 2.0.0 ok\r\n",
                                      "354 go\r\n",
                                      "550 5.1.1 no such user\r\n",
                                      "451 4.3.0 later\r\n",
                                      "421 4.3.2 closing\r\n",
                                      "221 2.0.0 bye\r\n",
                                      "250-a\r\n250 b\r\n",
                                      "552 5.3.4 large\r\n",
                                      "530 5.7.0 login\r\n",
                                      "250-a\r\n550 b\r\n",
                                      "503 5.5.1 sequence\r\n",
                                      "252 maybe\r\n",
                                      "220 hello\r\n",
                                      "999 what\r\n",
                                      "452 4.2.2 full\r\n",
                                      "554 5.7.1 content\r\n"};
static void raw_input(struct play *p, struct input *in)
{
        const uint8_t *end = memchr(in->p, '"', in->n);
        size_t n = end ? (size_t) (end - in->p) : in->n;

        play_input(p, (const char *) in->p, n, n);
        in->p += n + (end ? 1 : 0);
        in->n -= n + (end ? 1 : 0);
}

/* Letters that all goes well with. */
static void whole(struct play *p, unsigned n)
{
        static const char envelope[] = "250 a\r\n250 b\r\n354 c\r\n", dot[] = "250 d\r\n";

        while (n-- && !p->ended) {
                play_envelope(p, 0);
                for (size_t i = 0; i + 1 < sizeof(envelope); i += 7) {
                        play_send(p, SIZE_MAX);
                        play_input(p, envelope + i, 7, 7);
                }
                play_letter(p, 2);
                play_send(p, SIZE_MAX);
                play_input(p, dot, sizeof(dot) - 1, SIZE_MAX);
        }
}

static void tick(struct play *p, int64_t now)
{
        p->now = now;
        smtp_tick(p->s, now);
}

static void act(struct play *p, struct input *in)
{
        const char *reply;
        size_t left;

        switch (fuzz_byte(in)) {
        case 'e': play_envelope(p, fuzz_byte(in)); break;
        case 'l': play_letter(p, fuzz_byte(in)); break;
        case 's': play_send(p, SIZE_MAX); break;
        case 'p': play_send(p, fuzz_byte(in)); break;
        case 'P':
                left = fuzz_byte(in);
                play_send(p, play_pending(p) > left ? play_pending(p) - left : 0);
                break;
        case 'w': whole(p, fuzz_byte(in) % 32); break;
        case 'R':
                reply = replies[fuzz_byte(in) % COUNT_OF(replies)];
                play_input(p, reply, strlen(reply), 1);
                break;
        case 'r':
                reply = replies[fuzz_byte(in) % COUNT_OF(replies)];
                play_input(p, reply, strlen(reply), strlen(reply));
                break;
        case '"': raw_input(p, in); break;
        case 't': tick(p, p->now + fuzz_byte(in) * 1000); break;
        case 'T':
                if (smtp_deadline(p->s) < INT64_MAX)
                        tick(p, smtp_deadline(p->s));
                break;
        case 'c': smtp_closed(p->s, "closed", p->now); break;
        case 'q': smtp_quit(p->s, p->now); break;
        case 'a': smtp_abort(p->s, "stop", p->now); break;
        default: break;
        }
        play_check(p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
        static struct play p;
        struct input in = {data, n};
        uint8_t how = fuzz_byte(&in);
        struct smtp_opts opts = {.pipelining = how & 1,
                                 .caps = {.pipelining = how & 1,
                                          .dsn = how & 2,
                                          .smtputf8 = how & 4,
                                          .size = how & 8,
                                          .size_max = how & 8 ? 20000 : 0}};

        play_begin(&p, &opts);
        while (in.n)
                act(&p, &in);
        play_end(&p);
        return 0;
}
