// SPDX-License-Identifier: MIT
/*
 * Notices in words: the addresses of the best rank are the ones it is about, so that a rule holds
 * for systems never seen.
 */
#include "report_internal.h"

#include "press/mem.h"
#include "press/text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define CANDIDATES 200
#define LINE_SEEN  1000u /* bytes of a line that matter */

/* --- candidates -------------------------------------------------------------------------- */

struct candidate {
        char address[ADDR_MAX];
        enum rank rank;
        bool section_said, here_said;
        enum report_action section; /* of the last heading above it */
        enum report_action here;    /* in its own line */
};

struct candidates {
        struct candidate v[CANDIDATES];
        size_t n;
};

static bool names_in(const char *block, const char *field, const char *address)
{
        char value[2048];
        struct found f;
        size_t pos = 0;

        field_get(block, field, 0, value, sizeof(value));
        while (address_next(value, strlen(value), &pos, &f))
                if (f.n == strlen(address) && strncasecmp(f.p, address, f.n) == 0)
                        return true;
        return false;
}

bool is_own(const struct returned *m, const char *address)
{
        static const char *const heads[] = {
                "From", "To", "Delivered-To", "Return-Path", "X-Original-To", "Envelope-To",
        };
        static const char *const originals[] = {"From", "Sender", "Return-Path", "Reply-To"};

        for (size_t i = 0; i < COUNT_OF(heads); i++)
                if (names_in(m->head.s, heads[i], address))
                        return true;
        for (size_t i = 0; i < COUNT_OF(originals); i++)
                if (names_in(m->original.s, originals[i], address))
                        return true;
        return false;
}

/* "********@host.example" */
static bool is_masked(const char *address)
{
        return memchr(address, '*', strcspn(address, "@")) != NULL;
}

static void add_candidate(struct candidates *c, const struct candidate *new)
{
        for (size_t i = 0; i < c->n; i++)
                if (strcasecmp(c->v[i].address, new->address) == 0) {
                        if (new->rank > c->v[i].rank)
                                c->v[i] = *new;
                        return;
                }
        if (c->n < CANDIDATES)
                c->v[c->n++] = *new;
}

static bool refused_next(const char *after)
{
        const char *next = strpbrk(after, "\n");
        size_t skip = next ? strspn(next, "\n <>Received:-") : 0;

        return !next || next[skip] != '2';
}

/* "a@b.example, c@d.example and e@f.example" are named in one way. */
static bool is_one_list(const struct found *last, const struct found *next)
{
        const char *p = last->p;

        if (!p)
                return false;
        p += last->n;
        p += strspn(p, " ,;>\"')");
        if (strncmp(p, "and ", 4) == 0)
                p += 4;
        p += strspn(p, " <\"'(");
        return p == next->p;
}

/* Sendmail says it behind each address: "(relayed to non-DSN-aware mailer)". */
static void said_here(const char *folded, struct candidate *c)
{
        bool relayed = phrase_any(said_relayed, folded);

        c->here_said = relayed || phrase_any(said_expanded, folded);
        c->here = relayed ? REPORT_RELAYED : REPORT_EXPANDED;
}

/* Exim 1 to 3: unknown local-part "user" in domain "host.example". */
static void collect_in_two(const char *line, size_t n, struct candidate *now, struct candidates *c)
{
        const char *local = memmem(line, n, " \"", 2), *domain;
        size_t len;

        if (!local || !memmem(line, n, "local", 5) || memchr(line, '@', n))
                return;
        len = strcspn(local + 2, "\"\n");
        domain = local + 2 + len;
        if (strncmp(domain, "\" in domain \"", 13) != 0)
                return;
        domain += 13;
        snprintf(now->address, sizeof(now->address), "%.*s@%.*s", (int) len, local + 2,
                 (int) strcspn(domain, "\"\n"), domain);
        now->rank = ALONE;
        add_candidate(c, now);
}

static void collect(const struct returned *m, const char *text, size_t end, bool own,
                    struct candidates *c)
{
        struct candidate now = {.section_said = false};
        bool other = false; /* the line above: "for help write to:" */

