/*
 * smtpd_words.h - one line of a script, cut into words and quoted strings
 */
#ifndef SMTPD_WORDS_H
#define SMTPD_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#define WORDS_MAX 64

struct word {
        char *s;    /* owned, terminated; escapes are done */
        size_t len; /* may hold NULs when quoted */
        bool quoted;
};

struct words { /* zero is empty */
        struct word w[WORDS_MAX];
        size_t n, at; /* at: the next word to read */
};

void words_done(struct words *w);

/* Cuts line[n]; NULL, or what is wrong with it. */
const char *words_split(struct words *w, const char *line, size_t n);

/* The next word if it is the bare word `s`, in any case; then it is read. */
bool words_take(struct words *w, const char *s);
/* The next word if it is a whole number up to max; then it is read. */
bool words_take_number(struct words *w, unsigned max, unsigned *ret);
/* The next word if it is quoted; then it is read. NULL when it is not. */
const struct word *words_take_string(struct words *w);
/* The next word as text for a message, "" at the end. */
const char *words_peek(const struct words *w);

#endif
