// SPDX-License-Identifier: MIT
/* When it may leave, and until when: At, Embargo, Early, Expires judged together. */
#include "press/clock.h"
#include "press/moment.h"
#include "submit_internal.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#define FAR_DAYS 30

/* "2h": digits and letters alone. */
static bool is_duration(const char *s)
{
        size_t digits = strspn(s, "0123456789");

        return digits > 0 && isalpha((unsigned char) s[digits]) && !strpbrk(s, " :/-");
}

/* An option that is given and empty is an error, an absent header is not. */
static void read_moment(const struct submit_text *t, const char *option, int64_t *ret,
                        struct faults *f)
{
        struct err e = {0};

        *ret = 0;
        if (t->value[0] || option)
                (void) faults_note(f, submit_at(moment_parse(t->value, ret, &e), t, &e), &e);
}

static int past(const struct submission *s, const char *what, int64_t t, int code, struct err *e)
{
        char when[MOMENT_MAX], ago[MOMENT_MAX];
        enum lang lang = s->o->lang;

        return err_set(e, code, "%s is in the past: %s, %s", what, moment_show(t, lang, when),
                       moment_relative(t, s->now, lang, ago));
}

static int both_ways(const struct submission *s, struct err *e)
{
        char at[MOMENT_MAX], embargo[MOMENT_MAX];
        enum lang lang = s->o->lang;

        moment_show(s->t_at, lang, at);
        moment_show(s->t_embargo, lang, embargo);
        return err_set(e, -EINVAL,
                       "At (%s) lies before Embargo (%s). To send it to all at %s, take Embargo "
                       "out; to send it to some at %s and to the others at %s, add Early: AUDIENCE",
                       at, embargo, at, at, embargo);
}

/* `settled`: the other moments are in order, so that it can be held against them. */
static int expiry(struct submission *s, bool settled, struct err *e)
{
        int64_t leaves = s->t_embargo > s->t_at ? s->t_embargo : s->t_at, duration;
        char a[MOMENT_MAX], b[MOMENT_MAX];
        enum lang lang = s->o->lang;
        int r;

        if (!s->expires.value[0] && !s->o->expires)
                return 0;
        if (is_duration(s->expires.value)) {
                r = duration_parse(s->expires.value, &duration, e);
                s->t_expires = (leaves ? leaves : s->now) + duration;
        } else {
                r = moment_parse(s->expires.value, &s->t_expires, e);
        }
        if (r == 0 && s->t_expires <= s->now)
                r = past(s, "Expires", s->t_expires, -ETIME, e);
        if (r == 0 && settled && s->t_expires <= leaves)
                r = err_set(e, -EINVAL, "it would expire (%s) before it may leave (%s)",
                            moment_show(s->t_expires, lang, a), moment_show(leaves, lang, b));
        return submit_at(r, &s->expires, e);
}

/* At, Embargo and Early beside each other. */
static int together(const struct submission *s, struct err *e)
{
        const struct submit_text early = {s->st->early.value, s->name, s->st->early.line};

        if (early.value[0] && !s->embargo.value[0])
                return submit_at(err_set(e, -EINVAL,
                                         "Early has a meaning only with Embargo; add "
                                         "it or take Early out"),
                                 &early, e);
        if (s->t_at && s->t_at < s->t_embargo && !early.value[0])
                return submit_at(both_ways(s, e), &s->at, e);
        return 0;
}

void submit_moments(struct submission *s, struct faults *f)
{
        struct err e = {0};
        int before = f->n;

        s->t_expires = 0;
        read_moment(&s->at, s->o->at, &s->t_at, f);
        read_moment(&s->embargo, s->o->embargo, &s->t_embargo, f);
        if (s->t_at && s->t_at < s->now)
                faults_note(f, submit_at(past(s, "At", s->t_at, -EINVAL, &e), &s->at, &e), &e);
        if (s->t_embargo && s->t_embargo < s->now)
                faults_note(
                        f,
                        submit_at(past(s, "Embargo", s->t_embargo, -EINVAL, &e), &s->embargo, &e),
                        &e);
        if (f->n == before) /* else it would be judged by moments that will change */
                faults_note(f, together(s, &e), &e);
        faults_note(f, expiry(s, f->n == before, &e), &e);
}

int submission_moments(struct submission *s, struct err *e)
{
        struct faults f = {0};

        submit_moments(s, &f);
        return faults_first(&f, e);
}

bool submit_far(const struct submission *s, struct err *ret)
{
        const struct submit_text *where = s->t_embargo > s->t_at ? &s->embargo : &s->at;
        int64_t t = s->t_embargo > s->t_at ? s->t_embargo : s->t_at;
        char when[MOMENT_MAX], in[MOMENT_MAX];
        enum lang lang = s->o->lang;

        if (t - s->now <= FAR_DAYS * CLOCK_DAY)
                return false;
        err_set(ret, -EINVAL, "it leaves on %s, %s: is that the right date?",
                moment_show(t, lang, when), moment_relative(t, s->now, lang, in));
        err_at(ret, where->file, where->line);
        return true;
}
