/* submit_internal.h - what the parts of submit.c share */
#ifndef PRESS_APP_SUBMIT_INTERNAL_H
#define PRESS_APP_SUBMIT_INTERNAL_H

#include "press/submit.h"

/* Puts the place of t into *e. Returns r. */
int submit_at(int r, const struct submit_text *t, struct err *e);

/* {date} and {week} filled in. -EINVAL for another {word}. free() *ret. */
int submit_key(const char *key, int64_t now, char **ret, struct err *e);

/* The media type of a file by its name. */
const char *submit_type(const char *name);

/* Adds one address to a set's hash (HASH_BYTES of zeros at first): each address once, any order. */
void submit_people_add(unsigned char people[HASH_BYTES], const char *address);
/* The same for the whole audience, read from the book: for preflight, which stages nothing. */
int submit_people(const struct submission *s, struct db *db, char out[HASH_HEX_MAX], struct err *e);

/*
 * The guards of INTERFACE.md "Keys" but the key itself: -EEXIST with the release and
 * the ways out. audience_hash "": the last of them is not asked yet.
 */
int submit_guards(const struct submission *s, struct db *db, const char *audience_hash,
                  struct err *e);
/* 1 and *ret_id: this key is there with this content; 0: it is free; -EEXIST: other content. */
int submit_key_taken(const struct submission *s, struct db *db, int64_t *ret_id, struct err *e);

#endif
