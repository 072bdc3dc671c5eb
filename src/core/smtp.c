// SPDX-License-Identifier: MIT
#include "press/smtp.h"

#include "smtp_internal.h"

#include "press/clock.h"
#include "press/crash.h"
#include "press/mem.h"
#include "press/text.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- small parts ----------------------------------------------------------- */

void smtp_step(struct txn *t, enum smtp_step_to to)
{
        static const bool legal[][STEP_BODY + 1] = {
                [STEP_HELD] = {[STEP_ASKED] = true},
                [STEP_ASKED] = {[STEP_REFUSED] = true, [STEP_GO] = true},
                [STEP_GO] = {[STEP_BODY] = true},
                [STEP_REFUSED] = {false},
                [STEP_BODY] = {false},
        };

        assert(legal[t->step][to]);
        t->step = to;
}

void smtp_push_event(struct smtp *s, const struct smtp_event *e)
{
        if (s->nevent == s->event_size) {
                s->event_size = s->event_size ? s->event_size * 2 : 4;
                s->event = mem_realloc(s->event, s->event_size, sizeof(*s->event));
        }
        s->event[s->nevent++] = *e;
}

void smtp_report(struct smtp *s, const struct txn *t, const struct outcome *o, int64_t now)
{
        struct smtp_event e = {.type = SMTP_DONE, .tag = t->tag, .outcome = *o};

        e.ms = t->began < 0 ? 0 : now - t->began;
        smtp_push_event(s, &e);
}

static void txn_free(struct txn *t)
{
        if (!t)
                return;
        free(t->command);
        free(t);
}

void smtp_drop(struct smtp *s)
{
        txn_free(s->slot[0]);
        s->slot[0] = s->slot[1];
        s->slot[1] = NULL;
}

/* --- what goes out --------------------------------------------------------- */

static void ask_part(struct smtp *s, struct txn *t, enum asked what, int64_t now)
{
        size_t from = what == ASKED_RSET   ? 0
                      : what == ASKED_MAIL ? t->mail_at
                      : what == ASKED_RCPT ? t->rcpt_at
                                           : t->data_at;
        size_t to = what == ASKED_RSET   ? t->mail_at
                    : what == ASKED_MAIL ? t->rcpt_at
                    : what == ASKED_RCPT ? t->data_at
                                         : t->end;

        smtp_queue(s, t->command + from, to - from, now);
        smtp_await(s, what);
}

/* Puts an envelope on the wire: all of it with PIPELINING, else its next command only. */
static void ask(struct smtp *s, struct txn *t, int64_t now)
{
        if (s->need_rset) {
                s->need_rset = false;
                ask_part(s, t, ASKED_RSET, now);
                if (!s->pipelining)
                        return;
        }
        smtp_step(t, STEP_ASKED);
        ask_part(s, t, ASKED_MAIL, now);
        if (s->pipelining) {
                ask_part(s, t, ASKED_RCPT, now);
                ask_part(s, t, ASKED_DATA, now);
        }
}

/* Sends whatever the state allows to be sent now. */
static void pump(struct smtp *s, int64_t now)
{
        static const char quit[] = "QUIT\r\n";
        struct txn *open = s->slot[0], *next = s->slot[1];

        if (s->ended)
                return;
        assert(open || !next);
        if (open && open->step == STEP_HELD && !s->nawaited)
                ask(s, open, now);
        /* RFC 2920 3.1: the letter may be the first "command" of the next group. */
        if (next && next->step == STEP_HELD && open->step == STEP_BODY && s->pipelining)
                ask(s, next, now);
        if (s->quitting && !open && !s->nawaited) {
                smtp_queue(s, quit, sizeof(quit) - 1, now);
                smtp_await(s, ASKED_QUIT);
        }
}

/* --- replies --------------------------------------------------------------- */

