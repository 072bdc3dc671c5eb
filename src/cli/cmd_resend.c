// SPDX-License-Identifier: MIT
#include "commands.h"

#include "press/json.h"
#include "press/mem.h"

#include <errno.h>
#include <string.h>

const struct cli_option cmd_resend_options[] = {
        {"to", "ADDRESS", N_("to this address; needs --note")},
        {"for", "OLD", N_("it stands in for this recipient, whose name it bears")},
        {"state", "S,…", N_("to those not reached: refused, bounced, expired")},
        {"note", "T", N_("why, for the record")},
        {0},
};

/* "refused,bounced": of those whom it did not reach, and nobody else (R89). */
static int states(const struct cli *c, const char *s, unsigned *ret)
{
        CLEANUP(mem_free) char *copy = mem_strdup(s);
        char *rest = copy, *word;
        struct err e = {0};

        *ret = 0;
        while ((word = strsep(&rest, ",")) != NULL) {
                int state = words_find(&delivery_states, word);

                if (state < 0 || !(ACT_RESEND_STATES & 1u << state)) {
                        err_set(&e, -EINVAL,
                                "--state: “%s” is not one of refused, bounced, expired; what still "
                                "waits is sent by: pressctl retry",
                                word);
                        return cli_usage(c, &e);
                }
                *ret |= 1u << state;
        }
        return 0;
}

static int usage(const struct cli *c, const struct args *a)
{
        bool to = args_has(a, "to"), state = args_has(a, "state");
        struct err e = {0};

        if (to == state)
                err_set(&e, -EINVAL, "say whom to send it to: either --to or --state");
        else if (to && !args_has(a, "note"))
                err_set(&e, -EINVAL, "--to needs --note: the record must say why");
        else if (state && args_has(a, "for"))
                err_set(&e, -EINVAL, "--for belongs to --to");
        else
                return 0;
        return cli_usage(c, &e);
}

static void print_json(int64_t release, int64_t n, int64_t delivery)
{
        struct json j;

        json_begin(&j);
        json_number(&j, "release", release);
        json_number(&j, "resent", n);
        if (delivery)
                json_number(&j, "delivery", delivery);
        json_end(&j, stdout);
}

static int resend_to(struct cli *c, const struct args *a, int64_t id, const char *note)
{
        const struct act act = cli_act(c);
        const char *old = args_get(a, "for");
        struct addr to, from = {.mailbox = ""};
        struct err e = {0};
        int64_t delivery = 0;
        int r = cli_address(c, args_get(a, "to"), &to);

        if (r == 0 && old)
                r = cli_address(c, old, &from);
        if (r != 0)
                return r;
        r = act_resend_to(&act, id, to.mailbox, from.mailbox, note, &delivery, &e);
        if (r < 0)
                return cli_fail(c, r, &e);
        if (c->json)
                print_json(id, 1, delivery);
        else
                cli_say(c, "Release %lld goes out again to %s.\n", (long long) id, to.mailbox);
        cli_note_sender(c);
        return EXIT_OK;
}

static int resend_states(struct cli *c, const struct args *a, int64_t id, const char *note)
{
        const struct act act = cli_act(c);
        int64_t n = 0, stopped = 0;
        struct err e = {0};
        unsigned which;
        int r = states(c, args_get(a, "state"), &which);

        if (r != 0)
                return r;
        r = act_resend_states(&act, id, which, note, &n, &stopped, &e);
        if (r < 0)
                return cli_fail(c, r, &e);
        if (c->json)
                print_json(id, n, 0);
        else
                cli_say(c, "Release %lld goes out again to %lld not reached.\n", (long long) id,
                        (long long) n);
        if (stopped)
                cli_note(c, "on the stop list, and left out: %lld", (long long) stopped);
        if (n)
                cli_note_sender(c);
        return EXIT_OK;
}

int cmd_resend(struct cli *c, const struct args *a)
{
        CLEANUP(mem_free) char *note = NULL;
        int64_t id;
        int r = usage(c, a);

        if (r == 0)
                r = cli_db(c);
        if (r == 0)
                r = cli_release(c, a->v[0], &id);
        if (r == 0 && args_has(a, "note"))
                r = cli_text(c, "note", args_get(a, "note"), &note);
        if (r != 0)
                return r;
        if (!note)
                note = mem_strdup("");
        return args_has(a, "to") ? resend_to(c, a, id, note) : resend_states(c, a, id, note);
}
