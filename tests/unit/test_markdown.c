// SPDX-License-Identifier: MIT
#include "press/markdown.h"

#include "press/buf.h"
#include "press/err.h"
#include "press/mem.h"
#include "press/text.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define P  "<p style=\"margin:0 0 12px 0\">"
#define A  "\">"
#define UL "<ul style=\"margin:0 0 12px 0;padding:0 0 0 24px\">\n"
#define LI "<li style=\"margin:0 0 4px 0\">"

static void assert_html(const char *md, const char *expected)
{
        CLEANUP(buf_done) struct buf out = BUF(100000);

        assert_int_equal(markdown_html(md, &out, NULL), 0);
        assert_string_equal(out.s, expected);
}

static void assert_plain(const char *md, const char *expected)
{
        CLEANUP(buf_done) struct buf out = BUF(100000);

        assert_int_equal(markdown_text(md, &out, NULL), 0);
        assert_string_equal(out.s, expected);
}

static void assert_both(const char *md, const char *html, const char *text)
{
        assert_html(md, html);
        assert_plain(md, text);
}

/* Both refuse, with the same reason. */
static void assert_refused(const char *md, const char *reason)
{
        int (*const render[])(const char *, struct buf *, struct err *) = {markdown_html,
                                                                           markdown_text};

        for (size_t i = 0; i < 2; i++) {
                CLEANUP(buf_done) struct buf out = BUF(1u << 26);
                struct err e = {0};
                char got[300];

                assert_int_equal(render[i](md, &out, &e), -EINVAL);
                err_text(&e, LANG_EN, got, sizeof(got));
                assert_string_equal(got, reason);
        }
}

static char *repeat(const char *s, size_t n)
{
        struct buf b = BUF(strlen(s) * n + 1);

        for (size_t i = 0; i < n; i++)
                buf_adds(&b, s);
        return buf_take(&b);
}

static void test_paragraphs_and_line_ends_are_kept(void **state)
{
        (void) state;
        assert_both("Một\nhai\n\nba\n", P "Một<br>\nhai</p>\n" P "ba</p>\n", "Một\nhai\n\nba\n");
        assert_both("a\r\nb\r\n", P "a<br>\nb</p>\n", "a\nb\n");
        assert_both("", "", "");
        assert_both("    thụt vào\n", P "thụt vào</p>\n", "thụt vào\n");
}

static void test_emphasis_is_shown_or_left_out(void **state)
{
        (void) state;
        assert_both("**Bộ** *và* `mã`", P "<strong>Bộ</strong> <em>và</em> <code>mã</code></p>\n",
                    "Bộ và mã\n");
        assert_both("~~63~~ 34", P "<del>63</del> 34</p>\n", "~~63~~ 34\n");
}

static void test_raw_html_is_shown_as_text(void **state)
{
        (void) state;
        assert_both("<script>alert(1)</script>", P "&lt;script&gt;alert(1)&lt;/script&gt;</p>\n",
                    "<script>alert(1)</script>\n");
        assert_both("a <b onclick=\"x\">đậm</b> <!-- c -->",
                    P "a &lt;b onclick=&quot;x&quot;&gt;đậm&lt;/b&gt; &lt;!-- c --&gt;</p>\n",
                    "a <b onclick=\"x\">đậm</b> <!-- c -->\n");
        assert_html("<div\nstyle='x'>", P "&lt;div<br>\nstyle=&#39;x&#39;&gt;</p>\n");
}

static void test_links_that_may_be_followed_are_links(void **state)
{
        (void) state;
        assert_both("[trang](https://a.example/?x=1&y=2)",
                    P "<a href=\"https://a.example/?x=1&amp;y=2" A "trang</a></p>\n",
                    "trang (https://a.example/?x=1&y=2)\n");
        assert_both("[gọi](tel:+842412345) [thư](MAILTO:a@x.example)",
                    P "<a href=\"tel:+842412345" A "gọi</a> <a href=\"MAILTO:a@x.example" A
                      "thư</a></p>\n",
                    "gọi (tel:+842412345) thư (MAILTO:a@x.example)\n");
        assert_both("<https://a.example> https://b.example/x.",
                    P "<a href=\"https://a.example" A "https://a.example</a> "
                      "<a href=\"https://b.example/x" A "https://b.example/x</a>.</p>\n",
                    "https://a.example https://b.example/x.\n");
        assert_both("<a@x.example>", P "<a href=\"mailto:a@x.example" A "a@x.example</a></p>\n",
                    "a@x.example\n");
        assert_both("[](https://a.example)",
                    P "<a href=\"https://a.example" A "https://a.example</a></p>\n",
                    "(https://a.example)\n");
}

