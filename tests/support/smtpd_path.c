// SPDX-License-Identifier: MIT
/*
 * MAIL and RCPT: the address and its parameters (RFC 5321 section 4.1.2,
 * RFC 1870, 3461, 6152, 6531). Strict on purpose: what a client may not send
 * to this server, because it was not offered or is not well formed, is
 * refused, so that a test of the client fails here and not in the field.
 */
#include "smtpd.h"

#include "press/mem.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define PATH_MAX_BYTES 256 /* with the brackets, RFC 5321 section 4.5.3.1.3 */

struct answer {
        int code;
        const char *enh, *text;
};

static const struct answer FINE = {0};
static const struct answer NOT_OFFERED = {555, "5.5.4", "That parameter was not offered"};
static const struct answer BAD_VALUE = {501, "5.5.4", "A parameter's value is wrong"};
static const struct answer BAD_ADDRESS = {501, "5.1.3", "The address is wrong"};

/* The end of <...>, quoted strings heeded, or NULL. */
static const char *path_end(const char *p, const char *end)
{
        bool quoted = false;

        for (p++; p < end; p++) {
                if (*p == '\\' && quoted)
                        p++;
                else if (*p == '"')
                        quoted = !quoted;
                else if (*p == '>' && !quoted)
                        return p;
                else if ((*p == '<' || *p == ' ') && !quoted)
                        return NULL;
        }
        return NULL;
}

static struct answer read_path(const char *line, size_t n, const char *prefix, bool utf8,
                               const char **ret_addr, size_t *ret_len, const char **ret_args)
{
        const char *p = line + strlen(prefix), *end = line + n, *close;

        if (n < strlen(prefix) || strncasecmp(line, prefix, strlen(prefix)) || p == end ||
            *p != '<' || !(close = path_end(p, end)))
                return (struct answer){501, "5.5.2", "Wrong syntax"};
        if (close + 1 < end && close[1] != ' ')
                return (struct answer){501, "5.5.2", "No blank behind the address"};
        if (close - p + 1 > PATH_MAX_BYTES)
                return BAD_ADDRESS;
        for (const char *q = p + 1; q < close; q++) {
                unsigned char c = (unsigned char) *q;

                if (c < 0x20 || c == 0x7f)
                        return BAD_ADDRESS;
                if (c >= 0x80 && !utf8)
                        return (struct answer){553, "5.6.7", "The address needs SMTPUTF8"};
        }
        *ret_addr = p + 1;
        *ret_len = (size_t) (close - p - 1);
        *ret_args = close + 1 < end ? close + 2 : end;
        return FINE;
}

static bool is_xtext(const char *p, size_t n)
{
        for (size_t i = 0; i < n; i++) {
                if (p[i] == '+') {
                        if (n - i < 3 || !isxdigit((unsigned char) p[i + 1]) ||
                            !isxdigit((unsigned char) p[i + 2]))
                                return false;
                } else if (p[i] <= ' ' || p[i] > '~' || p[i] == '=') {
                        return false;
                }
        }
        return n > 0;
}

static bool is_word(const char *p, size_t n, const char *word)
{
        return n == strlen(word) && !strncasecmp(p, word, n);
}

static bool is_notify(const char *p, size_t n)
{
        const char *end = p + n;

        if (is_word(p, n, "NEVER"))
                return true;
        for (;;) {
                size_t k = strcspn(p, ", ");

                k = p + k > end ? (size_t) (end - p) : k;
                if (!is_word(p, k, "SUCCESS") && !is_word(p, k, "FAILURE") &&
                    !is_word(p, k, "DELAY"))
                        return false;
                p += k;
                if (p == end)
                        return true;
                p++;
        }
}

static bool is_orcpt(const char *p, size_t n)
{
        const char *semicolon = memchr(p, ';', n);

        return semicolon && semicolon > p &&
               is_xtext(semicolon + 1, n - (size_t) (semicolon + 1 - p));
}

static struct answer judged(bool offered, bool good)
{
        return !offered ? NOT_OFFERED : !good ? BAD_VALUE : FINE;
}

static struct answer mail_size(const struct ehlo *o, const char *v, size_t n)
{
        if (!o->size || !n || strspn(v, "0123456789") != n)
                return judged(o->size, false);
        if (strtoull(v, NULL, 10) > o->size)
                return (struct answer){552, "5.3.4", "Too large a letter"};
        return FINE;
}

