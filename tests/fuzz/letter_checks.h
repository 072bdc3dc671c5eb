/*
 * letter_checks.h - what any loaded letter must come to, for fuzz_letter and fuzz_cuts
 */
#ifndef TESTS_LETTER_CHECKS_H
#define TESTS_LETTER_CHECKS_H

#include <stdbool.h>
#include <stddef.h>

#define LETTER_MAX  ((size_t) 256 << 10) /* bytes of a letter here */
#define LETTER_ZONE "Asia/Ho_Chi_Minh"   /* to be open */

/*
 * Takes over bytes. What loads must splice, for a recipient of that name, into lines fit for the
 * wire, show itself, and leave the zone alone. false: it does not load, and says why.
 */
bool letter_check(char *bytes, size_t n, const char *cuts, const char *name);

#endif
