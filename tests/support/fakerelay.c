// SPDX-License-Identifier: MIT
#include "fakerelay.h"

#include "press/mem.h"

#include <arpa/inet.h>
#include <assert.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* --- the relay ------------------------------------------------------------------- */

struct fake {
        const char *const *script;
        int listener, fd, over; /* over: an eventfd, for the step "!stall" */
        unsigned port;
        pthread_t thread;
        bool joined, tls;
        gnutls_certificate_credentials_t cred;
        gnutls_session_t session;
        const char *priority;
        char ca_file[64];
        struct buf in, transcript, letter;
};

static ssize_t fake_recv(struct fake *f)
{
        char b[4096];
        ssize_t n = f->tls ? gnutls_record_recv(f->session, b, sizeof(b))
                           : recv(f->fd, b, sizeof(b), 0);

        if (n > 0)
                buf_add(&f->in, b, (size_t) n);
        return n;
}

static void fake_send(struct fake *f, const char *line)
{
        char *s = mem_printf("%s\r\n", line);

        if (f->tls)
                gnutls_record_send(f->session, s, strlen(s));
        else
                (void) send(f->fd, s, strlen(s), MSG_NOSIGNAL);
        free(s);
}

/* A line without CRLF; false at the end. */
static bool fake_line(struct fake *f, char *out, size_t size)
{
        char *end;

        while (!(end = strstr(f->in.s, "\r\n")))
                if (fake_recv(f) <= 0)
                        return false;
        snprintf(out, size, "%.*s", (int) (end - f->in.s), f->in.s);
        buf_drop(&f->in, (size_t) (end - f->in.s) + 2);
        return true;
}

static bool fake_handshake(struct fake *f)
{
        int r;

        gnutls_init(&f->session, GNUTLS_SERVER);
        gnutls_priority_set_direct(f->session, f->priority, NULL);
        gnutls_credentials_set(f->session, GNUTLS_CRD_CERTIFICATE, f->cred);
        gnutls_transport_set_int(f->session, f->fd);
        do
                r = gnutls_handshake(f->session);
        while (r < 0 && !gnutls_error_is_fatal(r));
        f->tls = r == 0;
        return f->tls;
}

/* Whatever is behind the dot already is left for the next step. */
static bool fake_body(struct fake *f)
{
        const char *end;
        size_t seen = 0, n;

        while (!(end = memmem(f->in.s + seen, f->in.len - seen, "\r\n.\r\n", 5))) {
                seen = f->in.len < 4 ? 0 : f->in.len - 4;
                if (fake_recv(f) <= 0) {
                        buf_addf(&f->transcript, "?? no dot after %zu bytes\n", f->in.len);
                        return false;
                }
        }
        n = (size_t) (end - f->in.s) + 2;
        buf_clear(&f->letter);
        buf_add(&f->letter, f->in.s, n);
        buf_drop(&f->in, n + 3);
        buf_addf(&f->transcript, ".\n");
        return true;
}

static bool fake_expect(struct fake *f, const char *want)
{
        char line[2048];

        if (strcmp(want, ".") == 0)
                return fake_body(f);
        if (!fake_line(f, line, sizeof(line))) {
                buf_addf(&f->transcript, "?? no %s\n", want);
                return false;
        }
        if (strncmp(line, want, strlen(want)) != 0)
                buf_addf(&f->transcript, "?? not %s: ", want);
        buf_addf(&f->transcript, "%s\n", line);
        return true;
}

static bool fake_step(struct fake *f, const char *step)
{
        char line[2048];

        if (step[0] == '<')
                return fake_expect(f, step + 1);
        if (strcmp(step, "!tls") == 0)
                return fake_handshake(f);
        if (strcmp(step, "!stall") == 0)
                (void) poll(&(struct pollfd){.fd = f->over, .events = POLLIN}, 1, -1);
        if (strcmp(step, "!close") == 0 || strcmp(step, "!stall") == 0)
                return false;
        for (int i = 0; strcmp(step, "!flood") == 0 && i < 1000; i++)
                fake_send(f, "250-X");
        if (strcmp(step, "!wait") == 0 || strcmp(step, "!flood") == 0) {
                while (fake_line(f, line, sizeof(line)))
                        buf_addf(&f->transcript, "%s\n", line);
                return false;
        }
        fake_send(f, step);
        return true;
}

