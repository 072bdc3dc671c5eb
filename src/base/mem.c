// SPDX-License-Identifier: MIT
#include "press/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void mem_exhausted(void)
{
        fputs("<2>press: out of memory\n", stderr);
        abort();
}

static void *checked(void *p)
{
        if (!p)
                mem_exhausted();
        return p;
}

void *mem_alloc(size_t size)
{
        return checked(malloc(size ? size : 1));
}

void *mem_zalloc(size_t size)
{
        return checked(calloc(1, size ? size : 1));
}

void *mem_realloc(void *p, size_t n, size_t size)
{
        size_t bytes;

        if (__builtin_mul_overflow(n, size, &bytes))
                return checked(NULL);
        return checked(realloc(p, bytes ? bytes : 1));
}

void *mem_dup(const void *p, size_t size)
{
        void *copy = mem_alloc(size);

        if (size)
                memcpy(copy, p, size);
        return copy;
}

char *mem_strdup(const char *s)
{
        return mem_dup(s, strlen(s) + 1);
}

char *mem_strndup(const char *s, size_t n)
{
        size_t len = strnlen(s, n);
        char *copy = mem_alloc(len + 1);

        memcpy(copy, s, len);
        copy[len] = '\0';
        return copy;
}

char *mem_printf(const char *fmt, ...)
{
        va_list ap;
        char *s = NULL;
        int n;

        va_start(ap, fmt);
        n = vasprintf(&s, fmt, ap);
        va_end(ap);
        return checked(n < 0 ? NULL : s);
}

void mem_free(void *p)
{
        void **pp = p;

        free(*pp);
        *pp = NULL;
}
