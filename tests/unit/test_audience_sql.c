// SPDX-License-Identifier: MIT
#include "press/selection.h"

#include "book_fixture.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#define DELTA "Đồng bằng sông Hồng"
#define NORTH "Trung du và miền núi phía Bắc"

static char text[ERR_TEXT_MAX];

/*
 * A small network. Contacts, in order of id: 1 leader and 2 officer of the Hà Nội department,
 * 3 officer of Hòa Bình's, 4 desk and 5 journalist of Báo Nhân Dân, 6 desk of Báo X.
 */
static int setup(void **state)
{
        struct db *db;
        int64_t org;

        if (book_setup(state) < 0)
                return -1;
        db = *state;
        org = make_org(db, "department", "Sở TT&TT Hà Nội", "STTTT HN", "D-01", "Hà Nội", DELTA);
        make_contact(db, org, "leader", "Một", "mot@hn.example", "");
        make_contact(db, org, "officer", "Hai", "hai@hn.example", "viễn-thông");
        org = make_org(db, "department", "Sở TT&TT Hòa Bình", "STTTT HB", "D-17", "Hòa Bình",
                       NORTH);
        make_contact(db, org, "officer", "Ba", "ba@hb.example", "viễn-thông;miền-núi");
        org = make_org(db, "press", "Báo Nhân Dân", "Nhân Dân", "P04", "", "");
        make_contact(db, org, "desk", "", "desk@nd.example", "");
        make_contact(db, org, "journalist", "Năm", "nam@nd.example", "");
        org = make_org(db, "press", "Báo X", "TTTT", "P99", "Hà Nội", DELTA);
        make_contact(db, org, "desk", "", "", "");
        return 0;
}

/* The ids that the expression selects, as "1 2 3"; the error's text when it is refused. */
static const char *ids(struct db *db, const char *expr)
{
        CLEANUP(audience_free) struct audience *a = NULL;
        CLEANUP(selection_free) struct selection *s = NULL;
        CLEANUP(contact_list_done) struct contact_list l = {0};
        struct err e = {0};
        size_t n = 0;

        if (selection_parse(db, expr, NOON, &a, &e) < 0 ||
            selection_resolve(db, a, NOON, &s, &e) < 0 ||
            selection_page(db, s, NULL, 0, 100, &l, &e) < 0) {
                err_text(&e, LANG_EN, text, sizeof(text));
                return text;
        }
        text[0] = '\0';
        for (size_t i = 0; i < l.n; i++)
                n += (size_t) snprintf(text + n, sizeof(text) - n, "%s%d", i ? " " : "",
                                       (int) l.v[i].id);
        return text;
}

#define assert_ids(expr, expected) assert_string_equal(ids(*state, expr), expected)

static void test_each_field_selects_its_contacts(void **state)
{
        assert_ids("all", "1 2 3 4 5 6");
        assert_ids("kind:department", "1 2 3");
        assert_ids("role:officer", "2 3");
        assert_ids("org:\"Báo Nhân Dân\"", "4 5");
        assert_ids("org:P04", "4 5");
        assert_ids("org:\"nhan dan\"", "4 5");
        assert_ids("province:\"Hà Nội\"", "1 2 6");
        assert_ids("province:\"hoà bình\"", "3");
        assert_ids("region:\"dong bang song hong\"", "1 2 6");
        assert_ids("tag:viễn-thông", "2 3");
        assert_ids("tag:VIEN-THONG", "2 3");
        assert_ids("lang:vi", "1 2 3 4 5 6");
        assert_ids("email:nam@ND.example", "5");
}

static void test_operators_combine(void **state)
{
        assert_ids("(kind:department and role:officer) or kind:press", "2 3 4 5 6");
        assert_ids("all and not org:\"Báo X\"", "1 2 3 4 5");
        assert_ids("not (kind:press or role:leader)", "2 3");
        assert_ids("not not role:leader", "1");
}

static void test_an_exact_name_wins_over_a_folded_one(void **state)
{
        int64_t other = make_org(*state, "press", "Báo Nhan Dan", "", "P05", "", "");

        make_contact(*state, other, "desk", "", "x@y.example", "");
        assert_ids("org:\"Báo Nhân Dân\"", "4 5");
        assert_ids("org:\"Báo Nhan Dan\"", "7");
        assert_ids("org:\"báo nhân dân\"",
                   "Column 5: 2 organisations are called “báo nhân dân”: P04, P05; write its code");
}

