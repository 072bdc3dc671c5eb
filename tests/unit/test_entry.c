// SPDX-License-Identifier: MIT
#include "press/entry.h"

#include "press/mem.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static char text[ERR_TEXT_MAX];

#define assert_taken(field, cell, expected)                          \
        do {                                                         \
                CLEANUP(mem_free) char *got_ = NULL;                 \
                struct err e_ = {0}, w_ = {0};                       \
                if (entry_clean(field, cell, &got_, &w_, &e_) < 0) { \
                        err_text(&e_, LANG_EN, text, sizeof(text));  \
                        fail_msg("%s", text);                        \
                }                                                    \
                assert_string_equal(got_, expected);                 \
                assert_int_equal(w_.code, 0);                        \
        } while (0)

#define assert_refused(field, cell, reason)                                           \
        do {                                                                          \
                char *got_ = NULL;                                                    \
                struct err e_ = {0}, w_ = {0};                                        \
                assert_int_equal(entry_clean(field, cell, &got_, &w_, &e_), -EINVAL); \
                assert_null(got_);                                                    \
                err_text(&e_, LANG_EN, text, sizeof(text));                           \
                assert_string_equal(text, reason);                                    \
        } while (0)

static void test_headings_are_found_in_two_languages(void **state)
{
        (void) state;
        for (int f = 0; f < ENTRY_FIELDS; f++)
                assert_int_equal(entry_field_find(entry_field_name((enum entry_field) f)), f);
        assert_int_equal(entry_field_find("Cơ quan"), ENTRY_ORG);
        assert_int_equal(entry_field_find("HỌ VÀ TÊN"), ENTRY_NAME);
        assert_int_equal(entry_field_find("Tỉnh/Thành phố"), ENTRY_PROVINCE);
        assert_int_equal(entry_field_find(" E-mail "), ENTRY_EMAIL);
        assert_int_equal(entry_field_find("Org Code"), ENTRY_ORG_CODE);
        assert_int_equal(entry_field_find("Số điện thoại:"), ENTRY_PHONE);
        assert_int_equal(entry_field_find("STT"), ENTRY_IGNORED);
        assert_int_equal(entry_field_find("Ghi chú"), ENTRY_UNKNOWN);
        assert_string_equal(entry_field_nearest("emial"), "email");
        assert_string_equal(entry_field_nearest("chuc vuu"), "title");
        assert_null(entry_field_nearest("Ghi chú"));
}

static void test_words_are_read_in_two_languages(void **state)
{
        (void) state;
        assert_taken(ENTRY_ORG_KIND, "Press", "press");
        assert_taken(ENTRY_ORG_KIND, "Đơn vị", "unit");
        assert_taken(ENTRY_ORG_KIND, "Sở", "department");
        assert_taken(ENTRY_ROLE, "Lãnh đạo", "leader");
        assert_taken(ENTRY_ROLE, "toà soạn", "desk");
        assert_taken(ENTRY_ROLE, "PHÓNG VIÊN", "journalist");
        assert_taken(ENTRY_LANGUAGE, "Tiếng Anh", "en");
        assert_taken(ENTRY_ROLE, "", "");
        assert_refused(ENTRY_ROLE, "leeder", "no role “leeder”; did you mean “leader”?");
        assert_refused(ENTRY_ORG_KIND, "xyz",
                       "no kind of organisation “xyz”; there are unit, department, press");
}

static void test_places_take_their_official_spelling(void **state)
{
        (void) state;
        assert_taken(ENTRY_PROVINCE, "TP. Hồ Chí Minh", "Hồ Chí Minh");
        assert_taken(ENTRY_PROVINCE, "hoà bình", "Hòa Bình");
        assert_taken(ENTRY_REGION, "tay nguyen", "Tây Nguyên");
        assert_refused(ENTRY_PROVINCE, "Hà Nộii", "no province “Hà Nộii”; did you mean “Hà Nội”?");
        assert_refused(ENTRY_PROVINCE, "Atlantis", "no province “Atlantis”");
}

/* R62 */
static void test_invisible_characters_are_dropped_from_names(void **state)
{
        (void) state;
        assert_taken(ENTRY_NAME,
                     "\xe2\x80\xaeNguy\xe1\xbb\x85n\xc2\xa0\xe2\x80\x8b L\xe1\xba\xadp ",
                     "Nguyễn Lập");
        assert_taken(ENTRY_TITLE, "Tr\x01\xc6\xb0\xe1\xbb\x9fng\r\nban", "Trưởng ban");
}

