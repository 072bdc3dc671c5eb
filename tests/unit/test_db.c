// SPDX-License-Identifier: MIT
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../src/store/sql.h"
#include "press/db.h"
#include "press/mem.h"
#include "press/token.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64], path[128];

static int setup(void **state)
{
        (void) state;
        token_init();
        snprintf(folder, sizeof(folder), "/tmp/press-test-XXXXXX");
        assert_non_null(mkdtemp(folder));
        snprintf(path, sizeof(path), "%s/press.db", folder);
        return 0;
}

static int teardown(void **state)
{
        static const char *const tail[] = {"", "-wal", "-shm", ".lock", ".pressd", ".v1.bak"};

        (void) state;
        for (size_t i = 0; i < COUNT_OF(tail); i++) {
                char name[160];

                snprintf(name, sizeof(name), "%s%s", path, tail[i]);
                (void) unlink(name);
        }
        return rmdir(folder);
}

static void test_a_new_database_is_made_opened_and_checked(void **state)
{
        CLEANUP(db_close) struct db *db = NULL;
        struct err e = {0};

        (void) state;
        assert_int_equal(db_init(path, &e), 0);
        assert_int_equal(db_open(path, &db, &e), 0);
        assert_int_equal(db_check(db, &e), 0);
        assert_int_equal(strlen(db_identity(db)->id), 32);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_a_new_database_is_made_opened_and_checked,
                                                setup, teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
