/*
 * sqlfault.h - the n-th step that SQLite is asked for fails, or is the last
 *
 * Needs -Wl,--wrap=sqlite3_step,--wrap=sqlite3_exec. A step is one call of
 * either from our own objects.
 *
 *      SQLFAULT_EACH(SQLITE_IOERR) {   each turn fails one call later,
 *              r = thing();            until a turn ends without reaching it
 *              if (!sqlfault_hit())
 *                      assert_int_equal(r, 0);
 *      }
 */
#ifndef TESTS_SQLFAULT_H
#define TESTS_SQLFAULT_H

#include <stdbool.h>
#include <stdint.h>

/* Call number `at` (1 = the next, 0 = none) returns `code`; -1 kills the process there. */
void sqlfault_arm(unsigned at, int code);
/* Instructions of SQLite's machine that all steps took since the last question. */
uint64_t sqlfault_instructions(void);
/* Disarms, so that the test's own questions are answered; true when the call was reached. */
bool sqlfault_hit(void);

#define SQLFAULT_EACH(code)                                    \
        for (unsigned fault_n = 1, fault_more = 1;             \
             fault_more && (sqlfault_arm(fault_n, (code)), 1); \
             fault_more = sqlfault_hit(), fault_n++)

#endif
