// SPDX-License-Identifier: MIT
#include "fuzz.h"

#include "press/err.h"
#include "press/mem.h"
#include "press/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Noreturn void fuzz_broken(const char *claim, const char *file, int line)
{
        fprintf(stderr, "%s:%d: not true: %s\n", file, line, claim);
        abort();
}

uint8_t fuzz_byte(struct input *in)
{
        if (!in->n)
                return 0;
        in->n--;
        return *in->p++;
}

char *fuzz_text(struct input *in)
{
        const uint8_t *nul = memchr(in->p, '\0', in->n);
        size_t n = nul ? (size_t) (nul - in->p) : in->n;
        char *s = mem_alloc(n + 1);

        memcpy(s, in->p, n);
        s[n] = '\0';
        in->p += n + (nul ? 1 : 0);
        in->n -= n + (nul ? 1 : 0);
        return s;
}

char *fuzz_bytes(struct input *in, size_t n, size_t *ret_n)
{
        char *s;

        if (n > in->n)
                n = in->n;
        s = mem_alloc(n);
        memcpy(s, in->p, n);
        in->p += n;
        in->n -= n;
        *ret_n = n;
        return s;
}

void fuzz_clean(const char *s, unsigned flags)
{
        struct text_bad bad;

        must(text_utf8_check(s, strlen(s)) == strlen(s));
        must(text_clean(s, flags, &bad));
}

bool fuzz_is_nfc(const char *s)
{
        CLEANUP(mem_free) char *nfc = text_nfc(s);

        return nfc && strcmp(nfc, s) == 0;
}

void fuzz_reason(const struct err *e, int code)
{
        char text[ERR_TEXT_MAX];

        must(code < 0 && e->code == code);
        must(e->msgid[0]);
        for (int lang = 0; lang < 2; lang++) {
                err_format(e, (enum lang) lang, text, sizeof(text));
                must(text[0]);
                fuzz_clean(text, 0);
        }
}
