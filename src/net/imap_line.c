// SPDX-License-Identifier: MIT
#include "imap_internal.h"

#include "press/clock.h"
#include "press/mem.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PRIORITY     "NORMAL:-VERS-TLS1.0:-VERS-TLS1.1" /* RFC 8996 */
#define BUFFER_BYTES 65536
#define DEPTH_MAX    100
#define CONNECT_MS   15000 /* for each address of a name */

void line_begin(struct line *l)
{
        l->deadline = clock_mono() + l->command_ms;
        l->left = IMAP_COMMAND_BYTES;
}

/* 0 when fd is ready for `events`; else the code that is also in l->why. */
static int line_wait(struct line *l, short events, int64_t at_most)
{
        for (;;) {
                struct pollfd p[2] = {{.fd = l->fd, .events = events},
                                      {.fd = l->stop_fd, .events = POLLIN}};
                int64_t left = l->deadline - clock_mono();
                int r;

                if (left > at_most)
                        left = at_most;
                if (left <= 0)
                        break;
                r = poll(p, 2, (int) left);
                if (r < 0 && errno != EINTR)
                        return err_set(&l->why, -errno, "the connection broke: %s",
                                       strerror(errno));
                if (r > 0 && p[1].revents)
                        return err_set(&l->why, -EINTR, "asked to stop");
                if (r > 0)
                        return 0;
                if (r == 0)
                        break;
        }
        return err_set(&l->why, -ETIMEDOUT, "no answer in time");
}

/* --- TCP ----------------------------------------------------------------------- */

static void close_fd(struct line *l)
{
        if (l->fd >= 0)
                close(l->fd);
        l->fd = -1;
}

