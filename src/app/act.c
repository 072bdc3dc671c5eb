// SPDX-License-Identifier: MIT
#include "press/act.h"

#include "act_internal.h"
#include "press/book.h"
#include "press/config.h"
#include "press/event.h"
#include "press/fence.h"
#include "press/mem.h"
#include "press/moment.h"
#include "press/wake.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CHUNK      200    /* deliveries moved under one hold of the write lock: about 20 ms */
#define RESEND_MAX 100000 /* looked at in one go; whoever needs more repeats the command */

int act_begin(const struct act *a, struct tx *tx, struct err *e)
{
        return tx_begin(tx, a->db, DB_WAIT_MS, e);
}

int act_commit(const struct act *a, struct tx *tx, struct err *e)
{
        int r = tx_commit(tx, e);

        if (r == 0)
                wake_send(a->cfg->socket);
        return r;
}

static int audit(const struct act *a, struct tx *tx, const char *verb, int64_t release,
                 const char *detail, struct err *e)
{
        return audit_add(tx, a->who.now, a->who.uid, a->who.name, verb, release, detail, e);
}

int act_pause(const struct act *a, int64_t release, const char *why, struct err *e)
{
        CLEANUP(tx_done) struct tx tx = {0};
        int r = act_begin(a, &tx, e);

        if (r == 0)
                r = release ? release_pause(&tx, release, why, &a->who, e)
                            : release_pause_all(&tx, why, &a->who, e);
        return r < 0 ? r : act_commit(a, &tx, e);
}

int act_resume(const struct act *a, int64_t release, struct err *e)
{
        CLEANUP(tx_done) struct tx tx = {0};
        int r = act_begin(a, &tx, e);

        if (r == 0)
                r = release ? release_resume(&tx, release, &a->who, e)
                            : release_pause_all(&tx, NULL, &a->who, e);
        return r < 0 ? r : act_commit(a, &tx, e);
}

/* Between two transactions, so that pressd and others get the lock in turn. */
static void give_way(void)
{
        const struct timespec t = {.tv_nsec = 200000};

        nanosleep(&t, NULL);
}

int act_fence(const struct act *a, bool again, int64_t *ret_n, struct err *e)
{
        struct fence_walk w = {0};
        struct fence f;
        int r = fence_look(a->db, a->who.now, &f, e);

        if (r == 0 && f.ahead)
                r = err_set(
                        e, -EAGAIN,
                        "pressd has not started since this database was put back: start it, it "
                        "raises the fence and sends nothing. Then decide. Nothing was changed.");
        if (r == 0 && !f.at)
                r = err_set(e, -EINVAL,
                            "The fence is down: there is nothing to decide. Nothing was changed.");
        while (r == 0 && !w.end) {
                CLEANUP(tx_done) struct tx tx = {0};

                r = act_begin(a, &tx, e);
                if (r == 0)
                        r = fence_decide(&tx, &f, &w, again, a->who.now, CHUNK, e);
                if (r == 0 && w.end)
                        r = fence_lower(&tx, &a->who,
                                        again ? "fence --accept" : "fence --mark-sent", e);
                if (r == 0)
                        r = act_commit(a, &tx, e);
                give_way();
        }
        if (r < 0)
                return r;
        *ret_n = w.n;
        return 0;
}

/*
 * Whatever a power cut takes away of it, pressd does again: only the last commit waits for the
 * disk, and with it all before it.
 */
int act_cancel_rest(const struct act *a, int64_t release, struct err *e)
{
        int64_t left = 1;
        int r = 0;

        while (r == 0 && left) {
                CLEANUP(tx_done) struct tx tx = {0};

                r = left > CHUNK ? tx_begin_soft(&tx, a->db, DB_WAIT_MS, e) : act_begin(a, &tx, e);
                if (r == 0)
                        r = release_cancel_rest(&tx, release, CHUNK, a->who.now, &left, e);
                if (r == 0)
                        r = tx_commit(&tx, e);
        }
        return r;
}

int act_cancel(const struct act *a, int64_t release, const char *why, struct err *e)
{
        CLEANUP(tx_done) struct tx tx = {0};
        int r = act_begin(a, &tx, e);

        if (r == 0)
                r = release_cancel(&tx, release, why, &a->who, e);
        if (r == 0)
                r = act_commit(a, &tx, e);
        return r < 0 ? r : act_cancel_rest(a, release, e);
}

int act_retry(const struct act *a, int64_t release, const char *address, const char *domain,
              int64_t *ret_n, struct err *e)
{
        struct retry t = {
                .release = release, .now = a->who.now, .address = address, .domain = domain};
        bool audited = false;
        int r = delivery_retry_begin(a->db, &t, e);

        while (r == 0 && !t.done) {
                CLEANUP(tx_done) struct tx tx = {0};

                r = act_begin(a, &tx, e);
                if (r == 0)
                        r = delivery_retry_step(&tx, &t, CHUNK, e);
                if (r == 0 && !audited)
                        r = audit(a, &tx, "retry", release, address[0] ? address : domain, e);
                audited = true;
                if (r == 0)
                        r = act_commit(a, &tx, e);
                if (r == 0 && !t.done)
                        give_way();
        }
        if (r == 0)
                *ret_n = t.n;
        return r;
}

/* --- resend --------------------------------------------------------------------- */

