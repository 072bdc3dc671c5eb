// SPDX-License-Identifier: MIT
#include "conn.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#define READS_A_TURN 8             /* of LINE_BUFFER_BYTES: no relay keeps the others waiting */
#define WRITE_A_TURN (1024 * 1024) /* bytes, for the same reason */
#define SLICES       64

void line_lost(struct conn *c, const char *why)
{
        if (c->lost)
                return;
        c->lost = true;
        loop_unwatch(c->net->loop, c->fd);
        smtp_closed(c->smtp, why, loop_now(c->net->loop));
}

static void lost_by(struct conn *c, const char *reason)
{
        char why[REPLY_TEXT_MAX / 2];

        snprintf(why, sizeof(why), "connection lost: %s", reason);
        line_lost(c, why);
}

static const char *curl_reason(struct conn *c, CURLcode rc)
{
        return c->talk.error[0] ? c->talk.error : curl_easy_strerror(rc);
}

/* --- in ---------------------------------------------------------------------- */

/* Bytes, 0 = none now, -1 = the line is lost (and said so). */
static ssize_t receive(struct conn *c, char *p, size_t size)
{
        size_t got = 0;
        ssize_t n;

        if (c->tls) {
                CURLcode rc = curl_easy_recv(c->easy, p, size, &got);

                if (rc == CURLE_AGAIN)
                        return 0;
                if (rc != CURLE_OK) {
                        lost_by(c, curl_reason(c, rc));
                        return -1;
                }
                n = (ssize_t) got;
        } else {
                n = recv(c->fd, p, size, MSG_DONTWAIT);
                if (n < 0 && (errno == EAGAIN || errno == EINTR))
                        return 0;
        }
        if (n > 0)
                return n;
        if (n == 0)
                line_lost(c, "the relay closed the connection");
        else
                lost_by(c, strerror(errno));
        return -1;
}

void line_read(struct conn *c)
{
        struct net *net = c->net;

        c->more = false;
        for (unsigned i = 0; i < READS_A_TURN; i++) {
                ssize_t n = c->lost ? -1 : receive(c, net->buffer, sizeof(net->buffer));

                if (n <= 0)
                        return;
                smtp_input(c->smtp, net->buffer, (size_t) n, loop_now(net->loop));
                if (!c->tls && (size_t) n < sizeof(net->buffer))
                        return; /* the socket is empty; epoll tells when it is not */
        }
        c->more = c->tls; /* what GnuTLS holds already, epoll does not see */
        if (c->more)
                conn_pend(c);
}

/* --- out --------------------------------------------------------------------- */

/* One TLS record's worth: envelope and letter behind one another share it. */
static void fill_record(struct conn *c)
{
        struct slice v[SLICES];
        size_t n = smtp_output(c->smtp, v, SLICES);

        for (size_t i = 0; i < n && c->record_len < TLS_RECORD_BYTES; i++) {
                size_t room = TLS_RECORD_BYTES - c->record_len;
                size_t take = v[i].n < room ? v[i].n : room;

                memcpy(c->record + c->record_len, v[i].p, take);
                c->record_len += take;
        }
}

/*
 * Bytes taken, 0 = the line is full, -1 = lost; *ret_all: nothing is left. After
 * AGAIN GnuTLS wants the same bytes again, so a record once begun stays as it is.
 */
static ssize_t send_tls(struct conn *c, bool *ret_all)
{
        size_t sent = 0;
        CURLcode rc;

        if (!c->record_len)
                fill_record(c);
        *ret_all = !c->record_len;
        if (*ret_all)
                return 0;
        rc = curl_easy_send(c->easy, c->record, c->record_len, &sent);
        if (rc == CURLE_AGAIN)
                return 0;
        if (rc != CURLE_OK)
                return -1;
        memmove(c->record, c->record + sent, c->record_len - sent);
        c->record_len -= sent;
        return (ssize_t) sent;
}

/* In clear: straight from the slices, nothing copied. */
static ssize_t send_clear(struct conn *c, bool *ret_all)
{
        struct slice v[SLICES];
        struct iovec iov[SLICES];
        size_t n = smtp_output(c->smtp, v, SLICES);
        struct msghdr msg = {.msg_iov = iov, .msg_iovlen = n};
        ssize_t sent;

        *ret_all = n == 0;
        if (!n)
                return 0;
        for (size_t i = 0; i < n; i++)
                iov[i] = (struct iovec){.iov_base = (char *) (uintptr_t) v[i].p, .iov_len = v[i].n};
        sent = sendmsg(c->fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
        return sent < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : sent;
}

/* What the relay said before it hung up is worth more than the fact that it did. */
static void write_failed(struct conn *c)
{
        const char *reason = c->tls ? curl_reason(c, CURLE_SEND_ERROR) : strerror(errno);
        char why[CURL_ERROR_SIZE];

        snprintf(why, sizeof(why), "%s", reason);
        line_read(c);
        if (!c->lost)
                lost_by(c, why);
}

static void want_write(struct conn *c, bool want)
{
        int r;

        if (c->lost || c->want_write == want)
                return;
        c->want_write = want;
        r = loop_watch(c->net->loop, c->fd, LOOP_READ | (want ? LOOP_WRITE : 0), line_ready, c);
        if (r < 0)
                lost_by(c, strerror(-r));
}

void line_write(struct conn *c)
{
        bool all = false;

        for (size_t total = 0; !c->lost && total < WRITE_A_TURN;) {
                ssize_t n = c->tls ? send_tls(c, &all) : send_clear(c, &all);

                if (n < 0)
                        write_failed(c);
                if (n <= 0)
                        break;
                smtp_sent(c->smtp, (size_t) n, loop_now(c->net->loop));
                total += (size_t) n;
        }
        want_write(c, !all);
}

void line_ready(void *conn, int fd, unsigned events)
{
        struct conn *c = conn;

        (void) fd;
        if (events & LOOP_READ)
                line_read(c);
        if (events & LOOP_WRITE)
                line_write(c);
        conn_report(c);
}
