// SPDX-License-Identifier: MIT
#include "press/submit.h"

#include "press/buf.h"
#include "press/clock.h"
#include "press/delivery.h"
#include "press/manifest.h"
#include "press/mem.h"
#include "submit_internal.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TRIES     3    /* when the address book changes under us */
#define PAGE      1000 /* contacts read at a time */
#define CHUNK_MIN 50   /* deliveries in one transaction */
#define CHUNK_MAX 1000
#define CHUNK_MS  8 /* what a chunk should take: the lock is for everybody */

struct staging { /* one try at storing a submission */
        struct submission *s;
        struct db *db;
        const struct actor *who;
        struct submitted *out;
        struct release r; /* strings are borrowed from s */
        struct manifest manifest;
        unsigned char people[HASH_BYTES]; /* the addresses, in no order */
        size_t chunk;
};

/* --- recipients --------------------------------------------------------------------- */

static int stage_one(struct staging *g, struct tx *tx, const struct contact *c, struct err *e)
{
        struct delivery d = {
                .release_id = g->r.id,
                .contact_id = c->id,
                .address = c->email,
                .name = c->name,
                .org = c->org,
                .title = c->title,
                .org_kind = c->org_kind,
                .role = c->role,
                .language = c->language,
                .priority = c->priority,
                .state = c->reason ? DELIVERY_SUPPRESSED : DELIVERY_QUEUED,
                .reason = c->reason,
                .created_at = g->who->now,
                .early = c->early,
                .leaf = g->manifest.n,
        };
        unsigned char leaf[HASH_BYTES];
        int r;

        if (config_is_return_path(g->s->cfg, c->email))
                return err_set(e, -EINVAL,
                               "%s of %s is the address that undelivered mail returns to; take it "
                               "out of the address book or of the audience",
                               c->email, c->org);
        r = delivery_stage(tx, &d, NULL);
        if (r == -EEXIST) {
                g->out->same_address++;
                return 0;
        }
        if (r < 0)
                return err_set(e, r, "a recipient could not be stored");
        delivery_leaf(&d, leaf);
        r = manifest_add(&g->manifest, tx, leaf, e);
        if (r < 0)
                return r;
        if (c->email[0])
                submit_people_add(g->people, c->email);
        g->r.recipients++;
        g->out->no_address += c->reason == REASON_NO_ADDRESS || c->reason == REASON_DEAD_ADDRESS;
        g->out->stopped += c->reason == REASON_STOP_LIST;
        g->out->doubtful += c->doubtful;
        g->out->outside += !c->reason && !config_allows(g->s->cfg, c->email);
        return 0;
}

/* One transaction; its size follows the time that the last one took. */
static int stage_chunk(struct staging *g, const struct contact *v, size_t n, struct err *e)
{
        CLEANUP(tx_done) struct tx tx = {0};
        int64_t from;
        int r = tx_begin_soft(&tx, g->db, DB_WAIT_MS, e); /* publishing makes it durable */

        from = clock_mono();
        for (size_t i = 0; r == 0 && i < n; i++)
                r = stage_one(g, &tx, &v[i], e);
        if (r == 0)
                r = tx_commit(&tx, e);
        if (r < 0)
                return r;
        if (clock_mono() - from > CHUNK_MS && g->chunk > CHUNK_MIN)
                g->chunk /= 2;
        else if (clock_mono() - from < CHUNK_MS / 2 && g->chunk < CHUNK_MAX)
                g->chunk *= 2;
        return 0;
}

static int stage_all(struct staging *g, struct err *e)
{
        int64_t after = 0;

        manifest_begin(&g->manifest, g->r.id);
        for (;;) {
                CLEANUP(contact_list_done) struct contact_list page = {0};
                int r = selection_page(g->db, g->s->audience, g->s->early, after, PAGE, &page, e);

                for (size_t i = 0; r == 0 && i < page.n;) {
                        size_t n = page.n - i < g->chunk ? page.n - i : g->chunk;

                        r = stage_chunk(g, page.v + i, n, e);
                        i += n;
                }
                if (r < 0 || page.n == 0)
                        return r;
                after = page.v[page.n - 1].id;
        }
}

/* --- warnings --------------------------------------------------------------------------- */

static struct err *warning(struct submitted *out)
{
        return out->nwarning < SUBMIT_WARNINGS ? &out->warning[out->nwarning++] : NULL;
}

static void warn(const struct staging *g)
{
        const struct submission *s = g->s;
        const struct selection *from[] = {s->audience, s->early};
        struct submitted *out = g->out;
        struct err far = {0}, *to;

        out->nwarning = 0;
        if (out->outside) /* the first: cmd_send shows it where nobody reads the others */
                err_set(warning(out), -EINVAL, SUBMIT_OUTSIDE, (long long) out->outside);
        for (size_t i = 0; i < COUNT_OF(from) && from[i]; i++) {
                size_t n;
                const struct err *w = selection_warnings(from[i], &n);

                for (size_t k = 0; k < n; k++) {
                        to = warning(out);
                        if (to) {
                                *to = w[k];
                                err_at(to, s->name, 0);
                        }
                }
        }
        if (out->no_address)
                err_set(warning(out), -EINVAL, SUBMIT_NO_ADDRESS, (long long) out->no_address);
        if (out->stopped)
                err_set(warning(out), -EINVAL, SUBMIT_STOPPED, (long long) out->stopped);
        if (out->doubtful)
                err_set(warning(out), -EINVAL, SUBMIT_DOUBTFUL, (long long) out->doubtful);
        if (submit_far(s, &far) && (to = warning(out)))
                *to = far;
}

