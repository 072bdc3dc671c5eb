// SPDX-License-Identifier: MIT
#include "press/calls.h"

#include "press/config.h"
#include "press/mem.h"
#include "press/moment.h"
#include "press/reason.h"
#include "press/said.h"
#include "press/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const group_names[] = {"lost", "undecided", "waiting", "stopped", "unconfirmed"};
const struct words calls_groups = {group_names, COUNT_OF(group_names)};

struct heading { /* the most important ones found so far, in no order */
        struct calls_line *v;
        size_t n;
};

struct reading {
        const struct calls_ask *ask;
        struct release r;
        struct calls *c;
        struct heading call, unconfirmed;
};

/* --- whether somebody stands on the list ------------------------------------------------- */

/* When the letter could leave first; 0 = it is not approved. */
static int64_t due_first(const struct release *r, const struct person *p)
{
        return p->copy ? p->created_at : p->early ? r->early_at : r->due_at;
}

static bool ended(const struct release *r)
{
        return r->stored == RELEASE_CANCELLED || r->stored == RELEASE_REJECTED;
}

static bool too_late(const struct reading *x, int64_t first, int64_t next)
{
        if (x->ask->by)
                return x->ask->by <= x->ask->now || next > x->ask->by;
        return first && x->ask->now >= first + x->c->confirm_ms;
}

/* What waits: on the list, or counted as having time. */
static int waiting(struct reading *x, const struct person *p)
{
        int64_t first = due_first(&x->r, p);
        int64_t next = p->state == DELIVERY_QUEUED ? first : p->due_at;

        if (next <= x->ask->now)
                next = 0;
        if (too_late(x, first, next))
                return CALLS_WAITING;
        if (p->phoned)
                return -1;
        if (x->c->later++ == 0 || next < x->c->later_at)
                x->c->later_at = next;
        return -1;
}

static int handed_on(struct reading *x, const struct person *p)
{
        int64_t until = p->settled_at + x->c->confirm_ms;

        if (until <= x->ask->now)
                return CALLS_UNCONFIRMED;
        if (!p->phoned) {
                x->c->pending++;
                if (until > x->c->pending_until)
                        x->c->pending_until = until;
        }
        return -1;
}

static int suppressed(const struct reading *x, const struct person *p)
{
        if (p->reason == REASON_NO_ADDRESS || p->reason == REASON_DEAD_ADDRESS)
                return CALLS_LOST;
        return x->ask->stopped ? CALLS_STOPPED : -1;
}

/* enum calls_group, or -1 */
static int group_of(struct reading *x, const struct person *p)
{
        switch (p->state) {
        case DELIVERY_REFUSED:
        case DELIVERY_BOUNCED:
        case DELIVERY_EXPIRED: return CALLS_LOST;
        case DELIVERY_SUPPRESSED: return suppressed(x, p);
        case DELIVERY_UNKNOWN: return !p->due_at || ended(&x->r) ? CALLS_UNDECIDED : waiting(x, p);
        case DELIVERY_QUEUED:
        case DELIVERY_SENDING:
        case DELIVERY_DEFERRED: return ended(&x->r) ? -1 : waiting(x, p);
        case DELIVERY_RELAYED: return handed_on(x, p);
        default: return -1;
        }
}

/* --- in order --------------------------------------------------------------------------- */

static int rank(enum org_kind k)
{
        return k == ORG_PRESS ? 0 : k == ORG_UNIT ? 1 : 2;
}

static int64_t since(const struct person *p)
{
        return p->settled_at ? p->settled_at : p->created_at;
}

static int order(const void *a, const void *b)
{
        const struct person *x = &((const struct calls_line *) a)->p;
        const struct person *y = &((const struct calls_line *) b)->p;
        const int64_t key[][2] = {
                {x->priority, y->priority},
                {rank(x->org_kind), rank(y->org_kind)},
                {since(x), since(y)},
                {x->delivery, y->delivery},
        };

        for (size_t i = 0; i < COUNT_OF(key); i++)
                if (key[i][0] != key[i][1])
                        return key[i][0] < key[i][1] ? -1 : 1;
        return 0;
}

