// SPDX-License-Identifier: MIT
#include "press/import.h"

#include "book_fixture.h"
#include "press/buf.h"
#include "press/event.h"

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

static char *read_file(const char *path, size_t *ret_n)
{
        FILE *f = fopen(path, "rb");
        char *s = mem_alloc(1u << 20);

        assert_non_null(f);
        *ret_n = fread(s, 1, 1u << 20, f);
        fclose(f);
        return s;
}

static size_t contacts(struct db *db)
{
        CLEANUP(contact_list_done) struct contact_list l = {0};

        assert_int_equal(contact_page(db, NOON, 0, 5000, &l, NULL), 0);
        return l.n;
}

static void test_the_sample_network_goes_in_once(void **state)
{
        CLEANUP(import_report_done) struct import_report first;
        CLEANUP(import_report_done) struct import_report second;
        CLEANUP(mem_free) char *s = NULL;
        int64_t before, after;
        size_t n;

        s = read_file("tests/data/network.csv", &n);
        assert_int_equal(import(*state, s, n, &first), 0);
        assert_int_equal(first.rows, 270);
        assert_int_equal(first.added, 270);
        assert_int_equal(first.warnings.total, 0);
        assert_int_equal(first.orgs_added, 157);
        assert_int_equal(contacts(*state), 270);

        assert_int_equal(book_version(*state, &before, NULL), 0);
        assert_int_equal(import(*state, s, n, &second), 0);
        assert_int_equal(second.unchanged, 270);
        assert_int_equal(second.added + second.changed, 0);
        assert_int_equal(second.orgs_added + second.orgs_changed, 0);
        assert_int_equal(book_version(*state, &after, NULL), 0);
        assert_int_equal(after, before);
}

static void test_a_dry_run_tells_and_does_nothing(void **state)
{
        CLEANUP(import_report_done) struct import_report report;
        const char *s = HEADINGS "Báo A,press,a@a.example\n";

        assert_int_equal(import_csv(*state, "x", s, strlen(s), true, &truc, &report, NULL), 0);
        assert_int_equal(report.added, 1);
        assert_int_equal(report.orgs_added, 1);
        assert_int_equal(contacts(*state), 0);
}

static int collect(void *ctx, const char *s, size_t n, struct err *e)
{
        (void) e;
        return buf_add(ctx, s, n);
}

static void test_an_export_comes_back_unchanged(void **state)
{
        CLEANUP(import_report_done) struct import_report report;
        CLEANUP(buf_done) struct buf b = BUF(4u << 20);
        CLEANUP(mem_free) char *s = NULL;
        const char *odd =
                "org,org_kind,name,email,phone,title,tags\n"
                "\"Báo \"\"X\"\", Hà Nội\",press,=1+1,x@x.example,+84 24 0000 0001,-,b;a\n";
        size_t n;

        s = read_file("tests/data/network.csv", &n);
        assert_int_equal(import(*state, s, n, &report), 0);
        import_report_done(&report);
        assert_int_equal(import(*state, odd, strlen(odd), &report), 0);
        import_report_done(&report);
        assert_int_equal(book_export(*state, NOON, collect, &b, NULL), 0);
        assert_memory_equal(b.s, "\xef\xbb\xbfid,org,org_kind,", 19);
        assert_int_equal(import(*state, b.s, b.len, &report), 0);
        assert_int_equal(report.rows, 271);
        assert_int_equal(report.unchanged, 271);
        assert_int_equal(report.orgs_added + report.orgs_changed, 0);
}

static void test_vietnamese_headings_and_words_are_understood(void **state)
{
        CLEANUP(contact_done) struct contact c = {0};

        assert_outcome("STT;Cơ quan;Loại;Mã cơ quan;Tỉnh/Thành phố;Họ và tên;Vai trò;Chức vụ;"
                       "Thư điện tử;Điện thoại;Nhãn;Ưu tiên\r\n"
                       "1;Báo Nhân Dân;Báo chí;P04;TP. Hà Nội;Trần Thị Thử;Phóng viên;Trưởng ban;"
                       "thu@nd.example;024 0000 0198;thời-sự;1\r\n",
                       "1 1 0 0");
        assert_int_equal(contact_get(*state, 1, &c, NULL), 0);
        assert_int_equal(c.role, ROLE_JOURNALIST);
        assert_int_equal(c.org_kind, ORG_PRESS);
        assert_string_equal(c.province, "Hà Nội");
        assert_string_equal(c.title, "Trưởng ban");
        assert_string_equal(c.tags, "thời-sự");
        assert_int_equal(c.priority, 1);
}

