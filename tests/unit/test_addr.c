// SPDX-License-Identifier: MIT
#include "press/addr.h"

#include "press/mem.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define A10 "aaaaaaaaaa"
#define A60 A10 A10 A10 A10 A10 A10
#define D10 "dddddddddd"
#define D60 D10 D10 D10 D10 D10 D10

struct pair {
        const char *in, *out;
};

/* R55: valid ones, each with the one form it is kept in */
static const struct pair valid[] = {
        {"a@b.example", "a@b.example"},
        {"A@b.example", "A@b.example"}, /* R69: the local part keeps its case */
        {"a@B.EXAMPLE", "a@b.example"},
        {"Nguyen.Van.A@Mic.Gov.VN", "Nguyen.Van.A@mic.gov.vn"},
        {"thongcao@ministry.example", "thongcao@ministry.example"},
        {"user+tag@b.example", "user+tag@b.example"},
        {"user-name@b.example", "user-name@b.example"},
        {"user_name@b.example", "user_name@b.example"},
        {"_user_@b.example", "_user_@b.example"},
        {"-user-@b.example", "-user-@b.example"},
        {"1234567890@b.example", "1234567890@b.example"},
        {"0@b.example", "0@b.example"},
        {"!#$%&'*+-/=?^_`{|}~@b.example", "!#$%&'*+-/=?^_`{|}~@b.example"},
        {"o'neil@b.example", "o'neil@b.example"},
        {"a/b=c@b.example", "a/b=c@b.example"},
        {"a.b.c.d.e@b.example", "a.b.c.d.e@b.example"},
        {"SRS0=abc=d=e.example=f@b.example", "SRS0=abc=d=e.example=f@b.example"},
        {"a@b-c.example", "a@b-c.example"},
        {"a@b--c.example", "a@b--c.example"},
        {"a@ab--cd.example", "a@ab--cd.example"}, /* libidn2 would refuse it */
        {"a@1.example", "a@1.example"},
        {"a@1b.2c.example", "a@1b.2c.example"},
        {"a@123.vn", "a@123.vn"},
        {"a@24h.com.vn", "a@24h.com.vn"},
        {"a@b.c", "a@b.c"},
        {"a@b.co", "a@b.co"},
        {"a@b.c.d.e.f.g.h.example", "a@b.c.d.e.f.g.h.example"},
        {"a@b.museum", "a@b.museum"},
        {"a@b.1e", "a@b.1e"},
        {"a@gmail.con", "a@gmail.con"}, /* a near miss is not ours to judge */
        {"a@example.xn--p1ai", "a@example.xn--p1ai"},
        {"a@xn--example.com", "a@xn--example.com"}, /* a legal old name */
        {"a@XN--BO-L5S.VN", "a@xn--bo-l5s.vn"},
        {A60 "aaaa@b.example", A60 "aaaa@b.example"},
        {"a@" D60 "ddd.example", "a@" D60 "ddd.example"},
        {"  a@b.example", "a@b.example"},
        {"a@b.example\t ", "a@b.example"},
        {"\xc2\xa0\x61@b.example\xc2\xa0\xc2\xa0", "a@b.example"},
        /* quoted: kept only where it is needed, in its shortest spelling */
        {"\"a\"@b.example", "a@b.example"},
        {"\"a.b\"@b.example", "a.b@b.example"},
        {"\"a\\b\"@b.example", "ab@b.example"},
        {"\"\\a\\b\"@b.example", "ab@b.example"},
        {"\"a b\"@b.example", "\"a b\"@b.example"},
        {"\"a\\ b\"@b.example", "\"a b\"@b.example"},
        {"\" \"@b.example", "\" \"@b.example"},
        {"\"\"@b.example", "\"\"@b.example"},
        {"\"a@b\"@b.example", "\"a@b\"@b.example"},
        {"\"@\"@b.example", "\"@\"@b.example"},
        {"\".a\"@b.example", "\".a\"@b.example"},
        {"\"a.\"@b.example", "\"a.\"@b.example"},
        {"\"a..b\"@b.example", "\"a..b\"@b.example"},
        {"\"a,b\"@b.example", "\"a,b\"@b.example"},
        {"\"a;b\"@b.example", "\"a;b\"@b.example"},
        {"\"a:b\"@b.example", "\"a:b\"@b.example"},
        {"\"a<b>c\"@b.example", "\"a<b>c\"@b.example"},
        {"\"(a)\"@b.example", "\"(a)\"@b.example"},
        {"\"[a]\"@b.example", "\"[a]\"@b.example"},
        {"\"a\\\"b\"@b.example", "\"a\\\"b\"@b.example"},
        {"\"a\\\\b\"@b.example", "\"a\\\\b\"@b.example"},
        {"\"Nguyen Van A\"@b.example", "\"Nguyen Van A\"@b.example"},
        {"\"trần a\"@b.example", "\"trần a\"@b.example"},
        {"\"\\@\"@b.example", "\"@\"@b.example"},
        {"\"" A60 "aa\"@b.example", A60 "aa@b.example"},
        {"\"" A60 " a\"@b.example", "\"" A60 " a\"@b.example"},
        /* RFC 6531 */
        {"trần@b.example", "trần@b.example"},
        {"Trần@b.example", "Trần@b.example"},
        {"đặng.văn.hùng@b.example", "đặng.văn.hùng@b.example"},
        {"tra\xcc\x82\xcc\x80n@b.example", "trần@b.example"}, /* NFD */
        {"tr\xc3\xa2\xcc\x80n@b.example", "trần@b.example"},  /* half composed */
        {"用户@b.example", "用户@b.example"},
        {"δοκιμή@b.example", "δοκιμή@b.example"},
        {"медведь+a@b.example", "медведь+a@b.example"},
        {"😀@b.example", "😀@b.example"},
        {"ñoñó1234@b.example", "ñoñó1234@b.example"},
        /* IDN, R67 */
        {"a@bảo.vn", "a@xn--bo-l5s.vn"},
        {"a@BẢO.VN", "a@xn--bo-l5s.vn"},
        {"a@ba\xcc\x89o.vn", "a@xn--bo-l5s.vn"},
        {"a@Bảo.vn", "a@xn--bo-l5s.vn"},
        {"a@bücher.example", "a@xn--bcher-kva.example"},
        {"a@BÜCHER.example", "a@xn--bcher-kva.example"},
        {"a@例え.テスト", "a@xn--r8jz45g.xn--zckzah"},
        {"a@xn--bcher-kva.example", "a@xn--bcher-kva.example"},
        {"a@bücher。example", "a@xn--bcher-kva.example"}, /* UTS 46: the ideographic full stop */
        {"trần@bảo.vn", "trần@xn--bo-l5s.vn"},
        {"a@faß.example", "a@xn--fa-hia.example"},
};

