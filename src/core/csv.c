// SPDX-License-Identifier: MIT
#include "press/csv.h"

#include "press/buf.h"
#include "press/err.h"
#include "press/mem.h"
#include "press/text.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

/* No UTF-8 has this byte: it stands for UTF-16 that is broken, so that its cell is named. */
#define BROKEN "\xff"

struct csv {
        struct buf converted; /* of UTF-16 */
        const char *p, *end;
        unsigned line; /* of *p */
        char separator;
        unsigned empty_rows;
        size_t columns; /* of the heading row; 0 = not seen yet */
        char *heading[CSV_COLUMNS_MAX];

        struct buf row; /* the cells, each with its NUL */
        size_t at[CSV_COLUMNS_MAX];
        const char *field[CSV_COLUMNS_MAX];
};

enum trouble { NONE, NOT_UTF8, HAS_NUL, TOO_LONG, TOO_MANY, RAGGED, AFTER_QUOTE, UNCLOSED };

/* One row while it is read. The first trouble counts; reading goes on to the row's end. */
struct scan {
        size_t n;           /* cells so far */
        size_t filled;      /* the last cell with text, 1-based; 0 = none */
        size_t start;       /* of the cell being read, in c->row */
        unsigned cell_line; /* where it starts */
        enum trouble trouble;
        size_t column; /* of the trouble */
        unsigned line; /* of the trouble */
};

static void trouble(struct scan *s, enum trouble what)
{
        if (s->trouble)
                return;
        s->trouble = what;
        s->column = s->n + 1;
        s->line = s->cell_line;
}

static void add_utf8(struct buf *b, uint32_t c)
{
        utf8proc_uint8_t bytes[4];

        buf_add(b, bytes, (size_t) utf8proc_encode_char((utf8proc_int32_t) c, bytes));
}

static void from_utf16(const unsigned char *s, size_t n, bool big, struct buf *out)
{
        uint32_t high = 0; /* surrogate that waits for its low half */

        for (size_t i = 0; i + 1 < n; i += 2) {
                uint32_t c =
                        big ? (uint32_t) s[i] << 8 | s[i + 1] : (uint32_t) s[i + 1] << 8 | s[i];

                if (high && c >= 0xdc00 && c <= 0xdfff) {
                        add_utf8(out, 0x10000 + ((high - 0xd800) << 10) + (c - 0xdc00));
                        high = 0;
                        continue;
                }
                if (high)
                        buf_adds(out, BROKEN);
                high = c >= 0xd800 && c <= 0xdbff ? c : 0;
                if (c >= 0xdc00 && c <= 0xdfff)
                        buf_adds(out, BROKEN);
                else if (!high)
                        add_utf8(out, c);
        }
        if (high || n % 2)
                buf_adds(out, BROKEN);
}

/* The separator that occurs most in the first row, outside quotes. */
static char detect_separator(const char *p, const char *end)
{
        static const char candidates[] = ",;\t";
        size_t count[3] = {0}, best = 0;
        bool quoted = false;

        for (; p < end && *p && (quoted || (*p != '\r' && *p != '\n')); p++) {
                const char *found = strchr(candidates, *p);

                if (*p == '"')
                        quoted = !quoted;
                else if (!quoted && found)
                        count[found - candidates]++;
        }
        for (size_t i = 1; i < 3; i++) {
                if (count[i] > count[best])
                        best = i;
        }
        return candidates[best];
}

/* Steps over one line end, if there is one at p. */
static bool take_line_end(struct csv *c)
{
        if (c->p == c->end || (*c->p != '\r' && *c->p != '\n'))
                return false;
        if (*c->p == '\r' && c->p + 1 < c->end && c->p[1] == '\n')
                c->p++;
        c->p++;
        c->line++;
        return true;
}

static void find_separator(struct csv *c)
{
        while (take_line_end(c))
                c->empty_rows++;
        if (c->end - c->p >= 5 && memcmp(c->p, "sep=", 4) == 0 && memchr(",;\t|", c->p[4], 4) &&
            (c->end - c->p == 5 || c->p[5] == '\r' || c->p[5] == '\n')) {
                c->separator = c->p[4];
                c->p += 5;
                take_line_end(c);
                return;
        }
        c->separator = detect_separator(c->p, c->end);
}

