// SPDX-License-Identifier: MIT
#include "audience_internal.h"

#include "press/buf.h"

#include <assert.h>
#include <string.h>

#define FORMAT_MAX (64u << 20) /* far above what joined expressions of AUDIENCE_MAX come to */

static bool needs_quotes(const char *value)
{
        for (const char *s = value; *s; s++)
                if (audience_word_ends(s) || strchr(",;\\", *s))
                        return true;
        return false;
}

static void format_value(const char *value, struct buf *b)
{
        if (!needs_quotes(value)) {
                buf_adds(b, value);
                return;
        }
        buf_addc(b, '"');
        for (const char *s = value; *s; s++) {
                if (*s == '"' || *s == '\\')
                        buf_addc(b, '\\');
                buf_addc(b, *s);
        }
        buf_addc(b, '"');
}

static void format_node(const struct audience *a, struct buf *b);

static void format_part(const struct audience *a, struct buf *b)
{
        bool group = a->op == AUDIENCE_AND || a->op == AUDIENCE_OR;

        buf_adds(b, group ? "(" : "");
        format_node(a, b);
        buf_adds(b, group ? ")" : "");
}

static void format_node(const struct audience *a, struct buf *b)
{
        switch (a->op) {
        case AUDIENCE_ALL: buf_adds(b, "all"); break;
        case AUDIENCE_TERM:
                buf_addf(b, "%s:", audience_field_name(a->field));
                format_value(a->value, b);
                break;
        case AUDIENCE_NOT:
                buf_adds(b, "not ");
                format_part(a->child[0], b);
                break;
        case AUDIENCE_AND:
        case AUDIENCE_OR:
                for (size_t i = 0; i < a->n; i++) {
                        if (i > 0)
                                buf_adds(b, a->op == AUDIENCE_AND ? " and " : " or ");
                        format_part(a->child[i], b);
                }
                break;
        }
}

char *audience_format(const struct audience *a)
{
        struct buf b = BUF(FORMAT_MAX);

        format_node(a, &b);
        assert(!b.over);
        return buf_take(&b);
}