static void astray(struct smtp *s, const char *what, const struct reply *reply, int64_t now)
{
        struct reply r = {0};
        size_t n;

        snprintf(r.text, sizeof(r.text), "%s: %d ", what, reply->code);
        n = strlen(r.text);
        memcpy(r.text + n, reply->text, sizeof(r.text) - 1 - n);
        r.text[text_utf8_check(r.text, strlen(r.text))] = '\0'; /* cut on a character */
        smtp_end(s, WHY_ASTRAY, &r, NULL, now);
}

/* The open envelope came to nothing; the connection stays, unless the reply says otherwise. */
static void refuse(struct smtp *s, enum stage stage, const struct reply *reply, int64_t now)
{
        struct outcome o = outcome_judge(stage, reply, false, s->accepted > 0);

        smtp_report(s, s->slot[0], &o, now);
        smtp_step(s->slot[0], STEP_REFUSED);
        s->need_rset = true;
        if (o.close)
                smtp_end(s, WHY_JUDGED, reply, &o, now);
}

/* A reply to a command of an envelope that is refused already: thrown away, but for the 354. */
static void drained(struct smtp *s, enum asked what, const struct reply *reply, int64_t now)
{
        static const char dot[] = ".\r\n";
        struct txn *t = s->slot[0];
        bool good = outcome_goes_on(smtp_stage_of(what), reply->code);

        if (!good && reply->code < 400) {
                astray(s, "a reply that does not fit its command", reply, now);
                return;
        }
        if (what == ASKED_RCPT)
                t->rcpt_ok = good;
        if (what != ASKED_DATA || !good)
                return;
        if (t->rcpt_ok) { /* the lone dot would be an empty letter to somebody */
                astray(s, "DATA was allowed for a refused envelope", reply, now);
                return;
        }
        smtp_queue(s, dot, sizeof(dot) - 1, now);
        smtp_await(s, ASKED_LONE_DOT);
}

static void on_mail(struct smtp *s, const struct reply *reply, int64_t now)
{
        struct txn *t = s->slot[0];

        t->answered = true;
        if (!outcome_goes_on(STAGE_MAIL, reply->code))
                refuse(s, STAGE_MAIL, reply, now);
        else if (!s->pipelining)
                ask_part(s, t, ASKED_RCPT, now);
}

static void on_rcpt(struct smtp *s, const struct reply *reply, int64_t now)
{
        struct txn *t = s->slot[0];

        if (!outcome_goes_on(STAGE_RCPT, reply->code)) {
                refuse(s, STAGE_RCPT, reply, now);
                return;
        }
        t->rcpt_ok = true;
        if (!s->pipelining)
                ask_part(s, t, ASKED_DATA, now);
}

static void on_data(struct smtp *s, const struct reply *reply, int64_t now)
{
        struct smtp_event go = {.type = SMTP_GO, .tag = s->slot[0]->tag};

        if (!outcome_goes_on(STAGE_DATA, reply->code)) {
                refuse(s, STAGE_DATA, reply, now);
                return;
        }
        smtp_step(s->slot[0], STEP_GO);
        smtp_push_event(s, &go);
}

static void on_dot(struct smtp *s, const struct reply *reply, int64_t now)
{
        struct outcome o = outcome_judge(STAGE_DOT, reply, true, s->accepted > 0);

        if (o.verdict == VERDICT_RELAYED)
                s->accepted++;
        smtp_report(s, s->slot[0], &o, now);
        smtp_drop(s);
        if (o.close)
                smtp_end(s, WHY_JUDGED, reply, &o, now);
}

/*
 * A reply that no command of ours has earned. While a letter is going out a
 * refusal is the relay's early word on it; it cannot be withdrawn half-way, so
 * the line closes before the dot. Anything else means we are out of step.
 */
static void unasked(struct smtp *s, const struct reply *reply, int64_t now)
{
        struct txn *t = s->slot[0];
        bool letter = t && (t->step == STEP_BODY || t->step == STEP_GO);
        int class = reply->code / 100;

        if ((letter && class >= 4) || reply->code == 421) {
                struct outcome o = outcome_judge(smtp_stage(s), reply, false, t && s->accepted);

                if (letter) {
                        smtp_report(s, t, &o, now);
                        smtp_drop(s);
                }
                smtp_end(s, WHY_JUDGED, reply, &o, now);
                return;
        }
        astray(s, "a reply to no command", reply, now);
}

