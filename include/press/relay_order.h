/*
 * relay_order.h - what people ordered of a relay, as the store keeps it
 *
 * A pause lasts until it is ended, over restarts and changes of the
 * configuration; a relay is known by its name there. An order to retry is a
 * moment: pressd acts on one that is newer than what it saw at its start.
 * Each order leaves its audit row. What pressd itself thinks of a relay is
 * not here: it is memory only, and what is wrong is told by press/fault.h.
 *
 * Times: ms UTC. Errors: those of press/db.h; -EINVAL with the reason when the order makes no
 * sense; nothing is changed then.
 */
#ifndef PRESS_RELAY_ORDER_H
#define PRESS_RELAY_ORDER_H

#include "press/db.h"

#include <stddef.h>
#include <stdint.h>

struct actor;

#define RELAY_ORDERS_MAX 256

struct relay_order {
        char name[96];
        int64_t paused_at; /* 0 = not paused */
        char paused_by[64];
        char why[512];
        int64_t retry_at; /* 0 = never ordered */
};

/* Once more is no error: the reason is the new one if any, the moment the first. */
int relay_order_pause(struct tx *tx, const char *relay, const char *why, const struct actor *a,
                      struct err *e);
int relay_order_resume(struct tx *tx, const char *relay, const struct actor *a, struct err *e);
/* -EINVAL while it is paused. */
int relay_order_retry(struct tx *tx, const char *relay, const struct actor *a, struct err *e);

/* By name; relays that nobody ever ordered anything of are not among them. */
int relay_order_list(struct db *db, struct relay_order *v, size_t max, size_t *ret_n,
                     struct err *e);
/* Of `relay` among these; one that says nothing when it is not there. */
const struct relay_order *relay_order_of(const struct relay_order *v, size_t n, const char *relay);

#endif
