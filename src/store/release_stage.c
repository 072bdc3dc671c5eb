// SPDX-License-Identifier: MIT
/* A release comes into being: staged by pieces, visible at one instant (R2). */
#include "press/release.h"

#include "count.h"
#include "press/clock.h"
#include "press/event.h"
#include "press/mem.h"
#include "press/text.h"
#include "release_internal.h"
#include "sql.h"
#include "sweep.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#define PIECE_BYTES ((size_t) 512 * 1024) /* of content in one transaction */
#define REMOVE_ROWS 500                   /* deliveries removed in one transaction */
#define SWEEP_MS    200                   /* of what a dead program left, removed at one open */

static int insert_release(struct tx *tx, const struct release *r, const char *cuts, int64_t *ret_id,
                          struct err *e)
{
        static const char sql[] =
                "INSERT INTO release (state, number, number_fold, title, kind, class, language,"
                " key, body, audience, except_, early, contact, signer, reply_to, at, embargo,"
                " expires, automatic, submitted_at, submitted_uid, submitted_by, content_hash,"
                " letter_hash, text_hash, cuts)"
                " VALUES ('staged', ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,"
                " ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25) RETURNING id";
        CLEANUP(mem_free) char *fold = text_fold(r->number);

        assert(fold);
        return sql_get_int(
                tx->db, sql,
                SQL_WITH(SQL_TEXT(r->number), SQL_TEXT(fold), SQL_TEXT(r->title),
                         SQL_TEXT(words_name(&release_kinds, (int) r->kind)),
                         SQL_TEXT(words_name(&release_classes, (int) r->class)),
                         SQL_TEXT(msg_lang_name(r->language)), SQL_TEXT(r->key), SQL_TEXT(r->text),
                         SQL_TEXT(r->audience), SQL_TEXT(r->except), SQL_TEXT(r->early),
                         SQL_TEXT(r->contact), SQL_TEXT(r->signer), SQL_TEXT(r->reply_to),
                         SQL_INT(r->at), SQL_INT(r->embargo), SQL_INT(r->expires),
                         SQL_INT(r->automatic), SQL_INT(r->submitted_at), SQL_INT(r->submitted_uid),
                         SQL_TEXT(r->submitted_by), SQL_TEXT(r->content_hash),
                         SQL_TEXT(r->letter_hash), SQL_TEXT(r->text_hash), SQL_TEXT(cuts)),
                ret_id, e);
}

static int insert_attachments(struct tx *tx, int64_t id, const struct release_attachment *att,
                              size_t natt, struct err *e)
{
        static const char sql[] = "INSERT INTO attachment (release_id, item, name, type, bytes)"
                                  " VALUES (?1, ?2, ?3, ?4, ?5)";
        int r = 0;

        for (size_t i = 0; i < natt && r >= 0; i++)
                r = sql_run(tx->db, sql,
                            SQL_WITH(SQL_INT(id), SQL_INT((int64_t) i + 1), SQL_TEXT(att[i].name),
                                     SQL_TEXT(att[i].type), SQL_INT((int64_t) att[i].n)),
                            e);
        return r;
}

/* The owner's mark is set before the row can be seen: no sweep takes it for an orphan. */
static int stage_head(struct db *db, struct release *r, const char *cuts,
                      const struct release_attachment *att, size_t natt, struct err *e)
{
        CLEANUP(tx_done) struct tx tx = {0};
        int64_t id = 0;
        int rc = tx_begin(&tx, db, DB_WAIT_MS, e);

        if (rc >= 0)
                rc = insert_release(&tx, r, cuts, &id, e);
        if (rc >= 0)
                rc = insert_attachments(&tx, id, att, natt, e);
        if (rc >= 0)
                rc = sql_own(db, OWNED_RELEASE, id, e);
        if (rc < 0)
                return rc;
        rc = tx_commit(&tx, e);
        if (rc < 0) {
                sql_disown(db, OWNED_RELEASE, id);
                return rc;
        }
        r->id = id;
        return 0;
}

