// SPDX-License-Identifier: MIT
#include "press/err.h"

#include "press/text.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* One conversion of the format: its end, its number (%2$s) and what it is. */
struct conv {
        const char *end;
        unsigned position; /* 1-based; 0 = the next in order */
        unsigned longs;    /* number of 'l', or 9 for 'z' */
        char type;
};

static struct conv conv_parse(const char *percent)
{
        struct conv c = {0};
        const char *p = percent + 1;

        if (p[0] >= '1' && p[0] <= '9' && p[1] == '$') {
                c.position = (unsigned) (p[0] - '0');
                p += 2;
        }
        for (; *p == 'l' || *p == 'z'; p++)
                c.longs = *p == 'z' ? 9 : c.longs + 1;
        c.type = *p;
        c.end = *p ? p + 1 : p;
        return c;
}

static void arg_store(char *out, const struct conv *c, va_list *ap)
{
        char num[32] = "";

        switch (c->type) {
        case 's': text_escape(va_arg(*ap, const char *), out, ERR_ARG_BYTES); return;
        case 'c': num[0] = (char) va_arg(*ap, int); break;
        case 'd':
                snprintf(num, sizeof(num), "%lld",
                         c->longs == 0   ? (long long) va_arg(*ap, int)
                         : c->longs == 1 ? (long long) va_arg(*ap, long)
                                         : va_arg(*ap, long long));
                break;
        case 'u':
                snprintf(num, sizeof(num), "%llu",
                         c->longs == 0   ? (unsigned long long) va_arg(*ap, unsigned)
                         : c->longs == 1 ? (unsigned long long) va_arg(*ap, unsigned long)
                         : c->longs == 9 ? (unsigned long long) va_arg(*ap, size_t)
                                         : va_arg(*ap, unsigned long long));
                break;
        default: assert(false); /* a conversion that err_set() does not understand */
        }
        text_escape(num, out, ERR_ARG_BYTES);
}

void err_fill(struct err *e, int code, const char *fmt, ...)
{
        va_list ap;

        if (!e)
                return;
        *e = (struct err){.code = code, .msgid = fmt};
        va_start(ap, fmt);
        for (const char *p = strchr(fmt, '%'); p; p = strchr(p, '%')) {
                struct conv c = conv_parse(p);

                if (c.type != '%') {
                        assert(e->nargs < ERR_ARGS);
                        arg_store(e->arg[e->nargs++], &c, &ap);
                }
                p = c.end;
        }
        va_end(ap);
}

void err_at(struct err *e, const char *file, unsigned line)
{
        if (!e)
                return;
        text_escape(file, e->file, sizeof(e->file));
        if (line)
                e->line = line;
}

void err_text(const struct err *e, enum lang lang, char *out, size_t size)
{
        const char *p = msg_text(lang, e->msgid ? e->msgid : "");
        unsigned next = 0;
        size_t n = 0;

        assert(size > 0);
        while (*p && n + 1 < size) {
                struct conv c;
                const char *piece = p;
                size_t len = 1;

                if (*p != '%') {
                        p++;
                } else {
                        c = conv_parse(p);
                        p = c.end;
                        if (c.type != '%') {
                                unsigned i = c.position ? c.position - 1 : next++;

                                piece = i < e->nargs ? msg_reason(lang, e->arg[i]) : "";
                                len = strlen(piece);
                        }
                }
                if (len > size - 1 - n)
                        len = size - 1 - n;
                memcpy(out + n, piece, len);
                n += len;
        }
        out[n] = '\0';
}

void err_format(const struct err *e, enum lang lang, char *out, size_t size)
{
        char text[ERR_TEXT_MAX];

        err_text(e, lang, text, sizeof(text));
        if (!e->file[0])
                snprintf(out, size, "%s", text);
        else if (!e->line)
                snprintf(out, size, "%s: %s", e->file, text);
        else
                snprintf(out, size, "%s:%u: %s", e->file, e->line, text);
}
