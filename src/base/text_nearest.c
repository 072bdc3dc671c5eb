// SPDX-License-Identifier: MIT
#include "press/text.h"

#include "press/mem.h"
#include "text_internal.h"

#include <stdlib.h>
#include <string.h>

#define WORD_MAX 64u /* characters; nobody mistypes a longer word by a letter or two */

struct word {
        uint32_t c[WORD_MAX];
        size_t n;
};

/* The folded characters of s; false when s is empty, too long or not UTF-8. */
static bool word_of(const char *s, struct word *ret_w)
{
        CLEANUP(mem_free) char *folded = text_fold(s);
        size_t bytes = folded ? strlen(folded) : 0;

        ret_w->n = 0;
        for (size_t i = 0; i < bytes;) {
                if (ret_w->n == WORD_MAX)
                        return false;
                i += text_next(folded + i, bytes - i, &ret_w->c[ret_w->n++]);
        }
        return ret_w->n > 0;
}

static size_t min3(size_t a, size_t b, size_t c)
{
        size_t least = a < b ? a : b;

        return least < c ? least : c;
}

/* Insertions, deletions, changes and swaps of neighbours (optimal string alignment). */
static size_t distance(const struct word *a, const struct word *b)
{
        size_t d[WORD_MAX + 1][WORD_MAX + 1];

        for (size_t i = 0; i <= a->n; i++)
                d[i][0] = i;
        for (size_t j = 0; j <= b->n; j++)
                d[0][j] = j;
        for (size_t i = 1; i <= a->n; i++) {
                for (size_t j = 1; j <= b->n; j++) {
                        bool same = a->c[i - 1] == b->c[j - 1];

                        d[i][j] = min3(d[i - 1][j] + 1, d[i][j - 1] + 1,
                                       d[i - 1][j - 1] + (same ? 0 : 1));
                        if (i > 1 && j > 1 && a->c[i - 1] == b->c[j - 2] &&
                            a->c[i - 2] == b->c[j - 1] && d[i - 2][j - 2] + 1 < d[i][j])
                                d[i][j] = d[i - 2][j - 2] + 1;
                }
        }
        return d[a->n][b->n];
}

const char *text_nearest(const char *word, const char *const *candidates, size_t n)
{
        struct word w, x;
        const char *best = NULL;
        size_t least;

        if (!word_of(word, &w))
                return NULL;
        least = (w.n <= 3 ? 1 : w.n <= 7 ? 2 : 3) + 1;
        for (size_t i = 0; i < n; i++) {
                size_t d;

                if (!word_of(candidates[i], &x))
                        continue;
                d = distance(&w, &x);
                /* As many edits as letters is another word. */
                if (d < least && d < w.n && d < x.n) {
                        least = d;
                        best = candidates[i];
                }
        }
        return best;
}
