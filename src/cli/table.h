/*
 * table.h - rows in aligned columns, safe for a terminal
 *
 * Every cell passes text_escape(); widths are those of the characters shown.
 * The last column is not padded. An empty table prints nothing.
 *
 *      CLEANUP(table_done) struct table t = TABLE(2, 1u << 1);
 *      table_cell(&t, "letters");
 *      table_number(&t, 175);
 *      table_print(&t, 2, stdout);
 */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define TABLE_COLUMNS 12

struct table { /* owns its cells */
        unsigned columns;
        unsigned right; /* bit i: column i stands to the right */
        char **cell;
        size_t n, size;
};

#define TABLE(columns_, right_) ((struct table){.columns = (columns_), .right = (right_)})

/* One cell, from left to right, row by row. */
void table_cell(struct table *t, const char *text);
void table_number(struct table *t, int64_t n);
/* The same where nothing is said for 0. */
void table_count(struct table *t, int64_t n);

/* `indent` blanks before each row; an unfinished row is a fault of ours. */
void table_print(const struct table *t, unsigned indent, FILE *out);
void table_done(struct table *t); /* for CLEANUP */

#endif
