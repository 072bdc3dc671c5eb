// SPDX-License-Identifier: MIT
#include "cli.h"

#include "press/clock.h"
#include "press/delivery.h"
#include "press/mem.h"
#include "press/moment.h"
#include "press/view.h"

#include <time.h>

#define NAMED_MAX 10 /* of those not reached */

/* After the wait: who was not reached, with the reason in the server's words. */
static int name_unreached(struct cli *c, int64_t release)
{
        CLEANUP(delivery_list_done) struct delivery_list l = {0};
        struct err e = {0};
        int r = delivery_unreached(c->db, release, NAMED_MAX + 1, &l, &e);

        if (r < 0)
                return cli_fail(c, r, &e);
        for (size_t i = 0; i < l.n && i < NAMED_MAX; i++) {
                const struct delivery *d = &l.v[i];
                char what[VIEW_MAX];

                view_delivery(d, clock_wall(), c->lang, what);
                fprintf(stderr, "pressctl: %s%s%s <%s>: %s\n", d->name,
                        d->name[0] && d->org[0] ? ", " : "", d->org, d->address, what);
        }
        if (l.n > NAMED_MAX)
                cli_note(c, "… and others; “pressctl log --release %lld” names them all",
                         (long long) release);
        return EXIT_NOT_REACHED;
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

int cli_wait(struct cli *c, int64_t release, const char *value)
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
        return code == EXIT_NOT_REACHED ? name_unreached(c, release) : code;
}
