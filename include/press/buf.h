/*
 * buf.h - a growing run of bytes that was told its ceiling at birth
 *
 * Appending past `max` adds nothing, sets `over`, and returns -E2BIG; every
 * later append fails too, so one check of `over` at the end is enough.
 * s is always NUL-terminated (the NUL is not counted) and never NULL, so it
 * may be read as a string whenever the content has no NUL of its own.
 */
#ifndef PRESS_BUF_H
#define PRESS_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct buf {
        char *s;     /* owned; "" without an allocation while empty */
        size_t len;  /* bytes */
        size_t size; /* bytes allocated, 0 = none */
        size_t max;  /* ceiling of len, bytes */
        bool over;   /* something did not fit */
};

#define BUF(max_bytes) ((struct buf){.s = (char *) "", .max = (max_bytes)})

/* For CLEANUP(buf_done): frees and empties; the ceiling stays. */
void buf_done(struct buf *b);
/* Forgets content and `over`, keeps the allocation. */
void buf_clear(struct buf *b);

/* All return 0 or -E2BIG. */
int buf_add(struct buf *b, const void *p, size_t n);
int buf_adds(struct buf *b, const char *s);
int buf_addc(struct buf *b, char c);
int buf_addf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Removes the first n bytes (n <= len). */
void buf_drop(struct buf *b, size_t n);
/* Hands the string over to the caller (free() it) and leaves b empty. Never NULL. */
char *buf_take(struct buf *b);

#endif