        for (const char *p = text; p < text + end && *p;) {
                size_t n = strcspn(p, "\n"), seen = n < LINE_SEEN ? n : LINE_SEEN, pos = 0;
                CLEANUP(mem_free) char *f = fold_text(p, seen);
                struct found a, last = {0};

                if (strncmp(f, "---", 3) == 0 && words_action(f, &now.section))
                        now.section_said = true;
                collect_in_two(p, seen, &now, c);
                while (address_next(p, seen, &pos, &a)) {
                        address_copy(&a, now.address);
                        if (!is_one_list(&last, &a))
                                now.rank = rank_of(p, &a, p + seen);
                        last = a;
                        said_here(f, &now);
                        if ((other && now.rank == ALONE) ||
                            (strncmp(f, ">>> rcpt", 8) == 0 && !refused_next(p + n)))
                                now.rank = NOWHERE;
                        if (now.rank > NOWHERE && now.address[0] &&
                            !address_of_machine(now.address) && !is_masked(now.address) &&
                            (own || !is_own(m, now.address)))
                                add_candidate(c, &now);
                }
                if (*f)
                        other = announces_other(f);
                p += n + (p[n] == '\n');
        }
}

/* --- rows -------------------------------------------------------------------------------- */

/* false: it says nothing, and a status is there that says nothing either. */
static bool action_of_all(const struct returned *m, enum report_action *ret)
{
        size_t n = m->end;
        CLEANUP(mem_free) char *all = fold_text(m->notice.s, n < 16384 ? n : 16384);
        CLEANUP(mem_free) char *subject = NULL;
        char value[512];
        enum report_action of_subject;

        field_get(m->head.s, "Subject", 0, value, sizeof(value));
        subject = fold_text(value, strlen(value));
        if (words_action(subject, &of_subject) &&
            (of_subject == REPORT_DELAYED || of_subject == REPORT_DELIVERED ||
             of_subject == REPORT_RELAYED)) {
                *ret = of_subject;
                return true;
        }
        *ret = REPORT_FAILED;
        return words_action(all, ret) || !m->status.len;
}

/* `alone`: whatever code the notice gives is about this one. */
static void fill(const struct returned *m, struct report_row *row, bool alone)
{
        CLEANUP(buf_done) struct buf words = BUF(8192);
        struct codes c;

        notice_about(m, row->address, &words);
        codes_read(words.s, words.len, &c);
        if (alone && !c.reply && !c.enhanced[0]) {
                size_t n = m->end < 4000 ? m->end : 4000;

                buf_add(&words, m->notice.s, n);
                codes_read(m->notice.s, n, &c);
        }
        if (row->action == REPORT_FAILED && c.enhanced[0] == '2')
                c.enhanced[0] = '\0';
        row->code = c.reply;
        snprintf(row->enhanced, sizeof(row->enhanced), "%s", c.enhanced);
        row->stated = c.enhanced[0] != '\0';
        row->class = reason_class(row, words.s);
        if (row->class == REPORT_UNCLEAR && !c.enhanced[0]) {
                char subject[512];

                field_get(m->head.s, "Subject", 0, subject, sizeof(subject));
                row->class = reason_class(row, behind_tags(subject));
        }
        diagnostic_of(words.s, row->address, row->diagnostic);
}

static void add_row(const struct returned *m, struct report *r, const char *address,
                    enum report_action action, bool alone)
{
        struct report_row *row = report_row(r, address);

        if (!row)
                return;
        row->action = action;
        fill(m, row, alone);
}

/* Addresses that a field names. */
static size_t add_from_field(const struct returned *m, struct report *r, const char *block,
                             const char *name, bool only_one, enum report_action action)
{
        char value[8192], address[ADDR_MAX];
        struct found f;
        size_t pos = 0, n = 0;

        for (unsigned nth = 0; nth < 50 && field_get(block, name, nth, value, sizeof(value)); nth++)
                for (pos = 0; address_next(value, strlen(value), &pos, &f); n++)
                        if (!only_one || !n) {
                                address_copy(&f, address);
                                if (!only_one)
                                        add_row(m, r, address, action, only_one);
                        }
        if (only_one && n == 1)
                add_row(m, r, address, action, true);
        return n;
}

/* "for <a@b.example>;" in the Received fields of the original. */
static bool add_from_received(const struct returned *m, struct report *r, enum report_action action)
{
        char value[2048], address[ADDR_MAX];
        struct found f;

        for (unsigned nth = 0;
             field_get(m->original.s, "Received", nth, value, sizeof(value)) && nth < 20; nth++) {
                const char *p = strstr(value, " for <");
                size_t pos = 0;

                if (p && address_next(p, strcspn(p, ";"), &pos, &f)) {
                        address_copy(&f, address);
                        if (!is_own(m, address)) {
                                add_row(m, r, address, action, true);
                                return true;
                        }
                }
        }
        return false;
}

