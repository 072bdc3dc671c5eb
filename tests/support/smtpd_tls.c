// SPDX-License-Identifier: MIT
#include "smtpd_tls.h"

#include "press/mem.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <stdio.h>
#include <stdlib.h>

struct tls_keys {
        gnutls_certificate_credentials_t cred;
};

struct tls {
        gnutls_session_t s;
        bool unsent; /* the last send must be repeated */
};

struct tls_keys *tls_load(const char *cert_file, const char *key_file)
{
        struct tls_keys *k = mem_zalloc(sizeof(*k));
        int r = gnutls_certificate_allocate_credentials(&k->cred);

        if (r >= 0)
                r = gnutls_certificate_set_x509_key_file(k->cred, cert_file, key_file,
                                                         GNUTLS_X509_FMT_PEM);
        if (r < 0) {
                fprintf(stderr, "catcher: cannot use %s with %s: %s\n", cert_file, key_file,
                        gnutls_strerror(r));
                tls_unload(k);
                return NULL;
        }
        return k;
}

void tls_unload(struct tls_keys *k)
{
        if (!k)
                return;
        if (k->cred)
                gnutls_certificate_free_credentials(k->cred);
        free(k);
}

struct tls *tls_new(const struct tls_keys *k, const char *priority, int fd)
{
        struct tls *t = mem_zalloc(sizeof(*t));

        if (gnutls_init(&t->s, GNUTLS_SERVER | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL) < 0 ||
            (priority ? gnutls_priority_set_direct(t->s, priority, NULL)
                      : gnutls_set_default_priority(t->s)) < 0 ||
            gnutls_credentials_set(t->s, GNUTLS_CRD_CERTIFICATE, k->cred) < 0) {
                tls_free(t);
                return NULL;
        }
        gnutls_transport_set_int(t->s, fd);
        return t;
}

void tls_free(struct tls *t)
{
        if (!t)
                return;
        if (t->s)
                gnutls_deinit(t->s);
        free(t);
}

int tls_handshake(struct tls *t, const char **ret_why)
{
        int r;

        do
                r = gnutls_handshake(t->s);
        while (r == GNUTLS_E_INTERRUPTED || r == GNUTLS_E_WARNING_ALERT_RECEIVED);
        if (r == GNUTLS_E_SUCCESS)
                return 0;
        if (r == GNUTLS_E_AGAIN)
                return -EAGAIN;
        gnutls_alert_send_appropriate(t->s, r);
        *ret_why = gnutls_strerror(r);
        return -EPROTO;
}

bool tls_wants_write(const struct tls *t)
{
        return gnutls_record_get_direction(t->s) == 1;
}

ssize_t tls_recv(struct tls *t, void *p, size_t n)
{
        ssize_t r;

        do
                r = gnutls_record_recv(t->s, p, n);
        while (r == GNUTLS_E_INTERRUPTED);
        if (r >= 0)
                return r;
        if (r == GNUTLS_E_AGAIN)
                return -EAGAIN;
        return r == GNUTLS_E_PREMATURE_TERMINATION ? 0 : -EPROTO;
}

ssize_t tls_send(struct tls *t, const void *p, size_t n)
{
        ssize_t r;

        /* GnuTLS keeps what it could not send, and wants to be asked with nothing. */
        do
                r = t->unsent ? gnutls_record_send(t->s, NULL, 0) : gnutls_record_send(t->s, p, n);
        while (r == GNUTLS_E_INTERRUPTED);
        t->unsent = r == GNUTLS_E_AGAIN;
        if (r >= 0)
                return r;
        return t->unsent ? -EAGAIN : -EPIPE;
}

bool tls_pending(const struct tls *t)
{
        return gnutls_record_check_pending(t->s) > 0;
}

void tls_bye(struct tls *t)
{
        (void) gnutls_bye(t->s, GNUTLS_SHUT_WR);
}

const char *tls_version(const struct tls *t)
{
        return gnutls_protocol_get_name(gnutls_protocol_get_version(t->s));
}
