// SPDX-License-Identifier: MIT
/* What is answered: the normal reply, or what a rule of the script makes of it. */
#include "smtpd.h"

#include "press/mem.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct buf said = {.s = (char *) "", .max = 64u << 20}; /* between plan and commit */

static void add_line(int code, bool more, const char *enh, const char *text, size_t n)
{
        char head[4] = {(char) ('0' + code / 100), (char) ('0' + code / 10 % 10),
                        (char) ('0' + code % 10), more ? '-' : ' '};

        buf_add(&said, head, 4);
        if (enh && *enh) {
                buf_adds(&said, enh);
                buf_addc(&said, ' ');
        }
        buf_add(&said, text, n);
        buf_add(&said, "\r\n", 2);
}

static void add_text(int code, const char *enh, const char *text)
{
        for (;;) {
                size_t n = strcspn(text, "\n");

                add_line(code, text[n] == '\n', enh, text, n);
                if (!text[n])
                        return;
                text += n + 1;
        }
}

static void add_lines(int code, const char *enh, unsigned lines)
{
        for (unsigned i = 1; i <= lines; i++) {
                char text[32];
                int n = snprintf(text, sizeof(text), "line %u of %u", i, lines);

                add_line(code, i < lines, enh, text, (size_t) n);
        }
}

static void add_long(int code, const char *enh, unsigned bytes)
{
        char *text = mem_alloc(bytes);

        memset(text, 'x', bytes);
        add_line(code, false, enh, text, bytes);
        free(text);
}

/* The code that raw bytes amount to, 0 when they are no reply. */
static int code_of(const char *p, size_t n)
{
        if (n < 4 || !isdigit((unsigned char) p[0]) || !isdigit((unsigned char) p[1]) ||
            !isdigit((unsigned char) p[2]) || (p[3] != ' ' && p[3] != '-'))
                return 0;
        return (p[0] - '0') * 100 + (p[1] - '0') * 10 + (p[2] - '0');
}

static int compose(const struct action *a, int code, const char *enh, const char *text)
{
        if (a && a->silent)
                return 0;
        if (a && a->raw) {
                buf_add(&said, a->raw, a->raw_len);
                return code_of(a->raw, a->raw_len);
        }
        if (a && a->code) {
                code = a->code;
                enh = a->enhanced;
                text = a->text;
        }
        if (a && a->lines)
                add_lines(code, enh, a->lines);
        else if (a && a->long_bytes)
                add_long(code, enh, a->long_bytes);
        else
                add_text(code, enh, text);
        if (a && a->extra)
                buf_add(&said, a->extra, a->extra_len);
        return code;
}

struct reply reply_plan(struct conn *c, enum smtpd_stage stage, const char *line, size_t n,
                        int code, const char *enh, const char *text)
{
        const struct rule *rule = script_find(c->srv->script, stage, c->id, line, n);
        const struct action *a = rule ? &rule->action : NULL;
        struct reply r = {.action = a};

        buf_clear(&said);
        if (!session_offer(c)->enhanced || !c->s.ehlo)
                enh = NULL;
        r.code = compose(a, code, enh, text);
        r.save = (a && a->save) || r.code / 100 == 2;
        r.end = a && a->end != END_NONE ? a->end : r.code == 421 ? END_DROP : END_NONE;
        return r;
}

const char *reply_first(const struct reply *r, size_t *ret_n)
{
        static const char withheld[] = "dropped";

        *ret_n = r->code ? strcspn(said.s, "\r\n") : strlen(withheld);
        return r->code ? said.s : withheld;
}

void reply_commit(struct conn *c, const struct reply *r)
{
        const struct action *a = r->action;
        struct record *rec = c->srv->record;

        conn_mark(c);
        if (!a || (!a->delay_ms && !a->trickle_ms)) {
                conn_say(c, said.s, said.len);
                conn_end(c, r->end);
                return;
        }
        if (a->delay_ms)
                record_note(rec, c->id, "--", "delay %u ms", a->delay_ms);
        if (a->trickle_ms)
                record_note(rec, c->id, "--", "trickle, a byte each %u ms", a->trickle_ms);
        buf_clear(&c->hold.bytes);
        buf_add(&c->hold.bytes, said.s, said.len);
        c->hold.active = true;
        c->hold.trickle_ms = a->trickle_ms;
        c->hold.end = r->end;
        conn_wake_at(c, c->srv->now + a->delay_ms);
}

int reply_say(struct conn *c, enum smtpd_stage stage, const char *line, size_t n, int code,
              const char *enh, const char *text)
{
        struct reply r = reply_plan(c, stage, line, n, code, enh, text);

        reply_commit(c, &r);
        return r.code;
}

void reply_act(struct conn *c, const struct action *a)
{
        struct reply r = {.action = a, .end = a->end};

        buf_clear(&said);
        if (a->raw || a->code)
                r.code = compose(a, a->code, NULL, "");
        else if (a->extra)
                buf_add(&said, a->extra, a->extra_len);
        reply_commit(c, &r);
}
