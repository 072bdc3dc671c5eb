// SPDX-License-Identifier: MIT
#include "body.h"

#include "press/buf.h"

#include <stdbool.h>
#include <string.h>
#include <libetpan/mailmime_write_generic.h>

#define QUOTED_LINE 76 /* columns, RFC 2045 */
#define BASE64_LINE 76 /* libetpan's */

/*
 * A dot that opens a line is encoded here, since libetpan leaves it. Its lines
 * have at most 74 columns, so the two more fit. It writes "=" CRLF apart from
 * what follows: a line never starts inside s.
 */
static int append(void *data, const char *s, size_t n)
{
        struct buf *b = data;

        if (n > 0 && s[0] == '.' && (b->len == 0 || b->s[b->len - 1] == '\n')) {
                buf_adds(b, "=2E");
                s++;
                n--;
        }
        buf_add(b, s, n);
        return 1;
}

/* Bytes since the last line end. */
static size_t column(const struct buf *b)
{
        const char *end = memrchr(b->s, '\n', b->len);

        return end ? (size_t) (b->s + b->len - 1 - end) : b->len;
}

/*
 * libetpan gets no line end and no blank before one: in front of a line end
 * it would write a blank twice.
 */
static void quoted_line(struct buf *b, const char *s, size_t n, bool ended)
{
        char blank = ended && n > 0 ? s[n - 1] : '\0';
        int col = 0;

        if (blank == ' ' || blank == '\t')
                n--;
        mailmime_quoted_printable_write_driver(append, b, &col, 1, s, n);
        if (blank == ' ' || blank == '\t') {
                if (column(b) + 3 > QUOTED_LINE)
                        buf_adds(b, "=\r\n");
                buf_adds(b, blank == ' ' ? "=20" : "=09");
        }
        buf_adds(b, ended ? "\r\n" : "=\r\n");
}

/* Bytes in front of the first CR or LF, n when there is none. */
static size_t line_len(const char *s, size_t n)
{
        size_t i = 0;

        while (i < n && s[i] != '\r' && s[i] != '\n')
                i++;
        return i;
}

void body_quoted(struct buf *b, const char *s, size_t n)
{
        while (n > 0) {
                size_t len = line_len(s, n);
                size_t end = len == n ? 0 : len + 1 < n && memcmp(s + len, "\r\n", 2) == 0 ? 2 : 1;

                quoted_line(b, s, len, end > 0);
                s += len + end;
                n -= len + end;
        }
}

void body_base64(struct buf *b, const char *p, size_t n)
{
        int col = 0;

        mailmime_base64_write_driver(append, b, &col, p, n);
}

size_t body_base64_size(size_t n)
{
        size_t chars = (n + 2) / 3 * 4;
        size_t lines = chars ? (chars + BASE64_LINE - 1) / BASE64_LINE : 1;

        return chars + 2 * lines;
}
