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

static int64_t hanoi(struct db *db)
{
        return make_org(db, "press", "Báo Kinh tế và Đô thị", "KT&ĐT", "P64", "Hà Nội",
                        "Đồng bằng sông Hồng");
}

static int change(struct db *db, const struct contact *c)
{
        CLEANUP(tx_done) struct tx tx = {0};
        int r;

        assert_int_equal(tx_begin(&tx, db, 0, NULL), 0);
        r = contact_change(&tx, c, 0, LATER, NULL);
        assert_int_equal(tx_commit(&tx, NULL), 0);
        return r;
}

static void test_a_contact_is_read_with_its_organisation(void **state)
{
        CLEANUP(contact_done) struct contact c = {0};
        int64_t id = make_contact(*state, hanoi(*state), "journalist", "Trần Thu Thử",
                                  "p64@kt-dt.example", "kinh-tế;đô-thị");

        assert_int_equal(contact_get(*state, id, &c, NULL), 0);
        assert_string_equal(c.name, "Trần Thu Thử");
        assert_int_equal(c.role, ROLE_JOURNALIST);
        assert_string_equal(c.email, "p64@kt-dt.example");
        assert_string_equal(c.tags, "kinh-tế;đô-thị");
        assert_int_equal(c.language, LANG_VI);
        assert_int_equal(c.priority, 5);
        assert_string_equal(c.org, "Báo Kinh tế và Đô thị");
        assert_string_equal(c.org_code, "P64");
        assert_int_equal(c.org_kind, ORG_PRESS);
        assert_string_equal(c.province, "Hà Nội");
        assert_int_equal(c.created_at, NOON);
        assert_int_equal(c.to_at, 0);
}

static void test_a_change_that_changes_nothing_is_none(void **state)
{
        CLEANUP(contact_done) struct contact c = {0};
        int64_t id = make_contact(*state, hanoi(*state), "desk", "", "p64@kt-dt.example", "");
        int64_t before, after;

        assert_int_equal(contact_get(*state, id, &c, NULL), 0);
        assert_int_equal(book_version(*state, &before, NULL), 0);
        assert_int_equal(change(*state, &c), 0);
        assert_int_equal(book_version(*state, &after, NULL), 0);
        assert_int_equal(after, before);
        c.priority = 1;
        assert_int_equal(change(*state, &c), 1);
}

static void test_an_ended_contact_stays_but_is_not_current(void **state)
{
        CLEANUP(tx_done) struct tx tx = {0};
        CLEANUP(contact_done) struct contact c = {0};
        CLEANUP(contact_list_done) struct contact_list page = {0};
        int64_t id = make_contact(*state, hanoi(*state), "desk", "", "p64@kt-dt.example", "");

        assert_int_equal(tx_begin(&tx, *state, 0, NULL), 0);
        assert_int_equal(contact_end(&tx, id, LATER, NULL), 0);
        assert_int_equal(contact_end(&tx, id, LATER, NULL), -EEXIST);
        assert_int_equal(tx_commit(&tx, NULL), 0);
        assert_int_equal(contact_get(*state, id, &c, NULL), 0);
        assert_int_equal(c.to_at, LATER);
        assert_int_equal(contact_page(*state, LATER, 0, 10, &page, NULL), 0);
        assert_int_equal(page.n, 0);
        contact_list_done(&page);
        assert_int_equal(contact_page(*state, LATER - 1, 0, 10, &page, NULL), 0);
        assert_int_equal(page.n, 1);
}

static void test_an_address_matches_within_its_organisation_only(void **state)
{
        int64_t org = hanoi(*state), id, other = make_org(*state, "unit", "Vụ X", "", "", "", "");
        int64_t contact = make_contact(*state, org, "desk", "", "a@b.example", "");
        int64_t phone = make_contact(*state, org, "desk", "Ban Thời sự", "", "");

        assert_int_equal(contact_match(*state, org, "a@b.example", "", "", NOON, &id, NULL), 1);
        assert_int_equal(id, contact);
        assert_int_equal(contact_match(*state, other, "a@b.example", "", "", NOON, &id, NULL), 0);
        assert_int_equal(contact_match(*state, org, "A@b.example", "", "", NOON, &id, NULL), 0);
        assert_int_equal(
                contact_match(*state, org, "", "024 0000 0001", "ban thoi su", NOON, &id, NULL), 1);
        assert_int_equal(id, phone);
        assert_int_equal(contact_match(*state, org, "", "024 0000 0001", "X", NOON, &id, NULL), 0);
}

static size_t found(struct db *db, const char *words)
{
        CLEANUP(contact_list_done) struct contact_list l = {0};

        assert_int_equal(contact_find(db, words, false, NOON, 10, &l, NULL), 0);
        return l.n;
}

