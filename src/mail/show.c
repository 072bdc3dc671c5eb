// SPDX-License-Identifier: MIT
/*
 * Reads back what letter.c wrote, for people: RFC 2047 words and quoted-printable
 * of our own making, not those of strangers.
 */
#include "press/letter.h"

#include "press/buf.h"
#include "press/mem.h"

#include <ctype.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static int hex(char c)
{
        return isdigit((unsigned char) c) ? c - '0' : toupper((unsigned char) c) - 'A' + 10;
}

/* "=C3=A0" to bytes; `soft`: "=" at a line end joins lines. */
static void unquote(const char *s, size_t n, bool soft, struct buf *out)
{
        for (size_t i = 0; i < n; i++) {
                if (s[i] == '=' && i + 2 < n && isxdigit((unsigned char) s[i + 1]) &&
                    isxdigit((unsigned char) s[i + 2])) {
                        buf_addc(out, (char) (hex(s[i + 1]) * 16 + hex(s[i + 2])));
                        i += 2;
                } else if (soft && s[i] == '=' && i + 2 < n && s[i + 1] == '\r') {
                        i += 2;
                } else if (s[i] != '\r') {
                        buf_addc(out, !soft && s[i] == '_' ? ' ' : s[i]);
                }
        }
}

/* An encoded word at s: its length, after adding its text; 0 = there is none. */
static size_t word(const char *s, const char *end, struct buf *out)
{
        static const char frame[] = "=?UTF-8?";
        const char *text = s + sizeof(frame) + 1, *stop;
        unsigned char raw[128];
        size_t n = 0;

        if (end - s < (ptrdiff_t) sizeof(frame) + 3 ||
            strncasecmp(s, frame, sizeof(frame) - 1) != 0)
                return 0;
        stop = memmem(text, (size_t) (end - text), "?=", 2);
        if (!stop)
                return 0;
        if (toupper((unsigned char) s[sizeof(frame) - 1]) == 'Q')
                unquote(text, (size_t) (stop - text), false, out);
        else if (sodium_base642bin(raw, sizeof(raw), text, (size_t) (stop - text), NULL, &n, NULL,
                                   sodium_base64_VARIANT_ORIGINAL) == 0)
                buf_add(out, raw, n);
        return (size_t) (stop + 2 - s);
}

/* A header's value, unfolded, with its words decoded; blanks between two words vanish. */
static void header_value(const char *s, const char *end, struct buf *out)
{
        bool after_word = false;

        while (s < end) {
                const char *t = s;
                size_t n;

                while (t < end && strchr(" \t\r\n", *t))
                        t++;
                if (t > s && !(after_word && t < end && *t == '=') && t < end)
                        buf_addc(out, ' ');
                n = word(t, end, out);
                after_word = n > 0;
                s = t + n;
                for (; n == 0 && s < end && !strchr(" \t\r\n", *s); s++)
                        buf_addc(out, *s);
        }
}

/* The end of the header that begins at s: the line end before one that is not folded. */
static const char *header_end(const char *s)
{
        for (const char *p = strstr(s, "\r\n"); p; p = strstr(p + 2, "\r\n"))
                if (p[2] != ' ' && p[2] != '\t')
                        return p;
        return s + strlen(s);
}

static void show_headers(const char *s, struct buf *out)
{
        static const char *const wanted[] = {"From", "To", "Reply-To", "Subject", "Date"};

        for (size_t i = 0; i < COUNT_OF(wanted); i++) {
                CLEANUP(mem_free) char *name = mem_printf("\r\n%s: ", wanted[i]);
                bool first = strncmp(s, name + 2, strlen(name) - 2) == 0;
                const char *at = first ? s : strstr(s, name);
                const char *body = strstr(s, "\r\n\r\n");

                if (!at || (body && at > body))
                        continue;
                at += strlen(name) - (first ? 2 : 0);
                buf_addf(out, "%s:", wanted[i]);
                buf_addc(out, ' ');
                header_value(at, header_end(at), out);
                buf_addc(out, '\n');
        }
}

void letter_show(const char *letter, struct buf *out)
{
        const char *part = strcasestr(letter, "\r\nContent-Type: text/plain");
        const char *text = part ? strstr(part, "\r\n\r\n") : NULL, *end;

        show_headers(letter, out);
        if (!text)
                return;
        text += 4;
        end = strstr(text, "\r\n--=_"); /* our boundaries begin so (letter.h) */
        buf_addc(out, '\n');
        unquote(text, end ? (size_t) (end - text) : strlen(text), true, out);
        buf_addc(out, '\n');
}
