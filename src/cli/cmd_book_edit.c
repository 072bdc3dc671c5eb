// SPDX-License-Identifier: MIT
/*
 * book add, set, end: one contact by hand. What is typed becomes a table of one
 * row and goes the way of an import, so that the same words are checked and
 * matched in the same way; the options bear the names of its columns.
 */
#include "commands.h"

#include "book.h"
#include "press/csv.h"
#include "press/entry.h"
#include "press/event.h"
#include "press/json.h"
#include "press/mem.h"
#include "press/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */
#define FIELD_OPTIONS \
        {"org", "NAME", N_("the organisation, by name, short name or code")}, \
        {"org-kind", "K", N_("unit, department or press; needed for a new one")}, \
        {"org-short", "NAME", N_("its short name")}, \
        {"org-code", "C", N_("its code")}, \
        {"province", "P", N_("its province")}, \
        {"region", "R", N_("its region")}, \
        {"name", "NAME", N_("the person's name; none for a desk")}, \
        {"role", "R", N_("leader, officer, journalist or desk")}, \
        {"title", "T", N_("the person's post")}, \
        {"email", "A", N_("the address")}, \
        {"phone", "N", N_("the telephone number")}, \
        {"language", "L", N_("vi or en")}, \
        {"tags", "A;B", N_("tags, all of them")}, \
        {"priority", "N", N_("1 to 9; 1 is telephoned first")}, \
        {"source", "T", N_("where this is known from")}
/* clang-format on */

const struct cli_option cmd_book_add_options[] = {FIELD_OPTIONS, {0}};
const struct cli_option cmd_book_set_options[] = {
        FIELD_OPTIONS,
        {"lists", "A;B", N_("the lists it is in, all of them")},
        {"alias", "NAME", N_("another name under which its organisation is found")},
        {0},
};

int book_id(const struct cli *c, const char *s, int64_t *ret)
{
        struct err e = {0};

        if (s[0] && !s[strspn(s, "0123456789")] && strlen(s) <= 18) {
                *ret = strtoll(s, NULL, 10);
                return 0;
        }
        err_set(&e, -EINVAL, "“%s” is not the id of a contact; find it by: pressctl book find", s);
        return cli_usage(c, &e);
}

/* "org_kind" is typed as --org-kind. */
static const char *typed(const struct args *a, enum entry_field f)
{
        char option[32];

        if (f == ENTRY_ID)
                return NULL;
        snprintf(option, sizeof(option), "%s", entry_field_name(f));
        for (char *p = option; *p; p++)
                if (*p == '_')
                        *p = '-';
        return args_get(a, option);
}

/* --- the organisation by any of its names -------------------------------------------------- */

struct search {
        char *folded;
        struct org found;
        size_t n;
};

static void search_done(struct search *s)
{
        free(s->folded);
        org_done(&s->found);
}

static int look(void *ctx, const struct org *o)
{
        const char *const names[] = {o->name, o->short_name, o->code};
        struct search *s = ctx;

        for (size_t i = 0; i < COUNT_OF(names); i++) {
                CLEANUP(mem_free) char *fold = text_fold(names[i]);

                if (!fold || !fold[0] || strcmp(fold, s->folded) != 0)
                        continue;
                if (s->n++ == 0)
                        s->found = (struct org){.name = mem_strdup(o->name),
                                                .code = mem_strdup(o->code),
                                                .uid = mem_strdup(""),
                                                .short_name = mem_strdup(""),
                                                .province = mem_strdup(""),
                                                .region = mem_strdup(""),
                                                .kind = o->kind};
                break;
        }
        return 0;
}

/* Without --org-kind the organisation must be there, and be the only one of this name. */
static int find_org(struct cli *c, const char *name, struct search *s)
{
        struct err e = {0};
        int r;

        s->folded = text_fold(name);
        if (!s->folded)
                r = err_set(&e, -EINVAL, "--%s: this is not UTF-8 text", "org");
        else
                r = org_each(c->db, look, s, &e);
        if (r == 0 && s->n == 0)
                r = err_set(&e, -EINVAL,
                            "there is no organisation “%s”; for a new one add --org-kind", name);
        if (r == 0 && s->n > 1)
                r = err_set(&e, -EINVAL,
                            "“%s” is the name of several organisations; name one by its code",
                            name);
        return r < 0 ? cli_fail(c, r, &e) : 0;
}

