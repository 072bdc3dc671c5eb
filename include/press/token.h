/*
 * token.h - hashes, random numbers and the authenticated tag in return paths
 *
 * tag = base32(a-z 2-7, lower case) of { delivery id as varint, HMAC }, where HMAC is
 * the first 80 bits of HMAC-SHA-256 over "press return path" and
 * the id, by the database's own key. Some servers change case: reading folds it.
 * "bounce+TAG" stays within 64 octets (RFC 5321 4.5.3.1.1, R100).
 */
#ifndef PRESS_TOKEN_H
#define PRESS_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TOKEN_KEY_BYTES 32
#define TOKEN_TAG_MAX   40 /* bytes with NUL */
#define HASH_BYTES      32 /* SHA-256 */
#define HASH_HEX_MAX    65

/* Once per process, before anything below; ends the process if libsodium cannot start. */
void token_init(void);

void token_random(void *p, size_t n);
uint32_t token_random32(void);

void token_tag(const unsigned char key[TOKEN_KEY_BYTES], int64_t delivery, char out[TOKEN_TAG_MAX]);
/* true and *ret_delivery when the tag is ours; constant time in the HMAC. */
bool token_tag_check(const unsigned char key[TOKEN_KEY_BYTES], const char *tag,
                     int64_t *ret_delivery);

/*
 * Replaces "{tag}" in `pattern` ("bounce+{tag}@ministry.example"; without it "+{tag}" is
 * added before the @). out needs 320 bytes. false: the local part would pass 64 octets.
 */
bool token_return_path(const char *pattern, const char *tag, char out[320]);

struct hash { /* running SHA-256; opaque, fits sha256_ctx of nettle */
        _Alignas(16) unsigned char state[128];
};
void hash_init(struct hash *h);
/* Each piece is hashed with its length before it, so that pieces never run together. */
void hash_piece(struct hash *h, const void *p, size_t n);
void hash_text(struct hash *h, const char *s); /* NULL counts as "" */
void hash_number(struct hash *h, int64_t n);
void hash_final(struct hash *h, unsigned char out[HASH_BYTES]);
void hash_hex(const unsigned char in[HASH_BYTES], char out[HASH_HEX_MAX]);

#endif
