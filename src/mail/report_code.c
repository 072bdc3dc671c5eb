// SPDX-License-Identifier: MIT
/* SMTP replies and RFC 3463 codes in running text, and addresses. */
#include "report_internal.h"

#include "press/mem.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool digit(const char *s, size_t n, size_t i)
{
        return i < n && isdigit((unsigned char) s[i]);
}

size_t codes_enhanced(const char *s, size_t n)
{
        size_t i = 2, from;

        if (n < 5 || !strchr("245", s[0]) || s[1] != '.')
                return 0;
        for (from = i; digit(s, n, i); i++)
                ;
        if (i == from || i - from > 2 || i >= n || s[i] != '.')
                return 0;
        if (i - from == 2 || s[from] > '7') /* the subjects are 0 to 7: rather a version */
                return 0;
        for (from = ++i; digit(s, n, i); i++)
                ;
        if (i == from || i - from > 3 || (i < n && s[i] == '.' && digit(s, n, i + 1)))
                return 0;
        return i;
}

/* How sure it is that three digits at s[i] are a reply: 0 not at all. */
static int reply_rank(const char *s, size_t n, size_t i)
{
        static const char *const units[] = {"mb ",  "kb ",  "gb ", "byte", "hour",   "day",
                                            "minu", "seco", "%",   "mess", "recipi", "mails"};
        char before = i ? s[i - 1] : '\n';
        size_t at = i + 3;

        if (!strchr("245", s[i]) || !digit(s, n, i + 1) || !digit(s, n, i + 2) ||
            !strchr("0123457", s[i + 1]))
                return 0;
        if (isalnum((unsigned char) before) || strchr("./_@$", before) ||
            (before == '-' && i > 1 && isalnum((unsigned char) s[i - 2])))
                return 0;
        if (at < n && !strchr(" -\r\n\t:;,.)'\"]<>/#(", s[at]))
                return 0;
        if (at + 1 < n && strchr(".:,-/", s[at]) && digit(s, n, at + 1) &&
            !codes_enhanced(s + at + 1, n - at - 1))
                return 0;
        while (at < n && strchr(" -#(", s[at]))
                at++;
        if (at < n && codes_enhanced(s + at, n - at))
                return 4;
        for (size_t k = 0; k < (s[i] == '2' ? 12u : 9u); k++) /* "550 message refused" is one */
                if (n - at >= strlen(units[k]) &&
                    strncasecmp(s + at, units[k], strlen(units[k])) == 0)
                        return 0;
        if (strchr("\n:;('\"<", before))
                return 3;
        for (size_t k = i; k > 0 && strchr(" \t", s[k - 1]); k--)
                before = k > 1 ? s[k - 2] : '\n';
        if (strchr("\n:;('\"<>", before))
                return 3;
        return s[i + 1] == '5' || s[i + 1] == '2'; /* "error 404" is another protocol's */
}

void codes_read(const char *p, size_t n, struct codes *ret)
{
        int best = 0, rank = 0;
        size_t reply = n;

        *ret = (struct codes){0};
        for (size_t i = 0; i + 3 <= n; i++) {
                int r = isdigit((unsigned char) p[i]) ? reply_rank(p, n, i) : 0;

                if (r > 1 && p[i] == '2')
                        r = 1;
                if (r > rank) {
                        rank = r;
                        reply = i;
                }
        }
        if (rank > 1 || (rank == 1 && p[reply] != '2'))
                ret->reply = (int) strtol(p + reply, NULL, 10);
        for (size_t i = 0; i + 5 <= n; i++) {
                char before = i ? p[i - 1] : '\n';
                size_t len = codes_enhanced(p + i, n - i);
                int r = 1;

                if (!len || isalnum((unsigned char) before) || strchr("._/", before) ||
                    (p[i] == '2' && ret->reply >= 400))
                        continue;
                if (strchr("#(", before))
                        r = 2;
                if (rank == 4 && i > reply && i < reply + 8)
                        r = 3;
                if (r > best && len < sizeof(ret->enhanced)) {
                        best = r;
                        snprintf(ret->enhanced, sizeof(ret->enhanced), "%.*s", (int) len, p + i);
                }
        }
}

