/*
 * mem.h - memory that never fails, and the cleanup attribute
 *
 * Out of memory ends the process (exit by abort, one line on standard error):
 * every promise is already on disk and the supervisor starts us again.
 * Therefore bound every foreign size BEFORE allocating for it.
 *
 * CLEANUP(f) runs f(&variable) when the variable leaves its scope, last
 * declared first. A destructor accepts an empty object. Ownership moves by
 * TAKE(p): it yields p and leaves NULL behind.
 */
#ifndef PRESS_MEM_H
#define PRESS_MEM_H

#include <stdarg.h>
#include <stddef.h>

#define CLEANUP(f) __attribute__((cleanup(f)))
#define TAKE(p)                          \
        __extension__({                  \
                __auto_type take_ = (p); \
                (p) = NULL;              \
                take_;                   \
        })
#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

/* Never NULL; size 0 gives a pointer that free() accepts. */
void *mem_alloc(size_t size) __attribute__((malloc, returns_nonnull));
void *mem_zalloc(size_t size) __attribute__((malloc, returns_nonnull));
/* An array of n elements of `size` bytes; n * size overflowing ends the process. */
void *mem_realloc(void *p, size_t n, size_t size) __attribute__((returns_nonnull));
void *mem_dup(const void *p, size_t size) __attribute__((malloc, returns_nonnull));
/* s must not be NULL. */
char *mem_strdup(const char *s) __attribute__((malloc, returns_nonnull));
/* At most n bytes of s, always terminated. */
char *mem_strndup(const char *s, size_t n) __attribute__((malloc, returns_nonnull));
char *mem_printf(const char *fmt, ...)
        __attribute__((malloc, returns_nonnull, format(printf, 1, 2)));

/* The end of the process, for a library that says it had none. */
_Noreturn void mem_exhausted(void);

/* For CLEANUP(mem_free): frees *(void **) p. */
void mem_free(void *p);

#endif
