// SPDX-License-Identifier: MIT
#include "press/province.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static void test_a_province_is_found_however_it_is_written(void **state)
{
        (void) state;
        assert_string_equal(province_find("Hà Nội"), "Hà Nội");
        assert_string_equal(province_find("TP. Hà Nội"), "Hà Nội");
        assert_string_equal(province_find("thành phố hà nội"), "Hà Nội");
        assert_string_equal(province_find("Tỉnh Đăk Lăk"), "Đắk Lắk");
        assert_string_equal(province_find("Hoà Bình"), "Hòa Bình");
        assert_string_equal(province_find("ba ria vung tau"), "Bà Rịa - Vũng Tàu");
        assert_string_equal(province_find("Bà Rịa – Vũng Tàu"), "Bà Rịa - Vũng Tàu");
        assert_string_equal(province_find("TP.HCM"), "Hồ Chí Minh");
        assert_string_equal(province_find("TPHCM"), "Hồ Chí Minh");
        assert_string_equal(province_find("Huế"), "Huế");
        assert_string_equal(province_find("Thừa Thiên Huế"), "Thừa Thiên Huế");
}

static void test_an_unknown_province_is_none_and_gets_a_suggestion(void **state)
{
        (void) state;
        assert_null(province_find("Hà Nộii"));
        assert_string_equal(province_nearest("Hà Nộii"), "Hà Nội");
        assert_null(province_find(""));
        assert_null(province_find("\xff"));
        assert_null(province_nearest("Atlantis"));
}

static void test_a_region_is_found_and_suggested(void **state)
{
        (void) state;
        assert_string_equal(region_find("tây nguyên"), "Tây Nguyên");
        assert_string_equal(region_find("Vùng Đông Nam Bộ"), "Đông Nam Bộ");
        assert_null(region_find("Tây Nguyen x"));
        assert_string_equal(region_nearest("Tây Nguyênn"), "Tây Nguyên");
}

/* Every name of column `column` is known in just that spelling. */
static void check_table(const char *file, int column, const char *(*find)(const char *) )
{
        char line[1024];
        int rows = 0;
        FILE *f = fopen(file, "r");

        assert_non_null(f);
        assert_non_null(fgets(line, sizeof(line), f));
        while (fgets(line, sizeof(line), f)) {
                char *cell = line;

                for (int i = 0; i < column; i++)
                        cell = strchr(cell, '\t') + 1;
                *strchr(cell, '\t') = '\0';
                assert_non_null(find(cell));
                assert_string_equal(find(cell), cell);
                rows++;
        }
        fclose(f);
        assert_true(rows >= 34);
}

static void test_every_name_of_the_public_tables_is_known(void **state)
{
        (void) state;
        check_table("tests/data/provinces-2023.tsv", 1, province_find);
        check_table("tests/data/provinces-2025.tsv", 1, province_find);
        check_table("tests/data/provinces-2023.tsv", 3, region_find);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_a_province_is_found_however_it_is_written),
                cmocka_unit_test(test_an_unknown_province_is_none_and_gets_a_suggestion),
                cmocka_unit_test(test_a_region_is_found_and_suggested),
                cmocka_unit_test(test_every_name_of_the_public_tables_is_known),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
