// SPDX-License-Identifier: MIT
#include "press/csv.h"

#include "press/buf.h"
#include "press/err.h"
#include "press/mem.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/*
 * The whole table as text: a row a line, "LINE:cell|cell|"; a wrong row is
 * "LINE!COLUMN reason (LINE OF THE ERROR)".
 */
static char *read_all(const char *data, size_t n)
{
        CLEANUP(csv_done) struct csv *c = NULL;
        CLEANUP(buf_done) struct buf out = BUF(1 << 24);
        struct csv_row row;
        struct err e = {0};
        char reason[1000];
        int r = csv_new(data, n, &c, &e);

        if (r < 0) {
                assert_int_equal(r, -EINVAL);
                err_text(&e, LANG_EN, reason, sizeof(reason));
                return mem_strdup(reason);
        }
        while ((r = csv_next(c, &row, &e)) != 0) {
                if (r < 0) {
                        assert_int_equal(r, -EINVAL);
                        err_text(&e, LANG_EN, reason, sizeof(reason));
                        buf_addf(&out, "%u!%zu %s (%u)\n", row.line, row.column, reason, e.line);
                        continue;
                }
                buf_addf(&out, "%u:", row.line);
                for (size_t i = 0; i < row.n; i++)
                        buf_addf(&out, "%s|", row.field[i]);
                buf_addc(&out, '\n');
        }
        assert_int_equal(csv_next(c, &row, &e), 0); /* the end stays the end */
        if (csv_empty_rows(c))
                buf_addf(&out, "%u empty\n", csv_empty_rows(c));
        return buf_take(&out);
}

/* Data may hold NULs, so it is a literal; copied, so that a sanitizer sees one byte too many. */
#define assert_table(literal, expected)                                                \
        do {                                                                           \
                CLEANUP(mem_free) char *copy_ = mem_dup(literal, sizeof(literal) - 1); \
                CLEANUP(mem_free) char *got_ = read_all(copy_, sizeof(literal) - 1);   \
                assert_string_equal(got_, expected);                                   \
        } while (0)

static void test_plain_rows_are_read_with_their_lines(void **state)
{
        (void) state;
        assert_table("org,email\nBáo A,a@x.example\nBáo B,b@x.example",
                     "1:org|email|\n2:Báo A|a@x.example|\n3:Báo B|b@x.example|\n");
        assert_table("", "");
        assert_table("a", "1:a|\n");
        assert_table("a,b\n1,\n,2\n", "1:a|b|\n2:1||\n3:|2|\n");
}

static void test_all_line_ends_count_as_one_line(void **state)
{
        (void) state;
        assert_table("a,b\r\n1,2\r\n3,4\r\n", "1:a|b|\n2:1|2|\n3:3|4|\n");
        assert_table("a,b\r1,2\r3,4\r", "1:a|b|\n2:1|2|\n3:3|4|\n");
        assert_table("a,b\n1,2\r\n3,4\r5,6", "1:a|b|\n2:1|2|\n3:3|4|\n4:5|6|\n");
}

/* R68 */
static void test_a_byte_order_mark_is_not_part_of_the_first_heading(void **state)
{
        (void) state;
        assert_table("\xef\xbb\xbforg,email\n1,2\n", "1:org|email|\n2:1|2|\n");
        assert_table("\xef\xbb\xbf", "");
        assert_table("\xef\xbb\xbf\"org\",email\n1,2\n", "1:org|email|\n2:1|2|\n");
}

static void test_the_separator_is_found_in_the_heading_row(void **state)
{
        (void) state;
        assert_table("a;b\n1,5;2\n", "1:a|b|\n2:1,5|2|\n");
        assert_table("a\tb\n1;5\t2,5\n", "1:a|b|\n2:1;5|2,5|\n");
        assert_table("\"a;b;c\",d\n1,2\n", "1:a;b;c|d|\n2:1|2|\n");
        assert_table("sep=;\r\na,x;b\r\n1;2\r\n", "2:a,x|b|\n3:1|2|\n");
        assert_table("sep=|\na|b\n1|2\n", "2:a|b|\n3:1|2|\n");
}

