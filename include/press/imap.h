/*
 * imap.h - one mailbox over IMAP: look, fetch, move
 *
 * libetpan speaks IMAP; the line below it is ours, because libetpan's own takes any
 * certificate, sends no server name and waits without end. Here the chain and the host name
 * are verified in the handshake, before a byte of ours but the greeting has left; STARTTLS is
 * insisted on, and what came in clear text behind its answer ends the connection (CVE-2020-15953).
 *
 * Calls block, each at most as long as imap_opts says, and give up with -EINTR as soon as
 * `stop_fd` can be read. No command takes more than IMAP_COMMAND_BYTES from the server.
 * Numbers of mails (UIDs) hold for one connection only: nothing remembers them, so that a new
 * UIDVALIDITY harms nobody.
 *
 * Errors: -ECONNREFUSED -ETIMEDOUT and the like; -EKEYREJECTED the certificate; -EACCES the
 * login; -ENOENT no such folder; -EPROTO it talks nonsense; -EREMOTEIO it answered NO or BAD.
 * After any of them but -ENOENT and -EREMOTEIO the connection is of no use: imap_close().
 * Sources: RFC 3501, 2177 (IDLE), 4315 (UIDPLUS), 6851 (MOVE), 8314 (TLS first).
 */
#ifndef PRESS_IMAP_H
#define PRESS_IMAP_H

#include "press/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IMAP_COMMAND_BYTES ((size_t) 16 << 20)
#define IMAP_UIDS_MAX      500000 /* of one listing; the others come with the next */
#define IMAP_BATCH         200    /* mails of one command */

enum imap_tls { IMAP_TLS_FIRST, IMAP_TLS_STARTTLS, IMAP_TLS_OFF };

struct imap_opts {           /* strings are used while imap_open() runs, not longer */
        const char *host;    /* whose certificate it must be */
        const char *connect; /* name or address to connect to */
        int port;
        enum imap_tls tls;
        const char *ca_file; /* "" = the system's */
        const char *username, *password;
        int64_t wait_ms;    /* for the next byte */
        int64_t command_ms; /* for a whole command */
        int stop_fd;        /* -1 = none */
};

struct imap;

struct imap_mail {
        uint32_t uid;
        uint32_t bytes; /* as the server says */
};

/* Connected, encrypted, logged in. */
int imap_open(const struct imap_opts *o, struct imap **ret, struct err *e);
void imap_close(struct imap **im); /* for CLEANUP; accepts NULL; says goodbye if it can */

int imap_select(struct imap *im, const char *folder, struct err *e);
uint32_t imap_uidvalidity(const struct imap *im); /* of the selected folder */
/*
 * The name under which the server has `folder`; it is made if it is not there. Some servers
 * keep all folders below INBOX. free() it.
 */
int imap_folder(struct imap *im, const char *folder, char **ret, struct err *e);

/* UIDs of what lies in the selected folder and is not marked as deleted. free() them. */
int imap_uids(struct imap *im, uint32_t **ret, size_t *ret_n, struct err *e);
/* The sizes of at most IMAP_BATCH mails; what is gone is left out. */
int imap_sizes(struct imap *im, const uint32_t *uid, size_t n, struct imap_mail *ret, size_t *ret_n,
               struct err *e);
/*
 * At most `limit` bytes of each of at most IMAP_BATCH mails, in any order; what is gone is left
 * out. The bytes are valid in the call only.
 */
int imap_fetch(struct imap *im, const uint32_t *uid, size_t n, size_t limit,
               void (*fn)(void *ctx, uint32_t uid, const char *p, size_t bytes), void *ctx,
               struct err *e);
/*
 * Moves them to a folder by the name of imap_folder(). A server without MOVE and UIDPLUS keeps
 * them marked as deleted: EXPUNGE would take away what others marked.
 */
int imap_move(struct imap *im, const uint32_t *uid, size_t n, const char *to, struct err *e);

/*
 * Waiting for news: after 0 from imap_idle() poll imap_fd() for reading, unless imap_waiting()
 * says that something came already; then imap_idle_end(), before any other command.
 * -EOPNOTSUPP: the server has no IDLE.
 */
int imap_idle(struct imap *im, struct err *e);
int imap_fd(const struct imap *im);
bool imap_waiting(const struct imap *im);
int imap_idle_end(struct imap *im, struct err *e);

#endif
