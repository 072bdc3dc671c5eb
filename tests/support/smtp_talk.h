/*
 * smtp_talk.h - a conversation with the SMTP machine, written as a script
 *
 * The script is a list of acts, checked byte by byte. talk() plays it whole,
 * then with the relay's bytes one at a time, then with each of them split at
 * every place, then with our bytes taken one at a time: nothing may differ.
 *
 *   GIVE  "a"          envelope for a@r.example, tag "a"
 *   OURS  "MAIL ..."   exactly this is to be written, and is
 *   PART  "10"         only so many bytes of it are taken by the line
 *   THEIR "250 ok..."  the relay's bytes
 *   LETTER "..."       the letter, handed over in three slices
 *   EVENT "go a"       the next event is this (see talk_event_text)
 *   QUIET ""           nothing to write, no event
 *   LOST, QUIT, ABORT  the line is gone; verbs of ours
 *   WAIT  "300000"     so many ms pass, with a tick at the end
 *   ROOM  "1"          smtp_room()
 */
#ifndef SMTP_TALK_H
#define SMTP_TALK_H

#include "press/buf.h"
#include "press/mem.h"
#include "press/smtp.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum talk_kind { GIVE = 1, OURS, PART, THEIR, LETTER, EVENT, QUIET, LOST, QUIT, ABORT, WAIT, ROOM };

struct talk_act {
        enum talk_kind kind;
        const char *text;
};

struct talk_mode {
        size_t split; /* each THEIR in two here; SIZE_MAX = a byte at a time, 0 = whole */
        size_t chunk; /* our bytes: taken in such pieces */
};

/* "go a", "end relay/relay mail 421 used-up", "done a refused/address rcpt 550 5.1.1 close" */
static inline void talk_event_text(const struct smtp_event *e, char *out, size_t size)
{
        static const char *const verdicts[] = {"relayed", "refused", "deferred",
                                               "relay",   "unknown", "not-tried"};
        static const char *const blames[] = {"nobody", "address", "content", "sender", "relay"};
        const struct outcome *o = &e->outcome;

        if (e->type == SMTP_GO) {
                snprintf(out, size, "go %s", (const char *) e->tag);
                return;
        }
        snprintf(out, size, "%s%s%s %s/%s %s %d%s%s%s%s", e->type == SMTP_END ? "end" : "done",
                 e->tag ? " " : "", e->tag ? (const char *) e->tag : "", verdicts[o->verdict],
                 blames[o->blame], stage_name(o->stage), o->reply.code,
                 o->reply.enhanced[0] ? " " : "", o->reply.enhanced,
                 o->close && e->type == SMTP_DONE ? " close" : "", o->used_up ? " used-up" : "");
}

static inline void talk_take(struct smtp *s, size_t n, size_t chunk, struct buf *got, int64_t now)
{
        while (n) {
                struct slice v[3];
                size_t runs = smtp_output(s, v, 3), bytes = 0;

                if (!runs)
                        return;
                for (size_t i = 0; i < runs && bytes < chunk && bytes < n; i++) {
                        size_t take = v[i].n;

                        if (take > chunk - bytes)
                                take = chunk - bytes;
                        if (take > n - bytes)
                                take = n - bytes;
                        buf_add(got, v[i].p, take);
                        bytes += take;
                }
                smtp_sent(s, bytes, now);
                n -= bytes;
        }
}

static inline void talk_feed(struct smtp *s, const char *text, size_t split, int64_t now)
{
        size_t n = strlen(text), step = split == SIZE_MAX ? 1 : split;

        for (size_t at = 0; at < n;) {
                size_t piece = n - at;

                if (step && (at == 0 || split == SIZE_MAX) && piece > step)
                        piece = step;
                char *copy = mem_dup(text + at, piece); /* so that ASan sees a read too far */
                smtp_input(s, copy, piece, now);
                free(copy);
                at += piece;
        }
}

