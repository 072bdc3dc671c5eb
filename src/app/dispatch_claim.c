// SPDX-License-Identifier: MIT
/* Deliveries are claimed and become letters: urgent ones first, releases of a class in turn. */
#include "dispatch_internal.h"

#include "press/crash.h"
#include "press/mem.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LETTERS_MAX (128 << 20) /* bytes of letters held for one class; then a large one waits */

/* Loads the frozen letter and checks that it is the one the hash binds. */
static int load_letter(struct dispatch *d, struct work *w, struct err *e)
{
        CLEANUP(frozen_done) struct frozen f = {0};
        char hex[HASH_HEX_MAX];
        size_t n;
        int r;

        r = release_letter(d->db, w->w.id, &f, e);
        if (r < 0)
                return r;
        frozen_hash(&f, hex);
        if (strcmp(hex, w->r.letter_hash) != 0)
                return err_set(e, -EPERM,
                               "Release %lld: its letter is not the one submitted; it is paused, "
                               "nothing was sent",
                               (long long) w->w.id);
        w->letter_bytes = n = f.n;
        return letter_load(TAKE(f.bytes), n, f.cuts, &w->letter, e);
}

/* What crashes over the text of all is laid to the first of them: the release pauses by it. */
static int work_letter(struct dispatch *d, struct work *w, struct err *e)
{
        CLEANUP(delivery_list_done) struct delivery_list first = {0};
        int r;

        if (w->letter)
                return 0;
        r = delivery_page(d->db, w->w.id, 0, 1, &first, e);
        if (r < 0)
                return r;
        crash_at(first.n ? first.v[0].id : 0);
        r = load_letter(d, w, e);
        crash_at(0);
        return r;
}

static struct job *job_new(struct dispatch *d, struct work *w, struct delivery *del)
{
        struct job *j = mem_zalloc(sizeof(*j));

        j->d = *del; /* takes the strings over */
        *del = (struct delivery){0};
        j->work = w;
        w->jobs++;
        domain_begin(d, j);
        return j;
}

void job_splice(struct job *j)
{
        const struct work *w = j->work;
        char id[DELIVERY_MESSAGE_ID_MAX];
        int64_t moment = j->d.early ? w->w.early_at : w->w.due_at;

        letter_splice(w->letter,
                      &(struct letter_recipient){
                              .address = j->d.address,
                              .name = j->d.name,
                              .org = j->d.org,
                              .title = j->d.title,
                              .role = j->d.role,
                              .moment = j->d.created_at > moment ? j->d.created_at : moment,
                              .message_id = delivery_message_id(&j->d, id),
                              .early = j->d.early,
                      },
                      &j->letter);
}

/* It never leaves, though it was claimed: outside the trial list, or put back in the queue. */
static int not_to_go(struct dispatch *d, struct tx *tx, const struct delivery *del,
                     enum delivery_state state, enum delivery_reason reason, struct err *e)
{
        const struct settle s = {
                .id = del->id,
                .release_id = del->release_id,
                .org_kind = del->org_kind,
                .attempt = del->attempt,
                .state = state,
                .reason = reason,
                .at = d->now,
                .relay = "",
                .peer = "",
                .tls = "",
        };

        return delivery_settle(tx, &s, e);
}

/* Small letters never come near the limit; of large ones only some are under way together. */
static bool letter_fits(const struct dispatch *d, const struct work *w)
{
        size_t held = 0;

        for (size_t i = 0; i < d->nwork; i++)
                if (d->work[i]->letter && d->work[i]->w.class == w->w.class)
                        held += d->work[i]->letter_bytes;
        return w->letter || held < LETTERS_MAX;
}

static int claim_one(struct dispatch *d, struct tx *tx, struct work *w, struct delivery *del,
                     struct job **jobs, size_t *n, struct err *e)
{
        int r;

