// SPDX-License-Identifier: MIT
#include "press/report.h"

#include "report_internal.h"

#include "press/mem.h"
#include "press/msg.h"
#include "press/text.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define EFFORT 600 /* a notice of 8 kB costs one; see notice_about() */

static const char *const actions[REPORT_ACTIONS] = {
        [REPORT_FAILED] = "failed",       [REPORT_DELAYED] = "delayed",
        [REPORT_DELIVERED] = "delivered", [REPORT_RELAYED] = "relayed",
        [REPORT_EXPANDED] = "expanded",   [REPORT_COMPLAINED] = "complaint",
        [REPORT_REPLIED] = "autoreply",
};
static const char *const classes[REPORT_CLASSES] = {
        [REPORT_INVALID] = "invalid",     [REPORT_MAILBOX] = "mailbox", [REPORT_POLICY] = "policy",
        [REPORT_TRANSIENT] = "transient", [REPORT_UNCLEAR] = "unclear",
};

const char *report_action_name(enum report_action a)
{
        assert((unsigned) a < REPORT_ACTIONS);
        return actions[a];
}

const char *report_class_name(enum report_class c)
{
        assert((unsigned) c < REPORT_CLASSES);
        return classes[c];
}

void report_done(struct report *r)
{
        free(r->row);
        *r = (struct report){0};
}

void report_prepare(void)
{
        decode_prepare();
}

struct report_row *report_row(struct report *r, const char *address)
{
        for (size_t i = 0; i < r->rows; i++)
                if (strcasecmp(r->row[i].address, address) == 0)
                        return &r->row[i];
        if (r->rows == REPORT_ROWS)
                return NULL;
        if (r->rows % 16 == 0)
                r->row = mem_realloc(r->row, r->rows + 16, sizeof(*r->row));
        r->row[r->rows] = (struct report_row){.class = REPORT_UNCLEAR};
        snprintf(r->row[r->rows].address, ADDR_MAX, "%s", address);
        return &r->row[r->rows++];
}

/* --- whose it is ---------------------------------------------------------------------- */

static void show(const char *block, const char *name, char *out, size_t size)
{
        char value[4 * REPORT_ID_MAX];

        field_get(block, name, 0, value, sizeof(value));
        text_escape(value, out, size);
}

/* Who answers without In-Reply-To names the thread; its last is what is answered. */
static void last_reference(const char *block, char *out, size_t size)
{
        char value[4 * REPORT_ID_MAX];
        const char *last;

        field_get(block, "References", 0, value, sizeof(value));
        last = strrchr(value, '<');
        if (last)
                text_escape(last, out, size);
}

static void add_paths(const char *block, const char *name, struct report *r, size_t *n)
{
        char value[4096];
        struct found f;

        for (unsigned nth = 0; nth < 8 && field_get(block, name, nth, value, sizeof(value));
             nth++) {
                size_t pos = 0;

                while (*n < REPORT_PATHS && address_next(value, strlen(value), &pos, &f)) {
                        char *to = r->path[*n];
                        bool known = false;

                        address_copy(&f, to);
                        for (size_t i = 0; i < *n; i++)
                                known = known || strcasecmp(r->path[i], to) == 0;
                        *n += to[0] && !known;
                        if (!to[0] || known)
                                to[0] = '\0';
                }
        }
}

static void read_ids(const struct returned *m, struct report *r)
{
        static const char *const heads[] = {"X-Original-To", "Delivered-To", "Envelope-To", "To"};
        static const char *const originals[] = {"Return-Path", "X-Envelope-From", "Envelope-From"};
        char from[1024];
        struct found f;
        size_t pos = 0, n = 0;

        field_get(m->head.s, "From", 0, from, sizeof(from));
        while (address_next(from, strlen(from), &pos, &f))
                address_copy(&f, r->from); /* the last one: a name may look like an address */
        show(m->head.s, "Subject", r->subject, sizeof(r->subject));
        show(m->head.s, "Message-ID", r->own_id, sizeof(r->own_id));
        show(m->head.s, "List-Id", r->own_list, sizeof(r->own_list));
        show(m->status.s, "Original-Envelope-Id", r->envid, sizeof(r->envid));
        if (!r->envid[0])
                show(m->feedback.s, "Original-Envelope-Id", r->envid, sizeof(r->envid));
        show(m->original.s, "Message-ID", r->message_id, sizeof(r->message_id));
        show(m->original.s, "List-Id", r->list_id, sizeof(r->list_id));
        if (!r->message_id[0])
                show(m->receipt.s, "Original-Message-ID", r->message_id, sizeof(r->message_id));
        if (!r->message_id[0])
                show(m->head.s, "In-Reply-To", r->message_id, sizeof(r->message_id));
        if (!r->message_id[0])
                last_reference(m->head.s, r->message_id, sizeof(r->message_id));
        for (size_t i = 0; i < COUNT_OF(heads); i++)
                add_paths(m->head.s, heads[i], r, &n);
        for (size_t i = 0; i < COUNT_OF(originals); i++)
                add_paths(m->original.s, originals[i], r, &n);
        add_paths(m->feedback.s, "Original-Mail-From", r, &n);
        add_paths(m->status.s, "X-Postfix-Sender", r, &n);
}

