// SPDX-License-Identifier: MIT
#include "commands.h"

#include "press/book.h"
#include "press/delivery.h"
#include "press/event.h"
#include "press/explain.h"
#include "press/json.h"
#include "press/mem.h"
#include "press/moment.h"
#include "press/said.h"
#include "press/text.h"
#include "press/view.h"
#include "who.h"

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
                printf("%s  ", said_kind(ev->kind, c->lang));
        else
                cli_say(c, "try %lld  ", (long long) ev->attempt);
        cli_event(c, ev, stdout);
        printf("\n      %s\n", delivery_state_title(ev->state, c->lang));
        return 0;
}

static int print_delivery(struct cli *c, const struct release *rel, const struct delivery *d,
                          const struct lines *next, const char *proof, struct err *e)
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
        printf("  %s\n", proof);
        return r;
}

static void print_json(const struct cli *c, const struct release *rel, const struct delivery *d,
                       const struct lines *next, const char *proof)
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
        json_string(&j, "proof", proof);
        json_end(&j, stdout);
}

static int explain_one(struct cli *c, const struct release *rel, const struct delivery *d,
                       struct err *e)
{
        CLEANUP(lines_done) struct lines next = {0};
        const struct explain x = {c->db, c->config, c->now, c->lang, lines_add, &next};
        char proof[VIEW_MAX];
        int r = explain_next(&x, rel, d, e);

        if (r == 0)
                r = explain_proof(&x, d, proof, e);
        if (r < 0)
                return r;
        if (!c->json)
                return print_delivery(c, rel, d, &next, proof, e);
        print_json(c, rel, d, &next, proof);
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

static int explain_who(struct cli *c, const struct release *rel, const struct cli_who *w,
                       struct err *e)
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

int cmd_explain(struct cli *c, const struct args *a)
{
        CLEANUP(release_done) struct release rel = {0};
        CLEANUP(mem_free) char *words = cli_words(a, 1);
        CLEANUP(cli_who_done) struct cli_who w = {.address = {.mailbox = ""}};
        struct err e = {0};
        int64_t id;
        int r = cli_db(c);

        if (r == 0)
                r = cli_release(c, a->v[0], &id);
        if (r != 0)
                return r;
        r = release_get(c->db, id, &rel, &e);
        if (r == 0)
                r = cli_who(c, id, words, &w, &e);
        if (r < 0)
                return cli_fail(c, r, &e);
        if (!c->json)
                cli_title(c, &rel, stdout);
        r = explain_who(c, &rel, &w, &e);
        return r < 0 ? cli_fail(c, r, &e) : EXIT_OK;
}
