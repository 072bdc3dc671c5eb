// SPDX-License-Identifier: MIT
#include "press/buf.h"

#include "press/mem.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void test_an_empty_buffer_is_an_empty_string(void **state)
{
        CLEANUP(buf_done) struct buf b = BUF(10);

        (void) state;
        assert_string_equal(b.s, "");
        assert_int_equal(b.len, 0);
        buf_clear(&b);
        buf_drop(&b, 0);
        assert_string_equal(b.s, "");
}

static void test_what_is_added_is_there_in_order(void **state)
{
        CLEANUP(buf_done) struct buf b = BUF(1000);

        (void) state;
        assert_int_equal(buf_add(&b, "a\0b", 3), 0);
        assert_int_equal(buf_adds(&b, "cd"), 0);
        assert_int_equal(buf_addc(&b, 'e'), 0);
        assert_int_equal(buf_addf(&b, "%d-%s", 42, "x"), 0);
        assert_int_equal(buf_add(&b, NULL, 0), 0);
        assert_int_equal(b.len, 10);
        assert_memory_equal(b.s, "a\0bcde42-x", 11);
}

static void test_the_ceiling_is_exact(void **state)
{
        CLEANUP(buf_done) struct buf b = BUF(4);

        (void) state;
        assert_int_equal(buf_adds(&b, "1234"), 0);
        assert_false(b.over);
        assert_int_equal(buf_addc(&b, '5'), -E2BIG);
        assert_true(b.over);
        assert_string_equal(b.s, "1234");
}

static void test_formatted_text_that_does_not_fit_leaves_no_trace(void **state)
{
        CLEANUP(buf_done) struct buf b = BUF(6);

        (void) state;
        assert_int_equal(buf_addf(&b, "%d", 12), 0);
        assert_int_equal(buf_addf(&b, "%s", "34567"), -E2BIG);
        assert_string_equal(b.s, "12");
        assert_int_equal(b.len, 2);
}

static void test_a_buffer_that_overflowed_stays_refused_until_cleared(void **state)
{
        CLEANUP(buf_done) struct buf b = BUF(4);

        (void) state;
        assert_int_equal(buf_adds(&b, "12345"), -E2BIG);
        assert_int_equal(buf_addf(&b, "%s", "1"), -E2BIG);
        assert_int_equal(b.len, 0);
        buf_clear(&b);
        assert_int_equal(buf_adds(&b, "1"), 0);
        assert_int_equal(b.max, 4);
}

static void test_a_size_near_the_end_of_the_address_space_is_refused(void **state)
{
        CLEANUP(buf_done) struct buf b = BUF(100);

        (void) state;
        buf_adds(&b, "abc");
        assert_int_equal(buf_add(&b, "x", SIZE_MAX - 1), -E2BIG);
        assert_string_equal(b.s, "abc");
}

static void test_dropping_takes_from_the_front(void **state)
{
        CLEANUP(buf_done) struct buf b = BUF(100);

        (void) state;
        buf_adds(&b, "abcdef");
        buf_drop(&b, 2);
        assert_string_equal(b.s, "cdef");
        buf_drop(&b, 4);
        assert_string_equal(b.s, "");
        assert_int_equal(b.len, 0);
}

static void test_taking_leaves_the_buffer_empty_and_usable(void **state)
{
        CLEANUP(buf_done) struct buf b = BUF(100);

        (void) state;
        buf_adds(&b, "abc");

        CLEANUP(mem_free) char *s = buf_take(&b);
        CLEANUP(mem_free) char *empty = buf_take(&b);

        assert_string_equal(s, "abc");
        assert_string_equal(empty, "");
        assert_int_equal(buf_adds(&b, "x"), 0);
        assert_int_equal(b.max, 100);
}

static void test_growing_keeps_every_byte(void **state)
{
        CLEANUP(buf_done) struct buf b = BUF(100000);

        (void) state;
        for (unsigned i = 0; i < 100000; i++)
                assert_int_equal(buf_addc(&b, (char) ('a' + i % 26)), 0);
        for (unsigned i = 0; i < 100000; i++)
                assert_int_equal(b.s[i], 'a' + i % 26);
        assert_int_equal(buf_addc(&b, 'x'), -E2BIG);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_an_empty_buffer_is_an_empty_string),
                cmocka_unit_test(test_what_is_added_is_there_in_order),
                cmocka_unit_test(test_the_ceiling_is_exact),
                cmocka_unit_test(test_formatted_text_that_does_not_fit_leaves_no_trace),
                cmocka_unit_test(test_a_buffer_that_overflowed_stays_refused_until_cleared),
                cmocka_unit_test(test_a_size_near_the_end_of_the_address_space_is_refused),
                cmocka_unit_test(test_dropping_takes_from_the_front),
                cmocka_unit_test(test_taking_leaves_the_buffer_empty_and_usable),
                cmocka_unit_test(test_growing_keeps_every_byte),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
