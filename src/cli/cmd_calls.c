// SPDX-License-Identifier: MIT
/* Whom to telephone, for the clerk who has ten minutes. */
#include "commands.h"

#include "press/calls.h"
#include "press/clock.h"
#include "press/json.h"
#include "press/mem.h"
#include "press/moment.h"
#include "press/tally.h"
#include "press/text.h"
#include "press/unconfirmed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_COLUMNS 100
#define LINES         1000 /* of each heading, unless --limit says more */

const struct cli_option cmd_calls_options[] = {
        {"by", "T", N_("who has not got it by then; without it, by the class's own time")},
        {"all", NULL, N_("the stop list and the trial list too")},
        {"limit", "N", N_("at most so many of each heading (1000)")},
        {"csv", NULL, N_("as a table for a spreadsheet")},
        {0},
};

struct sheet { /* one line, in the words of the reader */
        char person[CLI_PERSON_MAX], phone[CALLS_TEXT_MAX], state[VIEW_MAX];
        char reason[CALLS_TEXT_MAX], said[CALLS_TEXT_MAX], call[CALLS_TEXT_MAX];
};

/* A report's words begin with the code, a reply to us comes without. */
static void say_reply(struct sheet *s, const struct person_card *card)
{
        char code[16];

        snprintf(code, sizeof(code), "%lld", (long long) card->code);
        if (strncmp(card->reply, code, strlen(code)) == 0)
                snprintf(s->said, sizeof(s->said), "%s", card->reply);
        else
                snprintf(s->said, sizeof(s->said), "%s %s", code,
                         card->reply[0] ? card->reply : card->enhanced);
}

static void fill(const struct cli *c, const struct release *rel, const struct calls_line *l,
                 struct sheet *s)
{
        const struct person_card *card = &l->card;
        struct delivery d = card->d;
        char none[] = "";

        cli_person(d.name, d.org, "", s->person);
        calls_phone(card->phone, s->phone);
        d.detail = none; /* the reason stands apart */
        view_delivery(rel, &d, c->now, c->lang, s->state);
        calls_reason(l, c->lang, s->reason);
        s->said[0] = '\0';
        if (card->code && d.state != DELIVERY_RELAYED) /* else it is no server's answer */
                say_reply(s, card);
        calls_last(&card->call, c->now, c->lang, s->call);
}

/* --- for programs ------------------------------------------------------------------------- */

static void json_call(struct json *j, const struct call *call)
{
        if (!call->id) {
                json_string(j, "call", NULL);
                return;
        }
        json_object(j, "call");
        json_string(j, "outcome", words_name(&call_outcomes, (int) call->outcome));
        json_moment(j, "at", call->at);
        json_string(j, "by", call->by);
        json_string(j, "address", call->address);
        json_string(j, "note", call->note);
        json_close(j, '}');
}

static void print_json(const struct cli *c, const struct release *rel, const struct calls_line *l)
{
        const struct delivery *d = &l->card.d;
        struct sheet s;
        struct json j;

        fill(c, rel, l, &s);
        json_begin(&j);
        json_number(&j, "release", d->release_id);
        json_number(&j, "delivery", d->id);
        json_number(&j, "contact", d->contact_id);
        json_string(&j, "group", words_name(&calls_groups, (int) l->group));
        json_string(&j, "name", d->name);
        json_string(&j, "org", d->org);
        json_string(&j, "org_kind", words_name(&org_kinds, (int) d->org_kind));
        json_number(&j, "priority", d->priority);
        json_string(&j, "phone", s.phone);
        json_string(&j, "address", d->address);
        json_string(&j, "state", words_name(&delivery_states, (int) d->state));
        json_number(&j, "attempts", d->attempt);
        json_moment(&j, "at", l->card.said_at ? l->card.said_at : d->settled_at);
        json_moment(&j, "next", l->group == CALLS_WAITING ? d->due_at : 0);
        json_string(&j, "reason", s.reason);
        json_number(&j, "code", l->card.code);
        json_string(&j, "enhanced", l->card.enhanced);
        json_string(&j, "reply", l->card.reply);
        json_call(&j, &l->card.call);
        json_end(&j, stdout);
}

