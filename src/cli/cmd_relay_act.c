// SPDX-License-Identifier: MIT
/* relay list, pause, resume, retry: which relay works, and what people do about one. */
#include "commands.h"

#include "press/fault.h"
#include "press/json.h"
#include "press/mem.h"
#include "press/relay_order.h"
#include "press/said.h"
#include "press/text.h"
#include "press/view.h"
#include "table.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct cli_option cmd_relay_pause_options[] = {
        {"why", "T", N_("the reason, which others are shown")},
        {0},
};

const char *cli_tls_word(enum relay_tls tls)
{
        static const char *const word[] = {"off", "opportunistic", "required"};

        return word[tls];
}

int cli_relay_unknown(const struct cli *c, const char *name)
{
        CLEANUP(mem_free) const char **names = NULL;
        struct err e = {0};
        const char *near;

        names = mem_alloc(c->config->nrelay * sizeof(*names));
        for (size_t i = 0; i < c->config->nrelay; i++)
                names[i] = c->config->relay[i].name;
        near = text_nearest(name, names, c->config->nrelay);
        if (near)
                err_set(&e, -ENOENT, "there is no relay “%s”; did you mean “%s”?", name, near);
        else
                err_set(&e, -ENOENT, "there is no relay “%s”; pressctl relay list names them",
                        name);
        return cli_fail(c, -ENOENT, &e);
}

/* --- list ------------------------------------------------------------------------------ */

struct known { /* what the database says of the relays; nothing without one */
        struct relay_order order[RELAY_ORDERS_MAX];
        struct fault fault[FAULTS_MAX];
        size_t norder, nfault;
        bool read, sender;
};

static int known_read(struct cli *c, struct known *k, struct err *e)
{
        int r = db_open(c->config->database, &c->db, e);

        if (r == 0)
                r = relay_order_list(c->db, k->order, RELAY_ORDERS_MAX, &k->norder, e);
        if (r < 0)
                return r;
        k->read = true;
        k->sender = db_sender_runs(c->db); /* what a dead pressd last said is no news */
        return k->sender ? fault_list(c->db, k->fault, FAULTS_MAX, &k->nfault, e) : 0;
}

static const struct fault *fault_of(const struct known *k, const char *relay)
{
        char key[FAULT_KEY_MAX];

        fault_relay_key(relay, key);
        for (size_t i = 0; i < k->nfault; i++)
                if (strcmp(k->fault[i].key, key) == 0)
                        return &k->fault[i];
        return NULL;
}

static void list_json(const struct cli *c, const struct config_relay *r, const struct known *k)
{
        const struct relay_order *o = relay_order_of(k->order, k->norder, r->name);
        const struct fault *f = fault_of(k, r->name);
        char text[ERR_TEXT_MAX] = "";
        struct json j;

        if (f)
                said_fault(f, c->lang, text, sizeof(text));

        json_begin(&j);
        json_string(&j, "relay", r->name);
        json_string(&j, "url", r->url);
        json_string(&j, "address", r->address);
        json_string(&j, "username", r->username);
        json_string(&j, "tls", cli_tls_word(r->tls));
        json_number(&j, "preference", r->preference);
        json_number(&j, "connections", r->connections);
        json_number(&j, "rate", r->rate);
        json_moment(&j, "paused_at", o->paused_at);
        json_string(&j, "paused_by", o->paused_by);
        json_string(&j, "why", o->why);
        json_moment(&j, "fault_at", f ? f->since : 0);
        json_string(&j, "fault", text);
        json_end(&j, stdout);
}

static const char *state_word(const struct known *k, const char *relay)
{
        if (!k->read)
                return "";
        if (relay_order_of(k->order, k->norder, relay)->paused_at)
                return N_("paused");
        if (!k->sender)
                return N_("pressd is not running");
        return fault_of(k, relay) ? N_("in trouble") : N_("no fault known");
}

static void list_row(const struct cli *c, struct table *t, const struct config_relay *r,
                     const struct known *k)
{
        const char *state = state_word(k, r->name);

        table_cell(t, r->name);
        table_cell(t, r->url);
        table_cell(t, cli_tls_word(r->tls));
        table_number(t, r->preference);
        table_number(t, r->connections);
        table_count(t, r->rate);
        table_cell(t, state[0] ? msg_text(c->lang, state) : "");
}

static void list_details(const struct cli *c, const struct config_relay *r, const struct known *k)
{
        const struct relay_order *o = relay_order_of(k->order, k->norder, r->name);
        const struct fault *f = fault_of(k, r->name);
        char when[CLI_WHEN_MAX], by[VIEW_MAX], why[VIEW_MAX], text[ERR_TEXT_MAX];

        if (o->paused_at) {
                text_escape(o->paused_by, by, sizeof(by));
                text_escape(o->why, why, sizeof(why));
                cli_say(c,
                        "Relay “%s” is paused by %s since %s%s%s; to go on: pressctl relay "
                        "resume %s\n",
                        r->name, by, cli_when(c, o->paused_at, when), why[0] ? ": " : "", why,
                        r->name);
        }
        if (f) {
                said_fault(f, c->lang, text, sizeof(text));
                cli_say(c, "A fault since %s: %s", cli_when(c, f->since, when), text);
                putchar('\n');
        }
}

