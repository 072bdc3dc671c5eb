// SPDX-License-Identifier: MIT
#include "press/relay_log.h"

#include "press/clock.h"
#include "press/mem.h"
#include "press/text.h"
#include "press/zone.h"
#include "relay_log_internal.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct relay_log *relay_log_new(int64_t now)
{
        struct relay_log *r = mem_zalloc(sizeof(*r));

        r->now = now;
        r->ex.cells = BUF(2 * RELAY_LOG_LINE_MAX);
        return r;
}

void relay_log_free(struct relay_log **r)
{
        if (!*r)
                return;
        buf_done(&(*r)->ex.cells);
        free(*r);
        *r = NULL;
}

void relay_log_now(struct relay_log *r, int64_t now)
{
        if (now - r->now > CLOCK_HOUR || r->now > now)
                r->stamp_len = 0; /* the year may be another */
        r->now = now;
}

/* --- pieces of a line ----------------------------------------------------------------- */

bool span_is(struct span s, const char *text)
{
        return strlen(text) == s.n && memcmp(s.p, text, s.n) == 0;
}

bool span_starts(struct span s, const char *text)
{
        size_t n = strlen(text);

        return s.n >= n && memcmp(s.p, text, n) == 0;
}

const char *span_find(struct span s, const char *text)
{
        return memmem(s.p, s.n, text, strlen(text));
}

bool span_cut(struct span *s, const char *text, struct span *ret_before)
{
        const char *at = span_find(*s, text);
        size_t n;

        if (!at)
                return false;
        n = (size_t) (at - s->p);
        *ret_before = (struct span){s->p, n};
        s->p += n + strlen(text);
        s->n -= n + strlen(text);
        return true;
}

/* Escaping makes bytes longer, never shorter: more than `size` of them need not be looked at. */
void span_copy(struct span s, char *out, size_t size)
{
        char raw[RELAY_LOG_TEXT_MAX + 8];
        size_t n = s.n < size + 4 ? s.n : size + 4;

        assert(size <= RELAY_LOG_TEXT_MAX);
        for (size_t i = 0; i < n; i++)
                raw[i] = s.p[i] ? s.p[i] : '?';
        raw[n] = '\0';
        text_escape(raw, out, size);
}

static bool is_digit(char c)
{
        return c >= '0' && c <= '9';
}

/* `n` digits at s.p[at]; -1: they are not there. */
static int number(struct span s, size_t at, size_t n)
{
        int value = 0;

        if (at + n > s.n)
                return -1;
        for (size_t i = 0; i < n; i++) {
                if (!is_digit(s.p[at + i]))
                        return -1;
                value = value * 10 + s.p[at + i] - '0';
        }
        return value;
}

/* --- time --------------------------------------------------------------------------------- */

/* A time that clocks skip or repeat is the one that an hour before it leads to. */
static bool to_utc(struct tm *tm, int64_t *ret)
{
        int r = zone_utc(tm, ret);

        if (r == 0)
                return true;
        if (r == -EINVAL)
                return false;
        tm->tm_hour--;
        if (tm->tm_hour < 0 || zone_utc(tm, ret) < 0)
                return false;
        *ret += CLOCK_HOUR;
        return true;
}

/* The latest year that does not lie in the future: at New Year, December is last year's. */
static bool guess_year(const struct relay_log *r, const struct tm *without, int64_t *ret)
{
        struct tm last;

        zone_local(r->now + CLOCK_DAY, &last);
        for (int back = 0; back <= 8; back++) { /* 29 February may be years ago */
                struct tm tm = *without;

                tm.tm_year = last.tm_year - back;
                if (to_utc(&tm, ret) && *ret <= r->now + CLOCK_DAY)
                        return true;
        }
        return false;
}

static bool is_known(const struct relay_log *r, struct span s, size_t n)
{
        return r->stamp_len == n && memcmp(r->stamp, s.p, n) == 0;
}

static void remember(struct relay_log *r, struct span s, size_t n, int64_t minute)
{
        memcpy(r->stamp, s.p, n);
        r->stamp_len = n;
        r->minute = minute;
}

/* "Nov 24 08:00:01", "Nov  4 08:00:01" */
static size_t bsd_stamp(struct relay_log *r, struct span s, int64_t *ret)
{
        static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
        struct tm tm = {0};
        const char *month;
        int second;

        if (s.n < 15 || s.p[3] != ' ' || s.p[6] != ' ' || s.p[9] != ':' || s.p[12] != ':')
                return 0;
        second = number(s, 13, 2);
        if (second < 0 || second > 60)
                return 0;
        if (!is_known(r, s, 12)) {
                int64_t minute;

                month = memmem(months, sizeof(months) - 1, s.p, 3);
                tm.tm_mday = number(s, s.p[4] == ' ' ? 5 : 4, s.p[4] == ' ' ? 1 : 2);
                tm.tm_hour = number(s, 7, 2);
                tm.tm_min = number(s, 10, 2);
                if (!month || (month - months) % 3 || tm.tm_mday < 1 || tm.tm_hour < 0 ||
                    tm.tm_min < 0)
                        return 0;
                tm.tm_mon = (int) ((month - months) / 3);
                if (!guess_year(r, &tm, &minute))
                        return 0;
                remember(r, s, 12, minute);
        }
        *ret = r->minute + second * CLOCK_S;
        return 15;
}

