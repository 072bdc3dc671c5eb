// SPDX-License-Identifier: MIT
#include "press/import.h"

#include "book_fixture.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

static const struct actor truc = {.uid = 1000, .name = "truc", .now = NOON};
static char text[ERR_TEXT_MAX];

#define HEADINGS "org,org_kind,email\n"

/* Imports s; 0 or the error. *ret is filled. */
static int import(struct db *db, const char *s, size_t n, struct import_report *ret)
{
        return import_csv(db, "book.csv", s, n, false, &truc, ret, NULL);
}

/* "rows added changed unchanged", or what was refused first as "ROW COLUMN: reason". */
static const char *outcome(struct db *db, const char *s, size_t n)
{
        CLEANUP(import_report_done) struct import_report report;
        struct err e = {0};
        char why[ERR_TEXT_MAX / 2];

        if (import_csv(db, "book.csv", s, n, false, &truc, &report, &e) == 0) {
                snprintf(text, sizeof(text), "%zu %zu %zu %zu", report.rows, report.added,
                         report.changed, report.unchanged);
        } else if (report.refused.n > 0) {
                err_text(&report.refused.v[0].why, LANG_EN, why, sizeof(why));
                snprintf(text, sizeof(text), "%u %s: %s", report.refused.v[0].row,
                         report.refused.v[0].column, why);
        } else {
                err_text(&e, LANG_EN, text, sizeof(text));
        }
        return text;
}

#define assert_outcome(csv, expected) \
        assert_string_equal(outcome(*state, csv, sizeof(csv) - 1), expected)

static const char *first_warning(struct db *db, const char *s)
{
        CLEANUP(import_report_done) struct import_report report;

        text[0] = '\0';
        assert_int_equal(import_csv(db, "book.csv", s, strlen(s), true, &truc, &report, NULL), 0);
        if (report.warnings.n > 0)
                err_text(&report.warnings.v[0].why, LANG_EN, text, sizeof(text));
        return text;
}

static void test_addresses_that_differ_in_letter_case_are_pointed_out(void **state)
{
        static const char file[] = HEADINGS "Báo A,press,Lan@a.example\nBáo A,press,lan@a.example\n"
                                            "Báo B,press,lan@b.example\n";
        CLEANUP(import_report_done) struct import_report report;

        assert_string_equal(first_warning(*state, file), "no role is given; taken as desk");
        assert_int_equal(import(*state, file, strlen(file), &report), 0);
        assert_int_equal(report.warnings.total, 4);
        err_text(&report.warnings.v[2].why, LANG_EN, text, sizeof(text));
        assert_non_null(strstr(text, "“Lan@a.example” in line 2 differs in letter case only"));

        /* beside the book, also in a later file; a changed contact is not beside itself */
        assert_string_equal(first_warning(*state, "org,org_kind,role,email\n"
                                                  "Báo C,press,desk,LAN@b.example\n"),
                            "contact 3 of the book, “lan@b.example”, differs in letter case only; "
                            "most likely it is one mailbox, which would get two letters");
        assert_string_equal(first_warning(*state, "id,org,org_kind,email\n"
                                                  "3,Báo B,press,LAN@b.example\n"),
                            "");
        assert_string_equal(first_warning(*state, HEADINGS "Báo A,press,Lan@a.example\n"), "");
}

/* The merged title that people put above a table. */
static void test_headings_further_down_are_pointed_to(void **state)
{
        assert_outcome("DANH SÁCH,,\n,,\nCơ quan,Loại,Email\nBáo A,press,a@a.example\n",
                       "1 : line 1 is no row of headings; they seem to stand in line 3: take lines "
                       "1 to 2 out");
        assert_outcome("Danh sách\norg;org_kind;email\nBáo A;press;a@a.example\n",
                       "1 : line 1 is no row of headings; they seem to stand in line 2: take line "
                       "1 out");
        assert_outcome("Bộ,Loại,Thư\nBáo A,press,a@a.example\n",
                       "1 Bộ: no column is called “Bộ”; take it out of the file, or name it id, "
                       "org, org_kind, … source");
}

#define WITH_BOOK(f) cmocka_unit_test_setup_teardown(f, book_setup, book_teardown)

int main(void)
{
        const struct CMUnitTest tests[] = {
                WITH_BOOK(test_addresses_that_differ_in_letter_case_are_pointed_out),
                WITH_BOOK(test_headings_further_down_are_pointed_to),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
