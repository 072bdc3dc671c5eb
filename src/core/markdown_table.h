/*
 * markdown_table.h - a table in plain text: its columns aligned where they fit
 */
#ifndef PRESS_MARKDOWN_TABLE_H
#define PRESS_MARKDOWN_TABLE_H

#include "markdown_walk.h"
#include "press/buf.h"

struct markdown_table {
        size_t columns;
        MD_ALIGN align[MARKDOWN_TABLE_COLUMNS];
        size_t n;         /* cells, row by row, the heading row first */
        struct buf cells; /* each with its NUL */
};

#define MARKDOWN_TABLE(max_bytes) ((struct markdown_table){.cells = BUF(max_bytes)})

void markdown_table_done(struct markdown_table *t);

/* Forgets columns and cells. */
void markdown_table_clear(struct markdown_table *t);

/* One more column; all of them before the first row is complete. */
void markdown_table_column(struct markdown_table *t, MD_ALIGN align);

/* The next cell of the row. What does not fit sets cells.over. */
void markdown_table_cell(struct markdown_table *t, const char *text);

/*
 * The lines, without line ends: aligned with a rule under the heading row when
 * they fit into `width` columns, else "a | b | c" for the caller to wrap.
 */
void markdown_table_print(const struct markdown_table *t, size_t width,
                          void (*line)(void *ctx, const char *s), void *ctx);

#endif
