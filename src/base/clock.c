// SPDX-License-Identifier: MIT
#include "press/clock.h"

#include <time.h>

static int64_t read_clock(clockid_t id)
{
        struct timespec t = {0};

        clock_gettime(id, &t);
        return (int64_t) t.tv_sec * CLOCK_S + t.tv_nsec / 1000000;
}

int64_t clock_wall(void)
{
        return read_clock(CLOCK_REALTIME);
}

int64_t clock_mono(void)
{
        return read_clock(CLOCK_MONOTONIC);
}
