/*
 * delivery.h - one row for each letter owed to one contact
 *
 * Unique per (release, contact, copy) and, where there is an address, per
 * (release, address, copy): an address that two contacts share gets one letter (R86).
 * The words as sent (name, organisation, address) are frozen in the row.
 * State changes go through one function of store/delivery.c, which keeps the
 * counts per release and state in the same transaction and appends the event.
 *
 * The attempt is counted in the claim; recovery and outcomes that are nobody's
 * fault (VERDICT_RELAY, VERDICT_NOT_TRIED) take it back.
 */
#ifndef PRESS_DELIVERY_H
#define PRESS_DELIVERY_H

#include "press/addr.h"
#include "press/db.h"
#include "press/outcome.h"
#include "press/retry.h"
#include "press/state.h"
#include "press/token.h"

#include <stddef.h>
#include <stdint.h>

/* detail of an `expired` one: somebody reached the person, so that nothing is left to decide */
#define DELIVERY_BY_TELEPHONE "settled by telephone"

struct delivery { /* owns its strings */
        int64_t id, release_id;
        int64_t contact_id; /* 0 = an address given by hand (resend) */
        int copy;           /* 0 = the first, a resend is a new one */
        char *address;      /* canonical, "" = none */
        char *name, *org, *title;
        enum org_kind org_kind;
        enum contact_role role;
        enum lang language;
        int priority;
        enum delivery_state state;
        enum delivery_reason reason;
        unsigned attempt;
        int64_t created_at, due_at, data_at, settled_at; /* 0 = not set */
        int64_t out_at; /* since when the recipient may hold the text, 0 = it does not */
        bool early;
        unsigned char salt[16];
        int64_t leaf; /* its place in the release's manifest, -1 = in none: a resend */
        char *detail; /* the last reply or reason, escaped, "" = none */
};
struct delivery_list {
        struct delivery *v;
        size_t n;
};
void delivery_done(struct delivery *d);
void delivery_list_done(struct delivery_list *l);

/*
 * SHA-256 over salt, address, name, org, title, role, contact, copy, early: one leaf of the
 * manifest (manifest.h).
 */
void delivery_leaf(const struct delivery *d, unsigned char out[HASH_BYTES]);

/*
 * Puts a delivery into a staged release (d->release_id), queued or suppressed (d->state,
 * d->reason), at d->leaf of the manifest; without an address it must be suppressed. -EEXIST and
 * nothing done (the transaction goes on) when the contact or the address is there already. Sets
 * d->id, salt and a random order key.
 */
int delivery_stage(struct tx *tx, struct delivery *d, struct err *e);

#define DELIVERY_CLAIM_MAX 1000

/*
 * The limits of recipient domains. A letter that a claim meets while its domain is at its
 * limit is parked: no claim looks at it again, delivery_claim_parked() takes it by its domain.
 * It stays in its state, and every way out of that state ends the parking too.
 */
struct parking {
        /* NULL: it may go now and will be claimed; else the domain, in the form of press/addr.h */
        const char *(*full)(void *ctx, const char *address);
        void *ctx;
        size_t most;   /* then no further ones are sought in one call: transactions stay short */
        size_t parked; /* added to */
        bool more;     /* set when that was why less was claimed than asked for */
};

/*
 * Claims up to `limit` deliveries of one release for sending: retries that are
 * due first, then queued ones in their random order; only the Early audience
 * when `early_only`. attempt is raised, data_at cleared. Appends to *list what was claimed.
 * Nothing, and 0, while the release is not approved or sending, is paused (itself or all), or
 * its due_at (early_at when `early_only`) lies after `now`: judged inside the transaction.
 * p NULL: no domain has a limit.
 */
int delivery_claim(struct tx *tx, int64_t release, int64_t now, size_t limit, bool early_only,
                   struct parking *p, struct delivery_list *list, struct err *e);
/* The same from those parked for `domain`, whether it still has a limit or not. */
int delivery_claim_parked(struct tx *tx, int64_t release, const char *domain, int64_t now,
                          size_t limit, bool early_only, struct delivery_list *list, struct err *e);

/*
 * The next domain in order, after `after` ("" = from the first), that has parked ones in
 * `release`: 1 and its name, or 0. Looks at one row, however many there are.
 */
int delivery_parked_next(struct db *db, int64_t release, const char *after, char ret[ADDR_MAX],
                         struct err *e);
/* How many are parked for `domain`; counts no further than `most`. */
int delivery_parked_count(struct db *db, int64_t release, const char *domain, int64_t most,
                          int64_t *ret, struct err *e);
/* The domain that one delivery is parked for: 1, or 0. */
int delivery_parked_for(struct db *db, int64_t id, char ret[ADDR_MAX], struct err *e);
/* How many wait that are not parked; counts no further than `most` of each. */
int delivery_unparked(struct db *db, int64_t release, int64_t most, int64_t *ret_queued,
                      int64_t *ret_retrying, struct err *e);

/* 354 came: the letter is about to leave (R4, STYLE "one release, one way"). */
int delivery_data(struct tx *tx, int64_t id, int64_t now, struct err *e);

struct settle { /* the end of one try */
        int64_t id, release_id;
        enum org_kind org_kind; /* the delivery's: the counts go by it */
        unsigned attempt;
        /* relayed refused deferred unknown expired queued suppressed; queued and deferred become
         * cancelled when the release was cancelled meanwhile, and unknown while an earlier try
         * may have arrived (out_at) */
        enum delivery_state state;
        enum delivery_reason reason;
        int64_t due_at;    /* deferred, unknown: when again; 0 = only a person decides */
        bool attempt_used; /* false: the claim's count is taken back */
        bool log;          /* false: no event (never on the wire) */
        bool second_copy;  /* the text went out though an earlier try may have brought it */
        int64_t at;
        const char *relay, *peer, *tls; /* "" = none */
        int64_t ms;
        struct outcome outcome;
};
/* -EINVAL, nothing done, when the delivery is not `sending` or not in this attempt. */
int delivery_settle(struct tx *tx, const struct settle *s, struct err *e);

