// SPDX-License-Identifier: MIT
#include "press/config.h"

#include "press/mem.h"
#include "press/zone.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#define BASE                                            \
        "database = \"p.db\"\n"                         \
        "domain = \"press.ministry.example\"\n"         \
        "from = \"Trung tâm <tc@ministry.example>\"\n" \
        "relay \"main\" { url = \"smtp://127.0.0.1:2525\" }\n"

static char folder[] = "/tmp/press-test-config-XXXXXX", file[100], secret[100];

static int setup(void **state)
{
        (void) state;
        if (!mkdtemp(folder))
                return -1;
        snprintf(file, sizeof(file), "%s/press.conf", folder);
        snprintf(secret, sizeof(secret), "%s/secret", folder);
        return 0;
}

static int teardown(void **state)
{
        (void) state;
        unlink(file);
        unlink(secret);
        return rmdir(folder);
}

static void write_file(const char *path, const char *text, mode_t mode)
{
        FILE *f;

        unlink(path);
        f = fopen(path, "w");
        assert_non_null(f);
        assert_true(fputs(text, f) >= 0);
        assert_int_equal(fclose(f), 0);
        assert_int_equal(chmod(path, mode), 0);
}

static struct config *loaded(const char *text)
{
        struct config *c = NULL;
        struct err e = {0};
        char reason[1000];

        write_file(file, text, 0600);
        if (config_load(file, &c, &e) != 0) {
                err_format(&e, LANG_EN, reason, sizeof(reason));
                fail_msg("refused: %s\n%s", reason, text);
        }
        return c;
}

/* Refused, at that line, with these words in the reason. */
static void assert_refused(const char *text, unsigned line, const char *words)
{
        struct config *c = NULL;
        struct err e = {0};
        char got[1000], place[200];

        write_file(file, text, 0600);
        if (config_load(file, &c, &e) == 0)
                fail_msg("taken: %s", text);
        assert_null(c);
        err_format(&e, LANG_EN, got, sizeof(got));
        if (line)
                snprintf(place, sizeof(place), "%s:%u: ", file, line);
        else
                snprintf(place, sizeof(place), "%s: ", file);
        if (strncmp(got, place, strlen(place)) != 0 || !strstr(got, words))
                fail_msg("wanted %s…%s…, got %s", place, words, got);
}

static void test_four_settings_are_enough_and_the_rest_has_its_default(void **state)
{
        CLEANUP(config_free) struct config *c = loaded(BASE);
        char path[200];

        (void) state;
        snprintf(path, sizeof(path), "%s/p.db", folder);
        assert_string_equal(c->database, path); /* beside the configuration */
        snprintf(path, sizeof(path), "%s/p.db.sock", folder);
        assert_string_equal(c->socket, path);
        assert_string_equal(c->from_name, "Trung tâm");
        assert_string_equal(c->from_address, "tc@ministry.example");
        assert_string_equal(c->reply_to, "");
        assert_string_equal(c->return_path, "bounce+{tag}@press.ministry.example");
        assert_string_equal(c->list_id, "press.ministry.example");
        assert_string_equal(c->timezone, "Asia/Ho_Chi_Minh");
        assert_string_equal(zone_name(), "Asia/Ho_Chi_Minh");
        assert_int_equal(c->language, LANG_VI);
        assert_int_equal(c->approval, APPROVAL_TWO_PERSON);
        assert_int_equal(c->nallow, 0);
        assert_int_equal(c->grace_ms, 0);
        assert_int_equal(c->same_content_ms, 12 * 3600 * 1000);
        assert_int_equal(c->tag_life_ms, INT64_C(90) * 24 * 3600 * 1000);
        assert_int_equal(c->max_message, 20000000);
        assert_int_equal(c->refused_limit, 20);
        assert_int_equal(c->nrelay, 1);
        assert_string_equal(c->relay[0].name, "main");
        assert_int_equal(c->relay[0].tls, RELAY_TLS_REQUIRED);
        assert_int_equal(c->relay[0].connections, 20);
        assert_int_equal(c->relay[0].messages_per_connection, 100);
        assert_true(c->relay[0].pipelining);
        assert_int_equal(c->relay[0].rate, 0);
        assert_int_equal(c->relay[0].preference, 10);
        assert_int_equal(c->class[CLASS_URGENT].nsteps, 4);
        assert_int_equal(c->class[CLASS_URGENT].step_ms[3], 10 * 60 * 1000);
        assert_int_equal(c->class[CLASS_URGENT].give_up_ms, 2 * 3600 * 1000);
        assert_int_equal(c->class[CLASS_URGENT].confirm_ms, 15 * 60 * 1000);
        assert_int_equal(c->class[CLASS_NORMAL].nsteps, 5);
        assert_int_equal(c->class[CLASS_ROUTINE].give_up_ms, 5 * 86400 * INT64_C(1000));
        assert_true(c->class[CLASS_ROUTINE].retry_unknown);
        assert_int_equal(c->notify.nmail, 0);
        assert_string_equal(c->web.listen, "127.0.0.1:8080");
}

