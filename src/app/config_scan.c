// SPDX-License-Identifier: MIT
/*
 * Walks the file before libconfuse does, for what it would let pass: a block
 * left open at the end, a setting twice (it keeps the last), ${VAR} (it puts
 * the environment in), and unknown names, for which it has no suggestion. On
 * the way it notes the line of every setting, for the messages that come later,
 * and blanks out comments, which libconfuse refuses inside of a list or a setting.
 */
#include "config_internal.h"

#include "press/mem.h"
#include "press/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum token { TOKEN_END, TOKEN_WORD, TOKEN_STRING, TOKEN_MARK };

struct scan {
        char *p;
        unsigned line;
        enum token token;
        char mark;         /* of TOKEN_MARK */
        const char *start; /* of a word or of what is between quotes */
        size_t n;
        unsigned at; /* line of the token */
};

void places_done(struct places *p)
{
        for (size_t i = 0; i < p->n; i++) {
                free(p->v[i].block);
                free(p->v[i].title);
                free(p->v[i].name);
        }
        free(p->v);
        *p = (struct places){0};
}

static void place_add(struct places *p, const char *block, const char *title, const char *name,
                      unsigned line)
{
        if (p->n % 64 == 0)
                p->v = mem_realloc(p->v, p->n + 64, sizeof(*p->v));
        p->v[p->n++] = (struct place){
                .block = mem_strdup(block),
                .title = mem_strdup(title),
                .name = mem_strdup(name),
                .line = line,
        };
}

unsigned config_line(const struct places *p, const char *block, const char *title, const char *name)
{
        for (size_t i = 0; i < p->n; i++)
                if (strcmp(p->v[i].block, block) == 0 && strcmp(p->v[i].title, title) == 0 &&
                    strcmp(p->v[i].name, name) == 0)
                        return p->v[i].line;
        return 0;
}

static int wrong(struct err *e, unsigned line, int r)
{
        if (e)
                e->line = line;
        return r;
}

/* Steps to `end` and leaves only the line ends of what is before it. */
static void blank_out(struct scan *s, const char *end)
{
        for (; s->p < end; s->p++) {
                s->line += *s->p == '\n';
                if (*s->p != '\n')
                        *s->p = ' ';
        }
}

static int blanks(struct scan *s, struct err *e)
{
        for (;;) {
                if (*s->p == '\n') {
                        s->line++;
                        s->p++;
                } else if (*s->p == ' ' || *s->p == '\t' || *s->p == '\r') {
                        s->p++;
                } else if (*s->p == '#' || strncmp(s->p, "//", 2) == 0) {
                        blank_out(s, s->p + strcspn(s->p, "\n"));
                } else if (strncmp(s->p, "/*", 2) == 0) {
                        const char *end = strstr(s->p + 2, "*/");

                        if (!end)
                                return wrong(e, s->line,
                                             err_set(e, -EINVAL,
                                                     "the comment that begins here has no end; "
                                                     "add */"));
                        blank_out(s, end + 2);
                } else {
                        return 0;
                }
        }
}

static int quoted(struct scan *s, struct err *e)
{
        char quote = *s->p++;

        s->token = TOKEN_STRING;
        s->start = s->p;
        for (; *s->p != quote; s->p++) {
                if (*s->p == '\0' || *s->p == '\n')
                        return wrong(e, s->line,
                                     err_set(e, -EINVAL,
                                             "the quotation mark is not closed on its line"));
                if (quote == '"' && s->p[0] == '$' && s->p[1] == '{')
                        return wrong(e, s->line,
                                     err_set(e, -EINVAL,
                                             "${…} is not filled in here; write the value itself"));
                if (*s->p == '\\' && s->p[1] && s->p[1] != '\n')
                        s->p++;
        }
        s->n = (size_t) (s->p - s->start);
        s->p++;
        return 0;
}

static int next(struct scan *s, struct err *e)
{
        int r = blanks(s, e);

        if (r < 0)
                return r;
        s->at = s->line;
        s->start = s->p;
        s->n = 0;
        if (*s->p == '\0') {
                s->token = TOKEN_END;
                return 0;
        }
        if (*s->p == '"' || *s->p == '\'')
                return quoted(s, e);
        if (strchr("={},", *s->p)) {
                s->token = TOKEN_MARK;
                s->mark = *s->p++;
                return 0;
        }
        s->token = TOKEN_WORD;
        while (isalnum((unsigned char) *s->p) || (*s->p && strchr("_-.:@%", *s->p)))
                s->p++;
        s->n = (size_t) (s->p - s->start);
        if (s->n == 0 || (*s->p && !strchr(" \t\r\n={},#", *s->p)))
                return wrong(e, s->line,
                             err_set(e, -EINVAL,
                                     "what is not a plain word or number stands in "
                                     "quotation marks: name = \"value\""));
        return 0;
}

static bool is_mark(const struct scan *s, char c)
{
        return s->token == TOKEN_MARK && s->mark == c;
}

/* The nearest name that could stand in `block`, NULL when none is near. */
static const char *nearest(const char *block, const char *word)
{
        const char *v[128];
        size_t n = 0;

        for (size_t i = 0; i < config_noptions; i++)
                if (strcmp(config_options[i].block, block) == 0 && n < COUNT_OF(v))
                        v[n++] = config_options[i].name;
        for (size_t i = 0; !block[0] && i < config_nblocks && n < COUNT_OF(v); i++)
                v[n++] = config_blocks[i].name;
        return text_nearest(word, v, n);
}

