// SPDX-License-Identifier: MIT
/*
 * This program is its own child. report_read() is wrapped: a mail "X-Do: …" makes the child do
 * what a parser in strangers' hands would do.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "press/cage.h"
#include "press/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED true
#else
#define SANITIZED false
#endif

#define DO "X-Do: "
#define BOUNCE \
        "From: MAILER-DAEMON@mx.example\nSubject: Undelivered Mail\n\n<a@b.example>: 550 5.1.1 no\n"

void __real_report_read(const char *p, size_t n, struct report *ret);
void __wrap_report_read(const char *p, size_t n, struct report *ret);

static bool counted;
static unsigned open_files, variables; /* of the child, counted before it is shut in */

static void count(void)
{
        open_files = variables = 0;
        for (int fd = 0; fd < 1024; fd++)
                open_files += fcntl(fd, F_GETFD) >= 0;
        for (char **e = environ; e && *e; e++)
                variables++;
}

static void eat_memory(void)
{
        for (size_t i = 0; i < 512; i++) {
                char *p = mem_alloc(1u << 20);

                memset(p, 1, 1u << 20);
        }
}

static void misbehave(const char *what, struct report *ret)
{
        if (strncmp(what, "crash", 5) == 0)
                raise(SIGSEGV);
        else if (strncmp(what, "loop", 4) == 0)
                for (volatile unsigned i = 0;; i++)
                        ;
        else if (strncmp(what, "memory", 6) == 0)
                eat_memory();
        else if (strncmp(what, "open", 4) == 0)
                open("/etc/passwd", O_RDONLY | O_CLOEXEC);
        else if (strncmp(what, "socket", 6) == 0)
                socket(AF_INET, SOCK_STREAM, 0);
        else if (strncmp(what, "fork", 4) == 0)
                fork();
        else if (strncmp(what, "execute", 7) == 0)
                mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS,
                     -1, 0);
        else if (strncmp(what, "escape", 6) == 0)
                snprintf(ret->subject, sizeof(ret->subject), "\033[2J");
        else if (strncmp(what, "endless", 7) == 0)
                memset(ret->from, 'a', sizeof(ret->from));
        else if (strncmp(what, "kind", 4) == 0)
                ret->kind = (enum report_kind) 99;
        else if (strncmp(what, "count", 5) == 0)
                snprintf(ret->subject, sizeof(ret->subject), "%u %u", open_files, variables);
}

void __wrap_report_read(const char *p, size_t n, struct report *ret)
{
        if (n > 6 && memcmp(p, DO, 6) == 0) {
                *ret = (struct report){.kind = REPORT_MAIL};
                misbehave(p + 6, ret);
                return;
        }
        if (!counted) /* the first mail is the one that warms up, before the filter */
                count();
        counted = true;
        __real_report_read(p, n, ret);
}

/* --- tests -------------------------------------------------------------------------- */

static int setup(void **state)
{
        struct cage *c = NULL;

        if (cage_open(&c, NULL) < 0)
                return -1;
        *state = c;
        return 0;
}

static int teardown(void **state)
{
        struct cage *c = *state;

        cage_close(&c);
        return 0;
}

static void read_mail(void **state, const char *mail, struct report *ret)
{
        assert_int_equal(cage_read(*state, mail, strlen(mail), ret, NULL), 0);
}

static void assert_reads(void **state)
{
        CLEANUP(report_done) struct report r = {0};

        read_mail(state, BOUNCE, &r);
        assert_int_equal(r.kind, REPORT_STATUS);
        assert_int_equal(r.rows, 1);
        assert_string_equal(r.row[0].address, "a@b.example");
        assert_string_equal(r.row[0].enhanced, "5.1.1");
}

static void mail_is_read_in_the_cage_as_outside(void **state)
{
        assert_reads(state);
        assert_reads(state);
}

/* R110: what the reader died of is for a person, and it goes on with the next. */
static void assert_costs_one_mail(void **state, const char *mail)
{
        CLEANUP(report_done) struct report r = {0};

        assert_reads(state);
        read_mail(state, mail, &r);
        assert_int_equal(r.kind, REPORT_UNREADABLE);
        assert_int_equal(r.rows, 0);
        assert_true(r.trouble[0]);
        assert_reads(state);
}

static void a_crash_costs_one_mail(void **state)
{
        assert_costs_one_mail(state, DO "crash");
        assert_costs_one_mail(state, DO "crash");
}

static void a_reader_that_never_ends_is_ended(void **state)
{
        if (SANITIZED)
                skip(); /* it is given 20 seconds */
        assert_costs_one_mail(state, DO "loop");
}

