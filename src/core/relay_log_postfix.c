// SPDX-License-Identifier: MIT
/* What Postfix's programs say of a letter. */
#include "relay_log_internal.h"

#include "press/mem.h"

#include <string.h>
#include <strings.h>

/* "4F2Kq31Zb9z1x: "; short ids are hexadecimal, long ones have most letters. */
static bool take_queue_id(struct span *s, struct relay_log_line *ret)
{
        struct span id;

        if (!span_cut(s, ": ", &id) || id.n < 4 || id.n >= sizeof(ret->queue_id))
                return false;
        for (size_t i = 0; i < id.n; i++)
                if (!((id.p[i] >= '0' && id.p[i] <= '9') || (id.p[i] >= 'A' && id.p[i] <= 'Z') ||
                      (id.p[i] >= 'a' && id.p[i] <= 'z')))
                        return false;
        if (span_is(id, "NOQUEUE") || span_is(id, "warning") || span_is(id, "fatal") ||
            span_is(id, "error") || span_is(id, "panic"))
                return false;
        memcpy(ret->queue_id, id.p, id.n);
        ret->queue_id[id.n] = '\0';
        return true;
}

static struct span unbracket(struct span s)
{
        if (s.n >= 2 && s.p[0] == '<' && s.p[s.n - 1] == '>')
                return (struct span){s.p + 1, s.n - 2};
        return s;
}

static void take_cleanup(struct span s, struct relay_log_line *ret)
{
        struct span key;

        if (!span_starts(s, "message-id=") || !span_cut(&s, "=", &key))
                return;
        s = unbracket(s);
        if (s.n == 0 || s.n >= sizeof(ret->message_id)) /* ours is never so long */
                return;
        span_copy(s, ret->message_id, sizeof(ret->message_id));
        ret->kind = RELAY_LOG_LETTER;
}

static void failed(struct relay_log_line *ret, const char *code, const char *words)
{
        ret->kind = RELAY_LOG_RESULT;
        ret->status = RELAY_LOG_FAILED;
        memcpy(ret->enhanced, code, strlen(code) + 1);
        memcpy(ret->reply, words, strlen(words) + 1);
}

static void take_qmgr(struct span s, struct relay_log_line *ret)
{
        struct span sender;

        if (span_is(s, "removed")) {
                ret->kind = RELAY_LOG_GONE;
                return;
        }
        if (!span_starts(s, "from=<"))
                return;
        s.p += 6;
        s.n -= 6;
        if (!span_cut(&s, ">, ", &sender) || sender.n >= sizeof(ret->sender))
                return;
        span_copy(sender, ret->sender, sizeof(ret->sender));
        ret->has_sender = true;
        ret->kind = RELAY_LOG_SENDER;
        if (span_starts(s, "status=expired") || span_starts(s, "status=force-expired"))
                failed(ret, "4.4.7", "expired, returned to sender");
}

/* Orders of the relay's administrator. */
static void take_postsuper(struct span s, struct relay_log_line *ret)
{
        if (span_is(s, "removed")) {
                failed(ret, "5.7.0", "deleted from the relay's queue by its administrator");
        } else if (span_is(s, "placed on hold")) {
                failed(ret, "4.7.0", "put on hold in the relay's queue by its administrator");
                ret->status = RELAY_LOG_DELAYED;
        }
}

/* --- one recipient ------------------------------------------------------------------------ */

/* A program that puts letters into mailboxes; of any other nobody knows what it does. */
static bool is_mailbox_program(const char *service)
{
        static const char *const known[] = {"dovecot",  "cyrus", "maildrop",
                                            "procmail", "vmail", "deliver"};

        for (size_t i = 0; i < COUNT_OF(known); i++)
                if (strcasecmp(service, known[i]) == 0)
                        return true;
        return false;
}

/* Amavis says 250 to what it throws away. */
static bool is_thrown_away(const char *reply)
{
        return strncmp(reply, "250 2.7.0 ", 10) == 0 && strcasestr(reply, "discarded");
}

static enum relay_log_status judge_sent(struct span agent, const struct relay_log_line *l)
{
        bool here = relay_log_is_loopback(l->next_hop);

