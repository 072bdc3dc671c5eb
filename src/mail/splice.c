// SPDX-License-Identifier: MIT
#include "press/letter.h"

#include "body.h"
#include "cuts.h"
#include "header.h"
#include "press/buf.h"
#include "press/mem.h"
#include "press/moment.h"
#include "press/text.h"
#include "press/zone.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What all letters of one moment say; few releases have more than one. */
struct dated {
        bool made;
        int64_t moment;
        struct buf date, line; /* the header line; the dateline as encoded */
};

struct letter {
        char *bytes;
        struct cuts cuts;
        struct dated *dated;
};

int letter_load(char *bytes, size_t n, const char *cuts, struct letter **ret, struct err *e)
{
        CLEANUP(letter_free) struct letter *l = mem_zalloc(sizeof(*l));
        int r;

        l->bytes = bytes;
        l->dated = mem_zalloc(sizeof(*l->dated));
        l->dated->date = l->dated->line = BUF(1024);
        r = cuts_parse(cuts, &l->cuts, e);
        if (r < 0)
                return r;
        if (!wire_is_good(bytes, n, &l->cuts))
                return err_set(e, -EBADMSG,
                               "the stored letter is damaged; restore the database from a backup");
        *ret = TAKE(l);
        return 0;
}

void letter_free(struct letter **l)
{
        if (!*l)
                return;
        buf_done(&(*l)->dated->date);
        buf_done(&(*l)->dated->line);
        free((*l)->dated);
        free((*l)->bytes);
        free(*l);
        *l = NULL;
}

size_t letter_size(const struct letter *l)
{
        return sizeof(*l) + l->cuts.octets;
}

void spliced_done(struct spliced *s)
{
        free(s->v);
        free(s->own);
        *s = (struct spliced){0};
}

/* --- the recipient's words --------------------------------------------------- */

/*
 * The words and forms below belong to letters of form 1 (cuts.h): a try next
 * month must say the same as today's (R88). Change them only with a new form.
 */

/* What one recipient's letter says at the cuts; each is made once, when first met. */
struct personal {
        const struct letter *letter;
        const struct letter_recipient *r;
        const char *name, *org, *title; /* screened */
        struct buf own;
        bool made[CUT_FIELDS];
        size_t at[CUT_FIELDS], n[CUT_FIELDS]; /* in own */
};

/* s itself when it may stand in a header, else a screened copy in *owned. */
static const char *screened(const char *s, char **owned)
{
        struct text_bad bad;

        if (text_clean(s, 0, &bad))
                return s;
        *owned = text_strip(s);
        return *owned;
}

static void add_list(struct buf *b, const char *s)
{
        if (!*s)
                return;
        if (b->len > 0)
                buf_adds(b, ", ");
        buf_adds(b, s);
}

/*
 * "Kính gửi: Ông/Bà Nguyễn Văn Mẫu, Vụ trưởng, Vụ Bưu chính". A desk is no
 * person, so it gets no "Ông/Bà"; who has neither name nor body is "Quý cơ quan".
 */
static void greeting(const struct personal *w, struct buf *b)
{
        CLEANUP(buf_done) struct buf who = BUF(w->own.max);
        bool vi = w->letter->cuts.language == LANG_VI;
        bool person = w->name[0] && w->r->role != ROLE_DESK;

        if (strcmp(w->name, w->org) != 0)
                add_list(&who, w->name);
        if (person)
                add_list(&who, w->title);
        add_list(&who, w->org);
        if (who.len == 0)
                buf_adds(b, vi ? "Kính gửi: Quý cơ quan" : "Dear Sir or Madam");
        else {
                buf_adds(b, vi ? "Kính gửi: " : "To: ");
                buf_adds(b, vi && person ? "Ông/Bà " : "");
                buf_adds(b, who.s);
        }
}

static void add_escaped(struct buf *b, const char *s)
{
        for (; *s; s++) {
                switch (*s) {
                case '&': buf_adds(b, "&amp;"); break;
                case '<': buf_adds(b, "&lt;"); break;
                case '>': buf_adds(b, "&gt;"); break;
                case '"': buf_adds(b, "&quot;"); break;
                default: buf_addc(b, *s);
                }
        }
}

/* What HTML shows differently is escaped; else both parts share the same bytes. */
static void put_greeting(struct personal *w, bool html)
{
        CLEANUP(buf_done) struct buf text = BUF(w->own.max), escaped = BUF(w->own.max);

        greeting(w, &text);
        if (!html) {
                body_quoted(&w->own, text.s, text.len);
        } else if (w->made[CUT_GREETING] && !strpbrk(text.s, "&<>\"")) {
                w->at[CUT_GREETING_HTML] = w->at[CUT_GREETING];
                w->n[CUT_GREETING_HTML] = w->n[CUT_GREETING];
        } else {
                add_escaped(&escaped, text.s);
                body_quoted(&w->own, escaped.s, escaped.len);
        }
}

