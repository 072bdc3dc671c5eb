/*
 * addr_internal.h - what the files of press/addr.h share
 */
#ifndef ADDR_INTERNAL_H
#define ADDR_INTERNAL_H

#include "press/err.h"

#include <stddef.h>

#define ADDR_LOCAL_OCTETS  64   /* RFC 5321 4.5.3.1.1 */
#define ADDR_DOMAIN_OCTETS 255  /* 4.5.3.1.2 */
#define ADDR_WHOLE_OCTETS  254  /* 4.5.3.1.3: a path of 256 less its < and > */
#define ADDR_INPUT_BYTES   2048 /* more than any spelling of an address needs */

/*
 * The text between blanks, in NFC, every character of it one that can be seen;
 * *ret is the caller's to free. -EINVAL with the reason.
 */
int addr_prepare(const char *s, char **ret, struct err *e);

/* A domain that addr_prepare() has passed; `whole` is what the reason quotes. */
int addr_domain_canonical(const char *domain, char *out, struct err *e);

#endif
