// SPDX-License-Identifier: MIT
/* The report as one page of A4: whoever opens it needs nothing but the file. */
#include "press/leader.h"

#include "press/mem.h"
#include "press/moment.h"
#include "press/text.h"

#include <stdio.h>
#include <string.h>

#define WORDS_COLUMNS 90

static const char style[] =
        "@page{size:A4;margin:15mm 15mm 12mm 25mm}"
        "body{font:12pt/1.35 \"Times New Roman\",\"Liberation Serif\",\"Noto Serif\",serif;"
        "color:#000;max-width:172mm;margin:0 auto}"
        "header{display:flex;justify-content:space-between;margin-bottom:5mm}"
        "header b,h1{text-transform:uppercase}"
        "h1{font-size:14pt;text-align:center;margin:0 0 1mm}"
        "h2{font-size:12pt;margin:4mm 0 1mm}"
        "p{margin:0 0 1mm}.sub{text-align:center}"
        "table{border-collapse:collapse;width:100%}"
        "th,td{border:1px solid #444;padding:1px 5px;text-align:right;vertical-align:top}"
        "th:first-child,td:first-child,.names td,.names th{text-align:left}"
        "tfoot td{font-weight:bold}.lost td{font-weight:bold}"
        ".names{font-size:9.5pt;line-height:1.15;table-layout:fixed}"
        ".names small{display:block;color:#333;white-space:nowrap;overflow:hidden;"
        "text-overflow:ellipsis}"
        "ul{margin:0;padding-left:5mm}footer{margin-top:5mm;font-size:10.5pt}";

/* Nothing in it is markup. */
static void put(struct buf *b, const char *s)
{
        for (; *s; s++) {
                switch (*s) {
                case '<': buf_adds(b, "&lt;"); break;
                case '>': buf_adds(b, "&gt;"); break;
                case '&': buf_adds(b, "&amp;"); break;
                case '"': buf_adds(b, "&quot;"); break;
                case '\'': buf_adds(b, "&#39;"); break;
                default: buf_addc(b, *s);
                }
        }
}

/* Of anybody's words: what no eye can see is shown. */
static void foreign(struct buf *b, const char *s)
{
        char safe[LEADER_TEXT_MAX];

        text_escape(s, safe, sizeof(safe));
        put(b, safe);
}

static void element(struct buf *b, const char *open, const char *text, const char *close)
{
        buf_adds(b, open);
        put(b, text);
        buf_adds(b, close);
}

static void head(struct buf *b, const struct leader *l, const struct config *cfg, enum lang lang)
{
        char date[MOMENT_MAX], moment[LEADER_TEXT_MAX];

        buf_addf(b, "<!DOCTYPE html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\"><title>",
                 msg_lang_name(lang));
        foreign(b, l->r.title);
        buf_addf(b, "</title><style>%s</style></head>\n<body><header><div>", style);
        element(b, "<p>", cfg->letterhead.ministry, "</p>");
        element(b, "<p><b>", cfg->letterhead.unit, "</b></p></div><div><p><i>");
        put(b, cfg->letterhead.place);
        if (cfg->letterhead.place[0])
                buf_adds(b, ", ");
        element(b, "", moment_official_date(l->now, lang, date), "</i></p></div></header>\n");
        element(b, "<h1>", msg_text(lang, "Report on a release"), "</h1>\n<p class=\"sub\">");
        element(b, "<b>", release_kind_title(l->r.kind, lang), "</b> ");
        foreign(b, l->r.number);
        buf_adds(b, "</p>\n<p class=\"sub\">“");
        foreign(b, l->r.title);
        buf_adds(b, "”</p>\n");
        element(b, "<p class=\"sub\"><i>", leader_moment(l, lang, moment), "</i></p>\n");
}

static void row(struct buf *b, const struct leader *l, int which, const char *class, enum lang lang)
{
        element(b, class,
                which < 0 ? msg_text(lang, "In all")
                          : leader_row_title((enum leader_row) which, lang),
                "</td>");
        for (int i = 0; i < LEADER_COLUMNS; i++)
                buf_addf(b, "<td>%lld</td>",
                         (long long) (which < 0 ? leader_people(l, leader_columns[i])
                                                : leader_sum(l, (enum leader_row) which,
                                                             leader_columns[i])));
        buf_adds(b, "</tr>\n");
}

