/*
 * markdown_walk.h - Markdown as a sequence of events, already made safe
 *
 * One walk for both forms. The walker keeps the limits of press/markdown.h,
 * resolves entities, turns images into links, drops links inside links, and
 * says of each link whether it may be followed.
 */
#ifndef PRESS_MARKDOWN_WALK_H
#define PRESS_MARKDOWN_WALK_H

#include <md4c.h>
#include <stdbool.h>
#include <stddef.h>

struct buf;
struct err;

#define MARKDOWN_TABLE_COLUMNS 64
#define MARKDOWN_TABLE_CELLS   50000 /* of all tables; rows that are too short are filled up */
#define MARKDOWN_URLS          5000

/* detail is md4c's for that block, NULL on leaving. Strings end with NUL. */
struct markdown_sink {
        void (*enter)(void *ctx, MD_BLOCKTYPE type, const void *detail);
        void (*leave)(void *ctx, MD_BLOCKTYPE type);
        void (*span)(void *ctx, MD_SPANTYPE type, bool enter); /* EM STRONG DEL CODE */
        void (*link)(void *ctx, const char *url, bool good, bool enter);
        void (*text)(void *ctx, const char *s); /* may hold \n in a code block only */
        void (*line_break)(void *ctx);
};

/* The walk ends early, with -EINVAL, when `out` is over. */
int markdown_walk(const char *md, const struct markdown_sink *sink, void *ctx,
                  const struct buf *out, struct err *e);

/* Appends s with the five characters escaped that mean something in HTML. */
void markdown_escape(struct buf *out, const char *s);

/* Appends an address: what may not stand in one becomes %XX. */
void markdown_add_url(struct buf *out, const char *url);

#endif
