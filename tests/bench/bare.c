// SPDX-License-Identifier: MIT
/*
 * bare - the reachable limit: SMTP with PIPELINING and nothing else
 *
 * No queue, no log, no composing, no TLS, no judgement of replies: the next
 * envelope rides behind each final dot, one writev() a letter, one epoll.
 * What a real sender takes longer than this is what its promises cost.
 * Options: client.h.
 */
#include "client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define TAIL_MAX (3 * OWN_MAX) /* a dot and an envelope */

/* What the next reply answers. After EHLO a line goes round MAIL .. DOT. */
enum step { BANNER, EHLO, MAIL, RCPT, DATA, DOT, QUIT };

struct line {
        int fd;
        enum step step;
        bool envelope; /* another is asked for already */
        bool want_write;
        unsigned n;      /* the letter under way */
        char reply[512]; /* an unfinished reply line */
        size_t reply_len;
        char own[OWN_MAX], tail[TAIL_MAX];
        struct iovec out[3]; /* own, the letter, dot and next envelope */
};

static struct client client;
static struct line *lines;
static unsigned next_letter, done, closed;
static int epfd;

static void flush(struct line *l)
{
        for (;;) {
                struct iovec *v = l->out;
                int n = 3;
                ssize_t sent;

                while (n && !v->iov_len) {
                        v++;
                        n--;
                }
                if (!n)
                        break;
                sent = writev(l->fd, v, n);
                if (sent < 0 && errno == EAGAIN)
                        break;
                if (sent < 0)
                        client_die("write: %s", strerror(errno));
                for (; sent; v++) {
                        size_t k = (size_t) sent < v->iov_len ? (size_t) sent : v->iov_len;

                        v->iov_base = (char *) v->iov_base + k;
                        v->iov_len -= k;
                        sent -= (ssize_t) k;
                }
        }
        bool want = l->out[0].iov_len || l->out[1].iov_len || l->out[2].iov_len;
        if (want != l->want_write) {
                struct epoll_event ev = {.events = EPOLLIN | (want ? EPOLLOUT : 0), .data.ptr = l};

                l->want_write = want;
                epoll_ctl(epfd, EPOLL_CTL_MOD, l->fd, &ev);
        }
}

/* MAIL, RCPT and DATA of the next letter, or QUIT. */
static size_t ask(struct line *l, char *p)
{
        char from[OWN_MAX], rcpt[OWN_MAX];

        l->envelope = next_letter < client.count;
        if (!l->envelope)
                return (size_t) snprintf(p, TAIL_MAX - 3, "QUIT\r\n");
        l->n = next_letter++;
        client_from(from, l->n);
        client_rcpt(rcpt, l->n);
        return (size_t) snprintf(p, TAIL_MAX - 3, "MAIL FROM:<%s>\r\nRCPT TO:<%s>\r\nDATA\r\n",
                                 from, rcpt);
}

static void say(struct line *l, size_t n)
{
        l->out[2] = (struct iovec){.iov_base = l->tail, .iov_len = n};
        flush(l);
}

static void send_letter(struct line *l)
{
        l->out[0] = (struct iovec){.iov_base = l->own, .iov_len = client_own(l->own, l->n)};
        l->out[1] = (struct iovec){.iov_base = client.letter, .iov_len = client.letter_len};
        memcpy(l->tail, ".\r\n", 3);
        say(l, 3 + ask(l, l->tail + 3));
}

static void on_reply(struct line *l, const char *text)
{
        static const char *const good[] = {"220", "250", "250", "250", "354", "250", "221"};

        if (strncmp(text, good[l->step], 3) != 0)
                client_die("step %d: %.100s", (int) l->step, text);
        switch (l->step) {
        case BANNER:
                say(l, (size_t) snprintf(l->tail, TAIL_MAX, "EHLO bench.test.example\r\n"));
                break;
        case EHLO:
                say(l, ask(l, l->tail));
                l->step = l->envelope ? MAIL : QUIT;
                return;
        case DATA: send_letter(l); break;
        case DOT:
                done++;
                l->step = l->envelope ? MAIL : QUIT;
                return;
        case QUIT:
                close(l->fd);
                closed++;
                return;
        case MAIL:
        case RCPT: break;
        }
        l->step++;
}

static void on_readable(struct line *l)
{
        static char in[65536];
        char *p = in, *end;
        ssize_t n;

        memcpy(in, l->reply, l->reply_len);
        n = read(l->fd, in + l->reply_len, sizeof(in) - l->reply_len);
        if (n <= 0)
                client_die("read: %s", n ? strerror(errno) : "closed");
        n += (ssize_t) l->reply_len;
        while ((end = memchr(p, '\n', (size_t) (in + n - p)))) {
                if (end - p > 3 && p[3] == ' ')
                        on_reply(l, p);
                p = end + 1;
        }
        l->reply_len = (size_t) (in + n - p);
        if (l->reply_len > sizeof(l->reply))
                client_die("a reply line without end");
        memcpy(l->reply, p, l->reply_len);
}

static void open_line(struct line *l)
{
        struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t) client.port)};
        struct epoll_event ev = {.events = EPOLLIN, .data.ptr = l};

        inet_pton(AF_INET, client.host, &a.sin_addr);
        l->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (l->fd < 0 || connect(l->fd, (struct sockaddr *) &a, sizeof(a)) < 0)
                client_die("connect: %s", strerror(errno));
        if (fcntl(l->fd, F_SETFL, O_NONBLOCK) < 0 || epoll_ctl(epfd, EPOLL_CTL_ADD, l->fd, &ev) < 0)
                client_die("epoll: %s", strerror(errno));
}

int main(int argc, char **argv)
{
        struct epoll_event ev[64];

        client_options(&client, argc, argv);
        epfd = epoll_create1(EPOLL_CLOEXEC);
        lines = calloc(client.connections, sizeof(*lines));
        for (unsigned i = 0; i < client.connections; i++)
                open_line(&lines[i]);
        while (closed < client.connections) {
                int n = epoll_wait(epfd, ev, 64, -1);

                for (int i = 0; i < n; i++) {
                        struct line *l = ev[i].data.ptr;

                        if (ev[i].events & EPOLLOUT)
                                flush(l);
                        if (ev[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))
                                on_readable(l);
                }
        }
        free(lines);
        free(client.letter);
        return done == client.count ? 0 : 1;
}
