// SPDX-License-Identifier: MIT
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "scratch.h"
#include "sqlfault.h"

#include "press/mem.h"

#include <sqlite3.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct actor HOA = {.uid = 1001, .name = "hoa", .now = NOON + 60000};

static bool says(const struct err *e, const char *word)
{
        char text[ERR_TEXT_MAX];

        err_format(e, LANG_EN, text, sizeof(text));
        return strstr(text, word) != NULL;
}

static void set(char **field, const char *value)
{
        free(*field);
        *field = mem_strdup(value);
}

/* A proposed release of one recipient with this key and Number. */
static int64_t propose(struct scratch *s, const char *key, const char *number)
{
        CLEANUP(release_done) struct release r = scratch_release("Thông cáo");

        set(&r.key, key);
        set(&r.number, number);
        return scratch_publish(s, &r, 1, false);
}

static int64_t by_key(struct scratch *s, const char *key)
{
        int64_t id = -1;
        struct err e = {0};

        assert_ok(release_by_key(s->db, key, &id, &e), &e);
        return id;
}

static enum release_state shown(struct scratch *s, int64_t id)
{
        CLEANUP(release_done) struct release r = {0};
        struct err e = {0};

        assert_ok(release_get(s->db, id, &r, &e), &e);
        return r.state;
}

static int64_t cancel_all(struct scratch *s, int64_t id)
{
        int64_t left = -1;

        assert_int_equal(ACT(s, release_cancel(&tx, id, "nhầm số", &HOA, &te)), 0);
        assert_int_equal(ACT(s, release_cancel_rest(&tx, id, 1000, HOA.now, &left, &te)), 0);
        return left;
}

/* --- staging and becoming visible ------------------------------------------------- */

static void test_a_staged_release_cannot_be_seen(void **state)
{
        static char bytes[] = "letter", cuts[] = "cuts";
        const struct frozen letter = {.bytes = bytes, .n = 6, .cuts = cuts};
        struct scratch *s = *state;
        CLEANUP(release_done) struct release r = scratch_release("Thông cáo");
        CLEANUP(release_done) struct release seen = {0};
        CLEANUP(release_list_done) struct release_list l = {0};
        struct release_work work[4];
        struct err e = {0};
        size_t n = 9;
        int64_t id = -1;

        set(&r.key, "k");
        assert_ok(release_stage(s->db, &r, &letter, NULL, 0, &e), &e);
        assert_true(r.id > 0);
        assert_int_equal(release_get(s->db, r.id, &seen, &e), -ENOENT);
        assert_int_equal(release_resolve(s->db, "key:k", &id, &e), -ENOENT);
        assert_int_equal(by_key(s, "k"), 0);
        assert_ok(release_list(s->db, 10, &l, &e), &e);
        assert_int_equal(l.n, 0);
        assert_ok(release_work(s->db, &AT_NOON, work, 4, &n, &e), &e);
        assert_int_equal(n, 0);
        assert_int_equal(scratch_int(s, "SELECT count(*) FROM audit"), 0);
}

static void test_a_published_release_reads_back_as_submitted(void **state)
{
        struct scratch *s = *state;
        CLEANUP(release_done) struct release r = scratch_release("Thông cáo về chuyển đổi số");
        CLEANUP(release_done) struct release back = {0};
        struct err e = {0};
        int64_t id;

        r.kind = KIND_BRIEFING;
        r.class = CLASS_URGENT;
        r.language = LANG_EN;
        r.automatic = true;
        r.expires = NOON + 7;
        set(&r.number, "12/TC-TTTT");
        set(&r.reply_to, "bao-chi@ministry.example");
        set(&r.signer, "Lê Thị Bưởi");
        id = scratch_publish(s, &r, 3, false);
        assert_ok(release_get(s->db, id, &back, &e), &e);
        assert_string_equal(back.title, "Thông cáo về chuyển đổi số");
        assert_string_equal(back.number, "12/TC-TTTT");
        assert_string_equal(back.reply_to, "bao-chi@ministry.example");
        assert_string_equal(back.signer, "Lê Thị Bưởi");
        assert_string_equal(back.submitted_by, "lan");
        assert_int_equal(back.kind, KIND_BRIEFING);
        assert_int_equal(back.class, CLASS_URGENT);
        assert_int_equal(back.language, LANG_EN);
        assert_true(back.automatic);
        assert_int_equal(back.expires, NOON + 7);
        assert_int_equal(back.recipients, 3);
        assert_int_equal(back.state, RELEASE_PROPOSED);
        assert_string_equal(back.hash, r.hash);
        assert_string_equal(back.recipients_hash, r.recipients_hash);
        assert_int_equal(scratch_int(s, "SELECT count(*) FROM audit WHERE verb = 'send'"
                                        " AND user = 'lan'"),
                         1);
        scratch_check_counts(s, id);
}

