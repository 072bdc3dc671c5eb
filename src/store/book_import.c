// SPDX-License-Identifier: MIT
/*
 * Taking an import back. Undo rows are worked off from the newest to the oldest,
 * a chunk a transaction; each chunk removes the rows it has undone, so that it
 * does not matter who goes on, nor when.
 */
#include "press/book.h"

#include "book_internal.h"
#include "book_sweep.h"
#include "press/mem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define UNDO_CHUNK 200 /* rows: well under 20 ms */

int book_import_begin(struct tx *tx, const char *file, int64_t version, int64_t now,
                      int64_t *ret_id, struct err *e)
{
        static const char sql[] = "INSERT INTO import (file, started_at, state)"
                                  " VALUES (?1, ?2, 'open') RETURNING id";
        int64_t id, present;
        int r;

        r = book_version(tx->db, &present, e);
        if (r < 0)
                return r;
        if (present != version)
                return err_set(e, -EAGAIN,
                               N_("The address book was changed while the file was being checked; "
                                  "nothing was imported. Import it again."));
        r = book_write(tx, 0, e);
        if (r < 0)
                return r;
        r = sql_get_int(tx->db, sql, SQL_WITH(SQL_TEXT(file), SQL_INT(now)), &id, e);
        if (r < 0)
                return r;
        r = sql_own(tx->db, OWNED_IMPORT, id, e);
        if (r < 0)
                return r;
        *ret_id = id;
        return 0;
}

void book_import_abandon(struct db *db, int64_t id)
{
        sql_disown(db, OWNED_IMPORT, id);
}

static int set_state(struct tx *tx, int64_t id, const char *state, struct err *e)
{
        return sql_run(tx->db, "UPDATE import SET state = ?2 WHERE id = ?1 AND state = 'open'",
                       SQL_WITH(SQL_INT(id), SQL_TEXT(state)), e);
}

int book_import_end(struct tx *tx, int64_t id, struct err *e)
{
        int r = book_write(tx, id, e);

        return r < 0 ? r : set_state(tx, id, "done", e);
}

struct step {
        int64_t undo, row;
        char what[16];
};

static int undo_org(struct db *db, const struct step *s, int64_t import, struct err *e)
{
        static const char forget[] = "DELETE FROM org_fact WHERE org_id = ?1 AND opened_by = ?2";
        static const char reopen[] = "UPDATE org_fact SET to_at = NULL, closed_by = 0"
                                     " WHERE org_id = ?1 AND closed_by = ?2";
        static const char restore[] =
                "UPDATE org SET (kind, name, short, code, province, region, parent_id, find)"
                " = (SELECT kind, name, short, code, province, region, parent_id, find"
                "    FROM org_undo WHERE undo_id = ?2) WHERE id = ?1";
        int r;

        r = sql_run(db, forget, SQL_WITH(SQL_INT(s->row), SQL_INT(import)), e);
        if (r == 0)
                r = sql_run(db, reopen, SQL_WITH(SQL_INT(s->row), SQL_INT(import)), e);
        if (r == 0)
                r = sql_run(db, restore, SQL_WITH(SQL_INT(s->row), SQL_INT(s->undo)), e);
        if (r == 0)
                r = sql_run(db, "DELETE FROM org_undo WHERE undo_id = ?1",
                            SQL_WITH(SQL_INT(s->undo)), e);
        return r;
}

static int undo_new_org(struct db *db, const struct step *s, struct err *e)
{
        int r = sql_run(db, "DELETE FROM org_fact WHERE org_id = ?1", SQL_WITH(SQL_INT(s->row)), e);

        if (r == 0)
                r = sql_run(db, "DELETE FROM org WHERE id = ?1", SQL_WITH(SQL_INT(s->row)), e);
        return r;
}

static int undo_contact(struct tx *tx, const struct step *s, struct err *e)
{
        static const char restore[] =
                "UPDATE contact SET (org_id, name, role, title, email, phone, language, priority,"
                " tags, source, find, from_at, to_at, changed_at)"
                " = (SELECT org_id, name, role, title, email, phone, language, priority,"
                " tags, source, find, from_at, to_at, changed_at"
                "    FROM contact_undo WHERE undo_id = ?2) WHERE id = ?1";
        CLEANUP(contact_done) struct contact c = {0};
        int r;

        r = sql_run(tx->db, restore, SQL_WITH(SQL_INT(s->row), SQL_INT(s->undo)), e);
        if (r == 0)
                r = sql_run(tx->db, "DELETE FROM contact_undo WHERE undo_id = ?1",
                            SQL_WITH(SQL_INT(s->undo)), e);
        if (r == 0)
                r = contact_get(tx->db, s->row, &c, e);
        if (r == 0)
                r = contact_tags_write(tx, s->row, c.tags, 0, e);
        return r;
}

static int undo_new_contact(struct db *db, const struct step *s, struct err *e)
{
        int r = sql_run(db, "DELETE FROM contact_tag WHERE contact_id = ?1",
                        SQL_WITH(SQL_INT(s->row)), e);

        if (r == 0)
                r = sql_run(db, "DELETE FROM contact WHERE id = ?1", SQL_WITH(SQL_INT(s->row)), e);
        return r;
}

static int undo_new_tag(struct db *db, const struct step *s, struct err *e)
{
        int r = sql_run(db, "DELETE FROM contact_tag WHERE tag_id = ?1", SQL_WITH(SQL_INT(s->row)),
                        e);

        if (r == 0)
                r = sql_run(db, "DELETE FROM tag WHERE id = ?1", SQL_WITH(SQL_INT(s->row)), e);
        return r;
}

