/*
 * imap_internal.h - the line of an IMAP connection: TCP, TLS, limits, and libetpan's view of it
 *
 *   imap_line.c  bytes, with time-outs and a ceiling; a driver for libetpan's streams
 *   imap.c       connecting, login, folders, waiting
 *   imap_mail.c  listing, fetching, moving
 */
#ifndef NET_IMAP_INTERNAL_H
#define NET_IMAP_INTERNAL_H

#include "press/imap.h"

#include <gnutls/gnutls.h>
#include <libetpan/libetpan.h>

struct line {
        int fd; /* -1 = none */
        int stop_fd;
        int64_t wait_ms, command_ms;
        int64_t deadline;         /* monotonic, of the command under way */
        size_t left;              /* bytes that it may still take */
        struct shape {            /* of what it sends, read beside libetpan */
                size_t literal;   /* bytes of a mail that are still to come */
                size_t announced; /* the last number */
                size_t column;
                unsigned depth; /* of parentheses */
                char before;    /* the last byte but CR */
                bool fetch;     /* the line begins like "* 12 FETCH": only there are literals */
        } shape;
        bool tls;
        gnutls_session_t session;
        gnutls_certificate_credentials_t credentials;
        struct err why; /* code 0 = nothing went wrong yet */
};

struct imap {
        struct line line;
        mailimap *session;
        char *host; /* for messages */
        bool idling;
        bool news; /* came before the server's "+" */
};

int line_connect(struct line *l, const struct imap_opts *o, struct err *e);
/* Verified: chain, dates and name. */
int line_secure(struct line *l, const struct imap_opts *o, struct err *e);
/* A new command: its time and its bytes begin. */
void line_begin(struct line *l);
bool line_pending(const struct line *l);
void line_close(struct line *l);
/* A stream of libetpan's over the line, which it does not own. */
mailstream *line_stream(struct line *l);

/*
 * 0 when libetpan's result `r` is well; else the reason: the line's own if it has one, the
 * server's words to `what` if it said NO.
 */
int imap_result(struct imap *im, int r, const char *what, struct err *e);

#endif
