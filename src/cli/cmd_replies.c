// SPDX-License-Identifier: MIT
/* replies, answered: what people wrote back, and who is away. */
#include "commands.h"

#include "press/json.h"
#include "press/mem.h"
#include "press/moment.h"
#include "press/returned.h"
#include "press/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const struct cli_option cmd_replies_options[] = {
        {"all", NULL, N_("those that were answered, too, and mail that belongs to no release")},
        {"away", NULL, N_("the notes of absence instead, with their dates")},
        {0},
};

struct question { /* one row of the list */
        int64_t id, release, delivery, at, answered_at, until;
        char *sender, *subject, *by;
};

struct replies {
        struct question *v;
        size_t n;
        bool any;       /* of no release too */
        int64_t others; /* of no release, left out: perhaps spam */
};

static void replies_done(struct replies *l)
{
        for (size_t i = 0; i < l->n; i++) {
                free(l->v[i].sender);
                free(l->v[i].subject);
                free(l->v[i].by);
        }
        free(l->v);
}

static int keep(void *ctx, const struct returned *r)
{
        struct replies *l = ctx;

        if (!r->release && !l->any) {
                l->others++;
                return 0;
        }
        if ((l->n & (l->n - 1)) == 0)
                l->v = mem_realloc(l->v, l->n ? 2 * l->n : 1, sizeof(*l->v));
        l->v[l->n++] = (struct question){
                .id = r->id,
                .release = r->release,
                .delivery = r->delivery,
                .at = r->at,
                .answered_at = r->answered_at,
                .until = r->away_until,
                .sender = mem_strdup(r->sender),
                .subject = mem_strdup(r->subject),
                .by = mem_strdup(r->answered_by),
        };
        return 0;
}

/* By release, those of none at the end; then the oldest first. */
static int by_release(const void *pa, const void *pb)
{
        const struct question *a = pa, *b = pb;
        uint64_t x = (uint64_t) a->release - 1, y = (uint64_t) b->release - 1; /* 0 is the last */

        if (x != y)
                return x < y ? -1 : 1;
        return (a->id > b->id) - (a->id < b->id);
}

static int read_replies(struct cli *c, const struct args *a, int64_t release, struct replies *ret,
                        struct err *e)
{
        const bool away = args_has(a, "away");
        const struct returned_filter f = {
                .release = release,
                .kind = away ? RETURNED_AUTOREPLY : RETURNED_MAIL,
                .open = !away && !args_has(a, "all"),
        };
        int r;

        ret->any = args_has(a, "all");
        r = returned_each(c->db, &f, keep, ret, e);
        if (r == 0 && ret->n)
                qsort(ret->v, ret->n, sizeof(*ret->v), by_release);
        return r;
}

/* Until it was answered, or until now. */
static int64_t age(const struct cli *c, const struct question *r)
{
        int64_t end = r->answered_at ? r->answered_at : c->now;

        return end > r->at ? end - r->at : 0;
}

/* --- for machines --------------------------------------------------------------------- */

static void print_json(const struct cli *c, const struct question *r, const struct delivery *d,
                       bool away)
{
        struct json j;

        json_begin(&j);
        json_string(&j, "kind", away ? "away" : "question");
        json_number(&j, "id", r->id);
        json_number(&j, "release", r->release);
        json_number(&j, "delivery", r->delivery);
        json_string(&j, "from", r->sender);
        json_string(&j, "address", d->id ? d->address : "");
        json_string(&j, "name", d->id ? d->name : "");
        json_string(&j, "org", d->id ? d->org : "");
        json_string(&j, "subject", r->subject);
        json_moment(&j, "at", r->at);
        if (away) {
                json_moment(&j, "until", r->until);
        } else {
                json_number(&j, "age_s", age(c, r) / 1000);
                json_moment(&j, "answered_at", r->answered_at);
                json_string(&j, "answered_by", r->by);
        }
        json_end(&j, stdout);
}

/* --- for people ----------------------------------------------------------------------- */

static int print_heading(struct cli *c, int64_t release, struct err *e)
{
        CLEANUP(release_done) struct release rel = {0};
        int r = release ? release_get(c->db, release, &rel, e) : 0;

        if (r < 0)
                return r;
        if (release)
                cli_title(c, &rel, stdout);
        else
                cli_say(c, "Of no release that is known:\n");
        return 0;
}

