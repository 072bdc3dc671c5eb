// SPDX-License-Identifier: MIT
/*
 * Delivery status fields (RFC 3464, RFC 6533) to rows, also where blank lines or fields are
 * missing: a recipient begins at a recipient field when the one before has such a field already.
 */
#include "report_internal.h"

#include "press/mem.h"
#include "press/text.h"

#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define VALUE_BYTES 2048u

struct group { /* the fields of one recipient, as they came */
        char final[VALUE_BYTES], original[VALUE_BYTES], actual[VALUE_BYTES];
        char action[64], status[128], diagnostic[VALUE_BYTES], retry[64];
};

static const struct {
        const char *name;
        size_t offset, size;
} fields[] = {
        {"Final-Recipient", offsetof(struct group, final), VALUE_BYTES},
        {"Original-Recipient", offsetof(struct group, original), VALUE_BYTES},
        {"X-Actual-Recipient", offsetof(struct group, actual), VALUE_BYTES},
        {"Action", offsetof(struct group, action), 64},
        {"Status", offsetof(struct group, status), 128},
        {"Diagnostic-Code", offsetof(struct group, diagnostic), VALUE_BYTES},
        {"Will-Retry-Until", offsetof(struct group, retry), 64},
};

/* --- addresses ---------------------------------------------------------------------- */

/* utf-8-addr-xtext and utf-8-addr-unitext: \x{5099} (RFC 6533 3). */
static void unescape_utf8(const char *s, struct buf *out)
{
        while (*s) {
                char *end;
                unsigned long c;

                if (strncmp(s, "\\x{", 3) == 0 && isxdigit((unsigned char) s[3]) &&
                    (c = strtoul(s + 3, &end, 16), *end == '}') && c > 31) {
                        add_character(out, c);
                        s = end + 1;
                } else {
                        buf_addc(out, *s++);
                }
        }
}

/* What stands behind "rfc822;", into out[ADDR_MAX]; "" when it is no address. */
static void address_of(const char *value, char *out)
{
        CLEANUP(buf_done) struct buf plain = BUF(VALUE_BYTES);
        const char *semi = strchr(value, ';');
        struct found f;
        size_t pos = 0;

        out[0] = '\0';
        if (strncasecmp(value, "utf-8", 5) == 0)
                unescape_utf8(semi ? semi + 1 : value, &plain);
        else
                buf_adds(&plain, semi ? semi + 1 : value);
        if (address_next(plain.s, plain.len, &pos, &f) ||
            (pos = 0, address_next(value, strlen(value), &pos, &f)))
                address_copy(&f, out);
}

/* --- one recipient -------------------------------------------------------------------- */

static bool action_of(const char *s, enum report_action *ret)
{
        static const struct {
                const char *start;
                enum report_action a;
        } words[] = {{"fail", REPORT_FAILED},       {"delay", REPORT_DELAYED},
                     {"deliver", REPORT_DELIVERED}, {"relay", REPORT_RELAYED},
                     {"expand", REPORT_EXPANDED},   {"perm", REPORT_FAILED},
                     {"error", REPORT_FAILED},      {"transient", REPORT_DELAYED},
                     {"bounce", REPORT_FAILED},     {"undeliver", REPORT_FAILED},
                     {"reject", REPORT_FAILED},     {"retr", REPORT_DELAYED},
                     {"defer", REPORT_DELAYED},     {"success", REPORT_DELIVERED}};

        s += strspn(s, " \t\"'");
        for (size_t i = 0; i < COUNT_OF(words); i++)
                if (strncasecmp(s, words[i].start, strlen(words[i].start)) == 0) {
                        *ret = words[i].a;
                        return true;
                }
        return false;
}

static void status_of(const char *s, char *out)
{
        out[0] = '\0';
        for (const char *p = s; *p; p++) {
                size_t n = codes_enhanced(p, strlen(p));

                if (n && n < REPORT_ENHANCED_MAX && (p == s || !isalnum((unsigned char) p[-1]))) {
                        snprintf(out, REPORT_ENHANCED_MAX, "%.*s", (int) n, p);
                        return;
                }
        }
}

