/*
 * crash.h - whose delivery pressd was working on when it died of itself
 *
 * A letter, or what a server says about it, may hold what kills the sender at every start. So the
 * sender says whose delivery it handles, and a handler of SIGSEGV, SIGABRT (out of memory, a failed
 * assertion), SIGBUS and SIGFPE writes that into a file that is open already; then the signal does
 * what it would have done. Nothing is written when no delivery is being handled, when another
 * thread dies, when another process sent the signal, and by SIGKILL or a loss of power.
 *
 * The file is beside the database (DATABASE.crash, 0600) and holds one record; `life` is different
 * in each life of pressd, so that a record that is read twice is counted once.
 */
#ifndef PRESS_CRASH_H
#define PRESS_CRASH_H

#include "press/err.h"

#include <stdint.h>

struct crash {
        int64_t delivery, life;
        int signo;
};

/* This thread works on it from now on; 0: on none. */
void crash_at(int64_t delivery);

/*
 * Opens the file, makes it if there is none: 1 and *ret if the last life with this database left
 * a record, 0 if it did not, or a negative errno.
 */
int crash_open(const char *file, const char *database, struct crash *ret, struct err *e);
/* The record was dealt with: empties it, and records a death of this life. */
int crash_arm(int64_t life, struct err *e);

#endif
