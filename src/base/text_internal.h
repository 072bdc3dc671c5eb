/*
 * text_internal.h - what the files of press/text.h share
 */
#ifndef PRESS_TEXT_INTERNAL_H
#define PRESS_TEXT_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

#define TEXT_INVALID UINT32_MAX /* stands for one byte that is not UTF-8 */

/* The first character of s (n > 0 bytes) and its length in bytes; TEXT_INVALID and 1 if broken. */
size_t text_next(const char *s, size_t n, uint32_t *ret_c);

/* Appends the UTF-8 form of c. */
void text_put(struct buf *b, uint32_t c);

bool text_is_mark(uint32_t c);  /* combines with the letter before it */
bool text_is_blank(uint32_t c); /* space, TAB, line ends, NBSP and their kin */

/* NFC or NFD; NULL when s is not valid UTF-8. free() it. */
char *text_normal(const char *s, bool compose);

#endif
