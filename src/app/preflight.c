// SPDX-License-Identifier: MIT
#include "press/preflight.h"

#include "press/mem.h"
#include "press/moment.h"
#include "press/zone.h"
#include "submit_internal.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct noted {
        bool error;
        struct err text;
};

struct flight {
        struct submission *s;
        struct db *db;
        struct preflight *out;
        struct faults faults; /* the errors: each is noted */
        struct noted *v;      /* in the order in which they were found */
        size_t n;
};

static void flight_done(struct flight *f)
{
        free(f->v);
}

static void note(struct flight *f, bool error, const struct err *text)
{
        f->v = mem_realloc(f->v, f->n + 1, sizeof(*f->v));
        f->v[f->n++] = (struct noted){error, *text};
}

static void note_error(void *ctx, const struct err *e)
{
        note(ctx, true, e);
}

/* A fault of the content is told and 0; what is not the writer's doing goes back to the caller. */
static int judged(struct flight *f, int r, const struct err *e)
{
        switch (-r) {
        case EINVAL:
        case E2BIG:
        case EEXIST:
        case ETIME: (void) faults_note(&f->faults, r, e); return 0;
        default: return r;
        }
}

static void warn_at(struct flight *f, const struct submit_text *where, struct err *text)
{
        if (where)
                err_at(text, where->file, where->line);
        else
                err_at(text, f->s->name, 0);
        note(f, false, text);
}

/* In the order of the file; what has no line, an option or the file as a whole, is last. */
static void tell_all(const struct flight *f, void (*tell)(void *ctx, const struct finding *f),
                     void *ctx)
{
        unsigned line = 0;

        for (;;) {
                unsigned next = 0;

                for (size_t i = 0; i < f->n; i++) {
                        unsigned at = f->v[i].text.line ? f->v[i].text.line : UINT_MAX;

                        if (at == line)
                                tell(ctx, &(struct finding){f->v[i].error, &f->v[i].text});
                        else if (at > line && (!next || at < next))
                                next = at;
                }
                if (!next)
                        return;
                line = next;
        }
}

/* --- moments ------------------------------------------------------------------------ */

static void look_at_hour(struct flight *f, const struct submit_text *where, int64_t t)
{
        enum lang lang = f->s->o->lang;
        char when[MOMENT_MAX];
        struct err e = {0};
        struct tm tm;

        if (!t)
                return;
        zone_local(t, &tm);
        moment_show(t, lang, when);
        if (tm.tm_wday == 0 || tm.tm_wday == 6) {
                err_set(&e, -EINVAL, "%s is a weekend", when);
                warn_at(f, where, &e);
        }
        if (tm.tm_hour < 6 || tm.tm_hour >= 22) {
                err_set(&e, -EINVAL, "%s is in the night", when);
                warn_at(f, where, &e);
        }
}

static void look_at_moments(struct flight *f)
{
        struct err e = {0};

        submit_moments(f->s, &f->faults);
        look_at_hour(f, &f->s->at, f->s->t_at);
        look_at_hour(f, &f->s->embargo, f->s->t_embargo);
        if (submit_far(f->s, &e))
                note(f, false, &e);
}

/* --- people ------------------------------------------------------------------------- */

static void warn_selection(struct flight *f, const struct selection *s)
{
        size_t n = 0;
        const struct err *w = s ? selection_warnings(s, &n) : NULL;

        for (size_t i = 0; i < n; i++) {
                struct err e = w[i];

                err_at(&e, f->s->name, 0);
                note(f, false, &e);
        }
}

