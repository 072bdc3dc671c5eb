// SPDX-License-Identifier: MIT
/*
 * The gate: what leaves is what was approved. A release is judged when it is
 * first seen, so that trouble is told early; again when a moment of it has
 * come, because days may lie between; and again under a new configuration. Of a
 * large release only the manifest is judged before its first letter: each row
 * is compared with its leaf when it is claimed.
 */
#include "dispatch_internal.h"

#include "press/clock.h"
#include "press/crash.h"
#include "press/fault.h"
#include "press/manifest.h"
#include "press/mem.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define GATE_SLICE_MS 10    /* hashing recipients never holds the loop longer */
#define GATE_BLOCKS   64    /* of the manifest, read at once */
#define GATE_PAGE     500   /* rows read at once */
#define GATE_ROWS_MAX 20000 /* rows compared before the first letter: about 50 ms */

bool gate_judging(const struct work *w)
{
        return w->gate == GATE_NEW || w->gate == GATE_HASHING || w->gate == GATE_ROWS;
}

void gate_shut(struct dispatch *d, struct work *w, const struct err *why)
{
        char key[FAULT_KEY_MAX];

        fault_release_key(w->w.id, key);
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
        hash_init(&w->manifest);
        w->leaves = w->rows = w->cursor = 0;
        w->gate = GATE_HASHING;
        return gate_approval(d, w, e);
}

static int not_submitted(const struct work *w, struct err *e)
{
        return err_set(e, -EPERM,
                       "Release %lld: recipients or content are not what was submitted; it "
                       "is paused, nothing was sent",
                       (long long) w->w.id);
}

/* All leaves must be those that the hash covers. */
static int gate_manifest(struct dispatch *d, struct work *w, struct err *e)
{
        unsigned char sum[HASH_BYTES];
        char hex[HASH_HEX_MAX], own[HASH_HEX_MAX];
        int64_t n = 0;
        int r = manifest_read(d->db, w->w.id, w->leaves / MANIFEST_BLOCK, GATE_BLOCKS, &w->manifest,
                              &n, e);

        if (r < 0)
                return r;
        w->leaves += n;
        if (n == GATE_BLOCKS * MANIFEST_BLOCK)
                return 0;
        hash_final(&w->manifest, sum);
        hash_hex(sum, hex);
        release_hash(&w->r, own);
        if (strcmp(hex, w->r.recipients_hash) != 0 || strcmp(own, w->r.hash) != 0)
                return not_submitted(w, e);
        w->gate = w->leaves <= GATE_ROWS_MAX ? GATE_ROWS : GATE_OPEN;
        return 0;
}

/* So few that all rows are compared before the first letter, not each at its claim only. */
static int gate_rows(struct dispatch *d, struct work *w, struct err *e)
{
        CLEANUP(delivery_list_done) struct delivery_list page = {0};
        bool fits = true;
        int r = delivery_page(d->db, w->w.id, w->cursor, GATE_PAGE, &page, e);

        for (size_t i = 0; r == 0 && fits && i < page.n; i++) {
                w->cursor = page.v[i].id;
                if (page.v[i].copy)
                        continue; /* a resend came after the approval */
                w->rows++;
                crash_at(w->cursor);
                r = manifest_fits(d->db, &page.v[i], &fits, e);
                crash_at(0);
        }
        if (r < 0)
                return r;
        if (!fits || (page.n == 0 && w->rows != w->leaves))
                return not_submitted(w, e);
        if (page.n == 0)
                w->gate = GATE_OPEN;
        return 0;
}

int gate_check(const struct dispatch *d, const struct delivery *del, struct err *e)
{
        bool fits = true;
        int r = del->copy ? 0 : manifest_fits(d->db, del, &fits, e);

        if (r < 0 || fits)
                return r;
        return err_set(e, -EPERM,
                       "Release %lld: %s is not a recipient as submitted; the release is paused, "
                       "this letter was not sent",
                       (long long) del->release_id, del->address);
}

static void gate_opened(struct dispatch *d, struct work *w)
{
        char key[FAULT_KEY_MAX];

        fault_release_key(w->w.id, key);
        alarm_clear(d->alarms, key);
        w->gate_at = d->now;
}

static int gate_step(struct dispatch *d, struct work *w, struct err *e)
{
        int64_t until = clock_mono() + GATE_SLICE_MS;
        int r = w->gate == GATE_NEW ? gate_begin(d, w, e) : 0;

        while (r == 0 && gate_judging(w) && clock_mono() < until)
                r = w->gate == GATE_ROWS ? gate_rows(d, w, e) : gate_manifest(d, w, e);
        if (r == 0 && w->gate == GATE_OPEN)
                gate_opened(d, w);
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

                if (!gate_judging(w))
                        continue;
                r = gate_step(d, w, e);
                if (r == -EPERM) {
                        gate_shut(d, w, e);
                } else if (r < 0) {
                        w->gate = GATE_NEW;
                        return r;
                }
                if (gate_judging(w))
                        return 0;
        }
        return 0;
}
