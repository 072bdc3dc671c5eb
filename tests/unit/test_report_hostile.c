// SPDX-License-Identifier: MIT
/* Mail made to kill its reader. Everything here is read without the cage: nothing may need it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "press/buf.h"
#include "press/mem.h"
#include "press/report.h"

#include <string.h>
#include <time.h>

#if defined(__SANITIZE_ADDRESS__)
#define SECOND 15.0 /* with every access watched */
#else
#define SECOND 1.0
#endif

#define ROOM   ((size_t) 12 << 20)
#define BOUNCE "From: MAILER-DAEMON@mx.example\nSubject: undeliverable\n"

static void add_many(struct buf *b, const char *s, size_t n)
{
        for (size_t i = 0; i < n; i++)
                buf_adds(b, s);
}

/* R70: within a second of processor time, whatever it is. */
static void read_in_time(const struct buf *b, struct report *ret)
{
        clock_t begin = clock();
        double took;

        report_read(b->s, b->len, ret);
        took = (double) (clock() - begin) / CLOCKS_PER_SEC;
        if (took >= SECOND)
                print_message("%.1f s for: %.60s\n", took, b->s);
        assert_true(took < SECOND);
}

static enum report_kind kind_of_mail(const char *head, const char *again, size_t n)
{
        CLEANUP(buf_done) struct buf b = BUF(ROOM);
        CLEANUP(report_done) struct report r = {0};

        buf_adds(&b, head);
        add_many(&b, again, n);
        read_in_time(&b, &r);
        return r.kind;
}

/* --- the three mails that libetpan 1.9.4 dies of (R70) --------------------------------- */

static void a_quoted_quote_as_boundary_is_refused(void **state)
{
        (void) state;
        assert_int_equal(kind_of_mail("From: a@b.example\nMIME-Version: 1.0\nContent-Type: "
                                      "multipart/mixed; boundary=\"\\\"\"\n\n--\"\n\nx\n",
                                      "", 0),
                         REPORT_UNREADABLE);
        assert_int_equal(kind_of_mail("Content-Type: multipart/mixed; boundary=b\n\n--b\n"
                                      "Content-Type: multipart/mixed;\n boundary = \"\\\"\"\n\n",
                                      "--\"\n\nx\n", 5),
                         REPORT_UNREADABLE);
}

static void fifty_thousand_messages_inside_each_other_are_one_text(void **state)
{
        (void) state;
        assert_int_equal(kind_of_mail("", "Content-Type: message/rfc822\n\n", 50000), REPORT_MAIL);
        assert_int_equal(kind_of_mail("", "Content-Type: message/ (x) rfc822\n\n", 50000),
                         REPORT_MAIL);
        assert_int_equal(kind_of_mail("", "Content-Type: message/\n rfc822\n\n", 50000),
                         REPORT_MAIL);
}

static void comments_nested_200000_deep_end_at_a_limit(void **state)
{
        (void) state;
        assert_int_equal(kind_of_mail("From: ", "(", 200000), REPORT_MAIL);
        assert_int_equal(kind_of_mail("Content-Type: text/plain ", "(", 200000), REPORT_MAIL);
        assert_int_equal(kind_of_mail("Content-Type: multipart/mixed; boundary=b\n\n--b\n"
                                      "Content-Type: message/rfc822\n\nFrom: ",
                                      "(", 200000),
                         REPORT_MAIL);
}

/* --- structure (R71) ---------------------------------------------------------------------- */

static void multiparts_nested_10000_deep_are_refused(void **state)
{
        CLEANUP(buf_done) struct buf b = BUF(ROOM);
        CLEANUP(report_done) struct report r = {0};

        (void) state;
        for (int i = 0; i < 10000; i++)
                buf_addf(&b, "Content-Type: multipart/mixed; boundary=\"b%d\"\n\n--b%d\n", i, i);
        read_in_time(&b, &r);
        assert_int_equal(r.kind, REPORT_UNREADABLE);
}

static void a_hundred_thousand_parts_are_refused(void **state)
{
        (void) state;
        assert_int_equal(
                kind_of_mail("Content-Type: multipart/mixed; boundary=b\n\n", "--b\n\nx\n", 100000),
                REPORT_UNREADABLE);
        assert_int_equal(kind_of_mail("Content-Type: multipart/mixed; boundary=b\n\n",
                                      "--b\nContent-Type: text/plain; charset=utf-8\n\nxxxxxxxx\n",
                                      4900),
                         REPORT_MAIL);
}

static void a_boundary_inside_itself_ends(void **state)
{
        (void) state;
        assert_int_equal(kind_of_mail("Content-Type: multipart/mixed; boundary=b\n\n",
                                      "--b\nContent-Type: multipart/mixed; boundary=b\n\n", 30),
                         REPORT_MAIL);
        assert_int_equal(kind_of_mail("Content-Type: multipart/digest; boundary=b\n\n",
                                      "--b\n\nContent-Type: multipart/digest; boundary=b\n\n", 30),
                         REPORT_MAIL);
}

static void the_most_nesting_that_is_let_in_is_read_in_time(void **state)
{
        CLEANUP(buf_done) struct buf b = BUF(ROOM);
        CLEANUP(report_done) struct report r = {0};

        (void) state;
        for (int i = 0; i < 40; i++)
                buf_addf(&b, "Content-Type: multipart/mixed; boundary=\"b%d\"\n\n--b%d\n", i, i);
        buf_adds(&b, "\n");
        add_many(&b, "-x\n--b\n", 1200);
        add_many(&b, "x\n", 900000);
        read_in_time(&b, &r);
        assert_int_equal(r.kind, REPORT_MAIL);
}

/* --- sizes (R70) ---------------------------------------------------------------------------- */

