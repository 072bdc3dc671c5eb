/*
 * selection_internal.h - a compiled audience, and what compiles it
 */
#ifndef STORE_SELECTION_INTERNAL_H
#define STORE_SELECTION_INTERNAL_H

#include "press/buf.h"
#include "press/selection.h"
#include "sql.h"

#define SELECTION_SQL_MAX (900u << 10) /* bytes; SQLite takes a million */

/*
 * A condition on contact c and organisation o, with `?` for each value in order.
 * Texts that values point to are kept in `text`.
 */
struct selection {
        struct buf sql;
        struct sql_value *value;
        size_t nvalue;
        char **text;
        size_t ntext;
        int64_t now, version;
        struct err *warning;
        size_t nwarning;
};

/* What a term's name stands for. */
struct named {
        int64_t id;       /* of an organisation, a tag, a list */
        const char *text; /* of the rest: a constant, or the term's own value */
};

/* Looks the name of a term up. -EINVAL with column and suggestion. */
int named_find(struct db *db, const struct audience *term, int64_t now, struct named *ret,
               struct err *e);

#endif
