/*
 * cage_internal.h - what goes through the two pipes of a cage
 *
 * In: a request and `bytes` of mail. Out: an answer and `rows` rows. Both ends are the same
 * program, so the structures are written as they lie in memory; they hold no pointers that
 * anybody follows. The child may be anybody's by then: answer_is_sound() before use.
 */
#ifndef PRESS_APP_CAGE_INTERNAL_H
#define PRESS_APP_CAGE_INTERNAL_H

#include "press/report.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cage_request {
        uint32_t number; /* of the mail, from 1; the answer names it */
        uint32_t bytes;  /* at most REPORT_BYTES */
};

struct cage_answer {
        uint32_t number;
        uint32_t rows;
        struct report report; /* `row` and `rows` mean nothing here */
};

/* AddressSanitizer maps terabytes, and says on fd 2 what it found. */
#if defined(__SANITIZE_ADDRESS__)
#define CAGE_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CAGE_SANITIZED 1
#endif
#endif
#ifndef CAGE_SANITIZED
#define CAGE_SANITIZED 0
#endif

#define CAGE_CPU_S  (CAGE_SANITIZED ? 20 : 1) /* a mail */
#define CAGE_WALL_S (CAGE_SANITIZED ? 60 : 10)

/* Whole, or false at the end of the file or an error. */
bool cage_get(int fd, void *p, size_t n);
bool cage_put(int fd, const void *p, size_t n);

#endif
