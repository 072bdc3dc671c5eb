// SPDX-License-Identifier: MIT
#include "press/delivery.h"

#include "count.h"
#include "delivery_internal.h"
#include "press/mem.h"
#include "press/text.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

void delivery_done(struct delivery *d)
{
        char *const texts[] = {d->address, d->name, d->org, d->title, d->detail};

        for (size_t i = 0; i < COUNT_OF(texts); i++)
                free(texts[i]);
        *d = (struct delivery){0};
}

void delivery_list_done(struct delivery_list *l)
{
        for (size_t i = 0; i < l->n; i++)
                delivery_done(&l->v[i]);
        free(l->v);
        *l = (struct delivery_list){0};
}

void delivery_leaf(const struct delivery *d, unsigned char out[HASH_BYTES])
{
        struct hash h;

        hash_init(&h);
        hash_piece(&h, d->salt, sizeof(d->salt));
        hash_text(&h, d->address);
        hash_text(&h, d->name);
        hash_text(&h, d->org);
        hash_text(&h, d->title);
        hash_text(&h, words_name(&contact_roles, (int) d->role));
        hash_number(&h, d->contact_id);
        hash_number(&h, d->copy);
        hash_number(&h, d->early);
        hash_final(&h, out);
}

/* --- rows ------------------------------------------------------------------- */

static int word(struct sql *q, int column, const struct words *w)
{
        int value = words_find(w, sql_text(q, column));

        assert(value >= 0); /* only words_name() writes these columns */
        return value;
}

static void row_read(struct sql *q, struct delivery *d)
{
        const void *salt;
        size_t n;
        int c = 0;

        *d = (struct delivery){.id = sql_int(q, c++)};
        d->release_id = sql_int(q, c++);
        d->contact_id = sql_int(q, c++);
        d->copy = (int) sql_int(q, c++);
        d->address = sql_text_dup(q, c++);
        d->name = sql_text_dup(q, c++);
        d->org = sql_text_dup(q, c++);
        d->title = sql_text_dup(q, c++);
        d->org_kind = (enum org_kind) word(q, c++, &org_kinds);
        d->role = (enum contact_role) word(q, c++, &contact_roles);
        (void) msg_lang_parse(sql_text(q, c++), &d->language);
        d->priority = (int) sql_int(q, c++);
        d->state = (enum delivery_state) word(q, c++, &delivery_states);
        d->reason = (enum delivery_reason) word(q, c++, &delivery_reasons);
        d->attempt = (unsigned) sql_int(q, c++);
        d->created_at = sql_int(q, c++);
        d->due_at = sql_int(q, c++);
        d->data_at = sql_int(q, c++);
        d->settled_at = sql_int(q, c++);
        d->out_at = sql_int(q, c++);
        d->early = sql_int(q, c++) != 0;
        salt = sql_blob(q, c++, &n);
        memcpy(d->salt, salt, n < sizeof(d->salt) ? n : sizeof(d->salt));
        d->leaf = sql_int(q, c++);
        d->detail = sql_text_dup(q, c);
}

int delivery_rows(struct sql *q, struct delivery_list *l, struct err *e)
{
        size_t size = l->n;
        int r;

        while ((r = sql_step(q, e)) > 0) {
                if (l->n == size) {
                        size = size ? 2 * size : 16;
                        l->v = mem_realloc(l->v, size, sizeof(*l->v));
                }
                row_read(q, &l->v[l->n++]);
        }
        return r;
}

/* --- staging ------------------------------------------------------------------ */

/*
 * The order of sending is random, so that no domain and no organisation comes
 * at once. Among many, neighbours share the high bits: about as many as lie on one page of
 * the file, so that a turn's tries write few pages. Tries a second on a busy
 * disk: alone 12,000, by eight 30,000; by sixteen a seventh less is written
 * than by eight. Among very many 64 do as well, and staging writes half as much.
 * The first two hundred are mixed one by one: of 175 agencies no neighbours in the book
 * follow each other; among 10,000 that writes a twentieth more.
 */
#define ORDER_ALONE      200 /* so many of a release */
#define ORDER_BLOCK      16
#define ORDER_BLOCK_MANY 64
#define ORDER_MANY       20000 /* from that place in the release on */

/* A call of the kernel for each row took a tenth of the time of submitting. */
static void random_take(struct order *o, void *p, size_t n)
{
        if (o->left < n) {
                token_random(o->pool, sizeof(o->pool));
                o->left = sizeof(o->pool);
        }
        o->left -= n;
        memcpy(p, o->pool + o->left, n);
}

/* Draws the salt; within a block it decides on the order: it is random already. */
static int64_t order_next(struct db *db, struct delivery *d)
{
        struct order *o = db_order(db);

        random_take(o, d->salt, sizeof(d->salt));
        if (d->leaf < ORDER_ALONE ||
            o->used % (d->leaf < ORDER_MANY ? ORDER_BLOCK : ORDER_BLOCK_MANY) == 0)
                random_take(o, &o->high, sizeof(o->high));
        o->used++;
        return ((int64_t) o->high << 24) | d->salt[0] << 16 | d->salt[1] << 8 | d->salt[2];
}

