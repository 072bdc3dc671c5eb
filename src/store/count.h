/*
 * count.h - how many deliveries of a release and kind of organisation are in which state
 *
 * Changes are gathered in memory while a transaction runs and written once
 * before it commits, so that a thousand settled letters of one release cost a
 * few updates. A rollback forgets them.
 */
#ifndef STORE_COUNT_H
#define STORE_COUNT_H

#include "press/err.h"
#include "press/state.h"

#include <stddef.h>
#include <stdint.h>

struct db;

struct count {
        int64_t release;
        int64_t change[ORG_KINDS][DELIVERY_STATES];
        int64_t out_at; /* a text got out in this transaction; 0 = none */
};

struct counts {
        struct count *v; /* owned */
        size_t n, size, last;
};

/* `from` -1: the delivery is new; `to` -1: it is removed. */
void count_move(struct db *db, int64_t release, enum org_kind kind, int from, int to);
/* A recipient may hold the text of `release` since `at`. */
void count_out(struct db *db, int64_t release, int64_t at);
/* Writes what was gathered; the caller's transaction goes on. */
int count_flush(struct db *db, struct err *e);
/* The same, before reading counts; nothing outside a write transaction. */
int count_sync(struct db *db, struct err *e);
void count_drop(struct db *db);
struct counts *db_counts(struct db *db);

#endif
