// SPDX-License-Identifier: MIT
/* One screen or one page for the leader. */
#include "commands.h"

#include "press/caller.h"
#include "press/clock.h"
#include "press/json.h"
#include "press/leader.h"
#include "press/mem.h"
#include "press/text.h"
#include "table.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define SCREEN_LINES   24
#define SCREEN_COLUMNS 79
#define FILE_MAX       (4u << 20)

const struct cli_option cmd_leader_options[] = {
        {"by", "T", N_("the due time; without it, how it stands now")},
        {"html", NULL, N_("a page to print on A4")},
        {"output", "FILE", N_("into this file; -o is the same")},
        {0},
};

/* --- for programs --------------------------------------------------------------------------- */

static void json_rows(struct json *j, const struct leader *l, int kind)
{
        json_number(j, "recipients", leader_people(l, kind));
        for (int i = 0; i < LEADER_ROWS; i++)
                json_number(j, words_name(&leader_rows, i),
                            leader_sum(l, (enum leader_row) i, kind));
}

static void print_json(const struct leader *l, FILE *out)
{
        struct json j;

        json_begin(&j);
        json_number(&j, "release", l->r.id);
        json_moment(&j, "as_of", l->now);
        json_moment(&j, "by", l->by);
        json_rows(&j, l, -1);
        json_array(&j, "groups");
        for (int i = 0; i < ORG_KINDS; i++) {
                json_object(&j, NULL);
                json_string(&j, "org_kind", words_name(&org_kinds, leader_columns[i]));
                json_rows(&j, l, leader_columns[i]);
                json_close(&j, '}');
        }
        json_close(&j, ']');
        json_object(&j, "calls");
        for (int i = 0; i < CALL_OUTCOMES; i++)
                json_number(&j, words_name(&call_outcomes, i), l->call[i]);
        json_close(&j, '}');
        json_number(&j, "to_call", calls_to_make(&l->list));
        json_end(&j, out);
}

/* --- one screen --------------------------------------------------------------------------- */

struct lines { /* of the end, kept until it is known how many names fit above them */
        char *v[16];
        size_t n;
};

static void lines_add(void *ctx, const char *sentence)
{
        struct lines *l = ctx;

        if (l->n < COUNT_OF(l->v))
                l->v[l->n++] = mem_strdup(sentence);
}

static void lines_done(struct lines *l)
{
        for (size_t i = 0; i < l->n; i++)
                mem_free(&l->v[i]);
}

static size_t rows_of(const char *s)
{
        size_t w = text_width(s);

        return w ? (w + SCREEN_COLUMNS - 1) / SCREEN_COLUMNS : 1;
}

static void put_line(char *s, FILE *out)
{
        calls_cut(s, SCREEN_COLUMNS);
        fprintf(out, "%s\n", s);
}

static size_t print_head(const struct cli *c, const struct leader *l, FILE *out)
{
        char moment[LEADER_TEXT_MAX], number[512], title[LEADER_TEXT_MAX], line[2048];
        const char *unit = c->config->letterhead.unit;

        text_escape(l->r.number, number, sizeof(number));
        text_escape(l->r.title, title, sizeof(title));
        if (unit[0])
                fprintf(out, "%s\n", unit);
        snprintf(line, sizeof(line), "%s: %s%s%s · %s", msg_text(c->lang, "Report on a release"),
                 release_kind_title(l->r.kind, c->lang), number[0] ? " " : "", number, title);
        put_line(line, out);
        leader_moment(l, c->lang, moment);
        fprintf(out, "%s\n", moment);
        return 1u + (unit[0] != 0) + rows_of(moment);
}

static size_t print_counts(const struct cli *c, const struct leader *l, FILE *out)
{
        CLEANUP(table_done) struct table t = TABLE(2 + ORG_KINDS, ~1u);
        size_t n = 3;

        table_cell(&t, "");
        for (int k = 0; k < ORG_KINDS; k++)
                table_cell(&t, org_kind_title((enum org_kind) leader_columns[k], c->lang));
        table_cell(&t, msg_text(c->lang, "In all"));
        for (int i = 0; i < LEADER_ROWS; i++) {
                if (!leader_shows(l, (enum leader_row) i))
                        continue;
                table_cell(&t, leader_row_title((enum leader_row) i, c->lang));
                for (int k = 0; k < LEADER_COLUMNS; k++)
                        table_number(&t, leader_sum(l, (enum leader_row) i, leader_columns[k]));
                n++;
        }
        table_cell(&t, msg_text(c->lang, "In all"));
        for (int k = 0; k < LEADER_COLUMNS; k++)
                table_number(&t, leader_people(l, leader_columns[k]));
        putc('\n', out);
        table_print(&t, 2, out);
        return n;
}

