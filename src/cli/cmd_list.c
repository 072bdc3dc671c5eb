// SPDX-License-Identifier: MIT
#include "commands.h"

#include "press/json.h"
#include "press/mem.h"
#include "press/moment.h"
#include "press/text.h"
#include "press/view.h"
#include "table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LIST_DEFAULT 100
#define LIST_MAX     100000

const struct cli_option cmd_list_options[] = {
        {"limit", "N", N_("so many of the newest; 100 without it")},
        {0},
};

/* From when it may leave; while that is not decided, when it was to leave or was submitted. */
static int64_t moment_of(const struct release *r)
{
        if (r->due_at)
                return r->due_at;
        if (r->at || r->embargo)
                return r->at > r->embargo ? r->at : r->embargo;
        return r->submitted_at;
}

/* `whole`: with what an approver needs. */
static void print_json(const struct release *r, bool whole)
{
        struct json j;

        json_begin(&j);
        json_number(&j, "release", r->id);
        json_string(&j, "number", r->number);
        json_string(&j, "title", r->title);
        json_string(&j, "kind", words_name(&release_kinds, (int) r->kind));
        json_string(&j, "class", words_name(&release_classes, (int) r->class));
        json_string(&j, "state", words_name(&release_states, (int) r->state));
        json_moment(&j, "at", moment_of(r));
        json_number(&j, "recipients", r->recipients);
        if (whole) {
                json_string(&j, "submitted_by", r->submitted_by);
                json_string(&j, "approved_by", r->approved_by);
                json_string(&j, "reason", r->reason);
                json_string(&j, "hash", r->hash);
        }
        json_end(&j, stdout);
}

static int limit(struct cli *c, const char *s, size_t *ret)
{
        struct err e = {0};
        char *end;
        long n;

        if (!s) {
                *ret = LIST_DEFAULT;
                return 0;
        }
        n = strtol(s, &end, 10);
        if (!s[0] || s[strspn(s, "0123456789")] || *end || n < 1 || n > LIST_MAX) {
                err_set(&e, -EINVAL, "--limit is a number from 1 to %d", LIST_MAX);
                return cli_usage(c, &e);
        }
        *ret = (size_t) n;
        return 0;
}

static int print_rows(const struct cli *c, const struct release *v, size_t n, struct err *e)
{
        CLEANUP(table_done) struct table t = TABLE(6, 1u << 0 | 1u << 3);

        for (size_t i = 0; i < n; i++) {
                char when[MOMENT_MAX];
                struct tally people;
                int r = tally_read(c->db, v[i].id, &people, e);

                if (r < 0)
                        return r;

                table_number(&t, v[i].id);
                table_cell(&t, release_state_title(v[i].state, c->lang));
                table_cell(&t, moment_show(moment_of(&v[i]), c->lang, when));
                table_number(&t, view_people(&people));
                table_cell(&t, v[i].number);
                table_cell(&t, v[i].title);
        }
        table_print(&t, 0, stdout);
        return 0;
}

int cmd_list(struct cli *c, const struct args *a)
{
        CLEANUP(release_list_done) struct release_list l = {0};
        struct err e = {0};
        size_t max = 0, n;
        int r;

        r = limit(c, args_get(a, "limit"), &max);
        if (r == 0)
                r = cli_db(c);
        if (r != 0)
                return r;
        r = release_list(c->db, max + 1, &l, &e);
        if (r < 0)
                return cli_fail(c, r, &e);
        n = l.n < max ? l.n : max;
        if (c->json)
                for (size_t i = 0; i < n; i++)
                        print_json(&l.v[i], false);
        else if (n)
                r = print_rows(c, l.v, n, &e);
        else
                cli_say(c, "There is no release yet.\n");
        if (r < 0)
                return cli_fail(c, r, &e);
        if (l.n > max && !c->json && isatty(STDOUT_FILENO))
                cli_note(c, "only the newest %zu; more with --limit", max);
        return EXIT_OK;
}

/* --- show ------------------------------------------------------------------------- */

struct sheet { /* "Label:  value" lines */
        const struct cli *c;
        struct table t;
};

