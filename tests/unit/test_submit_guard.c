// SPDX-License-Identifier: MIT
/* What keeps the same key, Number or text from going out twice. */
#include "press/submit.h"

#include "press/clock.h"
#include "press/delivery.h"
#include "press/moment.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <errno.h>
#include <sys/stat.h>
#include <cmocka.h>

#include "submit_try.h"

/* R85, R114 */
static void test_a_key_is_sent_once_and_names_one_content(void **state)
{
        struct place *p = *state;
        CLEANUP(release_done) struct release r = {0};
        struct submit_options o = {.key = "giao-ban-{week}", .at = "2026-01-01 20:00"};
        struct submitted out = {0};
        int64_t id = sent_with(p, HEAD BODY, &o);

        assert_int_equal(release_get(p->db, id, &r, NULL), 0);
        assert_string_equal(r.key, "giao-ban-2026-W01");
        assert_true(r.automatic);

        p->now += 3 * CLOCK_HOUR; /* At is past by now: the key is looked at first */
        assert_int_equal(try(p, "\xEF\xBB\xBF" HEAD BODY, &o, &out, NULL), 0);
        assert_true(out.duplicate);
        assert_int_equal(out.release, id);
        assert_int_equal(releases(p), 1);

        assert_refused_with(p, HEAD "\nKhác.\n", &o, -EEXIST, "t.txt: ", "another content");
        o.class = "urgent";
        assert_refused_with(p, HEAD BODY, &o, -EEXIST, "t.txt: ", "another content");
}

static void test_a_new_key_does_not_carry_the_content_of_the_last_30_days(void **state)
{
        struct place *p = *state;
        struct submit_options o = {.key = "mot"};

        set_config(p, "approval = none same_content = \"0s\"");
        sent_with(p, HEAD BODY, &o);
        o.key = "hai";
        p->now += 29 * CLOCK_DAY;
        assert_refused_with(p, HEAD BODY, &o, -EEXIST, "t.txt: ", "under another key");
        assert_refused(p, HEAD "Key: ba\n" BODY, -EEXIST, "t.txt: ", "under another key");
        p->now += 2 * CLOCK_DAY;
        sent_with(p, HEAD BODY, &o);
        o.key = "bốn";
        o.again = true;
        sent_with(p, HEAD BODY, &o);
}

static void test_a_key_of_a_rejected_release_is_free_again(void **state)
{
        struct place *p = *state;
        struct submit_options o = {.key = "mot"};
        struct actor who = {.uid = 1, .name = "hoa", .now = NOON};
        int64_t id;

        set_config(p, "");
        id = sent_with(p, HEAD BODY, &o);
        {
                CLEANUP(tx_done) struct tx tx = {0};

                assert_int_equal(tx_begin(&tx, p->db, 0, NULL), 0);
                assert_int_equal(release_reject(&tx, id, "sai số", &who, NULL), 0);
                assert_int_equal(tx_commit(&tx, NULL), 0);
        }
        assert_true(sent_with(p, HEAD BODY, &o) > id);
}

static void test_keys_are_filled_in_or_refused(void **state)
{
        struct place *p = *state;
        CLEANUP(release_done) struct release r = {0};
        struct submit_options o = {.key = "tin-{date}"};

        assert_int_equal(release_get(p->db, sent_with(p, HEAD BODY, &o), &r, NULL), 0);
        assert_string_equal(r.key, "tin-2026-01-01");
        o.key = "tin-{day}";
        assert_refused_with(p, HEAD BODY, &o, -EINVAL, "--key: ", "neither {date} nor {week}");
        o.key = "";
        assert_refused_with(p, HEAD BODY, &o, -EINVAL, "--key: ", "not empty");
        assert_refused(p, HEAD "Key: {\n" BODY, -EINVAL, "t.txt:3: ", "neither");
}

static void test_the_same_text_to_the_same_people_waits_12_hours(void **state)
{
        struct place *p = *state;
        struct submit_options o = {.lang = LANG_EN};

        sent(p, HEAD BODY);
        p->now += 11 * CLOCK_HOUR;
        assert_refused(p, HEAD BODY, -EEXIST,
                       "t.txt: ", "submitted within 12 h, brings the same text");
        /* the same people by another expression */
        assert_refused(p, "Title: Thông cáo\nTo: org:A or org:B\n" BODY, -EEXIST,
                       "t.txt: ", "same audience");
        o.to = "kind:department";
        sent_with(p, HEAD BODY, &o);
        o.to = NULL;
        o.again = true;
        sent_with(p, HEAD BODY, &o);
        p->now += 13 * CLOCK_HOUR;
        sent(p, HEAD BODY);
}

/* Class, moments, key and language change the letter, not what its readers get to read. */
static void test_the_same_text_is_the_same_whatever_stands_around_it(void **state)
{
        struct place *p = *state;
        struct submit_options o = {.key = "k", .lang = LANG_EN};

        write_file(p, "a.pdf", "%PDF-1", 6);
        sent(p, HEAD "Attach: a.pdf\n" BODY);
        assert_refused(p, HEAD "Attach: a.pdf\nClass: urgent\n" BODY, -EEXIST,
                       "t.txt: ", "same audience");
        assert_refused(p, HEAD "Attach: a.pdf\nEmbargo: 2026-01-02 08:00\n" BODY, -EEXIST,
                       "t.txt: ", "same audience");
        assert_refused(p, HEAD "Attach: a.pdf\nLanguage: en\nSigner: Lan\n" BODY, -EEXIST,
                       "t.txt: ", "same audience");
        assert_refused_with(p, HEAD "Attach: a.pdf\nClass: routine\n" BODY, &o, -EEXIST,
                            "t.txt: ", "same audience");
        sent(p, HEAD BODY);
        sent(p, HEAD "Attach: a.pdf\n\nKhác.\n");
        sent(p, "Title: Khác\nTo: kind:press\nAttach: a.pdf\n" BODY);
        sent(p, HEAD "Number: 2\nAttach: a.pdf\n" BODY);
        write_file(p, "a.pdf", "%PDF-2", 6);
        sent(p, HEAD "Attach: a.pdf\n" BODY);
}

static void test_a_number_is_used_once_a_year(void **state)
{
        struct place *p = *state;

        sent(p, HEAD "Number: 12/TC-TTTT\n" BODY);
        assert_refused(p, HEAD "Number: 12/tc-tttt\n\nKhác.\n", -EEXIST,
                       "t.txt: ", "send the correction with a Number of its own");
        p->now = NOON + 365 * CLOCK_DAY - 19 * CLOCK_HOUR - 1; /* the last instant of 2026 */
        assert_refused(p, HEAD "Number: 12/TC-TTTT\n\nKhác.\n", -EEXIST, "t.txt: ", "12/TC-TTTT");
        p->now++;
        sent(p, HEAD "Number: 12/TC-TTTT\n\nKhác.\n");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, submit_setup, submit_teardown)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(test_a_key_is_sent_once_and_names_one_content),
                TEST(test_a_new_key_does_not_carry_the_content_of_the_last_30_days),
                TEST(test_a_key_of_a_rejected_release_is_free_again),
                TEST(test_keys_are_filled_in_or_refused),
                TEST(test_the_same_text_to_the_same_people_waits_12_hours),
                TEST(test_the_same_text_is_the_same_whatever_stands_around_it),
                TEST(test_a_number_is_used_once_a_year),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
