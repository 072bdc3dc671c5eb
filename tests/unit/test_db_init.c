// SPDX-License-Identifier: MIT
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../src/store/schema.h"
#include "scratch.h"
#include "sqlfault.h"

#include "press/mem.h"

#include <sqlite3.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* The next version of the schema, which rebuilds a table in three texts. */
static bool next_version;

const struct schema_step *__real_schema_steps(size_t *ret_n);
const struct schema_step *__wrap_schema_steps(size_t *ret_n);
const struct schema_step *__wrap_schema_steps(size_t *ret_n)
{
        static struct schema_step both[2] = {
                [1] = {.version = 2,
                       .sql = {"CREATE TABLE setting_new (name TEXT PRIMARY KEY,"
                               " value TEXT NOT NULL,"
                               " at INTEGER NOT NULL) STRICT;"
                               "INSERT INTO setting_new SELECT name, value, 0 FROM setting;",
                               "DROP TABLE setting;",
                               "ALTER TABLE setting_new RENAME TO setting;"}},
        };
        size_t n;
        const struct schema_step *first = __real_schema_steps(&n);

        assert_int_equal(n, 1);
        if (!next_version) {
                *ret_n = n;
                return first;
        }
        both[0] = first[0];
        *ret_n = COUNT_OF(both);
        return both;
}

static int setup(void **state)
{
        next_version = false;
        return scratch_setup(state);
}

static int64_t has_column_at(const struct scratch *s)
{
        return scratch_int(s, "SELECT count(*) FROM pragma_table_info('setting')"
                              " WHERE name = 'at'");
}

static bool has_copy(const struct scratch *s)
{
        CLEANUP(mem_free) char *bak = mem_printf("%s.v1.bak", s->path);
        struct stat st;

        return stat(bak, &st) == 0 && st.st_size > 0 && (st.st_mode & 07777) == 0660;
}

static void test_an_upgrade_keeps_a_copy_that_the_old_version_opens(void **state)
{
        struct scratch *s = *state;
        CLEANUP(mem_free) char *bak = mem_printf("%s.v1.bak", s->path);
        struct db *db = NULL;
        struct err e = {0};

        scratch_exec(s, "INSERT INTO setting VALUES ('a', '1')");
        db_close(&s->db);
        next_version = true;
        assert_int_equal(db_open(s->path, &db, &e), -EINVAL); /* run: pressctl init */
        assert_ok(db_init(s->path, &e), &e);
        assert_ok(db_open(s->path, &s->db, &e), &e);
        assert_int_equal(scratch_int(s, "SELECT value + at FROM setting WHERE name = 'a'"), 1);
        assert_true(has_copy(s));

        /* The copy is whole; as SQLite leaves it, it is not in WAL mode yet: init sees to that. */
        next_version = false;
        assert_int_equal(rename(bak, s->path), 0);
        db_close(&s->db);
        scratch_empty_wal(s);
        assert_ok(db_init(s->path, &e), &e);
        assert_ok(db_open(s->path, &s->db, &e), &e);
        assert_ok(db_check(s->db, &e), &e);
        assert_int_equal(scratch_int(s, "SELECT value FROM setting WHERE name = 'a'"), 1);
}

static void test_no_upgrade_while_pressd_runs(void **state)
{
        struct scratch *s = *state;
        struct err e = {0};

        assert_ok(db_sole_sender(s->db, &e), &e);
        next_version = true;
        assert_int_equal(db_init(s->path, &e), -EBUSY);
        assert_int_equal(scratch_int(s, "PRAGMA user_version"), 1);
        assert_int_equal(has_column_at(s), 0);
}

/* Runs db_init() in a child that is killed at database call number `at`; true when it got there. */
static bool killed_init(const struct scratch *s, unsigned at)
{
        int status = -1;
        pid_t pid = fork();

        assert_true(pid >= 0);
        if (pid == 0) {
                sqlfault_arm(at, -1);
                _exit(db_init(s->path, NULL) == 0 ? 0 : 1);
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        if (WIFSIGNALED(status)) {
                assert_int_equal(WTERMSIG(status), SIGKILL);
                return true;
        }
        assert_int_equal(status, 0);
        return false;
}

/* R14 */
static void test_an_upgrade_killed_anywhere_leaves_the_old_or_the_new_schema(void **state)
{
        struct scratch *s = *state;
        struct err e = {0};
        unsigned at;

        for (at = 1;; at++) {
                bool killed, upgraded;

                db_close(&s->db);
                scratch_empty_folder(s);
                next_version = false;
                assert_ok(db_init(s->path, &e), &e);
                scratch_exec(s, "INSERT INTO setting VALUES ('a', '1')");
                next_version = true;
                killed = killed_init(s, at);

                upgraded = scratch_int(s, "PRAGMA user_version") == 2;
                assert_int_equal(has_column_at(s), upgraded);
                assert_true(!upgraded || has_copy(s));
                assert_int_equal(scratch_int(s, "SELECT value FROM setting"), 1);
                next_version = upgraded;
                assert_ok(db_open(s->path, &s->db, &e), &e);
                assert_ok(db_check(s->db, &e), &e);
                db_close(&s->db);

                next_version = true; /* and init again ends the matter */
                assert_ok(db_init(s->path, &e), &e);
                assert_ok(db_open(s->path, &s->db, &e), &e);
                assert_int_equal(scratch_int(s, "SELECT value + at FROM setting"), 1);
                if (!killed)
                        break;
        }
        assert_true(at > 10); /* settings, copy, begin, three texts, version, commit */
}

static void test_a_creation_killed_anywhere_can_be_repeated(void **state)
{
        struct scratch *s = *state;
        struct err e = {0};
        unsigned at;

        for (at = 1;; at++) {
                bool killed;

                db_close(&s->db);
                scratch_empty_folder(s);
                killed = killed_init(s, at);
                assert_ok(db_init(s->path, &e), &e);
                assert_ok(db_open(s->path, &s->db, &e), &e);
                assert_ok(db_check(s->db, &e), &e);
                if (!killed)
                        break;
        }
        assert_true(at > 8);
}

/* R7: nothing is left of a database that could not be made. */
static void test_a_creation_that_fails_leaves_no_database(void **state)
{
        struct scratch *s = *state;
        unsigned turns = 0;

        SQLFAULT_EACH(SQLITE_FULL)
        {
                struct err e = {0};
                int r;

                sqlfault_hit();
                db_close(&s->db);
                scratch_empty_folder(s);
                sqlfault_arm(fault_n, SQLITE_FULL);
                r = db_init(s->path, &e);
                assert_int_equal(r, sqlfault_hit() ? -ENOSPC : 0);
                assert_int_equal(access(s->path, F_OK), r == 0 ? 0 : -1);
                turns++;
        }
        assert_true(turns > 8);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, scratch_teardown)
        const struct CMUnitTest tests[] = {
                TEST(test_an_upgrade_keeps_a_copy_that_the_old_version_opens),
                TEST(test_no_upgrade_while_pressd_runs),
                TEST(test_an_upgrade_killed_anywhere_leaves_the_old_or_the_new_schema),
                TEST(test_a_creation_killed_anywhere_can_be_repeated),
                TEST(test_a_creation_that_fails_leaves_no_database),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
