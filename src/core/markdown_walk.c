// SPDX-License-Identifier: MIT
#include "markdown_walk.h"

#include "press/buf.h"
#include "press/err.h"
#include "press/markdown.h"
#include "press/mem.h"
#include "press/text.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

/* Paragraphs set in by four blanks are usual in statements: they are no code. */
#define FLAGS                                                                      \
        (MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_PERMISSIVEURLAUTOLINKS | \
         MD_FLAG_NOHTML | MD_FLAG_NOINDENTEDCODEBLOCKS)

#define ABORT 1 /* from a callback: the reason is in walk.code */

#define BAD_URL_SHOWN 100u /* bytes shown of an address that is no link (data: may be megabytes) */

struct walk {
        const struct markdown_sink *sink;
        void *ctx;
        const struct buf *out;
        struct err *e;
        int code;
        unsigned blocks, spans; /* open now */
        MD_SPANTYPE span[MARKDOWN_DEPTH_MAX];
        size_t cells;
        unsigned links; /* open now; only the outermost is told to the sink */
        struct buf url; /* of that one */
        bool good_url;
        struct buf text; /* one piece, made safe */
};

static int stop(struct walk *w, int code)
{
        w->code = code;
        return ABORT;
}

static int go_on(struct walk *w)
{
        return w->out->over || w->url.over || w->text.over ? stop(w, -E2BIG) : 0;
}

static const struct {
        const char *name, *text;
} ENTITIES[] = {
        {"amp", "&"},         {"lt", "<"},     {"gt", ">"},    {"quot", "\""},  {"apos", "'"},
        {"nbsp", "\xc2\xa0"}, {"ndash", "–"},  {"mdash", "—"}, {"hellip", "…"}, {"laquo", "«"},
        {"raquo", "»"},       {"ldquo", "“"},  {"rdquo", "”"}, {"lsquo", "‘"},  {"rsquo", "’"},
        {"bull", "•"},        {"middot", "·"}, {"times", "×"}, {"deg", "°"},    {"sect", "§"},
        {"copy", "©"},        {"reg", "®"},    {"trade", "™"}, {"euro", "€"},   {"plusmn", "±"},
};

/* &#8220; and &#x201c;: not for characters that text may not hold. */
static bool add_numeric(struct buf *out, const char *digits, size_t n)
{
        bool hex = n > 0 && (*digits == 'x' || *digits == 'X');
        char number[9] = "";
        utf8proc_uint8_t bytes[5] = {0};
        struct text_bad bad;
        long c;

        if (n - hex < 1 || n - hex > sizeof(number) - 1)
                return false;
        memcpy(number, digits + hex, n - hex);
        c = strtol(number, NULL, hex ? 16 : 10);
        if (c < ' ' || c > 0x10ffff || !utf8proc_codepoint_valid((utf8proc_int32_t) c))
                return false;
        utf8proc_encode_char((utf8proc_int32_t) c, bytes);
        if (!text_clean((const char *) bytes, 0, &bad))
                return false;
        buf_adds(out, (const char *) bytes);
        return true;
}

/* What is no known entity stays as it was written. */
static void add_entity(struct buf *out, const char *s, size_t n)
{
        if (n > 3 && s[1] == '#' && add_numeric(out, s + 2, n - 3))
                return;
        for (size_t i = 0; i < COUNT_OF(ENTITIES); i++) {
                if (strlen(ENTITIES[i].name) == n - 2 &&
                    memcmp(ENTITIES[i].name, s + 1, n - 2) == 0) {
                        buf_adds(out, ENTITIES[i].text);
                        return;
                }
        }
        buf_add(out, s, n);
}

static bool is_good_url(const char *url)
{
        static const char *const schemes[] = {"https://", "http://", "mailto:", "tel:"};

        for (size_t i = 0; i < COUNT_OF(schemes); i++) {
                size_t n = strlen(schemes[i]);

                if (strncasecmp(url, schemes[i], n) == 0)
                        return url[n] != '\0';
        }
        return false;
}

static void url_set(struct walk *w, const MD_ATTRIBUTE *a)
{
        struct buf *url = &w->url;

        buf_clear(url);
        for (size_t i = 0; a->size && a->substr_offsets[i] < a->size; i++) {
                const char *s = a->text + a->substr_offsets[i];
                size_t n = a->substr_offsets[i + 1] - a->substr_offsets[i];

                if (a->substr_types[i] == MD_TEXT_ENTITY)
                        add_entity(url, s, n);
                else
                        buf_add(url, s, n);
        }
        w->good_url = is_good_url(url->s);
        if (!w->good_url && url->len > BAD_URL_SHOWN) {
                char shown[BAD_URL_SHOWN + 1];

                text_escape(url->s, shown, sizeof(shown));
                buf_clear(url);
                buf_adds(url, shown);
        }
}

static void close_span(struct walk *w)
{
        MD_SPANTYPE type = w->span[--w->spans];

        if (type != MD_SPAN_A && type != MD_SPAN_IMG)
                w->sink->span(w->ctx, type, false);
        else if (--w->links == 0)
                w->sink->link(w->ctx, w->url.s, w->good_url, false);
}

/* md4c opens emphasis whose end lies in a link's address, and never closes it. */
static void close_spans(struct walk *w)
{
        while (w->spans)
                close_span(w);
}

