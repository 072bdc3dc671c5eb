// SPDX-License-Identifier: MIT
#include "press/view.h"

#include "press/zone.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "scratch.h"

#define SOON (NOON + 5 * 60000)

static char text[VIEW_MAX];
static const struct release release = {.state = RELEASE_SENDING, .stored = RELEASE_SENDING};

static const char *said(enum delivery_state state, int64_t due, const char *detail, enum lang lang)
{
        const struct delivery d = {
                .state = state, .attempt = 1, .due_at = due, .detail = (char *) detail};

        view_delivery(&release, &d, NOON, lang, text);
        return text;
}

/* PRODUCT.md, "How it speaks" */
static void test_each_state_is_told_in_the_words_of_the_product(void **state)
{
        (void) state;
        assert_string_equal(said(DELIVERY_QUEUED, 0, "", LANG_VI), "Chờ gửi");
        assert_string_equal(said(DELIVERY_QUEUED, SOON, "", LANG_VI),
                            "Chờ gửi lúc thứ Tư 25/11/2026 12:05 (+07)");
        assert_string_equal(said(DELIVERY_DEFERRED, SOON, "450 later", LANG_VI),
                            "Chưa gửi được, sẽ tự thử lại lúc thứ Tư 25/11/2026 12:05 (+07)");
        assert_string_equal(said(DELIVERY_UNKNOWN, 0, "", LANG_VI),
                            "Không rõ kết quả, có thể đã tới; chờ quyết định");
        assert_string_equal(said(DELIVERY_UNKNOWN, SOON, "", LANG_EN),
                            "Outcome unknown, may have arrived; again at Wed 25/11/2026 12:05 "
                            "(+07)");
        assert_string_equal(said(DELIVERY_RELAYED, 0, "250 Ok", LANG_VI),
                            "Đã chuyển cho máy chủ trung gian, chưa xác nhận tới nơi");
        assert_string_equal(said(DELIVERY_DELIVERED, 0, "", LANG_EN),
                            "Accepted by the recipient's mail server (not proof of reading)");
        assert_string_equal(said(DELIVERY_REFUSED, 0, "550 5.1.1 no", LANG_VI),
                            "Bị từ chối, không tới: 550 5.1.1 no");
        assert_string_equal(said(DELIVERY_EXPIRED, 0, "450 later", LANG_VI),
                            "Hết thời hạn gửi, chưa xác nhận tới nơi");
        assert_string_equal(said(DELIVERY_CANCELLED, 0, "", LANG_VI), "Đã hủy trước khi gửi");
}

static void test_who_was_not_sent_to_has_a_reason(void **state)
{
        const struct delivery d = {.state = DELIVERY_SUPPRESSED, .reason = REASON_TRIAL_LIST};

        (void) state;
        view_delivery(&release, &d, NOON, LANG_VI, text);
        assert_string_equal(text, "Không gửi: ngoài danh sách thử nghiệm");
}

static void test_the_proof_never_makes_arrival_of_a_relays_yes(void **state)
{
        const struct delivery relayed = {.state = DELIVERY_RELAYED, .out_at = NOON};
        const struct delivery unknown = {.state = DELIVERY_UNKNOWN, .out_at = NOON};
        const struct delivery after = {.state = DELIVERY_DEFERRED, .out_at = NOON};
        const struct delivery before = {.state = DELIVERY_DEFERRED};

        (void) state;
        assert_non_null(strstr(view_proof(&relayed, LANG_EN), "Not proved: that it reached"));
        assert_non_null(strstr(view_proof(&unknown, LANG_EN), "may or may not have arrived"));
        assert_string_equal(view_proof(&after, LANG_EN), view_proof(&unknown, LANG_EN));
        assert_string_equal(view_proof(&before, LANG_EN),
                            "No server has taken a letter for this recipient");
}

static const char *sentence(struct release *r, const struct tally *t, bool held)
{
        view_release(r, t, NOON, held, LANG_VI, text);
        return text;
}

static void test_a_finished_release_counts_what_is_missing(void **state)
{
        const struct tally t = {.state = {[DELIVERY_RELAYED] = 151,
                                          [DELIVERY_DELIVERED] = 11,
                                          [DELIVERY_REFUSED] = 3,
                                          [DELIVERY_BOUNCED] = 2,
                                          [DELIVERY_EXPIRED] = 1}};
        struct release r = {.state = RELEASE_DONE, .reason = (char *) ""};

        (void) state;
        assert_string_equal(sentence(&r, &t, false),
                            "Đã kết thúc gửi: 6 chưa tới, 151 chưa xác nhận");
        r.state = RELEASE_PAUSED;
        r.reason = (char *) "chờ số liệu";
        assert_string_equal(sentence(&r, &t, false), "Tạm dừng: chờ số liệu");
}

