// SPDX-License-Identifier: MIT
#include "press/book_edit.h"

#include "book_fixture.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

static const struct actor truc = {.uid = 1000, .name = "truc", .now = NOON};
static char text[ERR_TEXT_MAX];

#define FIELDS(...) \
        (const char *const[]){__VA_ARGS__}, COUNT_OF(((const char *const[]){__VA_ARGS__}))

/* The id of a new contact; a failure gives the error's code and its text. */
static int64_t add(struct db *db, const char *const *fields, size_t n)
{
        struct err e = {0}, warning;
        int64_t id = 0;
        int r = book_add(db, fields, n, &truc, &id, &warning, &e);

        err_format(&e, LANG_EN, text, sizeof(text));
        return r < 0 ? r : id;
}

static int set(struct db *db, int64_t id, const char *const *fields, size_t n)
{
        struct err e = {0}, warning;
        int r = book_set(db, id, fields, n, &truc, &warning, &e);

        err_format(&e, LANG_EN, text, sizeof(text));
        return r;
}

static void test_a_contact_is_added_to_a_known_organisation_or_a_new_one(void **state)
{
        CLEANUP(contact_done) struct contact c = {0};
        int64_t org = make_org(*state, "press", "Báo Nhân Dân", "Nhân Dân", "P04", "", ""), id;

        id = add(*state, FIELDS("org=nhan dan", "name=Lan", "email=Lan@ND.example",
                                "role=phóng viên", "tags=b;a", "lists=Họp báo"));
        assert_true(id > 0);
        assert_int_equal(contact_get(*state, id, &c, NULL), 0);
        assert_int_equal(c.org_id, org);
        assert_string_equal(c.email, "Lan@nd.example");
        assert_int_equal(c.role, ROLE_JOURNALIST);
        assert_string_equal(c.tags, "a;b");
        contact_done(&c);

        assert_int_equal(add(*state, FIELDS("org=Báo Mới", "email=a@b.example")), -EINVAL);
        assert_string_equal(text, "no organisation is called “Báo Mới”; with org_kind= it is made");
        id = add(*state,
                 FIELDS("org=Báo Mới", "org_kind=press", "province=TP.HCM", "email=a@b.example"));
        assert_true(id > 0);
        assert_int_equal(contact_get(*state, id, &c, NULL), 0);
        assert_string_equal(c.org, "Báo Mới");
        assert_string_equal(c.province, "Hồ Chí Minh");
}

static void test_wrong_fields_are_refused_by_name(void **state)
{
        make_org(*state, "press", "Báo", "", "P1", "", "");
        assert_int_equal(add(*state, FIELDS("org=Báo", "emial=x")), -EINVAL);
        assert_string_equal(text, "emial: no field “emial”; did you mean “email”?");
        assert_int_equal(add(*state, FIELDS("org=Báo", "province=Hà Nộii")), -EINVAL);
        assert_string_equal(text, "province: no province “Hà Nộii”; did you mean “Hà Nội”?");
        assert_int_equal(add(*state, FIELDS("org=Báo", "email=a@b.example", "email=c@d.example")),
                         -EINVAL);
        assert_string_equal(text, "email: the field “email” stands twice");
        assert_int_equal(add(*state, FIELDS("email")), -EINVAL);
        assert_int_equal(add(*state, FIELDS("id=7")), -EINVAL);
        assert_int_equal(add(*state, FIELDS("org=Báo", "name=Lan")), -EINVAL);
        assert_string_equal(text, "neither an address nor a telephone number");
        assert_int_equal(add(*state, FIELDS("email=a@b.example")), -EINVAL);
        assert_string_equal(text, "org= is missing");
        assert_int_equal(add(*state, FIELDS("name=\xff")), -EINVAL);
}

static void test_an_address_is_there_once_in_an_organisation(void **state)
{
        int64_t id;

        make_org(*state, "press", "Báo", "", "P1", "", "");
        assert_int_equal(add(*state, FIELDS("org=P1", "email=a@b.example")), 1);
        assert_int_equal(add(*state, FIELDS("org=P1", "email=a@B.example")), -EEXIST);
        assert_string_equal(text, "contact 1 has this address at the same organisation");
        id = add(*state, FIELDS("org=P1", "email=c@b.example"));
        assert_int_equal(set(*state, id, FIELDS("email=a@b.example")), -EEXIST);
        assert_int_equal(set(*state, 1, FIELDS("email=a@b.example")), 0);
}

