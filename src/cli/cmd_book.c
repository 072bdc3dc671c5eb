// SPDX-License-Identifier: MIT
/* book import, export, find, show: the address book in, out and seen. */
#include "commands.h"

#include "book.h"
#include "press/caller.h"
#include "press/csv.h"
#include "press/import.h"
#include "press/json.h"
#include "press/mem.h"
#include "press/text.h"
#include "table.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#define FIND_MAX 1000

const struct cli_option cmd_book_import_options[] = {
        {"dry-run", NULL, N_("only check the file and tell what it would change")},
        {0},
};
const struct cli_option cmd_book_find_options[] = {
        {"ended", NULL, N_("those too who are no longer there")},
        {0},
};

/* --- import ----------------------------------------------------------------------------- */

static void findings_json(struct json *j, const struct cli *c, const char *name,
                          const struct import_findings *f)
{
        char why[ERR_TEXT_MAX];

        json_array(j, name);
        for (size_t i = 0; i < f->n; i++) {
                err_text(&f->v[i].why, c->lang, why, sizeof(why));
                json_object(j, NULL);
                json_number(j, "row", f->v[i].row);
                json_string(j, "column", f->v[i].column);
                json_string(j, "reason", why);
                json_close(j, '}');
        }
        json_close(j, ']');
}

static void report_json(const struct cli *c, const struct import_report *r)
{
        struct json j;

        json_begin(&j);
        json_number(&j, "rows", (int64_t) r->rows);
        json_number(&j, "added", (int64_t) r->added);
        json_number(&j, "changed", (int64_t) r->changed);
        json_number(&j, "unchanged", (int64_t) r->unchanged);
        findings_json(&j, c, "refused", &r->refused);
        findings_json(&j, c, "warnings", &r->warnings);
        json_end(&j, stdout);
}

/* "pressctl: FILE:8: “Họ tên”: not UTF-8", each finding a line. */
void book_findings(const struct cli *c, const char *file, const struct import_findings *f,
                   bool warning)
{
        char why[ERR_TEXT_MAX], column[512];

        for (size_t i = 0; i < f->n; i++) {
                const struct import_finding *one = &f->v[i];

                err_text(&one->why, c->lang, why, sizeof(why));
                text_escape(one->column, column, sizeof(column));
                fprintf(stderr, "pressctl: %s:%u: %s%s", file, one->row,
                        warning ? msg_text(c->lang, "warning:") : "", warning ? " " : "");
                if (column[0])
                        fprintf(stderr, "“%s”: ", column);
                fprintf(stderr, "%s\n", why);
        }
        if (f->total > f->n)
                cli_note(c, "and %zu more", f->total - f->n);
}

static void report_print(const struct cli *c, const struct import_report *r, bool dry_run)
{
        if (dry_run)
                cli_say(c, "Checked only, nothing was changed. It would be:\n");
        cli_say(c, "%zu rows: %zu added, %zu changed, %zu unchanged\n", r->rows, r->added,
                r->changed, r->unchanged);
        if (r->orgs_added || r->orgs_changed)
                cli_say(c, "Organisations: %zu added, %zu changed\n", r->orgs_added,
                        r->orgs_changed);
        if (r->empty)
                cli_say(c, "%zu empty rows were passed over\n", r->empty);
}

int cmd_book_import(struct cli *c, const struct args *a)
{
        CLEANUP(buf_done) struct buf file = BUF(CSV_FILE_MAX);
        CLEANUP(import_report_done) struct import_report report = {0};
        const struct actor who = cli_actor(c);
        bool dry_run = args_has(a, "dry-run");
        const char *name = a->v[0];
        struct err e = {0};
        int r = cli_db(c);

        if (r != 0)
                return r;
        r = caller_read(name, &file, &e);
        if (r < 0)
                return cli_fail(c, r, &e);
        r = import_csv(c->db, name, file.s, file.len, dry_run, &who, &report, &e);
        if (c->json && (r == 0 || report.refused.total))
                report_json(c, &report);
        book_findings(c, name, &report.refused, false);
        book_findings(c, name, &report.warnings, true);
        if (r < 0) {
                if (!e.file[0])
                        err_at(&e, name, 0);
                return cli_fail(c, r, &e);
        }
        if (!c->json)
                report_print(c, &report, dry_run);
        return EXIT_OK;
}

/* --- export ------------------------------------------------------------------------------- */

static int write_out(void *ctx, const char *s, size_t n, struct err *e)
{
        (void) ctx;
        if (fwrite(s, 1, n, stdout) == n)
                return 0;
        return err_set(e, -EIO, "the output could not be written: %s", strerror(errno));
}

int cmd_book_export(struct cli *c, const struct args *a)
{
        struct err e = {0};
        int r = cli_db(c);

        (void) a;
        if (r != 0)
                return r;
        r = book_export(c->db, c->now, write_out, NULL, &e);
        return r < 0 ? cli_fail(c, r, &e) : EXIT_OK;
}