/* Twice as many as are wanted are kept at most, whatever comes. */
static void keep(struct heading *h, size_t limit, enum calls_group group, const struct person *p)
{
        if (h->n == 2 * limit) {
                qsort(h->v, h->n, sizeof(*h->v), order);
                h->n = limit;
        }
        if (h->n % 64 == 0)
                h->v = mem_realloc(h->v, h->n + 64, sizeof(*h->v));
        h->v[h->n++] = (struct calls_line){.group = group, .p = *p};
}

static int look(void *ctx, const struct person *p)
{
        struct reading *x = ctx;
        int group = group_of(x, p);

        if (group < 0)
                return 0;
        if (p->phoned) {
                x->c->phoned++;
                return 0;
        }
        x->c->found[group]++;
        if (x->ask->limit)
                keep(group == CALLS_UNCONFIRMED ? &x->unconfirmed : &x->call, x->ask->limit,
                     (enum calls_group) group, p);
        return 0;
}

static void take(struct calls *c, struct heading *h, size_t limit)
{
        if (h->n)
                qsort(h->v, h->n, sizeof(*h->v), order);
        if (h->n > limit)
                h->n = limit;
        c->v = mem_realloc(c->v, c->n + h->n + 1, sizeof(*c->v));
        if (h->n)
                memcpy(c->v + c->n, h->v, h->n * sizeof(*h->v));
        c->n += h->n;
        free(h->v);
}

void calls_done(struct calls *c)
{
        for (size_t i = 0; i < c->n; i++)
                person_card_done(&c->v[i].card);
        free(c->v);
        *c = (struct calls){0};
}

int calls_read(struct db *db, const struct config *cfg, const struct calls_ask *ask,
               struct calls *ret, struct err *e)
{
        CLEANUP(calls_done) struct calls c = {0};
        struct reading x = {.ask = ask, .c = &c};
        int r = release_get(db, ask->release, &x.r, e);

        if (r < 0)
                return r;
        c.confirm_ms = cfg->class[x.r.class].confirm_ms;
        r = person_each(db, ask->release, look, &x, e);
        release_done(&x.r);
        take(&c, &x.call, ask->limit);
        c.nunconfirmed = c.n;
        take(&c, &x.unconfirmed, ask->limit);
        c.nunconfirmed = c.n - c.nunconfirmed;
        for (size_t i = 0; i < c.n && r == 0; i++)
                r = person_card(db, c.v[i].p.delivery, &c.v[i].card, e);
        if (r < 0)
                return r;
        *ret = c;
        c = (struct calls){0};
        return 0;
}

int64_t calls_to_make(const struct calls *c)
{
        return c->found[CALLS_LOST] + c->found[CALLS_UNDECIDED] + c->found[CALLS_WAITING] +
               c->found[CALLS_STOPPED];
}

/* --- in words ------------------------------------------------------------------------------ */

/* What a server said, in plain words; without an answer, what happened on the way. */
static void said(const struct person_card *c, enum lang lang, char out[CALLS_TEXT_MAX])
{
        if (!c->code && !c->enhanced[0] && c->reply[0])
                said_text(c->reply, lang, out, CALLS_TEXT_MAX);
        else
                snprintf(out, CALLS_TEXT_MAX, "%s",
                         reason_plain((int) c->code, c->enhanced, c->reply, lang));
}

/* NULL: what was said tells it. */
static const char *known(const struct person_card *c, enum lang lang)
{
        switch (c->d.state) {
        case DELIVERY_SUPPRESSED: return delivery_reason_text(c->d.reason, lang);
        case DELIVERY_RELAYED:
                if (strcmp(c->action, "relayed") == 0 || strcmp(c->action, "expanded") == 0)
                        return msg_text(lang, "handed on there to where no reports come from");
                return strcmp(c->action, "delayed") == 0
                               ? NULL
                               : msg_text(lang, "nothing was heard of it since");
        case DELIVERY_EXPIRED: return c->kind[0] ? NULL : msg_text(lang, "it was never tried");
        case DELIVERY_QUEUED:
        case DELIVERY_SENDING: return c->kind[0] ? NULL : msg_text(lang, "not tried yet");
        default: return NULL;
        }
}

