/*
 * verdict.h - what servers said of our addresses, kept release by release
 *
 * One row for each address and release: the gravest of what was said, however often the
 * release was sent again. The rows are evidence only; press/suppress.h judges by them. They
 * are never deleted, so that a suppression can be explained for as long as its history is kept.
 *
 * Addresses are compared without regard to letter case. Times: ms since the epoch, UTC.
 * Errors: as press/db.h.
 */
#ifndef PRESS_VERDICT_H
#define PRESS_VERDICT_H

#include "press/db.h"
#include "press/state.h"

#include <stdbool.h>
#include <stdint.h>

enum verdict_class { /* as enum report_class of press/report.h, and one more */
                     VERDICT_INVALID,
                     VERDICT_MAILBOX,
                     VERDICT_POLICY,
                     VERDICT_TRANSIENT,
                     VERDICT_UNCLEAR,
                     VERDICT_COMPLAINT, /* the recipient wants no more */
                     VERDICT_CLASSES
};
extern const struct words verdict_classes;

struct verdict_row { /* strings are not kept */
        int64_t release, delivery;
        const char *address;
        enum org_kind org_kind;
        enum verdict_class class;
        bool stale; /* kept for people, counts for nothing */
        const char *enhanced, *reply;
        int64_t at;
};

/*
 * 1 when it was kept, 0 when as much was known of this release. `at` is moved between the
 * delivery's making and `now`: a report's own clock may be anything.
 */
int verdict_add(struct tx *tx, const struct verdict_row *v, int64_t now, struct err *e);
/* A person says that all this is settled: it counts no more. *ret_n: rows that did count. */
int verdict_forget(struct tx *tx, const char *address, int64_t now, int64_t *ret_n, struct err *e);

/*
 * What counts against an address, of the time after `since` (excluded): neither stale nor
 * forgotten, nor said while its domain was broken.
 */
struct verdict_count {
        int64_t n; /* distinct releases */
        int64_t first_at, last_at;
};
struct verdict_sum {
        struct verdict_count invalid;
        struct verdict_count gone; /* invalid and mailbox together */
        struct verdict_count any;  /* all but policy */
};
int verdict_sum(struct db *db, const char *address, int64_t since, struct verdict_sum *ret,
                struct err *e);
/* When the recipient's server last took a letter to it, as far as is known: 0 = never. */
int verdict_alive(struct db *db, const char *address, int64_t *ret, struct err *e);

/* The rows of an address, oldest first, all of them; strings are valid in the call only. */
int verdict_each(struct db *db, const char *address,
                 void (*fn)(void *ctx, const struct verdict_row *v, bool counts), void *ctx,
                 struct err *e);

#define VERDICT_KEYS 200
struct verdict_keys { /* owns its strings */
        char *v[VERDICT_KEYS];
        size_t n;
};
void verdict_keys_done(struct verdict_keys *k);
/* Addresses (lower case) of which something counts since then, in order, `after` excluded. */
int verdict_doubtful(struct db *db, const char *after, int64_t since, struct verdict_keys *ret,
                     struct err *e);

/*
 * A domain is broken when at least `least` of its addresses, and more than `share` percent of
 * those that took or refused a letter in the day before and after `at`, were said to be dead:
 * its server is in trouble, not the people (R112). Looking only reads; a domain with more such
 * addresses than `limit`, or more contacts than `scan`, is DOMAIN_TOO_LARGE to look at here.
 */
struct domain_rule {
        int least, share;
        size_t limit, scan;
};
struct domain_look {
        enum { DOMAIN_FINE, DOMAIN_BROKEN, DOMAIN_TOO_LARGE } result;
        int64_t broken, written;
        int64_t from_at, to_at; /* the trouble as far as it is known; fine: `at` */
};
int verdict_domain_look(struct db *db, const char *address, int64_t at,
                        const struct domain_rule *rule, struct domain_look *ret, struct err *e);
/*
 * Keeps what was seen: a time of trouble is noted, or joined to one that it touches, or one is
 * taken back. *ret_changed when something counts that did not, or the other way round.
 */
int verdict_domain_note(struct tx *tx, const char *address, const struct domain_look *l,
                        bool *ret_changed, struct err *e);
/* The addresses of its domain said to be dead in the days around `at`, `after` excluded. */
int verdict_neighbours(struct db *db, const char *address, int64_t at, const char *after,
                       struct verdict_keys *ret, struct err *e);

struct domain_broken {
        char domain[256];
        int64_t from_at, to_at, broken, written;
};
/* Times of trouble that ended after `since`, latest first, at most `max`. Returns how many. */
int verdict_domains(struct db *db, int64_t since, struct domain_broken *v, int max, struct err *e);
/* One address and moment for each domain of which enough was said since then, to look at anew. */
int verdict_domains_due(struct db *db, int64_t since, int least,
                        int (*fn)(void *ctx, const char *address, int64_t at), void *ctx,
                        struct err *e);

/* A relay's own permanent refusals at RCPT, and what its log says, in the delivery log. */
struct verdict_refusal { /* strings are valid in the call only */
        int64_t event, release, delivery, at, code;
        const char *address, *enhanced, *reply;
        enum org_kind org_kind;
};
/*
 * Those behind the last event that verdict_refusals_seen() noted, of one page of events. fn runs
 * outside of any read; non-zero stops. *ret_last: of the page, 0 = nothing new.
 */
int verdict_refusals(struct db *db, int (*fn)(void *ctx, const struct verdict_refusal *f),
                     void *ctx, int64_t *ret_last, struct err *e);
int verdict_refusals_seen(struct tx *tx, int64_t event, struct err *e);

#endif
