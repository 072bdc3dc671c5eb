// SPDX-License-Identifier: MIT
/* Lines as Postfix 3.7.11 wrote them, but for names and addresses. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "press/clock.h"
#include "press/mem.h"
#include "press/relay_log.h"
#include "press/text.h"
#include "press/zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOON INT64_C(1795582800000) /* 2026-11-25 12:00:00 +07:00 */

static struct relay_log *reader;
static struct relay_log_line got;

static int setup(void **state)
{
        (void) state;
        assert_int_equal(zone_open("Asia/Ho_Chi_Minh", NULL), 0);
        reader = relay_log_new(NOON);
        return 0;
}

static int teardown(void **state)
{
        (void) state;
        relay_log_free(&reader);
        return 0;
}

static bool take(const char *line)
{
        char *copy = mem_dup(line, strlen(line)); /* no NUL behind it */
        bool known = relay_log_take(reader, copy, strlen(line));

        free(copy);
        return known;
}

/* The one thing that a line says, in `got`. */
static enum relay_log_kind read_line(const char *line)
{
        memset(&got, 0, sizeof(got));
        if (!take(line) || !relay_log_next(reader, &got))
                return RELAY_LOG_OTHER;
        return got.kind;
}

/* The same behind the head that most lines have. */
static enum relay_log_kind read_said(const char *agent, const char *said)
{
        CLEANUP(mem_free)
        char *line = mem_printf("Nov 24 00:17:18 mail %s[29643]: %s", agent, said);

        return read_line(line);
}

static enum relay_log_status judge(const char *agent, const char *said)
{
        assert_int_equal(read_said(agent, said), RELAY_LOG_RESULT);
        return got.status;
}

/* --- what a line says ---------------------------------------------------------------------- */

static void test_cleanup_names_the_letter_of_a_queue_id(void **state)
{
        (void) state;
        assert_int_equal(
                read_said("postfix/cleanup", "4jYNfk6Pxnz2FfCK: message-id=<m0.x@press.example>"),
                RELAY_LOG_LETTER);
        assert_string_equal(got.queue_id, "4jYNfk6Pxnz2FfCK");
        assert_string_equal(got.message_id, "m0.x@press.example");
        assert_string_equal(got.host, "mail");
        assert_int_equal(read_said("postfix/cleanup", "ABC12: message-id=x@y"), RELAY_LOG_LETTER);
        assert_string_equal(got.message_id, "x@y");
        assert_int_equal(read_said("postfix/cleanup", "ABC12: message-id=<>"), RELAY_LOG_OTHER);
        assert_int_equal(read_said("postfix/cleanup", "ABC12: resent-message-id=<a@b>"),
                         RELAY_LOG_OTHER);
        assert_int_equal(read_said("postfix/smtpd", "ABC12: message-id=<a@b>"), RELAY_LOG_OTHER);
}

static void test_a_sent_line_has_recipient_next_hop_reply_and_the_next_queue_id(void **state)
{
        (void) state;
        assert_int_equal(judge("postfix/smtp",
                               "4jYNfk734Pz2FgPq: to=<a@x.example>, orig_to=<head@y.example>, "
                               "relay=mx.x.example[192.0.2.7]:25, conn_use=2, delays=0/0.01/0/0, "
                               "dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 3F2AB1C0D)"),
                         RELAY_LOG_DELIVERED);
        assert_string_equal(got.queue_id, "4jYNfk734Pz2FgPq");
        assert_string_equal(got.recipient, "a@x.example");
        assert_string_equal(got.original, "head@y.example");
        assert_string_equal(got.next_hop, "mx.x.example[192.0.2.7]:25");
        assert_string_equal(got.enhanced, "2.0.0");
        assert_int_equal(got.code, 250);
        assert_string_equal(got.reply, "250 2.0.0 Ok: queued as 3F2AB1C0D");
        assert_string_equal(got.queued_as, "3F2AB1C0D");
}

