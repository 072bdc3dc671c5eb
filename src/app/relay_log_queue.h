/* relay_log_queue.h - whose a queue id is: a table of bounded size, the oldest go first */
#ifndef APP_RELAY_LOG_QUEUE_H
#define APP_RELAY_LOG_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct queue_entry {
        uint64_t key;       /* 0 = free */
        int64_t delivery;   /* 0 = taken out */
        uint32_t address;   /* hash of the delivery's, letter case aside */
        uint32_t reason;    /* hash of the latest delay's, 0 = none */
        uint32_t age;       /* by the table's count */
        bool gone;          /* it has left the relay */
        bool stranger;      /* its envelope sender is not ours */
        uint8_t results[2]; /* how many were recorded: delivered, failed */
};

struct queue_table { /* zeroed = empty */
        struct queue_entry *v;
        size_t size, used, most; /* most: entries; 0 is no limit given yet */
        uint32_t count;
};

void queue_table_done(struct queue_table *t);

/* A key of two texts; never 0. */
uint64_t queue_key(const char *a, const char *b);
/* Letter case aside. */
uint32_t queue_hash(const char *s);

/* NULL: it is not there. Valid until the next put. */
struct queue_entry *queue_find(const struct queue_table *t, uint64_t key);
/* The entry of `key`, new or emptied. */
struct queue_entry *queue_put(struct queue_table *t, uint64_t key);

#endif
