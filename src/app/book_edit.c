// SPDX-License-Identifier: MIT
#include "press/book_edit.h"

#include "import_internal.h"
#include "press/book.h"
#include "press/buf.h"
#include "press/entry.h"
#include "press/event.h"
#include "press/mem.h"
#include "press/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DETAIL_MAX 4096 /* bytes of an audit row */

/* What the fields say; NULL = not mentioned. */
struct edit {
        struct import_row row; /* its strings are owned one by one here, not in a block */
        char *lists, *org_name, *org_alias;
};

static void edit_done(struct edit *x)
{
        for (int f = 0; f < ENTRY_FIELDS; f++)
                free(x->row.field[f]);
        free(x->lists);
        free(x->org_name);
        free(x->org_alias);
}

/* The cleaned value into *slot, which must be empty yet. */
static int take(struct edit *x, const char *name, const char *value, struct err *warning,
                struct err *e)
{
        char **slot = strcmp(name, "lists") == 0       ? &x->lists
                      : strcmp(name, "org_name") == 0  ? &x->org_name
                      : strcmp(name, "org_alias") == 0 ? &x->org_alias
                                                       : NULL;
        const char *near = entry_field_nearest(name);
        int f = slot ? ENTRY_ORG : entry_field_find(name);

        if (f == ENTRY_ID)
                return err_set(e, -EINVAL, N_("the id of a contact cannot be changed"));
        if (f < 0)
                return near ? err_set(e, -EINVAL, N_("no field “%s”; did you mean “%s”?"), name,
                                      near)
                            : err_set(e, -EINVAL, N_("no field “%s”"), name);
        if (!slot)
                slot = &x->row.field[f];
        if (*slot)
                return err_set(e, -EINVAL, N_("the field “%s” stands twice"), name);
        if (slot == &x->lists)
                return entry_clean_tags(value, slot, e);
        return entry_clean((enum entry_field) f, value, slot, warning, e);
}

/* "field=value", checked at this door: UTF-8, NFC. */
static int take_field(struct edit *x, const char *field, struct err *warning, struct err *e)
{
        CLEANUP(mem_free) char *nfc = text_nfc(field);
        struct err why = {0};
        char *equals = nfc ? strchr(nfc, '=') : NULL;
        int r;

        if (!nfc)
                return err_set(e, -EINVAL, N_("“%s” is not UTF-8"), field);
        if (!equals)
                return err_set(e, -EINVAL, N_("“%s” is not of the form field=value"), nfc);
        *equals = '\0';
        r = take(x, nfc, equals + 1, warning, &why);
        if (r < 0 && e) {
                *e = why;
                err_at(e, nfc, 0); /* shown as "FIELD: reason" */
        }
        return r;
}

static int take_fields(struct edit *x, const char *const *fields, size_t n, struct err *warning,
                       struct err *e)
{
        int r = 0;

        *warning = (struct err){0};
        for (size_t i = 0; r == 0 && i < n; i++)
                r = take_field(x, fields[i], warning, e);
        if (r == 0 && n == 0)
                r = err_set(e, -EINVAL, N_("nothing is given; write field=value"));
        return r;
}

static int find_org(struct db *db, const char *name, int64_t now, int64_t *ret_id, struct err *e)
{
        char codes[ORG_CODES_MAX];
        int r = org_named(db, name, now, ret_id, codes, e);

        if (r == 0)
                return err_set(e, -EINVAL,
                               N_("no organisation is called “%s”; with org_kind= it is made"),
                               name);
        if (r > 1)
                return err_set(e, -EINVAL,
                               N_("%d organisations are called “%s”: %s; write its code"), r, name,
                               codes);
        return r < 0 ? r : 0;
}

static char *either(const char *value, const char *old)
{
        return mem_strdup(value ? value : old);
}

