// SPDX-License-Identifier: MIT
#include "press/smtp.h"

#include "smtp_talk.h"

/* The reader is looked at through the machine: what becomes of a reply to MAIL. */
static struct outcome said(const char *p, size_t n, size_t step)
{
        CLEANUP(smtp_freep) struct smtp *s = smtp_new(&talk_lockstep);
        CLEANUP(buf_done) struct buf got = BUF(1 << 20);
        struct smtp_event e = {0};

        talk_give(s, "a", 0);
        talk_take(s, SIZE_MAX, SIZE_MAX, &got, 0);
        for (size_t at = 0; at < n; at += step) {
                size_t piece = n - at < step ? n - at : step;
                char *copy = mem_dup(p + at, piece);

                smtp_input(s, copy, piece, 0);
                free(copy);
        }
        if (!smtp_event(s, &e))
                e.outcome.reply.code = -1; /* accepted, or not whole yet */
        return e.outcome;
}

static void check(const char *p, size_t n, int code, const char *enhanced, const char *text)
{
        static const size_t steps[] = {SIZE_MAX / 2, 1, 2, 3, 7};

        for (size_t i = 0; i < COUNT_OF(steps); i++) {
                struct outcome o = said(p, n, steps[i]);

                assert_int_equal(o.reply.code, code);
                assert_string_equal(o.reply.enhanced, enhanced);
                assert_string_equal(o.reply.text, text);
        }
}

#define CHECK(bytes, code, enhanced, text) \
        check((bytes), sizeof(bytes) - 1, (code), (enhanced), (text))

static void test_a_reply_is_kept_as_it_was_said(void **state)
{
        (void) state;
        CHECK("550 5.1.1 No such user\r\n", 550, "5.1.1", "5.1.1 No such user");
        CHECK("550 No such user\r\n", 550, "", "No such user");
        CHECK("550\r\n", 550, "", "");
        CHECK("550 \r\n", 550, "", "");
        CHECK("550 no CR before LF\n", 550, "", "no CR before LF");
        CHECK("550 Không có người này\r\n", 550, "", "Không có người này");
}

static void test_the_lines_of_a_reply_are_joined(void **state)
{
        (void) state;
        CHECK("550-5.7.1 one\r\n550-5.7.1 two\r\n550 5.7.1 three\r\n", 550, "5.7.1",
              "5.7.1 one / 5.7.1 two / 5.7.1 three");
        CHECK("550-one\r\n550-\r\n550\r\n", 550, "", "one /  / ");
        CHECK("550-one\n550 two\n", 550, "", "one / two");
}

/* RFC 2034, 3463: class equal to the code's, three numbers, a blank or the end behind them */
static void test_an_enhanced_code_is_taken_only_where_it_is_one(void **state)
{
        (void) state;
        static const struct {
                const char *line, *enhanced;
        } rows[] = {
                {"550 5.1.1 x\r\n", "5.1.1"},
                {"550 5.1.1\r\n", "5.1.1"},
                {"450 4.7.1 x\r\n", "4.7.1"},
                {"550 5.7.515 x\r\n", "5.7.515"},
                {"550 5.123.456 x\r\n", "5.123.456"},
                {"550 4.1.1 x\r\n", ""},
                {"550 5.1.1x\r\n", ""},
                {"550 5.1 x\r\n", ""},
                {"550 5.1.1.1 x\r\n", ""},
                {"550 5..1 x\r\n", ""},
                {"550 5.1. x\r\n", ""},
                {"550 5.1111.1 x\r\n", ""},
                {"550 55.1.1 x\r\n", ""},
                {"550 x 5.1.1\r\n", ""},
                {"550 #5.1.1 x\r\n", ""},
                {"550-x\r\n550 5.1.1 y\r\n", ""},
        };

        for (size_t i = 0; i < COUNT_OF(rows); i++) {
                struct outcome o = said(rows[i].line, strlen(rows[i].line), SIZE_MAX / 2);

                assert_int_equal(o.reply.code, rows[i].line[0] == '4' ? 450 : 550);
                assert_string_equal(o.reply.enhanced, rows[i].enhanced);
        }
}