static void line(struct sheet *s, const char *label, const char *value)
{
        if (!value[0])
                return;
        table_cell(&s->t, msg_text(s->c->lang, label));
        table_cell(&s->t, value);
}

static void moment_line(struct sheet *s, const char *label, int64_t at)
{
        char when[CLI_WHEN_MAX];

        line(s, label, cli_when(s->c, at, when));
}

static void done_line(struct sheet *s, const char *label, const char *who, int64_t at)
{
        char when[CLI_WHEN_MAX], text[CLI_WHEN_MAX + 256];

        if (!at)
                return;
        snprintf(text, sizeof(text), "%.200s, %s", who, cli_when(s->c, at, when));
        line(s, label, text);
}

static void attachment_line(void *ctx, const struct release_attachment *a)
{
        struct sheet *s = ctx;
        char text[1200];

        snprintf(text, sizeof(text), "%.1000s (%.100s, %zu kB)", a->name, a->type,
                 (a->n + 999) / 1000);
        line(s, N_("Attachment"), text);
}

static int print_head(struct sheet *s, const struct release *r, struct err *e)
{
        enum lang lang = s->c->lang;
        char people[32];
        struct tally t;
        int rc = tally_read(s->c->db, r->id, &t, e);

        if (rc < 0)
                return rc;

        line(s, N_("Kind"), release_kind_title(r->kind, lang));
        line(s, N_("Class"), release_class_title(r->class, lang));
        line(s, N_("Language"), msg_lang_name(r->language));
        line(s, N_("To"), r->audience);
        line(s, N_("Except"), r->except);
        line(s, N_("Early"), r->early);
        snprintf(people, sizeof(people), "%lld", (long long) view_people(&t));
        line(s, N_("Recipients"), people);
        done_line(s, N_("Submitted"), r->submitted_by, r->submitted_at);
        done_line(s, N_("Approved"), r->approved_by, r->approved_at);
        moment_line(s, N_("At"), r->at);
        moment_line(s, N_("Embargo"), r->embargo);
        moment_line(s, N_("Expires"), r->expires);
        moment_line(s, N_("Leaves"), r->due_at);
        moment_line(s, N_("Out since"), r->out_at);
        line(s, N_("Reason"), r->reason);
        line(s, N_("Key"), r->key);
        line(s, N_("Signer"), r->signer);
        line(s, N_("Contact"), r->contact);
        line(s, N_("Reply to"), r->reply_to);
        line(s, N_("Hash"), r->hash);
        return release_attachment_each(s->c->db, r->id, attachment_line, s, e);
}

/* The Markdown as submitted, a line at a time: what a line end is must stay one. */
static void print_text(const char *text)
{
        CLEANUP(mem_free) char *copy = mem_strdup(text);
        char *rest = copy, *one;

        while ((one = strsep(&rest, "\n")) != NULL) {
                size_t size = 4 * strlen(one) + 1;
                CLEANUP(mem_free) char *safe = mem_alloc(size);

                text_escape(one, safe, size);
                puts(safe);
        }
}

static int show(struct cli *c, const struct release *r, struct err *e)
{
        struct sheet s = {.c = c, .t = TABLE(2, 0)};
        char state[VIEW_MAX];
        int rc = cli_sentence(c, r, state, e);

        if (rc == 0)
                rc = print_head(&s, r, e);
        if (rc == 0) {
                cli_title(c, r, stdout);
                printf("%s\n\n", state);
                table_print(&s.t, 0, stdout);
                putchar('\n');
                print_text(r->text);
        }
        table_done(&s.t);
        return rc;
}

int cmd_show(struct cli *c, const struct args *a)
{
        CLEANUP(release_done) struct release rel = {0};
        struct err e = {0};
        int64_t id;
        int r = cli_db(c);

        if (r == 0)
                r = cli_release(c, a->v[0], &id);
        if (r != 0)
                return r;
        r = release_get(c->db, id, &rel, &e);
        if (r == 0 && c->json)
                print_json(&rel, true);
        else if (r == 0)
                r = show(c, &rel, &e);
        return r < 0 ? cli_fail(c, r, &e) : EXIT_OK;
}