static void test_a_letter_in_many_pieces_comes_back_byte_for_byte(void **state)
{
        const size_t n = 3 * 512 * 1024 + 17;
        struct scratch *s = *state;
        CLEANUP(mem_free) char *bytes = mem_alloc(n);
        static char cuts[] = "1 2 3";
        const struct frozen letter = {.bytes = bytes, .n = n, .cuts = cuts};
        const struct release_attachment att[] = {
                {.name = "Số liệu.pdf", .type = "application/pdf", .data = "%PDF", .n = 4},
                {.name = "trống.txt", .type = "text/plain", .data = "", .n = 0},
        };
        CLEANUP(release_done) struct release r = scratch_release("Thông cáo");
        CLEANUP(frozen_done) struct frozen back = {0};
        struct err e = {0};

        for (size_t i = 0; i < n; i++)
                bytes[i] = (char) (i * 7 + i / 251);
        assert_ok(release_stage(s->db, &r, &letter, att, COUNT_OF(att), &e), &e);
        r.stored = RELEASE_PROPOSED;
        assert_int_equal(ACT(s, release_publish(&tx, &r, "", &te)), 0);
        assert_ok(release_letter(s->db, r.id, &back, &e), &e);
        assert_int_equal(back.n, n);
        assert_memory_equal(back.bytes, bytes, n);
        assert_string_equal(back.cuts, "1 2 3");
        assert_int_equal(scratch_int(s, "SELECT count(*) FROM attachment WHERE bytes ="
                                        " (SELECT coalesce(sum(length(data)), 0) FROM content c"
                                        "   WHERE c.item = attachment.item)"),
                         2);
}

/* R2 */
static void test_publishing_is_all_or_nothing_under_every_fault(void **state)
{
        static char bytes[] = "letter", cuts[] = "cuts";
        const struct frozen letter = {.bytes = bytes, .n = 6, .cuts = cuts};
        struct scratch *s = *state;
        CLEANUP(release_done) struct release r = scratch_release("Thông cáo");
        struct err e = {0};
        unsigned turns = 0;

        assert_ok(release_stage(s->db, &r, &letter, NULL, 0, &e), &e);
        for (int i = 0; i < 3; i++) {
                CLEANUP(delivery_done) struct delivery d = scratch_delivery(r.id, i);

                assert_int_equal(ACT(s, delivery_stage(&tx, &d, &te)), 0);
        }
        r.recipients = 3;
        r.stored = RELEASE_PROPOSED;
        SQLFAULT_EACH(SQLITE_IOERR)
        {
                CLEANUP(tx_done) struct tx tx = {0};
                bool hit;
                int rc = tx_begin(&tx, s->db, 0, &e);

                if (rc >= 0)
                        rc = release_publish(&tx, &r, "", &e);
                if (rc >= 0)
                        rc = tx_commit(&tx, &e);
                tx_done(&tx);
                hit = sqlfault_hit();
                assert_int_equal(rc, hit ? -EIO : 0);
                assert_int_equal(scratch_int(s, "SELECT count(*) FROM release"
                                                " WHERE state <> 'staged'"),
                                 hit ? 0 : 1);
                assert_int_equal(scratch_int(s, "SELECT count(*) FROM audit"), hit ? 0 : 1);
                turns++;
        }
        assert_true(turns > 6);
        scratch_check_counts(s, r.id);
}

