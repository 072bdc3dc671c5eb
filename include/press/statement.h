/*
 * statement.h - a statement file: header lines, an empty line, Markdown
 *
 * Pure text in, fields out; INTERFACE.md "A statement file" is the contract.
 * BOM and CRLF are accepted, everything is NFC afterwards. Errors name the line: an unknown
 * header ("did you mean"), a header twice, a header over 8 kB, a title over 500
 * characters, an empty header, text that is not UTF-8 (with the encoding it looks
 * like), control and bidirectional characters, in headers zero-width ones too
 * (R54 R61 R62), no title, no text. In the text every kind of line end becomes
 * LF (R56) and zero-width characters, which pasted text is full of, are left out.
 * Moments stay text here: the configured zone is the caller's.
 */
#ifndef PRESS_STATEMENT_H
#define PRESS_STATEMENT_H

#include "press/err.h"
#include "press/state.h"

#include <stdbool.h>
#include <stddef.h>

#define STATEMENT_MAX (4u << 20) /* bytes of a statement file */

struct statement_item { /* one occurrence of a repeatable header */
        char *value;
        unsigned line;
};
struct statement_items {
        struct statement_item *v;
        size_t n;
};

struct statement_header { /* a single header; value "" and line 0 = absent */
        char *value;
        unsigned line;
};

struct statement { /* owns everything; never NULL strings */
        char *title, *number, *text;
        enum release_kind kind;
        enum release_class class;
        enum lang language;
        bool has_language;
        struct statement_items to, except, attach;
        struct statement_header at, embargo, early, expires, key, contact, signer, reply_to, wrong,
                right;
        unsigned text_line; /* where the text starts, 1-based */
};

#define STATEMENT_ERRORS 100 /* told of one file; more help nobody */

/*
 * Tells every fault with its place; *ret is what could be understood all the same, NULL
 * when the file is no text at all. Returns how many were told. `name` is used in messages only.
 */
int statement_read(const char *name, const char *s, size_t n,
                   void (*tell)(void *ctx, const struct err *e), void *ctx, struct statement **ret);
/* The same for who wants a statement without fault: -EINVAL with the first of them. */
int statement_parse(const char *name, const char *s, size_t n, struct statement **ret,
                    struct err *e);
void statement_free(struct statement **s); /* for CLEANUP; accepts NULL */

#endif