static void counts(struct buf *b, const struct leader *l, enum lang lang)
{
        buf_adds(b, "<table><thead><tr><th></th>");
        for (int i = 0; i < ORG_KINDS; i++)
                element(b, "<th>", org_kind_title((enum org_kind) leader_columns[i], lang),
                        "</th>");
        element(b, "<th>", msg_text(lang, "In all"), "</th></tr></thead>\n<tbody>\n");
        for (int i = 0; i < LEADER_ROWS; i++)
                if (leader_shows(l, (enum leader_row) i))
                        row(b, l, i, i == LEADER_LOST ? "<tr class=\"lost\"><td>" : "<tr><td>",
                            lang);
        buf_adds(b, "</tbody><tfoot>");
        row(b, l, -1, "<tr><td>", lang);
        buf_adds(b, "</tfoot></table>\n");
}

/* A server may say very much: what fits one line of the page. */
static void server_words(struct buf *b, const struct person_card *c)
{
        CLEANUP(mem_free) char *words = mem_strdup(c->reply);

        calls_cut(words, WORDS_COLUMNS);
        buf_addf(b, "<small>%lld ", (long long) c->code);
        element(b, "", words, "</small>");
}

static void named(struct buf *b, const struct calls_line *c, int64_t now, enum lang lang)
{
        const struct delivery *d = &c->card.d;
        char reason[CALLS_TEXT_MAX], call[CALLS_TEXT_MAX];

        buf_adds(b, "<tr><td>");
        foreign(b, d->name);
        buf_adds(b, d->name[0] ? ", " : "");
        foreign(b, d->org);
        element(b, "</td><td>", calls_reason(c, lang, reason), "");
        if (c->card.code && d->state != DELIVERY_SUPPRESSED)
                server_words(b, &c->card);
        calls_last(&c->card.call, now, lang, call);
        calls_cut(call, WORDS_COLUMNS);
        element(b, "</td><td>", call, "</td></tr>\n");
}

static void names(struct buf *b, const struct leader *l, enum lang lang)
{
        size_t n = l->list.n - l->list.nunconfirmed;
        char more[LEADER_TEXT_MAX];

        if (!n)
                return;
        snprintf(more, sizeof(more), msg_fmt(lang, "Still to be reached: %lld"),
                 (long long) calls_to_make(&l->list));
        element(b, "<h2>", more, "</h2>\n<table class=\"names\"><thead><tr><th>");
        element(b, "", msg_text(lang, "Who"), "</th><th>");
        element(b, "", msg_text(lang, "Why"), "</th><th>");
        element(b, "", msg_text(lang, "Last call"), "</th></tr></thead>\n<tbody>\n");
        for (size_t i = 0; i < n; i++)
                named(b, &l->list.v[i], l->now, lang);
        buf_adds(b, "</tbody></table>\n");
        if (calls_to_make(&l->list) > (int64_t) n) {
                snprintf(more, sizeof(more), msg_fmt(lang, "and %lld more"),
                         (long long) calls_to_make(&l->list) - (long long) n);
                element(b, "<p>", more, "</p>\n");
        }
}

static void item(void *ctx, const char *sentence)
{
        element(ctx, "<li>", sentence, "</li>\n");
}

void leader_html(const struct leader *l, const struct config *cfg, enum lang lang, struct buf *out)
{
        char text[LEADER_TEXT_MAX];

        head(out, l, cfg, lang);
        counts(out, l, lang);
        names(out, l, lang);
        if (leader_calls(l, lang, text)[0])
                element(out, "<h2>", text, "</h2>\n");
        element(out, "<h2>", msg_text(lang, "What comes next"), "</h2>\n<ul>\n");
        leader_next(l, lang, item, out);
        unconfirmed_say(&l->u, lang, item, out);
        element(out, "</ul>\n<footer>", cfg->letterhead.contact, "</footer></body></html>\n");
}