static const char *const csv_head[] = {
        "contact", "priority", "phone", "name", "org",  "org_kind", "group",   "address",
        "state",   "reason",   "reply", "at",   "call", "call_at",  "call_by", "note",
};

static void print_csv(const struct cli *c, const struct release *rel, const struct calls_line *l)
{
        const struct delivery *d = &l->card.d;
        const struct call *call = &l->card.call;
        char id[24], priority[24], at[MOMENT_MAX] = "", called[MOMENT_MAX] = "";
        int64_t when = l->card.said_at ? l->card.said_at : d->settled_at;
        struct sheet s;

        fill(c, rel, l, &s);
        snprintf(id, sizeof(id), "%lld", (long long) d->contact_id);
        snprintf(priority, sizeof(priority), "%d", d->priority);
        if (when)
                moment_rfc3339(when, at);
        if (call->id)
                moment_rfc3339(call->at, called);

        const char *const field[] = {
                id,
                priority,
                s.phone,
                d->name,
                d->org,
                words_name(&org_kinds, (int) d->org_kind),
                words_name(&calls_groups, (int) l->group),
                d->address,
                words_name(&delivery_states, (int) d->state),
                s.reason,
                s.said,
                at,
                call->id ? words_name(&call_outcomes, (int) call->outcome) : "",
                called,
                call->id ? call->by : "",
                call->id ? call->note : "",
        };

        _Static_assert(COUNT_OF(field) == COUNT_OF(csv_head), "a heading for each field");
        cli_csv_row(field, COUNT_OF(field));
}

/* --- for people ---------------------------------------------------------------------------- */

static void print_line(const struct cli *c, const struct release *rel, const struct calls_line *l,
                       size_t number)
{
        const struct delivery *d = &l->card.d;
        struct sheet s;

        fill(c, rel, l, &s);
        printf("%3zu. %s  %s", number,
               s.phone[0] ? s.phone : msg_text(c->lang, "(no telephone number in the book)"),
               s.person);
        if (d->contact_id)
                printf("  #%lld", (long long) d->contact_id);
        if (l->card.gone)
                printf("  %s", msg_text(c->lang, "(no longer in the book)"));
        printf("\n     %s", s.state);
        if (d->state != DELIVERY_SUPPRESSED) /* whose state says why */
                printf(": %s", s.reason);
        if (d->address[0])
                printf(" <%s>", d->address);
        putchar('\n');
        calls_cut(s.said, WORDS_COLUMNS); /* all of them: explain */
        if (s.said[0])
                cli_say(c, "     their server: %s\n", s.said);
        if (s.call[0])
                cli_say(c, "     telephoned %s\n", s.call);
}

static void print_more(const struct cli *c, int64_t found, size_t shown)
{
        if (found > (int64_t) shown)
                cli_say(c, "  and %lld more; with --limit or --csv\n",
                        (long long) found - (long long) shown);
}

static void print_close(const struct cli *c, const struct calls *l, int64_t id)
{
        char at[MOMENT_MAX], first[CLI_PERSON_MAX];

        if (l->later && l->later_at)
                cli_say(c, "%lld still wait and have time, next try %s; by a moment: --by T\n",
                        (long long) l->later, moment_show(l->later_at, c->lang, at));
        else if (l->later)
                cli_say(c, "%lld still wait and have time; by a moment: --by T\n",
                        (long long) l->later);
        if (l->pending)
                cli_say(c, "%lld handed on; confirmation may still come until %s\n",
                        (long long) l->pending, moment_show(l->pending_until, c->lang, at));
        if (l->phoned)
                cli_say(c, "%lld reached by telephone, and left out here\n", (long long) l->phoned);
        if (l->n) /* an example: the places 1. 2. 3. look like numbers of contacts, too */
                cli_say(c,
                        "Record a call, such as the first one, by the number behind #: pressctl "
                        "call %lld %s --reached|--no-answer|--left-word|--new-address A "
                        "[--note T]\n",
                        (long long) id, cli_contact(&l->v[0].card.d, first));
}

static void hint(void *out, const char *sentence)
{
        fprintf(out, "  ! %s\n", sentence);
}

