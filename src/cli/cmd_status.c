// SPDX-License-Identifier: MIT
#include "commands.h"

#include "press/clock.h"
#include "press/delivery.h"
#include "press/hold.h"
#include "press/json.h"
#include "press/mem.h"
#include "press/moment.h"
#include "press/tally.h"
#include "press/unconfirmed.h"
#include "press/view.h"
#include "table.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NAMED_MAX   10 /* of those who have not got it */
#define BAR_COLUMNS 40
#define LOOK_MS     200

const struct cli_option cmd_status_options[] = {
        {"watch", NULL, N_("show it as it goes on, until nothing is left to try")},
        {"wait", "[DUR]", N_("wait until nothing is left to try, or for DUR; tell by exit code")},
        {0},
};

struct status { /* one release at one instant */
        struct release r;
        int64_t counts[DELIVERY_STATES];      /* of deliveries: what programs are told */
        struct tally kind[ORG_KINDS], people; /* what people are told; the latter is the sum */
        struct unconfirmed unconfirmed;
        struct hold hold;
};

static void status_done(struct status *s)
{
        release_done(&s->r);
        hold_done(&s->hold);
}

/* State and counts of the same commit, so that they add up (R16). */
static int status_read(struct cli *c, int64_t id, struct status *s, struct err *e)
{
        CLEANUP(tx_done) struct tx tx = {0};
        int r = tx_read(&tx, c->db, e);

        if (r == 0)
                r = release_get(c->db, id, &s->r, e);
        if (r == 0)
                r = release_counts(c->db, id, s->counts, e);
        if (r == 0)
                r = tally_by_kind(c->db, id, s->kind, e);
        if (r == 0)
                tally_sum(s->kind, &s->people);
        if (r == 0)
                r = unconfirmed_read(c->db, c->config, &s->r, s->kind, clock_wall(),
                                     &s->unconfirmed, e);
        return r == 0 ? hold_read(c->db, c->config, &s->r, &s->hold, e) : r;
}

static void print_json(const struct status *s)
{
        struct json j;

        json_begin(&j);
        json_number(&j, "release", s->r.id);
        json_string(&j, "state", words_name(&release_states, (int) s->r.state));
        json_number(&j, "recipients", s->r.recipients);
        for (int i = 0; i < DELIVERY_STATES; i++)
                json_number(&j, words_name(&delivery_states, i), s->counts[i]);
        json_end(&j, stdout);
        fflush(stdout);
}

/* --- the whole picture -------------------------------------------------------------- */

static void hindrance(void *out, const char *sentence)
{
        fprintf(out, "! %s\n", sentence);
}

/* What keeps letters from leaving stands above the numbers that it explains. */
static void print_hold(const struct cli *c, const struct status *s, FILE *out)
{
        hold_say(&s->hold, &s->r, clock_wall(), c->lang, hindrance, out);
}

/* Those who were not written to, by the reason. */
static void suppressed(const struct cli *c, const struct tally *people, struct table *t)
{
        for (int i = 0; i < DELIVERY_REASONS; i++) {
                const struct delivery d = {.state = DELIVERY_SUPPRESSED,
                                           .reason = (enum delivery_reason) i};
                char what[VIEW_MAX];

                if (!people->suppressed[i])
                        continue;
                view_delivery(NULL, &d, c->now, c->lang, what);
                table_number(t, people->suppressed[i]);
                table_cell(t, what);
        }
}

/* Relayed, and nothing was heard within the class's time. */
static int64_t not_confirmed(const struct status *s)
{
        return s->people.state[DELIVERY_RELAYED] - unconfirmed_pending(&s->unconfirmed);
}

static void handed_on(const struct cli *c, const struct status *s, struct table *t)
{
        const int64_t n[] = {not_confirmed(s), unconfirmed_pending(&s->unconfirmed)};
        char title[UNCONFIRMED_TEXT_MAX];

        for (int pending = 0; pending < 2; pending++) {
                if (!n[pending])
                        continue;
                table_number(t, n[pending]);
                table_cell(t, unconfirmed_title(&s->unconfirmed, pending, c->lang, title));
        }
}

static void print_counts(const struct cli *c, const struct status *s, FILE *out)
{
        CLEANUP(table_done) struct table t = TABLE(2, 1u << 0);

        table_number(&t, view_people(&s->people));
        table_cell(&t, msg_text(c->lang, "recipients"));
        for (int i = 0; i < DELIVERY_STATES; i++) {
                if (i == DELIVERY_SUPPRESSED)
                        suppressed(c, &s->people, &t);
                else if (i == DELIVERY_RELAYED)
                        handed_on(c, s, &t);
                else if (s->people.state[i]) {
                        table_number(&t, s->people.state[i]);
                        table_cell(&t, delivery_state_title((enum delivery_state) i, c->lang));
                }
        }
        if (view_phoned(&s->people)) {
                table_number(&t, view_phoned(&s->people));
                table_cell(&t, msg_text(c->lang, "of those not reached: told by telephone"));
        }
        table_print(&t, 2, out);
}