static void print_name(const struct cli *c, const struct calls_line *l, FILE *out)
{
        char person[CLI_PERSON_MAX], reason[CALLS_TEXT_MAX], line[2 * CALLS_TEXT_MAX];
        const struct call *call = &l->card.call;

        snprintf(line, sizeof(line), "  %s: %s%s%s%s",
                 cli_person(l->card.d.name, l->card.d.org, "", person),
                 calls_reason(l, c->lang, reason), call->id ? " (" : "",
                 call->id ? call_outcome_text(call->outcome, c->lang) : "", call->id ? ")" : "");
        put_line(line, out);
}

static void print_names(const struct cli *c, const struct leader *l, size_t room, FILE *out)
{
        int64_t all = calls_to_make(&l->list);
        size_t n = l->list.n - l->list.nunconfirmed;

        if (!all)
                return;
        fprintf(out, msg_fmt(c->lang, "Still to be reached: %lld"), (long long) all);
        putc('\n', out);
        room = room > 3 ? room - 2 : 1;        /* the heading, and perhaps "and … more" */
        if (n > room + 1 || all > (int64_t) n) /* that line names one, or says how many more */
                n = n < room ? n : room;
        for (size_t i = 0; i < n; i++)
                print_name(c, &l->list.v[i], out);
        if (all > (int64_t) n) {
                fputs("  ", out);
                fprintf(out, msg_fmt(c->lang, "and %lld more"), (long long) all - (long long) n);
                putc('\n', out);
        }
}

static void print_screen(const struct cli *c, const struct leader *l, FILE *out)
{
        CLEANUP(lines_done) struct lines end = {0};
        size_t used = print_head(c, l, out) + 1; /* the prompt stands below */
        char calls[LEADER_TEXT_MAX];

        if (leader_calls(l, c->lang, calls)[0])
                lines_add(&end, calls);
        leader_next(l, c->lang, lines_add, &end);
        unconfirmed_say(&l->u, c->lang, lines_add, &end);
        used += print_counts(c, l, out);
        for (size_t i = 0; i < end.n; i++)
                used += rows_of(end.v[i]);
        print_names(c, l, used < SCREEN_LINES ? SCREEN_LINES - used : 0, out);
        for (size_t i = 0; i < end.n; i++)
                fprintf(out, "%s\n", end.v[i]);
}

/* --- where it goes ---------------------------------------------------------------------------- */

static void print(const struct cli *c, const struct args *a, const struct leader *l, FILE *out)
{
        CLEANUP(buf_done) struct buf html = BUF(FILE_MAX);

        if (c->json) {
                print_json(l, out);
        } else if (args_has(a, "html")) {
                leader_html(l, c->config, c->lang, &html);
                fwrite(html.s, 1, html.len, out);
        } else {
                print_screen(c, l, out);
        }
}

/* With the caller's rights, and complete or told. */
static int print_file(const struct cli *c, const struct args *a, const struct leader *l,
                      const char *path)
{
        int fd = caller_open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
        FILE *out = fd < 0 ? NULL : fdopen(fd, "w");
        struct err e = {0};
        int r = out ? 0 : -errno;

        if (out) {
                print(c, a, l, out);
                if (fflush(out) != 0 || fsync(fd) != 0)
                        r = errno == EINVAL || errno == EROFS ? 0 : -errno; /* no disk file */
                if (ferror(out))
                        r = -EIO;
                fclose(out);
        } else if (fd >= 0) {
                close(fd);
        }
        if (r == 0)
                return EXIT_OK;
        err_set(&e, r, "cannot write it: %s", strerror(-r));
        err_at(&e, path, 0);
        return cli_fail(c, r, &e);
}

int cmd_leader(struct cli *c, const struct args *a)
{
        const char *by = args_get(a, "by"), *path = args_get(a, "output");
        CLEANUP(leader_done) struct leader l = {0};
        struct err e = {0};
        int64_t id, due = 0;
        int r = 0;

        if (c->json && args_has(a, "html")) {
                err_set(&e, -EINVAL, "--json and --html exclude each other");
                return cli_usage(c, &e);
        }
        r = cli_db(c);
        if (r == 0 && by)
                r = cli_moment(c, by, &due);
        if (r == 0)
                r = cli_release(c, a->v[0], &id);
        if (r != 0)
                return r;
        r = leader_read(c->db, c->config, id, due, c->now, &l, &e);
        if (r < 0)
                return cli_fail(c, r, &e);
        if (path && strcmp(path, "-") != 0)
                return print_file(c, a, &l, path);
        print(c, a, &l, stdout);
        return EXIT_OK;
}
