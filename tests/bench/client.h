/*
 * client.h - what the bench's own SMTP clients share: options, the letter, the recipients
 *
 *   PROGRAM --to HOST:PORT --connections N --count N --letter FILE
 *
 * FILE is the part of the letter that is the same for everybody, in wire form
 * (CRLF, dot-stuffed). Before it goes what is one recipient's own: To,
 * Message-ID and a greeting in a header line. HOST is a numeric IPv4 address.
 * Each program sends `count` such letters, one recipient each, leaves with 0
 * when every one was answered 250, and else says on standard error why not.
 */
#ifndef BENCH_CLIENT_H
#define BENCH_CLIENT_H

#include <stddef.h>

#define OWN_MAX 512 /* bytes of one recipient's own header lines, or of one envelope */

struct client {
        char host[64];
        unsigned port;
        unsigned connections, count;
        char *letter; /* the shared part */
        size_t letter_len;
};

/* Ends the program with 64 when the options are wrong. */
void client_options(struct client *c, int argc, char **argv);
_Noreturn void client_die(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* All three write at most OWN_MAX bytes and return how many. */
size_t client_own(char *p, unsigned n);
size_t client_from(char *p, unsigned n);
size_t client_rcpt(char *p, unsigned n);

#endif