static void test_what_was_not_staged_is_not_published(void **state)
{
        static char bytes[] = "letter", cuts[] = "cuts";
        const struct frozen letter = {.bytes = bytes, .n = 6, .cuts = cuts};
        struct scratch *s = *state;
        CLEANUP(release_done) struct release r = scratch_release("Thông cáo");
        struct err e = {0};

        assert_ok(release_stage(s->db, &r, &letter, NULL, 0, &e), &e);
        r.recipients = 1; /* one was lost on the way */
        r.stored = RELEASE_PROPOSED;
        assert_int_equal(ACT(s, release_publish(&tx, &r, "", &te)), -EPROTO);
        r.recipients = 0;
        assert_int_equal(ACT(s, release_publish(&tx, &r, "", &te)), 0);
        assert_int_equal(ACT(s, release_publish(&tx, &r, "", &te)), -ENOENT); /* twice */
}

static void stage_and_die(const char *path)
{
        static char bytes[] = "letter", cuts[] = "cuts";
        const struct frozen letter = {.bytes = bytes, .n = 6, .cuts = cuts};
        const struct release_attachment att = {.name = "a", .type = "b", .data = "c", .n = 1};
        struct release r = scratch_release("Dở dang");
        struct db *db = NULL;
        struct tx tx = {0};

        if (db_open(path, &db, NULL) < 0 || release_stage(db, &r, &letter, &att, 1, NULL) < 0 ||
            tx_begin(&tx, db, 0, NULL) < 0)
                _exit(1);
        for (int i = 0; i < 1200; i++) {
                struct delivery d = scratch_delivery(r.id, i);

                if (delivery_stage(&tx, &d, NULL) < 0)
                        _exit(2);
        }
        if (tx_commit(&tx, NULL) < 0)
                _exit(3);
        kill(getpid(), SIGKILL);
}

/* R2 */
static void test_a_dead_programs_stage_is_removed_by_the_next_to_open(void **state)
{
        struct scratch *s = *state;
        CLEANUP(db_close) struct db *next = NULL;
        struct err e = {0};
        int status = 0;
        pid_t pid = fork();

        if (pid == 0)
                stage_and_die(s->path);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(scratch_int(s, "SELECT count(*) FROM delivery"), 1200);
        assert_ok(db_open(s->path, &next, &e), &e);
        assert_int_equal(scratch_int(s, "SELECT (SELECT count(*) FROM delivery)"
                                        " + (SELECT count(*) FROM release)"
                                        " + (SELECT count(*) FROM content)"
                                        " + (SELECT count(*) FROM attachment)"
                                        " + (SELECT count(*) FROM release_count)"),
                         0);
}

static void test_a_living_programs_stage_is_left_alone(void **state)
{
        static char bytes[] = "letter", cuts[] = "cuts";
        const struct frozen letter = {.bytes = bytes, .n = 6, .cuts = cuts};
        struct scratch *s = *state;
        CLEANUP(release_done) struct release r = scratch_release("Thông cáo");
        CLEANUP(db_close) struct db *other = NULL;
        struct err e = {0};

        assert_ok(release_stage(s->db, &r, &letter, NULL, 0, &e), &e);
        assert_ok(db_open(s->path, &other, &e), &e);
        assert_int_equal(scratch_int(s, "SELECT count(*) FROM release"), 1);
        assert_ok(release_unstage(other, r.id, &e), &e); /* not the other's to remove */
        assert_int_equal(scratch_int(s, "SELECT count(*) FROM release"), 1);
        assert_ok(release_unstage(s->db, r.id, &e), &e);
        assert_int_equal(scratch_int(s, "SELECT count(*) FROM release"), 0);
}

/* --- keys, numbers, contents ----------------------------------------------------------- */

/* R85: two cron jobs at the same instant. */
static void test_of_two_with_one_key_only_the_first_becomes_visible(void **state)
{
        static char bytes[] = "letter", cuts[] = "cuts";
        const struct frozen letter = {.bytes = bytes, .n = 6, .cuts = cuts};
        struct scratch *s = *state;
        CLEANUP(release_done) struct release a = scratch_release("Giao ban");
        CLEANUP(release_done) struct release b = scratch_release("Giao ban");
        struct err e = {0};

        set(&a.key, "giao-ban-2026-11-24");
        set(&b.key, "giao-ban-2026-11-24");
        a.stored = b.stored = RELEASE_PROPOSED;
        assert_ok(release_stage(s->db, &a, &letter, NULL, 0, &e), &e);
        assert_ok(release_stage(s->db, &b, &letter, NULL, 0, &e), &e);
        assert_int_equal(ACT(s, release_publish(&tx, &b, "", &te)), 0);
        assert_int_equal(ACT(s, release_publish(&tx, &a, "", &te)), -EEXIST);
        assert_int_equal(by_key(s, "giao-ban-2026-11-24"), b.id);
        assert_int_equal(by_key(s, "other"), 0);
        assert_int_equal(by_key(s, ""), 0);
}

