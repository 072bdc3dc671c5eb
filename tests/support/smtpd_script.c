// SPDX-License-Identifier: MIT
/* The reading half of smtpd_script.h; smtpd_rule.c has the other. */
#include "smtpd_script.h"

#include "press/buf.h"
#include "press/mem.h"
#include "smtpd_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MS_MAX 86400000u

static const char GARBAGE[] = "\x1b[2J\xff\xfe this is no reply \0\r\n";

static const char *const STAGES[] = {
        [STAGE_CONNECT] = "connect",   [STAGE_EHLO] = "ehlo", [STAGE_HELO] = "helo",
        [STAGE_STARTTLS] = "starttls", [STAGE_TLS] = "tls",   [STAGE_AUTH] = "auth",
        [STAGE_MAIL] = "mail",         [STAGE_RCPT] = "rcpt", [STAGE_DATA] = "data",
        [STAGE_BODY] = "body",         [STAGE_DOT] = "dot",   [STAGE_RSET] = "rset",
        [STAGE_NOOP] = "noop",         [STAGE_QUIT] = "quit", [STAGE_OTHER] = "other",
        [STAGE_ANY] = "any",
};

static bool read_stage(struct words *w, enum smtpd_stage *ret)
{
        for (size_t i = 0; i < COUNT_OF(STAGES); i++)
                if (words_take(w, STAGES[i])) {
                        *ret = (enum smtpd_stage) i;
                        return true;
                }
        return false;
}

static bool is_enhanced(const char *s)
{
        unsigned a, b, c;
        char end;

        return sscanf(s, "%1u.%3u.%3u%c", &a, &b, &c, &end) == 3;
}

static const char *read_reply(struct words *w, struct action *a)
{
        unsigned code;
        const struct word *text;

        if (!words_take_number(w, 999, &code) || code < 100)
                return "reply needs a code of three digits";
        a->code = (int) code;
        if (is_enhanced(words_peek(w)))
                a->enhanced = mem_strdup(w->w[w->at++].s);
        text = words_take_string(w);
        a->text = mem_strdup(text ? text->s : "as the script says");
        return NULL;
}

static const char *read_bytes(struct words *w, char **ret, size_t *ret_len)
{
        const struct word *s = words_take_string(w);

        if (!s)
                return "a quoted string is missing";
        *ret = mem_dup(s->s, s->len + 1);
        *ret_len = s->len;
        return NULL;
}

static const char *read_number(struct words *w, unsigned max, unsigned *ret)
{
        return words_take_number(w, max, ret) ? NULL : "a number is missing or too large";
}

static bool read_end(struct words *w, struct action *a)
{
        static const struct {
                const char *word;
                enum smtpd_end end;
        } ends[] = {{"drop", END_DROP},
                    {"reset", END_RESET},
                    {"hang", END_HANG},
                    {"stop-reading", END_DEAF},
                    {"save-then-drop", END_DROP}};

        for (size_t i = 0; i < COUNT_OF(ends); i++)
                if (words_take(w, ends[i].word)) {
                        a->end = ends[i].end;
                        a->save |= !strcmp(ends[i].word, "save-then-drop");
                        return true;
                }
        return false;
}

static const char *read_action_word(struct words *w, struct action *a, bool *speaks)
{
        if (read_end(w, a))
                return NULL;
        if (words_take(w, "delay"))
                return read_number(w, MS_MAX, &a->delay_ms);
        if (words_take(w, "save")) {
                a->save = true;
                return NULL;
        }
        *speaks = true;
        if (words_take(w, "reply"))
                return read_reply(w, a);
        if (words_take(w, "trickle"))
                return read_number(w, MS_MAX, &a->trickle_ms);
        if (words_take(w, "lines"))
                return read_number(w, 100000, &a->lines);
        if (words_take(w, "long"))
                return read_number(w, 32u << 20, &a->long_bytes);
        if (words_take(w, "raw"))
                return read_bytes(w, &a->raw, &a->raw_len);
        if (words_take(w, "extra"))
                return read_bytes(w, &a->extra, &a->extra_len);
        if (words_take(w, "garbage")) {
                a->raw = mem_dup(GARBAGE, sizeof(GARBAGE));
                a->raw_len = sizeof(GARBAGE) - 1;
                return NULL;
        }
        if (words_take(w, "accept-then-drop")) {
                a->save = true;
                a->end = END_DROP;
                return NULL;
        }
        return "no such action";
}

