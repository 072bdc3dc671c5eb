// SPDX-License-Identifier: MIT
#include "press/loop.h"

#include "press/clock.h"
#include "press/mem.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#define BATCH        256   /* descriptors served in one turn */
#define WAIT_MAX_MS  60000 /* int is enough for epoll_wait, whatever a timer says */
#define SIGNALS_READ 16
#define NS_A_SECOND  1000000000

struct watch { /* the place of one descriptor, found by its number */
        loop_fd_fn *fn;
        void *ctx;
        unsigned events;
        uint32_t gen;  /* told apart from an earlier holder of the number */
        bool used;     /* between loop_watch() and loop_unwatch() */
        bool in_epoll; /* not while events is 0: epoll would still report hang-ups */
};

struct loop {
        int epfd, sigfd;
        struct watch *watch;
        size_t nwatch;
        uint32_t gen;
        struct loop_timer **heap; /* binary, the earliest at [1] */
        size_t ntimers, heap_size;
        loop_signal_fn *signal_fn;
        void *signal_ctx;
        loop_fn *turn, *after;
        void *turn_ctx, *after_ctx;
        int64_t now;
        int64_t gather_ns; /* before the next look, 0 = wait for what comes */
        bool stop;
};

int loop_open(struct loop **ret, struct err *e)
{
        int epfd = epoll_create1(EPOLL_CLOEXEC);

        if (epfd < 0)
                return err_set(e, -errno, "cannot make an epoll descriptor: %s", strerror(errno));

        struct loop *l = mem_zalloc(sizeof(*l));
        l->epfd = epfd;
        l->sigfd = -1;
        l->now = clock_mono();
        *ret = l;
        return 0;
}

void loop_close(struct loop **lp)
{
        struct loop *l = *lp;

        if (!l)
                return;
        if (l->sigfd >= 0)
                close(l->sigfd);
        close(l->epfd);
        free(l->watch);
        free(l->heap);
        free(l);
        *lp = NULL;
}

/* --- descriptors ---------------------------------------------------------- */

/* libcurl closes and reopens numbers under us, so the kernel's view may differ from ours. */
static int epoll_apply(struct loop *l, int fd, struct watch *w)
{
        struct epoll_event ev = {
                .events = (w->events & LOOP_READ ? EPOLLIN : 0u) |
                          (w->events & LOOP_WRITE ? EPOLLOUT : 0u),
                .data.u64 = (uint64_t) w->gen << 32 | (uint32_t) fd,
        };
        int r;

        if (!w->events) {
                if (w->in_epoll)
                        (void) epoll_ctl(l->epfd, EPOLL_CTL_DEL, fd, NULL);
                w->in_epoll = false;
                return 0;
        }
        r = epoll_ctl(l->epfd, w->in_epoll ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &ev);
        if (r < 0 && errno == ENOENT)
                r = epoll_ctl(l->epfd, EPOLL_CTL_ADD, fd, &ev);
        else if (r < 0 && errno == EEXIST)
                r = epoll_ctl(l->epfd, EPOLL_CTL_MOD, fd, &ev);
        if (r < 0)
                return -errno;
        w->in_epoll = true;
        return 0;
}

static struct watch *watch_at(struct loop *l, int fd)
{
        size_t i = (size_t) fd;

        if (i >= l->nwatch) {
                size_t n = i + 64;

                l->watch = mem_realloc(l->watch, n, sizeof(*l->watch));
                memset(l->watch + l->nwatch, 0, (n - l->nwatch) * sizeof(*l->watch));
                l->nwatch = n;
        }
        return &l->watch[i];
}

int loop_watch(struct loop *l, int fd, unsigned events, loop_fd_fn *fn, void *ctx)
{
        assert(fd >= 0 && fn);

        struct watch *w = watch_at(l, fd);
        struct watch before = *w;
        int r;

        w->fn = fn;
        w->ctx = ctx;
        if (w->used && w->events == events)
                return 0;
        if (!w->used)
                w->gen = ++l->gen;
        w->used = true;
        w->events = events;
        r = epoll_apply(l, fd, w);
        if (r < 0)
                *w = before;
        return r;
}

void loop_unwatch(struct loop *l, int fd)
{
        struct watch *w = watch_at(l, fd);

        if (w->in_epoll)
                (void) epoll_ctl(l->epfd, EPOLL_CTL_DEL, fd, NULL);
        *w = (struct watch){0};
}

static void deliver(struct loop *l, const struct epoll_event *ev)
{
        int fd = (int) (uint32_t) ev->data.u64;
        uint32_t gen = (uint32_t) (ev->data.u64 >> 32);
        struct watch *w = &l->watch[fd];
        unsigned events = 0;

        if (!w->used || w->gen != gen || !w->events)
                return; /* unwatched or silenced by an earlier callback of this turn */
        if (ev->events & EPOLLIN)
                events |= LOOP_READ;
        if (ev->events & EPOLLOUT)
                events |= LOOP_WRITE;
        events &= w->events;
        if (ev->events & (EPOLLERR | EPOLLHUP))
                events = LOOP_READ | LOOP_WRITE;
        if (events)
                w->fn(w->ctx, fd, events);
}

/* --- timers: a binary heap that knows where each timer sits ---------------- */

static void heap_put(struct loop *l, size_t slot, struct loop_timer *t)
{
        l->heap[slot] = t;
        t->slot = (unsigned) slot;
}

