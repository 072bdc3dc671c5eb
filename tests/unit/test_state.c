// SPDX-License-Identifier: MIT
#include "press/state.h"

#include "press/mem.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

/* The words of INTERFACE and PRODUCT, by hand: they stand in databases and scripts. */
static void test_the_stored_words_are_those_of_the_contract(void **state)
{
        (void) state;
        static const struct {
                const struct words *set;
                const char *all;
        } rows[] = {
                {&delivery_states, "queued sending deferred unknown relayed delivered refused "
                                   "bounced expired suppressed cancelled "},
                {&release_states,
                 "draft proposed approved sending done rejected paused cancelled "},
                {&release_kinds,
                 "statement briefing invitation notice request correction withdrawal "},
                {&release_classes, "urgent normal routine "},
                {&org_kinds, "unit department press "},
                {&contact_roles, "leader officer journalist desk "},
                {&delivery_reasons, " no-address stop-list dead-address trial-list "},
        };

        for (size_t i = 0; i < COUNT_OF(rows); i++) {
                char got[256] = "";

                for (int k = 0; k < rows[i].set->n; k++) {
                        strncat(got, words_name(rows[i].set, k), 40);
                        strncat(got, " ", 2);
                }
                assert_string_equal(got, rows[i].all);
        }
}

static void test_a_word_is_found_in_any_letter_case_and_a_wrong_one_is_not(void **state)
{
        (void) state;
        assert_int_equal(words_find(&delivery_states, "relayed"), DELIVERY_RELAYED);
        assert_int_equal(words_find(&delivery_states, "Relayed"), DELIVERY_RELAYED);
        assert_int_equal(words_find(&release_classes, "URGENT"), CLASS_URGENT);
        assert_int_equal(words_find(&delivery_states, "relaye"), -1);
        assert_int_equal(words_find(&delivery_states, "relayedd"), -1);
        assert_int_equal(words_find(&delivery_states, ""), -1);
        assert_int_equal(words_find(&delivery_reasons, ""), REASON_NONE);
}

static void test_only_four_states_leave_work_to_do(void **state)
{
        (void) state;
        assert_false(delivery_state_final(DELIVERY_QUEUED));
        assert_false(delivery_state_final(DELIVERY_SENDING));
        assert_false(delivery_state_final(DELIVERY_DEFERRED));
        assert_false(delivery_state_final(DELIVERY_UNKNOWN));
        assert_true(delivery_state_final(DELIVERY_RELAYED));
        assert_true(delivery_state_final(DELIVERY_DELIVERED));
        assert_true(delivery_state_final(DELIVERY_REFUSED));
        assert_true(delivery_state_final(DELIVERY_BOUNCED));
        assert_true(delivery_state_final(DELIVERY_EXPIRED));
        assert_true(delivery_state_final(DELIVERY_SUPPRESSED));
        assert_true(delivery_state_final(DELIVERY_CANCELLED));
}

static void test_who_may_hold_the_text_errs_on_the_side_of_yes(void **state)
{
        (void) state;
        assert_true(delivery_state_may_hold(DELIVERY_SENDING));
        assert_true(delivery_state_may_hold(DELIVERY_UNKNOWN));
        assert_true(delivery_state_may_hold(DELIVERY_RELAYED));
        assert_true(delivery_state_may_hold(DELIVERY_DELIVERED));
        assert_true(delivery_state_may_hold(DELIVERY_EXPIRED));
        assert_false(delivery_state_may_hold(DELIVERY_QUEUED));
        assert_false(delivery_state_may_hold(DELIVERY_REFUSED));
        assert_false(delivery_state_may_hold(DELIVERY_BOUNCED));
        assert_false(delivery_state_may_hold(DELIVERY_SUPPRESSED));
        assert_false(delivery_state_may_hold(DELIVERY_CANCELLED));
}

static void test_relayed_never_sounds_like_arrival(void **state)
{
        (void) state;
        assert_string_equal(delivery_state_title(DELIVERY_RELAYED, LANG_EN),
                            "Handed to our relay, arrival not confirmed");
        assert_string_equal(delivery_state_title(DELIVERY_RELAYED, LANG_VI),
                            "Đã chuyển cho máy chủ trung gian, chưa xác nhận tới nơi");
        assert_string_equal(delivery_state_title(DELIVERY_DELIVERED, LANG_VI),
                            "Máy chủ thư của người nhận đã nhận (chưa chắc đã đọc)");
        assert_string_equal(release_state_title(RELEASE_DONE, LANG_VI), "Đã kết thúc gửi");
        assert_string_equal(release_kind_title(KIND_STATEMENT, LANG_VI), "Thông cáo báo chí");
        assert_string_equal(release_class_title(CLASS_URGENT, LANG_VI), "Khẩn");
        assert_string_equal(org_kind_title(ORG_UNIT, LANG_VI), "Đơn vị");
        assert_string_equal(delivery_reason_text(REASON_STOP_LIST, LANG_VI), "đã yêu cầu ngừng");
}

/* A title without its Vietnamese would be shown in English to a Vietnamese reader. */
static void test_every_title_has_its_vietnamese(void **state)
{
        (void) state;
        for (int i = 0; i < DELIVERY_STATES; i++)
                assert_string_not_equal(delivery_state_title((enum delivery_state) i, LANG_VI),
                                        delivery_state_title((enum delivery_state) i, LANG_EN));
        for (int i = 0; i < RELEASE_STATES; i++)
                assert_string_not_equal(release_state_title((enum release_state) i, LANG_VI),
                                        release_state_title((enum release_state) i, LANG_EN));
        for (int i = 0; i < RELEASE_KINDS; i++)
                assert_string_not_equal(release_kind_title((enum release_kind) i, LANG_VI),
                                        release_kind_title((enum release_kind) i, LANG_EN));
        for (int i = 0; i < RELEASE_CLASSES; i++)
                assert_string_not_equal(release_class_title((enum release_class) i, LANG_VI),
                                        release_class_title((enum release_class) i, LANG_EN));
        for (int i = 0; i < ORG_KINDS; i++)
                assert_string_not_equal(org_kind_title((enum org_kind) i, LANG_VI),
                                        org_kind_title((enum org_kind) i, LANG_EN));
        for (int i = 0; i < CONTACT_ROLES; i++)
                assert_string_not_equal(contact_role_title((enum contact_role) i, LANG_VI),
                                        contact_role_title((enum contact_role) i, LANG_EN));
        for (int i = REASON_NO_ADDRESS; i < DELIVERY_REASONS; i++)
                assert_string_not_equal(delivery_reason_text((enum delivery_reason) i, LANG_VI),
                                        delivery_reason_text((enum delivery_reason) i, LANG_EN));
        assert_string_equal(delivery_reason_text(REASON_NONE, LANG_VI), "");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_the_stored_words_are_those_of_the_contract),
                cmocka_unit_test(test_a_word_is_found_in_any_letter_case_and_a_wrong_one_is_not),
                cmocka_unit_test(test_only_four_states_leave_work_to_do),
                cmocka_unit_test(test_who_may_hold_the_text_errs_on_the_side_of_yes),
                cmocka_unit_test(test_relayed_never_sounds_like_arrival),
                cmocka_unit_test(test_every_title_has_its_vietnamese),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
