// SPDX-License-Identifier: MIT
/* pause, resume, cancel, retry: what people do to a release under way. */
#include "commands.h"

#include "press/delivery.h"
#include "press/json.h"
#include "press/mem.h"
#include "press/view.h"

#include <errno.h>

#define NAMED_MAX 10 /* of those who already have it */

const struct cli_option cmd_pause_options[] = {
        {"all", NULL, N_("everything, also what is submitted later")},
        {"why", "T", N_("the reason, which others are shown")},
        {0},
};
const struct cli_option cmd_resume_options[] = {
        {"all", NULL, N_("ends `pause --all`; releases paused alone stay so")},
        {0},
};
const struct cli_option cmd_cancel_options[] = {
        {"why", "T", N_("the reason, which others are shown")},
        {0},
};
const struct cli_option cmd_retry_options[] = {
        {"address", "A", N_("this recipient only")},
        {"domain", "D", N_("recipients of this domain only")},
        {0},
};

/* R, or 0 for --all: one of them must stand there. 0, or the exit code after saying why. */
static int operand(struct cli *c, const struct args *a, int64_t *ret_id)
{
        struct err e = {0};
        int r;

        if (args_has(a, "all") == (a->n > 0)) {
                err_set(&e, -EINVAL, "name a release, or all of them by --all");
                return cli_usage(c, &e);
        }
        r = cli_db(c);
        if (r != 0 || a->n == 0) {
                *ret_id = 0;
                return r;
        }
        return cli_release(c, a->v[0], ret_id);
}

static int why(const struct cli *c, const struct args *a, char **ret)
{
        const char *s = args_get(a, "why");

        if (s)
                return cli_text(c, "why", s, ret);
        *ret = mem_strdup("");
        return 0;
}

/* What became of the release, as `list` shows it. */
static int tell_state(struct cli *c, int64_t id)
{
        CLEANUP(release_done) struct release rel = {0};
        char state[VIEW_MAX];
        struct err e = {0};
        struct json j;
        int r = release_get(c->db, id, &rel, &e);

        if (r == 0)
                r = cli_sentence(c, &rel, state, &e);
        if (r < 0)
                return cli_fail(c, r, &e);
        if (c->json) {
                json_begin(&j);
                json_number(&j, "release", rel.id);
                json_string(&j, "state", words_name(&release_states, (int) rel.state));
                json_end(&j, stdout);
                return EXIT_OK;
        }
        cli_title(c, &rel, stdout);
        puts(state);
        return EXIT_OK;
}

static void all_json(bool paused)
{
        struct json j;

        json_begin(&j);
        json_bool(&j, "paused_all", paused);
        json_end(&j, stdout);
}

int cmd_pause(struct cli *c, const struct args *a)
{
        CLEANUP(mem_free) char *reason = NULL;
        struct err e = {0};
        struct act act;
        int64_t id = 0;
        int r = operand(c, a, &id);

        if (r == 0)
                r = why(c, a, &reason);
        if (r != 0)
                return r;
        act = cli_act(c);
        r = act_pause(&act, id, reason, &e);
        if (r < 0)
                return cli_fail(c, r, &e);
        if (id)
                return tell_state(c, id);
        if (c->json)
                all_json(true);
        else
                cli_say(c, "All sending is paused; to go on: pressctl resume --all. What is on the "
                           "wire now still ends.\n");
        return EXIT_OK;
}

/* Resumed, and still held by the other pause: say so, or nobody would understand the silence. */
static int still_held(struct cli *c)
{
        struct err e = {0};
        bool all = false;
        int r = cli_note_held(c, &all, &e);

        if (r < 0)
                return cli_fail(c, r, &e);
        return all ? EXIT_PERSON : EXIT_OK;
}

int cmd_resume(struct cli *c, const struct args *a)
{
        struct err e = {0};
        struct act act;
        int64_t id = 0;
        int r = operand(c, a, &id);

        if (r != 0)
                return r;
        act = cli_act(c);
        r = act_resume(&act, id, &e);
        if (r < 0) {
                r = cli_fail(c, r, &e);
                still_held(c); /* it may be the other pause that this was meant for */
                return r;
        }
        if (id) {
                r = tell_state(c, id);
                cli_note_sender(c);
                return r == EXIT_OK ? still_held(c) : r;
        }
        if (c->json)
                all_json(false);
        r = still_held(c); /* by the fence */
        if (r == EXIT_OK && !c->json)
                cli_say(c, "Sending goes on.\n");
        cli_note_sender(c);
        return r;
}

/* --- cancel --------------------------------------------------------------------------- */

static void holders_json(int64_t id, int64_t cancelled, int64_t n, const struct delivery_list *l)
{
        struct json j;

        json_begin(&j);
        json_number(&j, "release", id);
        json_number(&j, "cancelled", cancelled);
        json_number(&j, "holders", n);
        json_array(&j, "first");
        for (size_t i = 0; i < l->n; i++)
                json_string(&j, NULL, l->v[i].address);
        json_close(&j, ']');
        json_end(&j, stdout);
}

