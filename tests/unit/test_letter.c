// SPDX-License-Identifier: MIT
#include "press/letter.h"

#include "press/buf.h"
#include "press/mem.h"
#include "press/zone.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define MAX   (1u << 20)
#define NOV24 INT64_C(1795482000000) /* 2026-11-24 01:00 UTC, ms */

static const struct letter_content CONTENT = {
        .domain = "press.example",
        .from_name = "Info Centre",
        .from_address = "info@ministry.example",
        .reply_to = "",
        .list_id = "",
        .title = "On X",
        .number = "",
        .kind = KIND_STATEMENT,
        .class = CLASS_NORMAL,
        .language = LANG_EN,
        .text = "Hello.\n",
        .ministry = "MINISTRY",
        .unit = "",
        .place = "Hanoi",
        .contact = "",
        .signer = "",
        .embargo = "",
};
static const struct letter_recipient RECIPIENT = {
        .address = "a@b.example",
        .name = "Mau",
        .org = "X Daily",
        .title = "",
        .role = ROLE_JOURNALIST,
        .moment = NOV24,
        .message_id = "m1",
};

/* A composed letter, before and after loading. */
struct made {
        char *bytes, *cuts;
        size_t n;
};

static void made_done(struct made *m)
{
        free(m->bytes);
        free(m->cuts);
}

static struct made make(const struct letter_content *c)
{
        struct made m = {0};
        struct err e = {0};

        assert_int_equal(letter_compose(c, MAX, &m.bytes, &m.n, &m.cuts, &e), 0);
        return m;
}

static struct letter *load(const struct made *m)
{
        struct letter *l = NULL;

        assert_int_equal(letter_load(mem_dup(m->bytes, m->n), m->n, m->cuts, &l, NULL), 0);
        return l;
}

/* This recipient's whole letter; free() it. */
static char *text_for(const struct letter *l, const struct letter_recipient *r)
{
        CLEANUP(spliced_done) struct spliced s = {0};
        CLEANUP(buf_done) struct buf b = BUF(MAX);

        letter_splice(l, r, &s);
        for (size_t i = 0; i < s.n; i++)
                buf_add(&b, s.v[i].p, s.v[i].n);
        assert_int_equal(b.len, s.octets);
        return buf_take(&b);
}

static char *letter_for(const struct letter_content *c, const struct letter_recipient *r)
{
        CLEANUP(made_done) struct made m = make(c);
        CLEANUP(letter_free) struct letter *l = load(&m);

        return text_for(l, r);
}

static void test_the_header_is_these_lines_in_this_order(void **state)
{
        static const char expected[] = "Date: Tue, 24 Nov 2026 01:00:00 +0000\r\n"
                                       "From: Info Centre <info@ministry.example>\r\n"
                                       "To: Mau <a@b.example>\r\n"
                                       "Reply-To: Press <reply@ministry.example>\r\n"
                                       "Subject: Press statement No. 1/X: On X\r\n"
                                       "Message-ID: <m1@press.example>\r\n"
                                       "List-Id: Info Centre <press.press.example>\r\n"
                                       "Auto-Submitted: auto-generated\r\n"
                                       "MIME-Version: 1.0\r\n"
                                       "Content-Type: multipart/alternative;\r\n"
                                       " boundary=\"=_";
        struct letter_content c = CONTENT;

        (void) state;
        c.number = "1/X";
        c.reply_to = "Press <reply@ministry.example>";
        c.automatic = true;

        CLEANUP(mem_free) char *text = letter_for(&c, &RECIPIENT);

        text[sizeof(expected) - 1] = '\0';
        assert_string_equal(text, expected);
}

