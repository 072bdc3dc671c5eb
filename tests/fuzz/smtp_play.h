/*
 * smtp_play.h - acts on an SMTP machine, and what must be true after each
 *
 * The machine's events are held against what the peer saw on the wire (smtp_peer.h): every
 * envelope is finished just once; RELAYED if and only if its own dot got a good reply; UNKNOWN if
 * its dot was out and got none, and in no other case; a refusal only by a reply to its own
 * command; END when what was said cannot be trusted; a deadline while a reply is owed; memory in
 * bounds.
 */
#ifndef TESTS_SMTP_PLAY_H
#define TESTS_SMTP_PLAY_H

#include "smtp_peer.h"

#include "press/smtp.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct play {
        struct smtp *s;
        struct peer peer;
        int64_t now;
        unsigned envelopes, relayed;
        bool open[PEER_LETTERS]; /* handed over, not finished */
        struct fate *go;         /* waits for its letter */
        bool ended;
        size_t memory; /* in use before */
        char text[PEER_LETTERS][20], filler[36 * 256];
};

void play_begin(struct play *p, const struct smtp_opts *opts);
void play_end(struct play *p);

/* `kind` picks the addresses, good and bad; nothing when there is no room. */
void play_envelope(struct play *p, uint8_t kind);
/* The letter that is waited for, if any. */
void play_letter(struct play *p, uint8_t shape);
/* Bytes that wait for the line. */
size_t play_pending(const struct play *p);
/* The line takes up to max bytes. */
void play_send(struct play *p, size_t max);
/* The peer says these, `step` bytes at a time. */
void play_input(struct play *p, const char *s, size_t n, size_t step);

/* Takes the events. */
void play_check(struct play *p);

#endif
