// SPDX-License-Identifier: MIT
/* Markdown: HTML of our own tags only, well nested, safe links; text without stray blanks. */
#include "fuzz.h"

#include "press/buf.h"
#include "press/err.h"
#include "press/markdown.h"
#include "press/mem.h"
#include "press/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define DEPTH_MAX 256

static const char *const names[] = {
        "blockquote", "ul", "ol", "li", "pre", "p",  "table", "thead",  "tbody", "tr",  "th",  "td",
        "h1",         "h2", "h3", "h4", "h5",  "h6", "a",     "strong", "em",    "del", "code"};
static const char *const schemes[] = {"http://", "https://", "mailto:", "tel:"};

struct open_tags {
        size_t name[DEPTH_MAX], n;
};

static size_t name_at(const char *s)
{
        size_t len = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789"), i = 0;

        while (i < COUNT_OF(names) && !(strlen(names[i]) == len && strncmp(s, names[i], len) == 0))
                i++;
        return i;
}

static void check_link(const char *tag)
{
        static const char start[] = "<a href=\"";
        const char *url = tag + sizeof(start) - 1;
        bool good = false;

        must(strncmp(tag, start, sizeof(start) - 1) == 0);
        for (size_t i = 0; i < COUNT_OF(schemes); i++)
                good = good || strncasecmp(url, schemes[i], strlen(schemes[i])) == 0;
        must(good);
}

/* One tag at s; returns what follows it. Attributes have plain values in double quotes. */
static const char *check_tag(const char *s, struct open_tags *t)
{
        bool closing = s[1] == '/', quoted = false;
        size_t name = name_at(s + 1 + closing);
        const char *p = s + 1;

        for (; *p && (quoted || *p != '>'); p++) {
                must(*p != '<' && *p != '\n' && *p != '\'');
                quoted ^= *p == '"';
        }
        must(*p == '>' && !quoted);
        if (strncmp(s, "<br>", 4) == 0 || strncmp(s, "<hr ", 4) == 0)
                return p + 1;
        must(name < COUNT_OF(names));
        if (closing) {
                must(t->n > 0 && t->name[--t->n] == name);
                return p + 1;
        }
        must(t->n < DEPTH_MAX);
        t->name[t->n++] = name;
        if (strcmp(names[name], "a") == 0)
                check_link(s);
        return p + 1;
}

static void check_html(const char *s)
{
        struct open_tags t = {.n = 0};

        while (*s) {
                s += strcspn(s, "<>\"'");
                must(!*s || *s == '<');
                if (*s)
                        s = check_tag(s, &t);
        }
        must(t.n == 0);
}

static void check_text(const char *s)
{
        for (const char *end = strchr(s, '\n'); end; end = strchr(end + 1, '\n'))
                must(end == s || (end[-1] != ' ' && end[-1] != '\t'));
        must(!*s || s[strlen(s) - 1] == '\n');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
        struct input in = {data, n};
        CLEANUP(mem_free) char *raw = fuzz_text(&in);
        CLEANUP(mem_free) char *md = text_nfc(raw);
        CLEANUP(buf_done) struct buf html = BUF((size_t) 16 << 20), text = BUF((size_t) 16 << 20);
        struct err e = {0};
        struct text_bad bad;
        int r;

        if (!md || !text_clean(md, TEXT_LINES, &bad))
                return 0;
        r = markdown_html(md, &html, &e);
        if (r < 0)
                fuzz_reason(&e, -EINVAL);
        must((markdown_text(md, &text, &e) < 0) == (r < 0));
        if (r < 0)
                return 0;
        fuzz_clean(html.s, TEXT_LINES);
        fuzz_clean(text.s, TEXT_LINES);
        check_html(html.s);
        check_text(text.s);
        return 0;
}