static void *fake_thread(void *fake)
{
        struct fake *f = fake;

        f->fd = accept(f->listener, NULL, NULL);
        for (const char *const *s = f->script; f->fd >= 0 && *s && fake_step(f, *s); s++)
                ;
        if (f->session)
                gnutls_deinit(f->session);
        if (f->fd >= 0)
                close(f->fd);
        return NULL;
}

static void make_cert(struct fake *f, const struct fake_cert *cert)
{
        gnutls_x509_privkey_t key;
        gnutls_x509_crt_t crt;
        gnutls_datum_t pem = {0};
        time_t now = time(NULL);
        struct in_addr ip = {.s_addr = htonl(INADDR_LOOPBACK)};
        int fd;

        gnutls_x509_privkey_init(&key);
        gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA,
                                     GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
        gnutls_x509_crt_init(&crt);
        gnutls_x509_crt_set_version(crt, 3);
        gnutls_x509_crt_set_serial(crt, "\x01", 1);
        gnutls_x509_crt_set_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, "fake", 4);
        gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_DNSNAME, cert->name,
                                             (unsigned) strlen(cert->name), GNUTLS_FSAN_SET);
        if (cert->name[0] >= '0' && cert->name[0] <= '9')
                gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_IPADDRESS, &ip, sizeof(ip),
                                                     GNUTLS_FSAN_SET);
        gnutls_x509_crt_set_basic_constraints(crt, 1, -1);
        gnutls_x509_crt_set_activation_time(crt, now - 7200);
        gnutls_x509_crt_set_expiration_time(crt, cert->expired ? now - 3600 : now + 3600);
        gnutls_x509_crt_set_key(crt, key);
        gnutls_x509_crt_sign2(crt, crt, key, GNUTLS_DIG_SHA256, 0);

        gnutls_certificate_allocate_credentials(&f->cred);
        gnutls_certificate_set_x509_key(f->cred, &crt, 1, key);
        gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_PEM, &pem);
        snprintf(f->ca_file, sizeof(f->ca_file), "/tmp/press-fake-XXXXXX");
        fd = mkstemp(f->ca_file);
        assert(fd >= 0 && write(fd, pem.data, pem.size) == (ssize_t) pem.size);
        close(fd);
        gnutls_free(pem.data);
        gnutls_x509_crt_deinit(crt);
        gnutls_x509_privkey_deinit(key);
        f->priority = cert->priority ? cert->priority : "NORMAL";
}

struct fake *fake_start(const char *const *script, const struct fake_cert *cert)
{
        struct fake *f = mem_zalloc(sizeof(*f));
        struct sockaddr_in sin = {.sin_family = AF_INET,
                                  .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
        socklen_t len = sizeof(sin);

