// SPDX-License-Identifier: MIT
#include "press/template.h"

#include "press/buf.h"
#include "press/err.h"
#include "press/mem.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <errno.h>
#include <string.h>
#include <cmocka.h>

static const struct template_var VARS[] = {
        {.name = "title", .value = "Thông cáo <số 1> & \"số 2\" '"},
        {.name = "body", .value = "<p>đã dựng</p>"},
        {.name = "empty", .value = ""},
        {.name = "name", .value = "x", .late = true},
        {.name = "note", .value = "", .late = true},
        {.name = NULL},
};

static void assert_renders(enum template_kind kind, const char *text, const char *expected)
{
        CLEANUP(buf_done) struct buf out = BUF(10000);
        struct err e = {0};

        assert_int_equal(template_render(text, kind, VARS, &out, &e), 0);
        assert_string_equal(out.s, expected);
}

static void assert_refused(const char *text, unsigned line, const char *reason)
{
        CLEANUP(buf_done) struct buf out = BUF(10000);
        struct err e = {0};
        char got[300];

        assert_int_equal(template_render(text, TEMPLATE_TEXT, VARS, &out, &e), -EINVAL);
        err_text(&e, LANG_EN, got, sizeof(got));
        assert_string_equal(got, reason);
        assert_int_equal(e.line, line);
}

static void test_a_value_is_escaped_for_html_and_left_alone_in_text(void **state)
{
        (void) state;
        assert_renders(TEMPLATE_TEXT, "[{{title}}]", "[Thông cáo <số 1> & \"số 2\" ']");
        assert_renders(TEMPLATE_HTML, "[{{title}}]",
                       "[Thông cáo &lt;số 1&gt; &amp; &quot;số 2&quot; &#39;]");
}

static void test_three_braces_give_the_value_as_it_is(void **state)
{
        (void) state;
        assert_renders(TEMPLATE_HTML, "<td>{{{body}}}</td>", "<td><p>đã dựng</p></td>");
}

static void test_sections_follow_the_value(void **state)
{
        (void) state;
        assert_renders(TEMPLATE_TEXT, "a{{#title}}b{{/title}}c", "abc");
        assert_renders(TEMPLATE_TEXT, "a{{^title}}b{{/title}}c", "ac");
        assert_renders(TEMPLATE_TEXT, "a{{#empty}}b{{/empty}}c", "ac");
        assert_renders(TEMPLATE_TEXT, "a{{^empty}}b{{/empty}}c", "abc");
}

static void test_what_is_inside_a_hidden_section_stays_hidden(void **state)
{
        (void) state;
        assert_renders(TEMPLATE_TEXT,
                       "{{#empty}}{{title}}{{#body}}1{{/body}}{{^empty}}2{{/empty}}{{/empty}}3",
                       "3");
        assert_renders(TEMPLATE_TEXT, "{{#body}}{{^empty}}2{{/empty}}{{/body}}3", "23");
}

static void test_a_section_tag_alone_on_its_line_leaves_no_line(void **state)
{
        (void) state;
        assert_renders(TEMPLATE_TEXT, "a\n{{#body}}\nb\n{{/body}}\nc\n", "a\nb\nc\n");
        assert_renders(TEMPLATE_TEXT, "a\n  {{#empty}} \r\nb\n\t{{/empty}}\nc", "a\nc");
        assert_renders(TEMPLATE_TEXT, "{{#body}}\nb\n{{/body}}", "b\n");
        assert_renders(TEMPLATE_TEXT, "a {{#body}}\nb{{/body}}\n", "a \nb\n");
        assert_renders(TEMPLATE_TEXT, "{{empty}}\nb", "\nb"); /* a value keeps its line */
}

static void test_late_values_are_marked_where_the_letter_is_cut(void **state)
{
        (void) state;
        assert_renders(TEMPLATE_HTML, "Kính gửi {{name}},", "Kính gửi \x01name\x02,");
        assert_renders(TEMPLATE_HTML, "{{{name}}}", "\x01name\x02");
        assert_renders(TEMPLATE_TEXT, "{{#name}}a{{/name}}{{#note}}b{{/note}}", "a");
}