/* R53 R69 */
static void test_an_address_is_one_canonical_address_or_refused(void **state)
{
        (void) state;
        assert_taken(ENTRY_EMAIL, " Lan.Anh@Bao.EXAMPLE\xc2\xa0", "Lan.Anh@bao.example");
        assert_taken(ENTRY_EMAIL, "", "");
        assert_taken(ENTRY_EMAIL, " \xe2\x80\x8b", "");
        assert_refused(ENTRY_EMAIL, "a@b.example; c@d.example",
                       "several addresses in one cell; give each a row of its own");
        assert_refused(ENTRY_EMAIL, "a@b.example\nc@d.example",
                       "several addresses in one cell; give each a row of its own");
        assert_refused(ENTRY_EMAIL, "a@b.example\r\n",
                       "a line break or an invisible character in the address; type it again");
        assert_refused(ENTRY_EMAIL, "a@b.example\r\nRCPT TO:<x>",
                       "a line break or an invisible character in the address; type it again");
        assert_refused(ENTRY_EMAIL, "a\xe2\x80\x8b@b.example",
                       "a line break or an invisible character in the address; type it again");
}

static void test_telephone_numbers_spoilt_by_a_spreadsheet_are_seen(void **state)
{
        CLEANUP(mem_free) char *got = NULL;
        struct err w = {0};

        (void) state;
        assert_taken(ENTRY_PHONE, "024 0000 0001", "024 0000 0001");
        assert_taken(ENTRY_PHONE, "+84 24 0000 0001 máy lẻ 12", "+84 24 0000 0001 máy lẻ 12");
        assert_taken(ENTRY_PHONE, "1900 1234", "1900 1234");
        assert_refused(ENTRY_PHONE, "8.49E+10",
                       "“8.49E+10” is what a spreadsheet made of a telephone number; set the "
                       "column to Text and type the number again");
        assert_refused(ENTRY_PHONE, "8,49e+10",
                       "“8,49e+10” is what a spreadsheet made of a telephone number; set the "
                       "column to Text and type the number again");
        assert_refused(ENTRY_PHONE, "không có", "“không có” is not a telephone number");
        assert_int_equal(entry_clean(ENTRY_PHONE, "912345678", &got, &w, NULL), 0);
        assert_string_equal(got, "912345678");
        err_text(&w, LANG_EN, text, sizeof(text));
        assert_string_equal(text, "“912345678” seems to have lost its first 0");
}

static void test_numbers_are_in_their_range(void **state)
{
        (void) state;
        assert_taken(ENTRY_PRIORITY, " 1 ", "1");
        assert_taken(ENTRY_ID, "270", "270");
        assert_refused(ENTRY_PRIORITY, "0", "“0” is not a priority: 1 (telephoned first) to 9");
        assert_refused(ENTRY_PRIORITY, "10", "“10” is not a priority: 1 (telephoned first) to 9");
        assert_refused(ENTRY_ID, "-1", "“-1” is not the number of a contact");
        assert_refused(ENTRY_ID, "1234567890123456789",
                       "“1234567890123456789” is not the number of a contact");
}

static void test_tags_are_sorted_and_each_stands_once(void **state)
{
        char many[ENTRY_TAGS_MAX * 4 + 8], wide[ENTRY_TAG_MAX + 2];

        (void) state;
        assert_taken(ENTRY_TAGS, " viễn-thông; an-toàn ;;viễn-thông;", "an-toàn;viễn-thông");
        assert_taken(ENTRY_TAGS, ";", "");
        memset(many, 'x', sizeof(many));
        many[sizeof(many) - 1] = '\0';
        assert_refused(ENTRY_TAGS, many, "8007 characters, at most 2000 are possible");
        memset(wide, 'x', sizeof(wide));
        wide[sizeof(wide) - 1] = '\0';
        assert_refused(ENTRY_TAGS, wide, "65 characters, at most 64 are possible");
}

/* R68 */
static void test_a_cell_of_a_megabyte_is_refused(void **state)
{
        CLEANUP(mem_free) char *cell = mem_alloc((1u << 20) + 1);

        (void) state;
        memset(cell, 'x', 1u << 20);
        cell[1u << 20] = '\0';
        assert_refused(ENTRY_NAME, cell, "1048576 characters, at most 300 are possible");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_headings_are_found_in_two_languages),
                cmocka_unit_test(test_words_are_read_in_two_languages),
                cmocka_unit_test(test_places_take_their_official_spelling),
                cmocka_unit_test(test_invisible_characters_are_dropped_from_names),
                cmocka_unit_test(test_an_address_is_one_canonical_address_or_refused),
                cmocka_unit_test(test_telephone_numbers_spoilt_by_a_spreadsheet_are_seen),
                cmocka_unit_test(test_numbers_are_in_their_range),
                cmocka_unit_test(test_tags_are_sorted_and_each_stands_once),
                cmocka_unit_test(test_a_cell_of_a_megabyte_is_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
