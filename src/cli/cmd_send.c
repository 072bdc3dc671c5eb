// SPDX-License-Identifier: MIT
#include "commands.h"

#include "press/json.h"
#include "press/mem.h"
#include "press/moment.h"
#include "press/submit.h"
#include "press/wake.h"

#include <unistd.h>

const struct cli_option cmd_send_options[] = {
        CLI_STATEMENT_OPTIONS,
        {"wait", "[DUR]", N_("wait for the outcome, at most so long")},
        {0},
};

struct submit_options cli_submit_options(const struct cli *c, const struct args *a)
{
        return (struct submit_options){
                .to = args_get(a, "to"),
                .at = args_get(a, "at"),
                .embargo = args_get(a, "embargo"),
                .class = args_get(a, "class"),
                .key = args_get(a, "key"),
                .expires = args_get(a, "expires"),
                .again = args_has(a, "again"),
                .lang = c->lang,
        };
}

static void say_moment(const struct cli *c, const char *msgid, int64_t t)
{
        char when[MOMENT_MAX], in[MOMENT_MAX];

        if (t)
                printf("  %s: %s, %s\n", msg_text(c->lang, msgid), moment_show(t, c->lang, when),
                       moment_relative(t, c->now, c->lang, in));
}

void cli_say_moments(const struct cli *c, int64_t at, int64_t embargo, int64_t expires)
{
        say_moment(c, N_("Leaves not before"), at);
        say_moment(c, N_("Embargo until"), embargo);
        say_moment(c, N_("Expires"), expires);
}

static void say_release(const struct cli *c, const struct release *r, const struct submitted *out)
{
        long long id = r->id;

        if (out->duplicate)
                cli_say(c,
                        "This key has been submitted with the same content before, as release "
                        "%lld. Nothing new was stored.\n",
                        id);
        else
                cli_say(c, "Release %lld is stored; recipients: %lld.\n", id,
                        (long long) r->recipients);
        printf("  %s: %s\n", msg_text(c->lang, N_("State")),
               release_state_title(r->state, c->lang));
        cli_say_moments(c, r->at, r->embargo, r->expires);
        if (r->state == RELEASE_PROPOSED)
                cli_say(c,
                        "  Nothing leaves before somebody approves it: pressctl approve %lld "
                        "--hash %s\n",
                        id, r->hash);
}

static void json_release(const struct release *r, bool duplicate)
{
        struct json j;

        json_begin(&j);
        json_number(&j, "release", r->id);
        json_string(&j, "number", r->number);
        json_string(&j, "state", words_name(&release_states, (int) r->state));
        json_number(&j, "recipients", r->recipients);
        json_string(&j, "hash", r->hash);
        json_bool(&j, "duplicate", duplicate);
        json_end(&j, stdout);
        fflush(stdout); /* before --wait: whoever reads it may act on it */
}

/* A job that nobody watches learns at once that nobody sends. */
static void note_sender(struct cli *c, const struct release *r)
{
        bool woken = wake_send(c->config->socket);

        if (r->state != RELEASE_DONE && !woken && !db_sender_runs(c->db))
                cli_note(c,
                         "release %lld is stored, but pressd is not running; nothing leaves "
                         "until it starts",
                         (long long) r->id);
}

/* Stored, and a person must act first: the reason also where only standard error is read. */
static int for_person(struct cli *c, const struct release *r, bool *ret, struct err *e)
{
        bool told = r->state == RELEASE_PROPOSED && !c->json && isatty(STDOUT_FILENO);

        if (r->state != RELEASE_PROPOSED)
                return cli_note_held(c, ret, e);
        *ret = true;
        return told ? 0 : cli_note_hold(c, r, e);
}

/* The outcome in a sentence, for whoever did not ask for JSON. */
static int waited(struct cli *c, int64_t id, const char *wait)
{
        CLEANUP(release_done) struct release r = {0};
        int code = cli_wait(c, id, wait, false), rc = 0;
        char sentence[VIEW_MAX];
        struct err e = {0};

        if (c->json)
                return code;
        rc = release_get(c->db, id, &r, &e);
        if (rc == 0)
                rc = cli_sentence(c, &r, sentence, &e);
        if (rc < 0)
                return cli_fail(c, rc, &e);
        puts(sentence);
        return code;
}

/* After the commit: whatever fails now, the release is stored. */
static int stored(struct cli *c, const struct args *a, const struct submitted *out)
{
        CLEANUP(release_done) struct release r = {0};
        const char *wait = args_get(a, "wait");
        struct err e = {0};
        bool person = false;
        int rc;

        c->unharmed = NULL;
        rc = release_get(c->db, out->release, &r, &e);
        if (rc < 0)
                return cli_fail(c, rc, &e);
        /* Without a terminal warnings are only recorded, save that of the trial list. */
        for (size_t i = 0; i < (isatty(STDERR_FILENO) ? out->nwarning : out->outside > 0); i++)
                cli_warn(c, &out->warning[i]);
        if (c->json)
                json_release(&r, out->duplicate);
        else
                say_release(c, &r, out);
        fflush(stdout);
        note_sender(c, &r);
        if (wait)
                return waited(c, r.id, wait);
        if (out->duplicate || r.state == RELEASE_DONE)
                return EXIT_OK;
        rc = for_person(c, &r, &person, &e);
        if (rc < 0)
                return cli_fail(c, rc, &e);
        return person ? EXIT_PERSON : EXIT_OK;
}

int cmd_send(struct cli *c, const struct args *a)
{
        CLEANUP(submission_free) struct submission *s = NULL;
        struct submit_options o;
        const struct actor who = cli_actor(c);
        struct submitted out = {0};
        struct err e = {0};
        int r = cli_wait_check(c, args_get(a, "wait"));

        if (r == 0)
                r = cli_db(c);
        if (r != 0)
                return r;
        o = cli_submit_options(c, a);
        r = submission_open(c->config, a->v[0], &o, c->now, &s, &e);
        if (r == 0)
                r = submit(s, c->db, &who, &out, &e);
        return r < 0 ? cli_fail(c, r, &e) : stored(c, a, &out);
}