static void test_a_value_that_looks_like_a_tag_is_text(void **state)
{
        static const struct template_var vars[] = {{.name = "a", .value = "{{b}}"}, {.name = NULL}};
        CLEANUP(buf_done) struct buf out = BUF(100);

        (void) state;
        assert_int_equal(template_render("{{a}}", TEMPLATE_TEXT, vars, &out, NULL), 0);
        assert_string_equal(out.s, "{{b}}");
}

static void test_text_without_tags_passes(void **state)
{
        (void) state;
        assert_renders(TEMPLATE_HTML, "", "");
        assert_renders(TEMPLATE_HTML, "<a style=\"x:{y}\">} }}</a>\n",
                       "<a style=\"x:{y}\">} }}</a>\n");
}

static void test_slips_in_a_template_are_refused_with_their_line(void **state)
{
        static const char broken[] = "template: a tag without a name or without its end";

        (void) state;
        assert_refused("a\n\n{{titel}}", 3, "template: there is no value named “titel”");
        assert_refused("{{#empty}}\n{{titel}}{{/empty}}", 2,
                       "template: there is no value named “titel”");
        assert_refused("a\n{{#title}}\nb", 2, "template: “title” is not closed");
        assert_refused("{{#title}}{{/body}}", 1, "template: “body” is closed but was not open");
        assert_refused("\n{{/body}}", 2, "template: “body” is closed but was not open");
        assert_refused("{{title", 1, broken);
        assert_refused("{{title}", 1, broken);
        assert_refused("{{{title}}", 1, broken);
        assert_refused("{{}}", 1, broken);
        assert_refused("{{ title }}", 1, broken);
        assert_refused("{{", 1, broken);
}

static void test_nesting_is_bounded(void **state)
{
        CLEANUP(buf_done) struct buf text = BUF(100000);
        CLEANUP(buf_done) struct buf out = BUF(10);

        (void) state;
        for (int i = 0; i < TEMPLATE_DEPTH_MAX; i++)
                buf_adds(&text, "{{#title}}");
        for (int i = 0; i < TEMPLATE_DEPTH_MAX; i++)
                buf_adds(&text, "{{/title}}");
        assert_int_equal(template_render(text.s, TEMPLATE_TEXT, VARS, &out, NULL), 0);

        buf_clear(&text);
        for (int i = 0; i <= TEMPLATE_DEPTH_MAX; i++)
                buf_adds(&text, "{{#title}}");
        assert_refused(text.s, 1, "template: sections are nested too deep");
}

static void test_a_result_over_the_ceiling_is_an_error(void **state)
{
        CLEANUP(buf_done) struct buf out = BUF(5);
        struct err e = {0};

        (void) state;
        assert_int_equal(template_render("123456", TEMPLATE_TEXT, VARS, &out, &e), -E2BIG);
        assert_int_equal(e.code, -E2BIG);
        assert_int_equal(e.line, 0);
}

static void test_built_in_templates_are_found_by_name(void **state)
{
        (void) state;
        for (const struct template_file *f = template_files; f->name; f++) {
                assert_string_equal(template_find(f->name), f->text);
                assert_true(f->text[0] != '\0');
        }
        assert_null(template_find("no-such-template"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_a_value_is_escaped_for_html_and_left_alone_in_text),
                cmocka_unit_test(test_three_braces_give_the_value_as_it_is),
                cmocka_unit_test(test_sections_follow_the_value),
                cmocka_unit_test(test_what_is_inside_a_hidden_section_stays_hidden),
                cmocka_unit_test(test_a_section_tag_alone_on_its_line_leaves_no_line),
                cmocka_unit_test(test_late_values_are_marked_where_the_letter_is_cut),
                cmocka_unit_test(test_a_value_that_looks_like_a_tag_is_text),
                cmocka_unit_test(test_text_without_tags_passes),
                cmocka_unit_test(test_slips_in_a_template_are_refused_with_their_line),
                cmocka_unit_test(test_nesting_is_bounded),
                cmocka_unit_test(test_a_result_over_the_ceiling_is_an_error),
                cmocka_unit_test(test_built_in_templates_are_found_by_name),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