static bool is_vague(const char *enhanced)
{
        return !enhanced[0] || strcmp(enhanced + 1, ".0.0") == 0 ||
               strcmp(enhanced + 1, ".3.0") == 0 || strcmp(enhanced + 1, ".5.0") == 0;
}

/* A failure's reply may say more than 4.0.0 or 5.0.0 even with the other first digit. */
static bool says_more(const char *said, const char *status, bool failed)
{
        if (!said[0])
                return false;
        return !status[0] || said[0] == status[0] ||
               (failed && said[0] != '2' && !is_vague(said) && strcmp(status + 1, ".0.0") == 0);
}

/* The Status field, unless it says nothing and the reply says more. */
static void row_codes(struct report_row *row, const struct group *g)
{
        struct codes said;
        char status[REPORT_ENHANCED_MAX];
        enum report_action action;
        bool failed = action_of(g->action, &action) && action == REPORT_FAILED;

        codes_read(g->diagnostic, strlen(g->diagnostic), &said);
        status_of(g->status, status);
        row->code = failed && said.reply < 400 ? 0 : said.reply;
        if (failed && status[0] == '2')
                status[0] = '\0'; /* AOL's; the last reply that was no refusal */
        if (is_vague(status) && says_more(said.enhanced, status, failed))
                snprintf(status, sizeof(status), "%s", said.enhanced);
        if (status[0]) {
                snprintf(row->enhanced, sizeof(row->enhanced), "%s", status);
                row->stated = true;
        }
}

/* What the subject and the notice say; false where neither says anything. */
static bool words_of(const struct returned *m, enum report_action *ret)
{
        CLEANUP(mem_free) char *subject = NULL;
        CLEANUP(mem_free) char *notice = fold_text(m->notice.s, strnlen(m->notice.s, 8192));
        enum report_action of_subject;
        char value[512];
        bool said = words_action(notice, ret);

        field_get(m->head.s, "Subject", 0, value, sizeof(value));
        subject = fold_text(value, strlen(value));
        if (!words_action(subject, &of_subject))
                return said;
        if (!said || of_subject == REPORT_DELAYED)
                *ret = of_subject;
        return true;
}

/* false: nothing says what became of this one, as where the mail was cut. */
static bool row_action(struct report_row *row, const struct group *g, const struct returned *m)
{
        enum report_action said = REPORT_FAILED;
        bool words;

        if (action_of(g->action, &row->action)) {
                CLEANUP(mem_free) char *subject = NULL;
                char value[512];

                field_get(m->head.s, "Subject", 0, value, sizeof(value));
                subject = fold_text(value, strlen(value));
                /* A server that still tries has not failed, whatever it calls it (R105). */
                if (row->action == REPORT_FAILED && row->enhanced[0] == '4' &&
                    (g->retry[0] || phrase_any(said_delayed, subject)))
                        row->action = REPORT_DELAYED;
                return true;
        }
        words = words_of(m, &said);
        row->action = row->enhanced[0] == '2' ? REPORT_DELIVERED : REPORT_FAILED;
        if (row->enhanced[0] != '5' && row->enhanced[0] != '2' && words)
                row->action = said;
        return row->enhanced[0] || g->diagnostic[0] ||
               (words && (said == REPORT_FAILED || said == REPORT_DELAYED));
}

static const char *diagnostic_text(const char *s)
{
        const char *semi = strchr(s, ';');
        size_t n = semi ? (size_t) (semi - s) : 0;

        if (!semi || n > 24 || strcspn(s, " \t") < n)
                return s;
        return semi + 1 + strspn(semi + 1, " \t");
}

