// SPDX-License-Identifier: MIT
/*
 * delay-proxy - a longer road to a server: each byte arrives --ms later, each way
 *
 *   delay-proxy --to HOST:PORT [--ms 20] [--port 0] [--port-file FILE] [--with-parent]
 *
 * HOST is a numeric IPv4 address. Listens on 127.0.0.1. The order and the
 * rate of the bytes are not changed, only the moment: what is read now is
 * written --ms from now. An end of file takes the same time. Ends on SIGTERM.
 */
#include "press/clock.h"
#include "press/mem.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define PIECE_BYTES (64u << 10)
#define WAITING_MAX 256 /* pieces on the road in one direction before no more is read */

struct piece { /* n == 0: the end of file */
        struct piece *next;
        int64_t due; /* ms, monotonic */
        size_t n, sent;
        char bytes[];
};

struct way { /* one direction: read from one end, written to the other */
        struct piece *first, **last;
        unsigned waiting;
        bool eof, blocked;
};

struct pair;

struct side {
        struct pair *pair;
        int fd;
        uint32_t events;
        struct way in; /* what was read here and goes to the other side */
};

struct pair {
        struct pair *next;
        struct side side[2]; /* client, server */
        bool dead;
};

static struct {
        int epoll_fd, listen_fd;
        struct sockaddr_in to;
        int64_t delay_ms;
        struct pair *pairs;
} proxy;

static volatile sig_atomic_t stopped;

static void on_signal(int signo)
{
        (void) signo;
        stopped = 1;
}

static struct side *other(struct side *s)
{
        return s == &s->pair->side[0] ? &s->pair->side[1] : &s->pair->side[0];
}

static void set_events(struct side *s)
{
        struct epoll_event ev = {.data.ptr = s};

        if (!s->in.eof && s->in.waiting < WAITING_MAX)
                ev.events |= EPOLLIN;
        if (other(s)->in.blocked)
                ev.events |= EPOLLOUT;
        if (ev.events == s->events)
                return;
        s->events = ev.events;
        epoll_ctl(proxy.epoll_fd, EPOLL_CTL_MOD, s->fd, &ev);
}

static void pair_free(struct pair *p)
{
        for (int i = 0; i < 2; i++) {
                struct piece *next;

                for (struct piece *q = p->side[i].in.first; q; q = next) {
                        next = q->next;
                        free(q);
                }
                if (p->side[i].fd >= 0)
                        close(p->side[i].fd);
        }
        free(p);
}

static void side_init(struct pair *p, int i, int fd)
{
        struct side *s = &p->side[i];
        struct epoll_event ev = {.events = EPOLLIN, .data.ptr = s};
        const int one = 1;

        *s = (struct side){.pair = p, .fd = fd, .events = EPOLLIN, .in.last = &s->in.first};
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
        epoll_ctl(proxy.epoll_fd, EPOLL_CTL_ADD, fd, &ev);
}

