/*
 * csv.h - tables as Excel and people write them
 *
 * Reading: the whole file lies in memory. A byte order mark, UTF-16 (with its
 * mark), CRLF, LF or CR line ends, and the separators comma, semicolon and TAB
 * (found from the first row, or named by Excel's "sep=;" line) are understood.
 * The first row that is not empty is the heading row; every row must have as
 * many cells (more are taken when the surplus is empty). Rows without any text
 * are skipped and counted. Cells are NFC and have no NUL.
 *
 * A wrong row is an error of that row alone: reading may go on with the next
 * one, so that an import can list everything that is wrong. An error has its
 * line in e->line; the text names the column by its heading.
 *
 * Writing neutralises what a spreadsheet would take for a formula by an
 * apostrophe in front, and reading takes it off again.
 * Source: RFC 4180.
 */
#ifndef PRESS_CSV_H
#define PRESS_CSV_H

#include <stddef.h>

struct buf;
struct csv;
struct err;

#define CSV_FILE_MAX    (64u << 20) /* bytes */
#define CSV_FIELD_MAX   (1u << 20)  /* bytes as they stand in the file */
#define CSV_COLUMNS_MAX 64u

struct csv_row {
        unsigned line;            /* physical line on which the row starts, 1-based */
        size_t column;            /* on error: the cell that is wrong, 1-based; 0 = the row */
        size_t n;                 /* cells; after an error not to be used */
        const char *const *field; /* good until the next call */
};

/*
 * Prepares data[n], which must stay. -EINVAL when it is too large or is not a
 * table of text at all (an Excel workbook). Free with csv_free().
 */
int csv_new(const char *data, size_t n, struct csv **ret_csv, struct err *e);

/* NULL is fine. For CLEANUP(csv_done). */
void csv_free(struct csv *c);
void csv_done(struct csv **c);

/* 1 and a row (the heading row first), 0 at the end, -EINVAL for a wrong row. */
int csv_next(struct csv *c, struct csv_row *ret_row, struct err *e);

/* Rows skipped so far because nothing was in them. */
unsigned csv_empty_rows(const struct csv *c);

#define CSV_BOM "\xef\xbb\xbf" /* without it Excel does not see UTF-8 */
#define CSV_EOL "\r\n"

/* Appends one cell, quoted where any separator asks for it, formulas neutralised. */
void csv_write_field(struct buf *out, const char *s);

#endif