#define GROUP_COLUMNS 9

/* All, waiting, handed on (two), unknown, accepted, not reached, phoned, not sent: they add up. */
static void group_sums(const struct tally *t, int64_t pending, int64_t out[GROUP_COLUMNS])
{
        const int64_t *n = t->state;

        out[0] = view_people(t);
        out[1] = n[DELIVERY_QUEUED] + n[DELIVERY_SENDING] + n[DELIVERY_DEFERRED];
        out[2] = pending;
        out[3] = n[DELIVERY_RELAYED] - pending;
        out[4] = n[DELIVERY_UNKNOWN];
        out[5] = n[DELIVERY_DELIVERED];
        out[6] = view_not_reached(t);
        out[7] = view_phoned(t);
        out[8] = out[0];
        for (int i = 1; i < 8; i++)
                out[8] -= out[i];
}

/* A column in which nothing stands is left out: the table fits a narrow terminal. */
static void print_groups(const struct cli *c, const struct status *s)
{
        static const char *const head[GROUP_COLUMNS] = {
                N_("recipients"),      N_("waiting"),
                N_("handed on"),       N_("handed on, not confirmed"),
                N_("outcome unknown"), N_("accepted by their server"),
                N_("not reached"),     N_("told by telephone"),
                N_("not sent"),
        };
        CLEANUP(table_done) struct table t = TABLE(1, ~1u);
        int64_t sum[ORG_KINDS][GROUP_COLUMNS], in_all[GROUP_COLUMNS] = {0};

        for (int k = 0; k < ORG_KINDS; k++) {
                group_sums(&s->kind[k], s->unconfirmed.pending[k], sum[k]);
                for (int i = 0; i < GROUP_COLUMNS; i++)
                        in_all[i] += sum[k][i];
        }
        for (int i = 0; i < GROUP_COLUMNS; i++)
                t.columns += in_all[i] != 0;
        table_cell(&t, "");
        for (int i = 0; i < GROUP_COLUMNS; i++)
                if (in_all[i])
                        table_cell(&t, msg_text(c->lang, head[i]));
        for (int k = 0; k < ORG_KINDS; k++) {
                table_cell(&t, org_kind_title((enum org_kind) k, c->lang));
                for (int i = 0; i < GROUP_COLUMNS; i++)
                        if (in_all[i])
                                table_count(&t, sum[k][i]);
        }
        putchar('\n');
        table_print(&t, 2, stdout);
}

/* How many there are stands in the tally: 10 are read, not all of perhaps 100,000. */
static int print_unreached(struct cli *c, const struct status *s, struct err *e)
{
        CLEANUP(delivery_list_done) struct delivery_list l = {0};
        int64_t all = view_not_reached(&s->people);
        int r = delivery_unreached(c->db, s->r.id, NAMED_MAX, &l, e);

        if (r < 0 || l.n == 0)
                return r;
        putchar('\n');
        cli_say(c, "Not reached:\n");
        for (size_t i = 0; i < l.n; i++) {
                const struct delivery *d = &l.v[i];
                char person[CLI_PERSON_MAX], what[VIEW_MAX];

                view_delivery(&s->r, d, c->now, c->lang, what);
                printf("  %s: %s\n", cli_person(d->name, d->org, d->address, person), what);
        }
        if (all > (int64_t) l.n)
                cli_say(c, "  and %lld more: pressctl calls %lld\n",
                        (long long) all - (long long) l.n, (long long) s->r.id);
        return 0;
}

static int print_status(struct cli *c, const struct status *s, struct err *e)
{
        char state[VIEW_MAX];

        cli_title(c, &s->r, stdout);
        view_release(&s->r, &s->people, clock_wall(), hold_all(&s->hold), c->lang, state);
        printf("%s\n", state);
        print_hold(c, s, stdout);
        putchar('\n');
        print_counts(c, s, stdout);
        print_groups(c, s);
        unconfirmed_say(&s->unconfirmed, c->lang, hindrance, stdout);
        return print_unreached(c, s, e);
}

/* --- as it goes on -------------------------------------------------------------------- */

static int64_t settled(const struct status *s)
{
        const int64_t *n = s->people.state;

        return view_people(&s->people) - n[DELIVERY_QUEUED] - n[DELIVERY_SENDING] -
               n[DELIVERY_DEFERRED] - n[DELIVERY_UNKNOWN];
}

