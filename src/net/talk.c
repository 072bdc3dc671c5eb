// SPDX-License-Identifier: MIT
#include "conn.h"

#include "press/text.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define LINE_KEPT 600 /* bytes of one reply line; RFC 5321 4.5.3.1.5 asks for 512 */
#define REPEATS   "(the reply repeats our login and is not kept)"

static bool starts(const char *p, size_t n, const char *word)
{
        size_t len = strlen(word);

        return n >= len && strncasecmp(p, word, len) == 0;
}

/* The argument of the last AUTH line, to find it again if the relay repeats it (R48). */
static void keep_secret(struct talk *t, const char *p, size_t n)
{
        size_t len = 0, start;

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
        t->reply = (struct reply){0};
        t->whole = false;
}

/* RFC 3463: "5.7.1 text" gives "5.7.1". */
static void enhanced_of(const char *p, char ret[REPLY_ENHANCED_MAX])
{
        size_t n = strspn(p, "0123456789.");
        unsigned dots = 0;

        for (size_t i = 0; i < n; i++)
                dots += p[i] == '.';
        if (n >= REPLY_ENHANCED_MAX || dots != 2 || !strchr("245", p[0]) || p[1] != '.' ||
            p[n - 1] == '.' || p[2] == '.' || (p[n] && p[n] != ' '))
                return;
        memcpy(ret, p, n);
        ret[n] = '\0';
}

static void keep_text(struct reply *r, const char *text)
{
        size_t len = strlen(r->text);

        if (!len)
                enhanced_of(text, r->enhanced);
        if (len && len + 4 < sizeof(r->text)) {
                memcpy(r->text + len, " / ", 4);
                len += 3;
        }
        text_escape(text, r->text + len, sizeof(r->text) - len);
}

void talk_heard(struct conn *c, const char *line, size_t n)
{
        struct talk *t = &c->talk;
        struct reply *r = &t->reply;
        char text[LINE_KEPT] = "";

        while (n && (line[n - 1] == '\r' || line[n - 1] == '\n'))
                n--;
        if (n < 3 || !isdigit((unsigned char) line[0]) || !isdigit((unsigned char) line[1]) ||
            !isdigit((unsigned char) line[2]))
                return; /* libcurl judges it; nothing of it is kept */
        if (t->whole)
                *r = (struct reply){0};
        r->code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
        t->whole = n == 3 || line[3] != '-';

        if (t->said == SAID_EHLO && t->extended && t->greeted && r->code == 250)
                smtp_caps_line(&c->caps, line, n);
        t->greeted = true;
        if (t->said == SAID_AUTH && r->code == 235)
                t->logged_in = true;
        if (r->code < 400 || n <= 4)
                return; /* a challenge above all is not kept */

        n = n - 4 < sizeof(text) ? n - 4 : sizeof(text) - 1;
        memcpy(text, line + 4, n);
        for (size_t i = 0; i < n; i++)
                if (!text[i])
                        text[i] = '\x1a'; /* a NUL, shown as a control character */
        if (t->said == SAID_AUTH && ((t->secret[0] && strstr(text, t->secret)) ||
                                     (c->opts.password[0] && strstr(text, c->opts.password))))
                memcpy(text, REPEATS, sizeof(REPEATS));
        keep_text(r, text);
}

void talk_done(struct conn *c)
{
        explicit_bzero(c->talk.secret, sizeof(c->talk.secret));
}
