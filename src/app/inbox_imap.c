// SPDX-License-Identifier: MIT
#include "inbox_internal.h"

#include "press/clock.h"
#include "press/log.h"
#include "press/mem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WAIT_MS    (30 * CLOCK_S) /* for the next byte */
#define COMMAND_MS (5 * CLOCK_MIN)
#define SUSPICIONS 2 /* a fetch that breaks twice on one mail alone is the mail's */
#define SECRET_MAX 1024

int inbox_imap_open(const struct config_inbox *in, int stop_fd, struct imap **ret, struct err *e)
{
        struct imap_opts o = {.host = in->host,
                              .connect = in->connect,
                              .port = in->port,
                              .tls = in->tls_first              ? IMAP_TLS_FIRST
                                     : in->tls == INBOX_TLS_OFF ? IMAP_TLS_OFF
                                                                : IMAP_TLS_STARTTLS,
                              .ca_file = in->ca_file,
                              .username = in->username,
                              .wait_ms = WAIT_MS,
                              .command_ms = COMMAND_MS,
                              .stop_fd = stop_fd};
        char secret[SECRET_MAX];
        int r = config_secret(in->password_file, secret, sizeof(secret), e);

        if (r < 0)
                return r;
        o.password = secret;
        r = imap_open(&o, ret, e);
        explicit_bzero(secret, sizeof(secret));
        return r;
}

static int open_box(struct reader *rd, struct box *b, struct err *e)
{
        int r = inbox_imap_open(b->cfg, rd->stop_fd, &b->imap, e);

        if (r == 0)
                r = imap_folder(b->imap, b->cfg->done, &b->done, e);
        if (r == 0)
                r = imap_folder(b->imap, b->cfg->people, &b->people, e);
        if (r == 0)
                r = imap_select(b->imap, b->cfg->folder, e);
        return r;
}

/* --- a group of mails ------------------------------------------------------------------- */

struct group {
        struct letter letter[RETURNS_MANY];
        size_t n;
};

static void group_free(struct group **g)
{
        if (*g) {
                letters_done((*g)->letter, (*g)->n);
                free(*g);
        }
}

static void keep(void *ctx, uint32_t uid, const char *p, size_t n)
{
        struct group *g = ctx;

        for (size_t i = 0; i < g->n; i++)
                if (g->letter[i].uid == uid)
                        return; /* told twice */
        if (g->n < RETURNS_MANY)
                g->letter[g->n++] =
                        (struct letter){.uid = uid, .mail = mem_dup(p, n ? n : 1), .n = n};
}

static int by_number(const void *a, const void *b)
{
        const uint32_t *x = a, *y = b;

        return (*x > *y) - (*x < *y);
}

/* uid in order. */
static int move_away(struct box *b, const uint32_t *uid, size_t n, const char *folder,
                     struct err *e)
{
        int r = imap_move(b->imap, uid, n, folder, e);

        if (r < 0)
                return r;
        b->moved = mem_realloc(b->moved, b->nmoved + n, sizeof(*uid));
        memcpy(b->moved + b->nmoved, uid, n * sizeof(*uid));
        b->nmoved += n;
        return 0;
}

/*
 * A server may say yes to a move and keep the mail where it is, as some do where we may not
 * delete. To take it once more would put another copy into the folder each time, without end.
 * What was moved before leaves the listing; what is gone is forgotten.
 */
static void leave_moved(struct box *b, uint32_t *uid, size_t *n)
{
        size_t others = 0, kept = 0;

        if (b->moved_validity != imap_uidvalidity(b->imap))
                b->nmoved = 0;
        b->moved_validity = imap_uidvalidity(b->imap);
        if (b->nmoved == 0)
                return;
        qsort(b->moved, b->nmoved, sizeof(*uid), by_number);
        qsort(uid, *n, sizeof(*uid), by_number);
        for (size_t i = 0, k = 0; i < *n; i++) {
                while (k < b->nmoved && b->moved[k] < uid[i])
                        k++;
                if (k < b->nmoved && b->moved[k] == uid[i])
                        b->moved[kept++] = b->moved[k++];
                else
                        uid[others++] = uid[i];
        }
        b->nmoved = kept;
        *n = others;
}

static int move_some(struct box *b, struct moves *m, const char *folder, struct err *e)
{
        int r = 0;

        qsort(m->uid, m->n, sizeof(*m->uid), by_number);
        if (m->n)
                r = move_away(b, m->uid, m->n, folder, e);
        m->n = 0;
        return r;
}

/*
 * Some hundred at a time: what a move costs a server grows with its folders. What a crash leaves
 * behind is known by its bytes when it is read again.
 */
static int move_all(struct box *b, struct err *e)
{
        int r = move_some(b, &b->to_done, b->done, e);

        return r < 0 ? r : move_some(b, &b->to_people, b->people, e);
}

