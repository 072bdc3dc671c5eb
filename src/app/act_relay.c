// SPDX-License-Identifier: MIT
#include "act_internal.h"

#include "press/mem.h"
#include "press/relay_order.h"

int act_relay_pause(const struct act *a, const char *relay, const char *why, struct err *e)
{
        CLEANUP(tx_done) struct tx tx = {0};
        int r = act_begin(a, &tx, e);

        if (r == 0)
                r = relay_order_pause(&tx, relay, why, &a->who, e);
        return r < 0 ? r : act_commit(a, &tx, e);
}

int act_relay_resume(const struct act *a, const char *relay, struct err *e)
{
        CLEANUP(tx_done) struct tx tx = {0};
        int r = act_begin(a, &tx, e);

        if (r == 0)
                r = relay_order_resume(&tx, relay, &a->who, e);
        return r < 0 ? r : act_commit(a, &tx, e);
}

int act_relay_retry(const struct act *a, const char *relay, struct err *e)
{
        CLEANUP(tx_done) struct tx tx = {0};
        int r = act_begin(a, &tx, e);

        if (r == 0)
                r = relay_order_retry(&tx, relay, &a->who, e);
        return r < 0 ? r : act_commit(a, &tx, e);
}