/* R68: what spreadsheets write. "Báo" in UTF-16LE with its mark, cells parted by TAB. */
static void test_files_of_spreadsheets_are_read(void **state)
{
        static const char utf16[] = "\xff\xfeo\0r\0g\0\t\0o\0r\0g\0_\0k\0i\0n\0d\0\t\0e\0m\0a\0i\0"
                                    "l\0\r\0\n\0B\0\xe1\0o\0\t\0p\0r\0e\0s\0s\0\t\0a\0@\0b\0.\0"
                                    "e\0x\0a\0m\0p\0l\0e\0\r\0\n";

        assert_string_equal(outcome(*state, utf16, sizeof(utf16)), "1 1 0 0");
        assert_outcome("\xef\xbb\xbforg;org_kind;email\r\nBáo;press;a@b.example\r\n", "1 0 0 1");
        assert_outcome("org\torg_kind\temail\r\"Báo\"\tpress\ta@b.example\r", "1 0 0 1");
        assert_outcome("sep=;\norg;org_kind;email;;\n\n;;;;\nBáo;press;a@b.example;;\n", "1 0 0 1");
        assert_int_equal(contacts(*state), 1);
}

/* R68 R61 */
static void test_every_wrong_row_is_named_and_nothing_goes_in(void **state)
{
        CLEANUP(import_report_done) struct import_report report;
        const char *s = "org,org_kind,province,email,phone\n"
                        "Báo A,press,,a@a.example,\n"
                        "Báo B,prees,,b@b.example,\n"
                        "Báo C,press,Hà Nộii,c@@c,8.49E+10\n"
                        "Báo D,press,,d@d.example\n"
                        "\n"
                        "Báo \xb8,press,,e@e.example,\n"
                        ",press,,f@f.example,\n"
                        "Báo G,press,,,\n";
        static const struct {
                unsigned row;
                const char *column;
        } expected[] = {{3, "org_kind"}, {4, "province"}, {4, "email"}, {4, "phone"},
                        {5, ""},         {7, "org"},      {8, "org"},   {9, "email"}};

        assert_int_equal(import(*state, s, strlen(s), &report), -EINVAL);
        assert_int_equal(report.rows, 7);
        assert_int_equal(report.empty, 1);
        assert_int_equal(report.refused.n, COUNT_OF(expected));
        for (size_t i = 0; i < COUNT_OF(expected); i++) {
                assert_int_equal(report.refused.v[i].row, expected[i].row);
                assert_string_equal(report.refused.v[i].column, expected[i].column);
        }
        err_text(&report.refused.v[1].why, LANG_EN, text, sizeof(text));
        assert_string_equal(text, "no province “Hà Nộii”; did you mean “Hà Nội”?");
        assert_int_equal(contacts(*state), 0);
}

static void test_findings_are_counted_beyond_what_is_kept(void **state)
{
        CLEANUP(import_report_done) struct import_report report;
        CLEANUP(buf_done) struct buf b = BUF(1u << 20);

        buf_adds(&b, HEADINGS);
        for (int i = 0; i < 250; i++)
                buf_adds(&b, "Báo,press,nobody\n");
        assert_int_equal(import(*state, b.s, b.len, &report), -EINVAL);
        assert_int_equal(report.refused.total, 250);
        assert_int_equal(report.refused.n, IMPORT_FINDINGS_MAX);
        assert_int_equal(report.refused.v[99].row, 101);
}

static void test_wrong_headings_are_refused_with_what_was_meant(void **state)
{
        assert_outcome("org,org_kind,emial\nBáo,press,a@b.example\n",
                       "1 emial: no column is called “emial”; did you mean “email”?");
        assert_outcome("org,org_kind,email,Ghi chú\n",
                       "1 Ghi chú: no column is called “Ghi chú”; take it out of the file, or name "
                       "it id, org, org_kind, … source");
        assert_outcome("org,org_kind,email,E-mail\n", "1 E-mail: this column stands twice (email)");
        assert_outcome("org,email\nBáo,a@b.example\n", "1 : the column “org_kind” is missing");
        assert_outcome("org,org_kind\nBáo,press\n", "1 : the column “email” is missing");
        assert_outcome("org,,org_kind,email\nBáo,x,press,a@b.example\n",
                       "2 : column 2 has text but no heading");
        assert_outcome("", "The file is empty: not even a row of headings");
        assert_outcome("\xef\xbb\xbf\n\n", "The file is empty: not even a row of headings");
}

