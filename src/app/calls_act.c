// SPDX-License-Identifier: MIT
/* What a telephone call came to, as one act. */
#include "press/calls.h"

#include "act_internal.h"
#include "press/act.h"
#include "press/book.h"
#include "press/event.h"
#include "press/mem.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

/* The same text to the new address, for the same person. */
static int send_there(const struct act *a, struct tx *tx, const struct delivery *d,
                      const char *address, const char *note, struct err *e)
{
        CLEANUP(mem_free)
        char *why = mem_printf("new address by telephone%s%s", note[0] ? ": " : "", note);
        struct delivery copy = *d; /* its strings stay the caller's */
        int64_t id;
        int r = act_check_address(a, address, e);

        copy.address = (char *) address;
        return r < 0 ? r : delivery_resend(tx, &copy, d->id, why, a->who.now, &id, e);
}

static int keep_address(const struct act *a, struct tx *tx, const struct delivery *d,
                        const char *address, struct err *e)
{
        CLEANUP(contact_done) struct contact c = {0};
        CLEANUP(mem_free) char *detail = NULL;
        int64_t other = 0;
        int r;

        if (!d->contact_id)
                return err_set(e, -EINVAL,
                               "%s stands in no entry of the address book. Nothing was changed.",
                               d->address);
        r = book_settled(tx->db, e);
        if (r == 0)
                r = contact_get(tx->db, d->contact_id, &c, e);
        if (r < 0)
                return r;
        if (c.to_at && c.to_at <= a->who.now)
                return err_set(
                        e, -EINVAL,
                        "Contact %lld is no longer in the address book. Nothing was changed.",
                        (long long) c.id);
        r = contact_match(tx->db, c.org_id, address, "", "", a->who.now, &other, e);
        if (r > 0 && other != c.id)
                return err_set(e, -EINVAL,
                               "Contact %lld of the same organisation has the address %s already. "
                               "Nothing was changed.",
                               (long long) other, address);
        if (r < 0)
                return r;
        detail = mem_printf("contact %lld; email=%s; was %s", (long long) c.id, address, c.email);
        free(c.email);
        c.email = mem_strdup(address);
        r = contact_change(tx, &c, 0, a->who.now, e);
        return r < 0 ? r
                     : audit_add(tx, a->who.now, a->who.uid, a->who.name, "book set", 0, detail, e);
}

int act_call(const struct act *a, const struct delivery *d, enum call_outcome outcome,
             const char *address, bool keep, const char *note, struct err *e)
{
        CLEANUP(tx_done) struct tx tx = {0};
        int r = act_begin(a, &tx, e);

        assert((outcome == CALL_NEW_ADDRESS) == (address[0] != '\0'));
        if (r == 0)
                r = call_add(&tx, d, outcome, address, note, &a->who, e);
        if (r == 0 && outcome == CALL_NEW_ADDRESS)
                r = send_there(a, &tx, d, address, note, e);
        if (r == 0 && keep)
                r = keep_address(a, &tx, d, address, e);
        return r < 0 ? r : act_commit(a, &tx, e);
}

int act_call_undo(const struct act *a, const struct delivery *d, struct call *ret, struct err *e)
{
        CLEANUP(call_done) struct call c = {0};
        CLEANUP(tx_done) struct tx tx = {0};
        int r = act_begin(a, &tx, e);

        if (r == 0)
                r = call_undo(&tx, d, &a->who, &c, e);
        if (r == 0)
                r = act_commit(a, &tx, e);
        if (r < 0)
                return r;
        *ret = c;
        c = (struct call){0};
        return 0;
}