static void test_other_links_are_text_with_their_address(void **state)
{
        static const char *const urls[] = {"javascript:alert(1)",
                                           "JaVaScRiPt:alert(1)",
                                           "data:text/html,x",
                                           "vbscript:x",
                                           "file:///etc/passwd",
                                           "so-lieu.pdf",
                                           "//a.example/x",
                                           "&#106;avascript:alert(1)",
                                           "http:",
                                           "https://"};

        (void) state;
        assert_both("[bấm](javascript:alert(1))", P "bấm (javascript:alert(1))</p>\n",
                    "bấm (javascript:alert(1))\n");
        for (size_t i = 0; i < COUNT_OF(urls); i++) {
                CLEANUP(mem_free) char *md = mem_printf("[a](<%s>) ![b](<%s>)", urls[i], urls[i]);
                CLEANUP(buf_done) struct buf out = BUF(10000);

                assert_int_equal(markdown_html(md, &out, NULL), 0);
                assert_null(strstr(out.s, "<a"));
                assert_null(strstr(out.s, "<img"));
        }
}

/* md4c leaves emphasis open whose end lies in an address; the rest of the letter would be bold. */
static void test_emphasis_ends_with_its_paragraph(void **state)
{
        (void) state;
        assert_html("![i](h**x:/[i](h**x://e/i)\n\n- [a](https://e.example)\n",
                    P "![i](h<strong>x:/i (h**x://e/i)</strong></p>\n"
                      "<ul style=\"margin:0 0 12px 0;padding:0 0 0 24px\">\n"
                      "<li style=\"margin:0 0 4px 0\"><a href=\"https://e.example\">a</a></li>\n"
                      "</ul>\n");
}

static void test_an_address_cannot_leave_its_attribute(void **state)
{
        (void) state;
        assert_html("[a](<https://a.example/\"onmouseover='x'>)",
                    P "<a href=\"https://a.example/%22onmouseover=&#39;x&#39;" A "a</a></p>\n");
        assert_html("[a](<https://a.example/&quot;&lt;b c>)",
                    P "<a href=\"https://a.example/%22%3Cb%20c" A "a</a></p>\n");
        assert_html("[a](https://a.example/đ)",
                    P "<a href=\"https://a.example/%C4%91" A "a</a></p>\n");
}

static void test_images_become_their_description_and_a_link(void **state)
{
        (void) state;
        assert_both("![Ảnh *họp*](http://a.example/1.png \"tên\")",
                    P "<a href=\"http://a.example/1.png" A "Ảnh <em>họp</em></a></p>\n",
                    "Ảnh họp (http://a.example/1.png)\n");
        assert_both("[![logo](l.png)](https://a.example)",
                    P "<a href=\"https://a.example" A "logo</a></p>\n",
                    "logo (https://a.example)\n");
        assert_both("![logo](l.png)", P "logo (l.png)</p>\n", "logo (l.png)\n");
}

/* An image in the text itself (data:) would fill the letter with base64. */
static void test_a_long_address_that_is_no_link_is_cut(void **state)
{
        CLEANUP(mem_free) char *base64 = repeat("QUJD", 1000);
        CLEANUP(mem_free) char *md = mem_printf("![b](data:image/png;base64,%s)", base64);
        CLEANUP(buf_done) struct buf out = BUF(10000);

        (void) state;
        assert_int_equal(markdown_text(md, &out, NULL), 0);
        assert_true(out.len < 150);
        assert_non_null(strstr(out.s, "…)\n"));
}

