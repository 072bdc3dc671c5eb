// SPDX-License-Identifier: MIT
/* What keeps a second cron run, a second click, or a number used twice from going out. */
#include "press/clock.h"
#include "press/mem.h"
#include "press/moment.h"
#include "press/zone.h"
#include "submit_internal.h"

#include <errno.h>
#include <string.h>

#define SAME_CONTENT_DAYS 30

int submit_key_taken(const struct submission *s, struct db *db, int64_t *ret_id, struct err *e)
{
        CLEANUP(release_done) struct release there = {0};
        int64_t id = 0;
        int r = s->key[0] ? release_by_key(db, s->key, &id, e) : 0;

        if (r < 0 || id == 0)
                return r;
        r = release_get(db, id, &there, e);
        if (r < 0)
                return r;
        if (strcmp(there.content_hash, s->content_hash) != 0)
                return err_set(e, -EEXIST,
                               "the key “%s” belongs to release %lld, which has another content; "
                               "take another key. To mend that one: send the correction as a new "
                               "release with a key and a Number of its own",
                               s->key, (long long) id);
        *ret_id = id;
        return 1;
}

/* The year in which the number counts, in the zone of the configuration. */
static int year_bounds(int64_t now, int64_t *ret_from, int64_t *ret_to, struct err *e)
{
        struct tm tm = {.tm_mday = 1};
        int r;

        tm.tm_year = moment_year(now) - 1900;
        r = zone_utc(&tm, ret_from);
        tm.tm_year++;
        if (r == 0)
                r = zone_utc(&tm, ret_to);
        return r < 0 ? err_set(e, -EPROTO, "the year has no beginning in this time zone") : 0;
}

static int guard_number(const struct submission *s, struct db *db, struct err *e)
{
        CLEANUP(release_done) struct release r = {0};
        int64_t from = 0, to = 0, id = 0;
        char when[MOMENT_MAX];
        int rc;

        if (!s->st->number[0])
                return 0;
        rc = year_bounds(s->now, &from, &to, e);
        if (rc == 0)
                rc = release_by_number(db, s->st->number, from, to, &id, e);
        if (rc == 0 && id)
                rc = release_get(db, id, &r, e);
        if (rc < 0 || id == 0)
                return rc;
        moment_show(r.out_at ? r.out_at : r.submitted_at, s->o->lang, when);
        return err_set(
                e, -EEXIST,
                r.out_at ? N_("number %s went out at %s (release %lld). To mend it: send the "
                              "correction with a Number of its own; to send it really again: "
                              "--again")
                         : N_("number %s was submitted at %s (release %lld). To mend it: send "
                              "the correction with a Number of its own; to send it really "
                              "again: --again"),
                s->st->number, when, (long long) id);
}

static int guard_content(const struct submission *s, struct db *db, struct err *e)
{
        int64_t id = 0;
        int r;

        if (!s->key[0])
                return 0;
        r = release_by_content(db, s->content_hash, s->now - SAME_CONTENT_DAYS * CLOCK_DAY, &id, e);
        if (r < 0 || id == 0)
                return r;
        return err_set(e, -EEXIST,
                       "release %lld of the last %d days has the same content under another key. "
                       "To send it really again: --again",
                       (long long) id, SAME_CONTENT_DAYS);
}

static int guard_text(const struct submission *s, struct db *db, const char *audience_hash,
                      struct err *e)
{
        CLEANUP(release_done) struct release there = {0};
        char within[MOMENT_MAX];
        int64_t id = 0;
        int r;

        if (!audience_hash[0] || !s->cfg->same_content_ms)
                return 0;
        r = release_by_same_text(db, s->text_hash, audience_hash, s->now - s->cfg->same_content_ms,
                                 &id, e);
        if (r == 0 && id)
                r = release_get(db, id, &there, e);
        if (r < 0 || id == 0)
                return r;
        return err_set(
                e, -EEXIST,
                there.out_at ? N_("release %lld brought the same text to the same audience within "
                                  "%s. To send it really again: --again")
                             : N_("release %lld, submitted within %s, brings the same text to the "
                                  "same audience. To send it really again: --again"),
                (long long) id, duration_show(s->cfg->same_content_ms, s->o->lang, within));
}

/* A guard that stops it is a fault; that it could not be asked is the caller's. */
static int asked(const struct submission *s, int r, struct err *why, struct faults *f,
                 struct err *e)
{
        if (r == -EEXIST) {
                err_at(why, s->name, 0);
                faults_note(f, r, why);
                return 0;
        }
        if (r < 0 && e)
                *e = *why;
        return r;
}

int submit_guards_all(const struct submission *s, struct db *db, const char *audience_hash,
                      bool number_only, struct faults *f, struct err *e)
{
        struct err why = {0};
        int r;

        if (s->o->again)
                return 0;
        r = asked(s, guard_number(s, db, &why), &why, f, e);
        if (r < 0 || number_only)
                return r;
        r = asked(s, guard_content(s, db, &why), &why, f, e);
        if (r == 0)
                r = asked(s, guard_text(s, db, audience_hash, &why), &why, f, e);
        return r;
}

int submit_guards(const struct submission *s, struct db *db, const char *audience_hash,
                  struct err *e)
{
        struct faults f = {0};
        int r = submit_guards_all(s, db, audience_hash, false, &f, e);

        return r < 0 ? r : faults_first(&f, e);
}