/* R53 */
static void test_line_breaks_and_nul_in_an_address_are_refused(void **state)
{
        assert_outcome(HEADINGS "Báo,press,\"a@b.example\r\nRCPT TO:<x@y.example>\"\n",
                       "2 email: several addresses in one cell; give each a row of its own");
        assert_outcome(HEADINGS "Báo,press,\"a@b.example\n\"\n",
                       "2 email: a line break or an invisible character in the address; type it "
                       "again");
        assert_outcome(HEADINGS "Báo,press,a\0b@b.example\n",
                       "2 email: column “email”: holds a NUL byte");
        assert_int_equal(contacts(*state), 0);
}

/* R62 */
static void test_invisible_characters_are_dropped_from_names(void **state)
{
        CLEANUP(contact_done) struct contact c = {0};

        assert_outcome("org,org_kind,name,email\n\xe2\x80\xae"
                       "Báo X,press,\"\xe2\x80\x8bLan\n Anh\x07\",a@b.example\n",
                       "1 1 0 0");
        assert_int_equal(contact_get(*state, 1, &c, NULL), 0);
        assert_string_equal(c.org, "Báo X");
        assert_string_equal(c.name, "Lan Anh");
}

/* R69 */
static void test_addresses_that_differ_in_domain_case_or_idn_form_are_one(void **state)
{
        assert_outcome(HEADINGS "Báo,press,lan@báo.example\n", "1 1 0 0");
        assert_outcome(HEADINGS "Báo,press,lan@BÁO.Example\n", "1 0 0 1");
        assert_outcome(HEADINGS "Báo,press,lan@xn--bo-mia.example\n", "1 0 0 1");
        assert_outcome(HEADINGS "Báo,press,Lan@báo.example\n", "1 1 0 0");
}

static void test_duplicate_rows_are_refused_and_shared_addresses_warned_of(void **state)
{
        assert_outcome(HEADINGS "Báo,press,a@b.example\nBáo,press,a@B.example\n",
                       "3 email: the same contact as in line 2");
        assert_outcome("org,org_kind,phone,name\nBáo,press,024 1,A\nBáo,press,024 1,a\n",
                       "3 phone: the same contact as in line 2");
        assert_outcome("org,org_kind,phone,name\nBáo,press,024 1,A\nBáo,press,024 1,B\n",
                       "2 2 0 0");
        assert_outcome("org,org_kind,phone,name\nBáo,press,024 1,A\nBáo,press,024 1,B\n",
                       "2 0 0 2");
        assert_string_equal(
                first_warning(*state, "org,org_kind,role,email\nBáo 1,press,desk,a@b.example\n"
                                      "Báo 2,press,desk,a@b.example\n"),
                "the address stands in line 2 too, at another organisation; it will get "
                "one letter");
}

static void test_a_row_with_an_id_changes_that_contact(void **state)
{
        CLEANUP(contact_done) struct contact c = {0};
        CLEANUP(tx_done) struct tx tx = {0};

        assert_outcome("org,org_kind,name,email,tags\nBáo,press,A,a@b.example,x\n"
                       "Báo,press,B,b@b.example,\n",
                       "2 2 0 0");
        /* the two swap their addresses; the absent tags stay, the empty name goes */
        assert_outcome("id,org,org_kind,name,email\n1,Báo,press,,b@b.example\n"
                       "2,Báo,press,B,a@b.example\n",
                       "2 0 2 0");
        assert_int_equal(contact_get(*state, 1, &c, NULL), 0);
        assert_string_equal(c.name, "");
        assert_string_equal(c.email, "b@b.example");
        assert_string_equal(c.tags, "x");
        assert_outcome("id,org,org_kind,email\n1,Báo,press,a@b.example\n",
                       "2 email: contact 2 has this address at the same organisation");
        assert_outcome("id,org,org_kind,email\n9,Báo,press,a@b.example\n",
                       "2 id: There is no contact 9");
        assert_outcome("id,org,org_kind,email\n1,Báo,press,x@b.example\n1,Báo,press,y@b.example\n",
                       "3 id: the same contact as in line 2");
        assert_int_equal(tx_begin(&tx, *state, 0, NULL), 0);
        assert_int_equal(contact_end(&tx, 1, NOON, NULL), 0);
        assert_int_equal(tx_commit(&tx, NULL), 0);
        assert_outcome("id,org,org_kind,email\n1,Báo,press,x@b.example\n",
                       "2 id: contact 1 has ended; leave id empty to add a new one");
}

