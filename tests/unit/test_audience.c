// SPDX-License-Identifier: MIT
#include "press/audience.h"

#include "press/mem.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static char text[ERR_TEXT_MAX];

/* The canonical text of s, which must be right. */
#define assert_reads(s, canonical)                                        \
        do {                                                              \
                CLEANUP(audience_free) struct audience *a_ = NULL;        \
                CLEANUP(audience_free) struct audience *again_ = NULL;    \
                CLEANUP(mem_free) char *out_ = NULL;                      \
                CLEANUP(mem_free) char *twice_ = NULL;                    \
                struct err e_ = {0};                                      \
                if (audience_parse(s, &a_, &e_) < 0) {                    \
                        err_text(&e_, LANG_EN, text, sizeof(text));       \
                        fail_msg("%s", text);                             \
                }                                                         \
                out_ = audience_format(a_);                               \
                assert_string_equal(out_, canonical);                     \
                assert_int_equal(audience_parse(out_, &again_, NULL), 0); \
                twice_ = audience_format(again_);                         \
                assert_string_equal(twice_, out_);                        \
        } while (0)

#define assert_refused(s, reason)                                                 \
        do {                                                                      \
                struct audience *a_ = NULL;                                       \
                struct err e_ = {0};                                              \
                assert_int_equal(audience_parse(s, &a_, &e_), -22 /* -EINVAL */); \
                assert_null(a_);                                                  \
                err_text(&e_, LANG_EN, text, sizeof(text));                       \
                assert_string_equal(text, reason);                                \
        } while (0)

static void test_every_field_is_read(void **state)
{
        (void) state;
        assert_reads("all", "all");
        assert_reads("kind:department", "kind:department");
        assert_reads("KIND:Department", "kind:department");
        assert_reads("role:journalist", "role:journalist");
        assert_reads("org:\"Báo Nhân Dân\"", "org:\"Báo Nhân Dân\"");
        assert_reads("org:TTXVN", "org:TTXVN");
        assert_reads("province:\"Hà Nội\"", "province:\"Hà Nội\"");
        assert_reads("region:“Tây Nguyên”", "region:\"Tây Nguyên\"");
        assert_reads("tag:viễn-thông", "tag:viễn-thông");
        assert_reads("lang:VI", "lang:vi");
        assert_reads("list:hop-bao", "list:hop-bao");
}

static void test_an_address_takes_its_canonical_form(void **state)
{
        (void) state;
        assert_reads("email:Truc@Ministry.EXAMPLE", "email:Truc@ministry.example");
        assert_refused("email:nobody", "Column 7: “nobody” is not a usable e-mail address");
}

static void test_operators_and_parentheses_keep_their_places(void **state)
{
        (void) state;
        assert_reads("(kind:department and role:officer) or kind:press",
                     "(kind:department and role:officer) or kind:press");
        assert_reads("kind:press AND NOT org:X", "kind:press and not org:X");
        assert_reads("not not all", "not not all");
        assert_reads("not ( ( kind:press ) )", "not kind:press");
        assert_reads("all or all or all", "all or all or all");
        assert_reads("(all or all)and(all or all)", "(all or all) and (all or all)");
        assert_reads("not (tag:a and tag:b)", "not (tag:a and tag:b)");
}

static void test_quotes_escape_and_are_added_where_needed(void **state)
{
        (void) state;
        assert_reads("org:\"a \\\"b\\\" \\\\ c\"", "org:\"a \\\"b\\\" \\\\ c\"");
        assert_reads("org:\"TTXVN\"", "org:TTXVN");
        assert_reads("org:\"(x)\"", "org:\"(x)\"");
        assert_reads("tag:a:b", "tag:a:b");
}

/* "tiếng" half-composed, as Windows' keyboard writes it, is one value with its NFC form. */
static void test_values_are_nfc(void **state)
{
        (void) state;
        assert_reads("tag:ti\xc3\xaa\xcc\x81ng", "tag:ti\xe1\xba\xbfng");
}

static void test_columns_count_characters_from_one(void **state)
{
        CLEANUP(audience_free) struct audience *a = NULL;

        (void) state;
        assert_int_equal(audience_parse("tag:viễn-thông or province:“Hà Nội”", &a, NULL), 0);
        assert_int_equal(a->op, AUDIENCE_OR);
        assert_int_equal(a->n, 2);
        assert_int_equal(a->child[0]->column, 5);
        assert_int_equal(a->child[1]->column, 28);
        assert_int_equal(a->child[1]->field, AUDIENCE_PROVINCE);
        assert_string_equal(a->child[1]->value, "Hà Nội");
}

static void test_and_mixed_with_or_shows_both_readings(void **state)
{
        CLEANUP(mem_free) char *first = NULL;
        CLEANUP(mem_free) char *second = NULL;
        unsigned column;

        (void) state;
        assert_refused("kind:press and role:desk or tag:x",
                       "Column 26: “and” and “or” are mixed; write either "
                       "(kind:press and role:desk) or tag:x, or "
                       "kind:press and (role:desk or tag:x)");
        assert_refused("tag:x or not kind:press and role:desk",
                       "Column 25: “and” and “or” are mixed; write either "
                       "tag:x or (not kind:press and role:desk), or "
                       "(tag:x or not kind:press) and role:desk");
        assert_int_equal(
                audience_readings("all and (tag:a or tag:b and tag:c)", &first, &second, &column),
                0);
        assert_string_equal(first, "all and (tag:a or (tag:b and tag:c))");
        assert_string_equal(second, "all and ((tag:a or tag:b) and tag:c)");
        assert_int_equal(column, 25);
}

