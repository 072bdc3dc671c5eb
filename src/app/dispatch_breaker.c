// SPDX-License-Identifier: MIT
/*
 * What a relay's answers teach: whether it works, how many lines it takes, how many letters a
 * line, how fast it is. In memory only, so that a start asks at once.
 *
 *   sick       asked again after a pause that grows, by one line; then twice as many lines for
 *              each round of answered letters, so that it is not pushed over as it gets up
 *   fewer      a further line was refused while others work: no more than those, for a while
 *   slowed     421 or 4.7.x before any recipient was named: half the lines, after a pause
 *   late       connects and then leaves letters without an answer: others take what waits
 */
#include "dispatch_internal.h"

#include "press/log.h"
#include "press/mem.h"
#include "press/said.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define MORE_MS     60000  /* a relay that wanted fewer lines is asked for one more so late */
#define CAP_MS      600000 /* one that wanted fewer letters a line is asked for more so late */
#define ALARM_AT    3      /* failures in a row before anybody is woken */
#define CALM_MS     600000 /* so soon after one alarm was over, only ... */
#define STAYS_MS    60000  /* ... what lasts so long is another */
#define LATE_MS     15000  /* an answer before 354 that took so long: the relay is late */
#define LATE_DOT_MS 60000  /* the final one, and a second more for each 64 KB of letter */
#define PROBE_MS    60000  /* a late relay gets a letter so often while another one works */
#define LOOK_MS     1000

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

/* --- telling people --------------------------------------------------------------------- */

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
        const char *stage = said_stage(stage_name(why->stage), LANG_EN), *said = why->reply.text;
        char host[256];
        struct err e;

        url_host(cfg->url, host, sizeof(host));
        if (why->stage == STAGE_TLS && lane->cert[0])
                err_set(&e, -EIO,
                        "Relay “%s” shows a certificate for %s, not %s. Letters wait, none is "
                        "lost. Administrator: url by %s, address = %s",
                        cfg->name, lane->cert, host, lane->cert,
                        cfg->address[0] ? cfg->address : host);
        else if (why->reply.code)
                err_set(&e, -EIO,
                        "Relay “%s” does not take mail (%s): %d %s. Letters go through another "
                        "relay if there is one, else they wait; none is lost. More: pressctl relay "
                        "test %s",
                        cfg->name, stage, why->reply.code, said, cfg->name);
        else
                err_set(&e, -EIO,
                        "Relay “%s” cannot be used (%s): %s. Letters go through another relay if "
                        "there is one, else they wait; none is lost. More: pressctl relay test %s",
                        cfg->name, stage, said, cfg->name);
        dispatch_alarm(d, lane->alarm, &e);
}

/* One that comes and goes must not become a storm of mails: only what stays is told again. */
static bool lane_worth_telling(const struct dispatch *d, const struct lane *lane,
                               const struct outcome *why)
{
        int64_t now = loop_now(d->loop);

        if (lane->calm_at && now - lane->calm_at < CALM_MS && now - lane->sick_since < STAYS_MS)
                return false;
        return lane->failures >= ALARM_AT || why->stage == STAGE_TLS || why->stage == STAGE_AUTH;
}

static void lane_tell_late(struct dispatch *d, struct lane *lane)
{
        struct err e;

        err_set(&e, -EIO,
                "Relay “%s” takes connections but answers late or not at all: letters there have "
                "waited for over %d s. Other letters go elsewhere where they can; none is lost",
                lane->cfg->name, LATE_MS / 1000);
        dispatch_alarm(d, lane->alarm, &e);
}

/* --- well and sick ------------------------------------------------------------------------ */

unsigned lane_limit(const struct lane *lane)
{
        if (lane->failures || (lane->cfg->username[0] && !lane->logged_in))
                return 1; /* twenty wrong passwords at once lock an account */
        return lane->ramp && lane->ramp < lane->most ? lane->ramp : lane->most;
}

static void lane_down(struct dispatch *d, struct lane *lane)
{
        lane->ramp = 1;
        lane->round = 0;
        lane->climb_at = loop_now(d->loop) + MORE_MS;
}

static void lane_climb(struct dispatch *d, struct lane *lane)
{
        lane->round = 0;
        lane->ramp = 2 * lane->ramp < lane->most ? 2 * lane->ramp : 0;
        lane->climb_at = loop_now(d->loop) + MORE_MS;
}

static void lane_cured(struct dispatch *d, struct lane *lane)
{
        lane->failures = 0;
        lane->retry_at = 0;
        if (lane->late || !alarm_clear(d->alarms, lane->alarm))
                return;
        lane->calm_at = loop_now(d->loop);
        log_info("relay works again relay=%s", lane->cfg->name);
}