static const char *read_actions(struct words *w, struct action *a)
{
        bool speaks = false;

        if (w->at == w->n)
                return "an action is missing";
        while (w->at < w->n) {
                const char *wrong = read_action_word(w, a, &speaks);

                if (wrong)
                        return wrong;
        }
        a->silent = a->end != END_NONE && !speaks;
        if (a->code && !a->enhanced)
                a->enhanced = mem_strdup("");
        return NULL;
}

static const char *read_which(struct words *w, struct rule *r)
{
        unsigned after = 0, percent;

        if (words_take(w, "match")) {
                const struct word *s = words_take_string(w);

                if (!s)
                        return "match needs a quoted string";
                free(r->match);
                r->match = mem_strdup(s->s);
                return NULL;
        }
        if (words_take(w, "count"))
                return read_number(w, UINT32_MAX, &r->count);
        if (words_take(w, "nth"))
                return read_number(w, UINT32_MAX, &r->nth);
        if (words_take(w, "every"))
                return read_number(w, UINT32_MAX, &r->every);
        if (words_take(w, "each"))
                return read_number(w, UINT32_MAX, &r->each);
        if (words_take(w, "conn"))
                return read_number(w, UINT32_MAX, &r->conn);
        if (words_take(w, "chance")) {
                if (!words_take_number(w, 100, &percent) || !percent)
                        return "chance needs a percentage from 1 to 100";
                r->chance = percent / 100.0;
                return NULL;
        }
        if (r->stage == STAGE_BODY && words_take(w, "after")) {
                if (!words_take_number(w, UINT32_MAX, &after))
                        return "after needs a number of bytes";
                r->after = after;
                return NULL;
        }
        return "unknown condition, or do is missing";
}

static const char *read_rule(struct script *s, struct words *w)
{
        struct rule *r;

        s->rule = mem_realloc(s->rule, s->n + 1, sizeof(*s->rule));
        r = &s->rule[s->n++];
        *r = (struct rule){.match = mem_strdup("")};
        if (!read_stage(w, &r->stage))
                return "no such stage";
        while (!words_take(w, "do")) {
                const char *wrong = read_which(w, r);

                if (wrong)
                        return wrong;
        }
        return read_actions(w, &r->action);
}

static bool has_keyword(const char *line, const char *keyword)
{
        size_t n = strcspn(keyword, " ");

        return !strncasecmp(line, keyword, n) && (line[n] == '\0' || line[n] == ' ');
}

static void ehlo_without(struct ehlo *o, const char *keyword)
{
        size_t kept = 0;

        for (size_t i = 0; i < o->n; i++) {
                if (has_keyword(o->line[i], keyword))
                        free(o->line[i]);
                else
                        o->line[kept++] = o->line[i];
        }
        o->n = kept;
}

static bool ehlo_add(struct ehlo *o, const char *line)
{
        ehlo_without(o, line);
        if (o->n == COUNT_OF(o->line))
                return false;
        o->line[o->n++] = mem_strdup(line);
        return true;
}

static const char *read_ehlo(struct script *s, struct words *w)
{
        bool clear = !words_take(w, "after-tls");
        bool secure = !clear || !words_take(w, "before-tls");
        bool set = words_take(w, "set"), without = !set && words_take(w, "without");
        const struct word *line;

        if (!set && !without && !words_take(w, "add"))
                return "ehlo needs set, add or without";
        for (int i = 0; set && i < 2; i++)
                while ((i ? secure : clear) && s->ehlo[i].n)
                        free(s->ehlo[i].line[--s->ehlo[i].n]);
        while ((line = words_take_string(w)))
                for (int i = 0; i < 2; i++) {
                        if (!(i ? secure : clear) || (i && has_keyword(line->s, "STARTTLS")))
                                continue;
                        if (without)
                                ehlo_without(&s->ehlo[i], line->s);
                        else if (!ehlo_add(&s->ehlo[i], line->s))
                                return "too many extensions";
                }
        return NULL;
}

static const char *read_auth(struct script *s, struct words *w)
{
        const struct word *user, *pass;

        if (!words_take(w, "user") || !(user = words_take_string(w)) || !words_take(w, "pass") ||
            !(pass = words_take_string(w)))
                return "auth is written: auth user \"U\" pass \"P\"";
        free(s->user);
        free(s->pass);
        s->user = mem_strdup(user->s);
        s->pass = mem_strdup(pass->s);
        s->auth_required = words_take(w, "required");
        for (int i = 0; i < 2; i++)
                if (!ehlo_add(&s->ehlo[i], "AUTH PLAIN LOGIN"))
                        return "too many extensions";
        return NULL;
}

