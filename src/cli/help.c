// SPDX-License-Identifier: MIT
#include "cli.h"

#include "press/text.h"

#include <string.h>

static const struct cli_option globals[] = {
        {"json", NULL, N_("one JSON object a line")},
        {"lang", "vi|en", N_("the language of messages")},
        {"help", NULL, N_("this text; behind a command, its own")},
        {"version", NULL, N_("the version")},
        {0},
};

static void row(FILE *out, const char *left, const char *help)
{
        size_t width = text_width(left);

        fprintf(out, "  %s%*s%s\n", left, width < 26 ? (int) (28 - width) : 2, "", help);
}

static void list(const struct cli *c, const struct cli_option *o, FILE *out)
{
        for (; o && o->name; o++) {
                bool may = o->value && o->value[0] == '[';
                char left[80];

                snprintf(left, sizeof(left), "--%s%s%.*s%s", o->name,
                         !o->value ? ""
                         : may     ? "[="
                                   : " ",
                         may ? (int) strlen(o->value) - 2 : 40, o->value ? o->value + may : "",
                         may ? "]" : "");
                row(out, left, msg_text(c->lang, o->help));
        }
}

void cli_help(const struct cli *c, const struct command *cmd, FILE *out)
{
        if (cmd) {
                fprintf(out, "%s pressctl [-c FILE] %s%s%s%s\n\n%s\n", msg_text(c->lang, "Usage:"),
                        cmd->name, cmd->usage[0] ? " " : "", cmd->usage,
                        cmd->options ? " [OPTION…]" : "", msg_text(c->lang, cmd->help));
                if (cmd->options)
                        fputc('\n', out);
                list(c, cmd->options, out);
                return;
        }
        fprintf(out, "%s pressctl [-c FILE] COMMAND [OPTION…]\n\n", msg_text(c->lang, "Usage:"));
        for (cmd = cli_commands; cmd->name; cmd++) {
                char left[120];

                snprintf(left, sizeof(left), "%s %s", cmd->name, cmd->usage);
                row(out, left, msg_text(c->lang, cmd->help));
        }
        fputc('\n', out);
        row(out, "-c FILE",
            msg_text(c->lang, "the configuration; else $PRESS_CONFIG, "
                              "/etc/press/press.conf"));
        list(c, globals, out);
        fprintf(out, "\n%s\n",
                msg_text(c->lang, "pressctl COMMAND --help tells the rest; the "
                                  "manual is pressctl(1)."));
}
