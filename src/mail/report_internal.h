/*
 * report_internal.h - how src/mail/report*.c hand a returned mail on
 *
 *   report_scan    limits; a copy that libetpan can be given
 *   report_mime    libetpan's tree, sorted into what a report consists of
 *   report_decode  charsets, RFC 2047, HTML to UTF-8 text
 *   report_kind    report, complaint, automatic or human mail
 *   report_status  RFC 3464 fields to rows
 *   report_notice  rows out of a notice in words
 *   report_about   the words of a notice about one address
 *   report_rank    how an address stands in a line of it, and where the original begins
 *   report_away    the date until which somebody is away
 *   report_reason  codes and words to a class; the words are templates/phrases.txt
 * A block is header fields, one a line, unfolded: "Name: value" LF.
 */
#ifndef PRESS_MAIL_REPORT_INTERNAL_H
#define PRESS_MAIL_REPORT_INTERNAL_H

#include "press/buf.h"
#include "press/phrase.h"
#include "press/report.h"

#include <stdbool.h>
#include <stddef.h>

struct report_scan {     /* owns both */
        struct buf head; /* block, as it came */
        struct buf mime; /* the MIME fields, an empty line, the body: LF */
        size_t body;     /* where that begins in `mime` */
        const char *trouble;
};
void report_scan(const char *p, size_t n, struct report_scan *ret);
void report_scan_done(struct report_scan *s);
/* Appends p[n]'s fields up to the first empty line to a block. Returns where the body begins. */
size_t report_unfold(const char *p, size_t n, struct buf *block);

struct returned { /* the mail, sorted; UTF-8 */
        struct buf head, notice, html, status, feedback, receipt, original;
        char type[64];        /* "multipart/report", lower case */
        char report_type[64]; /* "delivery-status", lower case */
        size_t end;           /* of what the notice says itself: the original is quoted behind */
        const char *trouble;
        bool cut;    /* it ends within a line of text */
        bool worded; /* its rows are out of the notice's words alone */
        int *effort; /* left for looking into the notice once more; a mail has a second in all */
};
void report_load(const char *p, size_t n, struct returned *ret);
void returned_done(struct returned *m);

/*
 * The value of the nth field `name` of a block (0 = the first), cut to fit; false and "" when
 * there is none.
 */
bool field_get(const char *block, const char *name, unsigned nth, char *out, size_t size);
bool field_has(const char *block, const char *name);

/* Appends p[n] of `charset` ("" = unknown) as UTF-8 without NUL or CR; U+FFFD for rubbish. */
void decode_text(const char *p, size_t n, const char *charset, struct buf *out);
/* A field's value with RFC 2047 words, the same. */
void decode_words(const char *p, size_t n, struct buf *out);
void decode_html(const char *html, struct buf *out);
void add_character(struct buf *b, unsigned long c); /* as UTF-8 */
void decode_prepare(void);
/* Lower case, marks off, blanks to one: what words are looked for in. Never NULL, free() it. */
char *fold_text(const char *s, size_t n);

/* Where the first of them begins in folded text, or NULL. A phrase is whole words at a '|' end. */
const char *phrase_find(struct phrase_list l, const char *text);
bool phrase_any(struct phrase_list l, const char *text);

/* What a line or a whole notice says about the action; false where nothing. */
bool words_action(const char *folded, enum report_action *ret);
bool words_bounce(const char *folded);    /* a notice of failure, in a subject or text */
bool words_autoreply(const char *folded); /* of a subject */
bool words_away(const char *folded);      /* of a text */
bool words_challenge(const char *folded);

struct codes {
        int reply; /* 4yz, 5yz, 2yz; 0 = none */
        char enhanced[REPORT_ENHANCED_MAX];
};
/* The reply and enhanced code that p[n] gives as the reason; "" and 0 where there is none. */
void codes_read(const char *p, size_t n, struct codes *ret);
/* "5.1.1" at s? Its length, or 0. */
size_t codes_enhanced(const char *s, size_t n);

/* Class of a row from its codes and the words about it. */
enum report_class reason_class(const struct report_row *row, const char *words);

struct found { /* an address in a text */
        const char *p;
        size_t n;
};
/* The next address in s[0..n) from *pos on; *pos is then behind it. */
bool address_next(const char *s, size_t n, size_t *pos, struct found *ret);
/* Into out[ADDR_MAX], without <> and quotes around; "" when too long. */
void address_copy(const struct found *f, char *out);
bool address_of_machine(const char *address); /* mailer-daemon, postmaster and the like */
bool address_of_office(const char *address);  /* abuse and the like: no recipient, but a person */

enum rank { NOWHERE, SOMEWHERE, IN_REPLY, BEHIND_WORD, ALONE };
/* How `f` stands in the line that ends at `end`. */
enum rank rank_of(const char *line, const struct found *f, const char *end);
/* A line that ends in "for assistance contact:". */
bool announces_other(const char *folded);

/* The row of `address`; a new one when there is none; NULL when there are too many. */
struct report_row *report_row(struct report *r, const char *address);

/* Rows out of delivery-status fields. false: there were none that name anybody. */
bool status_read(const struct returned *m, const char *fields, struct report *r);
/* Rows out of the words of a notice. */
void notice_read(const struct returned *m, struct report *r);
/* Who sent the notice, whom it went to, and who sent the original. */
bool is_own(const struct returned *m, const char *address);
/* What the words say where they name nobody; false where they say nothing for sure. */
bool notice_nameless(const struct returned *m, struct report_row *row);
/* The lines of the notice about the address, for a row whose fields say nothing. */
void notice_about(const struct returned *m, const char *address, struct buf *out);
/* The line of them that gives the reason, escaped, into out[REPORT_TEXT_MAX]. */
void diagnostic_of(const char *words, const char *address, char *out);
bool mentions(const char *p, size_t n, const char *address);
/* The offset where the original is quoted in the notice, or its end. */
size_t notice_end(const char *text);
bool complaint_read(const struct returned *m, struct report *r);
/* A subject without the "[SPAM]" and the like in front. */
const char *behind_tags(const char *subject);
enum report_kind kind_of(const struct returned *m);
/* The day that p[n] says its sender is away until; *ret untouched where it says none for sure. */
void away_read(const char *p, size_t n, struct report_date *ret);

#endif
