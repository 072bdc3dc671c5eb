// SPDX-License-Identifier: MIT
/* book doubtful: who may not be reached in the next crisis. */
#include "commands.h"

#include "press/doubt.h"
#include "press/json.h"
#include "press/mem.h"
#include "press/moment.h"
#include "press/text.h"
#include "press/verdict.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const struct cli_option cmd_book_doubtful_options[] = {
        {"csv", NULL, N_("a table for spreadsheets")},
        {0},
};

static const char *text(const char *s) /* there is no contact behind a domain */
{
        return s ? s : "";
}

static void doubt_json(const struct doubt *d)
{
        const struct contact *p = &d->contact;
        struct json j;

        json_begin(&j);
        json_string(&j, "entry", words_name(&doubt_kinds, (int) d->kind));
        json_string(&j, "address", d->address);
        json_number(&j, "contact", p->id);
        json_number(&j, "priority", p->priority);
        json_string(&j, "name", text(p->name));
        json_string(&j, "org", text(p->org));
        json_string(&j, "org_kind", p->id ? words_name(&org_kinds, (int) p->org_kind) : "");
        json_string(&j, "phone", text(p->phone));
        json_number(&j, "reports", d->reports);
        json_moment(&j, "first", d->first_at);
        json_moment(&j, "last", d->last_at);
        json_string(&j, "class", d->class);
        json_string(&j, "enhanced", d->enhanced);
        json_string(&j, "reply", d->reply);
        json_moment(&j, "last_success", d->alive_at);
        json_moment(&j, "expires", d->expires_at);
        json_number(&j, "broken", d->broken);
        json_number(&j, "written", d->written);
        json_end(&j, stdout);
}

/* --- a table ------------------------------------------------------------------------- */

static const char *const csv_head[] = {"entry",   "priority", "name",    "org",          "org_kind",
                                       "address", "phone",    "reports", "first",        "last",
                                       "class",   "enhanced", "reply",   "last_success", "expires",
                                       "broken",  "written"};

static const char *moment(int64_t at, char out[MOMENT_MAX])
{
        out[0] = '\0';
        return at ? moment_rfc3339(at, out) : out;
}

static const char *number(int64_t n, char out[24])
{
        snprintf(out, 24, "%lld", (long long) n);
        return n ? out : "";
}

static void doubt_csv(const struct doubt *d)
{
        const struct contact *p = &d->contact;
        char first[MOMENT_MAX], last[MOMENT_MAX], alive[MOMENT_MAX], expires[MOMENT_MAX];
        char priority[24], reports[24], broken[24], written[24];
        const char *const field[] = {
                words_name(&doubt_kinds, (int) d->kind),
                number(p->priority, priority),
                text(p->name),
                text(p->org),
                p->id ? words_name(&org_kinds, (int) p->org_kind) : "",
                d->address,
                text(p->phone),
                number(d->reports, reports),
                moment(d->first_at, first),
                moment(d->last_at, last),
                d->class,
                d->enhanced,
                d->reply,
                moment(d->alive_at, alive),
                moment(d->expires_at, expires),
                number(d->broken, broken),
                number(d->written, written),
        };

        _Static_assert(COUNT_OF(field) == COUNT_OF(csv_head), "a heading for each field");
        cli_csv_row(field, COUNT_OF(field));
}

/* --- for people ---------------------------------------------------------------------- */

static void say_kind(const struct cli *c, const struct doubt *d)
{
        char when[MOMENT_MAX];

        switch (d->kind) {
        case DOUBT_MANDATORY:
                cli_say(c, "Looks dead, and is written to all the same because it is mandatory: "
                           "find the right address.");
                return;
        case DOUBT_COMPLAINT:
                cli_say(c, "Called our letters unwanted; mandatory, so letters go on: ask them.");
                return;
        case DOUBT_STOPPED: cli_say(c, "Mandatory, but on the stop list: gets nothing."); return;
        case DOUBT_LAPSING:
                cli_say(c, "Was found dead; is written to again from %s: find the right address.",
                        moment_show(d->expires_at, c->lang, when));
                return;
        case DOUBT_ADDRESS: cli_say(c, "Letters came back, not enough to stop them."); return;
        case DOUBT_DOMAIN:
        case DOUBT_KINDS: return;
        }
}

