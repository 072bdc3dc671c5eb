// SPDX-License-Identifier: MIT
#include "press/msg.h"

#include "press/text.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void test_english_is_the_key_itself(void **state)
{
        (void) state;
        assert_string_equal(msg_text(LANG_EN, "out of memory"), "out of memory");
}

static void test_vietnamese_comes_from_the_catalogue(void **state)
{
        (void) state;
        assert_string_equal(msg_text(LANG_VI, "out of memory"), "hết bộ nhớ");
        assert_string_equal(msg_text(LANG_VI, "no such text here"), "no such text here");
        assert_string_equal(msg_text(LANG_VI, ""), "");
}

static void test_the_catalogue_is_sorted_and_every_entry_is_found(void **state)
{
        (void) state;
        assert_true(msg_vi_n > 0);
        for (size_t i = 0; i < msg_vi_n; i++) {
                if (i > 0 && strcmp(msg_vi[i - 1].msgid, msg_vi[i].msgid) >= 0)
                        fail_msg("out of order: %s", msg_vi[i].msgid);
                assert_ptr_equal(msg_text(LANG_VI, msg_vi[i].msgid), msg_vi[i].msgstr);
        }
}

static void test_the_catalogue_is_in_nfc_and_can_be_seen(void **state)
{
        (void) state;
        for (size_t i = 0; i < msg_vi_n; i++) {
                struct text_bad bad;
                char *nfc = text_nfc(msg_vi[i].msgstr);

                assert_non_null(nfc);
                if (strcmp(nfc, msg_vi[i].msgstr) != 0)
                        fail_msg("not NFC: %s", msg_vi[i].msgid);
                if (!text_clean(msg_vi[i].msgstr, TEXT_LINES, &bad))
                        fail_msg("unseen character: %s", msg_vi[i].msgid);
                free(nfc);
        }
}

/* "ds" for "%d of %s"; a %2$s counts at its place. Widths and flags are skipped. */
static void arguments_of(const char *s, char out[16])
{
        unsigned next = 0;

        memset(out, 0, 16);
        for (const char *p = strchr(s, '%'); p; p = strchr(p, '%')) {
                unsigned at = next;

                p++;
                if (*p == '%') {
                        p++;
                        continue;
                }
                if (p[0] >= '1' && p[0] <= '9' && p[1] == '$') {
                        at = (unsigned) (p[0] - '1');
                        p += 2;
                } else {
                        next++;
                }
                p += strspn(p, "0123456789.-+ #lzjh");
                assert_true(at < 15);
                out[at] = *p;
        }
}

/* Another argument than the key's would print rubbish, or crash printf. */
static void test_translations_take_the_same_arguments(void **state)
{
        (void) state;
        for (size_t i = 0; i < msg_vi_n; i++) {
                char id[16], str[16];

                arguments_of(msg_vi[i].msgid, id);
                arguments_of(msg_vi[i].msgstr, str);
                if (memcmp(id, str, sizeof(id)) != 0)
                        fail_msg("arguments differ: %s | %s", msg_vi[i].msgid, msg_vi[i].msgstr);
        }
}

static void test_languages_are_known_by_name_and_locale(void **state)
{
        static const struct {
                const char *s;
                enum lang lang;
        } good[] = {{"vi", LANG_VI},    {"en", LANG_EN},    {"vi_VN.UTF-8", LANG_VI},
                    {"en_GB", LANG_EN}, {"vi-VN", LANG_VI}, {"en.utf8", LANG_EN}};
        static const char *const bad[] = {"", "v", "C", "POSIX", "C.UTF-8", "fr", "vie", "VI"};
        enum lang lang;

        (void) state;
        for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
                assert_int_equal(msg_lang_parse(good[i].s, &lang), 0);
                assert_int_equal(lang, good[i].lang);
        }
        lang = LANG_EN;
        for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
                assert_int_equal(msg_lang_parse(bad[i], &lang), -EINVAL);
                assert_int_equal(lang, LANG_EN);
        }
        assert_string_equal(msg_lang_name(LANG_VI), "vi");
        assert_string_equal(msg_lang_name(LANG_EN), "en");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_english_is_the_key_itself),
                cmocka_unit_test(test_vietnamese_comes_from_the_catalogue),
                cmocka_unit_test(test_the_catalogue_is_sorted_and_every_entry_is_found),
                cmocka_unit_test(test_the_catalogue_is_in_nfc_and_can_be_seen),
                cmocka_unit_test(test_translations_take_the_same_arguments),
                cmocka_unit_test(test_languages_are_known_by_name_and_locale),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