static void print_list(const struct cli *c, const struct release *rel, const struct calls *l,
                       const struct unconfirmed *u)
{
        size_t first = l->n - l->nunconfirmed;
        char for_ms[MOMENT_MAX];

        cli_title(c, rel, stdout);
        if (calls_to_make(l) == 0)
                cli_say(c, "Nobody is to be telephoned for now.\n");
        else
                cli_say(c, "\nTo be telephoned: %lld\n", (long long) calls_to_make(l));
        for (size_t i = 0; i < first; i++)
                print_line(c, rel, &l->v[i], i + 1);
        print_more(c, calls_to_make(l), first);
        if (l->found[CALLS_UNCONFIRMED])
                cli_say(c, "\nHanded on, not confirmed for over %s: %lld\n",
                        duration_show(l->confirm_ms, c->lang, for_ms),
                        (long long) l->found[CALLS_UNCONFIRMED]);
        unconfirmed_say(u, c->lang, hint, stdout);
        for (size_t i = first; i < l->n; i++)
                print_line(c, rel, &l->v[i], i + 1);
        print_more(c, l->found[CALLS_UNCONFIRMED], l->nunconfirmed);
        putchar('\n');
        print_close(c, l, rel->id);
}

/* --- the command ---------------------------------------------------------------------------- */

static int options(const struct cli *c, const struct args *a, struct calls_ask *ask)
{
        const char *limit = args_get(a, "limit"), *by = args_get(a, "by");
        struct err e = {0};

        if (c->json && args_has(a, "csv")) {
                err_set(&e, -EINVAL, "--json and --csv exclude each other");
                return cli_usage(c, &e);
        }
        ask->limit = LINES;
        if (limit) {
                char *end;
                long n = strtol(limit, &end, 10);

                if (*end || n < 1 || n > 1000000) {
                        err_set(&e, -EINVAL, "--limit takes a number from 1 to 1000000");
                        return cli_usage(c, &e);
                }
                ask->limit = (size_t) n;
        }
        ask->stopped = args_has(a, "all");
        return by ? cli_moment(c, by, &ask->by) : 0;
}

static void print(const struct cli *c, const struct args *a, const struct release *rel,
                  const struct calls *l, const struct unconfirmed *u)
{
        bool csv = args_has(a, "csv");

        if (!c->json && !csv) {
                print_list(c, rel, l, u);
                return;
        }
        if (csv)
                cli_csv_begin(csv_head, COUNT_OF(csv_head));
        for (size_t i = 0; i < l->n; i++) {
                if (csv)
                        print_csv(c, rel, &l->v[i]);
                else
                        print_json(c, rel, &l->v[i]);
        }
        if (calls_to_make(l) + l->found[CALLS_UNCONFIRMED] > (int64_t) l->n)
                cli_note(c, "%lld more are on the list; --limit shows them",
                         (long long) (calls_to_make(l) + l->found[CALLS_UNCONFIRMED]) -
                                 (long long) l->n);
}

int cmd_calls(struct cli *c, const struct args *a)
{
        struct calls_ask ask = {.now = c->now};
        CLEANUP(release_done) struct release rel = {0};
        CLEANUP(calls_done) struct calls l = {0};
        struct tally kind[ORG_KINDS];
        struct unconfirmed u = {0};
        struct err e = {0};
        int r = cli_db(c);

        if (r == 0)
                r = options(c, a, &ask);
        if (r == 0)
                r = cli_release(c, a->v[0], &ask.release);
        if (r != 0)
                return r;
        r = release_get(c->db, ask.release, &rel, &e);
        if (r == 0)
                r = calls_read(c->db, c->config, &ask, &l, &e);
        if (r == 0 && l.found[CALLS_UNCONFIRMED])
                r = tally_by_kind(c->db, rel.id, kind, &e);
        if (r == 0 && l.found[CALLS_UNCONFIRMED])
                r = unconfirmed_read(c->db, c->config, &rel, kind, c->now, &u, &e);
        if (r == 0)
                r = cli_note_hold(c, &rel, &e);
        if (r < 0)
                return cli_fail(c, r, &e);
        print(c, a, &rel, &l, &u);
        return EXIT_OK;
}
