// SPDX-License-Identifier: MIT
#include "letter_checks.h"

#include "fuzz.h"

#include "press/buf.h"
#include "press/letter.h"
#include "press/mem.h"
#include "press/zone.h"

#include <errno.h>
#include <string.h>

/* CRLF ends each line and stands nowhere else; a dot at a line's start is doubled. */
static void check_wire(const char *s, size_t n)
{
        for (size_t at = 0; at < n;) {
                const char *lf = memchr(s + at, '\n', n - at);
                size_t len = lf ? (size_t) (lf - s) - at + 1 : 0;

                must(len >= 2 && len <= 1000 && lf[-1] == '\r');
                must(!memchr(s + at, '\r', len - 2) && !memchr(s + at, '\0', len));
                must(s[at] != '.' || s[at + 1] == '.');
                at += len;
        }
}

static void check_splice(const struct letter *l, const struct letter_recipient *r, size_t n)
{
        CLEANUP(spliced_done) struct spliced s = {0};
        CLEANUP(buf_done) struct buf whole = BUF(4 * LETTER_MAX);
        CLEANUP(buf_done) struct buf shown = BUF(8 * LETTER_MAX);

        letter_splice(l, r, &s);
        for (size_t i = 0; i < s.n; i++)
                buf_add(&whole, s.v[i].p, s.v[i].n);
        must(!whole.over && whole.len == s.octets);
        must(whole.len <= n + 65536);
        check_wire(whole.s, whole.len);
        letter_show(whole.s, &shown);
        must(!shown.over);
}

bool letter_check(char *bytes, size_t n, const char *cuts, const char *name)
{
        struct letter_recipient r = {.address = "a@b.example",
                                     .name = name,
                                     .org = "Báo Mẫu",
                                     .title = name,
                                     .moment = INT64_C(1795482000000),
                                     .message_id = "m.1"};
        CLEANUP(letter_free) struct letter *l = NULL;
        struct err e = {0};

        if (letter_load(bytes, n, cuts, &l, &e) < 0) {
                must(!l);
                fuzz_reason(&e, -EBADMSG);
                return false;
        }
        r.early = false;
        check_splice(l, &r, n);
        r.early = true;
        check_splice(l, &r, n);
        must(strcmp(zone_name(), "Asia/Ho_Chi_Minh") == 0);
        return true;
}