/* --- find and show ------------------------------------------------------------------------ */

static void contact_json(const struct contact *p, const char *lists)
{
        struct json j;

        json_begin(&j);
        json_number(&j, "id", p->id);
        json_string(&j, "org", p->org);
        json_string(&j, "org_kind", words_name(&org_kinds, (int) p->org_kind));
        json_string(&j, "org_short", p->org_short);
        json_string(&j, "org_code", p->org_code);
        json_string(&j, "province", p->province);
        json_string(&j, "region", p->region);
        json_string(&j, "name", p->name);
        json_string(&j, "role", words_name(&contact_roles, (int) p->role));
        json_string(&j, "title", p->title);
        json_string(&j, "email", p->email);
        json_string(&j, "phone", p->phone);
        json_string(&j, "language", msg_lang_name(p->language));
        json_string(&j, "tags", p->tags);
        json_number(&j, "priority", p->priority);
        json_string(&j, "source", p->source);
        json_moment(&j, "ended", p->to_at);
        if (lists)
                json_string(&j, "lists", lists);
        json_end(&j, stdout);
}

static char *words_joined(const struct args *a)
{
        struct buf b = BUF(4096);

        for (int i = 0; i < a->n; i++) {
                buf_adds(&b, i ? " " : "");
                buf_adds(&b, a->v[i]);
        }
        return buf_take(&b);
}

int cmd_book_find(struct cli *c, const struct args *a)
{
        CLEANUP(contact_list_done) struct contact_list l = {0};
        CLEANUP(table_done) struct table t = TABLE(5, 1u << 0);
        CLEANUP(mem_free) char *words = words_joined(a);
        struct err e = {0};
        int r = cli_db(c);

        if (r != 0)
                return r;
        r = contact_find(c->db, words, args_has(a, "ended"), c->now, FIND_MAX, &l, &e);
        if (r < 0)
                return cli_fail(c, r, &e);
        for (size_t i = 0; i < l.n; i++) {
                const struct contact *p = &l.v[i];

                if (c->json) {
                        contact_json(p, NULL);
                        continue;
                }
                table_number(&t, p->id);
                table_cell(&t, p->name);
                table_cell(&t, p->org);
                table_cell(&t, p->email[0] ? p->email : p->phone);
                table_cell(&t, p->to_at ? msg_text(c->lang, "ended") : "");
        }
        table_print(&t, 0, stdout);
        if (l.n == 0)
                cli_note(c, "nobody in the book fits all these words");
        if (l.n == FIND_MAX)
                cli_note(c, "only the first %d", FIND_MAX);
        return EXIT_OK;
}

static void row(const struct cli *c, struct table *t, const char *label, const char *value)
{
        assert(value);
        if (!value[0])
                return;
        table_cell(t, msg_text(c->lang, label));
        table_cell(t, value);
}

static void contact_print(const struct cli *c, const struct contact *p, const char *lists)
{
        CLEANUP(table_done) struct table t = TABLE(2, 0);
        char number[24], ended[CLI_WHEN_MAX];

        snprintf(number, sizeof(number), "%lld", (long long) p->id);
        row(c, &t, "id", number);
        row(c, &t, N_("name"), p->name);
        row(c, &t, N_("title"), p->title);
        row(c, &t, N_("organisation"), p->org);
        row(c, &t, N_("short name"), p->org_short);
        row(c, &t, N_("code"), p->org_code);
        row(c, &t, N_("kind"), org_kind_title(p->org_kind, c->lang));
        row(c, &t, N_("role"), contact_role_title(p->role, c->lang));
        row(c, &t, N_("province"), p->province);
        row(c, &t, N_("region"), p->region);
        row(c, &t, N_("address"), p->email);
        row(c, &t, N_("telephone"), p->phone);
        row(c, &t, N_("language"), msg_lang_name(p->language));
        row(c, &t, N_("tags"), p->tags);
        row(c, &t, N_("lists"), lists);
        snprintf(number, sizeof(number), "%d", p->priority);
        row(c, &t, N_("priority"), number);
        row(c, &t, N_("source"), p->source);
        row(c, &t, N_("ended"), cli_when(c, p->to_at, ended));
        table_print(&t, 0, stdout);
}

int book_show(struct cli *c, int64_t id)
{
        CLEANUP(contact_done) struct contact p = {0};
        CLEANUP(mem_free) char *lists = NULL;
        struct err e = {0};
        int r = contact_get(c->db, id, &p, &e);

        if (r == 0)
                r = contact_lists(c->db, id, &lists, &e);
        if (r < 0)
                return cli_fail(c, r, &e);
        if (c->json)
                contact_json(&p, lists);
        else
                contact_print(c, &p, lists ? lists : "");
        return EXIT_OK;
}

int cmd_book_show(struct cli *c, const struct args *a)
{
        int64_t id;
        int r = book_id(c, a->v[0], &id);

        if (r == 0)
                r = cli_db(c);
        return r == 0 ? book_show(c, id) : r;
}