/* Replies after which nothing of the refused envelope is owed let the next one in. */
static void settle(struct smtp *s)
{
        if (!s->ended && s->slot[0] && s->slot[0]->step == STEP_REFUSED && !s->nawaited)
                smtp_drop(s);
}

static void on_reply(struct smtp *s, const struct reply *reply, int64_t now)
{
        enum asked what = s->nawaited ? s->awaited[0].what : ASKED_QUIT;
        bool refused = s->slot[0] && s->slot[0]->step == STEP_REFUSED;

        if (s->reply_early || !smtp_awaits_sent(s)) {
                unasked(s, reply, now);
                return;
        }
        smtp_await_done(s);
        s->last_reply = now;
        if (what == ASKED_QUIT) {
                smtp_end(s, WHY_ABORT, reply, NULL, now);
        } else if (reply->code == 421 && (refused || what == ASKED_RSET)) {
                struct outcome o = outcome_judge(smtp_stage_of(what), reply, false, false);

                smtp_end(s, WHY_JUDGED, reply, &o, now);
        } else if (what == ASKED_RSET) {
                if (!outcome_goes_on(STAGE_MAIL, reply->code))
                        astray(s, "RSET was refused", reply, now);
        } else if (refused) {
                drained(s, what, reply, now);
        } else if (what == ASKED_MAIL) {
                on_mail(s, reply, now);
        } else if (what == ASKED_RCPT) {
                on_rcpt(s, reply, now);
        } else if (what == ASKED_DATA) {
                on_data(s, reply, now);
        } else {
                on_dot(s, reply, now);
        }
        settle(s);
        pump(s, now);
}

void smtp_input(struct smtp *s, const char *p, size_t n, int64_t now)
{
        while (n && !s->ended) {
                size_t used;
                int r;

                if (reply_reader_idle(&s->reader))
                        s->reply_early = !smtp_awaits_sent(s);
                crash_at(s->slot[0] ? s->slot[0]->delivery : 0);
                r = reply_read(&s->reader, p, n, &used);
                p += used;
                n -= used;
                if (r < 0)
                        smtp_end(s, WHY_ASTRAY, &s->reader.reply, NULL, now);
                else if (r > 0)
                        on_reply(s, &s->reader.reply, now);
        }
        crash_at(0);
}

/* --- verbs ----------------------------------------------------------------- */

struct smtp *smtp_new(const struct smtp_opts *opts)
{
        struct smtp *s = mem_zalloc(sizeof(*s));
        struct smtp_opts *o = &s->opts;

        *o = *opts;
        o->mail_ms = o->mail_ms ? o->mail_ms : 5 * CLOCK_MIN; /* RFC 5321 4.5.3.2 */
        o->rcpt_ms = o->rcpt_ms ? o->rcpt_ms : 5 * CLOCK_MIN;
        o->data_ms = o->data_ms ? o->data_ms : 2 * CLOCK_MIN;
        o->block_ms = o->block_ms ? o->block_ms : 3 * CLOCK_MIN;
        o->dot_ms = o->dot_ms ? o->dot_ms : 10 * CLOCK_MIN;
        s->pipelining = o->pipelining && o->caps.pipelining;
        return s;
}

void smtp_free(struct smtp *s)
{
        if (!s)
                return;
        txn_free(s->slot[0]);
        txn_free(s->slot[1]);
        free(s->run);
        free(s->event);
        free(s);
}

void smtp_freep(struct smtp **s)
{
        smtp_free(*s);
        *s = NULL;
}

unsigned smtp_room(const struct smtp *s)
{
        if (s->ended || s->quitting || s->slot[1])
                return 0;
        return !s->slot[0] || s->pipelining;
}

