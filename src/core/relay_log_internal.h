/* relay_log_internal.h - what the readers of a relay's log share */
#ifndef CORE_RELAY_LOG_INTERNAL_H
#define CORE_RELAY_LOG_INTERNAL_H

#include "press/buf.h"
#include "press/relay_log.h"

#define EXCHANGE_FIELDS 64

enum exchange_field {
        EX_DATE,
        EX_CLIENT_HOST,
        EX_SERVER_IP,
        EX_SERVER_HOST,
        EX_CONTEXT,
        EX_CONNECTOR,
        EX_EVENT,
        EX_QUEUE_ID,
        EX_MESSAGE_ID,
        EX_RECIPIENT,
        EX_STATUS,
        EX_RELATED,
        EX_PATH,
        EX_KNOWN
};

struct exchange {
        bool on;                 /* the field line was seen */
        int column[EX_KNOWN];    /* -1 = not there */
        struct buf cells;        /* of the line at hand, each with its NUL */
        const char *v[EX_KNOWN]; /* in `cells`, or "" */
        size_t recipients, next;
        const char *recipient, *status; /* how far the two lists are; status NULL: it is no list */
};

struct relay_log {
        int64_t now;
        char stamp[20]; /* up to the minute: the latest that was worked out */
        size_t stamp_len;
        int64_t minute; /* what it stands for */
        struct exchange ex;
        bool pending; /* `line` waits for relay_log_next() */
        struct relay_log_line line;
};

struct span { /* a piece of the line */
        const char *p;
        size_t n;
};
bool span_is(struct span s, const char *text);
bool span_starts(struct span s, const char *text);
/* The first place of `text` in s, or NULL. */
const char *span_find(struct span s, const char *text);
/* Escaped and cut to `size`. */
void span_copy(struct span s, char *out, size_t size);
/* What stands before the first `text`, which is dropped too; false: it is not there. */
bool span_cut(struct span *s, const char *text, struct span *ret_before);

/* "550 5.1.1 no such user": the code and, unless there is one, the enhanced code. */
void relay_log_reply(struct span said, struct relay_log_line *ret);
bool relay_log_is_loopback(const char *next_hop);

/* RFC 3339 with or without a zone, or "Nov 24 08:00:01": how long it is, 0 = none. */
size_t relay_log_stamp(struct relay_log *r, struct span s, int64_t *ret_at);

/* The message behind "postfix/AGENT[1]: ". */
void relay_log_postfix(struct span agent, struct span message, struct relay_log_line *ret);

/* true when the line was taken: a header, or a row while it is on. */
bool relay_log_exchange(struct relay_log *r, struct span line);
bool relay_log_exchange_next(struct relay_log *r, struct relay_log_line *ret);

#endif
