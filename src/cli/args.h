/* args.h - the command line taken apart (cli/args.c, for cli/main.c alone) */
#ifndef PRESS_CLI_ARGS_H
#define PRESS_CLI_ARGS_H

#include "cli.h"

struct parsed { /* points into argv */
        const char *config, *lang;
        bool json, help, version;
        const struct command *cmd; /* NULL: none was named */
        const char *group;         /* "book" where help was asked of all its commands, or NULL */
        struct args args;
};

/* 0, or -EINVAL with the reason; *ret then holds what was understood before. */
int args_parse(int argc, char **argv, struct parsed *ret, struct err *e);

#endif
