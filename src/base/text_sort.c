// SPDX-License-Identifier: MIT
#include "press/text.h"

#include "press/buf.h"
#include "press/mem.h"
#include "text_internal.h"

#include <assert.h>
#include <string.h>
#include <utf8proc.h>

/*
 * The key is three rows of bytes with 0x01 between them: letters, tones, case.
 * A row is looked at only when all before it are equal, as CLDR's levels are.
 * In the first row: blank < punctuation < digit < letter < other scripts.
 */
enum {
        END_OF_ROW = 0x01,
        W_BLANK = 0x05,
        W_ASCII_SIGN = 0x06,  /* .. 0x25: the 32 of them in ASCII's order */
        W_OTHER_SIGN = 0x26,  /* and its UTF-8 */
        W_DIGIT = 0x30,       /* .. 0x39 */
        W_LETTER = 0x40,      /* .. 0x60: position in the alphabet below */
        W_OTHER_SCRIPT = 0x70 /* and its UTF-8 */
};

enum { TONE_NONE = 0x02, TONE_HUYEN, TONE_HOI, TONE_NGA, TONE_SAC, TONE_NANG, OTHER_MARK = 0x10 };
enum { CASE_LOWER = 0x02, CASE_UPPER };

/* a ă â b c d đ e ê f …: the letter, and below it the mark that makes it one of its own. */
static const char ALPHABET[] = "aaabcdDeefghijklmnooopqrstuuvwxyz"; /* D stands for đ */
static const char MARKS[] = " (^     ^          ^+      +     ";

static int tone_of(uint32_t c)
{
        switch (c) {
        case 0x300: return TONE_HUYEN;
        case 0x309: return TONE_HOI;
        case 0x303: return TONE_NGA;
        case 0x301: return TONE_SAC;
        case 0x323: return TONE_NANG;
        default: return 0;
        }
}

/* Breve, circumflex, horn. */
static char letter_mark_of(uint32_t c)
{
        return c == 0x306 ? '(' : c == 0x302 ? '^' : c == 0x31b ? '+' : 0;
}

/* Weight of a letter with its mark, or 0 when Vietnamese has no such letter. */
static int letter_weight(uint32_t base, char mark)
{
        for (int i = 0; ALPHABET[i]; i++) {
                if ((uint32_t) ALPHABET[i] == base && MARKS[i] == mark)
                        return W_LETTER + i;
        }
        return 0;
}

static void add_sign(struct buf *row, uint32_t c)
{
        static const char signs[] = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

        if (c < 0x80) {
                const char *p = strchr(signs, (int) c);

                buf_addc(row, (char) (W_ASCII_SIGN + (p ? p - signs : 0)));
                return;
        }
        buf_addc(row, W_OTHER_SIGN);
        text_put(row, c);
}

static bool is_sign(uint32_t c)
{
        utf8proc_category_t k = utf8proc_category((utf8proc_int32_t) c);

        return (k >= UTF8PROC_CATEGORY_PC && k <= UTF8PROC_CATEGORY_SO) || c < 0x20 || c == 0x7f;
}

struct rows {
        struct buf letters, tones, cases;
};

/* One character that is no mark, with the marks behind it; returns the bytes used. */
static size_t add_letter(struct rows *k, const char *s, size_t n)
{
        uint32_t c, low, m;
        size_t used = text_next(s, n, &c), len;
        int weight, tone = TONE_NONE;

        low = (uint32_t) utf8proc_tolower((utf8proc_int32_t) c);
        weight = letter_weight(low == 0x111 ? 'D' : low, ' ');

        buf_addc(&k->cases, low == c ? CASE_LOWER : CASE_UPPER);
        for (; used < n; used += len) {
                len = text_next(s + used, n - used, &m);
                if (!text_is_mark(m))
                        break;
                if (weight && tone_of(m)) {
                        tone = tone_of(m);
                } else if (weight && letter_mark_of(m) && letter_weight(low, letter_mark_of(m))) {
                        weight = letter_weight(low, letter_mark_of(m));
                } else {
                        buf_addc(&k->tones, OTHER_MARK);
                        text_put(&k->tones, m);
                }
        }
        buf_addc(&k->tones, (char) tone);

        if (weight)
                buf_addc(&k->letters, (char) weight);
        else if (c >= '0' && c <= '9')
                buf_addc(&k->letters, (char) (W_DIGIT + (int) (c - '0')));
        else if (is_sign(c))
                add_sign(&k->letters, c);
        else {
                buf_addc(&k->letters, W_OTHER_SCRIPT);
                text_put(&k->letters, low);
        }
        return used;
}

static void rows_done(struct rows *k)
{
        buf_done(&k->letters);
        buf_done(&k->tones);
        buf_done(&k->cases);
}

char *text_sort_key(const char *s)
{
        CLEANUP(mem_free) char *nfd = text_normal(s, false);
        size_t n = nfd ? strlen(nfd) : 0, max = n * 5 + 1;
        CLEANUP(rows_done) struct rows k = {BUF(max * 3), BUF(max), BUF(max)};
        bool gap = false;

        if (!nfd)
                return NULL;
        for (size_t i = 0; i < n;) {
                uint32_t c;
                size_t len = text_next(nfd + i, n - i, &c);

                if (text_is_blank(c)) {
                        gap = k.letters.len > 0;
                        i += len;
                        continue;
                }
                if (gap)
                        buf_addc(&k.letters, W_BLANK);
                gap = false;
                i += add_letter(&k, nfd + i, n - i);
        }
        buf_addc(&k.letters, END_OF_ROW);
        buf_add(&k.letters, k.tones.s, k.tones.len);
        buf_addc(&k.letters, END_OF_ROW);
        buf_add(&k.letters, k.cases.s, k.cases.len);
        assert(!k.letters.over && !k.tones.over && !k.cases.over);
        return buf_take(&k.letters);
}
