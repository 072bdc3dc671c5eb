// SPDX-License-Identifier: MIT
/* suppress add, lift, list: the stop list, and addresses found dead. */
#include "commands.h"

#include "press/json.h"
#include "press/mem.h"
#include "press/moment.h"
#include "press/suppress.h"
#include "press/text.h"
#include "table.h"

#include <errno.h>
#include <string.h>

const struct cli_option cmd_suppress_add_options[] = {
        {"note", "T", N_("who asked, and how")},
        {0},
};
const struct cli_option cmd_suppress_lift_options[] = {
        {"note", "T", N_("why it is right again")},
        {0},
};

void cli_suppress_pass(struct cli *c)
{
        struct err e = {0};

        if (suppress_pass(c->db, c->config, c->now, &e) < 0)
                cli_warn(c, &e); /* what is stored already can be shown all the same */
}

const char *cli_verdict_class(const struct cli *c, int class)
{
        _Static_assert((int) VERDICT_UNCLEAR == (int) REPORT_UNCLEAR, "the same order");

        if (class == VERDICT_COMPLAINT)
                return msg_text(c->lang, "a complaint: unwanted mail");
        return class < 0 ? "" : cli_report_class(c, (enum report_class) class);
}

/* --- add and lift -------------------------------------------------------------------- */

struct order {
        struct addr address;
        char *note; /* owned, never NULL */
        struct act act;
};

static void order_done(struct order *o)
{
        mem_free(&o->note);
}

static int order_read(struct cli *c, const struct args *a, struct order *o)
{
        const char *note = args_get(a, "note");
        int r = cli_db(c);

        if (r == 0)
                r = cli_address(c, a->v[0], &o->address);
        if (r == 0 && note)
                r = cli_text(c, "note", note, &o->note);
        if (r == 0 && !o->note)
                o->note = mem_strdup("");
        if (r == 0)
                o->act = cli_act(c);
        return r;
}

static void answer_json(const struct order *o, const char *state)
{
        struct json j;

        json_begin(&j);
        json_string(&j, "address", o->address.mailbox);
        json_string(&j, "state", state);
        json_end(&j, stdout);
}

int cmd_suppress_add(struct cli *c, const struct args *a)
{
        CLEANUP(order_done) struct order o = {0};
        struct err e = {0};
        int mandatory, r = order_read(c, a, &o);

        if (r != 0)
                return r;
        r = act_stop(&o.act, o.address.mailbox, o.note, &e);
        if (r < 0)
                return cli_fail(c, r, &e);
        if (c->json)
                answer_json(&o, "stopped");
        else
                cli_say(c,
                        "%s is on the stop list: new releases do not go there. To end that: "
                        "pressctl suppress lift %s\n",
                        o.address.mailbox, o.address.mailbox);
        mandatory = suppress_mandatory(c->db, o.address.mailbox, c->now, &e);
        if (mandatory > 0)
                cli_note(c,
                         "warning: %s belongs to a unit or a department: from now on it must be "
                         "reached in another way",
                         o.address.mailbox);
        return mandatory < 0 ? cli_fail(c, mandatory, &e) : EXIT_OK;
}

int cmd_suppress_lift(struct cli *c, const struct args *a)
{
        CLEANUP(order_done) struct order o = {0};
        enum delivery_reason was = REASON_NONE;
        struct err e = {0};
        int r = order_read(c, a, &o);

        if (r != 0)
                return r;
        r = act_unstop(&o.act, o.address.mailbox, o.note, &was, &e);
        if (r < 0)
                return cli_fail(c, r, &e);
        if (c->json)
                answer_json(&o, "lifted");
        else if (was == REASON_NONE)
                cli_say(c, "What was said of %s until now counts no more.\n", o.address.mailbox);
        else
                cli_say(c,
                        "%s is written to again; what was said of it until now counts no more.\n",
                        o.address.mailbox);
        return EXIT_OK;
}

/* --- list ---------------------------------------------------------------------------- */

