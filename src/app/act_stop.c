// SPDX-License-Identifier: MIT
#include "act_internal.h"

#include "press/book.h"
#include "press/event.h"
#include "press/mem.h"
#include "press/suppress.h"
#include "press/verdict.h"

#include <errno.h>

static int audit(const struct act *a, struct tx *tx, const char *verb, const char *address,
                 const char *note, struct err *e)
{
        CLEANUP(mem_free) char *detail = mem_printf("%s%s%s", address, note[0] ? ": " : "", note);

        return audit_add(tx, a->who.now, a->who.uid, a->who.name, verb, 0, detail, e);
}

int act_stop(const struct act *a, const char *address, const char *note, struct err *e)
{
        CLEANUP(tx_done) struct tx tx = {0};
        CLEANUP(suppression_done)
        struct suppression s = {
                .address = mem_strdup(address),
                .reason = REASON_STOP_LIST,
                .since = a->who.now,
                .by = mem_strdup(a->who.name),
                .note = mem_strdup(note),
        };
        int r = act_begin(a, &tx, e);
        if (r == 0)
                r = suppression_add(&tx, &s, e);
        if (r == 0)
                r = audit(a, &tx, "suppress add", address, note, e);
        return r < 0 ? r : act_commit(a, &tx, e);
}

int act_unstop(const struct act *a, const char *address, const char *note,
               enum delivery_reason *ret, struct err *e)
{
        CLEANUP(tx_done) struct tx tx = {0};
        CLEANUP(suppression_done) struct suppression s = {0};
        CLEANUP(mem_free) char *by = mem_printf("%s%s%s", a->who.name, note[0] ? ": " : "", note);
        int64_t said = 0;
        int r = suppress_pass(a->db, a->cfg, a->who.now, e), found; /* all up to now */

        if (r == 0)
                r = act_begin(a, &tx, e);
        if (r < 0)
                return r;
        found = suppression_get(a->db, address, a->who.now, &s, e);
        if (found > 0)
                r = suppression_lift(&tx, address, by, a->who.now, e);
        if (found >= 0 && r == 0)
                r = verdict_forget(&tx, address, a->who.now, &said, e);
        if (found < 0 || r < 0)
                return found < 0 ? found : r;
        if (!found && said == 0)
                return err_set(e, -ENOENT,
                               "%s is not on the stop list, and nothing that came back counts "
                               "against it",
                               address);
        r = audit(a, &tx, "suppress lift", address, note, e);
        if (r == 0)
                r = act_commit(a, &tx, e);
        if (r == 0)
                *ret = found ? s.reason : REASON_NONE;
        return r;
}
