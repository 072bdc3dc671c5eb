// SPDX-License-Identifier: MIT
#include "smtp_peer.h"

#include "fuzz.h"

#include "press/mem.h"

#include <stdio.h>
#include <string.h>

static void owe(struct peer *p, enum owed_type type)
{
        must(p->nowed < COUNT_OF(p->owed));
        p->owed[p->nowed++] = (struct owed){type, p->letter};
}

static unsigned number_behind(const char *line, const char *word)
{
        unsigned n = PEER_LETTERS;

        must(sscanf(line + strlen(word), "%u", &n) == 1 && n < PEER_LETTERS);
        return n;
}

static void command(struct peer *p, const char *line)
{
        static const char mail[] = "MAIL FROM:<b", rcpt[] = "RCPT TO:<r";

        if (strncmp(line, mail, strlen(mail)) == 0) {
                p->letter = number_behind(line, mail);
                p->fate[p->letter].mail_out = true;
                must(!p->reset_due);
                owe(p, OWED_MAIL);
        } else if (strncmp(line, rcpt, strlen(rcpt)) == 0) {
                must(p->letter == number_behind(line, rcpt));
                owe(p, OWED_RCPT);
        } else if (strcmp(line, "DATA") == 0) {
                owe(p, OWED_DATA);
        } else if (strcmp(line, "RSET") == 0) {
                p->reset_due = false;
                owe(p, OWED_RSET);
        } else {
                must(strcmp(line, "QUIT") == 0);
                must(p->nowed == 0);
                owe(p, OWED_QUIT);
        }
}

/* A line of a letter; a lone dot is no letter and may come only where nobody would get it. */
static void letter_line(struct peer *p, const char *line)
{
        static const char first[] = "letter ";
        struct fate *f = &p->fate[p->letter];

        if (strcmp(line, ".") != 0) {
                if (p->letter_lines++ == 0)
                        must(strncmp(line, first, strlen(first)) == 0 &&
                             number_behind(line, first) == p->letter);
                return;
        }
        must(f->rcpt_ok == (p->letter_lines > 0));
        must(!f->dot_out);
        f->dot_out = f->rcpt_ok;
        owe(p, f->rcpt_ok ? OWED_DOT : OWED_LONE_DOT);
        p->data = false;
}

void peer_takes(struct peer *p, const char *s, size_t n)
{
        for (; n; n--, s++) {
                must(p->line_len < sizeof(p->line) - 1 && *s);
                p->line[p->line_len++] = *s;
                must((*s == '\n') ==
                     (p->line_len > 1 && s[0] == '\n' && p->line[p->line_len - 2] == '\r'));
                if (*s != '\n')
                        continue;
                p->line[p->line_len - 2] = '\0';
                must(!strchr(p->line, '\r'));
                p->line_len = 0;
                (p->data ? letter_line : command)(p, p->line);
        }
}

static void answer(struct peer *p, int code)
{
        struct owed o = p->owed[0];
        struct fate *f = &p->fate[o.letter];
        bool good = o.type == OWED_DATA ? code / 100 == 3
                                        : code / 100 == 2 && code != 220 && code != 221;

        memmove(p->owed, p->owed + 1, --p->nowed * sizeof(o));
        if (o.type == OWED_QUIT)
                p->over = true;
        if (o.type == OWED_MAIL)
                f->mail_ok = good;
        if (o.type == OWED_RCPT)
                f->rcpt_ok = good;
        if (o.type == OWED_DOT)
                f->dot_code = code;
        if (o.type == OWED_DATA && good) {
                f->data_ok = p->data = true;
                p->letter_lines = 0;
        }
        if (good || o.type == OWED_RSET || o.type == OWED_QUIT)
                return;
        p->reset_due |= o.type != OWED_DOT && o.type != OWED_LONE_DOT;
        if (!f->bad_code)
                f->bad_code = code;
}

/* A line of a reply is whole. */
static void reply_line(struct peer *p)
{
        const char *r = p->reply;
        size_t n = p->reply_line_len - (p->last_byte == '\r' ? 1 : 0);
        bool digits = n >= 3 && strspn(r, "0123456789") >= 3;
        int code = digits ? (r[0] - '0') * 100 + (r[1] - '0') * 10 + r[2] - '0' : 0;
        bool last = n == 3 || (n > 3 && r[3] == ' '), more = n > 3 && r[3] == '-';

        p->over = code < 200 || code > 599 || !(last || more) || ++p->reply_lines > 200 ||
                  (p->reply_lines > 1 && code != p->code);
        p->code = code;
        p->reply_len = p->reply_line_len = 0;
        memset(p->reply, 0, sizeof(p->reply));
        if (p->over || more)
                return;
        p->reply_lines = 0;
        if (p->early) {
                p->early_code = code;
                p->over = true;
                return;
        }
        answer(p, code);
}

void peer_says(struct peer *p, const char *s, size_t n)
{
        for (; n && !p->over; n--, s++) {
                if (p->reply_lines == 0 && p->reply_line_len == 0)
                        p->early = p->nowed == 0;
                if (*s == '\n') {
                        reply_line(p);
                        p->last_byte = '\n';
                        continue;
                }
                if (p->reply_len < sizeof(p->reply) - 1)
                        p->reply[p->reply_len++] = *s;
                p->reply_line_len++;
                p->last_byte = *s;
        }
}
