// SPDX-License-Identifier: MIT
#include "press/cage.h"

#include "cage_internal.h"

#include "press/clock.h"
#include "press/mem.h"
#include "press/text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define LIFE_MAILS 10000 /* of one child */

struct cage {
        pid_t pid;    /* 0 = none */
        int to, from; /* our ends, or -1 */
        uint32_t number;
};

static void close_ends(struct cage *c)
{
        if (c->to >= 0)
                close(c->to);
        if (c->from >= 0)
                close(c->from);
        c->to = c->from = -1;
}

static void end_child(struct cage *c)
{
        close_ends(c);
        if (c->pid <= 0)
                return;
        kill(c->pid, SIGKILL);
        while (waitpid(c->pid, NULL, 0) < 0 && errno == EINTR)
                ;
        c->pid = 0;
}

/* Between fork and exec: nothing but system calls. */
static _Noreturn void become_child(int in, int out)
{
        static char name[] = "press-reader", argument[] = CAGE_ARGUMENT;
        char *const argv[] = {name, argument, NULL};
        char *const nothing[] = {NULL};
        gid_t gid = getgid();

        prctl(PR_SET_PDEATHSIG, SIGKILL);
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); /* or exec of a setgid pressctl gave it back */
        signal(SIGPIPE, SIG_DFL);
        signal(SIGPROF, SIG_DFL);
        if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
            setresgid(gid, gid, gid) != 0)
                _exit(127);
        close_range(CAGE_SANITIZED ? 3 : 2, ~0u, 0);
        execve("/proc/self/exe", argv, CAGE_SANITIZED ? environ : nothing);
        _exit(127);
}

static int start(struct cage *c, struct err *e)
{
        int in[2], out[2];

        if (pipe2(in, O_CLOEXEC) < 0)
                return err_set(e, -errno, "cannot start the reader of mails: %s", strerror(errno));
        if (pipe2(out, O_CLOEXEC) < 0) {
                int r = -errno;

                close(in[0]);
                close(in[1]);
                return err_set(e, r, "cannot start the reader of mails: %s", strerror(-r));
        }
        c->pid = fork();
        if (c->pid == 0)
                become_child(in[0], out[1]);
        close(in[0]);
        close(out[1]);
        c->to = in[1];
        c->from = out[0];
        fcntl(c->to, F_SETFL, O_NONBLOCK); /* our end alone */
        if (c->pid > 0)
                return 0;
        c->pid = 0;
        close_ends(c);
        return err_set(e, -EAGAIN, "cannot start the reader of mails: %s", strerror(errno));
}

int cage_open(struct cage **ret, struct err *e)
{
        struct cage *c = mem_zalloc(sizeof(*c));
        int r;

        c->to = c->from = -1;
        r = start(c, e);
        if (r < 0)
                cage_close(&c);
        else
                *ret = c;
        return r;
}

void cage_close(struct cage **c)
{
        if (!*c)
                return;
        end_child(*c);
        free(*c);
        *c = NULL;
}

/* --- what comes out is anybody's ------------------------------------------------------- */

static bool is_sound_text(const char *s, size_t size)
{
        struct text_bad bad;

        return memchr(s, '\0', size) && text_clean(s, 0, &bad);
}
#define SOUND(array) is_sound_text((array), sizeof(array))

static bool is_sound_date(const struct report_date *d)
{
        return d->year >= 0 && d->year <= 9999 && d->month >= 0 && d->month <= 12 && d->day >= 0 &&
               d->day <= 31;
}

static bool is_sound_report(const struct report *r)
{
        for (size_t i = 0; i < REPORT_PATHS; i++)
                if (!SOUND(r->path[i]))
                        return false;
        return (unsigned) r->kind <= REPORT_UNREADABLE && SOUND(r->from) && SOUND(r->subject) &&
               SOUND(r->envid) && SOUND(r->message_id) && SOUND(r->list_id) && SOUND(r->trouble) &&
               SOUND(r->own_id) && SOUND(r->own_list) && is_sound_date(&r->away);
}