static void suppression_json(const struct suppression *s)
{
        struct json j;

        json_begin(&j);
        json_string(&j, "entry", "suppression");
        json_string(&j, "address", s->address);
        json_string(&j, "reason", words_name(&delivery_reasons, (int) s->reason));
        json_bool(&j, "raised", s->raised);
        json_moment(&j, "since", s->since);
        json_string(&j, "by", s->by);
        json_string(&j, "note", s->note);
        json_moment(&j, "expires", s->expires_at);
        json_moment(&j, "lifted", s->lifted_at);
        json_string(&j, "lifted_by", s->lifted_by);
        json_end(&j, stdout);
}

/* How it stands: until when, or how it ended. */
static void say_end(const struct cli *c, const struct suppression *s)
{
        char when[MOMENT_MAX], by[VIEW_MAX];

        text_escape(s->lifted_by, by, sizeof(by));
        if (s->lifted_at && by[0])
                cli_say(c, "lifted %s by %s", moment_show(s->lifted_at, c->lang, when), by);
        else if (s->expires_at && (s->lifted_at || s->expires_at <= c->now))
                cli_say(c, "lapsed %s", moment_show(s->expires_at, c->lang, when));
        else if (s->expires_at)
                cli_say(c, "until %s", moment_show(s->expires_at, c->lang, when));
        else
                cli_say(c, "until it is lifted");
}

static void suppression_print(const struct cli *c, const struct suppression *s)
{
        char when[MOMENT_MAX], by[VIEW_MAX], note[2 * VIEW_MAX], address[CLI_PERSON_MAX];

        text_escape(s->by, by, sizeof(by));
        text_escape(s->note, note, sizeof(note));
        printf("%s  ", cli_person("", "", s->address, address));
        fputs(delivery_reason_text(s->reason, c->lang), stdout);
        if (s->raised) {
                fputs(", ", stdout);
                cli_say(c, "but mandatory, so letters go on");
        }
        fputs(", ", stdout);
        cli_say(c, "since %s, by %s", moment_show(s->since, c->lang, when), by);
        fputs(", ", stdout);
        say_end(c, s);
        printf("%s%s\n", note[0] ? "  " : "", note);
}

static void verdict_show(void *ctx, const struct verdict_row *v, bool counts)
{
        const struct cli *c = ctx;
        char when[MOMENT_MAX], reply[VIEW_MAX];
        struct json j;

        if (c->json) {
                json_begin(&j);
                json_string(&j, "entry", "evidence");
                json_string(&j, "address", v->address);
                json_number(&j, "release", v->release);
                json_moment(&j, "at", v->at);
                json_string(&j, "class", words_name(&verdict_classes, (int) v->class));
                json_string(&j, "enhanced", v->enhanced);
                json_string(&j, "reply", v->reply);
                json_bool(&j, "counts", counts);
                json_end(&j, stdout);
                return;
        }
        text_escape(v->reply, reply, sizeof(reply));
        printf("%s  ", moment_show(v->at, c->lang, when));
        cli_say(c, "release %lld", (long long) v->release);
        printf("  %s%s%s%s%s", cli_verdict_class(c, (int) v->class), reply[0] ? ": " : "", reply,
               counts ? "" : "  ", counts ? "" : msg_text(c->lang, "(counts no more)"));
        putchar('\n');
}

int cmd_suppress_list(struct cli *c, const struct args *a)
{
        CLEANUP(suppression_list_done) struct suppression_list l = {0};
        struct addr address = {0};
        struct err e = {0};
        int r = cli_db(c);

        if (r == 0 && a->n)
                r = cli_address(c, a->v[0], &address);
        if (r != 0)
                return r;
        cli_suppress_pass(c);
        r = suppression_list(c->db, address.mailbox, c->now, &l, &e);
        for (size_t i = 0; i < l.n && r == 0; i++) {
                if (c->json)
                        suppression_json(&l.v[i]);
                else
                        suppression_print(c, &l.v[i]);
        }
        if (r == 0 && a->n)
                r = verdict_each(c->db, address.mailbox, verdict_show, c, &e);
        if (r < 0)
                return cli_fail(c, r, &e);
        if (l.n == 0 && !c->json && a->n)
                cli_note(c, "it was never on the stop list");
        else if (l.n == 0 && !c->json)
                cli_note(c, "nobody is on the stop list");
        return EXIT_OK;
}