/* "External mail: do not click links" says nothing about a link that a server refused. */
static void hide_banner(char *text)
{
        for (unsigned lines = 0; *text && lines < 8; lines++) {
                size_t n = strcspn(text, "\n");
                CLEANUP(mem_free) char *f = fold_text(text, n < 400 ? n : 400);
                struct codes c;

                codes_read(text, n, &c);
                if (!memchr(text, '@', n) && !c.reply && !c.enhanced[0] &&
                    phrase_any(said_banner, f))
                        memset(text, ' ', n);
                text += n + (text[n] == '\n');
        }
}

/* The original where it is quoted in the notice itself. */
static void find_original(struct returned *m)
{
        const char *p = m->notice.s + m->end;
        CLEANUP(buf_done) struct buf block = BUF(64u << 10);

        if (m->original.len || !*p)
                return;
        for (int lines = 0; *p && lines < 12; lines++) { /* from the mark to the first field */
                size_t n = strcspn(p, "\n"), name = strcspn(p, " :\n");

                if (name && p[name] == ':' && strncmp(p, "---", 3) != 0)
                        break;
                p += n + (p[n] == '\n');
        }
        report_unfold(p, strlen(p), &block);
        decode_words(block.s, block.len, &m->original);
}

/* --- rows ------------------------------------------------------------------------------- */

/* Status fields that stand in the text, where a gateway took the parts apart. */
static const char *status_in_text(const struct returned *m)
{
        const char *p = m->notice.s;
        size_t end = m->end;

        while ((p = strcasestr(p, "Final-Recipient:"))) {
                if ((size_t) (p - m->notice.s) >= end)
                        return NULL;
                if (p == m->notice.s || p[-1] == '\n')
                        return p;
                p++;
        }
        return NULL;
}

/* The address that a server's words name, such as it is there in "<>". */
static bool name_in(const struct returned *m, const char *words, char *out)
{
        struct found f;
        size_t pos = 0;

        while (address_next(words, strlen(words), &pos, &f)) {
                address_copy(&f, out);
                if (out[0] && !address_of_machine(out) && !is_own(m, out))
                        return true;
        }
        return false;
}

/* A status that names nobody who can be written to takes the notice's addresses. */
static void name_the_nameless(const struct returned *m, struct report *r, struct report_row *spare)
{
        CLEANUP(report_done) struct report words = {0};
        struct report_row said = {0};
        char address[ADDR_MAX];
        size_t kept = 0;

        for (size_t i = 0; i < r->rows; i++)
                if (r->row[i].address[0])
                        r->row[kept++] = r->row[i];
                else
                        said = r->row[i];
        if (kept == r->rows)
                return;
        r->rows = kept;
        if (kept)
                return;
        *spare = said;
        notice_read(m, &words);
        if (!words.rows && name_in(m, said.diagnostic, address))
                report_row(&words, address);
        for (size_t i = 0; i < words.rows; i++) {
                struct report_row *row = report_row(r, words.row[i].address);

                *row = words.rows == 1 ? said : words.row[i];
                row->action = said.action;
                snprintf(row->address, sizeof(row->address), "%s", words.row[i].address);
        }
}

/* *spare: what fields say of nobody. */
static void read_status(struct returned *m, struct report *r, struct report_row *spare)
{
        const char *inside = m->status.len ? NULL : status_in_text(m);

        if (m->status.len)
                status_read(m, m->status.s, r);
        else if (inside)
                status_read(m, inside, r);
        else if (m->receipt.len)
                status_read(m, m->receipt.s, r);
        name_the_nameless(m, r, spare);
        if (!r->rows) {
                m->worded = true;
                notice_read(m, r);
        }
}

/* What the reply's first digit gives; no code: what its kind of failure has (RFC 3463 x.0.0). */
static void complete(struct report_row *row)
{
        char first = '5';

        if (row->enhanced[0] || row->action == REPORT_COMPLAINED || row->action == REPORT_REPLIED)
                return;
        if (row->code && row->action != REPORT_DELAYED)
                first = (char) ('0' + row->code / 100);
        else if (row->action == REPORT_DELAYED || row->class == REPORT_TRANSIENT)
                first = '4';
        if (row->action == REPORT_DELIVERED || row->action == REPORT_RELAYED ||
            row->action == REPORT_EXPANDED)
                first = '2';
        snprintf(row->enhanced, sizeof(row->enhanced), "%c.0.0", first);
}

