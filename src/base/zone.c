// SPDX-License-Identifier: MIT
#include "press/zone.h"

#include "press/clock.h"
#include "press/err.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ZONEINFO "/usr/share/zoneinfo"

static char current[ZONE_NAME_MAX];

/* A name of tzdata's kind, with nothing in it that climbs out of its folder. */
static bool is_zone_name(const char *name)
{
        size_t n = strlen(name);

        return n > 0 && n < ZONE_NAME_MAX && name[0] != '/' &&
               strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                            "0123456789_+-/") == n;
}

/* libc takes a name that it does not know for UTC, so the file is looked at first. */
static bool is_installed(const char *name)
{
        char path[sizeof(ZONEINFO) + 1 + ZONE_NAME_MAX], magic[4];
        bool good;
        int fd;

        snprintf(path, sizeof(path), "%s/%s", ZONEINFO, name);
        fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
                return false;
        good = read(fd, magic, sizeof(magic)) == (ssize_t) sizeof(magic) &&
               memcmp(magic, "TZif", sizeof(magic)) == 0;
        close(fd);
        return good;
}

int zone_open(const char *name, struct err *e)
{
        bool utc = strcmp(name, "UTC") == 0;

        if (!utc && !(is_zone_name(name) && is_installed(name)))
                return err_set(e, -EINVAL,
                               "there is no time zone “%s”; use a name such as Asia/Ho_Chi_Minh "
                               "(Debian package tzdata)",
                               name);
        setenv("TZ", utc ? "UTC0" : name, 1);
        tzset();
        snprintf(current, sizeof(current), "%s", name);
        return 0;
}

const char *zone_name(void)
{
        if (!current[0])
                zone_open("UTC", NULL);
        return current;
}

static void local_of(int64_t s, struct tm *ret_tm)
{
        time_t t = (time_t) s;

        zone_name();
        localtime_r(&t, ret_tm);
}

void zone_local(int64_t ms, struct tm *ret_tm)
{
        int64_t s = ms / CLOCK_S;

        local_of(ms % CLOCK_S < 0 ? s - 1 : s, ret_tm);
}

static bool same_time(const struct tm *a, const struct tm *b)
{
        return a->tm_year == b->tm_year && a->tm_mon == b->tm_mon && a->tm_mday == b->tm_mday &&
               a->tm_hour == b->tm_hour && a->tm_min == b->tm_min && a->tm_sec == b->tm_sec;
}

/*
 * mktime() guesses at a change of clocks, differently from libc to libc. Here
 * both offsets in force around that day are tried, and it must fit just once.
 */
int zone_utc(const struct tm *local, int64_t *ret_ms)
{
        struct tm as_utc = {.tm_year = local->tm_year,
                            .tm_mon = local->tm_mon,
                            .tm_mday = local->tm_mday,
                            .tm_hour = local->tm_hour,
                            .tm_min = local->tm_min,
                            .tm_sec = local->tm_sec};
        int64_t base = timegm(&as_utc), found[2];
        long offset[2];
        size_t n = 0;
        struct tm tm;

        if (!same_time(&as_utc, local)) /* timegm() made 2 March of 30 February */
                return -EINVAL;
        local_of(base - CLOCK_DAY / CLOCK_S, &tm);
        offset[0] = tm.tm_gmtoff;
        local_of(base + CLOCK_DAY / CLOCK_S, &tm);
        offset[1] = tm.tm_gmtoff;

        for (size_t i = 0; i < 2; i++) {
                if (i == 1 && offset[1] == offset[0])
                        break;
                local_of(base - offset[i], &tm);
                if (same_time(&tm, local))
                        found[n++] = base - offset[i];
        }
        if (n != 1)
                return n == 0 ? -ENOENT : -EEXIST;
        *ret_ms = found[0] * CLOCK_S;
        return 0;
}
