// SPDX-License-Identifier: MIT
#include "press/json.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static char *line;
static size_t line_n;

/* What json_end() writes; free(line) after looking. */
static void end(struct json *j)
{
        FILE *f = open_memstream(&line, &line_n);

        assert_non_null(f);
        json_end(j, f);
        fclose(f);
}

static void test_an_object_is_one_line_with_commas_where_they_belong(void **state)
{
        struct json j;

        (void) state;
        json_begin(&j);
        json_string(&j, "state", "done");
        json_number(&j, "n", -5);
        json_bool(&j, "duplicate", false);
        json_string(&j, "none", NULL);
        json_moment(&j, "at", INT64_C(1795482000123));
        json_moment(&j, "never", 0);
        json_array(&j, "refused");
        json_object(&j, NULL);
        json_number(&j, "row", 3);
        json_close(&j, '}');
        json_object(&j, NULL);
        json_close(&j, '}');
        json_string(&j, NULL, "x");
        json_close(&j, ']');
        json_array(&j, "empty");
        json_close(&j, ']');
        end(&j);
        assert_string_equal(line, "{\"state\":\"done\",\"n\":-5,\"duplicate\":false,\"none\":null,"
                                  "\"at\":\"2026-11-24T01:00:00.123Z\",\"never\":null,"
                                  "\"refused\":[{\"row\":3},{},\"x\"],\"empty\":[]}\n");
        free(line);
}

static void test_values_are_escaped_and_always_utf8(void **state)
{
        struct json j;

        (void) state;
        json_begin(&j);
        json_string(&j, "v", "Tiếng \"Việt\" \\ \n\t\r\x01\x7F \xFF\xC3(\xE2\x80 x");
        end(&j);
        assert_string_equal(line, "{\"v\":\"Tiếng \\\"Việt\\\" \\\\ \\n\\t\\u000d\\u0001\\u007f "
                                  "\xEF\xBF\xBD\xEF\xBF\xBD(\xEF\xBF\xBD\xEF\xBF\xBD x\"}\n");
        free(line);
}

static void test_an_empty_object_is_an_object(void **state)
{
        struct json j;

        (void) state;
        json_begin(&j);
        end(&j);
        assert_string_equal(line, "{}\n");
        free(line);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_an_object_is_one_line_with_commas_where_they_belong),
                cmocka_unit_test(test_values_are_escaped_and_always_utf8),
                cmocka_unit_test(test_an_empty_object_is_an_object),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
