// SPDX-License-Identifier: MIT
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "scratch.h"
#include "sqlfault.h"

#include "press/returned.h"

#include <sqlite3.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct returned row(const char *mail, enum returned_kind kind, int64_t release)
{
        struct returned r = {
                .inbox = "returns",
                .at = NOON,
                .kind = kind,
                .matched = release ? MATCH_TAG : MATCH_NONE,
                .release = release,
                .sender = "phong.vien@bao.example",
                .subject = "Về thông cáo 12",
                .trouble = "",
        };

        returned_digest(mail, strlen(mail), r.digest);
        return r;
}

static int64_t add(struct scratch *s, const struct returned *r)
{
        int64_t id = 0;

        assert_int_equal(ACT(s, returned_add(&tx, r, &id, &te)), 0);
        return id;
}

static bool same(const char *a, const char *b)
{
        unsigned char x[HASH_BYTES], y[HASH_BYTES];

        returned_digest(a, strlen(a), x);
        returned_digest(b, strlen(b), y);
        return memcmp(x, y, sizeof(x)) == 0;
}

/* R109 */
static void test_a_mail_is_the_same_whatever_its_line_ends_are(void **state)
{
        (void) state;
        assert_true(same("A: b\r\n\r\ntext\r\n", "A: b\n\ntext\n"));
        assert_true(same("A: b\n\ntext", "A: b\n\ntext\r\n\r\n"));
        assert_true(same("From x Mon Nov 23 10:00:00 2026\nA: b\n\ntext\n", "A: b\n\ntext\n"));
        assert_true(same("", "\r\n"));
        assert_false(same("A: b\n\ntext\n", "A: b\ntext\n"));
        assert_false(same("A: b\n\nte\nxt\n", "A: b\n\ntext\n"));
        assert_false(same("A: b\n\nte\rxt\n", "A: b\n\nte\nxt\n"));
        assert_false(same("A: b\n\n\ntext\n", "A: b\n\ntext\n"));
}

/* R109 */
static void test_a_mail_is_written_once(void **state)
{
        struct scratch *s = *state;
        struct returned r = row("A: b\n\ntext\n", RETURNED_STATUS, 7);
        int64_t id = 0, other = 0;
        enum returned_kind kind = RETURNED_KINDS;
        enum returned_match match = RETURNED_MATCHES;
        struct err e = {0};

        assert_int_equal(returned_known(s->db, r.digest, &kind, &match, &e), 0);
        {
                CLEANUP(tx_done) struct tx tx = {0};
                struct returned next = row("A: c\n\ntext\n", RETURNED_STATUS, 7);

                assert_ok(tx_begin(&tx, s->db, 0, &e), &e);
                assert_ok(returned_add(&tx, &r, &id, &e), &e);
                assert_int_equal(returned_add(&tx, &r, &other, &e), -EEXIST);
                assert_int_equal(other, 0);
                assert_ok(returned_add(&tx, &next, &other, &e), &e); /* it goes on */
                assert_ok(tx_commit(&tx, &e), &e);
        }
        assert_int_equal(returned_known(s->db, r.digest, &kind, &match, &e), 1);
        assert_true(kind == RETURNED_STATUS && match == MATCH_TAG);
        assert_true(other > id);
        assert_int_equal(scratch_int(s, "SELECT count(*) FROM returned"), 2);
}

struct seen {
        size_t n;
        int64_t id[16];
        struct returned last;
        char sender[64], subject[64], by[64];
        int stop_with;
};

static int see(void *ctx, const struct returned *r)
{
        struct seen *seen = ctx;

        assert_true(seen->n < COUNT_OF(seen->id));
        seen->id[seen->n++] = r->id;
        seen->last = *r;
        strncpy(seen->sender, r->sender, sizeof(seen->sender) - 1);
        strncpy(seen->subject, r->subject, sizeof(seen->subject) - 1);
        strncpy(seen->by, r->answered_by, sizeof(seen->by) - 1);
        return seen->stop_with;
}

static struct seen each(struct scratch *s, struct returned_filter f)
{
        struct seen seen = {0};
        struct err e = {0};

        assert_ok(returned_each(s->db, &f, see, &seen, &e), &e);
        return seen;
}

static void test_questions_are_listed_by_release_until_they_are_answered(void **state)
{
        struct scratch *s = *state;
        struct returned first = row("1", RETURNED_MAIL, 7), other = row("2", RETURNED_MAIL, 8);
        struct returned away = row("3", RETURNED_AUTOREPLY, 7), none = row("4", RETURNED_MAIL, 0);
        int64_t id, none_id, rel = 0;
        struct seen seen;

        away.away_until = NOON + 1;
        id = add(s, &first);
        add(s, &other);
        add(s, &away);
        none_id = add(s, &none);
        seen = each(s, (struct returned_filter){.release = 7, .kind = RETURNED_MAIL, .open = true});
        assert_int_equal(seen.n, 1);
        assert_int_equal(seen.id[0], id);
        assert_string_equal(seen.sender, "phong.vien@bao.example");
        assert_string_equal(seen.subject, "Về thông cáo 12");
        assert_int_equal(seen.last.matched, MATCH_TAG);
        assert_memory_equal(seen.last.digest, first.digest, HASH_BYTES);
        assert_int_equal(each(s, (struct returned_filter){.kind = -1}).n, 4);
        seen = each(s, (struct returned_filter){.kind = RETURNED_AUTOREPLY});
        assert_int_equal(seen.n, 1);
        assert_int_equal(seen.last.away_until, NOON + 1);

        assert_int_equal(ACT(s, returned_answered(&tx, id, "lan", NOON + 5, &rel, &te)), 0);
        assert_int_equal(rel, 7);
        seen = each(s, (struct returned_filter){.kind = RETURNED_MAIL, .open = true});
        assert_int_equal(seen.n, 2);
        assert_int_equal(seen.id[1], none_id);
        assert_int_equal(seen.last.release, 0);
        seen = each(s, (struct returned_filter){.release = 7, .kind = RETURNED_MAIL});
        assert_int_equal(seen.last.answered_at, NOON + 5);
        assert_string_equal(seen.by, "lan");
}

