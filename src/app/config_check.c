// SPDX-License-Identifier: MIT
#include "config_internal.h"

#include "press/addr.h"
#include "press/mem.h"
#include "press/token.h"
#include "press/zone.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

static void replace(char **at, const char *s)
{
        char *copy = mem_strdup(s);

        free(*at);
        *at = copy;
}

int config_located(int r, const struct places *p, const char *block, const char *title,
                   const char *name, struct err *e)
{
        unsigned line = config_line(p, block, title, name);

        if (line == 0)
                line = config_line(p, block, title, "");
        if (r < 0 && e)
                e->line = line;
        return r;
}

#define RELAY_NAME_MAX 60 /* logs, alarms and orders know a relay by its name */

/* --- relays ----------------------------------------------------------------- */

static long port_of(const char *s)
{
        size_t n = strspn(s, "0123456789");
        long port = n > 0 && n <= 5 && !s[n] ? strtol(s, NULL, 10) : 0;

        return port >= 1 && port <= 65535 ? port : 0;
}

bool config_split_host(const char *s, char host[256], int *ret_port)
{
        const char *end = s[0] == '[' ? strchr(s, ']') : s + strcspn(s, ":");
        const char *from = s + (s[0] == '[');

        if (!end || end == from || (size_t) (end - from) > 255)
                return false;
        for (const char *q = from; q < end; q++)
                if (!isalnum((unsigned char) *q) && !strchr(s[0] == '[' ? ":." : ".-_", *q))
                        return false;
        memcpy(host, from, (size_t) (end - from));
        host[end - from] = '\0';
        if (*end == ']')
                end++;
        *ret_port = *end == ':' ? (int) port_of(end + 1) : 0;
        return *end == '\0' || *ret_port;
}

bool config_port_wrong(const char *s)
{
        const char *colon = s[0] == '[' ? strstr(s, "]:") : strchr(s, ':');

        colon = colon && s[0] == '[' ? colon + 1 : colon;
        return colon && colon[1] && !colon[1 + strspn(colon + 1, "0123456789")] &&
               !port_of(colon + 1);
}

bool config_is_loopback(const char *host)
{
        return strcasecmp(host, "localhost") == 0 || strcmp(host, "::1") == 0 ||
               (strncmp(host, "127.", 4) == 0 && strspn(host, "0123456789.") == strlen(host));
}

static int check_url(struct config_relay *r, char host[256], struct err *e)
{
        bool tls = strncmp(r->url, "smtps://", 8) == 0;
        int port;

        if (!tls && strncmp(r->url, "smtp://", 7) != 0)
                return err_set(e, -EINVAL,
                               "“%s” is not a relay's url; write smtp://HOST:PORT or "
                               "smtps://HOST:PORT",
                               r->url);
        if (strchr(r->url, '@'))
                return err_set(e, -EINVAL,
                               "no login belongs into the url; use username and "
                               "password_file");
        if (config_port_wrong(r->url + (tls ? 8 : 7)))
                return err_set(e, -EINVAL, "“%s” has a port that is not between 1 and 65535",
                               r->url);
        if (!config_split_host(r->url + (tls ? 8 : 7), host, &port))
                return err_set(e, -EINVAL, "“%s” has no plain HOST or HOST:PORT behind the //",
                               r->url);
        if (tls && r->tls == RELAY_TLS_OFF)
                return err_set(e, -EINVAL,
                               "smtps:// is always encrypted: take tls = \"off\" away, "
                               "or write smtp://");
        return 0;
}

