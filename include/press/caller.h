/*
 * caller.h - files of the person who runs the program, with that person's rights
 *
 * Installed, pressctl is setgid `press`, so that people reach the database only
 * through it. Whatever they name on the command line is opened with the group
 * they came with; otherwise anybody could attach the password files.
 */
#ifndef PRESS_CALLER_H
#define PRESS_CALLER_H

#include "press/buf.h"
#include "press/err.h"

#include <stdbool.h>
#include <sys/types.h>

/* true when the program has rights that its caller has not. */
bool caller_is_lifted(void);

/* Between these two the process has the caller's rights only. */
void caller_begin(void);
void caller_end(void);

/* open(2) by the caller's rights, close-on-exec. -1 with errno. */
int caller_open(const char *path, int flags, mode_t mode);

/*
 * A whole plain file. "-" is standard input. -ENOENT, -EACCES, -EISDIR, -EINVAL (a device,
 * or longer than out's ceiling); the path is the place in *e.
 */
int caller_read(const char *path, struct buf *out, struct err *e);

/* The account's name, or "uid 1000"; lives until the next call. */
const char *caller_name(void);

#endif
