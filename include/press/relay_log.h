/*
 * relay_log.h - reads a relay's own log, line by line
 *
 * Understood are Postfix's and Zimbra's syslog (traditional stamps without a year, RFC 3339,
 * RFC 5424; short and long queue ids; instances such as postfix-out/smtp) and Exchange's
 * message tracking (CSV with its "#Fields:" line). Everything else is RELAY_LOG_OTHER.
 *
 * What a line says of one recipient is judged here as far as the line alone tells:
 *
 *      DELIVERED   by smtp to a server that is not on the loopback, by lmtp, local, virtual, or
 *                  pipe to a known mailbox program; Exchange's DELIVER, SEND to outside
 *      PASSED      to a filter on the loopback, to another program, forwarded under a new queue
 *                  id, to another server of the same Exchange: it will be heard of again
 *      FAILED      bounced, expired, thrown away by a filter or by the relay's administrator
 *      DELAYED     deferred, held
 *      EXPANDED    a list or an alternate recipient of Exchange
 *
 * A line holds strangers' words: every text is bounded and escaped. One line is looked at
 * at a time, so memory is flat. Local stamps are read in the zone of press/zone.h.
 * Sources: Postfix 3.7 log_adhoc(3), postsuper(1), qmgr(8); RFC 3164 5424 3339; Microsoft's
 * "Message tracking" (fields and events).
 */
#ifndef PRESS_RELAY_LOG_H
#define PRESS_RELAY_LOG_H

#include "press/addr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RELAY_LOG_LINE_MAX ((size_t) 256 << 10) /* bytes; of a longer line nothing is read */
#define RELAY_LOG_ID_MAX   256                  /* bytes with NUL, as the rest */
#define RELAY_LOG_QUEUE    64
#define RELAY_LOG_HOP_MAX  384
#define RELAY_LOG_TEXT_MAX 1024

enum relay_log_kind {
        RELAY_LOG_OTHER,  /* nothing about a letter */
        RELAY_LOG_LETTER, /* queue_id is the letter message_id */
        RELAY_LOG_SENDER, /* queue_id came from `sender` */
        RELAY_LOG_GONE,   /* queue_id has left the relay's queue */
        RELAY_LOG_RESULT  /* `status` of queue_id, for `recipient` */
};

enum relay_log_status {
        RELAY_LOG_DELIVERED,
        RELAY_LOG_PASSED,
        RELAY_LOG_FAILED,
        RELAY_LOG_DELAYED,
        RELAY_LOG_EXPANDED
};

struct relay_log_line { /* "" and 0 = not in this line */
        enum relay_log_kind kind;
        enum relay_log_status status;
        int64_t at;
        char host[RELAY_LOG_QUEUE]; /* whose log it is; queue ids are its own */
        char queue_id[RELAY_LOG_QUEUE];
        char message_id[RELAY_LOG_ID_MAX]; /* without <> */
        char sender[ADDR_MAX];
        bool has_sender;                  /* "" is a sender too: <> */
        char recipient[ADDR_MAX];         /* "" : all of this queue id */
        char original[ADDR_MAX];          /* before an alias there */
        char next_hop[RELAY_LOG_HOP_MAX]; /* "mx.example[192.0.2.1]:25" */
        int code;
        char enhanced[16];
        char reply[RELAY_LOG_TEXT_MAX];
        char queued_as[RELAY_LOG_QUEUE]; /* its queue id at the next hop, where that said it */
};

struct relay_log;

/* `now`: no line is from after it by more than a day. By that the missing year is found. */
struct relay_log *relay_log_new(int64_t now);
void relay_log_free(struct relay_log **r); /* for CLEANUP; accepts NULL */
/* Time goes on while a log is followed; or another file begins, written last at `now`. */
void relay_log_now(struct relay_log *r, int64_t now);

/*
 * Takes one line without its end; NULs in it are allowed. false: it is no line of such a log.
 * Then relay_log_next() until it is false: a line of Exchange speaks of several recipients.
 */
bool relay_log_take(struct relay_log *r, const char *line, size_t n);
bool relay_log_next(struct relay_log *r, struct relay_log_line *ret);

/* The queue id in a relay's reply to our dot ("queued as X", "[InternalId=X"); false: none. */
bool relay_log_queued_as(const char *reply, char ret[RELAY_LOG_QUEUE]);

#endif
