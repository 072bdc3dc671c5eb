// SPDX-License-Identifier: MIT
#include "press/text.h"

#include "press/buf.h"
#include "press/mem.h"
#include "text_internal.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

/*
 * Unicode's stream-safe limit (UAX 15 section 13). utf8proc sorts the marks on
 * one letter by a method that is quadratic, so longer piles are cut into pieces.
 */
#define MARKS_MAX 30u

/* U+FFFD stands for one byte that is not UTF-8. */
#define BAD_CHAR 0xfffdu

size_t text_next(const char *s, size_t n, uint32_t *ret_c)
{
        utf8proc_int32_t c;
        utf8proc_ssize_t len;

        assert(n > 0);
        if ((unsigned char) *s < 0x80) {
                *ret_c = (unsigned char) *s;
                return 1;
        }
        len = utf8proc_iterate((const utf8proc_uint8_t *) s, (utf8proc_ssize_t) n, &c);
        if (len <= 0) {
                *ret_c = TEXT_INVALID;
                return 1;
        }
        *ret_c = (uint32_t) c;
        return (size_t) len;
}

void text_put(struct buf *b, uint32_t c)
{
        utf8proc_uint8_t bytes[4];
        utf8proc_ssize_t len = utf8proc_encode_char((utf8proc_int32_t) c, bytes);

        buf_add(b, bytes, (size_t) len);
}

bool text_is_mark(uint32_t c)
{
        return c >= 0x300 && utf8proc_get_property((utf8proc_int32_t) c)->combining_class != 0;
}

bool text_is_blank(uint32_t c)
{
        if (c < 0x80)
                return c == ' ' || (c >= '\t' && c <= '\r');
        return c == 0x85 || c == 0x2028 || c == 0x2029 ||
               utf8proc_category((utf8proc_int32_t) c) == UTF8PROC_CATEGORY_ZS;
}

size_t text_utf8_check(const char *s, size_t n)
{
        size_t i = 0;

        while (i < n) {
                uint32_t c;
                size_t len = text_next(s + i, n - i, &c);

                if (c == TEXT_INVALID || c == 0)
                        return i;
                i += len;
        }
        return n;
}

/* The end of the next piece that utf8proc may have at once. */
static size_t piece_end(const char *s, size_t n)
{
        size_t i = 0;
        unsigned marks = 0;

        while (i < n) {
                uint32_t c;
                size_t len = text_next(s + i, n - i, &c);

                marks = text_is_mark(c) ? marks + 1 : 0;
                if (marks > MARKS_MAX)
                        return i;
                i += len;
        }
        return n;
}

static bool is_ascii(const char *s, size_t n)
{
        unsigned char all = 0;

        for (size_t i = 0; i < n; i++)
                all |= (unsigned char) s[i];
        return all < 0x80;
}

char *text_normal(const char *s, bool compose)
{
        const int how = UTF8PROC_STABLE | (compose ? UTF8PROC_COMPOSE : UTF8PROC_DECOMPOSE);
        size_t n = strlen(s);
        CLEANUP(buf_done) struct buf b = BUF(n * 4);

        if (is_ascii(s, n))
                return mem_strdup(s);
        if (text_utf8_check(s, n) != n)
                return NULL;
        while (n > 0) {
                size_t len = piece_end(s, n);
                utf8proc_uint8_t *out = NULL;
                utf8proc_ssize_t r =
                        utf8proc_map((const utf8proc_uint8_t *) s, (utf8proc_ssize_t) len, &out,
                                     (utf8proc_option_t) how);

                if (r < 0) /* the text is valid, so only memory can be short */
                        abort();
                buf_add(&b, out, (size_t) r);
                free(out);
                s += len;
                n -= len;
        }
        assert(!b.over);
        return buf_take(&b);
}

char *text_nfc(const char *s)
{
        return text_normal(s, true);
}

/* What stands on or under a letter and takes no room: tones, umlauts, carons. */
static bool is_folded_away(uint32_t c)
{
        return c >= 0x300 && utf8proc_category((utf8proc_int32_t) c) == UTF8PROC_CATEGORY_MN;
}

/* Letters that Unicode does not take apart, as people write them without their mark; or NULL. */
static const char *plain_letter(uint32_t c)
{
        switch (c) {
        case 0x111: return "d";  /* đ */
        case 0xdf: return "ss";  /* ß */
        case 0xf8: return "o";   /* ø */
        case 0x142: return "l";  /* ł */
        case 0xe6: return "ae";  /* æ */
        case 0x153: return "oe"; /* œ */
        default: return NULL;
        }
}