static struct answer mail_param(struct conn *c, const char *p, size_t k, const char *v, size_t n)
{
        const struct ehlo *o = session_offer(c);

        if (is_word(p, k, "SIZE"))
                return mail_size(o, v, n);
        if (is_word(p, k, "BODY")) {
                c->s.eight_bit = is_word(v, n, "8BITMIME");
                return judged(o->eight_bit, c->s.eight_bit || is_word(v, n, "7BIT"));
        }
        if (is_word(p, k, "SMTPUTF8")) {
                c->s.utf8 = o->utf8;
                return judged(o->utf8, n == 0);
        }
        if (is_word(p, k, "RET"))
                return judged(o->dsn, is_word(v, n, "FULL") || is_word(v, n, "HDRS"));
        if (is_word(p, k, "ENVID"))
                return judged(o->dsn, n <= 100 && is_xtext(v, n));
        if (is_word(p, k, "AUTH"))
                return judged(o->auth, is_xtext(v, n) || is_word(v, n, "<>"));
        return NOT_OFFERED;
}

static struct answer rcpt_param(struct conn *c, const char *p, size_t k, const char *v, size_t n)
{
        const struct ehlo *o = session_offer(c);

        if (is_word(p, k, "NOTIFY"))
                return judged(o->dsn, is_notify(v, n));
        if (is_word(p, k, "ORCPT"))
                return judged(o->dsn, n <= 500 && is_orcpt(v, n));
        return NOT_OFFERED;
}

typedef struct answer param_fn(struct conn *c, const char *p, size_t k, const char *v, size_t n);

static struct answer read_params(struct conn *c, const char *p, const char *end, param_fn *one)
{
        if (p < end && !c->s.ehlo)
                return NOT_OFFERED;
        while (p < end) {
                const char *blank = memchr(p, ' ', (size_t) (end - p));
                const char *stop = blank ? blank : end;
                const char *equals = memchr(p, '=', (size_t) (stop - p));
                const char *v = equals ? equals + 1 : stop;
                struct answer a =
                        one(c, p, (size_t) ((equals ? equals : stop) - p), v, (size_t) (stop - v));

                if (a.code)
                        return a;
                p = blank ? blank + 1 : end;
        }
        return FINE;
}

static int refuse(struct conn *c, enum smtpd_stage stage, const char *line, size_t n,
                  struct answer a)
{
        reply_say(c, stage, line, n, a.code, a.enh, a.text);
        return a.code;
}

int path_mail(struct conn *c, const char *line, size_t n)
{
        const char *addr, *args, *end = line + n;
        size_t len;
        struct answer a;

        /* SMTPUTF8 stands behind the address that needs it. */
        c->s.utf8 = c->s.eight_bit = false;
        a = read_path(line, n, "MAIL FROM:", true, &addr, &len, &args);
        if (!a.code)
                a = read_params(c, args, end, mail_param);
        if (!a.code)
                a = read_path(line, n, "MAIL FROM:", c->s.utf8, &addr, &len, &args);
        if (a.code)
                return refuse(c, STAGE_MAIL, line, n, a);
        buf_clear(&c->s.from);
        buf_clear(&c->s.mail_args);
        buf_clear(&c->s.envelope);
        buf_add(&c->s.from, addr, len);
        buf_add(&c->s.mail_args, args, (size_t) (end - args));
        buf_add(&c->s.envelope, line, n);
        return 0;
}

int path_rcpt(struct conn *c, const char *line, size_t n)
{
        const char *addr, *args, *end = line + n;
        size_t len;
        struct answer a = read_path(line, n, "RCPT TO:", c->s.utf8, &addr, &len, &args);

        if (!a.code && !len)
                a = BAD_ADDRESS;
        if (!a.code)
                a = read_params(c, args, end, rcpt_param);
        if (a.code)
                return refuse(c, STAGE_RCPT, line, n, a);
        if (reply_say(c, STAGE_RCPT, line, n, 250, "2.1.5", "Recipient taken") / 100 != 2)
                return 0;
        buf_add(&c->s.rcpts, addr, len);
        buf_addc(&c->s.rcpts, '\0');
        buf_add(&c->s.rcpt_args, args, (size_t) (end - args));
        buf_addc(&c->s.rcpt_args, '\0');
        buf_addc(&c->s.envelope, ' ');
        buf_add(&c->s.envelope, line, n);
        c->s.n_rcpt++;
        return 0;
}
