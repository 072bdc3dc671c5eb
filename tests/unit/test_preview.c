// SPDX-License-Identifier: MIT
#include "press/preview.h"

#include "press/letter.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <dirent.h>
#include <errno.h>
#include <cmocka.h>

#include "submit_fixture.h"

static const struct submit_options options = {.lang = LANG_EN};

static struct submission *opened(struct place *p, const char *text)
{
        CLEANUP(mem_free) char *path = path_of(p, "t.txt");
        struct submission *s = NULL;

        write_file(p, "t.txt", text, strlen(text));
        assert_int_equal(submission_open(p->cfg, path, &options, p->now, &s, NULL), 0);
        return s;
}

static void test_the_letter_is_that_of_one_recipient(void **state)
{
        struct place *p = *state;
        CLEANUP(submission_free)
        struct submission *s =
                opened(p, "Title: Một tiêu đề dài bằng tiếng Việt có dấu, để phải ngắt dòng\n"
                          "To: kind:press\n\n.chấm\n\nHai = 2\n");
        CLEANUP(buf_done) struct buf letter = BUF(PREVIEW_MAX), shown = BUF(PREVIEW_MAX);

        assert_int_equal(preview(s, p->db, "binh@A.example", &letter, NULL), 0);
        assert_null(strstr(letter.s, "an@a.example"));
        letter_show(letter.s, &shown);
        assert_non_null(strstr(shown.s, "To: Bình <binh@a.example>\n"));
        assert_non_null(
                strstr(shown.s, "Một tiêu đề dài bằng tiếng Việt có dấu, để phải ngắt dòng\n"));
        assert_non_null(strstr(shown.s, "From: T <tc@x.example>\n"));
        assert_non_null(strstr(shown.s, "\n.chấm\n"));
        assert_non_null(strstr(shown.s, "Hai = 2\n"));
        assert_null(strchr(shown.s, '\r'));
        assert_null(strstr(shown.s, "<html"));
}

static void test_whoever_gets_nothing_has_no_letter(void **state)
{
        struct place *p = *state;
        CLEANUP(submission_free) struct submission *s = opened(p, "Title: T\nTo: org:A\n\nx\n");
        CLEANUP(buf_done) struct buf letter = BUF(PREVIEW_MAX);
        struct err e = {0};

        assert_int_equal(preview(s, p->db, "dung@c.example", &letter, &e), -ENOENT);
        assert_int_equal(preview(s, p->db, "không phải", &letter, &e), -EINVAL);
        assert_string_equal(e.file, "--as");
        assert_int_equal(letter.len, 0);
}

/* Everybody who would get a letter, and nobody else; nothing is stored. */
static void test_a_rehearsal_fills_a_maildir_with_marked_letters(void **state)
{
        struct place *p = *state;
        CLEANUP(submission_free)
        struct submission *s = opened(p, "Title: T\nTo: kind:department or org:A\n\nx\n");
        CLEANUP(mem_free) char *folder = path_of(p, "md");
        CLEANUP(mem_free) char *new = mem_printf("%s/new", folder);
        CLEANUP(release_list_done) struct release_list l = {0};
        int64_t n = 0;
        int files = 0;
        DIR *d;

        assert_int_equal(rehearse(s, p->db, folder, &n, NULL), 0);
        assert_int_equal(n, 3);
        d = opendir(new);
        assert_non_null(d);
        for (struct dirent *f; (f = readdir(d));)
                if (f->d_name[0] != '.') {
                        CLEANUP(mem_free) char *path = mem_printf("%s/%s", new, f->d_name);
                        char text[20000] = "";
                        FILE *file = fopen(path, "r");

                        assert_non_null(file);
                        assert_true(fread(text, 1, sizeof(text) - 1, file) > 100);
                        fclose(file);
                        assert_non_null(strstr(text, "DI=E1=BB=84N T=E1=BA=ACP")); /* DIỄN TẬP */
                        assert_null(strchr(text, '\r'));
                        unlink(path);
                        files++;
                }
        closedir(d);
        assert_int_equal(files, 3);
        assert_int_equal(release_list(p->db, 10, &l, NULL), 0);
        assert_int_equal(l.n, 0);
        for (size_t i = 0; i < 4; i++) {
                static const char *const parts[] = {"/new", "/cur", "/tmp", ""};
                CLEANUP(mem_free) char *path = mem_printf("%s%s", folder, parts[i]);

                assert_int_equal(rmdir(path), 0);
        }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, submit_setup, submit_teardown)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(test_the_letter_is_that_of_one_recipient),
                TEST(test_whoever_gets_nothing_has_no_letter),
                TEST(test_a_rehearsal_fills_a_maildir_with_marked_letters),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