static void heap_up(struct loop *l, size_t slot)
{
        struct loop_timer *t = l->heap[slot];

        for (; slot > 1 && l->heap[slot / 2]->at > t->at; slot /= 2)
                heap_put(l, slot, l->heap[slot / 2]);
        heap_put(l, slot, t);
}

static void heap_down(struct loop *l, size_t slot)
{
        struct loop_timer *t = l->heap[slot];
        size_t child;

        for (; (child = slot * 2) <= l->ntimers; slot = child) {
                if (child < l->ntimers && l->heap[child + 1]->at < l->heap[child]->at)
                        child++;
                if (l->heap[child]->at >= t->at)
                        break;
                heap_put(l, slot, l->heap[child]);
        }
        heap_put(l, slot, t);
}

void loop_timer_stop(struct loop *l, struct loop_timer *t)
{
        size_t slot = t->slot;

        t->at = 0;
        t->slot = 0;
        if (!slot)
                return;

        struct loop_timer *last = l->heap[l->ntimers--];
        if (last == t)
                return;
        heap_put(l, slot, last);
        heap_up(l, slot);
        heap_down(l, last->slot);
}

void loop_timer_set(struct loop *l, struct loop_timer *t, int64_t at, loop_fn *fn, void *ctx)
{
        loop_timer_stop(l, t);
        *t = (struct loop_timer){.at = at, .fn = fn, .ctx = ctx};
        if (l->ntimers + 1 >= l->heap_size) {
                l->heap_size = l->heap_size ? l->heap_size * 2 : 32;
                l->heap = mem_realloc(l->heap, l->heap_size, sizeof(struct loop_timer *));
        }
        heap_put(l, ++l->ntimers, t);
        heap_up(l, l->ntimers);
}

/* What a callback sets for now waits for the next turn: timers cannot starve descriptors. */
static void timers_fire(struct loop *l)
{
        for (size_t n = l->ntimers; n && l->ntimers && l->heap[1]->at <= l->now; n--) {
                struct loop_timer *t = l->heap[1];
                loop_fn *fn = t->fn;
                void *ctx = t->ctx;

                loop_timer_stop(l, t);
                fn(ctx);
        }
}

static int wait_ms(const struct loop *l)
{
        int64_t left;

        if (l->stop)
                return 0;
        if (!l->ntimers)
                return -1;
        left = l->heap[1]->at - clock_mono();
        return left <= 0 ? 0 : left > WAIT_MAX_MS ? WAIT_MAX_MS : (int) left;
}

/* --- signals --------------------------------------------------------------- */

static void on_sigfd(void *ctx, int fd, unsigned events)
{
        struct loop *l = ctx;
        struct signalfd_siginfo si[SIGNALS_READ];
        ssize_t n = read(fd, si, sizeof(si));

        (void) events;
        for (size_t i = 0; n > 0 && i < (size_t) n / sizeof(si[0]); i++)
                l->signal_fn(l->signal_ctx, (int) si[i].ssi_signo);
}

int loop_signals(struct loop *l, const int *signals, loop_signal_fn *fn, void *ctx, struct err *e)
{
        sigset_t set;
        int fd;

        sigemptyset(&set);
        for (; *signals; signals++)
                sigaddset(&set, *signals);
        fd = signalfd(l->sigfd, &set, SFD_CLOEXEC | SFD_NONBLOCK);
        if (fd < 0 || sigprocmask(SIG_BLOCK, &set, NULL) < 0)
                return err_set(e, -errno, "cannot watch for signals: %s", strerror(errno));
        l->sigfd = fd;
        l->signal_fn = fn;
        l->signal_ctx = ctx;
        return loop_watch(l, fd, LOOP_READ, on_sigfd, l);
}

/* --- running --------------------------------------------------------------- */

void loop_on_turn(struct loop *l, loop_fn *fn, void *ctx)
{
        l->turn = fn;
        l->turn_ctx = ctx;
}

void loop_after_turn(struct loop *l, loop_fn *fn, void *ctx)
{
        assert(!fn || !l->after);
        l->after = fn;
        l->after_ctx = ctx;
}

int64_t loop_now(const struct loop *l)
{
        return l->now;
}

void loop_gather(struct loop *l, int64_t ns)
{
        assert(ns > 0 && ns < NS_A_SECOND);
        l->gather_ns = ns;
}

/* Whatever has come until then is served in one turn. */
static int wait_gathering(struct loop *l, struct epoll_event *ev)
{
        nanosleep(&(struct timespec){.tv_nsec = l->gather_ns}, NULL);
        l->gather_ns = 0;
        return epoll_wait(l->epfd, ev, BATCH, 0);
}

int loop_run(struct loop *l, struct err *e)
{
        struct epoll_event ev[BATCH];

        l->stop = false;
        while (!l->stop) {
                int n = l->gather_ns ? wait_gathering(l, ev)
                                     : epoll_wait(l->epfd, ev, BATCH, wait_ms(l));

                if (n < 0 && errno != EINTR)
                        return err_set(e, -errno, "cannot wait for events: %s", strerror(errno));
                l->now = clock_mono();
                for (int i = 0; i < n; i++)
                        deliver(l, &ev[i]);
                timers_fire(l);
                if (l->turn)
                        l->turn(l->turn_ctx);
                if (l->after)
                        l->after(l->after_ctx);
        }
        return 0;
}

void loop_stop(struct loop *l)
{
        l->stop = true;
}