static void take_client(void)
{
        int fd, to;

        while ((fd = accept4(proxy.listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
                struct pair *p = mem_zalloc(sizeof(*p));

                to = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
                if (connect(to, (struct sockaddr *) &proxy.to, sizeof(proxy.to)) < 0 &&
                    errno != EINPROGRESS)
                        p->dead = true;
                p->next = proxy.pairs;
                proxy.pairs = p;
                side_init(p, 0, fd);
                side_init(p, 1, to);
        }
}

static void read_side(struct side *s)
{
        static char bytes[PIECE_BYTES];
        ssize_t n;
        struct piece *q;

        if (s->in.eof) { /* gone for good; what is on the road still arrives */
                epoll_ctl(proxy.epoll_fd, EPOLL_CTL_DEL, s->fd, NULL);
                return;
        }
        n = recv(s->fd, bytes, sizeof(bytes), 0);
        if (n < 0) {
                s->pair->dead |= errno != EAGAIN && errno != EINTR;
                return;
        }
        s->in.eof = n == 0;
        s->in.waiting++;
        q = mem_alloc(sizeof(*q) + (size_t) n);
        *q = (struct piece){.due = clock_mono() + proxy.delay_ms, .n = (size_t) n};
        memcpy(q->bytes, bytes, (size_t) n);
        *s->in.last = q;
        s->in.last = &q->next;
}

/* Writes what is due of what was read at s. */
static void forward(struct side *s, int64_t now)
{
        struct piece *q;

        s->in.blocked = false;
        while ((q = s->in.first) && q->due <= now && !s->pair->dead) {
                if (q->n == 0) {
                        shutdown(other(s)->fd, SHUT_WR);
                } else {
                        ssize_t k = send(other(s)->fd, q->bytes + q->sent, q->n - q->sent,
                                         MSG_NOSIGNAL);

                        if (k < 0 && (errno == EAGAIN || errno == ENOTCONN)) {
                                s->in.blocked = true;
                                return;
                        }
                        s->pair->dead |= k < 0;
                        q->sent += k < 0 ? 0 : (size_t) k;
                        if (q->sent < q->n)
                                continue;
                }
                s->in.first = q->next;
                if (!s->in.first)
                        s->in.last = &s->in.first;
                s->in.waiting--;
                free(q);
        }
}

static int wait_ms(void)
{
        int64_t first = INT64_MAX, now = clock_mono();

        for (struct pair *p = proxy.pairs; p; p = p->next)
                for (int i = 0; i < 2; i++)
                        if (p->side[i].in.first && !p->side[i].in.blocked &&
                            p->side[i].in.first->due < first)
                                first = p->side[i].in.first->due;
        return first == INT64_MAX ? -1 : first <= now ? 0 : (int) (first - now);
}

static void turn(const sigset_t *during)
{
        struct epoll_event ev[64];
        struct pair *p;
        int n = epoll_pwait(proxy.epoll_fd, ev, COUNT_OF(ev), wait_ms(), during);
        int64_t now;

        for (int i = 0; i < n; i++) {
                struct side *s = ev[i].data.ptr;

                if (!s)
                        take_client();
                else if (ev[i].events & (EPOLLIN | EPOLLERR | EPOLLHUP))
                        read_side(s);
        }
        now = clock_mono();
        for (struct pair **at = &proxy.pairs; (p = *at);) {
                struct side *a = &p->side[0], *b = &p->side[1];

                forward(a, now);
                forward(b, now);
                if (p->dead || (a->in.eof && b->in.eof && !a->in.first && !b->in.first)) {
                        *at = p->next;
                        pair_free(p);
                        continue;
                }
                set_events(a);
                set_events(b);
                at = &p->next;
        }
}

static bool listen_on(const char *port, const char *file)
{
        struct sockaddr_in a = {.sin_family = AF_INET,
                                .sin_port = htons((uint16_t) strtoul(port, NULL, 10)),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        struct epoll_event ev = {.events = EPOLLIN};
        CLEANUP(mem_free) char *tmp = mem_printf("%s.new", file);
        socklen_t len = sizeof(a);
        FILE *f = stdout;

        proxy.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
        proxy.listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (bind(proxy.listen_fd, (struct sockaddr *) &a, len) < 0 ||
            listen(proxy.listen_fd, 4096) < 0 ||
            getsockname(proxy.listen_fd, (struct sockaddr *) &a, &len) < 0)
                return false;
        epoll_ctl(proxy.epoll_fd, EPOLL_CTL_ADD, proxy.listen_fd, &ev);
        if (*file && !(f = fopen(tmp, "we")))
                return false;
        fprintf(f, "%u\n", ntohs(a.sin_port));
        if (!*file)
                return fflush(f) == 0;
        return fclose(f) == 0 && rename(tmp, file) == 0;
}

static bool parse_to(const char *s)
{
        const char *colon = strrchr(s, ':');
        CLEANUP(mem_free) char *host = colon ? mem_strndup(s, (size_t) (colon - s)) : NULL;

        if (!colon)
                return false;
        proxy.to.sin_family = AF_INET;
        proxy.to.sin_port = htons((uint16_t) strtoul(colon + 1, NULL, 10));
        return proxy.to.sin_port && inet_pton(AF_INET, host, &proxy.to.sin_addr) == 1;
}

static bool parse_opts(int argc, char **argv, const char **port, const char **file)
{
        static const struct option names[] = {{"to", required_argument, NULL, 't'},
                                              {"ms", required_argument, NULL, 'm'},
                                              {"port", required_argument, NULL, 'p'},
                                              {"port-file", required_argument, NULL, 'f'},
                                              {"with-parent", no_argument, NULL, 'w'},
                                              {0}};
        pid_t parent = getppid();
        bool to = false;
        int k;

        while ((k = getopt_long(argc, argv, "", names, NULL)) != -1) {
                switch (k) {
                case 't': to = parse_to(optarg); break;
                case 'm': proxy.delay_ms = (int64_t) strtoul(optarg, NULL, 10); break;
                case 'p': *port = optarg; break;
                case 'f': *file = optarg; break;
                case 'w':
                        prctl(PR_SET_PDEATHSIG, SIGTERM);
                        if (getppid() != parent)
                                return false;
                        break;
                default: return false;
                }
        }
        return to && optind == argc;
}

int main(int argc, char **argv)
{
        struct sigaction sa = {.sa_handler = on_signal};
        const char *port = "0", *file = "";
        sigset_t block, before;

        proxy.delay_ms = 20;
        if (!parse_opts(argc, argv, &port, &file)) {
                fputs("Usage: delay-proxy --to HOST:PORT [--ms N] [--port N] [--port-file FILE]"
                      " [--with-parent]\n",
                      stderr);
                return 64;
        }
        sigemptyset(&block);
        sigaddset(&block, SIGTERM);
        sigaddset(&block, SIGINT);
        sigprocmask(SIG_BLOCK, &block, &before);
        sigaction(SIGTERM, &sa, NULL);
        sigaction(SIGINT, &sa, NULL);
        if (!listen_on(port, file)) {
                fprintf(stderr, "delay-proxy: cannot listen: %s\n", strerror(errno));
                return 1;
        }
        while (!stopped)
                turn(&before);
        for (struct pair *p = proxy.pairs, *next; p; p = next) {
                next = p->next;
                pair_free(p);
        }
        return 0;
}