static void test_entities_are_resolved_but_never_to_what_cannot_be_seen(void **state)
{
        (void) state;
        assert_both("&lt;b&gt; &amp; &#8220;x&#x201D; a&nbsp;b",
                    P "&lt;b&gt; &amp; “x” a\xc2\xa0"
                      "b</p>\n",
                    "<b> & “x” a\xc2\xa0"
                    "b\n");
        assert_plain("&#8238; &#x200b; &#0; &#1; &#xd800; &#x110000; &#99999999999; &foo;",
                     "&#8238; &#x200b; &#0; &#1; &#xd800; &#x110000; &#99999999999; &foo;\n");
}

static void test_headings_stand_out(void **state)
{
        (void) state;
        assert_both("# Đính chính số 12\n\n## Về số liệu\ntext",
                    "<h1 style=\"margin:16px 0 8px 0;font-size:20px;font-weight:bold\">"
                    "Đính chính số 12</h1>\n"
                    "<h2 style=\"margin:16px 0 8px 0;font-size:18px;font-weight:bold\">"
                    "Về số liệu</h2>\n" P "text</p>\n",
                    "ĐÍNH CHÍNH SỐ 12\n\nVề số liệu\n----------\n\ntext\n");
        assert_plain("# xem https://a.example/x", "XEM https://a.example/x\n");
}

static void test_lists_are_bulleted_and_numbered(void **state)
{
        (void) state;
        assert_both("- một\n- hai\n\n7. bảy\n8. tám\n",
                    UL LI "một</li>\n" LI "hai</li>\n</ul>\n"
                          "<ol start=\"7\" style=\"margin:0 0 12px 0;padding:0 0 0 28px\">\n" LI
                          "bảy</li>\n" LI "tám</li>\n</ol>\n",
                    "• một\n• hai\n\n7. bảy\n8. tám\n");
        assert_plain("Gồm:\n- a\n  - b\n    1. c\n- d\n\nHết",
                     "Gồm:\n\n• a\n  • b\n    1. c\n• d\n\nHết\n");
        assert_plain("1. a\n\n   b\n\n2. c\n", "1. a\n\n   b\n\n2. c\n");
        assert_plain("-\n- a\n", "•\n• a\n");
        assert_plain("9. dài\n10. hơn\n    tiếp\n", "9. dài\n10. hơn\n    tiếp\n");
}

static void test_quotes_are_marked_on_every_line(void **state)
{
        (void) state;
        assert_plain("> một\n> hai\n>\n> - ba\n\nhết\n", "> một\n> hai\n>\n> • ba\n\nhết\n");
        assert_plain("> > sâu\n", "> > sâu\n");
        assert_html("> một", "<blockquote style=\"margin:0 0 12px 0;padding:0 0 0 12px;"
                             "border-left:3px solid #999999\">\n" P "một</p>\n</blockquote>\n");
}

static void test_code_and_rules_pass_as_they_are(void **state)
{
        (void) state;
        assert_both("```\na  <b>\n\n  c\n```\n***\n",
                    "<pre style=\"margin:0 0 12px 0;font-family:monospace;white-space:pre-wrap\">"
                    "a  &lt;b&gt;\n\n  c\n</pre>\n"
                    "<hr style=\"border:0;border-top:1px solid #999999;margin:16px 0\">\n",
                    "a  <b>\n\n  c\n\n--------------------\n");
}

static void test_no_line_of_plain_text_ends_in_a_blank(void **state)
{
        (void) state;
        assert_plain("a \t\nb\t\n\n```\nc \t\n```\n", "a\nb\n\nc\n");
}

static void test_a_table_keeps_its_columns(void **state)
{
        (void) state;
        assert_plain("| Chỉ tiêu | 2025 | Ghi chú |\n|---|--:|:-:|\n| Dịch vụ | 1.000 | x |\n"
                     "| Sở | 63 |\n",
                     "Chỉ tiêu |  2025 | Ghi chú\n"
                     "---------+-------+--------\n"
                     "Dịch vụ  | 1.000 |    x\n"
                     "Sở       |    63 |\n");
        assert_html("|a|\n|--:|\n|<b>|\n",
                    "<table cellpadding=\"0\" cellspacing=\"0\" border=\"0\" "
                    "style=\"border-collapse:collapse;margin:0 0 12px 0\">\n<thead>\n"
                    "<tr><th align=\"right\" style=\"border:1px solid #999999;padding:4px 8px;"
                    "text-align:right;vertical-align:top\">a</th></tr>\n"
                    "</thead>\n<tbody>\n"
                    "<tr><td align=\"right\" style=\"border:1px solid #999999;padding:4px 8px;"
                    "text-align:right;vertical-align:top\">&lt;b&gt;</td></tr>\n"
                    "</tbody>\n</table>\n");
}

