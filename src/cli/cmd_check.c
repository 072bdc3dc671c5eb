// SPDX-License-Identifier: MIT
/* What can be done with a statement without sending it: check, preview, rehearse. */
#include "commands.h"

#include "press/json.h"
#include "press/letter.h"
#include "press/mem.h"
#include "press/preflight.h"
#include "press/preview.h"

#include <errno.h>
#include <stdlib.h>

const struct cli_option cmd_check_options[] = {CLI_STATEMENT_OPTIONS, {0}};
const struct cli_option cmd_preview_options[] = {
        CLI_STATEMENT_OPTIONS,
        {"as", "ADDRESS", N_("the recipient whose letter is shown")},
        {"eml", NULL, N_("the bytes of the letter, for a mail program")},
        {0},
};
const struct cli_option cmd_rehearse_options[] = {
        CLI_STATEMENT_OPTIONS,
        {"maildir", "FOLDER", N_("where the letters go; else ~/press-rehearsal")},
        {0},
};

/* --- check ----------------------------------------------------------------------- */

static void tell(void *ctx, const struct finding *f)
{
        const struct cli *c = ctx;
        char text[ERR_TEXT_MAX];

        if (c->json) {
                struct json j;

                err_text(f->text, c->lang, text, sizeof(text));
                json_begin(&j);
                json_string(&j, "level", f->error ? "error" : "warning");
                json_string(&j, "file", f->text->file);
                json_number(&j, "line", f->text->line);
                json_string(&j, "text", text);
                json_end(&j, stdout);
                return;
        }
        err_format(f->text, c->lang, text, sizeof(text));
        printf("%s %s\n", msg_text(c->lang, f->error ? N_("error:") : N_("warning:")), text);
}

static void say_size(const struct cli *c, const char *msgid, const char *name, size_t bytes)
{
        printf("  %s: %s%s", msg_text(c->lang, msgid), name, name[0] ? ", " : "");
        if (bytes < 1000)
                cli_say(c, "%zu bytes\n", bytes);
        else if (bytes < 1000000)
                cli_say(c, "%zu kB\n", (bytes + 500) / 1000);
        else
                cli_say(c, "%zu.%zu MB\n", bytes / 1000000, bytes / 100000 % 10);
}

/* What was understood, in other words than the file's. */
static void say_back(const struct cli *c, const struct preflight *p)
{
        const struct submission *s = p->s;

        if (!s->t_at && !s->t_embargo && !s->at.value[0] && !s->embargo.value[0])
                printf("  %s\n", msg_text(c->lang, c->config->approval == APPROVAL_NONE
                                                           ? N_("Leaves at once")
                                                           : N_("Leaves when it is approved")));
        cli_say_moments(c, s->t_at, s->t_embargo, s->t_expires);
        for (size_t i = 0; i < s->natt; i++)
                say_size(c, N_("Attached"), s->att[i].name, s->att[i].n);
        if (s->letter.n)
                say_size(c, N_("Size of the letter as encoded"), "", s->letter.n);
        if (!p->counted)
                return;
        printf("  %s:\n", msg_text(c->lang, N_("Recipients")));
        cli_groups(c, &p->people);
}

int cmd_check(struct cli *c, const struct args *a)
{
        CLEANUP(preflight_done) struct preflight p = {0};
        struct submit_options o;
        struct err e = {0};
        int r = cli_db(c);

        if (r != 0)
                return r;
        o = cli_submit_options(c, a);
        r = preflight(c->config, c->db, a->v[0], &o, c->now, tell, c, &p, &e);
        if (r < 0)
                return cli_fail(c, r, &e);
        if (!c->json && p.errors == 0)
                cli_say(c, "%s can be sent.\n", a->v[0]);
        if (!c->json && p.s)
                say_back(c, &p);
        return p.errors ? EXIT_CONTENT : EXIT_OK;
}

/* --- preview ----------------------------------------------------------------------- */

static void show(const struct cli *c, const struct submission *s, const struct buf *letter)
{
        CLEANUP(buf_done) struct buf out = BUF(PREVIEW_MAX);

        letter_show(letter->s, &out);
        fwrite(out.s, 1, out.len, stdout);
        for (size_t i = 0; i < s->natt; i++)
                cli_say(c, "[attached: %s, %zu bytes]\n", s->att[i].name, s->att[i].n);
}

int cmd_preview(struct cli *c, const struct args *a)
{
        CLEANUP(submission_free) struct submission *s = NULL;
        CLEANUP(buf_done) struct buf letter = BUF(PREVIEW_MAX);
        struct submit_options o;
        const char *as = args_get(a, "as");
        struct err e = {0};
        int r;

        if (!as) {
                err_set(&e, -EINVAL, "whose letter? --as ADDRESS is missing");
                return cli_usage(c, &e);
        }
        r = cli_db(c);
        if (r != 0)
                return r;
        o = cli_submit_options(c, a);
        r = submission_open(c->config, a->v[0], &o, c->now, &s, &e);
        if (r == 0)
                r = preview(s, c->db, as, &letter, &e);
        if (r < 0)
                return cli_fail(c, r, &e);
        if (args_has(a, "eml"))
                fwrite(letter.s, 1, letter.len, stdout);
        else
                show(c, s, &letter);
        return EXIT_OK;
}

/* --- rehearse ----------------------------------------------------------------------- */

int cmd_rehearse(struct cli *c, const struct args *a)
{
        CLEANUP(submission_free) struct submission *s = NULL;
        CLEANUP(mem_free) char *folder = NULL;
        struct submit_options o;
        const char *home = getenv("HOME");
        struct err e = {0};
        int64_t n = 0;
        int r = cli_db(c);

        if (r != 0)
                return r;
        o = cli_submit_options(c, a);
        folder = args_has(a, "maildir") ? mem_strdup(args_get(a, "maildir"))
                                        : mem_printf("%s/press-rehearsal", home ? home : ".");
        r = submission_open(c->config, a->v[0], &o, c->now, &s, &e);
        if (r == 0)
                r = rehearse(s, c->db, folder, &n, &e);
        if (r < 0)
                return cli_fail(c, r, &e);
        if (c->json) {
                struct json j;

                json_begin(&j);
                json_number(&j, "letters", n);
                json_string(&j, "maildir", folder);
                json_end(&j, stdout);
        } else {
                cli_say(c,
                        "Letters, marked as a rehearsal: %lld, in the Maildir %s. Nothing was "
                        "sent.\n",
                        (long long) n, folder);
        }
        return EXIT_OK;
}
