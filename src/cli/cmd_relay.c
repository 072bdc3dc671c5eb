// SPDX-License-Identifier: MIT
#include "commands.h"

#include "press/json.h"
#include "press/mem.h"
#include "press/relay_test.h"
#include "press/said.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const struct cli_option cmd_relay_test_options[] = {
        {"to", "A", N_("send a short mail to this address")},
        {0},
};

static bool usable(const struct relay_test *t)
{
        return t->advice.code == 0;
}

static void test_json(const struct cli *c, const char *name, const struct relay_test *t)
{
        bool said = t->sent || !t->up; /* there is an outcome */
        char advice[ERR_TEXT_MAX];
        struct json j;

        err_text(&t->advice, c->lang, advice, sizeof(advice));
        json_begin(&j);
        json_string(&j, "relay", name);
        json_bool(&j, "usable", usable(t));
        json_string(&j, "peer", t->info.peer);
        json_string(&j, "tls", t->info.tls);
        json_number(&j, "ms", t->info.connect_ms);
        json_bool(&j, "sent", t->sent && usable(t));
        json_string(&j, "stage", said ? stage_name(t->outcome.stage) : "");
        json_number(&j, "code", said ? t->outcome.reply.code : 0);
        json_string(&j, "reply", said ? t->outcome.reply.text : "");
        json_string(&j, "advice", usable(t) ? "" : advice);
        json_end(&j, stdout);
}

static void caps(const struct cli *c, const struct smtp_caps *k)
{
        const struct {
                bool has;
                const char *word;
        } word[] = {{k->pipelining, "PIPELINING"}, {k->dsn, "DSN"},   {k->eightbitmime, "8BITMIME"},
                    {k->smtputf8, "SMTPUTF8"},     {k->size, "SIZE"}, {k->auth, "AUTH"}};

        cli_say(c, "  it offers:");
        for (size_t i = 0; i < COUNT_OF(word); i++)
                if (word[i].has)
                        printf(" %s", word[i].word);
        if (k->size_max)
                printf("=%llu", (unsigned long long) k->size_max);
        putchar('\n');
}

static void outcome(const struct cli *c, const struct outcome *o)
{
        const char *stage = said_stage(stage_name(o->stage), c->lang);
        char what[2 * REPLY_TEXT_MAX];

        said_text(o->reply.text, c->lang, what, sizeof(what));
        if (o->reply.code)
                cli_say(c, "  the answer at step %s: %d %s\n", stage, o->reply.code, what);
        else
                cli_say(c, "  it ended at step %s: %s\n", stage, what);
}

static void test_print(const struct cli *c, const struct config_relay *relay, const char *to,
                       const struct relay_test *t)
{
        char advice[ERR_TEXT_MAX];

        cli_say(c, "Relay “%s”, %s\n", relay->name, relay->url);
        if (t->up) {
                cli_say(c, "  connected to %s in %lld ms\n", t->info.peer,
                        (long long) t->info.connect_ms);
                if (t->info.tls[0])
                        cli_say(c, "  the line is secured: %s\n", t->info.tls);
                else
                        cli_say(c, "  the line is not secured (tls = \"%s\")\n",
                                cli_tls_word(relay->tls));
                if (relay->username[0])
                        cli_say(c, "  logged in as %s\n", relay->username);
                caps(c, &t->caps);
        }
        if (t->sent || !t->up)
                outcome(c, &t->outcome);
        if (!usable(t)) {
                err_text(&t->advice, c->lang, advice, sizeof(advice));
                cli_say(c, "  ✗ cannot be used so. %s\n", advice);
        } else if (t->sent) {
                cli_say(c, "  ✓ it took the mail to %s. Look whether it arrives.\n", to);
        } else {
                cli_say(c, "  ✓ ready for mail\n");
        }
}

/* The sandbox holds here too: nobody outside `allow` is ever tried. */
static int mail_to(const struct cli *c, const char *s, struct addr *ret)
{
        struct err e = {0};
        int r = cli_address(c, s, ret);

        if (r != 0 || config_allows(c->config, ret->mailbox))
                return r;
        err_set(&e, -EPERM, "%s is outside `allow`, the list of the trial. Nothing was sent.",
                ret->mailbox);
        return cli_fail(c, -EPERM, &e);
}

int cmd_relay_test(struct cli *c, const struct args *a)
{
        const char *to = args_get(a, "to"), *only = a->n ? a->v[0] : NULL;
        int code = EXIT_OK, r = cli_config(c);
        struct addr address = {.mailbox = ""};
        size_t tested = 0;

        if (r == 0 && to)
                r = mail_to(c, to, &address);
        if (r != 0)
                return r;
        for (size_t i = 0; i < c->config->nrelay; i++) {
                const struct config_relay *relay = &c->config->relay[i];
                struct relay_test t = {0};
                struct err e = {0};

                if (only && strcmp(only, relay->name) != 0)
                        continue;
                tested++;
                r = relay_test(c->config, relay, to ? address.mailbox : NULL, &t, &e);
                if (r < 0)
                        return cli_fail(c, r, &e);
                if (c->json)
                        test_json(c, relay->name, &t);
                else
                        test_print(c, relay, address.mailbox, &t);
                if (!usable(&t))
                        code = EXIT_LATE;
        }
        return tested ? code : cli_relay_unknown(c, only);
}