int delivery_insert(struct tx *tx, struct delivery *d, int64_t replaces, struct err *e)
{
        static const char sql[] =
                "INSERT INTO delivery (release_id, contact_id, copy, replaces, address, name, org,"
                " title, who_fold, org_kind, role, language, priority, early, salt, order_key,"
                " state, reason, created_at, leaf) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,"
                " ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20) ON CONFLICT DO NOTHING";
        CLEANUP(mem_free) char *who = mem_printf("%s %s", d->name, d->org);
        CLEANUP(mem_free) char *fold = text_fold(who);
        int64_t order_key;
        int r;

        assert(fold);
        order_key = order_next(tx->db, d);
        r = sql_insert(tx->db, sql,
                       SQL_WITH(SQL_INT(d->release_id), SQL_OPT(d->contact_id), SQL_INT(d->copy),
                                SQL_OPT(replaces), SQL_TEXT(d->address), SQL_TEXT(d->name),
                                SQL_TEXT(d->org), SQL_TEXT(d->title), SQL_TEXT(fold),
                                SQL_TEXT(words_name(&org_kinds, (int) d->org_kind)),
                                SQL_TEXT(words_name(&contact_roles, (int) d->role)),
                                SQL_TEXT(msg_lang_name(d->language)), SQL_INT(d->priority),
                                SQL_INT(d->early), SQL_BLOB(d->salt, sizeof(d->salt)),
                                SQL_INT(order_key),
                                SQL_TEXT(words_name(&delivery_states, (int) d->state)),
                                SQL_TEXT(words_name(&delivery_reasons, (int) d->reason)),
                                SQL_INT(d->created_at), SQL_INT(d->copy ? -1 : d->leaf)),
                       &d->id, e);
        if (r == 0)
                return err_set(e, -EEXIST, "%s is already a recipient of release %lld.",
                               d->address[0] ? d->address : d->name, (long long) d->release_id);
        if (r > 0)
                count_move(tx->db, d->release_id, d->org_kind, -1, (int) d->state);
        return r < 0 ? r : 0;
}

int delivery_stage(struct tx *tx, struct delivery *d, struct err *e)
{
        assert(tx->write && d->copy == 0);
        assert(d->state == DELIVERY_SUPPRESSED || (d->state == DELIVERY_QUEUED && d->address[0]));
        return delivery_insert(tx, d, 0, e);
}

/* --- moving --------------------------------------------------------------------- */

/* The recipient may hold the text once it is in one of these. */
static bool is_out(enum delivery_state s)
{
        return s == DELIVERY_UNKNOWN || s == DELIVERY_RELAYED || s == DELIVERY_DELIVERED;
}

#define MOVE(more)                                                                          \
        "UPDATE delivery SET state = ?3, reason = ?4, attempt = attempt + ?5, due_at = ?6," \
        " data_at = CASE ?7 WHEN 1 THEN NULL ELSE data_at END, settled_at = ?8,"            \
        " out_at = coalesce(out_at, ?9), detail = coalesce(?10, detail)" more               \
        " WHERE id = ?1 AND state = ?2 AND (?11 = 0 OR attempt = ?11)"

int delivery_move(struct tx *tx, const struct move *m, struct err *e)
{
        static const char sending_sql[] = MOVE(""), waiting_sql[] = MOVE(", parked = NULL");
        /* What is on the wire is not parked; to say so once more would be 2 % of a letter. */
        const char *sql = m->from == DELIVERY_SENDING || m->not_parked ? sending_sql : waiting_sql;
        bool final = delivery_state_final(m->to), out = is_out(m->to);
        int r;

        assert(tx->write);
        r = sql_run(tx->db, sql,
                    SQL_WITH(SQL_INT(m->id), SQL_TEXT(words_name(&delivery_states, (int) m->from)),
                             SQL_TEXT(words_name(&delivery_states, (int) m->to)),
                             SQL_TEXT(words_name(&delivery_reasons, (int) m->reason)),
                             SQL_INT(m->attempt), SQL_OPT(m->due_at), SQL_INT(m->forget_data),
                             SQL_OPT(final ? m->at : 0), SQL_OPT(out ? m->at : 0),
                             m->detail ? SQL_TEXT(m->detail) : SQL_OPT(0), SQL_INT(m->in_attempt)),
                    e);
        if (r < 0)
                return r;
        if (sql_changes(tx->db) != 1)
                return err_set(e, -EINVAL,
                               "Delivery %lld is no longer in state %s. Nothing was "
                               "changed.",
                               (long long) m->id, words_name(&delivery_states, (int) m->from));
        count_move(tx->db, m->release_id, m->org_kind, (int) m->from, (int) m->to);
        if (out)
                count_out(tx->db, m->release_id, m->at);
        return 0;
}

int delivery_withdraw(struct tx *tx, const struct delivery *d, int64_t at, struct err *e)
{
        const struct move m = {
                .id = d->id,
                .release_id = d->release_id,
                .org_kind = d->org_kind,
                .from = d->state,
                .to = d->out_at ? DELIVERY_UNKNOWN : DELIVERY_CANCELLED,
                .at = at,
        };

        return delivery_move(tx, &m, e);
}
