// SPDX-License-Identifier: MIT
#include "config_internal.h"

#include "press/clock.h"
#include "press/mem.h"
#include "press/moment.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define MB INT64_C(1000000)

#define TOP(m)   offsetof(struct config, m)
#define RELAY(m) offsetof(struct config_relay, m)
#define LIMIT(m) offsetof(struct config_domain_limit, m)
#define CLASS(m) offsetof(struct retry_policy, m)
#define INBOX(m) offsetof(struct config_inbox, m)

/* clang-format off */
const struct block_row config_blocks[] = {
        {"letterhead", false, {0}, "What stands at the head and the foot of every letter."},
        {"relay", true, {0}, "An SMTP server that mail is handed to. At least one."},
        {"domain_limit", true, {0}, "The most that one recipient domain is asked to take."},
        {"class", true, {"urgent", "normal", "routine"},
         "How long and how often deliveries of a class are tried."},
        {"inbox", true, {0}, "A mailbox that undelivered mail returns to (press-inbox)."},
        {"suppress", false, {0}, "When an address counts as dead and is not written to any more."},
        {"web", false, {0}, "The console (press-web)."},
        {"notify", false, {0}, "Who is told when something is wrong."},
};

#define CLASS_ROWS(title_, steps, end, sure)                                                      \
        {"class", title_, "retry", OPTION_STEPS, steps, CLOCK_S / 10, 7 * CLOCK_DAY, {0},         \
         CLASS(step_ms), CLASS(nsteps), "Waits between tries; the last repeats until give_up."},  \
        {"class", title_, "give_up", OPTION_DURATION, end, CLOCK_S, 30 * CLOCK_DAY, {0},          \
         CLASS(give_up_ms), 0, "Nothing is tried any more so long after a delivery was due."},    \
        {"class", title_, "unknown", OPTION_FLAG, "retry", 0, 0, {"hold", "retry"},               \
         CLASS(retry_unknown), 0, "A text that went out and got no reply: try again by itself, "  \
         "or wait for a person."},                                                                \
        {"class", title_, "confirm", OPTION_DURATION, sure, CLOCK_S, 365 * CLOCK_DAY, {0},        \
         CLASS(confirm_ms), 0, "A letter handed on of which nothing is heard for so long is "     \
         "listed as not confirmed."}

