// SPDX-License-Identifier: MIT
#include "press/cli.h"

#include "cli.h"

#include "press/caller.h"
#include "press/clock.h"
#include "press/mem.h"
#include "press/token.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- speaking --------------------------------------------------------------------- */

static void error_line(const struct cli *c, const struct err *e, const char *after)
{
        char text[ERR_TEXT_MAX + 512];
        size_t n;

        err_format(e, c->lang, text, sizeof(text));
        n = strlen(text);
        fprintf(stderr, "pressctl: %s", text);
        if (after && (n == 0 || text[n - 1] != '.')) /* whole sentences say it themselves */
                fprintf(stderr, "%s %s", n && text[n - 1] == '?' ? "" : ".",
                        msg_text(c->lang, after));
        fputc('\n', stderr);
}

int cli_fail(const struct cli *c, int r, const struct err *e)
{
        error_line(c, e, c->unharmed);
        return (int) cli_exit_code(r);
}

int cli_usage(const struct cli *c, const struct err *e)
{
        error_line(c, e, NULL);
        return EXIT_USAGE;
}

void cli_warn(const struct cli *c, const struct err *e)
{
        char text[ERR_TEXT_MAX + 512];

        err_format(e, c->lang, text, sizeof(text));
        fprintf(stderr, "pressctl: %s %s\n", msg_text(c->lang, "warning:"), text);
}

/* msg_fmt() keeps the arguments checked where the text is written. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
void cli_say(const struct cli *c, const char *msgid, ...)
{
        va_list ap;

        va_start(ap, msgid);
        vprintf(msg_text(c->lang, msgid), ap);
        va_end(ap);
}

void cli_note(const struct cli *c, const char *msgid, ...)
{
        va_list ap;

        fputs("pressctl: ", stderr);
        va_start(ap, msgid);
        vfprintf(stderr, msg_text(c->lang, msgid), ap);
        va_end(ap);
        fputc('\n', stderr);
}
#pragma GCC diagnostic pop

/* --- configuration and database ------------------------------------------------- */

/*
 * Of a file that only root can change: its whole path belongs to root and is
 * writable for nobody else, so that it cannot be exchanged between here and
 * its opening. The path to use goes to *ret_real.
 */
static bool roots_own(const char *path, char **ret_real)
{
        CLEANUP(mem_free) char *real = realpath(path, NULL), *part = NULL;

        if (!real)
                return false;
        part = mem_strdup(real);
        for (;;) {
                struct stat st;
                char *slash;

                if (lstat(part[0] ? part : "/", &st) < 0 || st.st_uid != 0 ||
                    (st.st_mode & (S_IWGRP | S_IWOTH)))
                        return false;
                slash = strrchr(part, '/');
                if (!part[0] || !slash)
                        break;
                *slash = '\0';
        }
        *ret_real = TAKE(real);
        return true;
}

/* Installed with rights of its own, this program takes no configuration of the caller's making. */
static const char *trusted(const struct cli *c, const char *path, char **ret_real)
{
        const char *ours = config_path(NULL, false);

        if (roots_own(path, ret_real))
                return *ret_real;
        if (access(path, F_OK) < 0 && errno == ENOENT) /* with the caller's own rights */
                cli_note(c, "%s: there is no such file; %s is used", path, ours);
        else
                cli_note(c,
                         "%s is not used: this program takes only a configuration that root alone "
                         "can change; %s is used",
                         path, ours);
        return ours;
}

static int config_fail(const struct cli *c, int r, const struct err *e)
{
        int code = cli_fail(c, r, e);

        return code == EXIT_IO || code == EXIT_DENIED ? code : EXIT_CONFIG;
}

int cli_config(struct cli *c)
{
        const char *path = config_path(c->config_option, true);
        CLEANUP(mem_free) char *real = NULL;
        struct err e = {0};
        int r;

        if (c->config)
                return 0;
        if (caller_is_lifted() && c->uid != 0 && strcmp(path, config_path(NULL, false)) != 0) {
                path = trusted(c, path, &real);
        }
        r = config_load(path, &c->config, &e);
        if (r < 0)
                return config_fail(c, r, &e);
        if (!c->lang_set)
                c->lang = c->config->language;
        return 0;
}

int cli_db(struct cli *c)
{
        struct err e = {0};
        int r = cli_config(c);

        if (r != 0 || c->db)
                return r;
        r = db_open(c->config->database, &c->db, &e);
        if (r == 0)
                return 0;
        if (!e.file[0])
                err_at(&e, c->config->database, 0);
        r = cli_fail(c, r, &e);
        return r == EXIT_CONTENT ? EXIT_CONFIG : r; /* -EINVAL: made by a newer press */
}

struct actor cli_actor(const struct cli *c)
{
        return (struct actor){.uid = c->uid, .name = c->user, .now = c->now};
}

int cli_release(struct cli *c, const char *r, int64_t *ret_id)
{
        struct err e = {0};
        int rc = release_resolve(c->db, r, ret_id, &e);

        return rc < 0 ? cli_fail(c, rc, &e) : 0;
}
