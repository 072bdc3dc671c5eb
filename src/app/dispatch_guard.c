// SPDX-License-Identifier: MIT
#include "dispatch_internal.h"

#include "press/fault.h"
#include "press/mem.h"
#include "press/setback.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

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

/* With what is settled, so that the same turn claims nothing more of it. */
static int guard_pause(struct dispatch *d, struct tx *tx, struct work *w, const struct err *why,
                       struct err *e)
{
        const struct actor self = {.uid = 0, .name = "pressd", .now = d->now};
        char text[ERR_TEXT_MAX];
        int r;

        err_text(why, dispatch_config(d)->language, text, sizeof(text));
        r = release_pause(tx, w->w.id, text, &self, e);
        if (r == -EINVAL) /* it was cancelled meanwhile, or those were all its letters */
                return 0;
        if (r == 0)
                gate_shut(d, w, why);
        w->to_pause = false;
        return r;
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
        return guard_pause(d, tx, w, &why, e);
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
                long long id;
                int r;

                if (sscanf(v[i].key, "release %lld", &id) != 1)
                        continue;
                r = release_get(d->db, id, &rel, e);
                if (r < 0 && r != -ENOENT)
                        return r;
                if (r == -ENOENT || nothing_more(rel.state))
                        alarm_clear(d->alarms, v[i].key);
        }
        return 0;
}