/* R29 */
static void test_hostile_bytes_are_kept_escaped(void **state)
{
        (void) state;
        CHECK("550 a\0b\0\0c\r\n", 550, "", "a\\x00b\\x00\\x00c");
        CHECK("550 \x1b[31mred\x07\r\n", 550, "", "\\x1b[31mred\\x07");
        CHECK("550 a\rb\r\r\n", 550, "", "a\\x0db\\x0d");
        CHECK("550 \xff\xfe back\\slash\r\n", 550, "", "\\xff\\xfe back\\\\slash");
        CHECK("550 a\xe2\x80\xae\x62\r\n", 550, "", "a\\u{202e}b");
}

/* R29: 100 lines; 1 MiB in one line, and in a hundred: bounded, judged, shown */
static void test_a_reply_of_100_lines_or_a_mebibyte_is_read_in_bounded_memory(void **state)
{
        (void) state;
        CLEANUP(buf_done) struct buf b = BUF(4 << 20);
        struct outcome o;
        size_t n;

        for (int i = 1; i <= 100; i++)
                buf_addf(&b, "550%cline %d\r\n", i < 100 ? '-' : ' ', i);
        o = said(b.s, b.len, 1000);
        assert_int_equal(o.reply.code, 550);
        assert_memory_equal(o.reply.text, "line 1 / line 2 / line 3 / ", 27);

        buf_clear(&b);
        buf_adds(&b, "550 5.7.1 ");
        while (b.len < 1 << 20)
                buf_adds(&b, "\x1b\xe1\xba\xa7");
        buf_adds(&b, "\r\n");
        o = said(b.s, b.len, 4096);
        n = strlen(o.reply.text);
        assert_int_equal(o.reply.code, 550);
        assert_string_equal(o.reply.enhanced, "5.7.1");
        assert_in_range(n, REPLY_TEXT_MAX - 16, REPLY_TEXT_MAX - 1);
        assert_string_equal(o.reply.text + n - 3, "…");

        buf_clear(&b);
        for (int i = 1; i <= 100; i++) {
                buf_addf(&b, "550%c", i < 100 ? '-' : ' ');
                for (int k = 0; k < 10480; k++)
                        buf_addc(&b, '\0');
                buf_adds(&b, "\r\n");
        }
        o = said(b.s, b.len, 100000);
        assert_int_equal(o.reply.code, 550);
        assert_true(strlen(o.reply.text) < REPLY_TEXT_MAX);
        assert_memory_equal(o.reply.text, "\\x00\\x00", 8);
}

/* R29, R30 */
static void test_a_reply_without_end_ends_the_session(void **state)
{
        (void) state;
        CLEANUP(buf_done) struct buf b = BUF(4 << 20);
        struct outcome o;

        for (int i = 0; i < 200; i++)
                buf_adds(&b, "550-more\r\n");
        o = said(b.s, b.len, 1000);
        assert_int_equal(o.reply.code, -1);
        buf_adds(&b, "550-more\r\n");
        o = said(b.s, b.len, 1000);
        assert_int_equal(o.reply.code, 0);
        assert_int_equal(o.verdict, VERDICT_RELAY);
        assert_string_equal(o.reply.text, "a reply of too many lines: 550-more");

        buf_clear(&b);
        buf_adds(&b, "550 ");
        while (b.len < 2 << 20)
                buf_addc(&b, 'x');
        o = said(b.s, b.len, 1000);
        assert_int_equal(o.reply.code, -1);
        buf_addc(&b, 'x');
        o = said(b.s, b.len, 1000);
        assert_int_equal(o.reply.code, 0);
        assert_memory_equal(o.reply.text, "a reply of too many bytes: 550 xxxx", 35);
}

/* R30: the log shows what came, escaped */
static void test_what_cannot_be_read_is_shown(void **state)
{
        (void) state;
        CHECK("SSH-2.0-OpenSSH\x1b\r\n", 0, "",
              "a reply that cannot be read: SSH-2.0-OpenSSH\\x1b");
        CHECK("550-one\r\n551 two\r\n", 0, "", "a reply whose lines have different codes: 551 two");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_a_reply_is_kept_as_it_was_said),
                cmocka_unit_test(test_the_lines_of_a_reply_are_joined),
                cmocka_unit_test(test_an_enhanced_code_is_taken_only_where_it_is_one),
                cmocka_unit_test(test_hostile_bytes_are_kept_escaped),
                cmocka_unit_test(test_a_reply_of_100_lines_or_a_mebibyte_is_read_in_bounded_memory),
                cmocka_unit_test(test_a_reply_without_end_ends_the_session),
                cmocka_unit_test(test_what_cannot_be_read_is_shown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
