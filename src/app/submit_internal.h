/* submit_internal.h - what the parts of submit.c share */
#ifndef PRESS_APP_SUBMIT_INTERNAL_H
#define PRESS_APP_SUBMIT_INTERNAL_H

#include "press/submit.h"

/* What was found while looking at all of it: each is told, the first is kept. */
struct faults {
        void (*tell)(void *ctx, const struct err *e); /* NULL: the first is all that is wanted */
        void *ctx;
        int n;
        struct err first;
};
/* r < 0: *e is a fault. Returns r. */
int faults_note(struct faults *f, int r, const struct err *e);
/* 0, or the first fault and its code. */
int faults_first(const struct faults *f, struct err *e);

/*
 * The file and its options, as far as they can be understood; *ret NULL: it is no text. Negative
 * only when there is nothing to read.
 */
int submit_read(const struct config *cfg, const char *path, const struct submit_options *o,
                int64_t now, struct submission **ret, struct faults *f, struct err *e);
void submit_moments(struct submission *s, struct faults *f);
/* A moment so far away that it may be a slip: true and the warning. */
bool submit_far(const struct submission *s, struct err *ret);

/* What both check and send say of the recipients; each with their number (%lld). */
#define SUBMIT_NO_ADDRESS                                                          \
        N_("%lld of the recipients have no usable address and must be reached in " \
           "another way")
#define SUBMIT_STOPPED N_("%lld of the recipients asked to get no more mail")
#define SUBMIT_DOUBTFUL                                                             \
        N_("letters to %lld of the recipients came back again and again; they are " \
           "units or departments, so they are written to all the same. Who: "       \
           "pressctl book doubtful")
#define SUBMIT_OUTSIDE                                                             \
        N_("%lld of the recipients are outside of `allow` (trial list): they get " \
           "nothing, for good")

/* Every expression parsed and every name in it looked up, one by one. */
int submit_names(const struct submission *s, struct db *db, struct faults *f, struct err *e);
int submit_reply_to(const struct submission *s, struct err *e);

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

/* How many of them `allow` keeps out, of those who would else get a letter. */
int submit_outside(const struct submission *s, struct db *db, int64_t *ret, struct err *e);

/*
 * The guards of INTERFACE.md "Keys" but the key itself: -EEXIST with the release and
 * the ways out. audience_hash "": the last of them is not asked yet.
 */
int submit_guards(const struct submission *s, struct db *db, const char *audience_hash,
                  struct err *e);
/* All of them, or (`number_only`) what does not depend on the content being right. */
int submit_guards_all(const struct submission *s, struct db *db, const char *audience_hash,
                      bool number_only, struct faults *f, struct err *e);
/* 1 and *ret_id: this key is there with this content; 0: it is free; -EEXIST: other content. */
int submit_key_taken(const struct submission *s, struct db *db, int64_t *ret_id, struct err *e);

#endif