/*
 * At the start: sending -> queued (data_at null, attempt taken back) or unknown
 * (set, with an event "press ended before the reply"); an unknown one is due again
 * by the release's class: policy[class].retry_unknown ? now + step : 0. Returns counts.
 */
int delivery_recover(struct tx *tx, int64_t now, const struct retry_policy policy[RELEASE_CLASSES],
                     int64_t *ret_queued, int64_t *ret_unknown, struct err *e);

/*
 * No retry waits longer than the longest step of its release's class: for one that does, the
 * clock has been set back, or the steps are shorter now. It is due within such a step (R12).
 */
int delivery_retry_within(struct tx *tx, int64_t now,
                          const struct retry_policy policy[RELEASE_CLASSES], struct err *e);

/*
 * Waiting deliveries of `release` (queued, deferred, unknown with a due time) that were due
 * first before `due_before` -> expired, at most `limit`, with events that keep the last reply.
 * Due first: the release's due_at (early_at for the Early audience), or created_at of a resend.
 * INT64_MAX: all of them (the release has expired). A held `unknown` waits for its person.
 */
int delivery_expire(struct tx *tx, int64_t release, int64_t due_before, int64_t now, size_t limit,
                    size_t *ret_n, struct err *e);

/* The earliest due_at of a retry in `release`, 0 = none. */
int delivery_next_retry(struct db *db, int64_t release, int64_t *ret, struct err *e);

/* Reading recipients in order of id, `after` excluded: for hashes and lists, at most `limit`. */
int delivery_page(struct db *db, int64_t release, int64_t after, size_t limit,
                  struct delivery_list *ret, struct err *e);
/*
 * Whom a release did not reach and will not try again: refused, bounced, expired, no usable
 * address (not the stop list, not the trial list), where no later copy for the same contact or
 * address did better and nobody reached them by telephone (call.h). Most important first
 * (priority, then id), at most `limit`.
 */
int delivery_unreached(struct db *db, int64_t release, size_t limit, struct delivery_list *ret,
                       struct err *e);
/*
 * Who has the text or may have it, whatever the state is now (not who sent it back): *ret_n
 * counts all, *ret names the most important ones, at most `limit`.
 */
int delivery_holders(struct db *db, int64_t release, size_t limit, struct delivery_list *ret,
                     int64_t *ret_n, struct err *e);
/* Later copies of `d` that went to another address, oldest first. */
int delivery_copies(struct db *db, const struct delivery *d, struct delivery_list *ret,
                    struct err *e);
/* All copies for an address (canonical) in a release; newest copy last. */
int delivery_find(struct db *db, int64_t release, const char *address, struct delivery_list *ret,
                  struct err *e);

/* 1 and the delivery, or 0. */
int delivery_get(struct db *db, int64_t id, struct delivery *ret, struct err *e);

#define DELIVERY_MESSAGE_ID_MAX 64 /* bytes with NUL */
/*
 * The part of its Message-ID before the @: the salt, which nobody can guess, '.', and the id mixed
 * with it, by which the row is found. The same on every try (R5, R88).
 */
const char *delivery_message_id(const struct delivery *d, char out[DELIVERY_MESSAGE_ID_MAX]);
/* 1 and the delivery whose Message-ID this is, with or without <> and letter case aside; or 0. */
int delivery_by_message_id(struct db *db, const char *message_id, struct delivery *ret,
                           struct err *e);

/* All copies for a contact in a release, the newest last. */
int delivery_of_contact(struct db *db, int64_t release, int64_t contact, struct delivery_list *ret,
                        struct err *e);
#define DELIVERY_WORDS_MAX 8
/*
 * Deliveries in whose name and organisation, as sent, every word occurs, case and marks ignored;
 * in order of id, at most `limit`. -EINVAL: no word, or more than DELIVERY_WORDS_MAX.
 */
int delivery_who(struct db *db, int64_t release, const char *words, size_t limit,
                 struct delivery_list *ret, struct err *e);

/*
 * 1 when a recipient of the release has an address of that domain (canonical); else 0 and
 * *ret_near is the one that may have been meant, "" when none is near; free() it.
 */
int delivery_has_domain(struct db *db, int64_t release, const char *domain, char **ret_near,
                        struct err *e);

/* Trying now what waits or is held: of one address, of one domain, or all when both are "". */
struct retry {
        int64_t release, now;
        const char *address, *domain; /* canonical, borrowed */
        int64_t n;                    /* those that are due now; the ones that were so count too */
        bool done;
        int64_t due, id; /* how far it is */
        bool held;
};
/* Begins it. -EINVAL when the release is not approved or sending. */
int delivery_retry_begin(struct db *db, struct retry *r, struct err *e);
/* A further step of at most `limit` rows, in a transaction of its own; until r->done. */
int delivery_retry_step(struct tx *tx, struct retry *r, size_t limit, struct err *e);

/*
 * A new copy to send the same text again; keeps `for_id` as the one it replaces (0 = none).
 * d gives release_id, contact_id, address and words. -EINVAL when the release is not approved
 * or sending, -EEXIST while a copy for this address still waits. Leaves an event `resend`.
 */
int delivery_resend(struct tx *tx, const struct delivery *d, int64_t for_id, const char *note,
                    int64_t now, int64_t *ret_id, struct err *e);

#endif
