/*
 * smtpd.h - the catcher's server: one thread, one epoll, many connections
 *
 *   catcher.c         options, signals, the loop
 *   smtpd_conn.c      sockets: read, write, wait, close
 *   smtpd_session.c   the commands of RFC 5321        smtpd_auth.c    RFC 4954
 *   smtpd_path.c      MAIL and RCPT lines             smtpd_data.c    the letter
 *   smtpd_reply.c     the reply, or what a rule makes of it
 *   smtpd_script.c    the rules                       smtpd_record.c  what is written down
 *   smtpd_tls.c       GnuTLS
 *
 * One turn of the loop: read and answer every connection that has something,
 * then write the ledger and the transcript, then send the answers. So what a
 * client was told is on record before it hears it, at one write a turn.
 *
 * Time: `now` is monotonic, milliseconds. Out of memory ends the program.
 */
#ifndef SMTPD_H
#define SMTPD_H

#include "press/buf.h"

#include "smtpd_data.h"
#include "smtpd_record.h"
#include "smtpd_script.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SMTPD_LINE_MAX 12288 /* bytes of a command line (RFC 4954 section 4) */

struct conn;
struct tls_keys;
struct tls;

struct server {
        struct script *script;
        struct record *record;
        const char *name;
        enum lenient lenient;
        struct tls_keys *keys; /* NULL = no TLS */
        bool implicit_tls;
        int epoll_fd, listen_fd;
        int64_t now, next_wake; /* next_wake: INT64_MAX = nobody waits */
        struct conn *conns, *dirty;
        unsigned n_conns, last_id;
};

struct hold { /* a reply that waits, or goes out byte by byte */
        bool active;
        struct buf bytes;
        unsigned trickle_ms;
        enum smtpd_end end;
};

enum session_mode { MODE_COMMAND, MODE_DATA, MODE_AUTH };

struct session {
        enum session_mode mode;
        bool greeted, ehlo, refused; /* refused: 554 instead of a greeting */
        bool in_mail, authenticated, skip_line;
        struct buf helo, from, mail_args, rcpts, rcpt_args, envelope; /* lists: NUL after each */
        unsigned n_rcpt, n_mails;
        bool utf8, eight_bit;
        struct data data;
        struct buf body;
        const struct rule *body_rule;
        char auth_mech[8];
        struct buf auth_user;
};

struct conn {
        struct conn *next, *prev, *next_dirty;
        struct server *srv;
        int fd;
        unsigned id;
        uint32_t events;
        bool dirty, dead, eof, hung, deaf, lingering;
        bool want_tls, tls_asked, handshaking;
        enum smtpd_end closing;
        int64_t wake_at; /* 0 = does not wait */
        struct tls *tls;
        struct buf in, out;
        struct hold hold;
        struct session s;
};

extern const char *const smtpd_help[]; /* parts of one text, NULL behind the last */

/* --- smtpd_conn.c */
void conn_accept(struct server *srv);
void conn_event(struct conn *c, uint32_t events);
void conn_wake_due(struct server *srv);    /* those whose time has come */
void conn_flush_dirty(struct server *srv); /* sends, closes, frees */
void conn_close_all(struct server *srv);
void conn_mark(struct conn *c);                         /* it has something to send */
void conn_say(struct conn *c, const char *p, size_t n); /* queues, and records the lines */
void conn_wake_at(struct conn *c, int64_t at);
void conn_end(struct conn *c, enum smtpd_end end);
bool conn_stalled(const struct conn *c); /* takes no command now */

/* --- smtpd_session.c */
void session_greet(struct conn *c);
void session_reset_tls(struct conn *c);                       /* RFC 3207 section 4.2 */
size_t session_feed(struct conn *c, const char *p, size_t n); /* returns bytes used */
void session_lost(struct conn *c);                            /* the peer is gone */
void session_forget(struct conn *c);                          /* the transaction */
void session_done(struct conn *c);
const struct ehlo *session_offer(const struct conn *c);

/* --- smtpd_path.c */
/* Both give 0, or the code they answered. */
int path_mail(struct conn *c, const char *line, size_t n);
int path_rcpt(struct conn *c, const char *line, size_t n);

/* --- smtpd_auth.c */
void auth_begin(struct conn *c, const char *line, size_t n);
void auth_continue(struct conn *c, const char *line, size_t n);

/* --- smtpd_reply.c */
struct reply {
        int code; /* 0 = none was given, or it is no reply */
        bool save;
        enum smtpd_end end;
        const struct action *action;
};
/* Composes the reply; the normal one is code, enh (may be NULL) and text. */
struct reply reply_plan(struct conn *c, enum smtpd_stage stage, const char *line, size_t n,
                        int code, const char *enh, const char *text);
/* The first line of what reply_plan() composed, without CRLF. */
const char *reply_first(const struct reply *r, size_t *ret_n);
/* Sends what reply_plan() composed last. */
void reply_commit(struct conn *c, const struct reply *r);
/* Both in one; returns the code. */
int reply_say(struct conn *c, enum smtpd_stage stage, const char *line, size_t n, int code,
              const char *enh, const char *text);
/* The action of a body or tls rule: there is no normal reply. */
void reply_act(struct conn *c, const struct action *a);

#endif
