// SPDX-License-Identifier: MIT
/*
 * The gate: what leaves is what was approved. A release is judged when it is
 * first seen, so that trouble is told early; again when a moment of it has
 * come, because days may lie between; and again under a new configuration.
 */
#include "dispatch_internal.h"

#include "press/clock.h"
#include "press/mem.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define GATE_SLICE_MS 10  /* hashing recipients never holds the loop longer */
#define GATE_PAGE     500 /* recipients read at once */

static void gate_key(const struct work *w, char *key, size_t size)
{
        snprintf(key, size, "release %lld", (long long) w->w.id);
}

void gate_shut(struct dispatch *d, struct work *w, const struct err *why)
{
        char key[64];

        gate_key(w, key, sizeof(key));
        w->gate = GATE_SHUT;
        w->to_pause = true;
        w->why = *why;
        dispatch_alarm(d, key, why);
}

/* What an approval needs, by this pressd's own configuration. */
static int gate_approval(const struct dispatch *d, const struct work *w, struct err *e)
{
        enum approval needed = dispatch_config(d)->approval;
        const struct release *r = &w->r;

        if (needed == APPROVAL_NONE)
                return 0;
        if (!r->approved_hash[0])
                return err_set(e, -EPERM,
                               "Release %lld has no approval and this sender asks for one; it is "
                               "paused, nothing was sent",
                               (long long) r->id);
        if (strcmp(r->approved_hash, r->hash) != 0)
                return err_set(e, -EPERM,
                               "Release %lld was changed after its approval; it is paused, nothing "
                               "was sent",
                               (long long) r->id);
        if (needed == APPROVAL_TWO_PERSON && r->approved_uid == r->submitted_uid)
                return err_set(
                        e, -EPERM,
                        "Release %lld was approved by its own submitter and this sender asks "
                        "for two persons; it is paused, nothing was sent",
                        (long long) r->id);
        return 0;
}

static int gate_begin(struct dispatch *d, struct work *w, struct err *e)
{
        int r;

        release_done(&w->r);
        r = release_get(d->db, w->w.id, &w->r, e);
        if (r < 0)
                return r;
        hash_init(&w->leaves);
        w->cursor = 0;
        w->gate = GATE_HASHING;
        return gate_approval(d, w, e);
}

/* The recipients as they stand must be those that the hash covers; resends came after it. */
static int gate_page(struct dispatch *d, struct work *w, bool *ret_end, struct err *e)
{
        CLEANUP(delivery_list_done) struct delivery_list page = {0};
        unsigned char leaf[HASH_BYTES];
        int r;

        r = delivery_page(d->db, w->w.id, w->cursor, GATE_PAGE, &page, e);
        if (r < 0)
                return r;
        for (size_t i = 0; i < page.n; i++) {
                w->cursor = page.v[i].id;
                if (page.v[i].copy)
                        continue;
                delivery_leaf(&page.v[i], leaf);
                hash_piece(&w->leaves, leaf, sizeof(leaf));
        }
        *ret_end = page.n == 0;
        return 0;
}

static int gate_end(struct dispatch *d, struct work *w, struct err *e)
{
        unsigned char sum[HASH_BYTES];
        char hex[HASH_HEX_MAX], own[HASH_HEX_MAX], key[64];

        hash_final(&w->leaves, sum);
        hash_hex(sum, hex);
        release_hash(&w->r, own);
        if (strcmp(hex, w->r.recipients_hash) != 0 || strcmp(own, w->r.hash) != 0)
                return err_set(e, -EPERM,
                               "Release %lld: recipients or content are not what was submitted; it "
                               "is paused, nothing was sent",
                               (long long) w->r.id);
        gate_key(w, key, sizeof(key));
        alarm_clear(d->alarms, key);
        w->gate = GATE_OPEN;
        w->gate_at = d->now;
        return 0;
}

static int gate_step(struct dispatch *d, struct work *w, struct err *e)
{
        int64_t until = clock_mono() + GATE_SLICE_MS;
        bool end = false;
        int r = w->gate == GATE_NEW ? gate_begin(d, w, e) : 0;

        while (r == 0 && !end && clock_mono() < until)
                r = gate_page(d, w, &end, e);
        if (r == 0 && end)
                r = gate_end(d, w, e);
        return r;
}

/* A moment came since the release was judged: what it says now is what counts. */
static bool gate_stale(const struct dispatch *d, const struct work *w)
{
        int64_t first = work_due(d, w), second = work_after_grace(d, w, w->w.due_at);

        return (w->gate_at < first && first <= d->now) || (w->gate_at < second && second <= d->now);
}

void work_gate_again(struct dispatch *d)
{
        for (size_t i = 0; i < d->nwork; i++)
                if (d->work[i]->gate != GATE_SHUT)
                        d->work[i]->gate = GATE_NEW;
}

/*
 * One release a turn, so that the loop is never held for longer than one slice. What cannot
 * be read now is no verdict on a release: it is tried again.
 */
int work_gate_step(struct dispatch *d, struct err *e)
{
        for (size_t i = 0; i < d->nwork; i++)
                if (d->work[i]->gate == GATE_OPEN && gate_stale(d, d->work[i]))
                        d->work[i]->gate = GATE_NEW;
        for (size_t i = 0; i < d->nwork; i++) {
                struct work *w = d->work[i];
                int r;

                if (w->gate != GATE_NEW && w->gate != GATE_HASHING)
                        continue;
                r = gate_step(d, w, e);
                if (r == -EPERM) {
                        gate_shut(d, w, e);
                } else if (r < 0) {
                        w->gate = GATE_NEW;
                        return r;
                }
                if (w->gate == GATE_HASHING)
                        return 0;
        }
        return 0;
}
