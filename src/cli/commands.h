/* commands.h - the functions behind the rows of commands.c, each in its cmd_*.c */
#ifndef PRESS_CLI_COMMANDS_H
#define PRESS_CLI_COMMANDS_H

#include "cli.h"

#include "press/report.h"
#include "press/submit.h"

int cmd_init(struct cli *c, const struct args *a);

extern const struct cli_option cmd_send_options[], cmd_approve_options[], cmd_reject_options[];
/* What check, preview, rehearse and send have in common. */
/* clang-format off */
#define CLI_STATEMENT_OPTIONS                                                       \
        {"to", "EXPR", N_("the audience, instead of To")},                          \
        {"at", "T", N_("nothing leaves before this moment")},                       \
        {"embargo", "T", N_("nothing leaves before it, except to Early")},          \
        {"class", "C", N_("urgent, normal or routine")},                            \
        {"key", "K", N_("once for each key; {date} and {week} are filled in")},     \
        {"expires", "T", N_("a moment or a duration after which nothing is sent")}, \
        {"again", NULL, N_("really send again what was sent before")}
/* clang-format on */

extern const struct cli_option cmd_check_options[], cmd_preview_options[], cmd_rehearse_options[];
int cmd_check(struct cli *c, const struct args *a);
int cmd_preview(struct cli *c, const struct args *a);
int cmd_rehearse(struct cli *c, const struct args *a);
int cmd_send(struct cli *c, const struct args *a);
int cmd_approve(struct cli *c, const struct args *a);
int cmd_reject(struct cli *c, const struct args *a);

/* These options as given. After cli_db(): moments in errors speak the configuration's language. */
struct submit_options cli_submit_options(const struct cli *c, const struct args *a);
/* When it leaves, its embargo and its end, a line each; 0 = none. */
void cli_say_moments(const struct cli *c, int64_t at, int64_t embargo, int64_t expires);
/* People by kind of organisation and role, a line each. */
void cli_groups(const struct cli *c, const struct selection_counts *n);

extern const struct cli_option cmd_book_import_options[], cmd_book_find_options[],
        cmd_book_add_options[], cmd_book_set_options[];
int cmd_book_import(struct cli *c, const struct args *a);
int cmd_book_export(struct cli *c, const struct args *a);
int cmd_book_find(struct cli *c, const struct args *a);
int cmd_book_show(struct cli *c, const struct args *a);
int cmd_book_add(struct cli *c, const struct args *a);
int cmd_book_set(struct cli *c, const struct args *a);
int cmd_book_end(struct cli *c, const struct args *a);

extern const struct cli_option cmd_list_options[], cmd_status_options[], cmd_log_options[];
int cmd_audience(struct cli *c, const struct args *a);
int cmd_list(struct cli *c, const struct args *a);
int cmd_show(struct cli *c, const struct args *a);
int cmd_status(struct cli *c, const struct args *a);
int cmd_log(struct cli *c, const struct args *a);
int cmd_explain(struct cli *c, const struct args *a);

extern const struct cli_option cmd_replies_options[];
int cmd_replies(struct cli *c, const struct args *a);
int cmd_answered(struct cli *c, const struct args *a);

extern const struct cli_option cmd_pause_options[], cmd_resume_options[], cmd_cancel_options[],
        cmd_retry_options[], cmd_resend_options[];
int cmd_pause(struct cli *c, const struct args *a);
int cmd_resume(struct cli *c, const struct args *a);
extern const struct cli_option cmd_fence_options[];
int cmd_fence(struct cli *c, const struct args *a);
int cmd_cancel(struct cli *c, const struct args *a);
int cmd_retry(struct cli *c, const struct args *a);
int cmd_resend(struct cli *c, const struct args *a);

extern const struct cli_option cmd_calls_options[], cmd_call_options[], cmd_leader_options[];
int cmd_leader(struct cli *c, const struct args *a);
int cmd_calls(struct cli *c, const struct args *a);
int cmd_call(struct cli *c, const struct args *a);

/* "the address does not exist" */
const char *cli_report_class(const struct cli *c, enum report_class class);
int cmd_report_parse(struct cli *c, const struct args *a);
extern const struct cli_option cmd_report_relay_log_options[];
int cmd_report_relay_log(struct cli *c, const struct args *a);

extern const struct cli_option cmd_relay_pause_options[];
int cmd_relay_pause(struct cli *c, const struct args *a);
int cmd_relay_resume(struct cli *c, const struct args *a);
int cmd_relay_retry(struct cli *c, const struct args *a);
/* There is no relay of that name: says so, and the nearest. Returns the exit code. */
int cli_relay_unknown(const struct cli *c, const char *name);
const char *cli_tls_word(enum relay_tls tls);
extern const struct cli_option cmd_relay_test_options[];
int cmd_relay_list(struct cli *c, const struct args *a);
int cmd_relay_test(struct cli *c, const struct args *a);
int cmd_doctor(struct cli *c, const struct args *a);

extern const struct cli_option cmd_suppress_add_options[], cmd_suppress_lift_options[],
        cmd_book_doubtful_options[];
int cmd_suppress_add(struct cli *c, const struct args *a);
int cmd_suppress_lift(struct cli *c, const struct args *a);
int cmd_suppress_list(struct cli *c, const struct args *a);
int cmd_book_doubtful(struct cli *c, const struct args *a);

/* What the relays' logs and the clock add, before evidence is shown; a busy database is told. */
void cli_suppress_pass(struct cli *c);
/* "no such address", "a complaint: unwanted mail" */
const char *cli_verdict_class(const struct cli *c, int class);

#endif
