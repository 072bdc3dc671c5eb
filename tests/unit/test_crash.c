// SPDX-License-Identifier: MIT
#include "press/crash.h"

#include "press/mem.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#define BASE "0123456789abcdef0123456789abcdef"

static char folder[] = "/tmp/press-test-crash-XXXXXX", file[100];

static int setup(void **state)
{
        (void) state;
        if (!mkdtemp(folder))
                return -1;
        snprintf(file, sizeof(file), "%s/press.db.crash", folder);
        return 0;
}

static int fresh(void **state)
{
        (void) state;
        unlink(file);
        return 0;
}

static int teardown(void **state)
{
        (void) state;
        unlink(file);
        return rmdir(folder);
}

static void die_by(int signo)
{
        /* no null pointer: a sanitizer would end us by its own ways */
        volatile char *closed = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        if (signo == SIGSEGV)
                *closed = 0;
        if (signo == SIGABRT)
                abort();
        raise(signo);
}

static void *die_elsewhere(void *arg)
{
        (void) arg;
        die_by(SIGSEGV);
        return NULL;
}

enum how { OURSELVES, OTHER_THREAD, OTHER_PROCESS, NO_STACK };

/* NOLINTNEXTLINE(misc-no-recursion): until there is no stack left */
static int deeper(volatile int *below)
{
        volatile char frame[65536];

        frame[0] = (char) *below;
        frame[sizeof(frame) - 1] = 1;
        return below ? deeper(&(int){frame[0]}) + frame[sizeof(frame) - 1] : 0;
}

static _Noreturn void live(int64_t delivery, int64_t life, int signo, enum how how, int ready)
{
        struct crash c;
        struct err e = {0};
        pthread_t thread;

        for (int i = 1; i < NSIG; i++)
                signal(i, SIG_DFL); /* cmocka, or a sanitizer, has its own */
        alarm(20);
        setrlimit(RLIMIT_CORE, &(struct rlimit){0});
        if (!freopen("/dev/null", "w", stderr) || crash_open(file, BASE, &c, &e) < 0 ||
            crash_arm(life, &e) < 0)
                _exit(1);
        crash_at(delivery);
        if (write(ready, "", 1) != 1)
                _exit(1);
        if (how == OTHER_PROCESS) {
                pause();
        } else if (how == OTHER_THREAD) {
                pthread_create(&thread, NULL, die_elsewhere, NULL);
                pthread_join(thread, NULL);
        } else if (how == NO_STACK) {
                deeper(&(int){1});
        } else {
                die_by(signo);
        }
        _exit(2);
}

/* One life of a program that works on `delivery`, and how it ends. */
static void life_of(int64_t delivery, int64_t life, int signo, enum how how)
{
        int status = 0, ready[2];
        char byte;
        pid_t pid;

        assert_int_equal(pipe(ready), 0);
        pid = fork();
        assert_true(pid >= 0);
        if (pid == 0)
                live(delivery, life, signo, how, ready[1]);
        close(ready[1]);
        assert_int_equal(read(ready[0], &byte, 1), 1);
        close(ready[0]);
        if (how == OTHER_PROCESS)
                kill(pid, signo);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), signo);
}

/* What the next life finds; delivery 0: nothing. */
static void assert_found(const char *database, int64_t delivery, int64_t life, int signo)
{
        struct crash c = {0};
        struct err e = {0};

        assert_int_equal(crash_open(file, database, &c, &e), delivery != 0);
        assert_int_equal(c.delivery, delivery);
        if (!delivery)
                return;
        assert_int_equal(c.life, life);
        assert_int_equal(c.signo, signo);
}

static void test_each_death_of_our_own_is_recorded(void **state)
{
        static const int signals[] = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE};

        (void) state;
        for (size_t i = 0; i < COUNT_OF(signals); i++) {
                life_of(1000 + (int64_t) i, -5, signals[i], OURSELVES);
                assert_found(BASE, 1000 + (int64_t) i, -5, signals[i]);
        }
}

static void test_one_that_ran_out_of_stack_is_recorded_too(void **state)
{
        (void) state;
        life_of(7, 1, SIGSEGV, NO_STACK);
        assert_found(BASE, 7, 1, SIGSEGV);
}

static void test_nothing_is_recorded_while_no_delivery_is_handled(void **state)
{
        (void) state;
        life_of(0, 1, SIGABRT, OURSELVES);
        assert_found(BASE, 0, 0, 0);
}

static void test_another_thread_s_death_is_laid_to_no_delivery(void **state)
{
        (void) state;
        life_of(7, 1, SIGSEGV, OTHER_THREAD);
        assert_found(BASE, 0, 0, 0);
}

static void test_a_signal_from_another_process_is_not_the_delivery_s_fault(void **state)
{
        (void) state;
        life_of(7, 1, SIGABRT, OTHER_PROCESS);
        assert_found(BASE, 0, 0, 0);
}

static void test_the_record_of_another_database_is_none(void **state)
{
        (void) state;
        life_of(7, 1, SIGABRT, OURSELVES);
        assert_found("fedcba9876543210fedcba9876543210", 0, 0, 0);
        assert_found(BASE, 7, 1, SIGABRT);
}

static void test_a_record_is_empty_once_it_was_dealt_with(void **state)
{
        struct crash c;
        struct err e = {0};
        struct stat st;

        (void) state;
        life_of(7, 1, SIGABRT, OURSELVES);
        assert_int_equal(crash_open(file, BASE, &c, &e), 1);
        life_of(0, 2, SIGABRT, OURSELVES); /* arms itself, and then has nothing to say */
        assert_found(BASE, 0, 0, 0);
        assert_int_equal(stat(file, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
}

static void test_what_is_no_record_is_none_and_a_link_is_not_followed(void **state)
{
        struct crash c;
        struct err e = {0};
        FILE *f = fopen(file, "w");

        (void) state;
        assert_non_null(f);
        for (int i = 0; i < 500; i++)
                fputs("rubbish\n", f);
        fclose(f);
        assert_int_equal(crash_open(file, BASE, &c, &e), 0);
        unlink(file);
        assert_int_equal(symlink("/dev/null", file), 0);
        assert_int_equal(crash_open(file, BASE, &c, &e), -ELOOP);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup(test_each_death_of_our_own_is_recorded, fresh),
                cmocka_unit_test_setup(test_one_that_ran_out_of_stack_is_recorded_too, fresh),
                cmocka_unit_test_setup(test_nothing_is_recorded_while_no_delivery_is_handled,
                                       fresh),
                cmocka_unit_test_setup(test_another_thread_s_death_is_laid_to_no_delivery, fresh),
                cmocka_unit_test_setup(
                        test_a_signal_from_another_process_is_not_the_delivery_s_fault, fresh),
                cmocka_unit_test_setup(test_the_record_of_another_database_is_none, fresh),
                cmocka_unit_test_setup(test_a_record_is_empty_once_it_was_dealt_with, fresh),
                cmocka_unit_test_setup(test_what_is_no_record_is_none_and_a_link_is_not_followed,
                                       fresh),
        };

        return cmocka_run_group_tests(tests, setup, teardown);
}
