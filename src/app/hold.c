// SPDX-License-Identifier: MIT
#include "press/hold.h"

#include "press/delivery.h"
#include "press/config.h"
#include "press/fence.h"
#include "press/mem.h"
#include "press/moment.h"
#include "press/relay_order.h"
#include "press/said.h"
#include "press/text.h"
#include "press/view.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Faults of another release are none of this one's, and hold_say() says no reason twice. */
static bool concerns(const struct fault *f, const struct config *cfg, const struct release *r,
                     const struct hold *h)
{
        int64_t id = fault_release(f->key);
        char text[ERR_TEXT_MAX];

        if (fault_is_inbox(f->key) || (h->fenced && strcmp(f->key, FAULT_FENCE) == 0))
                return false;
        if (id == 0 || id != r->id || !h->paused)
                return id == 0 || id == r->id;
        said_fault(f, cfg->language, text, sizeof(text)); /* as the release keeps it */
        return strcmp(text, r->reason) != 0;
}

static int read_faults(struct db *db, const struct config *cfg, const struct release *r,
                       struct hold *h, struct err *e)
{
        size_t n = 0, kept = 0;
        int rc;

        h->fault = mem_alloc(FAULTS_MAX * sizeof(*h->fault));
        rc = fault_list(db, h->fault, FAULTS_MAX, &n, e);
        for (size_t i = 0; i < n && rc == 0; i++)
                if (concerns(&h->fault[i], cfg, r, h))
                        h->fault[kept++] = h->fault[i];
        h->nfault = kept;
        return rc;
}

static int read_domains(struct db *db, const struct release *r, struct hold *h, struct err *e)
{
        const char *after = "";
        int rc = 1;

        h->domain = mem_alloc(HOLD_DOMAINS * sizeof(*h->domain));
        while (rc > 0 && h->ndomain < HOLD_DOMAINS) {
                struct hold_domain *m = &h->domain[h->ndomain];

                rc = delivery_parked_next(db, r->id, after, m->name, e);
                if (rc <= 0)
                        break;
                rc = delivery_parked_count(db, r->id, m->name, HOLD_COUNTED, &m->n, e);
                if (rc < 0)
                        break;
                after = m->name;
                h->ndomain++;
                rc = 1;
        }
        return rc < 0 ? rc : 0;
}

int hold_relays(struct db *db, const struct config *cfg, const char **ret, struct err *e)
{
        CLEANUP(mem_free) struct relay_order *v = mem_alloc(RELAY_ORDERS_MAX * sizeof(*v));
        size_t n = 0;
        int r = relay_order_list(db, v, RELAY_ORDERS_MAX, &n, e);

        if (r < 0)
                return r;
        *ret = NULL;
        for (size_t i = 0; i < cfg->nrelay; i++)
                if (!relay_order_of(v, n, cfg->relay[i].name)->paused_at)
                        return 0;
        *ret = cfg->relay[0].name;
        return 0;
}

int hold_read(struct db *db, const struct config *cfg, const struct release *r, struct hold *ret,
              struct err *e)
{
        CLEANUP(hold_done) struct hold h = {0};
        struct fence f = {0};
        int64_t for_person = 0;
        int rc = 0;

        h.open = r->state == RELEASE_PROPOSED || r->state == RELEASE_APPROVED ||
                 r->state == RELEASE_SENDING || r->state == RELEASE_PAUSED;
        if (h.open) {
                h.proposed = r->stored == RELEASE_PROPOSED;
                h.paused = !h.proposed && r->paused;
                rc = fence_read(db, &f, e);
                h.fenced = rc == 0 && f.at;
                if (rc == 0)
                        rc = release_paused_all_by(db, &h.paused_by, e);
                h.paused_all = h.paused_by != NULL;
        }
        if (rc == 0 && h.open)
                rc = release_open_one(db, r->id, &h.to_try, &for_person, e);
        if (rc == 0 && h.open && !h.proposed && !h.paused && !h.paused_all && !h.fenced)
                h.undecided = for_person;
        if (rc == 0 && h.open && !h.proposed)
                rc = hold_relays(db, cfg, &h.relay, e);
        if (rc == 0 && h.open && !h.proposed) {
                h.no_sender = !db_sender_runs(db);
                if (!h.no_sender) /* what a dead pressd last said is no news */
                        rc = read_faults(db, cfg, r, &h, e);
        }
        if (rc == 0 && h.open && !hold_all(&h))
                rc = read_domains(db, r, &h, e);
        if (rc < 0)
                return rc;
        *ret = h;
        h = (struct hold){0};
        return 0;
}