int csv_new(const char *data, size_t n, struct csv **ret_csv, struct err *e)
{
        bool little = n >= 2 && memcmp(data, "\xff\xfe", 2) == 0;
        bool big = n >= 2 && memcmp(data, "\xfe\xff", 2) == 0;
        const char *guess = text_guess_encoding(data, n);
        struct csv *c;

        if (n > CSV_FILE_MAX)
                return err_set(e, -EINVAL, "the table is larger than %u MB; split it",
                               CSV_FILE_MAX >> 20);
        if (strncmp(guess, "Excel", 5) == 0)
                return err_set(e, -EINVAL,
                               "this is a workbook (%s), not a table of text; save it "
                               "in Excel as “CSV UTF-8”",
                               guess);
        if (!little && !big && strcmp(guess, "UTF-16") == 0)
                return err_set(e, -EINVAL,
                               "this looks like UTF-16 without its mark; save it in "
                               "Excel as “CSV UTF-8”");

        c = mem_zalloc(sizeof(*c));
        c->converted = BUF((size_t) CSV_FILE_MAX * 2);
        c->row = BUF(CSV_COLUMNS_MAX * (3u * CSV_FIELD_MAX + 1));
        c->line = 1;
        if (little || big) {
                from_utf16((const unsigned char *) data + 2, n - 2, big, &c->converted);
                data = c->converted.s;
                n = c->converted.len;
        } else if (n >= 3 && memcmp(data, CSV_BOM, 3) == 0) {
                data += 3;
                n -= 3;
        }
        c->p = data;
        c->end = data + n;
        find_separator(c);
        *ret_csv = c;
        return 0;
}

void csv_free(struct csv *c)
{
        if (!c)
                return;
        for (size_t i = 0; i < c->columns; i++)
                free(c->heading[i]);
        buf_done(&c->converted);
        buf_done(&c->row);
        free(c);
}

void csv_done(struct csv **c)
{
        csv_free(*c);
        *c = NULL;
}

unsigned csv_empty_rows(const struct csv *c)
{
        return c->empty_rows;
}

/* Keeps the bytes from..c->p, up to the limit of a cell. */
static void keep(struct csv *c, struct scan *s, const char *from)
{
        size_t n = (size_t) (c->p - from);

        if (c->row.len - s->start + n > CSV_FIELD_MAX)
                trouble(s, TOO_LONG);
        else
                buf_add(&c->row, from, n);
}

/* Reads over the closing quote; false when there is none. */
static bool take_quoted(struct csv *c, struct scan *s)
{
        while (c->p < c->end) {
                const char *from = c->p;

                if (*c->p == '"') {
                        c->p++;
                        if (c->p == c->end || *c->p != '"')
                                return true;
                        from = c->p++; /* one of the two */
                } else if (!take_line_end(c)) {
                        c->p++;
                }
                keep(c, s, from);
        }
        return false;
}

static bool at_cell_end(const struct csv *c)
{
        return c->p == c->end || *c->p == c->separator || *c->p == '\r' || *c->p == '\n';
}

static void scan_cell(struct csv *c, struct scan *s)
{
        const char *from = c->p;

        s->start = c->row.len;
        s->cell_line = c->line;
        if (c->p == c->end || *c->p != '"') {
                while (!at_cell_end(c))
                        c->p++;
                keep(c, s, from);
                return;
        }
        c->p++;
        if (!take_quoted(c, s)) {
                trouble(s, UNCLOSED);
                return;
        }
        while (!at_cell_end(c) && (*c->p == ' ' || *c->p == '\t'))
                c->p++;
        if (at_cell_end(c))
                return;
        trouble(s, AFTER_QUOTE);
        while (c->p < c->end && *c->p != '\r' && *c->p != '\n')
                c->p++;
}

static bool is_blank(const char *cell)
{
        while (*cell == ' ' || *cell == '\t' || *cell == '\r' || *cell == '\n' ||
               strncmp(cell, "\xc2\xa0", 2) == 0)
                cell += *cell == '\xc2' ? 2 : 1;
        return *cell == '\0';
}

/* What a spreadsheet takes for a formula, behind any number of apostrophes. */
static bool is_formula(const char *cell)
{
        cell += strspn(cell, "'");
        return *cell && strchr("=+-@\t\r\n", *cell);
}

/* Checks the cell and brings it to the form that readers are promised. */
static void finish_cell(struct csv *c, struct scan *s)
{
        char *cell = c->row.s + s->start;
        size_t len = c->row.len - s->start;

        if (memchr(cell, '\0', len))
                trouble(s, HAS_NUL);
        else if (text_utf8_check(cell, len) != len)
                trouble(s, NOT_UTF8);
        else if (s->n >= CSV_COLUMNS_MAX && len > 0)
                trouble(s, TOO_MANY);
        if (!s->trouble && s->n < CSV_COLUMNS_MAX) {
                CLEANUP(mem_free) char *nfc = text_nfc(cell);

                if (!is_blank(nfc))
                        s->filled = s->n + 1;
                c->row.len = s->start;
                c->at[s->n] = s->start;
                buf_adds(&c->row, nfc + (nfc[0] == '\'' && is_formula(nfc)));
                buf_addc(&c->row, '\0');
        } else {
                c->row.len = s->start;
        }
        s->n++;
}