int act_check_address(const struct act *a, const char *address, struct err *e)
{
        enum delivery_reason why;
        int r;

        if (config_is_return_path(a->cfg, address))
                return err_set(e, -EINVAL,
                               "%s is where returned letters come back to press. Nothing was sent.",
                               address);
        r = suppression_find(a->db, address, a->who.now, &why, e);
        if (r > 0 && why == REASON_DEAD_ADDRESS)
                return err_set(e, -EINVAL,
                               "%s is on the stop list: letters to it came back. Nothing was sent.",
                               address);
        if (r > 0)
                return err_set(e, -EINVAL,
                               "%s is on the stop list: its owner asked not to be written to. "
                               "Nothing was sent.",
                               address);
        return r;
}

/* The newest delivery to `address`, its strings taken over; 0 when there is none. */
static int newest(const struct act *a, int64_t release, const char *address, struct delivery *ret,
                  struct err *e)
{
        CLEANUP(delivery_list_done) struct delivery_list l = {0};
        int r = delivery_find(a->db, release, address, &l, e);

        if (r < 0 || l.n == 0)
                return r;
        *ret = l.v[l.n - 1];
        l.v[l.n - 1] = (struct delivery){0};
        return 1;
}

/* The words of the one it stands in for; with nobody known the letter greets "Quý cơ quan". */
static int stand_in(const struct act *a, int64_t release, const char *address, const char *old,
                    struct delivery *ret, struct err *e)
{
        CLEANUP(release_done) struct release rel = {0};
        CLEANUP(delivery_done) struct delivery d = {0};
        int r = newest(a, release, old[0] ? old : address, &d, e);

        if (r == 0 && old[0])
                return err_set(e, -ENOENT,
                               "%s is not a recipient of release %lld. Nothing was sent.", old,
                               (long long) release);
        if (r == 0) {
                r = release_get(a->db, release, &rel, e);
                d = (struct delivery){
                        .name = mem_strdup(""),
                        .org = mem_strdup(""),
                        .title = mem_strdup(""),
                        .detail = mem_strdup(""),
                        .org_kind = ORG_PRESS,
                        .role = ROLE_DESK,
                        .language = rel.language,
                        .priority = 5,
                };
        }
        if (r < 0)
                return r;
        free(d.address);
        d.address = mem_strdup(address);
        d.release_id = release;
        *ret = d;
        d = (struct delivery){0};
        return 0;
}

int act_resend_to(const struct act *a, int64_t release, const char *address, const char *old,
                  const char *note, int64_t *ret_delivery, struct err *e)
{
        CLEANUP(delivery_done) struct delivery d = {0};
        CLEANUP(tx_done) struct tx tx = {0};
        CLEANUP(mem_free) char *detail = NULL;
        int64_t replaces, id = 0;
        int r;

        assert(note[0]);
        r = act_check_address(a, address, e);
        if (r == 0)
                r = stand_in(a, release, address, old, &d, e);
        if (r < 0)
                return r;
        replaces = d.id;
        detail = mem_printf("%s%s%s: %s", address, old[0] ? " for " : "", old, note);
        r = act_begin(a, &tx, e);
        if (r == 0)
                r = delivery_resend(&tx, &d, replaces, note, a->who.now, &id, e);
        if (r == 0)
                r = audit(a, &tx, "resend", release, detail, e);
        if (r == 0)
                r = act_commit(a, &tx, e);
        if (r == 0)
                *ret_delivery = id;
        return r;
}

struct resend { /* one run over those not reached */
        int64_t release;
        unsigned states;
        const char *note;
        int64_t n, stopped;
        bool audited;
};

static int resend_one(const struct act *a, struct tx *tx, struct resend *s,
                      const struct delivery *d, struct err *e)
{
        enum delivery_reason why;
        int64_t id;
        int r;

        if (!(s->states & 1u << d->state))
                return 0;
        r = suppression_find(a->db, d->address, a->who.now, &why, e);
        if (r > 0)
                s->stopped++;
        if (r != 0)
                return r < 0 ? r : 0;
        r = delivery_resend(tx, d, d->id, s->note, a->who.now, &id, e);
        if (r == -EEXIST) /* it waits already: another contact of this address */
                return 0;
        s->n += r == 0;
        return r;
}

static int resend_chunk(const struct act *a, struct resend *s, const struct delivery *v, size_t n,
                        struct err *e)
{
        CLEANUP(tx_done) struct tx tx = {0};
        int r = act_begin(a, &tx, e);

        for (size_t i = 0; i < n && r == 0; i++)
                r = resend_one(a, &tx, s, &v[i], e);
        if (r == 0 && s->n && !s->audited) {
                r = audit(a, &tx, "resend", s->release, s->note, e);
                s->audited = r == 0;
        }
        return r < 0 ? r : act_commit(a, &tx, e);
}

int act_resend_states(const struct act *a, int64_t release, unsigned states, const char *note,
                      int64_t *ret_n, int64_t *ret_stopped, struct err *e)
{
        CLEANUP(delivery_list_done) struct delivery_list l = {0};
        struct resend s = {.release = release, .states = states, .note = note};
        int r;

        assert(states && !(states & ~ACT_RESEND_STATES));
        r = delivery_unreached(a->db, release, RESEND_MAX, &l, e);
        for (size_t i = 0; i < l.n && r == 0; i += CHUNK) {
                r = resend_chunk(a, &s, &l.v[i], l.n - i < CHUNK ? l.n - i : CHUNK, e);
                if (r == 0)
                        give_way();
        }
        if (r < 0)
                return r;
        *ret_n = s.n;
        *ret_stopped = s.stopped;
        return 0;
}