static const char *const invalid[] = {
        "",
        " ",
        "\t",
        "@",
        "a",
        "a.b",
        "a@",
        "@b.example",
        " @b.example",
        "a@ ",
        /* more than a mailbox */
        "a@b.example@c.example",
        "a@@b.example",
        "a@b@c.example",
        "a@b.example, c@d.example",
        "a@b.example;c@d.example",
        "a@b.example c@d.example",
        "A <a@b.example>",
        "<a@b.example>",
        "\"A B\" <a@b.example>",
        "a@b.example (office)",
        "(x)a@b.example",
        "a@(x)b.example",
        "mailto:a@b.example",
        "group: a@b.example;",
        "a@b.example>",
        "<a@b.example",
        "a@b.example.",
        "a@.b.example",
        "a@b..example",
        "a@.",
        "@c.example:a@b.example",
        "a%b.example",
        "a at b.example",
        "a(at)b.example",
        "a@b.example?subject=x",
        "a@b.example/x",
        "http://b.example",
        "a@b.example:25",
        /* the local part */
        ".a@b.example",
        "a.@b.example",
        "a..b@b.example",
        ".@b.example",
        "..@b.example",
        "a b@b.example",
        "a @b.example",
        "a\tb@b.example",
        "a,b@b.example",
        "a;b@b.example",
        "a:b@b.example",
        "a\\b@b.example",
        "a\\@b@b.example",
        "a\"b@b.example",
        "a\"b\"@b.example",
        "\"a\"b@b.example",
        "\"a\".b@b.example",
        "a.\"b\"@b.example",
        "\"a@b.example",
        "a\"@b.example",
        "\"\"\"@b.example",
        "\"a\\\"@b.example",
        "\"\\",
        "\"",
        "\"a\"",
        "\"a\" @b.example",
        "(a)@b.example",
        "[a]@b.example",
        "<a>@b.example",
        "a[b@b.example",
        "a]b@b.example",
        "\"a\\\xc3\xa9\"@b.example",
        A60 "aaaaa@b.example",
        "\"" A60 " aa\"@b.example",
        "ạạạạạạạạạạạạạạạạạạạạạạ@b.example", /* 22 of 3 bytes: 66 */
        /* the domain */
        "a@b",
        "a@localhost",
        "a@example",
        "a@-b.example",
        "a@b-.example",
        "a@b.-example",
        "a@b.example-",
        "a@b_c.example",
        "a@_b.example",
        "a@b c.example",
        "a@ b.example",
        "a@b.exa mple",
        "a@b!.example",
        "a@b.example,",
        "a@b.example;",
        "a@*.example",
        "a@b'.example",
        "a@\"b.example\"",
        "a@[192.0.2.1]",
        "a@[IPv6:2001:db8::1]",
        "a@[b]",
        "a@192.0.2.1",
        "a@1.2.3",
        "a@b.123",
        "a@2001:db8::1",
        "a@b\\.example",
        "a@b,example",
        "a@b/c.example",
        "a@b%c.example",
        "a@b+c.example",
        "a@b=c.example",
        "a@..",
        "a@" D60 "dddd.example",
        "a@b." D60 "dddd",
        /* R53, R62: what could end a line or hide */
        "a@b.example\r\nRCPT TO:<c@d.example>",
        "a@b.example\r\n",
        "a@b.example\n",
        "a@b.example\r",
        "\na@b.example",
        "\r\na@b.example",
        "a\r@b.example",
        "a\n@b.example",
        "a\r\n.\r\n@b.example",
        "\"a\r\nb\"@b.example",
        "\"a\nb\"@b.example",
        "a@b\r.example",
        "a@b\n.example",
        "a\x01@b.example",
        "a\x1b@b.example",
        "a\x7f@b.example",
        "a\x08@b.example",
        "a@b\x01.example",
        "\"a\x01\"@b.example",
        "a\x0b@b.example",
        "a\xc2\x85@b.example",
        "a\xc2\x9f@b.example",
        "a\xe2\x80\xa8@b.example",
        "a\xe2\x80\xa9@b.example",
        "a\xe2\x80\x8b@b.example",
        "a\xe2\x80\x8d@b.example",
        "a\xe2\x80\xae@b.example",
        "a\xe2\x81\xa6@b.example",
        "a\xef\xbb\xbf@b.example",
        "\xef\xbb\xbf\x61@b.example",
        "a@b\xe2\x80\x8b.example",
        "a@b\xe2\x80\xae.example",
        "a\xe2\x81\xa0@b.example",
        "a\xd8\x9c@b.example",
        /* not UTF-8 */
        "\xff@b.example",
        "tr\xe1\xba@b.example",
        "tr\xe1n@b.example",
        "a@b\xff.example",
        "a\xc0\x80@b.example",
        "a\xc0\xaf@b.example",
        "a\xed\xa0\x80@b.example",
        "a\xf4\x90\x80\x80@b.example",
        "\x80@b.example",
        "a@\xe1\xba.example",
        /* UTF-8 that no eye could check */
        "a\xc2\xad\x62@b.example",
        "a\xc2\xa0\x62@b.example",
        "a\xe3\x80\x80\x62@b.example",
        "a\xe2\x80\x83\x62@b.example",
        "a\xee\x80\x80@b.example",
        "a\xef\xbf\xbd@b.example",
        "a\xef\xbf\xbf@b.example",
        "\xcc\x81\x61@b.example",
        "\"a\xc2\xa0\x62\"@b.example",
        "a@b\xc2\xad\x63.example",
        "a@b\xee\x80\x80.example",
        "a@b\xef\xbf\xbd.example",
        "a\xf3\xa0\x81\x81@b.example",
        "a\xcd\xb8@b.example",
        /* IDN that is none */
        "a@bảo",
        "a@bảo..vn",
        "a@.bảo.vn",
        "a@bảo.vn.",
        "a@-bảo.vn",
        "a@bảo-.vn",
        "a@bảo_x.vn",
        "a@bảo vn.vn",
        "a@bảo.123",
        "a@😀.example",
        "a@bảo!.vn",
        "a@\xcc\x89o.vn",
        "a@bảo.[1]",
        "a@bả@o.vn",
        "a@☃.vn",
};

