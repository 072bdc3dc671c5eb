// SPDX-License-Identifier: MIT
#include "import_internal.h"

#include "press/clock.h"
#include "press/event.h"
#include "press/mem.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#define CHUNK_MS 4       /* then commit: with its fsync the lock is held well under 20 ms */
#define GAP_NS   200000L /* between chunks, so that others get the lock */

/* The writing of a plan, cut into transactions. */
struct work {
        struct import_plan *plan;
        const char *file;
        struct tx tx;
        int64_t import, started; /* of the import; of this transaction, monotonic */
        bool open;
        bool begun; /* the first chunk is committed: there is something to undo */
        struct err *e;
};

static int chunk_begin(struct work *w)
{
        int r;

        w->tx = (struct tx){0};
        r = tx_begin(&w->tx, w->plan->db, DB_WAIT_MS, w->e);
        if (r < 0)
                return r;
        w->open = true;
        w->started = clock_mono();
        if (!w->import)
                return book_import_begin(&w->tx, w->file, w->plan->version, w->plan->now,
                                         &w->import, w->e);
        return 0;
}

static int chunk_commit(struct work *w)
{
        int r = tx_commit(&w->tx, w->e);

        tx_done(&w->tx);
        w->open = false;
        w->begun |= r == 0;
        return r;
}

/* Called before each step: a transaction is open behind it. */
static int chunk_step(struct work *w)
{
        const struct timespec gap = {.tv_nsec = GAP_NS};
        int r;

        if (w->open && clock_mono() - w->started < CHUNK_MS)
                return 0;
        if (w->open) {
                r = chunk_commit(w);
                if (r < 0)
                        return r;
                nanosleep(&gap, NULL);
        }
        return chunk_begin(w);
}

static int apply_org(struct work *w, struct import_org *o)
{
        int r = 0;

        if (o->org.id == 0)
                r = org_add(&w->tx, &o->org, w->import, w->plan->now, w->e);
        else if (o->changed)
                r = org_change(&w->tx, &o->org, w->import, w->plan->now, w->e);
        return r < 0 ? r : 0;
}

static int apply_row(struct work *w, const struct import_row *row)
{
        CLEANUP(contact_done) struct contact old = {0};
        CLEANUP(contact_done) struct contact c = {0};
        int r;

        if (row->action == ROW_CHANGE) {
                r = contact_get(w->plan->db, row->contact, &old, w->e);
                if (r < 0)
                        return r;
        }
        c = row_contact(row, row->action == ROW_CHANGE ? &old : NULL);
        c.org_id = w->plan->org[row->org].org.id;
        r = row->action == ROW_ADD ? contact_add(&w->tx, &c, w->import, w->plan->now, w->e)
                                   : contact_change(&w->tx, &c, w->import, w->plan->now, w->e);
        return r < 0 ? r : 0;
}

static int apply_all(struct work *w)
{
        struct import_plan *p = w->plan;
        int r = 0;

        for (size_t i = 0; r == 0 && i < p->norg; i++) {
                if (p->org[i].org.id != 0 && !p->org[i].changed)
                        continue;
                r = chunk_step(w);
                if (r == 0)
                        r = apply_org(w, &p->org[i]);
        }
        for (size_t i = 0; r == 0 && i < p->nrow; i++) {
                if (p->row[i].action == ROW_NOTHING)
                        continue;
                r = chunk_step(w);
                if (r == 0)
                        r = apply_row(w, &p->row[i]);
        }
        return r;
}

/* The import counts from this commit on. */
static int finish(struct work *w, const struct actor *actor)
{
        const struct import_report *n = w->plan->report;
        CLEANUP(mem_free)
        char *what = mem_printf("%s: %zu added, %zu changed, %zu organisations added, %zu changed",
                                w->file, n->added, n->changed, n->orgs_added, n->orgs_changed);
        int r;

        r = chunk_step(w);
        if (r == 0)
                r = audit_add(&w->tx, actor->now, actor->uid, actor->name, "book import", 0, what,
                              w->e);
        if (r == 0)
                r = book_import_end(&w->tx, w->import, w->e);
        if (r == 0)
                r = chunk_commit(w);
        return r;
}

int plan_apply(struct import_plan *p, const char *file, const struct actor *actor, struct err *e)
{
        struct work w = {.plan = p, .file = file, .e = e};
        const struct import_report *n = p->report;
        int r;

        if (n->added + n->changed + n->orgs_added + n->orgs_changed == 0)
                return 0;
        r = apply_all(&w);
        if (r == 0)
                r = finish(&w, actor);
        if (w.open)
                tx_done(&w.tx);
        /* What cannot be tidied up now is at the next open: book_sweep(). */
        if (r < 0 && w.begun)
                (void) book_import_undo(p->db, w.import, NULL);
        else if (r < 0 && w.import)
                book_import_abandon(p->db, w.import);
        else if (r == 0)
                (void) book_import_forget(p->db, w.import, NULL);
        return r;
}
