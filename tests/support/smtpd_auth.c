// SPDX-License-Identifier: MIT
/* AUTH PLAIN and LOGIN (RFC 4954, RFC 4616), for one user. */
#include "smtpd.h"

#include "press/mem.h"

#include <string.h>
#include <strings.h>

static int sextet(char c)
{
        static const char digits[] =
                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        const char *p = c ? strchr(digits, c) : NULL;

        return p ? (int) (p - digits) : -1;
}

/* false when p[n] is not base64. */
static bool decode(const char *p, size_t n, struct buf *ret)
{
        unsigned acc = 0, bits = 0;

        buf_clear(ret);
        if (n % 4)
                return false;
        while (n && p[n - 1] == '=')
                n--;
        for (size_t i = 0; i < n; i++) {
                int v = sextet(p[i]);

                if (v < 0)
                        return false;
                acc = (acc << 6) | (unsigned) v;
                bits += 6;
                if (bits >= 8) {
                        bits -= 8;
                        buf_addc(ret, (char) (acc >> bits));
                }
        }
        return true;
}

static void decide(struct conn *c, const char *user, const char *pass)
{
        const struct script *s = c->srv->script;
        CLEANUP(buf_done) struct buf line = BUF(SMTPD_LINE_MAX);
        bool right = s->user && !strcmp(user, s->user) && !strcmp(pass, s->pass);
        int code;

        buf_addf(&line, "AUTH %s %s", c->s.auth_mech, user);
        c->s.mode = MODE_COMMAND;
        code = reply_say(c, STAGE_AUTH, line.s, line.len, right ? 235 : 535,
                         right ? "2.7.0" : "5.7.8", right ? "Welcome" : "Wrong name or password");
        c->s.authenticated = code / 100 == 2;
}

static void refuse(struct conn *c, int code, const char *enh, const char *text)
{
        c->s.mode = MODE_COMMAND;
        reply_say(c, STAGE_AUTH, "AUTH", 4, code, enh, text);
}

static void challenge(struct conn *c, const char *line)
{
        conn_say(c, line, strlen(line));
}

/* authzid NUL user NUL password */
static void plain(struct conn *c, const struct buf *b)
{
        const char *user = b->s + strlen(b->s) + 1;
        const char *pass = user <= b->s + b->len ? user + strlen(user) + 1 : NULL;

        if (!pass || pass > b->s + b->len)
                refuse(c, 501, "5.5.2", "Not three parts");
        else
                decide(c, user, pass);
}

void auth_continue(struct conn *c, const char *line, size_t n)
{
        CLEANUP(buf_done) struct buf b = BUF(SMTPD_LINE_MAX);

        if (n == 1 && *line == '*') {
                refuse(c, 501, "5.7.0", "Given up, as you wish");
                return;
        }
        if (!decode(line, n, &b)) {
                refuse(c, 501, "5.5.2", "Not base64");
                return;
        }
        if (!strcmp(c->s.auth_mech, "PLAIN")) {
                plain(c, &b);
        } else if (!c->s.auth_user.len) {
                buf_add(&c->s.auth_user, b.s, b.len);
                challenge(c, "334 UGFzc3dvcmQ6\r\n"); /* Password: */
        } else {
                decide(c, c->s.auth_user.s, b.s);
        }
}

void auth_begin(struct conn *c, const char *line, size_t n)
{
        static const char *const mechs[] = {"PLAIN", "LOGIN"};
        const char *arg = line + (n > 5 ? 5 : n), *end = line + n;
        size_t len = strcspn(arg, " ");

        if (!session_offer(c)->auth || !c->s.ehlo) {
                refuse(c, 503, "5.5.1", "AUTH was not offered");
                return;
        }
        if (c->s.authenticated || c->s.in_mail) {
                refuse(c, 503, "5.5.1", "Not now");
                return;
        }
        for (size_t i = 0; i < COUNT_OF(mechs); i++) {
                if (len != strlen(mechs[i]) || strncasecmp(arg, mechs[i], len))
                        continue;
                memcpy(c->s.auth_mech, mechs[i], len + 1);
                buf_clear(&c->s.auth_user);
                c->s.mode = MODE_AUTH;
                arg += len;
                if (arg < end && arg + 1 < end) /* an initial response; "=" is an empty one */
                        auth_continue(c, arg + 1, arg[1] == '=' ? 0 : (size_t) (end - arg - 1));
                else
                        challenge(c, i ? "334 VXNlcm5hbWU6\r\n" : "334 \r\n"); /* Username: */
                return;
        }
        refuse(c, 504, "5.5.4", "No such mechanism");
}
