// SPDX-License-Identifier: MIT
#include "dispatch_internal.h"

#include "press/log.h"
#include "press/mem.h"
#include "press/token.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <string.h>

#define IDLE_MS  10000 /* an idle line is kept for the next release */
#define MUTE_MS  15000 /* connected to, no greeting: the next relay does not wait for it */
#define KEPT_FDS 32    /* not for lines */
#define SHORT_MS 5000  /* no descriptor was left: the next line is tried so late */

static void result_add(struct dispatch *d, struct line *line, struct job *j,
                       const struct outcome *o, int64_t ms)
{
        struct result *r;

        if (d->nresult == d->result_size) {
                d->result_size = d->result_size ? 2 * d->result_size : 256;
                d->result = mem_realloc(d->result, d->result_size, sizeof(*d->result));
        }
        r = &d->result[d->nresult++];
        *r = (struct result){.job = j, .outcome = *o, .ms = ms, .info = *conn_info(line->conn)};
        snprintf(r->relay, sizeof(r->relay), "%s", line->lane->cfg->name);
        domain_end(j, o->verdict != VERDICT_NOT_TRIED);
        j->line = NULL;
        if (line->job[0] == j) {
                line->job[0] = line->job[1];
                line->job[1] = NULL;
                line->lane->busy -= !line->job[0];
        } else {
                assert(line->job[1] == j);
                line->job[1] = NULL;
        }
}

static void on_up(void *ctx, struct conn *c)
{
        struct dispatch *d = ctx;
        struct line *line = conn_user(c);

        line->up = true;
        line->lane->up++;
        line->idle_since = loop_now(d->loop);
        lane_heard_up(d, line->lane);
        alarm_clear(d->alarms, "descriptors");
}

static void on_go(void *ctx, struct conn *c, void *tag)
{
        struct dispatch *d = ctx;
        struct line *line = conn_user(c);
        struct job *j = tag;

        if (d->ngo == d->go_size) {
                d->go_size = d->go_size ? 2 * d->go_size : 256;
                d->go = mem_realloc(d->go, d->go_size, sizeof(struct job *));
        }
        lane_heard_go(d, line, j);
        j->go = true;
        j->told_at = line->since = loop_now(d->loop);
        d->go[d->ngo++] = j;
}

static void on_done(void *ctx, struct conn *c, void *tag, const struct outcome *o, int64_t ms)
{
        struct dispatch *d = ctx;
        struct line *line = conn_user(c);
        struct job *j = tag;

        /* A 354 whose data_at was never committed: the letter did not leave. */
        if (j->go) {
                for (size_t i = 0; i < d->ngo; i++)
                        if (d->go[i] == j)
                                d->go[i--] = d->go[--d->ngo];
                j->go = false;
        }
        result_add(d, line, j, o, ms);
        lane_heard_done(d, line, j, o, conn_accepted(c));
        line->since = loop_now(d->loop);
        if (!line->job[0])
                line->idle_since = loop_now(d->loop);
}

/*
 * No descriptor for another line is our trouble, not the relay's: those that are there go on (R78).
 */
static void lines_short(struct dispatch *d, const struct outcome *why)
{
        struct err e;

        d->short_until = loop_now(d->loop) + SHORT_MS;
        err_set(&e, -EMFILE,
                "pressd cannot open another connection: %s. Sending goes on over those that are "
                "open; raise LimitNOFILE= of pressd.service, or set fewer connections",
                why->reply.text);
        dispatch_alarm(d, "descriptors", &e);
}

static void on_down(void *ctx, struct conn *c, const struct outcome *why)
{
        struct dispatch *d = ctx;
        struct line *line = conn_user(c);
        struct lane *lane = line->lane;

        assert(!line->job[0] && !line->job[1]);
        snprintf(lane->cert, sizeof(lane->cert), "%s", conn_info(c)->cert);
        if (why->verdict == VERDICT_RELAY && !why->used_up && !line->quitting)
                lane_heard_down(d, line, why, conn_accepted(c));
        else if (why->verdict == VERDICT_NOT_TRIED && !line->up && !line->quitting)
                lines_short(d, why);
        lane->probe = false;
        TAILQ_REMOVE(&d->lines, line, entry);
        if (--lane->lines == 0)
                lane->mute_at = 0;
        lane->up -= line->up;
        lane->lanes->lines--;
        d->nlines--;
        free(line);
}