const struct option_row config_options[] = {
        {"", NULL, "database", OPTION_PATH, NULL, 1, 3000, {0}, TOP(database), 0,
         "The database; its folder also holds the lock and the wake-up socket."},
        {"", NULL, "domain", OPTION_TEXT, NULL, 1, 255, {0}, TOP(domain), 0,
         "Our name towards relays (EHLO) and in Message-ID; a full domain name."},
        {"", NULL, "from", OPTION_TEXT, NULL, 1, 900, {0}, TOP(from), 0,
         "The sender of every letter: \"Name <address>\"."},
        {"", NULL, "reply_to", OPTION_TEXT, "", 0, 900, {0}, TOP(reply_to), 0,
         "Where answers go; empty: to the sender."},
        {"", NULL, "return_path", OPTION_TEXT, "", 0, 254, {0}, TOP(return_path), 0,
         "Where undelivered mail returns, one address for each "
         "delivery; empty: bounce+{tag}@DOMAIN."},
        {"", NULL, "tag_life", OPTION_DURATION, "90d", CLOCK_DAY, 3650 * CLOCK_DAY, {0},
         TOP(tag_life_ms), 0, "What comes back so long after a letter is only noted: it changes "
         "nothing."},
        {"", NULL, "list_id", OPTION_TEXT, "", 0, 255, {0}, TOP(list_id), 0,
         "List-Id of every letter; empty: press.DOMAIN, or DOMAIN where that "
         "begins with press. already."},
        {"", NULL, "timezone", OPTION_TEXT, "Asia/Ho_Chi_Minh", 1, 63, {0}, TOP(timezone), 0,
         "The zone in which times are read and shown."},
        {"", NULL, "language", OPTION_WORD, "vi", 0, 0, {"vi", "en"}, TOP(language), 0,
         "Of messages, where nothing else says, and of letters."},
        {"", NULL, "approval", OPTION_WORD, "two-person", 0, 0, {"none", "one", "two-person"},
         TOP(approval), 0, "What a release needs before it may leave."},
        {"", NULL, "allow", OPTION_LIST, "", 1, 320, {0}, TOP(allow), TOP(nallow),
         "While it names anything, only these addresses or @domains are ever "
         "tried; others end suppressed, for good."},
        {"", NULL, "further_relays", OPTION_LIST, "", 1, 255, {0}, TOP(further_relays),
         TOP(nfurther_relays), "Names, addresses or endings such as .ministry.example of servers "
         "behind our relays that only pass mail on: in a relay's log, no arrival."},
        {"", NULL, "grace", OPTION_DURATION, "0s", 0, CLOCK_DAY, {0}, TOP(grace_ms), 0,
         "Nothing leaves for so long after approval."},
        {"", NULL, "same_content", OPTION_DURATION, "12h", 0, 30 * CLOCK_DAY, {0},
         TOP(same_content_ms), 0, "The same text to the same audience again "
         "within this is refused."},
        {"", NULL, "refused_limit", OPTION_INT, "20", 0, 100, {0}, TOP(refused_limit), 0,
         "A release pauses when more than so many percent of its first hundred recipients, "
         "and at least 20 of them, were refused; 0: never."},
        {"", NULL, "max_message", OPTION_SIZE, "20MB", MB / 10, 150 * MB, {0}, TOP(max_message), 0,
         "The largest letter, as encoded."},

        {"letterhead", NULL, "ministry", OPTION_TEXT, "", 0, 300, {0}, TOP(letterhead.ministry), 0,
         "First line of the letterhead."},
        {"letterhead", NULL, "unit", OPTION_TEXT, "", 0, 300, {0}, TOP(letterhead.unit), 0,
         "Second line of the letterhead."},
        {"letterhead", NULL, "place", OPTION_TEXT, "", 0, 100, {0}, TOP(letterhead.place), 0,
         "The place before the date."},
        {"letterhead", NULL, "contact", OPTION_TEXT, "", 0, 500, {0}, TOP(letterhead.contact), 0,
         "Whom to ask; a statement's Contact: overrides it."},

        {"relay", NULL, "url", OPTION_TEXT, NULL, 1, 300, {0}, RELAY(url), 0,
         "smtp://HOST[:PORT] (STARTTLS) or smtps://HOST[:PORT] (TLS from the start)."},
        {"relay", NULL, "address", OPTION_TEXT, "", 0, 300, {0}, RELAY(address), 0,
         "Connect to this HOST[:PORT] instead, still verifying the url's name."},
        {"relay", NULL, "username", OPTION_TEXT, "", 0, 300, {0}, RELAY(username), 0,
         "The account at the relay; empty: no login."},
        {"relay", NULL, "password_file", OPTION_PATH, "", 0, 3000, {0}, RELAY(password_file), 0,
         "A file whose first line is the password; readable by the sender alone."},
        {"relay", NULL, "tls", OPTION_WORD, "required", 0, 0, {"off", "opportunistic", "required"},
         RELAY(tls), 0, "required: encrypted, and the name verified. A "
         "username needs it, but for loopback."},
        {"relay", NULL, "ca_file", OPTION_PATH, "", 0, 3000, {0}, RELAY(ca_file), 0,
         "Certificates to trust for this relay; empty: the system's."},
        {"relay", NULL, "connections", OPTION_INT, "20", 1, 500, {0}, RELAY(connections), 0,
         "Connections at one time."},
        {"relay", NULL, "messages_per_connection", OPTION_INT, "100", 1, 100000, {0},
         RELAY(messages_per_connection), 0, "Letters on one connection before a "
         "new one is opened."},
        {"relay", NULL, "pipelining", OPTION_FLAG, "true", 0, 0, {"false", "true"},
         RELAY(pipelining), 0, "false for a relay that stumbles over several commands at once."},
        {"relay", NULL, "rate", OPTION_INT, "0", 0, 1000000, {0}, RELAY(rate), 0,
         "Letters a minute; 0: no limit."},
        {"relay", NULL, "preference", OPTION_INT, "10", 0, 1000, {0}, RELAY(preference), 0,
         "The lower is used first; equal ones share."},

        {"domain_limit", NULL, "connections", OPTION_INT, "2", 0, 500, {0}, LIMIT(connections), 0,
         "Letters to this domain under way at one time; 0: no limit."},
        {"domain_limit", NULL, "rate", OPTION_INT, "60", 0, 1000000, {0}, LIMIT(rate), 0,
         "Letters a minute to this domain; 0: no limit."},

        CLASS_ROWS("urgent", "1m 2m 5m 10m", "2h", "15m"),
        CLASS_ROWS("normal", "5m 15m 30m 1h 2h", "2d", "4h"),
        CLASS_ROWS("routine", "15m 1h 3h", "5d", "1d"),

        {"inbox", NULL, "url", OPTION_TEXT, NULL, 1, 300, {0}, INBOX(url), 0,
         "imaps://HOST[:PORT] (TLS from the start), imap://HOST[:PORT] (STARTTLS), or "
         "maildir:///PATH for a Maildir on this machine."},
        {"inbox", NULL, "address", OPTION_TEXT, "", 0, 300, {0}, INBOX(address), 0,
         "Connect to this HOST[:PORT] instead, still verifying the url's name."},
        {"inbox", NULL, "username", OPTION_TEXT, "", 0, 300, {0}, INBOX(username), 0,
         "The account of the mailbox; a Maildir needs none."},
        {"inbox", NULL, "password_file", OPTION_PATH, "", 0, 3000, {0}, INBOX(password_file), 0,
         "A file whose first line is the password; readable by the reader alone."},
        {"inbox", NULL, "tls", OPTION_WORD, "required", 0, 0, {"off", "required"}, INBOX(tls), 0,
         "required: encrypted, and the name verified. off: only on this machine (loopback)."},
        {"inbox", NULL, "ca_file", OPTION_PATH, "", 0, 3000, {0}, INBOX(ca_file), 0,
         "Certificates to trust for this mailbox; empty: the system's."},
        {"inbox", NULL, "folder", OPTION_TEXT, "INBOX", 1, 300, {0}, INBOX(folder), 0,
         "The folder to read."},
        {"inbox", NULL, "done", OPTION_TEXT, "press-done", 1, 100, {0}, INBOX(done), 0,
         "The folder for what was read and is in the log."},
        {"inbox", NULL, "people", OPTION_TEXT, "press-people", 1, 100, {0}, INBOX(people), 0,
         "The folder for what a person must read: answers of people, and what was not "
         "understood."},

        {"suppress", NULL, "reports", OPTION_INT, "3", 2, 100, {0}, TOP(suppress.reports), 0,
         "So many releases must have come back, each saying that there is no such address."},
        {"suppress", NULL, "days", OPTION_INT, "7", 0, 365, {0}, TOP(suppress.days), 0,
         "And the last of them at least so many days after the first."},
        {"suppress", NULL, "mailbox_reports", OPTION_INT, "6", 2, 100, {0},
         TOP(suppress.mailbox_reports), 0,
         "The same where mailboxes that are full or closed count too."},
        {"suppress", NULL, "mailbox_days", OPTION_INT, "30", 1, 365, {0},
         TOP(suppress.mailbox_days), 0, "And how many days that must have lasted."},
        {"suppress", NULL, "domain_share", OPTION_INT, "30", 0, 100, {0},
         TOP(suppress.domain_share), 0,
         "More than so many percent of a domain's addresses, of those written to within a day, "
         "said to be dead at once: the domain is at fault, and it counts for none; 100: never."},
        {"suppress", NULL, "domain_least", OPTION_INT, "3", 2, 1000, {0},
         TOP(suppress.domain_least), 0, "And at least so many addresses of it."},
        {"suppress", NULL, "expire", OPTION_DURATION, "180d", CLOCK_DAY, 3650 * CLOCK_DAY, {0},
         TOP(suppress.expire_ms), 0,
         "Then the address is tried again; what was said longer ago counts no more."},

        {"web", NULL, "listen", OPTION_TEXT, "127.0.0.1:8080", 1, 300, {0}, TOP(web.listen), 0,
         "Where the console listens; a proxy with TLS stands before it."},
        {"web", NULL, "public_url", OPTION_TEXT, "", 0, 300, {0}, TOP(web.public_url), 0,
         "The console's address as people see it."},

        {"notify", NULL, "mail", OPTION_LIST, "", 1, 320, {0}, TOP(notify.mail), TOP(notify.nmail),
         "Addresses that alarms are mailed to."},
        {"notify", NULL, "command", OPTION_TEXT, "", 0, 3000, {0}, TOP(notify.command), 0,
         "A command that alarms are given to; it also works when no relay does."},
};
/* clang-format on */

