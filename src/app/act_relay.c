// SPDX-License-Identifier: MIT
#include "press/act.h"

#include "press/config.h"
#include "press/mem.h"
#include "press/relay_order.h"
#include "press/wake.h"

static int begin(const struct act *a, struct tx *tx, struct err *e)
{
        return tx_begin(tx, a->db, DB_WAIT_MS, e);
}

static int commit(const struct act *a, struct tx *tx, int r, struct err *e)
{
        if (r == 0)
                r = tx_commit(tx, e);
        if (r == 0)
                wake_send(a->cfg->socket);
        return r;
}

int act_relay_pause(const struct act *a, const char *relay, const char *why, struct err *e)
{
        CLEANUP(tx_done) struct tx tx = {0};
        int r = begin(a, &tx, e);

        return r < 0 ? r : commit(a, &tx, relay_order_pause(&tx, relay, why, &a->who, e), e);
}

int act_relay_resume(const struct act *a, const char *relay, struct err *e)
{
        CLEANUP(tx_done) struct tx tx = {0};
        int r = begin(a, &tx, e);

        return r < 0 ? r : commit(a, &tx, relay_order_resume(&tx, relay, &a->who, e), e);
}

int act_relay_retry(const struct act *a, const char *relay, struct err *e)
{
        CLEANUP(tx_done) struct tx tx = {0};
        int r = begin(a, &tx, e);

        return r < 0 ? r : commit(a, &tx, relay_order_retry(&tx, relay, &a->who, e), e);
}
