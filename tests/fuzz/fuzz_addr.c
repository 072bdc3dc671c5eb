// SPDX-License-Identifier: MIT
/* Addresses: the canonical form parses to itself and can end no line, path or list. */
#include "fuzz.h"

#include "press/addr.h"
#include "press/mem.h"
#include "press/smtp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* RFC 5321 4.1.2 by another hand: nothing unquoted that ends a path, one @ outside quotes. */
static void check_wire(const struct addr *a)
{
        bool quoted = false, ascii = true;
        unsigned at = 0;

        for (const char *p = a->mailbox; *p; p++) {
                unsigned char c = (unsigned char) *p;

                must(c >= ' ' && c != 0x7f);
                ascii = ascii && c < 0x80;
                if (quoted && c == '\\')
                        must(*++p >= ' ' && *p < 0x7f);
                else if (c == '"')
                        quoted = !quoted;
                else if (!quoted)
                        must(!strchr(" <>()[],;:\\", c));
                at += !quoted && c == '@';
        }
        must(!quoted && at == 1);
        must(ascii == a->ascii);
        must(a->domain > a->mailbox && a->domain[-1] == '@' && strchr(a->domain, '.'));
        must(a->domain[strspn(a->domain, "abcdefghijklmnopqrstuvwxyz0123456789.-")] == '\0');
        must(strlen(a->mailbox) <= 254 && a->domain - a->mailbox <= 65);
}

/* The machine that speaks on the wire takes what this module lets pass. */
static void check_envelope(const struct addr *a)
{
        struct smtp_opts opts = {.caps = {.dsn = true, .smtputf8 = true}};
        struct smtp_envelope e = {.from = a->mailbox, .rcpt = a->mailbox, .envid = ""};
        CLEANUP(smtp_freep) struct smtp *s = smtp_new(&opts);

        must(smtp_envelope(s, &e, 0) == 0);
}

static void check_parsed(const struct addr *a)
{
        struct addr again;

        fuzz_clean(a->mailbox, 0);
        must(fuzz_is_nfc(a->mailbox));
        check_wire(a);
        check_envelope(a);
        must(addr_parse(a->mailbox, &again, NULL) == 0);
        must(strcmp(again.mailbox, a->mailbox) == 0);
        must(addr_matches(a->mailbox, a->mailbox));
        must(addr_matches(a->mailbox, a->domain - 1));
}

static void check_named(const char *s)
{
        CLEANUP(mem_free) char *name = NULL;
        struct err e = {0};
        struct addr a;

        if (addr_parse_named(s, &name, &a, &e) < 0) {
                must(!name);
                fuzz_reason(&e, -EINVAL);
                return;
        }
        fuzz_clean(name, 0);
        must(fuzz_is_nfc(name));
        check_parsed(&a);
}

static void check_domain(const char *s)
{
        char out[256], again[256];
        struct err e = {0};

        if (addr_domain(s, out, &e) < 0) {
                fuzz_reason(&e, -EINVAL);
                return;
        }
        must(addr_domain(out, again, NULL) == 0);
        must(strcmp(out, again) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
        struct input in = {data, n};
        CLEANUP(mem_free) char *s = fuzz_text(&in);
        struct err e = {0};
        struct addr a;

        if (addr_parse(s, &a, &e) == 0)
                check_parsed(&a);
        else
                fuzz_reason(&e, -EINVAL);
        check_named(s);
        check_domain(s);
        return 0;
}