/* --- one row ---------------------------------------------------------------------------------- */

static void put(struct buf *head, struct buf *cells, enum entry_field f, const char *value)
{
        buf_addf(head, "%s%s", head->len ? "," : "", entry_field_name(f));
        buf_adds(cells, cells->len ? "," : "");
        csv_write_field(cells, value);
}

/* Runs the table of one row; *ret_changed tells whether anything was. */
static int import_row(struct cli *c, struct buf *head, const struct buf *cells, const char *name)
{
        CLEANUP(import_report_done) struct import_report report = {0};
        const struct actor who = cli_actor(c);
        struct err e = {0};
        int r;

        buf_adds(head, CSV_EOL);
        buf_adds(head, cells->s);
        buf_adds(head, CSV_EOL);
        if (head->over || cells->over) {
                err_set(&e, -EINVAL, "this is longer than any contact");
                return cli_fail(c, -EINVAL, &e);
        }
        r = import_csv(c->db, name, head->s, head->len, false, &who, &report, &e);
        for (size_t i = 0; i < report.refused.n; i++) {
                struct import_finding *f = &report.refused.v[i];
                char why[ERR_TEXT_MAX];

                err_text(&f->why, c->lang, why, sizeof(why));
                for (char *p = f->column; *p; p++)
                        if (*p == '_') /* the column as it is typed */
                                *p = '-';
                fprintf(stderr, "pressctl: %s%s%s%s\n", f->column[0] ? "--" : "", f->column,
                        f->column[0] ? ": " : "", why);
        }
        if (report.refused.n) {
                cli_note(c, "Nothing was changed.");
                return EXIT_CONTENT;
        }
        for (size_t i = 0; i < report.warnings.n; i++)
                cli_warn(c, &report.warnings.v[i].why);
        return r < 0 ? cli_fail(c, r, &e) : 0;
}

/* The contact just made: the newest one with this address or telephone. */
static int show_new(struct cli *c, const char *words)
{
        CLEANUP(contact_list_done) struct contact_list l = {0};
        struct err e = {0};
        int64_t id = 0;
        int r = contact_find(c->db, words, false, c->now, 1000, &l, &e);

        if (r < 0)
                return cli_fail(c, r, &e);
        for (size_t i = 0; i < l.n; i++)
                if (l.v[i].changed_at >= c->now)
                        id = l.v[i].id;
        if (id)
                return book_show(c, id);
        if (!c->json)
                cli_say(c, "It was in the book already; nothing was changed.\n");
        return EXIT_OK;
}

int cmd_book_add(struct cli *c, const struct args *a)
{
        CLEANUP(buf_done) struct buf head = BUF(65536);
        CLEANUP(buf_done) struct buf cells = BUF(32768);
        CLEANUP(search_done) struct search s = {0};
        const char *org = args_get(a, "org"), *email = args_get(a, "email");
        struct err e = {0};
        int r;

        if (!org || (!email && !args_has(a, "phone"))) {
                err_set(&e, -EINVAL, "a contact needs --org, and --email or --phone");
                return cli_usage(c, &e);
        }
        r = cli_db(c);
        if (r == 0 && !args_has(a, "org-kind"))
                r = find_org(c, org, &s);
        if (r != 0)
                return r;
        for (int f = ENTRY_ORG; f < ENTRY_FIELDS; f++) {
                const char *value = typed(a, (enum entry_field) f);

                if (s.n && f == ENTRY_ORG)
                        value = s.found.name;
                if (s.n && f == ENTRY_ORG_KIND)
                        value = words_name(&org_kinds, (int) s.found.kind);
                if (s.n && f == ENTRY_ORG_CODE && !value && s.found.code[0])
                        value = s.found.code;
                if (value)
                        put(&head, &cells, (enum entry_field) f, value);
        }
        r = import_row(c, &head, &cells, "book add");
        return r == 0 ? show_new(c, email ? email : args_get(a, "phone")) : r;
}

/* --- set ------------------------------------------------------------------------- */

/* What a row must have is filled in from the book where it was not typed. */
static void set_cells(const struct args *a, const struct contact *p, const struct search *s,
                      struct buf *head, struct buf *cells)
{
        bool moves = args_has(a, "org");
        char id[24];

