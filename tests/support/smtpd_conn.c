// SPDX-License-Identifier: MIT
/* Connections: what the sockets need, and nothing about mail. */
#include "smtpd.h"

#include "press/mem.h"
#include "smtpd_tls.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_BYTES (64u << 10)
#define IN_MAX     (4u << 20) /* bytes waiting while a reply is held back */
#define OUT_HIGH   (1u << 20) /* bytes unsent before no more is read */
#define LINGER_MS  1000       /* how long a closed peer may still talk */

/* --- life */

static void set_events(struct conn *c)
{
        struct epoll_event ev = {.data.ptr = c};
        bool room = c->out.len < OUT_HIGH && c->in.len < IN_MAX - READ_BYTES;
        bool reads = c->hung || c->lingering || c->handshaking || (!conn_stalled(c) && room);

        if (reads && !c->deaf && !c->eof)
                ev.events |= EPOLLIN;
        if (c->hung || c->deaf)
                ev.events |= EPOLLRDHUP;
        if (c->handshaking ? tls_wants_write(c->tls) : c->out.len > 0)
                ev.events |= EPOLLOUT;
        if (ev.events == c->events)
                return;
        c->events = ev.events;
        epoll_ctl(c->srv->epoll_fd, EPOLL_CTL_MOD, c->fd, &ev);
}

static struct conn *conn_new(struct server *srv, int fd)
{
        struct conn *c = mem_zalloc(sizeof(*c));
        struct epoll_event ev = {.events = EPOLLIN, .data.ptr = c};

        *c = (struct conn){.srv = srv,
                           .fd = fd,
                           .id = ++srv->last_id,
                           .events = EPOLLIN,
                           .next = srv->conns,
                           .in = BUF(IN_MAX),
                           .out = BUF(64u << 20),
                           .hold.bytes = BUF(64u << 20)};
        if (srv->conns)
                srv->conns->prev = c;
        srv->conns = c;
        srv->n_conns++;
        epoll_ctl(srv->epoll_fd, EPOLL_CTL_ADD, fd, &ev);
        return c;
}

static void conn_free(struct conn *c)
{
        struct server *srv = c->srv;

        session_lost(c);
        record_note(srv->record, c->id, "--", "closed");
        tls_free(c->tls);
        close(c->fd);
        if (c->prev)
                c->prev->next = c->next;
        else
                srv->conns = c->next;
        if (c->next)
                c->next->prev = c->prev;
        srv->n_conns--;
        session_done(c);
        buf_done(&c->in);
        buf_done(&c->out);
        buf_done(&c->hold.bytes);
        free(c);
}

void conn_mark(struct conn *c)
{
        if (c->dirty)
                return;
        c->dirty = true;
        c->next_dirty = c->srv->dirty;
        c->srv->dirty = c;
}

static void conn_kill(struct conn *c)
{
        c->dead = true;
        conn_mark(c);
}

