// SPDX-License-Identifier: MIT
/* Where the headings are when they are not in the first row. */
#include "import_internal.h"

#include "press/csv.h"
#include "press/mem.h"

#include <string.h>

#define LOOK_AT 10u /* lines */
#define ENOUGH  2u  /* known headings make a row of headings, if they are half of its cells */

/* Cells of the row at data[n] that are headings, and of those that have text. */
static size_t known_headings(const char *data, size_t n, size_t *ret_full)
{
        CLEANUP(csv_done) struct csv *csv = NULL;
        struct csv_row row;
        size_t known = 0;

        *ret_full = 0;
        if (csv_new(data, n, &csv, NULL) < 0 || csv_next(csv, &row, NULL) <= 0 || row.line != 1)
                return 0;
        for (size_t i = 0; i < row.n; i++) {
                *ret_full += row.field[i][strspn(row.field[i], " \t\r\n")] != '\0';
                known += entry_field_find(row.field[i]) != ENTRY_UNKNOWN;
        }
        return known;
}

unsigned headings_below(const char *data, size_t n)
{
        const char *p = data, *end = data + n;
        size_t first = 0, full;

        for (unsigned line = 1; line <= LOOK_AT && p < end; line++) {
                const char *next = memchr(p, '\n', (size_t) (end - p));
                size_t known = known_headings(p, (size_t) (end - p), &full);

                if (line == 1)
                        first = known;
                else if (known > first && known >= ENOUGH && 2 * known >= full)
                        return line;
                if (!next)
                        break;
                p = next + 1;
        }
        return 0;
}
