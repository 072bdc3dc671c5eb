// SPDX-License-Identifier: MIT
#include "press/submit.h"

#include "press/clock.h"
#include "press/delivery.h"
#include "press/moment.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <errno.h>
#include <sys/stat.h>
#include <cmocka.h>

#include "submit_try.h"

/* R2, R86: an address that two share gets one letter; who has none is on the list all the same. */
static void test_a_statement_becomes_a_release_with_a_delivery_for_each_address(void **state)
{
        struct place *p = *state;
        CLEANUP(release_done) struct release r = {0};
        CLEANUP(delivery_list_done) struct delivery_list l = {0};
        struct submit_options o = {.lang = LANG_EN};
        struct submitted out = {0};
        struct err e = {0};
        unsigned char leaf[HASH_BYTES], sum[HASH_BYTES];
        char hex[HASH_HEX_MAX];
        struct hash h;

        assert_int_equal(try(p, HEAD "Number: 12/TC\nClass: urgent\n" BODY, &o, &out, &e), 0);
        assert_false(out.duplicate);
        assert_int_equal(out.same_address, 1);
        assert_int_equal(out.no_address, 1);
        assert_int_equal(release_get(p->db, out.release, &r, NULL), 0);
        assert_int_equal(r.stored, RELEASE_APPROVED);
        assert_int_equal(r.recipients, 3);
        assert_int_equal(r.class, CLASS_URGENT);
        assert_int_equal(r.language, LANG_VI);
        assert_string_equal(r.number, "12/TC");
        assert_string_equal(r.audience, "kind:press");
        assert_string_equal(r.text, "Nội dung **chính**.");
        assert_string_equal(r.submitted_by, "lan");
        assert_int_equal(r.due_at, NOON);
        assert_false(r.automatic);
        assert_string_equal(r.approved_hash, r.hash);

        assert_int_equal(delivery_page(p->db, out.release, 0, 10, &l, NULL), 0);
        assert_int_equal(l.n, 3);
        assert_string_equal(l.v[0].address, "an@a.example");
        assert_string_equal(l.v[0].name, "An");
        assert_string_equal(l.v[0].org, "Báo A");
        assert_int_equal(l.v[0].state, DELIVERY_QUEUED);
        assert_string_equal(l.v[2].address, "");
        assert_int_equal(l.v[2].state, DELIVERY_SUPPRESSED);
        assert_int_equal(l.v[2].reason, REASON_NO_ADDRESS);

        /* what pressd will compute before the first letter */
        hash_init(&h);
        for (size_t i = 0; i < l.n; i++) {
                delivery_leaf(&l.v[i], leaf);
                hash_piece(&h, leaf, sizeof(leaf));
        }
        hash_final(&h, sum);
        hash_hex(sum, hex);
        assert_string_equal(hex, r.recipients_hash);
        release_hash(&r, hex);
        assert_string_equal(hex, r.hash);
}

static void test_without_approval_it_waits_and_without_grace_it_goes_on_approval(void **state)
{
        struct place *p = *state;
        CLEANUP(release_done) struct release r = {0};
        struct actor boss = {.uid = 1001, .name = "hoa", .now = NOON + 5000};
        int64_t id;

        set_config(p, "grace = \"20s\"");
        id = sent(p, HEAD BODY);
        assert_int_equal(release_get(p->db, id, &r, NULL), 0);
        assert_int_equal(r.state, RELEASE_PROPOSED);
        assert_int_equal(r.due_at, 0);
        assert_string_equal(r.approved_by, "");
        {
                CLEANUP(tx_done) struct tx tx = {0};

                assert_int_equal(tx_begin(&tx, p->db, 0, NULL), 0);
                assert_int_equal(release_approve(&tx, id, r.hash, p->cfg->grace_ms, &boss, NULL),
                                 0);
                assert_int_equal(tx_commit(&tx, NULL), 0);
        }
        release_done(&r);
        assert_int_equal(release_get(p->db, id, &r, NULL), 0);
        assert_int_equal(r.due_at, NOON + 25000);
}

static void test_who_asked_to_stop_is_suppressed(void **state)
{
        struct place *p = *state;
        int64_t n[DELIVERY_STATES];
        {
                CLEANUP(tx_done) struct tx tx = {0};

                assert_int_equal(tx_begin(&tx, p->db, 0, NULL), 0);
                assert_int_equal(
                        suppression_add(&tx,
                                        &(struct suppression){.address = (char[]){"binh@a.example"},
                                                              .reason = REASON_STOP_LIST,
                                                              .since = NOON},
                                        NULL),
                        0);
                assert_int_equal(tx_commit(&tx, NULL), 0);
        }
        assert_int_equal(release_counts(p->db, sent(p, HEAD BODY), n, NULL), 0);
        assert_int_equal(n[DELIVERY_QUEUED], 1);
        assert_int_equal(n[DELIVERY_SUPPRESSED], 2);
}