/* --- addresses ----------------------------------------------------------------------- */

static bool is_local(char c)
{
        return isalnum((unsigned char) c) || (unsigned char) c > 127 ||
               (c && strchr("!#$%&'*+-/=?^_`{|}~.", c));
}

static bool is_domain(char c)
{
        return isalnum((unsigned char) c) || (unsigned char) c > 127 || c == '-' || c == '.' ||
               c == '_';
}

/* The character that ends before s[i] begins with a byte from here on: no letter of Europe's. */
static bool is_ideograph(const char *s, size_t i)
{
        while (i && ((unsigned char) s[i - 1] & 0xc0) == 0x80)
                i--;
        return i && (unsigned char) s[i - 1] >= 0xe2;
}

/*
 * The local part that ends at `at`: where it begins. Text without blanks may stand right before
 * it ("收件人a@b.example"): it is not of it, unless it reaches to the @ itself.
 */
static size_t local_start(const char *s, size_t at)
{
        size_t i = at;
        bool any = at && is_ideograph(s, at);

        if (i && s[i - 1] == '"') {
                for (i--; i && s[i - 1] != '"' && s[i - 1] != '\n'; i--)
                        ;
                return i && s[i - 1] == '"' && at - i > 1 ? i - 1 : at;
        }
        while (i && at - i < 200 && is_local(s[i - 1]) &&
               (any || (unsigned char) s[i - 1] < 128 || !is_ideograph(s, i)))
                i--;
        while (i < at && strchr("'=/|`{", s[i])) /* quoted, or "RCPT=a@b" */
                i++;
        return i;
}

/* Where the domain that begins at `from` ends. */
static size_t domain_end(const char *s, size_t n, size_t from)
{
        bool any = from < n && (unsigned char) s[from] >= 0xe2;
        size_t to = from;

        while (to < n && to - from < 256 && is_domain(s[to]) &&
               (any || (unsigned char) s[to] < 0xe2))
                to++;
        return to;
}

bool address_next(const char *s, size_t n, size_t *pos, struct found *ret)
{
        for (size_t at = *pos; at < n; at++) {
                size_t from, to;

                if (s[at] != '@')
                        continue;
                from = local_start(s, at);
                to = domain_end(s, n, at + 1);
                if (at + 1 < n && s[at + 1] == '[')
                        to = at + 1 + strcspn(s + at + 1, "] \n") + 1;
                if (to > n)
                        to = n;
                while (to > at + 1 && strchr(".-_", s[to - 1]))
                        to--;
                *pos = at + 1;
                if (from == at || to <= at + 1)
                        continue;
                *pos = to;
                *ret = (struct found){s + from, to - from};
                return true;
        }
        *pos = n;
        return false;
}

void address_copy(const struct found *f, char *out)
{
        snprintf(out, ADDR_MAX, "%.*s", f->n < ADDR_MAX ? (int) f->n : 0, f->p);
}

static bool is_one_of(const char *a, const char *const *names, size_t count)
{
        size_t n = strcspn(a, "@+");

        for (size_t i = 0; i < count; i++)
                if (strlen(names[i]) == n && strncasecmp(a, names[i], n) == 0)
                        return true;
        return false;
}

bool address_of_office(const char *a)
{
        static const char *const names[] = {"hostmaster", "abuse",         "mailadmin",
                                            "mail-admin", "administrator", "postoffice"};

        return is_one_of(a, names, COUNT_OF(names));
}

bool address_of_machine(const char *a)
{
        static const char *const names[] = {
                "mailer-daemon",
                "maildaemon",
                "mail-daemon",
                "mailerdaemon",
                "mailer_daemon",
                "mail_daemon",
                "mdaemon",
                "postmaster",
                "mailer",
                "double-bounce",
                "maildelivery",
                "delivery-failure",
                "bounce-notification",
                "system.administrator",
        };

        return is_one_of(a, names, COUNT_OF(names)) || address_of_office(a) ||
               strncasecmp(a, "mailer-daemon", 13) == 0 ||
               strncasecmp(a, "microsoftexchange", 17) == 0;
}