const size_t config_nblocks = COUNT_OF(config_blocks);
const size_t config_noptions = COUNT_OF(config_options);

const struct block_row *config_block(const char *name)
{
        for (size_t i = 0; i < config_nblocks; i++)
                if (strcmp(config_blocks[i].name, name) == 0)
                        return &config_blocks[i];
        return NULL;
}

const struct option_row *config_option(const char *block, const char *name)
{
        for (size_t i = 0; i < config_noptions; i++)
                if (strcmp(config_options[i].block, block) == 0 &&
                    strcmp(config_options[i].name, name) == 0)
                        return &config_options[i];
        return NULL;
}

/* --- the manual's list ------------------------------------------------------ */

static void range_print(FILE *out, const struct option_row *o)
{
        char a[MOMENT_MAX], b[MOMENT_MAX];

        switch (o->type) {
        case OPTION_INT:
                fprintf(out, " From %lld to %lld.", (long long) o->min, (long long) o->max);
                return;
        case OPTION_DURATION:
        case OPTION_STEPS:
                fprintf(out, " From %s to %s.", duration_format(o->min, a),
                        duration_format(o->max, b));
                return;
        case OPTION_SIZE:
                fprintf(out, " From %lldkB to %lldMB.", (long long) (o->min / 1000),
                        (long long) (o->max / MB));
                return;
        case OPTION_WORD:
        case OPTION_FLAG:
                fputs(" One of", out);
                for (size_t i = 0; i < COUNT_OF(o->words) && o->words[i]; i++)
                        fprintf(out, "%s %s", i ? "," : "", o->words[i]);
                fputc('.', out);
                return;
        case OPTION_TEXT:
        case OPTION_PATH:
        case OPTION_LIST: return;
        }
}

