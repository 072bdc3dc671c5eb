// SPDX-License-Identifier: MIT
#include "press/relay.h"

#include "conn.h"

#include "press/mem.h"

#include <assert.h>
#include <stdlib.h>

/* --- reporting: the only place that calls the program back ------------------------- */

void conn_pend(struct conn *c)
{
        struct net *n = c->net;

        if (!c->pending) {
                c->pending = true;
                n->npending++;
                TAILQ_INSERT_TAIL(&n->pending, c, pending_entry);
        }
        if (!n->kick.slot)
                loop_timer_set(n->loop, &n->kick, loop_now(n->loop), net_kick, n);
}

static void unpend(struct conn *c)
{
        if (!c->pending)
                return;
        c->pending = false;
        c->net->npending--;
        TAILQ_REMOVE(&c->net->pending, c, pending_entry);
}

static void undirty(struct conn *c)
{
        if (c->dirty)
                TAILQ_REMOVE(&c->net->dirty, c, dirty_entry);
        c->dirty = false;
}

static void mark_dirty(struct conn *c)
{
        if (!c->dirty)
                TAILQ_INSERT_TAIL(&c->net->dirty, c, dirty_entry);
        c->dirty = true;
}

static void conn_free(struct conn *c)
{
        unpend(c);
        undirty(c);
        TAILQ_REMOVE(&c->net->all, c, all_entry);
        loop_timer_stop(c->net->loop, &c->timer);
        multi_drop(c);
        smtp_free(c->smtp);
        free(c->record);
        free(c);
}

static bool take_event(struct conn *c, struct smtp_event *ret)
{
        if (c->has_ahead) {
                *ret = c->ahead;
                c->has_ahead = false;
                return true;
        }
        return c->smtp && smtp_event(c->smtp, ret);
}

/* Outside the loop's callbacks nothing may be reported: what there is waits for the next turn. */
static void look_ahead(struct conn *c)
{
        if (!c->has_ahead && c->smtp)
                c->has_ahead = smtp_event(c->smtp, &c->ahead);
        if (c->has_ahead || c->state == CONN_OVER)
                conn_pend(c);
}

static void set_timer(struct conn *c)
{
        int64_t at;

        if (c->state != CONN_UP)
                return;
        at = smtp_deadline(c->smtp);
        if (at == INT64_MAX)
                loop_timer_stop(c->net->loop, &c->timer);
        else if (at != c->timer.at)
                loop_timer_set(c->net->loop, &c->timer, at, conn_deadline, c);
}

void conn_over(struct conn *c, const struct outcome *why)
{
        c->state = CONN_OVER;
        c->why = *why;
        loop_timer_stop(c->net->loop, &c->timer);
        multi_drop(c);
}

void conn_report(struct conn *c)
{
        struct net *n = c->net;
        struct smtp_event ev;

        while (take_event(c, &ev)) {
                switch (ev.type) {
                case SMTP_GO: n->ops->go(n->ctx, c, ev.tag); break;
                case SMTP_DONE: n->ops->done(n->ctx, c, ev.tag, &ev.outcome, ev.ms); break;
                case SMTP_END:
                        if (c->state != CONN_OVER)
                                conn_over(c, &ev.outcome);
                        break;
                }
        }
        assert(c->state == CONN_OVER || !c->lost);
        if (c->state == CONN_OVER) {
                n->ops->down(n->ctx, c, &c->why);
                conn_free(c);
        } else {
                set_timer(c);
                mark_dirty(c); /* a reply may have let the next command out */
        }
}

void conn_up(struct conn *c)
{
        struct net *n = c->net;
        struct smtp_opts opts = {.caps = c->caps, .pipelining = c->opts.pipelining};

        c->state = CONN_UP;
        c->info.connect_ms = loop_now(n->loop) - c->started;
        c->smtp = smtp_new(&opts);
        talk_done(c);
        loop_timer_stop(n->loop, &c->timer);
        n->ops->up(n->ctx, c);
}

void conn_deadline(void *conn)
{
        struct conn *c = conn;

        if (c->state == CONN_CONNECTING)
                multi_deadline(c);
        else
                smtp_tick(c->smtp, loop_now(c->net->loop));
        conn_report(c);
}

/* --- once a turn ------------------------------------------------------------------ */

