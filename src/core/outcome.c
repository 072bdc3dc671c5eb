// SPDX-License-Identifier: MIT
#include "press/outcome.h"

#include "press/mem.h"
#include "press/text.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const char *const stage_names[STAGES] = {
        [STAGE_CONNECT] = "connect", [STAGE_TLS] = "tls",   [STAGE_EHLO] = "ehlo",
        [STAGE_AUTH] = "auth",       [STAGE_MAIL] = "mail", [STAGE_RCPT] = "rcpt",
        [STAGE_DATA] = "data",       [STAGE_DOT] = "dot",
};

const char *stage_name(enum stage s)
{
        assert((unsigned) s < STAGES);
        return stage_names[s];
}

bool outcome_goes_on(enum stage stage, int code)
{
        if (stage == STAGE_DATA)
                return code / 100 == 3;
        return code / 100 == 2 && code != 220 && code != 221;
}

static bool enhanced_in(const struct reply *r, const char *const *list, size_t n)
{
        for (size_t i = 0; i < n; i++)
                if (strcmp(r->enhanced, list[i]) == 0)
                        return true;
        return false;
}

static bool enhanced_starts(const struct reply *r, const char *prefix)
{
        return strncmp(r->enhanced, prefix, strlen(prefix)) == 0;
}

/* Codes that RFC 4954 and 3207 define for logging in: they say nothing of a recipient. */
static bool is_login(int code)
{
        return code == 530 || code == 534 || code == 535 || code == 538;
}

/* The letter is larger than this relay will ever take (RFC 1870 6.1, in answer to SIZE=). */
static bool is_too_large(const struct reply *r)
{
        return strcmp(r->enhanced, "5.3.4") == 0 || (r->code == 552 && !r->enhanced[0]);
}

/* Our name, our domain's records or our standing were refused, not the address or the text. */
static bool is_about_sender(const struct reply *r)
{
        static const char *const codes[] = {
                "5.1.7",  "5.1.8",  "5.7.20", "5.7.21", "5.7.22",  "5.7.23",
                "5.7.24", "5.7.25", "5.7.26", "5.7.27", "5.7.515",
        };

        return enhanced_in(r, codes, COUNT_OF(codes));
}

/* The address itself is bad: what may count towards suppressing it. */
static bool is_about_address(const struct reply *r)
{
        static const char *const codes[] = {"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"};

        if (r->enhanced[0])
                return enhanced_in(r, codes, COUNT_OF(codes));
        return r->code == 550 || r->code == 551 || r->code == 553;
}

static void judge_mail(struct outcome *o)
{
        o->verdict = VERDICT_RELAY;
        o->blame = BLAME_RELAY;
        if (o->reply.code / 100 != 5 || is_login(o->reply.code))
                return;
        o->blame = BLAME_SENDER;
        if (is_too_large(&o->reply)) {
                o->verdict = VERDICT_REFUSED;
                o->blame = BLAME_CONTENT;
        }
}

static enum blame blame_at_rcpt(const struct reply *r)
{
        if (enhanced_starts(r, "5.7.") || is_about_sender(r))
                return BLAME_SENDER;
        if (enhanced_starts(r, "5.6.") || strcmp(r->enhanced, "5.3.4") == 0)
                return BLAME_CONTENT;
        return is_about_address(r) ? BLAME_ADDRESS : BLAME_NOBODY;
}

/* With one recipient a letter, a refused text is refused for that recipient; no address suffers. */
static enum blame blame_at_data(const struct reply *r)
{
        if (is_about_sender(r))
                return BLAME_SENDER;
        return enhanced_starts(r, "5.2.") || enhanced_starts(r, "5.1.") ? BLAME_NOBODY
                                                                        : BLAME_CONTENT;
}

static void judge_refusal(struct outcome *o)
{
        int code = o->reply.code;
        bool rcpt = o->stage == STAGE_RCPT;
        /* A complaint about the DATA that follows an accepted RCPT: we are out of step. */
        bool astray = o->stage == STAGE_DATA && code >= 500 && code <= 504;

        if (is_login(code) || astray) {
                o->verdict = VERDICT_RELAY;
                o->blame = BLAME_RELAY;
                o->close = true;
        } else if (code / 100 == 4 || (rcpt && code == 552)) { /* RFC 5321 4.5.3.1.10 */
                o->verdict = VERDICT_DEFERRED;
        } else {
                o->verdict = VERDICT_REFUSED;
                o->blame = rcpt ? blame_at_rcpt(&o->reply) : blame_at_data(&o->reply);
        }
}

/* No reply, or one that answers nothing we asked. */
static void judge_silence(struct outcome *o, bool body_out)
{
        o->verdict = body_out ? VERDICT_UNKNOWN : VERDICT_RELAY;
        o->blame = body_out ? BLAME_NOBODY : BLAME_RELAY;
        o->close = true;
}

struct outcome outcome_judge(enum stage stage, const struct reply *reply, bool body_out,
                             bool succeeded)
{
        struct outcome o = {.stage = stage, .reply = *reply, .blame = BLAME_NOBODY};
        int class = reply->code / 100;

        if (stage < STAGE_MAIL) { /* libcurl's last code may be a good one from before */
                judge_silence(&o, false);
        } else if (reply->code == 421) {
                o.used_up = stage == STAGE_MAIL && succeeded;
                o.verdict = o.used_up ? VERDICT_NOT_TRIED : VERDICT_RELAY;
                o.blame = o.used_up ? BLAME_NOBODY : BLAME_RELAY;
                o.close = true;
        } else if (stage == STAGE_DOT && outcome_goes_on(stage, reply->code)) {
                o.verdict = VERDICT_RELAYED;
        } else if (class != 4 && class != 5) {
                assert(!outcome_goes_on(stage, reply->code)); /* nothing to judge yet */
                judge_silence(&o, body_out);
        } else if (stage == STAGE_MAIL) {
                judge_mail(&o);
        } else {
                judge_refusal(&o);
        }
        return o;
}

struct outcome outcome_local(enum verdict v, enum blame b, enum stage stage, int code,
                             const char *enhanced, const char *text)
{
        struct outcome o = {.verdict = v, .blame = b, .stage = stage, .reply = {.code = code}};

        snprintf(o.reply.enhanced, sizeof(o.reply.enhanced), "%s", enhanced);
        text_escape(text, o.reply.text, sizeof(o.reply.text));
        return o;
}
