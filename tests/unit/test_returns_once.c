// SPDX-License-Identifier: MIT
/* This program is its own cage. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "returns_fixture.h"
#include "sqlfault.h"

#include <sqlite3.h>

/* --- once --------------------------------------------------------------------------- */

/* R109 */
static void a_mail_read_again_counts_once_and_still_goes_where_it_belongs(void **state)
{
        struct place *p = *state;
        CLEANUP(mem_free) char *to = box(p, 0);
        CLEANUP(mem_free) char *mail = report_of(to, NULL, DEAD("j0@x.example"), "");
        CLEANUP(mem_free) char *reply = mail_of("pv@bao.example", to, "", "Xin hỏi?");
        CLEANUP(mem_free) char *crlf = mem_alloc(2 * strlen(mail) + 1);
        char *w = crlf;

        for (const char *c = mail; *c; c++) {
                if (*c == '\n')
                        *w++ = '\r';
                *w++ = *c;
        }
        *w = '\0';
        assert_int_equal(take(p, mail), RETURNS_DONE);
        assert_int_equal(take_at(p, mail, LATER + 5000), RETURNS_AGAIN);
        assert_int_equal(take_at(p, crlf, LATER + 9000), RETURNS_AGAIN);
        assert_int_equal(take(p, reply), RETURNS_PEOPLE);
        assert_int_equal(take(p, reply), RETURNS_PEOPLE);
        assert_int_equal(count(p, "event", "kind <> 'attempt'"), 2);
        assert_int_equal(count(p, "returned", "1"), 2);
}

static void one_on_the_wire_waits_and_holds_up_no_other(void **state)
{
        struct place *p = *state;
        CLEANUP(mem_free) char *a = box(p, 0);
        CLEANUP(mem_free) char *b = box(p, 1);
        CLEANUP(mem_free) char *first = report_of(a, NULL, DEAD("j0@x.example"), "");
        CLEANUP(mem_free) char *second = report_of(b, NULL, DEAD("j1@x.example"), "");
        struct returns_mail v[3] = {{.mail = first, .n = strlen(first)},
                                    {.mail = second, .n = strlen(second)},
                                    {.mail = second, .n = strlen(second)}};
        enum returns_to to = RETURNS_AGAIN;
        CLEANUP(mem_free)
        char *sql = mem_printf("UPDATE delivery SET state = 'sending' WHERE id = %lld",
                               (long long) p->d[0].id);
        struct err e = {0};

        scratch_exec(p->s, sql);
        assert_ok(returns_take_many(p->returns, "test", v, 3, LATER, &e), &e);
        assert_int_equal(v[0].result, -EAGAIN);
        assert_int_equal(v[1].result, 0);
        assert_int_equal(v[1].to, RETURNS_DONE);
        assert_int_equal(v[2].result, 0);
        assert_int_equal(v[2].to, RETURNS_AGAIN);
        assert_int_equal(state_of(p, 1), DELIVERY_BOUNCED);
        assert_int_equal(returns_take(p->returns, "test", first, strlen(first), LATER, &to, &e),
                         -EAGAIN);
        scratch_exec(p->s, "UPDATE delivery SET state = 'relayed' WHERE state = 'sending'");
        assert_int_equal(take(p, first), RETURNS_DONE);
        assert_int_equal(state_of(p, 0), DELIVERY_BOUNCED);
}

/* R103: by the tag the recipient is right always. */
static void a_notice_that_names_nobody_is_read_by_its_tag(void **state)
{
        static const char late[] = "Your message has not been delivered yet. We will keep trying.";
        static const char dead[] = "I'm afraid I wasn't able to deliver your message.\n"
                                   "550 5.1.1 user unknown";
        struct place *p = *state;
        CLEANUP(mem_free) char *a = box(p, 0);
        CLEANUP(mem_free) char *b = box(p, 1);
        static const char form[] = "From: MAILER-DAEMON@mx.x.example\nReturn-Path: <>\nTo: %s\n"
                                   "Subject: failure notice\n\n%s\n";

        assert_int_equal(give(p, mem_printf(form, a, dead)), RETURNS_DONE);
        assert_int_equal(give(p, mem_printf(form, b, late)), RETURNS_DONE);
        assert_int_equal(give(p, mem_printf(form, "bounce@press.x.example", dead)), RETURNS_PEOPLE);
        assert_int_equal(state_of(p, 0), DELIVERY_BOUNCED);
        assert_int_equal(state_of(p, 1), DELIVERY_RELAYED);
        assert_int_equal(count(p, "verdict", "class = 'invalid'"), 1);
        assert_int_equal(count(p, "event", "action = 'delayed'"), 1);
        assert_int_equal(count(p, "returned", "kind = 'unreadable' AND matched = 'none'"), 1);
}

