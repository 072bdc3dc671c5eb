/*
 * who.h - who of a release is meant by a number, an address or a name
 *
 * A number is a contact's id; words must all stand in name and organisation, as sent or as the
 * book has them, marks aside. -ENOENT: nobody, or several, who are named then.
 */
#ifndef PRESS_CLI_WHO_H
#define PRESS_CLI_WHO_H

#include "cli.h"

#include "press/book.h"

/* Deliveries of one person, the newest last; or a contact or an address without any. */
struct cli_who {
        struct delivery_list l;
        struct contact contact; /* id 0: none */
        struct addr address;    /* mailbox "": none */
};
void cli_who_done(struct cli_who *w); /* for CLEANUP */
int cli_who(struct cli *c, int64_t release, const char *words, struct cli_who *ret, struct err *e);

/* The operands from number `first` on as one text: a name may come without quotes. free() it. */
char *cli_words(const struct args *a, int first);

#endif