static void test_a_rejected_release_gives_its_key_back(void **state)
{
        struct scratch *s = *state;
        int64_t id = propose(s, "k", "7/TC"), found = -1;

        assert_int_equal(by_key(s, "k"), id);
        assert_int_equal(ACT(s, release_reject(&tx, id, "sai số", &HOA, &te)), 0);
        assert_int_equal(shown(s, id), RELEASE_REJECTED);
        assert_int_equal(by_key(s, "k"), 0);
        assert_int_equal(release_by_number(s->db, "7/TC", 0, INT64_MAX, &found, NULL), 0);
        assert_int_equal(found, 0);
}

static void test_a_cancelled_release_keeps_its_key_once_somebody_got_it(void **state)
{
        struct scratch *s = *state;
        CLEANUP(release_done) struct release a = scratch_release("A");
        CLEANUP(release_done) struct release b = scratch_release("B");
        CLEANUP(delivery_done) struct delivery d = {0};
        struct settle st;

        set(&a.key, "a");
        set(&b.key, "b");
        scratch_publish(s, &a, 2, true);
        scratch_publish(s, &b, 2, true);
        assert_int_equal(cancel_all(s, a.id), 0);
        assert_int_equal(by_key(s, "a"), 0); /* nobody got it */

        assert_true(scratch_claim(s, b.id, NOON, &d));
        assert_int_equal(cancel_all(s, b.id), 0);
        assert_int_equal(by_key(s, "b"), b.id); /* one is on the wire: not known yet */
        st = scratch_settle(&d, DELIVERY_RELAYED, 250, "Ok");
        scratch_do_settle(s, &st);
        assert_int_equal(by_key(s, "b"), b.id); /* and it arrived */
}

/* Settles one delivery of `release` after another: as the letters of `ends` say. */
static void end_each(struct scratch *s, int64_t release, const char *ends)
{
        for (; *ends; ends++) {
                CLEANUP(delivery_done) struct delivery d = {0};
                struct settle st;

                assert_true(scratch_claim(s, release, NOON, &d));
                st = scratch_settle(&d, DELIVERY_SUPPRESSED, 0, "");
                if (*ends == 't')
                        st.reason = REASON_TRIAL_LIST;
                else if (*ends == 'x')
                        st.state = DELIVERY_EXPIRED;
                else if (*ends == 'r')
                        st = scratch_settle(&d, DELIVERY_REFUSED, 550, "No");
                else
                        st = scratch_settle(&d, DELIVERY_RELAYED, 250, "Ok");
                scratch_do_settle(s, &st);
        }
}

static void test_a_release_that_ended_with_nobody_frees_key_and_number(void **state)
{
        static const struct {
                const char *key, *ends;
                bool holds;
        } cases[] = {{"trial", "tt", false},
                     {"late", "xt", false},
                     {"some", "tk", true},
                     {"open", "t", true},
                     {"no", "tr", true}};
        struct scratch *s = *state;
        struct err e = {0};

        for (size_t i = 0; i < COUNT_OF(cases); i++) {
                CLEANUP(release_done) struct release r = scratch_release(cases[i].key);
                int64_t id, key, number = -1, content = -1, text = -1;

                set(&r.key, cases[i].key);
                set(&r.number, cases[i].key);
                id = scratch_publish(s, &r, 2, true);
                end_each(s, id, cases[i].ends);
                key = by_key(s, cases[i].key);
                assert_ok(release_by_number(s->db, r.number, 0, INT64_MAX, &number, &e), &e);
                assert_ok(release_by_content(s->db, r.content_hash, 0, &content, &e), &e);
                assert_ok(release_by_same_text(s->db, r.text_hash, r.audience_hash, 0, &text, &e),
                          &e);
                assert_int_equal(key, cases[i].holds ? id : 0);
                assert_int_equal(number, key);
                assert_int_equal(content, key);
                assert_int_equal(text, key);
                assert_ok(release_resolve(s->db, cases[i].key, &number, &e), &e);
                assert_int_equal(number, id); /* people can name it all the same */
        }
}

