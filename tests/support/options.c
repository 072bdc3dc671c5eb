// SPDX-License-Identifier: MIT
/*
 * options - every setting of press.conf as its table has them
 *
 * As man(7) text, which `make manual` puts into press.conf(5).
 */
#include "press/config.h"

#include <stdio.h>

int main(void)
{
        config_print_options(stdout);
        return fflush(stdout) == 0 ? 0 : 1;
}
