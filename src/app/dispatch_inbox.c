// SPDX-License-Identifier: MIT
/*
 * Whether somebody reads what comes back. press-inbox sends nothing, so the alarm is pressd's: of
 * a mailbox that is in trouble for a while, and of a reader that does not run.
 */
#include "dispatch_internal.h"

#include "press/clock.h"
#include "press/fault.h"
#include "press/mem.h"

#include <errno.h>
#include <string.h>

#define LOOK_MS    (30 * CLOCK_S)
#define TROUBLE_MS (5 * CLOCK_MIN)  /* a server that restarts wakes nobody */
#define ABSENT_MS  (10 * CLOCK_MIN) /* nor does an upgrade */
#define CRON_MS    CLOCK_HOUR       /* press-inbox --once may come now and then */

static const char READER[] = "inbox";

static void mailbox_look(struct dispatch *d, const char *inbox, const struct fault *v, size_t n)
{
        char key[FAULT_KEY_MAX];

        fault_inbox_key(inbox, key);
        for (size_t i = 0; i < n; i++) {
                struct err why;

                if (strcmp(v[i].key, key) != 0)
                        continue;
                fault_why(&v[i], &why);
                if (d->now - v[i].since >= TROUBLE_MS)
                        dispatch_alarm(d, key, &why);
                return;
        }
        alarm_clear(d->alarms, key);
}

static void reader_look(struct dispatch *d, bool wanted)
{
        int64_t now = loop_now(d->loop);
        struct err e;

        if (!wanted || db_reader_runs(d->db) || d->now - db_reader_began(d->db) < CRON_MS) {
                d->unread_since = 0;
                alarm_clear(d->alarms, READER);
                return;
        }
        if (!d->unread_since)
                d->unread_since = now;
        if (now - d->unread_since < ABSENT_MS)
                return;
        err_set(&e, -EAGAIN,
                "press-inbox is not running: what comes back is read by nobody; try it with: "
                "press-inbox --check, start it with: systemctl start press-inbox");
        dispatch_alarm(d, READER, &e);
}

void inbox_look(struct dispatch *d)
{
        const struct config *cfg = dispatch_config(d);
        CLEANUP(mem_free) struct fault *v = NULL;
        size_t n = 0;

        if (loop_now(d->loop) < d->inbox_look_at)
                return;
        d->inbox_look_at = loop_now(d->loop) + LOOK_MS;
        reader_look(d, cfg->ninbox > 0);
        if (cfg->ninbox == 0)
                return;
        v = mem_alloc(FAULTS_MAX * sizeof(*v));
        if (fault_list(d->db, v, FAULTS_MAX, &n, NULL) < 0)
                return;
        for (size_t i = 0; i < cfg->ninbox; i++)
                mailbox_look(d, cfg->inbox[i].name, v, n);
}
