/*
 * relay_log_take.h - what a relay's own log says of our letters, into the record
 *
 * Lines go in, findings of kind "relay-log" come out (press/finding.h). Whose a queue id is, is
 * known by one of three:
 *
 *      the Message-ID that the relay wrote for it (cleanup, Exchange), checked by its salt;
 *      the authenticated tag in its envelope sender (qmgr, return-path);
 *      the queue id in the relay's 250 to our dot, when the recipient is the delivery's too:
 *      that is found by one read over the attempts of the ten days before the log's lines.
 *
 * Only the delivery so named is touched, whatever recipient an alias made of it. A letter of
 * ours that somebody else sent on, with another sender to another recipient, is not ours.
 * "Delivered" is what relay_log.h says, but for a next hop that the caller calls a further
 * relay of ours, or whose queue id this same log knows for the same letter: there it goes on.
 * Each reason of a delay is recorded once (numbers in it aside). Taking the same lines
 * twice changes nothing. Memory is bounded whatever the log holds; the write lock is held
 * for about 10 ms at a time. What cannot be recorded now, because its letter is on the wire,
 * waits for the next relay_taker_flush().
 */
#ifndef PRESS_RELAY_LOG_TAKE_H
#define PRESS_RELAY_LOG_TAKE_H

#include "press/config.h"
#include "press/db.h"
#include "press/finding.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct relay_news { /* one finding that was recorded; strings valid in the call only */
        int64_t release, delivery;
        const char *address, *name, *org;
        enum finding_action action;
        enum delivery_state state; /* after it */
        int64_t at;
        const char *next_hop, *enhanced, *reply;
        int code;
};

struct relay_taker_options {
        const struct config *config;
        const char *relay;   /* whose log it is; "" = that of each letter's latest attempt */
        const char *further; /* "relay2.example,192.0.2.7,.ministry.example": no recipients'
                              * servers, beside those of config->further_relays */
        bool dry_run;        /* judge all, record nothing */
        bool any_time;       /* also what lies before its letter left, or in the future */
        void (*news)(void *ctx, const struct relay_news *n);
        void *ctx;
};

struct relay_taker_counts {
        int64_t lines, understood;              /* understood: some program of the relay wrote it */
        int64_t matched;                        /* results that are about a delivery of ours */
        int64_t recorded[FINDING_EXPANDED + 1]; /* by enum finding_action */
        int64_t known;                          /* recorded before */
        int64_t inside;                         /* from one part of the relay to the next */
        int64_t others;                         /* results about other mail */
        int64_t waiting;                        /* their letters are on the wire now */
        int64_t odd; /* before their letter left, or in the future: recorded by any_time only */
};

struct relay_taker;

/* `o` and what it points to must outlive it. `now`: as relay_log_new(). */
struct relay_taker *relay_taker_new(struct db *db, const struct relay_taker_options *o,
                                    int64_t now);
void relay_taker_free(struct relay_taker **t); /* for CLEANUP; accepts NULL */
void relay_taker_now(struct relay_taker *t, int64_t now);
/* When the log was written last, where that was before `now`: its years are found by it. */
void relay_taker_written(struct relay_taker *t, int64_t at);

/*
 * Both record when there is enough. An error is the database's: -EBUSY, -EIO …; the same line
 * may be given again then.
 */
int relay_taker_line(struct relay_taker *t, const char *line, size_t n, struct err *e);
int relay_taker_flush(struct relay_taker *t, struct err *e);
/* How many results wait because their letters are on the wire. */
size_t relay_taker_waiting(const struct relay_taker *t);
const struct relay_taker_counts *relay_taker_counts(const struct relay_taker *t);

/* --- the file -------------------------------------------------------------------------- */

struct log_file;

/*
 * A log on disk or standard input ("-"), opened by the caller's rights. UTF-16 with its mark is
 * read as UTF-8. -EINVAL when it is compressed. `follow`: by name, through rotation.
 */
int log_file_open(const char *path, bool follow, struct log_file **ret, struct err *e);
void log_file_close(struct log_file **f); /* for CLEANUP; accepts NULL */
/* When it was written last; `now` for a pipe. */
int64_t log_file_time(const struct log_file *f, int64_t now);

/* 1 and a line, valid until the next call; 0: none now; -EIO and the like. */
int log_file_line(struct log_file *f, const char **ret, size_t *ret_n, struct err *e);
bool log_file_ended(const struct log_file *f); /* after 0: nothing will come any more */
void log_file_wait(struct log_file *f);        /* for more, at most a second; a signal ends it */

#endif
