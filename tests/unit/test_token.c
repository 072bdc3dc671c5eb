// SPDX-License-Identifier: MIT
#include "press/token.h"

#include "press/mem.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static unsigned char key[TOKEN_KEY_BYTES], other_key[TOKEN_KEY_BYTES];

/* key = 00 01 02 ... 1f; the tags below were computed with Python's hmac and base64 modules */
static int setup(void **state)
{
        (void) state;
        token_init();
        for (size_t i = 0; i < sizeof(key); i++) {
                key[i] = (unsigned char) i;
                other_key[i] = (unsigned char) (i + 1);
        }
        return 0;
}

static const struct {
        int64_t delivery;
        const char *tag;
} known[] = {
        {0, "ab63ekpmx4remsha7m"},
        {1, "aekqkcjovfjaz2lzai"},
        {41, "fhdygaohegldwxm7um"},
        {127, "p6pdkx6hqn7jruh33i"},
        {128, "qaaxobfmwr5llcvvc73a"},
        {1000000, "yccd24mqwvlfx3bzj7zfy"},
        {INT64_MAX, "777777777777674f5hjjjepf54ckohi"},
};

/* R100 */
static void test_a_tag_is_the_id_and_its_hmac_in_lower_case_base32(void **state)
{
        (void) state;
        for (size_t i = 0; i < COUNT_OF(known); i++) {
                char tag[TOKEN_TAG_MAX];
                int64_t back = -1;

                token_tag(key, known[i].delivery, tag);
                assert_string_equal(tag, known[i].tag);
                assert_true(token_tag_check(key, tag, &back));
                assert_int_equal(back, known[i].delivery);
        }
}

static void test_a_server_that_changes_letter_case_does_not_lose_the_tag(void **state)
{
        (void) state;
        int64_t back = -1;

        assert_true(token_tag_check(key, "YCCD24MQWVLFX3BZJ7ZFY", &back));
        assert_int_equal(back, 1000000);
}

/* R101: every single changed character, also in the bits base32 leaves over */
static void test_a_changed_tag_is_not_ours(void **state)
{
        (void) state;
        static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567=019-";

        for (size_t i = 0; i < COUNT_OF(known); i++) {
                for (size_t at = 0; known[i].tag[at]; at++) {
                        for (const char *c = alphabet; *c; c++) {
                                char tag[TOKEN_TAG_MAX];
                                int64_t back = 77;

                                snprintf(tag, sizeof(tag), "%s", known[i].tag);
                                if (tag[at] == *c)
                                        continue;
                                tag[at] = *c;
                                assert_false(token_tag_check(key, tag, &back));
                                assert_int_equal(back, 77);
                        }
                }
        }
}

/* R101 */
static void test_a_tag_of_another_database_is_not_ours(void **state)
{
        (void) state;
        int64_t back;

        for (size_t i = 0; i < COUNT_OF(known); i++)
                assert_false(token_tag_check(other_key, known[i].tag, &back));
}

static void test_cut_lengthened_and_foreign_tags_are_not_ours(void **state)
{
        (void) state;
        static const char *const bad[] = {
                "",
                "a",
                "=",
                "aekqkcjovfjaz2lza",
                "aekqkcjovfjaz2lzaia",
                "aekqkcjovfjaz2lzai ",
                "aekqkcjovfjaz2lzaiaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                "777777777777777777777777777777777777777",
                "aekqkcjovfjaz2lz\xc3\xa9",
                "\xff\xff",
        };
        int64_t back;

        for (size_t i = 0; i < COUNT_OF(bad); i++)
                assert_false(token_tag_check(key, bad[i], &back));
}

static void test_random_strings_are_never_taken_for_tags(void **state)
{
        (void) state;
        for (int i = 0; i < 20000; i++) {
                unsigned char raw[64];
                char tag[48];
                size_t n;
                int64_t back;

                token_random(raw, sizeof(raw));
                n = raw[0] % 44;
                for (size_t k = 0; k < n; k++)
                        tag[k] = "abcdefghijklmnopqrstuvwxyz234567"[raw[k + 1] & 31];
                tag[n] = '\0';
                assert_false(token_tag_check(key, tag, &back));
        }
}

