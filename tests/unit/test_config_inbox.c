// SPDX-License-Identifier: MIT
#include "press/config.h"

#include "press/mem.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#define BASE                                    \
        "database = \"p.db\"\n"                 \
        "domain = \"press.ministry.example\"\n" \
        "from = \"tc@ministry.example\"\n"      \
        "relay \"main\" { url = \"smtp://127.0.0.1:2525\" }\n"
#define LOGIN " username = \"b\" password_file = \"/s\" "

static char folder[] = "/tmp/press-test-inbox-XXXXXX", file[100];

static int setup(void **state)
{
        (void) state;
        if (!mkdtemp(folder))
                return -1;
        snprintf(file, sizeof(file), "%s/press.conf", folder);
        return 0;
}

static int teardown(void **state)
{
        (void) state;
        unlink(file);
        return rmdir(folder);
}

static int load(const char *inbox, struct config **ret, struct err *e)
{
        FILE *f = fopen(file, "w");

        assert_non_null(f);
        assert_true(fprintf(f, "%sinbox \"x\" {\n%s }\n", BASE, inbox) > 0);
        assert_int_equal(fclose(f), 0);
        return config_load(file, ret, e);
}

/* The whole of where an inbox leads to, in one line. */
static void assert_where(const char *inbox, const char *expected)
{
        CLEANUP(config_free) struct config *c = NULL;
        struct err e = {0};
        char got[1000];

        if (load(inbox, &c, &e) < 0) {
                err_format(&e, LANG_EN, got, sizeof(got));
                fail_msg("refused: %s\n%s", got, inbox);
        }
        snprintf(got, sizeof(got), "%s %s:%d%s%s %s>%s|%s", c->inbox[0].host, c->inbox[0].connect,
                 c->inbox[0].port, c->inbox[0].tls_first ? " first" : "", c->inbox[0].maildir,
                 c->inbox[0].folder, c->inbox[0].done, c->inbox[0].people);
        assert_string_equal(got, expected);
}

static void assert_refused(const char *inbox, const char *words)
{
        CLEANUP(config_free) struct config *c = NULL;
        struct err e = {0};
        char got[1000];

        if (load(inbox, &c, &e) == 0)
                fail_msg("taken: %s", inbox);
        err_format(&e, LANG_EN, got, sizeof(got));
        if (!strstr(got, words) || e.line < 5)
                fail_msg("%s\n%s\nline %u", inbox, got, e.line);
}

static void test_url_and_address_say_whose_certificate_and_where_to_go(void **state)
{
        (void) state;
        assert_where("url = \"imaps://mail.example\"" LOGIN,
                     "mail.example mail.example:993 first INBOX>press-done|press-people");
        assert_where("url = \"imap://mail.example\"" LOGIN,
                     "mail.example mail.example:143 INBOX>press-done|press-people");
        assert_where("url = \"imap://mail.example:1143\" address = \"10.0.0.1\"" LOGIN,
                     "mail.example 10.0.0.1:1143 INBOX>press-done|press-people");
        assert_where("url = \"imaps://[::1]:99\" address = \"[fe80::1]:98\" folder = \"a/b\"" LOGIN,
                     "::1 fe80::1:98 first a/b>press-done|press-people");
        assert_where("url = \"maildir:///var/mail/x\" done = \"d\" people = \"p\"",
                     " :0/var/mail/x INBOX>d|p");
}

static void test_an_inbox_that_cannot_be_read_is_refused_with_its_line(void **state)
{
        (void) state;
        assert_refused("url = \"pop3://h\"" LOGIN, "is not a mailbox's url");
        assert_refused("url = \"imaps://u@h\"" LOGIN, "no login belongs into the url");
        assert_refused("url = \"imaps://h:70000\"" LOGIN, "not between 1 and 65535");
        assert_refused("url = \"imaps://h/x\"" LOGIN, "no plain HOST");
        assert_refused("url = \"imaps://h\" address = \"a b\"" LOGIN, "is not HOST or HOST:PORT");
        assert_refused("url = \"imaps://h\"", "needs a username and a password_file");
        assert_refused("url = \"imaps://h\" username = \"b\"", "needs a username and");
        assert_refused("url = \"maildir://box\"", "no full path");
        assert_refused("url = \"maildir:///box\" username = \"b\"", "neither username nor address");
        assert_refused("url = \"maildir:///box\" done = \"a/b\"", "no / in its name");
        assert_refused("url = \"imaps://h\" folder = \"Thư\"" LOGIN, "has a sign that not every");
        assert_refused("url = \"imaps://h\" people = \"a*\"" LOGIN, "has a sign that not every");
        assert_refused("url = \"imaps://h\" people = \"press-done\"" LOGIN, "three names");
}

/* R45: a password goes in clear text nowhere but on this machine. */
static void test_an_unprotected_login_is_for_the_loopback_alone(void **state)
{
        (void) state;
        assert_refused("url = \"imap://h\" tls = \"off\"" LOGIN, "travel unprotected");
        assert_refused("url = \"imap://127.0.0.1\" address = \"h\" tls = off" LOGIN, "unprotected");
        assert_refused("url = \"imaps://127.0.0.1\" tls = \"off\"" LOGIN, "always encrypted");
        assert_where("url = \"imap://h\" address = \"127.0.0.1\" tls = \"off\"" LOGIN,
                     "h 127.0.0.1:143 INBOX>press-done|press-people");
}

static void test_a_maildir_of_the_command_line_replaces_them_all(void **state)
{
        CLEANUP(config_free) struct config *c = NULL;
        struct err e = {0};

        (void) state;
        assert_int_equal(load("url = \"imaps://h\"" LOGIN, &c, &e), 0);
        assert_int_equal(config_only_maildir(c, "relative", &e), -EINVAL);
        assert_int_equal(config_only_maildir(c, "/box", &e), 0);
        assert_int_equal(c->ninbox, 1);
        assert_string_equal(c->inbox[0].maildir, "/box");
        assert_string_equal(c->inbox[0].people, "press-people");
        assert_string_equal(c->inbox[0].name, "maildir");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_url_and_address_say_whose_certificate_and_where_to_go),
                cmocka_unit_test(test_an_inbox_that_cannot_be_read_is_refused_with_its_line),
                cmocka_unit_test(test_an_unprotected_login_is_for_the_loopback_alone),
                cmocka_unit_test(test_a_maildir_of_the_command_line_replaces_them_all),
        };

        return cmocka_run_group_tests(tests, setup, teardown);
}
