// SPDX-License-Identifier: MIT
#include "press/statement.h"

#include "press/buf.h"
#include "press/mem.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct statement *parsed(const char *text)
{
        struct statement *st = NULL;
        struct err e = {0};
        char reason[1000];

        if (statement_parse("tin.txt", text, strlen(text), &st, &e) != 0) {
                err_format(&e, LANG_EN, reason, sizeof(reason));
                fail_msg("refused: %s", reason);
        }
        return st;
}

static void assert_refused_bytes(const char *text, size_t n, unsigned line, const char *words)
{
        struct statement *st = NULL;
        struct err e = {0};
        char got[1000], place[50];

        if (statement_parse("tin.txt", text, n, &st, &e) != -EINVAL)
                fail_msg("taken: %s", text);
        assert_null(st);
        err_format(&e, LANG_EN, got, sizeof(got));
        if (line)
                snprintf(place, sizeof(place), "tin.txt:%u: ", line);
        else
                snprintf(place, sizeof(place), "tin.txt: ");
        if (strncmp(got, place, strlen(place)) != 0 || !strstr(got, words))
                fail_msg("wanted %s…%s…, got %s", place, words, got);
}

static void assert_refused(const char *text, unsigned line, const char *words)
{
        assert_refused_bytes(text, strlen(text), line, words);
}

static void test_headers_and_text_are_told_apart_by_the_first_empty_line(void **state)
{
        CLEANUP(statement_free)
        struct statement *st = parsed("Title: Thông cáo\n"
                                      "number:  12/TC-TTTT \n"
                                      "Kind: Briefing\n"
                                      "Class: urgent\n"
                                      "To: kind:press\n"
                                      "To: role:officer\n"
                                      "Except: org:\"Báo X\"\n"
                                      "Attach: a b.pdf\n"
                                      "At: 24/11/2026 08:00\n"
                                      "Reply-To: Phòng <p@x.example>\n"
                                      "Language: en\n"
                                      "\n"
                                      "\n"
                                      "Dòng một: **đậm**\n"
                                      "\n"
                                      "Dòng hai\n\n");

        (void) state;
        assert_string_equal(st->title, "Thông cáo");
        assert_string_equal(st->number, "12/TC-TTTT");
        assert_int_equal(st->kind, KIND_BRIEFING);
        assert_int_equal(st->class, CLASS_URGENT);
        assert_int_equal(st->to.n, 2);
        assert_string_equal(st->to.v[1].value, "role:officer");
        assert_int_equal(st->to.v[1].line, 6);
        assert_string_equal(st->except.v[0].value, "org:\"Báo X\"");
        assert_string_equal(st->attach.v[0].value, "a b.pdf");
        assert_int_equal(st->attach.v[0].line, 8);
        assert_string_equal(st->at.value, "24/11/2026 08:00");
        assert_int_equal(st->at.line, 9);
        assert_string_equal(st->reply_to.value, "Phòng <p@x.example>");
        assert_string_equal(st->embargo.value, "");
        assert_int_equal(st->embargo.line, 0);
        assert_true(st->has_language);
        assert_int_equal(st->language, LANG_EN);
        assert_int_equal(st->text_line, 14);
        assert_string_equal(st->text, "Dòng một: **đậm**\n\nDòng hai");
}

static void test_title_and_text_are_enough(void **state)
{
        CLEANUP(statement_free) struct statement *st = parsed("Title: T\n\nx");

        (void) state;
        assert_int_equal(st->kind, KIND_STATEMENT);
        assert_int_equal(st->class, CLASS_NORMAL);
        assert_false(st->has_language);
        assert_string_equal(st->number, "");
        assert_string_equal(st->key.value, "");
        assert_int_equal(st->to.n, 0);
}

static void test_windows_files_are_taken_and_composed(void **state)
{
        /* BOM, CR LF, and e-circumflex + combining acute, as Windows' keyboard writes it */
        CLEANUP(statement_free)
        struct statement *st = parsed(
                "\xEF\xBB\xBFTitle: K\xC3\xAA\xCC\x81t\r\n\r\n  \tth\xE1\xBB\xA5t\r\nhai\r\n");

        (void) state;
        assert_string_equal(st->title, "K\xE1\xBA\xBFt");
        assert_string_equal(st->text, "  \tth\xE1\xBB\xA5t\nhai");
}

static void test_a_letter_and_its_mark_join_where_something_unseen_stood_between(void **state)
{
        CLEANUP(statement_free)
        struct statement *st = parsed("Title: T\n\nh\xC3\xAA\xE2\x80\x8B\xCC\x81t\n");

        (void) state;
        assert_string_equal(st->text, "h\xE1\xBA\xBFt");
}

/* R56 */
static void test_every_line_end_of_the_text_counts_once(void **state)
{
        CLEANUP(statement_free)
        struct statement *st = parsed("Title: T\n\n1\r\n2\r3\n4\xC2\x85"
                                      "5\xE2\x80\xA8"
                                      "6\xE2\x80\xA9"
                                      "7\r\r8\xE2\x80\x8B\xEF\xBB\xBF.");

        (void) state;
        assert_string_equal(st->text, "1\n2\n3\n4\n5\n6\n7\n\n8.");
}

