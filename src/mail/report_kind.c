// SPDX-License-Identifier: MIT
/* What a mail is: a report, a complaint, an automatic reply, or none of these. */
#include "report_internal.h"

#include "press/mem.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define LIST(a) ((struct phrase_list){(a), COUNT_OF(a)})

static char *folded_field(const struct returned *m, const char *name)
{
        char value[1024];

        field_get(m->head.s, name, 0, value, sizeof(value));
        return fold_text(value, strlen(value));
}

/* --- complaints (RFC 5965) -------------------------------------------------------------- */

static bool is_complaint_type(const char *type)
{
        static const char *const types[] = {
                "abuse",   "fraud",       "virus",          "other",
                "opt-out", "unsubscribe", "miscategorized", "complaint",
        };

        for (size_t i = 0; i < COUNT_OF(types); i++)
                if (strncasecmp(type, types[i], strlen(types[i])) == 0)
                        return true;
        return !type[0];
}

/* Feedback in words: Microsoft's, and others' from before RFC 5965. */
static bool is_complaint_in_words(const struct returned *m)
{
        static const char *const subjects[] = {
                "complaint about message from",
                "client tos notification",
                "email feedback report",
                "email abuse report",
                "abuse report",
                "spam complaint",
                "spam report",
                "feedback loop",
                "[fbl]",
                "complaint from",
                "junk mail report",
                "feedback report",
        };
        static const char *const texts[] = {
                "this is an email abuse report",
                "this is a spam report",
                "marked as spam",
                "reported as spam",
                "marked this message as junk",
                "abuse report for an e",
        };
        CLEANUP(mem_free) char *subject = folded_field(m, "Subject");
        CLEANUP(mem_free) char *text = fold_text(m->notice.s, strnlen(m->notice.s, 2000));

        if (field_has(m->original.s, "X-HmXmrOriginalRecipient"))
                return true;
        return m->original.len &&
               (phrase_any(LIST(subjects), subject) || phrase_any(LIST(texts), text)) &&
               strncmp(subject, "re:", 3) != 0;
}

static void complain(struct report *r, const char *value)
{
        char address[ADDR_MAX];
        struct found f;
        size_t pos = 0;

        while (address_next(value, strlen(value), &pos, &f)) {
                struct report_row *row;

                address_copy(&f, address);
                row = report_row(r, address);
                if (!row)
                        return;
                row->action = REPORT_COMPLAINED;
                row->class = REPORT_UNCLEAR;
        }
}

bool complaint_read(const struct returned *m, struct report *r)
{
        static const char *const fields[] = {
                "Original-Rcpt-To",
                "Removal-Recipient",
                "Original-Recipient",
                "Redacted-Address",
        };
        static const char *const heads[] = {
                "X-HmXmrOriginalRecipient",
                "X-Original-To",
                "Delivered-To",
                "To",
        };
        /* Where the parts could not be taken apart, the fields stand in the text. */
        const char *block = m->feedback.len ? m->feedback.s : m->notice.s;
        char value[4096];

        for (size_t i = 0; i < COUNT_OF(fields) && !r->rows; i++)
                for (unsigned nth = 0;
                     nth < 100 && field_get(block, fields[i], nth, value, sizeof(value)); nth++)
                        complain(r, value);
        for (size_t i = 0; i < COUNT_OF(heads) && !r->rows; i++) {
                field_get(m->original.s, heads[i], 0, value, sizeof(value));
                complain(r, value);
        }
        return r->rows > 0;
}

/* --- the rest --------------------------------------------------------------------------------- */

enum origin { ANYBODY, PERHAPS_SERVER, SERVER };

static bool has_null_path(const struct returned *m)
{
        char path[512];

        return field_get(m->head.s, "Return-Path", 0, path, sizeof(path)) &&
               (strcmp(path, "<>") == 0 || !path[0]);
}

/* Bait has no address but its reader's to tell about. */
static bool names_nobody(const struct returned *m)
{
        char address[ADDR_MAX];
        struct found f;
        size_t pos = 0;

        while (address_next(m->notice.s, m->end, &pos, &f)) {
                address_copy(&f, address);
                if (!address_of_machine(address) && !is_own(m, address))
                        return false;
        }
        return true;
}