/* R100: also for the largest id */
static void test_the_return_path_carries_the_tag_within_64_octets(void **state)
{
        (void) state;
        char out[320];

        assert_true(token_return_path("bounce+{tag}@ministry.example",
                                      "777777777777674f5hjjjepf54ckohi", out));
        assert_string_equal(out, "bounce+777777777777674f5hjjjepf54ckohi@ministry.example");
        assert_true(token_return_path("bounce@ministry.example", "abc", out));
        assert_string_equal(out, "bounce+abc@ministry.example");
        assert_true(token_return_path("{tag}@returns.example", "abc", out));
        assert_string_equal(out, "abc@returns.example");
}

static void test_a_return_path_that_would_be_too_long_is_refused_untouched(void **state)
{
        (void) state;
        char out[320] = "untouched", longest[400];

        /* 60 + 1 + 3 = 64 octets pass, one more does not */
        assert_false(token_return_path(
                "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffg@x.example", "abc",
                out));
        assert_string_equal(out, "untouched");
        assert_false(token_return_path("no-at-sign", "abc", out));
        memset(longest, 'd', sizeof(longest));
        memcpy(longest, "b@", 2);
        longest[sizeof(longest) - 1] = '\0';
        assert_false(token_return_path(longest, "abc", out));
        assert_string_equal(out, "untouched");
        assert_true(token_return_path(
                "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff@x.example", "abc",
                out));
}

static void hex_of(struct hash *h, char out[HASH_HEX_MAX])
{
        unsigned char sum[HASH_BYTES];

        hash_final(h, sum);
        hash_hex(sum, out);
}

/* Expected values by Python's hashlib over 8-byte lengths (big end first) and the pieces. */
static void test_pieces_are_hashed_with_their_lengths_so_that_they_never_run_together(void **state)
{
        (void) state;
        char hex[HASH_HEX_MAX];
        struct hash h;

        hash_init(&h);
        hex_of(&h, hex);
        assert_string_equal(hex,
                            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        hash_init(&h);
        hash_text(&h, "abc");
        hex_of(&h, hex);
        assert_string_equal(hex,
                            "c3494ca1a2cf8eeb8a11ded316fb55b83c3bbbedb6313cd50415251e5d09e12f");
        hash_init(&h);
        hash_piece(&h, "ab", 2);
        hash_text(&h, "c");
        hex_of(&h, hex);
        assert_string_equal(hex,
                            "601d5476e2ccfe2c87a2bba7a322659734a05749d5b5aa781f513e4912db0d5f");
        hash_init(&h);
        hash_number(&h, 41);
        hash_text(&h, NULL);
        hex_of(&h, hex);
        assert_string_equal(hex,
                            "019d2df0f7d3cbadf82d9f71e62a93b538fce8764f840e650faca60fb32052f6");
}

static void test_two_random_numbers_of_16_bytes_differ(void **state)
{
        (void) state;
        unsigned char a[16], b[16];

        token_random(a, sizeof(a));
        token_random(b, sizeof(b));
        assert_memory_not_equal(a, b, sizeof(a));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_a_tag_is_the_id_and_its_hmac_in_lower_case_base32),
                cmocka_unit_test(test_a_server_that_changes_letter_case_does_not_lose_the_tag),
                cmocka_unit_test(test_a_changed_tag_is_not_ours),
                cmocka_unit_test(test_a_tag_of_another_database_is_not_ours),
                cmocka_unit_test(test_cut_lengthened_and_foreign_tags_are_not_ours),
                cmocka_unit_test(test_random_strings_are_never_taken_for_tags),
                cmocka_unit_test(test_the_return_path_carries_the_tag_within_64_octets),
                cmocka_unit_test(test_a_return_path_that_would_be_too_long_is_refused_untouched),
                cmocka_unit_test(
                        test_pieces_are_hashed_with_their_lengths_so_that_they_never_run_together),
                cmocka_unit_test(test_two_random_numbers_of_16_bytes_differ),
        };

        return cmocka_run_group_tests(tests, setup, NULL);
}