/* F9 of the trade: TTTT is a centre, a ministry or a journal. */
static void test_a_word_of_several_organisations_lists_their_codes(void **state)
{
        make_org(*state, "unit", "Trung tâm Thông tin", "TTTT", "U20", "", "");
        make_org(*state, "press", "Tạp chí TTTT", "TTTT", "", "", "");
        assert_ids("kind:press and not org:TTTT",
                   "Column 24: 3 organisations are called “TTTT”: Tạp chí TTTT, P99, U20; write "
                   "its code");
}

static void test_unknown_names_are_errors_with_a_suggestion(void **state)
{
        assert_ids("kind:press or province:\"Hà Nộii\"",
                   "Column 24: no province “Hà Nộii”; did you mean “Hà Nội”?");
        assert_ids("kind:press and not org:\"Báo Nhân Dan1\"",
                   "Column 24: no organisation “Báo Nhân Dan1”; did you mean “Báo Nhân Dân”?");
        assert_ids("tag:viễn-thôn", "Column 5: no tag “viễn-thôn”; did you mean “viễn-thông”?");
        assert_ids("region:\"Tây Nguyênn\"",
                   "Column 8: no region “Tây Nguyênn”; did you mean “Tây Nguyên”?");
        assert_ids("email:han@nd.example",
                   "Column 7: no address “han@nd.example”; did you mean “nam@nd.example”?");
        assert_ids("email:nam@dn.example",
                   "Column 7: no address “nam@dn.example”; did you mean “nam@nd.example”?");
        assert_ids("list:hop-bao", "Column 6: no list “hop-bao” in the address book");
        make_org(*state, "press", "Agence France-Presse", "AFP", "P50", "", "");
        make_org(*state, "press", "Đài TNVN", "VOV", "P51", "", "");
        assert_ids("org:\"agence france\"",
                   "Column 5: no organisation “agence france”; did you mean “Agence "
                   "France-Presse”?");
        assert_ids("org:sở", "Column 5: no organisation “sở”; names with it: Sở TT&TT Hà Nội, "
                             "Sở TT&TT Hòa Bình; write one of them");
        assert_ids("org:dân", "Column 5: no organisation “dân”; did you mean “Báo Nhân Dân”?");
        assert_ids("org:ân", "Column 5: no organisation “ân” in the address book");
        assert_ids("org:Zzz", "Column 5: no organisation “Zzz” in the address book");
}

static void test_a_former_name_points_to_the_present_one(void **state)
{
        CLEANUP(tx_done) struct tx tx = {0};
        CLEANUP(org_done) struct org o = {0};

        assert_int_equal(org_get(*state, 1, &o, NULL), 0);
        free(o.name);
        o.name = mem_strdup("Sở Văn hóa Hà Nội");
        assert_int_equal(tx_begin(&tx, *state, 0, NULL), 0);
        assert_int_equal(org_change(&tx, &o, 0, NOON, NULL), 1);
        assert_int_equal(org_alias(&tx, 1, "Sở 4T Hà Nội", NOON, NULL), 0);
        assert_int_equal(tx_commit(&tx, NULL), 0);
        assert_ids(
                "org:\"Sở TT&TT Hà Nội\"",
                "Column 5: “Sở TT&TT Hà Nội” is called “Sở Văn hóa Hà Nội” now; write that name");
        assert_ids("org:\"so 4t ha noi\"", "1 2");
}

static void test_mixed_operators_are_counted_both_ways(void **state)
{
        assert_ids("kind:press and role:desk or kind:department",
                   "Column 26: “and” and “or” are mixed; write either (kind:press and role:desk) "
                   "or kind:department (5 people), or kind:press and (role:desk or "
                   "kind:department) (2 people)");
}

static void test_nobody_is_an_error_and_known_but_empty_a_warning(void **state)
{
        CLEANUP(audience_free) struct audience *a = NULL;
        CLEANUP(selection_free) struct selection *s = NULL;
        const struct err *w;
        size_t n;

        assert_ids("kind:press and role:leader", "Nobody in the address book is in this audience");
        assert_ids("kind:unit", "Nobody in the address book is in this audience");
        assert_int_equal(audience_parse("kind:press or province:\"Cà Mau\"", &a, NULL), 0);
        audience_place(a, 6);
        assert_int_equal(selection_resolve(*state, a, NOON, &s, NULL), 0);
        w = selection_warnings(s, &n);
        assert_int_equal(n, 1);
        err_text(&w[0], LANG_EN, text, sizeof(text));
        assert_string_equal(text, "Column 24: “Cà Mau” is known, but nobody is there now");
        assert_int_equal(w[0].line, 6);
}