int config_check_relay(struct config_relay *r, const struct places *p, struct err *e)
{
        char host[256], at[256] = "";
        int rc, port;

        for (const char *s = r->name; *s; s++)
                if (!isalnum((unsigned char) *s) && !strchr("._-", *s))
                        return config_located(err_set(e, -EINVAL,
                                                      "a relay's name has only letters "
                                                      "(a-z), digits and . _ -"),
                                              p, "relay", r->name, "", e);
        if (strlen(r->name) > RELAY_NAME_MAX)
                return config_located(err_set(e, -EINVAL, "a relay's name has at most %d letters",
                                              RELAY_NAME_MAX),
                                      p, "relay", r->name, "", e);
        rc = check_url(r, host, e);
        if (rc < 0)
                return config_located(rc, p, "relay", r->name, "url", e);
        if (config_port_wrong(r->address))
                return config_located(err_set(e, -EINVAL,
                                              "“%s” has a port that is not between 1 and 65535",
                                              r->address),
                                      p, "relay", r->name, "address", e);
        if (r->address[0] && !config_split_host(r->address, at, &port))
                return config_located(
                        err_set(e, -EINVAL, "“%s” is not HOST or HOST:PORT", r->address), p,
                        "relay", r->name, "address", e);
        if (r->username[0] && !r->password_file[0])
                return config_located(err_set(e, -EINVAL,
                                              "relay “%s” has a username but no password_file",
                                              r->name),
                                      p, "relay", r->name, "username", e);
        if (!r->username[0] && r->password_file[0])
                return config_located(err_set(e, -EINVAL,
                                              "relay “%s” has a password_file but no username",
                                              r->name),
                                      p, "relay", r->name, "password_file", e);
        if (r->username[0] && r->tls != RELAY_TLS_REQUIRED &&
            !config_is_loopback(at[0] ? at : host))
                return config_located(err_set(e, -EINVAL,
                                              "a username would travel unprotected: write "
                                              "tls = \"required\""),
                                      p, "relay", r->name, "tls", e);
        return 0;
}

static int by_preference(const void *a, const void *b)
{
        const struct config_relay *x = a, *y = b;

        return (x->preference > y->preference) - (x->preference < y->preference);
}

/* In order of preference; qsort() may swap equals, so each step is an insertion. */
static void sort_relays(struct config *c)
{
        for (size_t i = 1; i < c->nrelay; i++)
                for (size_t k = i; k > 0 && by_preference(&c->relay[k - 1], &c->relay[k]) > 0;
                     k--) {
                        struct config_relay t = c->relay[k];

                        c->relay[k] = c->relay[k - 1];
                        c->relay[k - 1] = t;
                }
}

/* Domains are the same whatever their case: of two limits one would silently win. */
static int check_limits(struct config *c, const struct places *p, struct err *e)
{
        CLEANUP(mem_free) unsigned *line = mem_zalloc((c->ndomain_limit + 1) * sizeof(*line));

        for (size_t i = 0; i < c->ndomain_limit; i++) {
                struct config_domain_limit *l = &c->domain_limit[i];
                char domain[256];
                int r = addr_domain(l->domain, domain, e);

                for (size_t k = 0; k < i && r == 0; k++)
                        if (strcmp(c->domain_limit[k].domain, domain) == 0)
                                r = err_set(e, -EINVAL, "%s “%s” is there already, in line %u",
                                            "domain_limit", domain, line[k]);
                if (r < 0)
                        return config_located(r, p, "domain_limit", l->domain, "", e);
                line[i] = config_line(p, "domain_limit", l->domain, "");
                replace(&l->domain, domain);
        }
        return 0;
}

static int check_relays(struct config *c, const struct places *p, struct err *e)
{
        if (c->nrelay == 0)
                return err_set(e, -EINVAL,
                               "no relay is set; add relay \"main\" { url = "
                               "\"smtp://…\" }");
        for (size_t i = 0; i < c->nrelay; i++) {
                int r = config_check_relay(&c->relay[i], p, e);

                if (r < 0)
                        return r;
        }
        sort_relays(c);
        return check_limits(c, p, e);
}

/* --- addresses and names ---------------------------------------------------- */

static int check_domain(struct config *c, struct err *e)
{
        char domain[256];
        int r = addr_domain(c->domain, domain, e);

        if (r < 0)
                return r;
        if (!strchr(domain, '.'))
                return err_set(e, -EINVAL,
                               "“%s” is not a full domain name; write one with its "
                               "dots, such as press.ministry.example",
                               c->domain);
        replace(&c->domain, domain);
        return 0;
}

static int check_from(struct config *c, struct err *e)
{
        struct addr a;
        int r = addr_parse_named(c->from, &c->from_name, &a, e);

        if (r < 0)
                return r;
        if (!a.ascii)
                return err_set(e, -EINVAL,
                               "the sender's address “%s” must be plain ASCII: every "
                               "relay has to take it",
                               a.mailbox);
        c->from_address = mem_strdup(a.mailbox);
        return 0;
}

static int check_reply_to(struct config *c, struct err *e)
{
        CLEANUP(mem_free) char *name = NULL;
        struct addr a;

        return c->reply_to[0] ? addr_parse_named(c->reply_to, &name, &a, e) : 0;
}