char *text_fold(const char *s)
{
        CLEANUP(mem_free) char *nfd = text_normal(s, false);
        CLEANUP(buf_done) struct buf b = BUF(nfd ? strlen(nfd) * 2 : 0);
        size_t n = nfd ? strlen(nfd) : 0;
        bool gap = false;

        if (!nfd)
                return NULL;
        for (size_t i = 0; i < n;) {
                const char *plain;
                uint32_t c;

                i += text_next(nfd + i, n - i, &c);
                if (is_folded_away(c))
                        continue;
                if (text_is_blank(c)) {
                        gap = b.len > 0;
                        continue;
                }
                if (gap)
                        buf_addc(&b, ' ');
                gap = false;
                c = (uint32_t) utf8proc_tolower((utf8proc_int32_t) c);
                plain = c < 0x80 ? NULL : plain_letter(c);
                if (plain)
                        buf_adds(&b, plain);
                else
                        text_put(&b, c);
        }
        assert(!b.over);
        return buf_take(&b);
}

static bool is_unseen(uint32_t c)
{
        return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x61c || (c >= 0x200b && c <= 0x200f) ||
               (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x2064) ||
               (c >= 0x2066 && c <= 0x2069) || c == 0xfeff || c == TEXT_INVALID;
}

/* Most bytes are: they need no look at Unicode's tables. */
static bool is_print(char c)
{
        return c >= ' ' && c < 0x7f;
}

bool text_clean(const char *s, unsigned flags, struct text_bad *ret_bad)
{
        size_t n = strlen(s);
        unsigned column = 0;

        for (size_t i = 0; i < n;) {
                uint32_t c;
                size_t len;

                column++;
                if (is_print(s[i])) {
                        i++;
                        continue;
                }
                len = text_next(s + i, n - i, &c);
                if (is_unseen(c) &&
                    !((flags & TEXT_LINES) && (c == '\r' || c == '\n' || c == '\t'))) {
                        *ret_bad = (struct text_bad){.offset = i,
                                                     .column = column,
                                                     .codepoint = c == TEXT_INVALID ? BAD_CHAR : c};
                        return false;
                }
                i += len;
        }
        return true;
}

char *text_strip(const char *s)
{
        size_t n = strlen(s);
        CLEANUP(buf_done) struct buf b = BUF(n * 3);
        bool gap = false;

        for (size_t i = 0; i < n;) {
                uint32_t c;

                i += text_next(s + i, n - i, &c);
                if (text_is_blank(c)) {
                        gap = b.len > 0;
                        continue;
                }
                if (is_unseen(c) && c != TEXT_INVALID)
                        continue;
                if (gap)
                        buf_addc(&b, ' ');
                gap = false;
                text_put(&b, c == TEXT_INVALID ? BAD_CHAR : c);
        }
        assert(!b.over);
        return buf_take(&b);
}

/* One character in its safe form; returns its bytes. */
static size_t escape_one(const char *s, size_t len, uint32_t c, char out[16])
{
        if (c == TEXT_INVALID || (is_unseen(c) && c < 0x80))
                return (size_t) snprintf(out, 16, "\\x%02x", (unsigned char) *s);
        if (is_unseen(c))
                return (size_t) snprintf(out, 16, "\\u{%04x}", c);
        if (c == '\\') {
                memcpy(out, "\\\\", 2);
                return 2;
        }
        memcpy(out, s, len);
        return len;
}

size_t text_escape(const char *s, char *out, size_t size)
{
        static const char more[] = "…";
        size_t n = strlen(s), used = 0, cut = 0;

        assert(size > 0);
        for (size_t i = 0; i < n;) {
                char piece[16];
                uint32_t c;
                size_t len, bytes;

                if (is_print(s[i]) && s[i] != '\\' && used + sizeof(more) <= size) {
                        cut = used;
                        out[used++] = s[i++];
                        continue;
                }
                len = text_next(s + i, n - i, &c);
                bytes = escape_one(s + i, len, c, piece);
                /* A mark stays with its letter or goes with it. */
                if (!text_is_mark(c) && used + sizeof(more) <= size)
                        cut = used;
                if (used + bytes >= size) {
                        used = cut;
                        if (used + sizeof(more) <= size) {
                                memcpy(out + used, more, sizeof(more) - 1);
                                used += sizeof(more) - 1;
                        }
                        break;
                }
                memcpy(out + used, piece, bytes);
                used += bytes;
                i += len;
        }
        out[used] = '\0';
        return used;
}

size_t text_width(const char *s)
{
        size_t n = strlen(s), columns = 0;

        for (size_t i = 0; i < n;) {
                uint32_t c;

                i += text_next(s + i, n - i, &c);
                if (c == TEXT_INVALID)
                        columns++;
                else
                        columns += (size_t) utf8proc_charwidth((utf8proc_int32_t) c);
        }
        return columns;
}
