// SPDX-License-Identifier: MIT
#include "press/cli.h"

#include "args.h"
#include "cli.h"

#include "press/cage.h"
#include "press/caller.h"
#include "press/clock.h"
#include "press/token.h"
#include "press/version.h"

#include <signal.h>
#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* Output that could not be written is a failure, though the work itself is done. */
static int finish(const struct cli *c, int code)
{
        if (fflush(stdout) == 0 && !ferror(stdout))
                return code;
        cli_note(c, "the output could not be written: %s", msg_reason(c->lang, strerror(errno)));
        return code == EXIT_OK ? EXIT_IO : code;
}

int cli_main(int argc, char **argv)
{
        const struct rlimit no_core = {0, 0}; /* addresses and keys stay out of core files (R97) */
        struct parsed p = {0};
        struct err e = {0};
        struct cli c = {0};
        int r;

        if (argc == 2 && strcmp(argv[1], CAGE_ARGUMENT) == 0)
                return cage_main();
        setrlimit(RLIMIT_CORE, &no_core);
        signal(SIGXFSZ, SIG_IGN); /* a file-size limit is an error like a full disk */
        umask(S_IWGRP | S_IRWXO);
        token_init();
        r = args_parse(argc, argv, &p, &e);
        c.lang_set = msg_lang_reader(p.lang, &c.lang);
        c.config_option = p.config;
        c.json = p.json;
        c.uid = getuid();
        c.user = caller_name();
        c.now = clock_wall();
        if (r < 0)
                return cli_usage(&c, &e);
        if (p.version) {
                puts("press " PRESS_VERSION);
                return finish(&c, EXIT_OK);
        }
        if (p.help) {
                cli_help(&c, p.cmd, p.group, stdout);
                return finish(&c, EXIT_OK);
        }
        c.unharmed = p.cmd->unharmed;
        r = p.cmd->run(&c, &p.args);
        r = finish(&c, r);
        db_close(&c.db);
        config_free(&c.config);
        return r;
}