static void test_setting_changes_only_what_is_named(void **state)
{
        CLEANUP(contact_done) struct contact c = {0};
        CLEANUP(mem_free) char *lists = NULL;
        int64_t org = make_org(*state, "unit", "Vụ A", "", "U1", "", "");
        int64_t other = make_org(*state, "unit", "Vụ B", "", "U2", "", "");
        int64_t id = make_contact(*state, org, "officer", "Lan", "a@b.example", "x");

        assert_int_equal(set(*state, id, FIELDS("Chức vụ=Trưởng phòng", "priority=1")), 1);
        assert_int_equal(set(*state, id, FIELDS("title=Trưởng phòng", "priority=1")), 0);
        assert_int_equal(set(*state, id, FIELDS("org=U2", "lists=b;a", "tags=")), 1);
        assert_int_equal(set(*state, id, FIELDS("lists=a;b")), 0);
        assert_int_equal(contact_get(*state, id, &c, NULL), 0);
        assert_int_equal(c.org_id, other);
        assert_string_equal(c.name, "Lan");
        assert_string_equal(c.title, "Trưởng phòng");
        assert_int_equal(c.priority, 1);
        assert_string_equal(c.tags, "");
        assert_int_equal(contact_lists(*state, id, &lists, NULL), 0);
        assert_string_equal(lists, "a;b");
        assert_int_equal(set(*state, 99, FIELDS("name=X")), -ENOENT);
        assert_int_equal(set(*state, id, FIELDS("org=Vụ C")), -EINVAL);
}

static void test_the_organisation_is_changed_for_all_who_are_there(void **state)
{
        CLEANUP(contact_done) struct contact c = {0};
        char codes[ORG_CODES_MAX];
        int64_t org = make_org(*state, "unit", "Báo VietNamNet", "", "U31", "", ""), found;
        int64_t one = make_contact(*state, org, "desk", "", "a@b.example", "");
        int64_t two = make_contact(*state, org, "desk", "", "c@b.example", "");

        assert_int_equal(set(*state, one,
                             FIELDS("org_kind=báo chí", "org_name=VietNamNet", "org_alias=VNN")),
                         1);
        assert_int_equal(contact_get(*state, two, &c, NULL), 0);
        assert_int_equal(c.org_kind, ORG_PRESS);
        assert_string_equal(c.org, "VietNamNet");
        assert_int_equal(org_named(*state, "vnn", NOON, &found, codes, NULL), 1);
        assert_int_equal(found, org);
        assert_int_equal(set(*state, one, FIELDS("org_name=")), -EINVAL);
}

static void test_an_ended_contact_is_changed_no_more(void **state)
{
        int64_t org = make_org(*state, "unit", "Vụ A", "", "U1", "", "");
        int64_t id = make_contact(*state, org, "officer", "Lan", "a@b.example", "");

        assert_int_equal(book_end(*state, id, &truc, NULL), 0);
        assert_int_equal(book_end(*state, id, &truc, NULL), -EEXIST);
        assert_int_equal(set(*state, id, FIELDS("name=X")), -EEXIST);
        assert_true(add(*state, FIELDS("org=U1", "email=a@b.example")) > id);
}

#define WITH_BOOK(test) cmocka_unit_test_setup_teardown(test, book_setup, book_teardown)

int main(void)
{
        const struct CMUnitTest tests[] = {
                WITH_BOOK(test_a_contact_is_added_to_a_known_organisation_or_a_new_one),
                WITH_BOOK(test_wrong_fields_are_refused_by_name),
                WITH_BOOK(test_an_address_is_there_once_in_an_organisation),
                WITH_BOOK(test_setting_changes_only_what_is_named),
                WITH_BOOK(test_the_organisation_is_changed_for_all_who_are_there),
                WITH_BOOK(test_an_ended_contact_is_changed_no_more),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
