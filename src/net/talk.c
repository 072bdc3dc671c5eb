// SPDX-License-Identifier: MIT
#include "conn.h"

#include <string.h>
#include <strings.h>

static bool starts(const char *p, size_t n, const char *word)
{
        size_t len = strlen(word);

        return n >= len && strncasecmp(p, word, len) == 0;
}

/* The argument of the last AUTH line, to find it again if the relay repeats it (R48). */
static void keep_secret(struct talk *t, const char *p, size_t n)
{
        size_t len, start;

        while (n && (p[n - 1] == '\r' || p[n - 1] == '\n'))
                n--;
        for (start = n; start && p[start - 1] != ' '; start--)
                ;
        len = n - start < sizeof(t->secret) ? n - start : sizeof(t->secret) - 1;
        explicit_bzero(t->secret, sizeof(t->secret));
        memcpy(t->secret, p + start, len);
}

void talk_sent(struct conn *c, const char *p, size_t n)
{
        struct talk *t = &c->talk;

        if (starts(p, n, "EHLO ") || starts(p, n, "HELO ")) {
                t->said = SAID_EHLO;
                t->extended = starts(p, n, "EHLO ");
                t->greeted = false;
                c->caps = (struct smtp_caps){0}; /* what was learnt before TLS is void (R46) */
        } else if (starts(p, n, "STARTTLS")) {
                t->said = SAID_STARTTLS;
        } else if (starts(p, n, "AUTH ")) {
                t->said = SAID_AUTH;
        }
        if (t->said == SAID_AUTH)
                keep_secret(t, p, n);
        /* A 421 is the relay's last word: what libcurl says to it then gets no answer. */
        t->whole = t->whole && t->reply.code == 421;
}

static bool holds(const char *line, size_t n, const char *secret)
{
        return secret[0] && memmem(line, n, secret, strlen(secret));
}

/* Only what refuses us is worth keeping, and a challenge must not be. */
static void take_reply(struct talk *t)
{
        t->whole = true;
        t->reply = t->reader.reply;
        if (t->said == SAID_AUTH && t->reply.code == 235)
                t->logged_in = true;
        if (t->reply.code < 400)
                t->reply.text[0] = '\0';
        else if (t->repeats)
                t->reply = (struct reply){.code = t->reply.code,
                                          .text = "(the reply repeats our login and is not kept)"};
        t->repeats = false;
}

bool talk_heard(struct conn *c, const char *line, size_t n)
{
        struct talk *t = &c->talk;
        size_t used;
        int r;

        if (t->said == SAID_EHLO && t->extended && t->greeted)
                smtp_caps_line(&c->caps, line, n);
        t->greeted = true; /* the first line of a reply to EHLO is the relay's name */
        if (t->said == SAID_AUTH)
                t->repeats |= holds(line, n, t->secret) || holds(line, n, c->opts.password);

        r = reply_read(&t->reader, line, n, &used);
        if (r < 0) {
                t->broken = true;
                t->reply = t->reader.reply;
                return false;
        }
        if (r > 0)
                take_reply(t);
        return true;
}

void talk_done(struct conn *c)
{
        explicit_bzero(c->talk.secret, sizeof(c->talk.secret));
        explicit_bzero(&c->talk.reader, sizeof(c->talk.reader));
}
