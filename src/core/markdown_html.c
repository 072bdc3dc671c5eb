// SPDX-License-Identifier: MIT
#include "press/markdown.h"

#include "markdown_walk.h"
#include "press/buf.h"
#include "press/err.h"
#include "press/mem.h"

#include <assert.h>

/*
 * Mail clients drop <style> and classes, so each element carries its own. Only
 * properties that all of them know, and no colour of text or ground: a reader's
 * dark mode changes one and not the other. The grey of lines shows on both.
 */
static const char *const OPEN[] = {
        [MD_BLOCK_QUOTE] = ("<blockquote style=\"margin:0 0 12px 0;padding:0 0 0 12px;"
                            "border-left:3px solid #999999\">\n"),
        [MD_BLOCK_UL] = "<ul style=\"margin:0 0 12px 0;padding:0 0 0 24px\">\n",
        [MD_BLOCK_LI] = "<li style=\"margin:0 0 4px 0\">",
        [MD_BLOCK_HR] = "<hr style=\"border:0;border-top:1px solid #999999;margin:16px 0\">\n",
        [MD_BLOCK_CODE] = ("<pre style=\"margin:0 0 12px 0;font-family:monospace;"
                           "white-space:pre-wrap\">"),
        [MD_BLOCK_P] = "<p style=\"margin:0 0 12px 0\">",
        [MD_BLOCK_TABLE] = ("<table cellpadding=\"0\" cellspacing=\"0\" border=\"0\" "
                            "style=\"border-collapse:collapse;margin:0 0 12px 0\">\n"),
        [MD_BLOCK_THEAD] = "<thead>\n",
        [MD_BLOCK_TBODY] = "<tbody>\n",
        [MD_BLOCK_TR] = "<tr>",
        [MD_BLOCK_TD] = NULL,
};

static const char *const CLOSE[] = {
        [MD_BLOCK_QUOTE] = "</blockquote>\n",
        [MD_BLOCK_UL] = "</ul>\n",
        [MD_BLOCK_OL] = "</ol>\n",
        [MD_BLOCK_LI] = "</li>\n",
        [MD_BLOCK_CODE] = "</pre>\n",
        [MD_BLOCK_P] = "</p>\n",
        [MD_BLOCK_TABLE] = "</table>\n",
        [MD_BLOCK_THEAD] = "</thead>\n",
        [MD_BLOCK_TBODY] = "</tbody>\n",
        [MD_BLOCK_TR] = "</tr>\n",
        [MD_BLOCK_TH] = "</th>",
        [MD_BLOCK_TD] = "</td>",
};

struct html {
        struct buf *out;
        unsigned heading;  /* level of the open one */
        size_t link_start; /* out->len behind the opening tag */
};

static void add_cell(struct buf *out, bool head, MD_ALIGN align)
{
        const char *side = align == MD_ALIGN_RIGHT    ? "right"
                           : align == MD_ALIGN_CENTER ? "center"
                                                      : "left";

        buf_addf(out,
                 "<%s align=\"%s\" style=\"border:1px solid #999999;padding:4px 8px;"
                 "text-align:%s;vertical-align:top\">",
                 head ? "th" : "td", side, side);
}

static void html_enter(void *ctx, MD_BLOCKTYPE type, const void *detail)
{
        static const unsigned size[] = {0, 20, 18, 16, 16, 16, 16};
        struct html *h = ctx;

        if (type == MD_BLOCK_H) {
                h->heading = ((const MD_BLOCK_H_DETAIL *) detail)->level;
                assert(h->heading >= 1 && h->heading <= 6);
                buf_addf(h->out,
                         "<h%u style=\"margin:16px 0 8px 0;font-size:%upx;"
                         "font-weight:bold\">",
                         h->heading, size[h->heading]);
        } else if (type == MD_BLOCK_OL) {
                buf_addf(h->out,
                         "<ol start=\"%u\" style=\"margin:0 0 12px 0;"
                         "padding:0 0 0 28px\">\n",
                         ((const MD_BLOCK_OL_DETAIL *) detail)->start);
        } else if (type == MD_BLOCK_TH || type == MD_BLOCK_TD) {
                add_cell(h->out, type == MD_BLOCK_TH, ((const MD_BLOCK_TD_DETAIL *) detail)->align);
        } else if ((size_t) type < COUNT_OF(OPEN) && OPEN[type]) {
                buf_adds(h->out, OPEN[type]);
        }
}

static void html_leave(void *ctx, MD_BLOCKTYPE type)
{
        struct html *h = ctx;

        if (type == MD_BLOCK_H)
                buf_addf(h->out, "</h%u>\n", h->heading);
        else if ((size_t) type < COUNT_OF(CLOSE) && CLOSE[type])
                buf_adds(h->out, CLOSE[type]);
}

static void html_span(void *ctx, MD_SPANTYPE type, bool enter)
{
        struct html *h = ctx;
        const char *tag = type == MD_SPAN_STRONG ? "strong"
                          : type == MD_SPAN_EM   ? "em"
                          : type == MD_SPAN_DEL  ? "del"
                                                 : "code";

        buf_addf(h->out, enter ? "<%s>" : "</%s>", tag);
}

static void html_text(void *ctx, const char *s)
{
        struct html *h = ctx;

        markdown_escape(h->out, s);
}

static void html_break(void *ctx)
{
        struct html *h = ctx;

        buf_adds(h->out, "<br>\n");
}

static void html_link(void *ctx, const char *url, bool good, bool enter)
{
        struct html *h = ctx;
        bool empty = h->out->len == h->link_start;

        if (enter && good) {
                CLEANUP(buf_done) struct buf safe = BUF(3u * MARKDOWN_MAX);

                markdown_add_url(&safe, url);
                buf_adds(h->out, "<a href=\"");
                markdown_escape(h->out, safe.s);
                buf_adds(h->out, "\">");
        }
        if (enter) {
                h->link_start = h->out->len;
                return;
        }
        if (good) {
                markdown_escape(h->out, empty ? url : "");
                buf_adds(h->out, "</a>");
        } else if (url[0]) {
                buf_adds(h->out, empty ? "(" : " (");
                markdown_escape(h->out, url);
                buf_addc(h->out, ')');
        }
}

int markdown_html(const char *md, struct buf *out, struct err *e)
{
        static const struct markdown_sink sink = {.enter = html_enter,
                                                  .leave = html_leave,
                                                  .span = html_span,
                                                  .link = html_link,
                                                  .text = html_text,
                                                  .line_break = html_break};
        struct html h = {.out = out};

        return markdown_walk(md, &sink, &h, out, e);
}
