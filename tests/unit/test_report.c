// SPDX-License-Identifier: MIT
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "press/mem.h"
#include "press/report.h"
#include "press/text.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FOLDER   "tests/data/reports/"
#define MAIL_MAX (4u << 20)

static char mail[MAIL_MAX];

static size_t read_mail(const char *name)
{
        CLEANUP(mem_free) char *path = mem_printf(FOLDER "%s", name);
        FILE *f = fopen(path, "r");
        size_t n;

        assert_non_null(f);
        n = fread(mail, 1, sizeof(mail), f);
        fclose(f);
        return n;
}

static void read_named(const char *name, struct report *ret)
{
        size_t n = read_mail(name);

        report_read(mail, n, ret);
}

/* --- what each says: expected.tsv, written by hand beside the mails -------------------- */

/* "ACTION\tADDRESS\tENHANCED\tCLASS" of a row, as expected.tsv has it. */
static char *row_text(const struct report_row *row)
{
        return mem_printf("%s\t%s\t%s\t%s", report_action_name(row->action), row->address,
                          row->enhanced[0] ? row->enhanced : "-", report_class_name(row->class));
}

static bool has_row(const struct report *r, const char *want)
{
        for (size_t i = 0; i < r->rows; i++) {
                CLEANUP(mem_free) char *got = row_text(&r->row[i]);

                if (strcmp(got, want) == 0)
                        return true;
        }
        return false;
}

static void print_rows(const char *name, const struct report *r)
{
        print_message("%s: kind %d\n", name, (int) r->kind);
        for (size_t i = 0; i < r->rows; i++) {
                CLEANUP(mem_free) char *got = row_text(&r->row[i]);

                print_message("    %s\n", got);
        }
}

/* Reads the table; gives the number of lines that are not as the mails were read. */
static unsigned compare(const char *table)
{
        FILE *f = fopen(table, "r");
        char line[2048], name[2048] = "";
        CLEANUP(report_done) struct report r = {0};
        size_t rows = 0;
        unsigned wrong = 0;

        assert_non_null(f);
        while (fgets(line, sizeof(line), f)) {
                char *tab = strchr(line, '\t');

                assert_non_null(tab);
                *tab++ = '\0';
                tab[strcspn(tab, "\n")] = '\0';
                if (strcmp(name, line) != 0) {
                        wrong += rows != r.rows;
                        report_done(&r);
                        snprintf(name, sizeof(name), "%s", line);
                        read_named(name, &r);
                        rows = 0;
                }
                if (strcmp(tab, "-") != 0) {
                        rows++;
                        if (!has_row(&r, tab)) {
                                print_rows(name, &r);
                                wrong++;
                        }
                } else if (r.rows) {
                        print_rows(name, &r);
                }
        }
        wrong += rows != r.rows;
        fclose(f);
        return wrong;
}

/* R104 R105 R106 R107 R108 R113 R115 R119: each is among the mails of the folder. */
static void every_kind_of_report_is_read_as_a_person_would(void **state)
{
        (void) state;
        assert_int_equal(compare(FOLDER "expected.tsv"), 0);
}

/* R104 R105 R108: written by who had not seen the reader; see wild.py. */
static void mail_of_strangers_and_their_odd_mime_is_read(void **state)
{
        (void) state;
        assert_int_equal(compare(FOLDER "expected-wild.tsv"), 0);
}

static void what_postfix_and_exim_themselves_wrote_is_read(void **state)
{
        (void) state;
        assert_int_equal(compare(FOLDER "expected-servers.tsv"), 0);
}

/* --- why: the replies of replies.tsv ------------------------------------------------------ */

static enum report_class class_of(const char *reply)
{
        CLEANUP(mem_free)
        char *text = mem_printf(
                "From: MAILER-DAEMON@x.example\nSubject: Undelivered Mail\nContent-Type: "
                "multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: "
                "message/delivery-status\n\nFinal-Recipient: rfc822; user@host.example\nAction: "
                "failed\nDiagnostic-Code: smtp; %s\n--b--\n",
                reply);
        CLEANUP(report_done) struct report r = {0};

        report_read(text, strlen(text), &r);
        assert_int_equal(r.rows, 1);
        assert_int_equal(r.row[0].action, REPORT_FAILED);
        return r.row[0].class;
}

