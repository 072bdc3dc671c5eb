// SPDX-License-Identifier: MIT
#include "press/import.h"

#include "import_internal.h"
#include "press/csv.h"
#include "press/mem.h"
#include "press/text.h"

#include <assert.h>
#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

struct index_node {
        size_t number;
        char key[];
};

static int by_key(const void *a, const void *b)
{
        return strcmp(((const struct index_node *) a)->key, ((const struct index_node *) b)->key);
}

size_t index_put(struct index *x, const char *key, size_t number, bool *ret_new)
{
        size_t n = strlen(key) + 1;
        struct index_node *node = mem_alloc(sizeof(*node) + n), **at;

        node->number = number;
        memcpy(node->key, key, n);
        at = tsearch(node, &x->root, by_key);
        assert(at); /* NULL is out of memory, which mem_alloc() has met first */
        *ret_new = *at == node;
        if (!*ret_new)
                free(node);
        return (*at)->number;
}

bool index_get(const struct index *x, const char *key, size_t *ret_number)
{
        size_t n = strlen(key) + 1;
        CLEANUP(mem_free) struct index_node *node = mem_alloc(sizeof(*node) + n);
        struct index_node **at;

        memcpy(node->key, key, n);
        at = tfind(node, (void *const *) &x->root, by_key);
        if (at)
                *ret_number = (*at)->number;
        return at;
}

void index_done(struct index *x)
{
        tdestroy(x->root, free);
        x->root = NULL;
}

static void findings_done(struct import_findings *l)
{
        for (size_t i = 0; i < l->n; i++)
                free(l->v[i].column);
        free(l->v);
        *l = (struct import_findings){0};
}

void import_report_done(struct import_report *r)
{
        findings_done(&r->refused);
        findings_done(&r->warnings);
}

/*
 * Kept in order of the file: organisations and contacts are looked at after all
 * rows have been read, so a later look may find something in an earlier row.
 */
static void finding_add(struct import_findings *l, unsigned line, const char *column,
                        const struct err *why)
{
        size_t at = l->n;

        l->total++;
        while (at > 0 && l->v[at - 1].row > line)
                at--;
        if (l->n == IMPORT_FINDINGS_MAX) {
                if (at == l->n)
                        return;
                free(l->v[--l->n].column);
        }
        l->v = mem_realloc(l->v, l->n + 1, sizeof(*l->v));
        memmove(&l->v[at + 1], &l->v[at], (l->n - at) * sizeof(*l->v));
        l->v[at] = (struct import_finding){line, mem_strdup(column), *why};
        l->n++;
}

static const char *heading_of(const struct import_plan *p, enum entry_field f)
{
        if (f == ENTRY_FIELDS)
                return "";
        return p->column[f] < 0 ? entry_field_name(f) : p->heading[p->column[f]];
}

void plan_refuse(struct import_plan *p, struct import_row *row, enum entry_field f,
                 const struct err *why)
{
        row->refused = true;
        finding_add(&p->report->refused, row->line, heading_of(p, f), why);
}

void plan_warn(struct import_plan *p, const struct import_row *row, enum entry_field f,
               const struct err *why)
{
        finding_add(&p->report->warnings, row->line, heading_of(p, f), why);
}

const char *row_text(const struct import_row *row, enum entry_field f)
{
        return row->field[f] ? row->field[f] : "";
}

static void plan_done(struct import_plan *p)
{
        struct index *const all[] = {&p->by_code,  &p->by_name,    &p->by_fold,   &p->file_codes,
                                     &p->by_place, &p->by_contact, &p->by_address};

        for (size_t i = 0; i < COUNT_OF(all); i++)
                index_done(all[i]);
        for (size_t i = 0; i < p->nheading; i++)
                free(p->heading[i]);
        free(p->heading);
        free(p->meaning);
        for (size_t i = 0; i < p->nrow; i++)
                free(p->row[i].block);
        free(p->row);
        for (size_t i = 0; i < p->norg; i++)
                org_done(&p->org[i].org);
        free(p->org);
}