const char *calls_reason(const struct calls_line *l, enum lang lang, char out[CALLS_TEXT_MAX])
{
        const char *why = known(&l->card, lang);

        if (why)
                snprintf(out, CALLS_TEXT_MAX, "%s", why);
        else
                said(&l->card, lang, out);
        return out;
}

/* 10 digits from 03, 05, 07, 08 or 09, with +84 or 84 for the 0. */
static bool is_mobile(const char *p, size_t n)
{
        char digit[16];
        size_t k = 0;

        for (size_t i = 0; i < n && k < sizeof(digit); i++)
                if (p[i] >= '0' && p[i] <= '9')
                        digit[k++] = p[i];
        if (k == 11 && digit[0] == '8' && digit[1] == '4')
                return strchr("35789", digit[2]);
        return k == 10 && digit[0] == '0' && strchr("35789", digit[1]);
}

static void add_numbers(const char *phone, bool mobile, char out[CALLS_TEXT_MAX])
{
        while (*phone) {
                size_t blank = strspn(phone, " ;,/"), used = strlen(out), n, end;

                phone += blank;
                end = n = strcspn(phone, ";,/");
                while (n && phone[n - 1] == ' ')
                        n--;
                if (n && is_mobile(phone, n) == mobile)
                        snprintf(out + used, CALLS_TEXT_MAX - used, "%s%.*s", used ? "; " : "",
                                 (int) n, phone);
                phone += end;
        }
}

const char *calls_phone(const char *phone, char out[CALLS_TEXT_MAX])
{
        char safe[CALLS_TEXT_MAX / 2];

        text_escape(phone, safe, sizeof(safe));
        out[0] = '\0';
        add_numbers(safe, true, out);
        add_numbers(safe, false, out);
        return out;
}

const char *call_outcome_text(enum call_outcome o, enum lang lang)
{
        static const char *const text[CALL_OUTCOMES] = {
                [CALL_REACHED] = N_("reached by telephone"),
                [CALL_NO_ANSWER] = N_("no answer"),
                [CALL_LEFT_WORD] = N_("word left"),
                [CALL_NEW_ADDRESS] = N_("new address"),
        };

        return msg_text(lang, text[o]);
}

/* "07:26" of today, else with the day. */
static void call_time(int64_t at, int64_t now, enum lang lang, char out[MOMENT_MAX])
{
        char day[MOMENT_MAX], today[MOMENT_MAX];
        char *clock;

        moment_show(at, lang, out);
        clock = strchr(out, ':');
        if (strcmp(moment_date(at, day), moment_date(now, today)) == 0 && clock && clock >= out + 2)
                snprintf(today, sizeof(today), "%.5s", clock - 2);
        else
                snprintf(today, sizeof(today), "%s", out);
        memcpy(out, today, sizeof(today));
}

const char *calls_last(const struct call *c, int64_t now, enum lang lang, char out[CALLS_TEXT_MAX])
{
        char at[MOMENT_MAX], note[CALLS_TEXT_MAX / 2], by[128];

        out[0] = '\0';
        if (!c->id)
                return out;
        call_time(c->at, now, lang, at);
        text_escape(c->by, by, sizeof(by));
        text_escape(c->note, note, sizeof(note));
        snprintf(out, CALLS_TEXT_MAX, "%s: %s%s%s (%s)%s%s", at,
                 call_outcome_text(c->outcome, lang), c->address[0] ? " " : "", c->address, by,
                 note[0] ? ": " : "", note);
        return out;
}

void calls_cut(char *s, size_t columns)
{
        size_t all = strlen(s), n = all;

        if (text_width(s) <= columns || all < strlen("…"))
                return;
        while (n && (text_width(s) >= columns || all - n < strlen("…"))) {
                do
                        n--;
                while (n && ((unsigned char) s[n] & 0xc0) == 0x80);
                s[n] = '\0';
        }
        memcpy(s + n, "…", sizeof("…"));
}