/* The bar says who does not wait any more; the words beside it, that this is not arrival. */
static void print_bar(const struct cli *c, const struct status *s, FILE *out)
{
        int64_t all = view_people(&s->people), n = all > 0 ? all : 1;
        int64_t full = settled(s) * BAR_COLUMNS / n;

        putc('[', out);
        for (int i = 0; i < BAR_COLUMNS; i++)
                fputs(i < full ? "█" : "·", out);
        fprintf(out, "] ");
        fprintf(out, msg_fmt(c->lang, "%lld of %lld no longer wait, %lld not reached"),
                (long long) settled(s), (long long) all, (long long) view_not_reached(&s->people));
        putc('\n', out);
}

/* Redraws in place: up over what was drawn, no line wraps, each line cleared to its end. */
static int draw(const struct cli *c, const struct status *s, int up)
{
        CLEANUP(mem_free) char *text = NULL;
        size_t size;
        FILE *out = open_memstream(&text, &size);
        int lines = 0;

        if (!out)
                abort(); /* out of memory */
        print_hold(c, s, out);
        print_bar(c, s, out);
        print_counts(c, s, out);
        fclose(out);
        if (up)
                printf("\033[%dA", up);
        fputs("\033[?7l", stdout);
        for (char *rest = text, *line; (line = strsep(&rest, "\n")) != NULL && rest;) {
                printf("%s\033[K\n", line);
                lines++;
        }
        fputs("\033[J\033[?7h", stdout);
        fflush(stdout);
        return lines;
}

static void plain(const struct cli *c, const struct status *s)
{
        char at[MOMENT_MAX];

        if (c->json) {
                print_json(s);
                return;
        }
        printf("%s  ", moment_show_exact(clock_wall(), c->lang, at));
        cli_say(c, "%lld of %lld no longer wait, %lld not reached\n", (long long) settled(s),
                (long long) view_people(&s->people), (long long) view_not_reached(&s->people));
        fflush(stdout);
}

static void pause_ms(int64_t ms)
{
        const struct timespec t = {ms / 1000, ms % 1000 * 1000000};

        nanosleep(&t, NULL);
}

/* What was drawn goes, the bar stays, and the whole picture follows it. */
static void draw_end(const struct cli *c, const struct status *s, int up)
{
        printf("\033[%dA\033[J", up);
        print_bar(c, s, stdout);
        putchar('\n');
        fflush(stdout);
}

/* Until nothing is left to try, a person is needed, or `end` (boot clock) has come. */
static int watch(struct cli *c, int64_t id, int64_t end, struct err *e)
{
        bool live = !c->json && isatty(STDOUT_FILENO);
        int64_t seen[DELIVERY_STATES] = {-1};
        int up = 0, code = EXIT_AGAIN, r = 0;

        for (;;) {
                CLEANUP(status_done) struct status s = {0};

                r = view_exit_code(c->db, id, &code, e);
                if (r == 0)
                        r = status_read(c, id, &s, e);
                if (r < 0)
                        return r;
                if (live)
                        up = draw(c, &s, up);
                else if (memcmp(seen, s.counts, sizeof(seen)) != 0)
                        plain(c, &s);
                memcpy(seen, s.counts, sizeof(seen));
                if (code != EXIT_AGAIN || clock_mono() >= end) {
                        if (live)
                                draw_end(c, &s, up);
                        break;
                }
                pause_ms(LOOK_MS);
        }
        if (!live && !c->json)
                putchar('\n');
        return 0;
}

int cmd_status(struct cli *c, const struct args *a)
{
        CLEANUP(status_done) struct status s = {0};
        const char *wait = args_get(a, "wait");
        bool watched = args_has(a, "watch");
        int64_t id, end = INT64_MAX;
        struct err e = {0};
        int r, code = EXIT_OK;

        if (wait && wait[0]) {
                r = duration_parse(wait, &end, &e);
                if (r < 0)
                        return cli_usage(c, &e);
                end += clock_mono();
        }
        r = cli_db(c);
        if (r == 0)
                r = cli_release(c, a->v[0], &id);
        if (r != 0)
                return r;
        r = watched ? watch(c, id, end, &e) : 0;
        if (r < 0)
                return cli_fail(c, r, &e);
        if (wait) /* the time is used up, where there was one */
                code = cli_wait(c, id, watched && wait[0] ? "0s" : wait,
                                !c->json && isatty(STDOUT_FILENO));
        if (watched && c->json)
                return code;
        r = status_read(c, id, &s, &e);
        if (r == 0 && c->json)
                print_json(&s);
        else if (r == 0)
                r = print_status(c, &s, &e);
        return r < 0 ? cli_fail(c, r, &e) : code;
}