static void test_a_bounce_keeps_the_server_s_words(void **state)
{
        (void) state;
        assert_int_equal(judge("postfix/smtp",
                               "4jYNfk6Qp3z2Ff9j: to=<gone@x.example>, "
                               "relay=mx.x.example[192.0.2.7]:25, delay=0.04, "
                               "delays=0.01/0/0.01/0.02, dsn=5.1.1, status=bounced (host "
                               "mx.x.example[192.0.2.7] said: 550 5.1.1 <gone@x.example> unknown "
                               "here (in reply to RCPT TO command))"),
                         RELAY_LOG_FAILED);
        assert_int_equal(got.code, 550);
        assert_string_equal(got.enhanced, "5.1.1");
        assert_string_equal(got.reply, "host mx.x.example[192.0.2.7] said: 550 5.1.1 "
                                       "<gone@x.example> unknown here (in reply to RCPT TO "
                                       "command)");
        assert_int_equal(judge("postfix/smtp",
                               "4jYNfk6gD3z2FgPV: to=<u@nohost.example>, relay=none, delay=0.03, "
                               "delays=0/0.03/0/0, dsn=5.4.4, status=bounced (unable to look up "
                               "host no-such-host.invalid: Name or service not known)"),
                         RELAY_LOG_FAILED);
        assert_string_equal(got.next_hop, "");
        assert_int_equal(got.code, 0);
}

static void test_a_delay_without_a_line_names_whom_it_tried(void **state)
{
        (void) state;
        assert_int_equal(judge("postfix/smtp",
                               "4jYNfk6dlsz2FgPR: to=<u@refused.example>, relay=none, delay=0.01, "
                               "delays=0/0.01/0/0, dsn=4.4.1, status=deferred (connect to "
                               "mx.refused.example[192.0.2.9]:25: Connection refused)"),
                         RELAY_LOG_DELAYED);
        assert_string_equal(got.next_hop, "mx.refused.example[192.0.2.9]:25");
        assert_string_equal(got.enhanced, "4.4.1");
        assert_int_equal(
                judge("postfix/error",
                      "3CF2E9A: to=<u@x.example>, relay=none, delay=3, delays=3/0/0/0, "
                      "dsn=4.4.1, status=deferred (delivery temporarily suspended: connect "
                      "to mx.x.example[192.0.2.9]:25: Connection timed out)"),
                RELAY_LOG_DELAYED);
        assert_string_equal(got.next_hop, "mx.x.example[192.0.2.9]:25");
}

static void test_qmgr_tells_the_sender_the_end_and_the_expiry(void **state)
{
        (void) state;
        assert_int_equal(read_said("postfix/qmgr", "3CF2E9A: from=<bounce+abc@ministry.example>, "
                                                   "size=298, nrcpt=1 (queue active)"),
                         RELAY_LOG_SENDER);
        assert_string_equal(got.sender, "bounce+abc@ministry.example");
        assert_int_equal(read_said("postfix/qmgr", "3CF2E9A: from=<>, size=2234, nrcpt=1"),
                         RELAY_LOG_SENDER);
        assert_true(got.has_sender);
        assert_string_equal(got.sender, "");
        assert_int_equal(read_said("postfix/qmgr", "3CF2E9A: removed"), RELAY_LOG_GONE);
        assert_int_equal(judge("postfix/qmgr", "3CF2E9A: from=<a@b.example>, status=expired, "
                                               "returned to sender"),
                         RELAY_LOG_FAILED);
        assert_string_equal(got.enhanced, "4.4.7");
        assert_string_equal(got.recipient, "");
        assert_int_equal(judge("postfix/qmgr", "3CF2E9A: from=<a@b.example>, status=force-expired, "
                                               "returned to sender"),
                         RELAY_LOG_FAILED);
}

static void test_what_the_relay_s_administrator_does_is_no_arrival(void **state)
{
        (void) state;
        assert_int_equal(judge("postfix/postsuper", "4jYNfk6dlsz2FgPR: removed"), RELAY_LOG_FAILED);
        assert_int_equal(judge("postfix/postsuper", "4jYNfk6Srlz2FfDV: placed on hold"),
                         RELAY_LOG_DELAYED);
        assert_int_equal(read_said("postfix/postsuper", "4jYNfk744Kz2FgPF: requeued"),
                         RELAY_LOG_OTHER);
        assert_int_equal(read_said("postfix/postsuper", "Deleted: 1 message"), RELAY_LOG_OTHER);
}

#define SENT(relay, reply)                        \
        "3CF2E9A: to=<u@x.example>, relay=" relay \
        ", delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (" reply ")"

