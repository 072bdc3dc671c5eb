/* book.h - what the `book` commands share */
#ifndef CLI_BOOK_H
#define CLI_BOOK_H

#include "cli.h"
#include "press/book.h"
#include "press/import.h"

/* The id of a contact as typed. 0, or the exit code after saying why. */
int book_id(const struct cli *c, const char *s, int64_t *ret);

/* Shows one contact; returns the exit code. */
int book_show(struct cli *c, int64_t id);

/* Each finding as a line on standard error; `file` names the place. */
void book_findings(const struct cli *c, const char *file, const struct import_findings *f,
                   bool warning);

#endif