static void test_a_table_too_wide_is_written_row_by_row(void **state)
{
        (void) state;
        assert_plain("|a|b|\n|---|---|\n|một hai ba bốn năm sáu bảy tám|một hai ba bốn năm sáu bảy "
                     "tám chín mười|\n",
                     "a | b\n"
                     "một hai ba bốn năm sáu bảy tám | một hai ba bốn năm sáu bảy tám chín\n"
                     "mười\n");
}

static void test_vietnamese_is_wrapped_by_width_not_by_bytes(void **state)
{
        CLEANUP(mem_free) char *md = repeat("ườ ", 40); /* 80 columns, 3 and 2 bytes a letter */
        CLEANUP(buf_done) struct buf out = BUF(10000);

        (void) state;
        assert_int_equal(markdown_text(md, &out, NULL), 0);
        assert_int_equal(strcspn(out.s, "\n"), 24 * strlen("ườ ") - 1); /* 71 columns */
        assert_plain("Ngày 24/11, Trung tâm Thông tin tổ chức họp báo thường kỳ quý IV để thông "
                     "tin về tiến độ.",
                     "Ngày 24/11, Trung tâm Thông tin tổ chức họp báo thường kỳ quý IV để\n"
                     "thông tin về tiến độ.\n");
}

static void test_an_address_is_never_broken(void **state)
{
        CLEANUP(mem_free) char *tail = repeat("rat-dai/", 15);
        CLEANUP(mem_free) char *md = mem_printf("Xem https://a.example/%s để biết", tail);
        CLEANUP(mem_free) char *text = mem_printf("Xem\nhttps://a.example/%s\nđể biết\n", tail);

        (void) state;
        assert_plain(md, text);
}

static void test_every_line_of_lists_and_quotes_keeps_to_the_width(void **state)
{
        CLEANUP(mem_free) char *words = repeat("chuyển đổi ", 40);
        CLEANUP(mem_free) char *md = mem_printf("> 1. %s\n>    - %s", words, words);
        CLEANUP(buf_done) struct buf out = BUF(10000);

        (void) state;
        assert_int_equal(markdown_text(md, &out, NULL), 0);
        for (char *line = out.s; *line; line += strlen(line) + 1) {
                line[strcspn(line, "\n")] = '\0';
                assert_true(text_width(line) <= MARKDOWN_COLUMNS);
                assert_int_equal(strncmp(line, "> ", 2), 0);
        }
}

static void test_appending_keeps_what_is_there(void **state)
{
        CLEANUP(buf_done) struct buf out = BUF(100);

        (void) state;
        buf_adds(&out, "trước\n");
        assert_int_equal(markdown_text("sau", &out, NULL), 0);
        assert_string_equal(out.s, "trước\nsau\n");
}

/* LIBRARIES 3: md4c is fast on these; the recursion of others is not. */
static void test_hostile_text_ends_soon_and_in_bounds(void **state)
{
        static const char *const units[] = {"[",    "![", "*a ", "_a_",    "a](",   "[a](b", "<a ",
                                            "~~a ", "*_", "`",   "&#x41;", "a\n\n", "|a"};

        (void) state;
        for (size_t i = 0; i < COUNT_OF(units); i++) {
                CLEANUP(mem_free) char *md = repeat(units[i], 200000);
                CLEANUP(buf_done) struct buf html = BUF(1u << 24), text = BUF(1u << 24);

                markdown_html(md, &html, NULL);
                markdown_text(md, &text, NULL);
                assert_true(html.len <= html.max && text.len <= text.max);
        }
}