/* Fails the 1st, 2nd, ... step of taking the mail until none is left to fail. */
static void take_under_faults(struct place *p, const char *mail, enum returns_to want)
{
        int64_t rows = count(p, "returned", "1"), events = count(p, "event", "1");
        int64_t verdicts = count(p, "verdict", "1"), steps = 0;

        SQLFAULT_EACH(SQLITE_IOERR)
        {
                enum returns_to to = RETURNS_AGAIN;
                struct err e = {0};
                int r = returns_take(p->returns, "test", mail, strlen(mail), LATER, &to, &e);

                if (!sqlfault_hit()) {
                        assert_ok(r, &e);
                        assert_int_equal(to, want);
                        break;
                }
                steps++;
                assert_int_equal(r, -EIO);
                assert_int_equal(count(p, "returned", "1"), rows);
                assert_int_equal(count(p, "event", "1"), events);
                assert_int_equal(count(p, "verdict", "1"), verdicts);
                scratch_check_counts(p->s, p->d[0].release_id);
        }
        assert_true(steps > 8);
        assert_int_equal(count(p, "returned", "1"), rows + 1);
        assert_int_equal(count(p, "event", "1"), events + 1);
}

/* R7 R109 */
static void under_every_fault_a_mail_is_handled_whole_or_not_at_all(void **state)
{
        struct place *p = *state;
        CLEANUP(mem_free) char *a = box(p, 0);
        CLEANUP(mem_free) char *b = box(p, 1);
        CLEANUP(mem_free) char *report = report_of(a, NULL, DEAD("j0@x.example"), "");
        CLEANUP(mem_free) char *reply = mail_of("pv@bao.example", b, "", "Xin hỏi?");

        take_under_faults(p, report, RETURNS_DONE);
        take_under_faults(p, reply, RETURNS_PEOPLE);
        assert_int_equal(state_of(p, 0), DELIVERY_BOUNCED);
        assert_int_equal(count(p, "verdict", "1"), 1);
}

static void one_that_fails_does_not_take_back_the_one_before(void **state)
{
        struct place *p = *state;
        CLEANUP(mem_free) char *a = box(p, 0);
        CLEANUP(mem_free) char *b = box(p, 1);
        CLEANUP(mem_free) char *first = report_of(a, NULL, DEAD("j0@x.example"), "");
        CLEANUP(mem_free) char *second = report_of(b, NULL, DEAD("j1@x.example"), "");
        struct returns_mail v[2] = {{.mail = first, .n = strlen(first)},
                                    {.mail = second, .n = strlen(second)}};
        struct err e = {0};

        sqlfault_arm(4, SQLITE_IOERR); /* looking up whose the second one is */
        assert_int_equal(returns_take_many(p->returns, "test", v, 2, LATER, &e), -EIO);
        assert_true(sqlfault_hit());
        assert_int_equal(v[0].result, 0);
        assert_int_equal(v[1].result, -EIO);
        assert_int_equal(state_of(p, 0), DELIVERY_BOUNCED);
        assert_int_equal(state_of(p, 1), DELIVERY_RELAYED);
}

/* R110 R71 */
static void what_cannot_be_read_goes_to_people_and_the_next_one_is_read(void **state)
{
        struct place *p = *state;
        CLEANUP(mem_free) char *to = box(p, 0);
        static const char level[] = "Content-Type: multipart/mixed; boundary=b\n\n--b\n";
        CLEANUP(mem_free) char *head = mem_printf("To: %s\n", to);
        CLEANUP(mem_free) char *deep = mem_zalloc(200 + 3000 * sizeof(level));

        for (size_t i = 0; i < 3000; i++)
                memcpy(deep + strlen(head) + i * (sizeof(level) - 1), level, sizeof(level));
        memcpy(deep, head, strlen(head));
        assert_int_equal(take(p, deep), RETURNS_PEOPLE);
        assert_int_equal(count(p, "event", "action = 'unreadable' AND state = 'relayed'"), 1);
        assert_int_equal(give(p, report_of(to, NULL, DEAD("j0@x.example"), "")), RETURNS_DONE);
        assert_int_equal(state_of(p, 0), DELIVERY_BOUNCED);
}

int main(int argc, char **argv)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, returns_setup, returns_teardown)
        const struct CMUnitTest tests[] = {
                TEST(a_mail_read_again_counts_once_and_still_goes_where_it_belongs),
                TEST(one_on_the_wire_waits_and_holds_up_no_other),
                TEST(a_notice_that_names_nobody_is_read_by_its_tag),
                TEST(under_every_fault_a_mail_is_handled_whole_or_not_at_all),
                TEST(one_that_fails_does_not_take_back_the_one_before),
                TEST(what_cannot_be_read_goes_to_people_and_the_next_one_is_read),
        };

        if (argc == 2 && strcmp(argv[1], CAGE_ARGUMENT) == 0)
                return cage_main();
        return cmocka_run_group_tests(tests, NULL, NULL);
}
