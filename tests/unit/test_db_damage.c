// SPDX-License-Identifier: MIT
/* R10: what is damaged, or not ours, is told and left as it is. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool says(const struct err *e, const char *word)
{
        char text[ERR_TEXT_MAX];

        err_format(e, LANG_EN, text, sizeof(text));
        return strstr(text, word) != NULL;
}

/* The whole of the database file; free() it. */
static char *bytes_of(const struct scratch *s, size_t *ret_n)
{
        int fd = open(s->path, O_RDONLY | O_CLOEXEC);
        struct stat st;
        char *p;

        assert_true(fd >= 0);
        assert_int_equal(fstat(fd, &st), 0);
        *ret_n = (size_t) st.st_size;
        p = mem_alloc(*ret_n);
        assert_int_equal(read(fd, p, *ret_n), st.st_size);
        close(fd);
        return p;
}

static void checkpointed(struct scratch *s)
{
        db_close(&s->db);
        scratch_exec(s, "PRAGMA wal_checkpoint(TRUNCATE)");
}

/* db_open() or each check must say so, and the file must stay as it is. */
static void check_refused_as_damaged(struct scratch *s)
{
        int (*const checks[])(struct db *, struct err *) = {db_check, db_check_pages,
                                                            db_check_start};
        CLEANUP(mem_free) char *before = NULL;
        CLEANUP(mem_free) char *after = NULL;
        size_t n, m;

        before = bytes_of(s, &n);
        for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
                struct err e = {0};
                int r = db_open(s->path, &s->db, &e);

                if (r == 0)
                        r = checks[i](s->db, &e);
                assert_int_equal(r, -EBADMSG);
                assert_true(says(&e, "damaged"));
                db_close(&s->db);
        }
        after = bytes_of(s, &m);
        assert_int_equal(n, m);
        assert_memory_equal(before, after, n);
}

/* R10 */
static void test_an_overwritten_page_is_told_and_left_alone(void **state)
{
        struct scratch *s = *state;
        char junk[4096];
        int fd;

        (void) scratch_approved(s, 300);
        checkpointed(s);
        fd = open(s->path, O_WRONLY | O_CLOEXEC);
        memset(junk, 0x5a, sizeof(junk));
        assert_int_equal(
                pwrite(fd, junk, sizeof(junk),
                       (off_t) scratch_int(s, "SELECT (rootpage - 1) * 4096 FROM sqlite_schema"
                                              " WHERE name = 'delivery'")),
                sizeof(junk));
        close(fd);
        check_refused_as_damaged(s);
}

static void test_a_sound_file_passes_every_check(void **state)
{
        struct scratch *s = *state;
        struct err e = {0};

        (void) scratch_approved(s, 300);
        assert_ok(db_check(s->db, &e), &e);
        assert_ok(db_check_pages(s->db, &e), &e);
        assert_ok(db_check_start(s->db, &e), &e);
}

/* R10 */
static void test_a_cut_file_is_told_and_left_alone(void **state)
{
        struct scratch *s = *state;

        (void) scratch_approved(s, 300);
        checkpointed(s);
        assert_int_equal(truncate(s->path, 40 * 4096 + 100), 0);
        check_refused_as_damaged(s);
}

/* R10 */
static void test_a_file_that_is_no_database_is_told_and_left_alone(void **state)
{
        struct scratch *s = *state;
        FILE *f;

        db_close(&s->db);
        scratch_empty_folder(s);
        f = fopen(s->path, "we");
        for (int i = 0; i < 1000; i++)
                fputs("Kính gửi Quý cơ quan\n", f);
        fclose(f);
        check_refused_as_damaged(s);
}

static void test_what_is_not_ours_is_refused_and_left_alone(void **state)
{
        struct scratch *s = *state;
        CLEANUP(mem_free) char *before = NULL;
        CLEANUP(mem_free) char *after = NULL;
        struct db *db = NULL;
        struct err e = {0};
        size_t n, m;

        db_close(&s->db);
        scratch_empty_folder(s);
        close(open(s->path, O_CREAT | O_WRONLY, 0600));
        scratch_exec(s, "CREATE TABLE photos (id); PRAGMA user_version = 1");
        before = bytes_of(s, &n);
        assert_int_equal(db_open(s->path, &db, &e), -EINVAL);
        assert_true(says(&e, "not a database of press"));
        assert_int_equal(db_init(s->path, &e), -EINVAL);
        after = bytes_of(s, &m);
        assert_int_equal(n, m);
        assert_memory_equal(before, after, n);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)
        const struct CMUnitTest tests[] = {
                TEST(test_a_sound_file_passes_every_check),
                TEST(test_an_overwritten_page_is_told_and_left_alone),
                TEST(test_a_cut_file_is_told_and_left_alone),
                TEST(test_a_file_that_is_no_database_is_told_and_left_alone),
                TEST(test_what_is_not_ours_is_refused_and_left_alone),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
