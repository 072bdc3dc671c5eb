/*
 * smtpd_record.h - what the catcher writes down: ledger, transcript, letters
 *
 * Ledger and transcript are gathered and written by record_flush(), which the
 * loop calls before any reply leaves. They are appended to, and letters are
 * numbered on from those that are there, so a server that is started again goes on in the same
 * files. A write that fails ends the program: a test must not go on
 * with an oracle that lies.
 */
#ifndef SMTPD_RECORD_H
#define SMTPD_RECORD_H

#include "press/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct session;

struct record {
        int ledger_fd, transcript_fd, dir_fd; /* -1 = not wanted */
        struct buf ledger, transcript;
        unsigned last_file;
        int64_t wall; /* ms since the epoch, set each turn */
};

/* Empty names are not wanted. 0, or -1 with a line on standard error. */
int record_open(struct record *r, const char *ledger, const char *transcript, const char *maildir);
void record_close(struct record *r);
void record_flush(struct record *r);

/* A line of the transcript; who is "C:", "S:", "--" or "!!". Escaped, and cut when long. */
void record_line(struct record *r, unsigned conn, const char *who, const char *p, size_t n);
void record_note(struct record *r, unsigned conn, const char *who, const char *fmt, ...)
        __attribute__((format(printf, 4, 5)));

/* The ledger's line for the letter in *s, and its file when saved. reply[n] is the answer. */
void record_mail(struct record *r, unsigned conn, bool tls, const struct session *s, bool saved,
                 const char *reply, size_t n);

#endif
