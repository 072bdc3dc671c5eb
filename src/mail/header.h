/*
 * header.h - header fields of a letter, written as the RFCs want them
 *
 * Each function appends one whole field, "Name: value" CRLF, 7-bit, folded at
 * 76 columns with the first word on the name's own line (a line that is blank
 * after the colon breaks DKIM verifiers). Only what has no place to fold, an
 * address or an identifier, may pass 76; nothing passes 998.
 *
 *   text      unstructured: plain ASCII as it is, else RFC 2047 words of at
 *             most 75, cut between characters, Q or B whichever is shorter
 *   mailbox   phrase <address>, the phrase plain, quoted or in encoded words
 *   param     a value with one parameter; RFC 2231 in pieces where the value
 *             is not plain, and an ASCII likeness behind it for old readers
 *
 * Values are UTF-8. One that holds a control, bidirectional or zero-width
 * character or is not UTF-8 is -EINVAL and nothing is appended (R54, R61,
 * R62). A buffer without room sets its `over`, as buf.h says.
 * Sources: RFC 5322 2047 2183 2231.
 */
#ifndef PRESS_MAIL_HEADER_H
#define PRESS_MAIL_HEADER_H

struct buf;
struct err;

#define HEADER_COLUMNS 76

/* 0, or -EINVAL naming `what` and the column of the unfit character. */
int header_check(const char *what, const char *value, struct err *e);

/* value must not be empty. */
int header_text(struct buf *b, const char *name, const char *value, struct err *e);

/* phrase "" = none. The address is kept whole, in <>. */
int header_mailbox(struct buf *b, const char *name, const char *phrase, const char *address,
                   struct err *e);

/* value: ASCII tokens such as "multipart/mixed". */
int header_param(struct buf *b, const char *name, const char *value, const char *param,
                 const char *param_value, struct err *e);

/*
 * An ASCII likeness of a file name: "Số liệu.pdf" gives "so-lieu.pdf"; at most
 * 60 bytes, the ending kept; never empty. Appends it.
 */
void header_ascii_name(struct buf *b, const char *name);

#endif
