// SPDX-License-Identifier: MIT
#include "commands.h"

#include "press/json.h"
#include "press/mem.h"
#include "press/moment.h"
#include "press/wake.h"

#include <errno.h>

static int say(struct cli *c, int64_t id, const char *msgid)
{
        CLEANUP(release_done) struct release r = {0};
        char when[MOMENT_MAX], in[MOMENT_MAX];
        struct err e = {0};
        int rc = release_get(c->db, id, &r, &e);

        if (rc < 0)
                return cli_fail(c, rc, &e);
        if (c->json) {
                struct json j;

                json_begin(&j);
                json_number(&j, "release", id);
                json_string(&j, "number", r.number);
                json_string(&j, "state", words_name(&release_states, (int) r.state));
                json_number(&j, "recipients", r.recipients);
                json_string(&j, "hash", r.hash);
                json_end(&j, stdout);
                return EXIT_OK;
        }
        printf(msg_fmt(c->lang, "Release %lld: %s.\n"), (long long) id, msg_text(c->lang, msgid));
        if (r.due_at > c->now && r.stored == RELEASE_APPROVED)
                printf("  %s: %s, %s\n", msg_text(c->lang, "Leaves not before"),
                       moment_show(r.early_at, c->lang, when),
                       moment_relative(r.early_at, c->now, c->lang, in));
        return EXIT_OK;
}

/*
 * A second pair of eyes: refused here so that the clerk hears it at once; pressd
 * judges again by its own configuration before anything leaves.
 */
static int other_person(const struct cli *c, const struct release *r, struct err *e)
{
        if (c->config->approval != APPROVAL_TWO_PERSON || r->submitted_uid != c->uid)
                return 0;
        return err_set(e, -EPERM,
                       "Release %lld needs the approval of another person than %s, who submitted "
                       "it; nothing was sent. May approve: another account of this machine",
                       (long long) r->id, r->submitted_by);
}

const struct cli_option cmd_approve_options[] = {
        {"hash", "H",
         N_("the hash of what is approved, as `show` prints it; its first 12 digits will do")},
        {0},
};

int cmd_approve(struct cli *c, const struct args *a)
{
        CLEANUP(release_done) struct release rel = {0};
        CLEANUP(tx_done) struct tx tx = {0};
        const char *hash = args_get(a, "hash");
        const struct actor who = cli_actor(c);
        struct err e = {0};
        int64_t id = 0;
        int r;

        if (!hash) {
                err_set(&e, -EINVAL,
                        "the hash of what is approved is missing: --hash H, as "
                        "“pressctl show %s” prints it",
                        a->v[0]);
                return cli_usage(c, &e);
        }
        r = cli_db(c);
        if (r == 0)
                r = cli_release(c, a->v[0], &id);
        if (r != 0)
                return r;
        r = tx_begin(&tx, c->db, DB_WAIT_MS, &e);
        if (r == 0)
                r = release_get(c->db, id, &rel, &e);
        if (r == 0 && rel.stored == RELEASE_PROPOSED)
                r = other_person(c, &rel, &e);
        if (r == 0)
                r = release_approve(&tx, id, hash, c->config->grace_ms, &who, &e);
        if (r == 0)
                r = tx_commit(&tx, &e);
        if (r < 0)
                return cli_fail(c, r, &e);
        if (!wake_send(c->config->socket) && !db_sender_runs(c->db))
                cli_note(c, "pressd is not running; nothing leaves until it starts");
        return say(c, id, N_("approved"));
}

const struct cli_option cmd_reject_options[] = {
        {"why", "T", N_("the reason, for the submitter and the audit")},
        {0},
};

static int reject(struct cli *c, int64_t id, const char *why, struct err *e)
{
        const struct actor who = cli_actor(c);
        CLEANUP(tx_done) struct tx tx = {0};
        int r = tx_begin(&tx, c->db, DB_WAIT_MS, e);

        if (r == 0)
                r = release_reject(&tx, id, why, &who, e);
        return r < 0 ? r : tx_commit(&tx, e);
}

int cmd_reject(struct cli *c, const struct args *a)
{
        const char *why = args_get(a, "why");
        struct err e = {0};
        struct act act;
        int64_t id = 0;
        int r;

        if (!why || !why[0]) {
                err_set(&e, -EINVAL, "the reason is missing: --why \"…\"");
                return cli_usage(c, &e);
        }
        r = cli_db(c);
        if (r == 0)
                r = cli_release(c, a->v[0], &id);
        if (r != 0)
                return r;
        act = cli_act(c);
        r = reject(c, id, why, &e);
        if (r == 0)
                r = act_cancel_rest(&act, id, &e);
        return r < 0 ? cli_fail(c, r, &e) : say(c, id, N_("rejected; nothing was sent"));
}
