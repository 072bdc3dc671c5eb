// SPDX-License-Identifier: MIT
#include "dispatch_internal.h"

#include "press/clock.h"
#include "press/crash.h"
#include "press/fault.h"
#include "press/log.h"
#include "press/mem.h"
#include "press/said.h"
#include "press/setback.h"
#include "press/token.h"

#include <errno.h>

#define REFUSED_LEAST 20 /* fewer are no sign, however small the release is */

static bool first_ended(enum delivery_state state)
{
        return state == DELIVERY_RELAYED || state == DELIVERY_REFUSED || state == DELIVERY_EXPIRED;
}

/* As soon as it is certain, whatever becomes of the rest of the first. */
static bool too_many(const struct dispatch *d, const struct setback_first *f)
{
        int limit = dispatch_config(d)->refused_limit;

        return limit && f->refused >= REFUSED_LEAST && f->refused * 100 > limit * f->of;
}

int guard_pause(struct dispatch *d, struct tx *tx, int64_t release, const struct err *why,
                struct err *e)
{
        const struct actor self = {
                .uid = 0, .name = "pressd", .now = d->now ? d->now : clock_wall()};
        char text[ERR_TEXT_MAX];
        struct fault f;
        int r;

        fault_make(&f, "", 0, why); /* in the words of its alarm: hold_say() says it once */
        said_fault(&f, dispatch_config(d)->language, text, sizeof(text));
        r = release_pause(tx, release, text, &self, e);
        if (r == -EINVAL)
                return 0;
        return r < 0 ? r : 1;
}

/* With what is settled, so that the same turn claims nothing more of it. */
static int guard_shut(struct dispatch *d, struct tx *tx, struct work *w, const struct err *why,
                      struct err *e)
{
        int r = guard_pause(d, tx, w->w.id, why, e);

        if (r > 0)
                gate_shut(d, w, why);
        w->to_pause = false;
        return r < 0 ? r : 0;
}

int guard_count(struct dispatch *d, struct tx *tx, const struct job *j, enum delivery_state state,
                const struct reply *reply, struct err *e)
{
        struct work *w = j->work;
        struct setback_first f = {0};
        CLEANUP(mem_free) char *said = NULL;
        struct err why;
        int r;

        if (w->judged || j->d.copy || !first_ended(state))
                return 0;
        r = setback_first(tx, w->w.id, state == DELIVERY_REFUSED, &f, e);
        w->judged = r == 0;
        if (r <= 0 || !too_many(d, &f))
                return r < 0 ? r : 0;
        r = setback_judged(tx, w->w.id, e);
        if (r < 0)
                return r;
        said = reply->code ? mem_printf("%d %s", reply->code, reply->text)
                           : mem_strdup(reply->text);
        err_set(&why, -EPERM,
                "Release %lld: %lld of its first %lld recipients were refused (setting: "
                "refused_limit), the latest with “%s”; it is paused, nothing more is sent",
                (long long) w->w.id, (long long) f.refused, (long long) f.n, said);
        return guard_shut(d, tx, w, &why, e);
}

/* One more death over the same delivery; the third pauses its release, and the queue goes on. */
static int crashed(struct dispatch *d, const struct crash *c, struct err *e)
{
        CLEANUP(tx_done) struct tx tx = {0};
        CLEANUP(mem_free) char *address = NULL;
        struct setback_crash s = {0};
        char key[FAULT_KEY_MAX];
        struct err why;
        int r, paused = 0;

        r = tx_begin(&tx, d->db, DB_WAIT_MS, e);
        if (r < 0)
                return r;
        r = setback_crash(&tx, c->delivery, c->life, &s, e);
        if (r <= 0)
                return r;
        address = s.address;
        err_set(&why, -EPERM,
                "Release %lld: the letter to %s made pressd crash %lld times; it is paused, other "
                "releases go on",
                (long long) s.release, address, (long long) s.n);
        if (s.n >= SETBACK_CRASHES)
                paused = guard_pause(d, &tx, s.release, &why, e);
        r = paused < 0 ? paused : tx_commit(&tx, e);
        if (r < 0)
                return r;
        log_error("crashed release=%lld delivery=%lld signal=%d", (long long) s.release,
                  (long long) c->delivery, c->signo);
        fault_release_key(s.release, key);
        if (paused)
                dispatch_alarm(d, key, &why);
        return 0;
}

/* Without its record pressd still sends: what cannot be counted is no reason to stop. */
int guard_start(struct dispatch *d, struct err *e)
{
        CLEANUP(mem_free) char *file = mem_printf("%s.crash", db_path(d->db));
        struct crash c;
        struct err own = {0};
        char text[ERR_TEXT_MAX];
        int64_t life;
        int r;

        r = crash_open(file, db_identity(d->db)->id, &c, &own);
        if (r > 0) {
                r = crashed(d, &c, e);
                if (r < 0)
                        return r;
        }
        token_random(&life, sizeof(life));
        if (r >= 0)
                r = crash_arm(life, &own);
        if (r < 0) {
                err_format(&own, dispatch_config(d)->language, text, sizeof(text));
                log_warning("crashes are not counted: %s", text);
        }
        return 0;
}

static bool nothing_more(enum release_state state)
{
        return state == RELEASE_DONE || state == RELEASE_REJECTED || state == RELEASE_CANCELLED;
}

int guard_alarms(struct dispatch *d, struct err *e)
{
        static struct fault v[FAULTS_MAX];
        size_t n = alarms_list(d->alarms, v, FAULTS_MAX);

        for (size_t i = 0; i < n; i++) {
                CLEANUP(release_done) struct release rel = {0};
                int64_t id = fault_release(v[i].key);
                int r = id ? release_get(d->db, id, &rel, e) : 0;

                if (!id)
                        continue;
                if (r < 0 && r != -ENOENT)
                        return r;
                if (r == -ENOENT || nothing_more(rel.state))
                        alarm_clear(d->alarms, v[i].key);
        }
        return 0;
}
