// SPDX-License-Identifier: MIT
#include "commands.h"

#include "press/event.h"
#include "press/json.h"
#include "press/mem.h"
#include "press/moment.h"
#include "press/text.h"

#include <errno.h>
#include <string.h>

const struct cli_option cmd_log_options[] = {
        {"release", "R", N_("of this release only")},
        {"address", "A", N_("of this address only")},
        {"who", "WORDS", N_("where all words are in name and organisation; marks do not matter")},
        {"state", "S", N_("what led to this state of a delivery")},
        {"since", "T", N_("from this moment on; a duration: so long ago")},
        {"until", "T", N_("up to this moment")},
        {"csv", NULL, N_("as a table for a spreadsheet")},
        {0},
};

struct output { /* where an event goes, and how many there were */
        const struct cli *c;
        int (*print)(const struct cli *c, const struct event *ev);
        int64_t n;
};

static int print(void *ctx, const struct event *ev)
{
        struct output *o = ctx;

        o->n++;
        return o->print(o->c, ev);
}

/* What stands in one place for machines: the server's words, or the note of an act of ours. */
static const char *words_of(const struct event *ev)
{
        return ev->reply[0] ? ev->reply : ev->note;
}

static int print_json(const struct cli *c, const struct event *ev)
{
        struct json j;

        (void) c;
        json_begin(&j);
        json_string(&j, "event", ev->kind);
        json_number(&j, "release", ev->release_id);
        json_number(&j, "delivery", ev->delivery_id);
        json_string(&j, "address", ev->address);
        json_string(&j, "name", ev->name);
        json_string(&j, "org", ev->org);
        json_number(&j, "attempt", ev->attempt);
        json_moment(&j, "at", ev->at);
        json_string(&j, "relay", ev->relay);
        json_string(&j, "peer", ev->peer);
        json_string(&j, "stage", ev->stage);
        json_number(&j, "code", ev->code);
        json_string(&j, "enhanced", ev->enhanced);
        json_string(&j, "reply", words_of(ev));
        json_string(&j, "tls", ev->tls);
        json_number(&j, "ms", ev->ms);
        json_string(&j, "state", words_name(&delivery_states, (int) ev->state));
        if (ev->action[0])
                json_string(&j, "action", ev->action);
        if (ev->second_copy)
                json_bool(&j, "second_copy", true);
        json_end(&j, stdout);
        return 0;
}

/* --- as a table --------------------------------------------------------------------- */

static const char *const csv_head[] = {
        "event", "release", "delivery", "address",     "name",   "org",      "attempt",
        "at",    "relay",   "peer",     "stage",       "code",   "enhanced", "reply",
        "tls",   "ms",      "state",    "second_copy", "action",
};

static const char *number(int64_t n, char out[24])
{
        snprintf(out, 24, "%lld", (long long) n);
        return out;
}

static int print_csv(const struct cli *c, const struct event *ev)
{
        char release[24], delivery[24], attempt[24], code[24], ms[24], at[MOMENT_MAX];
        const char *const field[] = {
                ev->kind,
                number(ev->release_id, release),
                number(ev->delivery_id, delivery),
                ev->address,
                ev->name,
                ev->org,
                number(ev->attempt, attempt),
                moment_rfc3339(ev->at, at),
                ev->relay,
                ev->peer,
                ev->stage,
                number(ev->code, code),
                ev->enhanced,
                words_of(ev),
                ev->tls,
                number(ev->ms, ms),
                words_name(&delivery_states, (int) ev->state),
                ev->second_copy ? "yes" : "",
                ev->action,
        };

        (void) c;
        _Static_assert(COUNT_OF(field) == COUNT_OF(csv_head), "a heading for each field");
        cli_csv_row(field, COUNT_OF(field));
        return 0;
}

/* --- for people ---------------------------------------------------------------------- */

static int print_line(const struct cli *c, const struct event *ev)
{
        char at[MOMENT_MAX], person[CLI_PERSON_MAX];

        printf("%s  ", moment_show_exact(ev->at, c->lang, at));
        cli_say(c, "release %lld", (long long) ev->release_id);
        printf("  %s  ", cli_person(ev->name, ev->org, ev->address, person));
        if (strcmp(ev->kind, "resend") == 0)
                cli_say(c, "sent again by hand");
        else if (strcmp(ev->kind, "call") == 0)
                cli_say(c, "telephone call");
        else
                fputs(delivery_state_title(ev->state, c->lang), stdout);
        if (ev->attempt) {
                putchar(' ');
                cli_say(c, "(try %lld)", (long long) ev->attempt);
        }
        fputs("  ", stdout);
        cli_event(c, ev, stdout);
        putchar('\n');
        return 0;
}

/* --- the filter ------------------------------------------------------------------------ */

static int state_option(const struct cli *c, const char *s, int *ret)
{
        struct err e = {0};
        const char *near;

        *ret = words_find(&delivery_states, s);
        if (*ret >= 0)
                return 0;
        near = text_nearest(s, delivery_states.name, (size_t) delivery_states.n);
        if (near)
                err_set(&e, -EINVAL, "there is no state “%s”; did you mean “%s”?", s, near);
        else
                err_set(&e, -EINVAL, "there is no state “%s”", s);
        return cli_usage(c, &e);
}

/* What needs no database; 0, or the exit code after saying why. */
static int filter(const struct cli *c, const struct args *a, struct event_filter *f,
                  struct addr *address)
{
        const char *s;
        int r = 0;

        if ((s = args_get(a, "address")) != NULL) {
                r = cli_address(c, s, address);
                f->address = address->mailbox;
        }
        if (r == 0 && (s = args_get(a, "state")) != NULL)
                r = state_option(c, s, &f->state);
        if (r == 0 && (s = args_get(a, "since")) != NULL)
                r = cli_moment(c, s, &f->since);
        if (r == 0 && (s = args_get(a, "until")) != NULL)
                r = cli_moment(c, s, &f->until);
        f->who = args_get(a, "who");
        return r;
}

int cmd_log(struct cli *c, const struct args *a)
{
        struct output o = {.c = c, .print = c->json ? print_json : print_line};
        struct event_filter f = {.state = -1};
        struct err e = {0};
        struct addr address;
        int r;

        if (c->json && args_has(a, "csv")) {
                err_set(&e, -EINVAL, "--json and --csv exclude each other");
                return cli_usage(c, &e);
        }
        r = cli_db(c); /* it also opens the zone in which moments are read */
        if (r == 0)
                r = filter(c, a, &f, &address);
        if (r == 0 && args_has(a, "release"))
                r = cli_release(c, args_get(a, "release"), &f.release);
        if (r != 0)
                return r;
        if (args_has(a, "csv")) {
                cli_csv_begin(csv_head, COUNT_OF(csv_head));
                o.print = print_csv;
        }
        r = event_each(c->db, &f, print, &o, &e);
        if (r < 0)
                return cli_fail(c, r, &e);
        if (o.n == 0)
                cli_note(c, "nothing in the log fits this");
        return EXIT_OK;
}
