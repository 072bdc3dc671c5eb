// SPDX-License-Identifier: MIT
#include "press/said.h"

#include "press/err.h"
#include "press/fault.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <errno.h>
#include <cmocka.h>

static char text[2048];

static const char *vi(const char *said)
{
        said_text(said, LANG_VI, text, sizeof(text));
        return text;
}

static void test_what_press_wrote_is_read_in_the_readers_language(void **state)
{
        (void) state;
        assert_string_equal(vi("the relay closed the connection"),
                            "máy chủ trung gian ngắt kết nối");
        assert_string_equal(vi("press ended before the reply"), "press dừng trước khi có trả lời");
        assert_string_equal(vi("time ran out"), "hết thời hạn gửi");
        said_text("time ran out", LANG_EN, text, sizeof(text));
        assert_string_equal(text, "time ran out");
}

static void test_what_stood_in_the_text_is_carried_over_and_translated_too(void **state)
{
        (void) state;
        assert_string_equal(vi("cannot connect to [2001:db8::1]:25: Connection refused"),
                            "không kết nối được tới [2001:db8::1]:25: máy kia không nhận kết nối");
        assert_string_equal(vi("the reply to EHLO did not come in 30 s"),
                            "không có trả lời cho EHLO trong 30 giây");
        assert_string_equal(vi("the relay closed the connection before the banner"),
                            "máy chủ trung gian ngắt kết nối trước lời chào");
        assert_string_equal(vi("certificate names a.example, b.example, not relay.example"),
                            "chứng thư ghi tên a.example, b.example, không phải relay.example");
        assert_string_equal(vi("certificate of r.example (it names r.example) is not trusted: The "
                               "certificate is NOT trusted. The certificate issuer is unknown. "),
                            "chứng thư của r.example (ghi tên r.example) không đáng tin: không rõ "
                            "nơi cấp chứng thư");
}

static void test_a_servers_own_words_are_left_as_they_are(void **state)
{
        (void) state;
        assert_string_equal(vi("5.1.1 no such user"), "5.1.1 no such user");
        assert_string_equal(vi("Notice"), "Notice"); /* a text of ours, but none that is logged */
        assert_string_equal(vi(""), "");
}

static void test_a_stage_has_a_title_with_its_word(void **state)
{
        (void) state;
        assert_string_equal(said_stage("dot", LANG_VI), "nhận thư (dot)");
        assert_string_equal(said_stage("rcpt", LANG_EN), "recipient (rcpt)");
        assert_string_equal(said_stage("x", LANG_VI), "x");
}

static void test_a_fault_is_told_in_the_readers_language_with_what_it_names(void **state)
{
        struct fault f;
        struct err why;

        (void) state;
        err_set(&why, -EIO,
                "Relay “%s” cannot be used (%s): %s. Letters go through another relay if "
                "there is one, else they wait; none is lost. More: pressctl relay test %s",
                "tls", "connecting (connect)", "cannot connect to 192.0.2.1:25: Connection refused",
                "tls");
        fault_make(&f, "relay tls", 0, &why);
        said_fault(&f, LANG_VI, text, sizeof(text));
        assert_string_equal(text,
                            "Không dùng được máy chủ “tls” (kết nối (connect)): không kết nối "
                            "được tới 192.0.2.1:25: máy kia không nhận kết nối. Thư đi qua "
                            "máy chủ khác nếu có, nếu không thì nằm chờ; không mất thư nào. "
                            "Xem thêm: pressctl relay test tls");
        said_fault(&f, LANG_EN, text, sizeof(text));
        assert_string_equal(text,
                            "Relay “tls” cannot be used (connecting (connect)): cannot connect "
                            "to 192.0.2.1:25: Connection refused. Letters go through another "
                            "relay if there is one, else they wait; none is lost. More: "
                            "pressctl relay test tls");
}

static void test_the_systems_reasons_inside_an_error_are_translated(void **state)
{
        struct err e;

        (void) state;
        err_set(&e, -EACCES, "the file cannot be opened: %s", "Permission denied");
        err_text(&e, LANG_VI, text, sizeof(text));
        assert_string_equal(text, "không mở được tệp: không có quyền");
        assert_string_equal(msg_reason(LANG_EN, "Permission denied"), "Permission denied");
        assert_string_equal(msg_reason(LANG_VI, "At"), "At");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_what_press_wrote_is_read_in_the_readers_language),
                cmocka_unit_test(test_what_stood_in_the_text_is_carried_over_and_translated_too),
                cmocka_unit_test(test_a_servers_own_words_are_left_as_they_are),
                cmocka_unit_test(test_a_stage_has_a_title_with_its_word),
                cmocka_unit_test(test_a_fault_is_told_in_the_readers_language_with_what_it_names),
                cmocka_unit_test(test_the_systems_reasons_inside_an_error_are_translated),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
