// SPDX-License-Identifier: MIT
#include "audience_internal.h"

#include "entry_internal.h"
#include "press/addr.h"
#include "press/mem.h"
#include "press/state.h"
#include "press/text.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define NBSP        "\xc2\xa0"
#define CURLY_OPEN  "\xe2\x80\x9c"
#define CURLY_CLOSE "\xe2\x80\x9d"

static const char *const field_names[AUDIENCE_FIELDS] = {
        [AUDIENCE_KIND] = "kind",         [AUDIENCE_ROLE] = "role",     [AUDIENCE_ORG] = "org",
        [AUDIENCE_PROVINCE] = "province", [AUDIENCE_REGION] = "region", [AUDIENCE_TAG] = "tag",
        [AUDIENCE_LANG] = "lang",         [AUDIENCE_EMAIL] = "email",   [AUDIENCE_LIST] = "list",
};

static const struct {
        const char *word;
        enum token_kind kind;
} keywords[] = {
        {"and", TOKEN_AND},
        {"or", TOKEN_OR},
        {"not", TOKEN_NOT},
        {"all", TOKEN_ALL},
};

const char *audience_field_name(enum audience_field f)
{
        assert((unsigned) f < AUDIENCE_FIELDS);
        return field_names[f];
}

static bool starts(const char *s, const char *with)
{
        return strncmp(s, with, strlen(with)) == 0;
}

size_t audience_blank_at(const char *s)
{
        if (*s == ' ' || *s == '\t' || *s == '\r' || *s == '\n')
                return 1;
        return starts(s, NBSP) ? strlen(NBSP) : 0;
}

static size_t quote_at(const char *s)
{
        if (*s == '"')
                return 1;
        return starts(s, CURLY_OPEN) || starts(s, CURLY_CLOSE) ? strlen(CURLY_OPEN) : 0;
}

bool audience_word_ends(const char *s)
{
        return !*s || *s == '(' || *s == ')' || audience_blank_at(s) || quote_at(s);
}

/* Moves over n bytes, which are whole characters. */
static void pass(struct lexer *l, size_t n)
{
        for (size_t i = 0; i < n; i++)
                l->column += (l->at[i] & 0xc0) != 0x80;
        l->at += n;
}

static int field_of(const struct lexer *l, const char *word, enum audience_field *ret,
                    struct err *e)
{
        const char *near;

        for (int f = 0; f < AUDIENCE_FIELDS; f++) {
                if (strcasecmp(word, field_names[f]) == 0) {
                        *ret = (enum audience_field) f;
                        return 0;
                }
        }
        near = text_nearest(word, field_names, AUDIENCE_FIELDS);
        if (near)
                return err_set(e, -EINVAL, N_("Column %u: no field “%s”; did you mean “%s”?"),
                               l->column, word, near);
        return err_set(e, -EINVAL,
                       N_("Column %u: no field “%s”; there are kind, role, org, province, region, "
                          "tag, lang, email, list and the word all"),
                       l->column, word);
}

/* One of a closed set of words, in the form that stands in the book. */
static int one_of(const struct words *w, enum audience_field f, unsigned column, char **value,
                  struct err *e)
{
        int i = words_find(w, *value);
        const char *near;

        if (i >= 0) {
                free(*value);
                *value = mem_strdup(words_name(w, i));
                return 0;
        }
        near = f == AUDIENCE_KIND   ? entry_word_nearest(ENTRY_ORG_KIND, *value)
               : f == AUDIENCE_ROLE ? entry_word_nearest(ENTRY_ROLE, *value)
                                    : text_nearest(*value, w->name, (size_t) w->n);
        return audience_unknown(f, column, *value, near, e);
}

static int canonical(struct token *t, struct err *e)
{
        static const char *const lang_names[] = {"vi", "en"};
        static const struct words langs = {lang_names, COUNT_OF(lang_names)};
        struct addr addr;

        switch (t->field) {
        case AUDIENCE_KIND: return one_of(&org_kinds, t->field, t->value_column, &t->value, e);
        case AUDIENCE_ROLE: return one_of(&contact_roles, t->field, t->value_column, &t->value, e);
        case AUDIENCE_LANG: return one_of(&langs, t->field, t->value_column, &t->value, e);
        case AUDIENCE_EMAIL:
                if (addr_parse(t->value, &addr, NULL) < 0)
                        return err_set(e, -EINVAL,
                                       N_("Column %u: “%s” is not a usable e-mail address"),
                                       t->value_column, t->value);
                free(t->value);
                t->value = mem_strdup(addr.mailbox);
                return 0;
        default: return 0;
        }
}

