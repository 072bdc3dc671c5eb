// SPDX-License-Identifier: MIT
/*
 * Addresses that differ in letter case only. By RFC 5321 (2.4) they may be two mailboxes,
 * so both are kept; in practice they are one, which would get two letters.
 */
#include "import_internal.h"

#include "press/mem.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define PAGE 20000 /* addresses of the book read at a time */

static char *any_case(const char *email)
{
        char *key = mem_strdup(email);

        for (char *p = key; *p; p++)
                *p = (char) tolower((unsigned char) *p);
        return key;
}

/* The rows among themselves. */
static void put_row(struct import_plan *p, size_t i, struct index *seen)
{
        const struct import_row *row = &p->row[i];
        const char *email = row_text(row, ENTRY_EMAIL);
        CLEANUP(mem_free) char *key = any_case(email);
        struct err why;
        bool made;
        size_t other = index_put(seen, key, i, &made);

        if (made || strcmp(row_text(&p->row[other], ENTRY_EMAIL), email) == 0)
                return;
        err_set(&why, -EINVAL,
                N_("“%s” in line %u differs in letter case only; most likely it is one mailbox, "
                   "which would get two letters"),
                row_text(&p->row[other], ENTRY_EMAIL), p->row[other].line);
        plan_warn(p, row, ENTRY_EMAIL, &why);
}

struct beside { /* the rows, seen from the book */
        struct import_plan *plan;
        const struct index *seen;
        int64_t last;
};

/* A contact of the book that the file does not name. */
static void look_at(void *ctx, int64_t id, const char *email)
{
        struct beside *b = ctx;
        CLEANUP(mem_free) char *key = any_case(email);
        const struct import_row *row;
        char number[24];
        struct err why;
        size_t i, line;

        b->last = id;
        snprintf(number, sizeof(number), "%" PRId64, id);
        if (!index_get(b->seen, key, &i) || index_get(&b->plan->by_contact, number, &line))
                return;
        row = &b->plan->row[i];
        if (row->action == ROW_NOTHING || strcmp(row_text(row, ENTRY_EMAIL), email) == 0)
                return;
        err_set(&why, -EINVAL,
                N_("contact %lld of the book, “%s”, differs in letter case only; most likely it is "
                   "one mailbox, which would get two letters"),
                (long long) id, email);
        plan_warn(b->plan, row, ENTRY_EMAIL, &why);
}

int plan_alike(struct import_plan *p, struct err *e)
{
        CLEANUP(index_done) struct index seen = {0};
        struct beside b = {.plan = p, .seen = &seen};
        bool news = false;
        int r = 1;

        for (size_t i = 0; i < p->nrow; i++) {
                if (p->row[i].refused || !*row_text(&p->row[i], ENTRY_EMAIL))
                        continue;
                put_row(p, i, &seen);
                news = news || p->row[i].action != ROW_NOTHING;
        }
        while (news && r > 0)
                r = contact_addresses(p->db, p->now, b.last, PAGE, look_at, &b, e);
        return r < 0 ? r : 0;
}
