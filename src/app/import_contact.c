// SPDX-License-Identifier: MIT
#include "import_internal.h"

#include "press/mem.h"
#include "press/text.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PRIORITY_DEFAULT 5

/* The cell, or the old value where the column is absent. */
static char *chosen(const struct import_row *row, enum entry_field f, const char *old)
{
        return mem_strdup(row->field[f] ? row->field[f] : old);
}

struct contact row_contact(const struct import_row *row, const struct contact *old)
{
        static const struct contact none = {.name = (char *) "",
                                            .role = ROLE_DESK,
                                            .title = (char *) "",
                                            .email = (char *) "",
                                            .phone = (char *) "",
                                            .language = LANG_VI,
                                            .priority = PRIORITY_DEFAULT,
                                            .tags = (char *) "",
                                            .source = (char *) ""};
        const struct contact *was = old ? old : &none;
        const char *role = row_text(row, ENTRY_ROLE), *language = row_text(row, ENTRY_LANGUAGE);
        const char *priority = row_text(row, ENTRY_PRIORITY);
        struct contact c = {
                .id = was->id,
                .name = chosen(row, ENTRY_NAME, was->name),
                .role = *role ? (enum contact_role) words_find(&contact_roles, role) : was->role,
                .title = chosen(row, ENTRY_TITLE, was->title),
                .email = chosen(row, ENTRY_EMAIL, was->email),
                .phone = chosen(row, ENTRY_PHONE, was->phone),
                .language = was->language,
                .priority = *priority ? *priority - '0' : was->priority,
                .tags = chosen(row, ENTRY_TAGS, was->tags),
                .source = chosen(row, ENTRY_SOURCE, was->source),
                .from_at = was->from_at,
                .to_at = was->to_at,
        };

        if (*language)
                (void) msg_lang_parse(language, &c.language); /* "vi" or "en": entry_clean() */
        return c;
}

/* Two rows at one organisation must not be the same contact. */
static void check_place(struct import_plan *p, struct import_row *row, const struct contact *c)
{
        CLEANUP(mem_free) char *fold = text_fold(c->name);
        CLEANUP(mem_free)
        char *key =
                *c->email ? mem_printf("%zu\x1f%s", row->org, c->email)
                          : mem_printf("%zu\x1f\x1f%s\x1f%s", row->org, c->phone, fold ? fold : "");
        struct err why;
        bool made;
        size_t line = index_put(&p->by_place, key, row->line, &made);

        if (made)
                return;
        err_set(&why, -EINVAL, N_("the same contact as in line %zu"), line);
        plan_refuse(p, row, *c->email ? ENTRY_EMAIL : ENTRY_PHONE, &why);
}

/* One address at two organisations is one letter: worth a look, but allowed. */
static void check_address(struct import_plan *p, const struct import_row *row, size_t i,
                          const char *email)
{
        struct err why;
        bool made;
        size_t other;

        if (!*email)
                return;
        other = index_put(&p->by_address, email, i, &made);
        if (made || p->row[other].org == row->org)
                return;
        err_set(&why, -EINVAL,
                N_("the address stands in line %u too, at another organisation; it will get one "
                   "letter"),
                p->row[other].line);
        plan_warn(p, row, ENTRY_EMAIL, &why);
}

static void check_twice(struct import_plan *p, struct import_row *row)
{
        char key[24];
        struct err why;
        bool made;
        size_t line;

        snprintf(key, sizeof(key), "%" PRId64, row->contact);
        line = index_put(&p->by_contact, key, row->line, &made);
        if (made)
                return;
        err_set(&why, -EINVAL, N_("the same contact as in line %zu"), line);
        plan_refuse(p, row, *row_text(row, ENTRY_ID) ? ENTRY_ID : ENTRY_EMAIL, &why);
}

/* The contact that the row's id names, into *old; refused when it is no current one. */
static int find_by_id(struct import_plan *p, struct import_row *row, struct contact *old,
                      struct err *e)
{
        struct err why;
        int64_t id = strtoll(row_text(row, ENTRY_ID), NULL, 10); /* digits: entry_clean() */
        int r = contact_get(p->db, id, old, &why);

