// SPDX-License-Identifier: MIT
#include "smtpd_words.h"

#include "press/buf.h"
#include "press/mem.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void words_done(struct words *w)
{
        for (size_t i = 0; i < w->n; i++)
                free(w->w[i].s);
        *w = (struct words){0};
}

static int hex(char c)
{
        const char *digits = "0123456789abcdef";
        const char *p = c ? strchr(digits, tolower((unsigned char) c)) : NULL;

        return p ? (int) (p - digits) : -1;
}

/* Reads what follows a backslash; NULL when it is not an escape. */
static const char *escape(const char *p, const char *end, struct buf *b)
{
        static const char from[] = "rnt0e\"\\", to[] = "\r\n\t\0\033\"\\";
        const char *k = p < end && *p ? strchr(from, *p) : NULL;

        if (k) {
                buf_addc(b, to[k - from]);
                return p + 1;
        }
        if (end - p >= 3 && *p == 'x' && hex(p[1]) >= 0 && hex(p[2]) >= 0) {
                buf_addc(b, (char) (hex(p[1]) * 16 + hex(p[2])));
                return p + 3;
        }
        return NULL;
}

static const char *quoted(const char *p, const char *end, struct buf *b, const char **ret_wrong)
{
        while (p < end && *p != '"') {
                if (*p == '\\') {
                        p = escape(p + 1, end, b);
                        if (!p) {
                                *ret_wrong = "an escape that is not known";
                                return NULL;
                        }
                } else {
                        buf_addc(b, *p++);
                }
        }
        if (p == end) {
                *ret_wrong = "a string without its closing quote";
                return NULL;
        }
        return p + 1;
}

const char *words_split(struct words *w, const char *line, size_t n)
{
        const char *p = line, *end = line + n, *wrong = NULL;

        for (;;) {
                CLEANUP(buf_done) struct buf b = BUF(1 << 20);
                bool is_quoted;

                while (p < end && isspace((unsigned char) *p))
                        p++;
                if (p == end || *p == '#')
                        return NULL;
                if (w->n == WORDS_MAX)
                        return "too many words";
                is_quoted = *p == '"';
                if (is_quoted) {
                        p = quoted(p + 1, end, &b, &wrong);
                        if (!p)
                                return wrong;
                } else {
                        while (p < end && !isspace((unsigned char) *p) && *p != '"')
                                buf_addc(&b, *p++);
                }
                w->w[w->n].len = b.len;
                w->w[w->n].quoted = is_quoted;
                w->w[w->n++].s = buf_take(&b);
        }
}

static const struct word *next(const struct words *w, bool is_quoted)
{
        return w->at < w->n && w->w[w->at].quoted == is_quoted ? &w->w[w->at] : NULL;
}

bool words_take(struct words *w, const char *s)
{
        const struct word *word = next(w, false);

        if (!word || strcasecmp(word->s, s))
                return false;
        w->at++;
        return true;
}

bool words_take_number(struct words *w, unsigned max, unsigned *ret)
{
        const struct word *word = next(w, false);
        unsigned long long v;

        if (!word || !word->len || word->len > 10 || strspn(word->s, "0123456789") != word->len)
                return false;
        v = strtoull(word->s, NULL, 10);
        if (v > max)
                return false;
        w->at++;
        *ret = (unsigned) v;
        return true;
}

const struct word *words_take_string(struct words *w)
{
        const struct word *word = next(w, true);

        if (word)
                w->at++;
        return word;
}

const char *words_peek(const struct words *w)
{
        return w->at < w->n ? w->w[w->at].s : "";
}
