// SPDX-License-Identifier: MIT
/* Charsets by iconv: its tables are files, so they are opened before the cage and kept open. */
#include "report_internal.h"

#include "press/mem.h"
#include "press/text.h"

#include <ctype.h>
#include <errno.h>
#include <iconv.h>
#include <libetpan/libetpan.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct charset {
        const char *name;
        iconv_t to_utf8; /* 0 = not opened, -1 = there is none */
};
static struct charset charsets[] = {
        {"iso-8859-1", 0},   {"windows-1252", 0}, {"iso-2022-jp", 0},  {"euc-jp", 0},
        {"gbk", 0},          {"gb18030", 0},      {"big5", 0},         {"euc-kr", 0},
        {"windows-1258", 0}, {"windows-1251", 0}, {"koi8-r", 0},       {"windows-1250", 0},
        {"windows-1253", 0}, {"windows-1254", 0}, {"windows-1255", 0}, {"windows-1256", 0},
        {"windows-1257", 0}, {"iso-8859-2", 0},   {"iso-8859-3", 0},   {"iso-8859-4", 0},
        {"iso-8859-5", 0},   {"iso-8859-7", 0},   {"iso-8859-8", 0},   {"iso-8859-9", 0},
        {"iso-8859-13", 0},  {"iso-8859-15", 0},  {"koi8-u", 0},       {"windows-874", 0},
        {"tis-620", 0},      {"utf-7", 0},        {"utf-16", 0},       {"utf-16le", 0},
        {"utf-16be", 0},     {"ibm850", 0},       {"ibm437", 0},       {"cp932", 0},
        {"macintosh", 0},
};

/* Names that mails use and iconv does not know, or knows as something narrower. */
static const char *usual_name(const char *name)
{
        static const char *const aliases[][2] = {
                {"ks_c_5601-1987", "euc-kr"}, {"cp949", "euc-kr"},
                {"x-windows-949", "euc-kr"},  {"sjis", "cp932"},
                {"x-sjis", "cp932"},          {"shift_jis", "cp932"},
                {"shift-jis", "cp932"},       {"windows-31j", "cp932"},
                {"latin1", "windows-1252"},   {"iso8859-1", "windows-1252"},
                {"gb2312", "gb18030"},        {"x-gbk", "gb18030"},
                {"gb_2312-80", "gb18030"},    {"cp1250", "windows-1250"},
                {"cp1251", "windows-1251"},   {"win-1251", "windows-1251"},
                {"cp1252", "windows-1252"},   {"cp1258", "windows-1258"},
                {"koi8r", "koi8-r"},          {"cp850", "ibm850"},
                {"cp437", "ibm437"},
        };

        for (size_t i = 0; i < COUNT_OF(aliases); i++)
                if (strcasecmp(name, aliases[i][0]) == 0)
                        return aliases[i][1];
        return name;
}

static struct charset *charset_open(const char *name)
{
        name = usual_name(name);
        for (size_t i = 0; i < COUNT_OF(charsets); i++) {
                struct charset *c = &charsets[i];

                if (strcasecmp(name, c->name) != 0)
                        continue;
                if (!c->to_utf8)
                        c->to_utf8 = iconv_open("utf-8", c->name);
                return c->to_utf8 == (iconv_t) -1 ? NULL : c;
        }
        return NULL;
}

void decode_prepare(void)
{
        for (size_t i = 0; i < COUNT_OF(charsets); i++)
                charset_open(charsets[i].name);
}

/* UTF-8 as it is, what is not replaced byte by byte; CR and NUL left out. */
static void add_utf8(const char *p, size_t n, struct buf *out)
{
        while (n) {
                size_t good = text_utf8_check(p, n);

                for (size_t i = 0; i < good; i++)
                        if (p[i] != '\r')
                                buf_addc(out, p[i]);
                p += good;
                n -= good;
                if (n) {
                        buf_adds(out, *p ? "\xef\xbf\xbd" : " ");
                        p++;
                        n--;
                }
        }
}

static void convert(struct charset *c, const char *p, size_t n, struct buf *out)
{
        char *in = (char *) p;
        size_t left = n;

        iconv(c->to_utf8, NULL, NULL, NULL, NULL);
        while (left) {
                char piece[4096], *to = piece;
                size_t room = sizeof(piece);
                size_t r = iconv(c->to_utf8, &in, &left, &to, &room);

                add_utf8(piece, (size_t) (to - piece), out);
                if (r != (size_t) -1)
                        return;
                if (errno == EILSEQ && left) {
                        buf_adds(out, "\xef\xbf\xbd");
                        in++;
                        left--;
                } else if (errno != E2BIG) {
                        return; /* cut inside a character */
                }
        }
}

static bool is_utf8_name(const char *charset)
{
        return !charset[0] || strcasecmp(charset, "utf-8") == 0 ||
               strcasecmp(charset, "utf8") == 0 || strcasecmp(charset, "us-ascii") == 0;
}

