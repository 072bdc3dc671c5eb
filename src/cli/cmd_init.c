// SPDX-License-Identifier: MIT
#include "commands.h"

#include "press/event.h"
#include "press/mem.h"

#include <string.h>

/* Who set the database up answers for it until people are entered: the audit says who that was. */
static int record(struct cli *c, struct err *e)
{
        CLEANUP(tx_done) struct tx tx = {0};
        int r = tx_begin(&tx, c->db, DB_WAIT_MS, e);

        if (r == 0)
                r = audit_add(&tx, c->now, c->uid, c->user, "init", 0, "administrator and clerk",
                              e);
        return r == 0 ? tx_commit(&tx, e) : r;
}

int cmd_init(struct cli *c, const struct args *a)
{
        struct err e = {0};
        int r = cli_config(c);

        (void) a;
        if (r != 0)
                return r;
        r = db_init(c->config->database, &e);
        if (r < 0) {
                if (!e.file[0])
                        err_at(&e, c->config->database, 0);
                return cli_fail(c, r, &e);
        }
        r = cli_db(c);
        if (r != 0)
                return r;
        r = record(c, &e);
        if (r < 0)
                return cli_fail(c, r, &e);
        if (!c->json)
                cli_say(c, "The database %s is ready.\n", c->config->database);
        return EXIT_OK;
}
