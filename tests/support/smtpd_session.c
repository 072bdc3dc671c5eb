// SPDX-License-Identifier: MIT
/* The commands of RFC 5321, pipelined as RFC 2920 has it. */
#include "smtpd.h"

#include "press/mem.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define BODY_MAX (256u << 20) /* bytes; a larger letter is a fault of the test */

const struct ehlo *session_offer(const struct conn *c)
{
        return &c->srv->script->ehlo[c->tls && !c->handshaking];
}

void session_forget(struct conn *c)
{
        struct session *s = &c->s;

        s->in_mail = s->utf8 = s->eight_bit = false;
        s->n_rcpt = 0;
        s->mode = MODE_COMMAND;
        s->body_rule = NULL;
        buf_clear(&s->from);
        buf_clear(&s->mail_args);
        buf_clear(&s->rcpts);
        buf_clear(&s->rcpt_args);
        buf_clear(&s->envelope);
        if (s->body.size > 1u << 20)
                buf_done(&s->body);
        else
                buf_clear(&s->body);
}

void session_done(struct conn *c)
{
        struct buf *all[] = {&c->s.helo,      &c->s.from,     &c->s.mail_args, &c->s.rcpts,
                             &c->s.rcpt_args, &c->s.envelope, &c->s.body,      &c->s.auth_user};

        for (size_t i = 0; i < COUNT_OF(all); i++)
                buf_done(all[i]);
}

void session_reset_tls(struct conn *c)
{
        session_done(c);
        c->s = (struct session){.helo = BUF(SMTPD_LINE_MAX),
                                .from = BUF(SMTPD_LINE_MAX),
                                .mail_args = BUF(SMTPD_LINE_MAX),
                                .rcpts = BUF(16u << 20),
                                .rcpt_args = BUF(16u << 20),
                                .envelope = BUF(64u << 20),
                                .body = BUF(BODY_MAX),
                                .auth_user = BUF(SMTPD_LINE_MAX)};
}

void session_lost(struct conn *c)
{
        if (c->s.mode == MODE_DATA)
                record_note(c->srv->record, c->id, "--", "cut off after %zu bytes of the letter",
                            c->s.body.len);
        session_forget(c);
}

void session_greet(struct conn *c)
{
        const struct server *srv = c->srv;
        char line[64], text[300];
        int n = snprintf(line, sizeof(line), "connect %u", c->id), code;

        if (srv->script->max_connections && srv->n_conns > srv->script->max_connections) {
                reply_say(c, STAGE_CONNECT, line, (size_t) n, 421, NULL, "Too many connections");
                return;
        }
        snprintf(text, sizeof(text), "%s ESMTP catcher", srv->name);
        code = reply_say(c, STAGE_CONNECT, line, (size_t) n, 220, NULL, text);
        c->s.refused = code / 100 == 5;
}

/* --- commands; line is terminated */

static void on_hello(struct conn *c, enum smtpd_stage stage, const char *line, size_t n)
{
        const struct server *srv = c->srv;
        const struct ehlo *o = session_offer(c);
        CLEANUP(buf_done) struct buf text = BUF(64u << 10);
        bool ehlo = stage == STAGE_EHLO, known = n > 5 && line[5] != ' ';
        int code = !known ? 501 : ehlo && srv->script->no_ehlo ? 502 : 250;

        buf_addf(&text, "%s", code == 250 ? srv->name : "No");
        for (size_t i = 0; ehlo && code == 250 && i < o->n; i++)
                buf_addf(&text, "\n%s", o->line[i]);
        session_forget(c);
        c->s.ehlo = false;
        if (reply_say(c, stage, line, n, code, NULL, text.s) / 100 != 2 || !known)
                return;
        c->s.greeted = true;
        c->s.ehlo = ehlo;
        buf_clear(&c->s.helo);
        buf_adds(&c->s.helo, line + 5);
}

static void on_starttls(struct conn *c, enum smtpd_stage stage, const char *line, size_t n)
{
        bool can = c->srv->keys && session_offer(c)->starttls && c->s.ehlo && !c->tls;

        if (!can)
                reply_say(c, stage, line, n, 503, "5.5.1", "STARTTLS was not offered");
        else if (reply_say(c, stage, line, n, 220, "2.0.0", "Begin") == 220)
                c->want_tls = true;
}

static void on_auth(struct conn *c, enum smtpd_stage stage, const char *line, size_t n)
{
        (void) stage;
        auth_begin(c, line, n);
}

