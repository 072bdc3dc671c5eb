/*
 * fuzz.h - what the fuzzers share
 *
 * Each fuzz_X.c is one LLVMFuzzerTestOneInput(): it gives any bytes to a parser
 * of foreign input and holds it to its header's contract by must(). libFuzzer
 * calls it (`make fuzz`), and so does replay.c for the files of tests/data/fuzz/X.
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define must(claim) ((claim) ? (void) 0 : fuzz_broken(#claim, __FILE__, __LINE__))
_Noreturn void fuzz_broken(const char *claim, const char *file, int line);

struct input { /* what is left of it */
        const uint8_t *p;
        size_t n;
};

/* 0 at the end. */
uint8_t fuzz_byte(struct input *in);
/* Up to the next NUL, or all; free() it. Of just that size, so that a step over its end is seen. */
char *fuzz_text(struct input *in);
/* Up to n bytes; *ret_n says how many. free() it. */
char *fuzz_bytes(struct input *in, size_t n, size_t *ret_n);

/* A failure of that code comes with a reason, good to show in both languages. */
void fuzz_reason(const struct err *e, int code);

/* No control, bidirectional or zero-width character; valid UTF-8. */
void fuzz_clean(const char *s, unsigned flags);
bool fuzz_is_nfc(const char *s);

#endif