static void test_errors_carry_the_line_of_their_header(void **state)
{
        CLEANUP(audience_free) struct audience *a = NULL;
        struct selection *s = NULL;
        struct err e = {0};

        assert_int_equal(audience_parse("province:Atlantis", &a, NULL), 0);
        audience_place(a, 4);
        assert_int_equal(selection_resolve(*state, a, NOON, &s, &e), -EINVAL);
        assert_int_equal(e.line, 4);
        assert_null(s);
}

static void test_who_has_left_is_known_but_not_selected(void **state)
{
        CLEANUP(tx_done) struct tx tx = {0};

        assert_int_equal(tx_begin(&tx, *state, 0, NULL), 0);
        assert_int_equal(contact_end(&tx, 5, NOON - 1, NULL), 0);
        assert_int_equal(org_close(&tx, 2, NOON - 1, NULL), 0);
        assert_int_equal(tx_commit(&tx, NULL), 0);
        assert_ids("all", "1 2 4 6");
        assert_ids("email:nam@nd.example", "Nobody in the address book is in this audience");
        assert_ids("org:D-17 or role:leader", "1");
}

static void test_pages_follow_each_other_and_mark_what_is_special(void **state)
{
        CLEANUP(audience_free) struct audience *all = NULL;
        CLEANUP(audience_free) struct audience *press = NULL;
        CLEANUP(selection_free) struct selection *s = NULL;
        CLEANUP(selection_free) struct selection *early = NULL;
        CLEANUP(contact_list_done) struct contact_list l = {0};
        CLEANUP(tx_done) struct tx tx = {0};

        assert_int_equal(tx_begin(&tx, *state, 0, NULL), 0);
        assert_int_equal(
                suppression_add(&tx,
                                &(struct suppression){.address = (char[]){"NAM@nd.example"},
                                                      .reason = REASON_STOP_LIST,
                                                      .since = NOON},
                                NULL),
                0);
        assert_int_equal(tx_commit(&tx, NULL), 0);
        assert_int_equal(audience_parse("all", &all, NULL), 0);
        assert_int_equal(audience_parse("kind:press", &press, NULL), 0);
        assert_int_equal(selection_resolve(*state, all, NOON, &s, NULL), 0);
        assert_int_equal(selection_resolve(*state, press, NOON, &early, NULL), 0);
        assert_int_equal(selection_page(*state, s, early, 0, 4, &l, NULL), 0);
        assert_int_equal(l.n, 4);
        assert_int_equal(l.v[0].id, 1);
        assert_false(l.v[0].early);
        assert_int_equal(l.v[0].reason, REASON_NONE);
        assert_true(l.v[3].early);
        contact_list_done(&l);
        assert_int_equal(selection_page(*state, s, early, 4, 4, &l, NULL), 0);
        assert_int_equal(l.n, 2);
        assert_int_equal(l.v[0].id, 5);
        assert_int_equal(l.v[0].reason, REASON_STOP_LIST);
        assert_string_equal(l.v[0].org, "Báo Nhân Dân");
        assert_int_equal(l.v[1].reason, REASON_NO_ADDRESS);
        contact_list_done(&l);
        assert_int_equal(selection_page(*state, s, early, 6, 4, &l, NULL), 0);
        assert_int_equal(l.n, 0);
}

static void test_people_are_counted_by_group(void **state)
{
        CLEANUP(audience_free) struct audience *a = NULL;
        CLEANUP(selection_free) struct selection *s = NULL;
        CLEANUP(tx_done) struct tx tx = {0};
        struct selection_counts n;

        assert_int_equal(tx_begin(&tx, *state, 0, NULL), 0);
        assert_int_equal(suppression_add(&tx,
                                         &(struct suppression){.address = (char[]){"ba@hb.example"},
                                                               .reason = REASON_DEAD_ADDRESS,
                                                               .since = NOON},
                                         NULL),
                         0);
        /* what a department must get it gets, though its address looks dead */
        assert_int_equal(
                suppression_add(&tx,
                                &(struct suppression){.address = (char[]){"nam@nd.example"},
                                                      .reason = REASON_DEAD_ADDRESS,
                                                      .since = NOON},
                                NULL),
                0);
        assert_int_equal(tx_commit(&tx, NULL), 0);
        assert_int_equal(audience_parse("not role:leader", &a, NULL), 0);
        assert_int_equal(selection_resolve(*state, a, NOON, &s, NULL), 0);
        assert_int_equal(selection_count(*state, s, &n, NULL), 0);
        assert_int_equal(n.people, 5);
        assert_int_equal(n.no_address, 2);
        assert_int_equal(n.stopped, 0);
        assert_int_equal(n.doubtful, 1);
        assert_int_equal(n.group[ORG_DEPARTMENT][ROLE_OFFICER], 2);
        assert_int_equal(n.group[ORG_PRESS][ROLE_DESK], 2);
        assert_int_equal(n.group[ORG_PRESS][ROLE_JOURNALIST], 1);
        assert_int_equal(n.group[ORG_DEPARTMENT][ROLE_LEADER], 0);
}

