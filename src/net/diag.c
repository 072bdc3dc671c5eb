// SPDX-License-Identifier: MIT
#include "conn.h"

#include <errno.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define NAMES_MAX 5 /* of a certificate, told in a message */

void diag_peer(struct conn *c)
{
        char *ip = NULL;
        long port = 0;

        if (!c->easy || curl_easy_getinfo(c->easy, CURLINFO_PRIMARY_IP, &ip) != CURLE_OK || !ip ||
            !ip[0])
                return;
        curl_easy_getinfo(c->easy, CURLINFO_PRIMARY_PORT, &port);
        snprintf(c->info.peer, sizeof(c->info.peer), strchr(ip, ':') ? "[%s]:%ld" : "%s:%ld", ip,
                 port);
}

/* --- the certificate ----------------------------------------------------------- */

static void add_name(char *names, size_t size, const char *name, size_t n)
{
        size_t len = strlen(names);

        if (len + n + 3 < size)
                snprintf(names + len, size - len, "%s%.*s", len ? ", " : "", (int) n, name);
}

/* The host names that a certificate shows, or else its subject. */
static void certificate_names(gnutls_x509_crt_t crt, char *names, size_t size)
{
        char name[256];
        unsigned found = 0;
        size_t n;

        for (unsigned i = 0; found < NAMES_MAX; i++) {
                n = sizeof(name);
                int type = gnutls_x509_crt_get_subject_alt_name(crt, i, name, &n, NULL);

                if (type == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
                        break;
                if (type != GNUTLS_SAN_DNSNAME)
                        continue;
                add_name(names, size, name, n);
                found++;
        }
        n = sizeof(name);
        if (!found &&
            gnutls_x509_crt_get_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, 0, name, &n) == 0)
                add_name(names, size, name, n);
}

static void shown_names(CURL *easy, char *names, size_t size)
{
        struct curl_certinfo *chain = NULL;
        const char *pem = NULL;
        gnutls_x509_crt_t crt;

        names[0] = '\0';
        curl_easy_getinfo(easy, CURLINFO_CERTINFO, &chain);
        if (!chain || chain->num_of_certs < 1)
                return;
        for (struct curl_slist *s = chain->certinfo[0]; s; s = s->next)
                if (strncmp(s->data, "Cert:", 5) == 0)
                        pem = s->data + 5;
        if (!pem || gnutls_x509_crt_init(&crt) < 0)
                return;

        gnutls_datum_t d = {.data = (unsigned char *) (uintptr_t) pem,
                            .size = (unsigned) strlen(pem)};
        if (gnutls_x509_crt_import(crt, &d, GNUTLS_X509_FMT_PEM) == 0)
                certificate_names(crt, names, size);
        gnutls_x509_crt_deinit(crt);
}

static void certificate_text(struct conn *c, char *out, size_t size)
{
        long status = 0;
        char names[sizeof(c->info.cert)];
        gnutls_datum_t d = {0};

        shown_names(c->easy, names, sizeof(names));
        curl_easy_getinfo(c->easy, CURLINFO_SSL_VERIFYRESULT, &status);
        c->info.trouble = status ? TLS_NOT_TRUSTED : TLS_WRONG_NAME;
        if (!status) { /* the chain is good, so it is the name */
                memcpy(c->info.cert, names, sizeof(names));
                snprintf(out, size, "certificate names %s, not %s", names[0] ? names : "nobody",
                         c->host);
                return;
        }
        if (status > 0)
                gnutls_certificate_verification_status_print((unsigned) status, GNUTLS_CRT_X509, &d,
                                                             0);
        snprintf(out, size, "certificate of %s (it names %s) is not trusted: %s", c->host,
                 names[0] ? names : "nobody", d.data ? (char *) d.data : c->talk.error);
        gnutls_free(d.data);
}

/* --- what happened --------------------------------------------------------------- */

static bool is_tls(CURLcode rc)
{
        switch (rc) {
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CIPHER:
        case CURLE_SSL_CERTPROBLEM:
        case CURLE_USE_SSL_FAILED:
        case CURLE_SSL_CACERT_BADFILE:
        case CURLE_SSL_ENGINE_INITFAILED:
        case CURLE_SSL_ISSUER_ERROR:
        case CURLE_SSL_INVALIDCERTSTATUS: return true;
        default: return false;
        }
}

static bool secured(const struct conn *c)
{
        curl_off_t us = 0;

        curl_easy_getinfo(c->easy, CURLINFO_APPCONNECT_TIME_T, &us);
        return us != 0;
}

static enum stage stage_of(const struct conn *c, CURLcode rc)
{
        if (is_tls(rc))
                return STAGE_TLS;
        if (rc == CURLE_LOGIN_DENIED)
                return STAGE_AUTH;
        switch (c->talk.said) {
        case SAID_EHLO: return STAGE_EHLO;
        case SAID_STARTTLS: return STAGE_TLS;
        case SAID_AUTH: return STAGE_AUTH;
        case SAID_NOTHING: break;
        }
        /* Before the first word: smtps makes TLS first. */
        return c->tcp_up && strncasecmp(c->opts.url, "smtps:", 6) == 0 && !secured(c)
                       ? STAGE_TLS
                       : STAGE_CONNECT;
}

