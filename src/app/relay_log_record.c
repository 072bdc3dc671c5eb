// SPDX-License-Identifier: MIT
/* Recording what a relay's log says: short transactions, what is on the wire later. */
#include "relay_log_internal.h"

#include "press/clock.h"
#include "press/event.h"
#include "press/mem.h"
#include "press/msg.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define CHUNK_MS    10
#define ODD_MS      (5 * CLOCK_MIN) /* clocks differ by seconds, zones by half an hour or more */
#define DELAYS_MOST 20 /* events of delays of one delivery, however many reasons a server finds */

void relay_log_keep(struct relay_taker *t, const struct relay_log_line *l, int64_t delivery,
                    enum finding_action action)
{
        struct pending *p = &t->pending[t->npending++];

        p->delivery = delivery;
        p->at = l->at;
        p->action = action;
        p->waits = p->recorded = p->odd = false;
        p->code = l->code;
        memcpy(p->enhanced, l->enhanced, sizeof(p->enhanced));
        memcpy(p->next_hop, l->next_hop, sizeof(p->next_hop));
        memcpy(p->reply, l->reply, sizeof(p->reply));
}

/* --- a delay, once for each reason -------------------------------------------------------- */

static const char *behind(const char *s, const char *text)
{
        const char *at = strstr(s, text);

        return at ? at + strlen(text) : s;
}

/* Which of a domain's servers it was, and the seconds still to wait, make no new reason. */
uint32_t relay_log_reason(const char *reply)
{
        const char *s = behind(reply, "delivery temporarily suspended: ");
        char plain[RELAY_LOG_TEXT_MAX];
        size_t n = 0;

        if (strncmp(s, "connect to ", 11) == 0)
                s = behind(s, ": ");
        s = behind(s, " said: ");
        for (; *s && n + 1 < sizeof(plain); s++) {
                bool digit = *s >= '0' && *s <= '9';

                if (!(digit && n && plain[n - 1] == '#'))
                        plain[n++] = digit ? '#' : *s;
        }
        plain[n] = '\0';
        return queue_hash(plain);
}

struct delays {
        uint32_t reason;
        int n;
        bool told;
};

static int look_at_delay(void *ctx, const struct event *ev)
{
        struct delays *d = ctx;

        if (strcmp(ev->kind, "relay-log") == 0 && strcmp(ev->action, "delayed") == 0) {
                d->n++;
                d->told = d->told || relay_log_reason(ev->reply) == d->reason;
        }
        return 0;
}

/* 1: there is an event of it. */
static int is_told(struct relay_taker *t, const struct pending *p, struct err *e)
{
        const struct event_filter f = {.state = -1, .delivery = p->delivery};
        struct delays d = {.reason = relay_log_reason(p->reply)};
        int r = event_each(t->db, &f, look_at_delay, &d, e);

        return r < 0 ? r : d.told || d.n >= DELAYS_MOST;
}

/* --- one chunk -------------------------------------------------------------------------------- */

/*
 * Of before the letter left, or of the future: the log's times are of another zone, most likely,
 * and a wrong hour must not stand as proof.
 */
static int is_odd(struct relay_taker *t, struct pending *p, struct err *e)
{
        CLEANUP(delivery_done) struct delivery d = {0};
        int r = delivery_get(t->db, p->delivery, &d, e);

        p->odd = r > 0 && (p->at + ODD_MS < d.out_at || p->at > t->now + ODD_MS);
        return r < 0 ? r : p->odd && !t->o->any_time;
}

/* As finding_apply(). */
static int record(struct relay_taker *t, struct tx *tx, struct pending *p, struct err *e)
{
        const struct finding f = {
                .delivery = p->delivery,
                .kind = "relay-log",
                .action = p->action,
                .at = p->at,
                .peer = p->next_hop,
                .relay = t->o->relay,
                .code = p->code,
                .enhanced = p->enhanced,
                .reply = p->reply,
                .note = N_("source: relay log"),
        };
        int r = is_odd(t, p, e);

        if (r == 0 && p->action == FINDING_DELAYED)
                r = is_told(t, p, e);
        if (r != 0)
                return r < 0 ? r : 0;
        return finding_apply(tx, &f, t->now, &p->state, e);
}

/* After the commit. */
static int tell(struct relay_taker *t, const struct pending *p, struct err *e)
{
        CLEANUP(delivery_done) struct delivery d = {0};
        int r = delivery_get(t->db, p->delivery, &d, e);

        if (r <= 0)
                return r;
        t->o->news(t->o->ctx, &(struct relay_news){.release = d.release_id,
                                                   .delivery = d.id,
                                                   .address = d.address,
                                                   .name = d.name,
                                                   .org = d.org,
                                                   .action = p->action,
                                                   .state = p->state,
                                                   .at = p->at,
                                                   .next_hop = p->next_hop,
                                                   .enhanced = p->enhanced,
                                                   .reply = p->reply,
                                                   .code = p->code});
        return 0;
}

struct chunk {
        size_t from, to;
        int64_t known; /* of its results */
};

static int write_chunk(struct relay_taker *t, struct chunk *c, struct err *e)
{
        CLEANUP(tx_done) struct tx tx = {0};
        int64_t until;
        int r = tx_begin(&tx, t->db, DB_WAIT_MS, e);

        if (r < 0)
                return r;
        until = clock_mono() + CHUNK_MS;
        for (c->to = c->from; c->to < t->npending && clock_mono() < until; c->to++) {
                struct pending *p = &t->pending[c->to];

                p->recorded = p->waits = false;
                r = record(t, &tx, p, e);
                p->recorded = r > 0;
                p->waits = r == -EAGAIN;
                c->known += r == 0 && (!p->odd || t->o->any_time);
                if (r < 0 && r != -EAGAIN && r != -ENOENT)
                        return r;
        }
        return t->o->dry_run ? 0 : tx_commit(&tx, e);
}

/* What waits moves to the front, where relay_log_keep() goes on behind it. */
static void keep_waiting(struct relay_taker *t, const struct chunk *c, size_t *kept)
{
        for (size_t i = c->from; i < c->to; i++) {
                struct pending *p = &t->pending[i];

                if (p->waits && *kept < PENDING_MAX / 2)
                        t->pending[(*kept)++] = *p;
                else if (p->waits)
                        t->counts.waiting++; /* for whoever reads the log again */
        }
}

static int tell_chunk(struct relay_taker *t, const struct chunk *c, struct err *e)
{
        int r = 0;

        t->counts.known += c->known;
        for (size_t i = c->from; i < c->to && r >= 0; i++) {
                const struct pending *p = &t->pending[i];

                t->counts.odd += p->odd && (p->recorded || !t->o->any_time);
                if (!p->recorded)
                        continue;
                t->counts.recorded[p->action]++;
                r = tell(t, p, e);
        }
        return r;
}

int relay_taker_flush(struct relay_taker *t, struct err *e)
{
        struct chunk c = {0};
        size_t kept = 0;
        int r = 0;

        while (r >= 0 && c.from < t->npending) {
                c.known = 0;
                c.to = c.from;
                r = write_chunk(t, &c, e);
                if (r < 0)
                        break;
                r = tell_chunk(t, &c, e);
                keep_waiting(t, &c, &kept);
                c.from = c.to;
        }
        memmove(&t->pending[kept], &t->pending[c.from],
                (t->npending - c.from) * sizeof(*t->pending));
        t->npending = kept + t->npending - c.from;
        return r;
}

size_t relay_taker_waiting(const struct relay_taker *t)
{
        return t->npending;
}