static void test_a_wrong_header_is_named_with_its_line(void **state)
{
        (void) state;
        assert_refused("Title: T\nNubmer: 3\n\nx", 2, "did you mean “Number”");
        assert_refused("Title: T\nXyzzy: 3\n\nx", 2, "no header “Xyzzy”");
        assert_refused("Title: T\nTitle: U\n\nx", 2, "already, in line 1");
        assert_refused("Title: T\nnot a header\n\nx", 2, "no header line");
        assert_refused("Title: T\nTo: kind:press\n  or all\n\nx", 3, "no header line");
        assert_refused("Title: T\nTo:  \n\nx", 2, "“To” is empty");
        assert_refused("Title: T\nKind: news\n\nx", 2, "statement, briefing, invitation");
        assert_refused("Title: T\nClass: slow\n\nx", 2, "urgent, normal, routine");
        assert_refused("Title: T\nLanguage: fr\n\nx", 2, "vi, en");
        assert_refused("Number: 1\n\nx", 0, "“Title” is missing");
        assert_refused("", 0, "“Title” is missing");
        assert_refused("\nT\n\nx", 0, "“Title” is missing");
        assert_refused("Title: T", 2, "no text");
        assert_refused("Title: T\n\n \n\t\n", 3, "no text");
}

/* R54, R61, R62 */
static void test_what_cannot_be_seen_is_refused_with_its_place(void **state)
{
        (void) state;
        assert_refused("Title: a\rBcc: x@y.example\n\nx", 1, "column 9: a hidden");
        assert_refused("Title: T\nNumber: 1\x1B[2J\n\nx", 2, "U+001B");
        assert_refused("Title: T\xE2\x80\x8B\n\nx", 1, "U+200B");
        assert_refused("Title: T\xE2\x80\xAE\n\nx", 1, "column 9");
        assert_refused("Title: T\nTo: \xC2\x85\n\nx", 2, "U+0085");
        assert_refused("Title: T\n\nmột\r\nhai ba\x07\n", 4, "column 7");
        assert_refused("Title: T\n\nm\xE1\xBB\x99t\nx\xE2\x80\xAE\n", 4, "column 2");
        assert_refused("Title: T\n\nmot\nx\xFF\n", 4, "not UTF-8");
        assert_refused("Title: C\xB5ng v\xB5 \xAEi\xD5u ki\xD6n Vi\xD6t\n\nx", 1, "not UTF-8");
        assert_refused_bytes("Title: T\n\nx\0y", 13, 3, "NUL");
        assert_refused_bytes("\xFF\xFET\0i\0", 6, 1, "UTF-16");
}

static void test_sizes_have_limits(void **state)
{
        char *title = mem_alloc(20000), *big = mem_alloc(STATEMENT_MAX + 2);

        (void) state;
        memcpy(title, "Title: ", sizeof("Title: "));
        for (int i = 0; i < 500; i++)
                memcpy(title + 7 + 3 * i, "\xE1\xBA\xBF", 3);
        memcpy(title + 7 + 1500, "\n\nx", sizeof("\n\nx"));
        CLEANUP(statement_free) struct statement *st = parsed(title);
        assert_int_equal(strlen(st->title), 1500);
        memcpy(title + 7 + 1500, "e\n\nx", sizeof("e\n\nx"));
        assert_refused(title, 1, "has 501 characters");

        memcpy(title, "Title: T\nTo: ", sizeof("Title: T\nTo: "));
        memset(title + 13, '(', 8193 - 4);
        memcpy(title + 13 + 8193 - 4, "\n\nx", sizeof("\n\nx"));
        assert_refused(title, 2, "longer than 8192 bytes");

        memset(big, 'x', STATEMENT_MAX + 1);
        memcpy(big, "Title: T\n\n", 10);
        assert_refused_bytes(big, STATEMENT_MAX + 1, 0, "longer than");
        free(title);
        free(big);
}

static void test_more_lines_of_one_kind_than_anybody_needs_are_refused(void **state)
{
        char *text = mem_strdup("Title: T\n");

        (void) state;
        for (int i = 0; i < 101; i++) {
                char *more = mem_printf("%sAttach: a\n", text);

                free(text);
                text = more;
        }
        assert_refused(text, 102, "more than 100 lines of “Attach”");
        free(text);
}

struct told { /* the faults, a line each: "LINE: text" */
        char text[4000];
};

static void tell(void *ctx, const struct err *e)
{
        struct told *t = ctx;
        size_t n = strlen(t->text);
        char reason[500];

        err_text(e, LANG_EN, reason, sizeof(reason));
        snprintf(t->text + n, sizeof(t->text) - n, "%u: %s\n", e->line, reason);
}

