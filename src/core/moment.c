// SPDX-License-Identifier: MIT
#include "press/moment.h"

#include "press/clock.h"
#include "press/err.h"
#include "press/mem.h"
#include "press/zone.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Own tables: strftime() would follow the locale, and these go into mail headers too. */
static const char *const DAY_EN[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
static const char *const DAY_VI[] = {"Chủ nhật", "thứ Hai", "thứ Ba", "thứ Tư",
                                     "thứ Năm",  "thứ Sáu", "thứ Bảy"};
static const char *const MONTH_EN[] = {"January",   "February", "March",    "April",
                                       "May",       "June",     "July",     "August",
                                       "September", "October",  "November", "December"};

#define END_MS INT64_C(253402300800000) /* the year 10000 */

/* What was written; offset_s counts only where has_offset. */
struct written {
        struct tm tm;
        int ms;
        bool has_offset;
        int offset_s;
};

/* Takes min..max digits at *p. */
static bool take_number(const char **p, size_t min, size_t max, int *ret_value)
{
        size_t n = strspn(*p, "0123456789");
        int value = 0;

        if (n < min || n > max)
                return false;
        for (size_t i = 0; i < n; i++)
                value = value * 10 + ((*p)[i] - '0');
        *p += n;
        *ret_value = value;
        return true;
}

static bool take(const char **p, const char *one_of)
{
        if (!**p || !strchr(one_of, **p))
                return false;
        (*p)++;
        return true;
}

static bool take_date(const char **p, struct tm *tm, bool *ret_iso)
{
        const char *q = *p;
        int y, m, d;

        *ret_iso = take_number(&q, 4, 4, &y) && take(&q, "-") && take_number(&q, 2, 2, &m) &&
                   take(&q, "-") && take_number(&q, 2, 2, &d);
        if (!*ret_iso) {
                q = *p;
                if (!(take_number(&q, 1, 2, &d) && take(&q, "/") && take_number(&q, 1, 2, &m) &&
                      take(&q, "/") && take_number(&q, 4, 4, &y)))
                        return false;
        }
        tm->tm_year = y - 1900;
        tm->tm_mon = m - 1;
        tm->tm_mday = d;
        *p = q;
        return true;
}

/* ".5", ".123456": milliseconds, the rest is dropped. */
static bool take_fraction(const char **p, int *ret_ms)
{
        size_t n = strspn(*p, "0123456789");

        if (n == 0 || n > 9)
                return false;
        *ret_ms = 0;
        for (size_t i = 0; i < 3; i++)
                *ret_ms = *ret_ms * 10 + (i < n ? (*p)[i] - '0' : 0);
        *p += n;
        return true;
}

static bool take_offset(const char **p, struct written *w)
{
        char sign = **p;
        int h, m;

        w->has_offset = true;
        if (take(p, "Zz"))
                return true;
        if (!take(p, "+-") || !take_number(p, 2, 2, &h) || !take(p, ":") ||
            !take_number(p, 2, 2, &m) || h > 23 || m > 59)
                return false;
        w->offset_s = (h * 60 + m) * 60 * (sign == '-' ? -1 : 1);
        return true;
}

/* The form only; whether there is such a day or hour is judged later. */
static bool written_parse(const char *p, struct written *w)
{
        bool iso;

        p += strspn(p, " \t");
        if (!take_date(&p, &w->tm, &iso) || !take(&p, iso ? " Tt" : " "))
                return false;
        p += strspn(p, " ");
        if (!take_number(&p, iso ? 2 : 1, 2, &w->tm.tm_hour) || !take(&p, ":") ||
            !take_number(&p, 2, 2, &w->tm.tm_min))
                return false;
        if (take(&p, ":")) {
                if (!take_number(&p, 2, 2, &w->tm.tm_sec))
                        return false;
                if (iso && take(&p, ".") && !take_fraction(&p, &w->ms))
                        return false;
        }
        if (iso && *p && strchr("Zz+-", *p) && !take_offset(&p, w))
                return false;
        p += strspn(p, " \t");
        return *p == '\0';
}

static bool in_range(const struct tm *tm)
{
        return tm->tm_year >= 70 && tm->tm_mon >= 0 && tm->tm_mon <= 11 && tm->tm_mday >= 1 &&
               tm->tm_mday <= 31 && tm->tm_hour <= 23 && tm->tm_min <= 59 && tm->tm_sec <= 59;
}

int moment_parse(const char *s, int64_t *ret_ms, struct err *e)
{
        struct written w = {0};
        int64_t ms;
        int r;

        if (!written_parse(s, &w))
                return err_set(e, -EINVAL,
                               "“%s” is not a time; write 24/11/2026 08:00, 2026-11-24 08:00 or "
                               "2026-11-24T08:00:00+07:00",
                               s);
        if (!in_range(&w.tm)) {
                r = -EINVAL;
        } else if (w.has_offset) {
                struct tm tm = w.tm;

                ms = (int64_t) timegm(&tm) * CLOCK_S - w.offset_s * CLOCK_S;
                r = tm.tm_mday == w.tm.tm_mday ? 0 : -EINVAL;
        } else {
                r = zone_utc(&w.tm, &ms);
        }
        if (r == -ENOENT)
                return err_set(e, -EINVAL,
                               "“%s” does not exist in %s, where clocks are put forward then; "
                               "add the offset, as in 2026-11-24T08:00:00+07:00",
                               s, zone_name());
        if (r == -EEXIST)
                return err_set(e, -EINVAL,
                               "“%s” happens twice in %s, where clocks are put back then; "
                               "add the offset, as in 2026-11-24T08:00:00+07:00",
                               s, zone_name());
        if (r == 0 && (ms < 0 || ms >= END_MS)) /* an offset can lead out of the years */
                r = -EINVAL;
        if (r < 0)
                return err_set(e, -EINVAL, "“%s” is a day or an hour that does not exist", s);
        *ret_ms = ms + w.ms;
        return 0;
}

static const struct {
        const char *name;
        int64_t ms;
} UNITS[] = {{"d", CLOCK_DAY}, {"h", CLOCK_HOUR}, {"m", CLOCK_MIN}, {"s", CLOCK_S}, {"ms", 1}};

int duration_parse(const char *s, int64_t *ret_ms, struct err *e)
{
        size_t digits = strspn(s, "0123456789");
        int64_t n;

        /* 15 digits cannot overflow; longer numbers are refused by the limit anyway. */
        n = digits > 0 && digits <= 15 ? strtoll(s, NULL, 10) : -1;
        for (size_t i = 0; n >= 0 && i < COUNT_OF(UNITS); i++) {
                if (strcmp(s + digits, UNITS[i].name) != 0)
                        continue;
                if (n > DURATION_MAX / UNITS[i].ms)
                        break;
                *ret_ms = n * UNITS[i].ms;
                return 0;
        }
        if (digits > 0 && s[digits] == '\0')
                return err_set(e, -EINVAL, "“%s” lacks its unit; write %ss, %sm, %sh or %sd", s, s,
                               s, s, s);
        return err_set(e, -EINVAL,
                       "“%s” is not a duration; write 500ms, 30s, 5m, 2h or 5d, at most 3650d", s);
}

const char *duration_format(int64_t ms, char out[MOMENT_MAX])
{
        size_t i = 0;

        assert(ms >= 0);
        while (ms == 0 ? i < 3 : ms % UNITS[i].ms != 0)
                i++;
        snprintf(out, MOMENT_MAX, "%lld%s", (long long) (ms / UNITS[i].ms), UNITS[i].name);
        return out;
}

const char *duration_show(int64_t ms, enum lang lang, char out[MOMENT_MAX])
{
        static const char *const names[][2] = {
                {"ngày", "d"}, {"giờ", "h"}, {"phút", "min"}, {"giây", "s"}};
        size_t i = 0;
        long long n;
        int len;

        assert(ms >= 0);
        ms -= ms % CLOCK_S;
        while (i < 3 && ms < UNITS[i].ms)
                i++;
        n = ms / UNITS[i].ms;
        len = snprintf(out, MOMENT_MAX, "%lld %s", n, names[i][lang]);
        ms %= UNITS[i].ms;
        /* Seconds matter to nobody once there are minutes. */
        if (i < 2 && ms >= UNITS[i + 1].ms)
                snprintf(out + len, (size_t) (MOMENT_MAX - len), " %lld %s",
                         (long long) (ms / UNITS[i + 1].ms), names[i + 1][lang]);
        return out;
}

const char *moment_rfc3339(int64_t ms, char out[MOMENT_MAX])
{
        int64_t part = ((ms % CLOCK_S) + CLOCK_S) % CLOCK_S;
        time_t s = (time_t) ((ms - part) / CLOCK_S);
        struct tm tm;

        gmtime_r(&s, &tm);
        snprintf(out, MOMENT_MAX, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", tm.tm_year + 1900,
                 tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, (int) part);
        return out;
}

const char *moment_rfc5322(int64_t ms, char out[MOMENT_MAX])
{
        struct tm tm;
        long minutes;

        zone_local(ms, &tm);
        minutes = labs(tm.tm_gmtoff) / 60;
        snprintf(out, MOMENT_MAX, "%s, %02d %.3s %04d %02d:%02d:%02d %c%02ld%02ld",
                 DAY_EN[tm.tm_wday], tm.tm_mday, MONTH_EN[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour,
                 tm.tm_min, tm.tm_sec, tm.tm_gmtoff < 0 ? '-' : '+', minutes / 60, minutes % 60);
        return out;
}

static const char *show(int64_t ms, enum lang lang, bool seconds, char out[MOMENT_MAX])
{
        char second[8] = "", part[8] = "";
        struct tm tm;
        long minutes;

        zone_local(ms, &tm);
        minutes = labs(tm.tm_gmtoff) / 60;
        if (seconds)
                snprintf(second, sizeof(second), ":%02d", tm.tm_sec % 100);
        if (minutes % 60)
                snprintf(part, sizeof(part), ":%02ld", minutes % 60);
        snprintf(out, MOMENT_MAX, "%s %02d/%02d/%04d %02d:%02d%s (%c%02ld%s)",
                 (lang == LANG_VI ? DAY_VI : DAY_EN)[tm.tm_wday], tm.tm_mday, tm.tm_mon + 1,
                 tm.tm_year + 1900, tm.tm_hour, tm.tm_min, second, tm.tm_gmtoff < 0 ? '-' : '+',
                 minutes / 60, part);
        return out;
}

const char *moment_show(int64_t ms, enum lang lang, char out[MOMENT_MAX])
{
        return show(ms, lang, false, out);
}

const char *moment_show_exact(int64_t ms, enum lang lang, char out[MOMENT_MAX])
{
        return show(ms, lang, true, out);
}

const char *moment_relative(int64_t ms, int64_t now, enum lang lang, char out[MOMENT_MAX])
{
        bool ahead = ms > now;
        int64_t distance = ahead ? ms - now : now - ms;
        char span[MOMENT_MAX];

        duration_show(distance, lang, span);
        if (distance < CLOCK_S)
                snprintf(out, MOMENT_MAX, "%s", lang == LANG_VI ? "bây giờ" : "now");
        else if (ahead)
                snprintf(out, MOMENT_MAX, "%s %.80s", lang == LANG_VI ? "còn" : "in", span);
        else
                snprintf(out, MOMENT_MAX, "%.80s %s", span, lang == LANG_VI ? "trước" : "ago");
        return out;
}

const char *moment_official_date(int64_t ms, enum lang lang, char out[MOMENT_MAX])
{
        struct tm tm;

        zone_local(ms, &tm);
        if (lang == LANG_EN)
                snprintf(out, MOMENT_MAX, "%d %s %d", tm.tm_mday, MONTH_EN[tm.tm_mon],
                         tm.tm_year + 1900);
        else
                snprintf(out, MOMENT_MAX,
                         tm.tm_mon < 2 ? "ngày %02d tháng %02d năm %d"
                                       : "ngày %02d tháng %d năm %d",
                         tm.tm_mday, tm.tm_mon + 1, tm.tm_year + 1900);
        return out;
}

const char *moment_date(int64_t ms, char out[MOMENT_MAX])
{
        struct tm tm;

        zone_local(ms, &tm);
        snprintf(out, MOMENT_MAX, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
        return out;
}

const char *moment_week(int64_t ms, char out[MOMENT_MAX])
{
        struct tm tm;

        zone_local(ms, &tm);
        strftime(out, MOMENT_MAX, "%G-W%V", &tm);
        return out;
}

int moment_year(int64_t ms)
{
        struct tm tm;

        zone_local(ms, &tm);
        return tm.tm_year + 1900;
}
