// SPDX-License-Identifier: MIT
#include "cli.h"

#include "args.h"

#include "press/caller.h"
#include "press/clock.h"
#include "press/mem.h"
#include "press/text.h"
#include "press/token.h"

#include <assert.h>
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { GLOBAL_JSON = 1000, GLOBAL_LANG, GLOBAL_HELP, GLOBAL_VERSION };

static const struct option globals[] = {
        {"json", no_argument, NULL, GLOBAL_JSON},
        {"lang", required_argument, NULL, GLOBAL_LANG},
        {"help", no_argument, NULL, GLOBAL_HELP},
        {"version", no_argument, NULL, GLOBAL_VERSION},
};

const char *args_get(const struct args *a, const char *name)
{
        for (size_t i = 0; a->options && a->options[i].name; i++)
                if (strcmp(a->options[i].name, name) == 0)
                        return a->value[i];
        assert(false); /* an option that the command's table lacks */
        return NULL;
}

bool args_has(const struct args *a, const char *name)
{
        return args_get(a, name) != NULL;
}

/* An option that stands before or behind the command's name. */
static int global(struct parsed *p, int opt, const char *value, struct err *e)
{
        enum lang lang;

        switch (opt) {
        case 'c': p->config = value; return 0;
        case GLOBAL_JSON: p->json = true; return 0;
        case GLOBAL_HELP: p->help = true; return 0;
        case GLOBAL_VERSION: p->version = true; return 0;
        case GLOBAL_LANG:
                if (msg_lang_parse(value, &lang) < 0)
                        return err_set(e, -EINVAL, "there is no language “%s”; there are vi and en",
                                       value);
                p->lang = value;
                return 0;
        default: return 1; /* not one of these */
        }
}

/* What getopt_long() stumbled over; `word` is the argument as typed. */
static int stumble(int opt, const char *word, struct err *e)
{
        if (opt == ':')
                return err_set(e, -EINVAL, "the option %s lacks its value", word);
        return err_set(e, -EINVAL, "the option %s does not exist here, or takes no value", word);
}

static size_t long_options(const struct cli_option *own, struct option out[ARGS_OPTIONS_MAX + 8])
{
        size_t n = 0;

        for (; own && own[n].name; n++) {
                assert(n < ARGS_OPTIONS_MAX);
                out[n] = (struct option){own[n].name,
                                         !own[n].value            ? no_argument
                                         : own[n].value[0] == '[' ? optional_argument
                                                                  : required_argument,
                                         NULL, (int) n + 1};
        }
        memcpy(out + n, globals, sizeof(globals));
        n += COUNT_OF(globals);
        out[n] = (struct option){0};
        return n;
}

/* -o is --output where a command has that; 0 = it has not. */
static int short_option(const struct cli_option *own, int opt)
{
        for (int i = 0; opt == 'o' && own && own[i].name; i++)
                if (strcmp(own[i].name, "output") == 0)
                        return i + 1;
        return opt == 'o' ? 0 : opt;
}

/* Options until the first operand ("+"), or among all operands (""). */
static int options(struct parsed *p, int argc, char **argv, const char *how, struct err *e)
{
        struct option lo[ARGS_OPTIONS_MAX + 8];
        const struct cli_option *own = p->cmd ? p->cmd->options : NULL;
        int opt, r;

        long_options(own, lo);
        optind = 0; /* glibc: begin anew */
        opterr = 0;
        while ((opt = getopt_long(argc, argv, how, lo, NULL)) != -1) {
                const char *word = argv[optind > 1 ? optind - 1 : 1];

                opt = short_option(own, opt);
                if (opt == '?' || opt == ':' || opt == 0)
                        return stumble(opt, word, e);
                r = global(p, opt, optarg, e);
                if (r < 0)
                        return r;
                if (r == 0)
                        continue;
                assert(own && opt <= ARGS_OPTIONS_MAX);
                if (p->args.value[opt - 1])
                        return err_set(e, -EINVAL, "the option --%s is given twice",
                                       own[opt - 1].name);
                p->args.value[opt - 1] = optarg ? optarg : "";
        }
        return optind;
}