static void test_moments_are_judged_together(void **state)
{
        struct place *p = *state;
        struct submit_options o = {.lang = LANG_EN, .at = ""};

        assert_refused(p, HEAD "At: 32/01/2026 08:00\n" BODY, -EINVAL, "t.txt:3: ", "");
        assert_refused(p, HEAD "At: 01/01/2026 18:00\n" BODY, -EINVAL,
                       "t.txt:3: ", "At is in the past: Thu 01/01/2026 18:00");
        assert_refused(p, HEAD "Embargo: 01/01/2026 18:00\n" BODY, -EINVAL,
                       "t.txt:3: ", "Embargo is in the past");
        assert_refused(p, HEAD "Expires: 01/01/2026 18:00\n" BODY, -ETIME,
                       "t.txt:3: ", "Expires is in the past");
        assert_refused(p, HEAD "At: 2026-01-02 08:00\nEmbargo: 2026-01-02 09:00\n" BODY, -EINVAL,
                       "t.txt:3: ", "add Early");
        assert_refused(p, HEAD "Early: tag:som\n" BODY, -EINVAL, "t.txt:3: ", "only with Embargo");
        assert_refused(p, HEAD "At: 2026-01-02 08:00\nExpires: 2026-01-02 08:00\n" BODY, -EINVAL,
                       "t.txt:4: ", "before it may leave");
        assert_refused_with(p, HEAD BODY, &o, -EINVAL, "--at: ", "");
        o = (struct submit_options){.lang = LANG_EN, .expires = "0s"};
        assert_refused_with(p, HEAD BODY, &o, -ETIME, "--expires: ", "past");
        o.expires = "5x";
        assert_refused_with(p, HEAD BODY, &o, -EINVAL, "--expires: ", "duration");
        o = (struct submit_options){.lang = LANG_EN, .class = "fast"};
        assert_refused_with(p, HEAD BODY, &o, -EINVAL, "--class: ", "fast");
}

static void test_early_readers_get_it_before_the_embargo_with_the_notice(void **state)
{
        struct place *p = *state;
        CLEANUP(release_done) struct release r = {0};
        CLEANUP(delivery_list_done) struct delivery_list l = {0};
        int64_t id = sent(p, HEAD "To: kind:department\nEmbargo: 2026-01-02 08:00\n"
                                  "Early: tag:som\nExpires: 2h\n" BODY);

        assert_int_equal(release_get(p->db, id, &r, NULL), 0);
        assert_int_equal(r.early_at, NOON);
        assert_int_equal(r.embargo, NOON + 13 * CLOCK_HOUR);
        assert_int_equal(r.due_at, r.embargo);
        assert_int_equal(r.expires, r.embargo + 2 * CLOCK_HOUR);
        assert_string_equal(r.audience, "(kind:press) or (kind:department)");
        assert_int_equal(delivery_page(p->db, id, 0, 10, &l, NULL), 0);
        assert_int_equal(l.n, 4);
        assert_true(l.v[0].early);  /* An */
        assert_false(l.v[1].early); /* Bình */
        assert_true(l.v[3].early);  /* Dũng */
        assert_refused(p, HEAD "Embargo: 2026-01-02 08:00\nEarly: tag:som\n" BODY, -EINVAL,
                       "t.txt:4: ", "1 people whom To does not name");
}

static void test_an_audience_that_is_none_is_refused(void **state)
{
        struct place *p = *state;
        struct submit_options o = {.to = "kind:press and", .lang = LANG_EN};

        assert_refused(p, "Title: T\n" BODY, -EINVAL, "t.txt: ", "add To: AUDIENCE");
        assert_refused(p, "Title: T\nTo: province:\"Hà Nộii\"\n" BODY, -EINVAL,
                       "t.txt:2: ", "Hà Nội");
        assert_refused(p, "Title: T\nTo: all\nExcept: all\n" BODY, -EINVAL, "t.txt", "");
        assert_refused_with(p, HEAD BODY, &o, -EINVAL, "--to: ", "");
        o.to = "org:\"Báo X\"";
        assert_refused_with(p, HEAD BODY, &o, -EINVAL, "--to: ", "");
        o.to = "((";
        assert_refused_with(p, HEAD BODY, &o, -EINVAL, "--to: ", "");
}