static int unknown(const char *block, unsigned opened, const char *name, struct err *e)
{
        const char *near = nearest(block, name);

        if (block[0] && (config_block(name) || config_option("", name)))
                return err_set(e, -EINVAL,
                               "“%s” cannot stand inside of %s { }, opened in line %u; is a } "
                               "missing before it?",
                               name, block, opened);
        if (near)
                return err_set(e, -EINVAL, "there is no setting “%s”; did you mean “%s”?", name,
                               near);
        return err_set(e, -EINVAL, "there is no setting “%s”; press.conf(5) lists them all", name);
}

/* After "name =". */
static int value(struct scan *s, const struct option_row *o, struct err *e)
{
        bool list = o->type == OPTION_LIST || o->type == OPTION_STEPS;
        unsigned line = s->at;
        int r = next(s, e);

        if (r < 0)
                return r;
        if (is_mark(s, '{') != list)
                return wrong(e, line,
                             list ? err_set(e, -EINVAL, "“%s” is a list; write %s = {\"…\", \"…\"}",
                                            o->name, o->name)
                                  : err_set(e, -EINVAL, "“%s” has one value; write %s = \"…\"",
                                            o->name, o->name));
        if (!list && s->token != TOKEN_WORD && s->token != TOKEN_STRING)
                return wrong(e, line, err_set(e, -EINVAL, "“%s” has no value", o->name));
        while (list && !is_mark(s, '}')) {
                r = next(s, e);
                if (r < 0)
                        return r;
                if (s->token == TOKEN_END || is_mark(s, '=') || is_mark(s, '{'))
                        return wrong(e, line,
                                     err_set(e, -EINVAL, "the list of “%s” is not closed; add }",
                                             o->name));
        }
        return 0;
}

struct open_block {
        char *name, *title;
        unsigned line;
};

static int block_open(struct scan *s, struct open_block *b, struct places *p, char *name,
                      unsigned line, struct err *e)
{
        const struct block_row *row = config_block(name);
        CLEANUP(mem_free) char *title = NULL;
        bool known = false, any = true;
        unsigned before;
        int r;

        if (s->token == TOKEN_WORD || s->token == TOKEN_STRING) {
                title = mem_strndup(s->start, s->n);
                r = next(s, e);
                if (r < 0)
                        return r;
        }
        if (!is_mark(s, '{'))
                return wrong(e, line, err_set(e, -EINVAL, "after “%s” stands = or {", name));
        if (!title)
                title = mem_strdup("");
        if (row->titled != (title[0] != '\0'))
                return wrong(
                        e, line,
                        row->titled
                                ? err_set(e, -EINVAL, "%s needs a name: %s \"…\" { … }", name, name)
                                : err_set(e, -EINVAL, "%s takes no name: %s { … }", name, name));
        for (size_t i = 0; i < COUNT_OF(row->titles) && row->titles[i]; i++) {
                any = false;
                known = known || strcmp(row->titles[i], title) == 0;
        }
        if (!any && !known)
                return wrong(e, line,
                             err_set(e, -EINVAL, "there is no %s “%s”; there are %s, %s and %s",
                                     name, title, row->titles[0], row->titles[1], row->titles[2]));
        before = config_line(p, name, title, "");
        if (before)
                return wrong(e, line,
                             err_set(e, -EINVAL, "%s “%s” is there already, in line %u", name,
                                     title, before));
        b->name = mem_strdup(name);
        b->title = TAKE(title);
        b->line = line;
        place_add(p, b->name, b->title, "", line);
        return 0;
}

static void block_close(struct open_block *b)
{
        free(b->name);
        free(b->title);
        *b = (struct open_block){0};
}

/* One "name = value" or "name [title] {"; the name has just been read. */
static int setting(struct scan *s, struct open_block *b, struct places *p, struct err *e)
{
        CLEANUP(mem_free) char *name = mem_strndup(s->start, s->n);
        const char *block = b->name ? b->name : "", *title = b->title ? b->title : "";
        const struct option_row *o = config_option(block, name);
        unsigned line = s->at, before = config_line(p, block, title, name);
        int r;

        if (!o && (b->name || !config_block(name)))
                return wrong(e, line, unknown(block, b->line, name, e));
        r = next(s, e);
        if (r < 0)
                return r;
        if (!o)
                return block_open(s, b, p, name, line, e);
        if (!is_mark(s, '='))
                return wrong(e, line, err_set(e, -EINVAL, "after “%s” comes =", name));
        if (before)
                return wrong(
                        e, line,
                        err_set(e, -EINVAL, "“%s” is there already, in line %u", name, before));
        place_add(p, block, title, name, line);
        return value(s, o, e);
}

int config_scan(char *text, struct places *ret, struct err *e)
{
        CLEANUP(places_done) struct places p = {0};
        CLEANUP(block_close) struct open_block b = {0};
        struct scan s = {.p = text, .line = 1};
        int r;

        for (;;) {
                r = next(&s, e);
                if (r < 0)
                        return r;
                if (s.token == TOKEN_END)
                        break;
                if (is_mark(&s, '}') && b.name) {
                        block_close(&b);
                        continue;
                }
                if (s.token != TOKEN_WORD)
                        return wrong(e, s.at,
                                     err_set(e, -EINVAL,
                                             "here stands no setting; write name = "
                                             "\"value\", or a } is too many"));
                r = setting(&s, &b, &p, e);
                if (r < 0)
                        return r;
        }
        if (b.name)
                return wrong(e, b.line,
                             err_set(e, -EINVAL, "%s { is not closed by the end of the file; add }",
                                     b.name));
        *ret = p;
        p = (struct places){0};
        return 0;
}