static void test_readings_are_only_for_mixed_operators(void **state)
{
        char *first = NULL, *second = NULL;
        unsigned column;

        (void) state;
        assert_int_equal(audience_readings("all and all", &first, &second, &column), -22);
        assert_int_equal(audience_readings("all and", &first, &second, &column), -22);
        assert_int_equal(audience_readings("all and all or )", &first, &second, &column), -22);
        assert_null(first);
        assert_null(second);
        assert_refused("all and all or )",
                       "Column 13: “and” and “or” are mixed; add parentheses to say which goes "
                       "together");
}

static void test_errors_name_the_column_and_suggest(void **state)
{
        (void) state;
        assert_refused("", "the audience is empty; write for example kind:press");
        assert_refused(" \t", "the audience is empty; write for example kind:press");
        assert_refused("kind:depatment",
                       "Column 6: no kind “depatment”; did you mean “department”?");
        assert_refused("role:zzz",
                       "Column 6: no role “zzz”; there are leader, officer, journalist, desk");
        assert_refused("lang:fr", "Column 6: no lang “fr”; there are vi and en");
        assert_refused("rol:desk", "Column 1: no field “rol”; did you mean “role”?");
        assert_refused("all or xyzzy:a",
                       "Column 8: no field “xyzzy”; there are kind, role, org, province, region, "
                       "tag, lang, email, list and the word all");
        assert_refused("all adn all", "Column 5: no word “adn”; did you mean “and”?");
        assert_refused("press", "Column 1: “press” stands alone; write kind:press");
        assert_refused("desk", "Column 1: “desk” stands alone; write role:desk");
        assert_refused("VnExpress", "Column 1: “VnExpress” stands alone; write what it is, as in "
                                    "org:\"VnExpress\"");
        assert_refused("org:Báo Nhân Dân",
                       "Column 9: “Nhân” was not expected here; a name of several words stands in "
                       "quotes, as in org:\"Báo Nhân Dân\"");
        assert_refused("kind: press", "Column 6: a value must follow “kind:” directly");
        assert_refused("tag:\"  \"", "Column 5: a value must follow “tag:” directly");
        assert_refused("\"Hà Nội\"", "Column 1: say what the quoted name is, as in org:\"…\"");
}

static void test_what_was_meant_is_said_in_the_grammar(void **state)
{
        (void) state;
        assert_refused("báo chí", "Column 1: “báo chí” stands alone; write kind:press");
        assert_refused("all and Phóng viên",
                       "Column 9: “Phóng viên” stands alone; write role:journalist");
        assert_refused("kind:báo", "Column 6: no kind “báo”; did you mean “press”?");
        assert_refused("a.b@c.example",
                       "Column 1: “a.b@c.example” stands alone; write email:a.b@c.example");
        assert_refused("a@b.example, c@d.example",
                       "Column 1: “a@b.example” stands alone; write email:a@b.example");
        assert_refused("Ha Noi", "Column 1: “Ha Noi” stands alone; write province:\"Hà Nội\"");
        assert_refused("Báo Nhân Dân or all",
                       "Column 1: “Báo Nhân Dân” stands alone; write what it is, as in "
                       "org:\"Báo Nhân Dân\"");
        assert_refused("kind:press, kind:unit",
                       "Column 11: parts are joined by “or”, not by a comma");
        assert_refused("tag:đỏ;tag:đen", "Column 7: parts are joined by “or”, not by a comma");
        assert_refused("org:\"Báo A\", all", "Column 12: parts are joined by “or”, not by a comma");
        assert_refused("all , all", "Column 5: parts are joined by “or”, not by a comma");
        assert_refused(", all", "Column 1: parts are joined by “or”, not by a comma");
}

static void test_a_comma_inside_of_quotes_is_part_of_a_name(void **state)
{
        CLEANUP(audience_free) struct audience *a = NULL;
        CLEANUP(mem_free) char *again = NULL;

        (void) state;
        assert_int_equal(audience_parse("tag:\"a,b\"", &a, NULL), 0);
        assert_string_equal(a->value, "a,b");
        again = audience_format(a);
        assert_string_equal(again, "tag:\"a,b\"");
}

static void test_unbalanced_and_missing_parts_are_named(void **state)
{
        (void) state;
        assert_refused("(kind:press", "Column 1: this “(” is never closed");
        assert_refused("kind:press)", "Column 11: this “)” closes nothing");
        assert_refused("()", "Column 2: nothing stands before this “)”");
        assert_refused("all and", "Column 8: something is missing at the end, as in kind:press");
        assert_refused("all and or all", "Column 9: nothing stands before this “or”");
        assert_refused("and all", "Column 1: nothing stands before this “and”");
        assert_refused("all all", "Column 5: “and” or “or” is missing here");
        assert_refused("all (all)", "Column 5: “and” or “or” is missing here");
        assert_refused("all not all", "Column 5: “and” or “or” is missing here");
        assert_refused("org:\"abc", "Column 5: this quote is never closed");
        assert_refused("org:\"abc\\\"", "Column 5: this quote is never closed");
}

