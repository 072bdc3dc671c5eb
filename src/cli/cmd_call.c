// SPDX-License-Identifier: MIT
/* What a telephone call came to. */
#include "commands.h"

#include "press/calls.h"
#include "press/json.h"
#include "press/mem.h"
#include "who.h"

#include <errno.h>
#include <string.h>

const struct cli_option cmd_call_options[] = {
        {"reached", NULL, N_("told by telephone: counts as reached")},
        {"no-answer", NULL, N_("nobody answered")},
        {"left-word", NULL, N_("somebody else took a message")},
        {"new-address", "A", N_("the same text goes there at once")},
        {"keep", NULL, N_("write the new address into the book too")},
        {"note", "T", N_("what was said, for the record")},
        {"undo", NULL, N_("take the latest call back; both stay on record")},
        {0},
};

struct said { /* the options */
        enum call_outcome outcome;
        bool undo, keep;
        struct addr address;
        char *note;
};

static void said_done(struct said *s)
{
        mem_free(&s->note);
}

static int usage(const struct cli *c, const struct args *a, struct said *s)
{
        struct err e = {0};
        int n = args_has(a, "undo");

        for (int i = 0; i < CALL_OUTCOMES; i++) {
                if (!args_has(a, words_name(&call_outcomes, i)))
                        continue;
                s->outcome = (enum call_outcome) i;
                n++;
        }
        s->undo = args_has(a, "undo");
        s->keep = args_has(a, "keep");
        if (n != 1)
                err_set(&e, -EINVAL,
                        "say what came of it, one of: --reached --no-answer --left-word "
                        "--new-address A --undo");
        else if (s->keep && s->outcome != CALL_NEW_ADDRESS)
                err_set(&e, -EINVAL, "--keep belongs to --new-address");
        else if (s->undo && args_has(a, "note"))
                err_set(&e, -EINVAL, "--undo takes no --note");
        else
                return 0;
        return cli_usage(c, &e);
}

static int values(struct cli *c, const struct args *a, struct said *s)
{
        const char *address = args_get(a, "new-address");
        int r = address ? cli_address(c, address, &s->address) : 0;

        if (r == 0 && args_has(a, "note"))
                r = cli_text(c, "note", args_get(a, "note"), &s->note);
        if (r == 0 && !s->note)
                s->note = mem_strdup("");
        return r;
}

/* The newest copy for whoever is meant. */
static int find(struct cli *c, int64_t release, const struct args *a, struct cli_who *w,
                struct err *e)
{
        CLEANUP(mem_free) char *words = cli_words(a, 1);
        int r = cli_who(c, release, words, w, e);

        if (r == 0 && w->l.n == 0)
                r = err_set(e, -ENOENT,
                            "“%s” is not a recipient of release %lld. Nothing was "
                            "changed.",
                            words, (long long) release);
        return r;
}

static int left(struct cli *c, int64_t release, int64_t *ret, struct err *e)
{
        const struct calls_ask ask = {.release = release, .now = c->now};
        CLEANUP(calls_done) struct calls l = {0};
        int r = calls_read(c->db, c->config, &ask, &l, e);

        if (r == 0)
                *ret = calls_to_make(&l);
        return r;
}

static void print_json(const struct cli *c, const struct delivery *d, const struct said *s,
                       const struct call *undone, int64_t to_call)
{
        enum call_outcome outcome = s->undo ? undone->outcome : s->outcome;
        struct json j;

        json_begin(&j);
        json_number(&j, "release", d->release_id);
        json_number(&j, "delivery", d->id);
        json_number(&j, "contact", d->contact_id);
        json_string(&j, "name", d->name);
        json_string(&j, "org", d->org);
        json_string(&j, "outcome", words_name(&call_outcomes, (int) outcome));
        json_bool(&j, "undone", s->undo);
        json_moment(&j, "at", c->now);
        json_string(&j, "address", s->address.mailbox);
        json_number(&j, "to_call", to_call);
        json_end(&j, stdout);
}

static void print_new_address(const struct cli *c, const struct delivery *d, const struct said *s)
{
        cli_say(c, "Release %lld goes out again to %s.\n", (long long) d->release_id,
                s->address.mailbox);
        if (s->keep)
                cli_say(c, "The book has the new address from now on.\n");
        else if (d->contact_id)
                cli_say(c,
                        "The book keeps the old one; to change it: pressctl book set %lld "
                        "--email %s\n",
                        (long long) d->contact_id, s->address.mailbox);
}

static void print(const struct cli *c, const struct delivery *d, const struct said *s,
                  const struct call *undone, int64_t to_call)
{
        char person[CLI_PERSON_MAX], who[CLI_PERSON_MAX];

        cli_person(d->name, d->org, d->address, person);
        if (s->undo)
                cli_say(c, "Taken back: %s: %s\n", person,
                        call_outcome_text(undone->outcome, c->lang));
        else
                cli_say(c, "On record: %s: %s\n", person, call_outcome_text(s->outcome, c->lang));
        if (s->undo && undone->outcome == CALL_NEW_ADDRESS)
                cli_say(c, "The letter to %s stays as it is.\n", undone->address);
        if (!s->undo && s->outcome == CALL_NEW_ADDRESS)
                print_new_address(c, d, s);
        cli_say(c, "Still to be telephoned: %lld\n", (long long) to_call);
        if (!s->undo && d->state == DELIVERY_DELIVERED)
                cli_note(c,
                         "The mail server of %s had accepted the letter before, so no call was "
                         "due; if somebody else was meant: pressctl call %lld %s --undo",
                         person, (long long) d->release_id, cli_contact(d, who));
}

static int act(struct cli *c, const struct delivery *d, const struct said *s, struct err *e)
{
        const struct act act = cli_act(c);
        CLEANUP(call_done) struct call undone = {0};
        CLEANUP(release_done) struct release rel = {0};
        int64_t to_call = 0;
        int r = s->undo ? act_call_undo(&act, d, &undone, e)
                        : act_call(&act, d, s->outcome, s->address.mailbox, s->keep, s->note, e);

        if (r == 0)
                r = left(c, d->release_id, &to_call, e);
        if (r < 0)
                return r;
        if (c->json)
                print_json(c, d, s, &undone, to_call);
        else
                print(c, d, s, &undone, to_call);
        if (s->undo || s->outcome != CALL_NEW_ADDRESS)
                return 0;
        r = release_get(c->db, d->release_id, &rel, e); /* a pause, the fence, no pressd */
        return r < 0 ? r : cli_note_hold(c, &rel, e);
}

int cmd_call(struct cli *c, const struct args *a)
{
        CLEANUP(cli_who_done) struct cli_who w = {.address = {.mailbox = ""}};
        CLEANUP(said_done) struct said s = {.address = {.mailbox = ""}};
        struct err e = {0};
        int64_t id;
        int r = usage(c, a, &s);

        if (r == 0)
                r = cli_db(c);
        if (r == 0)
                r = values(c, a, &s);
        if (r == 0)
                r = cli_release(c, a->v[0], &id);
        if (r != 0)
                return r;
        r = find(c, id, a, &w, &e);
        if (r == 0)
                r = act(c, &w.l.v[w.l.n - 1], &s, &e);
        return r < 0 ? cli_fail(c, r, &e) : EXIT_OK;
}
