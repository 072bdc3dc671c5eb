/* delivery_internal.h - reading a whole delivery row, and moving it from state to state */
#ifndef STORE_DELIVERY_INTERNAL_H
#define STORE_DELIVERY_INTERNAL_H

#include "press/delivery.h"
#include "sql.h"

#define DELIVERY_COLUMNS                                                               \
        "d.id, d.release_id, d.contact_id, d.copy, d.address, d.name, d.org, d.title," \
        " d.org_kind, d.role, d.language, d.priority, d.state, d.reason, d.attempt,"   \
        " d.created_at, d.due_at, d.data_at, d.settled_at, d.out_at, d.early, d.salt," \
        " d.leaf, d.detail"

/* Reads all rows of `q`, whose columns are DELIVERY_COLUMNS, behind what the list has. */
int delivery_rows(struct sql *q, struct delivery_list *l, struct err *e);

/* A new row in d->state; sets d->id and salt. -EEXIST as delivery_stage(). */
int delivery_insert(struct tx *tx, struct delivery *d, int64_t replaces, struct err *e);

struct order { /* of sending: the random block that the next new delivery belongs to */
        unsigned char pool[1024]; /* random, the first `left` not used yet */
        size_t left;
        uint32_t high;
        unsigned used;
};
struct order *db_order(struct db *db);

struct move { /* from one state to another */
        int64_t id, release_id;
        enum org_kind org_kind; /* the delivery's, for the counts */
        enum delivery_state from, to;
        enum delivery_reason reason;
        unsigned in_attempt; /* only when this is the number of attempts; 0 = whatever it is */
        int attempt;         /* added to it */
        int64_t at, due_at;  /* 0 = none */
        bool forget_data;    /* a new try begins: data_at is cleared */
        bool not_parked;     /* the row was found so; else a move ends the parking */
        const char *detail;  /* NULL keeps what is there */
};

/*
 * The one place where a delivery changes its state: the row and the counts of its release,
 * in the caller's transaction. -EINVAL when the row is not in `from`, or not in this attempt.
 */
int delivery_move(struct tx *tx, const struct move *m, struct err *e);

/* A waiting one becomes `cancelled`; where an earlier try may have arrived, a held `unknown`. */
int delivery_withdraw(struct tx *tx, const struct delivery *d, int64_t at, struct err *e);

#endif