static void test_an_organisation_is_matched_by_code_then_by_name(void **state)
{
        CLEANUP(import_report_done) struct import_report report;
        CLEANUP(org_done) struct org o = {0};
        const char *renamed = "org,org_kind,org_code,email\nSở Mới,department,D1,a@b.example\n";

        assert_outcome(
                "org,org_kind,org_code,province,email\nSở Cũ,department,D1,Hà Nội,a@b.example\n",
                "1 1 0 0");
        assert_outcome(HEADINGS "Sở Cũ,department,a@b.example\n", "1 0 0 1");
        assert_int_equal(import(*state, renamed, strlen(renamed), &report), 0);
        assert_int_equal(report.orgs_changed, 1);
        assert_int_equal(report.unchanged, 1);
        err_text(&report.warnings.v[0].why, LANG_EN, text, sizeof(text));
        assert_string_equal(text, "the organisation “Sở Cũ” becomes “Sở Mới”");
        assert_int_equal(org_get(*state, 1, &o, NULL), 0);
        assert_string_equal(o.name, "Sở Mới");
        assert_string_equal(o.province, "Hà Nội"); /* an empty or absent cell says nothing */
        assert_outcome(HEADINGS "Sở Cũ,department,a@b.example\n", "1 1 0 0"); /* another one now */
}

/* F1 of the trade: after the reform Bắc Ninh has Bắc Giang's code. */
static void test_codes_tell_namesakes_apart(void **state)
{
        assert_outcome("org,org_kind,org_code,email\nVăn phòng,unit,A,a@b.example\n"
                       "Văn phòng,unit,B,b@b.example\n",
                       "2 2 0 0");
        assert_outcome("org,org_kind,org_code,email\nVăn phòng,unit,A,a@b.example\n"
                       "Văn phòng,unit,B,b@b.example\n",
                       "2 0 0 2");
        assert_outcome(HEADINGS "Văn phòng,unit,c@b.example\n",
                       "2 org: several organisations have this name (one has the code “A”); give "
                       "org_code");
}

static void test_rows_that_contradict_each_other_are_refused(void **state)
{
        assert_outcome("org,org_kind,org_code,province,email\nBáo,press,P1,Hà Nội,a@b.example\n"
                       "Báo,press,P1,,b@b.example\nBáo,press,P1,Huế,c@b.example\n",
                       "4 province: “Huế” here, but “Hà Nội” in line 2 for the same organisation");
        assert_int_equal(contacts(*state), 0);
}

static void test_a_name_that_differs_in_marks_only_is_warned_of(void **state)
{
        assert_outcome("org,org_kind,org_code,email\nBáo Hòa Bình,press,P1,a@b.example\n",
                       "1 1 0 0");
        assert_string_equal(first_warning(*state, HEADINGS "Báo Hoà Bình,press,b@b.example\n"),
                            "a new organisation, but “Báo Hòa Bình” (P1) is there already");
}

static void test_a_missing_role_is_taken_as_desk_and_said(void **state)
{
        assert_string_equal(first_warning(*state, HEADINGS "Báo,press,a@b.example\n"),
                            "no role is given; taken as desk");
        assert_string_equal(
                first_warning(*state, "org,org_kind,role,email\nBáo,press,desk,a@gmail.con\n"),
                "“a@gmail.con”: is the domain right?");
}

/* R68 */
static void test_a_field_of_a_megabyte_is_reported_by_its_line(void **state)
{
        CLEANUP(buf_done) struct buf b = BUF(4u << 20);

        buf_adds(&b, "org,org_kind,name,email\nBáo,press,A,a@b.example\nBáo,press,");
        for (int i = 0; i < 1 << 20; i++)
                buf_addc(&b, 'x');
        buf_adds(&b, ",b@b.example\n");
        assert_string_equal(outcome(*state, b.s, b.len),
                            "3 name: 1048576 characters, at most 300 are possible");
}

