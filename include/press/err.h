/*
 * err.h - why something failed, in a form that any language can be made of
 *
 * The lower layers return 0 or a negative errno and put the reason here; only
 * app, cli and the mains show or log it. A reason is an English printf format
 * (the msgid of templates/messages/vi.po, as in gettext) with its arguments
 * kept as text, so that whoever shows it chooses the language.
 *
 * The code says what kind of trouble it is; cli/exit maps it to sysexits:
 *   -EINVAL bad content          -ENOENT no such release or file
 *   -ETIME  too late             -EPERM -EACCES not permitted
 *   -EBUSY -EAGAIN try again     -EIO -ENOSPC -EBADMSG input/output
 *   -EEXIST already there (bad content to whoever asked)
 *   anything else: our own fault
 */
#ifndef PRESS_ERR_H
#define PRESS_ERR_H

#include "press/msg.h"

#include <stdarg.h>
#include <stddef.h>

#define ERR_ARGS      6
#define ERR_ARG_BYTES 384 /* longer arguments are cut on a character */
#define ERR_TEXT_MAX  4096

struct err {
        int code;          /* negative errno; 0 = nothing was set */
        const char *msgid; /* string literal, never owned; "" when nothing was set */
        unsigned nargs;
        char arg[ERR_ARGS][ERR_ARG_BYTES]; /* foreign text is already escaped */
        char file[256];                    /* "" = no place */
        unsigned line;                     /* 1-based, 0 = no line */
};

/*
 * Sets the reason and returns `code`, so that `return err_set(e, -EINVAL, …)`
 * reads as one act. e may be NULL. Conversions understood: %s %d %u %zu %ld
 * %lu %lld %llu %c %%, without width or precision; at most ERR_ARGS of them.
 * Control characters and invalid UTF-8 in arguments are escaped here.
 */
#define err_set(e, code, ...)                        \
        __extension__({                              \
                int code_ = (code);                  \
                err_fill((e), code_, __VA_ARGS__);   \
                code_; /* seen by static analysis */ \
        })
void err_fill(struct err *e, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Adds the place. `line` 0 keeps the line that is there. */
void err_at(struct err *e, const char *file, unsigned line);

/* The reason in `lang`, without the place, NUL-terminated into out[size]. */
void err_text(const struct err *e, enum lang lang, char *out, size_t size);

/* "FILE:LINE: reason", parts that are absent left out. */
void err_format(const struct err *e, enum lang lang, char *out, size_t size);

#endif
