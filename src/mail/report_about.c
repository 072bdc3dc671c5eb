// SPDX-License-Identifier: MIT
/* What a notice says about one of the addresses in it. */
#include "report_internal.h"

#include "press/mem.h"
#include "press/text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

bool mentions(const char *p, size_t n, const char *address)
{
        size_t len = strlen(address);

        for (; n >= len; p++, n--)
                if (tolower((unsigned char) *p) == tolower((unsigned char) *address) &&
                    strncasecmp(p, address, len) == 0)
                        return true;
        return false;
}

static bool names_other(const char *p, size_t n, const char *address)
{
        struct found f;
        size_t pos = 0;

        return address_next(p, n, &pos, &f) &&
               (f.n != strlen(address) || strncasecmp(f.p, address, f.n) != 0);
}

static size_t paragraph(const char *p, const char *end)
{
        const char *q = p;

        while (q < end) {
                size_t n = strcspn(q, "\n");

                if (strspn(q, " \t>") >= n)
                        break;
                q += n + (q[n] == '\n');
        }
        return (size_t) (q - p);
}

/* From the line that names the address to the end of its paragraph, or to another address. */
static size_t about_here(const char *line, const char *end, const char *address, struct buf *out)
{
        const char *q = line;
        size_t whole = paragraph(line, end);

        while (q < line + whole) {
                size_t n = strcspn(q, "\n");

                if (q > line && names_other(q, n, address) && !mentions(q, n, address))
                        break;
                buf_add(out, q, n);
                buf_addc(out, '\n');
                q += n + (q[n] == '\n');
        }
        return (size_t) (q - line);
}

/* The lines before another is named, and those behind about this one. */
static void about_next(const char *p, const char *end, const char *address, struct buf *out)
{
        bool other = false;

        while (p < end) {
                size_t n = strcspn(p, "\n"), most = n < (size_t) (end - p) ? n : (size_t) (end - p);

                if (mentions(p, most, address))
                        other = false;
                else if (names_other(p, most, address))
                        other = true;
                if (!other) {
                        buf_add(out, p, most);
                        buf_addc(out, '\n');
                }
                p += n + (p[n] == '\n');
        }
}

void notice_about(const struct returned *m, const char *address, struct buf *out)
{
        const char *p = m->notice.s, *end = p + m->end;
        size_t before = out->len;
        enum report_class class;
        struct report_row probe = {.action = REPORT_FAILED};
        struct codes c;

        *m->effort -= 1 + (int) (m->notice.len / 8192);
        if (*m->effort < 0)
                return;
        while (address[0] && p < end && *p) {
                size_t n = strcspn(p, "\n");

                if (mentions(p, n, address)) {
                        const char *at = p;

                        p += about_here(p, end, address, out);
                        if (p == at)
                                p += n + (p[n] == '\n');
                        /* A name alone: what is said of it stands behind the empty line. */
                        if ((size_t) (p - at) <= n + 1 && p < end) {
                                const char *next = p + strspn(p, " \t\n");
                                size_t k = next < end ? paragraph(next, end) : 0;

                                about_next(next, next + (k < 1500 ? k : 1500), address, out);
                        }
                        continue;
                }
                p += n + (p[n] == '\n');
        }
        codes_read(out->s + before, out->len - before, &c);
        probe.code = c.reply;
        class = reason_class(&probe, out->s + before);
        if (class != REPORT_UNCLEAR)
                return;
        *m->effort -= 8; /* all of it is looked through for each row */
        for (p = m->notice.s; p < end && *p;
             p += strcspn(p, "\n") + (p[strcspn(p, "\n")] == '\n')) {
                size_t n = strcspn(p, "\n");

                if (out->max - out->len > n + 1 && out->len - before < 4000) {
                        buf_add(out, p, n);
                        buf_addc(out, '\n');
                }
        }
}

/* The line that gives the reason: with a code, or else the first that is not the address. */
void diagnostic_of(const char *words, const char *address, char *out)
{
        CLEANUP(buf_done) struct buf text = BUF(2000);
        const char *best = NULL;

        for (const char *p = words; *p && !best;) {
                size_t n = strcspn(p, "\n");
                struct codes c;

                codes_read(p, n, &c);
                if (c.reply || c.enhanced[0])
                        best = p;
                p += n + (p[n] == '\n');
        }
        for (const char *p = words; *p && !best;) {
                size_t n = strcspn(p, "\n");

                if (n > 3 && (!mentions(p, n, address) || n > strlen(address) + 12))
                        best = p;
                p += n + (p[n] == '\n');
        }
        if (best) {
                size_t n = strlen(address);

                best += strspn(best, " \t");
                if (n && strncasecmp(best, address, n) == 0 && best[n] == ':')
                        best += n + 1 + strspn(best + n + 1, " \t");
                buf_add(&text, best, strcspn(best, "\n"));
        }
        text_escape(text.s, out, REPORT_TEXT_MAX);
}