static void test_every_valid_address_is_taken_in_its_one_form(void **state)
{
        (void) state;
        for (size_t i = 0; i < COUNT_OF(valid); i++) {
                struct addr a;
                struct err e = {0};

                if (addr_parse(valid[i].in, &a, &e) != 0)
                        fail_msg("\"%s\" was refused: %s", valid[i].in, e.msgid);
                assert_string_equal(a.mailbox, valid[i].out);
                assert_ptr_equal(a.domain, strrchr(a.mailbox, '@') + 1);
        }
}

/* The form is a fixed point: what is stored and read again does not change. */
static void test_the_form_of_a_form_is_itself(void **state)
{
        (void) state;
        for (size_t i = 0; i < COUNT_OF(valid); i++) {
                struct addr a;

                assert_int_equal(addr_parse(valid[i].out, &a, NULL), 0);
                assert_string_equal(a.mailbox, valid[i].out);
        }
}

/* R53, R55 */
static void test_every_invalid_address_is_refused_with_a_reason(void **state)
{
        (void) state;
        for (size_t i = 0; i < COUNT_OF(invalid); i++) {
                struct addr a = {.mailbox = "untouched"};
                struct err e = {0};
                char vi[ERR_TEXT_MAX], en[ERR_TEXT_MAX];

                if (addr_parse(invalid[i], &a, &e) != -EINVAL)
                        fail_msg("\"%s\" was taken as %s", invalid[i], a.mailbox);
                assert_string_equal(a.mailbox, "untouched");
                assert_int_equal(e.code, -EINVAL);
                err_text(&e, LANG_VI, vi, sizeof(vi));
                err_text(&e, LANG_EN, en, sizeof(en));
                if (strcmp(vi, en) == 0)
                        fail_msg("no Vietnamese for: %s", en);
                for (const char *p = en; *p; p++)
                        assert_true((unsigned char) *p >= 0x20);
        }
}

