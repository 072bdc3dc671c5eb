// SPDX-License-Identifier: MIT
/*
 * Why: from the server's words first, because many give 5.0.0 or 5.7.1 for everything, then from
 * its codes. What blames the sender is looked for first, so that "sender rejected: user unknown"
 * costs nobody the address.
 */
#include "report_internal.h"

#include "press/mem.h"

#include <ctype.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static bool says(struct phrase_list why, const char *text)
{
        return phrase_any(why, text);
}

static const struct {
        const char *code; /* of 5.x.x and 4.x.x alike; "7." for all of them */
        enum report_class class;
} by_enhanced[] = {
        {"1.7", REPORT_POLICY},  {"1.8", REPORT_POLICY},    {"1.9", REPORT_POLICY},
        {"1.90", REPORT_POLICY}, {"1.", REPORT_INVALID},    {"2.1", REPORT_MAILBOX},
        {"2.2", REPORT_MAILBOX}, {"2.3", REPORT_POLICY},    {"2.4", REPORT_INVALID},
        {"3.4", REPORT_POLICY},  {"3.1", REPORT_TRANSIENT}, {"3.2", REPORT_TRANSIENT},
        {"4.4", REPORT_INVALID}, {"4.", REPORT_TRANSIENT},  {"3.5", REPORT_TRANSIENT},
        {"5.3", REPORT_POLICY},  {"6.", REPORT_POLICY},     {"7.", REPORT_POLICY},
};

static enum report_class class_of_code(const struct report_row *row)
{
        const char *e = row->enhanced;

        for (size_t i = 0; e[0] && row->stated && i < COUNT_OF(by_enhanced); i++) {
                const char *code = by_enhanced[i].code;
                size_t n = strlen(code);
                bool whole = code[n - 1] != '.';

                if (strncmp(e + 2, code, n) == 0 && (!whole || !e[2 + n])) {
                        if (e[0] == '4' && strcmp(e, "4.2.2") != 0)
                                return REPORT_TRANSIENT;
                        return by_enhanced[i].class;
                }
        }
        switch (row->code) {
        case 552: return REPORT_MAILBOX;
        case 551:
        case 553:
        case 556: return REPORT_INVALID;
        case 523:
        case 530:
        case 535: return REPORT_POLICY;
        default: return row->code / 100 == 4 || e[0] == '4' ? REPORT_TRANSIENT : REPORT_UNCLEAR;
        }
}

/* "mx1.spam-filter.example", and not "unknown.Please"; black lists are meant by their names. */
static bool is_host(const char *p, size_t n)
{
        unsigned dots = 0, signs = 0;

        if (strncmp(p, "http", 4) == 0 || strncmp(p, "resolver.", 9) == 0 ||
            strncmp(p, "storedrv.", 9) == 0 || memmem(p, n, "spamhaus", 8) ||
            memmem(p, n, "spamcop", 7))
                return false;
        for (size_t i = 1; i + 1 < n; i++) {
                dots += p[i] == '.' && isalnum((unsigned char) p[i - 1]) &&
                        isalpha((unsigned char) p[i + 1]);
                signs += p[i] == '-' || isdigit((unsigned char) p[i]);
        }
        return dots > 1 || (dots && signs);
}

/* Folded, without addresses and hosts: mx.spam-filter.example says nothing about spam. */
static char *without_names(const char *words)
{
        char *folded = fold_text(words, strlen(words));
        char *to = folded;
        struct found f;
        size_t pos = 0;

        while (address_next(folded, strlen(folded), &pos, &f))
                memset(folded + (f.p - folded), '*', f.n);
        for (const char *p = folded; *p;) {
                size_t n = strcspn(p, " ");

                if (is_host(p, n)) {
                        *to++ = '*';
                } else {
                        memmove(to, p, n);
                        to += n;
                }
                p += n;
                if (*p)
                        *to++ = *p++;
        }
        *to = '\0';
        return folded;
}

enum report_class reason_class(const struct report_row *row, const char *words)
{
        CLEANUP(mem_free) char *text = without_names(words);
        enum report_class code;
        bool soft = row->enhanced[0] == '4' || (!row->enhanced[0] && row->code / 100 == 4);
        bool dns = strstr(text, "again") || strstr(text, "temporar");

        if (row->action == REPORT_DELIVERED || row->action == REPORT_RELAYED ||
            row->action == REPORT_EXPANDED)
                return REPORT_UNCLEAR;
        if (strcmp(row->enhanced, "5.4.1") == 0 &&
            (strstr(text, "recipient address rejected") || strstr(text, "addresses rejected")))
                return REPORT_INVALID; /* Exchange Online, for an address that is not there */
        if (strstr(text, "not found, try again"))
                return REPORT_TRANSIENT;
        if (says(why_sender, text))
                return soft && (strstr(text, "greylist") || strstr(text, "try again"))
                               ? REPORT_TRANSIENT
                               : REPORT_POLICY;
        if (says(why_mailbox, text))
                return REPORT_MAILBOX;
        if (says(why_invalid, text) && !(soft && dns))
                return REPORT_INVALID;
        code = class_of_code(row);
        if (code == REPORT_INVALID && strstr(row->enhanced, ".1.1"))
                return code;
        if (code == REPORT_TRANSIENT && soft && says(why_transient, text))
                return code;
        if (says(why_network, text) && code != REPORT_POLICY)
                return REPORT_TRANSIENT;
        if (says(why_policy, text))
                return REPORT_POLICY;
        if (says(why_transient, text))
                return REPORT_TRANSIENT;
        if (code != REPORT_UNCLEAR)
                return code;
        if (says(why_perhaps_invalid, text))
                return soft ? REPORT_TRANSIENT : REPORT_INVALID;
        return row->action == REPORT_DELAYED ? REPORT_TRANSIENT : REPORT_UNCLEAR;
}

enum report_class report_reply_class(int code, const char *enhanced, const char *words)
{
        struct report_row row = {.action = REPORT_FAILED, .code = code, .stated = enhanced[0]};

        snprintf(row.enhanced, sizeof(row.enhanced), "%s", enhanced);
        return reason_class(&row, words);
}
