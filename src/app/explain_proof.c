// SPDX-License-Identifier: MIT
/* How far it is proved that a letter arrived: by whom, and what was known before. */
#include "press/explain.h"

#include "press/event.h"
#include "press/finding.h"
#include "press/moment.h"
#include "press/text.h"
#include "press/view.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define PEER_MAX 300

struct proof { /* what the log says of the present state */
        enum delivery_state present;
        bool set, by_log; /* a report, or the relay's own log, led to it */
        char peer[PEER_MAX];
        int64_t at;
        bool had;                   /* a state before it */
        enum delivery_state before; /* what it was */
        int64_t before_at;
        char person[PEER_MAX]; /* who answered last */
        int64_t answered_at;
};

/* An event keeps the state that it found, too: a delay or an absence heard later proves nothing. */
static bool is_word_for(const struct event *ev, enum delivery_state present)
{
        enum finding_action a = present == DELIVERY_BOUNCED ? FINDING_FAILED : FINDING_DELIVERED;

        return ev->state == present && strcmp(ev->action, finding_action_name(a)) == 0;
}

static int read_event(void *ctx, const struct event *ev)
{
        struct proof *p = ctx;
        bool log = strcmp(ev->kind, "relay-log") == 0;

        if (strcmp(ev->kind, "reply") == 0) {
                text_escape(ev->peer, p->person, sizeof(p->person));
                p->answered_at = ev->at;
        }
        if ((log || strcmp(ev->kind, "report") == 0) && is_word_for(ev, p->present) && p->had) {
                p->set = true;
                p->by_log = log;
                p->at = ev->at;
                text_escape(ev->peer, p->peer, sizeof(p->peer));
        }
        if (ev->state != p->present && ev->state != DELIVERY_SENDING) {
                p->had = true;
                p->before = ev->state;
                p->before_at = ev->at;
        }
        return 0;
}

static void add(const struct explain *x, char out[VIEW_MAX], const char *msgid, ...)
        __attribute__((format(printf, 3, 4)));

static void add(const struct explain *x, char out[VIEW_MAX], const char *msgid, ...)
{
        size_t n = strlen(out);
        va_list ap;

        va_start(ap, msgid);
        vsnprintf(out + n, VIEW_MAX - n, msg_fmt(x->lang, msgid), ap);
        va_end(ap);
}

static void arrived(const struct explain *x, const struct proof *p, char out[VIEW_MAX])
{
        char at[MOMENT_MAX];

        moment_show(p->at, x->lang, at);
        if (p->by_log)
                add(x, out,
                    N_("Proved by the relay's own log, %s: %s took the letter. Not proved: that "
                       "anybody opened or read it"),
                    at, p->peer[0] ? p->peer : "?");
        else
                add(x, out,
                    N_("Proved by the report of %s, %s: the recipient's own mail server took the "
                       "letter. Not proved: that anybody opened or read it"),
                    p->peer[0] ? p->peer : "?", at);
}

static void returned(const struct explain *x, const struct proof *p, char out[VIEW_MAX])
{
        char at[MOMENT_MAX];

        moment_show(p->at, x->lang, at);
        if (p->by_log)
                add(x, out, N_("Proved by the relay's own log, %s: the letter did not arrive"), at);
        else
                add(x, out,
                    N_("Proved by the report of %s, %s: the letter was returned; it did not "
                       "arrive"),
                    p->peer[0] ? p->peer : "?", at);
        if (p->had)
                add(x, out, N_(". Before that: %s (%s)"), delivery_state_title(p->before, x->lang),
                    moment_show(p->before_at, x->lang, at));
}

int explain_proof(const struct explain *x, const struct delivery *d, char out[VIEW_MAX],
                  struct err *e)
{
        const struct event_filter f = {.state = -1, .release = d->release_id, .delivery = d->id};
        struct proof p = {.present = d->state};
        char at[MOMENT_MAX];
        int r = event_each(x->db, &f, read_event, &p, e);

        if (r < 0)
                return r;
        out[0] = '\0';
        if (p.set && d->state == DELIVERY_DELIVERED)
                arrived(x, &p, out);
        else if (p.set && d->state == DELIVERY_BOUNCED)
                returned(x, &p, out);
        else
                snprintf(out, VIEW_MAX, "%s", view_proof(d, x->lang));
        if (p.answered_at && p.person[0])
                add(x, out, N_(". %s answered it, %s"), p.person,
                    moment_show(p.answered_at, x->lang, at));
        else if (p.answered_at) /* a mail without a From */
                add(x, out, N_(". Somebody answered it, %s"),
                    moment_show(p.answered_at, x->lang, at));
        return 0;
}
