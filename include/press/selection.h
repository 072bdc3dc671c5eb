/*
 * selection.h - an audience resolved against the address book: who that is
 *
 * Resolving looks every name up first: an unknown province, organisation, region,
 * tag, list or address is -EINVAL with the column and a suggestion, even when
 * the rest matches; so is a name that several organisations bear (their codes are
 * listed) and an audience of nobody. What is known but has nobody in it
 * is a warning. Only contacts that are current at `now` count. The result is SQL with
 * bound values; no text of the expression is ever part of a statement.
 *
 * Nothing here may be called inside a write transaction, save selection_check().
 * A selection holds ids: after a change of the address book it is stale, and reading
 * it says -EAGAIN. -EBUSY while an import is under way. Otherwise errors as db.h;
 * e->line is the line that audience_place() noted.
 */
#ifndef PRESS_SELECTION_H
#define PRESS_SELECTION_H

#include "press/audience.h"
#include "press/book.h"

#include <stddef.h>
#include <stdint.h>

struct selection;

/*
 * audience_parse() with more to say: where `and` is mixed with `or`, the error
 * shows both readings with the number of people each means now.
 */
int selection_parse(struct db *db, const char *text, int64_t now, struct audience **ret,
                    struct err *e);

/*
 * Tells every name in it that cannot be looked up, with what may have been meant;
 * selection_resolve() stops at the first. Negative only when the address book could not be asked.
 */
int selection_names(struct db *db, const struct audience *a, int64_t now,
                    void (*tell)(void *ctx, const struct err *e), void *ctx, struct err *e);

int selection_resolve(struct db *db, const struct audience *a, int64_t now, struct selection **ret,
                      struct err *e);
void selection_free(struct selection **s); /* for CLEANUP; accepts NULL */

/* Known but empty: valid as long as the selection. At most SELECTION_WARNINGS are kept. */
#define SELECTION_WARNINGS 16
const struct err *selection_warnings(const struct selection *s, size_t *ret_n);

struct selection_counts { /* people; an address that two share is one letter but two people */
        int64_t people;
        int64_t no_address, stopped; /* of these: nothing would be sent; a dead one is none */
        int64_t doubtful;            /* mandatory, written to although their address looks dead */
        int64_t group[ORG_KINDS][CONTACT_ROLES];
};
int selection_count(struct db *db, const struct selection *s, struct selection_counts *ret,
                    struct err *e);

#define SELECTION_PAGE_MAX 5000
/*
 * The next contacts in order of id, `after` excluded, at most `limit`; none is
 * the end. With `early` (or NULL) the contacts that it selects too are marked.
 * `reason` is set for those to whom nothing would be sent.
 */
int selection_page(struct db *db, const struct selection *s, const struct selection *early,
                   int64_t after, size_t limit, struct contact_list *ret, struct err *e);

/* 0 while the address book is what it was when s was resolved, else -EAGAIN. */
int selection_check(struct db *db, const struct selection *s, struct err *e);

#endif
