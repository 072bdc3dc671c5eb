/*
 * book_edit.h - changing the address book by hand: add, set, end
 *
 * Each call is one transaction with its audit row. Fields are given as
 * "field=value" under the headings of press/entry.h (English or Vietnamese), and are
 * cleaned and checked as in an import. Besides them:
 *
 *      lists=a;b     the lists that the contact is in
 *      org_name=X    renames the contact's organisation
 *      org_alias=X   another name under which audiences find it
 *
 * org=X names an organisation by name, short name, code or alias; in book_set() it
 * moves the contact there. org_kind, org_short, org_code, province and region change
 * the contact's organisation, for all who are there. id cannot be set.
 * Errors: -EINVAL with the field and the reason, -ENOENT, otherwise as db.h and book.h.
 */
#ifndef PRESS_BOOK_EDIT_H
#define PRESS_BOOK_EDIT_H

#include "press/db.h"
#include "press/release.h"

#include <stddef.h>
#include <stdint.h>

/*
 * A new contact. Needed: org (with org_kind it is made when it is new), and email or
 * phone. *warning says what was taken but is doubtful (code 0 = nothing).
 */
int book_add(struct db *db, const char *const *fields, size_t n, const struct actor *actor,
             int64_t *ret_id, struct err *warning, struct err *e);
/* 1: changed, 0: it was so already. */
int book_set(struct db *db, int64_t id, const char *const *fields, size_t n,
             const struct actor *actor, struct err *warning, struct err *e);
/* The contact is no longer one from now on; what was sent to it stays in the log. */
int book_end(struct db *db, int64_t id, const struct actor *actor, struct err *e);

#endif
