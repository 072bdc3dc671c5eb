// SPDX-License-Identifier: MIT
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "relay_log_fixture.h"

static void test_relayed_becomes_delivered_with_next_hop_reply_and_time(void **state)
{
        struct relay_taker_counts n = take(*state, LINES(LETTER, ARRIVED));

        assert_int_equal(now_is(*state), DELIVERY_DELIVERED);
        assert_int_equal(n.recorded[FINDING_DELIVERED], 1);
        assert_int_equal(n.matched, 1);
        assert_int_equal(news.n, 1);
        assert_int_equal(news.state, DELIVERY_DELIVERED);
        assert_string_equal(news.next_hop, "mx.x.example[192.0.2.7]:25");
        assert_string_equal(news.reply, "250 2.0.0 Ok: queued as 77AB");
        assert_int_equal(scratch_int(*state, "SELECT at FROM event WHERE kind = 'relay-log'"),
                         NOON + CLOCK_MIN);
        assert_int_equal(scratch_int(*state, "SELECT count(*) FROM event WHERE kind = 'relay-log'"
                                             " AND note = 'source: relay log'"
                                             " AND peer = 'mx.x.example[192.0.2.7]:25'"
                                             " AND code = 250 AND enhanced = '2.0.0'"),
                         1);
        assert_int_equal(scratch_int(*state, "SELECT count(*) FROM relay_heard"
                                             " WHERE log_at IS NOT NULL"),
                         1);
}

static void test_relayed_becomes_bounced(void **state)
{
        take(*state, LINES(LETTER, BOUNCED));
        assert_int_equal(now_is(*state), DELIVERY_BOUNCED);
        assert_int_equal(scratch_int(*state, "SELECT code FROM event WHERE kind = 'relay-log'"),
                         550);
}

/* R109 for a log. */
static void test_the_same_log_twice_changes_nothing(void **state)
{
        struct relay_taker_counts n;

        take(*state, LINES(LETTER, DELAYED("timed out"), ARRIVED));
        n = take(*state, LINES(LETTER, DELAYED("timed out"), ARRIVED));
        assert_int_equal(n.known, 2);
        assert_int_equal(n.recorded[FINDING_DELIVERED] + n.recorded[FINDING_DELAYED], 0);
        assert_int_equal(news.n, 2);
        assert_int_equal(now_is(*state), DELIVERY_DELIVERED);
}

/* R105 for a log. */
static void test_a_delay_is_recorded_once_for_each_reason_and_fails_nothing(void **state)
{
        struct relay_taker_counts n =
                take(*state,
                     LINES(LETTER,
                           DELAYED("connect to mx1.x.example[192.0.2.7]:25: Connection timed out"),
                           DELAYED("host mx1.x.example[192.0.2.7] said: 450 4.2.0 wait 283 s"),
                           DELAYED("connect to mx2.x.example[192.0.2.8]:25: Connection timed out"),
                           DELAYED("delivery temporarily suspended: connect to "
                                   "mx2.x.example[192.0.2.8]:25: Connection timed out"),
                           DELAYED("host mx1.x.example[192.0.2.7] said: 450 4.2.0 wait 17 s")));

        assert_int_equal(n.recorded[FINDING_DELAYED], 2);
        assert_int_equal(n.known, 3);
        assert_int_equal(now_is(*state), DELIVERY_RELAYED);
}

static void test_an_expired_letter_is_bounced(void **state)
{
        take(*state, LINES(LETTER, DELAYED("timed out"),
                           "qmgr[1]: 3CF2E9A0: from=<%F>, status=expired, returned to sender"));
        assert_int_equal(now_is(*state), DELIVERY_BOUNCED);
        assert_string_equal(news.reply, "expired, returned to sender");
}

static void test_without_its_message_id_the_queue_id_in_our_250_names_it(void **state)
{
        struct relay_taker_counts n = take(*state, LINES(ARRIVED));

        assert_int_equal(now_is(*state), DELIVERY_DELIVERED);
        assert_int_equal(n.matched, 1);
}

static void test_a_queue_id_used_again_for_somebody_else_s_mail_is_not_ours(void **state)
{
        struct relay_taker_counts n = take(
                *state, LINES("smtp[1]: 3CF2E9A0: to=<other@z.example>, relay=mx[192.0.2.7]:25, "
                              "dsn=5.1.1, status=bounced (host mx[192.0.2.7] said: 550 no)"));

        assert_int_equal(n.others, 1);
        n = take(*state, LINES(LETTER, "cleanup[1]: 3CF2E9A0: message-id=<other@z.example>",
                               "smtp[1]: 3CF2E9A0: to=<other@z.example>, relay=mx[192.0.2.7]:25, "
                               "dsn=5.1.1, status=bounced (host mx[192.0.2.7] said: 550 no)"));
        assert_int_equal(n.others, 1);
        assert_int_equal(now_is(*state), DELIVERY_RELAYED);
}

