// SPDX-License-Identifier: MIT
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "scratch.h"

#include "press/manifest.h"

#include <stdio.h>
#include <string.h>

#define PEOPLE (2 * MANIFEST_BLOCK + 1)

static struct delivery at(struct scratch *s, int64_t release, size_t i)
{
        CLEANUP(delivery_list_done) struct delivery_list l = {0};
        struct err e = {0};
        struct delivery d;

        assert_ok(delivery_page(s->db, release, 0, PEOPLE, &l, &e), &e);
        assert_true(i < l.n);
        d = l.v[i];
        l.v[i] = (struct delivery){0};
        return d;
}

static bool fits(struct scratch *s, const struct delivery *d)
{
        struct err e = {0};
        bool yes = false;

        assert_ok(manifest_fits(s->db, d, &yes, &e), &e);
        return yes;
}

static void test_each_row_as_it_was_staged_fits_its_leaf(void **state)
{
        struct scratch *s = *state;
        int64_t id = scratch_approved(s, PEOPLE);
        CLEANUP(delivery_list_done) struct delivery_list l = {0};

        assert_int_equal(delivery_page(s->db, id, 0, PEOPLE, &l, NULL), 0);
        assert_int_equal(l.n, PEOPLE);
        for (size_t i = 0; i < l.n; i++) {
                assert_int_equal(l.v[i].leaf, i);
                assert_true(fits(s, &l.v[i]));
        }
        assert_int_equal(scratch_int(s, "SELECT count(*) FROM manifest"), 3);
        assert_int_equal(scratch_int(s, "SELECT length(leaves) FROM manifest WHERE block = 2"),
                         HASH_BYTES);
}

static void test_a_changed_row_and_one_without_a_leaf_do_not_fit(void **state)
{
        struct scratch *s = *state;
        int64_t id = scratch_approved(s, PEOPLE);
        CLEANUP(delivery_done) struct delivery d = at(s, id, MANIFEST_BLOCK);

        assert_true(fits(s, &d));
        d.name[0] = 'X';
        assert_false(fits(s, &d));
        d.name[0] = 'N';
        assert_true(fits(s, &d));
        for (const int64_t *leaf = (const int64_t[]){0, PEOPLE, 100 * PEOPLE, -1, -200, 7};
             *leaf != 7; leaf++) {
                d.leaf = *leaf;
                assert_false(fits(s, &d));
        }
        d.leaf = MANIFEST_BLOCK;
        d.release_id = id + 1;
        assert_false(fits(s, &d));
}

static void test_the_blocks_hash_to_what_the_approval_binds_however_they_are_read(void **state)
{
        struct scratch *s = *state;
        CLEANUP(release_done) struct release r = scratch_release("Thông cáo");
        int64_t id = scratch_publish(s, &r, PEOPLE, true), n = 0, all = 0;
        unsigned char sum[HASH_BYTES];
        char hex[HASH_HEX_MAX];
        struct hash h;

        hash_init(&h);
        do {
                assert_int_equal(manifest_read(s->db, id, all / MANIFEST_BLOCK, 1, &h, &n, NULL),
                                 0);
                all += n;
        } while (n == MANIFEST_BLOCK);
        assert_int_equal(all, PEOPLE);
        hash_final(&h, sum);
        hash_hex(sum, hex);
        assert_string_equal(hex, r.recipients_hash);

        hash_init(&h);
        assert_int_equal(manifest_read(s->db, id, 0, 1000, &h, &n, NULL), 0);
        assert_int_equal(n, PEOPLE);
        hash_final(&h, sum);
        hash_hex(sum, hex);
        assert_string_equal(hex, r.recipients_hash);
}

static void test_a_stage_taken_away_takes_its_manifest_along(void **state)
{
        struct scratch *s = *state;
        CLEANUP(release_done) struct release first = scratch_release("Dở dang");
        CLEANUP(release_done) struct release again = scratch_release("Lại");
        CLEANUP(tx_done) struct tx tx = {0};
        CLEANUP(delivery_done) struct delivery d = scratch_delivery(1, 0);
        static char bytes[] = "x", cuts[] = "none";
        const struct frozen letter = {.bytes = bytes, .n = 1, .cuts = cuts};
        unsigned char leaf[HASH_BYTES] = {1};
        struct manifest m;
        int64_t id;

        assert_int_equal(release_stage(s->db, &first, &letter, NULL, 0, NULL), 0);
        manifest_begin(&m, first.id);
        assert_int_equal(tx_begin(&tx, s->db, 0, NULL), 0);
        for (int i = 0; i < PEOPLE; i++)
                assert_int_equal(manifest_add(&m, &tx, leaf, NULL), 0);
        assert_int_equal(manifest_end(&m, &tx, NULL), 0);
        assert_int_equal(tx_commit(&tx, NULL), 0);
        d.release_id = id = first.id;
        assert_false(fits(s, &d)); /* and its block is remembered */
        assert_int_equal(release_unstage(s->db, id, NULL), 0);
        assert_int_equal(scratch_int(s, "SELECT count(*) FROM manifest"), 0);

        assert_int_equal(scratch_publish(s, &again, 1, true), id); /* the id is given again */
        delivery_done(&d);
        d = at(s, id, 0);
        assert_true(fits(s, &d));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)
        const struct CMUnitTest tests[] = {
                TEST(test_each_row_as_it_was_staged_fits_its_leaf),
                TEST(test_a_changed_row_and_one_without_a_leaf_do_not_fit),
                TEST(test_the_blocks_hash_to_what_the_approval_binds_however_they_are_read),
                TEST(test_a_stage_taken_away_takes_its_manifest_along),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
