/*
 * relay.h - connections to relays: libcurl opens the line, core/smtp speaks on it
 *
 * libcurl (CONNECT_ONLY handles in one multi) does name, TCP, banner, EHLO,
 * STARTTLS with verification, and AUTH; from then on the transaction machine
 * of core/smtp owns the conversation. Why: libcurl's own SMTP transfers wait for the
 * final reply inside curl_multi_perform (LIBRARIES 1.2, and docs/ARCHITECTURE).
 *
 * Callbacks come while the loop serves descriptors and timers, never from
 * inside the calls below; what the program does about them (commit, then
 * conn_letter) happens in its turn callback.
 *
 * Security: tls "required" sends nothing but EHLO and STARTTLS before a
 * verified handshake (R43, R44); a user name without a 235 from the relay ends the connection;
 * capabilities learnt before STARTTLS are forgotten (R46). Secrets are never logged (R48).
 */
#ifndef PRESS_RELAY_H
#define PRESS_RELAY_H

#include "press/err.h"
#include "press/outcome.h"
#include "press/smtp.h"

#include <stdbool.h>
#include <stdint.h>

struct loop;
struct net;  /* the libcurl multi and its place in the loop */
struct conn; /* one connection */

enum relay_tls { RELAY_TLS_OFF, RELAY_TLS_OPPORTUNISTIC, RELAY_TLS_REQUIRED };

struct relay_opts {          /* all strings outlive the connections; "" = not set */
        const char *name;    /* for messages */
        const char *url;     /* smtp://host:port or smtps://host:port */
        const char *address; /* connect here (host or host:port), still verifying the url's name */
        const char *ehlo;    /* our FQDN */
        const char *username;
        const char *password; /* the secret itself */
        const char *ca_file;  /* "" = the system's bundle */
        enum relay_tls tls;
        bool pipelining;
        int64_t tcp_ms;     /* limit for name and TCP; 0 = 30 s */
        int64_t session_ms; /* limit for banner, EHLO, TLS, AUTH together; 0 = 5 min */
};

/* Why the line was not secured, as far as somebody can mend it. */
enum tls_trouble {
        TLS_TROUBLE_NONE,
        TLS_NOT_OFFERED, /* no STARTTLS, or it was refused */
        TLS_WRONG_NAME,  /* the certificate is good, for another name */
        TLS_NOT_TRUSTED, /* signed by nobody whom we know, or out of date */
};

struct conn_info {      /* what the log keeps of a connection; "" = none */
        char peer[80];  /* "192.0.2.1:25" */
        char tls[16];   /* "TLSv1.3", "" in clear */
        char cert[256]; /* names the certificate shows, when they are not the url's; else "" */
        enum tls_trouble trouble;
        int64_t connect_ms;
};

struct conn_ops {
        /* The line is ready for envelopes. */
        void (*up)(void *ctx, struct conn *c);
        /* 354 came: commit data_at, then conn_letter(). */
        void (*go)(void *ctx, struct conn *c, void *tag);
        /* tag is finished. */
        void (*done)(void *ctx, struct conn *c, void *tag, const struct outcome *o, int64_t ms);
        /*
         * The connection is over (refused, lost, closed, or never came up: stage
         * CONNECT TLS EHLO AUTH); every tag was reported before. c is freed after this returns.
         * NOT_TRIED of one that never came up: this machine has no descriptor or memory for it.
         */
        void (*down)(void *ctx, struct conn *c, const struct outcome *why);
};

int net_open(struct loop *l, const struct conn_ops *ops, void *ctx, struct net **ret,
             struct err *e);
void net_close(struct net **n); /* for CLEANUP; drops what is open without callbacks */

/* Starts connecting. Never NULL; failures come by `down`. `user` is the caller's own. */
struct conn *conn_open(struct net *n, const struct relay_opts *o, void *user);
void *conn_user(const struct conn *c);
const struct conn_info *conn_info(const struct conn *c);
const struct smtp_caps *conn_caps(const struct conn *c);

unsigned conn_room(const struct conn *c);
/* As smtp_envelope(); bytes are written at the end of the turn or on conn_flush(). */
int conn_envelope(struct conn *c, const struct smtp_envelope *e);
void conn_letter(struct conn *c, const struct slice *v, size_t n);
/* Writes what is waiting now (one send for all of it where it fits). */
void conn_flush(struct conn *c);

/* QUIT when nothing is open, at most 2 s for the 221; then `down`. */
void conn_quit(struct conn *c);
/* Ends it now: as smtp_abort(); then `down`. */
void conn_abort(struct conn *c, const char *why);
/* true while a dot is unanswered (SIGTERM waits for those). */
bool conn_dot_open(const struct conn *c);
unsigned conn_accepted(const struct conn *c);

#endif