/* What the relay owed us when it ended. */
static const char *waited_for(const struct conn *c, enum stage stage)
{
        switch (stage) {
        case STAGE_TLS:
                return c->talk.said == SAID_STARTTLS && !c->talk.whole ? "the reply to STARTTLS"
                                                                       : "the TLS handshake";
        case STAGE_EHLO: return "the reply to EHLO";
        case STAGE_AUTH: return "the reply to our login";
        default: return "the banner";
        }
}

static void connect_text(struct conn *c, char *out, size_t size)
{
        long no = 0;

        curl_easy_getinfo(c->easy, CURLINFO_OS_ERRNO, &no);
        snprintf(out, size, "cannot connect to %s: %s", c->target,
                 no ? strerror((int) no) : c->talk.error);
}

static void failure_text(struct conn *c, CURLcode rc, enum stage stage, char *out, size_t size)
{
        const char *reason = c->talk.error[0] ? c->talk.error : curl_easy_strerror(rc);

        switch (rc) {
        case CURLE_COULDNT_RESOLVE_HOST:
                snprintf(out, size, "no address is known for the name in %s", c->target);
                return;
        case CURLE_COULDNT_CONNECT: connect_text(c, out, size); return;
        case CURLE_PEER_FAILED_VERIFICATION: certificate_text(c, out, size); return;
        case CURLE_USE_SSL_FAILED:
                c->info.trouble = TLS_NOT_OFFERED;
                snprintf(out, size, "the relay offers no STARTTLS, but tls is \"required\"");
                return;
        case CURLE_SSL_CACERT_BADFILE:
                snprintf(out, size, "cannot read the CA file %s",
                         c->opts.ca_file[0] ? c->opts.ca_file : "of the system");
                return;
        case CURLE_LOGIN_DENIED:
                snprintf(out, size,
                         "a username is set, but the relay offers no login that we know (AUTH)");
                return;
        case CURLE_SSL_CONNECT_ERROR:
                snprintf(out, size, "the TLS handshake failed: %s", reason);
                return;
        case CURLE_RECV_ERROR:
        case CURLE_SEND_ERROR:
        case CURLE_GOT_NOTHING:
                if (strstr(reason, "Too large")) /* libcurl's own ceiling for what it is told */
                        snprintf(out, size, "the relay talks too much: %s", reason);
                else
                        snprintf(out, size, "the relay closed the connection before %s",
                                 waited_for(c, stage));
                return;
        case CURLE_WEIRD_SERVER_REPLY:
                snprintf(out, size, "out of step at %s: %s", waited_for(c, stage), reason);
                return;
        case CURLE_URL_MALFORMAT:
                snprintf(out, size, "url is not a relay's: %s", c->opts.url);
                return;
        default: snprintf(out, size, "%s", reason);
        }
}

/* Looking a name up needs descriptors too, and getaddrinfo() does not tell why it failed. */
static int no_descriptor(void)
{
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

        if (fd < 0)
                return errno == EMFILE || errno == ENFILE ? errno : 0;
        close(fd);
        return 0;
}

/* errno when the trouble is this machine's: no descriptor, no memory for a socket; else 0. */
static int own_trouble(const struct conn *c, CURLcode rc)
{
        switch (c->open_error) {
        case EMFILE:
        case ENFILE:
        case ENOBUFS:
        case ENOMEM: return c->open_error;
        default: return rc == CURLE_COULDNT_RESOLVE_HOST ? no_descriptor() : 0;
        }
}

struct outcome diag_failed(struct conn *c, CURLcode rc)
{
        enum stage stage = stage_of(c, rc);
        char text[REPLY_TEXT_MAX] = "";
        int own = own_trouble(c, rc);

        if (own != 0)
                return outcome_local(VERDICT_NOT_TRIED, BLAME_NOBODY, STAGE_CONNECT, 0, "",
                                     strerror(own));
        diag_peer(c);
        if (c->talk.said == SAID_STARTTLS && c->talk.whole && c->talk.reply.code >= 400)
                c->info.trouble = TLS_NOT_OFFERED;
        if (c->talk.broken || (c->talk.whole && c->talk.reply.code >= 400))
                return outcome_judge(stage, &c->talk.reply, false, false);
        failure_text(c, rc, stage, text, sizeof(text));
        return outcome_local(VERDICT_RELAY, BLAME_RELAY, stage, 0, "", text);
}

struct outcome diag_deadline(struct conn *c)
{
        enum stage stage = stage_of(c, CURLE_OPERATION_TIMEDOUT);
        char text[REPLY_TEXT_MAX] = "";
        curl_off_t lookup = 0;
        int64_t ms = c->tcp_up ? c->opts.session_ms : c->opts.tcp_ms;

        diag_peer(c);
        curl_easy_getinfo(c->easy, CURLINFO_NAMELOOKUP_TIME_T, &lookup);
        if (c->watch_error)
                snprintf(text, sizeof(text), "the connection cannot be watched: %s",
                         strerror(c->watch_error));
        else if (c->tcp_up)
                snprintf(text, sizeof(text), "%s did not come in %lld s", waited_for(c, stage),
                         (long long) (ms + 999) / 1000);
        else
                snprintf(text, sizeof(text), "%s %s in %lld s",
                         lookup ? "cannot connect to" : "no answer from the name servers about",
                         c->target, (long long) (ms + 999) / 1000);
        return outcome_local(VERDICT_RELAY, BLAME_RELAY, stage, 0, "", text);
}
