// SPDX-License-Identifier: MIT
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../src/store/sql.h"
#include "scratch.h"
#include "sqlfault.h"

#include "press/clock.h"
#include "press/mem.h"

#include <sqlite3.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const char PUT_SQL[] = "INSERT INTO setting (name, value) VALUES (?1, ?2)";
static const char ADD_SQL[] = "UPDATE setting SET value = CAST(value AS INTEGER) + 1"
                              " WHERE name = 'n'";

static bool says(const struct err *e, const char *word)
{
        char text[ERR_TEXT_MAX];

        err_format(e, LANG_EN, text, sizeof(text));
        return strstr(text, word) != NULL;
}

static void put(struct scratch *s, const char *name, const char *value)
{
        CLEANUP(tx_done) struct tx tx = {0};
        struct err e = {0};

        assert_ok(tx_begin(&tx, s->db, 0, &e), &e);
        assert_ok(sql_run(s->db, PUT_SQL, SQL_WITH(SQL_TEXT(name), SQL_TEXT(value)), &e), &e);
        assert_ok(tx_commit(&tx, &e), &e);
}

/* --- making and opening --------------------------------------------------------- */

static void test_a_new_database_opens_and_has_an_identity_for_ever(void **state)
{
        struct scratch *s = *state;
        struct db_identity first = *db_identity(s->db);
        struct err e = {0};

        assert_int_equal(strlen(first.id), 32);
        assert_ok(db_check(s->db, &e), &e);
        db_close(&s->db);
        assert_ok(db_init(s->path, &e), &e); /* again: safe */
        assert_ok(db_open(s->path, &s->db, &e), &e);
        assert_memory_equal(db_identity(s->db), &first, sizeof(first));
        assert_string_equal(db_path(s->db), s->path);
}

/* R97 */
static void test_files_are_closed_to_others_whatever_the_umask(void **state)
{
        static const mode_t masks[] = {0, 022, 077};
        static const char *const tail[] = {"", "-wal", "-shm", ".lock", ".pressd"};
        struct scratch *s = *state;

        for (size_t m = 0; m < COUNT_OF(masks); m++) {
                mode_t before = umask(masks[m]);
                struct err e = {0};

                db_close(&s->db);
                scratch_empty_folder(s);
                assert_ok(db_init(s->path, &e), &e);
                assert_ok(db_open(s->path, &s->db, &e), &e);
                assert_ok(db_sole_sender(s->db, &e), &e);
                umask(before);
                for (size_t i = 0; i < COUNT_OF(tail); i++) {
                        CLEANUP(mem_free) char *name = mem_printf("%s%s", s->path, tail[i]);
                        struct stat st;

                        assert_int_equal(stat(name, &st), 0);
                        assert_int_equal(st.st_mode & 07777, 0660);
                }
        }
}

static void test_a_missing_database_says_init_and_makes_nothing(void **state)
{
        struct scratch *s = *state;
        struct db *db = NULL;
        struct err e = {0};

        db_close(&s->db);
        scratch_empty_folder(s);
        assert_int_equal(db_open(s->path, &db, &e), -ENOENT);
        assert_true(says(&e, "pressctl init"));
        assert_null(db);
        assert_int_equal(rmdir(s->folder), 0); /* it was empty */
        assert_int_equal(mkdir(s->folder, 0700), 0);
}

/* R9 */
static void test_another_journal_mode_is_refused_until_init_mends_it(void **state)
{
        struct scratch *s = *state;
        struct db *db = NULL;
        struct err e = {0};

        db_close(&s->db);
        scratch_exec(s, "PRAGMA journal_mode = DELETE");
        assert_int_equal(db_open(s->path, &db, &e), -EBADMSG);
        assert_true(says(&e, "journal mode delete"));
        assert_ok(db_init(s->path, &e), &e);
        assert_ok(db_open(s->path, &s->db, &e), &e);
}

