/*
 * fakerelay.h - for tests of net: a relay that follows a script, a client that tells what happened
 *
 * The relay is one thread on a port of its own (127.0.0.1:0). A script is an
 * array of steps ending in NULL, for one connection:
 *
 *   "220 hi"     sent, CRLF added, in one write (CRLF inside: still one packet)
 *   "<EHLO"      a line is read that must start so; what came is in the transcript
 *   "<."         a letter is read up to its dot; fake_letter() has it
 *   "!tls"       the server's side of a handshake
 *   "!wait"      reads until the client closes; what came is in the transcript
 *   "!flood"     "250-X" a thousand times, then waits
 *   "!stall"     reads nothing more, until fake_transcript()
 *   "!close"     closes at once
 *   "!dead"      nobody listens: connecting is refused
 *
 * A line that does not come or differs is in the transcript as "?? ...". The
 * client writes each callback into `log` as one line; see fakerelay.c.
 */
#ifndef FAKERELAY_H
#define FAKERELAY_H

#include "press/buf.h"
#include "press/loop.h"
#include "press/relay.h"

struct fake_cert {        /* a self-signed certificate, its own CA */
        const char *name; /* dNSName; starts with a digit: iPAddress 127.0.0.1 too */
        bool expired;
        const char *priority; /* GnuTLS; NULL = NORMAL */
};

struct fake; /* the relay */

struct fake *fake_start(const char *const *script, const struct fake_cert *cert);
unsigned fake_port(const struct fake *f);
/* Waits for the thread. What the client sent, lines joined by '\n'. */
const char *fake_transcript(struct fake *f);
/* The last letter without its dot, as it was on the wire; after fake_transcript(). */
const struct buf *fake_letter(const struct fake *f);
const char *fake_ca_file(const struct fake *f); /* "" without a certificate */
void fake_stop(struct fake *f);

struct client {
        struct loop *loop;
        struct net *net;
        struct conn *conn;      /* NULL once down */
        struct relay_opts opts; /* for client_run(); url is made from the fake's port */
        char url[64];
        struct slice letter[64]; /* what every tag sends */
        size_t nletter;
        const char *letters;    /* tags to send, one letter each: "ab" */
        const char *quit_after; /* tag after whose `done` conn_quit() is called, "" = never */
        const char *abort_at;   /* tag at whose `go` conn_abort() is called, "" = never */
        bool quit_at_once;      /* in `up` */
        struct buf log;
        char ready[8]; /* tags that got `go` and wait for the end of the turn */
        int64_t downs;
        struct conn_info info; /* as it was at the end */
        struct smtp_caps caps;
        struct loop_timer guard;
};

/* A client with defaults: tls off, pipelining, letters "a", quit after it. */
void client_init(struct client *c);
void client_done(struct client *c);
/* Connects to f and runs until `down`; the log is in c->log. */
void client_run(struct client *c, struct fake *f, const char *scheme);

#endif
