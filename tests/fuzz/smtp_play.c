// SPDX-License-Identifier: MIT
#include "smtp_play.h"

#include "fuzz.h"

#include "press/mem.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define MEMORY_MAX 49152 /* bytes a machine may hold, whatever is said to it */

/* The sanitizer's; without it memory is not looked at. */
size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));

static const char *const recipients[] = {"r%u@x.example",
                                         "r%u.\xe1\xbb\xaf@x.example",
                                         "r%u\r\nDATA@x.example",
                                         "r%u b@x.example",
                                         "r%u>@x.example",
                                         "r%u",
                                         "\"r%u",
                                         "r%u\x7f@x.example"};

static void check_done(struct play *p, const struct fate *f, const struct outcome *o)
{
        bool good = f->dot_code / 100 == 2 && f->dot_code != 220 && f->dot_code != 221;
        bool early = o->reply.code && o->reply.code == p->peer.early_code;
        enum verdict v = o->verdict;

        fuzz_clean(o->reply.text, 0);
        must((v == VERDICT_RELAYED) == good);
        must(v != VERDICT_UNKNOWN || f->dot_out);
        if (f->dot_out && f->dot_code < 400 && !good) /* no reply, or one that says nothing */
                must(v == VERDICT_UNKNOWN || (early && o->reply.code >= 400));
        if (v == VERDICT_DEFERRED || (v == VERDICT_REFUSED && f->mail_out))
                must(o->reply.code >= 400 && (early || o->reply.code == f->bad_code));
        if (v == VERDICT_REFUSED)
                must(o->reply.code >= 500);
        p->relayed += v == VERDICT_RELAYED;
}

void play_check(struct play *p)
{
        struct smtp_event e;

        while (smtp_event(p->s, &e)) {
                struct fate *f = e.tag;
                size_t i = f ? (size_t) (f - p->peer.fate) : 0;

                must(!p->ended);
                if (e.type == SMTP_END) {
                        must(!f);
                        p->ended = true;
                        continue;
                }
                must(f && p->open[i]);
                if (e.type == SMTP_GO) {
                        must(!p->go && f->mail_ok && f->rcpt_ok && f->data_ok && !f->dot_out);
                        p->go = f;
                        continue;
                }
                check_done(p, f, &e.outcome);
                must(e.ms >= 0 && e.ms <= p->now);
                p->open[i] = false;
        }
        for (size_t i = 0; p->ended && i < PEER_LETTERS; i++)
                must(!p->open[i]);
        must(!p->peer.over || p->ended);
        must(p->ended || !p->peer.nowed || smtp_deadline(p->s) < INT64_MAX);
        must(!p->ended || (smtp_room(p->s) == 0 && smtp_deadline(p->s) == INT64_MAX));
        must(smtp_accepted(p->s) == p->relayed);
        if (__sanitizer_get_current_allocated_bytes)
                must(__sanitizer_get_current_allocated_bytes() <= p->memory + MEMORY_MAX);
}

void play_begin(struct play *p, const struct smtp_opts *opts)
{
        *p = (struct play){.now = 1000};
        for (size_t i = 0; i < sizeof(p->filler); i++)
                p->filler[i] = "filling\r\n"[i % 9];
        if (__sanitizer_get_current_allocated_bytes)
                p->memory = __sanitizer_get_current_allocated_bytes();
        p->s = smtp_new(opts);
}

void play_end(struct play *p)
{
        if (!p->ended)
                smtp_closed(p->s, "the end", p->now);
        play_check(p);
        must(p->ended);
        smtp_free(p->s);
}

void play_envelope(struct play *p, uint8_t kind)
{
        char from[64], rcpt[64];
        unsigned n = p->envelopes, form = kind % COUNT_OF(recipients), room = smtp_room(p->s);
        struct smtp_envelope e = {.from = from, .rcpt = rcpt, .envid = "id+1"};

        if (!room || n == PEER_LETTERS)
                return;
        snprintf(from, sizeof(from), "b%u@%s", n, kind & 8 ? "\xc3\xa9.example" : "p.example");
        snprintf(rcpt, sizeof(rcpt), recipients[form], n);
        e.size = (uint64_t) kind * 100;
        e.tag = &p->peer.fate[n];
        if (form > 1) {
                must(smtp_envelope(p->s, &e, p->now) == -EINVAL && smtp_room(p->s) == room);
                return;
        }
        p->open[n] = true;
        p->envelopes++;
        must(smtp_envelope(p->s, &e, p->now) == 0);
}

void play_letter(struct play *p, uint8_t shape)
{
        struct slice v[4];
        size_t n = 0, i;

        if (!p->go)
                return;
        i = (size_t) (p->go - p->peer.fate);
        snprintf(p->text[i], sizeof(p->text[i]), "letter %zu\r\n", i);
        v[n++] = (struct slice){p->text[i], 5};
        v[n++] = (struct slice){p->text[i] + 5, strlen(p->text[i] + 5)};
        for (; n < 2u + shape % 3; n++)
                v[n] = (struct slice){p->filler, 36 * (1 + (size_t) shape)};
        p->go = NULL;
        smtp_letter(p->s, v, n, p->now);
}

size_t play_pending(const struct play *p)
{
        struct slice v[64];
        size_t n = smtp_output(p->s, v, COUNT_OF(v)), bytes = 0;

        for (size_t i = 0; i < n; i++)
                bytes += v[i].n;
        return bytes;
}

void play_send(struct play *p, size_t max)
{
        struct slice v[3];
        size_t n, taken = 0;

        while (max && (n = smtp_output(p->s, v, COUNT_OF(v))) > 0) {
                taken = 0;
                for (size_t i = 0; i < n && max; i++) {
                        size_t piece = v[i].n < max ? v[i].n : max;

                        must(v[i].n > 0 && !p->ended);
                        peer_takes(&p->peer, v[i].p, piece);
                        taken += piece;
                        max -= piece;
                }
                smtp_sent(p->s, taken, p->now);
        }
}

void play_input(struct play *p, const char *s, size_t n, size_t step)
{
        for (size_t piece; n; n -= piece, s += piece) {
                CLEANUP(mem_free) char *exact = NULL;

                piece = n < step ? n : step;
                exact = mem_dup(s, piece);
                peer_says(&p->peer, exact, piece);
                smtp_input(p->s, exact, piece, p->now);
                play_check(p);
        }
}
