// SPDX-License-Identifier: MIT
#include "conn.h"

#include "press/mem.h"

#include <assert.h>
#include <errno.h>
#include <gnutls/gnutls.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#define TCP_MS        INT64_C(30000)
#define SESSION_MS    INT64_C(300000)
#define SLACK_MS      10000 /* libcurl's own limits, behind ours, so that ours speaks */
#define SYSTEM_BUNDLE "/etc/ssl/certs/ca-certificates.crt"

/* Says which handle libcurl's descriptors and results belong to. */
static struct conn *conn_of(CURL *easy)
{
        char *p = NULL;

        curl_easy_getinfo(easy, CURLINFO_PRIVATE, &p);
        return (struct conn *) (void *) p;
}

/* --- what libcurl tells us ------------------------------------------------------ */

static size_t on_header(char *p, size_t size, size_t n, void *conn)
{
        return talk_heard(conn, p, size * n) ? size * n : 0; /* 0 ends the transfer */
}

static int on_debug(CURL *easy, curl_infotype type, char *p, size_t n, void *conn)
{
        (void) easy;
        if (type == CURLINFO_HEADER_OUT)
                talk_sent(conn, p, n);
        return 0;
}

/* As libcurl does it by itself, but closed in alarm commands, and it says why there is none. */
static curl_socket_t on_open(void *conn, curlsocktype purpose, struct curl_sockaddr *a)
{
        struct conn *c = conn;
        int fd = socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);

        (void) purpose;
        if (fd < 0)
                c->open_error = errno;
        return fd < 0 ? CURL_SOCKET_BAD : fd;
}

/* --- how a connection is asked for ---------------------------------------------- */

#define SET(opt, value)                                            \
        do {                                                       \
                CURLcode rc_ = curl_easy_setopt(easy, opt, value); \
                if (rc_ != CURLE_OK)                               \
                        return rc_;                                \
        } while (0)

static CURLcode set_url(struct conn *c, CURL *easy)
{
        CURLU *u = curl_url();
        char *host = NULL, *port = NULL, *url = NULL;
        char *path = mem_printf("/%s", c->opts.ehlo);
        CURLUcode r;

        r = u ? curl_url_set(u, CURLUPART_URL, c->opts.url, 0) : CURLUE_OUT_OF_MEMORY;
        if (!r)
                r = curl_url_set(u, CURLUPART_PATH, path, CURLU_URLENCODE);
        if (!r)
                r = curl_url_get(u, CURLUPART_HOST, &host, 0);
        if (!r)
                r = curl_url_get(u, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT);
        if (!r)
                r = curl_url_get(u, CURLUPART_URL, &url, 0);
        if (!r) {
                snprintf(c->host, sizeof(c->host), "%s", host);
                snprintf(c->target, sizeof(c->target), "%s:%s", host, port);
                r = curl_easy_setopt(easy, CURLOPT_URL, url) == CURLE_OK ? CURLUE_OK
                                                                         : CURLUE_OUT_OF_MEMORY;
        }
        curl_free(host);
        curl_free(port);
        curl_free(url);
        curl_url_cleanup(u);
        free(path);
        if (r == CURLUE_OUT_OF_MEMORY)
                return CURLE_OUT_OF_MEMORY;
        return r ? CURLE_URL_MALFORMAT : CURLE_OK;
}

/* "host", "host:port", "[v6]:port" or a bare IPv6 address; the port stays where none is named. */
static CURLcode set_address(struct conn *c, CURL *easy)
{
        const char *a = c->opts.address, *colon = strchr(a, ':');
        bool bare_v6 = a[0] != '[' && colon && strchr(colon + 1, ':');
        const char *end = strrchr(a, ']');
        bool port = !bare_v6 && strchr(end ? end : a, ':');
        char *s;

        if (!a[0])
                return CURLE_OK;
        s = mem_printf("::%s%s%s%s", bare_v6 ? "[" : "", a, bare_v6 ? "]" : "", port ? "" : ":");
        snprintf(c->target, sizeof(c->target), "%s", a);
        c->connect_to = curl_slist_append(NULL, s);
        free(s);
        if (!c->connect_to)
                return CURLE_OUT_OF_MEMORY;
        SET(CURLOPT_CONNECT_TO, c->connect_to);
        return CURLE_OK;
}

