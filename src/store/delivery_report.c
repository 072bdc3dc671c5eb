// SPDX-License-Identifier: MIT
/* What comes back about a delivery: whose it is, and what it changes. */
#include "press/finding.h"

#include "delivery_internal.h"
#include "event_internal.h"
#include "press/mem.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const action_name[] = {
        "delivered", "failed",    "delayed", "relayed", "expanded", "complaint",
        "autoreply", "challenge", "receipt", "reply",   "loop",     "unreadable",
};
const struct words finding_actions = {action_name, COUNT_OF(action_name)};

#define SAID_MAX 200 /* events of one kind of one delivery; a change of its state is one more */

_Static_assert(COUNT_OF(action_name) == FINDING_ACTIONS, "a name for each action");

const char *finding_action_name(enum finding_action a)
{
        return words_name(&finding_actions, (int) a);
}

/* --- whose it is -------------------------------------------------------------- */

int delivery_get(struct db *db, int64_t id, struct delivery *ret, struct err *e)
{
        static const char sql[] = "SELECT " DELIVERY_COLUMNS " FROM delivery d WHERE d.id = ?1";
        CLEANUP(delivery_list_done) struct delivery_list l = {0};
        CLEANUP(sql_close) struct sql *q = NULL;
        int r = sql_open(db, sql, SQL_WITH(SQL_INT(id)), &q, e);

        if (r >= 0)
                r = delivery_rows(q, &l, e);
        if (r < 0 || l.n == 0)
                return r < 0 ? r : 0;
        *ret = l.v[--l.n];
        return 1;
}

#define SALT_DIGITS (2 * sizeof(((struct delivery *) 0)->salt))
#define ID_DIGITS   16

_Static_assert(SALT_DIGITS + 1 + ID_DIGITS < DELIVERY_MESSAGE_ID_MAX, "any id fits");

/* The id is mixed with the salt: no letter shows a running number, and all are of one length. */
static uint64_t mixed(const unsigned char salt[16], uint64_t id)
{
        uint64_t mask = 0;

        for (int i = 0; i < 8; i++)
                mask = mask << 8 | salt[i];
        return id ^ mask;
}

const char *delivery_message_id(const struct delivery *d, char out[DELIVERY_MESSAGE_ID_MAX])
{
        static const char digits[] = "0123456789abcdef";

        for (size_t i = 0; i < sizeof(d->salt); i++) {
                out[2 * i] = digits[d->salt[i] >> 4];
                out[2 * i + 1] = digits[d->salt[i] & 15];
        }
        snprintf(out + SALT_DIGITS, DELIVERY_MESSAGE_ID_MAX - SALT_DIGITS, ".%016" PRIx64,
                 mixed(d->salt, (uint64_t) d->id));
        return out;
}

/* The id that `local` claims; 0 when it has not the form of ours. */
static int64_t message_id_number(const char *local)
{
        static const char digits[] = "0123456789abcdefABCDEF";
        unsigned char salt[16];
        char word[ID_DIGITS + 1];
        uint64_t id;

        if (strspn(local, digits) != SALT_DIGITS || local[SALT_DIGITS] != '.' ||
            strspn(local + SALT_DIGITS + 1, digits) != ID_DIGITS)
                return 0;
        for (size_t i = 0; i < sizeof(salt); i++) {
                memcpy(word, local + 2 * i, 2);
                word[2] = '\0';
                salt[i] = (unsigned char) strtoul(word, NULL, 16);
        }
        memcpy(word, local + SALT_DIGITS + 1, ID_DIGITS);
        word[ID_DIGITS] = '\0';
        id = mixed(salt, strtoull(word, NULL, 16));
        return id <= INT64_MAX ? (int64_t) id : 0;
}

int delivery_by_message_id(struct db *db, const char *message_id, struct delivery *ret,
                           struct err *e)
{
        CLEANUP(delivery_done) struct delivery d = {0};
        char own[DELIVERY_MESSAGE_ID_MAX];
        const char *local = message_id + strspn(message_id, " \t<");
        int64_t id = message_id_number(local);
        int r = id ? delivery_get(db, id, &d, e) : 0;