/* R62, R63, R64 */
static void test_attachments_are_judged_before_anything_is_stored(void **state)
{
        struct place *p = *state;
        CLEANUP(mem_free) char *big = mem_zalloc(200000);
        CLEANUP(mem_free) char *text = mem_printf(HEAD "Attach: %s/a.pdf\n" BODY, p->folder);
        CLEANUP(mem_free)
        char *sub = mem_printf(HEAD "Attach: ../%s/a.pdf\n" BODY, strrchr(p->folder, '/') + 1);

        write_file(p, "a.pdf", "%PDF-1", 6);
        write_file(p, "big.bin", big, 200000);
        write_file(p, "empty.pdf", "", 0);
        set_config(p, "approval = none max_message = \"200kB\" same_content = \"0s\"");
        assert_refused(p, HEAD "Attach: c.pdf\n" BODY, -EINVAL, "t.txt:3: ", "no file");
        assert_refused(p, HEAD "Attach: .\n" BODY, -EINVAL, "t.txt:3: ", "names no file");
        assert_refused(p, HEAD "Attach: /tmp\n" BODY, -EINVAL, "t.txt:3: ", "folder");
        assert_refused(p, HEAD "Attach: /dev/null\n" BODY, -EINVAL, "t.txt:3: ", "device");
        assert_refused(p, HEAD "Attach: big.bin\n" BODY, -E2BIG,
                       "t.txt:3: ", "max_message allows 200000");
        assert_refused(p, HEAD "Attach: empty.pdf\n" BODY, -EINVAL, "t.txt:3: ", "empty");
        assert_refused(p, HEAD "Attach: a.pdf\nAttach: A.PDF\n" BODY, -EINVAL,
                       "t.txt:4: ", "already, in line 3");
        write_file(p, "b.pdf", "MZ", 2);
        assert_refused(p, HEAD "Attach: b.pdf\n" BODY, -EINVAL,
                       "t.txt:3: ", "“b.pdf” is a program");
        sent(p, HEAD "Attach: a.pdf\n" BODY);
        sent(p, text);
        sent(p, sub);
}

static void test_another_attachment_is_another_content(void **state)
{
        struct place *p = *state;
        struct submit_options o = {.key = "k", .lang = LANG_EN};
        struct submitted out = {0};

        write_file(p, "a.pdf", "%PDF-1", 6);
        sent_with(p, HEAD "Attach: a.pdf\n" BODY, &o);
        assert_int_equal(try(p, HEAD "Attach: ./a.pdf\n" BODY, &o, &out, NULL), 0);
        assert_true(out.duplicate);
        write_file(p, "a.pdf", "%PDF-2", 6);
        assert_refused_with(p, HEAD "Attach: a.pdf\n" BODY, &o, -EEXIST,
                            "t.txt: ", "another content");
}

/* R118 */
static void test_our_own_return_path_is_not_an_audience(void **state)
{
        struct place *p = *state;
        CLEANUP(delivery_list_done) struct delivery_list l = {0};
        int64_t o = make_org(p->db, "press", "Báo Z", "Z", "", "", "");

        make_contact(p->db, o, "desk", "", "bounce+abc@press.x.example", "");
        assert_refused(p, HEAD BODY, -EINVAL, "", "undelivered mail returns");
        /* what was staged before it is gone */
        assert_int_equal(delivery_page(p->db, 1, 0, 10, &l, NULL), 0);
        assert_int_equal(l.n, 0);
}

static void test_a_correction_is_pointed_to_what_works(void **state)
{
        assert_refused(*state, HEAD "Kind: correction\n" BODY, -EINVAL,
                       "t.txt: ", "Kind: statement");
}

static void test_the_trial_list_is_pointed_out(void **state)
{
        struct place *p = *state;
        struct submit_options o = {.lang = LANG_EN};
        struct submitted out = {0};
        char text[1000];

        set_config(p, "approval = none allow = {\"@c.example\"}");
        assert_int_equal(try(p, "Title: T\nTo: all\n" BODY, &o, &out, NULL), 0);
        assert_int_equal(out.outside, 2);
        err_text(&out.warning[0], LANG_EN, text, sizeof(text));
        assert_non_null(strstr(text, "2 of the recipients are outside of `allow`"));
}

/* Chunks grow and shrink; nobody is lost or doubled between them. */
static void test_many_recipients_are_all_there(void **state)
{
        struct place *p = *state;
        int64_t o = make_org(p->db, "press", "Báo N", "N", "", "", ""), n[DELIVERY_STATES];

        for (int i = 0; i < 1203; i++) {
                CLEANUP(mem_free) char *mail = mem_printf("n%d@n.example", i);

                make_contact(p->db, o, "journalist", "N", mail, "");
        }
        assert_int_equal(release_counts(p->db, sent(p, HEAD BODY), n, NULL), 0);
        assert_int_equal(n[DELIVERY_QUEUED], 1205);
        assert_int_equal(n[DELIVERY_SUPPRESSED], 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, submit_setup, submit_teardown)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(test_a_statement_becomes_a_release_with_a_delivery_for_each_address),
                TEST(test_without_approval_it_waits_and_without_grace_it_goes_on_approval),
                TEST(test_who_asked_to_stop_is_suppressed),
                TEST(test_moments_are_judged_together),
                TEST(test_early_readers_get_it_before_the_embargo_with_the_notice),
                TEST(test_an_audience_that_is_none_is_refused),
                TEST(test_attachments_are_judged_before_anything_is_stored),
                TEST(test_another_attachment_is_another_content),
                TEST(test_our_own_return_path_is_not_an_audience),
                TEST(test_a_correction_is_pointed_to_what_works),
                TEST(test_the_trial_list_is_pointed_out),
                TEST(test_many_recipients_are_all_there),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
