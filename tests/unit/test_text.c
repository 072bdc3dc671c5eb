// SPDX-License-Identifier: MIT
#include "press/text.h"

#include "press/mem.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* "tiếng" as NFC, as NFD, and as Windows' keyboard writes it: ê + U+0301. */
#define NFC  "ti\xe1\xba\xbfng"
#define NFD  "tie\xcc\x82\xcc\x81ng"
#define HALF "ti\xc3\xaa\xcc\x81ng"

#define assert_owned_string(call, expected)            \
        do {                                           \
                CLEANUP(mem_free) char *got_ = (call); \
                assert_non_null(got_);                 \
                assert_string_equal(got_, expected);   \
        } while (0)

static size_t check(const char *s)
{
        return text_utf8_check(s, strlen(s));
}

static void test_valid_utf8_ends_at_its_end(void **state)
{
        (void) state;
        assert_int_equal(check(""), 0);
        assert_int_equal(check("Trung t\xc3\xa2m"), 10);
        assert_int_equal(check("\xf0\x9f\x87\xbb\xf0\x9f\x87\xb3"), 8);
        assert_int_equal(check("\xf4\x8f\xbf\xbf"), 4);
}

/* R61 */
static void test_the_first_bad_byte_is_named(void **state)
{
        (void) state;
        assert_int_equal(check("ab\xff"), 2);
        assert_int_equal(check("ab\xc3"), 2);             /* cut */
        assert_int_equal(check("\xc0\xaf"), 0);           /* overlong slash */
        assert_int_equal(check("a\xe0\x80\x80"), 1);      /* overlong NUL */
        assert_int_equal(check("a\xed\xa0\x80"), 1);      /* surrogate */
        assert_int_equal(check("a\xf4\x90\x80\x80"), 1);  /* over U+10FFFF */
        assert_int_equal(text_utf8_check("ab\0c", 4), 2); /* NUL */
}

static void test_half_composed_text_becomes_nfc(void **state)
{
        (void) state;
        assert_owned_string(text_nfc(NFC), NFC);
        assert_owned_string(text_nfc(NFD), NFC);
        assert_owned_string(text_nfc(HALF), NFC);
        assert_owned_string(text_nfc(""), "");
}

/* Dot below before circumflex and the other way round: ộ. */
static void test_marks_in_any_order_become_the_same_letter(void **state)
{
        (void) state;
        assert_owned_string(text_nfc("o\xcc\x82\xcc\xa3"), "\xe1\xbb\x99");
        assert_owned_string(text_nfc("o\xcc\xa3\xcc\x82"), "\xe1\xbb\x99");
        assert_owned_string(text_nfc("\xc3\xb4\xcc\xa3"), "\xe1\xbb\x99");
        assert_owned_string(text_nfc("\xe1\xbb\x8d\xcc\x82"), "\xe1\xbb\x99");
}

static void test_tone_position_is_kept_by_nfc(void **state)
{
        (void) state;
        CLEANUP(mem_free) char *a = text_nfc("hòa");
        CLEANUP(mem_free) char *b = text_nfc("hoà");

        assert_string_not_equal(a, b);
}

static void test_what_is_not_utf8_has_no_form(void **state)
{
        (void) state;
        assert_null(text_nfc("a\xff"));
        assert_null(text_fold("a\xff"));
        assert_null(text_sort_key("a\xff"));
}

/* A megabyte of marks on one letter, in the worst order; quadratic sorting would take hours. */
static void test_a_pile_of_marks_is_normalised_in_time(void **state)
{
        enum { PAIRS = 250000 };
        CLEANUP(mem_free) char *s = mem_alloc(1 + PAIRS * 4 + 1);

        (void) state;
        s[0] = 'a';
        for (size_t i = 0; i < PAIRS; i++)
                memcpy(s + 1 + i * 4, "\xcc\x81\xcc\xa3", 4);
        s[1 + PAIRS * 4] = '\0';

        CLEANUP(mem_free) char *nfc = text_nfc(s);
        CLEANUP(mem_free) char *key = text_sort_key(s);

        assert_int_equal(check(nfc), strlen(nfc));
        assert_true(strlen(key) > 0);
        assert_owned_string(text_fold(s), "a");
}