static int stage_item(struct db *db, int64_t id, size_t item, const char *data, size_t n,
                      struct err *e)
{
        static const char sql[] = "INSERT INTO content (release_id, item, piece, data)"
                                  " VALUES (?1, ?2, ?3, ?4)";
        int64_t piece = 0;

        for (size_t done = 0; done < n; piece++) {
                CLEANUP(tx_done) struct tx tx = {0};
                size_t len = n - done < PIECE_BYTES ? n - done : PIECE_BYTES;
                int r = tx_begin(&tx, db, DB_WAIT_MS, e);

                if (r >= 0)
                        r = sql_run(db, sql,
                                    SQL_WITH(SQL_INT(id), SQL_INT((int64_t) item), SQL_INT(piece),
                                             SQL_BLOB(data + done, len)),
                                    e);
                if (r >= 0)
                        r = tx_commit(&tx, e);
                if (r < 0)
                        return r;
                done += len;
        }
        return 0;
}

int release_stage(struct db *db, struct release *r, const struct frozen *letter,
                  const struct release_attachment *att, size_t natt, struct err *e)
{
        int rc = stage_head(db, r, letter->cuts, att, natt, e);

        if (rc < 0)
                return rc;
        rc = stage_item(db, r->id, 0, letter->bytes, letter->n, e);
        for (size_t i = 0; i < natt && rc >= 0; i++)
                rc = stage_item(db, r->id, i + 1, att[i].data, att[i].n, e);
        if (rc < 0) {
                (void) release_unstage(db, r->id, NULL); /* else the next open does it */
                r->id = 0;
        }
        return rc;
}

/* --- becoming visible ------------------------------------------------------------ */

static int check_publish(struct tx *tx, const struct release *r, struct err *e)
{
        static const char staged_sql[] = "SELECT 1 FROM release WHERE id = ?1 AND state = 'staged'";
        static const char count_sql[] =
                "SELECT coalesce(sum(n), 0) FROM release_count WHERE release_id = ?1";
        int64_t n = 0, other = 0;
        int rc;

        rc = sql_get_int(tx->db, staged_sql, SQL_WITH(SQL_INT(r->id)), &n, e);
        if (rc == 0)
                return err_set(e, -ENOENT, "There is no release %lld.", (long long) r->id);
        if (rc >= 0)
                rc = count_flush(tx->db, e);
        if (rc >= 0)
                rc = sql_get_int(tx->db, count_sql, SQL_WITH(SQL_INT(r->id)), &n, e);
        if (rc >= 0)
                rc = release_by_key(tx->db, r->key, &other, e);
        if (rc < 0)
                return rc;
        if (n != r->recipients)
                return err_set(e, -EPROTO,
                               "Release %lld was staged with %lld recipients, not %lld. "
                               "Nothing was stored.",
                               (long long) r->id, (long long) n, (long long) r->recipients);
        if (other)
                return err_set(e, -EEXIST,
                               "The key %s belongs to release %lld since a moment ago. "
                               "Nothing was stored.",
                               r->key, (long long) other);
        return 0;
}

int release_publish(struct tx *tx, const struct release *r, const char *how, struct err *e)
{
        static const char sql[] =
                "UPDATE release SET state = ?2, recipients = ?3, hash = ?4, audience_hash = ?5,"
                " recipients_hash = ?6, approved_at = ?7, approved_uid = ?8, approved_by = ?9,"
                " approved_hash = ?10, due_at = ?11, early_at = ?12, moment = ?13 WHERE id = ?1";
        bool approved = r->stored == RELEASE_APPROVED;
        int rc;

        assert(tx->write && (approved || r->stored == RELEASE_PROPOSED));
        rc = check_publish(tx, r, e);
        if (rc < 0)
                return rc;
        rc = sql_run(
                tx->db, sql,
                SQL_WITH(SQL_INT(r->id), SQL_TEXT(words_name(&release_states, (int) r->stored)),
                         SQL_INT(r->recipients), SQL_TEXT(r->hash), SQL_TEXT(r->audience_hash),
                         SQL_TEXT(r->recipients_hash), SQL_INT(approved ? r->approved_at : 0),
                         SQL_INT(approved ? r->approved_uid : 0),
                         SQL_TEXT(approved ? r->approved_by : ""),
                         SQL_TEXT(approved ? r->approved_hash : ""),
                         SQL_INT(approved ? r->due_at : 0), SQL_INT(approved ? r->early_at : 0),
                         SQL_INT(approved ? r->moment : 0)),
                e);
        if (rc < 0)
                return rc;
        return audit_add(tx, r->submitted_at, r->submitted_uid, r->submitted_by, "send", r->id, how,
                         e);
}

