// SPDX-License-Identifier: MIT
#include "press/preview.h"

#include "press/addr.h"
#include "press/caller.h"
#include "press/letter.h"
#include "press/mem.h"
#include "submit_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE 500

/* Moments, audience, letter: what send does before it stores. */
static int prepare(struct submission *s, struct db *db, bool rehearsal, struct letter **ret,
                   struct err *e)
{
        size_t n;
        int r = submission_moments(s, e);

        if (r == 0)
                r = submission_resolve(s, db, e);
        if (r == 0)
                r = submission_compose(s, rehearsal, e);
        if (r < 0)
                return r;
        n = s->letter.n;
        return letter_load(TAKE(s->letter.bytes), n, s->letter.cuts, ret, e);
}

/* Calls fn for everybody in the audience until it returns non-zero, which is returned. */
static int each(const struct submission *s, struct db *db,
                int (*fn)(void *ctx, const struct contact *c, struct err *e), void *ctx,
                struct err *e)
{
        int64_t after = 0;

        for (;;) {
                CLEANUP(contact_list_done) struct contact_list page = {0};
                int r = selection_page(db, s->audience, s->early, after, PAGE, &page, e);

                for (size_t i = 0; r == 0 && i < page.n; i++)
                        r = fn(ctx, &page.v[i], e);
                if (r != 0 || page.n == 0)
                        return r;
                after = page.v[page.n - 1].id;
        }
}

static int64_t moment_of(const struct submission *s, const struct contact *c)
{
        int64_t t = s->t_at > s->now ? s->t_at : s->now;

        return !c->early && s->t_embargo > t ? s->t_embargo : t;
}

/* Takes the stuffed dots out again: a dot at the beginning of a line was doubled for SMTP. */
static int add_unstuffed(struct buf *out, const struct spliced *sp)
{
        bool line_start = true;

        for (size_t i = 0; i < sp->n; i++)
                for (size_t k = 0; k < sp->v[i].n; k++) {
                        char ch = sp->v[i].p[k];

                        if (!(ch == '.' && line_start))
                                buf_addc(out, ch);
                        line_start = ch == '\n';
                }
        return out->over ? -E2BIG : 0;
}

static int add_letter(const struct submission *s, const struct letter *l, const struct contact *c,
                      struct buf *out, struct err *e)
{
        CLEANUP(spliced_done) struct spliced sp = {0};
        char id[40];

        snprintf(id, sizeof(id), "preview-%lld", (long long) c->id);
        letter_splice(l,
                      &(struct letter_recipient){
                              .address = c->email,
                              .name = c->name,
                              .org = c->org,
                              .title = c->title,
                              .role = c->role,
                              .moment = moment_of(s, c),
                              .message_id = id,
                              .early = c->early,
                      },
                      &sp);
        if (add_unstuffed(out, &sp) < 0)
                return err_set(e, -E2BIG, "the letter is too large to be shown");
        return 0;
}

/* --- one letter ---------------------------------------------------------------------- */

struct wanted {
        const char *address;
        struct contact found; /* id 0: not yet */
};

static int look_for(void *ctx, const struct contact *c, struct err *e)
{
        struct wanted *w = ctx;

        (void) e;
        if (strcasecmp(c->email, w->address) != 0)
                return 0;
        w->found = contact_copy(c);
        return 1;
}

int preview(struct submission *s, struct db *db, const char *address, struct buf *out,
            struct err *e)
{
        CLEANUP(letter_free) struct letter *l = NULL;
        struct wanted w = {0};
        struct addr a;
        int r = addr_parse(address, &a, e);

        if (r < 0) {
                err_at(e, "--as", 0);
                return r;
        }
        w.address = a.mailbox;
        r = prepare(s, db, false, &l, e);
        if (r == 0)
                r = each(s, db, look_for, &w, e);
        if (r < 0)
                return r;
        if (r == 0)
                return err_set(e, -ENOENT,
                               "%s is not in the audience; “pressctl audience EXPR” "
                               "lists it",
                               a.mailbox);
        if (w.found.reason)
                r = err_set(e, -EINVAL,
                            "%s is in the audience, but on the stop list or without a "
                            "usable address: nothing would be sent",
                            a.mailbox);
        else
                r = add_letter(s, l, &w.found, out, e);
        contact_done(&w.found);
        return r;
}

/* --- a Maildir of all ---------------------------------------------------------------- */

struct rehearsal {
        const struct submission *s;
        const struct letter *l;
        const char *folder;
        int64_t n;
};

static int failed(struct err *e, const char *path)
{
        int code = -errno;

        return err_set(e, code, "%s cannot be written: %s", path, strerror(errno));
}

static int write_letter(const struct rehearsal *rh, const struct contact *c, const struct buf *b,
                        struct err *e)
{
        CLEANUP(mem_free)
        char *tmp = mem_printf("%s/tmp/%lld.%lld.press", rh->folder, (long long) rh->s->now,
                               (long long) c->id);
        CLEANUP(mem_free)
        char *new = mem_printf("%s/new/%lld.%lld.press", rh->folder, (long long) rh->s->now,
                               (long long) c->id);
        int fd = caller_open(tmp, O_WRONLY | O_CREAT | O_EXCL, 0600);
        FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
        bool ok;

        if (!f)
                return failed(e, tmp);
        for (size_t i = 0; i < b->len; i++) /* a Maildir has the line ends of this system */
                if (b->s[i] != '\r')
                        putc(b->s[i], f);
        ok = fclose(f) == 0;
        caller_begin();
        ok = ok && rename(tmp, new) == 0;
        caller_end();
        return ok ? 0 : failed(e, new);
}

static int rehearse_one(void *ctx, const struct contact *c, struct err *e)
{
        CLEANUP(buf_done) struct buf b = BUF(PREVIEW_MAX);
        struct rehearsal *rh = ctx;
        int r;

        if (c->reason)
                return 0;
        r = add_letter(rh->s, rh->l, c, &b, e);
        if (r == 0)
                r = write_letter(rh, c, &b, e);
        rh->n += r == 0;
        return r;
}

static int make_maildir(const char *folder, struct err *e)
{
        static const char *const parts[] = {"", "/cur", "/new", "/tmp"};

        for (size_t i = 0; i < COUNT_OF(parts); i++) {
                CLEANUP(mem_free) char *path = mem_printf("%s%s", folder, parts[i]);
                bool made;

                caller_begin();
                made = mkdir(path, 0700) == 0 || errno == EEXIST;
                caller_end();
                if (!made)
                        return failed(e, path);
        }
        return 0;
}

int rehearse(struct submission *s, struct db *db, const char *folder, int64_t *ret_n, struct err *e)
{
        CLEANUP(letter_free) struct letter *l = NULL;
        struct rehearsal rh = {.s = s, .folder = folder};
        int r = prepare(s, db, true, &l, e);

        if (r == 0)
                r = make_maildir(folder, e);
        rh.l = l;
        if (r == 0)
                r = each(s, db, rehearse_one, &rh, e);
        if (r < 0)
                return r;
        *ret_n = rh.n;
        return 0;
}
