// SPDX-License-Identifier: MIT
#include "smtpd_data.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* A run of ordinary bytes inside a line: up to and with the next that may end it. */
static size_t run(enum lenient mode, const char *p, size_t n)
{
        size_t i = 0;

        if (mode == LENIENT_NO) {
                const char *cr = memchr(p, '\r', n);

                return cr ? (size_t) (cr - p) : n;
        }
        while (i < n && p[i] != '\r' && p[i] != '\n' && p[i] != '\0')
                i++;
        return i;
}

/* One byte inside a line. */
static enum data_state in_line(enum lenient mode, char b)
{
        if (b == '\r')
                return DATA_CR;
        if (b == '\n' && (mode == LENIENT_LF || mode == LENIENT_CRLFDOT))
                return DATA_BOL;
        return DATA_MID;
}

/*
 * One byte in a state where it may belong to the end of the letter. Returns
 * whether the byte was used; DATA_BOL to DATA_MID changes happen without using it.
 */
static bool at_edge(struct data *d, enum lenient mode, char b, struct buf *body, bool *end)
{
        switch (d->state) {
        case DATA_BOL: d->state = b == '.' ? DATA_DOT : DATA_MID; return b == '.';
        case DATA_DOT:
                if (b == '\r') {
                        d->state = DATA_DOT_CR;
                        return true;
                }
                *end = b == '\n' && mode == LENIENT_LF;
                d->state = DATA_MID;
                return *end;
        case DATA_DOT_CR:
                if (b == '\n' || mode == LENIENT_CR) {
                        *end = true;
                        return b == '\n';
                }
                buf_addc(body, '\r');
                d->state = DATA_CR;
                return false;
        case DATA_CR:
                if (b == '\n') {
                        buf_addc(body, b);
                        d->state = DATA_BOL;
                        return true;
                }
                d->state = mode == LENIENT_CR ? DATA_BOL : DATA_MID;
                return false;
        case DATA_MID: break;
        }
        return false;
}

size_t data_feed(struct data *d, enum lenient mode, const char *p, size_t n, struct buf *body,
                 bool *ret_end)
{
        size_t i = 0;

        *ret_end = false;
        while (i < n && !*ret_end) {
                size_t k;

                if (mode == LENIENT_NUL && p[i] == '\0') {
                        i++;
                        continue;
                }
                if (d->state != DATA_MID) {
                        i += at_edge(d, mode, p[i], body, ret_end);
                        continue;
                }
                k = run(mode, p + i, n - i);
                if (k == 0) {
                        d->state = in_line(mode, p[i]);
                        k = 1;
                }
                buf_add(body, p + i, k);
                i += k;
        }
        return i;
}

static bool any_high(const char *p, size_t n)
{
        unsigned char all = 0;

        for (size_t i = 0; i < n; i++)
                all |= (unsigned char) p[i];
        return all & 0x80;
}

struct data_facts data_measure(const char *p, size_t n)
{
        struct data_facts f = {.eight_bit = any_high(p, n)};
        const char *end = p + n;

        while (p < end) {
                const char *lf = memchr(p, '\n', (size_t) (end - p));
                const char *stop = lf ? lf : end, *cr = p;
                bool crlf = lf && lf > p && lf[-1] == '\r';

                stop -= crlf;
                f.bare += lf && !crlf;
                while ((cr = memchr(cr, '\r', (size_t) (stop - cr)))) {
                        f.bare++;
                        cr++;
                }
                if ((size_t) (stop - p) > f.longest)
                        f.longest = (size_t) (stop - p);
                p = lf ? lf + 1 : end;
        }
        return f;
}

static void add_unfolded(const char *p, const char *end, struct buf *ret)
{
        while (p < end && isspace((unsigned char) *p))
                p++;
        for (; p < end; p++) {
                if (*p == '\n' && !(p + 1 < end && (p[1] == ' ' || p[1] == '\t')))
                        return;
                if (*p != '\r' && *p != '\n')
                        buf_addc(ret, *p);
        }
}

void data_message_id(const char *p, size_t n, struct buf *ret_id)
{
        static const char name[] = "Message-ID:";
        const char *end = p + n;

        buf_clear(ret_id);
        while (p < end && *p != '\r' && *p != '\n') {
                const char *lf = memchr(p, '\n', (size_t) (end - p));

                if ((size_t) (end - p) > strlen(name) && !strncasecmp(p, name, strlen(name))) {
                        add_unfolded(p + strlen(name), end, ret_id);
                        return;
                }
                p = lf ? lf + 1 : end;
        }
}

size_t data_command_line(enum lenient mode, const char *p, size_t n, size_t *ret_len)
{
        const char *q = p, *end = p + n;

        if (mode == LENIENT_CR) {
                const char *cr = memchr(p, '\r', n);

                if (!cr || cr + 1 == end)
                        return 0;
                *ret_len = (size_t) (cr - p);
                return *ret_len + 1 + (cr[1] == '\n');
        }
        while (q < end && (q = memchr(q, '\n', (size_t) (end - q)))) {
                bool crlf = q > p && q[-1] == '\r';

                q++;
                if (crlf || mode == LENIENT_LF || mode == LENIENT_CRLFDOT) {
                        *ret_len = (size_t) (q - p) - 1 - crlf;
                        return (size_t) (q - p);
                }
        }
        return 0;
}
