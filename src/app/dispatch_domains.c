// SPDX-License-Identifier: MIT
/*
 * What one recipient domain is asked to take (`domain_limit`): letters under way, over all
 * relays, and letters a minute. A letter whose domain is at its limit is parked by the claim
 * that meets it (delivery.h), and served from there when the limit allows, urgent ones first.
 *
 * The budget is memory only: a start begins with a full one, which is one letter, or a
 * second's worth of a high rate.
 */
#include "dispatch_internal.h"

#include "press/mem.h"

#include <stdlib.h>
#include <string.h>

#define PARK_TURN 300   /* letters parked in one turn, so that its transaction stays short */
#define LETTER    60000 /* units of budget: a rate of 1 a minute brings one unit each ms */
#define GATHER    10    /* waking for each letter of a high rate costs a commit each: a tenth */

struct domain { /* one with a limit, or that once had one */
        char *name;
        int connections, rate; /* 0 = no limit */
        unsigned flight;       /* letters under way */
        size_t asked;          /* promised in the claim that runs */
        int64_t budget;        /* in units */
        int64_t budget_at;     /* monotonic ms up to which it counts */
        bool seen;             /* counted already */
};

struct domains {
        struct domain **v; /* by name; stay where they are, for letters point to them */
        size_t n;
        size_t parked; /* in this turn */
        bool again;    /* there is more to park or to claim than one turn does */
};

/* --- the table -------------------------------------------------------------------- */