static void test_folding_drops_marks_case_and_spare_blanks(void **state)
{
        (void) state;
        assert_owned_string(text_fold("Báo Điện tử"), "bao dien tu");
        assert_owned_string(text_fold("  ĐẮK\xc2\xa0 \t LẮK\n"), "dak lak");
        assert_owned_string(text_fold("Thừa Thiên Huế"), "thua thien hue");
        assert_owned_string(text_fold("Trường Ưu Ỹ Ơ"), "truong uu y o");
        assert_owned_string(text_fold(HALF), "tieng");
        assert_owned_string(text_fold(" \t "), "");
}

static void test_tone_positions_fold_to_the_same(void **state)
{
        (void) state;
        CLEANUP(mem_free) char *a = text_fold("Hoà Bình");
        CLEANUP(mem_free) char *b = text_fold("Hòa Bình");

        assert_string_equal(a, b);
}

static void test_folding_finds_foreign_names_by_plain_letters(void **state)
{
        (void) state;
        assert_owned_string(text_fold("Zürich"), "zurich");
        assert_owned_string(text_fold("Straße STRAẞE"), "strasse strasse");
        assert_owned_string(text_fold("Jørgen Łódź Škoda Çelik Åse"),
                            "jorgen lodz skoda celik ase");
        assert_owned_string(text_fold("Ærø, Œuvre, Núñez"), "aero, oeuvre, nunez");
        assert_owned_string(text_fold("İstanbul"), "istanbul");
        assert_owned_string(text_fold("日本 Русский"), "日本 русскии");
}

static void assert_in_order(const char *const *v, size_t n)
{
        for (size_t i = 0; i + 1 < n; i++) {
                CLEANUP(mem_free) char *a = text_sort_key(v[i]);
                CLEANUP(mem_free) char *b = text_sort_key(v[i + 1]);

                if (strcmp(a, b) >= 0)
                        fail_msg("\"%s\" must come before \"%s\"", v[i], v[i + 1]);
        }
}

static void test_provinces_sort_the_vietnamese_way(void **state)
{
        static const char *const v[] = {"An Giang", "Bà Rịa - Vũng Tàu", "Bạc Liêu", "Bắc Giang",
                                        "Bắc Kạn",  "Bắc Ninh",          "Bến Tre",  "Bình Dương",
                                        "Cà Mau",   "Cao Bằng",          "Cần Thơ",  "Đà Nẵng",
                                        "Đắk Lắk",  "Đồng Nai",          "Gia Lai",  "Yên Bái"};

        (void) state;
        assert_in_order(v, COUNT_OF(v));
}

static void test_letters_sort_by_the_alphabet(void **state)
{
        static const char *const v[] = {"a", "ă", "â", "b", "c", "d", "đ", "e", "ê", "f", "g",
                                        "h", "i", "j", "k", "l", "m", "n", "o", "ô", "ơ", "p",
                                        "q", "r", "s", "t", "u", "ư", "v", "w", "x", "y", "z"};

        (void) state;
        assert_in_order(v, COUNT_OF(v));
}

/* A later letter weighs more than an earlier tone. */
static void test_tones_are_second_to_letters(void **state)
{
        static const char *const tones[] = {"ma", "mà", "mả", "mã", "má", "mạ"};
        static const char *const rows[] = {"ấ", "ậ", "ba", "bá", "bac", "bán", "bảng", "bạo"};

        (void) state;
        assert_in_order(tones, COUNT_OF(tones));
        assert_in_order(rows, COUNT_OF(rows));
}

static void test_blanks_signs_digits_letters_in_that_order(void **state)
{
        static const char *const v[] = {"Sở A", "Sở-A", "Sở–A", "Sở1", "Sở9", "SởA", "Sởα", "Sở中"};

        (void) state;
        assert_in_order(v, COUNT_OF(v));
}

