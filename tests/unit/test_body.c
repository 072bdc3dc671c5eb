// SPDX-License-Identifier: MIT
#include "../../src/mail/body.h"

#include "press/buf.h"
#include "press/mem.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void quoted(const char *text, const char *expected)
{
        CLEANUP(buf_done) struct buf b = BUF(65536);

        body_quoted(&b, text, strlen(text));
        assert_string_equal(b.s, expected);
}

static void test_text_is_quoted_printable_with_crlf(void **state)
{
        (void) state;
        quoted("", "");
        quoted("Hello\n", "Hello\r\n");
        quoted("Vi\xe1\xbb\x87t = 1\n\nx\n", "Vi=E1=BB=87t =3D 1\r\n\r\nx\r\n");
}

/* R56 */
static void test_every_kind_of_line_end_becomes_one_crlf(void **state)
{
        (void) state;
        quoted("a\rb\r\nc\nd\r\re\n\rf\n", "a\r\nb\r\nc\r\nd\r\n\r\ne\r\n\r\nf\r\n");
}

static void test_an_open_end_gets_a_soft_line_end(void **state)
{
        (void) state;
        quoted("H\xc3\xa0 N\xe1\xbb\x99i, ", "H=C3=A0 N=E1=BB=99i, =\r\n");
}

/* R58 */
static void test_no_line_starts_with_a_dot_or_with_from(void **state)
{
        (void) state;
        quoted(".\n..\n.x\nFrom me\n", "=2E\r\n=2E.\r\n=2Ex\r\n=46rom me\r\n");
}

static void test_a_dot_behind_a_soft_line_end_is_encoded_too(void **state)
{
        char text[77];

        (void) state;
        memset(text, 'a', 75);
        memcpy(text + 75, ".", 2);
        quoted(text,
               "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa=\r\n"
               "=2E=\r\n");
}

static void test_a_blank_in_front_of_a_line_end_is_kept_once(void **state)
{
        (void) state;
        quoted("two  \ntab\t\n \n", "two =20\r\ntab=09\r\n=20\r\n");
}

static void test_lines_keep_within_76_columns_whatever_they_end_in(void **state)
{
        (void) state;
        for (size_t n = 60; n < 90; n++) {
                CLEANUP(buf_done) struct buf b = BUF(65536), text = BUF(200);

                for (size_t i = 0; i < n; i++)
                        buf_addc(&text, i % 71 ? 'x' : '.');
                buf_adds(&text, " \n");
                body_quoted(&b, text.s, text.len);
                for (const char *p = b.s, *end; *p; p = end + 2) {
                        end = strstr(p, "\r\n");
                        assert_non_null(end);
                        assert_true(end - p <= 76);
                }
        }
}

static void test_a_line_is_full_at_76_columns_and_not_before(void **state)
{
        char text[80], expected[84];

        (void) state;
        memset(text, 'x', 76);
        memcpy(text + 76, "\n", 2);
        memcpy(expected, text, 76);
        memcpy(expected + 76, "\r\n", 3);
        quoted(text, expected); /* its end needs no "=" */
        memcpy(text + 76, "x\n", 3);
        memcpy(expected + 75, "=\r\nxx\r\n", 8);
        quoted(text, expected);
}

static void test_what_only_looks_like_an_encoding_is_kept(void **state)
{
        (void) state;
        quoted("=41 =\x7f\x01~!\n", "=3D41 =3D=7F=01~!\r\n");
}

/* R59 */
static void test_a_line_of_10_mb_leaves_in_short_lines(void **state)
{
        const size_t n = 10u << 20;
        CLEANUP(mem_free) char *text = mem_alloc(n);
        CLEANUP(buf_done) struct buf b = BUF(n * 2);
        size_t longest = 0, kept = 0;

        (void) state;
        memset(text, 'x', n);
        body_quoted(&b, text, n);
        assert_false(b.over);
        for (const char *p = b.s, *end; *p; p = end + 3) {
                end = memchr(p, '=', b.len - (size_t) (p - b.s)); /* strstr() is slow under ASan */
                assert_non_null(end);
                assert_memory_equal(end, "=\r\n", 3);
                longest = (size_t) (end - p) > longest ? (size_t) (end - p) : longest;
                kept += (size_t) (end - p);
        }
        assert_true(longest <= 75);
        assert_int_equal(kept, n);
}

static void test_the_size_of_base64_is_told_before(void **state)
{
        static const char data[400];

        (void) state;
        for (size_t n = 0; n <= sizeof(data); n++) {
                CLEANUP(buf_done) struct buf b = BUF(1000);

                body_base64(&b, data, n);
                assert_int_equal(b.len, body_base64_size(n));
        }
}

static void test_base64_has_76_columns(void **state)
{
        CLEANUP(buf_done) struct buf b = BUF(1000);

        (void) state;
        body_base64(&b, "\x00\x01\xff Trung tam Thong tin, Ha Noi, 024 0000 0100, cuoi dong.", 58);
        assert_string_equal(
                b.s,
                "AAH/IFRydW5nIHRhbSBUaG9uZyB0aW4sIEhhIE5vaSwgMDI0IDAwMDAgMDEwMCwgY3VvaSBkb25n\r\n"
                "Lg==\r\n");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_text_is_quoted_printable_with_crlf),
                cmocka_unit_test(test_every_kind_of_line_end_becomes_one_crlf),
                cmocka_unit_test(test_an_open_end_gets_a_soft_line_end),
                cmocka_unit_test(test_no_line_starts_with_a_dot_or_with_from),
                cmocka_unit_test(test_a_dot_behind_a_soft_line_end_is_encoded_too),
                cmocka_unit_test(test_a_blank_in_front_of_a_line_end_is_kept_once),
                cmocka_unit_test(test_lines_keep_within_76_columns_whatever_they_end_in),
                cmocka_unit_test(test_a_line_is_full_at_76_columns_and_not_before),
                cmocka_unit_test(test_what_only_looks_like_an_encoding_is_kept),
                cmocka_unit_test(test_a_line_of_10_mb_leaves_in_short_lines),
                cmocka_unit_test(test_the_size_of_base64_is_told_before),
                cmocka_unit_test(test_base64_has_76_columns),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