/* One heading: what it means, or a finding. */
static void take_heading(struct import_plan *p, unsigned line, size_t i)
{
        struct import_row row = {.line = line};
        const char *heading = p->heading[i], *near;
        int f = entry_field_find(heading);
        struct err why;

        p->meaning[i] = f;
        if (f >= 0 && p->column[f] < 0) {
                p->column[f] = (int) i;
                return;
        }
        if (f == ENTRY_IGNORED || (f == ENTRY_UNKNOWN && !*heading))
                return; /* of a column without a heading the cells must be empty: see take_row() */
        near = entry_field_nearest(heading);
        if (f >= 0)
                err_set(&why, -EINVAL, N_("this column stands twice (%s)"),
                        entry_field_name((enum entry_field) f));
        else if (near)
                err_set(&why, -EINVAL, N_("no column is called “%s”; did you mean “%s”?"), heading,
                        near);
        else
                err_set(&why, -EINVAL,
                        N_("no column is called “%s”; take it out of the file, or name it id, org, "
                           "org_kind, … source"),
                        heading);
        finding_add(&p->report->refused, row.line, heading, &why);
}

static void need_column(struct import_plan *p, unsigned line, bool there, const char *name)
{
        struct err why;

        if (there)
                return;
        err_set(&why, -EINVAL, N_("the column “%s” is missing"), name);
        finding_add(&p->report->refused, line, "", &why);
}

static void take_headings(struct import_plan *p, const struct csv_row *row)
{
        p->heading = mem_realloc(NULL, row->n + 1, sizeof(*p->heading));
        p->meaning = mem_realloc(NULL, row->n + 1, sizeof(*p->meaning));
        for (; p->nheading < row->n; p->nheading++) {
                p->heading[p->nheading] = text_strip(row->field[p->nheading]);
                take_heading(p, row->line, p->nheading);
        }
        need_column(p, row->line, p->column[ENTRY_ORG] >= 0, "org");
        need_column(p, row->line, p->column[ENTRY_ORG_KIND] >= 0, "org_kind");
        need_column(p, row->line, p->column[ENTRY_EMAIL] >= 0 || p->column[ENTRY_PHONE] >= 0,
                    "email");
}

/* Copies the cleaned cells into one block. */
static void row_pack(struct import_row *row, char *const clean[ENTRY_FIELDS])
{
        size_t n = 0;

        for (int f = 0; f < ENTRY_FIELDS; f++)
                n += clean[f] ? strlen(clean[f]) + 1 : 0;
        row->block = mem_alloc(n);
        n = 0;
        for (int f = 0; f < ENTRY_FIELDS; f++) {
                if (!clean[f])
                        continue;
                row->field[f] = row->block + n;
                n += (size_t) (stpcpy(row->field[f], clean[f]) - row->field[f]) + 1;
        }
}

static void need_cell(struct import_plan *p, struct import_row *row, enum entry_field f)
{
        struct err why;

        if (*row_text(row, f))
                return;
        err_set(&why, -EINVAL, N_("this cell must not be empty"));
        plan_refuse(p, row, f, &why);
}

static void clean_cell(struct import_plan *p, struct import_row *row, enum entry_field f,
                       const char *cell, char **ret)
{
        struct err why = {0}, warning = {0};

        if (entry_clean(f, cell, ret, &warning, &why) < 0)
                plan_refuse(p, row, f, &why);
        else if (warning.code)
                plan_warn(p, row, f, &warning);
}