static void test_case_decides_last_and_forms_are_equal(void **state)
{
        static const char *const v[] = {"báo", "Báo", "báo a"};
        CLEANUP(mem_free) char *a = text_sort_key(NFC);
        CLEANUP(mem_free) char *b = text_sort_key(HALF);

        (void) state;
        assert_in_order(v, COUNT_OF(v));
        assert_string_equal(a, b);
}

static void test_clean_text_passes(void **state)
{
        struct text_bad bad;

        (void) state;
        assert_true(text_clean("Thông cáo “số 12” – 5 €", 0, &bad));
        assert_true(text_clean("a\r\n\tb", TEXT_LINES, &bad));
        assert_true(text_clean("", 0, &bad));
}

static void test_what_cannot_be_seen_is_found_with_its_place(void **state)
{
        static const struct {
                const char *s;
                size_t offset;
                unsigned column;
                uint32_t c;
        } v[] = {
                {"số\r\nBcc: a", 4, 3, '\r'},    {"a\tb", 1, 2, '\t'},
                {"a\x1b[31m", 1, 2, 0x1b},       {"a\x7f", 1, 2, 0x7f},
                {"\xc2\x85", 0, 1, 0x85},        {"ă\xe2\x80\xa8", 2, 2, 0x2028},
                {"a\xe2\x80\xae", 1, 2, 0x202e}, {"a\xe2\x81\xa6", 1, 2, 0x2066},
                {"a\xd8\x9c", 1, 2, 0x61c},      {"a\xe2\x80\x8b", 1, 2, 0x200b},
                {"a\xe2\x81\xa0", 1, 2, 0x2060}, {"\xef\xbb\xbf", 0, 1, 0xfeff},
                {"a\xff", 1, 2, 0xfffd},
        };

        (void) state;
        for (size_t i = 0; i < COUNT_OF(v); i++) {
                struct text_bad bad = {0};

                assert_false(text_clean(v[i].s, 0, &bad));
                assert_int_equal(bad.offset, v[i].offset);
                assert_int_equal(bad.column, v[i].column);
                assert_int_equal(bad.codepoint, v[i].c);
        }
}

static void test_lines_allow_line_ends_and_tabs_only(void **state)
{
        struct text_bad bad = {0};

        (void) state;
        assert_false(text_clean("a\nb\vc", TEXT_LINES, &bad));
        assert_int_equal(bad.codepoint, '\v');
}

static void test_stripping_leaves_what_people_meant(void **state)
{
        (void) state;
        assert_owned_string(text_strip("\xef\xbb\xbf Nguyễn\xc2\xa0\xe2\x80\x8bVăn \t A\r\n"),
                            "Nguyễn Văn A");
        assert_owned_string(text_strip("a\x01\xff"), "a\xef\xbf\xbd");
        assert_owned_string(text_strip(" \t"), "");
}

/* R29 */
static void test_escaped_text_cannot_steer_a_terminal(void **state)
{
        char out[200];
        size_t n = text_escape("A\x1b[2J\r\nb\\\xff\xe2\x80\xae\xc2\x9b|đ", out, sizeof(out));

        (void) state;
        assert_string_equal(out, "A\\x1b[2J\\x0d\\x0ab\\\\\\xff\\u{202e}\\u{009b}|đ");
        assert_int_equal(n, strlen(out));
}

static void test_escaping_cuts_on_a_character(void **state)
{
        char out[8];

        (void) state;
        assert_int_equal(text_escape("1234567", out, 8), 7);
        assert_string_equal(out, "1234567");
        assert_int_equal(text_escape("12345678", out, 8), 7);
        assert_string_equal(out, "1234…");
        text_escape("123\xe1\xba\xbfxyz", out, 8); /* ế ends at byte 6 */
        assert_string_equal(out, "123…");
        text_escape("123e\xcc\x81xyz", out, 8); /* e and its mark go together */
        assert_string_equal(out, "123…");
        text_escape("ab\x1b\x1b", out, 8);
        assert_string_equal(out, "ab…");
        text_escape("abcd", out, 3);
        assert_string_equal(out, "");
        text_escape("abcd", out, 1);
        assert_string_equal(out, "");
}

