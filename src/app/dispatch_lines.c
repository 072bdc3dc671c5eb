// SPDX-License-Identifier: MIT
#include "dispatch_internal.h"

#include "press/log.h"
#include "press/mem.h"
#include "press/said.h"
#include "press/token.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IDLE_MS  10000 /* an idle line is kept for the next release */
#define MORE_MS  60000 /* a relay that refused a further line is asked for one more so late */
#define MUTE_MS  15000 /* connected to, no greeting: the next relay does not wait for it */
#define ALARM_AT 3     /* failed connections in a row before anybody is woken */

/* How long a sick relay is left alone, by failures in a row: soon at first, minutes count here. */
static int64_t lane_pause(const struct lane *lane, const struct outcome *why)
{
        static const int line_s[] = {1, 2, 5, 10, 20, 30, 60};
        static const int login_s[] = {30, 60, 120, 300,
                                      600}; /* R47: a login is no place for storms */
        bool login = why->stage == STAGE_AUTH || why->stage == STAGE_TLS;
        const int *v = login ? login_s : line_s;
        size_t n = login ? COUNT_OF(login_s) : COUNT_OF(line_s);
        size_t i = lane->failures ? lane->failures - 1 : 0;

        return v[i < n ? i : n - 1] * INT64_C(1000);
}

/* The host that the url names, without its port. */
static void url_host(const char *url, char *out, size_t size)
{
        const char *host = strstr(url, "://");
        size_t n;

        host = host ? host + 3 : url;
        n = host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":/");
        snprintf(out, size, "%.*s", (int) n, host);
}

static void lane_tell(struct dispatch *d, struct lane *lane, const struct outcome *why)
{
        const struct config_relay *cfg = lane->cfg;
        enum lang lang = dispatch_config(d)->language;
        char host[256], said[2 * REPLY_TEXT_MAX];
        struct err e;

        url_host(cfg->url, host, sizeof(host));
        said_text(why->reply.text, lang, said, sizeof(said));
        if (why->stage == STAGE_TLS && lane->cert[0])
                err_set(&e, -EIO,
                        "Relay “%s” shows a certificate for %s, not %s. Letters wait, none is "
                        "lost. Administrator: url by %s, address = %s",
                        cfg->name, lane->cert, host, lane->cert,
                        cfg->address[0] ? cfg->address : host);
        else if (why->reply.code)
                err_set(&e, -EIO,
                        "Relay “%s” does not take mail (%s): %d %s. Letters wait, none is lost",
                        cfg->name, said_stage(stage_name(why->stage), lang), why->reply.code, said);
        else
                err_set(&e, -EIO, "Relay “%s” cannot be used (%s): %s. Letters wait, none is lost",
                        cfg->name, said_stage(stage_name(why->stage), lang), said);
        dispatch_alarm(d, lane->alarm, &e);
}

void lane_well(struct dispatch *d, struct lane *lane)
{
        lane->failures = 0;
        lane->retry_at = 0;
        if (alarm_clear(d->alarms, lane->alarm))
                log_info("relay works again relay=%s", lane->cfg->name);
}

void lane_sick(struct dispatch *d, struct lane *lane, const struct outcome *why, unsigned accepted)
{
        if (accepted && why->reply.code != 421)
                return; /* it served and then hung up: that is not sick */
        if (loop_now(d->loop) < lane->retry_at)
                return; /* lines opened together fail together: one failure */
        lane->failures++;
        lane->retry_at = loop_now(d->loop) + lane_pause(lane, why);
        log_warning("relay refused or lost relay=%s stage=%s code=%d reply=\"%s\" failures=%u "
                    "again_in_ms=%lld",
                    lane->cfg->name, stage_name(why->stage), why->reply.code, why->reply.text,
                    lane->failures, (long long) (lane->retry_at - loop_now(d->loop)));
        if (lane->failures >= ALARM_AT || why->stage == STAGE_TLS || why->stage == STAGE_AUTH)
                lane_tell(d, lane, why);
}

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
        line->lane->mute_at = 0;
        line->lane->logged_in = true;
        line->idle_since = loop_now(d->loop);
}

/*
 * What one letter says of the relay. Only an answer to a letter ends a sickness: a relay may
 * take connections all day and refuse each MAIL. One such refusal ends the line, so that the
 * back-off, not the letters that wait, decides how often it is asked.
 */
