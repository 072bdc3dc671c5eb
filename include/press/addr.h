/*
 * addr.h - e-mail addresses: checked, in one form, safe for the wire
 *
 * addr_parse() takes what may stand in an address book: one RFC 5321 4.1.2
 * Mailbox (RFC 6531 with UTF-8), blanks around it trimmed, nothing else: no
 * display name, no comment, no list, no control character. The canonical form
 * keeps the local part's case, has the domain in lower-case A-labels
 * (UTS 46 by libidn2) and quotes only where the local part needs it. Two addresses that
 * differ only in domain case or IDN form are one recipient (R69).
 * Limits: local part 64 octets, domain 255, whole 254.
 * Refused although a grammar knows them: address literals (a@[192.0.2.1]), a
 * domain of one part or ending in a number, and Unicode that no eye can check
 * (blanks, format, private and unassigned characters). ASCII domains get the
 * letter-digit-hyphen check only; libidn2 would refuse some legal old names.
 */
#ifndef PRESS_ADDR_H
#define PRESS_ADDR_H

#include "press/err.h"

#include <stdbool.h>

#define ADDR_MAX 320 /* bytes with NUL, any valid mailbox */

struct addr {
        char mailbox[ADDR_MAX]; /* canonical: local@domain, for the wire and for comparing */
        const char *domain;     /* into this mailbox, so do not copy the struct */
        bool ascii;             /* false: the local part needs SMTPUTF8 */
};

/* 0, or -EINVAL with what is wrong and, for a near miss ("gmail.con"), nothing changed. */
int addr_parse(const char *s, struct addr *ret, struct err *e);

/* The domain alone: A-labels, lower case, into out[256]. -EINVAL with the reason. */
int addr_domain(const char *s, char *out, struct err *e);

/*
 * "Trung tâm <a@b.example>" or "a@b.example" (settings: from, reply_to).
 * name: free() it, "" when there is none.
 */
int addr_parse_named(const char *s, char **ret_name, struct addr *ret, struct err *e);

/* true when `mailbox` is allowed by one entry: an address, or "@domain" (R: allow). */
bool addr_matches(const char *mailbox, const char *entry);

#endif