int cmd_relay_list(struct cli *c, const struct args *a)
{
        CLEANUP(table_done) struct table t = TABLE(7, 1u << 3 | 1u << 4 | 1u << 5);
        CLEANUP(mem_free) struct known *k = mem_zalloc(sizeof(*k));
        static const char *const head[] = {
                N_("name"),        "url",      "tls", N_("preference"), N_("connections"),
                N_("letters/min"), N_("state")};
        struct err e = {0};
        int r = cli_config(c);

        (void) a;
        if (r != 0)
                return r;
        if (known_read(c, k, &e) < 0)
                cli_warn(c, &e); /* the configuration can be shown all the same */
        for (size_t i = 0; i < COUNT_OF(head); i++)
                table_cell(&t, msg_text(c->lang, head[i]));
        for (size_t i = 0; i < c->config->nrelay; i++) {
                if (c->json)
                        list_json(c, &c->config->relay[i], k);
                list_row(c, &t, &c->config->relay[i], k);
        }
        if (c->json)
                return EXIT_OK;
        table_print(&t, 0, stdout);
        for (size_t i = 0; i < c->config->nrelay; i++)
                list_details(c, &c->config->relay[i], k);
        return EXIT_OK;
}

/* --- pause, resume, retry ------------------------------------------------------------------ */

/* NAME must be one of the configuration. 0, or the exit code after saying why. */
static int operand(struct cli *c, const struct args *a, struct act *ret)
{
        int r = cli_db(c);

        if (r != 0)
                return r;
        *ret = cli_act(c);
        for (size_t i = 0; i < c->config->nrelay; i++)
                if (strcmp(c->config->relay[i].name, a->v[0]) == 0)
                        return 0;
        return cli_relay_unknown(c, a->v[0]);
}

static bool all_paused(const struct cli *c, const struct known *k)
{
        for (size_t i = 0; i < c->config->nrelay; i++)
                if (!relay_order_of(k->order, k->norder, c->config->relay[i].name)->paused_at)
                        return false;
        return true;
}

/* With --json the relay's row as `list` has it; nothing left that sends is said at once. */
static int tell(struct cli *c, const char *relay)
{
        CLEANUP(mem_free) struct known *k = mem_zalloc(sizeof(*k));
        struct err e = {0};
        int r;

        db_close(&c->db);
        r = known_read(c, k, &e);
        if (r < 0)
                return cli_fail(c, r, &e);
        for (size_t i = 0; c->json && i < c->config->nrelay; i++)
                if (strcmp(c->config->relay[i].name, relay) == 0)
                        list_json(c, &c->config->relay[i], k);
        if (all_paused(c, k))
                cli_note(c, "every relay is paused: nothing leaves until: pressctl relay resume %s",
                         relay);
        return EXIT_OK;
}

int cmd_relay_pause(struct cli *c, const struct args *a)
{
        CLEANUP(mem_free) char *why = NULL;
        const char *given = args_get(a, "why");
        struct err e = {0};
        struct act act;
        int r = operand(c, a, &act);

        if (r == 0 && given)
                r = cli_text(c, "why", given, &why);
        if (r != 0)
                return r;
        r = act_relay_pause(&act, a->v[0], why ? why : "", &e);
        if (r < 0)
                return cli_fail(c, r, &e);
        if (!c->json)
                cli_say(c,
                        "Relay “%s” is paused; letters on the wire there still end. To go on: "
                        "pressctl relay resume %s\n",
                        a->v[0], a->v[0]);
        return tell(c, a->v[0]);
}

int cmd_relay_resume(struct cli *c, const struct args *a)
{
        struct err e = {0};
        struct act act;
        int r = operand(c, a, &act);

        if (r != 0)
                return r;
        r = act_relay_resume(&act, a->v[0], &e);
        if (r < 0)
                return cli_fail(c, r, &e);
        if (!c->json)
                cli_say(c, "Relay “%s” is used again.\n", a->v[0]);
        cli_note_sender(c);
        return tell(c, a->v[0]);
}

int cmd_relay_retry(struct cli *c, const struct args *a)
{
        struct err e = {0};
        struct act act;
        int r = operand(c, a, &act);

        if (r != 0)
                return r;
        r = act_relay_retry(&act, a->v[0], &e);
        if (r < 0)
                return cli_fail(c, r, &e);
        if (!c->json)
                cli_say(c, "Relay “%s” is tried now; what came of it: pressctl relay list\n",
                        a->v[0]);
        cli_note_sender(c);
        return tell(c, a->v[0]);
}
