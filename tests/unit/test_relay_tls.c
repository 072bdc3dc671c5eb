// SPDX-License-Identifier: MIT
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "press/mem.h"
#include "press/relay.h"

#include "fakerelay.h"

#include <stdio.h>
#include <string.h>

static struct client client;
static struct fake *fake;
static char address[32];

/* The url's name is relay.example; it is found on the fake's port. */
static int setup(void **state)
{
        (void) state;
        fake = NULL;
        client_init(&client);
        client.opts.tls = RELAY_TLS_REQUIRED;
        client.opts.url = "smtp://relay.example:25";
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

static void start(const char *const *script, const struct fake_cert *cert)
{
        fake = fake_start(script, cert);
        snprintf(address, sizeof(address), "127.0.0.1:%u", fake_port(fake));
        client.opts.address = address;
}

/* Trusting the fake's own certificate. */
static void run(const char *const *script, const struct fake_cert *cert)
{
        start(script, cert);
        client.opts.ca_file = fake_ca_file(fake);
        client_run(&client, fake, "smtp");
}

static const struct fake_cert good = {.name = "relay.example"};

#define STARTTLS \
        "220 hi", "<EHLO", "250-relay.example", "250 STARTTLS", "<STARTTLS", "220 go", "!tls"
#define EHLO    "<EHLO", "250 relay.example"
#define LETTER  "<MAIL", "250 ok", "<RCPT", "250 ok", "<DATA", "354 go on", "<.", "250 2.0.0 queued"
#define GOODBYE "<QUIT", "221 bye", "!wait", NULL

static const char *const whole[] = {STARTTLS, EHLO, LETTER, GOODBYE};

static void test_a_letter_goes_over_a_verified_line(void **state)
{
        (void) state;
        run(whole, &good);
        assert_string_equal(client.log.s, "up\n"
                                          "go a\n"
                                          "done a relayed dot 250\n"
                                          "down not-tried mail 221 bye\n");
        assert_string_equal(client.info.tls, "TLSv1.3");
        assert_string_equal(fake_transcript(fake), "EHLO press.example.org\n"
                                                   "STARTTLS\n"
                                                   "EHLO press.example.org\n"
                                                   "MAIL FROM:<press@example.org>\n"
                                                   "RCPT TO:<a@example.org>\n"
                                                   "DATA\n"
                                                   ".\n"
                                                   "QUIT\n");
}

static void test_tls_from_the_first_byte_works_too(void **state)
{
        static const char *const script[] = {"!tls", "220 hi", EHLO, LETTER, GOODBYE};
        static const struct fake_cert old = {.name = "relay.example",
                                             .priority = "NORMAL:-VERS-ALL:+VERS-TLS1.2"};

        (void) state;
        client.opts.url = "smtps://relay.example:465";
        run(script, &old);
        assert_non_null(strstr(client.log.s, "done a relayed dot 250\n"));
        assert_string_equal(client.info.tls, "TLSv1.2");
}

/* The record that met a full line is shown to GnuTLS again, byte for byte. */
static void test_a_large_letter_arrives_byte_for_byte_under_tls(void **state)
{
        CLEANUP(buf_done) struct buf text = BUF(1 << 24);

        (void) state;
        for (unsigned i = 0; text.len < 6000000; i++)
                buf_addf(&text, "line number %u of this letter, counted from nought\r\n", i);
        client.nletter = 64;
        for (size_t i = 0; i < 64; i++) {
                size_t from = text.len * i / 64, to = text.len * (i + 1) / 64;

                client.letter[i] = (struct slice){text.s + from, to - from};
        }
        run(whole, &good);
        assert_non_null(strstr(client.log.s, "done a relayed dot 250"));
        fake_transcript(fake);
        assert_int_equal(fake_letter(fake)->len, text.len);
        assert_memory_equal(fake_letter(fake)->s, text.s, text.len);
}

/* R46 */
static void test_only_what_is_offered_under_tls_counts(void **state)
{
        static const char *const script[] = {
                "220 hi",
                "<EHLO",
                "250-relay.example\r\n250-DSN\r\n250-SIZE 99\r\n250 STARTTLS",
                "<STARTTLS",
                "220 go",
                "!tls",
                "<EHLO",
                "250-relay.example\r\n250 PIPELINING",
                GOODBYE};

        (void) state;
        client.letters = "";
        client.quit_at_once = true;
        run(script, &good);
        assert_true(client.caps.pipelining);
        assert_false(client.caps.dsn);
        assert_false(client.caps.size);
        assert_false(client.caps.starttls);
}

static void test_a_login_is_made_under_tls_only(void **state)
{
        static const char *const script[] = {"220 hi",
                                             "<EHLO",
                                             "250-relay.example\r\n250-AUTH PLAIN\r\n250 STARTTLS",
                                             "<STARTTLS",
                                             "220 go",
                                             "!tls",
                                             "<EHLO",
                                             "250-relay.example\r\n250 AUTH LOGIN",
                                             "<AUTH",
                                             "334 UGFzc3dvcmQ6",
                                             "<",
                                             "235 ok",
                                             GOODBYE};

        (void) state;
        client.letters = "";
        client.quit_at_once = true;
        client.opts.username = "press";
        client.opts.password = "secret-word";
        run(script, &good);
        assert_string_equal(client.log.s, "up\ndown not-tried mail 221 bye\n");
        assert_string_equal(fake_transcript(fake), "EHLO press.example.org\n"
                                                   "STARTTLS\n"
                                                   "EHLO press.example.org\n"
                                                   "AUTH LOGIN cHJlc3M=\n"
                                                   "c2VjcmV0LXdvcmQ=\n"
                                                   "QUIT\n");
}

/* --- what is refused ----------------------------------------------------------------- */

/* R44 */
static void test_a_certificate_for_another_name_is_named(void **state)
{
        static const char *const script[] = {STARTTLS, "!wait", NULL};
        static const struct fake_cert other = {.name = "other.example"};

        (void) state;
        run(script, &other);
        assert_string_equal(
                client.log.s,
                "down relay tls 0 certificate names other.example, not relay.example\n");
        assert_string_equal(client.info.cert, "other.example");
        assert_string_equal(fake_transcript(fake), "EHLO press.example.org\nSTARTTLS\n");
}

/* R44 */
static void test_an_unknown_issuer_is_not_trusted(void **state)
{
        static const char *const script[] = {STARTTLS, "!wait", NULL};

        (void) state;
        start(script, &good); /* without its ca_file: the system's bundle */
        client_run(&client, fake, "smtp");
        assert_non_null(strstr(client.log.s,
                               "down relay tls 0 certificate of relay.example (it names "
                               "relay.example) is not trusted: "));
        assert_string_equal(client.info.cert, "");
        assert_string_equal(fake_transcript(fake), "EHLO press.example.org\nSTARTTLS\n");
}

/* R44 */
static void test_an_expired_certificate_is_not_trusted(void **state)
{
        static const char *const script[] = {STARTTLS, "!wait", NULL};
        static const struct fake_cert old = {.name = "relay.example", .expired = true};

        (void) state;
        run(script, &old);
        assert_non_null(strstr(client.log.s, "down relay tls 0 certificate of relay.example"));
        assert_non_null(strstr(client.log.s, "expired"));
}

/* R45 */
static void test_words_behind_the_220_of_starttls_end_it(void **state)
{
        static const char *const script[] = {"220 hi",
                                             "<EHLO",
                                             "250-relay.example\r\n250 STARTTLS",
                                             "<STARTTLS",
                                             "220 go\r\n250-injected\r\n250 DSN",
                                             "!wait",
                                             NULL};

        (void) state;
        run(script, &good);
        assert_int_equal(strncmp(client.log.s, "down relay tls 0 ", 17), 0);
        assert_string_equal(fake_transcript(fake), "EHLO press.example.org\nSTARTTLS\n");
}

/* R49 */
static void test_tls_1_1_is_too_old(void **state)
{
        static const char *const script[] = {STARTTLS, "!wait", NULL};
        static const struct fake_cert old = {
                .name = "relay.example",
                .priority = "NORMAL:-VERS-ALL:+VERS-TLS1.1:+VERS-TLS1.0:+SHA1:"
                            "%VERIFY_ALLOW_SIGN_WITH_SHA1"};

        (void) state;
        run(script, &old);
        assert_int_equal(strncmp(client.log.s, "down relay tls 0 the TLS handshake failed: ", 43),
                         0);
}

/* R25, R43 */
static void test_a_refused_starttls_ends_it_when_tls_is_required(void **state)
{
        static const char *const script[] = {"220 hi",
                                             "<EHLO",
                                             "250-relay.example\r\n250 STARTTLS",
                                             "<STARTTLS",
                                             "454 4.7.0 no key today",
                                             "!wait",
                                             NULL};

        (void) state;
        run(script, &good);
        assert_string_equal(client.log.s, "down relay tls 454 4.7.0 no key today\n");
        assert_string_equal(fake_transcript(fake), "EHLO press.example.org\nSTARTTLS\n");
}

static void test_a_silent_handshake_ends_with_the_session_limit(void **state)
{
        static const char *const script[] = {
                "220 hi", "<EHLO", "250-relay.example\r\n250 STARTTLS", "<STARTTLS", "220 go",
                "!wait",  NULL};

        (void) state;
        client.opts.session_ms = 80;
        run(script, &good);
        assert_string_equal(client.log.s,
                            "down relay tls 0 the TLS handshake did not come in 1 s\n");
}

static void test_a_silent_handshake_of_smtps_counts_as_tls(void **state)
{
        static const char *const script[] = {"!wait", NULL};

        (void) state;
        client.opts.url = "smtps://relay.example:465";
        client.opts.session_ms = 80;
        run(script, &good);
        assert_string_equal(client.log.s,
                            "down relay tls 0 the TLS handshake did not come in 1 s\n");
}

static void test_a_ca_file_that_is_missing_is_named(void **state)
{
        static const char *const script[] = {STARTTLS, "!wait", NULL};

        (void) state;
        start(script, &good);
        client.opts.ca_file = "/nonexistent/ca.pem";
        client_run(&client, fake, "smtp");
        assert_string_equal(client.log.s,
                            "down relay tls 0 cannot read the CA file /nonexistent/ca.pem\n");
}

/* --- opportunistic ------------------------------------------------------------------- */

static void test_opportunistic_takes_any_certificate(void **state)
{
        static const struct fake_cert other = {.name = "other.example", .expired = true};

        (void) state;
        client.opts.tls = RELAY_TLS_OPPORTUNISTIC;
        start(whole, &other);
        client_run(&client, fake, "smtp");
        assert_non_null(strstr(client.log.s, "done a relayed dot 250\n"));
        assert_string_equal(client.info.tls, "TLSv1.3");
}

static void test_opportunistic_goes_on_in_clear_without_starttls(void **state)
{
        static const char *const script[] = {"220 hi", EHLO, LETTER, GOODBYE};

        (void) state;
        client.opts.tls = RELAY_TLS_OPPORTUNISTIC;
        run(script, &good);
        assert_non_null(strstr(client.log.s, "done a relayed dot 250\n"));
        assert_string_equal(client.info.tls, "");
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
        const struct CMUnitTest tests[] = {
                T(test_a_letter_goes_over_a_verified_line),
                T(test_tls_from_the_first_byte_works_too),
                T(test_a_large_letter_arrives_byte_for_byte_under_tls),
                T(test_only_what_is_offered_under_tls_counts),
                T(test_a_login_is_made_under_tls_only),
                T(test_a_certificate_for_another_name_is_named),
                T(test_an_unknown_issuer_is_not_trusted),
                T(test_an_expired_certificate_is_not_trusted),
                T(test_words_behind_the_220_of_starttls_end_it),
                T(test_tls_1_1_is_too_old),
                T(test_a_refused_starttls_ends_it_when_tls_is_required),
                T(test_a_silent_handshake_ends_with_the_session_limit),
                T(test_a_silent_handshake_of_smtps_counts_as_tls),
                T(test_a_ca_file_that_is_missing_is_named),
                T(test_opportunistic_takes_any_certificate),
                T(test_opportunistic_goes_on_in_clear_without_starttls),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
