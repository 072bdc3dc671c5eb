// SPDX-License-Identifier: MIT
#include "cuts.h"

#include "press/buf.h"
#include "press/err.h"
#include "press/mem.h"

#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define MAGIC "press letter 1"

static const char *const field_names[CUT_FIELDS] = {
        [CUT_DATE] = "date",
        [CUT_TO] = "to",
        [CUT_MESSAGE_ID] = "message-id",
        [CUT_GREETING] = "greeting",
        [CUT_GREETING_HTML] = "greeting-html",
        [CUT_DATELINE] = "dateline",
        [CUT_EARLY] = "early",
        [CUT_OTHERS] = "others",
        [CUT_EVERYBODY] = "everybody",
};

void cuts_format(const struct cuts *c, struct buf *out)
{
        buf_addf(out, MAGIC "\noctets %zu\nlanguage %s\nhour %d\nzone %s\ndomain %s\n", c->octets,
                 c->language == LANG_VI ? "vi" : "en", c->hour, c->zone, c->domain);
        for (size_t i = 0; i < c->n; i++)
                buf_addf(out, "%zu %s\n", c->v[i].at, field_names[c->v[i].field]);
}

/* The value of the next line when it is "KEY VALUE", of at most size - 1 bytes; moves *s on. */
static bool take(const char **s, const char *key, char *out, size_t size)
{
        size_t klen = strlen(key), n = strcspn(*s, "\n");

        if ((*s)[n] != '\n' || n <= klen || strncmp(*s, key, klen) != 0 || (*s)[klen] != ' ' ||
            n - klen - 1 >= size)
                return false;
        memcpy(out, *s + klen + 1, n - klen - 1);
        out[n - klen - 1] = '\0';
        *s += n + 1;
        return true;
}

/* It goes into each letter's Message-ID. */
static bool is_domain(const char *s)
{
        return *s && s[strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                 ".-")] == '\0';
}

static bool number(const char *s, size_t *ret)
{
        size_t n = 0;

        if (!*s)
                return false;
        for (; *s; s++) {
                size_t digit = (size_t) (*s - '0');

                if (*s < '0' || *s > '9' || n > (SIZE_MAX - digit) / 10)
                        return false;
                n = 10 * n + digit;
        }
        *ret = n;
        return true;
}

/* One "OFFSET FIELD" line. */
static bool take_cut(const char **s, struct cut *ret)
{
        char line[64], *name;
        size_t n = strcspn(*s, "\n");

        if ((*s)[n] != '\n' || n >= sizeof(line))
                return false;
        memcpy(line, *s, n);
        line[n] = '\0';
        name = strchr(line, ' ');
        if (!name)
                return false;
        *name++ = '\0';
        for (int f = 0; f < CUT_FIELDS; f++) {
                if (strcmp(name, field_names[f]) == 0) {
                        ret->field = (enum cut_field) f;
                        *s += n + 1;
                        return number(line, &ret->at);
                }
        }
        return false;
}

static bool parse(const char *s, struct cuts *c)
{
        char octets[24], language[8], hour[4];
        size_t magic = strlen(MAGIC "\n");

        *c = (struct cuts){0};
        if (strncmp(s, MAGIC "\n", magic) != 0)
                return false;
        s += magic;
        if (!take(&s, "octets", octets, sizeof(octets)) || !number(octets, &c->octets) ||
            !take(&s, "language", language, sizeof(language)) ||
            !take(&s, "hour", hour, sizeof(hour)) || !take(&s, "zone", c->zone, sizeof(c->zone)) ||
            !take(&s, "domain", c->domain, sizeof(c->domain)) || !is_domain(c->domain))
                return false;
        c->language = strcmp(language, "vi") == 0 ? LANG_VI : LANG_EN;
        c->hour = strcmp(hour, "1") == 0;
        if ((c->language == LANG_EN && strcmp(language, "en") != 0) ||
            (!c->hour && strcmp(hour, "0") != 0))
                return false;
        for (; *s; c->n++) {
                struct cut *cut = &c->v[c->n];

                if (c->n == CUTS_MAX || !take_cut(&s, cut) || cut->at > c->octets ||
                    (c->n > 0 && cut->at < cut[-1].at))
                        return false;
        }
        return true;
}

int cuts_parse(const char *s, struct cuts *ret, struct err *e)
{
        if (parse(s, ret))
                return 0;
        return err_set(e, -EBADMSG,
                       "the stored letter's marks cannot be read; restore the database from a "
                       "backup, or use the version of press that wrote it");
}

/* The length of the line at s with its CRLF, or 0 when it may not go out. */
static size_t wire_line(const char *s, size_t n)
{
        const char *end = memchr(s, '\n', n);
        size_t len = end ? (size_t) (end - s) + 1 : 0;

        if (len < 2 || len > WIRE_LINE_MAX + 2 || s[len - 2] != '\r')
                return 0;
        for (size_t i = 0; i < len - 2; i++)
                if (s[i] == '\r' || s[i] == '\0' || (unsigned char) s[i] >= 0x80)
                        return 0;
        if (s[0] == '.' && s[1] != '.')
                return 0;
        return len;
}

bool wire_is_good(const char *s, size_t n, const struct cuts *c)
{
        size_t cut = 0;

        if (n == 0 || n != c->octets)
                return false;
        for (size_t at = 0; at < n;) {
                size_t len = wire_line(s + at, n - at);

                if (len == 0)
                        return false;
                while (cut < c->n && c->v[cut].at == at)
                        cut++;
                at += len;
        }
        return cut == c->n;
}

static bool is_dot_line(const char *s, size_t at)
{
        return s[at] == '.' && (at == 0 || s[at - 1] == '\n');
}

void wire_stuff(struct buf *b, struct cuts *c)
{
        struct buf out = BUF(b->len * 2);
        size_t dots = 0, cut = 0;

        for (const char *p = b->s; (p = memchr(p, '.', b->len - (size_t) (p - b->s))); p++)
                dots += is_dot_line(b->s, (size_t) (p - b->s));
        if (dots == 0)
                return;
        for (size_t i = 0; i < b->len; i++) {
                for (; cut < c->n && c->v[cut].at == i; cut++)
                        c->v[cut].at = out.len;
                if (is_dot_line(b->s, i))
                        buf_addc(&out, '.');
                buf_addc(&out, b->s[i]);
        }
        for (; cut < c->n; cut++)
                c->v[cut].at = out.len;
        assert(!out.over);
        out.max = b->max;
        buf_done(b);
        *b = out;
        c->octets = b->len;
}