/* R68 */
static void test_quotes_hold_separators_line_ends_and_quotes(void **state)
{
        (void) state;
        assert_table("a,b\n\"1,5\",\"x\"\"y\"\n\"\",\"\"\"\"\n", "1:a|b|\n2:1,5|x\"y|\n3:|\"|\n");
        assert_table("a,b\n\"one\ntwo\r\nthree\",2\n3,4\n",
                     "1:a|b|\n2:one\ntwo\r\nthree|2|\n5:3|4|\n");
        assert_table("a,b\n\"1\"  ,2\n", "1:a|b|\n2:1|2|\n");
        assert_table("a,b\nBáo \"X\",2\n", "1:a|b|\n2:Báo \"X\"|2|\n");
}

static void test_utf16_from_excel_is_converted(void **state)
{
        (void) state;
        /* "a\tế\r\n1\t🇻" */
        assert_table("\xff\xfe"
                     "a\0\t\0\xbf\x1e\r\0\n\0"
                     "1\0\t\0\x3c\xd8\xfb\xdd",
                     "1:a|\xe1\xba\xbf|\n2:1|\xf0\x9f\x87\xbb|\n");
        assert_table("\xfe\xff\0a\0,\x1e\xbf\0\n\0"
                     "1\0,\0"
                     "2",
                     "1:a|\xe1\xba\xbf|\n2:1|2|\n");
}

static void test_broken_utf16_is_refused_where_it_is(void **state)
{
        static const char reason[] =
                "1:a|b|\n2!2 column “b”: not UTF-8; save it in Excel as “CSV UTF-8” (2)\n";

        (void) state;
        /* a high half alone, a low half alone, half a unit at the end */
        assert_table("\xfe\xff\0a\0,\0b\0\n\0"
                     "1\0,\xd8\x3c\0x",
                     reason);
        assert_table("\xfe\xff\0a\0,\0b\0\n\0"
                     "1\0,\xdd\xfb",
                     reason);
        assert_table("\xfe\xff\0a\0,\0b\0\n\0"
                     "1\0,\0",
                     reason);
}

/* R61, R68 */
static void test_text_in_another_encoding_is_refused_by_line_and_column(void **state)
{
        (void) state;
        assert_table("id,Họ tên\n1,Nguyễn\n2,Tru\xb5ng T\xa9m\n3,Lê\n",
                     "1:id|Họ tên|\n2:1|Nguyễn|\n"
                     "3!2 column “Họ tên”: not UTF-8 (looks like TCVN3); save it in Excel as "
                     "“CSV UTF-8” (3)\n4:3|Lê|\n");
        assert_table("id,H\xe4 t\xaan\n1,x\n",
                     "1!2 column “2”: not UTF-8 (looks like TCVN3); save it in Excel as "
                     "“CSV UTF-8” (1)\n");
}

static void test_cells_come_out_in_nfc(void **state)
{
        (void) state;
        assert_table("a\nti\xc3\xaa\xcc\x81ng\n", "1:a|\n2:ti\xe1\xba\xbfng|\n");
}

/* R68 */
static void test_rows_without_text_are_skipped_and_counted(void **state)
{
        (void) state;
        assert_table("\n\r\na,b\n\n,\n , \xc2\xa0\n1,2\n;;;\n\n",
                     "3:a|b|\n7:1|2|\n8!0 cells: 1 here, 2 in the heading row (8)\n"
                     "6 empty\n");
        assert_table(",,\na,b\n,,,,,\n", "2:a|b|\n2 empty\n");
}

/* R68 */
static void test_ragged_rows_are_refused_one_by_one(void **state)
{
        (void) state;
        assert_table("a,b,c\n1,2\n1,2,3,4\n1,2,3\n",
                     "1:a|b|c|\n2!0 cells: 2 here, 3 in the heading row (2)\n"
                     "3!0 cells: 4 here, 3 in the heading row (3)\n4:1|2|3|\n");
}

static void test_a_surplus_of_empty_cells_is_no_surplus(void **state)
{
        (void) state;
        assert_table("a,b,,\n1,2,,\n1,2\n1,2,,,,\n", "1:a|b|\n2:1|2|\n3:1|2|\n4:1|2|\n");
        assert_table("a,b,,\n1,2,3,\n", "1:a|b|\n2!0 cells: 4 here, 2 in the heading row (2)\n");
}

