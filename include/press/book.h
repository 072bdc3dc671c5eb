/*
 * book.h - the address book in the store: organisations and contacts over time
 *
 * An organisation is its id; its names, codes, kind, province and parent hold for
 * periods, and changing one closes a period and opens the next. A contact is a
 * person or a desk at an organisation from..to; ending one keeps it for the log.
 * At most one current contact of an organisation has a given address; whoever
 * writes checks that first (contact_match).
 *
 * Text is NFC and checked by the caller (app/book); "" = none, never NULL in what is
 * read. Times: ms since the epoch, UTC; `to_at` and `closed_at` 0 = open.
 * Writing calls run inside the caller's transaction and raise the book's version.
 * `import` is the id from book_import_begin(), which makes the call write what is needed
 * to undo it, or 0.
 * Errors: as db.h; -ENOENT no such row; -EBUSY another program is importing.
 */
#ifndef PRESS_BOOK_H
#define PRESS_BOOK_H

#include "press/db.h"
#include "press/state.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct org { /* owns its strings */
        int64_t id;
        char *uid; /* random, for ever the same */
        enum org_kind kind;
        char *name, *short_name, *code, *province, *region;
        int64_t parent_id; /* 0 = none */
        int64_t created_at, closed_at;
};
void org_done(struct org *o);

int org_get(struct db *db, int64_t id, struct org *ret, struct err *e);
/* Sets o->id, uid and created_at. */
int org_add(struct tx *tx, struct org *o, int64_t import, int64_t now, struct err *e);
/* Makes org o->id be as o says now: 1, or 0 when it was so already. */
int org_change(struct tx *tx, const struct org *o, int64_t import, int64_t now, struct err *e);
/*
 * How many organisations have this name, short name, code or alias now: an exact
 * match counts before one without case and marks, an open organisation before a
 * closed one. *ret_id is the first; codes lists them ("P04, U20") when there are more.
 */
#define ORG_CODES_MAX 300
int org_named(struct db *db, const char *name, int64_t now, int64_t *ret_id,
              char codes[ORG_CODES_MAX], struct err *e);
/* Another name under which audiences find it; 0 also when it has it already. */
int org_alias(struct tx *tx, int64_t id, const char *alias, int64_t now, struct err *e);
/* Its end: its contacts are no longer current. */
int org_close(struct tx *tx, int64_t id, int64_t now, struct err *e);
/*
 * Every organisation that is open, in order of id. fn returning non-zero stops; *o is valid
 * during the call only.
 */
int org_each(struct db *db, int (*fn)(void *ctx, const struct org *o), void *ctx, struct err *e);

struct contact { /* owns its strings */
        int64_t id, org_id;
        char *name; /* "" = a desk without a name */
        enum contact_role role;
        char *title;
        char *email; /* canonical (addr.h), "" = none */
        char *phone;
        enum lang language;
        int priority; /* 1..9, 1 is telephoned first */
        char *tags;   /* sorted, joined by ";" */
        char *source;
        int64_t from_at, to_at, created_at, changed_at;

        /* its organisation, as it is now; ignored in what is written */
        char *org, *org_short, *org_code, *province, *region;
        enum org_kind org_kind;

        /* only from selection_page() */
        enum delivery_reason reason; /* why nothing would be sent: no address, stop list */
        bool doubtful;               /* written to all the same, though its address looks dead */
        bool early;
};
struct contact_list {
        struct contact *v;
        size_t n;
};
void contact_done(struct contact *c);
void contact_list_done(struct contact_list *l);
/* A copy that owns its own strings. */
struct contact contact_copy(const struct contact *c);
/* Would writing one over the other change anything? (organisation, words, tags, from, to) */
bool contact_same(const struct contact *a, const struct contact *b);

int contact_get(struct db *db, int64_t id, struct contact *ret, struct err *e);
/* Sets c->id and the times (from_at only if it is 0 stays "since ever"). */
int contact_add(struct tx *tx, struct contact *c, int64_t import, int64_t now, struct err *e);
/* Makes contact c->id be as c says: 1, or 0 when it was so already. */
int contact_change(struct tx *tx, const struct contact *c, int64_t import, int64_t now,
                   struct err *e);
int contact_end(struct tx *tx, int64_t id, int64_t now, struct err *e);
/* The lists it is in become those of `lists` (";" between names; made when new). */
int contact_lists_set(struct tx *tx, int64_t id, const char *lists, struct err *e);
/* The names, sorted, joined by ";". free() *ret. */
int contact_lists(struct db *db, int64_t id, char **ret, struct err *e);

/*
 * The current contact of an organisation that has this address; where email is "",
 * the one without an address that has this phone and (folded) name. 1 and *ret_id, or 0.
 */
