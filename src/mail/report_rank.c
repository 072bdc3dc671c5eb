// SPDX-License-Identifier: MIT
/*
 * Every system sets the failed address apart in one of a few ways: alone on a line, at a line's
 * start before a colon, behind "to" or "recipient". An address is ranked by how it stands there.
 */
#include "report_internal.h"

#include "press/mem.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* --- where the original begins ------------------------------------------------------- */

/* 1 for a field that heads a letter, 2 where it is at the margin or quoted by ">"; else 0. */
static unsigned original_field(const char *line, size_t n)
{
        static const char *const names[] = {
                "Return-Path:",    "Received:",      "Message-ID:",
                "DKIM-Signature:", "X-Original-To:", "Delivered-To:",
                "MIME-Version:",   "Envelope-to:",   "X-Envelope-From:",
        };
        size_t marks = strspn(line, "> |\t");
        bool quoted = marks && marks < n && memchr(line, '>', marks);

        if (marks < n) {
                line += marks;
                n -= marks;
        }
        for (size_t i = 0; i < COUNT_OF(names); i++)
                if (n > strlen(names[i]) && strncasecmp(line, names[i], strlen(names[i])) == 0)
                        return marks == 0 || quoted ? 2 : 1;
        return 0;
}

/* Two fields at the margin are a letter's head; indented, two may be what a report is about. */
#define HEAD_WEIGHT 3u

size_t notice_end(const char *text)
{
        size_t first = 0;
        unsigned weight = 0;

        for (const char *p = text; *p;) {
                size_t n = strcspn(p, "\n");
                CLEANUP(mem_free) char *f = fold_text(p, n < 120 ? n : 120);
                const char *mark = n < 160 ? phrase_find(said_cut_here, f) : NULL;
                unsigned more = original_field(p, n);

                if (mark && p > text && (mark < f + 24 || (strchr("-=*_#", *f) && !strchr(f, '@'))))
                        return (size_t) (p - text);
                if (more && !weight)
                        first = (size_t) (p - text);
                weight += more;
                if (weight >= HEAD_WEIGHT)
                        return first;
                if (!more && !strchr(" \t", *p) && !memchr(p, ':', n))
                        weight = 0;
                p += n + (p[n] == '\n');
        }
        return strlen(text);
}

/* --- how an address stands in its line ------------------------------------------------ */

/* The length of the longest of them that `s` ends with; 0 = none. */
static size_t ends_with(const char *s, struct phrase_list l)
{
        size_t len = strlen(s), longest = 0;

        for (size_t i = 0; i < l.n; i++) {
                size_t k = strlen(l.v[i]);

                if (k > longest && len >= k && strcmp(s + len - k, l.v[i]) == 0 &&
                    (len == k || !isalnum((unsigned char) s[len - k - 1])))
                        longest = k;
        }
        return longest;
}

static enum rank rank_behind(const char *before)
{
        CLEANUP(mem_free) char *f = fold_text(before, strlen(before));
        size_t name = ends_with(f, said_before_name);
        struct codes c;

        if (ends_with(f, said_before_other) > name)
                return NOWHERE;
        codes_read(before, strlen(before), &c);
        if (c.reply && strlen(f) < 24)
                return IN_REPLY;
        if (name)
                return BEHIND_WORD;
        return SOMEWHERE;
}

bool announces_other(const char *folded)
{
        size_t n = strlen(folded);
        CLEANUP(mem_free) char *plain = mem_strndup(folded, n - (n > 0));

        return n && folded[n - 1] == ':' &&
               (ends_with(folded, said_before_other) || ends_with(plain, said_before_other));
}

/* Exchange: "a@b.example on 24/11/2026 08:00"; "am", "le", "vào" in other languages. */
static bool is_dated(const char *after)
{
        size_t word = strcspn(after, " \t"), digits;
        const char *date = after + word + strspn(after + word, " \t");

        digits = strspn(date, "0123456789");
        return word < 12 && digits && digits < 5 && date[digits] && strchr("./-", date[digits]) &&
               isdigit((unsigned char) date[digits + 1]);
}

/* At the start of the line; `after` is what follows, blanks and brackets off. */
static enum rank rank_first(const char *after)
{
        if (!*after || strchr(":;(-.[,=", *after))
                return ALONE;
        if (is_dated(after))
                return ALONE;
        return BEHIND_WORD;
}

static bool is_header_line(const char *s)
{
        static const char *const names[] = {
                "From:",
                "Subject:",
                "Sender:",
                "Date:",
                "Message-ID:",
                "Reply-To:",
                "Return-Path:",
                "Received:",
                "Cc:",
                "Reporting-MTA:",
                "Generating server:",
                "Sent:",
                "Original-Envelope-Id:",
                "References:",
                "In-Reply-To:",
                "Arrival-Date:",
                "MAIL FROM:",
                ">>> MAIL",
                "Message-Id",
        };

        for (size_t i = 0; i < COUNT_OF(names); i++)
                if (strncasecmp(s, names[i], strlen(names[i])) == 0)
                        return true;
        return false;
}

/* Behind blanks, brackets, "*" and "12." at the start of a line. */
static const char *behind_bullet(const char *s)
{
        size_t digits;

        s += strspn(s, " \t*-\"'<([>|•·#");
        digits = strspn(s, "0123456789");
        if (digits && digits < 4 && (s[digits] == '.' || s[digits] == ')') &&
            strchr(" \t", s[digits + 1]))
                s += digits + 1 + strspn(s + digits + 1, " \t<\"'");
        return s;
}

enum rank rank_of(const char *line, const struct found *f, const char *end)
{
        CLEANUP(mem_free) char *before = mem_strndup(line, (size_t) (f->p - line));
        CLEANUP(mem_free)
        char *after = mem_strndup(f->p + f->n, (size_t) (end - f->p) - f->n);
        const char *b = behind_bullet(before);
        char *a = after + strspn(after, ">)]\"' \t");
        size_t n = strlen(before);

        while (n && strchr(" \t<\"'([", before[n - 1]))
                before[--n] = '\0';
        if (b >= before + n)
                return rank_first(a);
        if (is_header_line(b))
                return NOWHERE;
        {
                enum rank r = rank_behind(b);

                /* "Name (a@b.example)" or "Name <a@b.example>" and no more: Exchange. */
                if (r != NOWHERE && strlen(b) < 60 && strchr("<(", f->p[-1]) &&
                    !strpbrk(b, ".:;")) {
                        if (is_dated(a))
                                return ALONE;
                        if (r == SOMEWHERE && !*a)
                                return BEHIND_WORD;
                }
                return r;
        }
}