/*
 * CAPATH off: GnuTLS would load the whole folder for each connection, and trust
 * it beside the relay's own CA. Opportunistic TLS keeps passive
 * listeners out and nobody else, so it asks for no certificate.
 */
static CURLcode set_tls(struct conn *c, CURL *easy)
{
        bool implicit = strncasecmp(c->opts.url, "smtps:", 6) == 0;
        bool verify = c->opts.tls == RELAY_TLS_REQUIRED ||
                      (implicit && c->opts.tls != RELAY_TLS_OPPORTUNISTIC);
        const char *bundle = c->opts.ca_file[0] ? c->opts.ca_file : SYSTEM_BUNDLE;
        long use = c->opts.tls == RELAY_TLS_REQUIRED        ? CURLUSESSL_ALL
                   : c->opts.tls == RELAY_TLS_OPPORTUNISTIC ? CURLUSESSL_TRY
                                                            : CURLUSESSL_NONE;

        SET(CURLOPT_USE_SSL, use);
        SET(CURLOPT_SSLVERSION, (long) CURL_SSLVERSION_TLSv1_2);
        SET(CURLOPT_SSL_VERIFYPEER, verify ? 1L : 0L);
        SET(CURLOPT_SSL_VERIFYHOST, verify ? 2L : 0L);
        SET(CURLOPT_CAINFO, verify ? bundle : NULL);
        SET(CURLOPT_CAPATH, NULL);
        SET(CURLOPT_CERTINFO, 1L); /* to name the certificate that was refused */
        return CURLE_OK;
}