int contact_match(struct db *db, int64_t org_id, const char *email, const char *phone,
                  const char *name, int64_t now, int64_t *ret_id, struct err *e);

/* Current contacts in order of id, `after` excluded, at most `limit`. */
int contact_page(struct db *db, int64_t now, int64_t after, size_t limit, struct contact_list *ret,
                 struct err *e);

/*
 * Calls fn for the current contacts that have an address, in order of id, `after` excluded, at
 * most `limit`. Returns how many; 0 is the end. For who needs nothing but the addresses of all.
 */
int contact_addresses(struct db *db, int64_t now, int64_t after, size_t limit,
                      void (*fn)(void *ctx, int64_t id, const char *email), void *ctx,
                      struct err *e);

#define CONTACT_WORDS_MAX 8
/*
 * Contacts (also ended ones when `ended`) in whose name, title, address, phone or
 * organisation every word occurs, case and marks ignored; in order of id.
 * -EINVAL: no word, or more than CONTACT_WORDS_MAX.
 */
int contact_find(struct db *db, const char *words, bool ended, int64_t now, size_t limit,
                 struct contact_list *ret, struct err *e);

#define CONTACT_AT_MAX 50
/* The current contacts at an address, letter case aside, by priority; at most CONTACT_AT_MAX. */
int contact_at(struct db *db, const char *address, int64_t now, struct contact_list *ret,
               struct err *e);

/* Goes up with every change of organisations, contacts, tags and lists. */
int book_version(struct db *db, int64_t *ret, struct err *e);
/* -EBUSY while an import is under way or not yet taken back. */
int book_settled(struct db *db, struct err *e);

/*
 * An import in chunks. book_import_begin(), in the first chunk's transaction, keeps every
 * other writer out of the book until book_import_end(), in the last one's; `version` is the
 * book_version() the import was checked against: -EAGAIN when the book has changed since.
 * What a dead program left open is undone when a database is opened.
 */
int book_import_begin(struct tx *tx, const char *file, int64_t version, int64_t now,
                      int64_t *ret_id, struct err *e);
int book_import_end(struct tx *tx, int64_t id, struct err *e);
/* Takes back everything done under `id`, in transactions of its own. */
int book_import_undo(struct db *db, int64_t id, struct err *e);
/* When the transaction of book_import_begin() was rolled back: there is nothing to undo. */
void book_import_abandon(struct db *db, int64_t id);
/* After book_import_end() is committed: throws away the undo rows, in transactions of its own. */
int book_import_forget(struct db *db, int64_t id, struct err *e);

/*
 * The stop list, and addresses found dead. Addresses are compared without regard to letter
 * case; of one address one row is in force. An expired row is not in force any more. A row that
 * is `raised` would be there but for a mandatory recipient: it keeps nobody from getting mail
 * and waits for a person. Whoever looks at one contact (selection_page) lets a dead address of
 * a unit or a department pass, too.
 */
struct suppression { /* owns its strings */
        int64_t id;
        char *address;
        enum delivery_reason reason; /* REASON_STOP_LIST or REASON_DEAD_ADDRESS */
        int64_t since, lifted_at;    /* lifted_at 0 = in force, unless it has expired */
        int64_t expires_at;          /* 0 = never */
        bool raised;
        char *by, *note; /* by SUPPRESSION_PRESS: found by press; note: the evidence */
        char *lifted_by;
};
struct suppression_list {
        struct suppression *v;
        size_t n;
};
void suppression_list_done(struct suppression_list *l);
#define SUPPRESSION_PRESS "press"
/*
 * Takes address, reason, since (now), expires_at, raised, by and note of *s. What is in force
 * and says less (raised, dead) is ended for it; -EEXIST when as much is in force already.
 */
int suppression_add(struct tx *tx, const struct suppression *s, struct err *e);
/* -ENOENT when it is not on the list. Raised ones are lifted too. */
int suppression_lift(struct tx *tx, const char *address, const char *by, int64_t now,
                     struct err *e);
/* 1 and *ret_reason when it is in force and not raised, else 0. */
int suppression_find(struct db *db, const char *address, int64_t now,
                     enum delivery_reason *ret_reason, struct err *e);
/* The row in force, raised ones too: 1 and *ret (suppression_done() it), or 0. */
int suppression_get(struct db *db, const char *address, int64_t now, struct suppression *ret,
                    struct err *e);
void suppression_done(struct suppression *s);
/* When the latest that lapsed by itself did, 0 = none. */
int suppression_lapsed(struct db *db, const char *address, int64_t now, int64_t *ret,
                       struct err *e);
/* One address with its past ("" = all that are in force at `now`), oldest first. */
int suppression_list(struct db *db, const char *address, int64_t now, struct suppression_list *ret,
                     struct err *e);

#endif
