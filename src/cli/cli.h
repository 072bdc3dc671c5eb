/*
 * cli.h - what every command of pressctl is given
 *
 * A command is one row of commands.c and one function. It returns an exit
 * code; 0 is success. What fails is told once, by cli_fail(), which also gives
 * the code:
 *
 *      static const struct cli_option options[] = {
 *              {"at", "T", N_("when")}, {"again", NULL, N_("really again")}, {0}};
 *
 *      int cmd_x(struct cli *c, const struct args *a)
 *      {
 *              struct err e = {0};
 *              int r = cli_db(c);
 *
 *              if (r != 0)
 *                      return r;
 *              r = thing_do(c->db, a->v[0], args_get(a, "at"), &e);
 *              if (r < 0)
 *                      return cli_fail(c, r, &e);
 *              ...
 *              return EXIT_OK;
 *      }
 */
#ifndef PRESS_CLI_CLI_H
#define PRESS_CLI_CLI_H

#include "press/act.h"
#include "press/addr.h"
#include "press/cli.h"
#include "press/config.h"
#include "press/db.h"
#include "press/err.h"
#include "press/event.h"
#include "press/release.h"
#include "press/view.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct cli_option { /* ends with a row of zeros */
        const char *name;
        const char
                *value; /* what follows it: "T", "[DUR]" where it may be left out; NULL: nothing */
        const char *help; /* N_() */
};

#define ARGS_OPTIONS_MAX 32

struct args {
        int n; /* operands, within the command's min and max */
        char *const *v;
        const struct cli_option *options;
        const char *value[ARGS_OPTIONS_MAX]; /* by the row of `options`; NULL = not given */
};
/* The option's value, "" for one without; NULL when it was not given. */
const char *args_get(const struct args *a, const char *name);
bool args_has(const struct args *a, const char *name);

struct cli {
        struct config *config; /* after cli_config() */
        struct db *db;         /* after cli_db() */
        enum lang lang;
        bool json;
        int64_t uid; /* the caller */
        const char *user;
        int64_t now;          /* one moment for the whole command */
        const char *unharmed; /* said after an error: N_("Nothing was sent."); NULL = nothing */

        const char *config_option; /* -c */
        bool lang_set;             /* by --lang or the environment; else the configuration says */
};

struct command {
        const char *name;  /* "send", "book import" */
        const char *usage; /* operands: "FILE", "R|--all" */
        const char *help;  /* N_(), one line */
        int (*run)(struct cli *c, const struct args *a);
        const struct cli_option *options; /* NULL: none of its own */
        int min, max;                     /* operands */
        const char *unharmed;             /* what cli.unharmed begins with */
};
extern const struct command cli_commands[]; /* ends with a row of zeros */

/* Load the configuration, open the database too. 0, or the exit code after saying why. */
int cli_config(struct cli *c);
int cli_db(struct cli *c);
struct actor cli_actor(const struct cli *c);

/* Says "pressctl: FILE:LINE: reason" on standard error. Returns the exit code. */
int cli_fail(const struct cli *c, int r, const struct err *e);
/* A wrong command line: says it and where to read on. Returns EXIT_USAGE. */
int cli_usage(const struct cli *c, const struct err *e);
/* "pressctl: warning: …", or without `r` a plain remark. */
void cli_warn(const struct cli *c, const struct err *e);

/* printf() to standard output in the caller's language; msgid is a literal with a row in vi.po. */
void cli_say(const struct cli *c, const char *msgid, ...) __attribute__((format(printf, 2, 3)));
/* The same to standard error, "pressctl: " before it, a line end after it. */
void cli_note(const struct cli *c, const char *msgid, ...) __attribute__((format(printf, 2, 3)));

/* R as people write it, to an id. 0, or the exit code after saying why. */
int cli_release(struct cli *c, const char *r, int64_t *ret_id);

/* --wait's value, NULL too, before the work begins: 0, or EXIT_USAGE after saying why. */
int cli_wait_check(const struct cli *c, const char *value);
/*
 * --wait[=DUR]: `value` is what args_get() gave. Waits until nothing is left to try,
 * or for DUR. Returns 0, 1 (naming at most 10 not reached), 3, 75, or after an error its code.
 * The reason stands on standard error; not when `shown`: the caller says all that itself.
 */
int cli_wait(struct cli *c, int64_t release, const char *value, bool shown);

/* One e-mail address as people write it, made canonical. 0, or the exit code after saying why. */
int cli_address(const struct cli *c, const char *s, struct addr *ret);
/*
 * A moment, RFC 3339, local, or "10:40" today; or a duration: so long ago. 0, or the exit code
 * after saying why.
 */
int cli_moment(const struct cli *c, const char *s, int64_t *ret);

#define CLI_WHEN_MAX 200
/* "Tue 24/11/2026 08:00 (+07), in 3 min"; "" for 0. */
const char *cli_when(const struct cli *c, int64_t at, char out[CLI_WHEN_MAX]);
/* How far it is, in one sentence, as PRODUCT has it: "Sending has ended: 6 not reached, …". */
int cli_sentence(const struct cli *c, const struct release *r, char out[VIEW_MAX], struct err *e);
/*
 * On standard error: that nothing at all leaves, by the fence, `pause --all` or relays
 * that are all paused, and the way out.
 * *ret: whether it is so.
 */
int cli_note_held(const struct cli *c, bool *ret, struct err *e);
/* On standard error: each thing that keeps letters of `r` from leaving, and the way out. */
int cli_note_hold(const struct cli *c, const struct release *r, struct err *e);
/* On standard error, when there are some: how many a trial's list kept from getting anything. */
int cli_note_trial(const struct cli *c, int64_t release, struct err *e);
/* "Release 41 · 12/TC-TTTT · Title" and a line end. */
void cli_title(const struct cli *c, const struct release *r, FILE *out);
#define CLI_PERSON_MAX 1024
/* "Name, organisation <address>", safe to show, of what is not "". */
const char *cli_person(const char *name, const char *org, const char *address,
                       char out[CLI_PERSON_MAX]);
/* By what `call` and `explain` find this recipient: the contact's number, else the address. */
const char *cli_contact(const struct delivery *d, char out[CLI_PERSON_MAX]);
/* What somebody wrote behind an option: NFC, on one line, free() it. 0, or the exit code. */
int cli_text(const struct cli *c, const char *option, const char *s, char **ret);
/* "main 127.0.0.1:2525 TLSv1.3, step …: 250 2.0.0 Ok, 12 ms", as far as there is something. */
void cli_event(const struct cli *c, const struct event *ev, FILE *out);

/*
 * A table for spreadsheets on standard output. Into a file it begins with a byte order mark,
 * without which Excel takes Vietnamese for Latin-1; into a pipe it does not.
 */
void cli_csv_begin(const char *const *head, size_t n);
void cli_csv_row(const char *const *field, size_t n);

/* After an act that gives pressd something to do: says so when it is not running. */
void cli_note_sender(const struct cli *c);
/* What act.h asks for. */
struct act cli_act(const struct cli *c);

/* Prints "Usage: …" and the options of one command; all of a group, "book"; or all when NULL. */
void cli_help(const struct cli *c, const struct command *cmd, const char *group, FILE *out);

#endif
