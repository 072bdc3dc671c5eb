// SPDX-License-Identifier: MIT
/*
 * Which line takes the next letter. Urgent letters find a place at once: of ten connections and
 * more one is kept for them; behind a letter that the relay is slow about nobody else waits; in
 * every rate they are first, because they are claimed first. Among equals the line that has
 * waited longest is next, so that relays of one preference share and none is forgotten.
 */
#include "dispatch_internal.h"

#define KEPT_FROM   10  /* connections: one in so many costs less than a letter's wait is worth */
#define SLOW_DOT_MS 250 /* the relay's own work on a letter, from when on ... */
#define SLOW_ROADS  20  /* ... the envelope behind the dot saves less than a twentieth */

/* Letters that the relay's rate allows now; at most a second's worth saves up. */
static void rate_fill(struct dispatch *d, struct lane *lane)
{
        int64_t now = loop_now(d->loop);
        double most = lane->cfg->rate / 60.0 > 1 ? lane->cfg->rate / 60.0 : 1;

        if (!lane->cfg->rate)
                return;
        if (!lane->rate_at)
                lane->budget = most;
        else
                lane->budget += (double) (now - lane->rate_at) * lane->cfg->rate / 60000.0;
        if (lane->budget > most)
                lane->budget = most;
        lane->rate_at = now;
}

static bool rate_allows(const struct lane *lane)
{
        return !lane->cfg->rate || lane->budget >= lane->asked + 1;
}

int64_t lane_rate_due(const struct lane *lane)
{
        if (!lane->cfg->rate || lane->budget >= 1)
                return 0;
        return lane->rate_at + (int64_t) ((1 - lane->budget) * 60000.0 / lane->cfg->rate) + 1;
}

/*
 * A letter behind another's dot waits for that dot. Where the relay's own work, not the road,
 * is what takes the time, nothing is gained by it, and an urgent one would wait twice.
 */
static bool slow_at_the_dot(const struct lane *lane)
{
        return lane->dot_ms >= SLOW_DOT_MS && lane->road_ms >= 0 &&
               lane->dot_ms >= SLOW_ROADS * lane->road_ms;
}

static bool lane_open_to_letters(struct dispatch *d, const struct lane *lane)
{
        return lane->lanes == d->lanes && !lane->paused && !lane->resting &&
               loop_now(d->loop) >= lane->hold_until;
}

/* Behind a letter only once that leaves in this turn: what waits for its 354 may wait long. */
static bool line_has_room(struct dispatch *d, const struct line *l)
{
        if (l->job[1] || (l->job[0] && !l->job[0]->told_at))
                return false;
        return l->up && !l->quitting && !l->spent && l->handed < l->lane->cap &&
               lane_open_to_letters(d, l->lane) && conn_room(l->conn) && rate_allows(l->lane);
}

/* Some relay is not late and takes letters, or will in a moment: the late ones need not. */
static bool have_prompt(struct dispatch *d)
{
        for (size_t i = 0; i < d->lanes->n; i++) {
                const struct lane *lane = &d->lanes->v[i];

                if (lane_usable(d, lane) && lane_open_to_letters(d, lane))
                        return true;
        }
        return false;
}

struct places { /* found so far, by whom they are for */
        struct line *kept[CLAIM_TURN], *open[CLAIM_TURN], *behind[CLAIM_TURN];
        size_t nkept, nopen, nbehind;
};

static void place_idle(struct places *p, struct line *l, bool urgent)
{
        struct lane *lane = l->lane;
        unsigned kept = lane->most >= KEPT_FROM;

        if (lane->busy + lane->idle_taken + kept < lane->most)
                p->open[p->nopen++] = l;
        else if (urgent)
                p->kept[p->nkept++] = l;
        else
                return;
        lane->idle_taken++;
        lane->asked++;
}

static void place_behind(struct places *p, struct line *l, bool urgent)
{
        if (!slow_at_the_dot(l->lane))
                p->open[p->nopen++] = l;
        else if (urgent)
                p->behind[p->nbehind++] = l;
        else
                return;
        l->lane->asked++;
}

static void put(struct room *room, struct line *const *v, size_t n)
{
        for (size_t i = 0; i < n && room->n < CLAIM_TURN; i++)
                room->v[room->n++] = v[i];
}

void lines_room(struct dispatch *d, bool urgent, struct room *room)
{
        static struct places p;
        bool prompt = have_prompt(d);
        struct line *l;

        p.nkept = p.nopen = p.nbehind = 0;
        for (size_t i = 0; i < d->lanes->n; i++) {
                d->lanes->v[i].asked = d->lanes->v[i].idle_taken = 0;
                rate_fill(d, &d->lanes->v[i]);
        }
        for (int behind = 0; behind <= 1; behind++)
                TAILQ_FOREACH (l, &d->lines, entry) {
                        if (p.nkept + p.nopen + p.nbehind == CLAIM_TURN)
                                break;
                        if ((l->job[0] != NULL) != behind || !line_has_room(d, l))
                                continue;
                        if (prompt && l->lane->late && !lane_late_may_probe(d, l->lane))
                                continue;
                        if (behind)
                                place_behind(&p, l, urgent);
                        else
                                place_idle(&p, l, urgent);
                }
        room->n = 0;
        put(room, p.kept, p.nkept);
        put(room, p.open, p.nopen);
        put(room, p.behind, p.nbehind);
        room->kept = p.nkept;
        room->open = p.nopen;
}

size_t room_for_others(const struct room *room, size_t urgent)
{
        size_t from = urgent > room->kept ? urgent : room->kept, to = room->kept + room->open;

        return from < to ? to - from : 0;
}

struct line *room_place(const struct room *room, size_t urgent, size_t i)
{
        size_t unused = i >= urgent && urgent < room->kept ? room->kept - urgent : 0;

        return room->v[i + unused];
}
