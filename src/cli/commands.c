// SPDX-License-Identifier: MIT
/* Every command of pressctl, in the order in which --help lists them. */
#include "commands.h"

#define NOTHING_CHANGED N_("Nothing was changed.")
#define NOTHING_SENT    N_("Nothing was sent.")

const struct command cli_commands[] = {
        {"init", "", N_("create the database, or upgrade it; safe to repeat"), cmd_init, NULL, 0, 0,
         NOTHING_CHANGED},
        {0},
};