static void test_a_quote_never_closed_is_named_where_it_opens(void **state)
{
        (void) state;
        assert_table("a,b\n1,2\n3,\"4\n5,6\n7,8\n",
                     "1:a|b|\n2:1|2|\n3!2 column “b”: the quote opened here is never closed (3)\n");
        assert_table("a,\"", "1!2 column “2”: the quote opened here is never closed (1)\n");
        assert_table("a,b\n1,\"x\"\"",
                     "1:a|b|\n2!2 column “b”: the quote opened here is never closed (2)\n");
}

static void test_text_behind_a_closing_quote_is_refused(void **state)
{
        (void) state;
        assert_table("a,b\n\"1\"x,2\n3,4\n",
                     "1:a|b|\n2!1 column “a”: text behind the closing quote; a quote inside a "
                     "cell is written twice (2)\n3:3|4|\n");
}

static void test_nul_is_refused(void **state)
{
        (void) state;
        assert_table("a,b\n1,x\0y\n3,4\n",
                     "1:a|b|\n2!2 column “b”: holds a NUL byte (2)\n3:3|4|\n");
}

static void test_workbooks_and_unmarked_utf16_are_told_what_they_are(void **state)
{
        (void) state;
        assert_table("PK\3\4\x14\0\6\0", "this is a workbook (Excel XLSX), not a table of text; "
                                         "save it in Excel as “CSV UTF-8”");
        assert_table("a\0,\0b\0\n\0", "this looks like UTF-16 without its mark; save it in Excel "
                                      "as “CSV UTF-8”");
}

/* R68 */
static void test_a_cell_of_a_megabyte_is_taken_and_one_byte_more_refused(void **state)
{
        const size_t mb = CSV_FIELD_MAX;
        CLEANUP(buf_done) struct buf b = BUF(3 * mb);
        CLEANUP(mem_free) char *cell = mem_alloc(mb + 1);
        CLEANUP(csv_done) struct csv *c = NULL;
        struct csv_row row;
        struct err e = {0};

        (void) state;
        memset(cell, 'x', mb + 1);
        buf_adds(&b, "a\n");
        buf_add(&b, cell, mb);
        buf_adds(&b, "\n\"");
        buf_add(&b, cell, mb + 1);
        buf_adds(&b, "\"\nlast\n");
        assert_int_equal(csv_new(b.s, b.len, &c, &e), 0);
        assert_int_equal(csv_next(c, &row, &e), 1);
        assert_int_equal(csv_next(c, &row, &e), 1);
        assert_int_equal(strlen(row.field[0]), mb);
        assert_int_equal(csv_next(c, &row, &e), -EINVAL);
        assert_int_equal(e.line, 3);
        assert_int_equal(row.column, 1);
        assert_int_equal(csv_next(c, &row, &e), 1);
        assert_string_equal(row.field[0], "last");
        assert_int_equal(row.line, 4);
        assert_int_equal(csv_next(c, &row, &e), 0);
}

static void test_the_number_of_columns_is_bounded(void **state)
{
        CLEANUP(buf_done) struct buf b = BUF(10000);

        (void) state;
        for (unsigned i = 0; i < CSV_COLUMNS_MAX; i++)
                buf_adds(&b, i ? ",x" : "x");
        buf_adds(&b, ",,,\n");

        CLEANUP(mem_free) char *good = read_all(b.s, b.len);
        assert_int_equal(strlen(good), strlen("1:\n") + 2 * CSV_COLUMNS_MAX);

        buf_clear(&b);
        for (unsigned i = 0; i <= CSV_COLUMNS_MAX; i++)
                buf_adds(&b, i ? ",x" : "x");
        CLEANUP(mem_free) char *bad = read_all(b.s, b.len);
        assert_string_equal(bad, "1!65 more than 64 columns (1)\n");
}

static void test_the_size_of_a_file_is_bounded(void **state)
{
        struct csv *c = NULL;
        CLEANUP(mem_free) char *data = mem_zalloc(CSV_FILE_MAX + 1);

        (void) state;
        memset(data, 'x', 100);
        assert_int_equal(csv_new(data, CSV_FILE_MAX + 1, &c, NULL), -EINVAL);
        assert_null(c);
}