static void test_every_kind_of_value_is_read(void **state)
{
        CLEANUP(config_free)
        struct config *c =
                loaded("# ghi chú // và /* nữa\n" BASE "approval = none /* { */ language = 'en'\n"
                       "allow = {\"a@X.example\", \"@Bo.example\",}\n"
                       "refused_limit = 0 grace = \"20s\"  max_message = \"512KiB\"\n"
                       "timezone = \"Europe/Paris\"\n"
                       "return_path = \"tra@ministry.example\"\n"
                       "letterhead { ministry = \"BỘ X\" }\n"
                       "relay \"second\" { url = \"smtps://mail.example\" preference = 5"
                       " pipelining = false"
                       " connections = 3 }\n"
                       "domain_limit \"Gmail.com\" { rate = 30 }\n"
                       "class \"urgent\" { retry = {\"30s\"} unknown = hold }\n"
                       "inbox \"returns\" { url = \"imaps://h\" username = \"b\""
                       " password_file = \"/s\" }\n"
                       "notify { mail = {\"t@x.example\"} command = '/bin/echo \"${HOME}\"' }\n");

        (void) state;
        assert_int_equal(c->approval, APPROVAL_NONE);
        assert_int_equal(c->language, LANG_EN);
        assert_int_equal(c->nallow, 2);
        assert_string_equal(c->allow[0], "a@x.example");
        assert_string_equal(c->allow[1], "@bo.example");
        assert_true(config_allows(c, "ai@bo.example"));
        assert_false(config_allows(c, "ai@khac.example"));
        assert_int_equal(c->grace_ms, 20000);
        assert_int_equal(c->max_message, 524288);
        assert_int_equal(c->refused_limit, 0);
        assert_string_equal(c->return_path, "tra+{tag}@ministry.example");
        /* R118 */
        assert_true(config_is_return_path(c, "tra@ministry.example"));
        assert_true(config_is_return_path(c, "Tra+abc234@ministry.example"));
        assert_false(config_is_return_path(c, "tram@ministry.example"));
        assert_false(config_is_return_path(c, "tra@khac.example"));
        assert_string_equal(c->letterhead.ministry, "BỘ X");
        assert_int_equal(c->nrelay, 2);
        assert_string_equal(c->relay[0].name, "second"); /* preferred, though written later */
        assert_false(c->relay[0].pipelining);
        assert_int_equal(c->relay[0].connections, 3);
        assert_string_equal(c->domain_limit[0].domain, "gmail.com");
        assert_int_equal(c->domain_limit[0].rate, 30);
        assert_int_equal(c->domain_limit[0].connections, 2);
        assert_int_equal(c->class[CLASS_URGENT].nsteps, 1);
        assert_int_equal(c->class[CLASS_URGENT].step_ms[0], 30000);
        assert_false(c->class[CLASS_URGENT].retry_unknown);
        assert_int_equal(c->class[CLASS_URGENT].give_up_ms, 2 * 3600 * 1000);
        assert_string_equal(c->inbox[0].folder, "INBOX");
        assert_string_equal(c->notify.mail[0], "t@x.example");
        assert_string_equal(c->notify.command, "/bin/echo \"${HOME}\"");
}