/*
 * All the descriptors that we may have; a line takes one, and two more while its name is looked
 * up. Some are kept for the database and what comes and goes.
 */
void lines_setup(struct dispatch *d)
{
        struct rlimit limit = {.rlim_cur = 1024};

        getrlimit(RLIMIT_NOFILE, &limit);
        limit.rlim_cur = limit.rlim_max;
        if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
                getrlimit(RLIMIT_NOFILE, &limit);
        d->lines_max = limit.rlim_cur > KEPT_FDS + 3 ? (limit.rlim_cur - KEPT_FDS) / 3 : 1;
}

const struct conn_ops line_ops = {on_up, on_go, on_done, on_down};

static bool lane_may_connect(const struct dispatch *d, const struct lane *lane)
{
        return !lane->paused && loop_now(d->loop) >= lane->retry_at;
}

/* --once asks this: is there a relay that works, or one not yet tried to the end? */
bool lanes_can_try(const struct dispatch *d)
{
        for (size_t i = 0; i < d->lanes->n; i++)
                if (lane_may_connect(d, &d->lanes->v[i]))
                        return true;
        return false;
}

/* Lines to the same relay that a former configuration opened and that still finish a letter. */
static unsigned older_lines(const struct lane *lane)
{
        unsigned n = 0;

        for (const struct lanes *l = lane->lanes->older; l; l = l->older)
                for (size_t i = 0; i < l->n; i++)
                        if (strcmp(l->v[i].cfg->url, lane->cfg->url) == 0 &&
                            strcmp(l->v[i].cfg->address, lane->cfg->address) == 0)
                                n += l->v[i].lines;
        return n;
}

static void line_open(struct dispatch *d, struct lane *lane)
{
        struct line *line = mem_zalloc(sizeof(*line));

        line->lane = lane;
        TAILQ_INSERT_TAIL(&d->lines, line, entry);
        lane->lines++;
        lane->lanes->lines++;
        d->nlines++;
        line->conn = conn_open(d->net, &lane->opts, line);
}

/*
 * A sick relay is probed by one line, and so is one that has not yet taken our login. A healthy
 * one gets as many lines as there is work for.
 */
static void lane_open(struct dispatch *d, struct lane *lane, size_t wanted)
{
        unsigned max = lane_limit(lane), older = older_lines(lane);

        while (lane->lines + older < max && lane->lines < wanted && d->nlines < d->lines_max)
                line_open(d, lane);
        if (!lane->up && lane->lines && !lane->mute_at)
                lane->mute_at = loop_now(d->loop);
}

/* Whether it may be counted on. One that says nothing has minutes (RFC 5321 4.5.3.2), but the
 * letters do not. */
bool lane_usable(const struct dispatch *d, const struct lane *lane)
{
        if (lane->paused || lane->late)
                return false;
        if (lane->up)
                return true;
        return !lane->failures && (!lane->mute_at || loop_now(d->loop) - lane->mute_at < MUTE_MS);
}

/* A person asked for it: one line, though there may be no letter. */
static void lanes_probe(struct dispatch *d)
{
        for (size_t i = 0; i < d->lanes->n; i++) {
                struct lane *lane = &d->lanes->v[i];

                if (lane->probe && !lane->paused && !lane->lines)
                        lane_open(d, lane, 1);
        }
}

/*
 * Lower preference first; the next ones only while those before them cannot be used, or get up
 * again after they could not. Then the next ones rest, however busy they are.
 */
static void lanes_open(struct dispatch *d, size_t wanted)
{
        int preference = 0;
        bool strong = false;

        for (size_t i = 0; i < d->lanes->n; i++) {
                struct lane *lane = &d->lanes->v[i];

                lane->resting = strong && lane->cfg->preference > preference;
                if (lane->resting)
                        continue;
                if (lane_may_connect(d, lane))
                        lane_open(d, lane, wanted);
                else if (!lane->up)
                        continue;
                preference = lane->cfg->preference;
                strong = strong || (lane_usable(d, lane) && !lane->ramp);
        }
}