        f->script = script;
        f->fd = -1;
        f->over = eventfd(0, EFD_CLOEXEC);
        f->in = BUF(1 << 24);
        f->transcript = BUF(1 << 20);
        f->letter = BUF(1 << 24);
        if (cert)
                make_cert(f, cert);
        f->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        /* Small, so that large letters fill the line. */
        setsockopt(f->listener, SOL_SOCKET, SO_RCVBUF, &(int){8192}, sizeof(int));
        if (bind(f->listener, (struct sockaddr *) &sin, sizeof(sin)) < 0 ||
            getsockname(f->listener, (struct sockaddr *) &sin, &len) < 0)
                abort();
        f->port = ntohs(sin.sin_port);
        f->joined = strcmp(script[0], "!dead") == 0;
        if (f->joined) /* bound but deaf: the port refuses, and is nobody else's */
                return f;
        if (listen(f->listener, 4) < 0 || pthread_create(&f->thread, NULL, fake_thread, f) != 0)
                abort();
        return f;
}

unsigned fake_port(const struct fake *f)
{
        return f->port;
}

const struct buf *fake_letter(const struct fake *f)
{
        return &f->letter;
}

const char *fake_ca_file(const struct fake *f)
{
        return f->ca_file;
}

const char *fake_transcript(struct fake *f)
{
        if (!f->joined) {
                (void) eventfd_write(f->over, 1);
                shutdown(f->listener, SHUT_RDWR); /* wakes an accept() that nobody will answer */
                pthread_join(f->thread, NULL);
        }
        f->joined = true;
        return f->transcript.s;
}

void fake_stop(struct fake *f)
{
        fake_transcript(f);
        close(f->listener);
        close(f->over);
        if (f->cred)
                gnutls_certificate_free_credentials(f->cred);
        if (f->ca_file[0])
                unlink(f->ca_file);
        buf_done(&f->in);
        buf_done(&f->transcript);
        buf_done(&f->letter);
        free(f);
}

/* --- the client: what pressd does, without a database ---------------------------------- */

static char tags[] = "abcdefghijklmnopqrstuvwxyz";

static const char *verdict_name(enum verdict v)
{
        static const char *const names[] = {"relayed", "refused", "deferred",
                                            "relay",   "unknown", "not-tried"};
        return names[v];
}

static void hand_over(struct client *c, struct conn *conn)
{
        while (*c->letters && conn_room(conn)) {
                char *tag = strchr(tags, *c->letters++);
                char rcpt[] = "?@example.org";

                rcpt[0] = *tag;
                struct smtp_envelope e = {.from = "press@example.org",
                                          .rcpt = rcpt,
                                          .envid = "",
                                          .size = 21,
                                          .tag = tag};
                if (conn_envelope(conn, &e) < 0)
                        buf_addf(&c->log, "envelope refused\n");
        }
}

static void on_up(void *ctx, struct conn *conn)
{
        struct client *c = ctx;

        buf_addf(&c->log, "up\n");
        c->caps = *conn_caps(conn);
        if (c->quit_at_once)
                conn_quit(conn);
}

static void on_go(void *ctx, struct conn *conn, void *tag)
{
        struct client *c = ctx;

        buf_addf(&c->log, "go %c\n", *(char *) tag);
        strncat(c->ready, tag, 1);
        if (*(char *) tag == c->abort_at[0])
                conn_abort(conn, "enough");
}

static void on_done(void *ctx, struct conn *conn, void *tag, const struct outcome *o, int64_t ms)
{
        struct client *c = ctx;

        (void) ms;
        buf_addf(&c->log, "done %c %s %s %d\n", *(char *) tag, verdict_name(o->verdict),
                 stage_name(o->stage), o->reply.code);
        if (*(char *) tag == c->quit_after[0])
                conn_quit(conn);
}

static void on_down(void *ctx, struct conn *conn, const struct outcome *why)
{
        struct client *c = ctx;

        buf_addf(&c->log, "down %s %s %d %s\n", verdict_name(why->verdict), stage_name(why->stage),
                 why->reply.code, why->reply.text);
        c->info = *conn_info(conn);
        c->conn = NULL;
        c->downs++;
        loop_stop(c->loop);
}

static void on_turn(void *ctx)
{
        struct client *c = ctx;

        if (!c->conn)
                return;
        for (size_t i = 0; c->ready[i]; i++)
                conn_letter(c->conn, c->letter, c->nletter);
        c->ready[0] = '\0';
        hand_over(c, c->conn);
}

static void on_guard(void *ctx)
{
        struct client *c = ctx;

        buf_addf(&c->log, "?? nothing more in 10 s\n");
        loop_stop(c->loop);
}

void client_init(struct client *c)
{
        static const struct conn_ops ops = {on_up, on_go, on_done, on_down};

        *c = (struct client){.letters = "a",
                             .quit_after = "a",
                             .abort_at = "",
                             .letter = {{"Subject: x\r\n\r\n", 14}, {"hello\r\n", 7}},
                             .nletter = 2,
                             .log = BUF(1 << 20)};
        c->opts = (struct relay_opts){.name = "main",
                                      .url = "",
                                      .address = "",
                                      .ehlo = "press.example.org",
                                      .username = "",
                                      .password = "",
                                      .ca_file = "",
                                      .pipelining = true};
        if (loop_open(&c->loop, NULL) < 0 || net_open(c->loop, &ops, c, &c->net, NULL) < 0)
                abort();
        loop_on_turn(c->loop, on_turn, c);
}

void client_done(struct client *c)
{
        net_close(&c->net);
        loop_timer_stop(c->loop, &c->guard);
        loop_close(&c->loop);
        buf_done(&c->log);
}

void client_run(struct client *c, struct fake *f, const char *scheme)
{
        snprintf(c->url, sizeof(c->url), "%s://127.0.0.1:%u", scheme, fake_port(f));
        if (!c->opts.url[0])
                c->opts.url = c->url;
        c->conn = conn_open(c->net, &c->opts, c);
        loop_timer_set(c->loop, &c->guard, loop_now(c->loop) + 10000, on_guard, c);
        (void) loop_run(c->loop, NULL);
}