static void judge_lane(struct dispatch *d, struct line *line, const struct outcome *o)
{
        switch (o->verdict) {
        case VERDICT_RELAYED:
        case VERDICT_REFUSED:
        case VERDICT_DEFERRED: lane_well(d, line->lane); return;
        case VERDICT_RELAY:
                line->spent = true;
                lane_sick(d, line->lane, o, 0);
                return;
        case VERDICT_UNKNOWN:
        case VERDICT_NOT_TRIED: return;
        }
}

static void on_go(void *ctx, struct conn *c, void *tag)
{
        struct dispatch *d = ctx;
        struct job *j = tag;

        (void) c;
        if (d->ngo == d->go_size) {
                d->go_size = d->go_size ? 2 * d->go_size : 256;
                d->go = mem_realloc(d->go, d->go_size, sizeof(struct job *));
        }
        j->go = true;
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
        if (o->used_up && conn_accepted(c) && conn_accepted(c) < line->lane->cap)
                line->lane->cap = conn_accepted(c);
        judge_lane(d, line, o);
        if (!line->job[0])
                line->idle_since = loop_now(d->loop);
}

/* A line was refused while others work: this relay takes no more of them now (R75). */
static void lane_fewer(struct dispatch *d, struct lane *lane, const struct outcome *why)
{
        lane->most = lane->up;
        lane->more_at = loop_now(d->loop) + MORE_MS;
        log_info("relay takes no further connection relay=%s stage=%s code=%d reply=\"%s\" open=%u",
                 lane->cfg->name, stage_name(why->stage), why->reply.code, why->reply.text,
                 lane->up);
}

static void on_down(void *ctx, struct conn *c, const struct outcome *why)
{
        struct dispatch *d = ctx;
        struct line *line = conn_user(c), **at = &d->line;

        assert(!line->job[0] && !line->job[1]);
        snprintf(line->lane->cert, sizeof(line->lane->cert), "%s", conn_info(c)->cert);
        if (why->verdict == VERDICT_RELAY && !why->used_up && !line->quitting) {
                if (why->stage == STAGE_AUTH)
                        line->lane->logged_in = false;
                if (!line->up && line->lane->up && why->stage != STAGE_AUTH)
                        lane_fewer(d, line->lane, why);
                else
                        lane_sick(d, line->lane, why, conn_accepted(c));
        }
        while (*at != line)
                at = &(*at)->next;
        *at = line->next;
        if (--line->lane->lines == 0)
                line->lane->mute_at = 0;
        line->lane->up -= line->up;
        line->lane->lanes->lines--;
        free(line);
}

const struct conn_ops line_ops = {on_up, on_go, on_done, on_down};

