/* statement_internal.h - text as it is counted and cleaned */
#ifndef CORE_STATEMENT_INTERNAL_H
#define CORE_STATEMENT_INTERNAL_H

#include <stddef.h>

/* Lines of s[n], whatever ends them; at least 1. */
unsigned statement_lines(const char *s, size_t n);
size_t statement_characters(const char *s);
/* The text with plain line ends; free() it. */
char *statement_plain(const char *s);

#endif
