/* commands.h - the functions behind the rows of commands.c, each in its cmd_*.c */
#ifndef PRESS_CLI_COMMANDS_H
#define PRESS_CLI_COMMANDS_H

#include "cli.h"

#include "press/submit.h"

int cmd_init(struct cli *c, const struct args *a);

extern const struct cli_option cmd_send_options[], cmd_approve_options[], cmd_reject_options[];
int cmd_send(struct cli *c, const struct args *a);
int cmd_approve(struct cli *c, const struct args *a);
int cmd_reject(struct cli *c, const struct args *a);

/* The options of `send`, as given; check, preview and rehearse take the same ones but --wait. */
struct submit_options cli_submit_options(const struct cli *c, const struct args *a);
/* After a rejection or a cancel: what waited becomes `cancelled`, some at a time. */
int cli_cancel_rest(struct cli *c, int64_t id, struct err *e);

#endif
