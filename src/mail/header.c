// SPDX-License-Identifier: MIT
#include "header.h"

#include "press/buf.h"
#include "press/err.h"
#include "press/mem.h"
#include "press/text.h"

#include <assert.h>
#include <errno.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define WORD_MAX       75 /* RFC 2047 section 2 */
#define WORD_FRAME     12 /* =?UTF-8?B? and ?= */
#define ASCII_NAME_MAX 60
#define ENDING_MAX     10 /* of ASCII_NAME_MAX: ".pdf" with its dot */

/* A field on its way; col is where the last line stands. */
struct field {
        struct buf *b;
        size_t col;
};

static void put(struct field *f, const char *s, size_t n)
{
        buf_add(f->b, s, n);
        f->col += n;
}

static void fold(struct field *f)
{
        buf_adds(f->b, "\r\n ");
        f->col = 1;
}

static struct field begin(struct buf *b, const char *name)
{
        struct field f = {.b = b};

        put(&f, name, strlen(name));
        put(&f, ": ", 2);
        return f;
}

/* Of ASCII, whatever the locale says. */
static bool is_alnum(char c)
{
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool is_ascii(const char *s)
{
        while (*s)
                if (*s < ' ' || *s++ > '~')
                        return false;
        return true;
}

/* "=C3" in Q words, "%C3" in parameters. */
static void put_hex(struct field *f, char mark, char c)
{
        static const char digits[] = "0123456789ABCDEF";
        const char hex[3] = {mark, digits[(unsigned char) c >> 4], digits[(unsigned char) c & 15]};

        put(f, hex, sizeof(hex));
}

/* Bytes of the UTF-8 character at s; the text was checked. */
static size_t char_len(const char *s)
{
        unsigned char c = (unsigned char) *s;

        return c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

int header_check(const char *what, const char *value, struct err *e)
{
        struct text_bad bad;
        char name[16];

        if (text_clean(value, 0, &bad))
                return 0;
        if (bad.codepoint == 0xfffd)
                return err_set(e, -EINVAL, "%s: character %u is not UTF-8; write it again", what,
                               bad.column);
        snprintf(name, sizeof(name), "U+%04X", bad.codepoint);
        return err_set(e, -EINVAL,
                       "%s: character %u is the control %s, which a letter's header cannot hold; "
                       "take it out",
                       what, bad.column, name);
}

/* --- encoded words --------------------------------------------------------- */

/* What may stand for itself in a Q word inside a phrase: RFC 2047 section 5 (3). */
static bool is_q_plain(char c)
{
        return is_alnum(c) || (c && strchr("!*+-/", c));
}

static size_t q_cost(const char *s, size_t len)
{
        return len == 1 && (is_q_plain(*s) || *s == ' ') ? 1 : 3 * len;
}

static void put_q(struct field *f, const char *s, size_t n)
{
        for (size_t i = 0; i < n; i++) {
                if (is_q_plain(s[i]))
                        put(f, s + i, 1);
                else if (s[i] == ' ')
                        put(f, "_", 1);
                else
                        put_hex(f, '=', s[i]);
        }
}

static void put_b(struct field *f, const char *s, size_t n)
{
        char out[WORD_MAX + 1];

        sodium_bin2base64(out, sizeof(out), (const unsigned char *) s, n,
                          sodium_base64_VARIANT_ORIGINAL);
        put(f, out, strlen(out));
}

/* As many whole characters of s as fit into `room` columns when encoded. */
static size_t word_len(const char *s, char how, size_t room)
{
        size_t n = 0, used = 0;

        while (s[n]) {
                size_t len = char_len(s + n);

                used = how == 'Q' ? used + q_cost(s + n, len) : (n + len + 2) / 3 * 4;
                if (used > room)
                        break;
                n += len;
        }
        return n;
}

static void put_words_by(struct field *f, const char *s, char how)
{
        while (*s) {
                size_t left = HEADER_COLUMNS - f->col;
                size_t room = (left < WORD_MAX ? left : WORD_MAX) - WORD_FRAME;
                size_t n = word_len(s, how, room);

                assert(f->col + WORD_FRAME < HEADER_COLUMNS && n > 0);
                put(f, "=?UTF-8?", 8);
                put(f, &how, 1);
                put(f, "?", 1);
                if (how == 'Q')
                        put_q(f, s, n);
                else
                        put_b(f, s, n);
                put(f, "?=", 2);
                s += n;
                if (*s)
                        fold(f);
        }
}

/* Blanks between two encoded words vanish when read, so all of s becomes words. */
static void put_words(struct field *f, const char *s)
{
        CLEANUP(buf_done) struct buf q = BUF(8 * strlen(s) + 256), b = BUF(8 * strlen(s) + 256);
        struct field fq = {.b = &q, .col = f->col}, fb = {.b = &b, .col = f->col}, *best;

        put_words_by(&fq, s, 'Q');
        put_words_by(&fb, s, 'B');
        assert(!q.over && !b.over);
        best = q.len <= b.len ? &fq : &fb;
        buf_add(f->b, best->b->s, best->b->len);
        f->col = best->col;
}

/* --- the fields ------------------------------------------------------------ */

/* ASCII whose words fit between folds and that nobody takes for an encoded word. */
static bool is_foldable(const char *s, size_t col)
{
        size_t n = strlen(s), word = col;

        if (!is_ascii(s) || s[0] == ' ' || s[n - 1] == ' ' || strstr(s, "=?"))
                return false;
        for (size_t i = 0; i < n; i++) {
                if (i > 0 && s[i] == ' ' && s[i - 1] != ' ')
                        word = 0;
                if (++word > HEADER_COLUMNS)
                        return false;
        }
        return true;
}

/* Folds in front of a run of blanks, which then opens the next line. */
static void put_folded(struct field *f, const char *s)
{
        while (*s) {
                size_t n = strspn(s, " ");

                n += strcspn(s + n, " ");
                if (*s == ' ' && f->col + n > HEADER_COLUMNS) {
                        buf_adds(f->b, "\r\n");
                        f->col = 0;
                }
                put(f, s, n);
                s += n;
        }
}

int header_text(struct buf *b, const char *name, const char *value, struct err *e)
{
        struct field f;
        int r;

        assert(value[0]);
        r = header_check(name, value, e);
        if (r < 0)
                return r;
        f = begin(b, name);
        if (is_foldable(value, f.col))
                put_folded(&f, value);
        else
                put_words(&f, value);
        buf_adds(b, "\r\n");
        return 0;
}

/* Atoms with one blank between them need no quotes: RFC 5322 section 3.2.3. */
static bool is_atoms(const char *s)
{
        char before = ' ';

        for (; *s; before = *s++)
                if (*s == ' ' ? before == ' '
                              : !(is_alnum(*s) || strchr("!#$%&'*+-/=?^_`{|}~", *s)))
                        return false;
        return before != ' ';
}

static void put_phrase(struct field *f, const char *s)
{
        CLEANUP(buf_done) struct buf quoted = BUF(2 * strlen(s) + 2);

        if (!is_ascii(s) || strstr(s, "=?")) {
                put_words(f, s);
                return;
        }
        if (is_atoms(s)) {
                buf_adds(&quoted, s);
        } else {
                buf_addc(&quoted, '"');
                for (const char *p = s; *p; p++) {
                        if (*p == '"' || *p == '\\')
                                buf_addc(&quoted, '\\');
                        buf_addc(&quoted, *p);
                }
                buf_addc(&quoted, '"');
        }
        if (f->col + quoted.len > HEADER_COLUMNS)
                put_words(f, s);
        else
                put(f, quoted.s, quoted.len);
}

int header_mailbox(struct buf *b, const char *name, const char *phrase, const char *address,
                   struct err *e)
{
        struct field f;
        int r;

        assert(address[0]);
        r = header_check(name, phrase, e);
        if (r == 0)
                r = header_check(name, address, e);
        if (r < 0)
                return r;
        f = begin(b, name);
        if (phrase[0]) {
                put_phrase(&f, phrase);
                if (f.col + 3 + strlen(address) > HEADER_COLUMNS)
                        fold(&f);
                else
                        put(&f, " ", 1);
        }
        buf_addf(b, "<%s>\r\n", address);
        return 0;
}

/* --- parameters ------------------------------------------------------------ */

static bool is_attr_char(char c)
{
        return is_alnum(c) || (c && strchr("-._~", c));
}

static size_t attr_cost(const char *s, size_t len)
{
        return len == 1 && is_attr_char(*s) ? 1 : 3 * len;
}

static void put_attr(struct field *f, const char *s, size_t n)
{
        for (size_t i = 0; i < n; i++) {
                if (is_attr_char(s[i]))
                        put(f, s + i, 1);
                else
                        put_hex(f, '%', s[i]);
        }
}

/* Bytes of whole characters that fit into `room`, and at least one character. */
static size_t attr_len(const char *s, size_t room)
{
        size_t n = 0, used = 0;

        while (s[n]) {
                size_t len = char_len(s + n);

                used += attr_cost(s + n, len);
                if (used > room && n > 0)
                        break;
                n += len;
        }
        return n;
}

/* RFC 2231: param*=UTF-8''... in one piece, or param*0*=, param*1*= and so on. */
static void put_extended(struct field *f, const char *param, const char *value)
{
        static const char charset[] = "UTF-8''";
        size_t n = strlen(value);
        size_t whole = HEADER_COLUMNS - 2 - strlen(param) - 2 - strlen(charset);
        bool pieces = attr_len(value, whole) < n;

        for (unsigned i = 0; i == 0 || *value; i++) {
                char head[64];
                size_t len;

                if (i > 0)
                        put(f, ";", 1);
                fold(f);
                if (pieces)
                        snprintf(head, sizeof(head), "%s*%u*=%s", param, i, i ? "" : charset);
                else
                        snprintf(head, sizeof(head), "%s*=%s", param, charset);
                put(f, head, strlen(head));
                len = attr_len(value, HEADER_COLUMNS - 1 - f->col);
                put_attr(f, value, len);
                value += len;
        }
}

void header_ascii_name(struct buf *b, const char *name)
{
        CLEANUP(mem_free) char *folded = text_fold(name);
        CLEANUP(buf_done) struct buf out = BUF(strlen(name) * 4 + 8);
        const char *dot;
        size_t stem, ending;

        assert(folded);
        for (const char *p = folded; *p; p++) {
                bool good = is_alnum(*p) || *p == '.' || *p == '_';

                if (good)
                        buf_addc(&out, *p);
                else if (out.len > 0 && out.s[out.len - 1] != '-')
                        buf_addc(&out, '-');
        }
        dot = strrchr(out.s, '.');
        stem = dot ? (size_t) (dot - out.s) : out.len;
        ending = out.len - stem;
        if (ending > ENDING_MAX) {
                stem = out.len;
                ending = 0;
        }
        if (stem > ASCII_NAME_MAX - ending)
                stem = ASCII_NAME_MAX - ending;
        while (stem > 0 && strchr("-.", out.s[stem - 1]))
                stem--;
        if (stem == 0)
                buf_adds(b, "file");
        buf_add(b, out.s, stem);
        buf_add(b, out.s + out.len - ending, ending);
}

int header_param(struct buf *b, const char *name, const char *value, const char *param,
                 const char *param_value, struct err *e)
{
        struct field f;
        int r;

        assert(strlen(param) <= 16 && is_ascii(value));
        r = header_check(param, param_value, e);
        if (r < 0)
                return r;
        f = begin(b, name);
        put(&f, value, strlen(value));
        put(&f, ";", 1);
        if (is_ascii(param_value) && !strpbrk(param_value, "\"\\%") && !strstr(param_value, "=?") &&
            strlen(param_value) <= ASCII_NAME_MAX - 8) {
                buf_addf(b, "\r\n %s=\"%s\"\r\n", param, param_value);
                return 0;
        }
        put_extended(&f, param, param_value);
        buf_addf(b, ";\r\n %s=\"", param);
        header_ascii_name(b, param_value);
        buf_adds(b, "\"\r\n");
        return 0;
}
