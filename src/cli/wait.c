// SPDX-License-Identifier: MIT
#include "cli.h"

#include "press/clock.h"
#include "press/delivery.h"
#include "press/mem.h"
#include "press/moment.h"
#include "press/view.h"

#include <time.h>

#define NAMED_MAX 10 /* of those not reached */

/* Who was not reached, with the reason in the server's words. */
static int name_unreached(const struct cli *c, const struct release *rel, struct err *e)
{
        CLEANUP(delivery_list_done) struct delivery_list l = {0};
        int r = delivery_unreached(c->db, rel->id, NAMED_MAX + 1, &l, e);

        if (r < 0)
                return r;
        for (size_t i = 0; i < l.n && i < NAMED_MAX; i++) {
                const struct delivery *d = &l.v[i];
                char person[CLI_PERSON_MAX], what[VIEW_MAX];

                view_delivery(rel, d, clock_wall(), c->lang, what);
                fprintf(stderr, "pressctl: %s: %s\n",
                        cli_person(d->name, d->org, d->address, person), what);
        }
        if (l.n > NAMED_MAX)
                cli_note(c, "… and others; “pressctl calls %lld” names them all",
                         (long long) rel->id);
        return 0;
}

/* Until when it goes on by itself, in one line. */
static int name_open(const struct cli *c, const struct release *rel, struct err *e)
{
        char when[MOMENT_MAX];
        int64_t to_try = 0, for_person = 0, next = 0;
        int r = release_open_one(c->db, rel->id, &to_try, &for_person, e);

        if (r == 0)
                r = delivery_next_retry(c->db, rel->id, &next, e);
        if (r < 0)
                return r;
        if (next == 0)
                next = rel->due_at;
        if (next > clock_wall())
                cli_note(c, "release %lld is not finished; letters that wait: %lld, next try %s",
                         (long long) rel->id, (long long) to_try, moment_show(next, c->lang, when));
        else
                cli_note(c, "release %lld is not finished; letters that wait: %lld",
                         (long long) rel->id, (long long) to_try);
        return 0;
}

/* Whoever reads only standard error, as cron's mail does, learns why the code is not 0. */
static int tell(const struct cli *c, int64_t release, int code)
{
        CLEANUP(release_done) struct release rel = {0};
        struct err e = {0};
        int r = release_get(c->db, release, &rel, &e);

        if (r == 0 && code == EXIT_AGAIN)
                r = name_open(c, &rel, &e);
        if (r == 0 && rel.state == RELEASE_REJECTED)
                cli_note(c, "release %lld was rejected: %s", (long long) release, rel.reason);
        if (r == 0 && code != EXIT_OK && code != EXIT_NOT_REACHED)
                r = cli_note_hold(c, &rel, &e);
        if (r == 0 && code == EXIT_NOT_REACHED)
                r = name_unreached(c, &rel, &e);
        if (r == 0)
                r = cli_note_trial(c, release, &e);
        return r < 0 ? cli_fail(c, r, &e) : code;
}

static void pause_ms(int64_t ms)
{
        const struct timespec t = {ms / 1000, (ms % 1000) * 1000000};

        nanosleep(&t, NULL);
}

int cli_wait_check(const struct cli *c, const char *value)
{
        struct err e = {0};
        int64_t ms;

        if (!value || !value[0] || duration_parse(value, &ms, &e) == 0)
                return 0;
        err_at(&e, "--wait", 0);
        return cli_usage(c, &e);
}

int cli_wait(struct cli *c, int64_t release, const char *value, bool shown)
{
        int64_t end = INT64_MAX, pause = 20;
        struct err e = {0};
        int code = 0, r;

        if (value[0]) {
                r = duration_parse(value, &end, &e);
                if (r < 0)
                        return cli_usage(c, &e);
                end += clock_mono();
        }
        for (;;) {
                int64_t left;

                r = view_exit_code(c->db, release, &code, &e);
                if (r < 0)
                        return cli_fail(c, r, &e);
                left = end - clock_mono();
                if (code != EXIT_AGAIN || left <= 0)
                        break;
                pause_ms(left < pause ? left : pause);
                pause = pause < 500 ? pause * 3 / 2 : 500;
        }
        return shown ? code : tell(c, release, code);
}
