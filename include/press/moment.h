/*
 * moment.h - times and durations as people write and read them
 *
 * Moments are int64_t milliseconds since the Unix epoch, UTC, of the years
 * 1970 to 9999; durations int64_t milliseconds. What is local is in the zone
 * of press/zone.h. Functions that format write into out[MOMENT_MAX] and
 * return out, so that they can stand among printf arguments.
 * Sources: RFC 3339; RFC 5322 section 3.3; ISO 8601 weeks; Decree 30/2020/NĐ-CP for
 * the date of a Vietnamese paper.
 */
#ifndef PRESS_MOMENT_H
#define PRESS_MOMENT_H

#include "press/msg.h"

#include <stdint.h>

struct err;

#define MOMENT_MAX 96 /* bytes with the NUL */

/* Longest duration that duration_parse() takes. */
#define DURATION_MAX (INT64_C(3650) * 24 * 60 * 60 * 1000)

/*
 * RFC 3339 ("2026-11-24T08:00:00+07:00", "2026-11-24T01:00:00.5Z"), or local
 * "2026-11-24 08:00[:SS]" or "24/11/2026 08:00[:SS]" (slashes: day first).
 * -EINVAL for anything else, for dates and hours that do not exist, and for
 * local times that a change of clocks skips or repeats.
 */
int moment_parse(const char *s, int64_t *ret_ms, struct err *e);

/* "500ms", "30s", "5m", "2h", "5d": digits and one unit, 0 to DURATION_MAX; else -EINVAL. */
int duration_parse(const char *s, int64_t *ret_ms, struct err *e);

/* The same form again, in the largest unit that fits exactly: "90s", "2h", "0s". */
const char *duration_format(int64_t ms, char out[MOMENT_MAX]);

/* For people, its two largest units: "3 giờ 20 phút", "3 h 20 min", "2 ngày"; ms >= 0. */
const char *duration_show(int64_t ms, enum lang lang, char out[MOMENT_MAX]);

/* "2026-11-24T01:00:00.123Z" */
const char *moment_rfc3339(int64_t ms, char out[MOMENT_MAX]);
/* The Date header, local: "Tue, 24 Nov 2026 08:00:00 +0700" */
const char *moment_rfc5322(int64_t ms, char out[MOMENT_MAX]);
/* "thứ Ba 24/11/2026 08:00 (+07)", "Tue 24/11/2026 08:00 (+07)" */
const char *moment_show(int64_t ms, enum lang lang, char out[MOMENT_MAX]);
/* With seconds, as the log says it: "thứ Ba 24/11/2026 08:00:03 (+07)" */
const char *moment_show_exact(int64_t ms, enum lang lang, char out[MOMENT_MAX]);
/* "còn 3 giờ 20 phút", "in 3 h 20 min"; "3 phút trước", "3 min ago"; "bây giờ", "now" */
const char *moment_relative(int64_t ms, int64_t now, enum lang lang, char out[MOMENT_MAX]);

/*
 * The date as a paper bears it: "ngày 05 tháng 02 năm 2026", "ngày 09 tháng 3
 * năm 2026" (days 1-9 and months 1 and 2 take a zero); "24 November 2026".
 */
const char *moment_official_date(int64_t ms, enum lang lang, char out[MOMENT_MAX]);

/* Local "2026-11-24" and ISO week "2026-W48", as {date} and {week} in a key. */
const char *moment_date(int64_t ms, char out[MOMENT_MAX]);
const char *moment_week(int64_t ms, char out[MOMENT_MAX]);
/* Local year: 2026. */
int moment_year(int64_t ms);

#endif
