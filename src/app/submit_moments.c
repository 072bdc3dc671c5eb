// SPDX-License-Identifier: MIT
/* When it may leave, and until when: At, Embargo, Early, Expires judged together. */
#include "press/moment.h"
#include "submit_internal.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

/* "2h": digits and letters alone. */
static bool is_duration(const char *s)
{
        size_t digits = strspn(s, "0123456789");

        return digits > 0 && isalpha((unsigned char) s[digits]) && !strpbrk(s, " :/-");
}

/* An option that is given and empty is an error, an absent header is not. */
static int read_moment(const struct submit_text *t, const char *option, int64_t *ret, struct err *e)
{
        *ret = 0;
        if (!t->value[0] && !option)
                return 0;
        return submit_at(moment_parse(t->value, ret, e), t, e);
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

static int expiry(struct submission *s, struct err *e)
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
        if (r == 0 && s->t_expires <= leaves)
                r = err_set(e, -EINVAL, "it would expire (%s) before it may leave (%s)",
                            moment_show(s->t_expires, lang, a), moment_show(leaves, lang, b));
        return submit_at(r, &s->expires, e);
}

int submission_moments(struct submission *s, struct err *e)
{
        const struct submit_text early = {s->st->early.value, s->name, s->st->early.line};
        int r;

        s->t_expires = 0;
        r = read_moment(&s->at, s->o->at, &s->t_at, e);
        if (r == 0)
                r = read_moment(&s->embargo, s->o->embargo, &s->t_embargo, e);
        if (r < 0)
                return r;
        if (s->t_at && s->t_at < s->now)
                return submit_at(past(s, "At", s->t_at, -EINVAL, e), &s->at, e);
        if (s->t_embargo && s->t_embargo < s->now)
                return submit_at(past(s, "Embargo", s->t_embargo, -EINVAL, e), &s->embargo, e);
        if (early.value[0] && !s->t_embargo)
                return submit_at(err_set(e, -EINVAL,
                                         "Early has a meaning only with Embargo; add "
                                         "it or take Early out"),
                                 &early, e);
        if (s->t_at && s->t_at < s->t_embargo && !early.value[0])
                return submit_at(both_ways(s, e), &s->at, e);
        return expiry(s, e);
}
