/*
 * phrase.h - words by which foreign texts are recognised
 *
 * The lists are templates/phrases.txt, built into the program by templates/phrases.awk: data that
 * grows with every language and mail system, and is no code. How a phrase is written is said there.
 */
#ifndef PRESS_PHRASE_H
#define PRESS_PHRASE_H

#include <stddef.h>

struct phrase_list {
        const char *const *v;
        size_t n;
};

/* Of a notice: what became of the mail; where its text ends. */
extern const struct phrase_list said_final, said_returned, said_delayed, said_relayed,
        said_expanded, said_succeeded, said_delivered, said_failed, said_cut_here, said_banner;
/* Of mail that is no report. */
extern const struct phrase_list said_away_subject, said_away_text, said_challenge, said_digest;
/* In From:; and in front of an address. */
extern const struct phrase_list said_server, said_perhaps_server, said_before_name,
        said_before_other;
/* Of a server's reason. */
extern const struct phrase_list why_sender, why_mailbox, why_invalid, why_policy, why_network,
        why_transient, why_perhaps_invalid;

#endif