static void memory_ends_at_the_limit(void **state)
{
        if (SANITIZED)
                skip();
        assert_costs_one_mail(state, DO "memory");
}

static void no_file_no_line_no_process_no_code_can_be_had(void **state)
{
        static const char *const mails[] = {DO "open", DO "socket", DO "fork", DO "execute"};

        if (SANITIZED)
                skip();
        for (size_t i = 0; i < COUNT_OF(mails); i++)
                assert_costs_one_mail(state, mails[i]);
}

static void answers_that_are_not_sound_are_not_believed(void **state)
{
        assert_costs_one_mail(state, DO "escape");
        assert_costs_one_mail(state, DO "endless");
        assert_costs_one_mail(state, DO "kind");
}

static void the_child_has_two_pipes_and_no_environment(void **state)
{
        CLEANUP(report_done) struct report r = {0};

        if (SANITIZED)
                skip(); /* it keeps fd 2 and its options */
        read_mail(state, DO "count", &r);
        assert_string_equal(r.subject, "2 0");
}

static void a_mail_over_the_ceiling_is_read_as_far_as_that(void **state)
{
        CLEANUP(mem_free) char *mail = mem_zalloc(2 * REPORT_BYTES);
        CLEANUP(report_done) struct report r = {0};

        memset(mail, 'x', 2 * REPORT_BYTES);
        memcpy(mail, BOUNCE, strlen(BOUNCE));
        assert_int_equal(cage_read(*state, mail, 2 * REPORT_BYTES, &r, NULL), 0);
        assert_int_equal(r.rows, 1);
}

static void files_of_the_parent_stay_its_own(void **state)
{
        int secret = open("/dev/null", O_RDONLY); /* not close-on-exec */
        struct cage *c = NULL;
        CLEANUP(report_done) struct report r = {0};

        (void) state;
        assert_true(secret >= 0);
        assert_int_equal(cage_open(&c, NULL), 0);
        if (!SANITIZED) {
                assert_int_equal(cage_read(c, DO "count", 11, &r, NULL), 0);
                assert_string_equal(r.subject, "2 0");
        }
        cage_close(&c);
        close(secret);
}

static double cpu_of_children(long *ret_rss)
{
        struct rusage u;

        getrusage(RUSAGE_CHILDREN, &u);
        *ret_rss = u.ru_maxrss;
        return (double) u.ru_utime.tv_sec + (double) u.ru_utime.tv_usec / 1e6 +
               (double) u.ru_stime.tv_sec + (double) u.ru_stime.tv_usec / 1e6;
}

static void read_times(int n)
{
        struct cage *c = NULL;

        assert_int_equal(cage_open(&c, NULL), 0);
        for (int i = 0; i < n; i++) {
                CLEANUP(report_done) struct report r = {0};

                assert_int_equal(cage_read(c, BOUNCE, strlen(BOUNCE), &r, NULL), 0);
                assert_int_equal(r.rows, 1);
        }
        cage_close(&c);
}

/* R82: one child reads them all, at no more than 2 ms of processor time each. */
static void ten_thousand_mails_take_no_more_memory_than_a_hundred(void **state)
{
        long few, many;
        double before, after;

        (void) state;
        if (SANITIZED)
                skip();
        read_times(100);
        before = cpu_of_children(&few);
        read_times(10000);
        after = cpu_of_children(&many);
        assert_true(after - before < 20.0);
        assert_true(many < few + 4096); /* kB */
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(mail_is_read_in_the_cage_as_outside, setup,
                                                teardown),
                cmocka_unit_test_setup_teardown(a_crash_costs_one_mail, setup, teardown),
                cmocka_unit_test_setup_teardown(a_reader_that_never_ends_is_ended, setup, teardown),
                cmocka_unit_test_setup_teardown(no_file_no_line_no_process_no_code_can_be_had,
                                                setup, teardown),
                cmocka_unit_test_setup_teardown(answers_that_are_not_sound_are_not_believed, setup,
                                                teardown),
                cmocka_unit_test_setup_teardown(the_child_has_two_pipes_and_no_environment, setup,
                                                teardown),
                cmocka_unit_test_setup_teardown(a_mail_over_the_ceiling_is_read_as_far_as_that,
                                                setup, teardown),
                cmocka_unit_test(files_of_the_parent_stay_its_own),
                cmocka_unit_test(ten_thousand_mails_take_no_more_memory_than_a_hundred),
                cmocka_unit_test_setup_teardown(memory_ends_at_the_limit, setup, teardown),
        };

        if (argc == 2 && strcmp(argv[1], CAGE_ARGUMENT) == 0)
                return cage_main();
        return cmocka_run_group_tests(tests, NULL, NULL);
}
