// SPDX-License-Identifier: MIT
#include "press/imap.h"

#include "imap_internal.h"

#include "press/mem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define GOODBYE_MS  2000
#define IDLE_LINE   1024 /* of a line while waiting: more of it is not looked at */
#define IDLE_TAG    "wait"
#define IDLE_BEFORE 1000 /* lines that may come before the server's "+" */

int imap_result(struct imap *im, int r, const char *what, struct err *e)
{
        const char *said = im->session->imap_response;
        char text[ERR_TEXT_MAX];

        if (r == MAILIMAP_NO_ERROR || r == MAILIMAP_NO_ERROR_AUTHENTICATED ||
            r == MAILIMAP_NO_ERROR_NON_AUTHENTICATED)
                return 0;
        if (im->line.why.code) {
                err_text(&im->line.why, LANG_EN, text, sizeof(text));
                return err_set(e, im->line.why.code, "mailbox server %s, %s: %s", im->host, what,
                               text);
        }
        if (r == MAILIMAP_ERROR_MEMORY)
                mem_exhausted();
        if (r == MAILIMAP_ERROR_PARSE || r == MAILIMAP_ERROR_PROTOCOL ||
            r == MAILIMAP_ERROR_STREAM || r == MAILIMAP_ERROR_FATAL ||
            r == MAILIMAP_ERROR_BAD_STATE)
                return err_set(e, -EPROTO, "mailbox server %s, %s: its answer is not understood",
                               im->host, what);
        return err_set(e, -EREMOTEIO, "mailbox server %s refuses %s: %s", im->host, what,
                       said ? said : "");
}

static bool offers(const struct imap *im, const char *extension)
{
        const struct mailimap_connection_info *info = im->session->imap_connection_info;

        return info && info->imap_capability && mailimap_has_extension(im->session, extension);
}

static int ask_capability(struct imap *im, struct err *e)
{
        struct mailimap_capability_data *caps = NULL;
        int r;

        line_begin(&im->line);
        r = mailimap_capability(im->session, &caps);
        if (r == MAILIMAP_NO_ERROR)
                mailimap_capability_data_free(caps);
        return imap_result(im, r, "CAPABILITY", e);
}

/* --- opening -------------------------------------------------------------------- */

static int greet(struct imap *im, struct err *e)
{
        int r;

        line_begin(&im->line);
        r = mailimap_connect(im->session, line_stream(&im->line));
        if (r == MAILIMAP_NO_ERROR_AUTHENTICATED)
                return err_set(e, -EPROTO,
                               "mailbox server %s calls us logged in before we said who we are",
                               im->host);
        return imap_result(im, r, "greeting", e);
}

static int starttls(struct imap *im, const struct imap_opts *o, struct err *e)
{
        int r = ask_capability(im, e);

        if (r < 0)
                return r;
        if (!offers(im, "STARTTLS"))
                return err_set(e, -EKEYREJECTED,
                               "mailbox server %s offers no STARTTLS, no password was sent; write "
                               "imaps:// if it has TLS from the start",
                               im->host);
        line_begin(&im->line);
        r = mailimap_starttls(im->session);
        if (im->session->imap_stream->read_buffer_len > 0)
                return err_set(e, -EKEYREJECTED,
                               "mailbox server %s sent more than the answer to STARTTLS in clear "
                               "text: somebody may sit in between",
                               im->host);
        r = imap_result(im, r, "STARTTLS", e);
        return r < 0 ? r : line_secure(&im->line, o, e);
}

static int login(struct imap *im, const struct imap_opts *o, struct err *e)
{
        int r = ask_capability(im, e); /* what was said in clear text does not count */

        if (r < 0)
                return r;
        if (offers(im, "LOGINDISABLED"))
                return err_set(e, -EACCES, "mailbox server %s takes no login by password here",
                               im->host);
        line_begin(&im->line);
        r = mailimap_login(im->session, o->username, o->password);
        if (r == MAILIMAP_ERROR_LOGIN && !im->line.why.code) {
                const char *said = im->session->imap_response;

                return err_set(e, -EACCES,
                               "mailbox server %s refuses the login of %s: %s; see username and "
                               "password_file",
                               im->host, o->username,
                               said && !strstr(said, o->password) ? said : "");
        }
        r = imap_result(im, r, "LOGIN", e);
        return r < 0 ? r : ask_capability(im, e);
}

int imap_open(const struct imap_opts *o, struct imap **ret, struct err *e)
{
        CLEANUP(imap_close) struct imap *im = mem_zalloc(sizeof(*im));
        struct err own = {0};
        int r;

        e = e ? e : &own;
        im->line.fd = -1;
        im->host = mem_strdup(o->host);
        im->session = mailimap_new(0, NULL);
        if (!im->session)
                mem_exhausted();
        r = line_connect(&im->line, o, e);
        if (r == 0 && o->tls == IMAP_TLS_FIRST)
                r = line_secure(&im->line, o, e);
        if (r == 0)
                r = greet(im, e);
        if (r == 0 && o->tls == IMAP_TLS_STARTTLS)
                r = starttls(im, o, e);
        if (r == 0)
                r = login(im, o, e);
        if (r < 0)
                return r;
        *ret = TAKE(im);
        return 0;
}

void imap_close(struct imap **im_at)
{
        struct imap *im = *im_at;

        if (!im)
                return;
        *im_at = NULL;
        im->line.stop_fd = -1;
        im->line.wait_ms = im->line.command_ms = GOODBYE_MS;
        line_begin(&im->line);
        if (im->idling)
                err_set(&im->line.why, -EINTR, "asked to stop");
        mailimap_free(im->session); /* with a LOGOUT, if the line is well */
        line_close(&im->line);
        free(im->host);
        free(im);
}

