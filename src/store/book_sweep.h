/*
 * book_sweep.h - what a dead import left half done is taken back at the next open
 *
 * Called by db_open(). What cannot be done now (the disk is full, somebody
 * holds the lock) is left to a later open; until then the book refuses to be
 * changed or sent to (book_settled).
 */
#ifndef STORE_BOOK_SWEEP_H
#define STORE_BOOK_SWEEP_H

struct db;

void book_sweep(struct db *db);

#endif