/* What libconfuse would take in silence. */
static void test_slips_that_the_parser_forgives_are_refused_with_their_line(void **state)
{
        (void) state;
        assert_refused(BASE "grace = \"1s\"\ngrace = \"2s\"\n", 6, "there already, in line 5");
        assert_refused(BASE "web {\n listen = \"a\"\n", 5, "not closed");
        assert_refused(BASE "web {\n listen = \"a\"\nnotify { }\n", 7, "is a } missing");
        assert_refused(BASE "}\n", 5, "} is too many");
        assert_refused(BASE "relay \"b\" { url = \"smtp://h\" connections = 010 }", 5, "octal");
        assert_refused(BASE "letterhead { place = \"${HOME}\" }", 5, "${…} is not filled in");
        assert_refused(BASE "relay \"main\" { url = \"smtp://h\" }", 5, "already, in line 4");
        assert_refused(BASE "web { }\nweb { }", 6, "already, in line 5");
        assert_refused(BASE "grace = \"1s\n", 5, "quotation mark is not closed");
        assert_refused(BASE "/* \n\n", 5, "comment that begins here");
        assert_refused(BASE "reply_to = smtp://x\n", 5, "quotation marks");
        assert_refused(BASE "allow = \"a@b.example\"\n", 5, "is a list");
        assert_refused(BASE "grace = {\"1s\"}\n", 5, "has one value");
        assert_refused(BASE "allow = {\"a@b.example\" \"c@d.example\"}\n", 5, "syntax");
        assert_refused(BASE "allow = {\"a@b.example\"\n", 5, "is not closed");
        assert_refused(BASE "grace\n", 5, "after “grace” comes =");
        assert_refused(BASE "grace =", 5, "has no value");
        assert_refused(BASE "relay { }", 5, "needs a name");
        assert_refused(BASE "web \"x\" { }", 5, "takes no name");
}

static void test_a_comment_may_stand_between_any_two_words(void **state)
{
        CLEANUP(config_free)
        struct config *c = loaded(BASE "allow /* a */ = # b\n"
                                       "{ // c \"x@y.example\"\n"
                                       "\"a@b.example\" # Báo A\n"
                                       ", /* d */ \"@c.example\" # Báo C\n"
                                       "}\n"
                                       "letterhead /* e\nf */ { place = \"# no // comment\" }");

        (void) state;
        assert_int_equal(c->nallow, 2);
        assert_string_equal(c->allow[0], "a@b.example");
        assert_string_equal(c->allow[1], "@c.example");
        assert_string_equal(c->letterhead.place, "# no // comment");
        assert_refused(BASE "# a\n/* b\n*/ allow = {\"x\" # c\n\"y\"}\n", 8, "syntax");
}

/* R72 */
static void test_a_value_out_of_range_stops_the_start_with_file_and_line(void **state)
{
        static const struct {
                const char *line, *words;
        } bad[] = {
                {"grace = \"2d\"", "from 0s to 1d"},
                {"grace = \"-1s\"", "not a duration"},
                {"grace = 20", "lacks its unit"},
                {"refused_limit = 101", "from 0 to 100"},
                {"max_message = \"1kB\"", "from 100kB to 150MB"},
                {"max_message = \"200MB\"", "from 100kB to 150MB"},
                {"max_message = 20", "not a size"},
                {"approval = two", "there are: none, one, two-person"},
                {"language = \"fr\"", "there are: vi, en"},
                {"timezone = \"Asia/Hanoi\"", "no time zone"},
                {"reply_to = \"a b\"", ""},
                {"return_path = \"b@c.example, d@e.example\"", ""},
                {"return_path = \"b@{tag}.example\"", "before the @"},
                {"return_path = \"b+{tag}{tag}@c.example\"", "once"},
                {"allow = {\"@\"}", ""},
                {"notify { mail = {\"x\"} }", ""},
                {"class \"fast\" { }", "there are urgent, normal and routine"},
                {"class \"normal\" { retry = {} }", "is empty"},
                {"class \"normal\" { retry = {\"0s\"} }", "from 100ms to 7d"},
                {"class \"normal\" { give_up = \"1m\" }", "shorter than the first wait"},
                {"class \"normal\" { unknown = \"drop\" }", "there are: hold, retry"},
                {"domain_limit \"a b\" { }", ""},
                {"domain_limit \"a.vn\" { } domain_limit \"A.VN\" { }",
                 "is there already, in line 6"},
                {"relay \"b\" { url = \"smtp://h\" connections = 0 }", "from 1 to 500"},
                {"relay \"b\" { url = \"smtp://h\" connections = 1x }", "not a whole number"},
                {"relay \"b\" { url = \"http://h\" }", "smtp://HOST"},
                {"relay \"b\" { url = \"smtp://u:p@h\" }", "no login"},
                {"relay \"b\" { url = \"smtp://h:0\" }", "not between 1 and 65535"},
                {"relay \"b\" { url = \"smtp://[::1]:65536\" }", "not between 1 and 65535"},
                {"relay \"b\" { url = \"smtp://h:2x\" }", "HOST:PORT"},
                {"relay \"b\" { url = \"smtp://h\" address = \"h:99999\" }",
                 "not between 1 and 65535"},
                {"relay \"b\" { url = \"smtp://h/x\" }", "HOST:PORT"},
                {"relay \"b\" { url = \"smtps://h\" tls = off }", "always encrypted"},
                {"relay \"b\" { tls = off }", "lacks the setting “url”"},
                {"relay \"b c\" { url = \"smtp://h\" }", "letters"},
                {"relay \"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\" "
                 "{ url = \"smtp://h\" }",
                 "at most 60 letters"},
                {"relay \"b\" { url = \"smtp://h\" address = \"a b\" }", "HOST"},
                {"relay \"b\" { url = \"smtp://h\" username = \"u\" }", "no password_file"},
                {"relay \"b\" { url = \"smtp://h\" password_file = \"u\" }", "no username"},
                {"relay \"b\" { url = \"smtp://h\" username = \"u\" password_file = \"p\""
                 " tls = off }",
                 "unprotected"},
                {"gace = \"1s\"", "did you mean “grace”"},
                {"relay \"b\" { ulr = \"smtp://h\" }", "did you mean “url”"},
                {"quatsch = 1", "no setting “quatsch”"},
        };

        (void) state;
        for (size_t i = 0; i < COUNT_OF(bad); i++) {
                CLEANUP(mem_free) char *text = mem_printf(BASE "\n%s\n", bad[i].line);

                assert_refused(text, 6, bad[i].words);
        }
}