void hold_done(struct hold *h)
{
        free(h->fault);
        free(h->paused_by);
        free(h->domain);
        *h = (struct hold){0};
}

bool hold_all(const struct hold *h)
{
        return h->proposed || h->fenced || h->paused || h->paused_all || h->relay || h->no_sender;
}

struct speaker {
        enum lang lang;
        void (*say)(void *ctx, const char *sentence);
        void *ctx;
};

static void say(const struct speaker *s, const char *msgid, ...)
        __attribute__((format(printf, 2, 3)));

static void say(const struct speaker *s, const char *msgid, ...)
{
        char text[2 * VIEW_MAX];
        va_list ap;

        va_start(ap, msgid);
        vsnprintf(text, sizeof(text), msg_fmt(s->lang, msgid), ap);
        va_end(ap);
        s->say(s->ctx, text);
}

static void say_faults(const struct speaker *s, const struct hold *h, int64_t now)
{
        char moment[MOMENT_MAX], distance[MOMENT_MAX], at[2 * MOMENT_MAX + 2], text[VIEW_MAX];

        for (size_t i = 0; i < h->nfault; i++) {
                moment_show(h->fault[i].since, s->lang, moment);
                moment_relative(h->fault[i].since, now, s->lang, distance);
                snprintf(at, sizeof(at), "%s, %s", moment, distance);
                said_fault(&h->fault[i], s->lang, text, sizeof(text));
                say(s, N_("A fault since %s: %s"), at, text);
        }
}

static void say_domains(const struct speaker *s, const struct hold *h)
{
        char n[32];

        for (size_t i = 0; i < h->ndomain; i++) {
                const struct hold_domain *m = &h->domain[i];

                snprintf(n, sizeof(n), "%lld%s", (long long) m->n, m->n == HOLD_COUNTED ? "+" : "");
                say(s,
                    N_("Letters to %s that wait for the limit of this domain: %s (setting: "
                       "domain_limit \"%s\")"),
                    m->name, n, m->name);
        }
}

void hold_say(const struct hold *h, const struct release *r, int64_t now, enum lang lang,
              void (*fn)(void *ctx, const char *sentence), void *ctx)
{
        const struct speaker s = {lang, fn, ctx};
        long long id = r->id;
        char why[VIEW_MAX], by[VIEW_MAX];

        text_escape(r->reason, why, sizeof(why));
        text_escape(h->paused_by ? h->paused_by : "", by, sizeof(by));
        if (h->proposed)
                say(&s, N_("Release %lld waits for approval: pressctl approve %lld --hash %s"), id,
                    id, r->hash);
        if (h->fenced)
                say(&s, N_("An older database was put back, so nothing leaves until somebody "
                           "decides what may go again: pressctl fence"));
        if (h->paused)
                say(&s, N_("Release %lld is paused%s%s; to go on: pressctl resume %lld"), id,
                    why[0] ? ": " : "", why, id);
        if (h->paused_all)
                say(&s, N_("All sending is paused (%s); to go on: pressctl resume --all"), by);
        if (h->relay)
                say(&s, N_("Every relay is paused; to go on: pressctl relay resume %s"), h->relay);
        if (h->no_sender)
                say(&s, N_("pressd is not running: nothing leaves until it starts (systemctl start "
                           "pressd)"));
        if (h->undecided)
                say(&s,
                    N_("Letters of release %lld with an unknown outcome that a person decides: "
                       "%lld. Who: pressctl log --release %lld --state unknown; once more, which "
                       "may arrive twice: pressctl retry %lld"),
                    id, (long long) h->undecided, id, id);
        say_faults(&s, h, now);
        say_domains(&s, h);
}