static void a_server_s_reply_gives_the_class_that_a_person_would(void **state)
{
        FILE *f = fopen(FOLDER "replies.tsv", "r");
        char line[2048];
        unsigned wrong = 0, replies = 0;

        (void) state;
        assert_non_null(f);
        for (; fgets(line, sizeof(line), f); replies++) {
                char *tab = strchr(line, '\t');

                assert_non_null(tab);
                *tab++ = '\0';
                tab[strcspn(tab, "\n")] = '\0';
                if (strcmp(report_class_name(class_of(tab)), line) != 0) {
                        print_message("%s: %s\n", report_class_name(class_of(tab)), tab);
                        wrong++;
                }
        }
        fclose(f);
        assert_true(replies > 140);
        assert_int_equal(wrong, 0);
}

/* --- whose it is ------------------------------------------------------------------------- */

static void a_report_gives_every_mark_by_which_its_delivery_is_found(void **state)
{
        CLEANUP(report_done) struct report r = {0};

        (void) state;
        read_named("dsn-postfix.eml", &r);
        assert_int_equal(r.kind, REPORT_STATUS);
        assert_string_equal(r.envid, "aiaqtest");
        assert_string_equal(r.message_id, "<r41.d1@press.ministry.example>");
        assert_string_equal(r.list_id, "<press.press.ministry.example>");
        assert_string_equal(r.path[0], "bounce+aiaqtest@ministry.example");
        assert_string_equal(r.row[0].original, "user@host.example");
        assert_int_equal(r.row[0].code, 550);
        assert_true(r.row[0].stated);
}

static void marks_are_found_in_an_original_that_is_only_quoted(void **state)
{
        CLEANUP(report_done) struct report r = {0};

        (void) state;
        read_named("qmail.eml", &r);
        assert_string_equal(r.message_id, "<r41.d1@press.ministry.example>");
        assert_string_equal(r.path[0], "bounce+aiaqtest@ministry.example");
}

/* R103: the report names another; it is said as it stands, and whose it is says the tag. */
static void a_forwarded_address_keeps_the_one_that_was_written_to(void **state)
{
        CLEANUP(report_done) struct report r = {0};

        (void) state;
        read_named("dsn-original-differs.eml", &r);
        assert_string_equal(r.row[0].address, "person@inner.example");
        assert_string_equal(r.row[0].original, "desk@host.example");
        assert_string_equal(r.path[0], "bounce+aiaqtest@ministry.example");
}

/* R95 */
static void the_diagnostic_is_kept_and_never_the_letter_s_text(void **state)
{
        static const char *const names[] = {"dsn-postfix.eml", "qmail.eml", "no-address.eml",
                                            "quoted-original.eml", "exim-old.eml"};

        (void) state;
        for (size_t i = 0; i < COUNT_OF(names); i++) {
                CLEANUP(report_done) struct report r = {0};

                read_named(names[i], &r);
                assert_true(r.rows > 0);
                for (size_t k = 0; k < r.rows; k++) {
                        assert_true(r.row[k].diagnostic[0]);
                        assert_null(strstr(r.row[k].diagnostic, "our own text"));
                        assert_null(strstr(r.row[k].diagnostic, "other@ministry.example"));
                }
        }
}

/* R119 R115 */
static void people_and_machines_that_answer_are_told_apart(void **state)
{
        static const struct {
                const char *name;
                enum report_kind kind;
        } mails[] = {
                {"person.eml", REPORT_MAIL},
                {"person-about-bounce.eml", REPORT_MAIL},
                {"list.eml", REPORT_MAIL},
                {"away-vi.eml", REPORT_AUTOREPLY},
                {"away-null-path.eml", REPORT_AUTOREPLY},
                {"challenge.eml", REPORT_CHALLENGE},
                {"receipt.eml", REPORT_RECEIPT},
                {"arf-abuse.eml", REPORT_COMPLAINT},
                {"arf-auth-failure.eml", REPORT_FEEDBACK},
                {"delivery-parcel.eml", REPORT_MAIL},
        };

        (void) state;
        for (size_t i = 0; i < COUNT_OF(mails); i++) {
                CLEANUP(report_done) struct report r = {0};

                read_named(mails[i].name, &r);
                if (r.kind != mails[i].kind)
                        print_rows(mails[i].name, &r);
                assert_int_equal(r.kind, mails[i].kind);
        }
}

