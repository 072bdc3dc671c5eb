// SPDX-License-Identifier: MIT
#include "press/relay_log_take.h"

#include "relay_log_internal.h"

#include "press/clock.h"
#include "press/event.h"
#include "press/mem.h"
#include "press/token.h"

#include <stdlib.h>
#include <string.h>

#define QUEUE_MOST    ((size_t) 1 << 18) /* entries of 32 bytes; each letter has two */
#define ATTEMPTS_MOST ((size_t) 1 << 20)
#define ATTEMPTS_BACK (10 * CLOCK_DAY) /* twice as long as a relay keeps trying */
#define FRESH_MS      1000
#define RESULTS_MOST  20 /* of one queue id, of a kind */

struct relay_taker *relay_taker_new(struct db *db, const struct relay_taker_options *o, int64_t now)
{
        struct relay_taker *t = mem_zalloc(sizeof(*t));

        t->db = db;
        t->o = o;
        t->now = now;
        t->reader = relay_log_new(now);
        t->queue.most = QUEUE_MOST;
        t->attempts.most = ATTEMPTS_MOST;
        t->line = mem_zalloc(sizeof(*t->line));
        t->pending = mem_alloc(PENDING_MAX * sizeof(*t->pending));
        return t;
}

void relay_taker_free(struct relay_taker **t)
{
        struct relay_taker *x = *t;

        if (!x)
                return;
        relay_log_free(&x->reader);
        queue_table_done(&x->queue);
        queue_table_done(&x->attempts);
        free(x->line);
        free(x->pending);
        free(x);
        *t = NULL;
}

void relay_taker_now(struct relay_taker *t, int64_t now)
{
        t->now = now;
        relay_log_now(t->reader, now);
}

void relay_taker_written(struct relay_taker *t, int64_t at)
{
        relay_log_now(t->reader, at < t->now ? at : t->now);
}

const struct relay_taker_counts *relay_taker_counts(const struct relay_taker *t)
{
        return &t->counts;
}

/* --- whose a queue id is --------------------------------------------------------------- */

/* The delivery that an envelope sender of ours names by its tag; 0 = it is none of ours. */
static int64_t tag_of(const struct relay_taker *t, const char *sender)
{
        const char *pattern = t->o->config->return_path, *hole = strstr(pattern, "{tag}");
        const char *tail = hole ? hole + strlen("{tag}") : "";
        size_t n = strlen(sender), head = hole ? (size_t) (hole - pattern) : 0, end = strlen(tail);
        char tag[TOKEN_TAG_MAX];
        int64_t id = 0;

        if (!hole || n <= head + end || n - head - end >= sizeof(tag) ||
            strncasecmp(sender, pattern, head) != 0 || strcasecmp(sender + n - end, tail) != 0)
                return 0;
        memcpy(tag, sender + head, n - head - end);
        tag[n - head - end] = '\0';
        return token_tag_check(db_identity(t->db)->tag_key, tag, &id) ? id : 0;
}

/* Its queue id at this host, and at whatever host: for "queued as". */
static void keep(struct relay_taker *t, const struct relay_log_line *l, int64_t delivery,
                 uint32_t address)
{
        uint64_t keys[] = {queue_key(l->host, l->queue_id), queue_key("*", l->queue_id)};

        for (size_t i = 0; i < COUNT_OF(keys); i++) {
                struct queue_entry *e = queue_put(&t->queue, keys[i]);

                e->delivery = delivery;
                e->address = address;
        }
}

static void forget(struct relay_taker *t, const struct relay_log_line *l)
{
        uint64_t keys[] = {queue_key(l->host, l->queue_id), queue_key("*", l->queue_id)};

        for (size_t i = 0; i < COUNT_OF(keys); i++) {
                struct queue_entry *e = queue_find(&t->queue, keys[i]);

                if (e)
                        e->delivery = 0;
        }
}

static int take_letter(struct relay_taker *t, const struct relay_log_line *l, struct err *e)
{
        CLEANUP(delivery_done) struct delivery d = {0};
        struct queue_entry *old = queue_find(&t->queue, queue_key(l->host, l->queue_id));
        uint64_t id = queue_key("<", l->message_id);
        int r;

        if (old && old->delivery == t->latest && t->latest_id == id)
                return 0; /* Exchange says it on each line */
        r = delivery_by_message_id(t->db, l->message_id, &d, e);
        if (r > 0) {
                if (!old || old->delivery != d.id)
                        keep(t, l, d.id, queue_hash(d.address));
                t->latest_id = id;
                t->latest = d.id;
        } else if (r == 0 && old && !l->has_sender) {
                forget(t, l); /* short queue ids are used again */
        }
        return r < 0 ? r : 0;
}

