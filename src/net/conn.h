/*
 * conn.h - what the parts of net share about one connection
 *
 *   curl.c   the multi in the loop: CONNECTING until up or failed
 *   talk.c   what was said while libcurl had the line: replies, capabilities
 *   diag.c   why a connection did not come up: stage, reply or text
 *   line.c   bytes between the descriptor and the transaction machine: UP
 *   relay.c  the life of a connection, and the calls of press/relay.h
 *
 *   CONNECTING ---> UP ---> OVER ---> (down, freed)
 *        \__________________/
 *
 * The program is called back only by conn_report(), which runs inside the
 * loop's descriptors and timers; whatever happens elsewhere is put on the
 * pending list (conn_pend) and reported in the next turn. conn_report() may
 * free the connection: touch nothing of it afterwards.
 */
#ifndef NET_CONN_H
#define NET_CONN_H

#include "press/loop.h"
#include "press/relay.h"
#include "press/smtp_reply.h"

#include <curl/curl.h>
#include <sys/queue.h>

#define LINE_BUFFER_BYTES 65536 /* one read */
#define TLS_RECORD_BYTES  16384 /* one TLS record, so one write of GnuTLS */
#define TALK_SECRET_BYTES 64

enum conn_state { CONN_CONNECTING, CONN_UP, CONN_OVER };

struct talk { /* while libcurl has the line */
        enum { SAID_NOTHING, SAID_EHLO, SAID_STARTTLS, SAID_AUTH } said; /* our last command */
        bool extended;      /* it was EHLO: its reply lists capabilities */
        bool greeted;       /* the reply's first line (the relay's name) was seen */
        bool whole;         /* our last command was answered by the reply below */
        bool broken;        /* what came is no SMTP reply; `reply` says what it was */
        bool repeats;       /* the reply holds our login (R48) */
        bool logged_in;     /* 235 came */
        struct reply reply; /* to the last command, or the banner */
        struct reply_reader reader;
        char secret[TALK_SECRET_BYTES]; /* start of the last AUTH argument */
        char error[CURL_ERROR_SIZE];
};

struct conn {
        struct net *net;
        struct relay_opts opts;
        void *user;
        enum conn_state state;
        int64_t started;  /* monotonic ms */
        char target[264]; /* host:port that we connect to, for messages */
        char host[256];   /* of the url: the name the certificate must have */
        struct conn_info info;
        struct outcome why; /* once OVER */

        CURL *easy;
        bool tcp_up;     /* while CONNECTING */
        int watch_error; /* errno: the loop could not watch it for libcurl */
        int open_error;  /* errno: there was no socket for it */
        struct curl_slist *connect_to;
        struct talk talk;
        struct loop_timer timer;

        struct smtp *smtp; /* NULL until UP */
        struct smtp_caps caps;
        int fd; /* libcurl's, watched by us while UP; else -1 */
        bool tls;
        bool want_write; /* the line was full */
        bool lost;       /* smtp_closed() was said */
        bool more;       /* reading stopped for fairness with bytes left inside TLS */
        char *record;    /* TLS: the bytes GnuTLS must be shown again after AGAIN */
        size_t record_len;
        bool has_ahead; /* an event that was there before the loop could report it */
        struct smtp_event ahead;

        bool pending, dirty;
        TAILQ_ENTRY(conn) all_entry, pending_entry, dirty_entry;
};
TAILQ_HEAD(conn_list, conn);

struct net {
        struct loop *loop;
        CURLM *multi;
        const struct conn_ops *ops;
        void *ctx;
        struct conn_list all, pending, dirty;
        size_t npending;
        struct loop_timer curl_timer, kick;
        char buffer[LINE_BUFFER_BYTES];
};

/* curl.c. Starting may fail at once: then the connection is OVER and pending. */
int multi_open(struct net *n, struct err *e);
void multi_close(struct net *n);
void multi_connect(struct conn *c);
void multi_deadline(struct conn *c);
/* Lets go of the descriptor and of libcurl's handle; nothing is sent, nothing blocks. */
void multi_drop(struct conn *c);

/* talk.c */
void talk_sent(struct conn *c, const char *p, size_t n);
/* One line of a reply; false when it is none, or of a reply without end. */
bool talk_heard(struct conn *c, const char *line, size_t n);
/* Forgets what must not stay in memory. */
void talk_done(struct conn *c);

/* diag.c: both give VERDICT_RELAY. */
struct outcome diag_failed(struct conn *c, CURLcode rc);
struct outcome diag_deadline(struct conn *c);
/* "192.0.2.1:25", "" while unknown. */
void diag_peer(struct conn *c);

/* line.c. Both may end in smtp_closed(); neither reports. */
void line_read(struct conn *c);
void line_write(struct conn *c);
void line_lost(struct conn *c, const char *why);
void line_ready(void *conn, int fd, unsigned events); /* the loop's callback; reports */

/* relay.c */
void conn_up(struct conn *c);
void conn_over(struct conn *c, const struct outcome *why);
void conn_pend(struct conn *c);
void conn_report(struct conn *c);
void conn_deadline(void *conn); /* the loop's callbacks */
void net_kick(void *net);

#endif