static void test_the_tag_in_the_envelope_sender_names_it_too(void **state)
{
        take(*state, LINES("qmgr[1]: 99F00: from=<%F>, size=298, nrcpt=1 (queue active)",
                           "smtp[1]: 99F00: to=<alias@z.example>, relay=mx[192.0.2.7]:25, "
                           "dsn=5.1.1, status=bounced (host mx[192.0.2.7] said: 550 no)"));
        assert_int_equal(now_is(*state), DELIVERY_BOUNCED);
}

/* R101 for a log. */
static void test_a_forged_message_id_or_tag_changes_nothing(void **state)
{
        struct relay_taker_counts n;

        message_id[0] = message_id[0] == '0' ? '1' : '0';
        tag_path[8] = tag_path[8] == 'a' ? 'b' : 'a';
        n = take(*state, LINES("cleanup[1]: 99F00: message-id=<%M>",
                               "qmgr[1]: 99F00: from=<%F>, size=298, nrcpt=1 (queue active)",
                               "smtp[1]: 99F00: to=<%R>, relay=mx[192.0.2.7]:25, dsn=5.1.1, "
                               "status=bounced (host mx[192.0.2.7] said: 550 no)"));
        assert_int_equal(n.others, 1);
        assert_int_equal(now_is(*state), DELIVERY_RELAYED);
}

static void test_our_letter_sent_on_by_a_reader_is_not_ours(void **state)
{
        struct relay_taker_counts n =
                take(*state, LINES("cleanup[1]: 99F00: message-id=<%M>",
                                   "qmgr[1]: 99F00: from=<reader@x.example>, size=298, nrcpt=1 (q)",
                                   "smtp[1]: 99F00: to=<friend@z.example>, relay=mx[192.0.2.7]:25, "
                                   "dsn=5.1.1, status=bounced (host mx[192.0.2.7] said: 550 no)"));

        assert_int_equal(n.others, 1);
        assert_int_equal(now_is(*state), DELIVERY_RELAYED);
}

/* R103 for a log. */
static void test_an_alias_touches_the_delivery_of_the_message_id_alone(void **state)
{
        take(*state, LINES(LETTER, "qmgr[1]: 3CF2E9A0: from=<%F>, size=298, nrcpt=1 (q)",
                           "smtp[1]: 3CF2E9A0: to=<j1@x.example>, orig_to=<%R>, "
                           "relay=mx[192.0.2.7]:25, dsn=5.1.1, "
                           "status=bounced (host mx[192.0.2.7] said: 550 no)"));
        assert_int_equal(now_is(*state), DELIVERY_BOUNCED);
}

#define TO_FILTER                                                                        \
        "smtp[1]: 3CF2E9A0: to=<%R>, relay=127.0.0.1[127.0.0.1]:10024, dsn=2.0.0, "      \
        "status=sent (250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued " \
        "as 4D0011)"

static void test_through_a_filter_and_back_it_is_delivered_only_at_the_end(void **state)
{
        struct relay_taker_counts n =
                take(*state, LINES(LETTER, "cleanup[1]: 4D0011: message-id=<%M>", TO_FILTER));

        assert_int_equal(n.inside, 1);
        assert_int_equal(now_is(*state), DELIVERY_RELAYED);
        n = take(*state, LINES(LETTER, "cleanup[1]: 4D0011: message-id=<%M>", TO_FILTER,
                               "lmtp[1]: 4D0011: to=<%R>, relay=mb.x.example[10.0.0.5]:7025, "
                               "dsn=2.1.5, status=sent (250 2.1.5 Delivery OK)"));
        assert_int_equal(n.inside, 1);
        assert_int_equal(now_is(*state), DELIVERY_DELIVERED);
}

static void test_to_a_server_whose_log_this_is_too_it_goes_on(void **state)
{
        struct relay_taker_counts n =
                take(*state, LINES(LETTER,
                                   "Nov 25 12:01:00 gate postfix/cleanup[1]: 77AB: "
                                   "message-id=<%M>",
                                   ARRIVED));

        assert_int_equal(n.inside, 1);
        assert_int_equal(now_is(*state), DELIVERY_RELAYED);
}

