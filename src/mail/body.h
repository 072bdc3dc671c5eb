/*
 * body.h - bodies of a letter's parts, encoded
 *
 * Quoted-printable always starts and ends at the start of a line: text that
 * does not end in a line end gets a soft one ("=" CRLF) behind it. So pieces
 * of one text can be encoded apart, and any piece can be left out or put in
 * later without touching its neighbours.
 * No encoded line starts with a dot or with "From ". Lines have at most 76
 * columns. Base64 is libetpan's; its quoted-printable writes a blank in front
 * of a line end twice, and takes ten times as long.
 * Sources: RFC 2045 sections 6.7 and 6.8.
 */
#ifndef PRESS_MAIL_BODY_H
#define PRESS_MAIL_BODY_H

#include <stddef.h>

struct buf;

/* CR LF, CR and LF each end a line of s (R56). */
void body_quoted(struct buf *b, const char *s, size_t n);

void body_base64(struct buf *b, const char *p, size_t n);
/* What body_base64() appends for n bytes. */
size_t body_base64_size(size_t n);

#endif