/* The tag names the letter where the line with its Message-ID was cut off, or was changed there. */
static int take_sender(struct relay_taker *t, const struct relay_log_line *l, struct err *e)
{
        struct queue_entry *old = queue_find(&t->queue, queue_key(l->host, l->queue_id));
        int64_t id;
        int r;

        if (old) {
                old->stranger = !config_is_return_path(t->o->config, l->sender);
                return 0;
        }
        id = tag_of(t, l->sender);
        if (id) {
                CLEANUP(delivery_done) struct delivery d = {0};

                r = delivery_get(t->db, id, &d, e);
                if (r > 0)
                        keep(t, l, id, queue_hash(d.address));
                return r < 0 ? r : 0;
        }
        return 0;
}

static int add_attempt(void *ctx, int64_t delivery, const char *reply)
{
        struct relay_taker *t = ctx;
        char id[RELAY_LOG_QUEUE];

        if (relay_log_queued_as(reply, id))
                queue_put(&t->attempts, queue_key("", id))->delivery = delivery;
        return 0;
}

/* The attempts of the time before `at`, and those that came since the last look. */
static int look_at_attempts(struct relay_taker *t, int64_t at, struct err *e)
{
        int64_t since = at - ATTEMPTS_BACK, mono = clock_mono();

        if (t->attempts_to && since >= t->attempts_from && mono - t->looked_at < FRESH_MS)
                return 0;
        t->looked_at = mono;
        if (!t->attempts_to || since < t->attempts_from) {
                t->attempts_to = 0;
                t->attempts_from = since - CLOCK_DAY; /* older lines may follow: not each a read */
        }
        return event_relayed(t->db, t->attempts_from, &t->attempts_to, add_attempt, t, e);
}

static bool is_to(const struct relay_log_line *l, uint32_t address)
{
        return queue_hash(l->recipient) == address ||
               (l->original[0] && queue_hash(l->original) == address);
}

/* By the queue id in the relay's 250: only with the same recipient, for short ids come again. */
static int by_attempt(struct relay_taker *t, const struct relay_log_line *l, int64_t *ret,
                      struct err *e)
{
        CLEANUP(delivery_done) struct delivery d = {0};
        struct queue_entry *entry;
        int r = look_at_attempts(t, l->at, e);

        entry = r < 0 ? NULL : queue_find(&t->attempts, queue_key("", l->queue_id));
        if (!entry)
                return r;
        r = delivery_get(t->db, entry->delivery, &d, e);
        if (r > 0 &&
            (is_to(l, queue_hash(d.address)) || (!l->recipient[0] && tag_of(t, l->sender) == d.id)))
                *ret = d.id;
        return r < 0 ? r : 0;
}

/* *ret 0: not ours. */
static int whose(struct relay_taker *t, const struct relay_log_line *l, int64_t *ret, struct err *e)
{
        struct queue_entry *entry;
        int r = l->message_id[0] ? take_letter(t, l, e) : 0;

        if (r >= 0 && l->has_sender)
                r = take_sender(t, l, e);
        if (r < 0)
                return r;
        *ret = 0;
        entry = queue_find(&t->queue, queue_key(l->host, l->queue_id));
        if (!entry)
                return by_attempt(t, l, ret, e);
        if (!entry->stranger || !l->recipient[0] || is_to(l, entry->address))
                *ret = entry->delivery;
        return 0;
}

/* --- what a result means ------------------------------------------------------------------ */

/* `name` is "mx.example", "192.0.2.1" or ".example"; hop "mx.example[192.0.2.1]:25". */
static bool names_hop(const char *name, size_t n, const char *hop)
{
        size_t host = strcspn(hop, "[");
        const char *ip = hop[host] ? hop + host + 1 : "";
        size_t ip_n = strcspn(ip, "]");

        if (n == 0)
                return false;
        if ((host == n && strncasecmp(hop, name, n) == 0) ||
            (ip_n == n && strncasecmp(ip, name, n) == 0))
                return true;
        return name[0] == '.' && host > n && strncasecmp(hop + host - n, name, n) == 0;
}