static void assert_all_told(const char *text, int n, const char *const words[])
{
        CLEANUP(statement_free) struct statement *st = NULL;
        struct told t = {""};
        const char *at = t.text;
        int got = statement_read("tin.txt", text, strlen(text), tell, &t, &st);

        if (got != n)
                fail_msg("%d faults, not %d:\n%s", got, n, t.text);
        for (int i = 0; i < n; i++) {
                if (strncmp(at, words[i], strlen(words[i])) != 0)
                        fail_msg("no “%s” as number %d of:\n%s", words[i], i + 1, t.text);
                at = strchr(at, '\n') + 1;
        }
}

static void test_every_fault_is_told_once(void **state)
{
        static const char *const many[] = {
                "2: there is no header “Nubmer”; did you mean “Number”?",
                "3: “To” is empty",
                "5: “At” is there already, in line 4",
                "6: column 10: a hidden or control character (U+0007)",
                "7: “fast” is not a value of “Class”",
                "8: “fr” is not a value of “Language”",
        };
        static const char *const no_headers[] = {"2: this is no header line"};
        static const char *const title[] = {"1: there is no header “Titel”; did you mean “Title”?",
                                            "3: there is no text"};
        static const char *const nothing[] = {"0: the header “Title” is missing",
                                              "1: there is no text"};

        (void) state;
        assert_all_told("Title: T\nNubmer: 1\nTo:\nAt: x\nAt: y\nSigner: a\ab\nClass: fast\n"
                        "Language: fr\n\nx\n",
                        6, many);
        /* the empty line was forgotten: one fault, not one for each line of the text */
        assert_all_told("Title: T\nHôm nay,\nlúc 8 giờ: họp\nhết\n", 1, no_headers);
        assert_all_told("Titel: T\n\n", 2, title);
        assert_all_told("", 2, nothing);
}

static void test_what_is_without_fault_is_understood_all_the_same(void **state)
{
        static const char text[] = "Title: T\nTo: all\nNubmer: 1\nAt: x\n\nnội dung\n";
        CLEANUP(statement_free) struct statement *st = NULL;
        CLEANUP(statement_free) struct statement *none = NULL;
        struct told t = {""};

        (void) state;
        assert_int_equal(statement_read("tin.txt", text, strlen(text), tell, &t, &st), 1);
        assert_string_equal(st->title, "T");
        assert_int_equal(st->to.n, 1);
        assert_string_equal(st->at.value, "x");
        assert_string_equal(st->text, "nội dung");
        assert_int_equal(statement_read("tin.txt", "a\xff", 2, tell, &t, &none), 1);
        assert_null(none);
}

static void test_faults_without_end_are_told_up_to_a_hundred(void **state)
{
        CLEANUP(buf_done) struct buf b = BUF(100000);
        CLEANUP(statement_free) struct statement *st = NULL;
        struct told t = {""};

        (void) state;
        for (int i = 0; i < 1000; i++)
                buf_adds(&b, "To:\n");
        assert_int_equal(statement_read("tin.txt", b.s, b.len, tell, &t, &st), STATEMENT_ERRORS);
}

static void test_empty_lines_in_front_are_pointed_out(void **state)
{
        static const char *const words[] = {"1: this line is empty; the headers begin in line 1",
                                            "4: there is no header “Nubmer”"};

        (void) state;
        assert_all_told("\n \r\nTitle: T\nNubmer: 1\n\nx\n", 2, words);
        assert_refused("\nTitle: T\n\nx\n", 1, "the headers begin in line 1");
}

static void test_an_office_file_is_called_one(void **state)
{
        (void) state;
        assert_refused_bytes("PK\3\4\x14\0\xff", 7, 0, "save it as plain text");
        assert_refused_bytes("\xd0\xcf\x11\xe0\xa1", 5, 0, "Word, Excel or PDF");
        assert_refused_bytes("{\\rtf1\\ansi", 11, 0, "Word, Excel or PDF");
        assert_refused_bytes("%PDF-1.7\n\xe2", 10, 0, "Word, Excel or PDF");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_headers_and_text_are_told_apart_by_the_first_empty_line),
                cmocka_unit_test(test_title_and_text_are_enough),
                cmocka_unit_test(test_windows_files_are_taken_and_composed),
                cmocka_unit_test(
                        test_a_letter_and_its_mark_join_where_something_unseen_stood_between),
                cmocka_unit_test(test_every_line_end_of_the_text_counts_once),
                cmocka_unit_test(test_a_wrong_header_is_named_with_its_line),
                cmocka_unit_test(test_what_cannot_be_seen_is_refused_with_its_place),
                cmocka_unit_test(test_sizes_have_limits),
                cmocka_unit_test(test_more_lines_of_one_kind_than_anybody_needs_are_refused),
                cmocka_unit_test(test_every_fault_is_told_once),
                cmocka_unit_test(test_what_is_without_fault_is_understood_all_the_same),
                cmocka_unit_test(test_faults_without_end_are_told_up_to_a_hundred),
                cmocka_unit_test(test_empty_lines_in_front_are_pointed_out),
                cmocka_unit_test(test_an_office_file_is_called_one),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