static void on_mail(struct conn *c, enum smtpd_stage stage, const char *line, size_t n)
{
        const struct script *s = c->srv->script;

        if (!c->s.greeted || c->s.in_mail)
                reply_say(c, stage, line, n, 503, "5.5.1", "Not now");
        else if (s->auth_required && !c->s.authenticated)
                reply_say(c, stage, line, n, 530, "5.7.0", "Authenticate first");
        else if (s->max_messages && c->s.n_mails >= s->max_messages)
                reply_say(c, stage, line, n, 421, "4.7.0", "Enough on this connection");
        else if (path_mail(c, line, n) == 0)
                c->s.in_mail =
                        reply_say(c, stage, line, n, 250, "2.1.0", "Sender taken") / 100 == 2;
}

static void on_rcpt(struct conn *c, enum smtpd_stage stage, const char *line, size_t n)
{
        if (!c->s.in_mail)
                reply_say(c, stage, line, n, 503, "5.5.1", "MAIL first");
        else
                path_rcpt(c, line, n);
}

static int answer_data(struct conn *c)
{
        const char *env = c->s.envelope.s;
        size_t n = c->s.envelope.len;

        if (!c->s.in_mail)
                return reply_say(c, STAGE_DATA, env, n, 503, "5.5.1", "MAIL first");
        if (!c->s.n_rcpt)
                return reply_say(c, STAGE_DATA, env, n, 554, "5.5.1", "No recipient was taken");
        return reply_say(c, STAGE_DATA, env, n, 354, NULL, "Go on, end with a dot");
}

static void on_data(struct conn *c, enum smtpd_stage stage, const char *line, size_t n)
{
        struct session *s = &c->s;

        (void) stage, (void) line, (void) n;
        if (answer_data(c) != 354)
                return;
        s->mode = MODE_DATA;
        s->data = (struct data){0};
        buf_clear(&s->body);
        s->body_rule =
                script_find(c->srv->script, STAGE_BODY, c->id, s->envelope.s, s->envelope.len);
}

static void on_rset(struct conn *c, enum smtpd_stage stage, const char *line, size_t n)
{
        if (reply_say(c, stage, line, n, 250, "2.0.0", "Forgotten") / 100 == 2)
                session_forget(c);
}

static void on_noop(struct conn *c, enum smtpd_stage stage, const char *line, size_t n)
{
        reply_say(c, stage, line, n, 250, "2.0.0", "Done nothing");
}

static void on_quit(struct conn *c, enum smtpd_stage stage, const char *line, size_t n)
{
        struct reply r = reply_plan(c, stage, line, n, 221, "2.0.0", "Bye");

        if (r.end == END_NONE && r.code / 100 == 2)
                r.end = END_DROP;
        reply_commit(c, &r);
}

static void on_vrfy(struct conn *c, enum smtpd_stage stage, const char *line, size_t n)
{
        reply_say(c, stage, line, n, 252, "2.5.0", "Try and see");
}

static void on_other(struct conn *c, enum smtpd_stage stage, const char *line, size_t n)
{
        reply_say(c, stage, line, n, 500, "5.5.1", "What?");
}

static const struct command {
        const char *verb;
        enum smtpd_stage stage;
        void (*act)(struct conn *c, enum smtpd_stage stage, const char *line, size_t n);
        bool last; /* RFC 2920 section 3.1: nothing may follow it unanswered */
} commands[] = {
        {"MAIL", STAGE_MAIL, on_mail, false},
        {"RCPT", STAGE_RCPT, on_rcpt, false},
        {"DATA", STAGE_DATA, on_data, true},
        {"EHLO", STAGE_EHLO, on_hello, true},
        {"HELO", STAGE_HELO, on_hello, true},
        {"RSET", STAGE_RSET, on_rset, false},
        {"QUIT", STAGE_QUIT, on_quit, true},
        {"NOOP", STAGE_NOOP, on_noop, true},
        {"STARTTLS", STAGE_STARTTLS, on_starttls, true},
        {"AUTH", STAGE_AUTH, on_auth, true},
        {"VRFY", STAGE_OTHER, on_vrfy, true},
        {"", STAGE_OTHER, on_other, true},
};

static const struct command *find_command(const char *line)
{
        size_t n = strcspn(line, " "), i = 0;

        while (*commands[i].verb &&
               (strlen(commands[i].verb) != n || strncasecmp(line, commands[i].verb, n)))
                i++;
        return &commands[i];
}

static void do_command(struct conn *c, const char *line, size_t n, bool more)
{
        const struct command *k = find_command(line);

        if (more && (k->last || !session_offer(c)->pipelining || !c->s.ehlo))
                record_note(c->srv->record, c->id, "!!", "input before the reply to %.20s", line);
        if (c->s.refused && k->stage != STAGE_QUIT)
                reply_say(c, k->stage, line, n, 503, NULL, "There is no service here");
        else if (strlen(line) != n)
                reply_say(c, STAGE_OTHER, line, n, 500, "5.5.2", "A NUL in a command");
        else
                k->act(c, k->stage, line, n);
}

