// SPDX-License-Identifier: MIT
#include "press/preflight.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <errno.h>
#include <cmocka.h>

#include "submit_fixture.h"

struct told { /* the findings, a line each: "error LINE: text" */
        char text[8000];
};

static void tell(void *ctx, const struct finding *f)
{
        struct told *t = ctx;
        size_t n = strlen(t->text);
        char reason[1000];

        err_text(f->text, LANG_EN, reason, sizeof(reason));
        snprintf(t->text + n, sizeof(t->text) - n, "%s %u: %s\n", f->error ? "error" : "warning",
                 f->text->line, reason);
}

static int look_with(struct place *p, const char *text, const struct submit_options *o,
                     struct told *t)
{
        CLEANUP(mem_free) char *path = path_of(p, "t.txt");
        CLEANUP(preflight_done) struct preflight f = {0};

        t->text[0] = '\0';
        write_file(p, "t.txt", text, strlen(text));
        assert_int_equal(preflight(p->cfg, p->db, path, o, p->now, tell, t, &f, NULL), 0);
        return f.errors;
}

static int look(struct place *p, const char *text, struct told *t)
{
        return look_with(p, text, &(struct submit_options){.lang = LANG_EN}, t);
}

static void assert_told(const struct told *t, const char *words)
{
        if (!strstr(t->text, words))
                fail_msg("no “%s” in:\n%s", words, t->text);
}

static void test_a_clean_statement_has_no_finding_and_nothing_is_stored(void **state)
{
        CLEANUP(release_list_done) struct release_list l = {0};
        struct place *p = *state;
        struct told t;

        assert_int_equal(look(p, "Title: T\nTo: org:A\n\nx\n", &t), 0);
        assert_string_equal(t.text, "");
        assert_int_equal(release_list(p->db, 10, &l, NULL), 0);
        assert_int_equal(l.n, 0);
}

static void test_every_fault_is_told_in_the_order_of_the_file(void **state)
{
        struct place *p = *state;
        struct submit_options o = {.lang = LANG_EN, .class = "fast"};
        struct told t;
        const char *at = t.text;
        static const char *const words[] = {
                "error 2: Column 5: no organisation “Báo X”",
                "error 2: Column 20: no tag “muộn”",
                "error 3: Column 6: no kind “pres”",
                "error 4: there is no header “Excpt”",
                "error 5: Column 5: no tag “som2”",
                "error 6: there is no file",
                "error 7: “",
                "error 8: At is in the past",
                "error 9: “mai” is not a time",
                "error 10: “5x” is not a duration",
                "error 11: “ai đó”",
                "error 0: there is no class “fast”",
        };

        assert_int_equal(look_with(p,
                                   "Title: T\nTo: org:\"Báo X\" or tag:muộn\nTo: kind:pres\n"
                                   "Excpt: all\nExcept: tag:som2\nAttach: khong.pdf\nAttach: .\n"
                                   "At: 01/01/2020 08:00\nEmbargo: mai\nExpires: 5x\n"
                                   "Reply-To: ai đó\n\nx\n",
                                   &o, &t),
                         COUNT_OF(words));
        for (size_t i = 0; i < COUNT_OF(words); i++) {
                if (strncmp(at, words[i], strlen(words[i])) != 0)
                        fail_msg("no “%s” as number %zu of:\n%s", words[i], i + 1, t.text);
                at = strchr(at, '\n') + 1;
        }
}

static void test_what_was_understood_is_handed_back(void **state)
{
        struct place *p = *state;
        CLEANUP(preflight_done) struct preflight f = {0};
        CLEANUP(mem_free) char *path = path_of(p, "t.txt");
        const struct submit_options o = {.lang = LANG_EN};
        static const char text[] = "Title: T\nTo: all\nAttach: a.pdf\nAt: 2026-01-02 08:00\n\nx\n";
        struct told t = {""};

        set_config(p, "allow = {\"@c.example\"}");
        write_file(p, "a.pdf", "%PDF-1", 6);
        write_file(p, "t.txt", text, strlen(text));
        assert_int_equal(preflight(p->cfg, p->db, path, &o, NOON, tell, &t, &f, NULL), 0);
        assert_int_equal(f.errors, 0);
        assert_true(f.counted);
        assert_int_equal(f.people.people, 5);
        assert_int_equal(f.people.group[ORG_DEPARTMENT][ROLE_OFFICER], 1);
        assert_int_equal(f.outside, 2); /* an@a.example, which two share, and binh@ */
        assert_int_equal(f.s->natt, 1);
        assert_true(f.s->t_at > NOON);
        assert_true(f.s->letter.n > 500);
        assert_told(&t, "warning 0: 2 of the recipients are outside of `allow` (trial list)");
}

