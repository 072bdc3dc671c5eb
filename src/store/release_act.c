// SPDX-License-Identifier: MIT
/* What people do to a release: each act checks the state and leaves an audit row. */
#include "press/release.h"

#include "press/event.h"
#include "press/mem.h"
#include "press/setback.h"
#include "release_internal.h"
#include "sql.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

static int wrong_state(const struct release *r, struct err *e)
{
        long long id = r->id;

        switch (r->state) {
        case RELEASE_PROPOSED:
                return err_set(e, -EINVAL,
                               "Release %lld still waits for approval. Nothing was "
                               "changed.",
                               id);
        case RELEASE_DONE:
                return err_set(e, -EINVAL,
                               "Sending of release %lld has ended. Nothing was changed; "
                               "to mend it, send the correction as a new release.",
                               id);
        case RELEASE_REJECTED:
                return err_set(e, -EINVAL,
                               "Release %lld was rejected. Nothing was changed; to send "
                               "it, submit it anew.",
                               id);
        case RELEASE_CANCELLED:
                return err_set(e, -EINVAL,
                               "Release %lld was cancelled. Nothing was changed; to "
                               "send it, submit it anew.",
                               id);
        default:
                return err_set(e, -EINVAL,
                               "Release %lld was already approved by %s. Nothing was "
                               "changed.",
                               id, r->approved_by);
        }
}

static int act_done(struct tx *tx, const struct actor *a, const char *verb, int64_t id,
                    const char *detail, struct err *e)
{
        return audit_add(tx, a->now, a->uid, a->name, verb, id, detail, e);
}

/* Its beginning will do: 12 digits cannot be met by chance, and the release is named beside it. */
static bool binds(const char *given, const char *hash)
{
        size_t n = strlen(given);

        return n >= RELEASE_HASH_MIN && n <= strlen(hash) && strncasecmp(given, hash, n) == 0;
}

int release_approve(struct tx *tx, int64_t id, const char *hash, int64_t grace_ms,
                    const struct actor *a, struct err *e)
{
        static const char sql[] =
                "UPDATE release SET state = 'approved', approved_at = ?2, approved_uid = ?3,"
                " approved_by = ?4, approved_hash = ?5, due_at = ?6, early_at = ?7, moment = ?8"
                " WHERE id = ?1";
        CLEANUP(release_done) struct release rel = {0};
        char now[HASH_HEX_MAX];
        int r = release_get(tx->db, id, &rel, e);

        if (r < 0)
                return r;
        if (rel.state != RELEASE_PROPOSED)
                return wrong_state(&rel, e);
        release_hash(&rel, now);
        if (strcmp(now, rel.hash) != 0)
                return err_set(e, -EBADMSG,
                               "Release %lld is not what was submitted: its hash no "
                               "longer fits. Nothing was approved; cancel it.",
                               (long long) id);
        if (!binds(hash, rel.hash))
                return err_set(e, -EINVAL,
                               "This hash is not that of release %lld. Nothing was "
                               "approved; read it again: pressctl show %lld.",
                               (long long) id, (long long) id);
        if (rel.expires && rel.expires <= a->now)
                return err_set(e, -ETIME,
                               "The time of release %lld has run out (Expires). Nothing "
                               "was approved.",
                               (long long) id);
        release_moments(&rel, a->now, grace_ms);
        r = sql_run(tx->db, sql,
                    SQL_WITH(SQL_INT(id), SQL_INT(a->now), SQL_INT(a->uid), SQL_TEXT(a->name),
                             SQL_TEXT(rel.hash), SQL_INT(rel.due_at), SQL_INT(rel.early_at),
                             SQL_INT(rel.moment)),
                    e);
        return r < 0 ? r : act_done(tx, a, "approve", id, rel.hash, e);
}

/* Sets the stored state and why. */
static int end_release(struct tx *tx, int64_t id, enum release_state state, const char *why,
                       struct err *e)
{
        static const char sql[] = "UPDATE release SET state = ?2, reason = ?3 WHERE id = ?1";

