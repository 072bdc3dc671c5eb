// SPDX-License-Identifier: MIT
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "press/alarm.h"
#include "press/fault.h"
#include "press/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char *const DUTY[] = {(char *) "truc@ministry.example", (char *) "hai@ministry.example"};

static int setup(void **state)
{
        struct alarms *a = alarms_new();

        alarms_setup(a, "", DUTY, 2, LANG_EN);
        *state = a;
        return 0;
}

static int teardown(void **state)
{
        struct alarms *a = *state;

        alarms_free(&a);
        return 0;
}

static struct err trouble(const char *what)
{
        struct err e;

        err_set(&e, -EIO, "%s", what);
        return e;
}

static size_t mails(struct alarms *a, char *last, size_t size)
{
        size_t n = 0;
        char *to, *text;

        while (alarm_next_mail(a, 0, &to, &text)) {
                snprintf(last, size, "%s|%s", to, text);
                free(to);
                free(text);
                n++;
        }
        return n;
}

static void test_a_fault_is_told_once_and_once_when_over(void **state)
{
        struct err why = trouble("relay main is down");
        char last[256] = "";

        assert_true(alarm_raise(*state, "relay main", &why));
        assert_false(alarm_raise(*state, "relay main", &why));
        assert_true(alarm_raised(*state, "relay main"));
        assert_int_equal(mails(*state, last, sizeof(last)), 2);
        assert_string_equal(last, "hai@ministry.example|relay main is down");

        assert_true(alarm_clear(*state, "relay main"));
        assert_false(alarm_clear(*state, "relay main"));
        assert_false(alarm_raised(*state, "relay main"));
        assert_int_equal(mails(*state, last, sizeof(last)), 2);
        assert_string_equal(last, "hai@ministry.example|Over: relay main");
}

static void test_faults_are_listed_until_they_are_over(void **state)
{
        struct err one = trouble("one"), two = trouble("two");
        struct fault list[4];

        alarms_written(*state);
        assert_false(alarms_changed(*state));
        alarm_raise(*state, "a", &one);
        alarm_raise(*state, "b", &two);
        assert_true(alarms_changed(*state));
        assert_int_equal(alarms_list(*state, list, 4), 2);
        alarm_clear(*state, "a");
        assert_int_equal(alarms_list(*state, list, 4), 1);
        assert_string_equal(list[0].key, "b");
        assert_string_equal(list[0].msgid, "%s");
        assert_string_equal(list[0].arg[0], "two");
}

static void test_waiting_mails_are_bounded_and_the_oldest_goes_first(void **state)
{
        char key[16], last[256];

        for (int i = 0; i < 100; i++) {
                struct err why = trouble("x");

                snprintf(key, sizeof(key), "k%d", i);
                alarm_raise(*state, key, &why);
        }
        assert_true(alarm_mail_waits(*state, 0));
        assert_int_equal(mails(*state, last, sizeof(last)), ALARM_MAILS);
        assert_false(alarm_mail_waits(*state, 0));
}

static void test_a_mail_that_nobody_took_waits_again(void **state)
{
        char last[256], *to, *text;

        alarm_mail_again(*state, mem_strdup("truc@ministry.example"), mem_strdup("later"), 1000);
        assert_int_equal(mails(*state, last, sizeof(last)), 0); /* its time has not come */
        assert_true(alarm_next_mail(*state, 1000, &to, &text));
        assert_string_equal(text, "later");
        free(to);
        free(text);
}

/* The words reach the command by its environment: whatever they are, they are no shell text. */
static void test_the_command_gets_the_words_and_nothing_runs_them(void **state)
{
        struct err why = trouble("$(touch /tmp/never); `id`; \"quoted\"");
        char folder[] = "/tmp/press-alarm-XXXXXX", path[64], command[128], text[256] = "";
        int fd;

        assert_non_null(mkdtemp(folder));
        snprintf(path, sizeof(path), "%s/told", folder);
        snprintf(command, sizeof(command), "printenv PRESS_ALARM PRESS_ALARM_STATE > %s", path);
        alarms_setup(*state, command, NULL, 0, LANG_EN);
        alarm_raise(*state, "x", &why);
        assert_true(wait(NULL) > 0);
        fd = open(path, O_RDONLY);
        assert_true(fd >= 0);
        assert_true(read(fd, text, sizeof(text) - 1) > 0);
        close(fd);
        assert_string_equal(text, "$(touch /tmp/never); `id`; \"quoted\"\nraised\n");
        unlink(path);
        rmdir(folder);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_a_fault_is_told_once_and_once_when_over, setup,
                                                teardown),
                cmocka_unit_test_setup_teardown(test_faults_are_listed_until_they_are_over, setup,
                                                teardown),
                cmocka_unit_test_setup_teardown(
                        test_waiting_mails_are_bounded_and_the_oldest_goes_first, setup, teardown),
                cmocka_unit_test_setup_teardown(test_a_mail_that_nobody_took_waits_again, setup,
                                                teardown),
                cmocka_unit_test_setup_teardown(
                        test_the_command_gets_the_words_and_nothing_runs_them, setup, teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