        if (r <= 0)
                return r;
        delivery_message_id(&d, own);
        if (strncasecmp(own, local, strlen(own)) != 0 || local[strlen(own)] != '@')
                return 0;
        *ret = d;
        d = (struct delivery){0};
        return 1;
}

/* --- what it changes ------------------------------------------------------------ */

/* The state after a finding; the table of finding.h. */
static enum delivery_state state_after(const struct delivery *d, const struct finding *f)
{
        if (f->stale || f->action > FINDING_FAILED || !d->out_at)
                return d->state;
        switch (d->state) {
        case DELIVERY_SENDING:
        case DELIVERY_BOUNCED:
        case DELIVERY_SUPPRESSED:
        case DELIVERY_CANCELLED: return d->state;
        default: return f->action == FINDING_FAILED ? DELIVERY_BOUNCED : DELIVERY_DELIVERED;
        }
}

static bool of_its_way(const struct finding *f)
{
        return !f->stale && f->action <= FINDING_EXPANDED;
}

/* `+at`: a relay's log has thousands of results of one second, a delivery has few events. */
static int known(struct tx *tx, const struct finding *f, struct err *e)
{
        static const char sql[] = "SELECT 1 FROM event WHERE delivery_id = ?1 AND kind = ?2"
                                  " AND action = ?3 AND +at = ?4 AND reply = ?5 AND peer = ?6"
                                  " AND note = ?7 LIMIT 1";
        int64_t one;

        return sql_get_int(tx->db, sql,
                           SQL_WITH(SQL_INT(f->delivery), SQL_TEXT(f->kind),
                                    SQL_TEXT(finding_action_name(f->action)), SQL_INT(f->at),
                                    SQL_TEXT(f->reply), SQL_TEXT(f->peer), SQL_TEXT(f->note)),
                           &one, e);
}

/*
 * 1 when so much was said of the delivery already that more of it would tell nobody anything.
 * Whoever has a tag can send any number of mails to it, and each looks through those before it.
 */
static int enough(struct tx *tx, const struct finding *f, struct err *e)
{
        static const char sql[] = "SELECT COUNT(*) FROM (SELECT 1 FROM event"
                                  " WHERE delivery_id = ?1 AND kind = ?2 LIMIT ?3)";
        int64_t n = 0;
        int r = sql_get_int(tx->db, sql,
                            SQL_WITH(SQL_INT(f->delivery), SQL_TEXT(f->kind), SQL_INT(SAID_MAX)),
                            &n, e);

        return r < 0 ? r : n >= SAID_MAX;
}

/* What a person reads as the reason: the server's words, its code before them. */
static char *detail_of(const struct finding *f)
{
        const char *said = f->reply[0] ? f->reply : f->enhanced;

        return f->code > 0 ? mem_printf("%d %s", f->code, said) : mem_strdup(said);
}

/* Foreign clocks are not believed further than the letter's own life. */
static int64_t moment_of(const struct delivery *d, const struct finding *f, int64_t now)
{
        int64_t at = f->at > now ? now : f->at;

        return at < d->out_at ? d->out_at : at;
}

static int change(struct tx *tx, const struct delivery *d, const struct finding *f,
                  enum delivery_state to, int64_t now, struct err *e)
{
        CLEANUP(mem_free) char *detail = detail_of(f);
        const struct move m = {
                .id = d->id,
                .release_id = d->release_id,
                .org_kind = d->org_kind,
                .from = d->state,
                .to = to,
                .at = moment_of(d, f, now),
                .detail = detail,
        };

        return delivery_move(tx, &m, e);
}

static int latest_relay(struct tx *tx, const struct finding *f, char **ret, struct err *e)
{
        static const char sql[] = "SELECT relay FROM event WHERE delivery_id = ?1"
                                  " AND kind = 'attempt' AND relay <> '' ORDER BY id DESC LIMIT 1";
        CLEANUP(sql_close) struct sql *q = NULL;
        int r;

        if (f->relay[0]) {
                *ret = mem_strdup(f->relay);
                return 0;
        }
        r = sql_first(tx->db, sql, SQL_WITH(SQL_INT(f->delivery)), &q, e);
        if (r >= 0)
                *ret = r > 0 ? sql_text_dup(q, 0) : mem_strdup("");
        return r < 0 ? r : 0;
}

