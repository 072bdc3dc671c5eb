// SPDX-License-Identifier: MIT
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "press/clock.h"
#include "press/mem.h"
#include "press/relay.h"

#include "fakerelay.h"

#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

/* A name server that never answers, as libcurl's resolver thread meets it. */
static pthread_mutex_t silent_dns = PTHREAD_MUTEX_INITIALIZER;

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                struct addrinfo **ret)
{
        (void) name;
        (void) service;
        (void) hints;
        *ret = NULL;
        pthread_mutex_lock(&silent_dns);
        pthread_mutex_unlock(&silent_dns);
        return EAI_AGAIN;
}

static struct client client;
static struct fake *fake;

static int setup(void **state)
{
        (void) state;
        fake = NULL;
        client_init(&client);
        return 0;
}

static int teardown(void **state)
{
        (void) state;
        client_done(&client);
        if (fake)
                fake_stop(fake);
        return 0;
}

static void run(const char *const *script)
{
        fake = fake_start(script, NULL);
        client_run(&client, fake, "smtp");
}

#define GREETING "220 relay.example ESMTP", "<EHLO", "250 relay.example"
#define GREETING_PIPELINING \
        "220 relay.example ESMTP", "<EHLO", "250-relay.example", "250 PIPELINING"
#define ENVELOPE_TAKEN "<MAIL", "250 ok", "<RCPT", "250 ok", "<DATA", "354 go on"
#define LETTER_TAKEN   "<.", "250 2.0.0 queued"
#define GOODBYE        "<QUIT", "221 bye", "!wait", NULL

/* --- what does not come up --------------------------------------------------------- */

struct refusal {
        const char *const *script;
        const char *log, *transcript;
};

static void expect_refusal(const struct refusal *r)
{
        run(r->script);
        assert_string_equal(client.log.s, r->log);
        assert_string_equal(fake_transcript(fake), r->transcript);
}

/* R25 */
static void test_a_refusing_banner_is_the_relays_affair(void **state)
{
        static const char *const script[] = {"421-4.3.2 too busy\r\n421 4.3.2 come\tback", "!wait",
                                             NULL};

        (void) state;
        expect_refusal(&(struct refusal){
                script, "down relay connect 421 4.3.2 too busy / 4.3.2 come\\x09back\n", ""});
}

static void test_refused_ehlo_and_helo_are_the_relays_affair(void **state)
{
        static const char *const script[] = {
                "220 hi", "<EHLO", "502 no", "<HELO", "550 5.7.1 go away", "!wait", NULL};

        (void) state;
        expect_refusal(&(struct refusal){script, "down relay ehlo 550 5.7.1 go away\n",
                                         "EHLO press.example.org\nHELO press.example.org\n"});
}

/* R20: the relay thinks better of it before we have asked for anything. */
static void test_a_421_behind_the_login_is_heard(void **state)
{
        static const char *const script[] = {
                "220 hi", "<EHLO",  "250-relay.example\r\n250 AUTH PLAIN",
                "<AUTH",  "235 ok", "421 4.7.0 too many",
                "!wait",  NULL};

        (void) state;
        client.opts.username = "press";
        client.opts.password = "secret-word";
        client.letters = "";
        run(script);
        assert_non_null(strstr(client.log.s, "421 4.7.0 too many\n"));
        assert_null(strstr(client.log.s, "go a"));
}

/* R33 */
static void test_helo_will_do_and_offers_nothing(void **state)
{
        static const char *const script[] = {"220 hi",
                                             "<EHLO",
                                             "502 no",
                                             "<HELO",
                                             "250-PIPELINING\r\n250-PIPELINING\r\n250 SIZE 1",
                                             ENVELOPE_TAKEN,
                                             LETTER_TAKEN,
                                             GOODBYE};

        (void) state;
        run(script);
        assert_non_null(strstr(client.log.s, "done a relayed dot 250"));
        assert_false(client.caps.pipelining);
        assert_false(client.caps.size);
}

static void test_capabilities_are_read_but_the_relays_name_is_none(void **state)
{
        static const char *const script[] = {
                "220 hi", "<EHLO", "250-DSN\r\n250-SIZE 1000\r\n250-8BITMIME\r\n250 x", GOODBYE};

        (void) state;
        client.letters = "";
        client.quit_at_once = true;
        run(script);
        assert_false(client.caps.dsn);
        assert_true(client.caps.size);
        assert_int_equal(client.caps.size_max, 1000);
        assert_true(client.caps.eightbitmime);
}