static bool is_further(const struct relay_taker *t, const char *hop)
{
        const struct config *c = t->o->config;
        const char *p = t->o->further;

        for (size_t i = 0; i < c->nfurther_relays; i++)
                if (names_hop(c->further_relays[i], strlen(c->further_relays[i]), hop))
                        return true;
        while (*p) {
                size_t n;

                p += strspn(p, ", ");
                n = strcspn(p, ", ");
                if (names_hop(p, n, hop))
                        return true;
                p += n;
        }
        return false;
}

/* The relay itself took it again, says this same log. */
static bool goes_on_here(const struct relay_taker *t, const struct relay_log_line *l,
                         int64_t delivery)
{
        const struct queue_entry *next =
                l->queued_as[0] ? queue_find(&t->queue, queue_key("*", l->queued_as)) : NULL;

        return next && next->delivery == delivery && strcmp(l->queued_as, l->queue_id) != 0;
}

/* -1: nothing to record. */
static int action_of(const struct relay_taker *t, const struct relay_log_line *l, int64_t delivery)
{
        switch (l->status) {
        case RELAY_LOG_DELIVERED:
                if (goes_on_here(t, l, delivery))
                        return -1;
                return is_further(t, l->next_hop) ? FINDING_RELAYED : FINDING_DELIVERED;
        case RELAY_LOG_FAILED: return FINDING_FAILED;
        case RELAY_LOG_DELAYED: return FINDING_DELAYED;
        case RELAY_LOG_EXPANDED: return FINDING_EXPANDED;
        case RELAY_LOG_PASSED:
        default: return -1;
        }
}

/* The same delay again, of the same queue id: the usual case, known without a look. */
static bool is_same_delay(struct relay_taker *t, const struct relay_log_line *l)
{
        struct queue_entry *entry = queue_find(&t->queue, queue_key(l->host, l->queue_id));
        uint32_t reason = relay_log_reason(l->reply);
        bool same = entry && entry->reason == reason;

        if (entry)
                entry->reason = reason;
        return same;
}

/* Of an alias with hundreds of members the first ones are enough; the first failure always is. */
static bool is_enough(struct relay_taker *t, const struct relay_log_line *l, int action)
{
        struct queue_entry *entry = queue_find(&t->queue, queue_key(l->host, l->queue_id));

        if (!entry || action > FINDING_FAILED)
                return false;
        if (entry->results[action] >= RESULTS_MOST)
                return true;
        entry->results[action]++;
        return false;
}

static int take_result(struct relay_taker *t, const struct relay_log_line *l, struct err *e)
{
        int64_t delivery = 0;
        int action, r = whose(t, l, &delivery, e);

        if (r < 0)
                return r;
        if (!delivery) {
                t->counts.others++;
                return 0;
        }
        t->counts.matched++;
        action = action_of(t, l, delivery);
        if (action < 0)
                t->counts.inside++;
        else if (is_enough(t, l, action) || (action == FINDING_DELAYED && is_same_delay(t, l)))
                t->counts.known++;
        else
                relay_log_keep(t, l, delivery, (enum finding_action) action);
        return 0;
}

/* --- lines ---------------------------------------------------------------------------------- */

static int take_entry(struct relay_taker *t, const struct relay_log_line *l, struct err *e)
{
        struct queue_entry *entry;

        switch (l->kind) {
        case RELAY_LOG_LETTER: return take_letter(t, l, e);
        case RELAY_LOG_SENDER: return take_sender(t, l, e);
        case RELAY_LOG_RESULT: return take_result(t, l, e);
        case RELAY_LOG_GONE:
                entry = queue_find(&t->queue, queue_key(l->host, l->queue_id));
                if (entry)
                        entry->gone = true;
                entry = queue_find(&t->queue, queue_key("*", l->queue_id));
                if (entry)
                        entry->gone = true;
                return 0;
        case RELAY_LOG_OTHER:
        default: return 0;
        }
}

/* Room for one more result, before it is looked at: on an error nothing was taken of it. */
static int make_room(struct relay_taker *t, struct err *e)
{
        return t->npending == PENDING_MAX ? relay_taker_flush(t, e) : 0;
}

int relay_taker_line(struct relay_taker *t, const char *line, size_t n, struct err *e)
{
        int r = make_room(t, e);

        if (r < 0)
                return r;
        t->counts.lines++;
        if (!relay_log_take(t->reader, line, n))
                return 0;
        t->counts.understood++;
        while (r >= 0 && relay_log_next(t->reader, t->line)) {
                r = make_room(t, e);
                if (r >= 0)
                        r = take_entry(t, t->line, e);
        }
        return r;
}