static void option_print(FILE *out, const struct option_row *o)
{
        bool list = o->type == OPTION_LIST || o->type == OPTION_STEPS;

        fprintf(out, ".TP\n.B %s\n%s", o->name, o->help);
        range_print(out, o);
        if (!o->value)
                fputs(" Required.\n", out);
        else if (list && !o->value[0])
                fputs(" Default: {}.\n", out);
        else if (list)
                fprintf(out, " Default: {%s}.\n", o->value);
        else if (o->value[0])
                fprintf(out, " Default: %s.\n", o->value);
        else
                fputc('\n', out);
}

void config_print_options(FILE *out)
{
        const char *block = "", *title = NULL;

        fputs(".SS General\n", out);
        for (size_t i = 0; i < config_noptions; i++) {
                const struct option_row *o = &config_options[i];

                if (strcmp(block, o->block) != 0 || title != o->title) {
                        const struct block_row *b = config_block(o->block);

                        fprintf(out, ".SS %s%s%s\n", o->block, b->titled ? " " : "",
                                o->title    ? o->title
                                : b->titled ? "NAME"
                                            : "");
                        if (strcmp(block, o->block) != 0)
                                fprintf(out, "%s\n", b->help);
                }
                block = o->block;
                title = o->title;
                option_print(out, o);
        }
}
