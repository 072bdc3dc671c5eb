/*
 * smtpd_tls.h - the little of GnuTLS that a non-blocking server needs
 */
#ifndef SMTPD_TLS_H
#define SMTPD_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct tls_keys;
struct tls;

/* NULL with a line on standard error. */
struct tls_keys *tls_load(const char *cert_file, const char *key_file);
void tls_unload(struct tls_keys *k);

/* priority may be NULL. NULL when the priority string is wrong. */
struct tls *tls_new(const struct tls_keys *k, const char *priority, int fd);
void tls_free(struct tls *t);

/* 0 done, -EAGAIN, or -EPROTO with the reason in *ret_why. */
int tls_handshake(struct tls *t, const char **ret_why);
bool tls_wants_write(const struct tls *t);
/* Bytes, 0 at the end, -EAGAIN, or another negative. */
ssize_t tls_recv(struct tls *t, void *p, size_t n);
ssize_t tls_send(struct tls *t, const void *p, size_t n);
bool tls_pending(const struct tls *t); /* more can be had without the socket */
void tls_bye(struct tls *t);           /* says the end; does not wait */
const char *tls_version(const struct tls *t);

#endif
