/*
 * audience_internal.h - what the files of press/audience.h share: the tokens
 */
#ifndef PRESS_AUDIENCE_INTERNAL_H
#define PRESS_AUDIENCE_INTERNAL_H

#include "press/audience.h"

#include <stdbool.h>

enum token_kind {
        TOKEN_END,
        TOKEN_OPEN,
        TOKEN_CLOSE,
        TOKEN_AND,
        TOKEN_OR,
        TOKEN_NOT,
        TOKEN_ALL,
        TOKEN_TERM,
};

struct token {
        enum token_kind kind;
        unsigned column; /* of its first character */
        enum audience_field field;
        unsigned value_column;
        char *value; /* owned; NULL unless kind is TOKEN_TERM */
};

struct lexer {
        const char *at;     /* the rest of an NFC text without control characters */
        unsigned column;    /* of *at */
        bool after_operand; /* what came last could stand alone: explains names without quotes */
};

/* The next token; frees what t held. -EINVAL and t is TOKEN_END without a value. */
int token_next(struct lexer *l, struct token *t, struct err *e);

/* The bytes of the blank that s begins with, or 0. */
size_t audience_blank_at(const char *s);

/* -EINVAL for a word that is neither field, operator nor all: what it was most likely meant for. */
int audience_alone(const struct lexer *l, const char *word, struct err *e);
/* -EINVAL for the comma or semicolon in `word`, which begins at `column`. */
int audience_comma(unsigned column, const char *word, struct err *e);

/* An unquoted value ends before one of these. */
bool audience_word_ends(const char *s);

#endif