/* --- folders ----------------------------------------------------------------------- */

int imap_select(struct imap *im, const char *folder, struct err *e)
{
        int r;

        line_begin(&im->line);
        r = mailimap_select(im->session, folder);
        if (r == MAILIMAP_ERROR_SELECT && !im->line.why.code)
                return err_set(e, -ENOENT, "mailbox server %s opens no folder “%s”: %s", im->host,
                               folder,
                               im->session->imap_response ? im->session->imap_response : "");
        r = imap_result(im, r, "SELECT", e);
        if (r == 0 && im->session->imap_selection_info &&
            im->session->imap_selection_info->sel_perm == MAILIMAP_MAILBOX_READONLY)
                return err_set(e, -ENOENT, "mailbox server %s lets us only read folder “%s”",
                               im->host, folder);
        return r;
}

uint32_t imap_uidvalidity(const struct imap *im)
{
        const struct mailimap_selection_info *s = im->session->imap_selection_info;

        return s ? s->sel_uidvalidity : 0;
}

/* 1 it is there, 0 not. */
static int folder_is_there(struct imap *im, const char *name, struct err *e)
{
        clist *found = NULL;
        bool any;
        int r;

        line_begin(&im->line);
        r = mailimap_list(im->session, "", name, &found);
        if (r != MAILIMAP_NO_ERROR)
                return imap_result(im, r, "LIST", e);
        any = found && clist_count(found) > 0;
        mailimap_list_result_free(found);
        return any;
}

/* Without a subscription most mail programs show no folder to people. */
static int folder_make(struct imap *im, const char *name, struct err *e)
{
        int r;

        line_begin(&im->line);
        r = imap_result(im, mailimap_create(im->session, name), "CREATE", e);
        if (r < 0)
                return r;
        line_begin(&im->line);
        r = imap_result(im, mailimap_subscribe(im->session, name), "SUBSCRIBE", e);
        return r == -EREMOTEIO ? 0 : r;
}

int imap_folder(struct imap *im, const char *folder, char **ret, struct err *e)
{
        static const char *const below[] = {"", "INBOX.", "INBOX/"};
        struct err first = {0}, other = {0};

        for (size_t i = 0; i < COUNT_OF(below); i++) {
                CLEANUP(mem_free) char *name = mem_printf("%s%s", below[i], folder);
                struct err *why = first.code ? &other : &first;
                int r = folder_is_there(im, name, why);

                if (r == 0)
                        r = folder_make(im, name, why);
                if (r >= 0) {
                        *ret = TAKE(name);
                        return 0;
                }
                if (r != -EREMOTEIO) {
                        if (e)
                                *e = *why;
                        return r;
                }
        }
        if (e)
                *e = first;
        return first.code;
}

/* --- waiting for news ----------------------------------------------------------------- */

/*
 * libetpan's own IDLE stumbles over a server that talks before its "+" or says goodbye while we
 * wait. A line here is a line: nothing that comes while waiting has literals.
 */
static int idle_read(struct imap *im, char line[IDLE_LINE])
{
        size_t n = 0;
        char c;

        while (mailstream_read(im->session->imap_stream, &c, 1) == 1) {
                if (c == '\n') {
                        line[n] = '\0';
                        return 0;
                }
                if (n + 1 < IDLE_LINE)
                        line[n++] = c;
        }
        return MAILIMAP_ERROR_STREAM;
}

static int idle_write(struct imap *im, const char *s)
{
        if (mailstream_write(im->session->imap_stream, s, strlen(s)) < 0 ||
            mailstream_flush(im->session->imap_stream) < 0)
                return MAILIMAP_ERROR_STREAM;
        return 0;
}

int imap_idle(struct imap *im, struct err *e)
{
        char line[IDLE_LINE] = "";
        int r;

        if (!offers(im, "IDLE"))
                return err_set(e, -EOPNOTSUPP, "mailbox server %s has no IDLE", im->host);
        line_begin(&im->line);
        r = idle_write(im, IDLE_TAG " IDLE\r\n");
        im->news = false;
        for (int i = 0; r == 0 && line[0] != '+'; i++) {
                r = i < IDLE_BEFORE ? idle_read(im, line) : MAILIMAP_ERROR_PARSE;
                im->news = im->news || line[0] == '*';
                if (r == 0 && strncmp(line, IDLE_TAG " ", sizeof(IDLE_TAG)) == 0)
                        return err_set(e, -EOPNOTSUPP, "mailbox server %s refuses %s: %s", im->host,
                                       "IDLE", line + sizeof(IDLE_TAG));
        }
        im->idling = r == 0;
        return imap_result(im, r, "IDLE", e);
}

int imap_fd(const struct imap *im)
{
        return im->line.fd;
}

bool imap_waiting(const struct imap *im)
{
        return im->news || im->session->imap_stream->read_buffer_len > 0 || line_pending(&im->line);
}

int imap_idle_end(struct imap *im, struct err *e)
{
        char line[IDLE_LINE] = "";
        int r;

        im->idling = false;
        line_begin(&im->line);
        r = idle_write(im, "DONE\r\n");
        while (r == 0 && strncmp(line, IDLE_TAG " ", sizeof(IDLE_TAG)) != 0)
                r = idle_read(im, line);
        return imap_result(im, r, "IDLE", e);
}
