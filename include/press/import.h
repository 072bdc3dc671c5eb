/*
 * import.h - the address book from CSV, all or nothing, and back into CSV
 *
 * INTERFACE.md "The address book as CSV" is the contract; press/csv.h says which
 * files are understood, press/entry.h which headings and cells. Required columns:
 * org, org_kind, and email or phone.
 *
 * An organisation is matched by its code, then by its exact name within the kind,
 * else made; what the file says of it replaces what the book says, and an empty cell
 * says nothing. A contact is matched by id, else by (organisation, address), without
 * an address by (organisation, telephone, name), else made. A column that is absent
 * leaves a contact's field alone, an empty cell empties it (role, language and
 * priority then stay, or are desk, vi and 5). Contacts that the file does not name
 * stay as they are.
 *
 * The whole file is checked before anything is written. It is then applied in
 * transactions of some 10 ms with undo rows, so that no other program waits and a
 * crash leaves the old book (press/book.h, book_import_begin).
 */
#ifndef PRESS_IMPORT_H
#define PRESS_IMPORT_H

#include "press/db.h"
#include "press/err.h"
#include "press/release.h"

#include <stdbool.h>
#include <stddef.h>

#define IMPORT_ROWS_MAX     1000000
#define IMPORT_FINDINGS_MAX 100 /* kept of each kind; all are counted */

struct import_finding {
        unsigned row; /* line of the file, 1-based */
        char *column; /* heading as it stands there, "" = the whole row */
        struct err why;
};
struct import_findings {
        struct import_finding *v;
        size_t n;     /* kept */
        size_t total; /* found */
};

struct import_report {
        size_t rows; /* that hold a contact; the heading and empty rows are none */
        size_t added, changed, unchanged, empty;
        size_t orgs_added, orgs_changed;
        struct import_findings refused, warnings; /* in order of the file */
};
void import_report_done(struct import_report *r);

/*
 * 0: applied, or with dry_run only checked; *ret tells what was or would be done.
 * -EINVAL with ret->refused filled: nothing was changed. Other errors as db.h, -EBUSY
 * and -EAGAIN included; what was begun is undone. *ret is filled in any case and the
 * caller's to free; `name` is for messages and the audit row.
 */
int import_csv(struct db *db, const char *name, const char *data, size_t n, bool dry_run,
               const struct actor *actor, struct import_report *ret, struct err *e);

/*
 * All current contacts as CSV (UTF-8 with BOM), which import_csv() takes back and
 * finds unchanged. `write` gets the pieces in order; what it returns below 0 ends it.
 */
int book_export(struct db *db, int64_t now,
                int (*write)(void *ctx, const char *s, size_t n, struct err *e), void *ctx,
                struct err *e);

#endif
