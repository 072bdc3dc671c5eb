// SPDX-License-Identifier: MIT
/* Every command of pressctl, in the order in which --help lists them. */
#include "commands.h"

#define NOTHING_CHANGED N_("Nothing was changed.")
#define NOTHING_SENT    N_("Nothing was sent.")

const struct command cli_commands[] = {
        {"init", "", N_("create the database, or upgrade it; safe to repeat"), cmd_init, NULL, 0, 0,
         NOTHING_CHANGED},
        {"send", "FILE", N_("submit a statement; FILE - is standard input"), cmd_send,
         cmd_send_options, 1, 1, NOTHING_SENT},
        {"approve", "R", N_("let a release leave; the hash binds text, recipients and time"),
         cmd_approve, cmd_approve_options, 1, 1, NOTHING_CHANGED},
        {"reject", "R", N_("turn a release down, with the reason"), cmd_reject, cmd_reject_options,
         1, 1, NOTHING_CHANGED},
        {0},
};
