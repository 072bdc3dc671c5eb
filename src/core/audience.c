// SPDX-License-Identifier: MIT
#include "press/audience.h"

#include "audience_internal.h"
#include "press/mem.h"
#include "press/text.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * Recursive descent. A level is a chain of one operator whose parts are chains of
 * the other; which of the two binds tighter is a setting, so that the same code
 * reads an expression in the two ways a reader might. Strict parsing refuses
 * any level in which both occur.
 */
struct parser {
        struct lexer lexer;
        struct token token; /* the one looked at */
        enum token_kind tight, loose;
        bool strict, mixed; /* mixed: strict parsing failed for that reason */
        unsigned depth;
        struct err *e;
};

static int parse_level(struct parser *p, struct audience **ret);

static void parser_done(struct parser *p)
{
        free(p->token.value);
}

static struct audience *node_new(enum audience_op op, unsigned column)
{
        struct audience *a = mem_zalloc(sizeof(*a));

        a->op = op;
        a->column = column;
        return a;
}

static void node_add(struct audience *a, struct audience *child)
{
        a->child = mem_realloc(a->child, a->n + 1, sizeof(*a->child));
        a->child[a->n++] = child;
}

void audience_free(struct audience **a)
{
        if (!*a)
                return;
        for (size_t i = 0; i < (*a)->n; i++)
                audience_free(&(*a)->child[i]);
        free((*a)->child);
        free((*a)->value);
        free(*a);
        *a = NULL;
}

static int advance(struct parser *p)
{
        return token_next(&p->lexer, &p->token, p->e);
}

static int enter(struct parser *p)
{
        if (++p->depth > AUDIENCE_DEPTH)
                return err_set(p->e, -EINVAL, N_("Column %u: more than %d levels of parentheses"),
                               p->token.column, AUDIENCE_DEPTH);
        return 0;
}

/* An operand was wanted and something else stands there. */
static int no_operand(const struct parser *p)
{
        const char *what = p->token.kind == TOKEN_AND ? "and" : "or";

        if (p->token.kind == TOKEN_END)
                return err_set(p->e, -EINVAL,
                               N_("Column %u: something is missing at the end, as in kind:press"),
                               p->token.column);
        if (p->token.kind == TOKEN_CLOSE)
                return err_set(p->e, -EINVAL, N_("Column %u: nothing stands before this “)”"),
                               p->token.column);
        return err_set(p->e, -EINVAL, N_("Column %u: nothing stands before this “%s”"),
                       p->token.column, what);
}

static int parse_group(struct parser *p, struct audience **ret)
{
        CLEANUP(audience_free) struct audience *a = NULL;
        unsigned column = p->token.column;
        int r;

        r = enter(p);
        if (r == 0)
                r = advance(p);
        if (r == 0)
                r = parse_level(p, &a);
        if (r < 0)
                return r;
        if (p->token.kind != TOKEN_CLOSE)
                return err_set(p->e, -EINVAL, N_("Column %u: this “(” is never closed"), column);
        p->depth--;
        *ret = TAKE(a);
        return advance(p);
}

static int parse_operand(struct parser *p, struct audience **ret)
{
        struct audience *a;
        int r;

        switch (p->token.kind) {
        case TOKEN_OPEN: return parse_group(p, ret);
        case TOKEN_NOT:
                *ret = a = node_new(AUDIENCE_NOT, p->token.column);
                node_add(a, NULL);
                r = enter(p);
                if (r == 0)
                        r = advance(p);
                if (r == 0)
                        r = parse_operand(p, &a->child[0]);
                p->depth--;
                return r;
        case TOKEN_ALL: *ret = node_new(AUDIENCE_ALL, p->token.column); return advance(p);
        case TOKEN_TERM:
                *ret = a = node_new(AUDIENCE_TERM, p->token.value_column);
                a->field = p->token.field;
                a->value = TAKE(p->token.value);
                return advance(p);
        default: return no_operand(p);
        }
}

static int mixed(struct parser *p)
{
        p->mixed = true;
        return err_set(p->e, -EINVAL,
                       N_("Column %u: “and” and “or” are mixed; add parentheses to say which goes "
                          "together"),
                       p->token.column);
}

/* op joins what the tighter operator has joined; *seen is the operator of this level so far. */
static int parse_chain(struct parser *p, enum token_kind op, enum token_kind *seen,
                       struct audience **ret)
{
        CLEANUP(audience_free) struct audience *chain = NULL, *part = NULL;
        int r;

        for (;;) {
                r = op == p->loose ? parse_chain(p, p->tight, seen, &part)
                                   : parse_operand(p, &part);
                if (r < 0)
                        return r;
                assert(part);
                if (chain)
                        node_add(chain, TAKE(part));
                if (p->token.kind != op)
                        break;
                if (p->strict && *seen != TOKEN_END && *seen != op)
                        return mixed(p);
                *seen = op;
                if (!chain) {
                        chain = node_new(op == TOKEN_AND ? AUDIENCE_AND : AUDIENCE_OR,
                                         part->column);
                        node_add(chain, TAKE(part));
                }
                r = advance(p);
                if (r < 0)
                        return r;
        }
        *ret = chain ? TAKE(chain) : TAKE(part);
        return 0;
}