/* As many as there were: what is pended meanwhile has its own turn. */
void net_kick(void *net)
{
        struct net *n = net;

        for (size_t i = n->npending; i && n->npending; i--) {
                struct conn *c = TAILQ_FIRST(&n->pending);

                unpend(c); /* NOLINT(clang-analyzer-unix.Malloc): a freed one left the list */
                if (c->more && c->state == CONN_UP)
                        line_read(c);
                conn_report(c);
        }
}

void conn_flush(struct conn *c)
{
        undirty(c);
        if (c->state == CONN_UP && !c->lost)
                line_write(c);
        set_timer(c);
        look_ahead(c);
}

static void after_turn(void *net)
{
        struct net *n = net;

        while (!TAILQ_EMPTY(&n->dirty))
                conn_flush(TAILQ_FIRST(&n->dirty));
}

/* --- the net ---------------------------------------------------------------------- */

int net_open(struct loop *l, const struct conn_ops *ops, void *ctx, struct net **ret, struct err *e)
{
        struct net *n = mem_zalloc(sizeof(*n));
        int r;

        n->loop = l;
        n->ops = ops;
        n->ctx = ctx;
        TAILQ_INIT(&n->all);
        TAILQ_INIT(&n->pending);
        TAILQ_INIT(&n->dirty);
        r = multi_open(n, e);
        if (r < 0) {
                free(n);
                return r;
        }
        loop_after_turn(l, after_turn, n);
        *ret = n;
        return 0;
}

void net_close(struct net **np)
{
        struct net *n = *np;

        if (!n)
                return;
        while (!TAILQ_EMPTY(&n->all))
                conn_free(TAILQ_FIRST(&n->all)); /* NOLINT(clang-analyzer-unix.Malloc) */
        loop_timer_stop(n->loop, &n->kick);
        loop_after_turn(n->loop, NULL, NULL);
        multi_close(n);
        free(n);
        *np = NULL;
}

struct conn *conn_open(struct net *n, const struct relay_opts *o, void *user)
{
        struct conn *c = mem_zalloc(sizeof(*c));

        c->net = n;
        c->opts = *o;
        c->user = user;
        c->fd = -1;
        c->started = loop_now(n->loop);
        TAILQ_INSERT_TAIL(&n->all, c, all_entry);
        multi_connect(c);
        return c;
}

/* --- what the program asks -------------------------------------------------------- */

void *conn_user(const struct conn *c)
{
        return c->user;
}

const struct conn_info *conn_info(const struct conn *c)
{
        return &c->info;
}

const struct smtp_caps *conn_caps(const struct conn *c)
{
        return &c->caps;
}

unsigned conn_room(const struct conn *c)
{
        return c->state == CONN_UP ? smtp_room(c->smtp) : 0;
}

int conn_envelope(struct conn *c, const struct smtp_envelope *e)
{
        int r;

        assert(conn_room(c) > 0);
        r = smtp_envelope(c->smtp, e, loop_now(c->net->loop));
        if (r < 0)
                return r;
        mark_dirty(c);
        return 0;
}

void conn_letter(struct conn *c, const struct slice *v, size_t n)
{
        if (c->state != CONN_UP || c->lost)
                return; /* its outcome is on the way */
        smtp_letter(c->smtp, v, n, loop_now(c->net->loop));
        mark_dirty(c);
}

void conn_quit(struct conn *c)
{
        if (c->state == CONN_CONNECTING) {
                conn_abort(c, "closed before it was up");
        } else if (c->state == CONN_UP) {
                smtp_quit(c->smtp, loop_now(c->net->loop));
                mark_dirty(c);
        }
}

void conn_abort(struct conn *c, const char *why)
{
        if (c->state == CONN_CONNECTING) {
                struct outcome o =
                        outcome_local(VERDICT_NOT_TRIED, BLAME_NOBODY, STAGE_CONNECT, 0, "", why);

                conn_over(c, &o);
        } else if (c->state == CONN_UP && !c->lost) {
                smtp_abort(c->smtp, why, loop_now(c->net->loop));
        }
        look_ahead(c);
}

bool conn_dot_open(const struct conn *c)
{
        return c->state == CONN_UP && smtp_dot_open(c->smtp);
}

unsigned conn_accepted(const struct conn *c)
{
        return c->smtp ? smtp_accepted(c->smtp) : 0;
}
