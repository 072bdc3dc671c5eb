// SPDX-License-Identifier: MIT
#include "statement_internal.h"

#include "press/mem.h"

#include <string.h>

unsigned statement_lines(const char *s, size_t n)
{
        unsigned lines = 1;

        for (size_t i = 0; i < n; i++)
                lines += s[i] == '\n' || (s[i] == '\r' && (i + 1 == n || s[i + 1] != '\n'));
        return lines;
}

size_t statement_characters(const char *s)
{
        size_t n = 0;

        for (; *s; s++)
                n += ((unsigned char) *s & 0xC0) != 0x80;
        return n;
}

/*
 * Every line end (CR LF, CR, U+0085, U+2028, U+2029) to LF, so that their count
 * is kept (R56); zero-width characters, which pasted text is full of, are left
 * out. What else is hidden stays for text_clean() to find.
 */
char *statement_plain(const char *s)
{
        char *out = mem_alloc(strlen(s) + 1), *q = out;

        while (*s) {
                const unsigned char *u = (const unsigned char *) s;

                if (s[0] == '\r') {
                        *q++ = '\n';
                        s += s[1] == '\n' ? 2 : 1;
                } else if (u[0] == 0xC2 && u[1] == 0x85) {
                        *q++ = '\n';
                        s += 2;
                } else if (u[0] == 0xE2 && u[1] == 0x80 && (u[2] == 0xA8 || u[2] == 0xA9)) {
                        *q++ = '\n';
                        s += 3;
                } else if ((u[0] == 0xE2 && u[1] == 0x80 && u[2] >= 0x8B && u[2] <= 0x8F) ||
                           (u[0] == 0xE2 && u[1] == 0x81 && u[2] >= 0xA0 && u[2] <= 0xA4) ||
                           (u[0] == 0xEF && u[1] == 0xBB && u[2] == 0xBF)) {
                        s += 3;
                } else {
                        *q++ = *s++;
                }
        }
        *q = '\0';
        return out;
}