static void a_head_over_256_kilobytes_is_refused(void **state)
{
        (void) state;
        assert_int_equal(kind_of_mail("Subject: ", "aaaaaaaaaa", 1000000), REPORT_UNREADABLE);
        assert_int_equal(kind_of_mail("", "X-A: bbbbbbbbbbbbbbbbbbbbbbbbb\n", 20000),
                         REPORT_UNREADABLE);
}

static void what_makes_scanners_slow_is_read_in_time(void **state)
{
        static const struct {
                const char *head, *again;
                size_t n;
        } mails[] = {
                {"From: ", "a@b.example, ", 15000},
                {"Subject: ", "=?utf-8?q?a?= ", 15000},
                {"Subject: ", "=?x?q?", 40000},
                {"Content-Type: text/plain", "; a=b", 50000},
                {BOUNCE "\n", "a@b.example ", 100000},
                {BOUNCE "\n", "@", 1000000},
                {BOUNCE "\n", "\"", 1000000},
                {BOUNCE "\n", "550 ", 500000},
                {BOUNCE "\n", "a@b.example: 550 no\n", 50000},
                {BOUNCE "\na@b.example: 550 no\n", "\xcc\x81", 500000},
                {BOUNCE "\n\n", "        \n", 200000},
                {BOUNCE "Content-Type: text/html\n\n", "<a", 800000},
                {BOUNCE "Content-Type: text/html\n\n", "<style", 300000},
                {BOUNCE "Content-Type: text/html\n\n", "<!--", 400000},
                {BOUNCE "Content-Type: text/html\n\n", "&", 1500000},
                {BOUNCE "Content-Type: text/plain; charset=iso-2022-jp\n\n", "\x1b$B", 600000},
                {BOUNCE "Content-Type: text/plain; charset=utf-7\n\n", "+AAA-", 400000},
                {BOUNCE "Content-Type: text/plain; charset=utf-8\n\n", "\xff", 1900000},
                {BOUNCE "Content-Transfer-Encoding: base64\n\n", "QUFB", 450000},
                {"", "From: a\r", 200000},
                {"", "\r", 1900000},
        };

        (void) state;
        for (size_t i = 0; i < COUNT_OF(mails); i++)
                kind_of_mail(mails[i].head, mails[i].again, mails[i].n);
}

static void bytes_that_are_no_text_at_all_are_no_report(void **state)
{
        CLEANUP(mem_free) char *zeros = mem_zalloc(REPORT_BYTES);
        CLEANUP(report_done) struct report r = {0};
        CLEANUP(report_done) struct report none = {0};

        (void) state;
        report_read(zeros, REPORT_BYTES, &r);
        assert_int_equal(r.kind, REPORT_MAIL);
        report_read("", 0, &none);
        assert_int_equal(none.kind, REPORT_MAIL);
}

/* --- many recipients ------------------------------------------------------------------------- */

static void add_recipients(struct buf *b, int n)
{
        buf_adds(b,
                 "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x.example\n");
        for (int i = 0; i < n; i++)
                buf_addf(b, "\nFinal-Recipient: rfc822; a%d@b.example\nAction: failed\n", i);
        buf_adds(b, "--b--\n");
}

static void a_report_of_20000_recipients_ends_at_1000(void **state)
{
        CLEANUP(buf_done) struct buf b = BUF(ROOM);
        CLEANUP(report_done) struct report r = {0};

        (void) state;
        buf_adds(&b, "Content-Type: multipart/report; boundary=b; report-type=delivery-status\n\n"
                     "--b\n\n");
        add_many(&b, "a1@b.example could not\nx y\n", 4000);
        add_recipients(&b, 20000);
        read_in_time(&b, &r);
        assert_int_equal(r.kind, REPORT_STATUS);
        assert_int_equal(r.rows, REPORT_ROWS);
        assert_string_equal(r.row[999].address, "a999@b.example");
}

static void a_letter_of_20_megabytes_behind_a_report_does_not_hide_it(void **state)
{
        CLEANUP(buf_done) struct buf b = BUF(ROOM);
        CLEANUP(report_done) struct report r = {0};

        (void) state;
        buf_adds(&b, "Content-Type: multipart/report; boundary=b; report-type=delivery-status\n\n"
                     "--b\nContent-Type: message/delivery-status\n\n"
                     "Final-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.2.2\n\n"
                     "--b\nContent-Type: message/rfc822\n\nMessage-ID: <1@x.example>\n\n");
        add_many(&b, "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB\n", 200000);
        read_in_time(&b, &r);
        assert_int_equal(r.rows, 1);
        assert_string_equal(r.row[0].enhanced, "5.2.2");
        assert_string_equal(r.message_id, "<1@x.example>");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_quoted_quote_as_boundary_is_refused),
                cmocka_unit_test(fifty_thousand_messages_inside_each_other_are_one_text),
                cmocka_unit_test(comments_nested_200000_deep_end_at_a_limit),
                cmocka_unit_test(multiparts_nested_10000_deep_are_refused),
                cmocka_unit_test(a_hundred_thousand_parts_are_refused),
                cmocka_unit_test(a_boundary_inside_itself_ends),
                cmocka_unit_test(the_most_nesting_that_is_let_in_is_read_in_time),
                cmocka_unit_test(a_head_over_256_kilobytes_is_refused),
                cmocka_unit_test(what_makes_scanners_slow_is_read_in_time),
                cmocka_unit_test(bytes_that_are_no_text_at_all_are_no_report),
                cmocka_unit_test(a_report_of_20000_recipients_ends_at_1000),
                cmocka_unit_test(a_letter_of_20_megabytes_behind_a_report_does_not_hide_it),
        };

        report_prepare();
        return cmocka_run_group_tests(tests, NULL, NULL);
}
