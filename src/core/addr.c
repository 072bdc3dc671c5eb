// SPDX-License-Identifier: MIT
#include "press/addr.h"

#include "addr_internal.h"

#include "press/buf.h"
#include "press/mem.h"
#include "press/text.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

/* --- characters ------------------------------------------------------------ */

/* The next character of valid UTF-8. */
static int32_t next_char(const char **p)
{
        utf8proc_int32_t c = 0;
        utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *) *p, -1, &c);

        assert(n > 0);
        *p += n;
        return c;
}

/* Beyond ASCII: letters, marks, numbers, signs; no blank, nothing unseen, private or unassigned. */
static bool is_seen(int32_t c)
{
        switch (utf8proc_category(c)) {
        case UTF8PROC_CATEGORY_CN:
        case UTF8PROC_CATEGORY_ZS:
        case UTF8PROC_CATEGORY_ZL:
        case UTF8PROC_CATEGORY_ZP:
        case UTF8PROC_CATEGORY_CC:
        case UTF8PROC_CATEGORY_CF:
        case UTF8PROC_CATEGORY_CS:
        case UTF8PROC_CATEGORY_CO: return false;
        default: return c != 0xfffd; /* the mark of a broken conversion */
        }
}

static bool is_mark(int32_t c)
{
        utf8proc_category_t k = utf8proc_category(c);

        return k == UTF8PROC_CATEGORY_MN || k == UTF8PROC_CATEGORY_MC || k == UTF8PROC_CATEGORY_ME;
}

/* RFC 5321 atext, RFC 6531 with UTF8-non-ascii */
static bool is_atext(int32_t c)
{
        if (c >= 0x80)
                return is_seen(c);
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               (c && strchr("!#$%&'*+-/=?^_`{|}~", (int) c));
}

static int bad_char(const char *s, uint32_t c, unsigned column, struct err *e)
{
        char shown[16];

        snprintf(shown, sizeof(shown), "U+%04X", (unsigned) c);
        return err_set(e, -EINVAL,
                       "“%s” holds a character that must not be there (%s, character %u)", s, shown,
                       column);
}

/* --- text ------------------------------------------------------------------ */

static bool is_blank(const char *p, size_t n, size_t *ret_len)
{
        *ret_len = n && (*p == ' ' || *p == '\t') ? 1 : 0;
        if (n >= 2 && memcmp(p, "\xc2\xa0", 2) == 0) /* NBSP, as tables paste it */
                *ret_len = 2;
        return *ret_len;
}

static void trim(const char **s, size_t *n)
{
        size_t len;

        while (is_blank(*s, *n, &len)) {
                *s += len;
                *n -= len;
        }
        while (*n && (is_blank(*s + *n - 1, 1, &len) ||
                      (*n >= 2 && is_blank(*s + *n - 2, 2, &len) && len == 2)))
                *n -= len;
}

int addr_prepare(const char *s, char **ret, struct err *e)
{
        CLEANUP(mem_free) char *cut = NULL;
        CLEANUP(mem_free) char *nfc = NULL;
        size_t n = strlen(s);
        unsigned column = 0;
        struct text_bad bad;

        trim(&s, &n);
        if (n > ADDR_INPUT_BYTES)
                return err_set(e, -EINVAL, "the e-mail address is longer than 254 bytes");
        cut = mem_strndup(s, n);
        nfc = text_nfc(cut);
        if (!nfc)
                return err_set(e, -EINVAL, "“%s” is not UTF-8; save the text as UTF-8", cut);
        if (!text_clean(nfc, 0, &bad))
                return bad_char(nfc, bad.codepoint, bad.column, e);
        for (const char *p = nfc; *p;) {
                int32_t c = next_char(&p);

                column++;
                if (c >= 0x80 && !is_seen(c))
                        return bad_char(nfc, (uint32_t) c, column, e);
        }
        *ret = TAKE(nfc);
        return 0;
}

/* --- the local part -------------------------------------------------------- */

