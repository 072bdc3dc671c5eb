/*
 * release.h - releases in the store: frozen content, life, counts
 *
 * A release is made invisible (staged), its deliveries go in by chunks, and
 * one last short transaction makes it visible: release, all deliveries, key
 * and audit row at one instant (R2). Stored states: proposed, approved,
 * sending, rejected, cancelled, with `paused` beside them; `done` and
 * `paused` as shown are computed here.
 *
 * Everything that a letter is made of is frozen: the composed letter with its
 * cuts (mail/letter), the attachments, the words of each recipient. `hash`
 * binds them (see release_hash()).
 *
 * Times: ms since the epoch, UTC; 0 = not set. Text: UTF-8 NFC, never NULL in
 * what is read. Each writing call runs inside the caller's transaction.
 */
#ifndef PRESS_RELEASE_H
#define PRESS_RELEASE_H

#include "press/db.h"
#include "press/state.h"
#include "press/token.h"

#include <stddef.h>
#include <stdint.h>

struct release { /* owns its strings; release_done() */
        int64_t id;
        char *number; /* "12/TC-TTTT", "" = none */
        char *title;
        enum release_kind kind;
        enum release_class class;
        enum lang language;
        char *key; /* as filled in, "" = none */

        char *text;                        /* Markdown as submitted */
        char *audience, *except, *early;   /* expressions, joined, "" = none */
        char *contact, *signer, *reply_to; /* headers of the statement, "" = none */
        int64_t at, embargo, expires;      /* moments, 0 = none */
        bool automatic;                    /* submitted by a cron key or mandate (R114) */

        int64_t submitted_at, submitted_uid;
        char *submitted_by; /* account name */
        int64_t approved_at, approved_uid;
        char *approved_by;
        char *approved_hash; /* what the approver bound, hex */
        char *reason;        /* of a rejection, a pause, a cancel */

        enum release_state state; /* as shown: includes done and paused */
        enum release_state stored;
        bool paused;
        int64_t due_at;     /* nothing leaves before; 0 until approved */
        int64_t early_at;   /* the same for the Early audience */
        int64_t moment;     /* Date: of its letters; set at approval, never changed */
        int64_t recipients; /* deliveries; a resend adds one */
        int64_t out_at;     /* since when somebody may hold the text, 0 = nobody got it */

        char hash[HASH_HEX_MAX];            /* of content and recipients: what an approval binds */
        char content_hash[HASH_HEX_MAX];    /* of file, attachments and options: keys compare it */
        char audience_hash[HASH_HEX_MAX];   /* of the resolved addresses: the same guard */
        char recipients_hash[HASH_HEX_MAX]; /* over all leaves of the manifest, in order */
        char letter_hash[HASH_HEX_MAX];     /* of the composed letter, byte by byte */
        char text_hash[HASH_HEX_MAX];       /* title, number, text, files: the same-content guard */
};
void release_done(struct release *r);

struct release_list {
        struct release *v;
        size_t n;
};
void release_list_done(struct release_list *l);

/* The frozen letter: bytes on the wire, and where fields are spliced in (mail/letter). */
struct frozen {
        char *bytes; /* owned */
        size_t n;
        char *cuts; /* owned, mail/letter's own text form */
};
void frozen_done(struct frozen *f);
/* SHA-256 in hex over bytes and cuts: what letter_hash is. */
void frozen_hash(const struct frozen *f, char out[HASH_HEX_MAX]);

struct release_attachment {
        const char *name; /* NFC, no path */
        const char *type; /* media type */
        const void *data;
        size_t n;
};

/*
 * Stage: inserts `r` invisible with its content; sets r->id. Transactions of its own, about
 * 1 MB each, outside any other: a letter of 20 MB must not hold the lock. Then deliveries by
 * delivery_stage(), some hundred a transaction. The letter's, content's and text's hash are taken
 * from r; what depends on recipients is set by release_publish(). While this db is open nobody else
 * removes the stage; once it is closed or dead, the next db_open() anywhere does.
 */
int release_stage(struct db *db, struct release *r, const struct frozen *letter,
                  const struct release_attachment *att, size_t natt, struct err *e);
/*
 * The last step, making it visible: takes from r the hash (see release_hash()), audience_hash,
 * recipients_hash (manifest_hash()) and recipients (must equal what
 * was staged: -EPROTO), and r->stored, RELEASE_PROPOSED or RELEASE_APPROVED; for the latter
 * also approved_* and the moments (release_moments()). Writes the audit row, detail `how`.
 * -EEXIST when another release took the key meanwhile. The other guards (release_by_…) may be
 * asked again inside this transaction: under the lock their answer holds.
 */
int release_publish(struct tx *tx, const struct release *r, const char *how, struct err *e);
/* Removes an unfinished stage, in short transactions of its own; each waits up to DB_WAIT_MS. */
int release_unstage(struct db *db, int64_t id, struct err *e);
/*
 * due_at, early_at and moment of a release approved at `now`: nothing leaves before `now` + grace
 * or `at`; before `embargo` only to the Early audience; moment is when the first letter may leave.
 */
void release_moments(struct release *r, int64_t now, int64_t grace_ms);

/*
 * What the guards of INTERFACE.md "Keys" ask. 0 and *ret_id = 0 when there is none, else the
 * newest. Releases that were rejected, or cancelled before anyone got them, do not count, nor
 * those at their end whose deliveries were all suppressed, expired or cancelled with nobody
 * holding the text.
 * `since`, `year_from`, `year_to` (excluded) are compared with submitted_at. Numbers match
 * without regard to case and marks.
 */
int release_by_key(struct db *db, const char *key, int64_t *ret_id, struct err *e);
int release_by_content(struct db *db, const char *content_hash, int64_t since, int64_t *ret_id,
                       struct err *e);
