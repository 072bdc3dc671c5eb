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

/* An unquoted value ends before one of these. */
bool audience_word_ends(const char *s);

#endif
