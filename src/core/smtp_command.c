// SPDX-License-Identifier: MIT
#include "smtp_internal.h"

#include "press/buf.h"
#include "press/mem.h"
#include "press/text.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#define PATH_MAX_OCTETS  254 /* RFC 5321 4.5.3.1.3, without <> */
#define ENVID_MAX_OCTETS 100 /* RFC 3461 4.4, before encoding */
#define ORCPT_MAX_OCTETS 500 /* RFC 3461 4.2 */
#define COMMANDS_MAX     8192

static size_t word_len(const char *s, size_t n)
{
        size_t i = 0;

        while (i < n && s[i] != ' ' && s[i] != '\r' && s[i] != '\n')
                i++;
        return i;
}

static bool word_is(const char *s, size_t n, const char *word)
{
        return n == strlen(word) && strncasecmp(s, word, n) == 0;
}

/* A number that does not fit or is none says nothing: 0. */
static uint64_t size_number(const char *s, size_t n)
{
        uint64_t v = 0;

        for (size_t i = 0; i < n; i++) {
                if (s[i] < '0' || s[i] > '9' || v > (UINT64_MAX - 9) / 10)
                        return 0;
                v = v * 10 + (uint64_t) (s[i] - '0');
        }
        return v;
}

void smtp_caps_line(struct smtp_caps *caps, const char *line, size_t n)
{
        size_t len;

        if (n < 4 || memcmp(line, "250", 3) != 0 || (line[3] != '-' && line[3] != ' '))
                return;
        line += 4;
        n -= 4;
        len = word_len(line, n);
        if (word_is(line, len, "PIPELINING"))
                caps->pipelining = true;
        else if (word_is(line, len, "DSN"))
                caps->dsn = true;
        else if (word_is(line, len, "8BITMIME"))
                caps->eightbitmime = true;
        else if (word_is(line, len, "SMTPUTF8"))
                caps->smtputf8 = true;
        else if (word_is(line, len, "CHUNKING"))
                caps->chunking = true;
        else if (word_is(line, len, "STARTTLS"))
                caps->starttls = true;
        else if (word_is(line, len, "AUTH") ||
                 (len > 5 && strncasecmp(line, "AUTH=", 5) == 0)) /* the old spelling */
                caps->auth = true;
        else if (word_is(line, len, "SIZE")) {
                caps->size = true;
                if (len < n && line[len] == ' ')
                        caps->size_max =
                                size_number(line + len + 1, word_len(line + len + 1, n - len - 1));
        }
}

bool smtp_is_ascii(const char *s)
{
        for (; *s; s++)
                if ((unsigned char) *s >= 0x80)
                        return false;
        return true;
}

/*
 * The last door before the wire (R53): addr.h has checked more, but whatever
 * came here must not be able to end a path or a line.
 */
static bool path_is_safe(const char *s)
{
        struct text_bad bad;
        bool quoted = false;

        if (strlen(s) > PATH_MAX_OCTETS || !text_clean(s, 0, &bad))
                return false;
        for (; *s; s++) {
                if (quoted && *s == '\\' && s[1])
                        s++;
                else if (*s == '"')
                        quoted = !quoted;
                else if (!quoted && strchr(" <>", *s))
                        return false;
        }
        return !quoted;
}

int smtp_check_envelope(const struct smtp_envelope *e)
{
        const char *at = strrchr(e->rcpt, '@');
        struct text_bad bad;

        if (!path_is_safe(e->from) || !path_is_safe(e->rcpt))
                return -EINVAL;
        if (!at || at == e->rcpt || !at[1])
                return -EINVAL;
        if (e->from[0] && !strchr(e->from, '@'))
                return -EINVAL;
        if (strlen(e->envid) > ENVID_MAX_OCTETS || !text_clean(e->envid, 0, &bad) ||
            !smtp_is_ascii(e->envid))
                return -EINVAL;
        return 0;
}

/* RFC 3461 4: xtext */
static void add_xtext(struct buf *b, const char *s)
{
        for (; *s; s++) {
                if (*s == '+' || *s == '=' || *s <= ' ' || *s > '~')
                        buf_addf(b, "+%02X", (unsigned) (unsigned char) *s);
                else
                        buf_addc(b, *s);
        }
}

/* RFC 6533 3: utf-8-addr-xtext, the form that is ASCII and so fits any line */
static void add_utf8_xtext(struct buf *b, const char *s)
{
        while (*s) {
                unsigned char c = (unsigned char) *s++;
                unsigned more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : c >= 0xc0 ? 1 : 0;
                unsigned point = more ? c & (0x3fu >> more) : c;

                for (; more && *s; more--)
                        point = point << 6 | ((unsigned char) *s++ & 0x3fu);
                if (point <= ' ' || point > '~' || strchr("+=\\", (int) point))
                        buf_addf(b, "\\x{%X}", point);
                else
                        buf_addc(b, (char) point);
        }
}

static void add_orcpt(struct buf *b, const char *rcpt)
{
        CLEANUP(buf_done) struct buf v = BUF(COMMANDS_MAX);

        if (smtp_is_ascii(rcpt)) {
                buf_adds(&v, "rfc822;");
                add_xtext(&v, rcpt);
        } else {
                buf_adds(&v, "utf-8;");
                add_utf8_xtext(&v, rcpt);
        }
        if (v.len <= ORCPT_MAX_OCTETS)
                buf_addf(b, " ORCPT=%s", v.s);
}

/* BODY=8BITMIME is never said: letters are 7-bit clean always. */
static void add_mail(struct buf *b, const struct smtp_caps *caps, const struct smtp_envelope *e)
{
        buf_addf(b, "MAIL FROM:<%s>", e->from);
        if (caps->size && e->size)
                buf_addf(b, " SIZE=%llu", (unsigned long long) e->size);
        if (caps->smtputf8 && !(smtp_is_ascii(e->rcpt) && smtp_is_ascii(e->from)))
                buf_adds(b, " SMTPUTF8");
        if (caps->dsn) {
                buf_adds(b, " RET=HDRS");
                if (e->envid[0]) {
                        buf_adds(b, " ENVID=");
                        add_xtext(b, e->envid);
                }
        }
        buf_adds(b, "\r\n");
}

static void add_rcpt(struct buf *b, const struct smtp_caps *caps, const struct smtp_envelope *e)
{
        buf_addf(b, "RCPT TO:<%s>", e->rcpt);
        if (caps->dsn) {
                buf_adds(b, " NOTIFY=SUCCESS,FAILURE,DELAY");
                add_orcpt(b, e->rcpt);
        }
        buf_adds(b, "\r\n");
}

void smtp_commands(const struct smtp_caps *caps, const struct smtp_envelope *e, struct txn *t)
{
        struct buf b = BUF(COMMANDS_MAX);

        buf_adds(&b, "RSET\r\n");
        t->mail_at = b.len;
        add_mail(&b, caps, e);
        t->rcpt_at = b.len;
        add_rcpt(&b, caps, e);
        t->data_at = b.len;
        buf_adds(&b, "DATA\r\n");
        t->end = b.len;
        assert(!b.over);
        t->command = buf_take(&b);
}