static void test_contents_and_texts_are_found_since_a_moment(void **state)
{
        struct scratch *s = *state;
        CLEANUP(release_done) struct release r = scratch_release("Thông cáo");
        int64_t id = scratch_publish(s, &r, 1, false), found = -1;
        struct err e = {0};

        assert_ok(release_by_content(s->db, r.content_hash, NOON, &found, &e), &e);
        assert_int_equal(found, id);
        assert_ok(release_by_content(s->db, r.content_hash, NOON + 1, &found, &e), &e);
        assert_int_equal(found, 0);
        assert_ok(release_by_same_text(s->db, r.text_hash, r.audience_hash, 0, &found, &e), &e);
        assert_int_equal(found, id);
        assert_ok(release_by_same_text(s->db, r.text_hash, "others", 0, &found, &e), &e);
        assert_int_equal(found, 0);
        assert_ok(release_by_number(s->db, "", 0, INT64_MAX, &found, &e), &e);
        assert_int_equal(found, 0); /* no Number is no Number */
}

static void test_a_release_is_named_by_id_number_or_key(void **state)
{
        struct scratch *s = *state;
        int64_t a = propose(s, "giao-ban", "12/TC-TTTT"), b = propose(s, "", "13/TB-ĐMST"), id = 0;
        char number[24];
        struct err e = {0};

        snprintf(number, sizeof(number), "%lld", (long long) b);
        assert_ok(release_resolve(s->db, number, &id, &e), &e);
        assert_int_equal(id, b);
        assert_ok(release_resolve(s->db, "12/tc-tttt", &id, &e), &e);
        assert_int_equal(id, a);
        assert_ok(release_resolve(s->db, "13/TB-DMST", &id, &e), &e);
        assert_int_equal(id, b);
        assert_ok(release_resolve(s->db, "key:giao-ban", &id, &e), &e);
        assert_int_equal(id, a);
        id = -7;
        assert_int_equal(release_resolve(s->db, "99999999999999999999999", &id, &e), -ENOENT);
        assert_int_equal(release_resolve(s->db, "14/TC", &id, &e), -ENOENT);
        assert_int_equal(release_resolve(s->db, "key:", &id, &e), -ENOENT);
        assert_int_equal(release_resolve(s->db, "", &id, &e), -ENOENT);
        assert_int_equal(id, -7);
}

static void test_a_name_that_fits_several_lists_them(void **state)
{
        struct scratch *s = *state;
        int64_t a = propose(s, "", "12/TC"), b = propose(s, "", "12/TC"), id = -7;
        char list[64];
        struct err e = {0};

        snprintf(list, sizeof(list), "%lld, %lld", (long long) b, (long long) a);
        assert_int_equal(release_resolve(s->db, "12/TC", &id, &e), -ENOENT);
        assert_true(says(&e, list));
        assert_int_equal(ACT(s, release_reject(&tx, b, "", &HOA, &te)), 0);
        assert_ok(release_resolve(s->db, "12/TC", &id, &e), &e); /* the one that still counts */
        assert_int_equal(id, a);
        assert_int_equal(ACT(s, release_reject(&tx, a, "", &HOA, &te)), 0);
        assert_int_equal(release_resolve(s->db, "12/TC", &id, &e), -ENOENT);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)
        const struct CMUnitTest tests[] = {
                TEST(test_a_staged_release_cannot_be_seen),
                TEST(test_a_published_release_reads_back_as_submitted),
                TEST(test_a_letter_in_many_pieces_comes_back_byte_for_byte),
                TEST(test_publishing_is_all_or_nothing_under_every_fault),
                TEST(test_what_was_not_staged_is_not_published),
                TEST(test_a_dead_programs_stage_is_removed_by_the_next_to_open),
                TEST(test_a_living_programs_stage_is_left_alone),
                TEST(test_of_two_with_one_key_only_the_first_becomes_visible),
                TEST(test_a_rejected_release_gives_its_key_back),
                TEST(test_a_cancelled_release_keeps_its_key_once_somebody_got_it),
                TEST(test_a_release_that_ended_with_nobody_frees_key_and_number),
                TEST(test_contents_and_texts_are_found_since_a_moment),
                TEST(test_a_release_is_named_by_id_number_or_key),
                TEST(test_a_name_that_fits_several_lists_them),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
