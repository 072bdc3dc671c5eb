// SPDX-License-Identifier: MIT
/* Statement files: what is taken is clean, in NFC, and says the same when written again. */
#include "fuzz.h"

#include "press/mem.h"
#include "press/statement.h"
#include "press/text.h"

#include <errno.h>
#include <string.h>

static void check_line(unsigned line, unsigned text_line)
{
        must(line < text_line);
}

static void check_header(const char *s, unsigned text_line, unsigned line)
{
        must((s[0] != '\0') == (line != 0));
        check_line(line, text_line);
        fuzz_clean(s, 0);
        must(fuzz_is_nfc(s));
}

static void check_items(const struct statement_items *l, unsigned text_line)
{
        for (size_t i = 0; i < l->n; i++) {
                must(l->v[i].line > 0);
                check_header(l->v[i].value, text_line, l->v[i].line);
        }
}

static void check(const struct statement *st)
{
        const struct statement_header *const one[] = {
                &st->at,      &st->embargo, &st->early,    &st->expires, &st->key,
                &st->contact, &st->signer,  &st->reply_to, &st->wrong,   &st->right};

        must(st->title[0] && st->text[0]);
        fuzz_clean(st->title, 0);
        fuzz_clean(st->number, 0);
        fuzz_clean(st->text, TEXT_LINES);
        must(!strchr(st->text, '\r'));
        must(fuzz_is_nfc(st->title) && fuzz_is_nfc(st->number) && fuzz_is_nfc(st->text));
        for (size_t i = 0; i < COUNT_OF(one); i++)
                check_header(one[i]->value, st->text_line, one[i]->line);
        check_items(&st->to, st->text_line);
        check_items(&st->except, st->text_line);
        check_items(&st->attach, st->text_line);
}

static void check_again(const struct statement *st)
{
        CLEANUP(mem_free) char *s = mem_printf("Title: %s\n\n%s\n", st->title, st->text);
        CLEANUP(statement_free) struct statement *again = NULL;

        if (strlen(st->title) > 8000) /* with its name it may be too long a line */
                return;
        must(statement_parse("again", s, strlen(s), &again, NULL) == 0);
        must(strcmp(again->title, st->title) == 0);
        must(strcmp(again->text, st->text) == 0);
        must(again->text_line == 3);
}

struct told { /* the first, and how many */
        struct err first;
        int n;
};

static void tell(void *ctx, const struct err *e)
{
        struct told *t = ctx;

        fuzz_reason(e, -EINVAL);
        must(strcmp(e->file, "file.txt") == 0);
        if (t->n++ == 0)
                t->first = *e;
}

/* Reading on behind a fault finds the same first fault, and an end. */
static void check_all_told(const uint8_t *data, size_t n, int r, const struct err *e)
{
        CLEANUP(statement_free) struct statement *st = NULL;
        struct told t = {.n = 0};
        int told = statement_read("file.txt", (const char *) data, n, tell, &t, &st);

        must(told == t.n && told <= STATEMENT_ERRORS);
        must((told > 0) == (r < 0));
        must(r == 0 || (t.first.line == e->line && strcmp(t.first.msgid, e->msgid) == 0));
        must(st || told == 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
        CLEANUP(statement_free) struct statement *st = NULL;
        struct err e = {0};
        int r = statement_parse("file.txt", (const char *) data, n, &st, &e);

        check_all_told(data, n, r, &e);
        if (r < 0) {
                must(!st);
                fuzz_reason(&e, -EINVAL);
                must(strcmp(e.file, "file.txt") == 0);
                must(e.line <= n + 1);
                return 0;
        }
        check(st);
        check_again(st);
        return 0;
}