static void test_a_trial_never_reads_as_a_success(void **state)
{
        const struct tally t = {
                .state = {[DELIVERY_SUPPRESSED] = 88},
                .suppressed = {
                        [REASON_TRIAL_LIST] = 85, [REASON_STOP_LIST] = 2, [REASON_NO_ADDRESS] = 1}};
        struct release r = {.state = RELEASE_DONE, .reason = (char *) ""};

        (void) state;
        assert_string_equal(sentence(&r, &t, false),
                            "Đã kết thúc gửi: 1 chưa tới, 0 chưa xác nhận, 85 không gửi (ngoài "
                            "danh sách thử nghiệm), 2 không gửi (đã yêu cầu ngừng)");
}

static void test_a_moment_is_promised_only_while_it_can_be_kept(void **state)
{
        const struct tally t = {.state = {[DELIVERY_QUEUED] = 1}};
        struct release r = {
                .state = RELEASE_APPROVED, .reason = (char *) "", .due_at = SOON, .early_at = SOON};

        (void) state;
        assert_string_equal(sentence(&r, &t, false),
                            "Đã duyệt, sẽ phát lúc thứ Tư 25/11/2026 12:05 (+07)");
        assert_string_equal(sentence(&r, &t, true), "Đã duyệt, đang bị giữ lại");
        r.due_at = NOON - 60000;
        assert_string_equal(sentence(&r, &t, false), "Đã duyệt");
}

static void test_in_a_cancelled_release_an_unknown_is_left_as_it_is(void **state)
{
        const struct delivery d = {.state = DELIVERY_UNKNOWN, .detail = (char *) ""};
        const struct release r = {.state = RELEASE_CANCELLED, .stored = RELEASE_CANCELLED};

        (void) state;
        view_delivery(&r, &d, NOON, LANG_VI, text);
        assert_string_equal(text, "Không rõ kết quả, có thể đã tới; không gửi lại nữa");
}

static void test_what_expired_untried_says_so(void **state)
{
        struct delivery d = {.state = DELIVERY_EXPIRED, .detail = (char *) ""};

        (void) state;
        view_delivery(&release, &d, NOON, LANG_VI, text);
        assert_string_equal(text, "Hết thời hạn gửi, chưa xác nhận tới nơi: chưa gửi lần nào");
        d.attempt = 1;
        view_delivery(&release, &d, NOON, LANG_VI, text);
        assert_string_equal(text, "Hết thời hạn gửi, chưa xác nhận tới nơi");
}

/* --- exit codes ------------------------------------------------------------------------- */

static int code(struct scratch *s, int64_t id)
{
        struct err e = {0};
        int c = -1;

        assert_ok(view_exit_code(s->db, id, &c, &e), &e);
        return c;
}

static void settle_one(struct scratch *s, int64_t id, enum delivery_state to, int reply)
{
        CLEANUP(delivery_done) struct delivery d = {0};
        struct settle st;

        assert_true(scratch_claim(s, id, NOON, &d));
        st = scratch_settle(&d, to, reply, "x");
        scratch_do_settle(s, &st);
}

static void test_the_exit_code_tells_whose_turn_it_is(void **state)
{
        struct scratch *s = *state;
        CLEANUP(release_done) struct release r = scratch_release("Chờ duyệt");
        int64_t id = scratch_approved(s, 2), held = scratch_approved(s, 1);

        assert_int_equal(code(s, scratch_publish(s, &r, 1, false)), 3);
        assert_int_equal(code(s, id), 75);
        settle_one(s, id, DELIVERY_RELAYED, 250);
        assert_int_equal(code(s, id), 75);
        settle_one(s, id, DELIVERY_REFUSED, 550);
        assert_int_equal(code(s, id), 1);
        settle_one(s, held, DELIVERY_UNKNOWN, 0);
        assert_int_equal(code(s, held), 3);
}

static void test_the_exit_code_is_0_when_nobody_is_missing(void **state)
{
        struct scratch *s = *state;
        int64_t id = scratch_approved(s, 1);

        settle_one(s, id, DELIVERY_RELAYED, 250);
        assert_int_equal(code(s, id), 0);
}

static int zone(void **state)
{
        struct err e = {0};

        (void) state;
        return zone_open("Asia/Ho_Chi_Minh", &e);
}

int main(void)
{
#define WITH_DB(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_each_state_is_told_in_the_words_of_the_product),
                cmocka_unit_test(test_who_was_not_sent_to_has_a_reason),
                cmocka_unit_test(test_the_proof_never_makes_arrival_of_a_relays_yes),
                cmocka_unit_test(test_a_finished_release_counts_what_is_missing),
                cmocka_unit_test(test_a_trial_never_reads_as_a_success),
                cmocka_unit_test(test_a_moment_is_promised_only_while_it_can_be_kept),
                cmocka_unit_test(test_in_a_cancelled_release_an_unknown_is_left_as_it_is),
                cmocka_unit_test(test_what_expired_untried_says_so),
                WITH_DB(test_the_exit_code_tells_whose_turn_it_is),
                WITH_DB(test_the_exit_code_is_0_when_nobody_is_missing),
        };

        return cmocka_run_group_tests(tests, zone, NULL);
}