/* R61 R62 */
static void test_broken_and_invisible_characters_are_refused(void **state)
{
        (void) state;
        assert_refused("tag:a\xff",
                       "Column 6: an invisible or broken character in the audience; type it again");
        assert_refused("tag:a\xe2\x80\x8b"
                       "b",
                       "Column 6: an invisible or broken character in the audience; type it again");
        assert_refused("\xe2\x80\xae"
                       "all",
                       "Column 1: an invisible or broken character in the audience; type it again");
}

static char *repeated(const char *s, size_t n, const char *tail)
{
        size_t len = strlen(s);
        char *out = mem_alloc(n * len + strlen(tail) + 1);

        for (size_t i = 0; i < n; i++)
                memcpy(out + i * len, s, len);
        memcpy(out + n * len, tail, strlen(tail) + 1);
        return out;
}

static void test_a_hundred_thousand_parentheses_are_a_clear_error(void **state)
{
        CLEANUP(mem_free) char *s = repeated("(", 100000, "");

        (void) state;
        assert_refused(s, "the audience has 100000 bytes, at most 4096 are possible; a tag or a "
                          "list says the same in a word");
}

static void test_sixty_four_levels_are_the_limit(void **state)
{
        CLEANUP(mem_free) char *fits = repeated("not ", 64, "all");
        CLEANUP(mem_free) char *deep = repeated("(", 65, "all");
        CLEANUP(mem_free) char *nots = repeated("not ", 65, "all");
        CLEANUP(mem_free) char *flat = repeated("(all) or ", 400, "all");
        CLEANUP(audience_free) struct audience *a = NULL;
        CLEANUP(audience_free) struct audience *wide = NULL;

        (void) state;
        assert_int_equal(audience_parse(fits, &a, NULL), 0);
        assert_refused(deep, "Column 65: more than 64 levels of parentheses");
        assert_refused(nots, "Column 257: more than 64 levels of parentheses");
        assert_int_equal(audience_parse(flat, &wide, NULL), 0);
        assert_int_equal(wide->n, 401);
}

static void test_several_to_are_or_and_except_takes_away(void **state)
{
        const char *text_to[] = {"kind:press", "kind:unit and role:officer"};
        const char *text_except[] = {"org:\"Báo X\"", "tag:y"};
        struct audience *to[2] = {NULL}, *except[2] = {NULL};
        CLEANUP(audience_free) struct audience *joined = NULL;
        CLEANUP(mem_free) char *out = NULL;

        (void) state;
        for (size_t i = 0; i < 2; i++) {
                assert_int_equal(audience_parse(text_to[i], &to[i], NULL), 0);
                assert_int_equal(audience_parse(text_except[i], &except[i], NULL), 0);
        }
        audience_place(except[1], 7);
        joined = audience_join(to, 2, except, 2);
        out = audience_format(joined);
        assert_string_equal(out, "(kind:press or (kind:unit and role:officer)) and "
                                 "not (org:\"Báo X\" or tag:y)");
        assert_null(to[0]);
        assert_null(except[1]);
        assert_int_equal(joined->child[1]->child[0]->child[1]->line, 7);
}

static void test_one_to_without_except_is_itself(void **state)
{
        struct audience *to = NULL;
        CLEANUP(audience_free) struct audience *joined = NULL;

        (void) state;
        assert_int_equal(audience_parse("all", &to, NULL), 0);
        joined = audience_join(&to, 1, NULL, 0);
        assert_int_equal(joined->op, AUDIENCE_ALL);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_every_field_is_read),
                cmocka_unit_test(test_an_address_takes_its_canonical_form),
                cmocka_unit_test(test_operators_and_parentheses_keep_their_places),
                cmocka_unit_test(test_quotes_escape_and_are_added_where_needed),
                cmocka_unit_test(test_values_are_nfc),
                cmocka_unit_test(test_columns_count_characters_from_one),
                cmocka_unit_test(test_and_mixed_with_or_shows_both_readings),
                cmocka_unit_test(test_readings_are_only_for_mixed_operators),
                cmocka_unit_test(test_errors_name_the_column_and_suggest),
                cmocka_unit_test(test_what_was_meant_is_said_in_the_grammar),
                cmocka_unit_test(test_a_comma_inside_of_quotes_is_part_of_a_name),
                cmocka_unit_test(test_unbalanced_and_missing_parts_are_named),
                cmocka_unit_test(test_broken_and_invisible_characters_are_refused),
                cmocka_unit_test(test_a_hundred_thousand_parentheses_are_a_clear_error),
                cmocka_unit_test(test_sixty_four_levels_are_the_limit),
                cmocka_unit_test(test_several_to_are_or_and_except_takes_away),
                cmocka_unit_test(test_one_to_without_except_is_itself),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
