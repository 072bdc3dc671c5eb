// SPDX-License-Identifier: MIT
#include "press/markdown.h"

#include "markdown_table.h"
#include "markdown_walk.h"
#include "press/buf.h"
#include "press/err.h"
#include "press/mem.h"
#include "press/text.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

/* Lists hold items, so each nesting is two levels. */
#define LEVELS_MAX (2 * MARKDOWN_DEPTH_MAX + 2)
#define WIDTH_MIN  20u /* columns that deep nesting leaves at least */

/* A container that the current line stands in: quote, list or item. */
struct level {
        MD_BLOCKTYPE type;
        char first[16]; /* in front of its first line: "1. " */
        char rest[16];  /* in front of the others: "   " */
        bool begun;     /* the first line is out */
        bool tight;     /* of a list: no empty lines between its blocks */
        bool ordered;   /* of a list */
        unsigned next;  /* of an ordered list */
};

struct plain {
        struct buf *out;
        struct buf line;   /* the paragraph being gathered; \n is a line end that stays */
        struct buf prefix; /* scratch */
        struct level level[LEVELS_MAX];
        size_t depth;
        bool gap;         /* an empty line is due before the next block */
        unsigned heading; /* level of the open one, 0 = none */
        bool code;        /* in a code block: lines as they are */
        bool in_link;
        size_t link_start; /* of its text in line */
        struct markdown_table table;
};

/* The prefix of the next line. A line of its own kind (gap) begins nothing. */
static const char *make_prefix(struct plain *p, bool gap)
{
        buf_clear(&p->prefix);
        for (size_t i = 0; i < p->depth; i++) {
                struct level *l = &p->level[i];

                if (gap && !l->begun)
                        break;
                buf_adds(&p->prefix, l->begun ? l->rest : l->first);
                l->begun = true;
        }
        return p->prefix.s;
}

static void add_line(struct plain *p, const char *s, size_t n, bool gap)
{
        struct buf *out = p->out;
        size_t start = out->len;

        buf_adds(out, make_prefix(p, gap));
        buf_add(out, s, n);
        if (out->over)
                return;
        while (out->len > start && strchr(" \t", out->s[out->len - 1]))
                out->len--;
        buf_addc(out, '\n');
}

static bool is_tight(const struct plain *p)
{
        for (size_t i = p->depth; i > 0; i--) {
                if (p->level[i - 1].type == MD_BLOCK_UL)
                        return p->level[i - 1].tight;
        }
        return false;
}

static void begin_block(struct plain *p)
{
        if (p->gap && !is_tight(p))
                add_line(p, "", 0, true);
        p->gap = false;
}

static size_t columns_left(const struct plain *p)
{
        size_t used = 0;

        for (size_t i = 0; i < p->depth; i++)
                used += text_width(p->level[i].rest);
        return used + WIDTH_MIN > MARKDOWN_COLUMNS ? WIDTH_MIN : MARKDOWN_COLUMNS - used;
}

static size_t width_of(const char *s, size_t n)
{
        CLEANUP(mem_free) char *copy = mem_strndup(s, n);

        return text_width(copy);
}

/* One line of the source, broken at blanks; a word is never broken, so no address is. */
static void wrap_line(struct plain *p, const char *s, size_t n)
{
        const size_t columns = columns_left(p);
        CLEANUP(buf_done) struct buf line = BUF(n + 1);
        size_t width = 0;

        for (size_t i = 0; i < n;) {
                size_t blanks = 0, len = 0, w;

                while (i + blanks < n && s[i + blanks] == ' ')
                        blanks++;
                i += blanks;
                while (i + len < n && s[i + len] != ' ')
                        len++;
                if (len == 0)
                        break;
                w = width_of(s + i, len);
                if (line.len > 0 && width + 1 + w > columns) {
                        add_line(p, line.s, line.len, false);
                        buf_clear(&line);
                        width = 0;
                }
                if (line.len > 0) {
                        buf_addc(&line, ' ');
                        width++;
                }
                buf_add(&line, s + i, len);
                width += w;
                i += len;
        }
        add_line(p, line.s, line.len, false);
}