        snprintf(id, sizeof(id), "%lld", (long long) p->id);
        put(head, cells, ENTRY_ID, id);
        for (int f = ENTRY_ORG; f < ENTRY_FIELDS; f++) {
                const char *value = typed(a, (enum entry_field) f);

                if (f == ENTRY_ORG && (s->n || !moves))
                        value = s->n ? s->found.name : p->org;
                else if (f == ENTRY_ORG_KIND && !value)
                        value = words_name(&org_kinds, (int) (s->n ? s->found.kind : p->org_kind));
                else if (f == ENTRY_ORG_CODE && !value && (s->n || !moves))
                        value = s->n ? s->found.code : p->org_code;
                else if (f == ENTRY_EMAIL && !value)
                        value = p->email;
                else if (f == ENTRY_PHONE && !value)
                        value = p->phone;
                if (value)
                        put(head, cells, (enum entry_field) f, value);
        }
}

/* Lists and aliases are no columns of the table: a transaction of their own. */
static int set_extras(struct cli *c, const struct args *a, const struct contact *p)
{
        const char *lists = args_get(a, "lists"), *alias = args_get(a, "alias");
        CLEANUP(mem_free) char *clean = NULL, *name = NULL;
        CLEANUP(tx_done) struct tx tx = {0};
        struct err e = {0};
        int r = 0;

        if (!lists && !alias)
                return 0;
        if (alias)
                r = cli_text(c, "alias", alias, &name);
        if (r != 0)
                return r;
        if (lists)
                r = entry_clean_tags(lists, &clean, &e);
        if (r == 0)
                r = tx_begin(&tx, c->db, DB_WAIT_MS, &e);
        if (r == 0)
                r = book_settled(c->db, &e);
        if (r == 0 && lists)
                r = contact_lists_set(&tx, p->id, clean, &e);
        if (r >= 0 && alias)
                r = org_alias(&tx, p->org_id, name, c->now, &e);
        if (r >= 0)
                r = audit_add(&tx, c->now, c->uid, c->user, "book set", 0, lists ? clean : name,
                              &e);
        if (r >= 0)
                r = tx_commit(&tx, &e);
        return r < 0 ? cli_fail(c, r, &e) : 0;
}

static bool fields_typed(const struct args *a)
{
        for (int f = ENTRY_ORG; f < ENTRY_FIELDS; f++)
                if (typed(a, (enum entry_field) f))
                        return true;
        return false;
}

int cmd_book_set(struct cli *c, const struct args *a)
{
        CLEANUP(buf_done) struct buf head = BUF(65536);
        CLEANUP(buf_done) struct buf cells = BUF(32768);
        CLEANUP(search_done) struct search s = {0};
        CLEANUP(contact_done) struct contact p = {0};
        struct err e = {0};
        int64_t id;
        int r = book_id(c, a->v[0], &id);

        if (r == 0 && !fields_typed(a) && !args_has(a, "lists") && !args_has(a, "alias")) {
                err_set(&e, -EINVAL, "say what to change: pressctl book set --help");
                return cli_usage(c, &e);
        }
        if (r == 0)
                r = cli_db(c);
        if (r != 0)
                return r;
        r = contact_get(c->db, id, &p, &e);
        if (r < 0)
                return cli_fail(c, r, &e);
        if (args_has(a, "org") && !args_has(a, "org-kind"))
                r = find_org(c, args_get(a, "org"), &s);
        if (r == 0 && fields_typed(a)) {
                set_cells(a, &p, &s, &head, &cells);
                r = import_row(c, &head, &cells, "book set");
        }
        if (r == 0)
                r = set_extras(c, a, &p);
        return r == 0 ? book_show(c, id) : r;
}

int cmd_book_end(struct cli *c, const struct args *a)
{
        CLEANUP(tx_done) struct tx tx = {0};
        struct err e = {0};
        int64_t id;
        int r = book_id(c, a->v[0], &id);

        if (r == 0)
                r = cli_db(c);
        if (r != 0)
                return r;
        r = tx_begin(&tx, c->db, DB_WAIT_MS, &e);
        if (r == 0)
                r = contact_end(&tx, id, c->now, &e);
        if (r == 0)
                r = audit_add(&tx, c->now, c->uid, c->user, "book end", 0, a->v[0], &e);
        if (r == 0)
                r = tx_commit(&tx, &e);
        return r < 0 ? cli_fail(c, r, &e) : book_show(c, id);
}