void decode_text(const char *p, size_t n, const char *charset, struct buf *out)
{
        struct charset *c = is_utf8_name(charset) ? NULL : charset_open(charset);
        bool utf8 = text_utf8_check(p, n) == n && !memchr(p, '\033', n);

        /* Many give UTF-8 another name; valid UTF-8 with non-ASCII is nothing else. */
        if (!c && !utf8)
                c = charset_open(memchr(p, '\033', n) ? "iso-2022-jp" : "windows-1252");
        if (c && utf8 && strncasecmp(charset, "utf-", 4) != 0)
                c = NULL;
        if (c)
                convert(c, p, n, out);
        else
                add_utf8(p, n, out);
}

/* --- RFC 2047 ---------------------------------------------------------------------- */

#define WORD_MAX 2048u

struct word {
        char charset[40];
        char how; /* 'q' or 'b' */
        const char *text;
        size_t n, whole;
};

static bool word_at(const char *p, size_t n, struct word *w)
{
        const char *end = p + (n < WORD_MAX ? n : WORD_MAX), *q, *stop;
        size_t len;

        if (n < 8 || p[0] != '=' || p[1] != '?')
                return false;
        q = memchr(p + 2, '?', (size_t) (end - p - 2));
        if (!q || end - q < 4 || q[2] != '?')
                return false;
        len = strcspn(p + 2, "?*");
        if (len >= sizeof(w->charset) || p + 2 + len > q)
                return false;
        memcpy(w->charset, p + 2, len);
        w->charset[len] = '\0';
        w->how = (char) tolower((unsigned char) q[1]);
        w->text = q + 3;
        for (stop = w->text; stop + 1 < end && !(stop[0] == '?' && stop[1] == '='); stop++)
                ;
        if (stop + 1 >= end)
                return false;
        w->n = (size_t) (stop - w->text);
        w->whole = (size_t) (stop + 2 - p);
        return w->how == 'q' || w->how == 'b';
}

static void add_word(const struct word *w, struct buf *out)
{
        size_t at = 0, n = 0;
        char *bytes = NULL;
        int r = w->how == 'b'
                        ? mailmime_base64_body_parse(w->text, w->n, &at, &bytes, &n)
                        : mailmime_quoted_printable_body_parse(w->text, w->n, &at, &bytes, &n, 1);

        if (r != MAILIMF_NO_ERROR)
                return;
        decode_text(bytes, n, w->charset, out);
        mailmime_decoded_part_free(bytes);
}

void decode_words(const char *p, size_t n, struct buf *out)
{
        CLEANUP(buf_done) struct buf plain = BUF(n);
        const char *end = p + n;
        struct word w;

        while (p < end) {
                const char *q = p;

                if (!word_at(p, (size_t) (end - p), &w)) {
                        buf_addc(&plain, *p++);
                        continue;
                }
                decode_text(plain.s, plain.len, "", out);
                buf_clear(&plain);
                add_word(&w, out);
                p += w.whole;
                for (q = p; q < end && (*q == ' ' || *q == '\t'); q++)
                        ;
                if (q > p && word_at(q, (size_t) (end - q), &w))
                        p = q; /* blanks between two words are not text */
        }
        decode_text(plain.s, plain.len, "", out);
}

/* --- HTML ---------------------------------------------------------------------------- */

static bool tag_is(const char *tag, const char *name)
{
        size_t n = strlen(name);

        tag += *tag == '/';
        return strncasecmp(tag, name, n) == 0 && !isalnum((unsigned char) tag[n]);
}

static const char *skip_element(const char *p, const char *name)
{
        char close[16] = "</";
        const char *end;

        strncat(close, name, sizeof(close) - 3);
        end = strcasestr(p, close);
        return end ? end : p + strlen(p);
}

void add_character(struct buf *b, unsigned long c)
{
        if (c < 0x80) {
                buf_addc(b, (char) c);
        } else if (c < 0x800) {
                buf_addc(b, (char) (0xc0 | c >> 6));
                buf_addc(b, (char) (0x80 | (c & 63)));
        } else if (c < 0x10000) {
                buf_addc(b, (char) (0xe0 | c >> 12));
                buf_addc(b, (char) (0x80 | (c >> 6 & 63)));
                buf_addc(b, (char) (0x80 | (c & 63)));
        } else if (c < 0x110000) {
                buf_addc(b, (char) (0xf0 | c >> 18));
                buf_addc(b, (char) (0x80 | (c >> 12 & 63)));
                buf_addc(b, (char) (0x80 | (c >> 6 & 63)));
                buf_addc(b, (char) (0x80 | (c & 63)));
        }
}

/* "&#233;" and "&#xe9;"; NULL when it is none. */
static const char *add_number(const char *p, struct buf *out)
{
        bool hex = tolower((unsigned char) p[2]) == 'x';
        char *end;
        unsigned long c;

        if (p[1] != '#' || !isxdigit((unsigned char) p[2 + hex]))
                return NULL;
        c = strtoul(p + 2 + hex, &end, hex ? 16 : 10);
        if (c < 32 || (c > 0xd7ff && c < 0xe000) || c > 0x10ffff)
                return NULL;
        add_character(out, c);
        return end + (*end == ';');
}

