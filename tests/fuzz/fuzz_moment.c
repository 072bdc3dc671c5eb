// SPDX-License-Identifier: MIT
/* Moments and durations, in zones with and without changes of clocks. */
#include "fuzz.h"

#include "press/err.h"
#include "press/mem.h"
#include "press/moment.h"
#include "press/zone.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const zones[] = {"Asia/Ho_Chi_Minh", "Europe/Berlin",    "America/New_York",
                                    "Pacific/Apia",     "Asia/Kathmandu",   "UTC",
                                    "Africa/Monrovia",  "America/St_Johns", "Australia/Lord_Howe"};

static void check_shown(const char *s)
{
        must(s[0] && strlen(s) < MOMENT_MAX - 1); /* room to spare: nothing was cut */
        fuzz_clean(s, 0);
}

static void check_moment(int64_t ms)
{
        char out[MOMENT_MAX];
        int64_t again;

        must(ms >= 0 && ms < INT64_C(253402300800000)); /* the years 1970 to 9999 */
        must(moment_parse(moment_rfc3339(ms, out), &again, NULL) == 0);
        must(again == ms);
        check_shown(moment_rfc5322(ms, out));
        must(strlen(out) - (moment_year(ms) > 9999) == strlen("Tue, 24 Nov 2026 08:00:00 +0700"));
        check_shown(moment_date(ms, out));
        check_shown(moment_week(ms, out));
        must(moment_year(ms) >= 1969 && moment_year(ms) <= 10000); /* local */
        for (int lang = 0; lang < 2; lang++) {
                check_shown(moment_show(ms, (enum lang) lang, out));
                check_shown(moment_show_exact(ms, (enum lang) lang, out));
                check_shown(moment_official_date(ms, (enum lang) lang, out));
                check_shown(moment_relative(ms, INT64_C(1795500000000), (enum lang) lang, out));
        }
}

static void check_duration(int64_t ms)
{
        char out[MOMENT_MAX];
        int64_t again;

        must(ms >= 0 && ms <= DURATION_MAX);
        must(duration_parse(duration_format(ms, out), &again, NULL) == 0);
        must(again == ms);
        for (int lang = 0; lang < 2; lang++)
                check_shown(duration_show(ms, (enum lang) lang, out));
}

/* Any zone name the configuration may hold; the first byte picks one of ours. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
        struct input in = {data, n};
        const char *zone = zones[fuzz_byte(&in) % COUNT_OF(zones)];
        CLEANUP(mem_free) char *s = fuzz_text(&in);
        CLEANUP(mem_free) char *name = fuzz_text(&in);
        struct err e = {0};
        int64_t ms;

        must(zone_open(zone, &e) == 0);
        if (moment_parse(s, &ms, &e) == 0)
                check_moment(ms);
        else
                fuzz_reason(&e, -EINVAL);
        if (duration_parse(s, &ms, &e) == 0)
                check_duration(ms);
        else
                fuzz_reason(&e, -EINVAL);
        if (zone_open(name, &e) < 0) {
                fuzz_reason(&e, -EINVAL);
                must(strcmp(zone_name(), zone) == 0);
        }
        return 0;
}