static void test_what_is_missing_or_no_text_stops_the_start(void **state)
{
        (void) state;
        assert_refused("database = \"p\"\ndomain = \"localhost\"\nfrom = \"a@b.example\"\n", 2,
                       "one part only");
        assert_refused("domain = \"a.example\"\n", 0, "“database” is missing");
        assert_refused("database = \"p\"\ndomain = \"a.example\"\nfrom = \"a@b.example\"\n", 0,
                       "no relay");
        assert_refused("", 0, "is missing");
        assert_refused(BASE "reply_to = \"a\x01\"\n", 5, "control character");
        assert_refused(BASE "# x\nreply_to = \"\xC3(\"\n", 6, "not UTF-8");
}

static void test_a_username_without_tls_is_taken_on_loopback_only(void **state)
{
        CLEANUP(config_free)
        struct config *c = loaded(
                BASE
                "relay \"b\" { url = \"smtp://127.0.0.1\" username = \"u\" password_file = \"p\""
                " tls = \"off\" }\n"
                "relay \"c\" { url = \"smtp://mail.example\" address = \"localhost:25\" "
                "username = \"u\" password_file = \"p\" tls = opportunistic }\n");

        (void) state;
        assert_int_equal(c->nrelay, 3);
        assert_refused(BASE "relay \"b\" { url = \"smtp://localhost\" address = \"10.0.0.1\"\n"
                            " username = \"u\" password_file = \"p\"\ntls = off }",
                       7, "unprotected");
}

static void test_a_refused_file_leaves_the_zone_in_use(void **state)
{
        (void) state;
        assert_int_equal(zone_open("Europe/Paris", NULL), 0);
        assert_refused(BASE "grace = 1", 5, "unit");
        assert_string_equal(zone_name(), "Europe/Paris");
}

static void test_a_missing_file_says_so(void **state)
{
        struct config *c = NULL;
        struct err e = {0};

        (void) state;
        unlink(file);
        assert_int_equal(config_load(file, &c, &e), -ENOENT);
        assert_string_equal(e.file, file);
        assert_int_equal(config_load(folder, &c, &e), -EISDIR);
}

/* R48, R97: a secret that others may read is not used. */
static void test_a_secret_is_the_first_line_of_a_private_file(void **state)
{
        struct err e = {0};
        char out[20] = "";

        (void) state;
        write_file(secret, "mật khẩu\nkhông đọc\n", 0400);
        assert_int_equal(config_secret(secret, out, sizeof(out), &e), 0);
        assert_string_equal(out, "mật khẩu");
        write_file(secret, "x\r\n", 0640);
        assert_int_equal(config_secret(secret, out, sizeof(out), &e), 0);
        assert_string_equal(out, "x");
        write_file(secret, "y\n", 0644);
        assert_int_equal(config_secret(secret, out, sizeof(out), &e), -EACCES);
        write_file(secret, "\n", 0600);
        assert_int_equal(config_secret(secret, out, sizeof(out), &e), -EINVAL);
        write_file(secret, "", 0600);
        assert_int_equal(config_secret(secret, out, sizeof(out), &e), -EINVAL);
        write_file(secret, "twenty characters ...\n", 0600);
        assert_int_equal(config_secret(secret, out, sizeof(out), &e), -EINVAL);
        assert_string_equal(out, "x");
        unlink(secret);
        assert_int_equal(config_secret(secret, out, sizeof(out), &e), -ENOENT);
}

