/*
 * zone.h - the one time zone of this process, by its IANA name
 *
 * libc knows one zone a process, and press has one in its configuration. It is
 * opened when the configuration is read and may be opened again when that is
 * read again. Rules come from the system's tzdata. Until the first zone_open()
 * the zone is UTC, whatever the machine's own is. Not for use by threads.
 *
 * Local time here is struct tm as localtime_r() fills it: tm_gmtoff is seconds
 * east of Greenwich.
 */
#ifndef PRESS_ZONE_H
#define PRESS_ZONE_H

#include <stdint.h>
#include <time.h>

struct err;

#define ZONE_NAME_MAX 64 /* bytes with the NUL */

/* 0, or -EINVAL when the system knows no such zone; the zone in use then stays. */
int zone_open(const char *name, struct err *e);

/* The name that was opened. */
const char *zone_name(void);

/* ms since the epoch to local time; the milliseconds are dropped (towards the past). */
void zone_local(int64_t ms, struct tm *ret_tm);

/*
 * Local year, month, day, hour, minute and second (the other fields are not
 * looked at) to ms since the epoch. -ENOENT when clocks skip that time,
 * -EEXIST when it happens twice, -EINVAL when there is no such date.
 */
int zone_utc(const struct tm *local, int64_t *ret_ms);

#endif