static void test_a_next_hop_that_is_a_further_relay_leaves_it_relayed(void **state)
{
        static const char *const hops[] = {"192.0.2.7", "a.example, MX.x.example", ".x.example"};
        struct relay_taker_options o = plain;

        for (size_t i = 0; i < COUNT_OF(hops); i++) {
                o.further = hops[i];
                take_with(*state, &o, LINES(LETTER, ARRIVED));
                assert_int_equal(now_is(*state), DELIVERY_RELAYED);
                assert_int_equal(news.action, FINDING_RELAYED);
        }
        config.further_relays = (char *[]){(char *) "gate.example", (char *) "MX.x.example"};
        config.nfurther_relays = 2;
        o.further = "";
        take_with(*state, &o, LINES(LETTER, ARRIVED));
        assert_int_equal(now_is(*state), DELIVERY_RELAYED);
        config.nfurther_relays = 0;
        o.further = "192.0.2.70,x.example,mx.x";
        take_with(*state, &o, LINES(LETTER, ARRIVED));
        assert_int_equal(now_is(*state), DELIVERY_DELIVERED);
}

static void test_a_dry_run_records_nothing(void **state)
{
        struct relay_taker_options o = plain;
        struct relay_taker_counts n;

        o.dry_run = true;
        n = take_with(*state, &o, LINES(LETTER, BOUNCED));
        assert_int_equal(n.recorded[FINDING_FAILED], 1);
        assert_int_equal(now_is(*state), DELIVERY_RELAYED);
        assert_int_equal(scratch_int(*state, "SELECT count(*) FROM event WHERE kind = 'relay-log'"),
                         0);
}

static void test_a_log_of_another_zone_is_recorded_when_somebody_is_sure(void **state)
{
        static const char another[] = "Nov 25 05:01:00 mail postfix/smtp[1]: 3CF2E9A0: to=<%R>, "
                                      "relay=mx[192.0.2.7]:25, dsn=2.0.0, status=sent (250 Ok)";
        struct relay_taker_options o = plain;
        struct relay_taker_counts n = take(*state, LINES(LETTER, another));

        assert_int_equal(n.odd, 1);
        assert_int_equal(n.known, 0);
        assert_int_equal(n.recorded[FINDING_DELIVERED], 0);
        assert_int_equal(now_is(*state), DELIVERY_RELAYED);
        o.any_time = true;
        n = take_with(*state, &o, LINES(LETTER, another));
        assert_int_equal(n.odd, 1);
        assert_int_equal(now_is(*state), DELIVERY_DELIVERED);
        assert_int_equal(take(*state, LINES(LETTER, ARRIVED)).odd, 0);
}

static void test_exchange_names_it_in_each_row(void **state)
{
        struct relay_taker_counts n = take(
                *state,
                LINES("#Fields: date-time,server-ip,server-hostname,connector-id,event-id,"
                      "internal-message-id,message-id,recipient-address,recipient-status,"
                      "return-path",
                      "2026-11-25T05:01:00.000Z,192.0.2.7,mx.x.example,Internet,SEND,77309411331,"
                      "<%M>,%R,250 2.1.5 Recipient OK,%F"));

        assert_int_equal(n.recorded[FINDING_DELIVERED], 1);
        assert_string_equal(news.next_hop, "mx.x.example[192.0.2.7]");
        assert_int_equal(now_is(*state), DELIVERY_DELIVERED);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
                T(test_relayed_becomes_delivered_with_next_hop_reply_and_time),
                T(test_relayed_becomes_bounced),
                T(test_the_same_log_twice_changes_nothing),
                T(test_a_delay_is_recorded_once_for_each_reason_and_fails_nothing),
                T(test_an_expired_letter_is_bounced),
                T(test_without_its_message_id_the_queue_id_in_our_250_names_it),
                T(test_a_queue_id_used_again_for_somebody_else_s_mail_is_not_ours),
                T(test_the_tag_in_the_envelope_sender_names_it_too),
                T(test_a_forged_message_id_or_tag_changes_nothing),
                T(test_our_letter_sent_on_by_a_reader_is_not_ours),
                T(test_an_alias_touches_the_delivery_of_the_message_id_alone),
                T(test_through_a_filter_and_back_it_is_delivered_only_at_the_end),
                T(test_to_a_server_whose_log_this_is_too_it_goes_on),
                T(test_a_next_hop_that_is_a_further_relay_leaves_it_relayed),
                T(test_a_dry_run_records_nothing),
                T(test_a_log_of_another_zone_is_recorded_when_somebody_is_sure),
                T(test_exchange_names_it_in_each_row),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
