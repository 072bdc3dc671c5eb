// SPDX-License-Identifier: MIT
/* What people ask for: try now, and the same text once more. */
#include "press/delivery.h"

#include "delivery_internal.h"
#include "event_internal.h"
#include "press/mem.h"
#include "press/text.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int check_approved(struct db *db, int64_t release, struct err *e)
{
        static const char sql[] = "SELECT state FROM release WHERE id = ?1";
        CLEANUP(sql_close) struct sql *q = NULL;
        enum release_state state = RELEASE_PROPOSED;
        int r = sql_first(db, sql, SQL_WITH(SQL_INT(release)), &q, e);

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

/* --- try now ------------------------------------------------------------------- */

/* A domain has no index: each row that waits is looked at once, some hundred in a transaction. */
#define WAITS " release_id = ?1 AND state IN ('deferred', 'unknown') AND parked IS NULL"

static bool in_domain(const char *address, const char *domain)
{
        const char *at = strrchr(address, '@');

        return !domain[0] || (at && strcmp(at + 1, domain) == 0);
}

#define DOMAINS_MAX 20000 /* compared for "did you mean" */

static int nearest_domain(struct db *db, int64_t release, const char *domain, char **ret,
                          struct err *e)
{
        static const char sql[] = "SELECT DISTINCT substr(address, instr(address, '@') + 1)"
                                  " FROM delivery WHERE release_id = ?1 LIMIT ?2";
        CLEANUP(sql_close) struct sql *q = NULL;
        CLEANUP(mem_free) char **names = mem_alloc(DOMAINS_MAX * sizeof(*names));
        const char *near;
        size_t n = 0;
        int r = sql_open(db, sql, SQL_WITH(SQL_INT(release), SQL_INT(DOMAINS_MAX)), &q, e);

        while (r >= 0 && n < DOMAINS_MAX && (r = sql_step(q, e)) > 0)
                names[n++] = sql_text_dup(q, 0);
        near = r < 0 ? NULL : text_nearest(domain, (const char *const *) names, n);
        if (r >= 0)
                *ret = mem_strdup(near ? near : "");
        while (n)
                free(names[--n]);
        return r < 0 ? r : 0;
}

int delivery_has_domain(struct db *db, int64_t release, const char *domain, char **ret_near,
                        struct err *e)
{
        static const char sql[] = "SELECT EXISTS (SELECT 1 FROM delivery WHERE release_id = ?1"
                                  " AND substr(address, -length(?2) - 1) = '@' || ?2)";
        int64_t has = 0;
        int r = sql_get_int(db, sql, SQL_WITH(SQL_INT(release), SQL_TEXT(domain)), &has, e);

        if (r < 0 || has)
                return r < 0 ? r : 1;
        return nearest_domain(db, release, domain, ret_near, e);
}

int delivery_retry_begin(struct db *db, struct retry *t, struct err *e)
{
        static const char due_sql[] =
                "SELECT count(*) FROM delivery WHERE" WAITS " AND due_at <= ?2 AND (?3 = '' OR"
                "  substr(address, -length(?3) - 1) = '@' || ?3)";
        int r = check_approved(db, t->release, e);

        t->n = 0;
        t->done = t->held = false;
        t->due = t->now;
        t->id = INT64_MAX;
        if (r < 0 || t->address[0])
                return r;
        r = sql_get_int(db, due_sql,
                        SQL_WITH(SQL_INT(t->release), SQL_INT(t->now), SQL_TEXT(t->domain)), &t->n,
                        e);
        return r < 0 ? r : 0;
}

static int retry_address(struct tx *tx, struct retry *t, struct err *e)
{
        static const char sql[] = "UPDATE delivery SET due_at = ?3 WHERE address = ?2"
                                  " AND address <> '' AND release_id = ?1"
                                  " AND state IN ('deferred', 'unknown')";
        int r = sql_run(tx->db, sql,
                        SQL_WITH(SQL_INT(t->release), SQL_TEXT(t->address), SQL_INT(t->now)), e);

        if (r < 0)
                return r;
        t->n = sql_changes(tx->db);
        t->done = true;
        return 0;
}

/* The next rows: those due later in order of time, then the held ones; *ret_n were looked at. */
static int retry_page(struct tx *tx, struct retry *t, int64_t *ids, size_t limit, size_t *ret_ids,
                      size_t *ret_n, struct err *e)
{
        static const char later_sql[] =
                "SELECT id, due_at, address FROM delivery WHERE" WAITS
                " AND due_at >= ?2 AND (due_at > ?2 OR id > ?3) ORDER BY due_at, id LIMIT ?4";
        static const char held_sql[] = "SELECT id, due_at, address FROM delivery WHERE" WAITS
                                       " AND due_at IS NULL AND id > ?3 ORDER BY id LIMIT ?4";
        CLEANUP(sql_close) struct sql *q = NULL;
        int r = sql_open(tx->db, t->held ? held_sql : later_sql,
                         SQL_WITH(SQL_INT(t->release), SQL_INT(t->due), SQL_INT(t->id),
                                  SQL_INT((int64_t) limit)),
                         &q, e);

        *ret_ids = *ret_n = 0;
        if (r < 0)
                return r;
        while ((r = sql_step(q, e)) > 0) {
                t->id = sql_int(q, 0);
                t->due = sql_int(q, 1);
                ++*ret_n;
                if (in_domain(sql_text(q, 2), t->domain))
                        ids[(*ret_ids)++] = t->id;
        }
        return r;
}

int delivery_retry_step(struct tx *tx, struct retry *t, size_t limit, struct err *e)
{
        static const char sql[] = "UPDATE delivery SET due_at = ?2 WHERE id = ?1";
        CLEANUP(mem_free) int64_t *ids = mem_alloc(limit * sizeof(*ids));
        size_t n, looked;
        int r;

        assert(tx->write && limit && !t->done);
        r = check_approved(tx->db, t->release, e);
        if (r < 0 || t->address[0])
                return r < 0 ? r : retry_address(tx, t, e);
        r = retry_page(tx, t, ids, limit, &n, &looked, e);
        for (size_t i = 0; i < n && r >= 0; i++)
                r = sql_run(tx->db, sql, SQL_WITH(SQL_INT(ids[i]), SQL_INT(t->now)), e);
        if (r < 0)
                return r;
        t->n += (int64_t) n;
        if (looked < limit) {
                t->done = t->held;
                t->held = true;
                t->id = 0;
        }
        return 0;
}

/* --- once more ----------------------------------------------------------------- */

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
        r = check_approved(tx->db, d->release_id, e);
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