/* What needs no relay to be known: true when the envelope is finished by it. */
static bool settled_at_home(struct smtp *s, const struct smtp_envelope *e)
{
        const struct smtp_caps *caps = &s->opts.caps;
        struct smtp_event done = {.type = SMTP_DONE, .tag = e->tag};

        if (!caps->smtputf8 && !smtp_is_ascii(e->from))
                done.outcome = outcome_local(
                        VERDICT_REFUSED, BLAME_SENDER, STAGE_MAIL, 553, "5.6.7",
                        "the relay does not offer SMTPUTF8, which the sender's address needs");
        else if (!caps->smtputf8 && !smtp_is_ascii(e->rcpt))
                done.outcome =
                        outcome_local(VERDICT_REFUSED, BLAME_NOBODY, STAGE_RCPT, 553, "5.6.7",
                                      "the relay does not offer SMTPUTF8, which the address needs");
        else if (caps->size_max && e->size > caps->size_max)
                done.outcome = outcome_local(VERDICT_REFUSED, BLAME_CONTENT, STAGE_MAIL, 552,
                                             "5.3.4", "the letter is larger than the relay takes");
        else
                return false;
        smtp_push_event(s, &done);
        return true;
}

int smtp_envelope(struct smtp *s, const struct smtp_envelope *e, int64_t now)
{
        struct txn *t;
        int r;

        assert(smtp_room(s));
        r = smtp_check_envelope(e);
        if (r < 0)
                return r;
        if (settled_at_home(s, e))
                return 0;
        t = mem_zalloc(sizeof(*t));
        t->tag = e->tag;
        t->delivery = e->delivery;
        t->began = -1;
        smtp_commands(&s->opts.caps, e, t);
        s->slot[s->slot[0] ? 1 : 0] = t;
        pump(s, now);
        return 0;
}

static bool ends_in_crlf(const struct slice *v, size_t n)
{
        static const char end[] = "\n\r";
        size_t have = 0;

        while (n-- && have < 2)
                for (size_t i = v[n].n; i && have < 2; i--)
                        if (v[n].p[i - 1] != end[have++])
                                return false;
        return have == 2;
}

void smtp_letter(struct smtp *s, const struct slice *v, size_t n, int64_t now)
{
        static const char dot[] = ".\r\n";

        if (s->ended) /* the line went while data_at was written; that was reported */
                return;
        assert(s->slot[0]);
        assert(ends_in_crlf(v, n));
        smtp_step(s->slot[0], STEP_BODY);
        for (size_t i = 0; i < n; i++)
                smtp_queue(s, v[i].p, v[i].n, now);
        smtp_queue(s, dot, sizeof(dot) - 1, now);
        smtp_await(s, ASKED_DOT);
        pump(s, now);
}

void smtp_closed(struct smtp *s, const char *why, int64_t now)
{
        if (s->ended)
                return;
        if (s->nawaited && s->awaited[0].what == ASKED_QUIT)
                smtp_end_text(s, WHY_ABORT, why, now);
        else
                smtp_end_text(s, WHY_CLOSED, why, now);
}

void smtp_quit(struct smtp *s, int64_t now)
{
        if (s->ended || s->quitting)
                return;
        s->quitting = true;
        pump(s, now);
}

void smtp_abort(struct smtp *s, const char *why, int64_t now)
{
        if (!s->ended)
                smtp_end_text(s, WHY_ABORT, why, now);
}

bool smtp_event(struct smtp *s, struct smtp_event *ret)
{
        if (s->event_first == s->nevent) {
                s->event_first = s->nevent = 0;
                return false;
        }
        *ret = s->event[s->event_first++];
        return true;
}

unsigned smtp_accepted(const struct smtp *s)
{
        return s->accepted;
}

bool smtp_dot_open(const struct smtp *s)
{
        return s->slot[0] && s->slot[0]->step == STEP_BODY && smtp_awaits_sent(s);
}