static void domain_print(const struct cli *c, const struct doubt *d)
{
        char from[MOMENT_MAX], to[MOMENT_MAX];

        printf("-  %s\n   ", d->address);
        cli_say(c,
                "%lld of %lld addresses there were called dead at once, between %s and %s: the "
                "domain was at fault, and it counts for none of them.\n",
                (long long) d->broken, (long long) d->written,
                moment_show(d->first_at, c->lang, from), moment_show(d->last_at, c->lang, to));
}

static void doubt_print(const struct cli *c, const struct doubt *d)
{
        char person[CLI_PERSON_MAX], phone[VIEW_MAX], reply[VIEW_MAX], when[MOMENT_MAX],
                last[MOMENT_MAX];

        text_escape(text(d->contact.phone), phone, sizeof(phone));
        text_escape(d->reply, reply, sizeof(reply));
        printf("%d  %s%s%s", d->contact.priority,
               cli_person(text(d->contact.name), text(d->contact.org), d->address, person),
               phone[0] ? "  " : "", phone);
        if (d->contact.id)
                printf("  #%lld", (long long) d->contact.id);
        fputs("\n   ", stdout);
        say_kind(c, d);
        putchar('\n');
        if (d->reports) {
                fputs("   ", stdout);
                cli_say(c, "%lld releases since %s, last %s: %s", (long long) d->reports,
                        moment_show(d->first_at, c->lang, when),
                        moment_show(d->last_at, c->lang, last),
                        cli_verdict_class(c, words_find(&verdict_classes, d->class)));
                printf("%s%s\n", reply[0] ? ": " : "", reply);
        }
        fputs("   ", stdout);
        if (d->alive_at)
                cli_say(c, "Its server last took a letter %s.\n",
                        moment_show(d->alive_at, c->lang, when));
        else
                cli_say(c, "That its server ever took a letter is not known.\n");
}

int cmd_book_doubtful(struct cli *c, const struct args *a)
{
        CLEANUP(doubt_list_done) struct doubt_list l = {0};
        bool csv = args_has(a, "csv"), mendable = false;
        struct err e = {0};
        int r;

        if (c->json && csv) {
                err_set(&e, -EINVAL, "--json and --csv exclude each other");
                return cli_usage(c, &e);
        }
        r = cli_db(c);
        if (r != 0)
                return r;
        cli_suppress_pass(c);
        r = doubt_find(c->db, c->config, c->now, &l, &e);
        if (r < 0)
                return cli_fail(c, r, &e);
        if (csv)
                cli_csv_begin(csv_head, COUNT_OF(csv_head));
        for (size_t i = 0; i < l.n; i++) {
                mendable = mendable || l.v[i].contact.id;
                if (c->json)
                        doubt_json(&l.v[i]);
                else if (csv)
                        doubt_csv(&l.v[i]);
                else if (l.v[i].kind == DOUBT_DOMAIN)
                        domain_print(c, &l.v[i]);
                else
                        doubt_print(c, &l.v[i]);
        }
        if (!c->json && !csv && l.n)
                cli_say(c, "A new address: pressctl book set ID --email ADDRESS. Where it is right "
                           "after all: pressctl suppress lift ADDRESS\n");
        else if (!c->json && !csv)
                cli_say(c, "No address in the book is in doubt.\n");
        else if (mendable && !c->json && !csv)
                cli_say(c, "To mend, with the number behind #: pressctl book set ID --email "
                           "ADDRESS; where the address is right: pressctl suppress lift ADDRESS\n");
        return EXIT_OK;
}