static void add_group(const struct group *g, const struct returned *m, struct report *r)
{
        CLEANUP(buf_done) struct buf words = BUF(8192);
        char final[ADDR_MAX], original[ADDR_MAX], actual[ADDR_MAX];
        struct report_row *row, said = {.class = REPORT_UNCLEAR};

        address_of(g->final, final);
        address_of(g->original, original);
        address_of(g->actual, actual);
        row_codes(&said, g);
        if (!row_action(&said, g, m))
                return;
        row = report_row(r, final[0] ? final : original[0] ? original : actual);
        if (!row)
                return;
        memcpy(said.address, row->address, sizeof(said.address));
        snprintf(said.original, sizeof(said.original), "%s", original);
        *row = said;
        text_escape(diagnostic_text(g->diagnostic), row->diagnostic, sizeof(row->diagnostic));
        buf_adds(&words, diagnostic_text(g->diagnostic));
        row->class = reason_class(row, words.s);
        if (row->class == REPORT_UNCLEAR || !g->diagnostic[0]) {
                struct report_row again = *row;
                struct codes here;

                notice_about(m, row->address, &words);
                codes_read(words.s, words.len, &here);
                if (!again.code)
                        again.code = here.reply;
                if (is_vague(again.enhanced) && here.enhanced[0] &&
                    (!again.enhanced[0] || again.enhanced[0] == here.enhanced[0])) {
                        snprintf(again.enhanced, sizeof(again.enhanced), "%s", here.enhanced);
                        again.stated = true;
                }
                again.class = reason_class(&again, words.s);
                if (!again.diagnostic[0] && (here.reply || here.enhanced[0]))
                        diagnostic_of(words.s, row->address, again.diagnostic);
                *row = again;
        }
}

/* --- all of them ------------------------------------------------------------------------ */

static bool has_recipient(const struct group *g)
{
        return g->final[0] || g->original[0] || g->actual[0];
}

/* Where the field's value goes, beginning a new recipient when this one has it already. */
static char *slot(struct group *g, size_t i, bool blank, const struct returned *m, struct report *r)
{
        char *at = (char *) g + fields[i].offset;
        bool names = i < 2;

        if (names && has_recipient(g) && (at[0] || (blank && g->action[0]))) {
                add_group(g, m, r);
                *g = (struct group){0};
        }
        return at[0] ? NULL : at; /* said twice: the first counts */
}

/* ": value" at p; `to` NULL: nowhere. */
static void take_field(const char *p, size_t n, char *to, size_t size)
{
        size_t skip = strspn(p, " \t:");

        if (to && skip < n)
                snprintf(to, size, "%.*s", (int) (n - skip), p + skip);
}

/* Folded lines joined, blank lines kept. */
static void unfold(const char *text, struct buf *one)
{
        for (const char *p = text; *p;) {
                size_t n = strcspn(p, "\n"), blanks = strspn(p, " \t");

                if (one->len && one->s[one->len - 1] == '\n' && blanks && blanks < n) {
                        one->len--;
                        buf_addc(one, ' ');
                        n -= blanks;
                        p += blanks;
                }
                buf_add(one, p, n);
                buf_addc(one, '\n');
                p += n + (p[n] == '\n');
        }
}

bool status_read(const struct returned *m, const char *text, struct report *r)
{
        CLEANUP(buf_done) struct buf one = BUF(REPORT_BYTES);
        struct group *g = mem_zalloc(sizeof(*g));
        bool blank = false;

        unfold(text, &one);
        for (const char *p = one.s; *p;) {
                size_t n = strcspn(p, "\n");

                blank = blank || strspn(p, " \t") == n;
                for (size_t i = 0; i < COUNT_OF(fields); i++) {
                        size_t len = strlen(fields[i].name);

                        if (strncasecmp(p, fields[i].name, len) != 0 ||
                            p[len + strspn(p + len, " \t")] != ':')
                                continue;
                        take_field(p + len, n - len, slot(g, i, blank, m, r), fields[i].size);
                        blank = false;
                }
                p += n + (p[n] == '\n');
        }
        if (has_recipient(g) || g->action[0] || g->status[0])
                add_group(g, m, r);
        mem_free(&g);
        return r->rows > 0;
}
