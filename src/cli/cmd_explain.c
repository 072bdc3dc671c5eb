// SPDX-License-Identifier: MIT
#include "commands.h"

#include "press/book.h"
#include "press/delivery.h"
#include "press/event.h"
#include "press/explain.h"
#include "press/json.h"
#include "press/mem.h"
#include "press/moment.h"
#include "press/text.h"
#include "press/view.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct lines { /* what explain.h says, kept until it is shown */
        char **v;
        size_t n;
};

static void lines_add(void *ctx, const char *sentence)
{
        struct lines *l = ctx;

        l->v = mem_realloc(l->v, l->n + 1, sizeof(*l->v));
        l->v[l->n++] = mem_strdup(sentence);
}

static void lines_done(struct lines *l)
{
        for (size_t i = 0; i < l->n; i++)
                free(l->v[i]);
        free(l->v);
}

static void json_lines(struct json *j, const char *name, const struct lines *l)
{
        json_array(j, name);
        for (size_t i = 0; i < l->n; i++)
                json_string(j, NULL, l->v[i]);
        json_close(j, ']');
}

static int print_try(void *ctx, const struct event *ev)
{
        const struct cli *c = ctx;
        char at[MOMENT_MAX];

        printf("  %s  ", moment_show_exact(ev->at, c->lang, at));
        if (strcmp(ev->kind, "attempt") != 0)
                printf("%s  ", ev->kind);
        else
                cli_say(c, "try %lld  ", (long long) ev->attempt);
        cli_event(c, ev, stdout);
        printf("\n      %s\n", delivery_state_title(ev->state, c->lang));
        return 0;
}

static int print_delivery(struct cli *c, const struct release *rel, const struct delivery *d,
                          const struct lines *next, struct err *e)
{
        const struct event_filter f = {.state = -1, .release = d->release_id, .delivery = d->id};
        char person[CLI_PERSON_MAX], title[1024], state[VIEW_MAX];
        int r;

        text_escape(d->title, title, sizeof(title));
        view_delivery(rel, d, c->now, c->lang, state);
        putchar('\n');
        printf("%s%s%s\n", cli_person(d->name, d->org, d->address, person), title[0] ? ", " : "",
               title);
        if (d->copy)
                cli_say(c, "Sent again by hand, copy %d\n", d->copy);
        printf("%s\n", state);
        r = event_each(c->db, &f, print_try, c, e);
        cli_say(c, "Next:\n");
        for (size_t i = 0; i < next->n; i++)
                printf("  %s\n", next->v[i]);
        cli_say(c, "How far it is proved:\n");
        printf("  %s\n", view_proof(d, c->lang));
        return r;
}

static void print_json(const struct cli *c, const struct release *rel, const struct delivery *d,
                       const struct lines *next)
{
        char state[VIEW_MAX];
        struct json j;

        view_delivery(rel, d, c->now, c->lang, state);
        json_begin(&j);
        json_number(&j, "release", d->release_id);
        json_number(&j, "delivery", d->id);
        json_string(&j, "address", d->address);
        json_string(&j, "name", d->name);
        json_string(&j, "org", d->org);
        json_number(&j, "copy", d->copy);
        json_string(&j, "state", words_name(&delivery_states, (int) d->state));
        json_number(&j, "attempts", d->attempt);
        json_moment(&j, "due", d->due_at);
        json_string(&j, "sentence", state);
        json_lines(&j, "next", next);
        json_string(&j, "proof", view_proof(d, c->lang));
        json_end(&j, stdout);
}

static int explain_one(struct cli *c, const struct release *rel, const struct delivery *d,
                       struct err *e)
{
        CLEANUP(lines_done) struct lines next = {0};
        const struct explain x = {c->db, c->config, c->now, c->lang, lines_add, &next};
        int r = explain_next(&x, rel, d, e);

        if (r < 0)
                return r;
        if (!c->json)
                return print_delivery(c, rel, d, &next, e);
        print_json(c, rel, d, &next);
        return 0;
}

static void print_left_out(struct cli *c, const struct release *rel, const char *address,
                           const struct lines *why)
{
        struct json j;

        if (!c->json) {
                putchar('\n');
                for (size_t i = 0; i < why->n; i++)
                        printf("%s\n", why->v[i]);
                return;
        }
        json_begin(&j);
        json_number(&j, "release", rel->id);
        json_string(&j, "address", address);
        json_string(&j, "state", NULL);
        json_lines(&j, "why", why);
        json_end(&j, stdout);
}

/* --- who is meant ----------------------------------------------------------------------- */

#define FITTING_MAX 200 /* looked at */
#define NAMED_MAX   5   /* in the answer to a name that several have */

struct who { /* those meant: deliveries of one person, or a contact or address without any */
        struct delivery_list l;
        struct contact contact; /* id 0: none */
        struct addr address;    /* mailbox "": none */
};

static void who_done(struct who *w)
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
        int64_t last;
        size_t n;
};

static void fit(struct fitting *f, int64_t id, const char *name, const char *org,
                const char *address)
{
        char person[CLI_PERSON_MAX];
        size_t used = strlen(f->text);

        if (f->n && f->last == id && id)
                return; /* another copy for the same */
        f->last = id;
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
static int by_words(struct cli *c, int64_t release, const char *words, struct who *ret,
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

static int by_number(struct cli *c, int64_t release, int64_t id, struct who *ret, struct err *e)
{
        int r = delivery_of_contact(c->db, release, id, &ret->l, e);

        return r == 0 && ret->l.n == 0 ? contact_get(c->db, id, &ret->contact, e) : r;
}

static int find(struct cli *c, int64_t release, const char *words, struct who *ret, struct err *e)
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

static int explain_who(struct cli *c, const struct release *rel, const struct who *w, struct err *e)
{
        CLEANUP(lines_done) struct lines why = {0};
        const struct explain x = {c->db, c->config, c->now, c->lang, lines_add, &why};
        int r = 0;

        for (size_t i = 0; i < w->l.n && r == 0; i++)
                r = explain_one(c, rel, &w->l.v[i], e);
        if (r < 0 || w->l.n)
                return r;
        r = w->contact.id ? explain_left_out(&x, rel, &w->contact)
                          : explain_absent(&x, rel, w->address.mailbox, e);
        if (r == 0)
                print_left_out(c, rel, w->contact.id ? w->contact.email : w->address.mailbox, &why);
        return r;
}

/* A name may come in several words without quotes. */
static char *joined(const struct args *a)
{
        char *words = mem_strdup(a->v[1]);

        for (int i = 2; i < a->n; i++) {
                char *longer = mem_printf("%s %s", words, a->v[i]);

                free(words);
                words = longer;
        }
        return words;
}

int cmd_explain(struct cli *c, const struct args *a)
{
        CLEANUP(release_done) struct release rel = {0};
        CLEANUP(mem_free) char *words = joined(a);
        CLEANUP(who_done) struct who w = {.address = {.mailbox = ""}};
        struct err e = {0};
        int64_t id;
        int r = cli_db(c);

        if (r == 0)
                r = cli_release(c, a->v[0], &id);
        if (r != 0)
                return r;
        r = release_get(c->db, id, &rel, &e);
        if (r == 0)
                r = find(c, id, words, &w, &e);
        if (r < 0)
                return cli_fail(c, r, &e);
        if (!c->json)
                cli_title(c, &rel, stdout);
        r = explain_who(c, &rel, &w, &e);
        return r < 0 ? cli_fail(c, r, &e) : EXIT_OK;
}