static void test_a_changed_book_makes_a_selection_stale(void **state)
{
        CLEANUP(audience_free) struct audience *a = NULL;
        CLEANUP(selection_free) struct selection *s = NULL;
        struct contact_list l = {0};

        assert_int_equal(audience_parse("all", &a, NULL), 0);
        assert_int_equal(selection_resolve(*state, a, NOON, &s, NULL), 0);
        assert_int_equal(selection_check(*state, s, NULL), 0);
        make_contact(*state, 1, "desk", "", "new@hn.example", "");
        assert_int_equal(selection_check(*state, s, NULL), -EAGAIN);
        assert_int_equal(selection_page(*state, s, NULL, 0, 10, &l, NULL), -EAGAIN);
        assert_null(l.v);
}

static void test_lists_select_their_members(void **state)
{
        CLEANUP(tx_done) struct tx tx = {0};

        assert_int_equal(tx_begin(&tx, *state, 0, NULL), 0);
        assert_int_equal(contact_lists_set(&tx, 3, "Họp báo", NULL), 0);
        assert_int_equal(contact_lists_set(&tx, 6, "Họp báo;Khẩn", NULL), 0);
        assert_int_equal(tx_commit(&tx, NULL), 0);
        assert_ids("list:\"Họp báo\"", "3 6");
        assert_ids("list:\"hop bao\" and not list:khẩn", "3");
}

/* A thousand terms at one level: deeper than SQLite lets a chain be. */
static void test_a_long_audience_is_not_too_deep_for_sqlite(void **state)
{
        CLEANUP(audience_free) struct audience *joined = NULL;
        CLEANUP(selection_free) struct selection *s = NULL;
        CLEANUP(contact_list_done) struct contact_list l = {0};
        struct audience *to[1200];

        for (size_t i = 0; i < COUNT_OF(to); i++)
                assert_int_equal(audience_parse("role:leader", &to[i], NULL), 0);
        joined = audience_join(to, COUNT_OF(to), NULL, 0);
        assert_int_equal(selection_resolve(*state, joined, NOON, &s, NULL), 0);
        assert_int_equal(selection_page(*state, s, s, 0, 10, &l, NULL), 0);
        assert_int_equal(l.n, 1);
}

static void test_quotes_in_a_name_are_only_text(void **state)
{
        int64_t org = make_org(*state, "press", "O'\"; DROP TABLE contact; --", "", "", "", "");

        make_contact(*state, org, "desk", "", "drop@x.example", "");
        assert_ids("org:\"O'\\\"; DROP TABLE contact; --\"", "7");
        assert_ids("org:\"' OR 1=1 --\"",
                   "Column 5: no organisation “' OR 1=1 --” in the address book");
}

#define WITH_NETWORK(test) cmocka_unit_test_setup_teardown(test, setup, book_teardown)

int main(void)
{
        const struct CMUnitTest tests[] = {
                WITH_NETWORK(test_each_field_selects_its_contacts),
                WITH_NETWORK(test_operators_combine),
                WITH_NETWORK(test_an_exact_name_wins_over_a_folded_one),
                WITH_NETWORK(test_a_word_of_several_organisations_lists_their_codes),
                WITH_NETWORK(test_unknown_names_are_errors_with_a_suggestion),
                WITH_NETWORK(test_a_former_name_points_to_the_present_one),
                WITH_NETWORK(test_mixed_operators_are_counted_both_ways),
                WITH_NETWORK(test_nobody_is_an_error_and_known_but_empty_a_warning),
                WITH_NETWORK(test_errors_carry_the_line_of_their_header),
                WITH_NETWORK(test_who_has_left_is_known_but_not_selected),
                WITH_NETWORK(test_pages_follow_each_other_and_mark_what_is_special),
                WITH_NETWORK(test_people_are_counted_by_group),
                WITH_NETWORK(test_a_changed_book_makes_a_selection_stale),
                WITH_NETWORK(test_lists_select_their_members),
                WITH_NETWORK(test_a_long_audience_is_not_too_deep_for_sqlite),
                WITH_NETWORK(test_quotes_in_a_name_are_only_text),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
