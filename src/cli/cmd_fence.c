// SPDX-License-Identifier: MIT
/* fence: after a restore, what would go again, and the decision. */
#include "commands.h"

#include "press/fence.h"
#include "press/json.h"
#include "press/text.h"

#include <errno.h>

const struct cli_option cmd_fence_options[] = {
        {"accept", NULL, N_("send what waits; the log marks each as possibly a second copy")},
        {"mark-sent", NULL, N_("count what waits as sent: each becomes a held unknown")},
        {0},
};

static int show_one(void *ctx, const struct fence_release *r)
{
        const struct cli *c = ctx;
        char number[256], title[VIEW_MAX];

        text_escape(r->number, number, sizeof(number));
        text_escape(r->title, title, sizeof(title));
        if (r->proposed)
                cli_say(c,
                        "  Release %lld %s %s: waits for approval here; it may have been approved "
                        "and sent since\n",
                        (long long) r->id, number, title);
        else
                cli_say(c, "  Release %lld %s %s: letters that wait here: %lld\n",
                        (long long) r->id, number, title, (long long) r->n);
        return 0;
}

static int name_one(void *ctx, const struct fence_release *r)
{
        struct json *j = ctx;

        if (!r->proposed)
                json_number(j, NULL, r->id);
        return 0;
}

static int show_json(struct cli *c, const struct fence *f)
{
        struct err e = {0};
        struct json j;
        int64_t n = 0;
        int r = 0;

        json_begin(&j);
        json_bool(&j, "fence", f->at != 0);
        json_string(&j, "why",
                    !f->at       ? ""
                    : f->moved   ? "machine"
                    : f->sent_at ? "older"
                                 : "record");
        json_moment(&j, "at", f->at);
        json_moment(&j, "sent_at", f->sent_at);
        json_array(&j, "releases");
        if (f->at)
                r = fence_each(c->db, f, name_one, &j, &n, &e);
        json_close(&j, ']');
        json_number(&j, "letters", n);
        if (r < 0)
                return cli_fail(c, r, &e);
        json_end(&j, stdout);
        return f->at ? EXIT_PERSON : EXIT_OK;
}

static int show(struct cli *c, const struct fence *f)
{
        char when[CLI_WHEN_MAX];
        struct err e = {0};
        int64_t n = 0;
        int r;

        if (!f->at) {
                cli_say(c,
                        "The fence is down: this database is the one that was sent from last.\n");
                return EXIT_OK;
        }
        if (f->ahead)
                cli_say(c, "This database is not the one that was sent from last, and pressd has "
                           "not started on it. When it does, it sends nothing and raises the "
                           "fence; then decide.\n");
        else
                cli_say(c,
                        f->moved ? N_("The fence is up since %s: another machine sent from this "
                                      "database before.\n")
                        : !f->sent_at
                                ? N_("The fence is up since %s: the record of what was sent from "
                                     "this database is gone from beside it, as after a restore.\n")
                                : N_("The fence is up since %s: this database is older than what "
                                     "was sent from it.\n"),
                        cli_when(c, f->at, when));
        if (f->sent_at)
                cli_say(c, "The last sending on record: %s.\n", cli_when(c, f->sent_at, when));
        r = fence_each(c->db, f, show_one, c, &n, &e);
        if (r < 0)
                return cli_fail(c, r, &e);
        cli_say(c,
                "Letters that would be sent, and may have been before: %lld\n"
                "Nothing leaves until somebody decides:\n"
                "  pressctl fence --accept     sends them; whoever has the text gets it twice\n"
                "  pressctl fence --mark-sent  sends none of them; whoever has not got it is found "
                "by pressctl log --state unknown\n",
                (long long) n);
        return EXIT_PERSON;
}

static int decide(struct cli *c, bool again)
{
        struct act act = cli_act(c);
        struct err e = {0};
        struct json j;
        int64_t n = 0;
        int r = act_fence(&act, again, &n, &e);

        if (r < 0)
                return cli_fail(c, r, &e);
        if (c->json) {
                json_begin(&j);
                json_bool(&j, "fence", false);
                json_number(&j, "letters", n);
                json_end(&j, stdout);
        } else if (again) {
                cli_say(c, "The fence is down. Letters that are tried now: %lld\n", (long long) n);
        } else {
                cli_say(c,
                        "The fence is down. Letters counted as sent: %lld. Who: pressctl log "
                        "--state unknown; once more, which may arrive twice: pressctl retry R\n",
                        (long long) n);
        }
        cli_note_sender(c);
        return EXIT_OK;
}

int cmd_fence(struct cli *c, const struct args *a)
{
        struct err e = {0};
        struct fence f;
        int r;

        if (args_has(a, "accept") && args_has(a, "mark-sent")) {
                err_set(&e, -EINVAL, "--accept or --mark-sent, not both");
                return cli_usage(c, &e);
        }
        r = cli_db(c);
        if (r != 0)
                return r;
        if (args_has(a, "accept") || args_has(a, "mark-sent"))
                return decide(c, args_has(a, "accept"));
        r = fence_look(c->db, c->now, &f, &e);
        if (r < 0)
                return cli_fail(c, r, &e);
        return c->json ? show_json(c, &f) : show(c, &f);
}
