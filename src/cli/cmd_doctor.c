// SPDX-License-Identifier: MIT
#include "commands.h"

#include "press/doctor.h"
#include "press/json.h"
#include "press/said.h"

static void tell(void *ctx, const struct doctor_finding *f)
{
        const struct cli *c = ctx;
        char text[ERR_TEXT_MAX];
        struct json j;

        if (f->fault)
                said_fault(f->fault, c->lang, text, sizeof(text));
        else
                err_text(&f->text, c->lang, text, sizeof(text));
        if (!c->json) {
                printf("%s %s\n", msg_text(c->lang, f->ok ? N_("✓ well:") : N_("✗ open:")), text);
                return;
        }
        json_begin(&j);
        json_string(&j, "check", f->check);
        json_bool(&j, "ok", f->ok);
        json_string(&j, "text", text);
        json_end(&j, stdout);
}

int cmd_doctor(struct cli *c, const struct args *a)
{
        struct err e = {0};
        int open, r = cli_config(c);

        (void) a;
        if (r != 0)
                return r;
        (void) db_open(c->config->database, &c->db, &e); /* that it failed is a finding */
        open = doctor_run(c->config, c->db, &e, tell, c);
        if (c->json)
                return open ? 1 : EXIT_OK;
        if (open)
                cli_say(c, "%d open.\n", open);
        else
                cli_say(c, "All is well.\n");
        return open ? 1 : EXIT_OK;
}
