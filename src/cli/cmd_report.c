// SPDX-License-Identifier: MIT
/* What returned mails say. */
#include "commands.h"

#include "press/cage.h"
#include "press/caller.h"
#include "press/json.h"
#include "press/mem.h"
#include "press/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct reading {
        const struct cli *c;
        struct cage *cage;
        char *mail; /* REPORT_BYTES */
        int code;   /* of the last file that could not be read */
};

static const char *action_words(const struct cli *c, enum report_action a)
{
        static const char *const words[REPORT_ACTIONS] = {
                [REPORT_FAILED] = N_("returned"),
                [REPORT_DELAYED] = N_("delayed, still being tried there"),
                [REPORT_DELIVERED] = N_("accepted by the recipient's server"),
                [REPORT_RELAYED] = N_("handed on, no further reports from there"),
                [REPORT_EXPANDED] = N_("handed to a list of addresses"),
                [REPORT_COMPLAINED] = N_("a complaint: unwanted mail"),
                [REPORT_REPLIED] = N_("an automatic reply"),
        };

        return msg_text(c->lang, words[a]);
}

const char *cli_report_class(const struct cli *c, enum report_class class)
{
        static const char *const words[REPORT_CLASSES] = {
                [REPORT_INVALID] = N_("the address does not exist"),
                [REPORT_MAILBOX] = N_("the mailbox is full or disabled"),
                [REPORT_POLICY] = N_("refused for content or sender, not for the address"),
                [REPORT_TRANSIENT] = N_("trouble that passes"),
                [REPORT_UNCLEAR] = N_("no clear reason"),
        };

        return msg_text(c->lang, words[class]);
}

static void tell_row(const struct cli *c, const char *file, const struct report_row *row)
{
        const char *enhanced = row->enhanced[0] ? row->enhanced : "-";
        bool reason = row->action == REPORT_FAILED || row->action == REPORT_DELAYED;
        struct json j;

        if (!c->json) {
                printf("  %s  %s  %s", row->address, action_words(c, row->action), enhanced);
                if (reason)
                        printf("  %s", cli_report_class(c, row->class));
                putchar('\n');
                if (row->diagnostic[0])
                        printf("      %s\n", row->diagnostic);
                return;
        }
        json_begin(&j);
        json_string(&j, "file", file);
        json_string(&j, "address", row->address);
        json_string(&j, "action", report_action_name(row->action));
        json_string(&j, "enhanced", enhanced);
        json_string(&j, "class", report_class_name(row->class));
        json_end(&j, stdout);
}

static void tell(const struct cli *c, const char *file, const struct report *r)
{
        char shown[1024];

        text_escape(file, shown, sizeof(shown));
        if (r->kind == REPORT_UNREADABLE)
                cli_note(c, "%s: cannot be read: %s; look at it yourself", shown,
                         msg_text(c->lang, r->trouble));
        else if (!c->json)
                printf("%s\n", shown);
        if (!c->json && (r->kind == REPORT_MAIL || r->kind == REPORT_FEEDBACK))
                cli_say(c, "  no report: mail from %s\n", r->from[0] ? r->from : "<>");
        for (size_t i = 0; i < r->rows && r->kind != REPORT_UNREADABLE; i++)
                tell_row(c, file, &r->row[i]);
}

/* --- files ------------------------------------------------------------------------ */

/* As much of it as a report is looked for in. -EINVAL: a device. */
static ssize_t read_some(int fd, bool any, char *to)
{
        struct stat st;
        size_t n = 0;

        if (fstat(fd, &st) < 0)
                return -errno;
        if (!any && !S_ISREG(st.st_mode))
                return -EINVAL;
        while (n < REPORT_BYTES) {
                ssize_t got = read(fd, to + n, REPORT_BYTES - n);

                if (got < 0 && errno == EINTR)
                        continue;
                if (got < 0)
                        return -errno;
                if (got == 0)
                        break;
                n += (size_t) got;
        }
        return (ssize_t) n;
}

static void failed(struct reading *x, const char *path, int r)
{
        struct err e = {0};

        err_set(&e, r, "cannot read it: %s", r == -EINVAL ? "not a plain file" : strerror(-r));
        err_at(&e, path, 0);
        x->code = cli_fail(x->c, r, &e);
}

/* 0, or what ends the command: no cage can be had. */
static int parse_file(struct reading *x, const char *path)
{
        CLEANUP(report_done) struct report r = {0};
        bool input = strcmp(path, "-") == 0;
        int fd = input ? STDIN_FILENO : caller_open(path, O_RDONLY | O_NONBLOCK, 0);
        ssize_t n = fd < 0 ? -errno : read_some(fd, input, x->mail);
        struct err e = {0};
        int code;

        if (fd >= 0 && !input)
                close(fd);
        if (n < 0) {
                failed(x, path, (int) n);
                return 0;
        }
        code = cage_read(x->cage, x->mail, (size_t) n, &r, &e);
        if (code < 0)
                return cli_fail(x->c, code, &e);
        tell(x->c, path, &r);
        return 0;
}

static int is_plain_name(const struct dirent *d)
{
        return d->d_name[0] != '.' && (d->d_type == DT_REG || d->d_type == DT_UNKNOWN);
}

/* Every file in it, by name. */
static int parse_folder(struct reading *x, const char *path)
{
        struct dirent **names = NULL;
        int n, r = 0;

        caller_begin();
        n = scandir(path, &names, is_plain_name, alphasort);
        caller_end();
        if (n < 0)
                failed(x, path, -errno);
        for (int i = 0; i < n; i++) {
                CLEANUP(mem_free) char *file = mem_printf("%s/%s", path, names[i]->d_name);

                if (r == 0)
                        r = parse_file(x, file);
                free(names[i]);
        }
        free(names);
        return r;
}

static bool is_folder(const char *path)
{
        struct stat st;
        bool yes;

        caller_begin();
        yes = stat(path, &st) == 0 && S_ISDIR(st.st_mode);
        caller_end();
        return yes;
}

/* A mail, a folder of mails, or a Maildir. */
static int parse_path(struct reading *x, const char *path)
{
        CLEANUP(mem_free) char *fresh = mem_printf("%s/new", path);
        CLEANUP(mem_free) char *seen = mem_printf("%s/cur", path);
        int r;

        if (!is_folder(path))
                return parse_file(x, path);
        if (!is_folder(fresh) || !is_folder(seen))
                return parse_folder(x, path);
        r = parse_folder(x, fresh);
        return r == 0 ? parse_folder(x, seen) : r;
}

int cmd_report_parse(struct cli *c, const struct args *a)
{
        CLEANUP(cage_close) struct cage *cage = NULL;
        CLEANUP(mem_free) char *mail = mem_alloc(REPORT_BYTES);
        struct reading x = {.c = c, .mail = mail, .code = EXIT_OK};
        struct err e = {0};
        int r = cage_open(&cage, &e);

        if (r < 0)
                return cli_fail(c, r, &e);
        x.cage = cage;
        for (int i = 0; i < a->n; i++) {
                r = parse_path(&x, a->v[i]);
                if (r != 0)
                        return r;
        }
        return x.code;
}