static void test_a_mailbox_is_arrival_and_a_filter_is_none(void **state)
{
        static const char from_amavis[] = "250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 "
                                          "Ok: queued as 4jYNfl06zRz2FgPr";
        (void) state;
        assert_int_equal(judge("postfix/virtual", SENT("virtual", "delivered to maildir")),
                         RELAY_LOG_DELIVERED);
        assert_int_equal(judge("postfix/local", SENT("local", "delivered to mailbox")),
                         RELAY_LOG_DELIVERED);
        assert_int_equal(judge("postfix/lmtp", SENT("mb[private/dovecot-lmtp]",
                                                    "250 2.0.0 <u@x.example> a1b2 Saved")),
                         RELAY_LOG_DELIVERED);
        assert_int_equal(judge("postfix/lmtp",
                               SENT("mail.x.example[10.0.0.5]:7025", "250 2.1.5 Delivery OK")),
                         RELAY_LOG_DELIVERED);
        assert_int_equal(judge("postfix/pipe", SENT("dovecot", "delivered via dovecot service")),
                         RELAY_LOG_DELIVERED);
        assert_int_equal(judge("postfix/pipe", SENT("filter", "delivered via filter service")),
                         RELAY_LOG_PASSED);
        assert_int_equal(judge("postfix/amavis/smtp",
                               SENT("127.0.0.1[127.0.0.1]:10024",
                                    "250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: "
                                    "queued as 4jYNfl06zRz2FgPr")),
                         RELAY_LOG_PASSED);
        assert_string_equal(got.reply, from_amavis);
        assert_string_equal(got.queued_as, "4jYNfl06zRz2FgPr");
        assert_int_equal(judge("postfix/lmtp", SENT("127.0.0.1[127.0.0.1]:10024",
                                                    "250 2.0.0 Ok: queued as 4jYNfl06zRz2FgPr")),
                         RELAY_LOG_PASSED);
        assert_int_equal(judge("postfix/smtp", SENT("localhost[::1]:10024", "250 Ok")),
                         RELAY_LOG_PASSED);
        assert_int_equal(judge("postfix/local", SENT("local", "forwarded as 4jYNfl06zRz2FgPr")),
                         RELAY_LOG_PASSED);
}

static void test_what_is_thrown_away_did_not_arrive(void **state)
{
        (void) state;
        assert_int_equal(judge("postfix/discard", SENT("none", "silently")), RELAY_LOG_FAILED);
        assert_int_equal(judge("postfix/local", SENT("local", "delivered to file: /dev/null")),
                         RELAY_LOG_FAILED);
        assert_int_equal(judge("postfix/smtp", SENT("127.0.0.1[127.0.0.1]:10024",
                                                    "250 2.7.0 Ok, discarded, id=1-01 - SPAM")),
                         RELAY_LOG_FAILED);
}

static void test_instances_and_services_of_other_names_are_the_same_programs(void **state)
{
        (void) state;
        assert_int_equal(judge("postfix-out/smtp", SENT("mx[192.0.2.1]:25", "250 Ok")),
                         RELAY_LOG_DELIVERED);
        assert_int_equal(judge("postfix/relay/smtp", SENT("mx[192.0.2.1]:25", "250 Ok")),
                         RELAY_LOG_DELIVERED);
        assert_int_equal(read_said("exim", SENT("mx[192.0.2.1]:25", "250 Ok")), RELAY_LOG_OTHER);
        assert_int_equal(read_said("postfix/verify", SENT("mx[192.0.2.1]:25", "250 Ok")),
                         RELAY_LOG_OTHER);
}

static void test_probes_and_warnings_say_nothing_of_a_letter(void **state)
{
        (void) state;
        assert_int_equal(read_said("postfix/smtp",
                                   "3CF2E9A: to=<u@x.example>, relay=mx[192.0.2.1]:25, delay=1, "
                                   "delays=0/0/0/1, dsn=2.1.5, status=deliverable (250 2.1.5 Ok)"),
                         RELAY_LOG_OTHER);
        assert_int_equal(read_said("postfix/smtp", "connect to a[192.0.2.1]:1: Connection refused"),
                         RELAY_LOG_OTHER);
        assert_int_equal(read_said("postfix/cleanup", "warning: message-id=<a@b>"),
                         RELAY_LOG_OTHER);
        assert_int_equal(read_said("postfix/smtpd", "NOQUEUE: to=<u@x.example>, status=sent (250)"),
                         RELAY_LOG_OTHER);
}

