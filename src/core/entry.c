// SPDX-License-Identifier: MIT
#include "press/entry.h"

#include "entry_internal.h"
#include "press/addr.h"
#include "press/buf.h"
#include "press/mem.h"
#include "press/province.h"
#include "press/state.h"
#include "press/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static size_t characters(const char *s)
{
        size_t n = 0;

        for (; *s; s++)
                n += (*s & 0xc0) != 0x80;
        return n;
}

static int too_long(size_t n, size_t max, struct err *e)
{
        return err_set(e, -EINVAL, N_("%zu characters, at most %zu are possible"), n, max);
}

static int clean_text(const char *cell, char **ret, struct err *e)
{
        CLEANUP(mem_free) char *clean = text_strip(cell);
        size_t n = characters(clean);

        if (n > ENTRY_TEXT_MAX)
                return too_long(n, ENTRY_TEXT_MAX, e);
        *ret = TAKE(clean);
        return 0;
}

/* Whole sentences: a word put into a sentence is right in one language only. */
static const struct {
        const char *near, *none;
} unknown_words[ENTRY_FIELDS] = {
        [ENTRY_ORG_KIND] = {N_("no kind of organisation “%s”; did you mean “%s”?"),
                            N_("no kind of organisation “%s”; there are unit, department, press")},
        [ENTRY_ROLE] = {N_("no role “%s”; did you mean “%s”?"),
                        N_("no role “%s”; there are leader, officer, journalist, desk")},
        [ENTRY_LANGUAGE] = {N_("no language “%s”; did you mean “%s”?"),
                            N_("no language “%s”; there are vi, en")},
        [ENTRY_PROVINCE] = {N_("no province “%s”; did you mean “%s”?"), N_("no province “%s”")},
        [ENTRY_REGION] = {N_("no region “%s”; did you mean “%s”?"), N_("no region “%s”")},
};

static int unknown(enum entry_field f, const char *value, const char *near, struct err *e)
{
        if (near)
                return err_set(e, -EINVAL, unknown_words[f].near, value, near);
        return err_set(e, -EINVAL, unknown_words[f].none, value);
}

/* A word of a closed set. */
static int clean_word(enum entry_field f, const char *clean, char **ret, struct err *e)
{
        const char *word = NULL;
        int i;

        if (f == ENTRY_ORG_KIND) {
                i = entry_kind_find(clean);
                word = i < 0 ? NULL : words_name(&org_kinds, i);
        } else if (f == ENTRY_ROLE) {
                i = entry_role_find(clean);
                word = i < 0 ? NULL : words_name(&contact_roles, i);
        } else {
                i = entry_language_find(clean);
                word = i < 0 ? NULL : msg_lang_name((enum lang) i);
        }
        if (!word)
                return unknown(f, clean, entry_word_nearest(f, clean), e);
        *ret = mem_strdup(word);
        return 0;
}

static int clean_place(enum entry_field f, const char *clean, char **ret, struct err *e)
{
        bool province = f == ENTRY_PROVINCE;
        const char *name = province ? province_find(clean) : region_find(clean);

        if (!name)
                return unknown(f, clean, province ? province_nearest(clean) : region_nearest(clean),
                               e);
        *ret = mem_strdup(name);
        return 0;
}

/* "gmail.con": a domain that nobody has, one slip from one that everybody has. */
static bool is_slip(const char *domain)
{
        const char *last = strrchr(domain, '.');

        return (last && strcmp(last, ".con") == 0) ||
               (strncmp(domain, "gmail.", 6) == 0 && strcmp(domain, "gmail.com") != 0);
}

/* One address; what stands around it (blanks of any kind, invisible characters) is dropped. */
static int clean_email(const char *cell, char **ret, struct err *warning, struct err *e)
{
        CLEANUP(mem_free) char *clean = text_strip(cell);
        const char *inside, *at = strchr(cell, '@');
        struct addr addr;
        struct text_bad bad;
        int r;

        if (!*clean) {
                *ret = TAKE(clean);
                return 0;
        }
        if (at && strchr(at + 1, '@') && strpbrk(at, ";, \t\r\n"))
                return err_set(e, -EINVAL,
                               N_("several addresses in one cell; give each a row of its own"));
        /* Blanks and marks at the ends may go, nothing inside, and no line break anywhere (R53). */
        inside = strstr(cell, clean);
        if (strpbrk(cell, "\r\n") || (!inside && !text_clean(cell, 0, &bad)))
                return err_set(e, -EINVAL,
                               N_("a line break or an invisible character in the address; type it "
                                  "again"));
        r = addr_parse(clean, &addr, e);
        if (r < 0)
                return r;
        if (is_slip(addr.domain))
                err_set(warning, -EINVAL, N_("“%s”: is the domain right?"), addr.mailbox);
        *ret = mem_strdup(addr.mailbox);
        return 0;
}

/* 8.49E+10: what a spreadsheet makes of a long number. */
static bool is_scientific(const char *s)
{
        size_t n = strspn(s, "0123456789.,");

        if (n == 0 || (s[n] != 'E' && s[n] != 'e'))
                return false;
        s += n + 1;
        if (*s == '+')
                s++;
        return *s && s[strspn(s, "0123456789")] == '\0';
}

