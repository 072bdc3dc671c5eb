// SPDX-License-Identifier: MIT
/*
 * Imports that are stopped at every point where they touch the database. The clock is
 * ours (--wrap=clock_mono) and makes every step of an import a chunk of its own.
 */
#include "press/import.h"

#include "book_fixture.h"
#include "press/buf.h"
#include "press/clock.h"
#include "press/selection.h"
#include "sqlfault.h"

#include <sqlite3.h>

#include <errno.h>
#include <sys/wait.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

int64_t __wrap_clock_mono(void);
int64_t __wrap_clock_mono(void)
{
        static int64_t now;

        return now += 10;
}

static const struct actor truc = {.uid = 1000, .name = "truc", .now = NOON};

#define OLD_CSV                                            \
        "org,org_kind,org_code,name,role,email,tags\n"     \
        "Báo Cũ,press,P1,Một,desk,mot@b.example,a;b\n" \
        "Báo Cũ,press,P1,Hai,desk,hai@b.example,\n"
/* renames the organisation, changes one contact, leaves one, adds two and an organisation */
#define NEW_CSV                                              \
        "org,org_kind,org_code,name,role,email,tags\n"       \
        "Báo Mới,press,P1,Một,desk,mot@b.example,b;c\n" \
        "Báo Mới,press,P1,Hai,desk,hai@b.example,\n"      \
        "Báo Mới,press,P1,Ba,desk,ba@b.example,d\n"       \
        "Vụ X,unit,U1,Bốn,officer,bon@x.example,\n"

static int collect(void *ctx, const char *s, size_t n, struct err *e)
{
        (void) e;
        return buf_add(ctx, s, n);
}

static char *book(struct db *db)
{
        struct buf b = BUF(1u << 20);

        assert_int_equal(book_export(db, NOON, collect, &b, NULL), 0);
        return buf_take(&b);
}

static int import(struct db *db, const char *csv)
{
        CLEANUP(import_report_done) struct import_report report;

        return import_csv(db, "x.csv", csv, strlen(csv), false, &truc, &report, NULL);
}

/* What the book is before and after, once and for all. */
static char *before, *after;

static void copy(const char *from, const char *to)
{
        static char bytes[1u << 20];
        FILE *in = fopen(from, "rb"), *out = in ? fopen(to, "wb") : NULL;
        size_t n;

        if (!in) { /* no WAL */
                (void) unlink(to);
                return;
        }
        while ((n = fread(bytes, 1, sizeof(bytes), in)) > 0)
                fwrite(bytes, 1, n, out);
        fclose(in);
        fclose(out);
}

/* The database as it was before, from its copy. */
static void restore(void)
{
        static const char *const tail[] = {"", "-wal"};

        for (size_t i = 0; i < COUNT_OF(tail); i++) {
                char from[160], to[160];

                snprintf(from, sizeof(from), "%s.old%s", book_path, tail[i]);
                snprintf(to, sizeof(to), "%s%s", book_path, tail[i]);
                copy(from, to);
        }
}

static int setup(void **state)
{
        struct db *db;
        char old[128], old_wal[128], wal[128];

        if (book_setup(state) < 0)
                return -1;
        db = *state;
        snprintf(old, sizeof(old), "%s.old", book_path);
        snprintf(old_wal, sizeof(old_wal), "%s.old-wal", book_path);
        snprintf(wal, sizeof(wal), "%s-wal", book_path);
        assert_int_equal(import(db, OLD_CSV), 0);
        before = book(db);
        copy(book_path, old);
        copy(wal, old_wal);
        assert_int_equal(import(db, NEW_CSV), 0);
        after = book(db);
        assert_string_not_equal(before, after);
        db_close(&db);
        restore();
        *state = NULL;
        return 0;
}

static int teardown(void **state)
{
        char name[128];

        free(before);
        free(after);
        snprintf(name, sizeof(name), "%s.old", book_path);
        (void) unlink(name);
        snprintf(name, sizeof(name), "%s.old-wal", book_path);
        (void) unlink(name);
        return book_teardown(state);
}

/* "d", which only the new file has: unknown, or known with somebody in it. */
static bool tag_known(struct db *db)
{
        CLEANUP(audience_free) struct audience *a = NULL;
        CLEANUP(selection_free) struct selection *s = NULL;
        struct err e = {0};

        assert_int_equal(audience_parse("tag:d", &a, NULL), 0);
        if (selection_resolve(db, a, NOON, &s, &e) == 0)
                return true;
        assert_string_equal(e.msgid, "Column %u: no tag “%s” in the address book");
        return false;
}

/* A new program opens the database: it finds the old book or the new one, free to work with. */
static bool is_new(void)
{
        CLEANUP(db_close) struct db *db = NULL;
        CLEANUP(mem_free) char *now = NULL;
        char codes[ORG_CODES_MAX];
        int64_t id;
        bool fresh;

        assert_int_equal(db_open(book_path, &db, NULL), 0);
        assert_int_equal(book_settled(db, NULL), 0);
        now = book(db);
        fresh = strcmp(now, after) == 0;
        assert_true(fresh || strcmp(now, before) == 0);
        assert_int_equal(org_named(db, "Báo Cũ", NOON, &id, codes, NULL), fresh ? 0 : 1);
        assert_int_equal(org_named(db, "U1", NOON, &id, codes, NULL), fresh ? 1 : 0);
        assert_int_equal(tag_known(db), fresh);
        return fresh;
}

/* R2 R7 for the address book */
static void test_an_import_is_all_or_nothing_under_every_fault(void **state)
{
        unsigned turns = 0;

        (void) state;
        SQLFAULT_EACH(SQLITE_FULL)
        {
                struct db *db = NULL;
                int r = db_open(book_path, &db, NULL);

                if (r == 0)
                        r = import(db, NEW_CSV);
                db_close(&db);
                (void) sqlfault_hit();
                assert_int_equal(is_new(), r == 0);
                restore();
                turns++;
        }
        assert_true(turns > 60);
}

/* After a kill the import may have ended just before: old or new, but whole. */
static void test_an_import_that_is_killed_anywhere_leaves_a_whole_book(void **state)
{
        bool seen[2] = {false, false};
        int status = 1;

        (void) state;
        for (unsigned at = 1; status != 0; at++) {
                pid_t pid = fork();

                assert_true(pid >= 0);
                if (pid == 0) {
                        struct db *db = NULL;

                        sqlfault_arm(at, -1);
                        _exit(db_open(book_path, &db, NULL) == 0 && import(db, NEW_CSV) == 0 ? 0
                                                                                             : 1);
                }
                assert_int_equal(waitpid(pid, &status, 0), pid);
                assert_true(status == 0 || WIFSIGNALED(status));
                seen[is_new()] = true;
                restore();
        }
        assert_true(seen[false] && seen[true]);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_an_import_is_all_or_nothing_under_every_fault,
                                                setup, teardown),
                cmocka_unit_test_setup_teardown(
                        test_an_import_that_is_killed_anywhere_leaves_a_whole_book, setup,
                        teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
