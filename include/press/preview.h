/*
 * preview.h - the letter before it is sent: to look at, or into a Maildir
 *
 * The same composing and splicing as for the real letter; only its moment and
 * Message-ID are those of now. Nothing is stored and nothing leaves.
 */
#ifndef PRESS_PREVIEW_H
#define PRESS_PREVIEW_H

#include "press/buf.h"
#include "press/submit.h"

#define PREVIEW_MAX ((size_t) 200 << 20) /* bytes of a letter, as max_message can be */

/*
 * The letter that `address` would get, with CRLF line ends and without dot-stuffing.
 * -ENOENT when it is not in the audience, -EINVAL when it is but gets nothing
 * (no usable address, stop list).
 */
int preview(struct submission *s, struct db *db, const char *address, struct buf *out,
            struct err *e);

/*
 * Writes every letter, marked as a rehearsal, into the Maildir `folder` (made where it
 * is missing, with the caller's own rights). *ret_n: letters written.
 */
int rehearse(struct submission *s, struct db *db, const char *folder, int64_t *ret_n,
             struct err *e);

#endif
