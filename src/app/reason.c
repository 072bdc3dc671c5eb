// SPDX-License-Identifier: MIT
#include "press/reason.h"

#include "press/mem.h"
#include "press/report.h"
#include "press/text.h"

#include <stdbool.h>
#include <string.h>

/* Finer than a class, where people would do something else about it. */
static const struct {
        enum report_class class;
        const char *code; /* behind "5." or "4.", "" = any */
        const char *word; /* in the folded reply, "" = any */
        const char *text;
} finer[] = {
        {REPORT_INVALID, "1.2", "", N_("no such mail domain")},
        {REPORT_INVALID, "1.10", "", N_("no such mail domain")},
        {REPORT_INVALID, "4.4", "", N_("no such mail domain")},
        {REPORT_INVALID, "", "domain not found", N_("no such mail domain")},
        {REPORT_INVALID, "", "unrouteable", N_("no such mail domain")},
        {REPORT_INVALID, "", "host not found", N_("no such mail domain")},
        {REPORT_INVALID, "1.6", "", N_("the mailbox has moved")},
        {REPORT_INVALID, "", "", N_("no such address")},
        {REPORT_MAILBOX, "2.2", "", N_("the mailbox is full")},
        {REPORT_MAILBOX, "", "full", N_("the mailbox is full")},
        {REPORT_MAILBOX, "", "quota", N_("the mailbox is full")},
        {REPORT_MAILBOX, "", "space", N_("the mailbox is full")},
        {REPORT_MAILBOX, "", "", N_("the mailbox takes no mail (disabled)")},
        {REPORT_POLICY, "3.4", "", N_("the letter is too large for them")},
        {REPORT_POLICY, "2.3", "", N_("the letter is too large for them")},
        {REPORT_POLICY, "", "too large", N_("the letter is too large for them")},
        {REPORT_POLICY, "", "too big", N_("the letter is too large for them")},
        {REPORT_POLICY, "", "virus", N_("refused as dangerous: an attachment or a link")},
        {REPORT_POLICY, "", "spam", N_("refused as spam")},
        {REPORT_POLICY, "", "junk", N_("refused as spam")},
        {REPORT_POLICY, "", "unsolicited", N_("refused as spam")},
        {REPORT_POLICY, "", "blacklist", N_("our server is on a block list of theirs")},
        {REPORT_POLICY, "", "blocklist", N_("our server is on a block list of theirs")},
        {REPORT_POLICY, "", "block list", N_("our server is on a block list of theirs")},
        {REPORT_POLICY, "", "listed", N_("our server is on a block list of theirs")},
        {REPORT_POLICY, "", "", N_("their server's rules refuse it, whatever the address")},
        {REPORT_TRANSIENT, "", "greylist", N_("their server wants it again later (greylisting)")},
        {REPORT_TRANSIENT, "", "graylist", N_("their server wants it again later (greylisting)")},
        {REPORT_TRANSIENT, "4.1", "", N_("their server cannot be reached")},
        {REPORT_TRANSIENT, "4.7", "", N_("their server did not take it in time")},
        {REPORT_TRANSIENT, "", "timed out", N_("their server cannot be reached")},
        {REPORT_TRANSIENT, "", "connection refused", N_("their server cannot be reached")},
        {REPORT_TRANSIENT, "", "", N_("their server does not take it for now")},
        {REPORT_UNCLEAR, "", "", N_("their server gives no clear reason")},
};

static bool has_code(const char *enhanced, const char *code)
{
        return !code[0] || (strlen(enhanced) > 2 && strcmp(enhanced + 2, code) == 0);
}

const char *reason_plain(int code, const char *enhanced, const char *reply, enum lang lang)
{
        CLEANUP(mem_free) char *words = text_fold(reply);
        enum report_class class;

        if (!code && !enhanced[0])
                return msg_text(lang, "no answer on the way to the relay");
        class = report_reply_class(code, enhanced, reply);
        for (size_t i = 0; i < COUNT_OF(finer); i++)
                if (finer[i].class == class && has_code(enhanced, finer[i].code) &&
                    (!finer[i].word[0] || (words && strstr(words, finer[i].word))))
                        return msg_text(lang, finer[i].text);
        return msg_text(lang, "their server gives no clear reason");
}
