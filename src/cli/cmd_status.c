// SPDX-License-Identifier: MIT
#include "commands.h"

#include "press/clock.h"
#include "press/delivery.h"
#include "press/json.h"
#include "press/mem.h"
#include "press/moment.h"
#include "press/view.h"
#include "table.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NAMED_MAX   10    /* of those who have not got it */
#define UNREACHED   10000 /* counted exactly up to here */
#define BAR_COLUMNS 40
#define LOOK_MS     200

const struct cli_option cmd_status_options[] = {
        {"watch", NULL, N_("show it as it goes on, until nothing is left to try")},
        {"wait", "[DUR]", N_("wait until nothing is left to try, or for DUR; tell by exit code")},
        {0},
};

struct status { /* one release at one instant */
        struct release r;
        int64_t counts[DELIVERY_STATES];
};

static void status_done(struct status *s)
{
        release_done(&s->r);
}

/* State and counts of the same commit, so that they add up (R16). */
static int status_read(struct cli *c, int64_t id, struct status *s, struct err *e)
{
        CLEANUP(tx_done) struct tx tx = {0};
        int r = tx_read(&tx, c->db, e);

        if (r == 0)
                r = release_get(c->db, id, &s->r, e);
        return r == 0 ? release_counts(c->db, id, s->counts, e) : r;
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

static void print_counts(const struct cli *c, const struct status *s, FILE *out)
{
        CLEANUP(table_done) struct table t = TABLE(2, 1u << 0);

        table_number(&t, s->r.recipients);
        table_cell(&t, msg_text(c->lang, "recipients"));
        for (int i = 0; i < DELIVERY_STATES; i++) {
                if (!s->counts[i])
                        continue;
                table_number(&t, s->counts[i]);
                table_cell(&t, delivery_state_title((enum delivery_state) i, c->lang));
        }
        table_print(&t, 2, out);
}

#define GROUP_COLUMNS 6

/* All, waiting, handed on, accepted by their server, not reached, not sent: they add up. */
static void group_sums(const int64_t n[DELIVERY_STATES], int64_t out[GROUP_COLUMNS])
{
        out[1] = n[DELIVERY_QUEUED] + n[DELIVERY_SENDING] + n[DELIVERY_DEFERRED];
        out[2] = view_not_confirmed(n);
        out[3] = n[DELIVERY_DELIVERED];
        out[4] = view_not_reached(n);
        out[5] = n[DELIVERY_SUPPRESSED] + n[DELIVERY_CANCELLED];
        out[0] = out[1] + out[2] + out[3] + out[4] + out[5];
}

/* A column in which nothing stands is left out: the table fits a narrow terminal. */
static int print_groups(struct cli *c, int64_t id, struct err *e)
{
        static const char *const head[GROUP_COLUMNS] = {
                N_("recipients"),
                N_("waiting"),
                N_("handed on, not confirmed"),
                N_("accepted by their server"),
                N_("not reached"),
                N_("not sent"),
        };
        CLEANUP(table_done) struct table t = TABLE(1, ~1u);
        int64_t n[ORG_KINDS][DELIVERY_STATES], sum[ORG_KINDS][GROUP_COLUMNS];
        int64_t in_all[GROUP_COLUMNS] = {0};
        int r = release_counts_by_kind(c->db, id, n, e);

        if (r < 0)
                return r;
        for (int k = 0; k < ORG_KINDS; k++) {
                group_sums(n[k], sum[k]);
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
        return 0;
}

static int print_unreached(struct cli *c, int64_t id, struct err *e)
{
        CLEANUP(delivery_list_done) struct delivery_list l = {0};
        int r = delivery_unreached(c->db, id, UNREACHED, &l, e);

        if (r < 0 || l.n == 0)
                return r;
        putchar('\n');
        cli_say(c, "Not reached:\n");
        for (size_t i = 0; i < l.n && i < NAMED_MAX; i++) {
                const struct delivery *d = &l.v[i];
                char person[CLI_PERSON_MAX], what[VIEW_MAX];

                view_delivery(d, c->now, c->lang, what);
                printf("  %s: %s\n", cli_person(d->name, d->org, d->address, person), what);
        }
        if (l.n > NAMED_MAX)
                cli_say(c, "  and %zu more\n", l.n - NAMED_MAX);
        return 0;
}

static int print_status(struct cli *c, const struct status *s, struct err *e)
{
        char state[VIEW_MAX];
        int r;

        cli_title(c, &s->r, stdout);
        view_release(&s->r, s->counts, c->lang, state);
        printf("%s\n\n", state);
        print_counts(c, s, stdout);
        r = print_groups(c, s->r.id, e);
        return r == 0 ? print_unreached(c, s->r.id, e) : r;
}

/* --- as it goes on -------------------------------------------------------------------- */

static int64_t settled(const struct status *s)
{
        int64_t open = s->counts[DELIVERY_QUEUED] + s->counts[DELIVERY_SENDING] +
                       s->counts[DELIVERY_DEFERRED] + s->counts[DELIVERY_UNKNOWN];

        return s->r.recipients - open;
}

/* The bar says who does not wait any more; the words beside it, that this is not arrival. */
static void print_bar(const struct cli *c, const struct status *s, FILE *out)
{
        int64_t n = s->r.recipients > 0 ? s->r.recipients : 1;
        int64_t full = settled(s) * BAR_COLUMNS / n;

        putc('[', out);
        for (int i = 0; i < BAR_COLUMNS; i++)
                fputs(i < full ? "█" : "·", out);
        fprintf(out, "] ");
        fprintf(out, msg_fmt(c->lang, "%lld of %lld no longer wait, %lld not reached"),
                (long long) settled(s), (long long) s->r.recipients,
                (long long) view_not_reached(s->counts));
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
                (long long) s->r.recipients, (long long) view_not_reached(s->counts));
        fflush(stdout);
}

static void pause_ms(int64_t ms)
{
        const struct timespec t = {ms / 1000, ms % 1000 * 1000000};

        nanosleep(&t, NULL);
}

/* Until nothing is left to try, a person is needed, or `end` (boot clock) has come. */
static int watch(struct cli *c, int64_t id, int64_t end, struct err *e)
{
        bool live = !c->json && isatty(STDOUT_FILENO);
        int64_t seen[DELIVERY_STATES] = {-1};
        int up = 0, code = EXIT_AGAIN, r = 0;

        while (code == EXIT_AGAIN) {
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
                if (clock_mono() >= end)
                        break;
                if (code == EXIT_AGAIN)
                        pause_ms(LOOK_MS);
        }
        if (live) /* the bar stays, the whole picture follows it */
                printf("\033[%dA\033[J", up - 1);
        else if (!c->json)
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
                code = cli_wait(c, id, watched && wait[0] ? "0s" : wait);
        if (watched && c->json)
                return code;
        r = status_read(c, id, &s, &e);
        if (r == 0 && c->json)
                print_json(&s);
        else if (r == 0)
                r = print_status(c, &s, &e);
        return r < 0 ? cli_fail(c, r, &e) : code;
}