/* Applies what is said of the organisation: 1 = changed. */
static int set_org(struct tx *tx, const struct edit *x, int64_t id, int64_t now, struct err *e)
{
        char *const *f = x->row.field;
        CLEANUP(org_done) struct org old = {0};
        CLEANUP(org_done) struct org o = {0};
        int r;

        r = org_get(tx->db, id, &old, e);
        if (r < 0)
                return r;
        if ((x->org_name && !*x->org_name) || (f[ENTRY_ORG_KIND] && !*f[ENTRY_ORG_KIND]))
                return err_set(e, -EINVAL, N_("an organisation must have a name and a kind"));
        o = (struct org){
                .id = id,
                .kind = f[ENTRY_ORG_KIND]
                                ? (enum org_kind) words_find(&org_kinds, f[ENTRY_ORG_KIND])
                                : old.kind,
                .name = either(x->org_name, old.name),
                .short_name = either(f[ENTRY_ORG_SHORT], old.short_name),
                .code = either(f[ENTRY_ORG_CODE], old.code),
                .province = either(f[ENTRY_PROVINCE], old.province),
                .region = either(f[ENTRY_REGION], old.region),
                .parent_id = old.parent_id,
        };
        r = org_change(tx, &o, 0, now, e);
        if (r >= 0 && x->org_alias && *x->org_alias) {
                int a = org_alias(tx, id, x->org_alias, now, e);

                return a < 0 ? a : 1;
        }
        return r;
}

static int make_org(struct tx *tx, const struct edit *x, int64_t now, int64_t *ret_id,
                    struct err *e)
{
        char *const *f = x->row.field;
        CLEANUP(org_done)
        struct org o = {
                .kind = (enum org_kind) words_find(&org_kinds, f[ENTRY_ORG_KIND]),
                .name = mem_strdup(f[ENTRY_ORG]),
                .short_name = either(f[ENTRY_ORG_SHORT], ""),
                .code = either(f[ENTRY_ORG_CODE], ""),
                .province = either(f[ENTRY_PROVINCE], ""),
                .region = either(f[ENTRY_REGION], ""),
        };
        int r = org_add(tx, &o, 0, now, e);

        if (r == 0)
                *ret_id = o.id;
        return r;
}

/* At most one current contact of an organisation has an address. */
static int check_place(struct db *db, const struct contact *c, int64_t now, struct err *e)
{
        int64_t holder = 0;
        int r;

        if (!*c->email && !*c->phone)
                return err_set(e, -EINVAL, N_("neither an address nor a telephone number"));
        r = contact_match(db, c->org_id, c->email, c->phone, c->name, now, &holder, e);
        if (r > 0 && holder != c->id)
                return err_set(e, -EEXIST,
                               N_("contact %lld has this address at the same organisation"),
                               (long long) holder);
        return r < 0 ? r : 0;
}

static int audit(struct tx *tx, const struct actor *a, const char *verb, int64_t id,
                 const char *const *fields, size_t n, struct err *e)
{
        CLEANUP(buf_done) struct buf b = BUF(DETAIL_MAX);

        buf_addf(&b, "contact %lld", (long long) id);
        for (size_t i = 0; i < n; i++)
                buf_addf(&b, "; %s", fields[i]);
        return audit_add(tx, a->now, a->uid, a->name, verb, 0, b.s, e);
}

/* The organisation that the new contact is at, made when need be. */
static int place_new(struct tx *tx, const struct edit *x, int64_t now, int64_t *ret_org,
                     struct err *e)
{
        const char *name = row_text(&x->row, ENTRY_ORG);
        char codes[ORG_CODES_MAX];
        int r;

        if (!*name)
                return err_set(e, -EINVAL, N_("org= is missing"));
        r = org_named(tx->db, name, now, ret_org, codes, e);
        if (r < 0)
                return r;
        r = r == 0 && *row_text(&x->row, ENTRY_ORG_KIND) ? make_org(tx, x, now, ret_org, e)
                                                         : find_org(tx->db, name, now, ret_org, e);
        if (r == 0)
                r = set_org(tx, x, *ret_org, now, e);
        return r < 0 ? r : 0;
}