static void underline(struct plain *p, const char *s)
{
        const char *last = strrchr(s, '\n');
        size_t width = text_width(last ? last + 1 : s), columns = columns_left(p);
        char dashes[MARKDOWN_COLUMNS];

        if (width > columns)
                width = columns;
        memset(dashes, '-', sizeof(dashes));
        add_line(p, dashes, width, false);
}

/* Writes the paragraph that was gathered, if any. */
static void flush_paragraph(struct plain *p)
{
        const char *s = p->line.s;

        if (p->line.len == 0 || p->out->over)
                return;
        begin_block(p);
        for (;;) {
                size_t n = strcspn(s, "\n");

                if (p->code)
                        add_line(p, s, n, false);
                else
                        wrap_line(p, s, n);
                if (s[n] == '\0' || (p->code && s[n + 1] == '\0'))
                        break;
                s += n + 1;
        }
        if (p->heading > 1)
                underline(p, p->line.s);
        buf_clear(&p->line);
        p->gap = true;
}

static void push_level(struct plain *p, MD_BLOCKTYPE type, const void *detail)
{
        struct level l = {.type = type == MD_BLOCK_OL ? MD_BLOCK_UL : type};

        assert(p->depth < LEVELS_MAX);
        if (l.type == MD_BLOCK_UL) /* an empty line in front is the outer block's business */
                begin_block(p);
        if (type == MD_BLOCK_QUOTE) {
                snprintf(l.first, sizeof(l.first), "> ");
                snprintf(l.rest, sizeof(l.rest), "> ");
        } else if (type == MD_BLOCK_UL) {
                l.tight = ((const MD_BLOCK_UL_DETAIL *) detail)->is_tight;
                l.begun = true;
        } else if (type == MD_BLOCK_OL) {
                l.tight = ((const MD_BLOCK_OL_DETAIL *) detail)->is_tight;
                l.next = ((const MD_BLOCK_OL_DETAIL *) detail)->start;
                l.ordered = true;
                l.begun = true;
        } else {
                struct level *list = &p->level[p->depth - 1];

                if (list->ordered)
                        snprintf(l.first, sizeof(l.first), "%u. ", list->next++);
                else
                        snprintf(l.first, sizeof(l.first), "• ");
                memset(l.rest, ' ', text_width(l.first));
        }
        p->level[p->depth++] = l;
}

static void pop_level(struct plain *p)
{
        if (!p->level[p->depth - 1].begun) { /* an item without text still has its number */
                begin_block(p);
                add_line(p, "", 0, false);
        }
        p->depth--;
        p->gap = true;
}

static void plain_enter(void *ctx, MD_BLOCKTYPE type, const void *detail)
{
        struct plain *p = ctx;

        flush_paragraph(p);
        switch (type) {
        case MD_BLOCK_QUOTE:
        case MD_BLOCK_UL:
        case MD_BLOCK_OL:
        case MD_BLOCK_LI: push_level(p, type, detail); break;
        case MD_BLOCK_H: p->heading = ((const MD_BLOCK_H_DETAIL *) detail)->level; break;
        case MD_BLOCK_CODE: p->code = true; break;
        case MD_BLOCK_TABLE: markdown_table_clear(&p->table); break;
        case MD_BLOCK_TH:
                markdown_table_column(&p->table, ((const MD_BLOCK_TD_DETAIL *) detail)->align);
                break;
        default: break;
        }
}

static void table_line(void *ctx, const char *s)
{
        struct plain *p = ctx;

        if (text_width(s) <= columns_left(p))
                add_line(p, s, strlen(s), false);
        else
                wrap_line(p, s, strlen(s));
}

