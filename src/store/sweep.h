/*
 * sweep.h - what a dead program left half done is removed at the next open
 *
 * Called by db_open(). A sweep that cannot be done now (the disk is full,
 * somebody holds the lock, it takes long) is left to a later open: what is
 * unfinished stays invisible, so nothing depends on it.
 */
#ifndef STORE_SWEEP_H
#define STORE_SWEEP_H

struct db;

void sweep_releases(struct db *db); /* stages whose owner died */

#endif