static void test_depth_size_and_number_are_bounded(void **state)
{
        CLEANUP(mem_free) char *quotes = repeat(">", 200000);
        CLEANUP(mem_free) char *urls = repeat("http://a.example ", 5001);
        CLEANUP(mem_free) char *cells = repeat("|a", 65);
        CLEANUP(mem_free) char *dashes = repeat("|---", 65);
        CLEANUP(mem_free) char *wide = mem_printf("%s\n%s\n", cells, dashes);
        CLEANUP(mem_free) char *rows = repeat("|\n", 60000);
        CLEANUP(mem_free) char *tall = mem_printf("|a|\n|---|\n%s", rows);
        CLEANUP(mem_free) char *large = repeat("0123456789abcdef", (1u << 20) + 1);
        static const char table[] = "a table has more than 64 columns, or the tables more than "
                                    "50000 cells; attach it as a file";

        (void) state;
        assert_refused(quotes, "the text nests lists or quotes deeper than 32 levels; make it "
                               "flatter");
        assert_refused(urls, "the text has more than 5000 web addresses; attach them as a file");
        assert_refused(wide, table);
        assert_refused(tall, table);
        assert_refused(large, "the text is longer than 16 MB; attach it as a file");
}

/* One long address defined once and named often. */
static void test_a_text_that_swells_is_stopped_at_the_ceiling(void **state)
{
        CLEANUP(mem_free) char *path = repeat("a", 10000);
        CLEANUP(mem_free) char *names = repeat("[x] ", 50000);
        CLEANUP(mem_free) char *md = mem_printf("[x]: http://a.example/%s\n\n%s", path, names);
        CLEANUP(buf_done) struct buf html = BUF(100000), text = BUF(100000);

        (void) state;
        assert_int_equal(markdown_html(md, &html, NULL), -EINVAL);
        assert_int_equal(markdown_text(md, &text, NULL), -EINVAL);
        assert_true(html.len <= 100000 && text.len <= 100000);
}

/* R59: a line of 10 MB, whole in HTML and wrapped in text. */
static void test_a_line_of_ten_megabytes_is_taken(void **state)
{
        CLEANUP(mem_free) char *md = repeat("số liệu 12, ", 700000);
        CLEANUP(buf_done) struct buf html = BUF(1u << 25), text = BUF(1u << 25);

        (void) state;
        assert_true(strlen(md) > 10u * 1000 * 1000);
        assert_int_equal(markdown_html(md, &html, NULL), 0);
        assert_int_equal(markdown_text(md, &text, NULL), 0);
        assert_true(html.len > strlen(md) && text.len >= strlen(md) - 1);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_paragraphs_and_line_ends_are_kept),
                cmocka_unit_test(test_emphasis_is_shown_or_left_out),
                cmocka_unit_test(test_raw_html_is_shown_as_text),
                cmocka_unit_test(test_links_that_may_be_followed_are_links),
                cmocka_unit_test(test_other_links_are_text_with_their_address),
                cmocka_unit_test(test_emphasis_ends_with_its_paragraph),
                cmocka_unit_test(test_an_address_cannot_leave_its_attribute),
                cmocka_unit_test(test_images_become_their_description_and_a_link),
                cmocka_unit_test(test_a_long_address_that_is_no_link_is_cut),
                cmocka_unit_test(test_entities_are_resolved_but_never_to_what_cannot_be_seen),
                cmocka_unit_test(test_headings_stand_out),
                cmocka_unit_test(test_lists_are_bulleted_and_numbered),
                cmocka_unit_test(test_quotes_are_marked_on_every_line),
                cmocka_unit_test(test_code_and_rules_pass_as_they_are),
                cmocka_unit_test(test_no_line_of_plain_text_ends_in_a_blank),
                cmocka_unit_test(test_a_table_keeps_its_columns),
                cmocka_unit_test(test_a_table_too_wide_is_written_row_by_row),
                cmocka_unit_test(test_vietnamese_is_wrapped_by_width_not_by_bytes),
                cmocka_unit_test(test_an_address_is_never_broken),
                cmocka_unit_test(test_every_line_of_lists_and_quotes_keeps_to_the_width),
                cmocka_unit_test(test_appending_keeps_what_is_there),
                cmocka_unit_test(test_hostile_text_ends_soon_and_in_bounds),
                cmocka_unit_test(test_depth_size_and_number_are_bounded),
                cmocka_unit_test(test_a_text_that_swells_is_stopped_at_the_ceiling),
                cmocka_unit_test(test_a_line_of_ten_megabytes_is_taken),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