static int undo_step(struct tx *tx, const struct step *s, int64_t import, struct err *e)
{
        int r;

        if (strcmp(s->what, "org") == 0)
                r = undo_org(tx->db, s, import, e);
        else if (strcmp(s->what, "new org") == 0)
                r = undo_new_org(tx->db, s, e);
        else if (strcmp(s->what, "contact") == 0)
                r = undo_contact(tx, s, e);
        else if (strcmp(s->what, "new contact") == 0)
                r = undo_new_contact(tx->db, s, e);
        else
                r = undo_new_tag(tx->db, s, e);
        if (r == 0)
                r = sql_run(tx->db, "DELETE FROM import_undo WHERE id = ?1",
                            SQL_WITH(SQL_INT(s->undo)), e);
        return r;
}

/* The newest steps of an import that are not undone yet. */
static int undo_steps(struct db *db, int64_t import, struct step v[UNDO_CHUNK], size_t *ret_n,
                      struct err *e)
{
        static const char sql[] = "SELECT id, row_id, what FROM import_undo WHERE import_id = ?1"
                                  " ORDER BY id DESC LIMIT ?2";
        CLEANUP(sql_close) struct sql *q = NULL;
        size_t n = 0;
        int r;

        r = sql_open(db, sql, SQL_WITH(SQL_INT(import), SQL_INT(UNDO_CHUNK)), &q, e);
        if (r < 0)
                return r;
        while ((r = sql_step(q, e)) > 0) {
                const char *what = sql_text(q, 2);
                size_t len = strlen(what);

                v[n] = (struct step){.undo = sql_int(q, 0), .row = sql_int(q, 1)};
                if (len < sizeof(v[n].what))
                        memcpy(v[n].what, what, len);
                n++;
        }
        *ret_n = n;
        return r;
}

/* One chunk; 1 while there is more. */
static int undo_chunk(struct db *db, int64_t import, struct err *e)
{
        CLEANUP(tx_done) struct tx tx = {0};
        struct step v[UNDO_CHUNK];
        size_t n = 0;
        int r;

        r = tx_begin(&tx, db, DB_WAIT_MS, e);
        if (r == 0)
                r = undo_steps(db, import, v, &n, e);
        for (size_t i = 0; r == 0 && i < n; i++)
                r = undo_step(&tx, &v[i], import, e);
        if (r == 0)
                r = sql_run(db, "UPDATE book_state SET version = version + 1", SQL_NOTHING, e);
        if (r == 0 && n < UNDO_CHUNK)
                r = set_state(&tx, import, "undone", e);
        if (r == 0)
                r = tx_commit(&tx, e);
        if (r < 0)
                return r;
        return n == UNDO_CHUNK;
}

int book_import_undo(struct db *db, int64_t id, struct err *e)
{
        int r;

        while ((r = undo_chunk(db, id, e)) > 0)
                ;
        if (r == 0)
                sql_disown(db, OWNED_IMPORT, id);
        return r;
}

/* One chunk of a finished import's undo rows; 1 while there is more. */
static int forget_chunk(struct db *db, int64_t import, struct err *e)
{
        CLEANUP(tx_done) struct tx tx = {0};
        struct step v[UNDO_CHUNK];
        size_t n = 0;
        int r;

        r = tx_begin(&tx, db, DB_WAIT_MS, e);
        if (r == 0)
                r = undo_steps(db, import, v, &n, e);
        for (size_t i = 0; r == 0 && i < n; i++) {
                r = sql_run(db, "DELETE FROM contact_undo WHERE undo_id = ?1",
                            SQL_WITH(SQL_INT(v[i].undo)), e);
                if (r == 0)
                        r = sql_run(db, "DELETE FROM org_undo WHERE undo_id = ?1",
                                    SQL_WITH(SQL_INT(v[i].undo)), e);
                if (r == 0)
                        r = sql_run(db, "DELETE FROM import_undo WHERE id = ?1",
                                    SQL_WITH(SQL_INT(v[i].undo)), e);
        }
        if (r == 0)
                r = tx_commit(&tx, e);
        if (r < 0)
                return r;
        return n == UNDO_CHUNK;
}

int book_import_forget(struct db *db, int64_t id, struct err *e)
{
        int r;

        sql_disown(db, OWNED_IMPORT, id);
        while ((r = forget_chunk(db, id, e)) > 0)
                ;
        return r;
}

/* The next import after `after` of which something is left over; 0 = none. */
static int64_t left_over(struct db *db, int64_t after, bool *ret_open)
{
        static const char sql[] =
                "SELECT id, state = 'open' FROM import i WHERE id > ?1 AND (state = 'open' OR"
                " EXISTS (SELECT 1 FROM import_undo u WHERE u.import_id = i.id))"
                " ORDER BY id LIMIT 1";
        CLEANUP(sql_close) struct sql *q = NULL;

        if (sql_open(db, sql, SQL_WITH(SQL_INT(after)), &q, NULL) < 0 || sql_step(q, NULL) <= 0)
                return 0;
        *ret_open = sql_int(q, 1);
        return sql_int(q, 0);
}

void book_sweep(struct db *db)
{
        int64_t id = 0;
        bool open;

        while ((id = left_over(db, id, &open)) > 0) {
                if (sql_owner_lives(db, OWNED_IMPORT, id))
                        continue;
                if (open)
                        book_import_undo(db, id, NULL);
                else
                        book_import_forget(db, id, NULL);
        }
}
