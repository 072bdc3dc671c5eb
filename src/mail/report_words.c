// SPDX-License-Identifier: MIT
/*
 * What notices say in words, as fold_text() writes it: Latin letters without marks. Scripts that
 * folding would take apart (Japanese, Korean) stand here as folding leaves them.
 */
#include "report_internal.h"

#include "press/mem.h"

#include <ctype.h>
#include <string.h>

static bool is_word(char c)
{
        return isalnum((unsigned char) c) || (unsigned char) c > 127;
}

static const char *find_one(const char *phrase, const char *text)
{
        char plain[120];
        size_t n = strlen(phrase);
        bool head = phrase[0] == '|', tail = n > 1 && phrase[n - 1] == '|';
        const char *p = text;

        if (!head && !tail)
                return strstr(text, phrase);
        n -= (size_t) head + tail;
        memcpy(plain, phrase + head, n);
        plain[n] = '\0';
        for (; (p = strstr(p, plain)); p++)
                if (!(head && p > text && is_word(p[-1])) && !(tail && is_word(p[n])))
                        return p;
        return NULL;
}

const char *phrase_find(struct phrase_list l, const char *text)
{
        const char *first = NULL;

        for (size_t i = 0; i < l.n; i++) {
                const char *p = find_one(l.v[i], text);

                if (p && (!first || p < first))
                        first = p;
        }
        return first;
}

bool phrase_any(struct phrase_list l, const char *text)
{
        for (size_t i = 0; i < l.n; i++)
                if (find_one(l.v[i], text))
                        return true;
        return false;
}

/* --- the action ------------------------------------------------------------------- */

bool words_action(const char *text, enum report_action *ret)
{
        const struct {
                struct phrase_list l;
                enum report_action a;
        } in_order[] = {{said_final, REPORT_FAILED},        {said_delayed, REPORT_DELAYED},
                        {said_relayed, REPORT_RELAYED},     {said_expanded, REPORT_EXPANDED},
                        {said_succeeded, REPORT_DELIVERED}, {said_failed, REPORT_FAILED},
                        {said_delivered, REPORT_DELIVERED}};

        for (size_t i = 0; i < COUNT_OF(in_order); i++)
                if (phrase_any(in_order[i].l, text)) {
                        *ret = in_order[i].a;
                        return true;
                }
        return false;
}

bool words_bounce(const char *text)
{
        enum report_action a;

        return words_action(text, &a);
}

/* --- no report ---------------------------------------------------------------------- */

bool words_autoreply(const char *text)
{
        return phrase_any(said_away_subject, text);
}

bool words_away(const char *text)
{
        return phrase_any(said_away_text, text);
}

bool words_challenge(const char *text)
{
        return phrase_any(said_challenge, text);
}