static int connect_one(struct line *l, const struct addrinfo *a)
{
        socklen_t size = sizeof(int);
        int one = 1, error = 0, r;

        l->fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (l->fd < 0)
                return -errno;
        setsockopt(l->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
        setsockopt(l->fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one));
        if (connect(l->fd, a->ai_addr, a->ai_addrlen) == 0)
                return 0;
        r = errno == EINPROGRESS ? line_wait(l, POLLOUT, CONNECT_MS) : -errno;
        if (r == 0 && getsockopt(l->fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0)
                r = -error;
        if (r < 0)
                close_fd(l);
        return r;
}

int line_connect(struct line *l, const struct imap_opts *o, struct err *e)
{
        const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
        struct addrinfo *list = NULL;
        char port[8];
        int r;

        l->stop_fd = o->stop_fd;
        l->wait_ms = o->wait_ms;
        l->command_ms = o->command_ms;
        snprintf(port, sizeof(port), "%u", (unsigned) o->port & 0xffffu);
        r = getaddrinfo(o->connect, port, &hints, &list);
        if (r != 0)
                return err_set(e, -EHOSTUNREACH, "the mailbox server %s is not found: %s",
                               o->connect, gai_strerror(r));
        r = -EHOSTUNREACH;
        for (const struct addrinfo *a = list; a && r < 0 && r != -EINTR; a = a->ai_next) {
                line_begin(l);
                r = connect_one(l, a);
        }
        freeaddrinfo(list);
        if (r < 0)
                return err_set(e, r, "the mailbox server %s port %s cannot be reached: %s",
                               o->connect, port, strerror(-r));
        return 0;
}

/* --- TLS ------------------------------------------------------------------------- */

static int tls_wait(struct line *l)
{
        return line_wait(l, gnutls_record_get_direction(l->session) ? POLLOUT : POLLIN, l->wait_ms);
}

static bool is_address(const char *host)
{
        unsigned char a[sizeof(struct in6_addr)];

        return inet_pton(AF_INET, host, a) == 1 || inet_pton(AF_INET6, host, a) == 1;
}

static int tls_prepare(struct line *l, const struct imap_opts *o, struct err *e)
{
        int r = gnutls_certificate_allocate_credentials(&l->credentials);

        if (r < 0)
                mem_exhausted();
        r = o->ca_file[0] ? gnutls_certificate_set_x509_trust_file(l->credentials, o->ca_file,
                                                                   GNUTLS_X509_FMT_PEM)
                          : gnutls_certificate_set_x509_system_trust(l->credentials);
        if (r <= 0)
                return err_set(e, -EKEYREJECTED, "no certificates to trust can be read from %s: %s",
                               o->ca_file[0] ? o->ca_file : "/etc/ssl/certs",
                               r < 0 ? gnutls_strerror(r) : "none is there");
        if (gnutls_init(&l->session, GNUTLS_CLIENT | GNUTLS_NONBLOCK) < 0 ||
            gnutls_priority_set_direct(l->session, PRIORITY, NULL) < 0 ||
            gnutls_credentials_set(l->session, GNUTLS_CRD_CERTIFICATE, l->credentials) < 0)
                mem_exhausted();
        if (!is_address(o->host))
                gnutls_server_name_set(l->session, GNUTLS_NAME_DNS, o->host, strlen(o->host));
        gnutls_session_set_verify_cert(l->session, o->host, 0);
        gnutls_transport_set_int(l->session, l->fd);
        return 0;
}

/* GnuTLS says it in a sentence or two, each with its own dot. */
static int distrust(struct line *l, const struct imap_opts *o, struct err *e)
{
        gnutls_datum_t text = {0};
        unsigned status = gnutls_session_get_verify_cert_status(l->session);

        if (gnutls_certificate_verification_status_print(status, GNUTLS_CRT_X509, &text, 0) < 0)
                text.data = NULL;
        err_set(e, -EKEYREJECTED,
                "the certificate of the mailbox server %s is not trusted, no password was sent: "
                "%s",
                o->host, text.data ? (const char *) text.data : "");
        gnutls_free(text.data);
        return -EKEYREJECTED;
}

int line_secure(struct line *l, const struct imap_opts *o, struct err *e)
{
        int r = tls_prepare(l, o, e);

        if (r < 0)
                return r;
        line_begin(l);
        while ((r = gnutls_handshake(l->session)) < 0) {
                int w = 0;

                if (r == GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR)
                        return distrust(l, o, e);
                if (gnutls_error_is_fatal(r))
                        return err_set(e, -EPROTO,
                                       "no encrypted connection with the mailbox server %s: %s",
                                       o->host, gnutls_strerror(r));
                if (r == GNUTLS_E_AGAIN)
                        w = tls_wait(l);
                if (w < 0) {
                        *e = l->why;
                        return w;
                }
        }
        l->tls = true;
        return 0;
}

/* --- bytes ------------------------------------------------------------------------- */

static ssize_t line_once(struct line *l, void *p, size_t n, bool out)
{
        ssize_t got;

        if (l->tls) {
                got = out ? gnutls_record_send(l->session, p, n)
                          : gnutls_record_recv(l->session, p, n);
                if (got == GNUTLS_E_AGAIN || got == GNUTLS_E_INTERRUPTED)
                        return -EAGAIN;
                if (got >= 0 || !gnutls_error_is_fatal((int) got))
                        return got >= 0 ? got : -EAGAIN;
                if (got == GNUTLS_E_PREMATURE_TERMINATION)
                        return 0;
                return err_set(&l->why, -EPIPE, "the connection broke: %s",
                               gnutls_strerror((int) got));
        }
        got = out ? send(l->fd, p, n, MSG_NOSIGNAL) : recv(l->fd, p, n, 0);
        if (got >= 0)
                return got;
        if (errno == EAGAIN || errno == EINTR)
                return -EAGAIN;
        return err_set(&l->why, -errno, "the connection broke: %s", strerror(errno));
}

static ssize_t line_move(struct line *l, void *p, size_t n, bool out)
{
        ssize_t got;

        if (l->why.code)
                return -1;
        while ((got = line_once(l, p, n, out)) == -EAGAIN)
                if ((l->tls ? tls_wait(l) : line_wait(l, out ? POLLOUT : POLLIN, l->wait_ms)) < 0)
                        return -1;
        if (got == 0 && n > 0 && !out)
                err_set(&l->why, -ECONNRESET, "the server closed the connection");
        return got < 0 ? -1 : got;
}

/*
 * libetpan parses by recursion: a few hundred thousand parentheses end the process. What we ask
 * for needs five. A literal, {N} at the end of a line and then N bytes, is a mail: not looked at.
 */
static void line_end(struct shape *s)
{
        s->literal = s->fetch && s->before == '}' ? s->announced : 0;
        if (s->literal)
                return;
        s->depth = 0;
        s->column = 0;
        s->fetch = false;
        s->before = '\n';
}

static bool byte_is_shallow(struct shape *s, char c)
{
        bool digit = c >= '0' && c <= '9';

        if (c == '\n') {
                line_end(s);
                return true;
        }
        if (s->column++ == 2)
                s->fetch = digit;
        if (!digit)
                s->announced = c == '}' || c == '\r' ? s->announced : 0;
        else if (s->announced < IMAP_COMMAND_BYTES)
                s->announced = s->announced * 10 + (size_t) (c - '0');
        if (c == ')' && s->depth)
                s->depth--;
        if (c != '\r')
                s->before = c;
        return c != '(' || ++s->depth <= DEPTH_MAX;
}

static bool is_shallow(struct shape *s, const char *p, size_t n)
{
        for (size_t i = 0; i < n; i++) {
                size_t some = s->literal < n - i ? s->literal : n - i;

                s->literal -= some;
                i += some;
                if (i < n && !byte_is_shallow(s, p[i]))
                        return false;
        }
        return true;
}

static ssize_t driver_read(mailstream_low *low, void *p, size_t n)
{
        struct line *l = low->data;
        ssize_t got;

        if (l->left == 0 && !l->why.code)
                err_set(&l->why, -EPROTO, "it sends more than was asked for");
        got = line_move(l, p, n < l->left ? n : l->left, false);
        if (got <= 0)
                return got;
        l->left -= (size_t) got;
        if (is_shallow(&l->shape, p, (size_t) got))
                return got;
        err_set(&l->why, -EPROTO, "it sends more than was asked for");
        return -1;
}

static ssize_t driver_write(mailstream_low *low, const void *p, size_t n)
{
        union {
                const void *from;
                void *to;
        } bytes = {.from = p};

        return line_move(low->data, bytes.to, n, true);
}

static int driver_close(mailstream_low *low)
{
        (void) low;
        return 0;
}

static int driver_fd(mailstream_low *low)
{
        return ((struct line *) low->data)->fd;
}

static void driver_free(mailstream_low *low)
{
        free(low);
}

static void driver_cancel(mailstream_low *low)
{
        (void) low;
}

static mailstream_low_driver driver = {.mailstream_read = driver_read,
                                       .mailstream_write = driver_write,
                                       .mailstream_close = driver_close,
                                       .mailstream_get_fd = driver_fd,
                                       .mailstream_free = driver_free,
                                       .mailstream_cancel = driver_cancel};

mailstream *line_stream(struct line *l)
{
        mailstream_low *low = mailstream_low_new(l, &driver);
        mailstream *s = low ? mailstream_new(low, BUFFER_BYTES) : NULL;

        if (!s)
                mem_exhausted();
        return s;
}

bool line_pending(const struct line *l)
{
        return l->tls && gnutls_record_check_pending(l->session) > 0;
}

void line_close(struct line *l)
{
        if (l->session) {
                if (l->tls && !l->why.code)
                        gnutls_bye(l->session, GNUTLS_SHUT_WR); /* does not wait */
                gnutls_deinit(l->session);
        }
        if (l->credentials)
                gnutls_certificate_free_credentials(l->credentials);
        l->session = NULL;
        l->credentials = NULL;
        l->tls = false;
        close_fd(l);
}
