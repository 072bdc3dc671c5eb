// SPDX-License-Identifier: MIT
#include "act_internal.h"

#include "press/event.h"
#include "press/mem.h"
#include "press/returned.h"

int act_answered(const struct act *a, int64_t question, int64_t *ret_release, struct err *e)
{
        CLEANUP(tx_done) struct tx tx = {0};
        CLEANUP(mem_free) char *detail = mem_printf("question %lld", (long long) question);
        int64_t release = 0;
        int r = act_begin(a, &tx, e);

        if (r == 0)
                r = returned_answered(&tx, question, a->who.name, a->who.now, &release, e);
        if (r == 0)
                r = audit_add(&tx, a->who.now, a->who.uid, a->who.name, "answered", release, detail,
                              e);
        if (r == 0)
                r = tx_commit(&tx, e); /* nothing for pressd to do */
        if (r == 0)
                *ret_release = release;
        return r;
}
