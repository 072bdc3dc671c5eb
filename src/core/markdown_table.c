// SPDX-License-Identifier: MIT
#include "markdown_table.h"

#include "press/mem.h"
#include "press/text.h"

#include <assert.h>
#include <string.h>

void markdown_table_done(struct markdown_table *t)
{
        buf_done(&t->cells);
}

void markdown_table_clear(struct markdown_table *t)
{
        t->columns = 0;
        t->n = 0;
        buf_clear(&t->cells);
}

void markdown_table_column(struct markdown_table *t, MD_ALIGN align)
{
        assert(t->columns < MARKDOWN_TABLE_COLUMNS);
        t->align[t->columns++] = align;
}

void markdown_table_cell(struct markdown_table *t, const char *text)
{
        t->n++;
        buf_add(&t->cells, text, strlen(text) + 1);
}

static void add_many(struct buf *b, char c, size_t n)
{
        while (n--)
                buf_addc(b, c);
}

/* Appends the cell, filled up to `width` columns. */
static void add_aligned(struct buf *b, const char *cell, size_t width, MD_ALIGN align)
{
        size_t spare = width - text_width(cell);
        size_t before = align == MD_ALIGN_RIGHT ? spare : align == MD_ALIGN_CENTER ? spare / 2 : 0;

        add_many(b, ' ', before);
        buf_adds(b, cell);
        add_many(b, ' ', spare - before);
}

void markdown_table_print(const struct markdown_table *t, size_t width,
                          void (*line)(void *ctx, const char *s), void *ctx)
{
        CLEANUP(buf_done) struct buf b = BUF(t->cells.max + MARKDOWN_TABLE_COLUMNS * 200u);
        size_t widths[MARKDOWN_TABLE_COLUMNS] = {0}, total = 0;
        const char *cell = t->cells.s;
        bool aligned;

        if (t->cells.over)
                return;
        for (size_t i = 0; i < t->n; i++, cell += strlen(cell) + 1) {
                size_t w = text_width(cell);

                if (w > widths[i % t->columns])
                        widths[i % t->columns] = w;
        }
        for (size_t i = 0; i < t->columns; i++)
                total += widths[i] + (i ? 3 : 0);
        aligned = total <= width;

        cell = t->cells.s;
        for (size_t i = 0; i < t->n; i++, cell += strlen(cell) + 1) {
                size_t column = i % t->columns;

                if (column > 0)
                        buf_adds(&b, " | ");
                if (aligned)
                        add_aligned(&b, cell, widths[column], t->align[column]);
                else
                        buf_adds(&b, cell);
                if (column + 1 < t->columns)
                        continue;
                line(ctx, b.s);
                buf_clear(&b);
                if (!aligned || i != column)
                        continue;
                for (size_t k = 0; k < t->columns; k++) {
                        buf_adds(&b, k ? "-+-" : "");
                        add_many(&b, '-', widths[k]);
                }
                line(ctx, b.s);
                buf_clear(&b);
        }
}