        if (r == -ENOENT) {
                plan_refuse(p, row, ENTRY_ID, &why);
                return 0;
        }
        if (r < 0) {
                if (e)
                        *e = why;
                return r;
        }
        row->contact = id;
        if (old->to_at && old->to_at <= p->now) {
                err_set(&why, -EINVAL,
                        N_("contact %lld has ended; leave id empty to add a new one"),
                        (long long) id);
                plan_refuse(p, row, ENTRY_ID, &why);
        }
        return 0;
}

static int find_by_place(struct import_plan *p, struct import_row *row, struct contact *old,
                         struct err *e)
{
        int64_t org = p->org[row->org].org.id;
        int r;

        if (org == 0)
                return 0;
        r = contact_match(p->db, org, row_text(row, ENTRY_EMAIL), row_text(row, ENTRY_PHONE),
                          row_text(row, ENTRY_NAME), p->now, &row->contact, e);
        return r <= 0 ? r : contact_get(p->db, row->contact, old, e);
}

/* Who else has the place that a row with an id wants; whether that one gives way, all rows tell. */
static int find_holder(struct import_plan *p, struct import_row *row, const struct contact *c,
                       struct err *e)
{
        int64_t org = p->org[row->org].org.id, holder;
        int r;

        if (org == 0)
                return 0;
        r = contact_match(p->db, org, c->email, c->phone, c->name, p->now, &holder, e);
        if (r > 0 && holder != row->contact)
                row->holder = holder;
        return r < 0 ? r : 0;
}

static int take_contact(struct import_plan *p, size_t i, struct err *e)
{
        struct import_row *row = &p->row[i];
        CLEANUP(contact_done) struct contact old = {0};
        CLEANUP(contact_done) struct contact c = {0};
        bool by_id = *row_text(row, ENTRY_ID);
        struct err why;
        int r;

        r = by_id ? find_by_id(p, row, &old, e) : find_by_place(p, row, &old, e);
        if (r < 0 || row->refused)
                return r;
        if (row->contact)
                check_twice(p, row);
        c = row_contact(row, row->contact ? &old : NULL);
        c.org_id = p->org[row->org].org.id;
        r = by_id ? find_holder(p, row, &c, e) : 0;
        if (r < 0)
                return r;
        check_place(p, row, &c);
        check_address(p, row, i, c.email);
        if (!row->contact && !*row_text(row, ENTRY_ROLE)) {
                err_set(&why, -EINVAL, N_("no role is given; taken as desk"));
                plan_warn(p, row, ENTRY_ROLE, &why);
        }
        row->action = !row->contact ? ROW_ADD : contact_same(&c, &old) ? ROW_NOTHING : ROW_CHANGE;
        return 0;
}

/* The address that a row takes may be free: its holder's own row gives it another. */
static void check_holder(struct import_plan *p, struct import_row *row)
{
        char key[24];
        struct err why;
        size_t line;

        snprintf(key, sizeof(key), "%" PRId64, row->holder);
        if (index_get(&p->by_contact, key, &line))
                return;
        err_set(&why, -EINVAL, N_("contact %lld has this address at the same organisation"),
                (long long) row->holder);
        plan_refuse(p, row, ENTRY_EMAIL, &why);
}

int plan_contacts(struct import_plan *p, struct err *e)
{
        for (size_t i = 0; i < p->nrow; i++) {
                int r = p->row[i].refused ? 0 : take_contact(p, i, e);

                if (r < 0)
                        return r;
        }
        for (size_t i = 0; i < p->nrow; i++) {
                struct import_row *row = &p->row[i];

                if (row->holder && !row->refused)
                        check_holder(p, row);
                if (row->refused)
                        continue;
                p->report->added += row->action == ROW_ADD;
                p->report->changed += row->action == ROW_CHANGE;
                p->report->unchanged += row->action == ROW_NOTHING;
        }
        return 0;
}
