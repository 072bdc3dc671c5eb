// SPDX-License-Identifier: MIT
/*
 * Exchange's message tracking log. Its CSV is read here and not by press/csv.h: a log is no
 * table that lies in memory, commas are fixed, and cells are full of semicolons.
 */
#include "relay_log_internal.h"

#include "press/mem.h"

#include <string.h>
#include <strings.h>

static const char *const field_names[EX_KNOWN] = {
        [EX_DATE] = "date-time",          [EX_CLIENT_HOST] = "client-hostname",
        [EX_SERVER_IP] = "server-ip",     [EX_SERVER_HOST] = "server-hostname",
        [EX_CONTEXT] = "source-context",  [EX_CONNECTOR] = "connector-id",
        [EX_EVENT] = "event-id",          [EX_QUEUE_ID] = "internal-message-id",
        [EX_MESSAGE_ID] = "message-id",   [EX_RECIPIENT] = "recipient-address",
        [EX_STATUS] = "recipient-status", [EX_RELATED] = "related-recipient-address",
        [EX_PATH] = "return-path",
};

/* One cell of `s` into `to` with its NUL; false at the end of the line. */
static bool take_cell(struct span *s, struct buf *to)
{
        bool quoted = s->n && s->p[0] == '"';
        size_t i = quoted;

        if (!s->p)
                return false;
        for (; i < s->n && (quoted || s->p[i] != ','); i++) {
                if (quoted && s->p[i] == '"') {
                        if (i + 1 < s->n && s->p[i + 1] == '"')
                                i++;
                        else
                                quoted = false;
                        if (!quoted)
                                continue;
                }
                (void) buf_addc(to, s->p[i] ? s->p[i] : '?');
        }
        (void) buf_add(to, "", 1);
        if (i >= s->n) {
                s->p = NULL;
                s->n = 0;
        } else {
                s->p += i + 1;
                s->n -= i + 1;
        }
        return true;
}

/* "#Fields: date-time,client-ip,…" */
static void take_header(struct exchange *ex, struct span s)
{
        for (size_t f = 0; f < EX_KNOWN; f++)
                ex->column[f] = -1;
        buf_clear(&ex->cells);
        for (int column = 0; column < EXCHANGE_FIELDS; column++) {
                const char *name;
                size_t start = ex->cells.len;

                if (!take_cell(&s, &ex->cells))
                        break;
                name = ex->cells.s + start;
                name += strspn(name, " \t");
                for (size_t f = 0; f < EX_KNOWN; f++)
                        if (strcasecmp(name, field_names[f]) == 0)
                                ex->column[f] = column;
        }
        ex->on = ex->column[EX_DATE] >= 0 && ex->column[EX_EVENT] >= 0 &&
                 ex->column[EX_MESSAGE_ID] >= 0 && ex->column[EX_RECIPIENT] >= 0;
}

static void take_row(struct exchange *ex, struct span s)
{
        size_t at[EXCHANGE_FIELDS];
        int n = 0;

        buf_clear(&ex->cells);
        for (; n < EXCHANGE_FIELDS; n++) {
                at[n] = ex->cells.len;
                if (!take_cell(&s, &ex->cells))
                        break;
        }
        for (size_t f = 0; f < EX_KNOWN; f++)
                ex->v[f] = ex->column[f] >= 0 && ex->column[f] < n ? ex->cells.s + at[ex->column[f]]
                                                                   : "";
}

/*
 * The next piece between semicolons; those in brackets belong to a reply. *at is NULL behind
 * the last one.
 */
static struct span next_piece(const char **at)
{
        const char *start = *at, *p = start;
        size_t depth = 0;

        if (!start)
                return (struct span){"", 0};
        for (; *p && !(*p == ';' && depth == 0); p++) {
                if (*p == '[' || *p == '{' || *p == '(')
                        depth++;
                else if (depth && (*p == ']' || *p == '}' || *p == ')'))
                        depth--;
        }
        *at = *p ? p + 1 : NULL;
        return (struct span){start, (size_t) (p - start)};
}

static size_t count_pieces(const char *list)
{
        size_t n = 0;

        for (; list; n++)
                (void) next_piece(&list);
        return n;
}

bool relay_log_exchange(struct relay_log *r, struct span line)
{
        struct exchange *ex = &r->ex;

        if (span_starts(line, "\xef\xbb\xbf")) {
                line.p += 3;
                line.n -= 3;
        }
        if (span_starts(line, "#Fields:")) {
                line.p += 8;
                line.n -= 8;
                take_header(ex, line);
                return true;
        }
        if (span_starts(line, "date-time,") || span_starts(line, "\"date-time\",")) {
                take_header(ex, line);
                return true;
        }
        if (span_starts(line, "#Software:") || span_starts(line, "#Log-type:") ||
            span_starts(line, "#Version:") || span_starts(line, "#Date:"))
                return true;
        if (!ex->on)
                return false;
        take_row(ex, line);
        if (relay_log_stamp(r, (struct span){ex->v[EX_DATE], strlen(ex->v[EX_DATE])},
                            &r->line.at) == 0)
                return false;
        ex->recipients = count_pieces(ex->v[EX_RECIPIENT]);
        ex->recipient = ex->v[EX_RECIPIENT];
        ex->status = count_pieces(ex->v[EX_STATUS]) == ex->recipients ? ex->v[EX_STATUS] : NULL;
        return true;
}

/* --- one recipient ------------------------------------------------------------------------ */

struct event_meaning {
        const char *event;
        enum relay_log_kind kind;
        enum relay_log_status status;
};

