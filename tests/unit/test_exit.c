// SPDX-License-Identifier: MIT
#include "press/cli.h"

#include "press/mem.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <errno.h>
#include <cmocka.h>

static void test_each_kind_of_trouble_has_the_exit_code_of_the_contract(void **state)
{
        static const struct {
                int r, code;
        } rows[] = {
                {0, 0},        {-EINVAL, 65},  {-E2BIG, 65}, {-EEXIST, 65}, {-ENOENT, 66},
                {-EISDIR, 66}, {-ETIME, 69},   {-EBUSY, 75}, {-EAGAIN, 75}, {-EIO, 74},
                {-ENOSPC, 74}, {-EBADMSG, 74}, {-EROFS, 74}, {-EPERM, 77},  {-EACCES, 77},
                {-ENOMEM, 70}, {-EPROTO, 70},
        };

        (void) state;
        for (size_t i = 0; i < COUNT_OF(rows); i++)
                assert_int_equal(cli_exit_code(rows[i].r), rows[i].code);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_each_kind_of_trouble_has_the_exit_code_of_the_contract),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