        if (span_is(agent, "discard") || (here && is_thrown_away(l->reply)) ||
            (span_is(agent, "local") && strstr(l->reply, "delivered to file: /dev/null")))
                return RELAY_LOG_FAILED;
        if (span_is(agent, "smtp"))
                return here ? RELAY_LOG_PASSED : RELAY_LOG_DELIVERED;
        if (span_is(agent, "lmtp"))
                return l->queued_as[0] && (here || strchr(l->next_hop, '/')) ? RELAY_LOG_PASSED
                                                                             : RELAY_LOG_DELIVERED;
        if (span_is(agent, "pipe"))
                return is_mailbox_program(l->next_hop) ? RELAY_LOG_DELIVERED : RELAY_LOG_PASSED;
        return l->queued_as[0] ? RELAY_LOG_PASSED : RELAY_LOG_DELIVERED; /* local, virtual */
}

/* "host mx.example[192.0.2.1] said: 550 …", "connect to mx.example[192.0.2.1]:25: …" */
static void look_into_reply(struct span reply, struct relay_log_line *ret)
{
        struct span rest = reply, before, hop = {"", 0};

        if (span_cut(&rest, " said: ", &before)) {
                relay_log_reply(rest, ret);
                hop = before;
                if (span_starts(hop, "host ")) {
                        hop.p += 5;
                        hop.n -= 5;
                }
        } else {
                relay_log_reply(reply, ret);
                rest = reply;
                if (span_cut(&rest, "connect to ", &before) && span_cut(&rest, ": ", &before))
                        hop = before;
        }
        if (!ret->next_hop[0] && hop.n && !memchr(hop.p, ' ', hop.n))
                span_copy(hop, ret->next_hop, sizeof(ret->next_hop));
}

static void take_status(struct span agent, struct span s, struct relay_log_line *ret)
{
        struct span word = s, reply = {"", 0};

        if (span_cut(&s, " (", &word)) {
                reply = s;
                if (reply.n && reply.p[reply.n - 1] == ')')
                        reply.n--;
        }
        span_copy(reply, ret->reply, sizeof(ret->reply));
        look_into_reply(reply, ret);
        (void) relay_log_queued_as(ret->reply, ret->queued_as);
        if (span_is(word, "sent"))
                ret->status = judge_sent(agent, ret);
        else if (span_is(word, "bounced") || span_is(word, "expired"))
                ret->status = RELAY_LOG_FAILED;
        else if (span_is(word, "deferred") || span_is(word, "SOFTBOUNCE"))
                ret->status = RELAY_LOG_DELAYED;
        else
                return; /* a probe: deliverable, undeliverable */
        ret->kind = RELAY_LOG_RESULT;
}

/* "to=<a@b>, orig_to=<c@d>, relay=…, delay=…, dsn=…, status=…" */
static void take_recipient(struct span agent, struct span s, struct relay_log_line *ret)
{
        struct span value;

        s.p += 4;
        s.n -= 4;
        if (!span_cut(&s, ">, ", &value))
                return;
        span_copy(value, ret->recipient, sizeof(ret->recipient));
        if (span_starts(s, "orig_to=<")) {
                s.p += 9;
                s.n -= 9;
                if (!span_cut(&s, ">, ", &value))
                        return;
                span_copy(value, ret->original, sizeof(ret->original));
        }
        while (!span_starts(s, "status=")) {
                if (!span_cut(&s, ", ", &value))
                        return;
                if (span_starts(value, "relay=") && !span_is(value, "relay=none")) {
                        value.p += 6;
                        value.n -= 6;
                        span_copy(value, ret->next_hop, sizeof(ret->next_hop));
                } else if (span_starts(value, "dsn=")) {
                        value.p += 4;
                        value.n -= 4;
                        span_copy(value, ret->enhanced, sizeof(ret->enhanced));
                }
        }
        s.p += 7;
        s.n -= 7;
        take_status(agent, s, ret);
}

void relay_log_postfix(struct span agent, struct span message, struct relay_log_line *ret)
{
        static const char *const carriers[] = {"smtp", "lmtp",  "local",  "virtual",
                                               "pipe", "error", "discard"};

        if (!take_queue_id(&message, ret))
                return;
        if (span_is(agent, "cleanup"))
                take_cleanup(message, ret);
        else if (span_is(agent, "qmgr") || span_is(agent, "nqmgr") || span_is(agent, "oqmgr"))
                take_qmgr(message, ret);
        else if (span_is(agent, "postsuper"))
                take_postsuper(message, ret);
        else if (span_starts(message, "to=<"))
                for (size_t i = 0; i < COUNT_OF(carriers); i++)
                        if (span_is(agent, carriers[i]))
                                take_recipient(agent, message, ret);
}