/* --- and being taken away unfinished ------------------------------------------------ */

/* One thing at a time: 1 while there may be more. The release's own row goes last. */
static int remove_some(struct tx *tx, int64_t id, struct err *e)
{
        static const char *const parts[] = {
                "DELETE FROM delivery WHERE id IN"
                " (SELECT id FROM delivery WHERE release_id = ?1 ORDER BY id LIMIT ?2)",
                "DELETE FROM manifest WHERE rowid IN"
                " (SELECT rowid FROM manifest WHERE release_id = ?1 LIMIT ?2)",
                "DELETE FROM content WHERE release_id = ?1 AND (item, piece) ="
                " (SELECT item, piece FROM content WHERE release_id = ?1 AND ?2 > 0 LIMIT 1)",
        };
        static const char *const rest[] = {
                "DELETE FROM release_count WHERE release_id = ?1",
                "DELETE FROM attachment WHERE release_id = ?1",
                "DELETE FROM release WHERE id = ?1",
        };
        int r = 0;

        for (size_t i = 0; i < COUNT_OF(parts); i++) {
                r = sql_run(tx->db, parts[i], SQL_WITH(SQL_INT(id), SQL_INT(REMOVE_ROWS)), e);
                if (r < 0 || sql_changes(tx->db) > 0)
                        return r < 0 ? r : 1;
        }
        for (size_t i = 0; i < COUNT_OF(rest) && r >= 0; i++)
                r = sql_run(tx->db, rest[i], SQL_WITH(SQL_INT(id)), e);
        if (r >= 0)
                sql_disown(tx->db, OWNED_RELEASE, id); /* before the id can be given again */
        return r;
}

/* Looks again each time: another sweep may have been faster, and the id be a new stage's. */
static int unstage_step(struct db *db, int64_t id, struct err *e)
{
        static const char sql[] = "SELECT 1 FROM release WHERE id = ?1 AND state = 'staged'";
        CLEANUP(tx_done) struct tx tx = {0};
        int64_t there = 0;
        int r = tx_begin_soft(&tx, db, DB_WAIT_MS, e), more;

        if (r >= 0)
                r = sql_get_int(db, sql, SQL_WITH(SQL_INT(id)), &there, e);
        if (r <= 0 || sql_owner_lives(db, OWNED_RELEASE, id))
                return r < 0 ? r : 0;
        more = remove_some(&tx, id, e);
        if (more < 0)
                return more;
        r = tx_commit(&tx, e);
        return r < 0 ? r : more;
}

static int unstage_until(struct db *db, int64_t id, int64_t end, struct err *e)
{
        int r;

        while ((r = unstage_step(db, id, e)) > 0 && clock_mono() < end)
                ;
        return r;
}

int release_unstage(struct db *db, int64_t id, struct err *e)
{
        return unstage_until(db, id, INT64_MAX, e);
}

/* The first stage after `after` whose owner is dead: 1 and *ret, or 0. */
static int next_orphan(struct db *db, int64_t after, int64_t *ret)
{
        static const char sql[] = "SELECT id FROM release WHERE state = 'staged' AND id > ?1"
                                  " ORDER BY id LIMIT 1";
        int r;

        while ((r = sql_get_int(db, sql, SQL_WITH(SQL_INT(after)), ret, NULL)) > 0) {
                if (!sql_owner_lives(db, OWNED_RELEASE, *ret))
                        return 1;
                after = *ret;
        }
        return r;
}

void sweep_releases(struct db *db)
{
        int64_t id = 0, end = clock_mono() + SWEEP_MS;

        while (next_orphan(db, id, &id) > 0)
                if (unstage_until(db, id, end, NULL) != 0)
                        return;
}
