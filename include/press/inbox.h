/*
 * inbox.h - reading the mailboxes that mail returns to
 *
 * Each mail goes through returns_take_many(), which commits what it changes; only then is the
 * mail moved, to the folder `done` or to the one for people. So a crash between the two costs a
 * second look, which changes nothing, and no mail is ever deleted. What cannot be handled now
 * stays and holds up nobody; what cannot be fetched goes to people unseen. Nothing is sent.
 *
 * All inboxes are read by one process in turn, each waiting for news in its own IDLE (or inotify,
 * for a Maildir). A mailbox in trouble is tried again after 1 s, then 2 s, up to 5 minutes; it
 * is logged once, stands in the table of faults, and is logged again when it is over.
 * A Maildir is changed by renaming alone: to .NAME/ inside it, as Maildir++ names folders.
 */
#ifndef PRESS_INBOX_H
#define PRESS_INBOX_H

#include "press/config.h"
#include "press/db.h"
#include "press/err.h"

#include <stdbool.h>

#define INBOX_PIPE_BYTES (UINT64_C(200) << 20) /* of one mail on standard input */

/*
 * Reads until `stop_fd` can be read, or with `once` until each inbox was read through.
 * 0; with `once` the reason of the first inbox that could not be read; else an error only when
 * going on makes no sense (-EIO, -EBADMSG, -EROFS of the database, no cage).
 */
int inbox_run(const struct config *c, struct db *db, bool once, int stop_fd, struct err *e);

/*
 * One mail from `fd`, kept in the Maildir `dir` like those that lie in it. `recipient`: whom the
 * relay gave it to us for, "" = the mail says so itself. 0 when it was handled and kept;
 * -EAGAIN and others: nothing was kept, the relay must offer it again.
 */
int inbox_pipe(const struct config *c, struct db *db, const struct config_inbox *in, int fd,
               const char *recipient, struct err *e);

/* Opens each inbox, changes nothing. Tells each: code 0 = it is well. Returns how many are not. */
int inbox_check(const struct config *c,
                void (*tell)(void *ctx, const struct config_inbox *in, const struct err *why),
                void *ctx);

#endif