static void scan_row(struct csv *c, struct scan *s)
{
        bool more;

        buf_clear(&c->row);
        do {
                scan_cell(c, s);
                finish_cell(c, s);
                more = c->p < c->end && *c->p == c->separator;
                if (more)
                        c->p++;
        } while (more);
        take_line_end(c);
        assert(!c->row.over);
}

/* The heading of a column for a message; its number where it has none. */
static const char *column_name(const struct csv *c, size_t column, char number[24])
{
        if (column <= c->columns && !is_blank(c->heading[column - 1]))
                return c->heading[column - 1];
        snprintf(number, 24, "%zu", column);
        return number;
}

static int explain(const struct csv *c, const struct scan *s, const char *guess, struct err *e)
{
        char number[24];
        const char *name = column_name(c, s->column ? s->column : 1, number);

        switch (s->trouble) {
        case NONE: return 0;
        case NOT_UTF8:
                if (guess[0])
                        err_set(e, -EINVAL,
                                "column “%s”: not UTF-8 (looks like %s); save it in Excel as "
                                "“CSV UTF-8”",
                                name, guess);
                else
                        err_set(e, -EINVAL,
                                "column “%s”: not UTF-8; save it in Excel as “CSV UTF-8”", name);
                break;
        case HAS_NUL: err_set(e, -EINVAL, "column “%s”: holds a NUL byte", name); break;
        case TOO_LONG:
                err_set(e, -EINVAL, "column “%s”: longer than %u bytes", name, CSV_FIELD_MAX);
                break;
        case TOO_MANY: err_set(e, -EINVAL, "more than %u columns", CSV_COLUMNS_MAX); break;
        case RAGGED:
                err_set(e, -EINVAL, "cells: %zu here, %zu in the heading row", s->n, c->columns);
                break;
        case AFTER_QUOTE:
                err_set(e, -EINVAL,
                        "column “%s”: text behind the closing quote; a quote inside a cell is "
                        "written twice",
                        name);
                break;
        case UNCLOSED:
                err_set(e, -EINVAL, "column “%s”: the quote opened here is never closed", name);
                break;
        }
        err_at(e, "", s->line);
        return -EINVAL;
}

/* The cells must fit the heading row; a surplus of empty ones is taken for none. */
static void fit(struct csv *c, struct scan *s, unsigned line)
{
        if (s->trouble)
                return;
        if (!c->columns) {
                for (size_t i = 0; i < s->filled; i++)
                        c->heading[i] = mem_strdup(c->row.s + c->at[i]);
                c->columns = s->filled;
        }
        if (s->n >= c->columns && s->filled <= c->columns) {
                s->n = c->columns;
                return;
        }
        s->trouble = RAGGED;
        s->column = 0;
        s->line = line;
}

int csv_next(struct csv *c, struct csv_row *ret_row, struct err *e)
{
        while (c->p < c->end) {
                struct scan s = {0};
                const char *row = c->p;
                unsigned line = c->line;

                scan_row(c, &s);
                if (!s.trouble && !s.filled) {
                        c->empty_rows++;
                        continue;
                }
                fit(c, &s, line);
                *ret_row = (struct csv_row){.line = line, .column = s.column};
                if (s.trouble) {
                        size_t bytes = (size_t) (c->p - row);

                        if (!c->columns) /* without headings no row means anything */
                                c->p = c->end;
                        return explain(c, &s,
                                       c->converted.len ? "" : text_guess_encoding(row, bytes), e);
                }
                for (size_t i = 0; i < s.n; i++)
                        c->field[i] = c->row.s + c->at[i];
                ret_row->n = s.n;
                ret_row->field = c->field;
                return 1;
        }
        return 0;
}

void csv_write_field(struct buf *out, const char *s)
{
        bool formula = is_formula(s);

        if (!formula && !s[strcspn(s, "\",;\t\r\n")] && s[0] != ' ' &&
            (!s[0] || s[strlen(s) - 1] != ' ')) {
                buf_adds(out, s);
                return;
        }
        buf_adds(out, formula ? "\"'" : "\"");
        for (const char *quote = strchr(s, '"'); quote; quote = strchr(s, '"')) {
                buf_add(out, s, (size_t) (quote - s) + 1);
                buf_addc(out, '"');
                s = quote + 1;
        }
        buf_adds(out, s);
        buf_addc(out, '"');
}
