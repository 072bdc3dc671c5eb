// SPDX-License-Identifier: MIT
/* What people ask for: try now, and the same text once more. */
#include "press/delivery.h"

#include "delivery_internal.h"
#include "event_internal.h"
#include "press/mem.h"

#include <assert.h>
#include <errno.h>

static int check_approved(struct tx *tx, int64_t release, struct err *e)
{
        static const char sql[] = "SELECT state FROM release WHERE id = ?1";
        CLEANUP(sql_close) struct sql *q = NULL;
        enum release_state state = RELEASE_PROPOSED;
        int r = sql_open(tx->db, sql, SQL_WITH(SQL_INT(release)), &q, e);

        if (r >= 0)
                r = sql_step(q, e);
        if (r < 0)
                return r;
        if (r > 0 && words_find(&release_states, sql_text(q, 0)) >= 0)
                state = (enum release_state) words_find(&release_states, sql_text(q, 0));
        switch (state) {
        case RELEASE_APPROVED:
        case RELEASE_SENDING: return 0;
        case RELEASE_CANCELLED:
                return err_set(e, -EINVAL,
                               "Release %lld was cancelled: nothing of it is sent any more. "
                               "Nothing was changed; to send the text, submit it anew.",
                               (long long) release);
        case RELEASE_REJECTED:
                return err_set(e, -EINVAL,
                               "Release %lld was rejected. Nothing was changed; to send "
                               "it, submit it anew.",
                               (long long) release);
        default:
                return err_set(e, -EINVAL,
                               "Release %lld still waits for approval. Nothing was "
                               "changed.",
                               (long long) release);
        }
}

int delivery_retry_now(struct tx *tx, int64_t release, const char *address, int64_t now,
                       int64_t *ret_n, struct err *e)
{
        static const char sql[] = "UPDATE delivery SET due_at = ?3 WHERE release_id = ?1"
                                  " AND state IN ('deferred', 'unknown')"
                                  " AND (?2 = '' OR address = ?2)";
        int r = check_approved(tx, release, e);

        if (r >= 0)
                r = sql_run(tx->db, sql,
                            SQL_WITH(SQL_INT(release), SQL_TEXT(address), SQL_INT(now)), e);
        if (r < 0)
                return r;
        *ret_n = sql_changes(tx->db);
        return 0;
}

/* The number of the next copy; -EEXIST while one for this address still waits. */
static int next_copy(struct tx *tx, const struct delivery *d, int *ret, struct err *e)
{
        static const char waits_sql[] =
                "SELECT 1 FROM delivery WHERE address = ?2 AND release_id = ?1 AND address <> ''"
                " AND (state IN ('queued', 'sending', 'deferred')"
                "      OR (state = 'unknown' AND due_at IS NOT NULL)) LIMIT 1";
        static const char max_sql[] =
                "SELECT coalesce(max(copy), 0) FROM ("
                " SELECT copy FROM delivery WHERE address = ?2 AND release_id = ?1"
                "  AND address <> ''"
                " UNION ALL SELECT copy FROM delivery WHERE release_id = ?1 AND contact_id = ?3)";
        int64_t waits = 0, max = 0;
        int r = sql_get_int(tx->db, waits_sql,
                            SQL_WITH(SQL_INT(d->release_id), SQL_TEXT(d->address)), &waits, e);

        if (r > 0)
                return err_set(e, -EEXIST,
                               "Release %lld still waits to be sent to %s. Nothing was "
                               "changed; to send it now: pressctl retry %lld.",
                               (long long) d->release_id, d->address, (long long) d->release_id);
        if (r >= 0)
                r = sql_get_int(tx->db, max_sql,
                                SQL_WITH(SQL_INT(d->release_id), SQL_TEXT(d->address),
                                         SQL_OPT(d->contact_id)),
                                &max, e);
        if (r < 0)
                return r;
        *ret = (int) max + 1;
        return 0;
}

int delivery_resend(struct tx *tx, const struct delivery *d, int64_t for_id, const char *note,
                    int64_t now, int64_t *ret_id, struct err *e)
{
        static const char more_sql[] =
                "UPDATE release SET recipients = recipients + 1 WHERE id = ?1";
        struct delivery copy = *d; /* its strings stay the caller's */
        struct event ev = {
                .release_id = d->release_id,
                .contact_id = d->contact_id,
                .kind = "resend",
                .at = now,
                .state = DELIVERY_QUEUED,
                .note = note,
        };
        int r;

        assert(d->address[0]);
        copy.state = DELIVERY_QUEUED;
        copy.reason = REASON_NONE;
        copy.created_at = now;
        r = check_approved(tx, d->release_id, e);
        if (r >= 0)
                r = next_copy(tx, d, &copy.copy, e);
        if (r >= 0)
                r = delivery_insert(tx, &copy, for_id, e);
        if (r >= 0)
                r = sql_run(tx->db, more_sql, SQL_WITH(SQL_INT(d->release_id)), e);
        ev.delivery_id = copy.id;
        if (r >= 0)
                r = event_add(tx, &ev, e);
        if (r < 0)
                return r;
        *ret_id = copy.id;
        return 0;
}
