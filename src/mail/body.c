// SPDX-License-Identifier: MIT
#include "body.h"

#include "press/buf.h"

#include <stdbool.h>
#include <string.h>
#include <libetpan/mailmime_write_generic.h>

#define QUOTED_LINE 76 /* columns, RFC 2045 */
#define BASE64_LINE 76 /* libetpan's */

static int append(void *data, const char *s, size_t n)
{
        buf_add(data, s, n);
        return 1;
}

/* A line on its way; a greeting is encoded for each recipient, so this must be quick. */
struct line {
        struct buf *b;
        char s[QUOTED_LINE + 2];
        size_t n;
};

static void line_end(struct line *l, const char *end)
{
        buf_add(l->b, l->s, l->n);
        buf_adds(l->b, end);
        l->n = 0;
}

static bool is_line_end(const char *s, size_t n)
{
        return n > 0 && (*s == '\r' || *s == '\n');
}

/* RFC 2045 6.7 (2) and (3), and what a line must not start with (body.h). */
static bool is_plain(const struct line *l, const char *s, size_t n)
{
        if (*s == ' ' || *s == '\t')
                return !is_line_end(s + 1, n - 1);
        if (*s <= ' ' || *s == '=' || *s == 0x7f)
                return false;
        return l->n > 0 || !(*s == '.' || (n >= 5 && memcmp(s, "From ", 5) == 0));
}

static void put(struct line *l, const char *s, size_t n)
{
        static const char hex[] = "0123456789ABCDEF";
        size_t most = is_line_end(s + 1, n - 1) ? QUOTED_LINE : QUOTED_LINE - 1; /* room for "=" */
        bool plain = is_plain(l, s, n);

        if (l->n + (plain ? 1 : 3) > most) {
                line_end(l, "=\r\n");
                plain = is_plain(l, s, n);
        }
        if (plain) {
                l->s[l->n++] = *s;
                return;
        }
        l->s[l->n++] = '=';
        l->s[l->n++] = hex[(unsigned char) *s >> 4];
        l->s[l->n++] = hex[(unsigned char) *s & 15];
}

void body_quoted(struct buf *b, const char *s, size_t n)
{
        struct line l = {.b = b};
        bool ended = true;

        while (n > 0) {
                size_t used = 1;

                ended = is_line_end(s, n);
                if (ended)
                        line_end(&l, "\r\n");
                else
                        put(&l, s, n);
                if (n > 1 && s[0] == '\r' && s[1] == '\n')
                        used = 2;
                s += used;
                n -= used;
        }
        if (!ended)
                line_end(&l, "=\r\n");
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
