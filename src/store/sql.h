/*
 * sql.h - the few verbs in which src/store speaks to SQLite
 *
 * A statement is a constant text; it is prepared once for each connection and
 * found again by the address of that text. Values are bound in order (?1 is
 * the first), columns are counted from 0:
 *
 *      CLEANUP(sql_close) struct sql *q = NULL;
 *
 *      r = sql_open(db, FIND_SQL, SQL_WITH(SQL_TEXT(name), SQL_INT(now)), &q, e);
 *      if (r < 0)
 *              return r;
 *      while ((r = sql_step(q, e)) > 0)
 *              use(sql_int(q, 0), sql_text(q, 1));
 *
 * Bound texts and blobs are not copied: they must outlive sql_close().
 * A statement that writes outside tx_begin()..tx_commit() is an assertion.
 * Errors: as db.h says, and -EEXIST for a row that a unique index refuses; the
 * transaction goes on after -EEXIST, after any other error it can only end.
 */
#ifndef STORE_SQL_H
#define STORE_SQL_H

#include "press/db.h"
#include "press/err.h"

#include <stddef.h>
#include <stdint.h>

struct sql; /* a statement being run */

struct sql_value {
        enum { SQL_VALUE_NULL, SQL_VALUE_INT, SQL_VALUE_TEXT, SQL_VALUE_BLOB } type;
        int64_t n; /* the number, or bytes of the blob */
        const void *p;
};

static inline struct sql_value SQL_INT(int64_t n) {
        return (struct sql_value){.type = SQL_VALUE_INT, .n = n};
}

/* NULL for 0: ids and times that may be absent. */
static inline struct sql_value
SQL_OPT(int64_t n) {
        return (struct sql_value){.type = n ? SQL_VALUE_INT : SQL_VALUE_NULL, .n = n};
}

/* s must not be NULL: an absent text is "". */
static inline struct sql_value
SQL_TEXT(const char *s) {
        return (struct sql_value){.type = SQL_VALUE_TEXT, .p = s};
}

static inline struct sql_value
SQL_BLOB(const void *p, size_t n) {
        return (struct sql_value){.type = SQL_VALUE_BLOB, .n = (int64_t) n, .p = p};
}

/* Two arguments at once: the values and how many. */
#define SQL_WITH(...)                              \
        ((const struct sql_value[]){__VA_ARGS__}), \
                (sizeof((const struct sql_value[]){__VA_ARGS__}) / sizeof(struct sql_value))
#define SQL_NOTHING NULL, 0

/* Starts a statement whose text is a constant that lives as long as the program. */
int sql_open(struct db *db, const char *text, const struct sql_value *v, size_t n, struct sql **ret,
             struct err *e);
/* The same for a text made at run time (an audience, a filter); it is copied. */
int sql_open_made(struct db *db, const char *text, const struct sql_value *v, size_t n,
                  struct sql **ret, struct err *e);
/* 1: there is a row; 0: no more; else a negative errno. */
int sql_step(struct sql *q, struct err *e);
/* Starts a statement and steps to its first row: as sql_step(). */
int sql_first(struct db *db, const char *text, const struct sql_value *v, size_t n,
              struct sql **ret, struct err *e);
/* For CLEANUP; accepts NULL. A constant statement goes back to the connection. */
void sql_close(struct sql **q);

/* Columns of the present row. Texts and blobs are valid until the next step. */
int64_t sql_int(struct sql *q, int column);      /* 0 for NULL */
const char *sql_text(struct sql *q, int column); /* never NULL, "" for NULL */
char *sql_text_dup(struct sql *q, int column);   /* the caller's; never NULL */
const void *sql_blob(struct sql *q, int column, size_t *ret_n);

/* Runs a statement to its end; rows are thrown away. Returns 0. */
int sql_run(struct db *db, const char *text, const struct sql_value *v, size_t n, struct err *e);
/* The first column of the first row: 1 and *ret, or 0 when there is no row. */
int sql_get_int(struct db *db, const char *text, const struct sql_value *v, size_t n, int64_t *ret,
                struct err *e);
/*
 * Inserts one row: 1 and its id, or 0 when ON CONFLICT left it out. For INSERT by the million:
 * RETURNING makes SQLite fill a table of its own for each row.
 */
int sql_insert(struct db *db, const char *text, const struct sql_value *v, size_t n,
               int64_t *ret_id, struct err *e);
/* Rows that the latest INSERT, UPDATE or DELETE touched. */
int64_t sql_changes(struct db *db);

/*
 * Owners of unfinished work (a staged release, an import in chunks): the mark
 * is a lock that the kernel drops when the owner dies, whatever kills it. Take
 * it inside the transaction that makes the row. It lasts until sql_disown() or db_close().
 */
enum sql_owned { OWNED_RELEASE, OWNED_IMPORT };
int sql_own(struct db *db, enum sql_owned what, int64_t id, struct err *e);
void sql_disown(struct db *db, enum sql_owned what, int64_t id);
/* true while another connection, in any process, holds it. */
bool sql_owner_lives(struct db *db, enum sql_owned what, int64_t id);

#endif