static const struct event_meaning meanings[] = {
        {"RECEIVE", RELAY_LOG_LETTER, RELAY_LOG_PASSED},
        {"SUBMIT", RELAY_LOG_LETTER, RELAY_LOG_PASSED},
        {"TRANSFER", RELAY_LOG_LETTER, RELAY_LOG_PASSED},
        {"RESOLVE", RELAY_LOG_LETTER, RELAY_LOG_PASSED}, /* only another name of the same person */
        {"SEND", RELAY_LOG_RESULT, RELAY_LOG_DELIVERED},
        {"SENDEXTERNAL", RELAY_LOG_RESULT, RELAY_LOG_DELIVERED},
        {"DELIVER", RELAY_LOG_RESULT, RELAY_LOG_DELIVERED},
        {"DUPLICATEDELIVER", RELAY_LOG_RESULT, RELAY_LOG_DELIVERED},
        {"FAIL", RELAY_LOG_RESULT, RELAY_LOG_FAILED},
        {"DROP", RELAY_LOG_RESULT, RELAY_LOG_FAILED}, /* without a report to anybody */
        {"BADMAIL", RELAY_LOG_RESULT, RELAY_LOG_FAILED},
        {"DEFER", RELAY_LOG_RESULT, RELAY_LOG_DELAYED},
        {"EXPAND", RELAY_LOG_RESULT, RELAY_LOG_EXPANDED},
        {"REDIRECT", RELAY_LOG_RESULT, RELAY_LOG_EXPANDED},
};

static struct span whole(const char *s)
{
        return (struct span){s, strlen(s)};
}

/* To another server of the same organisation, which will log it itself. */
static bool is_inside(const struct exchange *ex, const char *next_hop)
{
        return strncasecmp(ex->v[EX_CONNECTOR], "Intra-Organization", 18) == 0 ||
               relay_log_is_loopback(next_hop);
}

/* "[{LRT=…};{LED=550 5.1.1 RESOLVER.ADR.RecipNotFound; not found};{FQDN=…};{IP=…}]" */
static struct span said_in(struct span status)
{
        static const char mark[] = "{LED=";
        const char *at = span_find(status, mark);
        struct span said = status, rest;

        if (!at)
                return status;
        said.p = at + sizeof(mark) - 1;
        said.n = (size_t) (status.p + status.n - said.p);
        rest = said;
        return span_cut(&rest, "}", &said) ? said : rest;
}

static void next_hop(const struct exchange *ex, struct relay_log_line *ret)
{
        CLEANUP(buf_done) struct buf hop = BUF(4096);
        const char *host = ex->v[EX_SERVER_HOST], *ip = ex->v[EX_SERVER_IP];

        if (!host[0] && !ip[0])
                host = ex->v[EX_CLIENT_HOST];
        (void) buf_adds(&hop, host);
        if (ip[0])
                (void) buf_addf(&hop, "[%s]", ip);
        span_copy((struct span){hop.s, hop.len}, ret->next_hop, sizeof(ret->next_hop));
}

static void status_of(const struct exchange *ex, struct span status, struct relay_log_line *ret)
{
        struct span said = said_in(status);

        span_copy(said, ret->reply, sizeof(ret->reply));
        relay_log_reply(said, ret);
        if (!relay_log_queued_as(ret->reply, ret->queued_as))
                (void) relay_log_queued_as(ex->v[EX_CONTEXT], ret->queued_as);
        next_hop(ex, ret);
        if (ret->status == RELAY_LOG_DELIVERED && strcasecmp(ex->v[EX_EVENT], "SEND") == 0 &&
            is_inside(ex, ret->next_hop))
                ret->status = RELAY_LOG_PASSED;
}

static struct span strip(struct span s)
{
        while (s.n && strchr(" <", s.p[0])) {
                s.p++;
                s.n--;
        }
        while (s.n && strchr(" >", s.p[s.n - 1]))
                s.n--;
        return s;
}

bool relay_log_exchange_next(struct relay_log *r, struct relay_log_line *ret)
{
        struct exchange *ex = &r->ex;
        struct span status = whole(ex->v[EX_STATUS]); /* when no list: it speaks of all of them */

        ex->next++;
        for (size_t m = 0; m < COUNT_OF(meanings); m++)
                if (strcasecmp(ex->v[EX_EVENT], meanings[m].event) == 0) {
                        ret->kind = meanings[m].kind;
                        ret->status = meanings[m].status;
                }
        if (ret->kind == RELAY_LOG_OTHER) {
                ex->next = ex->recipients;
                return false;
        }
        if (ret->kind == RELAY_LOG_LETTER)
                ex->next = ex->recipients; /* once is enough */
        ret->at = r->line.at;
        if (ex->status)
                status = next_piece(&ex->status);
        span_copy(strip(next_piece(&ex->recipient)), ret->recipient, sizeof(ret->recipient));
        span_copy(strip(whole(ex->v[EX_RELATED])), ret->original, sizeof(ret->original));
        span_copy(strip(whole(ex->v[EX_MESSAGE_ID])), ret->message_id, sizeof(ret->message_id));
        span_copy(strip(whole(ex->v[EX_QUEUE_ID])), ret->queue_id, sizeof(ret->queue_id));
        span_copy(strip(whole(ex->v[EX_PATH])), ret->sender, sizeof(ret->sender));
        ret->has_sender = ret->sender[0] != '\0';
        if (ret->kind == RELAY_LOG_RESULT)
                status_of(ex, status, ret);
        return true;
}