static bool in_original(const struct returned *m, const char *address)
{
        char value[4096];

        field_get(m->original.s, "To", 0, value, sizeof(value));
        return mentions(value, strlen(value), address);
}

static void add_candidates(const struct returned *m, const struct candidates *c, struct report *r,
                           enum report_action all)
{
        enum rank best = NOWHERE;
        bool ours = false, weak;

        for (size_t i = 0; i < c->n; i++) {
                if (c->v[i].rank > best)
                        best = c->v[i].rank;
                ours = ours || in_original(m, c->v[i].address);
        }
        weak = best <= IN_REPLY;
        for (size_t i = 0; i < c->n; i++) {
                const struct candidate *x = &c->v[i];
                enum report_action action = all;

                if (x->rank < best || (weak && ours && !in_original(m, x->address)) ||
                    (best == SOMEWHERE && r->rows))
                        continue;
                if (x->section_said)
                        action = x->section;
                if (x->here_said)
                        action = x->here;
                add_row(m, r, x->address, action, c->n == 1);
        }
}

/* An empty path, or else a server's reply and no path of a person. */
static bool is_by_server(const struct returned *m)
{
        char path[512];
        struct codes c;

        if (field_get(m->head.s, "Return-Path", 0, path, sizeof(path)))
                return !strchr(path, '@') || address_of_machine(path + strspn(path, "<"));
        codes_read(m->notice.s, m->end, &c);
        return c.reply >= 400 || c.enhanced[0];
}

bool notice_nameless(const struct returned *m, struct report_row *row)
{
        CLEANUP(mem_free) char *all = fold_text(m->notice.s, m->end < 16384 ? m->end : 16384);
        enum report_action action;

        if (!words_action(all, &action) || (action != REPORT_FAILED && action != REPORT_DELAYED))
                return false;
        *row = (struct report_row){.action = action, .class = REPORT_UNCLEAR};
        fill(m, row, true);
        return true;
}

static void rows_of_words(const struct returned *m, struct report *r)
{
        CLEANUP(mem_free) struct candidates *c = mem_zalloc(sizeof(*c));
        enum report_action all;
        size_t end = m->end;
        char subject[512];

        if (!action_of_all(m, &all))
                return;
        if (add_from_field(m, r, m->head.s, "X-Failed-Recipients", false, all))
                return;
        collect(m, m->notice.s, end, false, c);
        if (c->n == 1 || (c->n && c->v[0].rank > SOMEWHERE)) {
                add_candidates(m, c, r, all);
                return;
        }
        if (c->n)
                add_candidates(m, c, r, all);
        if (r->rows || add_from_field(m, r, m->original.s, "To", true, all) == 1 ||
            add_from_received(m, r, all))
                return;
        field_get(m->head.s, "Subject", 0, subject, sizeof(subject));
        collect(m, subject, strlen(subject), false, c);
        add_candidates(m, c, r, all);
        /* A letter to oneself; where no server speaks it is bait: "your mailbox is full". */
        if (r->rows || !(m->original.len || is_by_server(m)))
                return;
        collect(m, m->notice.s, end, true, c);
        add_candidates(m, c, r, all);
}

/*
 * 4yz, or no code and a reason that passes, and no word of an end: it is tried again, though
 * nobody says so (R105).
 */
static void believe_soft(const struct returned *m, struct report *r, size_t from)
{
        CLEANUP(mem_free) char *all = fold_text(m->notice.s, m->end < 16384 ? m->end : 16384);
        CLEANUP(mem_free) char *subject = NULL;
        char value[512];

        field_get(m->head.s, "Subject", 0, value, sizeof(value));
        subject = fold_text(value, strlen(value));
        if (phrase_any(said_returned, all) || phrase_any(said_returned, subject) ||
            phrase_any(said_final, all))
                return;
        for (size_t i = from; i < r->rows; i++) {
                struct report_row *row = &r->row[i];

                if (row->action == REPORT_FAILED &&
                    (row->stated ? row->enhanced[0] == '4'
                     : row->code ? row->code / 100 == 4
                                 : row->class == REPORT_TRANSIENT || row->class == REPORT_UNCLEAR))
                        row->action = REPORT_DELAYED;
        }
}

void notice_read(const struct returned *m, struct report *r)
{
        size_t before = r->rows;

        rows_of_words(m, r);
        believe_soft(m, r, before);
}