static void move_later(struct box *b, const struct group *g, const int *to)
{
        for (size_t i = 0; i < g->n; i++) {
                struct moves *m = to[i] == RETURNS_PEOPLE ? &b->to_people : &b->to_done;

                if (to[i] >= 0)
                        m->uid[m->n++] = g->letter[i].uid;
        }
}

/* Fetch, commit; the move comes later. */
static int handle(struct reader *rd, struct box *b, const uint32_t *uid, size_t n, struct err *e)
{
        CLEANUP(group_free) struct group *g = mem_zalloc(sizeof(*g));
        int to[RETURNS_MANY], r;

        if (b->to_done.n + b->to_people.n + n > INBOX_MOVES) {
                r = move_all(b, e);
                if (r < 0)
                        return r;
        }
        r = imap_fetch(b->imap, uid, n, REPORT_BYTES, keep, g, e);
        if (r < 0 && r != -EINTR) {
                if (n == 1) {
                        b->suspicions = b->suspect == uid[0] ? b->suspicions + 1 : 1;
                        b->suspect = uid[0];
                        b->suspect_validity = imap_uidvalidity(b->imap);
                }
                b->careful = true;
        }
        if (r < 0 || g->n == 0)
                return r;
        r = inbox_take(rd, b, g->letter, g->n, to, e);
        move_later(b, g, to);
        return r;
}

/* What cannot be fetched is for people, unseen: the mails behind it must not wait (R110). */
static int put_suspect_away(struct box *b, struct err *e)
{
        int r = 0;

        if (b->suspicions >= SUSPICIONS && b->suspect_validity == imap_uidvalidity(b->imap)) {
                log_warning("inbox %s: mail %u cannot be fetched; put into %s", b->cfg->name,
                            b->suspect, b->people);
                r = move_away(b, &b->suspect, 1, b->people, e);
                b->suspect = 0;
                b->suspicions = 0;
        }
        return r;
}

/* --- a look ------------------------------------------------------------------------------- */

/* Groups of what fits into memory. */
static int handle_sized(struct reader *rd, struct box *b, const struct imap_mail *v, size_t n,
                        struct err *e)
{
        size_t most = b->careful ? 1 : RETURNS_MANY;

        for (size_t i = 0, k; i < n; i = k) {
                uint32_t uid[RETURNS_MANY];
                size_t bytes = 0;
                int r;

                for (k = i; k < n && k - i < most && (k == i || bytes < INBOX_GROUP_BYTES); k++) {
                        uid[k - i] = v[k].uid;
                        bytes += v[k].bytes < REPORT_BYTES ? v[k].bytes : REPORT_BYTES;
                }
                r = inbox_stopped(rd) ? -EINTR : handle(rd, b, uid, k - i, e);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* All that is there now. */
static int sweep(struct reader *rd, struct box *b, struct err *e)
{
        CLEANUP(mem_free) uint32_t *uid = NULL;
        struct imap_mail mail[IMAP_BATCH];
        size_t n = 0;
        int r = imap_uids(b->imap, &uid, &n, e);

        if (r == 0)
                leave_moved(b, uid, &n);
        for (size_t i = 0; i < n && r == 0; i += IMAP_BATCH) {
                size_t some = n - i < IMAP_BATCH ? n - i : IMAP_BATCH, got = 0;

                r = imap_sizes(b->imap, uid + i, some, mail, &got, e);
                if (r == 0)
                        r = handle_sized(rd, b, mail, got, e);
        }
        if (r == 0)
                return move_all(b, e);
        if (!rd->broken && r != -EINTR)
                move_all(b, NULL); /* as far as the connection still goes */
        return r;
}

static int look_into(struct reader *rd, struct box *b, struct err *e)
{
        int r = put_suspect_away(b, e);

        while (r == 0) {
                b->left = b->taken = 0;
                r = sweep(rd, b, e);
                if (b->taken == 0)
                        break; /* nothing came meanwhile */
        }
        if (r < 0)
                return r;
        b->careful = false;
        if (b->nmoved)
                return err_set(e, -EREMOTEIO,
                               "mailbox server %s keeps %zu mails in “%s” although it said that "
                               "it moved them: may %s delete there?",
                               b->cfg->host, b->nmoved, b->cfg->folder, b->cfg->username);
        if (rd->once)
                return 0;
        r = b->no_idle ? -EOPNOTSUPP : imap_idle(b->imap, e);
        b->idling = r == 0;
        if (r == -EOPNOTSUPP) {
                b->no_idle = true;
                r = 0;
        }
        return r;
}

int inbox_imap_look(struct reader *rd, struct box *b, struct err *e)
{
        int r = 0;

        if (b->idling)
                r = imap_idle_end(b->imap, e);
        b->idling = false;
        if (r == 0 && !b->imap)
                r = open_box(rd, b, e);
        if (r == 0)
                r = look_into(rd, b, e);
        if (r < 0)
                box_close(b);
        return r;
}