int release_by_same_text(struct db *db, const char *text_hash, const char *audience_hash,
                         int64_t since, int64_t *ret_id, struct err *e);
int release_by_number(struct db *db, const char *number, int64_t year_from, int64_t year_to,
                      int64_t *ret_id, struct err *e);

/*
 * R as people write it: an id, a Number, or key:KEY. -ENOENT; several: -ENOENT and they are
 * listed. Rejected ones, and those cancelled before anyone got them, only when no other fits.
 */
int release_resolve(struct db *db, const char *r, int64_t *ret_id, struct err *e);
int release_get(struct db *db, int64_t id, struct release *ret, struct err *e);
/* Newest first, at most `limit`. */
int release_list(struct db *db, size_t limit, struct release_list *ret, struct err *e);
int release_letter(struct db *db, int64_t id, struct frozen *ret, struct err *e);

/* Counts by state; they add up to recipients (R16). */
int release_counts(struct db *db, int64_t id, int64_t ret[DELIVERY_STATES], struct err *e);
/* The same for each kind of organisation. */
int release_counts_by_kind(struct db *db, int64_t id, int64_t ret[ORG_KINDS][DELIVERY_STATES],
                           struct err *e);
/* Its attachments in order, without their data; *a is valid in the call only. */
int release_attachment_each(struct db *db, int64_t id,
                            void (*fn)(void *ctx, const struct release_attachment *a), void *ctx,
                            struct err *e);

struct actor { /* who did it, for the audit row */
        int64_t uid;
        const char *name; /* account name */
        int64_t now;
};

/*
 * The human acts. Each checks the state inside the transaction (-EINVAL with the reason in
 * words) and leaves an audit row. Approving: -EBADMSG when the release is not what was
 * submitted any more, -ETIME when it has expired. Who may approve is judged by app. `hash` is that
 * of the release, or its first RELEASE_HASH_MIN digits or more; the whole one is kept.
 */
#define RELEASE_HASH_MIN 12
int release_approve(struct tx *tx, int64_t id, const char *hash, int64_t grace_ms,
                    const struct actor *a, struct err *e);
/* What was queued becomes `cancelled` by release_cancel_rest(). */
int release_reject(struct tx *tx, int64_t id, const char *why, const struct actor *a,
                   struct err *e);
/* Once more is no error; why "" then leaves the reason as it is. */
int release_pause(struct tx *tx, int64_t id, const char *why, const struct actor *a, struct err *e);
int release_resume(struct tx *tx, int64_t id, const struct actor *a, struct err *e);
/*
 * Nothing is claimed from this commit on. Everything that has not left becomes `cancelled` by
 * release_cancel_rest(); deliveries on the wire finish, and those that come back do not wait again.
 */
int release_cancel(struct tx *tx, int64_t id, const char *why, const struct actor *a,
                   struct err *e);
/*
 * Moves at most `limit` waiting deliveries of a cancelled or rejected release to `cancelled`, or an
 * unknown one to where only a person tries it again, in a transaction of some hundred, until
 * *ret_left is 0. Safe to repeat, by anybody. *ret_left counts what is still queued or deferred,
 * and one for all unknown ones together. `at` is the moment of the act.
 */
int release_cancel_rest(struct tx *tx, int64_t id, size_t limit, int64_t at, int64_t *ret_left,
                        struct err *e);
/* A cancelled or rejected release with waiting deliveries (whoever cancelled it died), 0 = none. */
int release_cancel_unfinished(struct db *db, int64_t *ret_id, struct err *e);
/* `pause --all`: nothing is claimed while it is set. */
/* why == NULL: goes on. */
int release_pause_all(struct tx *tx, const char *why, const struct actor *a, struct err *e);
int release_paused_all(struct db *db, bool *ret, struct err *e);
/* "NAME" or "NAME: WHY" of who paused everything, owned; NULL while nobody has. */
int release_paused_all_by(struct db *db, char **ret, struct err *e);

/*
 * What pressd works on: visible releases that are approved or sending, not
 * paused, with something queued, deferred or unknown. What could leave at `now` comes first,
 * then what waits for the limit of a domain, each by class and id; then the others, the soonest
 * first. Where there are more than `max`, each look shows others of each class.
 */
struct release_look {
        int64_t now, grace_ms; /* nothing leaves sooner after its approval */
        int64_t nth;           /* of the looks; goes up */
};
struct release_work {
        int64_t id;
        enum release_class class;
        int64_t due_at, early_at, expires;
        int64_t queued, retrying; /* counts now */
        bool parked;              /* some of them wait for the limit of their domain */
};
int release_work(struct db *db, const struct release_look *look, struct release_work *v, size_t max,
                 size_t *ret_n, struct err *e);
/*
 * For --drain: *ret_to_try = open deliveries that will be tried by themselves (queued, deferred
 * or unknown with a due time, in an approved or sending release, unless paused or `pause --all`),
 * and all that are on the wire; *ret_for_person = open ones that wait for a person (held unknown,
 * paused, proposed).
 */
int release_open(struct db *db, int64_t *ret_to_try, int64_t *ret_for_person, struct err *e);
/* The same for one release; nothing to try while it is paused or not approved. */
int release_open_one(struct db *db, int64_t id, int64_t *ret_to_try, int64_t *ret_for_person,
                     struct err *e);
/* approved -> sending, at the first claim. */
int release_sending(struct tx *tx, int64_t id, struct err *e);

/*
 * The hash an approval binds: number title kind class language at embargo expires automatic
 * reply_to signer contact, letter_hash and recipients_hash. Not the number of recipients:
 * recipients_hash fixes it, and a later resend may add to it.
 */
void release_hash(const struct release *r, char out[HASH_HEX_MAX]);

#endif