/* "08 giờ 05, ngày 24 tháng 11 năm 2026" where the hour matters. */
static void make_dateline(const struct letter *l, int64_t moment, struct buf *b)
{
        CLEANUP(buf_done) struct buf text = BUF(256);
        enum lang lang = l->cuts.language;
        char date[MOMENT_MAX];
        struct tm tm;

        if (l->cuts.hour) {
                zone_local(moment, &tm);
                buf_addf(&text, lang == LANG_VI ? "%02d giờ %02d, " : "%02d:%02d, ", tm.tm_hour,
                         tm.tm_min);
        }
        buf_adds(&text, moment_official_date(moment, lang, date));
        body_quoted(b, text.s, text.len);
}

/* Makes `name` the process's zone unless it is; false: it was, or the system no longer has it. */
static bool change_zone(const char *name)
{
        return strcmp(zone_name(), name) != 0 && zone_open(name, NULL) == 0;
}

static const struct dated *dated_of(const struct letter *l, int64_t moment)
{
        struct dated *d = l->dated;
        char date[MOMENT_MAX], before[ZONE_NAME_MAX];
        bool changed;

        if (d->made && d->moment == moment)
                return d;
        memcpy(before, zone_name(), strlen(zone_name()) + 1);
        changed = change_zone(l->cuts.zone);
        buf_clear(&d->date);
        buf_clear(&d->line);
        buf_addf(&d->date, "Date: %s\r\n", moment_rfc5322(moment, date));
        make_dateline(l, moment, &d->line);
        if (changed)
                zone_open(before, NULL);
        d->moment = moment;
        d->made = true;
        return d;
}

/* An unfit address is refused long before; here it must only not add a header line. */
static void put_to(struct personal *w)
{
        CLEANUP(mem_free) char *owned = NULL;

        header_mailbox(&w->own, "To", w->name[0] ? w->name : w->org,
                       screened(w->r->address, &owned), NULL);
}

static void put_message_id(struct personal *w)
{
        buf_adds(&w->own, "Message-ID: <");
        buf_adds(&w->own, w->r->message_id);
        buf_addc(&w->own, '@');
        buf_adds(&w->own, w->letter->cuts.domain);
        buf_adds(&w->own, ">\r\n");
}

static void make(struct personal *w, enum cut_field field)
{
        const struct dated *d = dated_of(w->letter, w->r->moment);
        size_t before = w->own.len;

        switch (field) {
        case CUT_DATE: buf_add(&w->own, d->date.s, d->date.len); break;
        case CUT_TO: put_to(w); break;
        case CUT_MESSAGE_ID: put_message_id(w); break;
        case CUT_GREETING: put_greeting(w, false); break;
        case CUT_GREETING_HTML: put_greeting(w, true); break;
        case CUT_DATELINE: buf_add(&w->own, d->line.s, d->line.len); break;
        case CUT_EARLY:
        case CUT_OTHERS:
        case CUT_EVERYBODY:
        case CUT_FIELDS: assert(false);
        }
        w->made[field] = true;
        if (w->own.len == before) /* shares what another made */
                return;
        w->at[field] = before;
        w->n[field] = w->own.len - before;
}

/* --- joining ----------------------------------------------------------------- */

static bool is_message_id(const char *s)
{
        return *s && s[strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                 "._-")] == '\0';
}

static void add_slice(struct spliced *s, const char *p, size_t n)
{
        if (n == 0)
                return;
        s->v[s->n++] = (struct slice){.p = p, .n = n};
        s->octets += n;
}

/* The slices; those of own text are counted in `own` until that has its place for good. */
static void join(const struct letter *l, const struct personal *w, struct spliced *s)
{
        const struct cuts *c = &l->cuts;
        bool shown = true;
        size_t at = 0;

        for (size_t i = 0; i <= c->n; i++) {
                size_t end = i < c->n ? c->v[i].at : c->octets;

                if (shown)
                        add_slice(s, l->bytes + at, end - at);
                at = end;
                if (i == c->n)
                        break;
                switch (c->v[i].field) {
                case CUT_EARLY: shown = w->r->early; break;
                case CUT_OTHERS: shown = !w->r->early; break;
                case CUT_EVERYBODY: shown = true; break;
                default:
                        if (shown)
                                add_slice(s, s->own + w->at[c->v[i].field], w->n[c->v[i].field]);
                }
        }
}

void letter_splice(const struct letter *l, const struct letter_recipient *r, struct spliced *ret)
{
        CLEANUP(mem_free) char *name = NULL;
        CLEANUP(mem_free) char *org = NULL;
        CLEANUP(mem_free) char *title = NULL;
        struct personal w = {.letter = l,
                             .r = r,
                             .name = screened(r->name, &name),
                             .org = screened(r->org, &org),
                             .title = screened(r->title, &title)};

        assert(is_message_id(r->message_id));
        w.own = BUF(4096 + 40 * (strlen(w.name) + strlen(w.org) + strlen(w.title)) +
                    strlen(r->address));
        for (size_t i = 0; i < l->cuts.n; i++)
                if (l->cuts.v[i].field < CUT_EARLY && !w.made[l->cuts.v[i].field])
                        make(&w, l->cuts.v[i].field);
        assert(!w.own.over);

        *ret = (struct spliced){.v = mem_alloc((2 * l->cuts.n + 1) * sizeof(*ret->v)),
                                .own = buf_take(&w.own)};
        join(l, &w, ret);
}
