// SPDX-License-Identifier: MIT
#include "table.h"

#include "press/mem.h"
#include "press/text.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define GAP 2 /* blanks between columns */

void table_cell(struct table *t, const char *text)
{
        size_t size = 4 * strlen(text) + 1; /* text_escape() makes four of one at most */

        assert(t->columns >= 1 && t->columns <= TABLE_COLUMNS);
        if (t->n == t->size) {
                t->size = t->size ? 2 * t->size : 64;
                t->cell = mem_realloc(t->cell, t->size, sizeof(*t->cell));
        }
        t->cell[t->n] = mem_alloc(size);
        text_escape(text, t->cell[t->n++], size);
}

void table_number(struct table *t, int64_t n)
{
        char s[24];

        snprintf(s, sizeof(s), "%" PRId64, n);
        table_cell(t, s);
}

void table_count(struct table *t, int64_t n)
{
        if (n)
                table_number(t, n);
        else
                table_cell(t, "");
}

static void blanks(size_t n, FILE *out)
{
        while (n--)
                putc(' ', out);
}

static void row_print(const struct table *t, char *const *row, const size_t *width, FILE *out)
{
        size_t owed = 0; /* blanks that only count when something follows */

        for (unsigned i = 0; i < t->columns; i++) {
                size_t pad = width[i] - text_width(row[i]);

                if (row[i][0] == '\0') {
                        owed += width[i] + GAP;
                        continue;
                }
                if (t->right & 1u << i)
                        owed += pad;
                blanks(owed, out);
                fputs(row[i], out);
                owed = GAP + (t->right & 1u << i ? 0 : pad);
        }
        putc('\n', out);
}

void table_print(const struct table *t, unsigned indent, FILE *out)
{
        size_t width[TABLE_COLUMNS] = {0};

        assert(t->n % t->columns == 0);
        for (size_t i = 0; i < t->n; i++) {
                size_t w = text_width(t->cell[i]);

                if (w > width[i % t->columns])
                        width[i % t->columns] = w;
        }
        for (size_t i = 0; i < t->n; i += t->columns) {
                blanks(indent, out);
                row_print(t, t->cell + i, width, out);
        }
}

void table_done(struct table *t)
{
        for (size_t i = 0; i < t->n; i++)
                free(t->cell[i]);
        free(t->cell);
        *t = (struct table){0};
}
