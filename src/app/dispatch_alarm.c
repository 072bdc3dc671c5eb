// SPDX-License-Identifier: MIT
#include "dispatch_internal.h"

#include "press/fault.h"
#include "press/log.h"
#include "press/mem.h"
#include "press/notice.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LOG_WELL_MS (60 * 1000) /* a disk that is full now and then is one fault, not many */
#define AGAIN_MS    (60 * 1000) /* a relay that said "later" of an alarm mail is asked again */

static struct job *alarm_job(struct dispatch *d, char *to, char *text)
{
        const struct config *cfg = dispatch_config(d);
        struct job *j = mem_zalloc(sizeof(*j));
        struct err e = {0};
        const struct notice n = {
                .from_name = cfg->from_name,
                .from_address = cfg->from_address,
                .to = to,
                .subject = msg_text(cfg->language, "press: alarm"),
                .text = text,
                .domain = cfg->domain,
                .moment = d->now,
        };

        j->alarm_to = to;
        j->alarm_text = text;
        j->d.address = mem_strdup(to);
        if (notice_compose(&n, &j->letter, &e) == 0)
                return j;
        log_error("alarm mail not made to=%s", to);
        job_free(j);
        return NULL;
}

/* The table of faults says what is raised, for those who cannot ask this process. */
int alarms_keep(struct dispatch *d, struct tx *tx, struct err *e)
{
        CLEANUP(mem_free) struct fault *v = NULL;

        if (!alarms_changed(d->alarms))
                return 0;
        v = mem_alloc(FAULTS_MAX * sizeof(*v));
        return fault_replace(tx, v, alarms_list(d->alarms, v, FAULTS_MAX), e);
}

/* The one fault that the log itself cannot tell. */
static void log_watch(struct dispatch *d)
{
        int64_t now = loop_now(d->loop);
        struct err e;

        if (!log_failing()) {
                if (now - d->log_lost_at >= LOG_WELL_MS)
                        alarm_clear(d->alarms, "log");
                return;
        }
        d->log_lost_at = now;
        err_set(&e, -EIO,
                "The log on standard error cannot be written: %s. Letters go on; what became of "
                "each stays in the database: pressctl log",
                strerror(log_failing()));
        dispatch_alarm(d, "log", &e);
}

/* Alarm mails take free lines as letters do, but have no row: they wait in memory only. */
void alarms_hand(struct dispatch *d)
{
        static struct room room;

        log_watch(d);
        while (!d->stopping && alarm_mail_waits(d->alarms, loop_now(d->loop))) {
                struct job *j;
                char *to, *text;

                lines_room(d, true, &room);
                if (!room.n || !alarm_next_mail(d->alarms, loop_now(d->loop), &to, &text))
                        return;
                j = alarm_job(d, to, text);
                if (j)
                        line_hand(d, room.v[0], j);
        }
}

/* A mail that no relay took waits for the next chance; a refusal is final. */
void alarm_result(struct dispatch *d, const struct result *r)
{
        int64_t after = 0;

        switch (r->outcome.verdict) {
        case VERDICT_RELAYED:
        case VERDICT_UNKNOWN: return;
        case VERDICT_REFUSED:
                log_error("alarm mail refused to=%s code=%d reply=\"%s\"", r->job->alarm_to,
                          r->outcome.reply.code, r->outcome.reply.text);
                return;
        case VERDICT_DEFERRED: after = loop_now(d->loop) + AGAIN_MS; break;
        case VERDICT_RELAY: /* the lane's own pause goes first */
        case VERDICT_NOT_TRIED: break;
        }
        alarm_mail_again(d->alarms, TAKE(r->job->alarm_to), TAKE(r->job->alarm_text), after);
}