void conn_accept(struct server *srv)
{
        const int one = 1;
        int fd;

        while ((fd = accept4(srv->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
                struct conn *c = conn_new(srv, fd);

                setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
                record_note(srv->record, c->id, "--", "connected");
                session_reset_tls(c);
                if (srv->implicit_tls)
                        c->want_tls = true;
                else
                        session_greet(c);
                conn_mark(c);
        }
}

void conn_close_all(struct server *srv)
{
        while (srv->conns)
                conn_free(srv->conns);
        srv->dirty = NULL;
}

/* --- what is said */

void conn_say(struct conn *c, const char *p, size_t n)
{
        const char *end = p + n;

        if (!n)
                return;
        buf_add(&c->out, p, n);
        conn_mark(c);
        if (c->srv->record->transcript_fd < 0)
                return;
        while (p < end) {
                const char *crlf = memmem(p, (size_t) (end - p), "\r\n", 2);
                const char *stop = crlf ? crlf : end;

                record_line(c->srv->record, c->id, "S:", p, (size_t) (stop - p));
                p = crlf ? crlf + 2 : end;
        }
}

void conn_end(struct conn *c, enum smtpd_end end)
{
        static const char *const names[] = {[END_DROP] = "drop",
                                            [END_RESET] = "reset",
                                            [END_HANG] = "hang",
                                            [END_DEAF] = "stop reading"};

        if (end == END_NONE || c->closing != END_NONE || c->hung || c->deaf)
                return;
        record_note(c->srv->record, c->id, "--", "%s", names[end]);
        if (end == END_DROP || end == END_RESET)
                c->closing = end;
        c->hung = end == END_HANG;
        c->deaf = end == END_DEAF;
        conn_mark(c);
}

bool conn_stalled(const struct conn *c)
{
        return c->hold.active || c->hung || c->deaf || c->closing != END_NONE || c->want_tls ||
               c->handshaking || c->dead;
}

/* --- reading */

static ssize_t receive(struct conn *c, void *p, size_t n)
{
        ssize_t r;

        if (c->tls && !c->handshaking)
                return tls_recv(c->tls, p, n);
        r = recv(c->fd, p, n, 0);
        return r >= 0 ? r : errno == EAGAIN || errno == EINTR ? -EAGAIN : -errno;
}

static void service(struct conn *c)
{
        size_t used = session_feed(c, c->in.s, c->in.len);

        buf_drop(&c->in, used);
        if (c->eof && !conn_stalled(c)) {
                session_lost(c);
                conn_end(c, END_DROP);
        }
        conn_mark(c);
}

static void take(struct conn *c, const char *p, size_t n)
{
        size_t used = 0;

        if (c->hung || c->lingering || c->closing != END_NONE)
                return;
        if (c->in.len) {
                buf_add(&c->in, p, n);
                service(c);
        } else {
                used = session_feed(c, p, n);
                buf_add(&c->in, p + used, n - used);
        }
        if (c->in.over)
                conn_kill(c);
        conn_mark(c);
}

static void read_some(struct conn *c)
{
        static char p[READ_BYTES];
        bool more = true;

        while (more && !c->dead) {
                ssize_t n = receive(c, p, sizeof(p));

                more = n > 0 && c->tls && tls_pending(c->tls);
                if (n == -EAGAIN)
                        return;
                if (n < 0) {
                        record_note(c->srv->record, c->id, "--", "lost");
                        conn_kill(c);
                } else if (n == 0) {
                        c->eof = true;
                        if (c->hung || c->lingering)
                                conn_kill(c);
                        else
                                service(c);
                } else {
                        take(c, p, (size_t) n);
                }
        }
}

/* --- TLS */

static void handshake(struct conn *c)
{
        const char *why = "";
        int r = tls_handshake(c->tls, &why);

        if (r == -EAGAIN)
                return;
        c->handshaking = false;
        if (r < 0) {
                record_note(c->srv->record, c->id, "--", "TLS failed: %s", why);
                conn_kill(c);
                return;
        }
        record_note(c->srv->record, c->id, "--", "TLS begins: %s", tls_version(c->tls));
        if (c->srv->implicit_tls)
                session_greet(c);
        conn_mark(c);
        if (tls_pending(c->tls))
                read_some(c);
}

/* Once the 220 has left; a rule for `tls` comes first, and may take its time. */
static void start_tls(struct conn *c)
{
        const struct server *srv = c->srv;

        if (!c->tls_asked) {
                const struct rule *rule = script_find(srv->script, STAGE_TLS, c->id, "", 0);

                c->tls_asked = true;
                if (rule) {
                        reply_act(c, &rule->action);
                        return;
                }
        }
        c->want_tls = false;
        c->tls = tls_new(srv->keys, srv->script->tls_priority, c->fd);
        if (!c->tls) {
                record_note(srv->record, c->id, "--", "TLS cannot begin");
                conn_kill(c);
                return;
        }
        session_reset_tls(c);
        c->handshaking = true;
        handshake(c);
}

/* --- waiting */

void conn_wake_at(struct conn *c, int64_t at)
{
        c->wake_at = at;
        if (at && at < c->srv->next_wake)
                c->srv->next_wake = at;
}

static void release_hold(struct conn *c)
{
        struct hold *h = &c->hold;
        size_t n = h->trickle_ms && h->bytes.len ? 1 : h->bytes.len;

        if (h->trickle_ms) {
                buf_add(&c->out, h->bytes.s, n);
                buf_drop(&h->bytes, n);
                conn_mark(c);
                if (h->bytes.len) {
                        conn_wake_at(c, c->srv->now + h->trickle_ms);
                        return;
                }
                record_note(c->srv->record, c->id, "S:", "(trickled to its end)");
        } else {
                conn_say(c, h->bytes.s, n);
        }
        buf_done(&h->bytes);
        h->active = false;
        conn_end(c, h->end);
        if (!conn_stalled(c))
                service(c);
        conn_mark(c);
}

void conn_wake_due(struct server *srv)
{
        struct conn *next;

        if (srv->now < srv->next_wake)
                return;
        srv->next_wake = INT64_MAX;
        for (struct conn *c = srv->conns; c; c = next) {
                next = c->next;
                if (c->wake_at && c->wake_at <= srv->now) {
                        c->wake_at = 0;
                        if (c->lingering)
                                conn_kill(c);
                        else if (c->hold.active)
                                release_hold(c);
                }
                conn_wake_at(c, c->wake_at);
        }
}

/* --- writing and closing */

static void close_softly(struct conn *c)
{
        if (c->lingering)
                return;
        if (c->closing == END_RESET) {
                const struct linger now = {.l_onoff = 1};

                setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
                conn_kill(c);
                return;
        }
        if (c->tls && !c->handshaking)
                tls_bye(c->tls);
        shutdown(c->fd, SHUT_WR);
        if (c->eof) {
                conn_kill(c);
                return;
        }
        /* Unread bytes would turn close() into a reset, and lose what we said. */
        c->lingering = true;
        conn_wake_at(c, c->srv->now + LINGER_MS);
}

static void send_out(struct conn *c)
{
        while (c->out.len && !c->dead) {
                ssize_t n;

                if (c->tls)
                        n = tls_send(c->tls, c->out.s, c->out.len);
                else
                        n = send(c->fd, c->out.s, c->out.len, MSG_NOSIGNAL);
                if (n == -EAGAIN || (n < 0 && !c->tls && (errno == EAGAIN || errno == EINTR)))
                        return;
                if (n < 0)
                        conn_kill(c);
                else
                        buf_drop(&c->out, (size_t) n);
        }
}

static void conn_flush(struct conn *c)
{
        if (c->srv->record->ledger.len)
                record_flush(c->srv->record);
        if (!c->handshaking)
                send_out(c);
        if (c->dead || c->out.len)
                return;
        if (c->want_tls && !c->hold.active && c->closing == END_NONE && !c->hung && !c->deaf)
                start_tls(c);
        else if (c->closing != END_NONE)
                close_softly(c);
}

void conn_flush_dirty(struct server *srv)
{
        while (srv->dirty) {
                struct conn *c = srv->dirty;

                srv->dirty = c->next_dirty;
                c->dirty = false;
                if (c->dead) {
                        conn_free(c);
                        continue;
                }
                conn_flush(c);
                if (!c->dirty) /* else there is more since */
                        set_events(c);
        }
}

void conn_event(struct conn *c, uint32_t events)
{
        if (c->handshaking) {
                handshake(c);
        } else if (events & EPOLLIN) {
                read_some(c);
        } else if (events & (EPOLLERR | EPOLLHUP | EPOLLRDHUP)) {
                record_note(c->srv->record, c->id, "--", "lost");
                conn_kill(c);
        }
        conn_mark(c);
}
