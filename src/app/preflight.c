// SPDX-License-Identifier: MIT
#include "press/preflight.h"

#include "press/mem.h"
#include "press/moment.h"
#include "press/zone.h"
#include "submit_internal.h"

#include <errno.h>
#include <string.h>
#include <time.h>

struct flight {
        struct submission *s;
        struct db *db;
        void (*tell)(void *ctx, const struct finding *f);
        void *ctx;
        int errors;
};

static void tell(struct flight *f, bool error, const struct err *text)
{
        f->errors += error;
        f->tell(f->ctx, &(struct finding){error, text});
}

/* A fault of the content is told and 0; what is not the writer's doing goes back to the caller. */
static int judged(struct flight *f, int r, const struct err *e)
{
        switch (-r) {
        case EINVAL:
        case E2BIG:
        case EEXIST:
        case ETIME: tell(f, true, e); return 0;
        default: return r;
        }
}

static void warn_at(struct flight *f, const struct submit_text *where, struct err *text)
{
        if (where)
                err_at(text, where->file, where->line);
        else
                err_at(text, f->s->name, 0);
        tell(f, false, text);
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

static int look_at_moments(struct flight *f)
{
        struct err e = {0};
        int r = judged(f, submission_moments(f->s, &e), &e);

        look_at_hour(f, &f->s->at, f->s->t_at);
        look_at_hour(f, &f->s->embargo, f->s->t_embargo);
        return r;
}

/* --- people ------------------------------------------------------------------------- */

static void warn_selection(struct flight *f, const struct selection *s)
{
        size_t n = 0;
        const struct err *w = s ? selection_warnings(s, &n) : NULL;

        for (size_t i = 0; i < n; i++) {
                struct err e = w[i];

                err_at(&e, f->s->name, 0);
                tell(f, false, &e);
        }
}

static int look_at_people(struct flight *f, struct err *out)
{
        struct selection_counts n = {0};
        struct err e = {0};
        int r = submission_resolve(f->s, f->db, &e);

        if (r < 0) {
                *out = e;
                return judged(f, r, &e);
        }
        warn_selection(f, f->s->audience);
        warn_selection(f, f->s->early);
        r = selection_count(f->db, f->s->audience, &n, out);
        if (r < 0)
                return r;
        if (n.no_address) {
                err_set(&e, -EINVAL,
                        "%lld of the recipients have no usable address and must be reached in "
                        "another way",
                        (long long) n.no_address);
                warn_at(f, NULL, &e);
        }
        if (n.stopped) {
                err_set(&e, -EINVAL, "%lld of the recipients asked to get no more mail",
                        (long long) n.stopped);
                warn_at(f, NULL, &e);
        }
        return 0;
}

/* --- content and guards ----------------------------------------------------------------- */

static int look_at_letter(struct flight *f, struct err *out)
{
        struct err e = {0};
        int r = submission_compose(f->s, false, &e);

        *out = e;
        return judged(f, r, &e);
}

static int look_at_guards(struct flight *f, struct err *out)
{
        char people[HASH_HEX_MAX] = "";
        struct err e = {0};
        int64_t id = 0;
        int r = submit_key_taken(f->s, f->db, &id, &e);

        if (r > 0) {
                err_set(&e, -EINVAL,
                        "this key was submitted with the same content before, as release %lld; "
                        "sending it again does nothing",
                        (long long) id);
                warn_at(f, NULL, &e);
                return 0;
        }
        if (r == 0 && f->s->audience) /* that step went well */
                r = submit_people(f->s, f->db, people, &e);
        if (r == 0)
                r = submit_guards(f->s, f->db, people, &e);
        *out = e;
        if (r < 0)
                err_at(&e, f->s->name, 0);
        return judged(f, r, &e);
}

int preflight(const struct config *cfg, struct db *db, const char *path,
              const struct submit_options *o, int64_t now,
              void (*told)(void *ctx, const struct finding *f), void *ctx, int *ret_errors,
              struct err *e)
{
        CLEANUP(submission_free) struct submission *s = NULL;
        struct flight f = {.db = db, .tell = told, .ctx = ctx};
        struct err why = {0};
        int r = submission_parse(cfg, path, o, now, &s, &why);

        f.s = s;
        if (r < 0) {
                r = judged(&f, r, &why);
        } else {
                for (size_t i = 0; r == 0 && i < s->st->attach.n; i++)
                        r = judged(&f, submission_attach(s, i, &why), &why);
                submission_hash(s);
                if (r == 0)
                        r = look_at_moments(&f);
                if (r == 0)
                        r = look_at_people(&f, &why);
                if (r == 0)
                        r = look_at_letter(&f, &why);
                if (r == 0)
                        r = look_at_guards(&f, &why);
        }
        if (r < 0 && e)
                *e = why;
        if (r == 0)
                *ret_errors = f.errors;
        return r;
}
