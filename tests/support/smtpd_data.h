/*
 * smtpd_data.h - the letter between 354 and the final dot
 *
 * Finds the end, takes away the doubled dots (RFC 5321 section 4.5.2), and
 * measures what came. Strict is CRLF . CRLF and nothing else; each lenient
 * mode believes one thing more, as real servers did (CVE-2023-51764 ff.).
 */
#ifndef SMTPD_DATA_H
#define SMTPD_DATA_H

#include "press/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum lenient { LENIENT_NO, LENIENT_LF, LENIENT_CRLFDOT, LENIENT_CR, LENIENT_NUL };

enum data_state { DATA_BOL, DATA_DOT, DATA_DOT_CR, DATA_MID, DATA_CR };

struct data {
        enum data_state state; /* zero is the start of a letter */
};

/* Adds what p[n] holds of the letter to *body; returns the bytes used, all unless it ended. */
size_t data_feed(struct data *d, enum lenient mode, const char *p, size_t n, struct buf *body,
                 bool *ret_end);

struct data_facts {
        size_t longest; /* line, bytes without its end */
        size_t bare;    /* CR or LF that are not CRLF */
        bool eight_bit;
};
struct data_facts data_measure(const char *p, size_t n);

/* The unfolded value of Message-ID in the header, "" when there is none. */
void data_message_id(const char *p, size_t n, struct buf *ret_id);

/* Bytes of the line at p[n] with its end, or 0 when it is not whole; *ret_len without the end. */
size_t data_command_line(enum lenient mode, const char *p, size_t n, size_t *ret_len);

#endif