/* A letter begun at `begun` was answered; one from before the trouble is no news. */
static void lane_well(struct dispatch *d, struct lane *lane, int64_t begun)
{
        if (begun < lane->sick_at)
                return;
        if (lane->ramp && ++lane->round >= lane->ramp)
                lane_climb(d, lane);
        lane_cured(d, lane);
}

/* A line beside this one that would take a letter. */
static bool lane_has_other(const struct dispatch *d, const struct line *line)
{
        const struct line *l;

        TAILQ_FOREACH (l, &d->lines, entry)
                if (l != line && l->lane == line->lane && l->up && !l->spent && !l->quitting)
                        return true;
        return false;
}

static void lane_sick(struct dispatch *d, struct line *line, const struct outcome *why,
                      unsigned accepted)
{
        struct lane *lane = line->lane;
        int64_t now = loop_now(d->loop);

        if (accepted && why->reply.code != 421)
                return; /* it served and then hung up: that is not sick */
        if (!lane_has_other(d, line))
                lane_down(d, lane);
        if (now < lane->retry_at)
                return; /* lines opened together fail together: one failure */
        if (!lane->failures++)
                lane->sick_since = now;
        lane->sick_at = now;
        lane->sick_stage = why->stage;
        lane->retry_at = now + lane_pause(lane, why);
        log_warning("relay refused or lost relay=%s stage=%s code=%d reply=\"%s\" failures=%u "
                    "again_in_ms=%lld",
                    lane->cfg->name, stage_name(why->stage), why->reply.code, why->reply.text,
                    lane->failures, (long long) (lane->retry_at - now));
        if (lane_worth_telling(d, lane, why))
                lane_tell(d, lane, why);
}

/* A line was refused while others work: this relay takes no more of them now (R75). */
static void lane_fewer(struct dispatch *d, struct lane *lane, const struct outcome *why)
{
        unsigned lines = lane->lines < lane->most ? lane->lines : lane->most;

        lane->most = lines - 1 > lane->up ? lines - 1 : lane->up; /* this one was too many */
        lane->more_at = loop_now(d->loop) + MORE_MS;
        log_info("relay takes no further connection relay=%s stage=%s code=%d reply=\"%s\" "
                 "lines=%u",
                 lane->cfg->name, stage_name(why->stage), why->reply.code, why->reply.text,
                 lane->most);
}

/*
 * 421, or a temporary 4.7.x before a recipient was named: it is about us, not about a letter
 * (4.7.x at RCPT is greylisting). After a success on the line a 421 means the line's cap.
 */
static bool asks_to_slow_down(const struct outcome *o)
{
        if (o->stage > STAGE_MAIL || o->used_up || o->reply.code / 100 != 4)
                return false;
        return o->reply.code == 421 || strncmp(o->reply.enhanced, "4.7.", 4) == 0;
}

static void lane_slow_down(struct dispatch *d, struct lane *lane)
{
        int64_t now = loop_now(d->loop);
        unsigned lines = lane->up < lane->most ? lane->up : lane->most;

        if (now < lane->hold_until)
                return; /* said to several letters at once: asked once */
        lane->most = lines > 1 ? lines / 2 : 1;
        lane->more_at = now + MORE_MS;
        lane->hold_until = lane->retry_at;
        log_info("relay asks us to slow down relay=%s lines=%u nothing_for_ms=%lld",
                 lane->cfg->name, lane->most, (long long) (lane->hold_until - now));
}

/* --- what it learns from ------------------------------------------------------------------ */

/* Said twice with the same number it is a setting of the relay, once it may be anything. */
static void lane_used_up(struct dispatch *d, struct lane *lane, unsigned accepted)
{
        if (accepted && accepted < lane->cap && accepted == lane->cap_seen) {
                lane->cap = accepted;
                lane->cap_at = loop_now(d->loop) + CAP_MS;
        }
        lane->cap_seen = accepted;
}

static int64_t late_after(const struct job *j)
{
        return j->told_at ? LATE_DOT_MS + (int64_t) j->letter.octets / 64 : LATE_MS;
}

/* Not while it waits for us: 354 came and data_at is not committed yet. */
static bool job_late(const struct dispatch *d, const struct line *line, const struct job *j)
{
        return !j->go && loop_now(d->loop) - line->since >= late_after(j);
}

static void average(int64_t *avg, int64_t ms)
{
        *avg = *avg < 0 ? ms : *avg + (ms - *avg) / 8;
}

void lane_heard_go(struct dispatch *d, struct line *line, struct job *j)
{
        if (!j->behind)
                average(&line->lane->road_ms, loop_now(d->loop) - line->since);
        j->late = job_late(d, line, j);
}

