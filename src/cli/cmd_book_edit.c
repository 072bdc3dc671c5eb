// SPDX-License-Identifier: MIT
/*
 * book add, set, end: one contact by hand. The options bear the names of the
 * columns of the address book; app/book_edit checks and does.
 */
#include "commands.h"

#include "book.h"
#include "press/book_edit.h"
#include "press/mem.h"

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
        {"source", "T", N_("where this is known from")}, \
        {"lists", "A;B", N_("the lists it is in, all of them")}, \
        {"alias", "NAME", N_("another name under which its organisation is found")}
/* clang-format on */

const struct cli_option cmd_book_add_options[] = {FIELD_OPTIONS, {0}};
const struct cli_option cmd_book_set_options[] = {
        FIELD_OPTIONS,
        {"org-name", "NAME", N_("its organisation's new name")},
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

/* What was typed, as "field=value". */
struct fields {
        char *v[ARGS_OPTIONS_MAX];
        size_t n;
};

static void fields_done(struct fields *f)
{
        for (size_t i = 0; i < f->n; i++)
                free(f->v[i]);
}

/* --org-kind is the field org_kind, --alias is the organisation's. */
static void fields_typed(const struct args *a, struct fields *f)
{
        for (size_t i = 0; i < ARGS_OPTIONS_MAX && a->options[i].name; i++) {
                const char *name = a->options[i].name;
                char *field;

                if (!a->value[i])
                        continue;
                field = mem_printf("%s%s=%s", strcmp(name, "alias") == 0 ? "org_" : "", name,
                                   a->value[i]);
                for (char *p = field; *p != '='; p++)
                        if (*p == '-')
                                *p = '_';
                f->v[f->n++] = field;
        }
}

int cmd_book_add(struct cli *c, const struct args *a)
{
        CLEANUP(fields_done) struct fields f = {0};
        const struct actor who = cli_actor(c);
        struct err e = {0}, warning = {0};
        int64_t id;
        int r;

        if (!args_has(a, "org") || (!args_has(a, "email") && !args_has(a, "phone"))) {
                err_set(&e, -EINVAL, "a contact needs --org, and --email or --phone");
                return cli_usage(c, &e);
        }
        r = cli_db(c);
        if (r != 0)
                return r;
        fields_typed(a, &f);
        r = book_add(c->db, (const char *const *) f.v, f.n, &who, &id, &warning, &e);
        if (r < 0)
                return cli_fail(c, r, &e);
        if (warning.code)
                cli_warn(c, &warning);
        return book_show(c, id);
}

int cmd_book_set(struct cli *c, const struct args *a)
{
        CLEANUP(fields_done) struct fields f = {0};
        const struct actor who = cli_actor(c);
        struct err e = {0}, warning = {0};
        int64_t id = 0;
        int r = book_id(c, a->v[0], &id);

        fields_typed(a, &f);
        if (r == 0 && f.n == 0) {
                err_set(&e, -EINVAL, "say what to change: pressctl book set --help");
                return cli_usage(c, &e);
        }
        if (r == 0)
                r = cli_db(c);
        if (r != 0)
                return r;
        r = book_set(c->db, id, (const char *const *) f.v, f.n, &who, &warning, &e);
        if (r < 0)
                return cli_fail(c, r, &e);
        if (warning.code)
                cli_warn(c, &warning);
        return book_show(c, id);
}

int cmd_book_end(struct cli *c, const struct args *a)
{
        const struct actor who = cli_actor(c);
        struct err e = {0};
        int64_t id = 0;
        int r = book_id(c, a->v[0], &id);

        if (r == 0)
                r = cli_db(c);
        if (r != 0)
                return r;
        r = book_end(c->db, id, &who, &e);
        return r < 0 ? cli_fail(c, r, &e) : book_show(c, id);
}