static int parse_level(struct parser *p, struct audience **ret)
{
        enum token_kind seen = TOKEN_END;

        return parse_chain(p, p->loose, &seen, ret);
}

static int parse_whole(struct parser *p, struct audience **ret)
{
        CLEANUP(audience_free) struct audience *a = NULL;
        int r;

        r = advance(p);
        if (r < 0)
                return r;
        if (p->token.kind == TOKEN_END)
                return err_set(p->e, -EINVAL,
                               N_("the audience is empty; write for example kind:press"));
        r = parse_level(p, &a);
        if (r < 0)
                return r;
        if (p->token.kind == TOKEN_CLOSE)
                return err_set(p->e, -EINVAL, N_("Column %u: this “)” closes nothing"),
                               p->token.column);
        if (p->token.kind != TOKEN_END)
                return err_set(p->e, -EINVAL, N_("Column %u: “and” or “or” is missing here"),
                               p->token.column);
        *ret = TAKE(a);
        return 0;
}

/* What any text must be before the grammar looks at it. */
static int checked(const char *s, char **ret, struct err *e)
{
        CLEANUP(mem_free) char *nfc = NULL;
        struct text_bad bad;
        size_t n = strlen(s);

        if (n > AUDIENCE_MAX)
                return err_set(e, -EINVAL,
                               N_("the audience has %zu bytes, at most %d are possible; a tag or "
                                  "a list says the same in a word"),
                               n, AUDIENCE_MAX);
        if (!text_clean(s, TEXT_LINES, &bad))
                return err_set(e, -EINVAL,
                               N_("Column %u: an invisible or broken character in the audience; "
                                  "type it again"),
                               bad.column);
        nfc = text_nfc(s);
        assert(nfc); /* text_clean() saw no invalid UTF-8 */
        *ret = TAKE(nfc);
        return 0;
}

int audience_parse(const char *s, struct audience **ret, struct err *e)
{
        CLEANUP(mem_free) char *nfc = NULL;
        CLEANUP(mem_free) char *first = NULL;
        CLEANUP(mem_free) char *second = NULL;
        unsigned column;
        int r;

        r = checked(s, &nfc, e);
        if (r < 0)
                return r;
        CLEANUP(parser_done)
        struct parser p = {
                .lexer = {.at = nfc, .column = 1},
                .tight = TOKEN_AND,
                .loose = TOKEN_OR,
                .strict = true,
                .e = e,
        };
        r = parse_whole(&p, ret);
        if (r < 0 && p.mixed && audience_readings(s, &first, &second, &column) == 0)
                return err_set(e, r,
                               N_("Column %u: “and” and “or” are mixed; write either %s, or %s"),
                               column, first, second);
        return r;
}

/* s as it reads when `tight` binds tighter. */
static int reading(const char *nfc, enum token_kind tight, char **ret)
{
        CLEANUP(audience_free) struct audience *a = NULL;
        CLEANUP(parser_done)
        struct parser p = {
                .lexer = {.at = nfc, .column = 1},
                .tight = tight,
                .loose = tight == TOKEN_AND ? TOKEN_OR : TOKEN_AND,
        };
        int r = parse_whole(&p, &a);

        if (r == 0)
                *ret = audience_format(a);
        return r;
}

int audience_readings(const char *s, char **ret_and_first, char **ret_or_first,
                      unsigned *ret_column)
{
        CLEANUP(mem_free) char *nfc = NULL;
        CLEANUP(mem_free) char *first = NULL;
        CLEANUP(mem_free) char *second = NULL;
        CLEANUP(audience_free) struct audience *a = NULL;

        if (checked(s, &nfc, NULL) < 0)
                return -EINVAL;
        CLEANUP(parser_done)
        struct parser p = {
                .lexer = {.at = nfc, .column = 1},
                .tight = TOKEN_AND,
                .loose = TOKEN_OR,
                .strict = true,
        };
        if (parse_whole(&p, &a) == 0 || !p.mixed)
                return -EINVAL;
        if (reading(nfc, TOKEN_AND, &first) < 0 || reading(nfc, TOKEN_OR, &second) < 0)
                return -EINVAL;
        *ret_and_first = TAKE(first);
        *ret_or_first = TAKE(second);
        *ret_column = p.token.column;
        return 0;
}

void audience_place(struct audience *a, unsigned line)
{
        a->line = line;
        for (size_t i = 0; i < a->n; i++)
                audience_place(a->child[i], line);
}

/* One tree, or several under `or`. */
static struct audience *any_of(struct audience **v, size_t n)
{
        struct audience *a;

        if (n == 1)
                return TAKE(v[0]);
        a = node_new(AUDIENCE_OR, 1);
        for (size_t i = 0; i < n; i++)
                node_add(a, TAKE(v[i]));
        return a;
}

struct audience *audience_join(struct audience **to, size_t nto, struct audience **except,
                               size_t nexcept)
{
        struct audience *both, *without;

        assert(nto >= 1);
        if (nexcept == 0)
                return any_of(to, nto);
        without = node_new(AUDIENCE_NOT, 1);
        node_add(without, any_of(except, nexcept));
        both = node_new(AUDIENCE_AND, 1);
        node_add(both, any_of(to, nto));
        node_add(both, without);
        return both;
}
