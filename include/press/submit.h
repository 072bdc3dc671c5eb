/*
 * submit.h - a statement on its way in: everything that `send` does
 *
 * submission_open() takes a statement file and options apart and reads the
 * attachments, with the caller's own rights (caller.h). What follows is asked in this order:
 *
 *      its key         the same key with the same content is done already, whatever the hour
 *      its moments     submission_moments(): At, Embargo, Early, Expires against `now`
 *      its audience    submission_resolve(): who that is in the address book
 *      its letter      submission_compose(): composed once, frozen
 *      the guards      the same content, the same text to the same people, the same Number
 *
 * submit() does all of it and then stores: staged by chunks that hold the write
 * lock for at most 20 ms, then one short transaction in which the guards are
 * asked again and the release becomes visible with all its deliveries. Whatever
 * ends it before leaves nothing that anybody sees (R1, R2). preflight.h and
 * preview.h use the steps without storing.
 *
 * Errors carry the place: the file and line, or the option. -EINVAL bad content or
 * moment, -E2BIG too large, -EEXIST refused by a guard, -ETIME too late, -ENOENT -EACCES
 * -EISDIR the file, -EBUSY -EAGAIN try again, else as db.h.
 */
#ifndef PRESS_SUBMIT_H
#define PRESS_SUBMIT_H

#include "press/config.h"
#include "press/db.h"
#include "press/release.h"
#include "press/selection.h"
#include "press/statement.h"

#include <stdbool.h>
#include <stdint.h>

struct submit_options { /* NULL = not given; they override the headers */
        const char *to, *at, *embargo, *class, *key, *expires;
        bool again;
        enum lang lang; /* of the moments inside of errors */
};

struct submit_file { /* an attachment */
        char *name;  /* NFC, no path */
        const char *type;
        char *data;
        size_t n;
        unsigned line;
};

struct submit_text { /* a header or the option over it; "" = absent */
        const char *value;
        const char *file; /* for err_at(): the statement's name, or "--at" */
        unsigned line;
};

struct submission { /* read only, outside of submit.c and its parts */
        const struct config *cfg;
        const struct submit_options *o;
        int64_t now;
        char *name;   /* of the statement file, as in messages */
        char *folder; /* its folder, with its last /; "" = the current one */
        struct statement *st;
        struct submit_text at, embargo, expires;
        enum release_class class;
        enum lang language;
        char *key; /* filled in, "" = none */

        struct submit_file *att;
        size_t natt;
        char content_hash[HASH_HEX_MAX], text_hash[HASH_HEX_MAX];

        int64_t t_at, t_embargo, t_expires; /* after submission_moments(), 0 = none */
        struct selection *audience, *early; /* after submission_resolve(); early may be NULL */
        char *audience_text, *except_text, *early_text;
        struct frozen letter; /* after submission_compose() */
};

/* Reads and parses `path` ("-": standard input). cfg and o outlive the submission. */
int submission_open(const struct config *cfg, const char *path, const struct submit_options *o,
                    int64_t now, struct submission **ret, struct err *e);
void submission_free(struct submission **s); /* for CLEANUP; accepts NULL */

/* Parts of submission_open(), for preflight. */
int submission_attach(struct submission *s, size_t item, struct err *e); /* s->st->attach.v[item] */
void submission_hash(struct submission *s);

int submission_moments(struct submission *s, struct err *e);
int submission_resolve(struct submission *s, struct db *db, struct err *e);
int submission_compose(struct submission *s, bool rehearsal, struct err *e);

#define SUBMIT_WARNINGS 24

struct submitted {
        int64_t release;
        bool duplicate; /* this key was there already with the same content */
        int64_t no_address, stopped, same_address; /* get no letter of their own */
        int64_t doubtful; /* mandatory, written to though their address looks dead */
        int64_t outside;  /* of `allow`: will end suppressed; warning[0] says so */
        struct err warning[SUBMIT_WARNINGS];
        size_t nwarning;
};

/* Stores it; approved at once when the configuration asks for no approval. */
int submit(struct submission *s, struct db *db, const struct actor *who, struct submitted *ret,
           struct err *e);

#endif
