// SPDX-License-Identifier: MIT
/* What the relay's own log says of our letters. */
#include "commands.h"

#include "press/clock.h"
#include "press/json.h"
#include "press/mem.h"
#include "press/relay_log_take.h"
#include "press/zone.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>

const struct cli_option cmd_report_relay_log_options[] = {
        {"follow", NULL, N_("go on with what is written to it, through rotation")},
        {"relay", "NAME", N_("the relay whose log it is")},
        {"next-hop-is-relay", "HOSTS",
         N_("names and addresses of further relays of ours, with commas between")},
        {"zone", "ZONE", N_("of times in it that name none, instead of `timezone`")},
        {"dry-run", NULL, N_("only say what would be recorded")},
        {0}};

static volatile sig_atomic_t stopped;

static void stop(int number)
{
        (void) number;
        stopped = 1;
}

/* Without SA_RESTART: a wait ends. */
static void stop_on_signals(void)
{
        const struct sigaction sa = {.sa_handler = stop};

        sigaction(SIGTERM, &sa, NULL);
        sigaction(SIGINT, &sa, NULL);
}

/* --- what is said ------------------------------------------------------------------------- */

static const char *action_words(const struct cli *c, enum finding_action a)
{
        static const char *const words[FINDING_EXPANDED + 1] = {
                [FINDING_DELIVERED] = N_("accepted by the recipient's mail server"),
                [FINDING_FAILED] = N_("returned, did not arrive"),
                [FINDING_DELAYED] = N_("delayed, still being tried by the relay"),
                [FINDING_RELAYED] = N_("handed to a further relay, arrival not confirmed"),
                [FINDING_EXPANDED] = N_("handed to a list of addresses"),
        };

        return msg_text(c->lang, words[a]);
}

struct telling {
        struct cli *c;
        bool all; /* each one; else only what did not arrive: the counts say the rest */
};

static void tell_json(const struct relay_news *n)
{
        struct json j;

        json_begin(&j);
        json_number(&j, "release", n->release);
        json_number(&j, "delivery", n->delivery);
        json_string(&j, "address", n->address);
        json_string(&j, "action", finding_action_name(n->action));
        json_string(&j, "state", words_name(&delivery_states, (int) n->state));
        json_moment(&j, "at", n->at);
        json_string(&j, "peer", n->next_hop);
        json_number(&j, "code", n->code);
        json_string(&j, "enhanced", n->enhanced);
        json_string(&j, "reply", n->reply);
        json_end(&j, stdout);
}

static void tell(void *ctx, const struct relay_news *n)
{
        const struct telling *t = ctx;
        char person[CLI_PERSON_MAX];

        if (t->c->json) {
                tell_json(n);
        } else if (t->all || n->action == FINDING_FAILED) {
                cli_say(t->c, "Release %lld, %s: %s", (long long) n->release,
                        cli_person(n->name, n->org, n->address, person),
                        action_words(t->c, n->action));
                printf("%s%s%s\n", n->next_hop[0] ? ", " : "", n->next_hop, n->reply[0] ? ":" : "");
                if (n->reply[0])
                        printf("    %s\n", n->reply);
        }
        if (t->all)
                fflush(stdout);
}

static void tell_totals_json(const struct relay_taker_counts *n)
{
        struct json j;

        json_begin(&j);
        json_number(&j, "lines", n->lines);
        json_number(&j, "matched", n->matched);
        for (int a = 0; a <= FINDING_EXPANDED; a++)
                json_number(&j, finding_action_name((enum finding_action) a), n->recorded[a]);
        json_number(&j, "known", n->known);
        json_number(&j, "inside", n->inside);
        json_number(&j, "others", n->others);
        json_number(&j, "waiting", n->waiting);
        json_end(&j, stdout);
}

static void tell_totals(const struct cli *c, const struct relay_taker_counts *n, bool dry)
{
        if (c->json) {
                tell_totals_json(n);
                return;
        }
        cli_say(c, "%lld lines read. What becomes of our letters is said %lld times:\n",
                (long long) n->lines, (long long) n->matched);
        for (int a = 0; a <= FINDING_EXPANDED; a++)
                if (n->recorded[a] || a <= FINDING_DELAYED)
                        printf("%8lld  %s\n", (long long) n->recorded[a],
                               action_words(c, (enum finding_action) a));
        if (n->inside)
                cli_say(c, "%8lld  from one part of the relay to the next\n",
                        (long long) n->inside);
        cli_say(c, "%8lld  known already\n", (long long) n->known);
        cli_say(c, "Said of other mail: %lld times.\n", (long long) n->others);
        if (dry)
                cli_say(c, "Nothing was recorded: --dry-run.\n");
}

/* --- reading ---------------------------------------------------------------------------------- */

#define WAIT_MS 5000 /* for letters that are on the wire, at the end of a log */

/* Another program has the database for long: what was read is kept, and it goes on. */
static bool may_wait(bool follow, int r)
{
        return follow && r == -EBUSY;
}

