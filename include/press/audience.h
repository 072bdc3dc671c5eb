/*
 * audience.h - audience expressions: the grammar
 *
 *      (kind:department and role:officer) or kind:press
 *      not org:"Báo X"      province:"Hà Nội"      all
 *
 * INTERFACE.md "Audience expressions" is the contract. Keywords and fields are
 * read in any letter case; a value is one word, or stands in "quotes" (\" and \\
 * inside; the curly quotes of word processors are taken too). At most
 * AUDIENCE_MAX bytes and AUDIENCE_DEPTH levels of parentheses and nots, so
 * nothing here can exhaust the stack. `and` beside `or` without parentheses is
 * an error that shows both readings.
 *
 * What needs no address book is checked here: the words of kind, role and lang,
 * and the form of an address. Names are looked up by press/book.h.
 * Errors are -EINVAL and name the column: characters, 1-based, after NFC.
 */
#ifndef PRESS_AUDIENCE_H
#define PRESS_AUDIENCE_H

#include "press/err.h"

#include <stddef.h>

#define AUDIENCE_MAX   4096 /* bytes of one expression */
#define AUDIENCE_DEPTH 64

enum audience_op {
        AUDIENCE_ALL,
        AUDIENCE_TERM, /* field:value */
        AUDIENCE_NOT,  /* one child */
        AUDIENCE_AND,  /* two children or more */
        AUDIENCE_OR,
};

enum audience_field {
        AUDIENCE_KIND,
        AUDIENCE_ROLE,
        AUDIENCE_ORG,
        AUDIENCE_PROVINCE,
        AUDIENCE_REGION,
        AUDIENCE_TAG,
        AUDIENCE_LANG,
        AUDIENCE_EMAIL,
        AUDIENCE_LIST,
        AUDIENCE_FIELDS
};

struct audience { /* owns its value and children */
        enum audience_op op;
        enum audience_field field; /* of a term */
        char *value;     /* of a term: NFC; kind, role, lang and email in canonical form */
        unsigned column; /* where it begins; of a term, where its value begins */
        unsigned line;   /* 0 until audience_place() */
        struct audience **child;
        size_t n;
};

int audience_parse(const char *s, struct audience **ret, struct err *e);
void audience_free(struct audience **a); /* for CLEANUP; accepts NULL */

/* Notes in every node the line its expression came from; resolving reports it. */
void audience_place(struct audience *a, unsigned line);

/* The canonical text: audience_parse() of it gives the same tree. free() it. */
char *audience_format(const struct audience *a);

const char *audience_field_name(enum audience_field f);

/* -EINVAL: there is no such province, tag, …; `near` is what may have been meant, or NULL. */
int audience_unknown(enum audience_field f, unsigned column, const char *value, const char *near,
                     struct err *e);

/*
 * 0 when the only fault of s is `and` mixed with `or`: the two expressions it may
 * mean, `and` binding tighter and `or` binding tighter, and the column of the
 * second operator. free() both. -EINVAL when s is right, or wrong in another way.
 */
int audience_readings(const char *s, char **ret_and_first, char **ret_or_first,
                      unsigned *ret_column);

/*
 * Several To are joined by or; what an Except names is taken away. Takes over
 * the trees (the arrays' elements become NULL); nto >= 1.
 */
struct audience *audience_join(struct audience **to, size_t nto, struct audience **except,
                               size_t nexcept);

#endif