        return sql_run(tx->db, sql,
                       SQL_WITH(SQL_INT(id), SQL_TEXT(words_name(&release_states, (int) state)),
                                SQL_TEXT(why)),
                       e);
}

int release_reject(struct tx *tx, int64_t id, const char *why, const struct actor *a, struct err *e)
{
        CLEANUP(release_done) struct release rel = {0};
        int r = release_get(tx->db, id, &rel, e);

        if (r < 0)
                return r;
        if (rel.state != RELEASE_PROPOSED)
                return wrong_state(&rel, e);
        r = end_release(tx, id, RELEASE_REJECTED, why, e);
        return r < 0 ? r : act_done(tx, a, "reject", id, why, e);
}

int release_cancel(struct tx *tx, int64_t id, const char *why, const struct actor *a, struct err *e)
{
        CLEANUP(release_done) struct release rel = {0};
        int r = release_get(tx->db, id, &rel, e);

        if (r < 0)
                return r;
        if (rel.state == RELEASE_DONE || rel.state == RELEASE_REJECTED ||
            rel.state == RELEASE_CANCELLED)
                return wrong_state(&rel, e);
        r = end_release(tx, id, RELEASE_CANCELLED, why, e);
        return r < 0 ? r : act_done(tx, a, "cancel", id, why, e);
}

static int set_paused(struct tx *tx, int64_t id, bool paused, const char *why, struct err *e)
{
        static const char sql[] =
                "UPDATE release SET paused = ?2,"
                " reason = CASE WHEN ?2 AND paused AND ?3 = '' THEN reason ELSE ?3 END"
                " WHERE id = ?1";

        return sql_run(tx->db, sql, SQL_WITH(SQL_INT(id), SQL_INT(paused), SQL_TEXT(why)), e);
}

int release_pause(struct tx *tx, int64_t id, const char *why, const struct actor *a, struct err *e)
{
        CLEANUP(release_done) struct release rel = {0};
        int r = release_get(tx->db, id, &rel, e);

        if (r < 0)
                return r;
        if (rel.state != RELEASE_APPROVED && rel.state != RELEASE_SENDING &&
            rel.state != RELEASE_PAUSED)
                return wrong_state(&rel, e);
        r = set_paused(tx, id, true, why, e);
        return r < 0 ? r : act_done(tx, a, "pause", id, why, e);
}

int release_resume(struct tx *tx, int64_t id, const struct actor *a, struct err *e)
{
        CLEANUP(release_done) struct release rel = {0};
        int r = release_get(tx->db, id, &rel, e);

        if (r < 0)
                return r;
        if (rel.state == RELEASE_APPROVED || rel.state == RELEASE_SENDING)
                return err_set(e, -EINVAL, "Release %lld is not paused. Nothing was changed.",
                               (long long) id);
        if (rel.state != RELEASE_PAUSED)
                return wrong_state(&rel, e);
        r = set_paused(tx, id, false, "", e);
        if (r == 0)
                r = setback_forget(tx, id, e);
        return r < 0 ? r : act_done(tx, a, "resume", id, "", e);
}

int release_pause_all(struct tx *tx, const char *why, const struct actor *a, struct err *e)
{
        static const char set_sql[] = "INSERT INTO setting (name, value) VALUES ('pause_all', ?1)"
                                      " ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        static const char clear_sql[] = "DELETE FROM setting WHERE name = 'pause_all'";
        CLEANUP(mem_free) char *by = NULL;
        int r;

        if (why)
                by = mem_printf("%s%s%s", a->name, why[0] ? ": " : "", why);
        r = why ? sql_run(tx->db, set_sql, SQL_WITH(SQL_TEXT(by)), e)
                : sql_run(tx->db, clear_sql, SQL_NOTHING, e);
        return r < 0 ? r
                     : act_done(tx, a, why ? "pause --all" : "resume --all", 0, why ? why : "", e);
}
