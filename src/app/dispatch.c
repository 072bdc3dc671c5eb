// SPDX-License-Identifier: MIT
#include "press/dispatch.h"

#include "dispatch_internal.h"
#include "press/clock.h"
#include "press/crash.h"
#include "press/log.h"
#include "press/mem.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#define LOOK_MS       1000        /* a lost wake-up costs at most this */
#define LOCK_AGAIN_MS 1           /* the write lock was taken: try again so soon */
#define STORAGE_MS    1000        /* the disk was full: try again so soon */
#define LOCKED_MS     10000       /* the lock not had for so long: whoever has it is stuck */
#define STOP_MS       25000       /* SIGTERM: how long an unanswered dot is waited for (R11) */
#define STEP_MS       (60 * 1000) /* a jump of the wall clock above this is not followed (R12) */

static int64_t boot_ms(void)
{
        struct timespec t = {0};

        clock_gettime(CLOCK_BOOTTIME, &t); /* goes on while the machine is suspended */
        return (int64_t) t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/*
 * The wall clock as far as it can be believed: small corrections are
 * followed, a jump is not, so that a clock set forward expires nothing and one
 * set back leaves no retry stuck. A restart or SIGHUP takes the new time.
 */
static int64_t steady_now(struct dispatch *d)
{
        int64_t boot = boot_ms(), offset = clock_wall() - boot;
        int64_t jump = offset - d->wall_offset;
        struct err e;

        if (jump < STEP_MS && jump > -STEP_MS) {
                d->wall_offset = offset;
                if (alarm_clear(d->alarms, "clock"))
                        log_info("clock is back in step");
        } else if (!alarm_raised(d->alarms, "clock")) {
                err_set(&e, -ETIME,
                        "The clock jumped by %lld s; sending goes on by the time before. If the "
                        "new time is right, reload pressd (SIGHUP)",
                        (long long) (jump / 1000));
                dispatch_alarm(d, "clock", &e);
        }
        return boot + d->wall_offset;
}

const struct config *dispatch_config(const struct dispatch *d)
{
        return d->lanes->cfg;
}

void dispatch_alarm(struct dispatch *d, const char *key, const struct err *why)
{
        alarm_raise(d->alarms, key, why);
}

void job_free(struct job *j)
{
        if (j->work)
                j->work->jobs--;
        domain_end(j, false);
        spliced_done(&j->letter);
        delivery_done(&j->d);
        free(j->alarm_to);
        free(j->alarm_text);
        free(j);
}

/*
 * The disk is full or failing: say so once. A full one is tried again, a
 * failing one is not trusted (R6, R7).
 */
static void storage_failed(struct dispatch *d, int r, const struct err *e)
{
        dispatch_alarm(d, "storage", e);
        if (r == -ENOSPC || r == -EBUSY) {
                d->storage_retry_at = loop_now(d->loop) + STORAGE_MS;
                return;
        }
        log_error("storage failed, stopping: nothing more is sent until a restart");
        d->exit_code = 74;
        loop_stop(d->loop);
}

/* Nobody holds the lock over 20 ms but a program that was stopped, or a person's sqlite3. */
static void lock_missed(struct dispatch *d)
{
        int64_t now = loop_now(d->loop);
        struct err e;

        if (!d->locked_since)
                d->locked_since = now;
        if (now - d->locked_since < LOCKED_MS)
                return;
        err_set(&e, -EBUSY,
                "Database %s has been locked by another program for %d s. Letters wait, none is "
                "lost; to see which: fuser -v %s %s.lock",
                db_path(d->db), LOCKED_MS / 1000, db_path(d->db), db_path(d->db));
        dispatch_alarm(d, "lock", &e);
}

static void lock_had(struct dispatch *d)
{
        d->locked_since = 0;
        alarm_clear(d->alarms, "lock");
}

static int settle_all(struct dispatch *d, struct tx *tx, struct err *e)
{
        int r;

        for (size_t i = 0; i < d->nresult; i++) {
                if (!d->result[i].job->work)
                        continue; /* an alarm mail has no row */
                crash_at(d->result[i].job->d.id);
                r = result_settle(d, tx, &d->result[i], e);
                crash_at(0);
                if (r < 0)
                        return r;
        }
        for (size_t i = 0; i < d->ngo; i++) {
                if (!d->go[i]->work)
                        continue;
                r = delivery_data(tx, d->go[i]->d.id, d->now, e);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int turn_transaction(struct dispatch *d, const struct room *room, struct claim *claim,
                            struct err *e)
{
        CLEANUP(tx_done) struct tx tx = {0};
        int64_t began = gather_clock();
        int r;

        r = tx_begin(&tx, d->db, 0, e);
        if (r < 0)
                return r;
        r = settle_all(d, &tx, e);
        if (r == 0 && !d->stopping)
                r = work_upkeep(d, &tx, e);
        if (r == 0)
                r = alarms_keep(d, &tx, e);
        if (r == 0 && room->n)
                r = work_claim(d, &tx, room, claim, e);
        if (r == 0)
                r = witness_turn(d->witness, &tx, e);
        if (r == 0)
                r = tx_commit(&tx, e);
        if (r < 0) {
                for (size_t i = 0; i < claim->n; i++)
                        job_free(claim->job[i]);
                d->refresh = true;
                return r;
        }
        gather_committed(d, began);
        dispatch_witness(d, d->now);
        alarms_written(d->alarms);
        if (d->time_taken && !d->stopping) {
                d->time_taken = false;
                d->refresh = true;
        }
        return 0;
}

static bool work_to_commit(const struct dispatch *d, size_t nroom)
{
        if (d->nresult || d->ngo || alarms_changed(d->alarms))
                return true;
        if ((d->cancelling || d->time_taken) && !d->stopping)
                return true;
        if (nroom && work_waiting(d))
                return true;
        return !d->stopping && work_next_due(d) <= d->now;
}

/* Which lines could take a letter now. */
static void find_room(struct dispatch *d, struct room *room)
{
        room->n = 0;
        if (!d->stopping && !d->paused_all && work_waiting(d))
                lines_room(d, work_waiting_of(d, CLASS_URGENT), room);
}

static void exit_when_finished(struct dispatch *d)
{
        int64_t to_try = 0, for_person = 0;
        struct err e;

        if (!TAILQ_EMPTY(&d->lines) || d->nresult || d->ngo)
                return;
        if (d->stopping) { /* a cancel half-way goes on after the next start */
                loop_stop(d->loop);
                return;
        }
        if (d->cancelling)
                return;
        if (d->until == DISPATCH_FOREVER || d->refresh)
                return;
        for (size_t i = 0; i < d->nwork; i++)
                if (gate_judging(d->work[i]))
                        return;
        if (d->until == DISPATCH_ONCE && (!work_waiting(d) || !lanes_can_try(d))) {
                loop_stop(d->loop);
                return;
        }
        if (d->until != DISPATCH_DRAIN || release_open(d->db, &to_try, &for_person, &e) < 0)
                return;
        if (!to_try || lanes_paused(d)) {
                d->exit_code = to_try || for_person ? 3 : 0;
                loop_stop(d->loop);
        }
}

static void on_timer(void *ctx)
{
        (void) ctx; /* the turn that follows does the work */
}

static void arm_timer(struct dispatch *d, bool busy)
{
        int64_t now = loop_now(d->loop), at = d->refresh_at, wall = work_next_due(d);

        if (wall < INT64_MAX && now + (wall - d->now) < at)
                at = now + (wall - d->now);
        if (lines_next_due(d) < at)
                at = lines_next_due(d);
        if (work_domains_due(d) < at)
                at = work_domains_due(d);
        if (d->stopping && d->stop_at < at)
                at = d->stop_at;
        for (size_t i = 0; i < d->nwork; i++)
                if (gate_judging(d->work[i]))
                        at = now;
        if (d->cancelling && !d->stopping)
                at = now;
        if (busy)
                at = now + LOCK_AGAIN_MS;
        if (d->storage_retry_at)
                at = d->storage_retry_at;
        loop_timer_set(d->loop, &d->timer, at > now ? at : now + 1, on_timer, d);
}

static void stop_step(struct dispatch *d)
{
        struct line *l;

        if (!d->stopping)
                return;
        TAILQ_FOREACH (l, &d->lines, entry) {
                if (loop_now(d->loop) >= d->stop_at)
                        conn_abort(l->conn, "press is stopping");
                else if (!l->quitting && !l->up)
                        conn_abort(l->conn, "press is stopping");
                else if (!l->quitting)
                        conn_quit(l->conn);
                l->quitting = true;
        }
        if (loop_now(d->loop) < d->stop_at || !TAILQ_EMPTY(&d->lines) || !d->nresult)
                return;
        log_error("stopping though %zu outcomes could not be stored: they count as unknown after "
                  "the next start",
                  d->nresult);
        d->exit_code = 74;
        loop_stop(d->loop);
}

/* false: the storage failed, and nothing more is begun in this turn. */
static bool look(struct dispatch *d)
{
        struct err e = {0};
        int r;

        if (!d->refresh && loop_now(d->loop) < d->refresh_at && !work_retry_came(d))
                return true;
        r = work_refresh(d, &e);
        if (r == 0)
                r = dispatch_fence(d, &e);
        if (r == 0)
                r = lanes_orders(d, &e);
        if (r < 0) {
                storage_failed(d, r, &e);
                return false;
        }
        progress_look(d);
        inbox_look(d);
        d->refresh = false;
        d->refresh_at = loop_now(d->loop) + LOOK_MS;
        return true;
}

static bool judge(struct dispatch *d)
{
        struct err e = {0};
        int r = work_gate_step(d, &e);

        if (r < 0)
                storage_failed(d, r, &e);
        return r == 0;
}

/* Runs after everything of one epoll_wait() was served. */
static void turn(void *ctx)
{
        static struct room room;
        static struct claim claim;
        struct dispatch *d = ctx;
        struct err e = {0};
        int r = 0;

        if (d->storage_retry_at && loop_now(d->loop) < d->storage_retry_at) {
                arm_timer(d, false);
                return;
        }
        d->storage_retry_at = 0;
        d->now = steady_now(d);
        domains_turn(d);
        if (!d->stopping && !(look(d) && judge(d))) {
                arm_timer(d, false);
                return;
        }
        if (gather_more(d))
                return; /* the lock is free meanwhile, and replies share a commit */
        find_room(d, &room);
        claim.n = 0;
        if (work_to_commit(d, room.n)) {
                r = turn_transaction(d, &room, &claim, &e);
                if (r == 0) {
                        wire_release(d, &room, &claim);
                        alarm_clear(d->alarms, "storage");
                        lock_had(d);
                } else if (r == -EBUSY) {
                        lock_missed(d);
                } else {
                        storage_failed(d, r, &e);
                }
        }
        lanes_look(d);
        alarms_hand(d);
        if (!d->stopping)
                lines_open(d, CLAIM_TURN);
        lines_tidy(d);
        stop_step(d);
        exit_when_finished(d);
        arm_timer(d, r == -EBUSY);
}

int dispatch_open(struct config **cfg, struct db *db, struct loop *loop, enum dispatch_until until,
                  struct dispatch **ret, struct err *e)
{
        CLEANUP(dispatch_close) struct dispatch *d = mem_zalloc(sizeof(*d));
        int r;

        d->db = db;
        d->loop = loop;
        d->until = until;
        d->refresh = true;
        d->alarms = alarms_new();
        TAILQ_INIT(&d->lines);
        lines_setup(d);
        d->wall_offset = clock_wall() - boot_ms();
        d->time_taken = true;
        r = net_open(loop, &line_ops, d, &d->net, e);
        if (r < 0)
                return r;
        r = lanes_new(d, cfg, e);
        if (r < 0)
                return r;
        domains_setup(d);
        r = dispatch_recover(d, e);
        if (r == 0)
                r = guard_start(d, e);
        if (r < 0)
                return r;
        loop_on_turn(loop, turn, d);
        arm_timer(d, false);
        *ret = TAKE(d);
        return 0;
}

void dispatch_close(struct dispatch **dp)
{
        struct dispatch *d = *dp;

        if (!d)
                return;
        loop_on_turn(d->loop, NULL, NULL);
        loop_timer_stop(d->loop, &d->timer);
        net_close(&d->net);
        for (size_t i = 0; i < d->nresult; i++)
                job_free(d->result[i].job);
        lanes_free_all(d);
        work_free_all(d);
        domains_free(d);
        alarms_free(&d->alarms);
        witness_close(&d->witness);
        free(d->result);
        free(d->go);
        free(d);
        *dp = NULL;
}

void dispatch_wake(struct dispatch *d)
{
        d->refresh = true;
}

void dispatch_reap(struct dispatch *d)
{
        alarms_reap(d->alarms);
}

void dispatch_reload(struct dispatch *d, struct config **cfg)
{
        struct err e = {0};
        char text[ERR_TEXT_MAX];

        if (lanes_new(d, cfg, &e) < 0) {
                err_format(&e, dispatch_config(d)->language, text, sizeof(text));
                log_error("configuration refused, the old one stays: %s", text);
                return;
        }
        d->wall_offset = clock_wall() - boot_ms(); /* a person vouches for the time */
        d->time_taken = true;
        work_gate_again(d);
        domains_setup(d);
        d->refresh = true;
        log_info("configuration read again");
}

void dispatch_stop(struct dispatch *d)
{
        if (d->stopping)
                return;
        d->stopping = true;
        d->stop_at = loop_now(d->loop) + STOP_MS;
        log_info("stopping: letters in flight finish, nothing new is begun");
}

int dispatch_exit_code(const struct dispatch *d)
{
        return d->exit_code;
}