static size_t place(const struct domains *t, const char *name, bool *ret_found)
{
        size_t low = 0, high = t->n;

        *ret_found = false;
        while (low < high) {
                size_t middle = (low + high) / 2;
                int order = strcmp(t->v[middle]->name, name);

                if (order == 0) {
                        *ret_found = true;
                        return middle;
                }
                if (order < 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low;
}

static struct domain *obtain(struct domains *t, const char *name)
{
        bool found;
        size_t at = place(t, name, &found);

        if (found)
                return t->v[at];
        t->v = mem_realloc(t->v, t->n + 1, sizeof(struct domain *));
        memmove(t->v + at + 1, t->v + at, (t->n - at) * sizeof(struct domain *));
        t->n++;
        t->v[at] = mem_zalloc(sizeof(**t->v));
        t->v[at]->name = mem_strdup(name);
        return t->v[at];
}

static struct domain *of_address(const struct domains *t, const char *address)
{
        const char *at = strrchr(address, '@');
        bool found = false;
        size_t i = at ? place(t, at + 1, &found) : 0;

        return found && (t->v[i]->connections || t->v[i]->rate) ? t->v[i] : NULL;
}

/* What one moment may bring at most. */
static int64_t burst(const struct domain *m)
{
        return m->rate >= 120 ? m->rate / 60 : 1;
}

/* Beside the burst, so that no minute has more than the rate (R80). */
static int64_t flow(const struct domain *m)
{
        return m->rate - (burst(m) - 1);
}

void domains_setup(struct dispatch *d)
{
        const struct config *cfg = dispatch_config(d);
        struct domains *t = d->domains;

        if (!t)
                t = d->domains = mem_zalloc(sizeof(*t));
        for (size_t i = 0; i < t->n; i++)
                t->v[i]->connections = t->v[i]->rate = 0;
        for (size_t i = 0; i < cfg->ndomain_limit; i++) {
                const struct config_domain_limit *l = &cfg->domain_limit[i];
                struct domain *m = obtain(t, l->domain);

                m->connections = l->connections;
                m->rate = l->rate;
        }
}

void domains_free(struct dispatch *d)
{
        struct domains *t = d->domains;

        if (!t)
                return;
        for (size_t i = 0; i < t->n; i++) {
                free(t->v[i]->name);
                free(t->v[i]);
        }
        free(t->v);
        free(t);
        d->domains = NULL;
}

/* --- the budget ------------------------------------------------------------------- */

static void budget_grow(const struct dispatch *d, struct domain *m)
{
        int64_t now = loop_now(d->loop), most = burst(m) * LETTER;

        if (!m->budget_at || now - m->budget_at >= LETTER)
                m->budget = most;
        else
                m->budget += (now - m->budget_at) * flow(m);
        if (m->budget > most)
                m->budget = most;
        m->budget_at = now;
}

/* Letters that may begin now. */
static size_t room(const struct dispatch *d, struct domain *m)
{
        size_t most = DELIVERY_CLAIM_MAX;

        if (m->connections) {
                size_t all = (size_t) m->connections;

                most = all > m->flight ? all - m->flight : 0;
        }
        if (m->rate) {
                budget_grow(d, m);
                if ((size_t) (m->budget / LETTER) < most)
                        most = (size_t) (m->budget / LETTER);
        }
        return most;
}

/* When the rate allows the next letters, if that is what they wait for; monotonic ms. */
static int64_t next(const struct dispatch *d, struct domain *m)
{
        int64_t letters = burst(m) / GATHER > 1 ? burst(m) / GATHER : 1;

        if (!m->rate || (m->connections && m->flight >= (unsigned) m->connections))
                return INT64_MAX; /* the end of a letter under way is what wakes us */
        budget_grow(d, m);
        if (m->budget >= letters * LETTER)
                return INT64_MAX; /* they could go now, but for the relay */
        return m->budget_at + (letters * LETTER - m->budget + flow(m) - 1) / flow(m);
}

void domain_begin(struct dispatch *d, struct job *j)
{
        struct domain *m = of_address(d->domains, j->d.address);

        if (!m)
                return;
        j->domain = m;
        m->flight++;
        m->budget -= m->rate ? LETTER : 0;
}

void domain_end(struct job *j, bool tried)
{
        struct domain *m = j->domain;

        if (!m)
                return;
        j->domain = NULL;
        m->flight--;
        m->budget += m->rate && !tried ? LETTER : 0;
}

/* --- what waits ------------------------------------------------------------------- */

static void note(struct work *w, struct domain *m)
{
        for (size_t i = 0; i < w->nparked; i++)
                if (w->parked[i] == m)
                        return;
        w->parked = mem_realloc(w->parked, w->nparked + 1, sizeof(struct domain *));
        w->parked[w->nparked++] = m;
}

int domains_take(struct dispatch *d, struct work *w, struct err *e)
{
        char name[ADDR_MAX] = "";
        int64_t queued = 0, retrying = 0;
        int r;

        w->nparked = 0;
        if (!w->w.parked)
                return 0;
        while ((r = delivery_parked_next(d->db, w->w.id, name, name, e)) > 0)
                note(w, obtain(d->domains, name));
        if (r == 0)
                r = delivery_unparked(d->db, w->w.id, DELIVERY_CLAIM_MAX, &queued, &retrying, e);
        if (r < 0)
                return r;
        w->w.queued = queued;
        w->w.retrying = retrying;
        return 0;
}

size_t domains_ready(const struct dispatch *d, const struct work *w)
{
        size_t n = 0;

        for (size_t i = 0; i < w->nparked; i++)
                n += room(d, w->parked[i]);
        return n;
}

size_t domains_ready_once(const struct dispatch *d, const struct work *w)
{
        size_t n = 0;

        for (size_t i = 0; i < w->nparked; i++) {
                if (!w->parked[i]->seen)
                        n += room(d, w->parked[i]);
                w->parked[i]->seen = true;
        }
        return n;
}

void domains_unsee(const struct dispatch *d)
{
        for (size_t i = 0; i < d->domains->n; i++)
                d->domains->v[i]->seen = false;
}

int64_t domains_next_due(const struct dispatch *d, const struct work *w)
{
        int64_t at = INT64_MAX;

        for (size_t i = 0; i < w->nparked; i++)
                if (next(d, w->parked[i]) < at)
                        at = next(d, w->parked[i]);
        return at;
}

/* --- claiming --------------------------------------------------------------------- */

struct asking {
        struct dispatch *d;
        struct work *w;
};

static const char *full(void *ctx, const char *address)
{
        struct asking *a = ctx;
        struct domain *m = of_address(a->d->domains, address);

        if (!m || !config_allows(dispatch_config(a->d), address))
                return NULL; /* outside the trial list: claimed, and never sent */
        if (room(a->d, m) > m->asked) {
                m->asked++;
                return NULL;
        }
        note(a->w, m);
        return m->name;
}

int domains_claim_parked(struct dispatch *d, struct tx *tx, struct work *w, bool early_only,
                         size_t want, struct delivery_list *list, struct err *e)
{
        for (size_t i = 0; i < w->nparked && list->n < want;) {
                size_t may = room(d, w->parked[i]), had = list->n;
                int r;

                if (may > want - had)
                        may = want - had;
                if (!may) {
                        i++;
                        continue;
                }
                r = delivery_claim_parked(tx, w->w.id, w->parked[i]->name, d->now, may, early_only,
                                          list, e);
                if (r < 0)
                        return r;
                if (list->n - had < may)
                        w->parked[i] = w->parked[--w->nparked]; /* no more of them */
                else
                        i++;
        }
        return 0;
}

int domains_claim(struct dispatch *d, struct tx *tx, struct work *w, bool early_only, size_t want,
                  struct delivery_list *list, struct err *e)
{
        struct asking a = {d, w};
        struct parking p = {full, &a, PARK_TURN, d->domains->parked, false};
        size_t had = list->n;
        int r;

        for (size_t i = 0; i < d->domains->n; i++)
                d->domains->v[i]->asked = 0;
        r = delivery_claim(tx, w->w.id, d->now, want, early_only, d->domains->n ? &p : NULL, list,
                           e);
        d->domains->parked = p.parked;
        d->domains->again = d->domains->again || p.more;
        if (r >= 0)
                w->dry = list->n - had < want && !p.more;
        return r;
}

void domains_turn(struct dispatch *d)
{
        d->domains->parked = 0;
        d->domains->again = false;
}

void domains_go_on(struct dispatch *d)
{
        d->domains->again = true;
}

bool domains_again(const struct dispatch *d)
{
        return d->domains->again;
}
