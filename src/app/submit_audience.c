// SPDX-License-Identifier: MIT
/* To, Except and Early, parsed one by one, joined, and looked up in the address book. */
#include "press/audience.h"
#include "press/buf.h"
#include "press/mem.h"
#include "submit_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PAGE 2000 /* contacts read at a time */

struct trees { /* one for each expression; owns them */
        struct audience **v;
        size_t n;
};

static void trees_done(struct trees *t)
{
        for (size_t i = 0; i < t->n; i++)
                audience_free(&t->v[i]);
        free(t->v);
        *t = (struct trees){0};
}

static int tree_add(const struct submission *s, struct db *db, const struct submit_text *t,
                    struct trees *list, struct err *e)
{
        struct audience *a = NULL;
        int r = submit_at(selection_parse(db, t->value, s->now, &a, e), t, e);

        if (r < 0)
                return r;
        audience_place(a, t->line);
        list->v = mem_realloc(list->v, list->n + 1, sizeof(struct audience *));
        list->v[list->n++] = a;
        return 0;
}

static int trees_add(const struct submission *s, struct db *db, const struct statement_items *l,
                     struct trees *list, struct err *e)
{
        int r = 0;

        for (size_t i = 0; r == 0 && i < l->n; i++) {
                const struct submit_text t = {l->v[i].value, s->name, l->v[i].line};

                r = tree_add(s, db, &t, list, e);
        }
        return r;
}

/* What To says: the option alone, or every line of the file. */
static int to_trees(const struct submission *s, struct db *db, struct trees *ret, struct err *e)
{
        const struct submit_text option = {s->o->to, "--to", 0};

        return s->o->to ? tree_add(s, db, &option, ret, e) : trees_add(s, db, &s->st->to, ret, e);
}

/* An error of looking up: in the file when it knows its line, else in the option. */
static int resolve(const struct submission *s, struct db *db, const struct audience *a,
                   struct selection **ret, struct err *e)
{
        int r = selection_resolve(db, a, s->now, ret, e);

        if (r < 0 && e && r == -EINVAL)
                err_at(e, !e->line && s->o->to ? "--to" : s->name, 0);
        return r;
}

/* "a", or "(a) or (b)". */
static char *joined(const struct statement_items *l)
{
        CLEANUP(buf_done) struct buf b = BUF(1 << 20);

        for (size_t i = 0; i < l->n; i++)
                buf_addf(&b, l->n > 1 ? "%s(%s)" : "%s%s", i ? " or " : "", l->v[i].value);
        return buf_take(&b);
}

static void keep_text(char **at, char *text)
{
        free(*at);
        *at = text;
}

/*
 * Whoever Early names must be in To, or a slip would leave them out without a
 * word. Those taken away by Except may be named: that is what Except is for.
 */
static int early_outside(const struct submission *s, struct db *db, const struct submit_text *early,
                         struct err *e)
{
        CLEANUP(audience_free) struct audience *rest = NULL;
        CLEANUP(selection_free) struct selection *found = NULL;
        CLEANUP(trees_done) struct trees to = {0}, left = {0};
        struct selection_counts n = {0};
        struct err why = {0};
        int r;

        r = to_trees(s, db, &to, e);
        if (r == 0)
                r = tree_add(s, db, early, &left, e);
        if (r < 0)
                return r;
        rest = audience_join(left.v, left.n, to.v, to.n);
        r = selection_resolve(db, rest, s->now, &found, &why);
        if (r == -EINVAL)
                return 0; /* nobody is left, as it should be; the names were looked up before */
        if (r == 0)
                r = selection_count(db, found, &n, &why);
        if (r < 0) {
                if (e)
                        *e = why;
                return r;
        }
        return submit_at(err_set(e, -EINVAL,
                                 "Early names %lld people whom To does not name; add them to To",
                                 (long long) n.people),
                         early, e);
}

static int resolve_early(struct submission *s, struct db *db, struct err *e)
{
        const struct submit_text text = {s->st->early.value, s->name, s->st->early.line};
        CLEANUP(trees_done) struct trees early = {0};
        int r;

        if (!text.value[0])
                return 0;
        r = tree_add(s, db, &text, &early, e);
        if (r == 0)
                r = resolve(s, db, early.v[0], &s->early, e);
        return r < 0 ? r : early_outside(s, db, &text, e);
}

static int nobody_named(const struct submission *s, struct err *e)
{
        if (s->o->to || s->st->to.n)
                return 0;
        err_set(e, -EINVAL, "nobody is named to send it to: add To: AUDIENCE, or --to");
        err_at(e, s->name, 0);
        return -EINVAL;
}

int submission_resolve(struct submission *s, struct db *db, struct err *e)
{
        CLEANUP(trees_done) struct trees to = {0}, except = {0};
        CLEANUP(audience_free) struct audience *all = NULL;
        int r;

        selection_free(&s->audience);
        selection_free(&s->early);
        r = nobody_named(s, e);
        if (r == 0)
                r = to_trees(s, db, &to, e);
        if (r == 0)
                r = trees_add(s, db, &s->st->except, &except, e);
        if (r < 0)
                return r;
        keep_text(&s->audience_text, s->o->to ? mem_strdup(s->o->to) : joined(&s->st->to));
        keep_text(&s->except_text, joined(&s->st->except));
        keep_text(&s->early_text, mem_strdup(s->st->early.value));
        all = audience_join(to.v, to.n, except.v, except.n);
        r = resolve(s, db, all, &s->audience, e);
        return r < 0 ? r : resolve_early(s, db, e);
}

