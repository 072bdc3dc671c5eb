// SPDX-License-Identifier: MIT
/*
 * What libetpan 1.9.4 may see of a stranger's mail. It dies of a quoted quote in a boundary, of
 * deeply nested comments and of deeply nested messages, and is slow in deeply nested multiparts.
 * So it gets a copy: of the head the MIME fields only, no message inside as a message (the type
 * is renamed), parentheses to a depth, lines cut, few boundaries. No address ever reaches it.
 */
#include "report_internal.h"

#include "press/mem.h"
#include "press/msg.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define HEAD_BYTES   (256u << 10)
#define LINE_BYTES   8192u
#define PAREN_DEPTH  20
#define BOUNDARIES   40
#define BOUNDARY_MAX 200u
#define DASH_LINES   5000 /* each may begin a part */

static const char *line_end(const char *p, const char *end)
{
        const char *lf = memchr(p, '\n', (size_t) (end - p));

        return lf ? lf : end;
}

static bool is_field(const char *p, const char *end)
{
        const char *q = p;

        while (q < end && (unsigned char) *q > ' ' && *q != ':' && (unsigned char) *q < 127)
                q++;
        while (q < end && (*q == ' ' || *q == '\t'))
                q++;
        return q > p && q < end && *q == ':';
}

/* One line of a head to a block: `fold` when it goes on with the field before. */
static void add_line(struct buf *block, const char *p, const char *end, bool fold)
{
        while (end > p && (end[-1] == '\r' || end[-1] == ' ' || end[-1] == '\t'))
                end--;
        if (fold) {
                while (p < end && (*p == ' ' || *p == '\t'))
                        p++;
                if (block->len && block->s[block->len - 1] == '\n') {
                        block->len--;
                        buf_addc(block, ' ');
                }
        }
        buf_add(block, p, (size_t) (end - p));
        buf_addc(block, '\n');
}

size_t report_unfold(const char *p, size_t n, struct buf *block)
{
        const char *at = p, *end = p + n;
        bool some = false;

        while (at < end) {
                const char *lf = line_end(at, end);
                const char *text_end = lf;
                const char *next = lf < end ? lf + 1 : end;

                while (text_end > at && text_end[-1] == '\r')
                        text_end--;
                if (text_end == at)
                        return (size_t) (next - p);
                if (some && (*at == ' ' || *at == '\t'))
                        add_line(block, at, text_end, true);
                else if (is_field(at, text_end))
                        add_line(block, at, text_end, false);
                else if (some) /* no field, no empty line: the body begins without one */
                        return (size_t) (at - p);
                some = some || is_field(at, text_end);
                at = next;
        }
        return n;
}

/* --- the copy -------------------------------------------------------------------- */

/* true where "rfc822" or "digest" at p is the second half of a media type. */
static bool is_subtype(const char *start, const char *p)
{
        while (p > start && isspace((unsigned char) p[-1]))
                p--;
        return p > start && (p[-1] == '/' || p[-1] == ')');
}

static void rename_types(char *s, size_t n)
{
        for (char *p = s; p + 6 <= s + n; p++) {
                if ((*p | 32) == 'r' && strncasecmp(p, "rfc822", 6) == 0 && is_subtype(s, p))
                        p[4] = 'x';
                else if ((*p | 32) == 'd' && strncasecmp(p, "digest", 6) == 0 && is_subtype(s, p))
                        p[3] = 'x';
        }
}

static void flatten_parentheses(char *s, size_t n)
{
        int depth = 0;

        for (size_t i = 0; i < n; i++) {
                if (s[i] == '\n' && i && s[i - 1] == '\n')
                        depth = 0;
                else if (s[i] == ')' && depth > 0)
                        depth--;
                else if (s[i] == '(' && ++depth > PAREN_DEPTH)
                        s[i] = ' ';
        }
}

