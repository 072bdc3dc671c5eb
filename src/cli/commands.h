/* commands.h - the functions behind the rows of commands.c, each in its cmd_*.c */
#ifndef PRESS_CLI_COMMANDS_H
#define PRESS_CLI_COMMANDS_H

#include "cli.h"

int cmd_init(struct cli *c, const struct args *a);

#endif