/* For the audit: how it was submitted, with the warnings as they were then. */
static char *how_submitted(const struct staging *g)
{
        CLEANUP(buf_done) struct buf b = BUF(8192);

        buf_adds(&b, g->s->o->again ? "again" : "");
        for (size_t i = 0; i < g->out->nwarning; i++) {
                char text[1024];

                err_format(&g->out->warning[i], g->s->cfg->language, text, sizeof(text));
                buf_addf(&b, "%s%s", b.len ? "; " : "", text);
        }
        return buf_take(&b);
}

/* --- the release ---------------------------------------------------------------------- */

static void describe(struct staging *g)
{
        struct submission *s = g->s;

        g->r = (struct release){
                .number = s->st->number,
                .title = s->st->title,
                .kind = s->st->kind,
                .class = s->class,
                .language = s->language,
                .key = s->key,
                .text = s->st->text,
                .audience = s->audience_text,
                .except = s->except_text,
                .early = s->early_text,
                .contact = s->st->contact.value,
                .signer = s->st->signer.value,
                .reply_to = s->st->reply_to.value,
                .at = s->t_at,
                .embargo = s->t_embargo,
                .expires = s->t_expires,
                .automatic = s->key[0] != '\0',
                .submitted_at = g->who->now,
                .submitted_uid = g->who->uid,
                .submitted_by = (char *) g->who->name,
                .approved_by = (char *) "",
                .approved_hash = (char *) "",
                .reason = (char *) "",
        };
        memcpy(g->r.content_hash, s->content_hash, sizeof(g->r.content_hash));
        memcpy(g->r.text_hash, s->text_hash, sizeof(g->r.text_hash));
        frozen_hash(&s->letter, g->r.letter_hash);
}

/* Approved at once where the configuration asks for no approval; pressd judges by its own. */
static void decide(struct staging *g)
{
        struct release *r = &g->r;

        r->stored = RELEASE_PROPOSED;
        if (g->s->cfg->approval != APPROVAL_NONE)
                return;
        r->stored = RELEASE_APPROVED;
        r->approved_at = g->who->now;
        r->approved_uid = g->who->uid;
        r->approved_by = (char *) g->who->name;
        r->approved_hash = r->hash;
        release_moments(r, g->who->now, g->s->cfg->grace_ms);
}

static int publish(struct staging *g, struct err *e)
{
        CLEANUP(tx_done) struct tx tx = {0};
        CLEANUP(mem_free) char *how = NULL;
        int64_t other = 0;
        int r;

        manifest_hash(&g->manifest, g->r.recipients_hash);
        hash_hex(g->people, g->r.audience_hash);
        release_hash(&g->r, g->r.hash);
        decide(g);
        warn(g);
        how = how_submitted(g);
        r = tx_begin(&tx, g->db, DB_WAIT_MS, e);
        if (r == 0)
                r = selection_check(g->db, g->s->audience, e);
        if (r == 0)
                r = submit_key_taken(g->s, g->db, &other, e);
        if (r > 0) { /* the same cron job, faster by a moment */
                g->out->release = other;
                g->out->duplicate = true;
                return 0;
        }
        if (r == 0)
                r = submit_guards(g->s, g->db, g->r.audience_hash, e);
        if (r == 0)
                r = manifest_end(&g->manifest, &tx, e);
        if (r == 0)
                r = release_publish(&tx, &g->r, how, e);
        if (r == 0)
                r = tx_commit(&tx, e);
        if (r == 0)
                g->out->release = g->r.id;
        return r;
}

static int store(struct submission *s, struct db *db, const struct actor *who,
                 struct submitted *out, struct err *e)
{
        CLEANUP(mem_free)
        struct release_attachment *att =
                mem_zalloc((s->natt + 1) * sizeof(struct release_attachment));
        struct staging g = {.s = s, .db = db, .who = who, .out = out, .chunk = CHUNK_MIN};
        int r;

        for (size_t i = 0; i < s->natt; i++)
                att[i] = (struct release_attachment){s->att[i].name, s->att[i].type, s->att[i].data,
                                                     s->att[i].n};
        out->no_address = out->stopped = out->same_address = out->outside = 0;
        out->doubtful = 0;
        describe(&g);
        r = release_stage(db, &g.r, &s->letter, att, s->natt, e);
        if (r < 0)
                return r;
        r = stage_all(&g, e);
        if (r == 0)
                r = publish(&g, e);
        if (r < 0 || out->duplicate)
                (void) release_unstage(db, g.r.id, NULL); /* else the next open does it */
        return r;
}

/* --- all of it ---------------------------------------------------------------------------- */

static int attempt(struct submission *s, struct db *db, const struct actor *who,
                   struct submitted *out, struct err *e)
{
        int r = submission_resolve(s, db, e);

        if (r == 0)
                r = submission_compose(s, false, e);
        if (r == 0)
                r = submit_guards(s, db, "", e);
        return r < 0 ? r : store(s, db, who, out, e);
}

int submit(struct submission *s, struct db *db, const struct actor *who, struct submitted *ret,
           struct err *e)
{
        struct submitted out = {0};
        int r = submit_key_taken(s, db, &out.release, e);

        if (r < 0)
                err_at(e, s->name, 0);
        if (r > 0) {
                out.duplicate = true;
                *ret = out;
                return 0;
        }
        if (r == 0)
                r = submission_moments(s, e);
        if (r < 0)
                return r;
        for (int try = 0; try < TRIES; try++) {
                r = attempt(s, db, who, &out, e);
                if (r != -EAGAIN)
                        break;
        }
        /* The same job, faster by a moment: its release stands in the way of ours. */
        if (r == -EEXIST && submit_key_taken(s, db, &out.release, NULL) > 0) {
                out.duplicate = true;
                r = 0;
        }
        if (r < 0)
                return r;
        *ret = out;
        return 0;
}