static void test_the_plain_text_is_this(void **state)
{
        CLEANUP(mem_free) char *text = letter_for(&CONTENT, &RECIPIENT);
        char *start = strstr(text, "\r\n\r\nMINISTRY"), *end;

        (void) state;
        assert_non_null(start);
        end = strstr(start, "\r\n\r\n--=_");
        assert_non_null(end);
        *end = '\0';
        assert_string_equal(start, "\r\n\r\nMINISTRY\r\n"
                                   "Hanoi, =\r\n"
                                   "24 November 2026=\r\n"
                                   "\r\n"
                                   "\r\n"
                                   "PRESS STATEMENT\r\n"
                                   "\r\n"
                                   "On X\r\n"
                                   "\r\n"
                                   "To: Mau, X Daily=\r\n"
                                   "\r\n"
                                   "\r\n"
                                   "Hello.");
}

/* R5, R88 */
static void test_the_same_recipient_gets_the_same_bytes_each_time(void **state)
{
        CLEANUP(made_done) struct made one = make(&CONTENT), two = make(&CONTENT);
        CLEANUP(letter_free) struct letter *l = load(&one);
        CLEANUP(mem_free) char *first = text_for(l, &RECIPIENT);
        CLEANUP(mem_free) char *again = text_for(l, &RECIPIENT);

        (void) state;
        assert_string_equal(first, again);
        assert_int_equal(one.n, two.n);
        assert_memory_equal(one.bytes, two.bytes, one.n);
        assert_string_equal(one.cuts, two.cuts);
}

/* R88: Date stays although the setting moved to another zone. */
static void test_the_zone_of_composing_is_kept(void **state)
{
        CLEANUP(letter_free) struct letter *l = NULL;

        (void) state;
        assert_int_equal(zone_open("Asia/Ho_Chi_Minh", NULL), 0);
        CLEANUP(made_done) struct made m = make(&CONTENT);
        assert_int_equal(zone_open("UTC", NULL), 0);
        l = load(&m);

        CLEANUP(mem_free) char *text = text_for(l, &RECIPIENT);

        assert_memory_equal(text, "Date: Tue, 24 Nov 2026 08:00:00 +0700\r\n", 39);
        assert_string_equal(zone_name(), "UTC");
}

static void test_the_shared_bytes_are_not_copied(void **state)
{
        CLEANUP(made_done) struct made m = make(&CONTENT);
        CLEANUP(spliced_done) struct spliced s = {0};
        struct letter *l = NULL;
        char *bytes = mem_dup(m.bytes, m.n);
        size_t shared = 0;

        (void) state;
        assert_int_equal(letter_load(bytes, m.n, m.cuts, &l, NULL), 0);
        letter_splice(l, &RECIPIENT, &s);
        for (size_t i = 0; i < s.n; i++)
                if (s.v[i].p >= bytes && s.v[i].p < bytes + m.n)
                        shared += s.v[i].n;
        assert_int_equal(shared, m.n);
        assert_true(s.n <= 20);
        assert_true(letter_size(l) >= m.n);
        letter_free(&l);
        letter_free(&l); /* accepts NULL */
}

static void test_only_early_copies_show_the_embargo(void **state)
{
        struct letter_content c = CONTENT;
        struct letter_recipient r = RECIPIENT;

        (void) state;
        c.embargo = "Embargo 08:00";

        CLEANUP(mem_free) char *others = letter_for(&c, &r);
        r.early = true;
        CLEANUP(mem_free) char *early = letter_for(&c, &r);

        assert_null(strstr(others, "Embargo"));
        assert_non_null(strstr(others, "\r\nSubject: On X\r\n"));
        assert_non_null(strstr(early, "\r\nSubject: [Embargo 08:00] On X\r\n"));
        assert_null(strstr(early, "\r\nSubject: On X\r\n"));
        assert_non_null(strstr(early, "\r\n\r\nEmbargo 08:00\r\n"));
}

/* R54 */
static void test_a_recipients_words_add_no_header_line(void **state)
{
        struct letter_recipient r = RECIPIENT;

        (void) state;
        r.name = "Mau\r\nBcc: x@y.example";
        r.org = "\xff\n.\r\n";
        r.address = "a@b.example\r\nBcc: x@y.example";

        CLEANUP(mem_free) char *text = letter_for(&CONTENT, &r);

        assert_null(strstr(text, "\nBcc:"));
        assert_null(strstr(text, "\r\n.\r\n"));
}

