// SPDX-License-Identifier: MIT
#include "import_internal.h"

#include "press/mem.h"
#include "press/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const enum entry_field word_field[ORG_WORDS] = {
        [WORD_KIND] = ENTRY_ORG_KIND,     [WORD_NAME] = ENTRY_ORG,
        [WORD_SHORT] = ENTRY_ORG_SHORT,   [WORD_CODE] = ENTRY_ORG_CODE,
        [WORD_PROVINCE] = ENTRY_PROVINCE, [WORD_REGION] = ENTRY_REGION,
};

/* Where struct org keeps the text; the kind is no text. */
static char **slot(struct org *o, enum org_word w)
{
        switch (w) {
        case WORD_NAME: return &o->name;
        case WORD_SHORT: return &o->short_name;
        case WORD_CODE: return &o->code;
        case WORD_PROVINCE: return &o->province;
        case WORD_REGION: return &o->region;
        case WORD_KIND: break;
        }
        return NULL;
}

static const char *word(struct import_org *o, enum org_word w)
{
        return w == WORD_KIND ? words_name(&org_kinds, (int) o->org.kind) : *slot(&o->org, w);
}

static char *name_key(const char *kind, const char *name)
{
        return mem_printf("%s\x1f%s", kind, name);
}

/* By its present code and name; a name that is taken makes both namesakes. */
static void list_org(struct import_plan *p, size_t i)
{
        struct import_org *o = &p->org[i];
        CLEANUP(mem_free) char *key = name_key(word(o, WORD_KIND), o->org.name);
        CLEANUP(mem_free) char *fold = text_fold(key);
        bool made;
        size_t other;

        if (*o->org.code)
                index_put(&p->by_code, o->org.code, i, &made);
        other = index_put(&p->by_name, key, i, &made);
        if (other != i)
                o->namesake = p->org[other].namesake = true;
        if (fold)
                index_put(&p->by_fold, fold, i, &made);
}

static size_t org_new(struct import_plan *p)
{
        if (p->norg % 64 == 0)
                p->org = mem_realloc(p->org, p->norg + 64, sizeof(*p->org));
        p->org[p->norg] = (struct import_org){0};
        return p->norg++;
}

static int load(void *ctx, const struct org *o)
{
        struct import_plan *p = ctx;
        size_t i = org_new(p);

        p->org[i].org = *o;
        p->org[i].org.uid = mem_strdup(o->uid);
        for (int w = 0; w < ORG_WORDS; w++) {
                char **text = slot(&p->org[i].org, (enum org_word) w);

                if (text)
                        *text = mem_strdup(*text);
        }
        list_org(p, i);
        return 0;
}

/* A name or code that gives way: right after a reform, wrong after a slip in a column. */
static void warn_changed(struct import_plan *p, const struct import_row *row,
                         const struct import_org *o, enum org_word w, const char *old,
                         const char *value)
{
        struct err why;

        if (o->org.id == 0 || !*old || (w != WORD_NAME && w != WORD_CODE))
                return;
        err_set(&why, -EINVAL, N_("the organisation “%s” becomes “%s”"), old, value);
        plan_warn(p, row, word_field[w], &why);
}

/* What one row says of one word; two rows must not contradict each other. true: it is news. */
static bool say(struct import_plan *p, struct import_row *row, struct import_org *o,
                enum org_word w)
{
        const char *value = row_text(row, word_field[w]);
        struct err why;
        char **text = slot(&o->org, w);
        bool same = strcmp(value, word(o, w)) == 0;

        if (!*value)
                return false;
        if (o->said[w] && !same) {
                err_set(&why, -EINVAL,
                        N_("“%s” here, but “%s” in line %u for the same organisation"), value,
                        word(o, w), o->said[w]);
                plan_refuse(p, row, word_field[w], &why);
                return false;
        }
        if (!o->said[w])
                o->said[w] = row->line;
        if (same)
                return false;
        warn_changed(p, row, o, w, word(o, w), value);
        o->changed = true;
        if (text) {
                free(*text);
                *text = mem_strdup(value);
        } else {
                o->org.kind = (enum org_kind) words_find(&org_kinds, value);
        }
        return true;
}