static void test_a_refused_connection_says_so(void **state)
{
        static const char *const script[] = {"!dead", NULL};
        char want[128];

        (void) state;
        run(script);
        snprintf(want, sizeof(want),
                 "down relay connect 0 cannot connect to 127.0.0.1:%u: Connection refused\n",
                 fake_port(fake));
        assert_string_equal(client.log.s, want);
}

static void test_a_relay_that_hangs_up_is_named_with_what_it_owed(void **state)
{
        static const char *const before[] = {"!close", NULL};

        (void) state;
        run(before);
        assert_string_equal(
                client.log.s,
                "down relay connect 0 the relay closed the connection before the banner\n");
}

/* R30 */
static void test_a_banner_that_is_none_is_refused(void **state)
{
        static const char *const script[] = {"HTTP/1.1 400 Bad Request\r\n\r\n", "!wait", NULL};

        (void) state;
        expect_refusal(&(struct refusal){
                script,
                "down relay connect 0 a reply that cannot be read: HTTP/1.1 400 Bad Request\n",
                ""});
}

/* R29 */
static void test_a_reply_without_end_is_refused(void **state)
{
        static const char *const script[] = {"220 hi", "<EHLO", "!flood", NULL};

        (void) state;
        run(script);
        assert_int_equal(strncmp(client.log.s, "down relay ehlo 0 ", 18), 0);
        assert_string_equal(fake_transcript(fake), "EHLO press.example.org\n");
}

/* R35: with short limits */
static void test_a_silent_banner_ends_with_the_session_limit(void **state)
{
        static const char *const script[] = {"!wait", NULL};

        (void) state;
        client.opts.session_ms = 40;
        run(script);
        assert_string_equal(client.log.s, "down relay connect 0 the banner did not come in 1 s\n");
}

static void test_a_silent_ehlo_ends_with_the_session_limit(void **state)
{
        static const char *const script[] = {"220 hi", "!wait", NULL};

        (void) state;
        client.opts.session_ms = 60;
        run(script);
        assert_string_equal(client.log.s,
                            "down relay ehlo 0 the reply to EHLO did not come in 1 s\n");
}

/* R39: libcurl would wait for its resolver thread when the handle is dropped. */
static void test_a_silent_name_server_holds_nothing_up(void **state)
{
        static const char *const script[] = {"!dead", NULL};
        int64_t began = clock_mono();

        (void) state;
        pthread_mutex_lock(&silent_dns);
        client.opts.url = "smtp://relay.example.org:25";
        client.opts.tcp_ms = 50;
        run(script);
        assert_true(clock_mono() - began < 2000);
        pthread_mutex_unlock(&silent_dns);
        assert_string_equal(client.log.s,
                            "down relay connect 0 no answer from the name servers about "
                            "relay.example.org:25 in 1 s\n");
}

static void test_an_unknown_name_says_so(void **state)
{
        static const char *const script[] = {"!dead", NULL};

        (void) state;
        client.opts.url = "smtp://relay.example.org:25";
        run(script);
        assert_string_equal(
                client.log.s,
                "down relay connect 0 no address is known for the name in relay.example.org:25\n");
}

static void test_a_url_that_is_none_says_so(void **state)
{
        static const char *const script[] = {"!dead", NULL};

        (void) state;
        client.opts.url = "http://relay.example.org";
        run(script);
        assert_int_equal(strncmp(client.log.s, "down relay connect 0 ", 21), 0);
}

static void test_address_is_where_it_connects_whatever_the_url_names(void **state)
{
        static const char *const script[] = {GREETING, GOODBYE};
        char address[32];

        (void) state;
        client.letters = "";
        client.quit_at_once = true;
        fake = fake_start(script, NULL);
        snprintf(address, sizeof(address), "127.0.0.1:%u", fake_port(fake));
        client.opts.url = "smtp://relay.example.org:25";
        client.opts.address = address;
        client_run(&client, fake, "smtp");
        assert_string_equal(client.log.s, "up\ndown not-tried mail 221 bye\n");
        assert_string_equal(client.info.peer, address);
}