struct local {
        struct buf text; /* without quotes */
        const char *end; /* where the @ must stand */
};

static int parse_quoted(const char *s, struct local *l, struct err *e)
{
        const char *p = s + 1;

        while (*p && *p != '"') {
                if (*p == '\\' && (p[1] < ' ' || p[1] > '~'))
                        return err_set(e, -EINVAL,
                                       "the backslash in “%s” must stand before a plain character",
                                       s);
                if (*p == '\\')
                        p++;
                buf_addc(&l->text, *p++);
        }
        if (!*p)
                return err_set(e, -EINVAL, "the quotation mark in “%s” is not closed", s);
        l->end = p + 1;
        if (*l->end && *l->end != '@')
                return err_set(e, -EINVAL, "behind the closing quotation mark in “%s” an @ is due",
                               s);
        return 0;
}

static int parse_plain(const char *s, struct local *l, struct err *e)
{
        unsigned column = 0;
        const char *p = s;

        while (*p && *p != '@') {
                const char *here = p;
                int32_t c = next_char(&p);

                column++;
                if (c == ' ')
                        return err_set(e, -EINVAL, "“%s” has a blank inside (character %u)", s,
                                       column);
                if (c != '.' && !is_atext(c))
                        return bad_char(s, (uint32_t) c, column, e);
                if (here == s && is_mark(c))
                        return bad_char(s, (uint32_t) c, column, e);
                buf_add(&l->text, here, (size_t) (p - here));
        }
        l->end = p;
        return 0;
}

/* No dot at an end, no two together. */
static bool dots_are_right(const char *s)
{
        size_t n = strlen(s);

        return n && s[0] != '.' && s[n - 1] != '.' && !strstr(s, "..");
}

static bool needs_quotes(const char *s)
{
        if (!dots_are_right(s))
                return true;
        for (const char *p = s; *p;) {
                bool first = p == s;
                int32_t c = next_char(&p);

                if ((c != '.' && !is_atext(c)) || (first && is_mark(c)))
                        return true;
        }
        return false;
}

/* Quotes only where they are needed: "a.b"@x and a.b@x are one mailbox. */
static void add_local(struct buf *b, const char *s)
{
        if (!needs_quotes(s)) {
                buf_adds(b, s);
                return;
        }
        buf_addc(b, '"');
        for (; *s; s++) {
                if (*s == '"' || *s == '\\')
                        buf_addc(b, '\\');
                buf_addc(b, *s);
        }
        buf_addc(b, '"');
}

static void local_done(struct local *l)
{
        buf_done(&l->text);
}

static int parse_local(const char *s, struct local *l, struct err *e)
{
        int r = s[0] == '"' ? parse_quoted(s, l, e) : parse_plain(s, l, e);

        if (r < 0)
                return r;
        if (!*l->end)
                return err_set(e, -EINVAL, "“%s” is no e-mail address: it has no @", s);
        if (l->end == s)
                return err_set(e, -EINVAL, "nothing stands before the @ in “%s”", s);
        if (s[0] != '"' && !dots_are_right(l->text.s))
                return err_set(e, -EINVAL,
                               "before the @ in “%s” a dot stands at an end, or two together", s);
        return 0;
}

/* --- the whole ------------------------------------------------------------- */

