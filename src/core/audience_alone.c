// SPDX-License-Identifier: MIT
/* What people write who do not know the grammar: an address, a name, a list with commas. */
#include "audience_internal.h"

#include "entry_internal.h"
#include "press/addr.h"
#include "press/mem.h"
#include "press/province.h"
#include "press/state.h"
#include "press/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define PHRASE_WORDS 8

/* "and", "kind:press", ")" and the like end a phrase of plain words. */
static bool plain_word(const char *s, size_t n)
{
        static const char *const operators[] = {"and", "or", "not", "all"};

        for (size_t i = 0; i < COUNT_OF(operators); i++)
                if (n == strlen(operators[i]) && strncasecmp(s, operators[i], n) == 0)
                        return false;
        return n > 0 && !memchr(s, ':', n);
}

/* The word at s with those that follow it, up to a comma: "báo chí" of "báo chí, sở". */
static char *phrase_at(const char *s)
{
        size_t len = 0, at = 0;

        for (int words = 0; words < PHRASE_WORDS; words++) {
                size_t n = 0, comma;

                while (!audience_word_ends(s + at + n))
                        n++;
                comma = strcspn(s + at, ",;");
                if (comma < n) {
                        len = comma > 0 ? at + comma : len;
                        break;
                }
                if (!plain_word(s + at, n))
                        break;
                len = at + n;
                for (at = len; (n = audience_blank_at(s + at)) > 0; at += n)
                        ;
        }
        return mem_strndup(s, len);
}

int audience_comma(unsigned column, const char *word, struct err *e)
{
        for (const char *p = word; *p && *p != ',' && *p != ';'; p++)
                column += (*p & 0xc0) != 0x80;
        return err_set(e, -EINVAL, N_("Column %u: parts are joined by “or”, not by a comma"),
                       column);
}

/* A kind, a role, a province or an address without its field; 0 when it is none of them. */
static int bare_value(const struct lexer *l, const char *phrase, struct err *e)
{
        int kind = entry_kind_find(phrase), role = entry_role_find(phrase);
        const char *province = province_find(phrase);
        struct addr addr;

        if (kind >= 0)
                return err_set(e, -EINVAL, N_("Column %u: “%s” stands alone; write kind:%s"),
                               l->column, phrase, words_name(&org_kinds, kind));
        if (role >= 0)
                return err_set(e, -EINVAL, N_("Column %u: “%s” stands alone; write role:%s"),
                               l->column, phrase, words_name(&contact_roles, role));
        if (strchr(phrase, '@') && addr_parse(phrase, &addr, NULL) == 0)
                return err_set(e, -EINVAL, N_("Column %u: “%s” stands alone; write email:%s"),
                               l->column, phrase, phrase);
        if (province && !l->after_operand)
                return err_set(e, -EINVAL,
                               N_("Column %u: “%s” stands alone; write province:\"%s\""), l->column,
                               phrase, province);
        return 0;
}

int audience_alone(const struct lexer *l, const char *word, struct err *e)
{
        static const char *const words[] = {"and", "or", "not", "all"};
        CLEANUP(mem_free) char *phrase = phrase_at(l->at);
        const char *near;
        int r = bare_value(l, phrase, e);

        if (r < 0)
                return r;
        if (word[strcspn(word, ",;")] && l->after_operand)
                return audience_comma(l->column, word, e);
        near = text_nearest(word, words, COUNT_OF(words));
        if (near)
                return err_set(e, -EINVAL, N_("Column %u: no word “%s”; did you mean “%s”?"),
                               l->column, word, near);
        if (l->after_operand)
                return err_set(e, -EINVAL,
                               N_("Column %u: “%s” was not expected here; a name of several "
                                  "words stands in quotes, as in org:\"Báo Nhân Dân\""),
                               l->column, word);
        if (!phrase[0])
                return audience_comma(l->column, word, e);
        return err_set(e, -EINVAL,
                       N_("Column %u: “%s” stands alone; write what it is, as in org:\"%s\""),
                       l->column, phrase, phrase);
}