static void set_trouble(struct report *r, const char *msgid)
{
        r->kind = REPORT_UNREADABLE;
        snprintf(r->trouble, sizeof(r->trouble), "%s", msgid);
}

/* A field that was cut, or a quoted local part, may hold what cannot be shown. */
static void tidy(char *address)
{
        CLEANUP(mem_free) char *copy = NULL;
        struct text_bad bad;

        if (text_clean(address, 0, &bad))
                return;
        copy = mem_strdup(address);
        text_escape(copy, address, ADDR_MAX);
}

static void tidy_all(struct report *r)
{
        tidy(r->from);
        for (size_t i = 0; i < REPORT_PATHS; i++)
                tidy(r->path[i]);
        for (size_t i = 0; i < r->rows; i++) {
                tidy(r->row[i].address);
                tidy(r->row[i].original);
        }
}

/* The part for machines that its head announces is not there, or says nothing of anybody. */
static bool is_without_status(const struct returned *m)
{
        return m->worded && strcmp(m->type, "multipart/report") == 0 &&
               strcmp(m->report_type, "delivery-status") == 0;
}

/* What a cut mail does not say outright its lost end may have denied: "… will be tried again". */
static void doubt(const struct returned *m, struct report *r)
{
        CLEANUP(mem_free) char *all = fold_text(m->notice.s, m->end < 16384 ? m->end : 16384);
        bool ended = m->status.len || phrase_any(said_final, all) || phrase_any(said_returned, all);
        size_t kept = 0;

        for (size_t i = 0; i < r->rows; i++) {
                const struct report_row *row = &r->row[i];
                bool said = row->code || row->stated || row->class != REPORT_UNCLEAR;

                if (row->action == REPORT_DELIVERED)
                        said = !m->worded; /* "handed on" has the same subject */
                else if (row->action != REPORT_FAILED || !m->cut)
                        said = true;
                else if (row->enhanced[0] == '2')
                        said = false;
                else if (row->class == REPORT_TRANSIENT && row->code < 500 && !ended)
                        said = false;
                if (said)
                        r->row[kept++] = *row;
        }
        r->rows = kept;
}

/*
 * A status that names nobody says something all the same, to whoever knows by its path whom it
 * is about: that the letter failed or is late. A success is not believed in words alone.
 */
static void keep_nameless(const struct returned *m, struct report *r, struct report_row *row)
{
        if (m->cut || (row->action == REPORT_ACTIONS && !notice_nameless(m, row)))
                return;
        complete(row);
        r->rows = 0;
        *report_row(r, "") = *row;
}

static void read_rows(struct returned *m, struct report *r)
{
        struct report_row spare = {.action = REPORT_ACTIONS};

        if (r->kind == REPORT_STATUS) {
                read_status(m, r, &spare);
                if (m->cut || is_without_status(m))
                        doubt(m, r);
        } else if (r->kind == REPORT_COMPLAINT) {
                complaint_read(m, r);
        } else if (r->kind != REPORT_MAIL && r->kind != REPORT_FEEDBACK && r->from[0]) {
                struct report_row *row = report_row(r, r->from);

                row->action = REPORT_REPLIED;
                row->class = REPORT_UNCLEAR;
        }
        if (r->kind == REPORT_AUTOREPLY)
                away_read(m->notice.s, m->end, &r->away);
        for (size_t i = 0; i < r->rows; i++)
                complete(&r->row[i]);
        if (!r->rows && (r->kind == REPORT_STATUS || r->kind == REPORT_COMPLAINT)) {
                if (r->kind == REPORT_STATUS)
                        keep_nameless(m, r, &spare);
                set_trouble(r, N_("a report that names nobody"));
        }
}

void report_read(const char *p, size_t n, struct report *ret)
{
        CLEANUP(returned_done) struct returned m;
        struct report r = {0};
        int effort = EFFORT;

        report_load(p, n, &m);
        m.effort = &effort;
        if (m.notice.len)
                hide_banner(m.notice.s);
        m.end = notice_end(m.notice.s);
        if (m.trouble) {
                set_trouble(&r, m.trouble);
                read_ids(&m, &r);
                tidy_all(&r);
                *ret = r;
                return;
        }
        find_original(&m);
        r.kind = kind_of(&m);
        read_ids(&m, &r);
        read_rows(&m, &r);
        tidy_all(&r);
        *ret = r;
}
