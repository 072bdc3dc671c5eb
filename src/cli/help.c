// SPDX-License-Identifier: MIT
#include "cli.h"

#include "press/mem.h"
#include "press/text.h"

#include <string.h>

static const struct cli_option globals[] = {
        {"json", NULL, N_("one JSON object a line")},
        {"lang", "vi|en", N_("the language of messages")},
        {"help", NULL, N_("this text; behind a command, its own")},
        {"version", NULL, N_("the version")},
        {0},
};

/* What an option's line has no room for, by the command or the group. */
static const struct {
        const char *name, *text;
} more[] = {
        {"audience",
         N_("Conditions, joined by and, or, not and parentheses; case and marks do not matter:\n"
            "  kind:unit|department|press    role:leader|officer|journalist|desk\n"
            "  org:\"Báo Nhân Dân\"  province:\"Hà Nội\"  region:\"Tây Nguyên\"\n"
            "  tag:viễn-thông  list:NAME  lang:vi  email:a@b.example  all\n\n"
            "Examples, in single quotes for the shell:\n"
            "  pressctl audience 'kind:press and province:\"Hà Nội\"'\n"
            "  pressctl audience '(kind:department and role:officer) or kind:press'\n"
            "  pressctl audience 'all and not org:\"Báo X\"'\n")},
        {"book",
         N_("Headings of the CSV, in any order; org, org_kind, and email or phone must be there:\n"
            "  id,org,org_kind,org_short,org_code,province,region,name,role,title,email,phone,\n"
            "  language,tags,priority,source\n\n"
            "Examples:\n"
            "  pressctl book import danh-ba.csv --dry-run\n"
            "  pressctl book find bao nhan dan\n"
            "  pressctl book add --org \"Báo X\" --name \"Đỗ Mới\" --role journalist \\\n"
            "    --email moi@x.example --tags \"viễn-thông;kinh-tế\"\n"
            "  pressctl book set 12 --phone \"024 0000 0000\"\n"
            "  pressctl book end 12\n")},
};

static void say_more(const struct cli *c, const char *name, FILE *out)
{
        for (size_t i = 0; i < COUNT_OF(more); i++)
                if (strcmp(more[i].name, name) == 0)
                        fprintf(out, "\n%s", msg_text(c->lang, more[i].text));
}

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

static bool in_group(const struct command *cmd, const char *group)
{
        size_t n = group ? strlen(group) : 0;

        return !group || (strncmp(cmd->name, group, n) == 0 && cmd->name[n] == ' ');
}

static void commands(const struct cli *c, const char *group, FILE *out)
{
        for (const struct command *cmd = cli_commands; cmd->name; cmd++) {
                char left[120];

                if (!in_group(cmd, group))
                        continue;
                snprintf(left, sizeof(left), "%s %s", cmd->name, cmd->usage);
                row(out, left, msg_text(c->lang, cmd->help));
        }
}

static void one(const struct cli *c, const struct command *cmd, FILE *out)
{
        fprintf(out, "%s pressctl [-c FILE] %s%s%s%s\n\n%s\n", msg_text(c->lang, "Usage:"),
                cmd->name, cmd->usage[0] ? " " : "", cmd->usage, cmd->options ? " [OPTION…]" : "",
                msg_text(c->lang, cmd->help));
        if (cmd->options)
                fputc('\n', out);
        list(c, cmd->options, out);
        say_more(c, cmd->name, out);
}

void cli_help(const struct cli *c, const struct command *cmd, const char *group, FILE *out)
{
        if (cmd) {
                one(c, cmd, out);
                return;
        }
        fprintf(out, "%s pressctl [-c FILE] %s%sCOMMAND [OPTION…]\n\n", msg_text(c->lang, "Usage:"),
                group ? group : "", group ? " " : "");
        commands(c, group, out);
        if (group) {
                say_more(c, group, out);
                return;
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
