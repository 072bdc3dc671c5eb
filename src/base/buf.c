// SPDX-License-Identifier: MIT
#include "press/buf.h"

#include "press/mem.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_done(struct buf *b)
{
        if (b->size)
                free(b->s);
        *b = BUF(b->max);
}

void buf_clear(struct buf *b)
{
        b->len = 0;
        b->over = false;
        if (b->size)
                b->s[0] = '\0';
}

static int reserve(struct buf *b, size_t n)
{
        if (b->over || n > b->max || b->len > b->max - n) {
                b->over = true;
                return -E2BIG;
        }
        if (b->len + n + 1 > b->size) {
                size_t size = b->size ? b->size : 256;

                while (size < b->len + n + 1)
                        size *= 2;
                b->s = mem_realloc(b->size ? b->s : NULL, size, 1);
                b->size = size;
        }
        return 0;
}

int buf_add(struct buf *b, const void *p, size_t n)
{
        int r = reserve(b, n);

        if (r < 0)
                return r;
        if (n)
                memcpy(b->s + b->len, p, n);
        b->len += n;
        b->s[b->len] = '\0';
        return 0;
}

int buf_adds(struct buf *b, const char *s)
{
        return buf_add(b, s, strlen(s));
}

int buf_addc(struct buf *b, char c)
{
        return buf_add(b, &c, 1);
}

int buf_addf(struct buf *b, const char *fmt, ...)
{
        size_t len = b->len, room = b->size - len; /* most often enough: formatted once */
        va_list ap, again;
        int n, r;

        va_start(ap, fmt);
        va_copy(again, ap);
        n = vsnprintf(room ? b->s + len : NULL, room, fmt, ap);
        va_end(ap);
        assert(n >= 0);
        r = reserve(b, (size_t) n);
        if (r == 0 && (size_t) n >= room)
                vsnprintf(b->s + len, (size_t) n + 1, fmt, again);
        va_end(again);
        if (r == 0)
                b->len += (size_t) n;
        else if (room)
                b->s[len] = '\0';
        return r;
}

void buf_drop(struct buf *b, size_t n)
{
        assert(n <= b->len);
        if (!n)
                return;
        memmove(b->s, b->s + n, b->len - n + 1);
        b->len -= n;
}

char *buf_take(struct buf *b)
{
        char *s = b->size ? b->s : mem_strdup("");

        *b = BUF(b->max);
        return s;
}