/* By its From: and only by that, since out-of-office notes have an empty path too. */
static enum origin origin_of(const struct returned *m)
{
        CLEANUP(mem_free) char *from = folded_field(m, "From");
        char address[ADDR_MAX];
        struct found f;
        size_t pos = 0;

        if (!from[0] || strcmp(from, "<>") == 0)
                return SERVER;
        while (address_next(from, strlen(from), &pos, &f)) {
                address_copy(&f, address);
                if (address_of_machine(address) && !address_of_office(address))
                        return SERVER;
        }
        if (phrase_any(said_server, from))
                return SERVER;
        return phrase_any(said_perhaps_server, from) || has_null_path(m) ? PERHAPS_SERVER : ANYBODY;
}

static bool is_list(const struct returned *m)
{
        CLEANUP(mem_free) char *precedence = folded_field(m, "Precedence");

        return field_has(m->head.s, "List-Id") || field_has(m->head.s, "List-Post") ||
               field_has(m->head.s, "X-BeenThere") || field_has(m->head.s, "List-Unsubscribe") ||
               field_has(m->head.s, "X-Mailing-List") || strcmp(precedence, "list") == 0;
}

/* Fields that only automatic replies have. */
static bool has_reply_field(const struct returned *m)
{
        static const char *const names[] = {
                "X-Autoreply",
                "X-Autorespond",
                "X-Autoresponder",
                "X-AutoReply-From",
                "X-Mail-Autoreply",

                "X-MS-Exchange-Inbox-Rules-Loop",

                "X-Auto-Reply",
                "X-Vacation",
                "X-Cpanel-Autoresponder",
                "Autoresponder",
        };
        CLEANUP(mem_free) char *precedence = folded_field(m, "Precedence");
        CLEANUP(mem_free) char *delivered = folded_field(m, "Delivered-To");

        for (size_t i = 0; i < COUNT_OF(names); i++)
                if (field_has(m->head.s, names[i]))
                        return true;
        return strstr(precedence, "auto_reply") || strstr(precedence, "auto-reply") ||
               strstr(delivered, "autoresponder");
}

const char *behind_tags(const char *subject)
{
        while (*subject == '[' && strchr(subject, ']')) {
                subject = strchr(subject, ']') + 1;
                subject += strspn(subject, " \t");
        }
        return subject;
}

static bool is_answer(const char *subject)
{
        static const char *const starts[] = {
                "re:",   "aw:",   "sv:",   "fw:",      "fwd:",     "wg:",  "tr:",
                "tl:",   "antw:", "vs:",   "ynt:",     "rv:",      "res:", "enc:",
                "回复:", "答复:", "转发:", "trả lời:", "tra loi:",
        };

        subject = behind_tags(subject);
        for (size_t i = 0; i < COUNT_OF(starts); i++)
                if (strncmp(subject, starts[i], strlen(starts[i])) == 0)
                        return true;
        return false;
}

struct signs {
        enum origin origin;
        bool subject, text; /* speak of delivery */
        bool code;          /* a reply or an RFC 3463 code */
        bool original;      /* gives a message back */
        bool reason;        /* gives one that only mail servers give */
        bool null_path;     /* so have notices, and out-of-office notes */
        bool person_path;   /* a path that is not empty */
        bool stranger;      /* calls himself a server and tells nothing that one knows */
        bool person;        /* is thought to tell about one: a question, a mail program */
        bool replied;       /* Auto-Submitted: auto-replied; Exim's notices have it too */
};

static bool is_notice(const struct signs *s)
{
        switch (s->origin) {
        case SERVER:
                return (s->subject && !s->stranger) || (s->text && s->code) ||
                       ((s->text || s->code || s->reason) && (s->original || !s->person_path));
        case PERHAPS_SERVER:
                if (s->null_path)
                        return s->text && (s->subject || (s->code && !s->replied));
                return s->text && s->subject && (s->code || s->original);
        default:
                return (s->text || (s->reason && s->original)) && s->subject && !s->replied &&
                       (s->original || (s->code && !s->person));
        }
}