static void lane_not_late(struct dispatch *d, struct lane *lane)
{
        lane->late = false;
        lane_down(d, lane);
        log_info("relay answers in time again relay=%s", lane->cfg->name);
}

/*
 * What one letter says of the relay. What began with a letter only an answer to one ends: a relay
 * may take connections all day and refuse each MAIL. One such refusal ends the line, so that the
 * back-off, not the letters that wait, decides how often it is asked.
 */
void lane_heard_done(struct dispatch *d, struct line *line, const struct job *j,
                     const struct outcome *o, unsigned accepted)
{
        struct lane *lane = line->lane;

        if (o->used_up)
                lane_used_up(d, lane, accepted);
        switch (o->verdict) {
        case VERDICT_RELAYED: average(&lane->dot_ms, loop_now(d->loop) - line->since);
        /* fall through */
        case VERDICT_REFUSED:
        case VERDICT_DEFERRED:
                if (lane->late && j->handed_at >= lane->late_at && !j->late &&
                    !job_late(d, line, j))
                        lane_not_late(d, lane);
                lane_well(d, lane, j->handed_at);
                return;
        case VERDICT_RELAY:
                line->spent = true;
                lane_sick(d, line, o, 0);
                if (asks_to_slow_down(o))
                        lane_slow_down(d, lane);
                return;
        case VERDICT_UNKNOWN:
        case VERDICT_NOT_TRIED: return;
        }
}

/* A line is over and the relay is the reason. */
void lane_heard_down(struct dispatch *d, struct line *line, const struct outcome *why,
                     unsigned accepted)
{
        struct lane *lane = line->lane;

        if (why->stage == STAGE_AUTH)
                lane->logged_in = false;
        if (!line->up && lane->up && why->stage != STAGE_AUTH)
                lane_fewer(d, lane, why);
        else
                lane_sick(d, line, why, accepted);
}

void lane_heard_up(struct dispatch *d, struct lane *lane)
{
        lane->mute_at = 0;
        lane->logged_in = true;
        lane->probe = false;
        if (lane->sick_stage < STAGE_MAIL)
                lane_cured(d, lane); /* it could not be reached, or did not let us in: it does */
}

void lane_retry(struct dispatch *d, struct lane *lane)
{
        if (lane->failures)
                lane_down(d, lane);
        lane->retry_at = lane->hold_until = 0;
        lane->failures = 0;
        lane->probe = !lane->up;
        lane->late_probe_at = 0;
}

bool lane_late_may_probe(struct dispatch *d, struct lane *lane)
{
        if (lane->busy || loop_now(d->loop) < lane->late_probe_at)
                return false;
        lane->late_probe_at = loop_now(d->loop) + PROBE_MS;
        return true;
}

/* Half of its letters under way stand without an answer: that is not one letter's affair. */
static void look_late(struct dispatch *d, struct lane *lane)
{
        int64_t now = loop_now(d->loop);
        unsigned late = 0;
        struct line *l;

        TAILQ_FOREACH (l, &d->lines, entry)
                if (l->lane == lane && l->job[0] && job_late(d, l, l->job[0])) {
                        l->job[0]->late = true;
                        late++;
                }
        if (!lane->late && late && 2 * late >= lane->busy) {
                lane->late = true;
                lane->late_at = now;
                lane->late_probe_at = now + PROBE_MS;
                log_warning("relay answers late relay=%s lines=%u without_answer=%u",
                            lane->cfg->name, lane->up, late);
        }
        if (lane->late && now - lane->late_at >= STAYS_MS)
                lane_tell_late(d, lane);
}

void lanes_look(struct dispatch *d)
{
        int64_t now = loop_now(d->loop);

        if (now < d->lanes_look_at)
                return;
        d->lanes_look_at = now + LOOK_MS;
        for (size_t i = 0; i < d->lanes->n; i++) {
                struct lane *lane = &d->lanes->v[i];
                unsigned most = (unsigned) lane->cfg->connections;
                unsigned cap = (unsigned) lane->cfg->messages_per_connection;

                for (; lane->most < most && now >= lane->more_at; lane->more_at += MORE_MS)
                        lane->most++; /* for each minute, however seldom this looks */
                if (lane->cap < cap && now >= lane->cap_at) {
                        lane->cap = 2 * lane->cap < cap ? 2 * lane->cap : cap;
                        lane->cap_at = now + CAP_MS;
                        lane->cap_seen = 0;
                }
                if (lane->ramp && !lane->failures && now >= lane->climb_at)
                        lane_climb(d, lane); /* few letters: in minutes, then */
                if (lane->busy)
                        look_late(d, lane);
        }
}
