// SPDX-License-Identifier: MIT
/* The inbox blocks: where undelivered mail is read from. */
#include "config_internal.h"

#include "press/mem.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#define IMAPS_PORT     993
#define IMAP_PORT      143
#define INBOX_NAME_MAX 60 /* logs know an inbox by its name */

static const char MAILDIR[] = "maildir://";

static int check_name(const struct config_inbox *i, struct err *e)
{
        for (const char *s = i->name; *s; s++)
                if (!isalnum((unsigned char) *s) && !strchr("._-", *s))
                        return err_set(e, -EINVAL,
                                       "an inbox's name has only letters (a-z), digits and . _ -");
        if (strlen(i->name) > INBOX_NAME_MAX)
                return err_set(e, -EINVAL, "an inbox's name has at most %d letters",
                               INBOX_NAME_MAX);
        return 0;
}

/* What IMAP takes as a name without tricks: no wildcard, nothing outside of ASCII. */
static int check_folder(const char *name, struct err *e)
{
        for (const char *s = name; *s; s++)
                if (*s < ' ' || *s > '~' || strchr("%*\"\\&", *s))
                        return err_set(e, -EINVAL,
                                       "the folder “%s” has a sign that not every mailbox server "
                                       "takes; use letters (a-z), digits, blanks and . _ - /",
                                       name);
        return 0;
}

static int check_maildir(struct config_inbox *i, struct err *e)
{
        const char *path = i->url + sizeof(MAILDIR) - 1;

        if (path[0] != '/' || !path[1])
                return err_set(e, -EINVAL,
                               "“%s” has no full path; write maildir:///var/mail/bounce", i->url);
        if (strchr(i->done, '/') || strchr(i->people, '/'))
                return err_set(e, -EINVAL, "a folder of a Maildir has no / in its name");
        if (i->username[0] || i->address[0])
                return err_set(e, -EINVAL, "a Maildir has neither username nor address");
        i->maildir = mem_strdup(path);
        i->host = mem_strdup("");
        i->connect = mem_strdup("");
        return 0;
}

static int check_url(struct config_inbox *i, struct err *e)
{
        bool tls = strncmp(i->url, "imaps://", 8) == 0;
        const char *at = i->url + (tls ? 8 : 7);
        char host[256];

        if (!tls && strncmp(i->url, "imap://", 7) != 0)
                return err_set(e, -EINVAL,
                               "“%s” is not a mailbox's url; write imaps://HOST, imap://HOST or "
                               "maildir:///PATH",
                               i->url);
        if (strchr(i->url, '@'))
                return err_set(e, -EINVAL,
                               "no login belongs into the url; use username and "
                               "password_file");
        if (config_port_wrong(at))
                return err_set(e, -EINVAL, "“%s” has a port that is not between 1 and 65535",
                               i->url);
        if (!config_split_host(at, host, &i->port))
                return err_set(e, -EINVAL, "“%s” has no plain HOST or HOST:PORT behind the //",
                               i->url);
        if (!i->port)
                i->port = tls ? IMAPS_PORT : IMAP_PORT;
        i->host = mem_strdup(host);
        i->maildir = mem_strdup("");
        i->tls_first = tls;
        return 0;
}

static int check_address(struct config_inbox *i, struct err *e)
{
        char host[256];
        int port = 0;

        if (!i->address[0]) {
                i->connect = mem_strdup(i->host);
                return 0;
        }
        if (config_port_wrong(i->address))
                return err_set(e, -EINVAL, "“%s” has a port that is not between 1 and 65535",
                               i->address);
        if (!config_split_host(i->address, host, &port))
                return err_set(e, -EINVAL, "“%s” is not HOST or HOST:PORT", i->address);
        i->connect = mem_strdup(host);
        if (port)
                i->port = port;
        return 0;
}

static int check_login(const struct config_inbox *i, struct err *e)
{
        if (!i->username[0] || !i->password_file[0])
                return err_set(e, -EINVAL, "inbox “%s” needs a username and a password_file",
                               i->name);
        if (i->tls == INBOX_TLS_OFF && i->tls_first)
                return err_set(e, -EINVAL,
                               "imaps:// is always encrypted: take tls = \"off\" away, or write "
                               "imap://");
        if (i->tls == INBOX_TLS_OFF && !config_is_loopback(i->connect))
                return err_set(e, -EINVAL,
                               "a username would travel unprotected: write "
                               "tls = \"required\"");
        return 0;
}

static int check_one(struct config_inbox *i, const struct places *p, struct err *e)
{
        int r = check_name(i, e);

        if (r < 0)
                return config_located(r, p, "inbox", i->name, "", e);
        r = check_folder(i->folder, e);
        if (r < 0)
                return config_located(r, p, "inbox", i->name, "folder", e);
        r = check_folder(i->done, e);
        if (r < 0)
                return config_located(r, p, "inbox", i->name, "done", e);
        r = check_folder(i->people, e);
        if (r == 0 && (strcmp(i->people, i->done) == 0 || strcmp(i->people, i->folder) == 0 ||
                       strcmp(i->done, i->folder) == 0))
                r = err_set(e, -EINVAL, "folder, done and people of inbox “%s” must be three names",
                            i->name);
        if (r < 0)
                return config_located(r, p, "inbox", i->name, "people", e);
        if (strncmp(i->url, MAILDIR, sizeof(MAILDIR) - 1) == 0)
                return config_located(check_maildir(i, e), p, "inbox", i->name, "url", e);
        r = check_url(i, e);
        if (r < 0)
                return config_located(r, p, "inbox", i->name, "url", e);
        r = check_address(i, e);
        if (r < 0)
                return config_located(r, p, "inbox", i->name, "address", e);
        return config_located(check_login(i, e), p, "inbox", i->name, "tls", e);
}

int config_check_inboxes(struct config *c, const struct places *p, struct err *e)
{
        for (size_t i = 0; i < c->ninbox; i++) {
                int r = check_one(&c->inbox[i], p, e);

                if (r < 0)
                        return r;
        }
        return 0;
}