/* All there is now. 0 or an error. */
static int read_lines(struct relay_taker *t, struct log_file *f, bool follow, struct err *e)
{
        const char *line;
        size_t n;
        int r;

        while (!stopped && (r = log_file_line(f, &line, &n, e)) > 0) {
                do
                        r = relay_taker_line(t, line, n, e);
                while (may_wait(follow, r) && !stopped);
                if (r < 0)
                        return r;
        }
        if (stopped)
                return 0;
        return r < 0 ? r : relay_taker_flush(t, e);
}

static int read_on(struct relay_taker *t, struct log_file *f, bool follow, struct err *e)
{
        for (;;) {
                int r = read_lines(t, f, follow, e);

                if (r < 0 && !may_wait(follow, r))
                        return r;
                if (stopped || log_file_ended(f))
                        return 0;
                log_file_wait(f);
                relay_taker_now(t, clock_wall());
        }
}

/* What could not be recorded because its letter was on the wire. */
static int finish(struct relay_taker *t, struct err *e)
{
        const int64_t until = clock_mono() + WAIT_MS;
        int r = relay_taker_flush(t, e);

        while (r >= 0 && relay_taker_waiting(t) && !stopped && clock_mono() < until) {
                poll(NULL, 0, 100);
                r = relay_taker_flush(t, e);
        }
        return r;
}

static int conclude(const struct cli *c, const struct relay_taker *t, const char *path, bool dry,
                    bool zone)
{
        const struct relay_taker_counts *n = relay_taker_counts(t);
        int64_t waiting = n->waiting + (int64_t) relay_taker_waiting(t);
        struct err e = {0};

        if (n->lines && !n->understood) {
                int r = err_set(&e, -EINVAL,
                                "no line of it was written by Postfix, Zimbra or Exchange");

                err_at(&e, strcmp(path, "-") == 0 ? "" : path, 0);
                return cli_fail(c, r, &e);
        }
        tell_totals(c, n, dry);
        if (n->odd && zone)
                cli_note(c,
                         "%lld times lie before the letter left, or in the future; they were "
                         "recorded as they stand",
                         (long long) n->odd);
        else if (n->odd)
                cli_note(c,
                         "%lld results were not recorded: their times lie before the letter left, "
                         "or in the future. Are they of another zone? --zone names it",
                         (long long) n->odd);
        if (!waiting)
                return n->odd && !zone ? EXIT_CONTENT : EXIT_OK;
        cli_note(c,
                 "Of %lld letters that are being sent right now nothing was recorded; read the "
                 "log again in a moment.",
                 (long long) waiting);
        return EXIT_AGAIN;
}

static int take(struct cli *c, const struct args *a, const struct relay_taker_options *o,
                struct log_file *f)
{
        bool follow = args_has(a, "follow");
        CLEANUP(relay_taker_free) struct relay_taker *t = relay_taker_new(c->db, o, c->now);
        struct err e = {0};
        int r;

        if (follow)
                stop_on_signals();
        else
                relay_taker_written(t, log_file_time(f, c->now));
        r = read_on(t, f, follow, &e);
        if (r >= 0)
                r = finish(t, &e);
        return r < 0 ? cli_fail(c, r, &e) : conclude(c, t, a->v[0], o->dry_run, o->any_time);
}

static int check(const struct cli *c, const struct args *a)
{
        const char *relay = args_get(a, "relay");
        bool known = !relay;
        struct err e = {0};

        if (args_has(a, "follow") && strcmp(a->v[0], "-") == 0) {
                err_set(&e, -EINVAL, "--follow needs a file; standard input is read to its end");
                return cli_usage(c, &e);
        }
        for (size_t i = 0; relay && i < c->config->nrelay; i++)
                known = known || strcmp(c->config->relay[i].name, relay) == 0;
        return known ? 0 : cli_relay_unknown(c, relay);
}

static const char *or_empty(const char *s)
{
        return s ? s : "";
}

int cmd_report_relay_log(struct cli *c, const struct args *a)
{
        CLEANUP(log_file_close) struct log_file *f = NULL;
        const char *zone = args_get(a, "zone");
        struct telling telling = {.c = c, .all = args_has(a, "follow")};
        struct relay_taker_options o = {
                .relay = or_empty(args_get(a, "relay")),
                .further = or_empty(args_get(a, "next-hop-is-relay")),
                .dry_run = args_has(a, "dry-run"),
                .any_time = zone,
                .news = tell,
                .ctx = &telling,
        };
        struct err e = {0};
        int r = cli_db(c);

        if (r == 0)
                r = check(c, a);
        if (r != 0)
                return r;
        o.config = c->config;
        if (zone && (r = zone_open(zone, &e)) < 0)
                return cli_usage(c, &e);
        r = log_file_open(a->v[0], args_has(a, "follow"), &f, &e);
        return r < 0 ? cli_fail(c, r, &e) : take(c, a, &o, f);
}
