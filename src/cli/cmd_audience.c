// SPDX-License-Identifier: MIT
#include "commands.h"

#include "press/json.h"
#include "press/mem.h"
#include "press/selection.h"
#include "table.h"

#include <errno.h>

#define PAGE 500

static void print_json(const struct contact *p)
{
        struct json j;

        json_begin(&j);
        json_string(&j, "address", p->email);
        json_string(&j, "name", p->name);
        json_string(&j, "org", p->org);
        json_string(&j, "role", words_name(&contact_roles, (int) p->role));
        json_end(&j, stdout);
}

static void print_row(const struct cli *c, struct table *t, const struct contact *p)
{
        table_cell(t, p->reason ? delivery_reason_text(p->reason, c->lang) : p->email);
        table_cell(t, p->name);
        table_cell(t, p->org);
        table_cell(t, contact_role_title(p->role, c->lang));
}

/* Pages are printed one by one: a network of a million does not stand in memory. */
static int print_people(struct cli *c, const struct selection *s, struct err *e)
{
        int64_t after = 0;

        for (;;) {
                CLEANUP(contact_list_done) struct contact_list l = {0};
                CLEANUP(table_done) struct table t = TABLE(4, 0);
                int r = selection_page(c->db, s, NULL, after, PAGE, &l, e);

                if (r < 0 || l.n == 0)
                        return r;
                for (size_t i = 0; i < l.n; i++)
                        if (c->json)
                                print_json(&l.v[i]);
                        else
                                print_row(c, &t, &l.v[i]);
                if (!c->json)
                        table_print(&t, 0, stdout);
                after = l.v[l.n - 1].id;
        }
}

void cli_groups(const struct cli *c, const struct selection_counts *n)
{
        CLEANUP(table_done) struct table t = TABLE(2, 1u << 0);

        for (int k = 0; k < ORG_KINDS; k++)
                for (int role = 0; role < CONTACT_ROLES; role++) {
                        char group[256];

                        if (!n->group[k][role])
                                continue;
                        snprintf(group, sizeof(group), "%s, %s",
                                 org_kind_title((enum org_kind) k, c->lang),
                                 contact_role_title((enum contact_role) role, c->lang));
                        table_number(&t, n->group[k][role]);
                        table_cell(&t, group);
                }
        table_number(&t, n->people);
        table_cell(&t, msg_text(c->lang, "in all"));
        if (n->no_address) {
                table_number(&t, n->no_address);
                table_cell(&t, msg_text(c->lang, "of these without an address"));
        }
        if (n->stopped) {
                table_number(&t, n->stopped);
                table_cell(&t, msg_text(c->lang, "of these on the stop list"));
        }
        if (n->doubtful) {
                table_number(&t, n->doubtful);
                table_cell(&t, msg_text(c->lang, "of these written to though letters came back"));
        }
        table_print(&t, 0, stdout);
}

int cmd_audience(struct cli *c, const struct args *a)
{
        CLEANUP(audience_free) struct audience *tree = NULL;
        CLEANUP(selection_free) struct selection *s = NULL;
        struct selection_counts counts = {0};
        const struct err *warning;
        struct err e = {0};
        size_t n;
        int r = cli_db(c);

        if (r != 0)
                return r;
        r = selection_parse(c->db, a->v[0], c->now, &tree, &e);
        if (r == 0)
                r = selection_resolve(c->db, tree, c->now, &s, &e);
        if (r < 0)
                return cli_fail(c, r, &e);
        warning = selection_warnings(s, &n);
        for (size_t i = 0; i < n; i++)
                cli_warn(c, &warning[i]);
        r = print_people(c, s, &e);
        if (r == 0 && !c->json)
                r = selection_count(c->db, s, &counts, &e);
        if (r < 0)
                return cli_fail(c, r, &e);
        if (!c->json) {
                putchar('\n');
                cli_groups(c, &counts);
        }
        return EXIT_OK;
}