/* What is looked for has no marks: "&eacute;" is an e. */
static const char *add_marked(const char *p, struct buf *out)
{
        static const char *const marks[] = {"acute;", "grave;", "circ;", "uml;",
                                            "tilde;", "cedil;", "ring;"};

        for (size_t i = 0; i < COUNT_OF(marks); i++)
                if (isalpha((unsigned char) p[1]) &&
                    strncasecmp(p + 2, marks[i], strlen(marks[i])) == 0) {
                        buf_addc(out, p[1]);
                        return p + 2 + strlen(marks[i]);
                }
        return NULL;
}

static const char *add_entity(const char *p, struct buf *out)
{
        const char *behind;

        static const struct {
                const char *name, *text;
        } names[] = {{"&lt;", "<"},     {"&gt;", ">"},    {"&amp;", "&"},   {"&nbsp;", " "},
                     {"&quot;", "\""},  {"&apos;", "'"},  {"&szlig;", "ß"}, {"&aelig;", "æ"},
                     {"&oslash;", "ø"}, {"&rsquo;", "'"}, {"&lsquo;", "'"}};

        for (size_t i = 0; i < COUNT_OF(names); i++)
                if (strncasecmp(p, names[i].name, strlen(names[i].name)) == 0) {
                        buf_adds(out, names[i].text);
                        return p + strlen(names[i].name);
                }
        if ((behind = add_number(p, out)) || (behind = add_marked(p, out)))
                return behind;
        buf_addc(out, '&');
        return p + 1;
}

/* <a href="mailto:a@b.example">Name</a>: the address, which people do not see. */
static void add_link(const char *p, const char *end, struct buf *out)
{
        const char *text = end + (*end == '>');
        size_t n = strcspn(text, "<");
        const char *to = memmem(p, (size_t) (end - p), "mailto:", 7);

        if (!to || memchr(text, '@', n))
                return;
        to += 7;
        buf_adds(out, " <");
        buf_add(out, to, strcspn(to, "\"'?> \n"));
        buf_adds(out, "> ");
}

static const char *add_tag(const char *p, struct buf *out)
{
        static const char *const breaks[] = {
                "br", "p",  "div", "tr", "li", "table", "h1",         "h2",
                "h3", "td", "th",  "hr", "ul", "pre",   "blockquote",
        };
        static const char *const hidden[] = {
                "style",
                "script",
                "title",
        };
        const char *end;

        if (strncmp(p, "<!--", 4) == 0) {
                end = strstr(p, "-->");
                return end ? end + 3 : p + strlen(p);
        }
        end = p + strcspn(p, ">");
        for (size_t i = 0; i < COUNT_OF(breaks); i++)
                if (tag_is(p + 1, breaks[i]) &&
                    (i == 0 || (out->len && out->s[out->len - 1] != '\n')))
                        buf_addc(out, '\n');
        if (p[1] != '/' && tag_is(p + 1, "a"))
                add_link(p, end, out);
        for (size_t i = 0; i < COUNT_OF(hidden); i++)
                if (p[1] != '/' && tag_is(p + 1, hidden[i]))
                        return skip_element(end, hidden[i]);
        return *end ? end + 1 : end;
}

/* A tag, and not <a@b.example>. */
static bool is_tag(const char *p)
{
        if (*p != '<' || !(isalpha((unsigned char) p[1]) || p[1] == '/' || p[1] == '!'))
                return false;
        for (int i = 0; i < ADDR_MAX && p[i] && !strchr("> \n", p[i]); i++)
                if (p[i] == '@')
                        return false;
        return true;
}

void decode_html(const char *p, struct buf *out)
{
        bool as_it_stands = false; /* inside <pre> */

        while (*p && !out->over) {
                if (strncasecmp(p, "<pre", 4) == 0 || strncasecmp(p, "</pre", 5) == 0)
                        as_it_stands = p[1] != '/';
                if (is_tag(p))
                        p = add_tag(p, out);
                else if (*p == '&')
                        p = add_entity(p, out);
                else if (*p == '\n' && !as_it_stands)
                        buf_addc(out, ' '), p++;
                else
                        buf_addc(out, *p++);
        }
}

/* --- for comparing --------------------------------------------------------------------- */

char *fold_text(const char *s, size_t n)
{
        CLEANUP(mem_free) char *copy = mem_strndup(s, n);
        char *folded = NULL, *to;
        bool blank = true;

        for (size_t i = 0; i < n && !folded; i++)
                if ((unsigned char) s[i] > 127) {
                        folded = text_fold(copy);
                        return folded ? folded : TAKE(copy);
                }
        to = folded = mem_alloc(n + 1);
        for (const char *p = copy; *p; p++) {
                bool space = isspace((unsigned char) *p);

                if (!(space && blank))
                        *to++ = space ? ' ' : (char) tolower((unsigned char) *p);
                blank = space;
        }
        if (to > folded && to[-1] == ' ')
                to--;
        *to = '\0';
        return folded;
}