static void a_code_made_from_the_reply_is_not_called_stated(void **state)
{
        CLEANUP(report_done) struct report r = {0};

        (void) state;
        read_named("surfcontrol.eml", &r);
        assert_string_equal(r.row[0].enhanced, "5.0.0");
        assert_false(r.row[0].stated);
        assert_int_equal(r.row[0].code, 550);
}

static void a_report_that_names_nobody_is_for_a_person(void **state)
{
        static const char text[] = "From: MAILER-DAEMON@mx.example\nSubject: Undeliverable\n\n"
                                   "Your mail could not be delivered.\n";
        CLEANUP(report_done) struct report r = {0};

        (void) state;
        report_read(text, sizeof(text) - 1, &r);
        assert_int_equal(r.kind, REPORT_UNREADABLE);
        assert_true(r.trouble[0]);
        assert_int_equal(r.rows, 1); /* for who knows by its path whom it is about */
        assert_string_equal(r.row[0].address, "");
        assert_int_equal(r.row[0].action, REPORT_FAILED);
}

static void words_of_success_that_name_nobody_say_nothing(void **state)
{
        static const char text[] = "From: MAILER-DAEMON@mx.example\nSubject: Delivery report\n\n"
                                   "Your mail was delivered successfully.\n";
        CLEANUP(report_done) struct report r = {0};

        (void) state;
        report_read(text, sizeof(text) - 1, &r);
        assert_int_not_equal(r.kind, REPORT_STATUS);
        assert_true(r.rows == 0 || r.row[0].action != REPORT_DELIVERED);
}

/* --- every mail, cut ---------------------------------------------------------------------- */

static void check_sound(const struct report *r)
{
        struct text_bad bad;

        assert_true(text_clean(r->subject, 0, &bad) && text_clean(r->from, 0, &bad));
        assert_true(r->rows <= REPORT_ROWS);
        for (size_t i = 0; i < r->rows; i++) {
                assert_true(r->row[i].address[0] || r->kind == REPORT_UNREADABLE);
                assert_true(text_clean(r->row[i].address, 0, &bad));
                assert_true(text_clean(r->row[i].diagnostic, 0, &bad));
        }
}

/* R70. A copy of just that size, so that a sanitizer sees a step over the end. */
static void cut_everywhere(const char *name, size_t step)
{
        size_t n = read_mail(name);

        for (size_t cut = 0; cut < n; cut += step) {
                CLEANUP(report_done) struct report r = {0};
                CLEANUP(mem_free) char *exact = mem_dup(mail, cut);

                report_read(exact, cut, &r);
                check_sound(&r);
        }
}

static void every_mail_cut_at_every_37th_byte_is_read_without_harm(void **state)
{
        DIR *d = opendir(FOLDER);
        struct dirent *e;
        unsigned mails = 0;

        (void) state;
        assert_non_null(d);
        while ((e = readdir(d)))
                if (strstr(e->d_name, ".eml")) {
                        cut_everywhere(e->d_name, 37);
                        mails++;
                }
        closedir(d);
        assert_true(mails > 150);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_kind_of_report_is_read_as_a_person_would),
                cmocka_unit_test(mail_of_strangers_and_their_odd_mime_is_read),
                cmocka_unit_test(what_postfix_and_exim_themselves_wrote_is_read),
                cmocka_unit_test(a_server_s_reply_gives_the_class_that_a_person_would),
                cmocka_unit_test(a_report_gives_every_mark_by_which_its_delivery_is_found),
                cmocka_unit_test(marks_are_found_in_an_original_that_is_only_quoted),
                cmocka_unit_test(a_forwarded_address_keeps_the_one_that_was_written_to),
                cmocka_unit_test(the_diagnostic_is_kept_and_never_the_letter_s_text),
                cmocka_unit_test(people_and_machines_that_answer_are_told_apart),
                cmocka_unit_test(a_code_made_from_the_reply_is_not_called_stated),
                cmocka_unit_test(a_report_that_names_nobody_is_for_a_person),
                cmocka_unit_test(words_of_success_that_name_nobody_say_nothing),
                cmocka_unit_test(every_mail_cut_at_every_37th_byte_is_read_without_harm),
        };

        report_prepare();
        return cmocka_run_group_tests(tests, NULL, NULL);
}