static void plain_leave(void *ctx, MD_BLOCKTYPE type)
{
        struct plain *p = ctx;

        switch (type) {
        case MD_BLOCK_QUOTE:
        case MD_BLOCK_UL:
        case MD_BLOCK_OL:
        case MD_BLOCK_LI:
                flush_paragraph(p);
                pop_level(p);
                break;
        case MD_BLOCK_H:
                flush_paragraph(p);
                p->heading = 0;
                break;
        case MD_BLOCK_P: flush_paragraph(p); break;
        case MD_BLOCK_CODE:
                flush_paragraph(p);
                p->code = false;
                break;
        case MD_BLOCK_HR:
                begin_block(p);
                add_line(p, "--------------------", 20, false);
                p->gap = true;
                break;
        case MD_BLOCK_TH:
        case MD_BLOCK_TD:
                markdown_table_cell(&p->table, p->line.s);
                p->out->over |= p->line.over || p->table.cells.over;
                buf_clear(&p->line);
                break;
        case MD_BLOCK_TABLE:
                begin_block(p);
                markdown_table_print(&p->table, columns_left(p), table_line, p);
                p->gap = true;
                break;
        default: break;
        }
}

static void plain_span(void *ctx, MD_SPANTYPE type, bool enter)
{
        struct plain *p = ctx;

        (void) enter;
        if (type == MD_SPAN_DEL) /* struck out must not read as valid */
                buf_adds(&p->line, "~~");
}

/* Capitals for a heading of the first level; not in links, where an address may stand. */
static void add_capitals(struct buf *out, const char *s)
{
        while (*s) {
                utf8proc_int32_t c;
                utf8proc_uint8_t bytes[4];
                utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *) s, -1, &c);

                if (n <= 0) /* callers promise UTF-8 */
                        break;
                s += n;
                n = utf8proc_encode_char(utf8proc_toupper(c), bytes);
                buf_add(out, bytes, (size_t) n);
        }
}

static void plain_text(void *ctx, const char *s)
{
        struct plain *p = ctx;

        if (p->heading == 1 && !p->in_link)
                add_capitals(&p->line, s);
        else
                buf_adds(&p->line, s);
        p->out->over |= p->line.over;
}

static void plain_break(void *ctx)
{
        buf_addc(&((struct plain *) ctx)->line, '\n');
}

/* Whether the text of a link is its address already, scheme or not. */
static bool says_url(const char *shown, const char *url)
{
        const char *bare = strchr(url, ':');

        if (!bare || strcmp(shown, url) == 0)
                return strcmp(shown, url) == 0;
        bare += strspn(bare, ":/");
        return strcmp(shown, bare) == 0;
}

static void plain_link(void *ctx, const char *url, bool good, bool enter)
{
        struct plain *p = ctx;
        const char *shown;

        p->in_link = enter;
        if (enter) {
                p->link_start = p->line.len;
                return;
        }
        if (p->line.over) /* then there may be no text at link_start */
                return;
        shown = p->line.s + p->link_start;
        if (url[0] == '\0' || says_url(shown, url))
                return;
        buf_adds(&p->line, shown[0] ? " (" : "(");
        if (good)
                markdown_add_url(&p->line, url);
        else
                buf_adds(&p->line, url);
        buf_addc(&p->line, ')');
        p->out->over |= p->line.over;
}

static void plain_done(struct plain *p)
{
        buf_done(&p->line);
        buf_done(&p->prefix);
        markdown_table_done(&p->table);
}

int markdown_text(const char *md, struct buf *out, struct err *e)
{
        static const struct markdown_sink sink = {.enter = plain_enter,
                                                  .leave = plain_leave,
                                                  .span = plain_span,
                                                  .link = plain_link,
                                                  .text = plain_text,
                                                  .line_break = plain_break};
        CLEANUP(plain_done)
        struct plain p = {.out = out,
                          .line = BUF(2u * MARKDOWN_MAX),
                          .prefix = BUF(sizeof(p.level)),
                          .table = MARKDOWN_TABLE(4u * MARKDOWN_MAX)};

        return markdown_walk(md, &sink, &p, out, e);
}
