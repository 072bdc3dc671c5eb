// SPDX-License-Identifier: MIT
#include "press/template.h"

#include "press/buf.h"
#include "press/err.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

enum tag_type { TAG_ESCAPED, TAG_RAW, TAG_IF, TAG_UNLESS, TAG_END };

/* One {{…}}: the bytes it covers and the name inside. */
struct tag {
        enum tag_type type;
        const char *start, *end;
        const char *name;
        size_t name_len;
};

/* A section that is open: its tag, and whether what is inside is shown. */
struct section {
        struct tag tag;
        bool shown;
};

struct render {
        const char *text;
        enum template_kind kind;
        const struct template_var *vars;
        struct buf *out;
        struct err *e;
        struct section open[TEMPLATE_DEPTH_MAX];
        size_t depth;
};

const char *template_find(const char *name)
{
        for (const struct template_file *f = template_files; f->name; f++) {
                if (strcmp(f->name, name) == 0)
                        return f->text;
        }
        return NULL;
}

/* -EINVAL at the line of the template that `at` is on. */
static int fail_at(struct render *r, const char *at)
{
        unsigned line = 1;

        for (const char *p = r->text; p < at; p++)
                line += *p == '\n';
        err_at(r->e, "", line);
        return -EINVAL;
}

#define fail(r, at, ...) (err_set((r)->e, -EINVAL, __VA_ARGS__), fail_at((r), (at)))

/* A name for a message: never longer than a name may be. */
struct name {
        char s[64];
};

static struct name name_of(const struct tag *t)
{
        struct name n = {""};
        size_t len = t->name_len < sizeof(n.s) - 1 ? t->name_len : sizeof(n.s) - 1;

        memcpy(n.s, t->name, len);
        return n;
}

static int tag_parse(struct render *r, const char *start, struct tag *ret_tag)
{
        const char *p = start + 2, *close = "}}";
        struct tag t = {.type = TAG_ESCAPED, .start = start};

        switch (*p) {
        case '{':
                t.type = TAG_RAW;
                close = "}}}";
                break;
        case '#': t.type = TAG_IF; break;
        case '^': t.type = TAG_UNLESS; break;
        case '/': t.type = TAG_END; break;
        default: p--;
        }
        t.name = p + 1;
        t.name_len = strspn(t.name, "abcdefghijklmnopqrstuvwxyz0123456789_");
        t.end = t.name + t.name_len;
        if (t.name_len == 0 || strncmp(t.end, close, strlen(close)) != 0)
                return fail(r, start, "template: a tag without a name or without its end");
        t.end += strlen(close);
        *ret_tag = t;
        return 0;
}

/* NULL and the reason in r->e when there is none of that name. */
static const struct template_var *find_var(struct render *r, const struct tag *t)
{
        for (const struct template_var *v = r->vars; v->name; v++) {
                if (strlen(v->name) == t->name_len && memcmp(v->name, t->name, t->name_len) == 0) {
                        assert(v->value);
                        return v;
                }
        }
        fail(r, t->name, "template: there is no value named “%s”", name_of(t).s);
        return NULL;
}

static void add_html(struct buf *out, const char *s)
{
        while (*s) {
                size_t plain = strcspn(s, "&<>\"'");

                buf_add(out, s, plain);
                s += plain;
                switch (*s) {
                case '&': buf_adds(out, "&amp;"); break;
                case '<': buf_adds(out, "&lt;"); break;
                case '>': buf_adds(out, "&gt;"); break;
                case '"': buf_adds(out, "&quot;"); break;
                case '\'': buf_adds(out, "&#39;"); break;
                default: continue;
                }
                s++;
        }
}

static void add_value(struct render *r, const struct tag *t, const struct template_var *v)
{
        if (v->late) {
                buf_addc(r->out, TEMPLATE_LATE_OPEN);
                buf_adds(r->out, v->name);
                buf_addc(r->out, TEMPLATE_LATE_CLOSE);
        } else if (t->type == TAG_ESCAPED && r->kind == TEMPLATE_HTML) {
                add_html(r->out, v->value);
        } else {
                buf_adds(r->out, v->value);
        }
}

static int section_open(struct render *r, const struct tag *t, const struct template_var *v)
{
        bool above = r->depth == 0 || r->open[r->depth - 1].shown;
        bool filled = v->value[0] != '\0';

        if (r->depth == TEMPLATE_DEPTH_MAX)
                return fail(r, t->name, "template: sections are nested too deep");
        r->open[r->depth++] =
                (struct section){.tag = *t, .shown = above && filled == (t->type == TAG_IF)};
        return 0;
}

static int section_close(struct render *r, const struct tag *t)
{
        const struct tag *opened = r->depth ? &r->open[r->depth - 1].tag : NULL;

        if (!opened || opened->name_len != t->name_len ||
            memcmp(opened->name, t->name, t->name_len) != 0)
                return fail(r, t->name, "template: “%s” is closed but was not open", name_of(t).s);
        r->depth--;
        return 0;
}

/*
 * A section tag that has a line for itself leaves no empty line behind: widens
 * the tag over the blanks around it and the line end.
 */
static void take_whole_line(struct render *r, struct tag *t)
{
        const char *from = t->start, *to = t->end + strspn(t->end, " \t");

        while (from > r->text && (from[-1] == ' ' || from[-1] == '\t'))
                from--;
        if (from > r->text && from[-1] != '\n')
                return;
        if (*to == '\r')
                to++;
        if (*to != '\n' && *to != '\0')
                return;
        t->start = from;
        t->end = *to ? to + 1 : to;
}

static int fits(const struct render *r)
{
        if (!r->out->over)
                return 0;
        return err_set(r->e, -E2BIG, "template: the result is longer than %zu bytes", r->out->max);
}

static int obey(struct render *r, const struct tag *t)
{
        const struct template_var *v;

        if (t->type == TAG_END)
                return section_close(r, t);
        v = find_var(r, t);
        if (!v)
                return -EINVAL;
        if (t->type == TAG_IF || t->type == TAG_UNLESS)
                return section_open(r, t, v);
        if (r->depth == 0 || r->open[r->depth - 1].shown)
                add_value(r, t, v);
        return fits(r);
}

int template_render(const char *text, enum template_kind kind, const struct template_var *vars,
                    struct buf *out, struct err *e)
{
        struct render r = {.text = text, .kind = kind, .vars = vars, .out = out, .e = e};
        const char *at = text;

        for (const char *found = strstr(at, "{{"); found; found = strstr(at, "{{")) {
                bool shown = r.depth == 0 || r.open[r.depth - 1].shown;
                struct tag t = {0};
                int code = tag_parse(&r, found, &t);

                if (code < 0)
                        return code;
                if (t.type != TAG_ESCAPED && t.type != TAG_RAW)
                        take_whole_line(&r, &t);
                assert(t.start >= at);
                if (shown)
                        buf_add(out, at, (size_t) (t.start - at));
                code = obey(&r, &t);
                if (code < 0)
                        return code;
                at = t.end;
        }
        if (r.depth) {
                const struct tag *t = &r.open[r.depth - 1].tag;

                return fail(&r, t->name, "template: “%s” is not closed", name_of(t).s);
        }
        buf_adds(out, at);
        return fits(&r);
}