static void assert_written(const char *s, const char *expected)
{
        CLEANUP(buf_done) struct buf out = BUF(1000);

        csv_write_field(&out, s);
        assert_string_equal(out.s, expected);
}

static void test_cells_are_quoted_where_any_separator_asks_for_it(void **state)
{
        (void) state;
        assert_written("Báo Nhân Dân", "Báo Nhân Dân");
        assert_written("", "");
        assert_written("a,b", "\"a,b\"");
        assert_written("a;b", "\"a;b\"");
        assert_written("a\tb", "\"a\tb\"");
        assert_written("a\nb", "\"a\nb\"");
        assert_written("\"X\"", "\"\"\"X\"\"\"");
        assert_written(" a ", "\" a \"");
}

/* R68 */
static void test_formulas_are_neutralised(void **state)
{
        (void) state;
        assert_written("=1+1", "\"'=1+1\"");
        assert_written("=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\"");
        assert_written("+84 24 3943", "\"'+84 24 3943\"");
        assert_written("-", "\"'-\"");
        assert_written("@SUM(A1)", "\"'@SUM(A1)\"");
        assert_written("\t=1", "\"'\t=1\"");
        assert_written("\r=1", "\"'\r=1\"");
        assert_written("a=1", "a=1");
}

static void test_what_was_written_is_read_back(void **state)
{
        static const char *const v[] = {"=1",   "'=1", "+84", "''-", "'quoted'", "a,b;c\td", "\"",
                                        "a\nb", "@x",  " a ", "'",   "",         "Đà Nẵng"};
        CLEANUP(buf_done) struct buf b = BUF(10000);
        CLEANUP(csv_done) struct csv *c = NULL;
        struct csv_row row;

        (void) state;
        buf_adds(&b, CSV_BOM);
        for (int line = 0; line < 2; line++) {
                for (size_t i = 0; i < COUNT_OF(v); i++) {
                        if (i)
                                buf_addc(&b, ',');
                        csv_write_field(&b, line ? v[i] : "x");
                }
                buf_adds(&b, CSV_EOL);
        }
        assert_int_equal(csv_new(b.s, b.len, &c, NULL), 0);
        assert_int_equal(csv_next(c, &row, NULL), 1);
        assert_int_equal(csv_next(c, &row, NULL), 1);
        assert_int_equal(row.n, COUNT_OF(v));
        for (size_t i = 0; i < COUNT_OF(v); i++)
                assert_string_equal(row.field[i], v[i]);
        assert_int_equal(csv_next(c, &row, NULL), 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_plain_rows_are_read_with_their_lines),
                cmocka_unit_test(test_all_line_ends_count_as_one_line),
                cmocka_unit_test(test_a_byte_order_mark_is_not_part_of_the_first_heading),
                cmocka_unit_test(test_the_separator_is_found_in_the_heading_row),
                cmocka_unit_test(test_quotes_hold_separators_line_ends_and_quotes),
                cmocka_unit_test(test_utf16_from_excel_is_converted),
                cmocka_unit_test(test_broken_utf16_is_refused_where_it_is),
                cmocka_unit_test(test_text_in_another_encoding_is_refused_by_line_and_column),
                cmocka_unit_test(test_cells_come_out_in_nfc),
                cmocka_unit_test(test_rows_without_text_are_skipped_and_counted),
                cmocka_unit_test(test_ragged_rows_are_refused_one_by_one),
                cmocka_unit_test(test_a_surplus_of_empty_cells_is_no_surplus),
                cmocka_unit_test(test_a_quote_never_closed_is_named_where_it_opens),
                cmocka_unit_test(test_text_behind_a_closing_quote_is_refused),
                cmocka_unit_test(test_nul_is_refused),
                cmocka_unit_test(test_workbooks_and_unmarked_utf16_are_told_what_they_are),
                cmocka_unit_test(test_a_cell_of_a_megabyte_is_taken_and_one_byte_more_refused),
                cmocka_unit_test(test_the_number_of_columns_is_bounded),
                cmocka_unit_test(test_the_size_of_a_file_is_bounded),
                cmocka_unit_test(test_cells_are_quoted_where_any_separator_asks_for_it),
                cmocka_unit_test(test_formulas_are_neutralised),
                cmocka_unit_test(test_what_was_written_is_read_back),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