static void test_a_database_from_the_future_is_refused(void **state)
{
        struct scratch *s = *state;
        struct db *db = NULL;
        struct err e = {0};

        db_close(&s->db);
        scratch_exec(s, "PRAGMA user_version = 99");
        assert_int_equal(db_open(s->path, &db, &e), -EINVAL);
        assert_true(says(&e, "newer press"));
        assert_int_equal(db_init(s->path, &e), -EINVAL);
        assert_int_equal(scratch_int(s, "PRAGMA user_version"), 99);
}

/* --- the lock --------------------------------------------------------------------------- */

static void test_the_write_lock_is_not_waited_for_longer_than_asked(void **state)
{
        struct scratch *s = *state;
        CLEANUP(db_close) struct db *other = NULL;
        CLEANUP(tx_done) struct tx mine = {0};
        struct tx theirs = {0};
        struct err e = {0};
        int64_t start;

        assert_ok(db_open(s->path, &other, &e), &e);
        assert_ok(tx_begin(&mine, s->db, 0, &e), &e);
        start = clock_mono();
        assert_int_equal(tx_begin(&theirs, other, 0, &e), -EBUSY);
        assert_true(clock_mono() - start < 50);
        assert_true(says(&e, "try again"));
        assert_int_equal(tx_begin(&theirs, other, 20, &e), -EBUSY);
        assert_true(clock_mono() - start >= 20);
        tx_done(&mine);
        assert_ok(tx_begin(&theirs, other, 0, &e), &e);
        tx_done(&theirs);
}

static void test_who_comes_back_for_the_lock_lets_the_one_that_waits_go_first(void **state)
{
        struct scratch *s = *state;
        CLEANUP(db_close) struct db *sender = NULL;
        struct tx mine = {0}, theirs = {0};
        struct err e = {0};

        assert_ok(db_open(s->path, &sender, &e), &e);
        assert_ok(tx_begin(&mine, s->db, 5, &e), &e);
        assert_int_equal(tx_begin(&theirs, sender, 0, &e), -EBUSY);
        tx_done(&mine);
        assert_int_equal(tx_begin(&mine, s->db, 5, &e), -EBUSY); /* it is free, and wanted */
        assert_ok(tx_begin(&theirs, sender, 0, &e), &e);
        tx_done(&theirs);
        assert_ok(tx_begin(&mine, s->db, 0, &e), &e);
        tx_done(&mine);
}

static void test_one_that_waits_for_the_lock_and_never_comes_keeps_nobody_out(void **state)
{
        struct scratch *s = *state;
        CLEANUP(db_close) struct db *stopped = NULL;
        struct tx mine = {0}, theirs = {0};
        struct err e = {0};
        int64_t start;

        assert_ok(db_open(s->path, &stopped, &e), &e);
        assert_ok(tx_begin(&mine, s->db, 0, &e), &e);
        assert_int_equal(tx_begin(&theirs, stopped, 0, &e), -EBUSY);
        tx_done(&mine);
        start = clock_mono();
        assert_ok(tx_begin(&mine, s->db, DB_WAIT_MS, &e), &e);
        assert_true(clock_mono() - start < DB_WAIT_MS / 2);
        tx_done(&mine);
}

static int syncs;

/* Instead of libc's, which it calls. */
int fdatasync(int fd)
{
        syncs++;
        return (int) syscall(SYS_fdatasync, fd);
}

static void pause_all(struct tx *tx, bool paused)
{
        const struct actor who = {.name = "lan", .now = NOON};
        struct err e = {0};

        assert_ok(release_pause_all(tx, paused ? "" : NULL, &who, &e), &e);
}

