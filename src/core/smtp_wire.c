// SPDX-License-Identifier: MIT
#include "smtp_internal.h"

#include "press/mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* RFC 5321 4.5.3.2.5 speaks of each chunk: a line that takes less in its time is stuck (R36). */
#define BLOCK_BYTES 4096
#define QUIT_MS     2000

void smtp_queue(struct smtp *s, const char *p, size_t n, int64_t now)
{
        struct slice *last = s->nrun > s->run_first ? &s->run[s->nrun - 1] : NULL;

        if (!n)
                return;
        if (s->sent == s->queued) { /* the line was idle: its time starts here */
                s->progress = now;
                s->block_from = s->sent;
        }
        s->queued += n;
        if (last && last->p + last->n == p) {
                last->n += n;
                return;
        }
        if (s->run_first == s->nrun)
                s->run_first = s->nrun = 0;
        if (!s->run || s->nrun == s->run_size) {
                s->run_size = s->run_size ? s->run_size * 2 : 32;
                s->run = mem_realloc(s->run, s->run_size, sizeof(*s->run));
        }
        s->run[s->nrun++] = (struct slice){.p = p, .n = n};
}

void smtp_await(struct smtp *s, enum asked what)
{
        assert(s->nawaited < SMTP_AWAITED_MAX);
        s->awaited[s->nawaited++] = (struct awaited){.what = what, .end = s->queued};
}

bool smtp_awaits_sent(const struct smtp *s)
{
        return s->nawaited && s->awaited[0].sent;
}

void smtp_await_done(struct smtp *s)
{
        s->nawaited--;
        memmove(s->awaited, s->awaited + 1, s->nawaited * sizeof(s->awaited[0]));
}

void smtp_wire_clear(struct smtp *s)
{
        s->run_first = s->nrun = s->run_off = 0;
        s->sent = s->queued;
        s->nawaited = 0;
}

size_t smtp_output(const struct smtp *s, struct slice *v, size_t max)
{
        size_t n = 0, off = s->run_off;

        for (size_t i = s->run_first; i < s->nrun && n < max; i++) {
                v[n].p = s->run[i].p + off;
                v[n++].n = s->run[i].n - off;
                off = 0;
        }
        return n;
}

/* MAIL begins an envelope's time; it is the first awaited of the envelope that has none yet. */
static void mark_began(struct smtp *s, int64_t now)
{
        for (size_t i = 0; i < COUNT_OF(s->slot); i++) {
                if (s->slot[i] && s->slot[i]->step == STEP_ASKED && s->slot[i]->began < 0) {
                        s->slot[i]->began = now;
                        return;
                }
        }
}

void smtp_sent(struct smtp *s, size_t n, int64_t now)
{
        if (s->ended)
                return;
        assert(n <= s->queued - s->sent);
        s->sent += n;
        while (n) {
                size_t left = s->run[s->run_first].n - s->run_off;

                if (n < left) {
                        s->run_off += n;
                        break;
                }
                n -= left;
                s->run_off = 0;
                s->run_first++;
        }
        if (s->sent - s->block_from >= BLOCK_BYTES || s->sent == s->queued) {
                s->block_from = s->sent;
                s->progress = now;
        }
        for (unsigned i = 0; i < s->nawaited; i++) {
                struct awaited *a = &s->awaited[i];

                if (a->sent || a->end > s->sent)
                        continue;
                a->sent = true;
                a->at = now;
                if (a->what == ASKED_MAIL)
                        mark_began(s, now);
        }
}

static int64_t limit_of(const struct smtp *s, enum asked what)
{
        switch (what) {
        case ASKED_RCPT: return s->opts.rcpt_ms;
        case ASKED_DATA: return s->opts.data_ms;
        case ASKED_DOT:
        case ASKED_LONE_DOT: return s->opts.dot_ms;
        case ASKED_QUIT: return QUIT_MS;
        default: return s->opts.mail_ms;
        }
}

int64_t smtp_deadline(const struct smtp *s)
{
        const struct awaited *a = s->awaited;

        if (s->ended || !s->nawaited)
                return INT64_MAX;
        if (a->sent) /* a reply behind another is owed from when that one came */
                return (a->at > s->last_reply ? a->at : s->last_reply) + limit_of(s, a->what);
        return s->progress + (a->what == ASKED_DOT ? s->opts.block_ms : limit_of(s, a->what));
}

void smtp_tick(struct smtp *s, int64_t now)
{
        const struct awaited *a = s->awaited;

        if (now < smtp_deadline(s))
                return;
        if (!a->sent)
                smtp_end_text(s, WHY_TIMEOUT, "the relay took no data in time", now);
        else if (a->what == ASKED_QUIT)
                smtp_end_text(s, WHY_ABORT, "no reply to QUIT", now);
        else
                smtp_end_text(s, WHY_TIMEOUT, "no reply in time", now);
}
