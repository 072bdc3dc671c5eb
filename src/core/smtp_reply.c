// SPDX-License-Identifier: MIT
#include "press/smtp_reply.h"

#include "press/text.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

bool reply_reader_idle(const struct reply_reader *r)
{
        return r->complete || r->bytes == 0;
}

/* text_escape() knows strings, and a NUL is a byte like any other to a hostile peer. */
static void keep_text(struct reply_reader *r, const char *s, size_t n)
{
        static const char nul[] = "\\x00";
        char *out = r->reply.text;
        size_t size = sizeof(r->reply.text);

        while (r->text_len + 16 < size) { /* nearer to the end the cut is already marked */
                size_t piece = strlen(s);

                r->text_len += text_escape(s, out + r->text_len, size - r->text_len);
                if (piece >= n || r->text_len + sizeof(nul) > size)
                        return;
                memcpy(out + r->text_len, nul, sizeof(nul));
                r->text_len += sizeof(nul) - 1;
                s += piece + 1;
                n -= piece + 1;
        }
}

static int bad(struct reply_reader *r, const char *why)
{
        r->reply = (struct reply){0};
        r->text_len = 0;
        keep_text(r, why, strlen(why));
        keep_text(r, r->line, r->line_len);
        return -EBADMSG;
}

static bool is_digit(char c)
{
        return c >= '0' && c <= '9';
}

/* "5.1.1 " at the start of the text, of the same class as the code (RFC 2034). */
static void keep_enhanced(struct reply_reader *r, const char *s)
{
        size_t n = 0, part = 0, dots = 0;

        if (s[0] != '0' + r->reply.code / 100 || !strchr("245", s[0]))
                return;
        for (; is_digit(s[n]) || s[n] == '.'; n++) {
                if (s[n] != '.') {
                        if (++part > (dots ? 3 : 1))
                                return;
                        continue;
                }
                if (!part || ++dots > 2)
                        return;
                part = 0;
        }
        if (dots != 2 || !part || (s[n] != ' ' && s[n] != '\0'))
                return;
        assert(n < sizeof(r->reply.enhanced));
        memcpy(r->reply.enhanced, s, n);
        r->reply.enhanced[n] = '\0';
}

/* One whole line without its end: 1 when it is the reply's last. */
static int take_line(struct reply_reader *r)
{
        const char *s = r->line;
        size_t skip = 4;
        int code;

        r->line[r->line_len] = '\0';
        if (!is_digit(s[0]) || !is_digit(s[1]) || !is_digit(s[2]))
                return bad(r, "a reply that cannot be read: ");
        code = (s[0] - '0') * 100 + (s[1] - '0') * 10 + (s[2] - '0');
        if (code < 200 || code > 599)
                return bad(r, "a reply that cannot be read: ");
        if (r->line_len == 3)
                skip = 3;
        else if (s[3] != ' ' && s[3] != '-')
                return bad(r, "a reply that cannot be read: ");
        if (r->lines && code != r->reply.code)
                return bad(r, "a reply whose lines have different codes: ");
        if (++r->lines > REPLY_LINES_MAX)
                return bad(r, "a reply of too many lines: ");
        r->reply.code = code;
        if (r->lines == 1)
                keep_enhanced(r, s + skip);
        else
                keep_text(r, " / ", 3);
        keep_text(r, s + skip, r->line_len - skip);
        return skip == 3 || s[3] == ' ';
}

static void keep_line(struct reply_reader *r, const char *p, size_t n)
{
        size_t room = sizeof(r->line) - 1 - r->line_len;

        if (n > room)
                n = room;
        memcpy(r->line + r->line_len, p, n);
        r->line_len += n;
        r->line[r->line_len] = '\0';
}

/* The texts are not cleared to their ends: that would take longer than reading a reply. */
static void start_over(struct reply_reader *r)
{
        r->reply.code = 0;
        r->reply.enhanced[0] = r->reply.text[0] = r->line[0] = '\0';
        r->text_len = r->line_len = r->bytes = 0;
        r->lines = 0;
        r->complete = false;
}

int reply_read(struct reply_reader *r, const char *p, size_t n, size_t *ret_used)
{
        size_t used = 0;
        int got = 0;

        if (r->complete)
                start_over(r);
        while (used < n && got == 0) {
                const char *lf = memchr(p + used, '\n', n - used);
                size_t piece = lf ? (size_t) (lf - (p + used)) + 1 : n - used;

                r->bytes += piece;
                keep_line(r, p + used, piece - (lf ? 1 : 0));
                used += piece;
                if (r->bytes > REPLY_BYTES_MAX) {
                        got = bad(r, "a reply of too many bytes: ");
                } else if (lf) {
                        if (r->line_len && r->line[r->line_len - 1] == '\r')
                                r->line_len--;
                        got = take_line(r);
                        r->line_len = 0;
                }
        }
        r->complete = got == 1;
        *ret_used = used;
        return got;
}