/* Who already has the text or may have it: the first thing that is asked after a cancel. */
static int tell_holders(struct cli *c, int64_t id)
{
        CLEANUP(delivery_list_done) struct delivery_list l = {0};
        CLEANUP(release_done) struct release rel = {0};
        int64_t counts[DELIVERY_STATES] = {0}, n = 0;
        struct err e = {0};
        int r = release_get(c->db, id, &rel, &e);

        if (r == 0)
                r = release_counts(c->db, id, counts, &e);
        if (r == 0)
                r = delivery_holders(c->db, id, NAMED_MAX, &l, &n, &e);
        if (r < 0)
                return cli_fail(c, r, &e);
        if (c->json) {
                holders_json(id, counts[DELIVERY_CANCELLED], n, &l);
                return EXIT_OK;
        }
        cli_say(c, "Release %lld is cancelled; letters that did not leave: %lld.\n", (long long) id,
                (long long) counts[DELIVERY_CANCELLED]);
        if (n == 0) {
                cli_say(c, "Nobody has it.\n");
                return EXIT_OK;
        }
        cli_say(c, "Who has it already, or may have it: %lld\n", (long long) n);
        for (size_t i = 0; i < l.n; i++) {
                const struct delivery *d = &l.v[i];
                char person[CLI_PERSON_MAX], what[VIEW_MAX];

                view_delivery(&rel, d, c->now, c->lang, what);
                printf("  %s: %s\n", cli_person(d->name, d->org, d->address, person), what);
        }
        if (n > NAMED_MAX)
                cli_say(c, "  and %lld more; all of them: pressctl log --release %lld\n",
                        (long long) n - NAMED_MAX, (long long) id);
        return EXIT_OK;
}

int cmd_cancel(struct cli *c, const struct args *a)
{
        CLEANUP(mem_free) char *reason = NULL;
        struct err e = {0};
        struct act act;
        int64_t id;
        int r = cli_db(c);

        if (r == 0)
                r = cli_release(c, a->v[0], &id);
        if (r == 0)
                r = why(c, a, &reason);
        if (r != 0)
                return r;
        act = cli_act(c);
        r = act_cancel(&act, id, reason, &e);
        return r < 0 ? cli_fail(c, r, &e) : tell_holders(c, id);
}

/* --- retry ----------------------------------------------------------------------------- */

/* An address that is not a recipient is no release's: 66, as for a release that is not there. */
static int recipient(struct cli *c, int64_t id, const char *s, struct addr *ret)
{
        CLEANUP(delivery_list_done) struct delivery_list l = {0};
        struct err e = {0};
        int r = cli_address(c, s, ret);

        if (r != 0)
                return r;
        r = delivery_find(c->db, id, ret->mailbox, &l, &e);
        if (r == 0 && l.n == 0)
                r = err_set(&e, -ENOENT,
                            "%s is not a recipient of release %lld; why: pressctl explain %lld %s",
                            ret->mailbox, (long long) id, (long long) id, ret->mailbox);
        return r < 0 ? cli_fail(c, r, &e) : 0;
}

/* Nor is a domain that no recipient has. */
static int recipients_at(struct cli *c, int64_t id, const char *s, char domain[ADDR_MAX])
{
        CLEANUP(mem_free) char *near = NULL;
        struct err e = {0};
        int r = addr_domain(s, domain, &e);

        if (r == 0)
                r = delivery_has_domain(c->db, id, domain, &near, &e);
        if (r == 0 && near[0])
                r = err_set(&e, -ENOENT,
                            "release %lld has no recipient at %s; did you mean %s? Nothing was "
                            "changed",
                            (long long) id, domain, near);
        else if (r == 0)
                r = err_set(&e, -ENOENT,
                            "release %lld has no recipient at %s. Nothing was changed; who has "
                            "one: pressctl log --release %lld",
                            (long long) id, domain, (long long) id);
        return r < 0 ? cli_fail(c, r, &e) : 0;
}

static int paused(struct cli *c, int64_t id)
{
        CLEANUP(release_done) struct release rel = {0};
        struct err e = {0};
        int r = release_get(c->db, id, &rel, &e);

        if (r < 0)
                return cli_fail(c, r, &e);
        if (!rel.paused) {
                cli_note_sender(c);
                return still_held(c);
        }
        cli_note(c, "release %lld is paused; nothing leaves until: pressctl resume %lld",
                 (long long) id, (long long) id);
        return EXIT_PERSON;
}

/* Which of the release, by --address or --domain; else both stay "". */
static int retry_which(struct cli *c, const struct args *a, int64_t id, struct addr *address,
                       char domain[ADDR_MAX])
{
        const char *only = args_get(a, "address"), *of = args_get(a, "domain");
        struct err e = {0};

        if (only && of) {
                err_set(&e, -EINVAL, "--address and --domain: only one of them at a time");
                return cli_usage(c, &e);
        }
        if (of)
                return recipients_at(c, id, of, domain);
        return only ? recipient(c, id, only, address) : 0;
}

int cmd_retry(struct cli *c, const struct args *a)
{
        struct addr address = {.mailbox = ""};
        char domain[ADDR_MAX] = "";
        struct err e = {0};
        int64_t id, n = 0;
        struct act act;
        struct json j;
        int r = cli_db(c);

        if (r == 0)
                r = cli_release(c, a->v[0], &id);
        if (r == 0)
                r = retry_which(c, a, id, &address, domain);
        if (r != 0)
                return r;
        act = cli_act(c);
        r = act_retry(&act, id, address.mailbox, domain, &n, &e);
        if (r < 0)
                return cli_fail(c, r, &e);
        if (c->json) {
                json_begin(&j);
                json_number(&j, "release", id);
                json_number(&j, "retried", n);
                json_end(&j, stdout);
        } else if (n) {
                cli_say(c, "Letters that are tried now: %lld.\n", (long long) n);
        } else {
                cli_say(c,
                        "Nothing waits for another try. What was not tried yet goes by itself; "
                        "what holds it: pressctl status %lld\n",
                        (long long) id);
        }
        return n ? paused(c, id) : EXIT_OK;
}
