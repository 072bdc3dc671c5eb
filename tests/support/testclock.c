// SPDX-License-Identifier: MIT
/*
 * testclock.so - LD_PRELOAD: the time that a test decides
 *
 * $TESTCLOCK names a file of five native 64-bit integers, mapped and never written here, so that
 * killed processes leave nothing behind and all that share it agree:
 *   seq      odd while the test writes
 *   factor   how many seconds pass in one; 0: none, it moves by what the test adds to extra
 *   since    CLOCK_MONOTONIC, ns, from when on the factor holds
 *   extra    ns that all clocks were ahead by then
 *   wall     ns that the wall clock alone is ahead: a jump
 * Waiting in epoll_wait() is shortened by the factor; nothing else that sleeps is touched.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define NS INT64_C(1000000000)

struct testclock {
        uint64_t seq;
        int64_t factor, since, extra, wall;
};

static const volatile struct testclock *shared;

__attribute__((constructor)) static void map(void)
{
        const char *path = getenv("TESTCLOCK");
        int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
        void *p = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof(*shared), PROT_READ, MAP_SHARED, fd, 0);

        if (p == MAP_FAILED)
                _exit(127); /* as where it could not be loaded */
        close(fd);
        shared = p;
}

static struct testclock look(void)
{
        struct testclock t = {.factor = 1};
        uint64_t seq;

        if (!shared)
                return t;
        do {
                seq = __atomic_load_n(&shared->seq, __ATOMIC_ACQUIRE);
                t = (struct testclock){seq, shared->factor, shared->since, shared->extra,
                                       shared->wall};
                __atomic_thread_fence(__ATOMIC_ACQUIRE);
        } while (seq % 2 || seq != __atomic_load_n(&shared->seq, __ATOMIC_RELAXED));
        return t;
}

static int64_t ns_of(struct timespec t)
{
        return t.tv_sec * NS + t.tv_nsec;
}

static bool is_wall(clockid_t id)
{
        return id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE;
}

static bool is_ours(clockid_t id)
{
        return is_wall(id) || id == CLOCK_MONOTONIC || id == CLOCK_MONOTONIC_RAW ||
               id == CLOCK_MONOTONIC_COARSE || id == CLOCK_BOOTTIME;
}

int clock_gettime(clockid_t id, struct timespec *ret)
{
        struct testclock t = look();
        struct timespec mono;
        int64_t ns;

        if (syscall(SYS_clock_gettime, id, ret) < 0)
                return -1;
        if (!is_ours(id))
                return 0;
        syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &mono);
        ns = ns_of(*ret) + t.extra + (t.factor - 1) * (ns_of(mono) - t.since);
        if (is_wall(id))
                ns += t.wall;
        *ret = (struct timespec){.tv_sec = ns / NS, .tv_nsec = ns % NS};
        return 0;
}

time_t time(time_t *ret)
{
        struct timespec t;

        clock_gettime(CLOCK_REALTIME, &t);
        if (ret)
                *ret = t.tv_sec;
        return t.tv_sec;
}

int gettimeofday(struct timeval *restrict ret, void *restrict zone)
{
        struct timespec t;

        (void) zone;
        clock_gettime(CLOCK_REALTIME, &t);
        *ret = (struct timeval){.tv_sec = t.tv_sec, .tv_usec = t.tv_nsec / 1000};
        return 0;
}

int epoll_wait(int fd, struct epoll_event *ev, int max, int ms)
{
        int64_t factor = look().factor;

        if (ms > 0 && factor > 1)
                ms = (int) ((ms + factor - 1) / factor);
        return (int) syscall(SYS_epoll_pwait, fd, ev, max, ms, NULL, 0);
}