static void test_a_date_far_away_is_a_warning(void **state)
{
        struct place *p = *state;
        struct told t;

        assert_int_equal(look(p, "Title: T\nTo: org:A\nAt: 2026-01-30 08:00\n\nx\n", &t), 0);
        assert_null(strstr(t.text, "right date"));
        assert_int_equal(look(p, "Title: T\nTo: org:A\nEmbargo: 2026-11-24 08:00\n\nx\n", &t), 0);
        assert_told(&t, "warning 3: it leaves on Tue 24/11/2026 08:00 (+07), in 326 d");
}

static void test_a_file_that_is_no_text_is_one_error(void **state)
{
        struct place *p = *state;
        struct told t;

        assert_int_equal(look(p, "Title: \xb5\n\nx\n", &t), 1);
        assert_told(&t, "error 1: this is not UTF-8");
}

static void test_people_who_get_nothing_and_odd_hours_are_warnings(void **state)
{
        struct place *p = *state;
        struct submit_options o = {.lang = LANG_EN, .at = "2026-01-03 05:59"};
        struct told t;

        assert_int_equal(look_with(p, "Title: T\nTo: kind:press\n\nx\n", &o, &t), 0);
        assert_told(&t, "warning 0: 1 of the recipients have no usable address");
        assert_told(&t, "Sat 03/01/2026 05:59 (+07) is a weekend");
        assert_told(&t, "is in the night");
}

static void test_a_number_in_use_is_an_error_and_a_finished_key_a_warning(void **state)
{
        struct place *p = *state;
        CLEANUP(submission_free) struct submission *s = NULL;
        CLEANUP(mem_free) char *path = path_of(p, "t.txt");
        static const char text[] = "Title: T\nNumber: 1/TC\nKey: k\nTo: org:A\n\nx\n";
        const struct submit_options o = {.lang = LANG_EN};
        const struct actor who = {.uid = 1, .name = "lan", .now = NOON};
        struct submitted out;
        struct told t;

        write_file(p, "t.txt", text, strlen(text));
        assert_int_equal(submission_open(p->cfg, path, &o, NOON, &s, NULL), 0);
        assert_int_equal(submit(s, p->db, &who, &out, NULL), 0);
        assert_int_equal(look(p, text, &t), 0);
        assert_told(&t, "sending it again does nothing");
        assert_int_equal(look(p, "Title: T\nNumber: 1/TC\nTo: org:A\n\ny\n", &t), 1);
        assert_told(&t, "number 1/TC");
        assert_int_equal(look(p, "Title: T\nNumber: 1/TC\nKey: k\nTo: org:A\n\ny\n", &t), 2);
        assert_told(&t, "another content");
        assert_told(&t, "number 1/TC");
}

static void test_the_same_text_to_the_same_people_is_an_error_before_it_is_sent(void **state)
{
        struct place *p = *state;
        CLEANUP(submission_free) struct submission *s = NULL;
        CLEANUP(mem_free) char *path = path_of(p, "t.txt");
        static const char text[] = "Title: T\nTo: kind:press\n\nx\n";
        const struct submit_options o = {.lang = LANG_EN};
        const struct actor who = {.uid = 1, .name = "lan", .now = NOON};
        struct submitted out;
        struct told t;

        write_file(p, "t.txt", text, strlen(text));
        assert_int_equal(submission_open(p->cfg, path, &o, NOON, &s, NULL), 0);
        assert_int_equal(submit(s, p->db, &who, &out, NULL), 0);
        assert_int_equal(look(p, "Title: T\nTo: org:A or org:B\n\nx\n", &t), 1);
        assert_told(&t, "same text to the same audience");
        assert_int_equal(look(p, "Title: T\nTo: org:A or kind:department\n\nx\n", &t), 0);
}

static void test_a_missing_file_is_no_finding_but_a_failure(void **state)
{
        struct place *p = *state;
        const struct submit_options o = {.lang = LANG_EN};
        struct err e = {0};
        struct told t = {.text = ""};
        struct preflight f = {.errors = -1};

        assert_int_equal(preflight(p->cfg, p->db, "/nonexistent/t", &o, NOON, tell, &t, &f, &e),
                         -ENOENT);
        assert_string_equal(t.text, "");
        assert_string_equal(e.file, "/nonexistent/t");
        assert_int_equal(f.errors, -1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, submit_setup, submit_teardown)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(test_a_clean_statement_has_no_finding_and_nothing_is_stored),
                TEST(test_every_fault_is_told_in_the_order_of_the_file),
                TEST(test_what_was_understood_is_handed_back),
                TEST(test_a_date_far_away_is_a_warning),
                TEST(test_a_file_that_is_no_text_is_one_error),
                TEST(test_people_who_get_nothing_and_odd_hours_are_warnings),
                TEST(test_a_number_in_use_is_an_error_and_a_finished_key_a_warning),
                TEST(test_the_same_text_to_the_same_people_is_an_error_before_it_is_sent),
                TEST(test_a_missing_file_is_no_finding_but_a_failure),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