static int on_enter_block(MD_BLOCKTYPE type, void *detail, void *ctx)
{
        struct walk *w = ctx;

        close_spans(w);
        if (type == MD_BLOCK_QUOTE || type == MD_BLOCK_UL || type == MD_BLOCK_OL) {
                if (++w->blocks > MARKDOWN_DEPTH_MAX)
                        return stop(w, err_set(w->e, -EINVAL,
                                               "the text nests lists or quotes deeper than %d "
                                               "levels; make it flatter",
                                               MARKDOWN_DEPTH_MAX));
        }
        if (type == MD_BLOCK_TABLE) {
                const MD_BLOCK_TABLE_DETAIL *d = detail;

                w->cells +=
                        (size_t) d->col_count * (d->head_row_count + (size_t) d->body_row_count);
                if (d->col_count > MARKDOWN_TABLE_COLUMNS || w->cells > MARKDOWN_TABLE_CELLS)
                        return stop(w, err_set(w->e, -EINVAL,
                                               "a table has more than %d columns, or the tables "
                                               "more than %d cells; attach it as a file",
                                               MARKDOWN_TABLE_COLUMNS, MARKDOWN_TABLE_CELLS));
        }
        w->sink->enter(w->ctx, type, detail);
        return go_on(w);
}

static int on_leave_block(MD_BLOCKTYPE type, void *detail, void *ctx)
{
        struct walk *w = ctx;

        (void) detail;
        close_spans(w);
        if (type == MD_BLOCK_QUOTE || type == MD_BLOCK_UL || type == MD_BLOCK_OL)
                w->blocks--;
        w->sink->leave(w->ctx, type);
        return go_on(w);
}

static int on_enter_span(MD_SPANTYPE type, void *detail, void *ctx)
{
        struct walk *w = ctx;

        if (w->spans == MARKDOWN_DEPTH_MAX)
                return stop(w, err_set(w->e, -EINVAL,
                                       "the text nests emphasis or links deeper than %d levels; "
                                       "write \\* for a plain asterisk",
                                       MARKDOWN_DEPTH_MAX));
        w->span[w->spans++] = type;
        if (type != MD_SPAN_A && type != MD_SPAN_IMG) {
                w->sink->span(w->ctx, type, true);
                return go_on(w);
        }
        if (w->links++ > 0)
                return 0;
        url_set(w, type == MD_SPAN_A ? &((const MD_SPAN_A_DETAIL *) detail)->href
                                     : &((const MD_SPAN_IMG_DETAIL *) detail)->src);
        w->sink->link(w->ctx, w->url.s, w->good_url, true);
        return go_on(w);
}

static int on_leave_span(MD_SPANTYPE type, void *detail, void *ctx)
{
        struct walk *w = ctx;

        unsigned at = w->spans;

        (void) detail;
        while (at > 0 && w->span[at - 1] != type)
                at--;
        while (at > 0 && w->spans >= at)
                close_span(w);
        return go_on(w);
}

static int on_text(MD_TEXTTYPE type, const MD_CHAR *s, MD_SIZE n, void *ctx)
{
        struct walk *w = ctx;

        if (type == MD_TEXT_BR || type == MD_TEXT_SOFTBR) {
                w->sink->line_break(w->ctx);
                return go_on(w);
        }
        buf_clear(&w->text);
        if (type == MD_TEXT_ENTITY)
                add_entity(&w->text, s, n);
        else
                buf_add(&w->text, s, n);
        w->sink->text(w->ctx, w->text.s);
        return go_on(w);
}

/* md4c's search for bare addresses is quadratic: 200,000 of them took 11 s. */
static bool has_too_many_urls(const char *md)
{
        size_t n = 0;

        for (const char *p = strstr(md, "://"); p && n <= MARKDOWN_URLS; p = strstr(p + 3, "://"))
                n++;
        return n > MARKDOWN_URLS;
}

static void walk_done(struct walk *w)
{
        buf_done(&w->url);
        buf_done(&w->text);
}

int markdown_walk(const char *md, const struct markdown_sink *sink, void *ctx,
                  const struct buf *out, struct err *e)
{
        static const MD_PARSER parser = {.flags = FLAGS,
                                         .enter_block = on_enter_block,
                                         .leave_block = on_leave_block,
                                         .enter_span = on_enter_span,
                                         .leave_span = on_leave_span,
                                         .text = on_text};
        CLEANUP(walk_done)
        struct walk w = {.sink = sink,
                         .ctx = ctx,
                         .out = out,
                         .e = e,
                         .url = BUF(MARKDOWN_MAX),
                         .text = BUF(MARKDOWN_MAX)};
        size_t n = strlen(md);
        int r;

        if (n > MARKDOWN_MAX)
                return err_set(e, -EINVAL, "the text is longer than %u MB; attach it as a file",
                               MARKDOWN_MAX >> 20);
        if (has_too_many_urls(md))
                return err_set(e, -EINVAL,
                               "the text has more than %d web addresses; attach them as a file",
                               MARKDOWN_URLS);
        r = md_parse(md, (MD_SIZE) n, &parser, &w);
        if (r == 0 || w.code == -EINVAL)
                return w.code;
        if (r != ABORT)
                return err_set(e, -ENOMEM, "out of memory");
        return err_set(e, -EINVAL, "the text with its markup is longer than %zu bytes", out->max);
}

void markdown_escape(struct buf *out, const char *s)
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
                default: return;
                }
                s++;
        }
}

void markdown_add_url(struct buf *out, const char *url)
{
        for (; *url; url++) {
                unsigned char c = (unsigned char) *url;

                if (c > ' ' && c < 0x7f && !strchr("\"<>\\^`{|}", c))
                        buf_addc(out, *url);
                else
                        buf_addf(out, "%%%02X", c);
        }
}
