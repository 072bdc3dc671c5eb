/*
 * cuts.h - where a frozen letter is cut, and the form its bytes are kept in
 *
 * A cut stands at the start of a line and names what belongs there: words of
 * the recipient or of the moment, or a change of readers. From an `early` cut
 * to the next change only early copies show the lines, from `others` only the
 * other copies do, from `everybody` all.
 *
 *      press letter 1
 *      octets 20480
 *      language vi
 *      hour 0
 *      zone Asia/Ho_Chi_Minh
 *      domain press.ministry.example
 *      0 date
 *      150 to
 *      ...
 *
 * The zone is kept here because a try next week must bear the same Date,
 * whatever the configuration says by then (R88).
 */
#ifndef PRESS_MAIL_CUTS_H
#define PRESS_MAIL_CUTS_H

#include "press/msg.h"
#include "press/zone.h"

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct err;

#define CUTS_MAX      32
#define CUTS_DOMAIN   256 /* bytes with NUL */
#define WIRE_LINE_MAX 998 /* octets without CRLF, RFC 5322 2.1.1 */

enum cut_field {
        CUT_DATE, /* header fields, whole lines */
        CUT_TO,
        CUT_MESSAGE_ID,
        CUT_GREETING, /* pieces of bodies, quoted-printable, whole lines */
        CUT_GREETING_HTML,
        CUT_DATELINE,
        CUT_EARLY, /* changes of readers */
        CUT_OTHERS,
        CUT_EVERYBODY,
        CUT_FIELDS
};

struct cut {
        size_t at; /* byte of the letter */
        enum cut_field field;
};

struct cuts {
        size_t octets; /* of the letter's bytes */
        enum lang language;
        bool hour; /* the date line tells the hour too */
        char zone[ZONE_NAME_MAX];
        char domain[CUTS_DOMAIN];
        struct cut v[CUTS_MAX];
        size_t n;
};

void cuts_format(const struct cuts *c, struct buf *out);

/* -EBADMSG when it is not a form that this program writes; *ret is then undefined. */
int cuts_parse(const char *s, struct cuts *ret, struct err *e);

/*
 * true when the bytes may go behind DATA as they are: 7-bit lines of at most
 * WIRE_LINE_MAX octets, each ending in CRLF and with no other CR, LF or NUL, no
 * dot alone at a line's start, and every cut at the start of a line.
 */
bool wire_is_good(const char *s, size_t n, const struct cuts *c);

/* Doubles each dot that starts a line (RFC 5321 4.5.2) and moves the cuts along. */
void wire_stuff(struct buf *b, struct cuts *c);

#endif
