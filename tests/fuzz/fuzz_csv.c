// SPDX-License-Identifier: MIT
/* Tables: rows keep their promises, and what is written is read again; cells of the book. */
#include "fuzz.h"

#include "press/buf.h"
#include "press/csv.h"
#include "press/entry.h"
#include "press/err.h"
#include "press/mem.h"
#include "press/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void check_entry(enum entry_field f, const char *cell)
{
        CLEANUP(mem_free) char *clean = NULL;
        CLEANUP(mem_free) char *again = NULL;
        struct err warning = {0}, e = {0};

        if (entry_clean(f, cell, &clean, &warning, &e) < 0) {
                must(!clean);
                fuzz_reason(&e, -EINVAL);
                return;
        }
        fuzz_clean(clean, 0);
        must(fuzz_is_nfc(clean));
        if (warning.code)
                fuzz_reason(&warning, -EINVAL);
        must(entry_clean(f, clean, &again, &warning, &e) == 0);
        must(strcmp(clean, again) == 0);
}

/* `place` picks the field that the cell is taken for. */
static void check_cell(const char *s, size_t place)
{
        must(text_utf8_check(s, strlen(s)) == strlen(s));
        must(fuzz_is_nfc(s));
        check_entry((enum entry_field)(place % ENTRY_FIELDS), s);
}

static void check_heading(const char *s)
{
        int f = entry_field_find(s);

        must(f < ENTRY_FIELDS && f >= ENTRY_IGNORED);
        if (f == ENTRY_UNKNOWN)
                entry_field_nearest(s);
}

static void write_row(struct buf *b, const char *const *field, size_t n)
{
        for (size_t i = 0; i < n; i++) {
                buf_adds(b, i ? "," : "");
                csv_write_field(b, field[i]);
        }
        buf_adds(b, CSV_EOL);
}

/* A heading row of our own, then the cells: as an export does it. */
static void check_written(const struct csv_row *row)
{
        static const char *const heading[CSV_COLUMNS_MAX] = {"name", "email"};
        const char *names[CSV_COLUMNS_MAX];
        CLEANUP(buf_done) struct buf b = BUF((size_t) 4 << 20);
        CLEANUP(csv_done) struct csv *c = NULL;
        struct csv_row again;
        bool blank = true;

        for (size_t i = 0; i < row->n; i++) {
                names[i] = i < 2 ? heading[i] : "x";
                blank = blank && !row->field[i][strspn(row->field[i], " \t\r\n\xc2\xa0")];
        }
        buf_adds(&b, CSV_BOM);
        write_row(&b, names, row->n);
        write_row(&b, row->field, row->n);
        must(csv_new(b.s, b.len, &c, NULL) == 0);
        must(csv_next(c, &again, NULL) == 1);
        must(again.n == row->n && again.line == 1);
        if (blank)
                return;
        must(csv_next(c, &again, NULL) == 1);
        must(again.n == row->n && again.line == 2);
        for (size_t i = 0; i < row->n; i++)
                must(strcmp(again.field[i], row->field[i]) == 0);
        must(csv_next(c, &again, NULL) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
        CLEANUP(csv_done) struct csv *c = NULL;
        struct csv_row row = {0};
        unsigned rows = 0, line = 0;
        struct err e = {0};
        int r = csv_new((const char *) data, n, &c, &e);

        if (r < 0)
                fuzz_reason(&e, -EINVAL);
        while (r >= 0 && (r = csv_next(c, &row, &e)) != 0) {
                must(++rows <= n);
                must(row.line > line && row.line <= n + 1);
                line = row.line;
                if (r < 0)
                        fuzz_reason(&e, -EINVAL);
                for (size_t i = 0; r > 0 && i < row.n; i++)
                        check_cell(row.field[i], row.line * 5 + i);
                for (size_t i = 0; r > 0 && i < row.n && rows == 1; i++)
                        check_heading(row.field[i]);
                if (r > 0)
                        check_written(&row);
                r = 1;
        }
        return 0;
}