static const char *read_line(struct script *s, struct words *w)
{
        const struct word *string;
        unsigned seed;

        if (words_take(w, "on"))
                return read_rule(s, w);
        if (words_take(w, "ehlo"))
                return read_ehlo(s, w);
        if (words_take(w, "auth"))
                return read_auth(s, w);
        if (words_take(w, "max-connections"))
                return read_number(w, UINT32_MAX, &s->max_connections);
        if (words_take(w, "max-messages"))
                return read_number(w, UINT32_MAX, &s->max_messages);
        if (words_take(w, "no-ehlo")) {
                s->no_ehlo = true;
                return NULL;
        }
        if (words_take(w, "seed")) {
                if (!words_take_number(w, UINT32_MAX, &seed))
                        return "seed needs a number";
                s->random = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
                return NULL;
        }
        if (words_take(w, "tls-priority")) {
                string = words_take_string(w);
                if (!string)
                        return "tls-priority needs a quoted string";
                free(s->tls_priority);
                s->tls_priority = mem_strdup(string->s);
                return NULL;
        }
        return "unknown word";
}

static void ehlo_facts(struct ehlo *o)
{
        for (size_t i = 0; i < o->n; i++) {
                const char *line = o->line[i];

                o->pipelining |= has_keyword(line, "PIPELINING");
                o->eight_bit |= has_keyword(line, "8BITMIME");
                o->dsn |= has_keyword(line, "DSN");
                o->enhanced |= has_keyword(line, "ENHANCEDSTATUSCODES");
                o->utf8 |= has_keyword(line, "SMTPUTF8");
                o->starttls |= has_keyword(line, "STARTTLS");
                o->auth |= has_keyword(line, "AUTH");
                if (has_keyword(line, "SIZE")) {
                        o->size = line[4] ? strtoull(line + 5, NULL, 10) : 0;
                        if (!o->size) /* RFC 1870 4: no fixed limit, but the parameter is taken */
                                o->size = SIZE_MAX;
                }
        }
}

void script_free(struct script *s)
{
        if (!s)
                return;
        script_free(s->older);
        for (size_t i = 0; i < s->n; i++) {
                free(s->rule[i].match);
                free(s->rule[i].seen);
                free(s->rule[i].action.enhanced);
                free(s->rule[i].action.text);
                free(s->rule[i].action.raw);
                free(s->rule[i].action.extra);
        }
        for (int i = 0; i < 2; i++)
                while (s->ehlo[i].n)
                        free(s->ehlo[i].line[--s->ehlo[i].n]);
        free(s->rule);
        free(s->user);
        free(s->pass);
        free(s->tls_priority);
        free(s);
}

static struct script *with_defaults(bool have_tls)
{
        static const char *const offers[] = {"PIPELINING", "SIZE 52428800", "8BITMIME", "DSN",
                                             "ENHANCEDSTATUSCODES"};
        struct script *s = mem_zalloc(sizeof(*s));

        s->random = 1;
        for (int i = 0; i < 2; i++)
                for (size_t k = 0; k < COUNT_OF(offers); k++)
                        ehlo_add(&s->ehlo[i], offers[k]);
        if (have_tls)
                ehlo_add(&s->ehlo[0], "STARTTLS");
        return s;
}

struct script *script_parse(const char *name, const char *text, bool have_tls)
{
        struct script *s = with_defaults(have_tls);
        unsigned number = 1;

        for (const char *p = text; *p; number++) {
                CLEANUP(words_done) struct words w = {0};
                size_t n = strcspn(p, "\n");
                const char *wrong = words_split(&w, p, n);

                if (!wrong && w.n)
                        wrong = read_line(s, &w);
                if (!wrong && w.at < w.n)
                        wrong = "too much on this line";
                if (wrong) {
                        fprintf(stderr, "catcher: %s:%u: %s near \"%s\"\n", name, number, wrong,
                                words_peek(&w));
                        script_free(s);
                        return NULL;
                }
                p += n + (p[n] == '\n');
        }
        for (int i = 0; i < 2; i++)
                ehlo_facts(&s->ehlo[i]);
        for (size_t i = 0; i < s->n; i++)
                s->deaf |= s->rule[i].action.end == END_DEAF;
        return s;
}