static bool in_file(const struct import_plan *p, const char *code)
{
        size_t n;

        return *code && index_get(&p->file_codes, code, &n);
}

/*
 * The organisation that has the row's name: the right one unless both have codes and
 * the file uses both, for then they are two. SIZE_MAX: none.
 */
static size_t by_name(struct import_plan *p, struct import_row *row)
{
        const char *code = row_text(row, ENTRY_ORG_CODE), *have;
        CLEANUP(mem_free)
        char *key = name_key(row_text(row, ENTRY_ORG_KIND), row_text(row, ENTRY_ORG));
        struct err why;
        size_t i;

        if (!index_get(&p->by_name, key, &i))
                return SIZE_MAX;
        have = p->org[i].org.code;
        if (!*code && p->org[i].namesake) {
                err_set(&why, -EINVAL,
                        N_("several organisations have this name (one has the code “%s”); give "
                           "org_code"),
                        have);
                plan_refuse(p, row, ENTRY_ORG, &why);
                return i;
        }
        if (*code && *have && (in_file(p, have) || p->org[i].namesake))
                return SIZE_MAX;
        return i;
}

static void warn_alike(struct import_plan *p, const struct import_row *row)
{
        CLEANUP(mem_free)
        char *key = name_key(row_text(row, ENTRY_ORG_KIND), row_text(row, ENTRY_ORG));
        CLEANUP(mem_free) char *fold = text_fold(key);
        struct err why;
        size_t i;

        if (!fold || !index_get(&p->by_fold, fold, &i))
                return;
        err_set(&why, -EINVAL, N_("a new organisation, but “%s” (%s) is there already"),
                p->org[i].org.name, *p->org[i].org.code ? p->org[i].org.code : "-");
        plan_warn(p, row, ENTRY_ORG, &why);
}

static size_t make(struct import_plan *p, const struct import_row *row)
{
        size_t i;

        warn_alike(p, row);
        i = org_new(p);
        p->org[i].org = (struct org){
                .kind = (enum org_kind) words_find(&org_kinds, row_text(row, ENTRY_ORG_KIND)),
                .name = mem_strdup(row_text(row, ENTRY_ORG)),
                .short_name = mem_strdup(""),
                .code = mem_strdup(row_text(row, ENTRY_ORG_CODE)),
                .province = mem_strdup(""),
                .region = mem_strdup(""),
        };
        list_org(p, i);
        return i;
}

static void take_org(struct import_plan *p, struct import_row *row)
{
        const char *code = row_text(row, ENTRY_ORG_CODE);
        size_t i = SIZE_MAX;
        bool news = false;

        if (!*code || !index_get(&p->by_code, code, &i))
                i = by_name(p, row);
        if (row->refused)
                return;
        if (i == SIZE_MAX)
                i = make(p, row);
        row->org = i;
        for (int w = 0; w < ORG_WORDS; w++)
                news |= say(p, row, &p->org[i], (enum org_word) w);
        if (news)
                list_org(p, i);
}

int plan_orgs(struct import_plan *p, struct err *e)
{
        bool made;
        int r;

        r = org_each(p->db, load, p, e);
        if (r < 0)
                return r;
        for (size_t i = 0; i < p->nrow; i++)
                if (*row_text(&p->row[i], ENTRY_ORG_CODE))
                        index_put(&p->file_codes, row_text(&p->row[i], ENTRY_ORG_CODE), i, &made);
        for (size_t i = 0; i < p->nrow; i++)
                take_org(p, &p->row[i]);
        for (size_t i = 0; i < p->norg; i++) {
                p->report->orgs_added += p->org[i].org.id == 0;
                p->report->orgs_changed += p->org[i].org.id != 0 && p->org[i].changed;
        }
        return 0;
}