static void test_words_are_found_without_marks_in_name_and_organisation(void **state)
{
        CLEANUP(tx_done) struct tx tx = {0};
        CLEANUP(contact_list_done) struct contact_list l = {0};
        int64_t org = hanoi(*state);

        make_contact(*state, org, "journalist", "Đầu Văn Thử", "100%@kt.example", "");
        assert_int_equal(found(*state, "dau"), 1);
        assert_int_equal(found(*state, "ĐẦU kinh"), 1);
        assert_int_equal(found(*state, "p64"), 1);
        assert_int_equal(found(*state, "hà nội"), 1);
        assert_int_equal(found(*state, "dau xyz"), 0);
        assert_int_equal(found(*state, "100%"), 1);
        assert_int_equal(found(*state, "1%0"), 0); /* not a sign of LIKE */
        assert_int_equal(found(*state, "_"), 0);
        assert_int_equal(tx_begin(&tx, *state, 0, NULL), 0);
        assert_int_equal(org_alias(&tx, org, "Kinh tế Đô thị Online", NOON, NULL), 0);
        assert_int_equal(tx_commit(&tx, NULL), 0);
        assert_int_equal(found(*state, "online"), 1);
        assert_int_equal(contact_find(*state, " ", false, NOON, 10, &l, NULL), -EINVAL);
        assert_int_equal(contact_find(*state, "a b c d e f g h i", false, NOON, 10, &l, NULL),
                         -EINVAL);
}

static void test_lists_are_set_as_a_whole(void **state)
{
        CLEANUP(tx_done) struct tx tx = {0};
        CLEANUP(mem_free) char *lists = NULL;
        int64_t id = make_contact(*state, hanoi(*state), "desk", "", "a@b.example", "");

        assert_int_equal(tx_begin(&tx, *state, 0, NULL), 0);
        assert_int_equal(contact_lists_set(&tx, id, "họp báo;khẩn", NULL), 0);
        assert_int_equal(contact_lists_set(&tx, id, "khẩn;giao ban;khẩn", NULL), 0);
        assert_int_equal(contact_lists_set(&tx, 99, "khẩn", NULL), -ENOENT);
        assert_int_equal(tx_commit(&tx, NULL), 0);
        assert_int_equal(contact_lists(*state, id, &lists, NULL), 0);
        assert_string_equal(lists, "giao ban;khẩn");
}

static int stop(struct tx *tx, const char *address, enum delivery_reason reason, int64_t now)
{
        CLEANUP(mem_free) char *own = mem_strdup(address);
        const struct suppression s = {
                .address = own,
                .reason = reason,
                .since = now,
                .note = (char[]){"asked by telephone"},
        };

        return suppression_add(tx, &s, NULL);
}

static void test_the_stop_list_ignores_letter_case_and_keeps_its_past(void **state)
{
        CLEANUP(tx_done) struct tx tx = {0};
        CLEANUP(suppression_list_done) struct suppression_list l = {0};
        enum delivery_reason reason = REASON_NONE;
        struct db *db = *state;

        assert_int_equal(tx_begin(&tx, db, 0, NULL), 0);
        assert_int_equal(stop(&tx, "Lan@báo.example", REASON_STOP_LIST, NOON), 0);
        assert_int_equal(stop(&tx, "lan@báo.example", REASON_DEAD_ADDRESS, NOON), -EEXIST);
        assert_int_equal(suppression_find(db, "LAN@báo.example", LATER, &reason, NULL), 1);
        assert_int_equal(reason, REASON_STOP_LIST);
        assert_int_equal(suppression_lift(&tx, "lan@báo.example", "minh", LATER, NULL), 0);
        assert_int_equal(suppression_lift(&tx, "lan@báo.example", "minh", LATER, NULL), -ENOENT);
        assert_int_equal(suppression_find(db, "lan@báo.example", LATER, &reason, NULL), 0);
        assert_int_equal(stop(&tx, "lan@báo.example", REASON_DEAD_ADDRESS, LATER), 0);
        assert_int_equal(tx_commit(&tx, NULL), 0);
        assert_int_equal(suppression_list(db, "Lan@báo.example", LATER, &l, NULL), 0);
        assert_int_equal(l.n, 2);
        assert_string_equal(l.v[0].note, "asked by telephone");
        assert_string_equal(l.v[0].lifted_by, "minh");
        assert_int_equal(l.v[1].reason, REASON_DEAD_ADDRESS);
        suppression_list_done(&l);
        assert_int_equal(suppression_list(db, "", LATER, &l, NULL), 0);
        assert_int_equal(l.n, 1);
}

#define WITH_BOOK(test) cmocka_unit_test_setup_teardown(test, book_setup, book_teardown)

int main(void)
{
        const struct CMUnitTest tests[] = {
                WITH_BOOK(test_a_contact_is_read_with_its_organisation),
                WITH_BOOK(test_a_change_that_changes_nothing_is_none),
                WITH_BOOK(test_an_ended_contact_stays_but_is_not_current),
                WITH_BOOK(test_an_address_matches_within_its_organisation_only),
                WITH_BOOK(test_words_are_found_without_marks_in_name_and_organisation),
                WITH_BOOK(test_lists_are_set_as_a_whole),
                WITH_BOOK(test_the_stop_list_ignores_letter_case_and_keeps_its_past),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