static void test_a_domain_without_press_in_front_gets_it_in_its_list_id(void **state)
{
        CLEANUP(config_free)
        struct config *c = loaded("database = \"p\"\ndomain = \"ministry.example\"\n"
                                  "from = \"a@b.example\"\nrelay \"m\" { url = \"smtp://h\" }\n");

        (void) state;
        assert_string_equal(c->list_id, "press.ministry.example");
}

/* Whoever runs the check may be root: what counts is the account that sends. */
static void test_a_secret_must_be_readable_by_the_owner_of_the_database(void **state)
{
        struct err e = {0};
        char reason[1000];

        (void) state;
        write_file(secret, "x\n", 0400);
        assert_int_equal(config_secret_look(secret, "/nonexistent/press.db", &e), 0);
        assert_int_equal(chmod(secret, 0644), 0);
        assert_int_equal(config_secret_look(secret, file, &e), -EACCES);
        assert_int_equal(config_secret_look(folder, file, &e), -EINVAL);
        assert_int_equal(config_secret_look("/nonexistent/s", file, &e), -ENOENT);
        if (getuid() != 0)
                skip();
        write_file(file, "", 0600);
        assert_int_equal(chown(file, 65534, 65534), 0);
        assert_int_equal(chmod(secret, 0400), 0);
        assert_int_equal(config_secret_look(secret, file, &e), -EACCES);
        err_text(&e, LANG_EN, reason, sizeof(reason));
        assert_non_null(strstr(reason, "belongs to root; nobody, who sends, cannot read it"));
        assert_int_equal(chown(secret, 0, 65534), 0);
        assert_int_equal(chmod(secret, 0440), 0);
        assert_int_equal(config_secret_look(secret, file, &e), 0);
        assert_int_equal(chown(secret, 65534, 0), 0);
        assert_int_equal(config_secret_look(secret, file, &e), 0);
}

static void test_the_path_is_the_option_then_the_environment_if_trusted(void **state)
{
        (void) state;
        setenv("PRESS_CONFIG", "/a/b", 1);
        assert_string_equal(config_path("/c", true), "/c");
        assert_string_equal(config_path(NULL, true), "/a/b");
        assert_string_equal(config_path("", false), "/etc/press/press.conf");
        unsetenv("PRESS_CONFIG");
        assert_string_equal(config_path(NULL, true), "/etc/press/press.conf");
}

static void test_the_sample_configuration_is_taken(void **state)
{
        CLEANUP(config_free) struct config *c = NULL;
        struct err e = {0};
        char reason[1000] = "";

        (void) state;
        if (config_load("etc/press.conf", &c, &e) != 0)
                err_format(&e, LANG_EN, reason, sizeof(reason));
        assert_string_equal(reason, "");
        assert_int_equal(c->grace_ms, 20000);
        assert_string_equal(c->database, "/var/lib/press/press.db");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_four_settings_are_enough_and_the_rest_has_its_default),
                cmocka_unit_test(test_every_kind_of_value_is_read),
                cmocka_unit_test(test_slips_that_the_parser_forgives_are_refused_with_their_line),
                cmocka_unit_test(test_a_comment_may_stand_between_any_two_words),
                cmocka_unit_test(test_a_value_out_of_range_stops_the_start_with_file_and_line),
                cmocka_unit_test(test_what_is_missing_or_no_text_stops_the_start),
                cmocka_unit_test(test_a_username_without_tls_is_taken_on_loopback_only),
                cmocka_unit_test(test_a_refused_file_leaves_the_zone_in_use),
                cmocka_unit_test(test_a_missing_file_says_so),
                cmocka_unit_test(test_a_secret_is_the_first_line_of_a_private_file),
                cmocka_unit_test(test_a_domain_without_press_in_front_gets_it_in_its_list_id),
                cmocka_unit_test(test_a_secret_must_be_readable_by_the_owner_of_the_database),
                cmocka_unit_test(test_the_path_is_the_option_then_the_environment_if_trusted),
                cmocka_unit_test(test_the_sample_configuration_is_taken),
        };

        return cmocka_run_group_tests(tests, setup, teardown);
}
