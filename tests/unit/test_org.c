// SPDX-License-Identifier: MIT
#include "press/book.h"

#include "book_fixture.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#define LATER (NOON + 1000)

static int change(struct db *db, const struct org *o)
{
        CLEANUP(tx_done) struct tx tx = {0};
        int r;

        assert_int_equal(tx_begin(&tx, db, 0, NULL), 0);
        r = org_change(&tx, o, 0, LATER, NULL);
        assert_int_equal(tx_commit(&tx, NULL), 0);
        return r;
}

static void test_an_organisation_is_read_as_it_was_added(void **state)
{
        CLEANUP(org_done) struct org o = {0};
        int64_t id = make_org(*state, "department", "Sở Thông tin và Truyền thông TP. Hà Nội",
                              "Sở TT&TT", "D-01", "Hà Nội", "Đồng bằng sông Hồng");

        assert_int_equal(org_get(*state, id, &o, NULL), 0);
        assert_int_equal(o.id, id);
        assert_int_equal(o.kind, ORG_DEPARTMENT);
        assert_string_equal(o.name, "Sở Thông tin và Truyền thông TP. Hà Nội");
        assert_string_equal(o.short_name, "Sở TT&TT");
        assert_string_equal(o.code, "D-01");
        assert_string_equal(o.province, "Hà Nội");
        assert_string_equal(o.region, "Đồng bằng sông Hồng");
        assert_int_equal(o.created_at, NOON);
        assert_int_equal(o.closed_at, 0);
        assert_int_equal(strlen(o.uid), 32);
}

static void test_an_unknown_organisation_is_enoent(void **state)
{
        struct org o = {0};
        struct err e = {0};

        assert_int_equal(org_get(*state, 99, &o, &e), -ENOENT);
        assert_string_equal(e.arg[0], "99");
}

/* VietNamNet: unit, then press (2025). */
static void test_a_change_of_name_and_kind_keeps_the_identity(void **state)
{
        CLEANUP(org_done) struct org o = {0};
        CLEANUP(org_done) struct org now = {0};
        char uid[40];
        int64_t id = make_org(*state, "unit", "Báo VietNamNet", "VNN", "U31", "", "");

        assert_int_equal(org_get(*state, id, &o, NULL), 0);
        snprintf(uid, sizeof(uid), "%s", o.uid);
        o.kind = ORG_PRESS;
        free(o.name);
        o.name = mem_strdup("Báo Dân tộc và Phát triển");
        assert_int_equal(change(*state, &o), 1);
        assert_int_equal(change(*state, &o), 0); /* nothing left to change */

        assert_int_equal(org_get(*state, id, &now, NULL), 0);
        assert_string_equal(now.uid, uid);
        assert_int_equal(now.kind, ORG_PRESS);
        assert_string_equal(now.name, "Báo Dân tộc và Phát triển");
        assert_string_equal(now.code, "U31");
}

static int count_one(void *ctx, const struct org *o)
{
        (void) o;
        ++*(int *) ctx;
        return 0;
}

static void test_a_closed_organisation_is_no_longer_listed(void **state)
{
        CLEANUP(tx_done) struct tx tx = {0};
        int64_t vtc = make_org(*state, "press", "Đài VTC", "VTC", "", "", "");
        int n = 0;

        make_org(*state, "press", "Báo VTC News", "", "", "", "");
        assert_int_equal(tx_begin(&tx, *state, 0, NULL), 0);
        assert_int_equal(org_close(&tx, vtc, LATER, NULL), 0);
        assert_int_equal(org_close(&tx, vtc, LATER, NULL), -ENOENT);
        assert_int_equal(tx_commit(&tx, NULL), 0);
        assert_int_equal(org_each(*state, count_one, &n, NULL), 0);
        assert_int_equal(n, 1);
}

static void test_every_change_raises_the_version(void **state)
{
        CLEANUP(tx_done) struct tx tx = {0};
        int64_t before, after, id;

        assert_int_equal(book_version(*state, &before, NULL), 0);
        id = make_org(*state, "unit", "Trung tâm Thông tin", "", "U01", "", "");
        assert_int_equal(book_version(*state, &after, NULL), 0);
        assert_true(after > before);
        before = after;
        assert_int_equal(tx_begin(&tx, *state, 0, NULL), 0);
        assert_int_equal(org_alias(&tx, id, "TTTT", LATER, NULL), 0);
        assert_int_equal(tx_commit(&tx, NULL), 0);
        assert_int_equal(book_version(*state, &after, NULL), 0);
        assert_true(after > before);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_an_organisation_is_read_as_it_was_added,
                                                book_setup, book_teardown),
                cmocka_unit_test_setup_teardown(test_an_unknown_organisation_is_enoent, book_setup,
                                                book_teardown),
                cmocka_unit_test_setup_teardown(test_a_change_of_name_and_kind_keeps_the_identity,
                                                book_setup, book_teardown),
                cmocka_unit_test_setup_teardown(test_a_closed_organisation_is_no_longer_listed,
                                                book_setup, book_teardown),
                cmocka_unit_test_setup_teardown(test_every_change_raises_the_version, book_setup,
                                                book_teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
