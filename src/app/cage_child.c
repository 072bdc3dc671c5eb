// SPDX-License-Identifier: MIT
/* The inside of the cage: from here on nothing can be opened, and nobody be reached. */
#include "press/cage.h"

#include "cage_internal.h"

#include "press/mem.h"

#include <errno.h>
#include <seccomp.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#define MEMORY_BYTES  ((rlim_t) 256 << 20)
#define LIFE_CPU_S    3600
#define EXIT_NOT_SHUT 70

bool cage_get(int fd, void *p, size_t n)
{
        char *to = p;

        while (n) {
                ssize_t got = read(fd, to, n);

                if (got < 0 && errno == EINTR)
                        continue;
                if (got <= 0)
                        return false;
                to += got;
                n -= (size_t) got;
        }
        return true;
}

bool cage_put(int fd, const void *p, size_t n)
{
        const char *from = p;

        while (n) {
                ssize_t put = write(fd, from, n);

                if (put < 0 && errno == EINTR)
                        continue;
                if (put <= 0)
                        return false;
                from += put;
                n -= (size_t) put;
        }
        return true;
}

static bool limit(__rlimit_resource_t what, rlim_t n)
{
        const struct rlimit l = {n, n};

        return setrlimit(what, &l) == 0;
}

/* What a reader needs: its two pipes, memory that cannot be run, a clock that ends it, an end. */
static bool filter(void)
{
        static const int plain[] = {
                SCMP_SYS(exit_group),   SCMP_SYS(exit),      SCMP_SYS(brk),
                SCMP_SYS(munmap),       SCMP_SYS(mremap),    SCMP_SYS(madvise),
                SCMP_SYS(rt_sigreturn), SCMP_SYS(setitimer), SCMP_SYS(restart_syscall),
                SCMP_SYS(clock_gettime)};
        scmp_filter_ctx f = seccomp_init(SCMP_ACT_KILL_PROCESS);
        bool ok = f != NULL;

        for (size_t i = 0; ok && i < COUNT_OF(plain); i++)
                ok = seccomp_rule_add(f, SCMP_ACT_ALLOW, plain[i], 0) == 0;
        ok = ok && seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(read), 1,
                                    SCMP_A0(SCMP_CMP_EQ, STDIN_FILENO, 0)) == 0;
        ok = ok && seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(write), 1,
                                    SCMP_A0(SCMP_CMP_EQ, STDOUT_FILENO, 0)) == 0;
        ok = ok && seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
                                    SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) == 0;
        ok = ok && seccomp_load(f) == 0;
        if (f)
                seccomp_release(f);
        return ok;
}

static bool shut(void)
{
        static const char sample[] = "Subject: =?iso-8859-1?q?=E9?=\n\nx\n";
        CLEANUP(report_done) struct report warm = {0};
        gid_t gid = getgid();

        report_prepare();
        report_read(sample, sizeof(sample) - 1, &warm); /* whatever is loaded at first use */
        if (setresgid(gid, gid, gid) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
            prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
                return false;
        if (!limit(RLIMIT_CORE, 0) || !limit(RLIMIT_FSIZE, 0) || !limit(RLIMIT_CPU, LIFE_CPU_S))
                return false;
        if (CAGE_SANITIZED)
                return true;
        return limit(RLIMIT_NPROC, 0) && limit(RLIMIT_AS, MEMORY_BYTES) &&
               limit(RLIMIT_NOFILE, 0) && filter();
}

/* SIGPROF ends the process when the mail has used up its time. */
static void allow(time_t seconds)
{
        const struct itimerval t = {.it_value = {.tv_sec = seconds}};

        setitimer(ITIMER_PROF, &t, NULL);
}

static bool answer(const struct cage_request *q, const char *mail)
{
        CLEANUP(report_done) struct report r = {0};
        struct cage_answer a = {.number = q->number};

        allow(CAGE_CPU_S);
        report_read(mail, q->bytes, &r);
        allow(0);
        a.report = r;
        a.report.row = NULL;
        a.rows = (uint32_t) r.rows;
        return cage_put(STDOUT_FILENO, &a, sizeof(a)) &&
               cage_put(STDOUT_FILENO, r.row, r.rows * sizeof(*r.row));
}

int cage_main(void)
{
        struct cage_request q;

        if (!shut())
                return EXIT_NOT_SHUT;
        while (cage_get(STDIN_FILENO, &q, sizeof(q))) {
                CLEANUP(mem_free) char *mail = NULL;

                if (q.bytes > REPORT_BYTES)
                        return EXIT_NOT_SHUT;
                mail = mem_alloc(q.bytes + 1u);
                if (!cage_get(STDIN_FILENO, mail, q.bytes) || !answer(&q, mail))
                        return EXIT_NOT_SHUT;
        }
        return 0;
}