/* ".123456", "Z", "+07:00", "+0700": behind the seconds. *ret_zone in ms, or `local`. */
static size_t tail_of_stamp(struct span s, size_t at, int64_t *ret_ms, int64_t *ret_zone,
                            bool *local)
{
        int hours, minutes;
        int64_t scale = 100;

        if (at < s.n && (s.p[at] == '.' || s.p[at] == ',')) {
                for (at++; at < s.n && is_digit(s.p[at]); at++, scale /= 10)
                        *ret_ms += (s.p[at] - '0') * scale;
        }
        *local = false;
        if (at < s.n && s.p[at] == 'Z')
                return at + 1;
        if (at >= s.n || (s.p[at] != '+' && s.p[at] != '-')) {
                *local = true;
                return at;
        }
        hours = number(s, at + 1, 2);
        minutes = number(s, at + (at + 3 < s.n && s.p[at + 3] == ':' ? 4 : 3), 2);
        if (hours < 0 || minutes < 0)
                return 0;
        *ret_zone = (hours * CLOCK_HOUR + minutes * CLOCK_MIN) * (s.p[at] == '-' ? -1 : 1);
        return at + (s.p[at + 3] == ':' ? 6 : 5);
}

/* A civil date to days since 1970; Howard Hinnant's days_from_civil. */
static int64_t days(int64_t year, int64_t month, int64_t day)
{
        int64_t era, of_era;

        year -= month <= 2;
        era = year / 400;
        of_era = (year - era * 400) * 365 + (year - era * 400) / 4 - (year - era * 400) / 100 +
                 (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
        return era * 146097 + of_era - 719468;
}

/* "2026-11-24T08:00:01.123+07:00"; a space may stand for T. */
static size_t iso_stamp(struct relay_log *r, struct span s, int64_t *ret)
{
        int year = number(s, 0, 4), month = number(s, 5, 2), day = number(s, 8, 2);
        int hour = number(s, 11, 2), minute = number(s, 14, 2), second = number(s, 17, 2);
        int64_t ms = 0, zone = 0;
        bool local;
        size_t n;

        if (s.n < 19 || year < 1970 || month < 1 || month > 12 || day < 1 || day > 31 || hour < 0 ||
            hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60 || s.p[4] != '-' ||
            s.p[7] != '-' || (s.p[10] != 'T' && s.p[10] != ' ') || s.p[13] != ':' || s.p[16] != ':')
                return 0;
        n = tail_of_stamp(s, 19, &ms, &zone, &local);
        if (n == 0)
                return 0;
        if (!local) {
                *ret = days(year, month, day) * CLOCK_DAY + hour * CLOCK_HOUR + minute * CLOCK_MIN -
                       zone;
        } else if (is_known(r, s, 16)) {
                *ret = r->minute;
        } else {
                struct tm tm = {.tm_year = year - 1900,
                                .tm_mon = month - 1,
                                .tm_mday = day,
                                .tm_hour = hour,
                                .tm_min = minute};

                if (!to_utc(&tm, ret))
                        return 0;
                remember(r, s, 16, *ret);
        }
        *ret += second * CLOCK_S + ms;
        return *ret >= 0 ? n : 0;
}

size_t relay_log_stamp(struct relay_log *r, struct span s, int64_t *ret_at)
{
        if (s.n == 0)
                return 0;
        return is_digit(s.p[0]) ? iso_stamp(r, s, ret_at) : bsd_stamp(r, s, ret_at);
}

/* --- replies --------------------------------------------------------------------------------- */

/* "5.1.1" at the beginning */
static void enhanced(struct span s, char out[16])
{
        size_t n = 0, dots = 0;

        while (n < s.n && n < 12 && (is_digit(s.p[n]) || (s.p[n] == '.' && dots < 2)))
                dots += s.p[n++] == '.';
        if (n < 5 || dots != 2 || !strchr("245", s.p[0]) || s.p[1] != '.' || s.p[n - 1] == '.')
                return;
        memcpy(out, s.p, n);
        out[n] = '\0';
}

void relay_log_reply(struct span said, struct relay_log_line *ret)
{
        int code = number(said, 0, 3);

        if (code >= 200 && code < 600 && (said.n == 3 || said.p[3] == ' ' || said.p[3] == '-')) {
                ret->code = code;
                said.p += said.n > 3 ? 4 : 3;
                said.n -= said.n > 3 ? 4 : 3;
        }
        if (!ret->enhanced[0])
                enhanced(said, ret->enhanced);
}

bool relay_log_queued_as(const char *reply, char ret[RELAY_LOG_QUEUE])
{
        static const char *const before[] = {"queued as ", "forwarded as ", "InternalId="};
        size_t n = 0;

        for (size_t i = 0; i < COUNT_OF(before); i++) {
                const char *at = reply, *last = NULL;

                while ((at = strcasestr(at, before[i])) != NULL)
                        last = at += strlen(before[i]); /* a filter quotes the one behind it */
                if (!last)
                        continue;
                n = strspn(last, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "abcdefghijklmnopqrstuvwxyz");
                if (n == 0 || n >= RELAY_LOG_QUEUE)
                        continue;
                memcpy(ret, last, n);
                ret[n] = '\0';
                return true;
        }
        return false;
}

bool relay_log_is_loopback(const char *next_hop)
{
        const char *ip = strchr(next_hop, '[');

        ip = ip ? ip + 1 : next_hop;
        if (strncasecmp(ip, "IPv6:", 5) == 0)
                ip += 5;
        return strncmp(ip, "127.", 4) == 0 || strncmp(ip, "::1]", 4) == 0 ||
               strcmp(ip, "::1") == 0 || strncmp(ip, "::ffff:127.", 11) == 0 ||
               strncasecmp(next_hop, "localhost[", 10) == 0;
}

/* --- a line --------------------------------------------------------------------------- */

/* "<22>" and, of RFC 5424, "1 ": true when it was the latter. */
static bool skip_priority(struct span *s)
{
        struct span before;

        if (s->n < 3 || s->p[0] != '<' || !is_digit(s->p[1]))
                return false;
        if (!span_cut(s, ">", &before) || before.n > 4)
                return false;
        if (!span_starts(*s, "1 "))
                return false;
        s->p += 2;
        s->n -= 2;
        return true;
}

/* "PROCID MSGID SD " of RFC 5424: what stands between the program and the message. */
static bool skip_structured(struct span *s)
{
        struct span process, id, word;

        if (!span_cut(s, " ", &process) || !span_cut(s, " ", &id) || s->n == 0)
                return false;
        if (s->p[0] == '[') {
                if (!span_cut(s, "] ", &word))
                        return false;
        } else if (!span_cut(s, " ", &word)) {
                return false;
        }
        if (span_starts(*s, "\xef\xbb\xbf")) {
                s->p += 3;
                s->n -= 3;
        }
        return true;
}

/* "postfix-out/relay/smtp[12]" to "smtp"; false: no instance of Postfix. */
static bool agent_of(struct span program, struct span *ret)
{
        const char *end = memchr(program.p, '[', program.n), *slash;
        size_t n = end ? (size_t) (end - program.p) : program.n;

        slash = memrchr(program.p, '/', n);
        if (!slash)
                return false;
        ret->p = slash + 1;
        ret->n = (size_t) (program.p + n - ret->p);
        return ret->n > 0;
}

static bool take_syslog(struct relay_log *r, struct span s)
{
        struct relay_log_line *line = &r->line;
        bool structured = skip_priority(&s);
        struct span host, program, agent, id;
        size_t n;

        n = relay_log_stamp(r, s, &line->at);
        if (n == 0 || n + 1 >= s.n || s.p[n] != ' ')
                return false;
        s.p += n + 1;
        s.n -= n + 1;
        if (!span_cut(&s, " ", &host))
                return false;
        if (!(structured ? span_cut(&s, " ", &program) && skip_structured(&s)
                         : span_cut(&s, ": ", &program)))
                return false;
        if (!agent_of(program, &agent))
                return false;
        if (span_starts(s, "[ID ") && !span_cut(&s, "] ", &id)) /* Solaris numbers messages */
                return false;
        relay_log_postfix(agent, s, line);
        if (line->kind != RELAY_LOG_OTHER)
                span_copy(host, line->host, sizeof(line->host));
        r->pending = line->kind != RELAY_LOG_OTHER;
        return true;
}

/* Nearly 4 kB of texts: only their beginnings are cleared. */
static void clear(struct relay_log_line *l)
{
        l->kind = RELAY_LOG_OTHER;
        l->status = RELAY_LOG_DELAYED;
        l->at = 0;
        l->code = 0;
        l->has_sender = false;
        l->host[0] = l->queue_id[0] = l->message_id[0] = l->sender[0] = l->recipient[0] = '\0';
        l->original[0] = l->next_hop[0] = l->enhanced[0] = l->reply[0] = l->queued_as[0] = '\0';
}

bool relay_log_take(struct relay_log *r, const char *line, size_t n)
{
        struct span s = {line, n};

        r->pending = false;
        r->ex.recipients = r->ex.next = 0;
        while (s.n && strchr("\r\n", s.p[s.n - 1]) && s.p[s.n - 1])
                s.n--;
        if (s.n == 0 || s.n > RELAY_LOG_LINE_MAX)
                return false;
        if (relay_log_exchange(r, s))
                return true;
        clear(&r->line);
        return take_syslog(r, s);
}

bool relay_log_next(struct relay_log *r, struct relay_log_line *ret)
{
        if (r->ex.next < r->ex.recipients) {
                clear(ret);
                return relay_log_exchange_next(r, ret);
        }
        if (!r->pending)
                return false;
        r->pending = false;
        *ret = r->line;
        return true;
}