/* --- every name for itself ------------------------------------------------------------- */

struct place { /* where a name stands that selection_names() tells of */
        const struct submit_text *at;
        struct faults *faults;
};

static void note_name(void *ctx, const struct err *e)
{
        const struct place *p = ctx;
        struct err placed = *e;

        err_at(&placed, p->at->file, p->at->line);
        (void) faults_note(p->faults, e->code, &placed);
}

static int names_of(const struct submission *s, struct db *db, const struct submit_text *t,
                    struct faults *f, struct err *e)
{
        CLEANUP(audience_free) struct audience *a = NULL;
        struct place place = {t, f};
        struct err why = {0};
        int r = submit_at(selection_parse(db, t->value, s->now, &a, &why), t, &why);

        if (r == -EINVAL) {
                (void) faults_note(f, r, &why);
                return 0;
        }
        if (r < 0 && e)
                *e = why;
        return r < 0 ? r : selection_names(db, a, s->now, note_name, &place, e);
}

static int names_of_items(const struct submission *s, struct db *db,
                          const struct statement_items *l, struct faults *f, struct err *e)
{
        int r = 0;

        for (size_t i = 0; r == 0 && i < l->n; i++) {
                const struct submit_text t = {l->v[i].value, s->name, l->v[i].line};

                r = names_of(s, db, &t, f, e);
        }
        return r;
}

int submit_names(const struct submission *s, struct db *db, struct faults *f, struct err *e)
{
        const struct submit_text option = {s->o->to, "--to", 0};
        const struct submit_text early = {s->st->early.value, s->name, s->st->early.line};
        struct err why = {0};
        int r;

        (void) faults_note(f, nobody_named(s, &why), &why);
        r = s->o->to ? names_of(s, db, &option, f, e) : names_of_items(s, db, &s->st->to, f, e);
        if (r == 0)
                r = names_of_items(s, db, &s->st->except, f, e);
        if (r == 0 && early.value[0])
                r = names_of(s, db, &early, f, e);
        return r;
}

/* --- the audience as a set ------------------------------------------------------------ */

/*
 * The sum (xor) of the hashes of its addresses does not depend on the order in which
 * the book yields them.
 */
void submit_people_add(unsigned char people[HASH_BYTES], const char *address)
{
        unsigned char one[HASH_BYTES];
        struct hash h;

        hash_init(&h);
        hash_text(&h, address);
        hash_final(&h, one);
        for (size_t i = 0; i < HASH_BYTES; i++)
                people[i] ^= one[i];
}

struct names { /* owns them */
        char **v;
        size_t n;
};

static void names_done(struct names *l)
{
        for (size_t i = 0; i < l->n; i++)
                free(l->v[i]);
        free(l->v);
}

static int by_text(const void *a, const void *b)
{
        return strcmp(*(char *const *) a, *(char *const *) b);
}

/* The addresses in order, also those that two share; `to_send`: only where a letter would go. */
static int read_names(const struct submission *s, struct db *db, bool to_send, struct names *ret,
                      struct err *e)
{
        int64_t after = 0;

        for (;;) {
                CLEANUP(contact_list_done) struct contact_list page = {0};
                int r = selection_page(db, s->audience, NULL, after, PAGE, &page, e);

                if (r < 0)
                        return r;
                if (page.n == 0)
                        break;
                ret->v = mem_realloc(ret->v, ret->n + page.n, sizeof(char *));
                for (size_t i = 0; i < page.n; i++)
                        if (page.v[i].email[0] && !(to_send && page.v[i].reason))
                                ret->v[ret->n++] = mem_strdup(page.v[i].email);
                after = page.v[page.n - 1].id;
        }
        if (ret->n)
                qsort(ret->v, ret->n, sizeof(char *), by_text);
        return 0;
}

static bool is_first(const struct names *l, size_t i)
{
        return i == 0 || strcmp(l->v[i - 1], l->v[i]) != 0;
}

int submit_people(const struct submission *s, struct db *db, char out[HASH_HEX_MAX], struct err *e)
{
        CLEANUP(names_done) struct names all = {0};
        unsigned char people[HASH_BYTES] = {0};
        int r = read_names(s, db, false, &all, e);

        if (r < 0)
                return r;
        for (size_t i = 0; i < all.n; i++)
                if (is_first(&all, i))
                        submit_people_add(people, all.v[i]);
        hash_hex(people, out);
        return 0;
}

int submit_outside(const struct submission *s, struct db *db, int64_t *ret, struct err *e)
{
        CLEANUP(names_done) struct names all = {0};
        int64_t n = 0;
        int r = s->cfg->nallow ? read_names(s, db, true, &all, e) : 0;

        if (r < 0)
                return r;
        for (size_t i = 0; i < all.n; i++)
                n += is_first(&all, i) && !config_allows(s->cfg, all.v[i]);
        *ret = n;
        return 0;
}