/* --- time ------------------------------------------------------------------------------------- */

static int64_t at(const char *stamp)
{
        CLEANUP(mem_free) char *line = mem_printf("%s mail postfix/qmgr[1]: ABC12: removed", stamp);

        return read_line(line) == RELAY_LOG_GONE ? got.at : -1;
}

static void test_stamps_of_every_kind_are_the_same_moment(void **state)
{
        const int64_t moment = INT64_C(1795482000000); /* 2026-11-24 08:00:00 +07 */
        (void) state;

        assert_int_equal(at("Nov 24 08:00:00"), moment);
        assert_int_equal(at("<22>Nov 24 08:00:00"), moment);
        assert_int_equal(at("2026-11-24T08:00:00"), moment);
        assert_int_equal(at("2026-11-24 08:00:00"), moment);
        assert_int_equal(at("2026-11-24T08:00:00+07:00"), moment);
        assert_int_equal(at("2026-11-24T08:00:00+0700"), moment);
        assert_int_equal(at("2026-11-24T01:00:00Z"), moment);
        assert_int_equal(at("2026-11-23T21:30:00-03:30"), moment);
        assert_int_equal(at("2026-11-24T08:00:00.123456+07:00"), moment + 123);
        assert_int_equal(at("2026-11-24T01:00:00.5Z"), moment + 500);
        assert_int_equal(at("Nov  4 08:00:59"), moment - 20 * CLOCK_DAY + 59000);
        assert_int_equal(read_line("<22>1 2026-11-24T01:00:00Z mail postfix/qmgr 12 - - ABC12: "
                                   "removed"),
                         RELAY_LOG_GONE);
        assert_int_equal(got.at, moment);
        assert_int_equal(read_line("<22>1 2026-11-24T01:00:00Z mail postfix/qmgr 12 - [a b=\"c\"] "
                                   "ABC12: removed"),
                         RELAY_LOG_GONE);
}

static void test_stamps_that_are_none_are_refused(void **state)
{
        static const char *const wrong[] = {
                "",
                "Nov 24",
                "Nov 32 08:00:00",
                "Nov 24 25:00:00",
                "ovN 24 08:00:00",
                "Nov 24 08:00:61",
                "2026-13-24T08:00:00",
                "2026-11-24T24:00:00",
                "2026-02-30T08:00:00",
                "2026-11-24T08:00",
                "9999999999",
                "Feb 29x08:00:00",
        };
        (void) state;

        for (size_t i = 0; i < COUNT_OF(wrong); i++)
                if (at(wrong[i]) != -1)
                        fail_msg("taken: %s", wrong[i]);
}

static void test_at_new_year_december_is_last_year_s(void **state)
{
        const int64_t new_year = INT64_C(1798736400000); /* 2027-01-01 00:00:00 +07 */
        (void) state;

        relay_log_now(reader, new_year + 30 * CLOCK_MIN);
        assert_int_equal(at("Dec 31 23:59:59"), new_year - 1000);
        assert_int_equal(at("Jan  1 00:00:01"), new_year + 1000);
        assert_int_equal(at("Jan  1 00:45:00"), new_year + 45 * CLOCK_MIN); /* its clock is ahead */
        relay_log_now(reader, new_year - 60 * CLOCK_MIN);
        assert_int_equal(at("Dec 31 23:00:00"), new_year - CLOCK_HOUR);
        assert_int_equal(at("Jan  1 00:00:01"), new_year + 1000);
        assert_int_equal(at("Feb 29 12:00:00"), INT64_C(1709182800000)); /* 2024 */
}

static void test_a_time_that_clocks_skip_or_repeat_has_a_place(void **state)
{
        (void) state;
        assert_int_equal(zone_open("Europe/Berlin", NULL), 0);
        assert_int_equal(at("2026-10-25T02:30:00"), INT64_C(1792888200000)); /* the first one */
        assert_int_equal(at("2026-03-29T02:30:00"),
                         INT64_C(1774747800000)); /* an hour after 01:30 */
}

/* --- hostile lines ---------------------------------------------------------------------- */