static void add_body(const char *p, size_t n, struct buf *out)
{
        const char *end = p + n;

        while (p < end) {
                const char *lf = line_end(p, end), *stop = lf;

                while (stop > p && stop[-1] == '\r')
                        stop--;
                if ((size_t) (stop - p) > LINE_BYTES)
                        stop = p + LINE_BYTES;
                for (const char *q = p; q < stop; q++)
                        buf_addc(out, *q ? *q : ' ');
                if (lf < end)
                        buf_addc(out, '\n');
                p = lf < end ? lf + 1 : end;
        }
}

static void add_mime_fields(const struct buf *head, struct buf *out)
{
        const char *p = head->s, *end = p + head->len;

        while (p < end) {
                const char *lf = line_end(p, end);

                if (strncasecmp(p, "content-", 8) == 0) {
                        buf_add(out, p, (size_t) (lf - p));
                        buf_addc(out, '\n');
                }
                p = lf < end ? lf + 1 : end;
        }
        buf_addc(out, '\n');
}

/* --- limits ---------------------------------------------------------------------- */

/* What stands behind "boundary": NULL when it is fit. */
static const char *boundary_trouble(const char *p)
{
        const char *start;
        bool quoted;

        while (isspace((unsigned char) *p))
                p++;
        if (*p != '=')
                return NULL; /* just the word */
        p++;
        while (isspace((unsigned char) *p))
                p++;
        quoted = *p == '"';
        start = p += quoted;
        while (*p && (quoted ? *p != '"' : !isspace((unsigned char) *p) && *p != ';')) {
                if (*p == '\\' || *p == '\n')
                        return *p == '\\' ? N_("a boundary with a backslash") : NULL;
                p++;
        }
        return (size_t) (p - start) > BOUNDARY_MAX ? N_("a boundary of too many bytes") : NULL;
}

static const char *limits(const struct buf *mime)
{
        unsigned boundaries = 0, dashes = 0;
        const char *p = mime->s;

        while ((p = strcasestr(p, "boundary"))) {
                const char *trouble = boundary_trouble(p += 8);

                if (trouble)
                        return trouble;
                while (isspace((unsigned char) *p))
                        p++;
                if (*p == '=' && ++boundaries > BOUNDARIES)
                        return N_("nested too deeply");
        }
        for (p = mime->s; (p = strstr(p, "\n--")); p += 3)
                if (++dashes > DASH_LINES)
                        return N_("too many parts");
        return NULL;
}

void report_scan(const char *p, size_t n, struct report_scan *ret)
{
        CLEANUP(mem_free) char *lines = NULL;
        size_t body;

        *ret = (struct report_scan){.head = BUF(HEAD_BYTES),
                                    .mime = BUF(REPORT_BYTES + HEAD_BYTES)};
        if (n > REPORT_BYTES)
                n = REPORT_BYTES;
        if (n && !memchr(p, '\n', n)) { /* line ends of an old Macintosh */
                p = lines = mem_dup(p, n);
                for (size_t i = 0; i < n; i++)
                        lines[i] = lines[i] == '\r' ? '\n' : lines[i];
        }
        while (n && (*p == '\n' || *p == '\r'))
                p++, n--;
        if (n > 5 && (memcmp(p, "From ", 5) == 0 || memcmp(p, ">From ", 6) == 0)) {
                const char *lf = memchr(p, '\n', n);
                size_t skip = lf ? (size_t) (lf - p) + 1 : n;

                p += skip;
                n -= skip;
        }
        body = report_unfold(p, n, &ret->head);
        if (ret->head.over) {
                ret->trouble = N_("a head of too many bytes");
                return;
        }
        add_mime_fields(&ret->head, &ret->mime);
        ret->body = ret->mime.len;
        add_body(p + body, n - body, &ret->mime);
        flatten_parentheses(ret->mime.s, ret->mime.len);
        rename_types(ret->mime.s, ret->mime.len);
        ret->trouble = limits(&ret->mime);
}

void report_scan_done(struct report_scan *s)
{
        buf_done(&s->head);
        buf_done(&s->mime);
}