static int check_return_path(struct config *c, struct err *e)
{
        static const char widest[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"; /* no tag is longer */
        const char *at = strrchr(c->return_path, '@'), *hole = strstr(c->return_path, "{tag}");
        char sample[320];
        struct addr a;
        int r;

        if (at && hole && (hole > at || strstr(hole + 1, "{tag}")))
                return err_set(e, -EINVAL,
                               "“%s” needs {tag} once, before the @, as in "
                               "bounce+{tag}@ministry.example",
                               c->return_path);
        if (!c->return_path[0]) {
                free(c->return_path);
                c->return_path = mem_printf("bounce+{tag}@%s", c->domain);
        } else if (at && !hole) {
                char *with =
                        mem_printf("%.*s+{tag}%s", (int) (at - c->return_path), c->return_path, at);

                free(c->return_path);
                c->return_path = with;
        }
        if (!token_return_path(c->return_path, widest, sample))
                return err_set(e, -EINVAL,
                               "“%s” gets too long with its tag: at most 64 bytes may "
                               "stand before the @",
                               c->return_path);
        r = addr_parse(sample, &a, e);
        if (r < 0)
                return r;
        if (!a.ascii)
                return err_set(e, -EINVAL, "the return path “%s” must be plain ASCII",
                               c->return_path);
        return 0;
}

static int check_list_id(struct config *c, struct err *e)
{
        char domain[256];
        int r;

        if (!c->list_id[0]) {
                free(c->list_id);
                c->list_id = strncmp(c->domain, "press.", 6) == 0 /* not press.press. */
                                     ? mem_strdup(c->domain)
                                     : mem_printf("press.%s", c->domain);
        }
        r = addr_domain(c->list_id, domain, e);
        if (r == 0)
                replace(&c->list_id, domain);
        return r;
}

/* Addresses, and with `domains` also "@domain", to the form that is compared. */
static int check_addresses(char **v, size_t n, bool domains, struct err *e)
{
        for (size_t i = 0; i < n; i++) {
                char domain[257] = "@";
                struct addr a;
                int r;

                if (domains && v[i][0] == '@') {
                        r = addr_domain(v[i] + 1, domain + 1, e);
                        if (r == 0)
                                replace(&v[i], domain);
                } else {
                        r = addr_parse(v[i], &a, e);
                        if (r == 0)
                                replace(&v[i], a.mailbox);
                }
                if (r < 0)
                        return r;
        }
        return 0;
}

static int check_database(struct config *c, struct err *e)
{
        c->socket = mem_printf("%s.sock", c->database);
        if (strlen(c->socket) >= sizeof(((struct sockaddr_un *) 0)->sun_path))
                return err_set(e, -EINVAL,
                               "the path of the database is too long: %s must be "
                               "shorter than %zu bytes",
                               c->socket, sizeof(((struct sockaddr_un *) 0)->sun_path));
        return 0;
}

static int check_classes(struct config *c, const struct places *p, struct err *e)
{
        for (int i = 0; i < RELEASE_CLASSES; i++)
                if (c->class[i].give_up_ms < c->class[i].step_ms[0])
                        return config_located(err_set(e, -EINVAL,
                                                      "give_up is shorter than the first wait "
                                                      "of retry; nothing would be tried twice"),
                                              p, "class", words_name(&release_classes, i),
                                              "give_up", e);
        return 0;
}

int config_check(struct config *c, const struct places *p, struct err *e)
{
        int r;

        r = check_database(c, e);
        if (r < 0)
                return config_located(r, p, "", "", "database", e);
        r = check_domain(c, e);
        if (r < 0)
                return config_located(r, p, "", "", "domain", e);
        r = check_from(c, e);
        if (r < 0)
                return config_located(r, p, "", "", "from", e);
        r = check_reply_to(c, e);
        if (r < 0)
                return config_located(r, p, "", "", "reply_to", e);
        r = check_return_path(c, e);
        if (r < 0)
                return config_located(r, p, "", "", "return_path", e);
        r = check_list_id(c, e);
        if (r < 0)
                return config_located(r, p, "", "", "list_id", e);
        r = check_addresses(c->allow, c->nallow, true, e);
        if (r < 0)
                return config_located(r, p, "", "", "allow", e);
        r = check_addresses(c->notify.mail, c->notify.nmail, false, e);
        if (r < 0)
                return config_located(r, p, "notify", "", "mail", e);
        r = check_relays(c, p, e);
        if (r < 0)
                return r;
        r = config_check_inboxes(c, p, e);
        if (r < 0)
                return r;
        r = check_classes(c, p, e);
        if (r < 0)
                return r;
        return config_located(zone_open(c->timezone, e), p, "", "", "timezone", e);
}