/* A Vietnamese number whose first 0 a spreadsheet has taken: 912345678, 2438221234. */
static bool lacks_zero(const char *s)
{
        size_t digits = 0;

        for (const char *p = s; *p; p++) {
                if (isdigit((unsigned char) *p))
                        digits++;
                else if (!strchr(" .-", *p))
                        return false;
        }
        return (digits == 9 && strchr("35789", *s)) || (digits == 10 && *s == '2');
}

static int clean_phone(const char *cell, char **ret, struct err *warning, struct err *e)
{
        CLEANUP(mem_free) char *clean = NULL;
        int r;

        r = clean_text(cell, &clean, e);
        if (r < 0)
                return r;
        if (is_scientific(clean))
                return err_set(e, -EINVAL,
                               N_("“%s” is what a spreadsheet made of a telephone number; set the "
                                  "column to Text and type the number again"),
                               clean);
        if (*clean && !strpbrk(clean, "0123456789"))
                return err_set(e, -EINVAL, N_("“%s” is not a telephone number"), clean);
        if (*clean && lacks_zero(clean))
                err_set(warning, -EINVAL, N_("“%s” seems to have lost its first 0"), clean);
        *ret = TAKE(clean);
        return 0;
}

static int clean_number(enum entry_field f, const char *clean, char **ret, struct err *e)
{
        size_t n = strspn(clean, "0123456789");
        bool good = n > 0 && !clean[n] && clean[0] != '0';

        if (f == ENTRY_PRIORITY) {
                if (!good || n != 1)
                        return err_set(e, -EINVAL,
                                       N_("“%s” is not a priority: 1 (telephoned first) to 9"),
                                       clean);
        } else if (!good || n > 18) {
                return err_set(e, -EINVAL, N_("“%s” is not the number of a contact"), clean);
        }
        *ret = mem_strdup(clean);
        return 0;
}

static int by_bytes(const void *a, const void *b)
{
        return strcmp(*(char *const *) a, *(char *const *) b);
}

struct tags {
        char **v;
        size_t n;
};

static void tags_done(struct tags *t)
{
        for (size_t i = 0; i < t->n; i++)
                free(t->v[i]);
        free(t->v);
}

static int tag_add(struct tags *t, const char *s, size_t n, struct err *e)
{
        CLEANUP(mem_free) char *raw = mem_strndup(s, n);
        CLEANUP(mem_free) char *tag = text_strip(raw);

        if (!*tag)
                return 0;
        if (characters(tag) > ENTRY_TAG_MAX)
                return too_long(characters(tag), ENTRY_TAG_MAX, e);
        t->v = mem_realloc(t->v, t->n + 1, sizeof(*t->v));
        t->v[t->n++] = TAKE(tag);
        return 0;
}

int entry_clean_tags(const char *cell, char **ret, struct err *e)
{
        CLEANUP(tags_done) struct tags t = {0};
        CLEANUP(buf_done) struct buf b = BUF(ENTRY_TAGS_MAX);
        size_t n;
        int r;

        if (strlen(cell) > 4 * ENTRY_TAGS_MAX)
                return too_long(strlen(cell), ENTRY_TAGS_MAX, e);
        for (const char *s = cell; *s; s += n + (s[n] != '\0')) {
                n = strcspn(s, ";");
                r = tag_add(&t, s, n, e);
                if (r < 0)
                        return r;
        }
        if (t.n > 1)
                qsort(t.v, t.n, sizeof(*t.v), by_bytes);
        for (size_t i = 0; i < t.n; i++)
                if (i == 0 || strcmp(t.v[i], t.v[i - 1]) != 0)
                        buf_addf(&b, "%s%s", b.len ? ";" : "", t.v[i]);
        if (b.over)
                return too_long(strlen(cell), ENTRY_TAGS_MAX, e);
        *ret = buf_take(&b);
        return 0;
}

int entry_clean(enum entry_field f, const char *cell, char **ret, struct err *warning,
                struct err *e)
{
        CLEANUP(mem_free) char *clean = NULL;
        int r;

        if (f == ENTRY_EMAIL)
                return clean_email(cell, ret, warning, e);
        if (f == ENTRY_PHONE)
                return clean_phone(cell, ret, warning, e);
        if (f == ENTRY_TAGS)
                return entry_clean_tags(cell, ret, e);
        r = clean_text(cell, &clean, e);
        if (r < 0)
                return r;
        if (!*clean) {
                *ret = TAKE(clean);
                return 0;
        }
        switch (f) {
        case ENTRY_ORG_KIND:
        case ENTRY_ROLE:
        case ENTRY_LANGUAGE: return clean_word(f, clean, ret, e);
        case ENTRY_PROVINCE:
        case ENTRY_REGION: return clean_place(f, clean, ret, e);
        case ENTRY_ID:
        case ENTRY_PRIORITY: return clean_number(f, clean, ret, e);
        default: *ret = TAKE(clean); return 0;
        }
}
