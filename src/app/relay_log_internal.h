/* relay_log_internal.h - what the parts that take a relay's log share */
#ifndef APP_RELAY_LOG_INTERNAL_H
#define APP_RELAY_LOG_INTERNAL_H

#include "relay_log_queue.h"

#include "press/delivery.h"
#include "press/relay_log.h"
#include "press/relay_log_take.h"

#define PENDING_MAX 512 /* results that wait to be recorded; the half of them may be on the wire */

struct pending {
        int64_t delivery, at;
        enum finding_action action;
        bool waits; /* its letter was on the wire */
        int code;
        char enhanced[16];
        char next_hop[RELAY_LOG_HOP_MAX];
        char reply[RELAY_LOG_TEXT_MAX];
        /* of the record, once it is there */
        int64_t release;
        enum delivery_state state;
        bool recorded, odd; /* odd: its time cannot be */
};

struct relay_taker {
        struct db *db;
        const struct relay_taker_options *o;
        int64_t now;
        struct relay_log *reader;
        struct relay_log_line *line;
        struct queue_table queue, attempts;
        int64_t attempts_from, attempts_to, looked_at;
        uint64_t latest_id; /* the Message-ID of ours that was looked up last */
        int64_t latest;     /* its delivery */
        struct pending *pending;
        size_t npending;
        struct relay_taker_counts counts;
};

/* Keeps a result to be recorded by relay_taker_flush(). There is room. */
void relay_log_keep(struct relay_taker *t, const struct relay_log_line *l, int64_t delivery,
                    enum finding_action action);
/* A delay's reason, numbers and the words around it aside. */
uint32_t relay_log_reason(const char *reply);

#endif
