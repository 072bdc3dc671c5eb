/* schema.h - the upgrade steps, oldest first; the last one's version is the present version */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#include <stddef.h>

#define SCHEMA_PARTS 12 /* texts of a step; ISO C keeps each under 4096 characters */

struct schema_step {
        int version;                   /* what PRAGMA user_version says after it */
        const char *sql[SCHEMA_PARTS]; /* run in order, in one transaction with all other steps */
};

/* A function so that a test can stand a longer list in its place. */
const struct schema_step *schema_steps(size_t *ret_n);

extern const char schema_book[];  /* schema_book.c: organisations, contacts, lists */
extern const char schema_fault[]; /* fault.c */
extern const char schema_relay_order[];
extern const char schema_setback[];
extern const char schema_returned[]; /* schema_returned.c: mail that came back */
extern const char schema_call[];     /* telephone calls */
extern const char schema_verdict[];  /* what is known of an address */

#endif
