// SPDX-License-Identifier: MIT
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "relay_log_fixture.h"

#include <errno.h>

/* Linked with -Wl,--wrap=tx_begin: so many more calls find the lock taken. */
static int busy;
int __real_tx_begin(struct tx *tx, struct db *db, int64_t wait_ms, struct err *e);
int __wrap_tx_begin(struct tx *tx, struct db *db, int64_t wait_ms, struct err *e);
int __wrap_tx_begin(struct tx *tx, struct db *db, int64_t wait_ms, struct err *e)
{
        if (busy > 0) {
                busy--;
                return err_set(e, -EBUSY, "busy");
        }
        return __real_tx_begin(tx, db, wait_ms, e);
}

static void put_into(const struct scratch *s, const char *word)
{
        CLEANUP(mem_free)
        char *sql = mem_printf("UPDATE delivery SET state = '%s'; UPDATE release_count SET n = 0;"
                               "INSERT INTO release_count SELECT release_id, org_kind, state, 1"
                               " FROM delivery WHERE 1 ON CONFLICT DO UPDATE SET n = 1",
                               word);

        scratch_exec(s, sql);
}

static int say_sent(struct relay_taker *t, const char *queue_id, int i)
{
        CLEANUP(mem_free)
        char *line = mem_printf("Nov 25 12:01:00 mail postfix/smtp[1]: %s: to=<%s>, "
                                "relay=mx[192.0.2.7]:25, dsn=2.0.0, status=sent (250 %d)",
                                queue_id, sent.address, i);

        return relay_taker_line(t, line, strlen(line), NULL);
}

static void test_what_is_said_of_a_letter_on_the_wire_waits_for_it(void **state)
{
        struct scratch *s = *state;
        CLEANUP(relay_taker_free)
        struct relay_taker *t = relay_taker_new(s->db, &plain, NOON + CLOCK_HOUR);
        struct err e = {0};

        put_into(s, "sending");
        assert_int_equal(say_sent(t, "3CF2E9A0", 1), 0);
        assert_ok(relay_taker_flush(t, &e), &e);
        assert_int_equal(relay_taker_waiting(t), 1);
        assert_int_equal(news.n, 0);
        put_into(s, "relayed");
        assert_ok(relay_taker_flush(t, &e), &e);
        assert_int_equal(relay_taker_waiting(t), 0);
        assert_int_equal(now_is(s), DELIVERY_DELIVERED);
}

static void test_of_a_list_of_hundreds_some_are_recorded_and_the_first_failure(void **state)
{
        const char *lines[204] = {LETTER};
        struct relay_taker_counts n;

        for (int i = 1; i < 203; i++)
                lines[i] = mem_printf("smtp[1]: 3CF2E9A0: to=<m%d@z.example>, orig_to=<%%R>, "
                                      "relay=mx[192.0.2.7]:25, dsn=2.0.0, status=%s (250 Ok %d)",
                                      i, i < 202 ? "sent" : "bounced", i);
        n = take(*state, lines);
        for (int i = 1; i < 203; i++)
                free((char *) (uintptr_t) lines[i]);
        assert_int_equal(n.matched, 202);
        assert_int_equal(n.recorded[FINDING_DELIVERED], 20);
        assert_int_equal(n.recorded[FINDING_FAILED], 1);
        assert_int_equal(now_is(*state), DELIVERY_BOUNCED);
}

/* A failed flush keeps what was taken; the same line may be given again, and nothing is lost. */
static void test_a_database_that_is_busy_loses_nothing(void **state)
{
        struct scratch *s = *state;
        CLEANUP(relay_taker_free)
        struct relay_taker *t = relay_taker_new(s->db, &plain, NOON + CLOCK_HOUR);
        struct err e = {0};
        int refused = 0;

        busy = 3;
        for (int i = 0; i < 2000; i++)
                while (say_sent(t, "3CF2E9A0", i) == -EBUSY)
                        refused++;
        assert_ok(relay_taker_flush(t, &e), &e);
        assert_int_equal(refused, 3);
        assert_int_equal(relay_taker_counts(t)->lines, 2000);
        /* Of one letter the record keeps no more than it needs (finding.h). */
        assert_int_equal(relay_taker_counts(t)->recorded[FINDING_DELIVERED], 200);
        assert_int_equal(relay_taker_counts(t)->known, 1800);
}

static void say_letter(struct relay_taker *t, int queue_id, const char *id)
{
        CLEANUP(mem_free)
        char *line = mem_printf("Nov 25 12:01:00 mail postfix/cleanup[1]: %06X: message-id=<%s>",
                                (unsigned) queue_id, id);

        assert_int_equal(relay_taker_line(t, line, strlen(line), NULL), 0);
}

static void test_other_mail_pushes_nothing_of_ours_out_of_memory(void **state)
{
        struct scratch *s = *state;
        CLEANUP(relay_taker_free)
        struct relay_taker *t = relay_taker_new(s->db, &plain, NOON + CLOCK_HOUR);
        struct err e = {0};

        say_letter(t, 0x99F001, message_id);
        for (int i = 0; i < 300000; i++)
                say_letter(t, 0xA00000 + i, "other@y.example");
        assert_int_equal(say_sent(t, "99F001", 1), 0);
        assert_ok(relay_taker_flush(t, &e), &e);
        assert_int_equal(now_is(s), DELIVERY_DELIVERED);
}

/* Short queue ids come again, also for another letter of ours. */
static void test_a_queue_id_names_the_letter_it_was_given_last(void **state)
{
        struct relay_taker_counts n =
                take(*state, LINES("cleanup[1]: 99F00: message-id=<%M>", LETTER,
                                   "cleanup[1]: 99F00: message-id=<other@y.example>",
                                   "smtp[1]: 99F00: to=<u@z.example>, relay=mx[192.0.2.7]:25, "
                                   "dsn=2.0.0, status=sent (250 Ok)",
                                   ARRIVED));

        assert_int_equal(n.others, 1);
        assert_int_equal(n.recorded[FINDING_DELIVERED], 1);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
                T(test_what_is_said_of_a_letter_on_the_wire_waits_for_it),
                T(test_of_a_list_of_hundreds_some_are_recorded_and_the_first_failure),
                T(test_a_queue_id_names_the_letter_it_was_given_last),
                T(test_a_database_that_is_busy_loses_nothing),
                T(test_other_mail_pushes_nothing_of_ours_out_of_memory),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