/* l stands on the opening quote. */
static int quoted_value(struct lexer *l, char **ret, struct err *e)
{
        unsigned column = l->column;
        bool curly = *l->at != '"';
        CLEANUP(mem_free) char *value = mem_alloc(strlen(l->at) + 1);
        size_t n = 0, close;

        pass(l, quote_at(l->at));
        while ((close = curly ? (starts(l->at, CURLY_CLOSE) ? strlen(CURLY_CLOSE) : 0)
                              : *l->at == '"') == 0) {
                if (!*l->at)
                        return err_set(e, -EINVAL, N_("Column %u: this quote is never closed"),
                                       column);
                if (l->at[0] == '\\' && (l->at[1] == '"' || l->at[1] == '\\'))
                        pass(l, 1);
                value[n++] = *l->at;
                pass(l, 1);
        }
        pass(l, close);
        value[n] = '\0';
        *ret = TAKE(value);
        return 0;
}

static bool only_blanks(const char *s)
{
        for (size_t n; *s; s += n) {
                n = audience_blank_at(s);
                if (n == 0)
                        return false;
        }
        return true;
}

static int term(struct lexer *l, struct token *t, struct err *e)
{
        bool quoted = quote_at(l->at) > 0;
        const char *start;
        int r;

        t->value_column = l->column;
        if (quoted) {
                r = quoted_value(l, &t->value, e);
                if (r < 0)
                        return r;
        } else {
                start = l->at;
                while (!audience_word_ends(l->at))
                        pass(l, 1);
                t->value = mem_strndup(start, (size_t) (l->at - start));
        }
        if (!quoted && t->value[strcspn(t->value, ",;")])
                return audience_comma(t->value_column, t->value, e);
        if (only_blanks(t->value))
                return err_set(e, -EINVAL, N_("Column %u: a value must follow “%s:” directly"),
                               t->value_column, field_names[t->field]);
        return canonical(t, e);
}

static int word(struct lexer *l, struct token *t, struct err *e)
{
        CLEANUP(mem_free) char *w = NULL;
        size_t n = 0;
        int r;

        while (!audience_word_ends(l->at + n) && l->at[n] != ':')
                n++;
        w = mem_strndup(l->at, n);
        if (l->at[n] == ':') {
                r = field_of(l, w, &t->field, e);
                if (r < 0)
                        return r;
                pass(l, n + 1);
                t->kind = TOKEN_TERM;
                return term(l, t, e);
        }
        for (size_t i = 0; i < COUNT_OF(keywords); i++) {
                if (strcasecmp(w, keywords[i].word) == 0) {
                        t->kind = keywords[i].kind;
                        pass(l, n);
                        return 0;
                }
        }
        return audience_alone(l, w, e);
}

static int next(struct lexer *l, struct token *t, struct err *e)
{
        if (!*l->at)
                return 0;
        if (quote_at(l->at))
                return err_set(e, -EINVAL,
                               N_("Column %u: say what the quoted name is, as in org:\"…\""),
                               l->column);
        if (*l->at != '(' && *l->at != ')')
                return word(l, t, e);
        t->kind = *l->at == '(' ? TOKEN_OPEN : TOKEN_CLOSE;
        pass(l, 1);
        return 0;
}

int token_next(struct lexer *l, struct token *t, struct err *e)
{
        struct token found = {.kind = TOKEN_END};
        size_t n;
        int r;

        while ((n = audience_blank_at(l->at)) > 0)
                pass(l, n);
        found.column = l->column;
        r = next(l, &found, e);
        if (r < 0) {
                free(found.value);
                found = (struct token){.kind = TOKEN_END, .column = found.column};
        }
        l->after_operand =
                found.kind == TOKEN_TERM || found.kind == TOKEN_ALL || found.kind == TOKEN_CLOSE;
        free(t->value);
        *t = found;
        return r;
}
