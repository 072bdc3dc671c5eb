// SPDX-License-Identifier: MIT
#include "../../src/mail/header.h"

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

static struct buf out = {.s = (char *) "", .max = 1 << 20};

static int clear(void **state)
{
        (void) state;
        buf_done(&out);
        return 0;
}

static void text(const char *value, const char *expected)
{
        buf_clear(&out);
        assert_int_equal(header_text(&out, "Subject", value, NULL), 0);
        assert_string_equal(out.s, expected);
}

static void mailbox(const char *phrase, const char *address, const char *expected)
{
        buf_clear(&out);
        assert_int_equal(header_mailbox(&out, "To", phrase, address, NULL), 0);
        assert_string_equal(out.s, expected);
}

static void filename(const char *name, const char *expected)
{
        buf_clear(&out);
        assert_int_equal(
                header_param(&out, "Content-Disposition", "attachment", "filename", name, NULL), 0);
        assert_string_equal(out.s, expected);
}

static void likeness(const char *name, const char *expected)
{
        buf_clear(&out);
        header_ascii_name(&out, name);
        assert_string_equal(out.s, expected);
}

static void test_plain_ascii_stays_plain(void **state)
{
        (void) state;
        text("Press statement No. 12/TC-TTTT: \"results\"",
             "Subject: Press statement No. 12/TC-TTTT: \"results\"\r\n");
        text("a", "Subject: a\r\n");
}

/* R60 */
static void test_long_ascii_folds_in_front_of_blanks_at_76_columns(void **state)
{
        (void) state;
        text("aaaaaaaaa bbbbbbbbb ccccccccc ddddddddd eeeeeeeee fffffffff g12345 hh iii",
             "Subject: aaaaaaaaa bbbbbbbbb ccccccccc ddddddddd eeeeeeeee fffffffff g12345\r\n"
             " hh iii\r\n");
        text("aaaaaaaaa bbbbbbbbb ccccccccc ddddddddd eeeeeeeee fffffffff g12345  two",
             "Subject: aaaaaaaaa bbbbbbbbb ccccccccc ddddddddd eeeeeeeee fffffffff g12345\r\n"
             "  two\r\n");
}

/* The first word stays on the name's line: a blank first line breaks DKIM verifiers. */
static void test_an_overlong_word_is_encoded_not_pushed_to_the_next_line(void **state)
{
        (void) state;
        text("https://bao-chi.ministry.example/a/very/long/address/that/does/not/fit/the/line",
             "Subject: =?UTF-8?Q?https=3A//bao-chi=2Eministry=2Eexample/a/very/long/addr?=\r\n"
             " =?UTF-8?Q?ess/that/does/not/fit/the/line?=\r\n");
}

static void test_the_shorter_of_q_and_b_is_taken(void **state)
{
        (void) state;
        text("caf\xc3\xa9 au lait", "Subject: =?UTF-8?Q?caf=C3=A9_au_lait?=\r\n");
        text("\xc4\x90\xc3\xadnh ch\xc3\xadnh", /* Đính chính */
             "Subject: =?UTF-8?B?xJDDrW5oIGNow61uaA==?=\r\n");
}

static void test_what_looks_like_an_encoded_word_is_encoded(void **state)
{
        (void) state;
        text("=?UTF-8?Q?x?=", "Subject: =?UTF-8?B?PT9VVEYtOD9RP3g/PQ==?=\r\n");
        text(" leading", "Subject: =?UTF-8?Q?_leading?=\r\n");
        text("trailing ", "Subject: =?UTF-8?Q?trailing_?=\r\n");
}

/* Each word decodes alone: no character is cut (R60, DOMAIN 4). */
static void test_words_are_cut_between_characters(void **state)
{
        char title[4 * 120 + 1] = "";

        (void) state;
        for (int i = 0; i < 120; i++)
                strcat(title, "\xf0\x9f\x93\xa2"); /* a loudspeaker, 4 bytes */
        buf_clear(&out);
        assert_int_equal(header_text(&out, "Subject", title, NULL), 0);
        for (const char *line = out.s; *line;) {
                const char *end = strstr(line, "\r\n"), *word = strstr(line, "=?UTF-8?B?");

                assert_non_null(end);
                assert_true(end - line <= HEADER_COLUMNS);
                assert_true(word >= line && word + 75 >= end);
                assert_memory_equal(word + 10, "8J+To", 5); /* F0 9F 93 A2 comes first */
                line = end + 2;
        }
}

static void test_names_are_plain_quoted_or_encoded(void **state)
{
        (void) state;
        mailbox("", "a@b.example", "To: <a@b.example>\r\n");
        mailbox("News desk", "a@b.example", "To: News desk <a@b.example>\r\n");
        mailbox("Mau, Nguyen V.", "a@b.example", "To: \"Mau, Nguyen V.\" <a@b.example>\r\n");
        mailbox("a \"b\" \\c", "a@b.example", "To: \"a \\\"b\\\" \\\\c\" <a@b.example>\r\n");
        mailbox("two  blanks", "a@b.example", "To: \"two  blanks\" <a@b.example>\r\n");
        mailbox("=?x?=", "a@b.example", "To: =?UTF-8?B?PT94Pz0=?= <a@b.example>\r\n");
        mailbox("B\xc3\xa1o (X)", "a@b.example", "To: =?UTF-8?B?QsOhbyAoWCk=?= <a@b.example>\r\n");
}

