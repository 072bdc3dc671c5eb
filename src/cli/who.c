// SPDX-License-Identifier: MIT
#include "who.h"

#include "press/mem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FITTING_MAX 200 /* looked at */
#define NAMED_MAX   5   /* in the answer to a name that several have */

void cli_who_done(struct cli_who *w)
{
        delivery_list_done(&w->l);
        contact_done(&w->contact);
}

/* "12" or "#12"; 0 when it is no number. */
static int64_t contact_id(const char *s)
{
        s += s[0] == '#';
        return s[0] && strspn(s, "0123456789") == strlen(s) && strlen(s) < 18 ? strtoll(s, NULL, 10)
                                                                              : 0;
}

struct fitting { /* those whom a name fits, told by number */
        char text[ERR_ARG_BYTES];
        int64_t id[FITTING_MAX];
        size_t n;
};

static void fit(struct fitting *f, int64_t id, const char *name, const char *org,
                const char *address)
{
        char person[CLI_PERSON_MAX];
        size_t used = strlen(f->text);

        for (size_t i = 0; i < f->n && id; i++)
                if (f->id[i] == id)
                        return; /* another copy for the same */
        f->id[f->n] = id;
        if (f->n++ >= NAMED_MAX)
                return;
        cli_person(name, org, address, person);
        if (id)
                snprintf(f->text + used, sizeof(f->text) - used, "%s%lld (%.60s)", used ? ", " : "",
                         (long long) id, person);
        else
                snprintf(f->text + used, sizeof(f->text) - used, "%s%s", used ? ", " : "", address);
}

static int several(const char *words, const struct fitting *f, struct err *e)
{
        return err_set(e, -ENOENT, "“%s” fits %zu people; name one by number or address: %s%s",
                       words, f->n, f->text, f->n > NAMED_MAX ? ", …" : "");
}

/* By words: among the recipients first, then in the book. */
static int by_words(struct cli *c, int64_t release, const char *words, struct cli_who *ret,
                    struct err *e)
{
        CLEANUP(contact_list_done) struct contact_list l = {0};
        struct fitting f = {0};
        int r = delivery_who(c->db, release, words, FITTING_MAX, &ret->l, e);

        for (size_t i = 0; i < ret->l.n; i++)
                fit(&f, ret->l.v[i].contact_id, ret->l.v[i].name, ret->l.v[i].org,
                    ret->l.v[i].address);
        if (r < 0 || f.n == 1)
                return r;
        if (f.n > 1)
                return several(words, &f, e);
        r = contact_find(c->db, words, true, c->now, FITTING_MAX, &l, e);
        for (size_t i = 0; i < l.n && r == 0; i++)
                fit(&f, l.v[i].id, l.v[i].name, l.v[i].org, l.v[i].email);
        if (r < 0)
                return r;
        if (f.n == 0)
                return err_set(e, -ENOENT, "nobody in the release or the book fits “%s”", words);
        if (f.n > 1)
                return several(words, &f, e);
        ret->contact = l.v[0];
        l.v[0] = (struct contact){0};
        return 0;
}

static int by_number(struct cli *c, int64_t release, int64_t id, struct cli_who *ret, struct err *e)
{
        int r = delivery_of_contact(c->db, release, id, &ret->l, e);

        return r == 0 && ret->l.n == 0 ? contact_get(c->db, id, &ret->contact, e) : r;
}

int cli_who(struct cli *c, int64_t release, const char *words, struct cli_who *ret, struct err *e)
{
        int64_t id = contact_id(words);
        int r;

        if (id)
                return by_number(c, release, id, ret, e);
        if (!strchr(words, '@'))
                return by_words(c, release, words, ret, e);
        r = addr_parse(words, &ret->address, e);
        return r == 0 ? delivery_find(c->db, release, ret->address.mailbox, &ret->l, e) : r;
}

/* A name may come in several words without quotes. */
char *cli_words(const struct args *a, int first)
{
        char *words = mem_strdup(a->v[first]);

        for (int i = first + 1; i < a->n; i++) {
                char *longer = mem_printf("%s %s", words, a->v[i]);

                free(words);
                words = longer;
        }
        return words;
}