static void refused(const struct letter_content *c, size_t max, int code)
{
        char *bytes = (char *) "before", *cuts = (char *) "before";
        struct err e = {0};
        size_t n = 7;

        assert_int_equal(letter_compose(c, max, &bytes, &n, &cuts, &e), code);
        assert_int_equal(e.code, code);
        assert_string_equal(bytes, "before");
        assert_string_equal(cuts, "before");
        assert_int_equal(n, 7);
}

/* R54, R61, R62, R63 */
static void test_unfit_content_is_refused_and_nothing_is_touched(void **state)
{
        struct letter_attachment a = {.name = "a\nb", .type = "a/b", .data = ""};
        struct letter_content c = CONTENT;

        (void) state;
        c.title = "a\r\nBcc: x";
        refused(&c, MAX, -EINVAL);
        c = CONTENT;
        c.from_name = "a\nb";
        refused(&c, MAX, -EINVAL);
        c = CONTENT;
        c.text = "a\n\x01to\x02";
        refused(&c, MAX, -EINVAL);
        c.text = "\xc3(";
        refused(&c, MAX, -EINVAL);
        c = CONTENT;
        c.reply_to = "no address";
        refused(&c, MAX, -EINVAL);
        c = CONTENT;
        c.att = &a;
        c.natt = 1;
        refused(&c, MAX, -EINVAL);
}

/* R64 */
static void test_a_letter_over_the_ceiling_is_refused_with_its_encoded_size(void **state)
{
        CLEANUP(made_done) struct made m = make(&CONTENT);
        char *bytes = NULL, *cuts = NULL, why[400], size[24];
        struct err e = {0};
        size_t n;

        (void) state;
        refused(&CONTENT, m.n - 1, -E2BIG);
        for (size_t max = 1; max < m.n; max += 7) /* wherever in the templates it runs full */
                refused(&CONTENT, max, -E2BIG);
        assert_int_equal(letter_compose(&CONTENT, m.n - 1, &bytes, &n, &cuts, &e), -E2BIG);
        err_text(&e, LANG_EN, why, sizeof(why));
        snprintf(size, sizeof(size), "%zu", m.n);
        assert_non_null(strstr(why, size));
        assert_non_null(strstr(why, "max_message"));
}

static void unloadable(const char *bytes, size_t n, const char *cuts)
{
        struct letter *l = NULL;

        assert_int_equal(letter_load(mem_dup(bytes, n), n, cuts, &l, NULL), -EBADMSG);
        assert_null(l);
}

static void test_damaged_letters_are_not_loaded(void **state)
{
        CLEANUP(made_done) struct made m = make(&CONTENT);

        (void) state;
        unloadable(m.bytes, m.n - 1, m.cuts);
        unloadable(m.bytes, m.n, "");
        unloadable(m.bytes, m.n, "press letter 1\n");
        m.bytes[10] = '\n';
        unloadable(m.bytes, m.n, m.cuts);
        m.bytes[10] = '\0';
        unloadable(m.bytes, m.n, m.cuts);
        m.bytes[10] = (char) 0xc3;
        unloadable(m.bytes, m.n, m.cuts);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_the_header_is_these_lines_in_this_order),
                cmocka_unit_test(test_the_plain_text_is_this),
                cmocka_unit_test(test_the_same_recipient_gets_the_same_bytes_each_time),
                cmocka_unit_test(test_the_zone_of_composing_is_kept),
                cmocka_unit_test(test_the_shared_bytes_are_not_copied),
                cmocka_unit_test(test_only_early_copies_show_the_embargo),
                cmocka_unit_test(test_a_recipients_words_add_no_header_line),
                cmocka_unit_test(test_unfit_content_is_refused_and_nothing_is_touched),
                cmocka_unit_test(test_a_letter_over_the_ceiling_is_refused_with_its_encoded_size),
                cmocka_unit_test(test_damaged_letters_are_not_loaded),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
