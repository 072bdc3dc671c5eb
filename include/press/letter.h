/*
 * letter.h - a release composed once, then spliced for each recipient
 *
 * letter_compose() makes the whole MIME message (libetpan's tree and body
 * encoders, our own header writer), leaves marks where a recipient's or the
 * moment's words belong, dot-stuffs it, and cuts it there. The result is
 * frozen in the store: bytes and cuts. letter_load() reads it back at any
 * later time or version; letter_splice() yields this recipient's letter as
 * slices: the same input always gives the same bytes (R5, R88).
 *
 *   mixed { alternative { text/plain QP, text/html QP }, attachment base64 ... }
 *
 * 7-bit clean, every line CRLF and at most 998 octets (own lines at most 76),
 * RFC 2047 words cut between characters, RFC 2231 file names with an ASCII
 * fallback. No Received, no X- headers, no host or user name of ours (R98).
 * Only a To: whose mailbox needs SMTPUTF8 is not 7-bit; core/smtp lets it
 * pass to a relay that offers that, and to no other (R67).
 * The same content gives the same bytes: the boundary is a hash of it, behind
 * "=_", which neither quoted-printable nor base64 can contain. The zone in use
 * is frozen too, so that the dates stay when the setting changes.
 * Sources: RFC 5322 2045 2046 2047 2183 2231 2919 3834.
 */
#ifndef PRESS_LETTER_H
#define PRESS_LETTER_H

#include "press/err.h"
#include "press/smtp.h"
#include "press/state.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct letter_attachment {
        const char *name; /* UTF-8 NFC, no path (R63) */
        const char *type; /* media type, "application/pdf" */
        const char *data;
        size_t n;
};

struct letter_content {     /* all UTF-8 NFC, "" = none, never NULL */
        const char *domain; /* of Message-ID and List-Id */
        const char *from_name, *from_address;
        const char *reply_to; /* mailbox or "Name <mailbox>", "" = none */
        const char *list_id;  /* "" = press.DOMAIN */
        bool automatic;       /* Auto-Submitted: auto-generated (R114) */
        bool rehearsal;       /* unmistakably marked in subject and text */

        const char *title, *number;
        enum release_kind kind;
        enum release_class class;
        enum lang language;
        const char *text;                              /* Markdown */
        const char *ministry, *unit, *place, *contact; /* letterhead */
        const char *signer;
        const char *embargo; /* the notice in words, for the Early copies; "" = none */
        /* Of a correction or withdrawal; NULL is as good as "" here. */
        const char *replaces; /* the first release in words: number, time, title */
        const char *wrong, *right;
        const struct letter_attachment *att;
        size_t natt;
};

struct buf;

struct letter; /* loaded, ready to splice; immutable */

/*
 * *ret_bytes and *ret_cuts are the caller's (free()). -EINVAL with the reason
 * when a header value is unfit (CR, LF, control: R54, R62) or the text is not
 * UTF-8 or holds a control, -E2BIG above max_bytes as encoded, with the encoded
 * size in the message (R64). Line ends of the text may be of any kind (R56).
 */
int letter_compose(const struct letter_content *c, size_t max_bytes, char **ret_bytes,
                   size_t *ret_n, char **ret_cuts, struct err *e);

/* Takes over `bytes` (malloc()ed), on failure too. -EBADMSG when this is no letter of ours. */
int letter_load(char *bytes, size_t n, const char *cuts, struct letter **ret, struct err *e);
void letter_free(struct letter **l); /* for CLEANUP; accepts NULL */

struct letter_recipient {    /* never NULL */
        const char *address; /* canonical mailbox */
        const char *name;    /* person or desk, "" = none */
        const char *org;     /* "" = none */
        const char *title;   /* post, "" = none */
        enum contact_role role;
        int64_t moment;         /* Date:, and the letterhead's date; ms UTC */
        const char *message_id; /* local part of Message-ID: a-z A-Z 0-9 . - _ */
        bool early;             /* shows the embargo notice in subject and first line */
};

struct spliced { /* owns v and the small text; the shared bytes stay the letter's */
        struct slice *v;
        size_t n;
        char *own;
        size_t octets; /* of the whole letter after dot-stuffing, without the final dot */
};
void spliced_done(struct spliced *s);

/*
 * The recipient's words are screened again here: what must not stand in a
 * header is dropped from them, whatever the book let in.
 */
void letter_splice(const struct letter *l, const struct letter_recipient *r, struct spliced *ret);

/*
 * What a mail program shows of a letter of ours (CRLF, not dot-stuffed): its headers in
 * words and its plain text, with LF. Not for foreign mail. Nothing grows.
 */
void letter_show(const char *letter, struct buf *out);

/* Octets of memory the loaded letter holds. */
size_t letter_size(const struct letter *l);

#endif