static void test_a_soft_commit_waits_for_no_disk_and_the_next_one_does(void **state)
{
        struct scratch *s = *state;
        struct tx tx = {0};
        struct err e = {0};

        assert_ok(tx_begin(&tx, s->db, 0, &e), &e);
        pause_all(&tx, false);
        assert_ok(tx_commit(&tx, &e), &e);
        syncs = 0;
        assert_ok(tx_begin_soft(&tx, s->db, 0, &e), &e);
        pause_all(&tx, true);
        assert_ok(tx_commit(&tx, &e), &e);
        assert_int_equal(syncs, 0);
        assert_ok(tx_begin(&tx, s->db, 0, &e), &e);
        pause_all(&tx, false);
        assert_ok(tx_commit(&tx, &e), &e);
        assert_int_equal(syncs, 1);
        assert_ok(db_check(s->db, &e), &e); /* R9 */
}

/* R8: a person's sqlite3 shell does not know our lock. */
static void test_a_strangers_lock_is_busy_and_not_an_error_that_stays(void **state)
{
        struct scratch *s = *state;
        struct tx tx = {0};
        struct err e = {0};
        sqlite3 *shell = NULL;

        assert_int_equal(sqlite3_open(s->path, &shell), SQLITE_OK);
        sqlite3_db_config(shell, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
        assert_int_equal(sqlite3_exec(shell, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
        assert_int_equal(tx_begin(&tx, s->db, 0, &e), -EBUSY);
        assert_int_equal(sqlite3_exec(shell, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
        sqlite3_close(shell);
        assert_ok(tx_begin(&tx, s->db, 0, &e), &e);
        tx_done(&tx);
}

/* R13 */
static void test_only_one_pressd_holds_the_sender_lock(void **state)
{
        struct scratch *s = *state;
        CLEANUP(db_close) struct db *other = NULL;
        struct err e = {0};

        assert_ok(db_open(s->path, &other, &e), &e);
        assert_false(db_sender_runs(other));
        assert_ok(db_sole_sender(s->db, &e), &e);
        assert_true(db_sender_runs(other));
        assert_int_equal(db_sole_sender(other, &e), -EBUSY);
        assert_true(says(&e, "pressd"));
        db_close(&s->db);
        assert_false(db_sender_runs(other));
        assert_ok(db_sole_sender(other, &e), &e);
}

static void test_the_owner_of_unfinished_work_is_known_until_it_closes(void **state)
{
        struct scratch *s = *state;
        CLEANUP(db_close) struct db *other = NULL;
        struct err e = {0};

        assert_ok(db_open(s->path, &other, &e), &e);
        assert_ok(sql_own(other, OWNED_IMPORT, 7, &e), &e);
        assert_true(sql_owner_lives(s->db, OWNED_IMPORT, 7));
        assert_false(sql_owner_lives(s->db, OWNED_IMPORT, 8));
        assert_false(sql_owner_lives(s->db, OWNED_RELEASE, 7));
        assert_false(sql_owner_lives(other, OWNED_IMPORT, 7)); /* another's, not one's own */
        sql_disown(other, OWNED_IMPORT, 7);
        assert_false(sql_owner_lives(s->db, OWNED_IMPORT, 7));
        assert_ok(sql_own(other, OWNED_IMPORT, 7, &e), &e);
        db_close(&other);
        assert_false(sql_owner_lives(s->db, OWNED_IMPORT, 7));
}

#define WRITERS 4
#define ROUNDS  60

static void write_rounds(const char *path)
{
        CLEANUP(db_close) struct db *db = NULL;

        if (db_open(path, &db, NULL) < 0)
                _exit(1);
        for (int i = 0; i < ROUNDS; i++) {
                CLEANUP(tx_done) struct tx tx = {0};

                if (tx_begin(&tx, db, 60000, NULL) < 0 ||
                    sql_run(db, ADD_SQL, SQL_NOTHING, NULL) < 0 || tx_commit(&tx, NULL) < 0)
                        _exit(2);
        }
        _exit(0);
}

static void test_no_update_of_four_writing_processes_is_lost(void **state)
{
        struct scratch *s = *state;

        put(s, "n", "0");
        for (int i = 0; i < WRITERS; i++) {
                pid_t pid = fork();

                assert_true(pid >= 0);
                if (pid == 0)
                        write_rounds(s->path);
        }
        for (int i = 0; i < WRITERS; i++) {
                int status = -1;

                assert_true(wait(&status) > 0);
                assert_int_equal(status, 0);
        }
        assert_int_equal(scratch_int(s, "SELECT value FROM setting WHERE name = 'n'"),
                         WRITERS * ROUNDS);
}

/* --- transactions ------------------------------------------------------------------------- */

static void test_what_is_not_committed_is_gone(void **state)
{
        struct scratch *s = *state;
        struct err e = {0};

        {
                CLEANUP(tx_done) struct tx tx = {0};

                assert_ok(tx_begin(&tx, s->db, 0, &e), &e);
                assert_ok(sql_run(s->db, PUT_SQL, SQL_WITH(SQL_TEXT("a"), SQL_TEXT("1")), &e), &e);
        }
        put(s, "b", "2");
        assert_int_equal(scratch_int(s, "SELECT count(*) FROM setting WHERE name = 'a'"), 0);
        assert_int_equal(scratch_int(s, "SELECT value FROM setting WHERE name = 'b'"), 2);
}

static void test_a_refused_row_leaves_the_transaction_usable(void **state)
{
        struct scratch *s = *state;
        CLEANUP(tx_done) struct tx tx = {0};
        struct err e = {0};

        put(s, "a", "1");
        assert_ok(tx_begin(&tx, s->db, 0, &e), &e);
        assert_int_equal(sql_run(s->db, PUT_SQL, SQL_WITH(SQL_TEXT("a"), SQL_TEXT("2")), &e),
                         -EEXIST);
        assert_ok(sql_run(s->db, PUT_SQL, SQL_WITH(SQL_TEXT("c"), SQL_TEXT("3")), &e), &e);
        assert_ok(tx_commit(&tx, &e), &e);
        assert_int_equal(scratch_int(s, "SELECT value FROM setting WHERE name = 'c'"), 3);
}

static void test_a_read_sees_one_moment(void **state)
{
        static const char sql[] = "SELECT count(*) FROM setting";
        struct scratch *s = *state;
        CLEANUP(db_close) struct db *reader = NULL;
        CLEANUP(tx_done) struct tx tx = {0};
        struct err e = {0};
        int64_t before = -1, after = -1;

        assert_ok(db_open(s->path, &reader, &e), &e);
        assert_ok(tx_read(&tx, reader, &e), &e);
        assert_ok(sql_get_int(reader, sql, SQL_NOTHING, &before, &e), &e);
        put(s, "a", "1");
        assert_ok(sql_get_int(reader, sql, SQL_NOTHING, &after, &e), &e);
        assert_int_equal(before, after);
        tx_done(&tx);
        assert_ok(sql_get_int(reader, sql, SQL_NOTHING, &after, &e), &e);
        assert_int_equal(after, before + 1);
}

/* R7 */
static void test_a_full_disk_refuses_the_change_and_is_over_when_there_is_room(void **state)
{
        static const char pages_sql[] = "PRAGMA max_page_count = 1";
        static const char room_sql[] = "PRAGMA max_page_count = 1073741823";
        struct scratch *s = *state;
        struct tx tx = {0};
        struct err e = {0};
        CLEANUP(mem_free) char *big = mem_zalloc(200000);
        int64_t n;

        memset(big, 'x', 199999);
        assert_ok(sql_get_int(s->db, pages_sql, SQL_NOTHING, &n, &e), &e); /* = what there is */
        assert_ok(tx_begin(&tx, s->db, 0, &e), &e);
        assert_int_equal(sql_run(s->db, PUT_SQL, SQL_WITH(SQL_TEXT("a"), SQL_TEXT(big)), &e),
                         -ENOSPC);
        assert_true(says(&e, "full"));
        /* Ignoring it does not help: nothing more goes in, nothing is committed. */
        assert_int_equal(sql_run(s->db, PUT_SQL, SQL_WITH(SQL_TEXT("b"), SQL_TEXT("1")), &e),
                         -ENOSPC);
        assert_int_equal(tx_commit(&tx, &e), -ENOSPC);
        assert_int_equal(scratch_int(s, "SELECT count(*) FROM setting"), 0);
        assert_ok(sql_get_int(s->db, room_sql, SQL_NOTHING, &n, &e), &e);
        put(s, "a", big);
        assert_int_equal(scratch_int(s, "SELECT length(value) FROM setting"), 199999);
}

/* R6, R7: whichever step fails, the change is whole or absent. */
static void test_a_change_is_all_or_nothing_under_every_fault(void **state)
{
        struct scratch *s = *state;
        int turns = 0;

        SQLFAULT_EACH(SQLITE_IOERR)
        {
                CLEANUP(tx_done) struct tx tx = {0};
                struct err e = {0};
                int r = tx_begin(&tx, s->db, 0, &e);
                bool hit;

                if (r >= 0)
                        r = sql_run(s->db, PUT_SQL, SQL_WITH(SQL_TEXT("a"), SQL_TEXT("1")), &e);
                if (r >= 0)
                        r = sql_run(s->db, PUT_SQL, SQL_WITH(SQL_TEXT("b"), SQL_TEXT("2")), &e);
                if (r >= 0)
                        r = tx_commit(&tx, &e);
                tx_done(&tx);
                hit = sqlfault_hit();
                assert_int_equal(r, hit ? -EIO : 0);
                assert_int_equal(scratch_int(s, "SELECT count(*) FROM setting"), hit ? 0 : 2);
                turns++;
        }
        assert_int_equal(turns, 5); /* begin, two rows, commit; then none */
}

static void test_the_write_ahead_log_is_emptied_past_4_MB(void **state)
{
        struct scratch *s = *state;
        CLEANUP(mem_free) char *big = mem_zalloc(1000001);
        CLEANUP(mem_free) char *wal = mem_printf("%s-wal", s->path);
        struct stat st;

        memset(big, 'x', 1000000);
        for (int i = 0; i < 20; i++) {
                char name[8];

                snprintf(name, sizeof(name), "%d", i);
                put(s, name, big);
        }
        assert_int_equal(stat(wal, &st), 0);
        assert_true(st.st_size > 4000000 && st.st_size < 7000000);
        assert_int_equal(stat(s->path, &st), 0);
        assert_true(st.st_size > 14000000);
        /* Closing did not checkpoint: the log is still there. */
        db_close(&s->db);
        assert_int_equal(stat(wal, &st), 0);
        assert_true(st.st_size > 4000000);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)
        const struct CMUnitTest tests[] = {
                TEST(test_a_new_database_opens_and_has_an_identity_for_ever),
                TEST(test_files_are_closed_to_others_whatever_the_umask),
                TEST(test_a_missing_database_says_init_and_makes_nothing),
                TEST(test_another_journal_mode_is_refused_until_init_mends_it),
                TEST(test_a_database_from_the_future_is_refused),
                TEST(test_the_write_lock_is_not_waited_for_longer_than_asked),
                TEST(test_who_comes_back_for_the_lock_lets_the_one_that_waits_go_first),
                TEST(test_one_that_waits_for_the_lock_and_never_comes_keeps_nobody_out),
                TEST(test_a_soft_commit_waits_for_no_disk_and_the_next_one_does),
                TEST(test_a_strangers_lock_is_busy_and_not_an_error_that_stays),
                TEST(test_only_one_pressd_holds_the_sender_lock),
                TEST(test_the_owner_of_unfinished_work_is_known_until_it_closes),
                TEST(test_no_update_of_four_writing_processes_is_lost),
                TEST(test_what_is_not_committed_is_gone),
                TEST(test_a_refused_row_leaves_the_transaction_usable),
                TEST(test_a_read_sees_one_moment),
                TEST(test_a_full_disk_refuses_the_change_and_is_over_when_there_is_room),
                TEST(test_a_change_is_all_or_nothing_under_every_fault),
                TEST(test_the_write_ahead_log_is_emptied_past_4_MB),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
