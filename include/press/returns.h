/*
 * returns.h - what one mail that came back changes
 *
 * returns_take() gives the mail to the cage, finds out whose it is (the authenticated tag in a
 * path it was sent to; without a tag our ENVID or Message-ID in what it gives back), and writes
 * all it changes in one transaction: the row that says this mail was handled, the findings, the
 * evidence about addresses. Nothing is ever sent in answer (R116), and no alarm arises (R117).
 * Where the mail belongs after that is the caller's business: it knows the mailbox.
 *
 * Whose it is decides alone which delivery is touched; the addresses that a report names only
 * choose among its rows (R103, R107): those that name the delivery's own address; else the only
 * one there is; else, where the letter was passed on to several, all of them, the worst last, so
 * that a failure behind the address is seen, but is no evidence against it unless all failed.
 *
 * Where it belongs: a machine's report that is ours or bears a forged tag is DONE; people get
 * what people wrote, what cannot be read, what asks for a person (a challenge), and what no
 * letter of ours explains. A tag older than `tag_life` is noted and changes nothing (R102).
 *
 * A kill anywhere leaves the mail either not handled or handled whole; handing it in again is
 * RETURNS_AGAIN.
 */
#ifndef PRESS_RETURNS_H
#define PRESS_RETURNS_H

#include "press/config.h"
#include "press/db.h"
#include "press/err.h"

#include <stddef.h>
#include <stdint.h>

enum returns_to {
        RETURNS_DONE,  /* it was a machine's and says all in the log */
        RETURNS_AGAIN, /* the same, handled before */
        RETURNS_PEOPLE /* a person must read it: a human reply, unreadable, nobody's;
                                    also when it was handled before: a crash may have come
                                    between the commit and its move */
};

struct returns;

/* Starts the cage. `c` and `db` must outlive it. */
int returns_open(const struct config *c, struct db *db, struct returns **ret, struct err *e);
void returns_close(struct returns **r); /* for CLEANUP; accepts NULL */

/*
 * One mail as it lies in the mailbox; `inbox` names where. 0 and *ret. -EAGAIN: not now (its
 * delivery is on the wire, the database is busy): keep the mail and come again. Another error
 * is the system's, not the mail's: -EIO, -ENOSPC ...; keep the mail too.
 */
int returns_take(struct returns *r, const char *inbox, const char *mail, size_t n, int64_t now,
                 enum returns_to *ret, struct err *e);

#define RETURNS_MANY 100

struct returns_mail {
        const char *mail;
        size_t n;
        enum returns_to to;
        int result; /* 0: `to` is set and on disk; -EAGAIN or another: as of returns_take() */
};

/*
 * The same for 1 to RETURNS_MANY mails with fewer commits, for a flood (R82: 500 a second on a
 * disk that takes 100 commits). One mail that cannot be taken now holds up no other. 0 when
 * each has its result; an error is the system's, and of each mail its result says the truth.
 */
int returns_take_many(struct returns *r, const char *inbox, struct returns_mail *v, size_t n,
                      int64_t now, struct err *e);

#endif