static void test_width_counts_columns(void **state)
{
        (void) state;
        assert_int_equal(text_width("Thông cáo"), 9);
        assert_int_equal(text_width(NFD), 5);
        assert_int_equal(text_width("中文"), 4);
        assert_int_equal(text_width("a\xff"), 2);
        assert_int_equal(text_width(""), 0);
}

static void test_the_nearest_word_is_suggested(void **state)
{
        static const char *const headers[] = {"Title", "Number", "Kind", "Attach", "Embargo"};
        static const char *const places[] = {"Hà Nam", "Hà Nội", "Hải Phòng", "Đắk Lắk"};

        (void) state;
        assert_string_equal(text_nearest("Tilte", headers, 5), "Title"); /* swapped: one edit */
        assert_string_equal(text_nearest("attatch", headers, 5), "Attach");
        assert_string_equal(text_nearest("Hà Nộii", places, 4), "Hà Nội");
        assert_string_equal(text_nearest("dac lac", places, 4), "Đắk Lắk");
        assert_null(text_nearest("Subject", headers, 5));
        assert_null(text_nearest("", headers, 5));
        assert_null(text_nearest("x", headers, 5));
        assert_null(text_nearest("a\xff", headers, 5));
}

static void assert_guess(const char *s, const char *expected)
{
        assert_string_equal(text_guess_encoding(s, strlen(s)), expected);
}

static void test_legacy_encodings_are_recognised(void **state)
{
        (void) state;
        /* "Thông tin và Truyền thông" */
        assert_guess("Th\xabng tin v\xb5 Truy\xd2n th\xabng", "TCVN3");
        assert_guess("Tho\xe2ng tin va\xf8 Truye\xe0n tho\xe2ng", "VNI");
        assert_guess("Th\xf4ng tin va\xcc Truy\xea\xccn th\xf4ng", "Windows-1258");
        assert_guess("caf\xe9", "Windows-1252");
        assert_string_equal(text_guess_encoding("\xff\xfeT\0h\0", 6), "UTF-16");
        assert_string_equal(text_guess_encoding("T\0h\0o\0n\0g\0", 10), "UTF-16");
        assert_string_equal(text_guess_encoding("PK\3\4\x14\0", 6), "Excel XLSX");
        assert_guess("Thông tin", "");
        assert_guess("plain", "");
        assert_string_equal(text_guess_encoding("", 0), "");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_valid_utf8_ends_at_its_end),
                cmocka_unit_test(test_the_first_bad_byte_is_named),
                cmocka_unit_test(test_half_composed_text_becomes_nfc),
                cmocka_unit_test(test_marks_in_any_order_become_the_same_letter),
                cmocka_unit_test(test_tone_position_is_kept_by_nfc),
                cmocka_unit_test(test_what_is_not_utf8_has_no_form),
                cmocka_unit_test(test_a_pile_of_marks_is_normalised_in_time),
                cmocka_unit_test(test_folding_drops_marks_case_and_spare_blanks),
                cmocka_unit_test(test_tone_positions_fold_to_the_same),
                cmocka_unit_test(test_folding_finds_foreign_names_by_plain_letters),
                cmocka_unit_test(test_provinces_sort_the_vietnamese_way),
                cmocka_unit_test(test_letters_sort_by_the_alphabet),
                cmocka_unit_test(test_tones_are_second_to_letters),
                cmocka_unit_test(test_blanks_signs_digits_letters_in_that_order),
                cmocka_unit_test(test_case_decides_last_and_forms_are_equal),
                cmocka_unit_test(test_clean_text_passes),
                cmocka_unit_test(test_what_cannot_be_seen_is_found_with_its_place),
                cmocka_unit_test(test_lines_allow_line_ends_and_tabs_only),
                cmocka_unit_test(test_stripping_leaves_what_people_meant),
                cmocka_unit_test(test_escaped_text_cannot_steer_a_terminal),
                cmocka_unit_test(test_escaping_cuts_on_a_character),
                cmocka_unit_test(test_width_counts_columns),
                cmocka_unit_test(test_the_nearest_word_is_suggested),
                cmocka_unit_test(test_legacy_encodings_are_recognised),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
