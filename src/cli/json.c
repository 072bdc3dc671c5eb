// SPDX-License-Identifier: MIT
#include "press/json.h"

#include "press/moment.h"
#include "press/text.h"

#include <assert.h>
#include <string.h>

static void quoted(struct buf *b, const char *s)
{
        size_t n = strlen(s);

        buf_addc(b, '"');
        while (n > 0) {
                size_t good = text_utf8_check(s, n);

                for (size_t i = 0; i < good; i++) {
                        unsigned char c = (unsigned char) s[i];

                        if (c == '"' || c == '\\')
                                buf_addf(b, "\\%c", c);
                        else if (c == '\n')
                                buf_adds(b, "\\n");
                        else if (c == '\t')
                                buf_adds(b, "\\t");
                        else if (c < 0x20 || c == 0x7F)
                                buf_addf(b, "\\u%04x", (unsigned) c);
                        else
                                buf_addc(b, (char) c);
                }
                if (good < n) { /* one byte that is no UTF-8 */
                        buf_adds(b, "\xEF\xBF\xBD");
                        good++;
                }
                s += good;
                n -= good;
        }
        buf_addc(b, '"');
}

static void item(struct json *j, const char *name)
{
        if (j->comma)
                buf_addc(&j->line, ',');
        j->comma = true;
        if (name) {
                quoted(&j->line, name);
                buf_addc(&j->line, ':');
        }
}

void json_begin(struct json *j)
{
        *j = (struct json){.line = BUF(JSON_LINE_MAX)};
        buf_addc(&j->line, '{');
}

void json_end(struct json *j, FILE *out)
{
        buf_adds(&j->line, "}\n");
        assert(!j->line.over);
        fwrite(j->line.s, 1, j->line.len, out);
        buf_done(&j->line);
}

void json_string(struct json *j, const char *name, const char *value)
{
        item(j, name);
        if (value)
                quoted(&j->line, value);
        else
                buf_adds(&j->line, "null");
}

void json_number(struct json *j, const char *name, int64_t value)
{
        item(j, name);
        buf_addf(&j->line, "%lld", (long long) value);
}

void json_bool(struct json *j, const char *name, bool value)
{
        item(j, name);
        buf_adds(&j->line, value ? "true" : "false");
}

void json_moment(struct json *j, const char *name, int64_t ms)
{
        char text[MOMENT_MAX];

        json_string(j, name, ms ? moment_rfc3339(ms, text) : NULL);
}

static void opened(struct json *j, const char *name, char bracket)
{
        item(j, name);
        buf_addc(&j->line, bracket);
        j->comma = false;
}

void json_array(struct json *j, const char *name)
{
        opened(j, name, '[');
}

void json_object(struct json *j, const char *name)
{
        opened(j, name, '{');
}

void json_close(struct json *j, char bracket)
{
        buf_addc(&j->line, bracket);
        j->comma = true;
}