static void print_line(const struct cli *c, const struct question *r, const struct delivery *d,
                       bool away)
{
        char at[MOMENT_MAX], time[MOMENT_MAX], person[CLI_PERSON_MAX];

        printf("  %lld  %s  %s\n", (long long) r->id, moment_show(r->at, c->lang, at),
               cli_person(d->id ? d->name : "", d->id ? d->org : "", r->sender, person));
        printf("      %s\n      ", r->subject);
        duration_show(age(c, r), c->lang, time);
        if (away && r->until)
                cli_say(c, "away until %s\n", moment_official_date(r->until, c->lang, time));
        else if (away)
                cli_say(c, "away; no date is said\n");
        else if (r->answered_at)
                cli_say(c, "answered by %s after %s\n", r->by, time);
        else
                cli_say(c, "not answered for %s\n", time);
}

static int print_all(struct cli *c, const struct replies *l, bool away, struct err *e)
{
        int64_t release = -1;
        int r = 0;

        for (size_t i = 0; i < l->n && r >= 0; i++) {
                CLEANUP(delivery_done) struct delivery d = {0};

                r = l->v[i].delivery ? delivery_get(c->db, l->v[i].delivery, &d, e) : 0;
                if (r >= 0 && !c->json && l->v[i].release != release)
                        r = print_heading(c, l->v[i].release, e);
                release = l->v[i].release;
                if (r >= 0 && c->json)
                        print_json(c, &l->v[i], &d, away);
                else if (r >= 0)
                        print_line(c, &l->v[i], &d, away);
        }
        return r < 0 ? r : 0;
}

/* What nobody can be named for. */
static int print_odd(struct cli *c, int64_t others, struct err *e)
{
        int64_t forged = 0, unreadable = 0;
        struct json j;
        int r = returned_forged(c->db, &forged, e);

        if (r == 0)
                r = returned_unreadable(c->db, &unreadable, e);
        if (r < 0)
                return r;
        if (c->json) {
                json_begin(&j);
                json_string(&j, "kind", "counts");
                json_number(&j, "others", others);
                json_number(&j, "forged", forged);
                json_number(&j, "unreadable", unreadable);
                json_end(&j, stdout);
                return 0;
        }
        if (others)
                cli_say(c, "Mails that belong to no release: %lld (--all lists them)\n",
                        (long long) others);
        if (forged)
                cli_say(c, "Reports with a forged tag, which changed nothing: %lld\n",
                        (long long) forged);
        if (unreadable)
                cli_say(c, "Mails that could not be read and lie in the folder for people: %lld\n",
                        (long long) unreadable);
        return 0;
}

int cmd_replies(struct cli *c, const struct args *a)
{
        CLEANUP(replies_done) struct replies l = {0};
        bool away = args_has(a, "away");
        struct err e = {0};
        int64_t release = 0;
        int r;

        if (away && args_has(a, "all")) {
                err_set(&e, -EINVAL, N_("--all and --away exclude each other"));
                return cli_usage(c, &e);
        }
        r = cli_db(c);
        if (r == 0 && a->n)
                r = cli_release(c, a->v[0], &release);
        if (r != 0)
                return r;
        r = read_replies(c, a, release, &l, &e);
        if (r == 0 && !l.n)
                cli_note(c, away                 ? "no note of absence"
                            : args_has(a, "all") ? "no question"
                                                 : "no question waits for an answer");
        if (r == 0)
                r = print_all(c, &l, away, &e);
        if (r == 0 && !release)
                r = print_odd(c, l.others, &e);
        return r < 0 ? cli_fail(c, r, &e) : EXIT_OK;
}

int cmd_answered(struct cli *c, const struct args *a)
{
        const char *s = a->v[0];
        struct err e = {0};
        int64_t release = 0;
        struct act act;
        struct json j;
        int r;

        if (!s[0] || s[strspn(s, "0123456789")] || strlen(s) > 18) {
                err_set(&e, -EINVAL,
                        N_("“%s” is no number of a question; pressctl replies lists them"), s);
                return cli_usage(c, &e);
        }
        r = cli_db(c);
        if (r != 0)
                return r;
        act = cli_act(c);
        r = act_answered(&act, strtoll(s, NULL, 10), &release, &e);
        if (r < 0)
                return cli_fail(c, r, &e);
        if (!c->json) {
                cli_say(c, "Question %s counts as answered.\n", s);
                return EXIT_OK;
        }
        json_begin(&j);
        json_number(&j, "id", strtoll(s, NULL, 10));
        json_number(&j, "release", release);
        json_moment(&j, "answered_at", c->now);
        json_end(&j, stdout);
        return EXIT_OK;
}