        if (!config_allows(dispatch_config(d), del->address))
                return not_to_go(d, tx, del, DELIVERY_SUPPRESSED, REASON_TRIAL_LIST, e);
        r = gate_check(d, del, e);
        if (r == -EPERM) {
                gate_shut(d, w, e); /* its row was changed by hand, and nothing follows it */
                return not_to_go(d, tx, del, DELIVERY_QUEUED, REASON_NONE, e);
        }
        if (r == 0)
                jobs[(*n)++] = job_new(d, w, del);
        return r;
}

/* One claim, and what is allowed of it becomes jobs behind the *n there are. */
static int claim_some(struct dispatch *d, struct tx *tx, struct work *w,
                      int (*claim)(struct dispatch *d, struct tx *tx, struct work *w,
                                   bool early_only, size_t want, struct delivery_list *list,
                                   struct err *e),
                      struct job **jobs, size_t want, size_t *n, struct err *e)
{
        CLEANUP(delivery_list_done) struct delivery_list list = {0};
        int r = claim(d, tx, w, work_early_only(d, w), want - *n, &list, e);

        for (size_t i = 0; i < list.n && r >= 0; i++) {
                crash_at(list.v[i].id);
                r = claim_one(d, tx, w, &list.v[i], jobs, n, e);
        }
        crash_at(0);
        return r < 0 ? r : 0;
}

/* Claims from one release until `want` letters are there or it has no more. */
static int claim_release(struct dispatch *d, struct tx *tx, struct work *w, struct job **jobs,
                         size_t want, size_t *ret_n, struct err *e)
{
        size_t n = 0;
        int r;

        if (!letter_fits(d, w))
                return 0;
        r = work_letter(d, w, e);
        if (r == -EPERM || r == -EBADMSG) {
                gate_shut(d, w, e);
                return 0;
        }
        if (r == 0 && w->r.stored == RELEASE_APPROVED)
                r = release_sending(tx, w->w.id, e);
        if (r == 0 && w->nparked) {
                r = claim_some(d, tx, w, domains_claim_parked, jobs, want, &n, e);
                if (n < want && domains_ready(d, w))
                        domains_go_on(d); /* what came is outside the trial list: the next ones */
        }
        for (bool more = true; more && r == 0 && n < want && !w->dry && w->gate == GATE_OPEN;
             more = !domains_again(d))
                r = claim_some(d, tx, w, domains_claim, jobs, want, &n, e);
        *ret_n += n;
        return r;
}

/* Releases of one class take turns: an equal share of the room each, the rest goes round again. */
static int claim_class(struct dispatch *d, struct tx *tx, enum release_class class,
                       struct job **jobs, size_t want, size_t *ret_n, struct err *e)
{
        struct work *ready[WORK_MAX];
        size_t n, nready, before = *ret_n;
        int r = 0;

        do {
                nready = 0;
                for (size_t i = 0; i < d->nwork; i++) {
                        struct work *w = d->work[(i + d->turn_of[class]) % d->nwork];

                        if (w->w.class == class && work_ready(d, w))
                                ready[nready++] = w;
                }
                n = *ret_n;
                for (size_t i = 0; i < nready && r == 0 && *ret_n < want; i++) {
                        size_t left = want - *ret_n, share = (left + nready - i - 1) / (nready - i);

                        r = claim_release(d, tx, ready[i], jobs + *ret_n, share, ret_n, e);
                }
        } while (r == 0 && *ret_n<want && * ret_n> n && !domains_again(d));
        /* Once, however often it went round: where one letter is all that a limit allows, each
         * release would else come back to the same place. */
        d->turn_of[class] += *ret_n > before;
        return r;
}

int work_claim(struct dispatch *d, struct tx *tx, const struct room *room, struct claim *ret,
               struct err *e)
{
        size_t want;
        int r;

        ret->n = 0;
        r = claim_class(d, tx, CLASS_URGENT, ret->job, room->n, &ret->n, e);
        ret->urgent = ret->n;
        want = ret->n + room_for_others(room, ret->n);
        for (enum release_class c = CLASS_URGENT + 1; c < RELEASE_CLASSES && r == 0; c++)
                r = claim_class(d, tx, c, ret->job, want, &ret->n, e);
        return r;
}