void lines_open(struct dispatch *d, size_t wanted)
{
        size_t work;

        if (d->storage_retry_at || loop_now(d->loop) < d->short_until)
                return;
        lanes_probe(d);
        if (d->paused_all)
                return;
        work = work_amount(d, wanted);
        if (!work && alarm_mail_waits(d->alarms, loop_now(d->loop)))
                work = 1;
        if (work)
                lanes_open(d, work < wanted ? work : wanted);
}

void line_hand(struct dispatch *d, struct line *line, struct job *j)
{
        const struct config *cfg = line->lane->lanes->cfg;
        char tag[TOKEN_TAG_MAX], from[ADDR_MAX] = "";
        struct smtp_envelope env = {.from = from, .envid = tag, .tag = j, .delivery = j->d.id};

        token_tag(db_identity(d->db)->tag_key, j->d.id, tag);
        if (j->work)
                token_return_path(cfg->return_path, tag, from);
        else
                tag[0] = '\0'; /* an alarm: no report is wanted, the return path is <> (R117) */
        env.rcpt = j->d.address;
        env.size = j->letter.octets;
        j->line = line;
        j->behind = line->job[0] != NULL;
        j->handed_at = loop_now(d->loop);
        if (!j->behind) {
                line->since = j->handed_at;
                line->lane->busy++;
        }
        line->job[j->behind ? 1 : 0] = j;
        line->handed++;
        line->idle_since = 0;
        line->lane->budget -= line->lane->cfg->rate ? 1 : 0;
        TAILQ_REMOVE(&d->lines, line, entry); /* the others first, next time */
        TAILQ_INSERT_TAIL(&d->lines, line, entry);
        if (conn_envelope(line->conn, &env) < 0) {
                struct outcome o = outcome_local(VERDICT_REFUSED, BLAME_ADDRESS, STAGE_MAIL, 553,
                                                 "5.1.3", "the address is not fit for the wire");

                result_add(d, line, j, &o, 0);
        }
}

static bool line_unneeded(const struct dispatch *d, const struct line *l)
{
        return l->spent || l->handed >= l->lane->cap || l->lane->lanes != d->lanes ||
               l->lane->paused || l->lane->lines > l->lane->most || work_over(d) ||
               (l->idle_since && loop_now(d->loop) - l->idle_since >= IDLE_MS);
}

/* Lines with nothing more to do leave politely. */
void lines_tidy(struct dispatch *d)
{
        struct line *l;

        TAILQ_FOREACH (l, &d->lines, entry) {
                if (!l->up || l->quitting || l->job[0] || !line_unneeded(d, l))
                        continue;
                l->quitting = true;
                conn_quit(l->conn);
        }
        for (struct lanes **at = &d->lanes->older; *at;) {
                struct lanes *old = *at;

                if (old->lines) {
                        at = &old->older;
                        continue;
                }
                *at = old->older;
                lanes_free(old);
        }
}

static int64_t lane_next_due(const struct dispatch *d, const struct lane *lane)
{
        int64_t now = loop_now(d->loop), at = INT64_MAX, rate = lane_rate_due(lane);

        if (lane->paused)
                return at;
        if (lane->retry_at > now)
                at = lane->retry_at;
        if (lane->hold_until > now && lane->hold_until < at)
                at = lane->hold_until;
        if (lane->up && rate > now && rate < at)
                at = rate;
        return at;
}

int64_t lines_next_due(const struct dispatch *d)
{
        int64_t at = INT64_MAX;
        const struct line *l;

        TAILQ_FOREACH (l, &d->lines, entry)
                if (l->up && !l->quitting && !l->job[0] && l->idle_since &&
                    l->idle_since + IDLE_MS < at)
                        at = l->idle_since + IDLE_MS;
        if (!work_waiting(d) && !alarm_mail_waits(d->alarms, loop_now(d->loop)))
                return at;
        for (size_t i = 0; i < d->lanes->n; i++) {
                int64_t due = lane_next_due(d, &d->lanes->v[i]);

                if (due < at)
                        at = due;
        }
        return at > d->short_until ? at : d->short_until;
}