static enum report_kind kind_of_words(const struct returned *m)
{
        size_t end = m->end < 12288 ? m->end : 12288;
        CLEANUP(mem_free) char *from = folded_field(m, "From");
        CLEANUP(mem_free) char *subject = folded_field(m, "Subject");
        CLEANUP(mem_free) char *automatic = folded_field(m, "Auto-Submitted");
        CLEANUP(mem_free) char *text = fold_text(m->notice.s, end);
        struct signs s = {.origin = origin_of(m),
                          .subject = words_bounce(subject),
                          .text = words_bounce(text),
                          .original = m->original.len || m->end < m->notice.len,
                          .replied = strstr(automatic, "auto-replied") != NULL};
        struct codes c;
        bool server, proof;

        codes_read(m->notice.s, end, &c);
        s.code = c.reply >= 400 || (c.enhanced[0] && c.enhanced[0] != '2');
        s.null_path = has_null_path(m);
        s.person_path =
                !s.null_path && field_has(m->head.s, "Return-Path") && !strstr(from, "daemon");
        s.stranger = s.person_path && !s.code && !s.original && names_nobody(m);
        s.person = phrase_find(said_failed, subject) != behind_tags(subject) ||
                   field_has(m->head.s, "User-Agent") || strchr(subject, '?');
        s.reason = phrase_any(why_mailbox, text) || phrase_any(why_invalid, text);
        server = s.origin == SERVER && s.subject;
        /* "Undeliverable: Thank you for your newsletter": the rest is the letter's own subject. */
        proof = s.subject && s.text && (s.code || s.original) && !s.replied;
        if ((is_list(m) && !server) || (phrase_any(said_digest, subject) && !s.subject))
                return REPORT_MAIL;
        if (words_challenge(text) && !s.code && !server)
                return REPORT_CHALLENGE;
        if (has_reply_field(m) && !(s.subject && s.code))
                return REPORT_AUTOREPLY;
        if ((words_autoreply(subject) || words_away(text)) && !(server && s.text) && !proof)
                return REPORT_AUTOREPLY;
        if (is_answer(subject) &&
            !(s.origin == SERVER && s.text &&
              !(field_has(m->head.s, "In-Reply-To") && !s.null_path && !s.original)))
                return s.replied ? REPORT_AUTOREPLY : REPORT_MAIL;
        if (is_notice(&s))
                return REPORT_STATUS;
        if (strncmp(automatic, "auto-", 5) == 0 && /* a receipt in words */
            (s.null_path || field_has(m->head.s, "In-Reply-To")))
                return REPORT_AUTOREPLY;
        return s.replied ? REPORT_AUTOREPLY : REPORT_MAIL;
}

/* A full mailbox at Dovecot's: a receipt by its type. */
static bool refused_by_server(const struct returned *m)
{
        CLEANUP(mem_free) char *text = fold_text(m->notice.s, strnlen(m->notice.s, 2000));

        return m->receipt.len && origin_of(m) == SERVER && phrase_any(said_failed, text);
}

enum report_kind kind_of(const struct returned *m)
{
        char type[128];

        if (m->feedback.len || strstr(m->report_type, "feedback-report")) {
                field_get(m->feedback.len ? m->feedback.s : m->notice.s, "Feedback-Type", 0, type,
                          sizeof(type));
                return is_complaint_type(type) ? REPORT_COMPLAINT : REPORT_FEEDBACK;
        }
        if (m->receipt.len || strstr(m->report_type, "disposition-notification"))
                return refused_by_server(m) ? REPORT_STATUS : REPORT_RECEIPT;
        if (m->status.len)
                return REPORT_STATUS;
        if (field_has(m->head.s, "X-Failed-Recipients"))
                return REPORT_STATUS;
        if (is_complaint_in_words(m))
                return REPORT_COMPLAINT;
        if (strcmp(m->type, "multipart/report") == 0 && strstr(m->report_type, "delivery-status"))
                return REPORT_STATUS;
        return kind_of_words(m);
}
