// SPDX-License-Identifier: MIT
/* Templates: escaping holds, errors have their line, late values are marks. */
#include "fuzz.h"

#include "press/buf.h"
#include "press/err.h"
#include "press/mem.h"
#include "press/template.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* With no < and no raw value in the template, what a value holds cannot make a tag. */
static void check_escaped(const char *text, enum template_kind kind, const struct buf *out)
{
        if (kind == TEMPLATE_HTML && !strpbrk(text, "<>\"'") && !strstr(text, "{{{"))
                must(!strpbrk(out->s, "<>\"'"));
}

static size_t count(const char *s, char c)
{
        size_t n = 0;

        for (; *s; s++)
                n += *s == c;
        return n;
}

static void check_marks(const char *text, const struct template_var *vars, const struct buf *out)
{
        for (const struct template_var *v = vars; v->name; v++)
                if (strpbrk(v->value, "\x01\x02"))
                        return;
        if (!strpbrk(text, "\x01\x02"))
                must(count(out->s, TEMPLATE_LATE_OPEN) == count(out->s, TEMPLATE_LATE_CLOSE));
}

static void render(const char *text, enum template_kind kind, const struct template_var *vars,
                   size_t max)
{
        CLEANUP(buf_done) struct buf out = BUF(max);
        struct err e = {0};

        int r = template_render(text, kind, vars, &out, &e);

        if (r < 0) {
                must(r == -EINVAL || (r == -E2BIG && out.over));
                fuzz_reason(&e, r);
                must(e.line <= 1 + count(text, '\n'));
                return;
        }
        must(!out.over && strlen(out.s) == out.len);
        check_escaped(text, kind, &out);
        check_marks(text, vars, &out);
        if (!strstr(text, "{{"))
                must(strcmp(text, out.s) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
        struct input in = {data, n};
        enum template_kind kind = fuzz_byte(&in) & 1 ? TEMPLATE_HTML : TEMPLATE_TEXT;
        CLEANUP(mem_free) char *text = fuzz_text(&in);
        CLEANUP(mem_free) char *a = fuzz_text(&in);
        CLEANUP(mem_free) char *b = fuzz_text(&in);
        const struct template_var vars[] = {{"a", a, false},
                                            {"b", b, false},
                                            {"empty", "", false},
                                            {"late", b, true},
                                            {NULL, NULL, false}};

        render(text, kind, vars, (size_t) 1 << 22);
        render(text, kind, vars, 64); /* too small for most */
        return 0;
}
