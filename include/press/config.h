/*
 * config.h - press.conf, read once, checked whole
 *
 * libconfuse's syntax; the settings, defaults and limits of INTERFACE.md
 * "Configuration" stand in one table (src/app/config_table.c), which also
 * prints the manual's list, so that they cannot drift. An unknown or wrong
 * setting is -EINVAL with file, line and reason (R72). What libconfuse would let pass
 * (a missing last brace, the last of duplicate settings, octal numbers, ${VAR})
 * is refused before it reads.
 *
 * Only app, cli and the mains see struct config; lower layers get the few
 * values they need. Secrets are files: config_secret() reads them when needed.
 * A path that does not begin with / is relative to the configuration's folder.
 * Sizes: 1 kB is 1000 bytes, 1 MB 1000 kB; KiB and MiB are the binary ones.
 */
#ifndef PRESS_CONFIG_H
#define PRESS_CONFIG_H

#include "press/err.h"
#include "press/relay.h"
#include "press/retry.h"
#include "press/state.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum approval { APPROVAL_NONE, APPROVAL_ONE, APPROVAL_TWO_PERSON };

struct config_relay {
        char *name, *url, *address, *username, *password_file, *ca_file;
        enum relay_tls tls;
        int connections, messages_per_connection, rate, preference;
        bool pipelining;
};

struct config_domain_limit {
        char *domain; /* A-labels, lower case */
        int connections, rate;
};

enum config_inbox_tls { INBOX_TLS_OFF, INBOX_TLS_REQUIRED };

struct config_inbox {
        char *name, *url, *address, *username, *password_file, *ca_file, *folder;
        char *done, *people; /* folders that read mails are put into */
        enum config_inbox_tls tls;
        /* made of url and address: */
        char *maildir;        /* its path; "" = it is IMAP */
        char *host, *connect; /* the certificate's name; where to connect to */
        int port;
        bool tls_first; /* imaps */
};

struct config {                  /* owns everything; strings never NULL, "" = not set */
        char *path;              /* of the file */
        char *database, *socket; /* socket: DATABASE.sock */
        char *domain;            /* A-labels, lower case */
        char *list_id;           /* never "" */
        char *from;              /* as written */
        char *from_name, *from_address;
        char *reply_to;
        char *return_path; /* with {tag} */
        char *timezone;
        enum lang language;
        enum approval approval;
        char **allow; /* addresses and @domains */
        size_t nallow;
        char **further_relays; /* next hops of our relays that are no recipients' servers */
        size_t nfurther_relays;
        int64_t grace_ms, same_content_ms, tag_life_ms;
        int refused_limit;  /* percent of the first recipients of a release; 0 = none */
        size_t max_message; /* bytes */
        struct {
                char *ministry, *unit, *place, *contact;
        } letterhead;
        struct config_relay *relay;
        size_t nrelay; /* >= 1, in order of preference, then of the file */
        struct config_domain_limit *domain_limit;
        size_t ndomain_limit;
        struct retry_policy class[RELEASE_CLASSES];
        struct {
                int reports, days;                 /* of an address that is said to be dead */
                int mailbox_reports, mailbox_days; /* of a mailbox that is full or closed */
                int domain_share;                  /* percent */
                int domain_least;
                int64_t expire_ms;
        } suppress;
        struct {
                char **mail;
                size_t nmail;
                char *command;
        } notify;
        struct config_inbox *inbox;
        size_t ninbox;
        struct {
                char *listen, *public_url;
        } web;
};

/*
 * path NULL or "": the default place. The zone of the file is open (press/zone.h)
 * when this returns 0; on failure the zone in use stays.
 */
int config_load(const char *path, struct config **ret, struct err *e);
/* Replaces all inboxes by one, named "maildir", of this path. */
int config_only_maildir(struct config *c, const char *path, struct err *e);
void config_free(struct config **c); /* for CLEANUP; accepts NULL */

/* The path to use: `option`, else $PRESS_CONFIG if trust_env, else /etc/press/press.conf. */
const char *config_path(const char *option, bool trust_env);

/* true when `address` may be tried: `allow` is empty or names it. */
bool config_allows(const struct config *c, const char *mailbox);

/* true when letters to `mailbox` come back to press: return_path with any tag, or none (R118). */
bool config_is_return_path(const struct config *c, const char *mailbox);

/* The first line of a secret file into out; -ENOENT -EINVAL, -EACCES too if others may read it. */
int config_secret(const char *file, char *out, size_t size, struct err *e);

/*
 * The same judged from outside, without reading it: that it is there, private, and readable by
 * the account that sends: the owner of the database (not asked while there is none).
 */
int config_secret_look(const char *file, const char *database, struct err *e);
/* Of a mailbox: by press-inbox, the account of its service, where there is one. */
int config_secret_look_inbox(const char *file, const char *database, struct err *e);

/* Every setting as man(7) text, for press.conf(5). */
void config_print_options(FILE *out);

#endif