static bool is_sound_row(const struct report_row *r)
{
        return (unsigned) r->action < REPORT_ACTIONS && (unsigned) r->class < REPORT_CLASSES &&
               r->code >= 0 && r->code < 600 && SOUND(r->address) && SOUND(r->original) &&
               SOUND(r->enhanced) && SOUND(r->diagnostic);
}

/* --- one mail ---------------------------------------------------------------------------- */

/* As cage_get(), until `deadline`. */
static bool get_until(int fd, void *p, size_t n, int64_t deadline)
{
        char *to = p;

        while (n) {
                struct pollfd poller = {.fd = fd, .events = POLLIN};
                int64_t left = deadline - clock_mono();
                ssize_t got;
                int r = poll(&poller, 1, left > 0 ? (int) left : 0);

                if (r < 0 && errno == EINTR)
                        continue;
                if (r <= 0)
                        return false;
                got = read(fd, to, n);
                if (got <= 0)
                        return false;
                to += got;
                n -= (size_t) got;
        }
        return true;
}

/* As cage_put(): a child that does not read must not hold us for ever. */
static bool put_until(int fd, const void *p, size_t n, int64_t deadline)
{
        const char *from = p;

        while (n) {
                struct pollfd poller = {.fd = fd, .events = POLLOUT};
                int64_t left = deadline - clock_mono();
                int r = poll(&poller, 1, left > 0 ? (int) left : 0);
                ssize_t put;

                if (r < 0 && errno == EINTR)
                        continue;
                if (r <= 0)
                        return false;
                put = write(fd, from, n);
                if (put < 0 && errno != EAGAIN && errno != EINTR)
                        return false;
                from += put > 0 ? put : 0;
                n -= put > 0 ? (size_t) put : 0;
        }
        return true;
}

static bool exchange(struct cage *c, const char *mail, size_t n, struct report *ret)
{
        CLEANUP(report_done) struct report r = {0};
        const struct cage_request q = {.number = ++c->number, .bytes = (uint32_t) n};
        CLEANUP(mem_free) struct cage_answer *a = mem_zalloc(sizeof(*a));
        int64_t deadline = clock_mono() + CAGE_WALL_S * INT64_C(1000);

        if (!put_until(c->to, &q, sizeof(q), deadline) || !put_until(c->to, mail, n, deadline) ||
            !get_until(c->from, a, sizeof(*a), deadline))
                return false;
        if (a->number != q.number || a->rows > REPORT_ROWS || !is_sound_report(&a->report))
                return false;
        r = a->report;
        r.row = mem_alloc((a->rows + 1) * sizeof(*r.row));
        r.rows = a->rows;
        if (!get_until(c->from, r.row, r.rows * sizeof(*r.row), deadline))
                return false;
        for (size_t i = 0; i < r.rows; i++)
                if (!is_sound_row(&r.row[i]))
                        return false;
        *ret = r;
        r = (struct report){0};
        return true;
}

int cage_read(struct cage *c, const char *mail, size_t n, struct report *ret, struct err *e)
{
        const struct timespec now = {0};
        sigset_t pipe_only, before;
        bool ok;
        int r;

        if (c->number % LIFE_MAILS == LIFE_MAILS - 1)
                end_child(c); /* before it has used up its own time, or memory that leaks */
        r = c->pid ? 0 : start(c, e);
        if (r < 0)
                return r;
        sigemptyset(&pipe_only);
        sigaddset(&pipe_only, SIGPIPE);
        sigprocmask(SIG_BLOCK, &pipe_only, &before); /* a dead child's pipe is no reason to die */
        ok = exchange(c, mail, n < REPORT_BYTES ? n : REPORT_BYTES, ret);
        if (!ok) {
                end_child(c);
                sigtimedwait(&pipe_only, NULL, &now);
                *ret = (struct report){.kind = REPORT_UNREADABLE};
                snprintf(ret->trouble, sizeof(ret->trouble), "%s", N_("its reader died of it"));
        }
        sigprocmask(SIG_SETMASK, &before, NULL);
        return 0;
}