/* A program that dies half-way: its chunks are there, its mark is gone. */
static void test_an_unfinished_import_is_undone_at_the_next_open(void **state)
{
        CLEANUP(db_close) struct db *dead = NULL;
        CLEANUP(db_close) struct db *next = NULL;
        CLEANUP(contact_done) struct contact c = {0};
        CLEANUP(org_done) struct org o = {0};
        struct tx tx = {0};
        struct db *db = *state;
        struct err e = {0};
        int64_t id, version, org = make_org(db, "press", "Báo Cũ", "BC", "P1", "", "");
        int64_t contact = make_contact(db, org, "desk", "Tên cũ", "old@b.example", "a;b");

        assert_int_equal(db_open(book_path, &dead, NULL), 0);
        assert_int_equal(book_version(dead, &version, NULL), 0);
        assert_int_equal(tx_begin(&tx, dead, 0, NULL), 0);
        assert_int_equal(book_import_begin(&tx, "x.csv", version, NOON, &id, NULL), 0);
        assert_int_equal(org_get(dead, org, &o, NULL), 0);
        free(o.name);
        o.name = mem_strdup("Báo Mới");
        assert_int_equal(org_change(&tx, &o, id, NOON, NULL), 1);
        assert_int_equal(contact_get(dead, contact, &c, NULL), 0);
        free(c.name);
        free(c.tags);
        c.name = mem_strdup("Tên mới");
        c.tags = mem_strdup("b;c");
        assert_int_equal(contact_change(&tx, &c, id, NOON, NULL), 1);
        assert_int_equal(contact_add(&tx, &c, id, NOON, NULL), 0);
        assert_int_equal(tx_commit(&tx, NULL), 0);
        contact_done(&c);
        org_done(&o);

        /* while it lives, nobody undoes it, and nobody writes */
        assert_int_equal(db_open(book_path, &next, NULL), 0);
        assert_int_equal(contacts(next), 2);
        assert_int_equal(book_settled(next, &e), -EBUSY);
        tx = (struct tx){0};
        assert_int_equal(tx_begin(&tx, next, 0, NULL), 0);
        assert_int_equal(contact_end(&tx, contact, NOON, NULL), -EBUSY);
        tx_done(&tx);
        db_close(&next);
        db_close(&dead);

        assert_int_equal(db_open(book_path, &next, NULL), 0);
        assert_int_equal(book_settled(next, NULL), 0);
        assert_int_equal(contacts(next), 1);
        assert_int_equal(contact_get(next, contact, &c, NULL), 0);
        assert_string_equal(c.name, "Tên cũ");
        assert_string_equal(c.tags, "a;b");
        assert_string_equal(c.org, "Báo Cũ");
}

static void test_a_book_that_changed_meanwhile_is_not_imported_into(void **state)
{
        CLEANUP(tx_done) struct tx tx = {0};
        int64_t id, version;

        assert_int_equal(book_version(*state, &version, NULL), 0);
        make_org(*state, "press", "Báo", "", "", "", "");
        assert_int_equal(tx_begin(&tx, *state, 0, NULL), 0);
        assert_int_equal(book_import_begin(&tx, "x", version, NOON, &id, NULL), -EAGAIN);
}

#define WITH_BOOK(test) cmocka_unit_test_setup_teardown(test, book_setup, book_teardown)

int main(void)
{
        const struct CMUnitTest tests[] = {
                WITH_BOOK(test_the_sample_network_goes_in_once),
                WITH_BOOK(test_a_dry_run_tells_and_does_nothing),
                WITH_BOOK(test_an_export_comes_back_unchanged),
                WITH_BOOK(test_vietnamese_headings_and_words_are_understood),
                WITH_BOOK(test_files_of_spreadsheets_are_read),
                WITH_BOOK(test_every_wrong_row_is_named_and_nothing_goes_in),
                WITH_BOOK(test_findings_are_counted_beyond_what_is_kept),
                WITH_BOOK(test_wrong_headings_are_refused_with_what_was_meant),
                WITH_BOOK(test_line_breaks_and_nul_in_an_address_are_refused),
                WITH_BOOK(test_invisible_characters_are_dropped_from_names),
                WITH_BOOK(test_addresses_that_differ_in_domain_case_or_idn_form_are_one),
                WITH_BOOK(test_duplicate_rows_are_refused_and_shared_addresses_warned_of),
                WITH_BOOK(test_a_row_with_an_id_changes_that_contact),
                WITH_BOOK(test_an_organisation_is_matched_by_code_then_by_name),
                WITH_BOOK(test_codes_tell_namesakes_apart),
                WITH_BOOK(test_rows_that_contradict_each_other_are_refused),
                WITH_BOOK(test_a_name_that_differs_in_marks_only_is_warned_of),
                WITH_BOOK(test_a_missing_role_is_taken_as_desk_and_said),
                WITH_BOOK(test_a_field_of_a_megabyte_is_reported_by_its_line),
                WITH_BOOK(test_an_unfinished_import_is_undone_at_the_next_open),
                WITH_BOOK(test_a_book_that_changed_meanwhile_is_not_imported_into),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
