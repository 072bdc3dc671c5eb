/*
 * submit_try.h - statements submitted for a test, as what they say and what becomes of them
 */
#ifndef TEST_SUBMIT_TRY_H
#define TEST_SUBMIT_TRY_H

#include "submit_fixture.h"

#define HEAD "Title: Thông cáo\nTo: kind:press\n"
#define BODY "\nNội dung **chính**.\n"

static const struct actor clerk = {.uid = 1000, .name = "lan"};

static int try(struct place *p, const char *text, const struct submit_options *o,
               struct submitted *ret, struct err *e)
{
        CLEANUP(submission_free) struct submission *s = NULL;
        CLEANUP(mem_free) char *path = path_of(p, "t.txt");
        struct actor who = clerk;
        int r;

        who.now = p->now;
        write_file(p, "t.txt", text, strlen(text));
        r = submission_open(p->cfg, path, o, p->now, &s, e);
        return r < 0 ? r : submit(s, p->db, &who, ret, e);
}

static int64_t sent_with(struct place *p, const char *text, const struct submit_options *o)
{
        struct submitted out = {0};
        struct err e = {0};
        char reason[2000];

        if (try(p, text, o, &out, &e) < 0) {
                err_format(&e, LANG_EN, reason, sizeof(reason));
                fail_msg("refused: %s", reason);
        }
        return out.release;
}

static int64_t sent(struct place *p, const char *text)
{
        return sent_with(p, text, &(struct submit_options){.lang = LANG_EN});
}

static int64_t releases(struct place *p)
{
        CLEANUP(release_list_done) struct release_list l = {0};

        assert_int_equal(release_list(p->db, 100, &l, NULL), 0);
        return (int64_t) l.n;
}

/* Refused with that code, place and reason; no release appears. */
__attribute__((unused)) static void assert_refused_with(struct place *p, const char *text,
                                                        const struct submit_options *o, int code,
                                                        const char *at, const char *words)
{
        int64_t before = releases(p);
        struct submitted out = {0};
        struct err e = {0};
        char got[2000];
        const char *file;

        if (try(p, text, o, &out, &e) != code) {
                err_format(&e, LANG_EN, got, sizeof(got));
                fail_msg("code %d not %d for: %s\n%s", e.code, code, text, got);
        }
        err_format(&e, LANG_EN, got, sizeof(got));
        file = strncmp(got, p->folder, strlen(p->folder)) == 0 ? got + strlen(p->folder) + 1 : got;
        if (strncmp(file, at, strlen(at)) != 0 || !strstr(got, words))
                fail_msg("wanted %s…%s…, got %s", at, words, got);
        assert_int_equal(releases(p), before);
}

__attribute__((unused)) static void assert_refused(struct place *p, const char *text, int code,
                                                   const char *at, const char *words)
{
        assert_refused_with(p, text, &(struct submit_options){.lang = LANG_EN}, code, at, words);
}

#endif
