// SPDX-License-Identifier: MIT
#include "press/token.h"

#include <nettle/hmac.h>
#include <nettle/sha2.h>
#include <sodium.h>

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define HMAC_BYTES   10
#define VARINT_MAX   9 /* bytes: 63 bits by 7 */
#define TAG_BYTES    (VARINT_MAX + HMAC_BYTES)
#define LOCAL_OCTETS 64
#define PATH_BYTES   320

static const char BASE32[] = "abcdefghijklmnopqrstuvwxyz234567";

_Static_assert(sizeof(struct sha256_ctx) <= sizeof(((struct hash *) 0)->state),
               "struct hash must hold nettle's state");
_Static_assert((TAG_BYTES * 8 + 4) / 5 < TOKEN_TAG_MAX, "any tag fits");
_Static_assert(HASH_BYTES == SHA256_DIGEST_SIZE, "hash size");

void token_init(void)
{
        if (sodium_init() < 0) {
                fputs("<2>press: libsodium cannot start: no source of random numbers\n", stderr);
                abort();
        }
}

void token_random(void *p, size_t n)
{
        randombytes_buf(p, n);
}

uint32_t token_random32(void)
{
        return randombytes_random();
}

static void number_bytes(int64_t n, unsigned char out[8])
{
        for (int i = 7; i >= 0; i--) {
                out[i] = (unsigned char) ((uint64_t) n & 0xff);
                n = (int64_t) ((uint64_t) n >> 8);
        }
}

static void tag_hmac(const unsigned char *key, int64_t delivery, unsigned char out[HMAC_BYTES])
{
        static const unsigned char purpose[] = "press return path";
        unsigned char id[8];
        struct hmac_sha256_ctx st;

        number_bytes(delivery, id);
        hmac_sha256_set_key(&st, TOKEN_KEY_BYTES, key);
        hmac_sha256_update(&st, sizeof(purpose) - 1, purpose);
        hmac_sha256_update(&st, sizeof(id), id);
        hmac_sha256_digest(&st, HMAC_BYTES, out);
        sodium_memzero(&st, sizeof(st));
}

static size_t tag_bytes(const unsigned char *key, int64_t delivery, unsigned char out[TAG_BYTES])
{
        uint64_t rest = (uint64_t) delivery;
        size_t n = 0;

        while (rest >= 0x80) {
                out[n++] = (unsigned char) (0x80 | (rest & 0x7f));
                rest >>= 7;
        }
        out[n++] = (unsigned char) rest;
        tag_hmac(key, delivery, out + n);
        return n + HMAC_BYTES;
}

void token_tag(const unsigned char key[TOKEN_KEY_BYTES], int64_t delivery, char out[TOKEN_TAG_MAX])
{
        unsigned char raw[TAG_BYTES];
        unsigned bits = 0, have = 0;
        size_t n, len = 0;

        assert(delivery >= 0);
        n = tag_bytes(key, delivery, raw);
        for (size_t i = 0; i < n; i++) {
                bits = (bits << 8 | raw[i]) & 0xfff;
                for (have += 8; have >= 5; have -= 5)
                        out[len++] = BASE32[bits >> (have - 5) & 31];
        }
        if (have)
                out[len++] = BASE32[bits << (5 - have) & 31];
        out[len] = '\0';
}

/* Bytes of the id in `raw`, or 0 when it is no positive number that fits. */
static size_t varint_read(const unsigned char *raw, size_t n, int64_t *ret_number)
{
        uint64_t v = 0;

        for (size_t i = 0; i < n && i < VARINT_MAX; i++) {
                v |= (uint64_t) (raw[i] & 0x7f) << (7 * i);
                if (!(raw[i] & 0x80)) {
                        *ret_number = (int64_t) v;
                        return i + 1;
                }
        }
        return 0;
}

static bool base32_read(const char *tag, unsigned char out[TAG_BYTES], size_t *ret_n)
{
        unsigned bits = 0, have = 0;
        size_t n = 0;

        for (const char *p = tag; *p; p++) {
                char c = *p >= 'A' && *p <= 'Z' ? (char) (*p + 32) : *p;
                const char *at = strchr(BASE32, c);

                if (!at || n == TAG_BYTES)
                        return false;
                bits = (bits << 5 | (unsigned) (at - BASE32)) & 0xfff;
                have += 5;
                if (have >= 8) {
                        have -= 8;
                        out[n++] = (unsigned char) (bits >> have & 0xff);
                }
        }
        *ret_n = n;
        return true;
}

bool token_tag_check(const unsigned char key[TOKEN_KEY_BYTES], const char *tag,
                     int64_t *ret_delivery)
{
        unsigned char raw[TAG_BYTES], want[HMAC_BYTES];
        char again[TOKEN_TAG_MAX];
        int64_t delivery = 0;
        size_t n, id;

        if (strlen(tag) >= TOKEN_TAG_MAX || !base32_read(tag, raw, &n) || n <= HMAC_BYTES)
                return false;
        id = varint_read(raw, n - HMAC_BYTES, &delivery);
        if (id != n - HMAC_BYTES)
                return false;
        tag_hmac(key, delivery, want);
        if (sodium_memcmp(want, raw + id, HMAC_BYTES) != 0)
                return false;
        token_tag(key, delivery, again); /* one spelling only: no overlong id, no loose bits */
        if (strcasecmp(again, tag) != 0)
                return false;
        *ret_delivery = delivery;
        return true;
}

bool token_return_path(const char *pattern, const char *tag, char out[320])
{
        static const char hole[] = "{tag}";
        const char *at = strrchr(pattern, '@');
        const char *here = strstr(pattern, hole);
        const char *rest, *plus = "";
        const char *end;
        char path[PATH_BYTES];
        int n;

        if (!at)
                return false;
        if (here) {
                rest = here + sizeof(hole) - 1;
        } else {
                here = rest = at;
                plus = "+";
        }
        n = snprintf(path, sizeof(path), "%.*s%s%s%s", (int) (here - pattern), pattern, plus, tag,
                     rest);
        if (n < 0 || (size_t) n >= sizeof(path))
                return false;
        end = strrchr(path, '@');
        if (!end || end == path || end - path > LOCAL_OCTETS)
                return false;
        memcpy(out, path, (size_t) n + 1);
        return true;
}

/*
 * Nettle uses the processor's own SHA-256, libsodium does not: each letter has a tag, and each
 * recipient of a release is hashed when it is submitted and when it is judged. The state is
 * opaque bytes in the header, so that nobody else needs nettle's.
 */
static struct sha256_ctx *hash_state(struct hash *h)
{
        return (struct sha256_ctx *) (void *) h->state;
}

void hash_init(struct hash *h)
{
        sha256_init(hash_state(h));
}

void hash_piece(struct hash *h, const void *p, size_t n)
{
        unsigned char len[8];

        number_bytes((int64_t) n, len);
        sha256_update(hash_state(h), sizeof(len), len);
        if (n)
                sha256_update(hash_state(h), n, p);
}

void hash_text(struct hash *h, const char *s)
{
        hash_piece(h, s ? s : "", s ? strlen(s) : 0);
}

void hash_number(struct hash *h, int64_t n)
{
        unsigned char bytes[8];

        number_bytes(n, bytes);
        hash_piece(h, bytes, sizeof(bytes));
}

void hash_final(struct hash *h, unsigned char out[HASH_BYTES])
{
        sha256_digest(hash_state(h), HASH_BYTES, out);
}

void hash_hex(const unsigned char in[HASH_BYTES], char out[HASH_HEX_MAX])
{
        sodium_bin2hex(out, HASH_HEX_MAX, in, HASH_BYTES);
}