static bool lane_may_connect(const struct dispatch *d, const struct lane *lane)
{
        return loop_now(d->loop) >= lane->retry_at;
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

/*
 * A sick relay is probed by one line, and so is one that has not yet taken our
 * login: twenty wrong passwords at once lock an account. A healthy one gets as
 * many lines as there is work for.
 */
static void lane_open(struct dispatch *d, struct lane *lane, size_t wanted)
{
        bool probe = lane->failures || (lane->cfg->username[0] && !lane->logged_in);
        unsigned max, older = older_lines(lane);

        if (lane->most < (unsigned) lane->cfg->connections && loop_now(d->loop) >= lane->more_at) {
                lane->most++;
                lane->more_at = loop_now(d->loop) + MORE_MS;
        }
        max = probe ? 1 : lane->most;
        while (lane->lines + older < max && lane->lines < wanted) {
                struct line *line = mem_zalloc(sizeof(*line));

                line->lane = lane;
                line->next = d->line;
                d->line = line;
                lane->lines++;
                lane->lanes->lines++;
                line->conn = conn_open(d->net, &lane->opts, line);
        }
        if (!lane->up && lane->lines && !lane->mute_at)
                lane->mute_at = loop_now(d->loop);
}

/* Whether those of lower preference may rest. One that says nothing has minutes (RFC 5321 4.5.3.2),
 * but the letters do not. */
static bool lane_usable(const struct dispatch *d, const struct lane *lane)
{
        if (lane->up)
                return true;
        return !lane->failures && (!lane->mute_at || loop_now(d->loop) - lane->mute_at < MUTE_MS);
}

/* Lower preference first; the next one only while those before it cannot be used. */
void lines_open(struct dispatch *d, size_t wanted)
{
        int preference = 0;
        bool usable = false;
        size_t work;

        if (d->paused_all || d->storage_retry_at)
                return;
        work = work_amount(d, wanted);
        if (!work && alarm_mail_waits(d->alarms, loop_now(d->loop)))
                work = 1;
        if (!work)
                return;
        for (size_t i = 0; i < d->lanes->n; i++) {
                struct lane *lane = &d->lanes->v[i];

                if (usable && lane->cfg->preference > preference)
                        break;
                if (!lane_may_connect(d, lane))
                        continue;
                lane_open(d, lane, work < wanted ? work : wanted);
                preference = lane->cfg->preference;
                usable = usable || lane_usable(d, lane);
        }
}

/* The letters that the relay's rate allows now. */
static bool lane_rate(struct dispatch *d, struct lane *lane)
{
        int64_t now = loop_now(d->loop);
        double most = lane->cfg->rate / 60.0 > 1 ? lane->cfg->rate / 60.0 : 1;

        if (!lane->cfg->rate)
                return true;
        if (!lane->rate_at)
                lane->budget = most;
        else
                lane->budget += (double) (now - lane->rate_at) * lane->cfg->rate / 60000.0;
        if (lane->budget > most)
                lane->budget = most;
        lane->rate_at = now;
        return lane->budget >= 1;
}

static bool line_has_room(struct dispatch *d, const struct line *l)
{
        return l->up && !l->quitting && !l->spent && l->lane->lanes == d->lanes && !l->job[1] &&
               l->handed < l->lane->cap && conn_room(l->conn) && lane_rate(d, l->lane);
}

/*
 * Lines that could take one more envelope now, at most `max`. Idle ones come first: a letter
 * behind another's dot waits for that dot, however slow the relay is about it.
 */
size_t lines_room(struct dispatch *d, struct line **v, size_t max)
{
        size_t n = 0;

        for (int behind = 0; behind <= 1; behind++)
                for (struct line *l = d->line; l && n < max; l = l->next) {
                        if ((l->job[0] != NULL) != behind || !line_has_room(d, l))
                                continue;
                        l->lane->budget -= l->lane->cfg->rate ? 1 : 0;
                        v[n++] = l;
                }
        return n;
}

void line_hand(struct dispatch *d, struct line *line, struct job *j)
{
        const struct config *cfg = line->lane->lanes->cfg;
        char tag[TOKEN_TAG_MAX], from[ADDR_MAX] = "";
        struct smtp_envelope env = {.from = from, .envid = tag, .tag = j};

        token_tag(db_identity(d->db)->tag_key, j->d.id, tag);
        if (j->work)
                token_return_path(cfg->return_path, tag, from);
        else
                tag[0] = '\0'; /* an alarm: no report is wanted, the return path is <> (R117) */
        env.rcpt = j->d.address;
        env.size = j->letter.octets;
        j->line = line;
        line->job[line->job[0] ? 1 : 0] = j;
        line->handed++;
        line->idle_since = 0;
        if (conn_envelope(line->conn, &env) < 0) {
                struct outcome o = outcome_local(VERDICT_REFUSED, BLAME_ADDRESS, STAGE_MAIL, 553,
                                                 "5.1.3", "the address is not fit for the wire");

                result_add(d, line, j, &o, 0);
        }
}

/* Lines with nothing more to do leave politely. */
void lines_tidy(struct dispatch *d)
{
        for (struct line *l = d->line, *next; l; l = next) {
                next = l->next;
                if (!l->up || l->quitting || l->job[0])
                        continue;
                if (l->spent || l->handed >= l->lane->cap || l->lane->lanes != d->lanes ||
                    work_over(d) ||
                    (l->idle_since && loop_now(d->loop) - l->idle_since >= IDLE_MS)) {
                        l->quitting = true;
                        conn_quit(l->conn);
                }
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

int64_t lines_next_due(const struct dispatch *d)
{
        int64_t at = INT64_MAX;

        for (const struct line *l = d->line; l; l = l->next)
                if (l->up && !l->quitting && !l->job[0] && l->idle_since &&
                    l->idle_since + IDLE_MS < at)
                        at = l->idle_since + IDLE_MS;
        if (!work_waiting(d) && !alarm_mail_waits(d->alarms, loop_now(d->loop)))
                return at;
        for (size_t i = 0; i < d->lanes->n; i++) {
                const struct lane *lane = &d->lanes->v[i];

                if (lane->retry_at > loop_now(d->loop) && lane->retry_at < at)
                        at = lane->retry_at;
        }
        return at;
}