static CURLcode set_session(struct conn *c, CURL *easy)
{
        int64_t limit = c->opts.tcp_ms + c->opts.session_ms + SLACK_MS;

        SET(CURLOPT_PRIVATE, c);
        SET(CURLOPT_CONNECT_ONLY, 1L);
        SET(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
        SET(CURLOPT_PROXY, ""); /* not even from the environment */
        SET(CURLOPT_NOSIGNAL, 1L);
        SET(CURLOPT_QUICK_EXIT, 1L); /* never wait for a name server's answer in cleanup (R39) */
        SET(CURLOPT_CONNECTTIMEOUT_MS, (long) limit);
        SET(CURLOPT_SERVER_RESPONSE_TIMEOUT, (long) (limit / 1000 + 1));
        SET(CURLOPT_ERRORBUFFER, c->talk.error);
        SET(CURLOPT_OPENSOCKETFUNCTION, on_open);
        SET(CURLOPT_OPENSOCKETDATA, c);
        SET(CURLOPT_HEADERFUNCTION, on_header);
        SET(CURLOPT_HEADERDATA, c);
        SET(CURLOPT_DEBUGFUNCTION, on_debug); /* our commands: which one was answered */
        SET(CURLOPT_DEBUGDATA, c);
        SET(CURLOPT_VERBOSE, 1L);
        if (c->opts.username[0]) {
                SET(CURLOPT_USERNAME, c->opts.username);
                SET(CURLOPT_PASSWORD, c->opts.password);
                SET(CURLOPT_SASL_IR, 1L);
        }
        return CURLE_OK;
}

static CURLcode prepare(struct conn *c, CURL *easy)
{
        CURLcode rc = set_url(c, easy);

        if (rc == CURLE_OK)
                rc = set_address(c, easy);
        if (rc == CURLE_OK)
                rc = set_tls(c, easy);
        return rc == CURLE_OK ? set_session(c, easy) : rc;
}

void multi_connect(struct conn *c)
{
        struct net *n = c->net;
        CURLMcode added = CURLM_OK;
        CURLcode rc;

        if (c->opts.tcp_ms <= 0)
                c->opts.tcp_ms = TCP_MS;
        if (c->opts.session_ms <= 0)
                c->opts.session_ms = SESSION_MS;
        c->easy = curl_easy_init();
        rc = c->easy ? prepare(c, c->easy) : CURLE_OUT_OF_MEMORY;
        if (rc == CURLE_OK)
                added = curl_multi_add_handle(n->multi, c->easy);
        if (added != CURLM_OK)
                rc = added == CURLM_OUT_OF_MEMORY ? CURLE_OUT_OF_MEMORY : CURLE_FAILED_INIT;
        if (rc == CURLE_OUT_OF_MEMORY)
                mem_exhausted();
        if (rc != CURLE_OK) {
                struct outcome why = diag_failed(c, rc);

                conn_over(c, &why);
                conn_pend(c);
                return;
        }
        loop_timer_set(n->loop, &c->timer, c->started + c->opts.tcp_ms, conn_deadline, c);
}

void multi_deadline(struct conn *c)
{
        struct outcome why = diag_deadline(c);

        conn_over(c, &why);
}

/* --- when libcurl is done ------------------------------------------------------- */

/* "TLS1.3" of GnuTLS as "TLSv1.3", the name that logs use. */
static void note_tls(struct conn *c)
{
        const struct curl_tlssessioninfo *info = NULL;
        const char *name;

        if (curl_easy_getinfo(c->easy, CURLINFO_TLS_SSL_PTR, &info) != CURLE_OK || !info ||
            info->backend != CURLSSLBACKEND_GNUTLS || !info->internals)
                return;
        c->tls = true;
        name = gnutls_protocol_get_name(gnutls_protocol_get_version(info->internals));
        if (name && strncmp(name, "TLS", 3) == 0 && name[3] != 'v')
                snprintf(c->info.tls, sizeof(c->info.tls), "TLSv%s", name + 3);
        else
                snprintf(c->info.tls, sizeof(c->info.tls), "%s", name ? name : "TLS");
}

/*
 * The first receive ties the connection to the handle again; without it the next
 * connect in this multi might prune it.
 */
static CURLcode take_over(struct conn *c)
{
        curl_socket_t fd = CURL_SOCKET_BAD;
        size_t n = 0;
        char early[512];
        CURLcode rc = curl_easy_recv(c->easy, early, sizeof(early), &n);

        if (rc == CURLE_OK && n) { /* nothing was asked: a 421, or words for nobody */
                (void) talk_heard(c, early, n);
                return CURLE_WEIRD_SERVER_REPLY;
        }
        if (rc == CURLE_OK)
                return CURLE_RECV_ERROR;
        if (rc != CURLE_AGAIN)
                return rc;
        rc = curl_easy_getinfo(c->easy, CURLINFO_ACTIVESOCKET, &fd);
        if (rc != CURLE_OK || fd == CURL_SOCKET_BAD)
                return CURLE_RECV_ERROR;
        curl_easy_setopt(c->easy, CURLOPT_VERBOSE, 0L);
        note_tls(c);
        /* The first is libcurl's promise too; the second is not. */
        if (c->opts.tls == RELAY_TLS_REQUIRED && !c->tls)
                return CURLE_USE_SSL_FAILED;
        if (c->opts.username[0] && !c->talk.logged_in)
                return CURLE_LOGIN_DENIED;
        if (loop_watch(c->net->loop, fd, LOOP_READ, line_ready, c) < 0)
                return CURLE_FAILED_INIT;
        c->fd = fd;
        return CURLE_OK;
}

static void finished(struct conn *c, CURLcode rc)
{
        diag_peer(c);
        if (rc == CURLE_OK)
                rc = take_over(c);
        if (rc == CURLE_OUT_OF_MEMORY)
                mem_exhausted(); /* no trouble of the relay's (R83) */
        if (rc == CURLE_OK) {
                if (c->tls)
                        c->record = mem_alloc(TLS_RECORD_BYTES);
                conn_up(c);
        } else {
                struct outcome why = diag_failed(c, rc);

                conn_over(c, &why);
        }
        conn_report(c);
}

static void collect(struct net *n)
{
        CURLMsg *m;
        int left;

        while ((m = curl_multi_info_read(n->multi, &left))) {
                CURLcode rc = m->data.result; /* m dies with its handle */
                struct conn *c = conn_of(m->easy_handle);

                if (m->msg == CURLMSG_DONE && c && c->state == CONN_CONNECTING)
                        finished(c, rc);
        }
}

/* --- the multi in the loop ------------------------------------------------------ */

static void on_curl_fd(void *net, int fd, unsigned events)
{
        struct net *n = net;
        int running, mask = (events & LOOP_READ ? CURL_CSELECT_IN : 0) |
                            (events & LOOP_WRITE ? CURL_CSELECT_OUT : 0);

        curl_multi_socket_action(n->multi, fd, mask, &running);
        collect(n);
}

static void on_curl_timer(void *net)
{
        struct net *n = net;
        int running;

        curl_multi_socket_action(n->multi, CURL_SOCKET_TIMEOUT, 0, &running);
        collect(n);
}

static bool is_connected(int fd)
{
        struct sockaddr_storage ss = {0};
        socklen_t len = sizeof(ss);

        return getpeername(fd, (struct sockaddr *) &ss, &len) == 0 &&
               (ss.ss_family == AF_INET || ss.ss_family == AF_INET6);
}

/*
 * libcurl does not say when TCP is up, but it asks for other events then. From
 * here the relay has its time for the banner, TLS and all.
 */
static void note_tcp(struct conn *c, int fd)
{
        if (c->state != CONN_CONNECTING || c->tcp_up || !is_connected(fd))
                return;
        c->tcp_up = true;
        loop_timer_set(c->net->loop, &c->timer, loop_now(c->net->loop) + c->opts.session_ms,
                       conn_deadline, c);
}

/* Told of it, libcurl would give up the whole multi; this connection alone ends, in a moment. */
static void watch_failed(struct conn *c, int r)
{
        if (!c || c->state != CONN_CONNECTING)
                return;
        c->watch_error = -r;
        loop_timer_set(c->net->loop, &c->timer, loop_now(c->net->loop), conn_deadline, c);
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *net, void *unused)
{
        struct net *n = net;
        struct conn *c = conn_of(easy);
        unsigned events =
                (what & CURL_POLL_IN ? LOOP_READ : 0) | (what & CURL_POLL_OUT ? LOOP_WRITE : 0);
        int r;

        (void) unused;
        if (c && c->fd == fd)
                return 0; /* ours since the connection is up */
        if (c && what != CURL_POLL_REMOVE)
                note_tcp(c, fd);
        if (what == CURL_POLL_REMOVE) {
                loop_unwatch(n->loop, fd);
                return 0;
        }
        r = loop_watch(n->loop, fd, events, on_curl_fd, n);
        if (r < 0)
                watch_failed(c, r);
        return 0;
}

static int on_timeout(CURLM *multi, long ms, void *net)
{
        struct net *n = net;

        (void) multi;
        if (ms < 0)
                loop_timer_stop(n->loop, &n->curl_timer);
        else
                loop_timer_set(n->loop, &n->curl_timer, loop_now(n->loop) + ms, on_curl_timer, n);
        return 0;
}

int multi_open(struct net *n, struct err *e)
{
        CURLM *m;

        if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
                return err_set(e, -ENOSYS, "cannot start libcurl");
        m = n->multi = curl_multi_init();
        if (!m || curl_multi_setopt(m, CURLMOPT_SOCKETFUNCTION, on_socket) ||
            curl_multi_setopt(m, CURLMOPT_SOCKETDATA, n) ||
            curl_multi_setopt(m, CURLMOPT_TIMERFUNCTION, on_timeout) ||
            curl_multi_setopt(m, CURLMOPT_TIMERDATA, n)) {
                multi_close(n);
                return err_set(e, -ENOSYS, "cannot start libcurl");
        }
        return 0;
}

void multi_close(struct net *n)
{
        if (n->multi)
                curl_multi_cleanup(n->multi);
        n->multi = NULL;
        loop_timer_stop(n->loop, &n->curl_timer);
        curl_global_cleanup();
}

/*
 * GnuTLS keeps a record that the line did not take whole and sends the rest when the connection is
 * closed: perhaps the dot of a letter that counts as not sent by now. Nothing more may leave.
 */
static void stop_record(struct conn *c)
{
        if (c->record_len)
                shutdown(c->fd, SHUT_RDWR);
}

void multi_drop(struct conn *c)
{
        if (c->fd >= 0) {
                stop_record(c);
                loop_unwatch(c->net->loop, c->fd);
        }
        if (c->easy) {
                (void) curl_multi_remove_handle(c->net->multi, c->easy);
                curl_easy_cleanup(c->easy);
        }
        c->fd = -1;
        c->easy = NULL;
        curl_slist_free_all(c->connect_to);
        c->connect_to = NULL;
        talk_done(c);
}
