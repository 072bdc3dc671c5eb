/*
 * clock.h - the two clocks, and the one place where tests may set them
 *
 * Wall time: int64_t, milliseconds since the Unix epoch, UTC. It goes into the
 * database and in front of people. Monotonic time: milliseconds since boot; it
 * measures waits and deadlines and never jumps. Nothing below app reads a
 * clock: `now` is passed in.
 */
#ifndef PRESS_CLOCK_H
#define PRESS_CLOCK_H

#include <stdint.h>

#define CLOCK_S    INT64_C(1000)
#define CLOCK_MIN  (60 * CLOCK_S)
#define CLOCK_HOUR (60 * CLOCK_MIN)
#define CLOCK_DAY  (24 * CLOCK_HOUR)

int64_t clock_wall(void); /* ms since the epoch */
int64_t clock_mono(void); /* ms since boot */

#endif
