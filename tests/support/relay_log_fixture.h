/*
 * relay_log_fixture.h - a letter of ours that a relay took, and the lines of its log
 *
 * setup() and teardown() are cmocka fixtures: a database with one delivery to j0@x.example that
 * is relayed; the relay's queue id in its 250 was 3CF2E9A0.
 */
#ifndef TESTS_RELAY_LOG_FIXTURE_H
#define TESTS_RELAY_LOG_FIXTURE_H

#include "scratch.h"

#include "press/buf.h"
#include "press/clock.h"
#include "press/event.h"
#include "press/relay_log_take.h"
#include "press/token.h"
#include "press/zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char return_path[] = "bounce+{tag}@ministry.example";
static struct config config = {.return_path = return_path};
static struct delivery sent; /* to j0@x.example; the relay said 250 */
static char message_id[DELIVERY_MESSAGE_ID_MAX + 32], tag_path[320];

struct news {
        int n;
        enum finding_action action;
        enum delivery_state state;
        char reply[1100], next_hop[400];
};
static struct news news;

static void listen_to(void *ctx, const struct relay_news *n)
{
        (void) ctx;
        news.n++;
        news.action = n->action;
        news.state = n->state;
        snprintf(news.reply, sizeof(news.reply), "%s", n->reply);
        snprintf(news.next_hop, sizeof(news.next_hop), "%s", n->next_hop);
        assert_string_equal(n->address, sent.address);
        assert_int_equal(n->release, sent.release_id);
}

/* A letter of ours that a relay took as queue id 3CF2E9A0, at NOON. */
static int setup(void **state)
{
        char local[DELIVERY_MESSAGE_ID_MAX], tag[TOKEN_TAG_MAX];
        struct scratch *s;
        struct settle st;
        int64_t id;

        assert_int_equal(scratch_setup(state), 0);
        s = *state;
        assert_int_equal(zone_open("Asia/Ho_Chi_Minh", NULL), 0);
        id = scratch_approved(s, 1);
        assert_true(scratch_claim(s, id, NOON, &sent));
        (void) ACT(s, delivery_data(&tx, sent.id, NOON, &te));
        st = scratch_settle(&sent, DELIVERY_RELAYED, 250, "2.0.0 Ok: queued as 3CF2E9A0");
        scratch_do_settle(s, &st);
        snprintf(message_id, sizeof(message_id), "%s@press.example",
                 delivery_message_id(&sent, local));
        token_tag(db_identity(s->db)->tag_key, sent.id, tag);
        assert_true(token_return_path(return_path, tag, tag_path));
        news = (struct news){.n = 0};
        return 0;
}

static int teardown(void **state)
{
        delivery_done(&sent);
        return scratch_teardown(state);
}

/* What a log with these lines leads to; %M is our Message-ID, %F our sender, %R the recipient. */
static struct relay_taker_counts take_with(struct scratch *s, const struct relay_taker_options *o,
                                           const char *const *line)
{
        CLEANUP(relay_taker_free)
        struct relay_taker *t = relay_taker_new(s->db, o, NOON + 10 * CLOCK_MIN);
        struct err e = {0};

        for (; *line; line++) {
                CLEANUP(buf_done) struct buf b = BUF(8192);

                buf_adds(&b, strchr("N#2", **line) ? "" : "Nov 25 12:01:00 mail postfix/");
                for (const char *p = *line; *p; p++) {
                        if (p[0] == '%' && strchr("MFR", p[1]))
                                buf_adds(&b, *++p == 'M' ? message_id
                                             : *p == 'F' ? tag_path
                                                         : sent.address);
                        else
                                buf_addc(&b, *p);
                }
                assert_ok(relay_taker_line(t, b.s, b.len, &e), &e);
        }
        assert_ok(relay_taker_flush(t, &e), &e);
        return *relay_taker_counts(t);
}

#define LINES(...) ((const char *const[]){__VA_ARGS__, NULL})

static const struct relay_taker_options plain = {
        .config = &config, .relay = "", .further = "", .news = listen_to};

static struct relay_taker_counts take(struct scratch *s, const char *const *line)
{
        return take_with(s, &plain, line);
}

static enum delivery_state now_is(struct scratch *s)
{
        CLEANUP(delivery_done) struct delivery d = {0};

        assert_int_equal(delivery_get(s->db, sent.id, &d, NULL), 1);
        scratch_check_counts(s, sent.release_id);
        return d.state;
}

#define LETTER "cleanup[1]: 3CF2E9A0: message-id=<%M>"
#define ARRIVED                                                                   \
        "smtp[1]: 3CF2E9A0: to=<%R>, relay=mx.x.example[192.0.2.7]:25, delay=1, " \
        "delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 77AB)"
#define BOUNCED                                                                    \
        "smtp[1]: 3CF2E9A0: to=<%R>, relay=mx.x.example[192.0.2.7]:25, delay=1, "  \
        "delays=0/0/0/1, dsn=5.1.1, status=bounced (host mx.x.example[192.0.2.7] " \
        "said: 550 5.1.1 no such user)"
#define DELAYED(why)                                                                   \
        "smtp[1]: 3CF2E9A0: to=<%R>, relay=none, delay=1, delays=0/0/0/1, dsn=4.4.1, " \
        "status=deferred (" why ")"

#endif
