/*
 * cage.h - reading strangers' mail where it can do no harm
 *
 * The parsers behind press/report.h are given what anybody may send, and the library below
 * them has crashed on five lines. So a program runs itself again, by fork and exec, before a
 * foreign byte is looked at: the child has no memory of its parent (passwords, keys), no
 * environment, no group rights, nothing open but two pipes, little memory, a second of
 * processor time a mail, and no system call but to read, write and manage its memory.
 * Mails go in, flat records come out and are checked as anybody's would be.
 *
 * One mail is under way at a time, so a death costs one mail: it comes back as
 * REPORT_UNREADABLE, for a person, and the next one gets a new child.
 * With AddressSanitizer the memory limit and the system call filter are left out: it needs more.
 */
#ifndef PRESS_CAGE_H
#define PRESS_CAGE_H

#include "press/err.h"
#include "press/report.h"

#include <stddef.h>

/* The program's only argument when it is the child. */
#define CAGE_ARGUMENT "--in-the-cage"

/* First thing in main() when the program was given CAGE_ARGUMENT. Returns its exit code. */
int cage_main(void);

struct cage;

/* Of a program whose main() knows CAGE_ARGUMENT. -EIO and the like with the reason. */
int cage_open(struct cage **ret, struct err *e);
void cage_close(struct cage **c); /* for CLEANUP; accepts NULL */

/*
 * Reads one mail; see report_read(). 0 also when that was the child's death: *ret is then
 * REPORT_UNREADABLE. An error only when no child can be started.
 */
int cage_read(struct cage *c, const char *mail, size_t n, struct report *ret, struct err *e);

#endif
