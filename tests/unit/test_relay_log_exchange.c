// SPDX-License-Identifier: MIT
/* Rows of Exchange's message tracking log, made by its documented fields and events. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "press/mem.h"
#include "press/relay_log.h"
#include "press/zone.h"

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

static const char fields[] =
        "#Fields: date-time,client-ip,client-hostname,server-ip,server-hostname,source-context,"
        "connector-id,source,event-id,internal-message-id,message-id,network-message-id,"
        "recipient-address,recipient-status,total-bytes,recipient-count,"
        "related-recipient-address,reference,message-subject,sender-address,return-path,"
        "message-info";

/* A row with what matters. */
static enum relay_log_kind row(const char *server, const char *connector, const char *event,
                               const char *to, const char *status)
{
        CLEANUP(mem_free)
        char *line =
                mem_printf("2026-11-24T01:00:00.250Z,10.0.0.1,EX01,%s,\"08DD;250 2.0.0 Ok\",%s,"
                           "SMTP,%s,77309411331,<m0.x@press.example>,5d1-x,%s,%s,9000,1,,,"
                           "\"Thông cáo, số 12\",tin@ministry.example,"
                           "bounce+abc@ministry.example,2026-11-24T01:00:00Z",
                           server, connector, event, to, status);

        return read_line(line);
}

static void exchange(void)
{
        assert_true(take("\xef\xbb\xbf#Software: Microsoft Exchange Server"));
        assert_true(take("#Log-type: Message Tracking Log"));
        assert_true(take(fields));
}

static void test_exchange_sends_delivers_fails_and_defers(void **state)
{
        (void) state;
        exchange();
        assert_int_equal(row("192.0.2.7,mx.x.example", "To the internet", "SEND", "a@x.example",
                             "250 2.1.5 Recipient OK"),
                         RELAY_LOG_RESULT);
        assert_int_equal(got.status, RELAY_LOG_DELIVERED);
        assert_int_equal(got.at, INT64_C(1795482000250));
        assert_string_equal(got.queue_id, "77309411331");
        assert_string_equal(got.message_id, "m0.x@press.example");
        assert_string_equal(got.recipient, "a@x.example");
        assert_string_equal(got.next_hop, "mx.x.example[192.0.2.7]");
        assert_string_equal(got.sender, "bounce+abc@ministry.example");
        assert_int_equal(got.code, 250);
        assert_string_equal(got.enhanced, "2.1.5");

        row(",MBX01", "", "DELIVER", "a@x.example", "");
        assert_int_equal(got.status, RELAY_LOG_DELIVERED);
        assert_string_equal(got.next_hop, "MBX01");
        row(",", "", "DEFER", "a@x.example", "400 4.4.7 Message delayed");
        assert_int_equal(got.status, RELAY_LOG_DELAYED);
        row(",", "", "FAIL", "a@x.example",
            "\"[{LRT=};{LED=550 5.1.1 RESOLVER.ADR.RecipNotFound; not \"\"found\"\"};{FQDN=};"
            "{IP=}]\"");
        assert_int_equal(got.status, RELAY_LOG_FAILED);
        assert_int_equal(got.code, 550);
        assert_string_equal(got.enhanced, "5.1.1");
        assert_string_equal(got.reply, "550 5.1.1 RESOLVER.ADR.RecipNotFound; not \"found\"");
}

static void test_a_hop_inside_exchange_is_no_arrival(void **state)
{
        (void) state;
        exchange();
        row("10.0.0.2,EX02", "Intra-Organization SMTP Send Connector", "SEND", "a@x.example",
            "250 2.1.5 OK");
        assert_int_equal(got.status, RELAY_LOG_PASSED);
        row("127.0.0.1,EX01", "To scanner", "SEND", "a@x.example", "250 2.1.5 OK");
        assert_int_equal(got.status, RELAY_LOG_PASSED);
        assert_int_equal(row(",", "", "RECEIVE", "a@x.example", ""), RELAY_LOG_LETTER);
        assert_int_equal(row(",", "", "RESOLVE", "b@x.example", ""), RELAY_LOG_LETTER);
        assert_int_equal(row(",", "", "DSN", "bounce+abc@ministry.example", ""), RELAY_LOG_OTHER);
        assert_int_equal(row(",", "", "HAREDIRECT", "a@x.example", ""), RELAY_LOG_OTHER);
        row(",", "", "EXPAND", "a@x.example;b@x.example", "");
        assert_int_equal(got.status, RELAY_LOG_EXPANDED);
}

/* R107 for a log: each recipient its own status. */
static void test_a_row_of_several_recipients_gives_each_its_own_status(void **state)
{
        (void) state;
        exchange();
        row(",", "", "FAIL", "a@x.example;b@x.example",
            "\"[{LED=550 5.1.1 gone; a};{IP=}];[{LED=552 5.2.2 full; b};{IP=}]\"");
        assert_string_equal(got.recipient, "a@x.example");
        assert_string_equal(got.enhanced, "5.1.1");
        assert_true(relay_log_next(reader, &got));
        assert_string_equal(got.recipient, "b@x.example");
        assert_string_equal(got.enhanced, "5.2.2");
        assert_string_equal(got.reply, "552 5.2.2 full; b");
        assert_false(relay_log_next(reader, &got));
        row(",", "", "FAIL", "a@x.example;b@x.example", "550 5.7.1 for all");
        assert_true(relay_log_next(reader, &got));
        assert_string_equal(got.reply, "550 5.7.1 for all");
}

static void test_without_the_field_line_exchange_is_not_understood(void **state)
{
        (void) state;
        assert_int_equal(row(",", "", "FAIL", "a@x.example", "550 no"), RELAY_LOG_OTHER);
        assert_false(take("a,b,c"));
        assert_false(take(""));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
                T(test_exchange_sends_delivers_fails_and_defers),
                T(test_a_hop_inside_exchange_is_no_arrival),
                T(test_a_row_of_several_recipients_gives_each_its_own_status),
                T(test_without_the_field_line_exchange_is_not_understood),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