static inline void talk_give(struct smtp *s, const char *tag, int64_t now)
{
        char rcpt[64];
        struct smtp_envelope e = {.from = "press@m.example",
                                  .rcpt = rcpt,
                                  .envid = "e+1",
                                  .size = 1000,
                                  .tag = (void *) tag};

        snprintf(rcpt, sizeof(rcpt), "%s@r.example", tag);
        assert_int_equal(smtp_envelope(s, &e, now), 0);
}

static inline void talk_letter(struct smtp *s, const char *text, int64_t now)
{
        size_t n = strlen(text), third = n / 3;
        struct slice v[] = {{text, third},
                            {text + third, 0},
                            {text + third, third},
                            {text + 2 * third, n - 2 * third}};

        smtp_letter(s, v, COUNT_OF(v), now);
}

static inline void talk_play(struct smtp *s, const struct talk_act *a, const struct talk_mode *m,
                             int64_t *now)
{
        CLEANUP(buf_done) struct buf got = BUF(1 << 20);
        struct smtp_event e;
        char text[256];

        switch (a->kind) {
        case GIVE: talk_give(s, a->text, *now); break;
        case OURS:
                talk_take(s, SIZE_MAX, m->chunk, &got, *now);
                assert_string_equal(got.s, a->text);
                break;
        case PART: talk_take(s, strtoul(a->text, NULL, 10), m->chunk, &got, *now); break;
        case THEIR: talk_feed(s, a->text, m->split, *now); break;
        case LETTER: talk_letter(s, a->text, *now); break;
        case EVENT:
                if (!smtp_event(s, &e))
                        fail_msg("no event where \"%s\" is due", a->text);
                talk_event_text(&e, text, sizeof(text));
                assert_string_equal(text, a->text);
                break;
        case QUIET:
                if (smtp_event(s, &e)) {
                        talk_event_text(&e, text, sizeof(text));
                        fail_msg("an event too many: %s", text);
                }
                talk_take(s, SIZE_MAX, m->chunk, &got, *now);
                assert_string_equal(got.s, "");
                break;
        case LOST: smtp_closed(s, a->text, *now); break;
        case QUIT: smtp_quit(s, *now); break;
        case ABORT: smtp_abort(s, a->text, *now); break;
        case WAIT:
                *now += strtol(a->text, NULL, 10);
                smtp_tick(s, *now);
                break;
        case ROOM: assert_int_equal(smtp_room(s), strtoul(a->text, NULL, 10)); break;
        }
}

static inline void talk_once(const struct smtp_opts *o, const struct talk_act *acts, size_t n,
                             const struct talk_mode *m)
{
        CLEANUP(smtp_freep) struct smtp *s = smtp_new(o);
        int64_t now = 0;

        for (size_t i = 0; i < n; i++)
                talk_play(s, &acts[i], m, &now);
        talk_play(s, &(struct talk_act){QUIET, ""}, m, &now);
}

static inline void talk_n(const struct smtp_opts *o, const struct talk_act *acts, size_t n)
{
        size_t longest = 0;

        for (size_t i = 0; i < n; i++)
                if (acts[i].kind == THEIR && strlen(acts[i].text) > longest)
                        longest = strlen(acts[i].text);
        for (size_t split = 0; split < longest; split++)
                talk_once(o, acts, n, &(struct talk_mode){split, SIZE_MAX});
        talk_once(o, acts, n, &(struct talk_mode){SIZE_MAX, SIZE_MAX});
        talk_once(o, acts, n, &(struct talk_mode){SIZE_MAX, 1});
}

#define talk(opts, acts) talk_n((opts), (acts), COUNT_OF(acts))

static const struct smtp_opts talk_pipelined = {.caps = {.pipelining = true}, .pipelining = true};
static const struct smtp_opts talk_lockstep = {.caps = {.pipelining = true}, .pipelining = false};

/* An envelope as it stands on the wire without extensions. */
#define ASKS(who) "MAIL FROM:<press@m.example>\r\nRCPT TO:<" who "@r.example>\r\nDATA\r\n"
#define TEXT(who) "Subject: to " who "\r\n\r\n..dots\r\n"

#endif
