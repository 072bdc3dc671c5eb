// SPDX-License-Identifier: MIT
#include "press/addr.h"

#include "addr_internal.h"

#include "press/mem.h"

#include <assert.h>
#include <errno.h>
#include <idn2.h>
#include <stdbool.h>
#include <string.h>

#define LABEL_OCTETS 63

static bool is_ascii(const char *s)
{
        for (; *s; s++)
                if ((unsigned char) *s >= 0x80)
                        return false;
        return true;
}

static bool is_digit(char c)
{
        return c >= '0' && c <= '9';
}

static bool is_let_dig(char c)
{
        return is_digit(c) || (c >= 'a' && c <= 'z');
}

/* RFC 5321 4.1.2 sub-domain: letters, digits, hyphens within. */
static int check_label(const char *domain, const char *label, size_t n, struct err *e)
{
        if (n == 0)
                return err_set(e, -EINVAL,
                               "the domain “%s” has a dot at an end or two dots together", domain);
        if (n > LABEL_OCTETS)
                return err_set(e, -EINVAL, "a part of the domain “%s” is longer than 63 bytes",
                               domain);
        for (size_t i = 0; i < n; i++)
                if (!is_let_dig(label[i]) && label[i] != '-')
                        return err_set(e, -EINVAL,
                                       "the domain “%s” may hold only letters, digits, hyphens "
                                       "and dots",
                                       domain);
        if (label[0] == '-' || label[n - 1] == '-')
                return err_set(e, -EINVAL, "in the domain “%s” a hyphen stands at an end of a part",
                               domain);
        return 0;
}

static int check_labels(const char *shown, const char *domain, struct err *e)
{
        unsigned labels = 0;
        bool number = true;

        for (const char *p = domain;; p++) {
                size_t n = strcspn(p, ".");
                int r = check_label(shown, p, n, e);

                if (r < 0)
                        return r;
                number = true;
                for (size_t i = 0; i < n; i++)
                        number = number && is_digit(p[i]);
                labels++;
                p += n;
                if (!*p)
                        break;
        }
        if (labels < 2)
                return err_set(e, -EINVAL,
                               "the domain “%s” has one part only; write it whole, such as "
                               "ministry.example",
                               shown);
        if (number)
                return err_set(e, -EINVAL,
                               "the domain “%s” ends in a number; write a name, such as "
                               "ministry.example",
                               shown);
        return 0;
}

/*
 * UTS 46 only where there is something to convert: libidn2 refuses some legal
 * old ASCII names, such as those with "--" in the third place.
 */
static int to_ascii(const char *domain, char **ret, struct err *e)
{
        char *idn = NULL;

        if (is_ascii(domain)) {
                *ret = mem_strdup(domain);
                for (char *p = *ret; *p; p++)
                        if (*p >= 'A' && *p <= 'Z')
                                *p = (char) (*p + ('a' - 'A'));
                return 0;
        }
        if (idn2_to_ascii_8z(domain, &idn, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
                return err_set(e, -EINVAL, "the domain “%s” is not a valid international name",
                               domain);
        *ret = mem_strdup(idn);
        idn2_free(idn);
        return 0;
}

int addr_domain_canonical(const char *domain, char *out, struct err *e)
{
        CLEANUP(mem_free) char *ascii = NULL;
        size_t n;
        int r;

        if (!domain[0])
                return err_set(e, -EINVAL, "the domain is empty");
        if (domain[0] == '[')
                return err_set(e, -EINVAL,
                               "“%s” is a machine's number in brackets; write a name, such as "
                               "ministry.example",
                               domain);
        r = to_ascii(domain, &ascii, e);
        if (r < 0)
                return r;
        n = strlen(ascii);
        if (n > ADDR_DOMAIN_OCTETS)
                return err_set(e, -EINVAL, "the domain “%s” is longer than 255 bytes", domain);
        r = check_labels(domain, ascii, e);
        if (r < 0)
                return r;
        memcpy(out, ascii, n + 1);
        return 0;
}

int addr_domain(const char *s, char *out, struct err *e)
{
        CLEANUP(mem_free) char *domain = NULL;
        int r = addr_prepare(s, &domain, e);

        return r < 0 ? r : addr_domain_canonical(domain, out, e);
}