int book_add(struct db *db, const char *const *fields, size_t n, const struct actor *actor,
             int64_t *ret_id, struct err *warning, struct err *e)
{
        CLEANUP(tx_done) struct tx tx = {0};
        CLEANUP(edit_done) struct edit x = {0};
        CLEANUP(contact_done) struct contact c = {0};
        int64_t org = 0;
        int r;

        r = take_fields(&x, fields, n, warning, e);
        if (r == 0)
                r = tx_begin(&tx, db, DB_WAIT_MS, e);
        if (r == 0)
                r = place_new(&tx, &x, actor->now, &org, e);
        if (r < 0)
                return r;
        c = row_contact(&x.row, NULL);
        c.org_id = org;
        r = check_place(db, &c, actor->now, e);
        if (r == 0)
                r = contact_add(&tx, &c, 0, actor->now, e);
        if (r == 0 && x.lists)
                r = contact_lists_set(&tx, c.id, x.lists, e);
        if (r == 0)
                r = audit(&tx, actor, "book add", c.id, fields, n, e);
        if (r == 0)
                r = tx_commit(&tx, e);
        if (r < 0)
                return r;
        *ret_id = c.id;
        return 0;
}

/* The contact itself: 1 = changed. */
static int set_contact(struct tx *tx, const struct edit *x, const struct contact *old, int64_t org,
                       int64_t now, struct err *e)
{
        CLEANUP(contact_done) struct contact c = row_contact(&x->row, old);
        int r, changed;

        c.org_id = org;
        r = check_place(tx->db, &c, now, e);
        if (r < 0)
                return r;
        changed = contact_change(tx, &c, 0, now, e);
        if (changed >= 0 && x->lists) {
                CLEANUP(mem_free) char *lists = NULL;

                r = contact_lists(tx->db, c.id, &lists, e);
                if (r == 0 && strcmp(lists, x->lists) != 0) {
                        r = contact_lists_set(tx, c.id, x->lists, e);
                        changed = 1;
                }
                if (r < 0)
                        return r;
        }
        return changed;
}

int book_set(struct db *db, int64_t id, const char *const *fields, size_t n,
             const struct actor *actor, struct err *warning, struct err *e)
{
        CLEANUP(tx_done) struct tx tx = {0};
        CLEANUP(edit_done) struct edit x = {0};
        CLEANUP(contact_done) struct contact old = {0};
        int64_t org;
        int r, org_changed, changed;

        r = take_fields(&x, fields, n, warning, e);
        if (r == 0)
                r = tx_begin(&tx, db, DB_WAIT_MS, e);
        if (r == 0)
                r = contact_get(db, id, &old, e);
        if (r < 0)
                return r;
        if (old.to_at && old.to_at <= actor->now)
                return err_set(e, -EEXIST, N_("Contact %lld had ended already"), (long long) id);
        org = old.org_id;
        if (x.row.field[ENTRY_ORG])
                r = find_org(db, x.row.field[ENTRY_ORG], actor->now, &org, e);
        org_changed = r < 0 ? r : set_org(&tx, &x, org, actor->now, e);
        changed = org_changed < 0 ? org_changed : set_contact(&tx, &x, &old, org, actor->now, e);
        if (changed < 0)
                return changed;
        if (!changed && !org_changed)
                return 0;
        r = audit(&tx, actor, "book set", id, fields, n, e);
        if (r == 0)
                r = tx_commit(&tx, e);
        return r < 0 ? r : 1;
}

int book_end(struct db *db, int64_t id, const struct actor *actor, struct err *e)
{
        CLEANUP(tx_done) struct tx tx = {0};
        int r;

        r = tx_begin(&tx, db, DB_WAIT_MS, e);
        if (r == 0)
                r = contact_end(&tx, id, actor->now, e);
        if (r == 0)
                r = audit(&tx, actor, "book end", id, NULL, 0, e);
        if (r == 0)
                r = tx_commit(&tx, e);
        return r;
}