static void take_row(struct import_plan *p, const struct csv_row *in)
{
        struct import_row row = {.line = in->line};
        char *clean[ENTRY_FIELDS] = {NULL};
        struct err why;

        for (size_t i = 0; i < in->n && i < p->nheading; i++) {
                int f = p->meaning[i];

                if (f >= 0 && p->column[f] == (int) i) {
                        clean_cell(p, &row, (enum entry_field) f, in->field[i], &clean[f]);
                } else if (!*p->heading[i] && in->field[i][strspn(in->field[i], " \t\r\n")]) {
                        err_set(&why, -EINVAL, N_("column %zu has text but no heading"), i + 1);
                        plan_refuse(p, &row, ENTRY_FIELDS, &why);
                }
        }
        if (!row.refused) {
                row_pack(&row, clean);
                need_cell(p, &row, ENTRY_ORG);
                need_cell(p, &row, ENTRY_ORG_KIND);
                if (!*row_text(&row, ENTRY_EMAIL) && !*row_text(&row, ENTRY_PHONE)) {
                        err_set(&why, -EINVAL, N_("neither an address nor a telephone number"));
                        plan_refuse(p, &row, ENTRY_EMAIL, &why);
                }
        }
        for (int f = 0; f < ENTRY_FIELDS; f++)
                free(clean[f]);
        if (row.refused) { /* said already; what it is about cannot be known */
                free(row.block);
                return;
        }
        if (p->nrow % 256 == 0)
                p->row = mem_realloc(p->row, p->nrow + 256, sizeof(*p->row));
        p->row[p->nrow++] = row;
}

/* What is wrong with the headings is that they stand further down. */
static void find_headings(struct import_plan *p, unsigned line, const char *data, size_t n)
{
        unsigned below = headings_below(data, n);
        struct err why;

        if (!below)
                return;
        findings_done(&p->report->refused);
        if (below == 2)
                err_set(&why, -EINVAL,
                        N_("line 1 is no row of headings; they seem to stand in line 2: take line "
                           "1 out"));
        else
                err_set(&why, -EINVAL,
                        N_("line %u is no row of headings; they seem to stand in line %u: take "
                           "lines 1 to %u out"),
                        line, below, below - 1);
        finding_add(&p->report->refused, line, "", &why);
}

static int read_rows(struct import_plan *p, const char *data, size_t n, struct err *e)
{
        CLEANUP(csv_done) struct csv *csv = NULL;
        struct csv_row row;
        struct err why;
        int r;

        r = csv_new(data, n, &csv, e);
        if (r < 0)
                return r;
        for (bool first = true; (r = csv_next(csv, &row, &why)) != 0; first = false) {
                bool named = r < 0 && row.column >= 1 && row.column <= p->nheading;

                if (!first && ++p->report->rows > IMPORT_ROWS_MAX)
                        return err_set(e, -EINVAL, N_("more than %d rows; split the file"),
                                       IMPORT_ROWS_MAX);
                if (r < 0)
                        finding_add(&p->report->refused, row.line,
                                    named ? p->heading[row.column - 1] : "", &why);
                else if (first)
                        take_headings(p, &row);
                else
                        take_row(p, &row);
                if (first && p->report->refused.total > 0) {
                        find_headings(p, row.line, data, n);
                        break; /* without headings no cell means anything */
                }
        }
        p->report->empty = csv_empty_rows(csv);
        if (p->nheading == 0 && p->report->refused.total == 0)
                return err_set(e, -EINVAL, N_("The file is empty: not even a row of headings"));
        return 0;
}

int import_csv(struct db *db, const char *name, const char *data, size_t n, bool dry_run,
               const struct actor *actor, struct import_report *ret, struct err *e)
{
        CLEANUP(plan_done) struct import_plan p = {.db = db, .now = actor->now, .report = ret};
        int r;

        *ret = (struct import_report){0};
        for (int f = 0; f < ENTRY_FIELDS; f++)
                p.column[f] = -1;
        r = book_settled(db, e);
        if (r == 0)
                r = book_version(db, &p.version, e);
        if (r == 0)
                r = read_rows(&p, data, n, e);
        if (r == 0)
                r = plan_orgs(&p, e);
        if (r == 0)
                r = plan_contacts(&p, e);
        if (r == 0)
                r = plan_alike(&p, e);
        if (r == 0 && ret->refused.total > 0)
                r = err_set(e, -EINVAL, N_("Wrong in the file: %zu; nothing was imported"),
                            ret->refused.total);
        if (r == 0 && !dry_run)
                r = plan_apply(&p, name, actor, e);
        return r;
}
