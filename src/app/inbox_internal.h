/*
 * inbox_internal.h - what the parts of the mailbox reader share
 *
 *   inbox.c          the loop: who is looked at when, troubles
 *   inbox_imap.c     one look into an IMAP mailbox
 *   inbox_maildir.c  one look into a Maildir
 *   inbox_pipe.c     one mail on standard input
 */
#ifndef APP_INBOX_INTERNAL_H
#define APP_INBOX_INTERNAL_H

#include "press/imap.h"
#include "press/inbox.h"
#include "press/report.h"
#include "press/returns.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INBOX_GROUP_BYTES ((size_t) 4 << 20) /* of the mails in memory at one time */

struct reader {
        const struct config *cfg;
        struct db *db;
        struct returns *returns;
        bool once;
        int stop_fd;
        int broken;      /* negative errno: the database, not a mailbox */
        int64_t pass_at; /* monotonic: when addresses are judged next by what time changed */
};

#define INBOX_MOVES 500 /* in one command, which stays under 8 kB (RFC 7162 4) */

struct moves { /* handled and on disk, not yet moved */
        uint32_t uid[INBOX_MOVES];
        size_t n;
};

struct box {
        const struct config_inbox *cfg;
        int64_t next;      /* monotonic: when to look, whatever happens */
        unsigned failures; /* in a row */
        bool troubled;
        char trouble[1024];
        size_t taken; /* mails handled since the last listing */
        size_t left;  /* and those that could not be handled now */

        struct imap *imap;
        char *done, *people; /* as the server calls them */
        struct moves to_done, to_people;
        bool idling, no_idle;
        bool careful;     /* the last fetch broke: mails come one by one */
        uint32_t suspect; /* the mail on which it broke, 0 = none */
        uint32_t suspect_validity;
        unsigned suspicions;
        uint32_t *moved; /* owned: moved away, as the server said, and not yet seen to be gone */
        size_t nmoved;
        uint32_t moved_validity;

        int watch; /* inotify, -1 = none */
};

struct letter {
        uint32_t uid;
        char *name; /* of the file */
        char *mail; /* owned */
        size_t n;
};
void letters_done(struct letter *v, size_t n);

/*
 * Hands them to returns_take_many(); to[i] is where each belongs, or -1: it stays. Counts those
 * that stay into b->left. An error is the database's.
 */
int inbox_take(struct reader *rd, struct box *b, const struct letter *v, size_t n, int *to,
               struct err *e);
/* true when the program was asked to leave. */
bool inbox_stopped(const struct reader *rd);

/* One look through the whole box. 0, or why it could not be read; -EINTR when asked to stop. */
int inbox_imap_look(struct reader *rd, struct box *b, struct err *e);
int inbox_maildir_look(struct reader *rd, struct box *b, struct err *e);
/* Opens, and looks whether it could be read. */
int inbox_imap_open(const struct config_inbox *in, int stop_fd, struct imap **ret, struct err *e);
int inbox_maildir_check(const struct config_inbox *in, struct err *e);

void box_close(struct box *b);

/* --- Maildir ----------------------------------------------------------------------- */

/* Makes the Maildir, in a folder that is there, and what it lacks of tmp, new and cur. */
int maildir_make(const char *dir, struct err *e);
/*
 * The next two follow no link below the Maildir. Makes the folder .`name` in it if it is not there.
 */
int maildir_folder(const char *dir, const char *name, struct err *e);
/* Renames dir/from/name to dir/.folder/from/name, or to a name that is free there. */
int maildir_move(const char *dir, const char *from, const char *name, const char *folder,
                 const char *to, struct err *e);

#endif