/* Who of them will not get it. */
static int count_people(struct flight *f, struct err *out)
{
        struct preflight *p = f->out;
        struct err e = {0};
        int r = selection_count(f->db, f->s->audience, &p->people, out);

        if (r == 0)
                r = submit_outside(f->s, f->db, &p->outside, out);
        if (r < 0)
                return r;
        p->counted = true;
        if (p->outside) {
                err_set(&e, -EINVAL, SUBMIT_OUTSIDE, (long long) p->outside);
                warn_at(f, NULL, &e);
        }
        if (p->people.no_address) {
                err_set(&e, -EINVAL, SUBMIT_NO_ADDRESS, (long long) p->people.no_address);
                warn_at(f, NULL, &e);
        }
        if (p->people.stopped) {
                err_set(&e, -EINVAL, SUBMIT_STOPPED, (long long) p->people.stopped);
                warn_at(f, NULL, &e);
        }
        if (p->people.doubtful) {
                err_set(&e, -EINVAL, SUBMIT_DOUBTFUL, (long long) p->people.doubtful);
                warn_at(f, NULL, &e);
        }
        return 0;
}

static int look_at_people(struct flight *f, struct err *out)
{
        struct err e = {0};
        int before = f->faults.n;
        int r = submit_names(f->s, f->db, &f->faults, out);

        if (r < 0 || f->faults.n > before)
                return r;
        r = submission_resolve(f->s, f->db, &e);
        if (r < 0) {
                *out = e;
                return judged(f, r, &e);
        }
        warn_selection(f, f->s->audience);
        warn_selection(f, f->s->early);
        return count_people(f, out);
}

/* --- content and guards ----------------------------------------------------------------- */

static int look_at_letter(struct flight *f, struct err *out)
{
        bool whole = f->s->st->title[0] && f->s->st->text[0];
        struct err e = {0};
        int r = whole ? submission_compose(f->s, false, &e) : submit_reply_to(f->s, &e);

        *out = e;
        return judged(f, r, &e);
}

/* `whole`: what it says is without fault, so that it can be held against what was sent. */
static int look_at_guards(struct flight *f, bool whole, struct err *out)
{
        char people[HASH_HEX_MAX] = "";
        struct err e = {0};
        int64_t id = 0;
        int r = whole ? submit_key_taken(f->s, f->db, &id, out) : 0;

        if (r > 0) {
                err_set(&e, -EINVAL,
                        "this key was submitted with the same content before, as release %lld; "
                        "sending it again does nothing",
                        (long long) id);
                warn_at(f, NULL, &e);
                return 0;
        }
        if (r < 0) {
                err_at(out, f->s->name, 0);
                r = judged(f, r, out);
        }
        if (r == 0 && f->s->audience) /* that step went well */
                r = submit_people(f->s, f->db, people, out);
        if (r == 0)
                r = submit_guards_all(f->s, f->db, people, !whole, &f->faults, out);
        return r;
}

/* Everything but what submit_read() has found. */
static int look_at_all(struct flight *f, struct err *e)
{
        struct submission *s = f->s;
        struct err why = {0};
        bool whole;
        int r = 0;

        for (size_t i = 0; r == 0 && i < s->st->attach.n; i++)
                r = judged(f, submission_attach(s, i, &why), &why);
        if (r < 0) {
                *e = why;
                return r;
        }
        submission_hash(s);
        whole = f->faults.n == 0;
        look_at_moments(f);
        r = look_at_people(f, e);
        if (r == 0)
                r = look_at_letter(f, e);
        return r < 0 ? r : look_at_guards(f, whole, e);
}

void preflight_done(struct preflight *p)
{
        submission_free(&p->s);
        *p = (struct preflight){0};
}

int preflight(const struct config *cfg, struct db *db, const char *path,
              const struct submit_options *o, int64_t now,
              void (*tell)(void *ctx, const struct finding *f), void *ctx, struct preflight *ret,
              struct err *e)
{
        CLEANUP(preflight_done) struct preflight out = {0};
        CLEANUP(flight_done)
        struct flight f = {.db = db, .out = &out, .faults = {.tell = note_error}};
        struct err why = {0};
        int r;

        f.faults.ctx = &f;
        r = submit_read(cfg, path, o, now, &out.s, &f.faults, &why);
        f.s = out.s;
        if (r < 0)
                r = judged(&f, r, &why);
        else if (f.s)
                r = look_at_all(&f, &why);
        if (r < 0) {
                if (e)
                        *e = why;
                return r;
        }
        tell_all(&f, tell, ctx);
        out.errors = f.faults.n;
        *ret = out;
        out = (struct preflight){0};
        return 0;
}