static void test_a_message_id_cannot_speak_for_the_relay(void **state)
{
        (void) state;
        assert_int_equal(
                read_said("postfix/cleanup",
                          "ABC12: message-id=<x>: to=<u@x.example>, relay=a[192.0.2.1]:25, "
                          "dsn=2.0.0, status=sent (250 Ok)>"),
                RELAY_LOG_LETTER);
        assert_string_equal(got.recipient, "");
}

/* R95 R29 for a log: what strangers say is cut and escaped. */
static void test_foreign_words_are_bounded_and_safe_to_show(void **state)
{
        char long_reply[4000];
        CLEANUP(mem_free) char *said = NULL;
        (void) state;

        memset(long_reply, 'x', sizeof(long_reply) - 1);
        memcpy(long_reply, "550 \x1b[2J\xe2\x80\xae\xff", 12);
        long_reply[sizeof(long_reply) - 1] = '\0';
        said = mem_printf("ABC12: to=<u@x.example>, relay=mx[192.0.2.1]:25, dsn=5.0.0, "
                          "status=bounced (host mx[192.0.2.1] said: %s)",
                          long_reply);
        assert_int_equal(judge("postfix/smtp", said), RELAY_LOG_FAILED);
        assert_true(strlen(got.reply) < RELAY_LOG_TEXT_MAX);
        assert_null(strchr(got.reply, '\x1b'));
        assert_non_null(strstr(got.reply, "\\x1b"));
        assert_int_equal(text_utf8_check(got.reply, strlen(got.reply)), strlen(got.reply));
        assert_int_equal(got.code, 550);
}

static void test_every_cut_of_a_line_is_read_without_harm(void **state)
{
        static const char line[] =
                "<22>1 2026-11-24T01:00:00.123+07:00 mail postfix-out/smtp 12 - [a b=\"c\"] ABC12: "
                "to=<u@x.example>, orig_to=<v@x.example>, relay=mx[192.0.2.1]:25, dsn=5.1.1, "
                "status=bounced (host mx[192.0.2.1] said: 550 5.1.1 no)";
        (void) state;

        for (size_t n = 0; n <= strlen(line); n++) {
                char *copy = mem_dup(line, n);

                if (relay_log_take(reader, copy, n))
                        (void) relay_log_next(reader, &got);
                free(copy);
        }
        assert_int_equal(got.status, RELAY_LOG_FAILED);
}

static void test_the_queue_id_in_a_relay_s_250_is_found_in_every_form(void **state)
{
        char id[RELAY_LOG_QUEUE] = "";
        (void) state;

        assert_true(relay_log_queued_as("2.0.0 Ok: queued as 4jYNfl06zRz2FgPr", id));
        assert_string_equal(id, "4jYNfl06zRz2FgPr");
        assert_true(relay_log_queued_as("2.6.0 <a@b> [InternalId=77309411331, Hostname=EX01] "
                                        "Queued mail for delivery",
                                        id));
        assert_string_equal(id, "77309411331");
        assert_false(relay_log_queued_as("2.0.0 Message accepted", id));
        assert_false(relay_log_queued_as("queued as ", id));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
                T(test_cleanup_names_the_letter_of_a_queue_id),
                T(test_a_sent_line_has_recipient_next_hop_reply_and_the_next_queue_id),
                T(test_a_bounce_keeps_the_server_s_words),
                T(test_a_delay_without_a_line_names_whom_it_tried),
                T(test_qmgr_tells_the_sender_the_end_and_the_expiry),
                T(test_what_the_relay_s_administrator_does_is_no_arrival),
                T(test_a_mailbox_is_arrival_and_a_filter_is_none),
                T(test_what_is_thrown_away_did_not_arrive),
                T(test_instances_and_services_of_other_names_are_the_same_programs),
                T(test_probes_and_warnings_say_nothing_of_a_letter),
                T(test_stamps_of_every_kind_are_the_same_moment),
                T(test_stamps_that_are_none_are_refused),
                T(test_at_new_year_december_is_last_year_s),
                T(test_a_time_that_clocks_skip_or_repeat_has_a_place),
                T(test_a_message_id_cannot_speak_for_the_relay),
                T(test_foreign_words_are_bounded_and_safe_to_show),
                T(test_every_cut_of_a_line_is_read_without_harm),
                T(test_the_queue_id_in_a_relay_s_250_is_found_in_every_form),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
