// SPDX-License-Identifier: MIT
/* The relays of one configuration: made at the start and by a reload, gone with their last line. */
#include "dispatch_internal.h"

#include "press/log.h"
#include "press/mem.h"
#include "press/relay_order.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void lane_free(struct lane *lane)
{
        if (lane->password)
                explicit_bzero(lane->password, strlen(lane->password));
        free(lane->password);
}

static int lane_init(struct lane *lane, struct lanes *lanes, const struct config_relay *cfg,
                     struct err *e)
{
        char secret[1024] = "";
        int r;

        if (cfg->password_file[0]) {
                r = config_secret(cfg->password_file, secret, sizeof(secret), e);
                if (r < 0)
                        return r;
        }
        lane->cfg = cfg;
        lane->lanes = lanes;
        lane->cap = (unsigned) cfg->messages_per_connection;
        lane->most = (unsigned) cfg->connections;
        lane->road_ms = lane->dot_ms = -1;
        lane->password = mem_strdup(secret);
        explicit_bzero(secret, sizeof(secret));
        fault_relay_key(cfg->name, lane->alarm);
        lane->opts = (struct relay_opts){
                .name = cfg->name,
                .url = cfg->url,
                .address = cfg->address,
                .ehlo = lanes->cfg->domain,
                .username = cfg->username,
                .password = lane->password,
                .ca_file = cfg->ca_file,
                .tls = cfg->tls,
                .pipelining = cfg->pipelining,
        };
        return 0;
}

static bool same_settings(const struct lane *x, const struct lane *y)
{
        const struct config_relay *a = x->cfg, *b = y->cfg;

        return strcmp(a->url, b->url) == 0 && strcmp(a->address, b->address) == 0 &&
               strcmp(a->username, b->username) == 0 && strcmp(a->ca_file, b->ca_file) == 0 &&
               strcmp(x->password, y->password) == 0 && strcmp(x->opts.ehlo, y->opts.ehlo) == 0 &&
               a->tls == b->tls && a->pipelining == b->pipelining &&
               a->connections == b->connections && a->rate == b->rate &&
               a->messages_per_connection == b->messages_per_connection;
}

/*
 * The same relay in a former configuration: what people ordered of it stays known, and what its
 * answers taught, unless another setting may have changed that.
 */
static void lane_inherit(struct lane *lane, const struct lane *old)
{
        struct lane next = same_settings(lane, old) ? *old : *lane;

        next.cfg = lane->cfg;
        next.opts = lane->opts;
        next.password = lane->password;
        next.lanes = lane->lanes;
        next.lines = next.up = next.busy = 0; /* its lines finish as the old one's */
        next.mute_at = 0;
        next.paused = old->paused;
        next.ordered = old->ordered;
        next.retry_order = old->retry_order;
        *lane = next;
}

void lanes_free(struct lanes *l)
{
        for (size_t i = 0; i < l->n; i++)
                lane_free(&l->v[i]);
        free(l->v);
        config_free(&l->cfg);
        free(l);
}

static struct lane *lane_named(const struct lanes *l, const char *name)
{
        for (size_t i = 0; i < l->n; i++)
                if (strcmp(l->v[i].cfg->name, name) == 0)
                        return &l->v[i];
        return NULL;
}

static void lanes_inherit(struct dispatch *d, struct lanes *l, const struct lanes *older)
{
        for (size_t i = 0; i < older->n; i++) {
                const struct lane *old = &older->v[i];
                struct lane *lane = lane_named(l, old->cfg->name);

                if (lane)
                        lane_inherit(lane, old);
                else
                        alarm_clear(d->alarms, old->alarm); /* nobody could end it */
        }
}

int lanes_new(struct dispatch *d, struct config **cfg, struct err *e)
{
        struct lanes *l = mem_zalloc(sizeof(*l));
        int r = 0;

        l->cfg = TAKE(*cfg);
        l->n = l->cfg->nrelay;
        l->v = mem_zalloc(l->n * sizeof(*l->v));
        for (size_t i = 0; i < l->n && r == 0; i++)
                r = lane_init(&l->v[i], l, &l->cfg->relay[i], e);
        if (r < 0) {
                lanes_free(l);
                return r;
        }
        l->older = d->lanes;
        d->lanes = l;
        if (l->older)
                lanes_inherit(d, l, l->older);
        alarms_setup(d->alarms, l->cfg->notify.command, l->cfg->notify.mail, l->cfg->notify.nmail,
                     l->cfg->language);
        return 0;
}

static void lane_order(struct dispatch *d, struct lane *lane, const struct relay_order *o)
{
        bool paused = o->paused_at != 0;

        if (paused && !lane->paused)
                log_info("relay paused relay=%s by=%s", lane->cfg->name, o->paused_by);
        if (!paused && lane->paused)
                log_info("relay resumed relay=%s", lane->cfg->name);
        lane->paused = paused;
        if (lane->ordered && o->retry_at > lane->retry_order)
                lane_retry(d, lane);
        lane->retry_order = o->retry_at;
        lane->ordered = true; /* what was ordered before the start is done by the start */
}

int lanes_orders(struct dispatch *d, struct err *e)
{
        static struct relay_order v[RELAY_ORDERS_MAX];
        size_t n = 0;
        int r = relay_order_list(d->db, v, COUNT_OF(v), &n, e);

        if (r < 0)
                return r;
        for (size_t i = 0; i < d->lanes->n; i++)
                lane_order(d, &d->lanes->v[i], relay_order_of(v, n, d->lanes->v[i].cfg->name));
        return 0;
}

bool lanes_paused(const struct dispatch *d)
{
        for (size_t i = 0; i < d->lanes->n; i++)
                if (!d->lanes->v[i].paused)
                        return false;
        return true;
}

void lanes_free_all(struct dispatch *d)
{
        while (!TAILQ_EMPTY(&d->lines)) {
                struct line *line = TAILQ_FIRST(&d->lines);

                TAILQ_REMOVE(&d->lines, line, entry);
                for (size_t i = 0; i < COUNT_OF(line->job); i++)
                        if (line->job[i])
                                job_free(line->job[i]);
                free(line);
        }
        while (d->lanes) {
                struct lanes *l = d->lanes;

                d->lanes = l->older;
                lanes_free(l);
        }
}