static int add_up(void *ctx, const struct returned *r)
{
        *(int64_t *) ctx += r->at;
        return 0;
}

static void test_more_than_a_page_is_read_and_a_caller_may_stop(void **state)
{
        struct scratch *s = *state;
        struct seen seen = {.stop_with = -ECANCELED};
        int64_t sum = 0;
        struct err e = {0};

        scratch_exec(s, "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
                        " WHERE i < 401) INSERT INTO returned (digest, inbox, at, kind, matched,"
                        " sender, subject, trouble) SELECT CAST(i AS BLOB), 'x', i, 'mail', 'none',"
                        " '', '', '' FROM n");
        assert_int_equal(
                returned_each(s->db, &(struct returned_filter){.kind = -1}, see, &seen, &e),
                -ECANCELED);
        assert_int_equal(seen.n, 1);
        assert_ok(returned_each(s->db, &(struct returned_filter){.kind = -1}, add_up, &sum, &e),
                  &e);
        assert_int_equal(sum, 401 * 402 / 2);
}

static void test_only_an_open_question_is_answered(void **state)
{
        struct scratch *s = *state;
        struct returned mail = row("1", RETURNED_MAIL, 7), status = row("2", RETURNED_STATUS, 7);
        int64_t id = add(s, &mail), machine = add(s, &status), rel = 0;

        assert_int_equal(ACT(s, returned_answered(&tx, 99, "lan", NOON, &rel, &te)), -ENOENT);
        assert_int_equal(ACT(s, returned_answered(&tx, machine, "lan", NOON, &rel, &te)), -EINVAL);
        assert_int_equal(ACT(s, returned_answered(&tx, id, "lan", NOON, &rel, &te)), 0);
        assert_int_equal(ACT(s, returned_answered(&tx, id, "hoa", NOON + 1, &rel, &te)), -EINVAL);
        assert_int_equal(scratch_int(s, "SELECT count(*) FROM returned WHERE answered_by = 'lan'"),
                         1);
}

/* R101 */
static void test_forged_and_unreadable_ones_are_counted(void **state)
{
        struct scratch *s = *state;
        struct returned forged = row("1", RETURNED_STATUS, 0),
                        bad = row("2", RETURNED_UNREADABLE, 0);
        struct returned both = row("3", RETURNED_UNREADABLE, 0),
                        good = row("4", RETURNED_STATUS, 7);
        int64_t n = -1;
        struct err e = {0};

        assert_ok(returned_forged(s->db, &n, &e), &e);
        assert_int_equal(n, 0);
        forged.matched = both.matched = MATCH_FORGED;
        add(s, &forged);
        add(s, &bad);
        add(s, &both);
        add(s, &good);
        assert_ok(returned_forged(s->db, &n, &e), &e);
        assert_int_equal(n, 2);
        assert_ok(returned_unreadable(s->db, &n, &e), &e);
        assert_int_equal(n, 2);
}

static void test_a_fault_leaves_no_row_and_no_answer(void **state)
{
        struct scratch *s = *state;
        struct returned mail = row("1", RETURNED_MAIL, 7), next = row("2", RETURNED_MAIL, 7);
        int64_t id = add(s, &mail), other = 0, rel;

        SQLFAULT_EACH(SQLITE_IOERR)
        {
                CLEANUP(tx_done) struct tx tx = {0};
                struct err e = {0};
                int r = tx_begin(&tx, s->db, 0, &e);

                other = 0;
                if (r >= 0)
                        r = returned_add(&tx, &next, &other, &e);
                if (r >= 0)
                        r = returned_answered(&tx, id, "lan", NOON, &rel, &e);
                if (r >= 0)
                        r = tx_commit(&tx, &e);
                if (!sqlfault_hit()) {
                        assert_ok(r, &e);
                        break;
                }
                assert_int_equal(r, -EIO);
                assert_non_null(e.msgid);
                tx_done(&tx);
                assert_int_equal(scratch_int(s, "SELECT count(*) FROM returned"), 1);
                assert_int_equal(
                        scratch_int(s, "SELECT count(*) FROM returned WHERE answered_at > 0"), 0);
        }
        assert_true(other > id);
        SQLFAULT_EACH(SQLITE_IOERR)
        {
                struct seen seen = {0};
                struct err e = {0};
                int64_t n = -7;
                enum returned_kind kind;
                enum returned_match match;
                int r = returned_known(s->db, next.digest, &kind, &match, &e);

                if (r >= 0)
                        r = returned_forged(s->db, &n, &e);
                if (r >= 0)
                        r = returned_each(s->db, &(struct returned_filter){.kind = -1}, see, &seen,
                                          &e);
                if (!sqlfault_hit())
                        assert_ok(r, &e);
                else
                        assert_int_equal(r, -EIO);
        }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)
        const struct CMUnitTest tests[] = {
                TEST(test_a_mail_is_the_same_whatever_its_line_ends_are),
                TEST(test_a_mail_is_written_once),
                TEST(test_questions_are_listed_by_release_until_they_are_answered),
                TEST(test_more_than_a_page_is_read_and_a_caller_may_stop),
                TEST(test_only_an_open_question_is_answered),
                TEST(test_forged_and_unreadable_ones_are_counted),
                TEST(test_a_fault_leaves_no_row_and_no_answer),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
