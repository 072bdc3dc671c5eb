// SPDX-License-Identifier: MIT
#include "draft.h"

#include "press/buf.h"
#include "press/letter.h"
#include "press/markdown.h"
#include "press/mem.h"
#include "press/msg.h"
#include "press/template.h"
#include "press/text.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *draft_given(const char *s)
{
        return s ? s : "";
}

const char *draft_file_name(const char *name)
{
        const char *base = name;

        for (const char *p = name; *p; p++)
                if (*p == '/' || *p == '\\')
                        base = p + 1;
        return base;
}

/* The title begins with the kind's words, so they need not stand before it again. */
static bool title_names_kind(const struct letter_content *c)
{
        CLEANUP(mem_free) char *title = text_fold(c->title);
        CLEANUP(mem_free) char *kind = text_fold(release_kind_title(c->kind, c->language));

        return title && kind && strncmp(title, kind, strlen(kind)) == 0;
}

char *draft_subject(const struct letter_content *c, bool early)
{
        CLEANUP(buf_done)
        struct buf b = BUF(strlen(c->title) + strlen(c->number) + strlen(c->embargo) + 512);

        if (c->rehearsal)
                buf_adds(&b, msg_text(c->language, N_("[REHEARSAL – NOT FOR PUBLICATION] ")));
        if (early && c->embargo[0])
                buf_addf(&b, "[%s] ", c->embargo);
        if (!c->number[0])
                buf_adds(&b, c->title);
        else if (title_names_kind(c))
                buf_addf(&b, msg_fmt(c->language, "No. %s: %s"), c->number, c->title);
        else
                buf_addf(&b, msg_fmt(c->language, "%s No. %s: %s"),
                         release_kind_title(c->kind, c->language), c->number, c->title);
        assert(!b.over);
        return buf_take(&b);
}

/* --- the text of the release --------------------------------------------------- */

/* Bytes of the line end at s, 0 = none: CRLF, CR, LF, U+0085, U+2028, U+2029. */
static size_t line_end(const char *s)
{
        if (s[0] == '\r')
                return s[1] == '\n' ? 2 : 1;
        if (s[0] == '\n')
                return 1;
        if (strncmp(s, "\xc2\x85", 2) == 0)
                return 2;
        return strncmp(s, "\xe2\x80\xa8", 3) == 0 || strncmp(s, "\xe2\x80\xa9", 3) == 0 ? 3 : 0;
}

static bool is_control(char c)
{
        return ((unsigned char) c < ' ' && c != '\t') || c == 0x7f;
}

/* *ret: the text with LF for every line end (R56). */
static int plain_text(const char *s, char **ret, struct err *e)
{
        size_t bad = text_utf8_check(s, strlen(s));
        CLEANUP(buf_done) struct buf b = BUF(strlen(s));
        unsigned line = 1;

        for (const char *p = s; *p;) {
                size_t n = line_end(p);

                if ((size_t) (p - s) == bad)
                        return err_set(e, -EINVAL,
                                       "text, line %u: not UTF-8; save the file as UTF-8", line);
                if (n == 0 && is_control(*p))
                        return err_set(e, -EINVAL,
                                       "text, line %u: it holds a control character; take it out",
                                       line);
                line += n > 0;
                buf_addc(&b, n > 0 ? '\n' : *p);
                p += n > 0 ? n : 1;
        }
        assert(!b.over);
        *ret = buf_take(&b);
        return 0;
}

/* --- templates ----------------------------------------------------------------- */

#define VARS_MAX 32

struct vars {
        struct template_var v[VARS_MAX];
        size_t n;
};

static void add(struct vars *vars, const char *name, const char *value)
{
        assert(vars->n < VARS_MAX - 1);
        vars->v[vars->n++] = (struct template_var){.name = name, .value = value};
}

static void add_late(struct vars *vars, const char *name)
{
        add(vars, name, "late");
        vars->v[vars->n - 1].late = true;
}

/* "so-lieu.pdf; bang.xlsx", for readers whose program hides attachments. free() it. */
static char *attachment_names(const struct letter_content *c)
{
        size_t n = 0;

        for (size_t i = 0; i < c->natt; i++)
                n += strlen(c->att[i].name) + 2;

        CLEANUP(buf_done) struct buf b = BUF(n);

        for (size_t i = 0; i < c->natt; i++)
                buf_addf(&b, "%s%s", i ? "; " : "", draft_file_name(c->att[i].name));
        assert(!b.over);
        return buf_take(&b);
}

static void add_content(struct vars *vars, const struct letter_content *c)
{
        add(vars, "ministry", c->ministry);
        add(vars, "unit", c->unit);
        add(vars, "number", c->number);
        add(vars, "place", c->place);
        add(vars, "title", c->title);
        add(vars, "signer", c->signer);
        add(vars, "contact", c->contact);
        add(vars, "embargo", c->embargo);
        add(vars, "replaces", draft_given(c->replaces));
        add(vars, "wrong", draft_given(c->wrong));
        add(vars, "right", draft_given(c->right));
        add(vars, "rehearsal", c->rehearsal ? "yes" : "");
        add(vars, "urgent", c->class == CLASS_URGENT ? "yes" : "");
        add(vars, "heading", title_names_kind(c) ? "" : "yes");
        add_late(vars, "greeting");
        add_late(vars, "date");
        add_late(vars, "early");
        add_late(vars, "everybody");
}

/* A template that is missing or wrong is our own fault, not a user's: the tests render them all. */
static int render(const struct letter_content *c, const char *stem, bool html,
                  const struct vars *vars, struct buf *out, struct err *e)
{
        char name[64];
        const char *text;
        int r;

        snprintf(name, sizeof(name), "%s.%s.%s", stem, msg_lang_name(c->language),
                 html ? "html" : "txt");
        text = template_find(name);
        assert(text);
        r = template_render(text, html ? TEMPLATE_HTML : TEMPLATE_TEXT, vars->v, out, e);
        assert(r == 0 || r == -E2BIG);
        return r;
}

/* The kind's own template makes the middle, the common one puts letterhead and foot around it. */
static int render_letter(const struct letter_content *c, const char *md, const char *attachments,
                         bool html, struct buf *out, struct err *e)
{
        CLEANUP(buf_done) struct buf body = BUF(out->max), middle = BUF(out->max);
        struct vars vars = {0};
        int r;

        r = html ? markdown_html(md, &body, e) : markdown_text(md, &body, e);
        if (r < 0)
                return body.over ? -E2BIG : r;
        add_content(&vars, c);
        add(&vars, "attachments", attachments);
        add(&vars, "body", body.s);
        r = render(c, words_name(&release_kinds, (int) c->kind), html, &vars, &middle, e);
        if (r < 0)
                return r;
        add(&vars, "content", middle.s);
        return render(c, "letter", html, &vars, out, e);
}

int draft_texts(const struct letter_content *c, struct buf *text, struct buf *html, struct err *e)
{
        CLEANUP(mem_free) char *attachments = attachment_names(c);
        CLEANUP(mem_free) char *md = NULL;
        int r;

        r = plain_text(c->text, &md, e);
        if (r < 0)
                return r;
        r = render_letter(c, md, attachments, false, text, e);
        return r < 0 ? r : render_letter(c, md, attachments, true, html, e);
}
