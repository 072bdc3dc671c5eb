/*
 * fault.h - what is wrong at this moment, as pressd last said
 *
 * pressd writes its raised alarms here, so that doctor, explain and the
 * console can tell "relay main does not answer since 10:22" without asking
 * pressd. The rows are replaced as a whole and emptied at its start.
 */
#ifndef PRESS_FAULT_H
#define PRESS_FAULT_H

#include "press/db.h"

#include <stddef.h>
#include <stdint.h>

#define FAULT_KEY_MAX 96
#define FAULT_FENCE   "fence" /* an older database was put back (fence.h) */

struct fault {
        char key[FAULT_KEY_MAX]; /* "relay main", "clock", "release 41" */
        int64_t since;           /* ms UTC */
        char text[1024];         /* in the configured language */
};

#define FAULTS_MAX 256

/* The keys of what concerns one release, one relay. */
void fault_release_key(int64_t release, char out[FAULT_KEY_MAX]);
void fault_relay_key(const char *relay, char out[FAULT_KEY_MAX]);
/* The release that a key names, 0 = none. */
int64_t fault_release(const char *key);

/* Replaces all rows by these. */
int fault_replace(struct tx *tx, const struct fault *v, size_t n, struct err *e);

/* The oldest first, at most `max`. */
int fault_list(struct db *db, struct fault *v, size_t max, size_t *ret_n, struct err *e);

#endif
