/*
 * config_internal.h - the parts of config.c: positions, table, checks
 *
 * config_scan.c says where each setting stands and refuses what libconfuse
 * would let pass; config_table.c lists every option; config.c lets libconfuse
 * read the values; config_value.c stores them by the table; config_check.c
 * and config_inbox.c judge what one value alone cannot tell.
 */
#ifndef PRESS_APP_CONFIG_INTERNAL_H
#define PRESS_APP_CONFIG_INTERNAL_H

#include "press/config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum option_type {
        OPTION_TEXT,     /* char * */
        OPTION_PATH,     /* char *, relative to the folder of the configuration */
        OPTION_WORD,     /* enum, by its place in `words` */
        OPTION_FLAG,     /* bool: the second of two words */
        OPTION_INT,      /* int */
        OPTION_SIZE,     /* size_t, bytes */
        OPTION_DURATION, /* int64_t, ms */
        OPTION_LIST,     /* char **, and a size_t at `count_at` */
        OPTION_STEPS,    /* retry steps: int64_t[RETRY_STEPS_MAX], and a size_t */
};

struct option_row {
        const char *block; /* "" = outside of any block */
        const char *title; /* only in the block with this title; NULL = in each */
        const char *name;
        enum option_type type;
        const char *value; /* the default as in the file, lists with blanks; NULL = required */
        int64_t min, max;  /* in the unit of the type; text: bytes */
        const char *words[4];
        size_t at, count_at; /* where it goes, in the struct of its block */
        const char *help;
};
extern const struct option_row config_options[];
extern const size_t config_noptions;

struct block_row {
        const char *name;
        bool titled;
        const char *titles[4]; /* the only ones there are; none: any */
        const char *help;
};
extern const struct block_row config_blocks[];
extern const size_t config_nblocks;

const struct block_row *config_block(const char *name);                      /* NULL: none */
const struct option_row *config_option(const char *block, const char *name); /* NULL: none */

struct place { /* name "": the block itself */
        char *block, *title, *name;
        unsigned line;
};
struct places {
        struct place *v;
        size_t n;
};
void places_done(struct places *p);

/* -EINVAL with the line in *e. Comments in the text become blanks. */
int config_scan(char *text, struct places *ret, struct err *e);
/* The line of a setting, 0 = not in the file. */
unsigned config_line(const struct places *p, const char *block, const char *title,
                     const char *name);

/* Canonical forms, and what depends on several settings. */
int config_check(struct config *c, const struct places *p, struct err *e);
int config_check_relay(struct config_relay *r, const struct places *p, struct err *e);
int config_check_inboxes(struct config *c, const struct places *p, struct err *e);

/* Puts the line of a setting (or of its block) into *e. Returns r. */
int config_located(int r, const struct places *p, const char *block, const char *title,
                   const char *name, struct err *e);
/* HOST, HOST:PORT or [IPv6]:PORT; the host into host[256], the port (0 = none) into *ret_port. */
bool config_split_host(const char *s, char host[256], int *ret_port);
/* "host:99999": the name is right, the number is not. */
bool config_port_wrong(const char *s);
bool config_is_loopback(const char *host);

struct reading { /* one setting being stored */
        const struct option_row *o;
        char *base;         /* the struct of its block */
        const char *folder; /* of the file, with its last / */
};

/* Check range and form, then store: a single value, one more of a list, the default. */
int config_store(const struct reading *rd, const char *s, struct err *e);
int config_store_item(const struct reading *rd, const char *s, struct err *e);
int config_store_default(const struct reading *rd, const char *block, const char *title,
                         struct err *e);

/* "20MB" and the like to bytes. */
int config_size(const char *s, int64_t *ret, struct err *e);

#endif