/* R43 */
static void test_without_starttls_nothing_but_ehlo_leaves_when_tls_is_required(void **state)
{
        static const char *const script[] = {"220 hi", "<EHLO",
                                             "250-relay.example\r\n250 AUTH PLAIN", "!wait", NULL};

        (void) state;
        client.opts.tls = RELAY_TLS_REQUIRED;
        client.opts.username = "press";
        client.opts.password = "secret-word";
        expect_refusal(&(struct refusal){
                script, "down relay tls 0 the relay offers no STARTTLS, but tls is \"required\"\n",
                "EHLO press.example.org\n"});
}

/* --- login --------------------------------------------------------------------------- */

static void with_login(void)
{
        client.opts.username = "press";
        client.opts.password = "secret-word";
}

#define GREETING_AUTH "220 hi", "<EHLO", "250-relay.example\r\n250 AUTH PLAIN"
/* base64 of NUL press NUL secret-word */
#define PLAIN "AHByZXNzAHNlY3JldC13b3Jk"

static void test_a_login_is_made_before_anything_is_sent(void **state)
{
        static const char *const script[] = {GREETING_AUTH, "<AUTH", "235 welcome", GOODBYE};

        (void) state;
        with_login();
        client.letters = "";
        client.quit_at_once = true;
        expect_refusal(&(struct refusal){script, "up\ndown not-tried mail 221 bye\n",
                                         "EHLO press.example.org\nAUTH PLAIN " PLAIN "\nQUIT\n"});
}

/* libcurl would go on without a login. */
static void test_a_relay_without_auth_is_not_used_unauthenticated(void **state)
{
        static const char *const script[] = {GREETING, "!wait", NULL};

        (void) state;
        with_login();
        run(script);
        assert_string_equal(
                client.log.s,
                "down relay auth 0 a username is set, but the relay offers no login that we "
                "know (AUTH)\n");
        assert_string_equal(fake_transcript(fake), "EHLO press.example.org\n");
}

/* R47 */
static void test_a_refused_login_is_the_relays_affair(void **state)
{
        static const char *const script[] = {GREETING_AUTH, "<AUTH", "535 5.7.8 wrong", "!wait",
                                             NULL};

        (void) state;
        with_login();
        run(script);
        assert_string_equal(client.log.s, "down relay auth 535 5.7.8 wrong\n");
}

/* R48 */
static void test_a_reply_that_repeats_the_login_is_not_kept(void **state)
{
        static const char *const plain[] = {GREETING_AUTH, "<AUTH",
                                            "535 5.7.8 bad password secret-word", "!wait", NULL};
        static const char *const coded[] = {GREETING_AUTH, "<AUTH", "535 5.7.8 what is " PLAIN "?",
                                            "!wait", NULL};

        (void) state;
        for (int i = 0; i < 2; i++) {
                with_login();
                run(i ? coded : plain);
                assert_string_equal(
                        client.log.s,
                        "down relay auth 535 (the reply repeats our login and is not kept)\n");
                buf_clear(&client.log);
                client.opts.url = "";
                fake_stop(fake);
                fake = NULL;
        }
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
        const struct CMUnitTest tests[] = {
                T(test_a_refusing_banner_is_the_relays_affair),
                T(test_refused_ehlo_and_helo_are_the_relays_affair),
                T(test_a_421_behind_the_login_is_heard),
                T(test_helo_will_do_and_offers_nothing),
                T(test_capabilities_are_read_but_the_relays_name_is_none),
                T(test_a_refused_connection_says_so),
                T(test_a_relay_that_hangs_up_is_named_with_what_it_owed),
                T(test_a_banner_that_is_none_is_refused),
                T(test_a_reply_without_end_is_refused),
                T(test_a_silent_banner_ends_with_the_session_limit),
                T(test_a_silent_ehlo_ends_with_the_session_limit),
                T(test_a_silent_name_server_holds_nothing_up),
                T(test_an_unknown_name_says_so),
                T(test_a_url_that_is_none_says_so),
                T(test_address_is_where_it_connects_whatever_the_url_names),
                T(test_without_starttls_nothing_but_ehlo_leaves_when_tls_is_required),
                T(test_a_login_is_made_before_anything_is_sent),
                T(test_a_relay_without_auth_is_not_used_unauthenticated),
                T(test_a_refused_login_is_the_relays_affair),
                T(test_a_reply_that_repeats_the_login_is_not_kept),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