static int heard(struct tx *tx, const struct finding *f, const char *relay, int64_t now,
                 struct err *e)
{
        static const char log_sql[] = "INSERT INTO relay_heard (relay, log_at) VALUES (?1, ?2)"
                                      " ON CONFLICT (relay) DO UPDATE SET log_at = excluded.log_at";
        static const char report_sql[] =
                "INSERT INTO relay_heard (relay, report_at) VALUES (?1, ?2)"
                " ON CONFLICT (relay) DO UPDATE SET report_at = excluded.report_at";
        bool log = strcmp(f->kind, "relay-log") == 0;
        bool receipt = f->action == FINDING_DELIVERED || f->action == FINDING_RELAYED ||
                       f->action == FINDING_EXPANDED;

        if (!relay[0] || !of_its_way(f) || (!log && !receipt))
                return 0;
        return sql_run(tx->db, log ? log_sql : report_sql, SQL_WITH(SQL_TEXT(relay), SQL_INT(now)),
                       e);
}

static int append(struct tx *tx, const struct delivery *d, const struct finding *f,
                  const char *relay, enum delivery_state after, struct err *e)
{
        const struct event ev = {
                .release_id = d->release_id,
                .delivery_id = d->id,
                .kind = f->kind,
                .action = finding_action_name(f->action),
                .at = f->at,
                .relay = relay,
                .peer = f->peer,
                .code = f->code,
                .enhanced = f->enhanced,
                .reply = f->reply,
                .state = after,
                .note = f->note,
        };

        return event_add(tx, &ev, e);
}

/* The words without the code before them: an attempt's event has them so too. */
static const char *without_code(const struct finding *f)
{
        char code[16];
        int n = snprintf(code, sizeof(code), "%d", f->code);

        if (f->code <= 0 || strncmp(f->reply, code, (size_t) n) != 0 ||
            (f->reply[n] != ' ' && f->reply[n] != '-'))
                return f->reply;
        return f->reply + n + 1;
}

int finding_apply(struct tx *tx, const struct finding *said, int64_t now,
                  enum delivery_state *ret_after, struct err *e)
{
        struct finding plain = *said;
        const struct finding *f = &plain;
        CLEANUP(delivery_done) struct delivery d = {0};
        CLEANUP(mem_free) char *relay = NULL;
        enum delivery_state after;
        int r = delivery_get(tx->db, f->delivery, &d, e);

        assert(tx->write);
        plain.reply = without_code(said);
        if (r == 0)
                return err_set(e, -ENOENT, N_("There is no delivery %lld"),
                               (long long) f->delivery);
        if (r > 0)
                r = known(tx, f, e);
        if (r != 0)
                return r < 0 ? r : 0;
        if (d.state == DELIVERY_SENDING && of_its_way(f))
                return err_set(e, -EAGAIN,
                               N_("Delivery %lld is on the wire; what is said of it is read "
                                  "again in a moment"),
                               (long long) d.id);
        after = state_after(&d, f);
        if (after == d.state && (r = enough(tx, f, e)) != 0)
                return r < 0 ? r : 0;
        if (after != d.state)
                r = change(tx, &d, f, after, now, e);
        if (r >= 0)
                r = latest_relay(tx, f, &relay, e);
        if (r >= 0)
                r = heard(tx, f, relay, now, e);
        if (r >= 0)
                r = append(tx, &d, f, relay, after, e);
        if (r < 0)
                return r;
        *ret_after = after;
        return 1;
}

int finding_heard(struct db *db, const char *relay, int64_t *ret_report_at, int64_t *ret_log_at,
                  struct err *e)
{
        static const char sql[] =
                "SELECT coalesce(max(report_at), 0), coalesce(max(log_at), 0) FROM relay_heard"
                " WHERE ?1 = '' OR relay = ?1";
        CLEANUP(sql_close) struct sql *q = NULL;
        int r = sql_first(db, sql, SQL_WITH(SQL_TEXT(relay)), &q, e);

        if (r < 0)
                return r;
        if (ret_report_at)
                *ret_report_at = sql_int(q, 0);
        if (ret_log_at)
                *ret_log_at = sql_int(q, 1);
        return 0;
}