static void test_a_long_address_gets_a_line_of_its_own_and_stays_whole(void **state)
{
        (void) state;
        mailbox("News desk",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@bbbbbbbbbbbbbb.example",
                "To: News desk\r\n"
                " <aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@bbbbbbbbbbbbbb.example>\r\n");
}

/* R54, R61, R62 */
static void test_controls_are_refused_with_their_place_and_nothing_is_written(void **state)
{
        struct err e = {0};
        char why[300];

        (void) state;
        buf_clear(&out);
        assert_int_equal(header_text(&out, "Subject", "ab\r\nBcc: x@y.example", &e), -EINVAL);
        err_text(&e, LANG_EN, why, sizeof(why));
        assert_string_equal(why, "Subject: character 3 is the control U+000D, which a letter's "
                                 "header cannot hold; take it out");
        assert_int_equal(header_text(&out, "Subject", "\xc3\xa1\xff", &e), -EINVAL);
        err_text(&e, LANG_EN, why, sizeof(why));
        assert_string_equal(why, "Subject: character 2 is not UTF-8; write it again");
        assert_int_equal(header_text(&out, "Subject", "a\nb", NULL), -EINVAL);
        assert_int_equal(header_text(&out, "Subject", "a\tb", NULL), -EINVAL);
        assert_int_equal(header_text(&out, "Subject",
                                     "a\xe2\x80\xae"
                                     "b",
                                     NULL),
                         -EINVAL);
        assert_int_equal(header_mailbox(&out, "To", "a\n", "a@b.example", NULL), -EINVAL);
        assert_int_equal(header_mailbox(&out, "To", "a", "a@b.example\r\nX: y", NULL), -EINVAL);
        assert_int_equal(header_param(&out, "A", "b", "filename", "a\nb", NULL), -EINVAL);
        assert_int_equal(out.len, 0);
}

static void test_plain_file_names_are_quoted(void **state)
{
        (void) state;
        filename("so lieu.pdf",
                 "Content-Disposition: attachment;\r\n filename=\"so lieu.pdf\"\r\n");
}

/* R63 */
static void test_other_file_names_are_rfc2231_with_an_ascii_likeness(void **state)
{
        (void) state;
        filename("S\xe1\xbb\x91 li\xe1\xbb\x87u.pdf",
                 "Content-Disposition: attachment;\r\n"
                 " filename*=UTF-8''S%E1%BB%91%20li%E1%BB%87u.pdf;\r\n"
                 " filename=\"so-lieu.pdf\"\r\n");
        filename("a\"b\\c.pdf", "Content-Disposition: attachment;\r\n"
                                " filename*=UTF-8''a%22b%5Cc.pdf;\r\n"
                                " filename=\"a-b-c.pdf\"\r\n");
}

/* R63 */
static void test_long_file_names_go_in_pieces_of_whole_characters(void **state)
{
        (void) state;
        filename("ấấấấấấấ"
                 ".pdf",
                 "Content-Disposition: attachment;\r\n"
                 " filename*0*=UTF-8''%E1%BA%A5%E1%BA%A5%E1%BA%A5%E1%BA%A5%E1%BA%A5%E1%BA%A5;\r\n"
                 " filename*1*=%E1%BA%A5.pdf;\r\n"
                 " filename=\"aaaaaaa.pdf\"\r\n");
}

static void test_the_ascii_likeness_is_short_safe_and_keeps_the_ending(void **state)
{
        (void) state;
        likeness("Th\xc3\xb4ng c\xc3\xa1o s\xe1\xbb\x91 12.PDF", "thong-cao-so-12.pdf");
        likeness("\xf0\x9f\x93\xa2.pdf", "file.pdf");
        likeness("\xf0\x9f\x93\xa2", "file");
        likeness("a - b_.x.pdf", "a-b_.x.pdf");
        likeness("0123456789012345678901234567890123456789012345678901234567890123456789.docx",
                 "0123456789012345678901234567890123456789012345678901234.docx");
}

static void test_too_small_a_buffer_is_seen(void **state)
{
        CLEANUP(buf_done) struct buf small = BUF(10);

        (void) state;
        assert_int_equal(header_text(&small, "Subject", "longer than this", NULL), 0);
        assert_true(small.over);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_plain_ascii_stays_plain),
                cmocka_unit_test(test_long_ascii_folds_in_front_of_blanks_at_76_columns),
                cmocka_unit_test(test_an_overlong_word_is_encoded_not_pushed_to_the_next_line),
                cmocka_unit_test(test_the_shorter_of_q_and_b_is_taken),
                cmocka_unit_test(test_what_looks_like_an_encoded_word_is_encoded),
                cmocka_unit_test(test_words_are_cut_between_characters),
                cmocka_unit_test(test_names_are_plain_quoted_or_encoded),
                cmocka_unit_test(test_a_long_address_gets_a_line_of_its_own_and_stays_whole),
                cmocka_unit_test(test_controls_are_refused_with_their_place_and_nothing_is_written),
                cmocka_unit_test(test_plain_file_names_are_quoted),
                cmocka_unit_test(test_other_file_names_are_rfc2231_with_an_ascii_likeness),
                cmocka_unit_test(test_long_file_names_go_in_pieces_of_whole_characters),
                cmocka_unit_test(test_the_ascii_likeness_is_short_safe_and_keeps_the_ending),
                cmocka_unit_test(test_too_small_a_buffer_is_seen),
        };

        return cmocka_run_group_tests(tests, NULL, clear);
}