/* R55: whatever was doubtful enough to need quotes has them, and nothing breaks a path */
static void test_nothing_leaves_that_could_end_a_path(void **state)
{
        (void) state;
        for (size_t i = 0; i < COUNT_OF(valid); i++) {
                struct addr a;
                bool quoted = false;

                assert_int_equal(addr_parse(valid[i].in, &a, NULL), 0);
                for (const char *p = a.mailbox; *p; p++) {
                        assert_true((unsigned char) *p >= 0x20 && *p != 0x7f);
                        if (quoted && *p == '\\')
                                p++;
                        else if (*p == '"')
                                quoted = !quoted;
                        else if (!quoted)
                                assert_null(strchr(" <>,;:()[]\\", *p));
                }
                assert_false(quoted);
                for (const char *p = a.domain; *p; p++)
                        assert_true((unsigned char) *p < 0x80);
        }
}

/* R53: every single character of ASCII, in every place */
static void test_each_ascii_character_is_judged_in_each_place(void **state)
{
        (void) state;
        static const char atext[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                    "0123456789!#$%&'*+-/=?^_`{|}~";

        for (int c = 1; c < 128; c++) {
                char s[40];
                struct addr a;
                bool letter = strchr(atext, c);
                bool ldh = letter && !strchr("!#$%&'*+/=?^_`{|}~", c);

                snprintf(s, sizeof(s), "x%cy@b.example", c);
                assert_int_equal(addr_parse(s, &a, NULL), letter || c == '.' ? 0 : -EINVAL);
                snprintf(s, sizeof(s), "a@x%cy.example", c);
                assert_int_equal(addr_parse(s, &a, NULL), ldh || c == '.' ? 0 : -EINVAL);
                snprintf(s, sizeof(s), "\"x%cy\"@b.example", c);
                assert_int_equal(addr_parse(s, &a, NULL),
                                 c >= ' ' && c < 127 && c != '"' ? 0 : -EINVAL);
        }
}

static void test_the_limits_hold_to_the_octet(void **state)
{
        (void) state;
        char s[400];
        struct addr a;

        snprintf(s, sizeof(s), "a@%sd.%sd.%sd.%sd.ddd", D60, D60, D60, D60);
        assert_int_equal(strlen(s), 253);
        assert_int_equal(addr_parse(s, &a, NULL), 0);
        snprintf(s, sizeof(s), "a@%sd.%sd.%sd.%sd.dddd", D60, D60, D60, D60);
        assert_int_equal(strlen(s), 254);
        assert_int_equal(addr_parse(s, &a, NULL), 0);
        snprintf(s, sizeof(s), "a@%sd.%sd.%sd.%sd.ddddd", D60, D60, D60, D60);
        assert_int_equal(addr_parse(s, &a, NULL), -EINVAL);
}

/* A hostile cell of a table is bounded before anything is done with it. */
static void test_a_megabyte_is_refused_without_fuss(void **state)
{
        (void) state;
        size_t n = 1 << 20;
        CLEANUP(mem_free) char *s = mem_alloc(n + 1);
        struct addr a;
        char *name;

        memset(s, 'a', n);
        s[n] = '\0';
        assert_int_equal(addr_parse(s, &a, NULL), -EINVAL);
        assert_int_equal(addr_parse_named(s, &name, &a, NULL), -EINVAL);
        memset(s, '"', n);
        assert_int_equal(addr_parse(s, &a, NULL), -EINVAL);
        memset(s, ' ', n);
        assert_int_equal(addr_parse(s, &a, NULL), -EINVAL);
        memcpy(s + n - 11, "a@b.example", 11);
        assert_int_equal(addr_parse(s, &a, NULL), 0);
}

/* R67 */
static void test_only_the_local_part_decides_on_smtputf8(void **state)
{
        (void) state;
        struct addr a;

        assert_int_equal(addr_parse("a@bảo.vn", &a, NULL), 0);
        assert_true(a.ascii);
        assert_int_equal(addr_parse("trần@b.example", &a, NULL), 0);
        assert_false(a.ascii);
}

static void test_reasons_name_the_place(void **state)
{
        (void) state;
        static const struct pair rows[] = {
                {"a@b.example\r\nx",
                 "“a@b.example\\x0d\\x0ax” holds a character that must not be there (U+000D, "
                 "character 12)"},
                {"trần văn@b.example", "“trần văn@b.example” has a blank inside (character 5)"},
                {"a.b.example", "“a.b.example” is no e-mail address: it has no @"},
                {"a@localhost", "the domain “localhost” has one part only; write it whole, such "
                                "as ministry.example"},
                {"a@[192.0.2.1]", "“[192.0.2.1]” is a machine's number in brackets; write a "
                                  "name, such as ministry.example"},
        };

        for (size_t i = 0; i < COUNT_OF(rows); i++) {
                struct addr a;
                struct err e = {0};
                char text[ERR_TEXT_MAX];

                assert_int_equal(addr_parse(rows[i].in, &a, &e), -EINVAL);
                err_text(&e, LANG_EN, text, sizeof(text));
                assert_string_equal(text, rows[i].out);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_every_valid_address_is_taken_in_its_one_form),
                cmocka_unit_test(test_the_form_of_a_form_is_itself),
                cmocka_unit_test(test_every_invalid_address_is_refused_with_a_reason),
                cmocka_unit_test(test_nothing_leaves_that_could_end_a_path),
                cmocka_unit_test(test_each_ascii_character_is_judged_in_each_place),
                cmocka_unit_test(test_the_limits_hold_to_the_octet),
                cmocka_unit_test(test_a_megabyte_is_refused_without_fuss),
                cmocka_unit_test(test_only_the_local_part_decides_on_smtputf8),
                cmocka_unit_test(test_reasons_name_the_place),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
