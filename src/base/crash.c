// SPDX-License-Identifier: MIT
#include "press/crash.h"

#include "press/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define STACK_BYTES 65536 /* the handler's own: the other one may be what ran out */

static const char MAGIC[16] = "press crash 1\n";
static const int SIGNALS[] = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE};

struct record {
        char magic[sizeof(MAGIC)], database[40];
        int64_t delivery, life, signo;
};

static _Thread_local _Atomic int64_t working_on;
static struct record record; /* ready but for delivery and signo */
static struct sigaction before[COUNT_OF(SIGNALS)];
static int record_fd = -1;

void crash_at(int64_t delivery)
{
        atomic_store_explicit(&working_on, delivery, memory_order_relaxed);
}

/*
 * Async-signal-safe. What was before takes over: an instruction that faulted does so again, what
 * was raised is raised again, so that the exit status is the true one.
 */
static void on_death(int signo, siginfo_t *info, void *context)
{
        bool fault = info->si_code > 0, own = fault || info->si_pid == getpid();
        ssize_t n = 0;

        (void) context;
        record.delivery = atomic_load_explicit(&working_on, memory_order_relaxed);
        record.signo = signo;
        if (own && record.delivery)
                n = pwrite(record_fd, &record, sizeof(record), 0);
        (void) n; /* nobody is left to tell */
        for (size_t i = 0; i < COUNT_OF(SIGNALS); i++)
                if (SIGNALS[i] == signo)
                        (void) sigaction(signo, &before[i], NULL);
        if (!fault)
                (void) raise(signo);
}

int crash_open(const char *file, const char *database, struct crash *ret, struct err *e)
{
        struct record seen = {0};
        ssize_t n;
        int fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

        if (fd < 0)
                return err_set(e, -errno, "%s cannot be opened: %s", file, strerror(errno));
        n = pread(fd, &seen, sizeof(seen), 0);
        if (n < 0) {
                int r = err_set(e, -errno, "%s cannot be read: %s", file, strerror(errno));

                close(fd);
                return r;
        }
        record_fd = fd; /* for as long as the process lives */
        memcpy(record.magic, MAGIC, sizeof(MAGIC));
        snprintf(record.database, sizeof(record.database), "%s", database);
        if ((size_t) n < sizeof(seen) || memcmp(seen.magic, MAGIC, sizeof(MAGIC)) != 0 ||
            memcmp(seen.database, record.database, sizeof(seen.database)) != 0)
                return 0;
        *ret = (struct crash){seen.delivery, seen.life, (int) seen.signo};
        return 1;
}

/* Room on the disk is taken now: it may be full when it is needed. */
static int empty(void)
{
        static const struct record none;
        char magic[sizeof(MAGIC)] = "";

        if (fallocate(record_fd, 0, 0, sizeof(none)) < 0 && errno != EOPNOTSUPP)
                return -errno;
        if (pread(record_fd, magic, sizeof(magic), 0) > 0 && !magic[0])
                return 0;
        return pwrite(record_fd, &none, sizeof(none), 0) < 0 ? -errno : 0;
}

int crash_arm(int64_t life, struct err *e)
{
        static char stack[STACK_BYTES];
        struct sigaction act = {.sa_sigaction = on_death, .sa_flags = SA_SIGINFO | SA_ONSTACK};
        stack_t own = {.ss_sp = stack, .ss_size = sizeof(stack)}, there;
        int r = empty();

        if (r < 0)
                return err_set(e, r, "the record of crashes cannot be written: %s", strerror(-r));
        record.life = life;
        if (sigaltstack(NULL, &there) == 0 && there.ss_flags & SS_DISABLE)
                (void) sigaltstack(&own, NULL); /* a sanitizer brings its own */
        sigfillset(&act.sa_mask);
        for (size_t i = 0; i < COUNT_OF(SIGNALS); i++)
                (void) sigaction(SIGNALS[i], &act, &before[i]);
        return 0;
}
