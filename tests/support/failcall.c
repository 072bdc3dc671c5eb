// SPDX-License-Identifier: MIT
/*
 * failcall.so - LD_PRELOAD: the Nth call of one function fails
 *
 *   FAILCALL=malloc          malloc, calloc, realloc, counted together: no memory
 *   FAILCALL=sqlite3_step    returns FAILCALL_CODE without a step
 *   FAILCALL=getaddrinfo     never answers about names under silent.example
 *   FAILCALL=crash_reply     dies by signal FAILCALL_CODE over a reply that holds FAILCALL_WORD
 *   FAILCALL=crash_row       the same over a row, as it is hashed
 *   FAILCALL_AT=N            which call, from 1; FAILCALL_ON=1: and all behind it
 *   FAILCALL_SEEN=FILE       is made when it happened
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct sqlite3_stmt;

struct sha256_ctx;

int sqlite3_step(struct sqlite3_stmt *st);
void nettle_sha256_update(struct sha256_ctx *ctx, size_t n, const unsigned char *p);

static unsigned long at, calls;
static bool memory, steps, silent, onward;
static int code;
static const char *seen;
static const char *reply_word, *row_word; /* at which it dies; NULL = none */

static unsigned long number(const char *name)
{
        const char *s = getenv(name);

        return s ? strtoul(s, NULL, 10) : 0;
}

__attribute__((constructor)) static void arm(void)
{
        const char *what = getenv("FAILCALL");

        if (!what)
                return;
        memory = strcmp(what, "malloc") == 0;
        steps = strcmp(what, "sqlite3_step") == 0;
        silent = strcmp(what, "getaddrinfo") == 0;
        code = (int) number("FAILCALL_CODE");
        onward = number("FAILCALL_ON") != 0;
        seen = getenv("FAILCALL_SEEN");
        reply_word = strcmp(what, "crash_reply") == 0 ? getenv("FAILCALL_WORD") : NULL;
        row_word = strcmp(what, "crash_row") == 0 ? getenv("FAILCALL_WORD") : NULL;
        calls = 0;
        at = number("FAILCALL_AT");
}

static bool fails(void)
{
        unsigned long n = __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED);
        int fd;

        if (!at || n < at || (n > at && !onward))
                return false;
        fd = n == at && seen ? open(seen, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) : -1;
        if (fd >= 0)
                close(fd);
        return true;
}

static bool no_memory(void)
{
        if (!memory || !fails())
                return false;
        errno = ENOMEM;
        return true;
}

/* The real one, whoever it is: libc's, or a sanitizer's. `real` is a pointer to a function. */
static void find(const char *name, void *real)
{
        void *p = dlsym(RTLD_NEXT, name);

        memcpy(real, &p, sizeof(p));
}

void *malloc(size_t size)
{
        static void *(*real)(size_t);

        if (!real)
                find("malloc", &real);
        return no_memory() ? NULL : real(size);
}

void *calloc(size_t n, size_t size)
{
        static void *(*real)(size_t, size_t);

        if (!real)
                find("calloc", &real);
        return no_memory() ? NULL : real(n, size);
}

void *realloc(void *p, size_t size)
{
        static void *(*real)(void *, size_t);

        if (!real)
                find("realloc", &real);
        return no_memory() ? NULL : real(p, size);
}

int sqlite3_step(struct sqlite3_stmt *st)
{
        static int (*real)(struct sqlite3_stmt *);

        if (!real)
                find("sqlite3_step", &real);
        return steps && fails() ? code : real(st);
}

int getaddrinfo(const char *restrict name, const char *restrict service,
                const struct addrinfo *restrict hints, struct addrinfo **restrict ret)
{
        static int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);

        if (!real)
                find("getaddrinfo", &real);
        while (silent && name && strstr(name, "silent.example"))
                pause();
        return real(name, service, hints, ret);
}

/* Not strlen(), which is ours. */
static size_t length(const char *s)
{
        size_t n = 0;

        while (((const volatile char *) s)[n])
                n++;
        return n;
}

/* A fault is a real one: it happens again when the handler returns. */
static void die_over(const void *p, size_t n, const char *word)
{
        static volatile int *volatile nowhere;

        if (!memmem(p, n, word, length(word)))
                return;
        if (code == SIGSEGV)
                *nowhere = 0;
        if (code == SIGABRT)
                abort();
        raise(code);
}

/* Of each line of a reply, among much else. */
size_t strlen(const char *s)
{
        size_t n = length(s);

        if (reply_word)
                die_over(s, n, reply_word);
        return n;
}

void nettle_sha256_update(struct sha256_ctx *ctx, size_t n, const unsigned char *p)
{
        static void (*real)(struct sha256_ctx *, size_t, const unsigned char *);

        if (!real)
                find("nettle_sha256_update", &real);
        if (row_word)
                die_over(p, n, row_word);
        real(ctx, n, p);
}
