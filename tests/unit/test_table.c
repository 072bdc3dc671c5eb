// SPDX-License-Identifier: MIT
#include "../../src/cli/table.h"

#include "press/mem.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

static char *printed(const struct table *t, unsigned indent)
{
        char *text = NULL;
        size_t size;
        FILE *out = open_memstream(&text, &size);

        assert_non_null(out);
        table_print(t, indent, out);
        fclose(out);
        return text;
}

static void test_columns_are_as_wide_as_their_characters_and_the_last_is_not_padded(void **state)
{
        CLEANUP(table_done) struct table t = TABLE(3, 1u << 1);
        CLEANUP(mem_free) char *text = NULL;

        (void) state;
        table_cell(&t, "Sở");
        table_number(&t, 126);
        table_cell(&t, "đang chờ");
        table_cell(&t, "Đơn vị");
        table_number(&t, 4);
        table_cell(&t, "x");
        text = printed(&t, 2);
        assert_string_equal(text, "  Sở      126  đang chờ\n"
                                  "  Đơn vị    4  x\n");
}

static void test_an_empty_cell_keeps_its_place_and_leaves_no_blanks_at_the_end(void **state)
{
        CLEANUP(table_done) struct table t = TABLE(3, 1u << 1);
        CLEANUP(mem_free) char *text = NULL;

        (void) state;
        table_cell(&t, "a");
        table_count(&t, 0);
        table_count(&t, 0);
        table_cell(&t, "");
        table_count(&t, 17);
        table_cell(&t, "z");
        text = printed(&t, 0);
        assert_string_equal(text, "a\n"
                                  "   17  z\n");
}

static void test_what_would_steer_a_terminal_is_made_visible(void **state)
{
        CLEANUP(table_done) struct table t = TABLE(1, 0);
        CLEANUP(mem_free) char *text = NULL;

        (void) state;
        table_cell(&t, "a\x1b[2J\nb");
        text = printed(&t, 0);
        assert_string_equal(text, "a\\x1b[2J\\x0ab\n");
}

static void test_an_empty_table_prints_nothing(void **state)
{
        CLEANUP(table_done) struct table t = TABLE(4, 0);
        CLEANUP(mem_free) char *text = printed(&t, 4);

        (void) state;
        assert_string_equal(text, "");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(
                        test_columns_are_as_wide_as_their_characters_and_the_last_is_not_padded),
                cmocka_unit_test(
                        test_an_empty_cell_keeps_its_place_and_leaves_no_blanks_at_the_end),
                cmocka_unit_test(test_what_would_steer_a_terminal_is_made_visible),
                cmocka_unit_test(test_an_empty_table_prints_nothing),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