static int parse_mailbox(const char *s, struct addr *ret, struct err *e)
{
        CLEANUP(local_done) struct local l = {.text = BUF(ADDR_INPUT_BYTES)};
        CLEANUP(buf_done) struct buf out = BUF(2 * ADDR_INPUT_BYTES);
        char domain[ADDR_DOMAIN_OCTETS + 1];
        size_t at;
        int r;

        if (!s[0])
                return err_set(e, -EINVAL, "the e-mail address is empty");
        r = parse_local(s, &l, e);
        if (r < 0)
                return r;
        if (strchr(l.end + 1, '@'))
                return err_set(e, -EINVAL, "“%s” has more than one @; give one address only", s);
        r = addr_domain_canonical(l.end + 1, domain, e);
        if (r < 0)
                return r;
        add_local(&out, l.text.s);
        at = out.len;
        if (at > ADDR_LOCAL_OCTETS)
                return err_set(e, -EINVAL, "before the @ in “%s” stand more than 64 bytes", s);
        buf_addf(&out, "@%s", domain);
        if (out.len > ADDR_WHOLE_OCTETS)
                return err_set(e, -EINVAL, "the e-mail address is longer than 254 bytes");
        memcpy(ret->mailbox, out.s, out.len + 1);
        ret->domain = ret->mailbox + at + 1;
        ret->ascii = true;
        for (const char *p = ret->mailbox; *p; p++)
                ret->ascii = ret->ascii && (unsigned char) *p < 0x80;
        return 0;
}

int addr_parse(const char *s, struct addr *ret, struct err *e)
{
        CLEANUP(mem_free) char *text = NULL;
        int r = addr_prepare(s, &text, e);

        return r < 0 ? r : parse_mailbox(text, ret, e);
}

/* "A \"B\" C" without its quotes; the name of a mailbox may be written both ways. */
static int take_name(const char *s, size_t n, char **ret, struct err *e)
{
        CLEANUP(mem_free) char *cut = NULL;
        CLEANUP(buf_done) struct buf b = BUF(ADDR_INPUT_BYTES);
        bool quoted;
        struct text_bad bad;
        CLEANUP(mem_free) char *nfc = NULL;

        trim(&s, &n);
        quoted = n >= 2 && s[0] == '"' && s[n - 1] == '"';
        cut = quoted ? mem_strndup(s + 1, n - 2) : mem_strndup(s, n);
        for (const char *p = cut; *p; p++) {
                if (quoted && *p == '\\' && p[1])
                        p++;
                else if (strchr(quoted ? "\"" : "\"<>@", *p))
                        return err_set(e, -EINVAL,
                                       "the name “%s” holds “%c”; put the name in "
                                       "quotation marks, or leave that out",
                                       cut, *p);
                buf_addc(&b, *p);
        }
        nfc = text_nfc(b.s);
        if (!nfc)
                return err_set(e, -EINVAL, "“%s” is not UTF-8; save the text as UTF-8", cut);
        if (!text_clean(nfc, 0, &bad))
                return bad_char(nfc, bad.codepoint, bad.column, e);
        *ret = TAKE(nfc);
        return 0;
}

int addr_parse_named(const char *s, char **ret_name, struct addr *ret, struct err *e)
{
        CLEANUP(mem_free) char *name = NULL;
        CLEANUP(mem_free) char *inner = NULL;
        size_t n = strlen(s);
        const char *open;
        int r;

        trim(&s, &n);
        if (n > ADDR_INPUT_BYTES)
                return err_set(e, -EINVAL, "the e-mail address is longer than 254 bytes");
        if (!n || s[n - 1] != '>') {
                r = addr_parse(s, ret, e);
                if (r == 0)
                        *ret_name = mem_strdup("");
                return r;
        }
        open = memrchr(s, '<', n);
        if (!open)
                return err_set(e, -EINVAL, "“%s” has a > without a <", s);
        r = take_name(s, (size_t) (open - s), &name, e);
        if (r < 0)
                return r;
        inner = mem_strndup(open + 1, (size_t) (s + n - 1 - (open + 1)));
        r = addr_parse(inner, ret, e);
        if (r == 0)
                *ret_name = TAKE(name);
        return r;
}

bool addr_matches(const char *mailbox, const char *entry)
{
        struct addr a, b;
        char domain[ADDR_DOMAIN_OCTETS + 1];

        if (addr_parse(mailbox, &a, NULL) < 0)
                return false;
        if (entry[0] == '@')
                return addr_domain(entry + 1, domain, NULL) == 0 && strcmp(a.domain, domain) == 0;
        return addr_parse(entry, &b, NULL) == 0 && strcmp(a.mailbox, b.mailbox) == 0;
}
