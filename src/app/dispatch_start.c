// SPDX-License-Identifier: MIT
/* Before anything is sent: is this the latest state of the database, and what was under way? */
#include "dispatch_internal.h"

#include "press/clock.h"
#include "press/fence.h"
#include "press/log.h"
#include "press/mem.h"
#include "press/witness.h"

#include <errno.h>

static int open_witness(struct dispatch *d, struct witness_found *found, struct err *e)
{
        int r = witness_open(d->db, &d->witness, found, e);

        if (r == 0 && found->aside[0])
                log_warning("the record beside the database is not of this one; set aside as %s",
                            found->aside);
        return r;
}

int dispatch_recover(struct dispatch *d, struct err *e)
{
        CLEANUP(tx_done) struct tx tx = {0};
        struct witness_found found;
        struct fence fence;
        int64_t now = clock_wall(), queued = 0, unknown = 0;
        int r = open_witness(d, &found, e);

        if (r == 0)
                r = tx_begin(&tx, d->db, DB_WAIT_MS, e);
        if (r == 0)
                r = fence_needed(d->db, &found, now, &fence, e);
        if (r > 0)
                r = fence_raise(&tx, &fence, e);
        if (r == 0)
                r = witness_turn(d->witness, &tx, e);
        if (r == 0)
                r = delivery_recover(&tx, now, dispatch_config(d)->class, &queued, &unknown, e);
        if (r == 0)
                r = tx_commit(&tx, e);
        if (r < 0)
                return r;
        dispatch_witness(d, now);
        if (queued || unknown)
                log_info("recovered queued=%lld unknown=%lld", (long long) queued,
                         (long long) unknown);
        return 0;
}

void dispatch_witness(struct dispatch *d, int64_t now)
{
        if (!witness_write(d->witness, now))
                log_warning(
                        "the record beside the database cannot be written: if an older database "
                        "is put back, nobody will notice");
}

/* Raised at the start, or by a restore; lowered by a person. */
int dispatch_fence(struct dispatch *d, struct err *e)
{
        struct fence f;
        struct err why;
        int64_t n = 0;
        int r = fence_read(d->db, &f, e);

        if (r < 0)
                return r;
        if (!f.at) {
                alarm_clear(d->alarms, FAULT_FENCE);
                return 0;
        }
        d->paused_all = true;
        if (alarm_raised(d->alarms, FAULT_FENCE))
                return 0;
        r = fence_each(d->db, &f, NULL, NULL, &n, e);
        if (r < 0)
                return r;
        if (f.moved)
                err_set(&why, -ESTALE,
                        "Another machine sent from this database before. Letters that would be "
                        "sent, perhaps again: %lld. Nothing leaves until somebody decides: "
                        "pressctl fence",
                        (long long) n);
        else if (!f.sent_at)
                err_set(&why, -ESTALE,
                        "The record of what was sent from this database is gone from beside it, as "
                        "after a restore. Letters that would be sent, perhaps again: %lld. Nothing "
                        "leaves until somebody decides: pressctl fence",
                        (long long) n);
        else
                err_set(&why, -ESTALE,
                        "This database is older than what was sent from it. Letters that would be "
                        "sent, perhaps again: %lld. Nothing leaves until somebody decides: "
                        "pressctl fence",
                        (long long) n);
        dispatch_alarm(d, FAULT_FENCE, &why);
        return 0;
}