/* --- which command ------------------------------------------------------------------ */

/* "book import" is two words; how many words of argv match `name`, 0 = it is another. */
static int matches(const char *name, int argc, char **argv)
{
        const char *space = strchr(name, ' ');
        size_t first = space ? (size_t) (space - name) : strlen(name);

        if (argc < 1 || strlen(argv[0]) != first || strncmp(argv[0], name, first) != 0)
                return 0;
        if (!space)
                return 1;
        return argc > 1 && strcmp(argv[1], space + 1) == 0 ? 2 : 0;
}

/* The second words that exist after argv[0], or all first words: what was possible there. */
static int not_a_command(int argc, char **argv, struct err *e)
{
        const char *names[128], *near;
        char list[ERR_ARG_BYTES] = "";
        bool group = false;
        size_t n = 0, len = strlen(argv[0]);

        for (const struct command *c = cli_commands; c->name && n < COUNT_OF(names); c++)
                if (strncmp(c->name, argv[0], len) == 0 && c->name[len] == ' ') {
                        group = true;
                        names[n++] = c->name + len + 1;
                }
        for (size_t i = 0; i < n; i++)
                snprintf(list + strlen(list), sizeof(list) - strlen(list), "%s%s", i ? ", " : "",
                         names[i]);
        if (group)
                return err_set(e, -EINVAL, "after “%s” comes one of: %s", argv[0], list);
        for (const struct command *c = cli_commands; c->name && n < COUNT_OF(names); c++)
                names[n++] = c->name;
        near = text_nearest(argv[0], names, n);
        (void) argc;
        if (near)
                return err_set(e, -EINVAL, "there is no command “%s”; did you mean “%s”?", argv[0],
                               near);
        return err_set(e, -EINVAL, "there is no command “%s”; pressctl --help lists them", argv[0]);
}

/* "book --help": of all commands that begin with the word. */
static const char *group_help(const struct parsed *p, int argc, char **argv)
{
        size_t len = strlen(argv[0]);

        if (!(argc == 1 ? p->help : strcmp(argv[1], "--help") == 0))
                return NULL;
        for (const struct command *c = cli_commands; c->name; c++)
                if (strncmp(c->name, argv[0], len) == 0 && c->name[len] == ' ')
                        return argv[0];
        return NULL;
}

static int command(struct parsed *p, int argc, char **argv, struct err *e)
{
        for (const struct command *c = cli_commands; c->name; c++) {
                int words = matches(c->name, argc, argv);

                if (words) {
                        p->cmd = c;
                        p->args.options = c->options;
                        return words;
                }
        }
        return not_a_command(argc, argv, e);
}

int args_parse(int argc, char **argv, struct parsed *ret, struct err *e)
{
        struct parsed p = {0};
        int at = options(&p, argc, argv, "+:c:", e), words;

        if (at < 0) {
                *ret = p; /* the language and the like, for the message */
                return at;
        }
        if (at == argc) {
                *ret = p;
                if (p.help || p.version)
                        return 0;
                return err_set(e, -EINVAL, "a command is missing; pressctl --help lists them");
        }
        p.group = group_help(&p, argc - at, argv + at);
        if (p.group) {
                p.help = true;
                *ret = p;
                return 0;
        }
        words = command(&p, argc - at, argv + at, e);
        *ret = p;
        if (words < 0)
                return words;
        argc -= at + words - 1;
        argv += at + words - 1;
        at = options(&p, argc, argv, ":c:o:", e);
        if (at >= 0) {
                p.args.n = argc - at;
                p.args.v = argv + at;
        }
        *ret = p;
        if (at < 0 || p.help)
                return at < 0 ? at : 0;
        if (p.args.n < p.cmd->min || p.args.n > p.cmd->max)
                return err_set(e, -EINVAL,
                               p.args.n < p.cmd->min
                                       ? N_("“%s” lacks an operand: pressctl %s %s")
                                       : N_("“%s” has too many operands: pressctl %s %s"),
                               p.cmd->name, p.cmd->name, p.cmd->usage);
        return 0;
}