/* --- the letter */

static struct reply judge_letter(struct conn *c)
{
        const struct session *s = &c->s;
        const char *env = s->envelope.s;
        size_t n = s->envelope.len, limit = session_offer(c)->size;

        if (!s->n_rcpt)
                return reply_plan(c, STAGE_DOT, env, n, 554, "5.5.1", "No recipient was taken");
        if (s->body.over || (limit && s->ehlo && s->body.len > limit))
                return reply_plan(c, STAGE_DOT, env, n, 552, "5.3.4", "Too large a letter");
        return reply_plan(c, STAGE_DOT, env, n, 250, "2.0.0", "The letter is kept");
}

static void end_letter(struct conn *c, bool more)
{
        struct record *rec = c->srv->record;
        struct reply r = judge_letter(c);
        size_t n;
        const char *first = reply_first(&r, &n);

        record_note(rec, c->id, "C:", "<%zu bytes>", c->s.body.len);
        record_line(rec, c->id, "C:", ".", 1);
        if (more && (!session_offer(c)->pipelining || !c->s.ehlo))
                record_note(rec, c->id, "!!", "input before the reply to the dot");
        record_mail(rec, c->id, c->tls, &c->s, r.save && !c->s.body.over, first, n);
        c->s.n_mails++;
        session_forget(c);
        reply_commit(c, &r);
}

static void act_in_letter(struct conn *c)
{
        const struct rule *rule = c->s.body_rule;

        c->s.body_rule = NULL;
        record_note(c->srv->record, c->id, "C:", "<%zu bytes, not all>", c->s.body.len);
        reply_act(c, &rule->action);
}

/* The body's rule acts once so much has come; no byte behind that is read before. */
static size_t feed_letter(struct conn *c, const char *p, size_t n)
{
        struct session *s = &c->s;
        const struct rule *rule = s->body_rule;
        size_t part = n, used;
        bool end;

        if (rule && rule->after > s->body.len && rule->after - s->body.len < n)
                part = rule->after - s->body.len;
        if (rule && s->body.len >= rule->after) {
                act_in_letter(c);
                return 0;
        }
        used = data_feed(&s->data, c->srv->lenient, p, part, &s->body, &end);
        if (end)
                end_letter(c, used < n);
        else if (rule && s->body.len >= rule->after)
                act_in_letter(c);
        return used;
}

/* --- the stream */

static size_t too_long(struct conn *c, size_t n)
{
        if (!c->s.skip_line)
                reply_say(c, STAGE_OTHER, "", 0, 500, "5.5.2", "Too long a line");
        c->s.skip_line = true;
        return n;
}

static size_t strip_nuls(char *line, size_t n)
{
        size_t kept = 0;

        for (size_t i = 0; i < n; i++)
                if (line[i])
                        line[kept++] = line[i];
        line[kept] = '\0';
        return kept;
}

static size_t feed_line(struct conn *c, const char *p, size_t n)
{
        static char line[SMTPD_LINE_MAX + 1];
        size_t len, used = data_command_line(c->srv->lenient, p, n, &len);

        if (!used)
                return n > SMTPD_LINE_MAX ? too_long(c, n - 1) : 0;
        if (c->s.skip_line || len > SMTPD_LINE_MAX) {
                too_long(c, used);
                c->s.skip_line = false;
                return used;
        }
        memcpy(line, p, len);
        line[len] = '\0';
        if (c->srv->lenient == LENIENT_NUL)
                len = strip_nuls(line, len);
        record_line(c->srv->record, c->id, "C:", line, len);
        if (c->s.mode == MODE_AUTH)
                auth_continue(c, line, len);
        else
                do_command(c, line, len, used < n);
        if (c->want_tls && used < n) { /* RFC 3207 section 4.2: what came in clear is forgotten */
                record_note(c->srv->record, c->id, "!!", "%zu bytes behind STARTTLS", n - used);
                return n;
        }
        return used;
}

size_t session_feed(struct conn *c, const char *p, size_t n)
{
        size_t at = 0;

        while (at < n && !conn_stalled(c)) {
                bool data = c->s.mode == MODE_DATA;
                size_t used = data ? feed_letter(c, p + at, n - at) : feed_line(c, p + at, n - at);

                if (!used && !data) /* a line that is not whole yet */
                        break;
                at += used;
        }
        return at;
}
