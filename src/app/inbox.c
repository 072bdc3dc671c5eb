// SPDX-License-Identifier: MIT
#include "press/inbox.h"

#include "inbox_internal.h"

#include "press/clock.h"
#include "press/fault.h"
#include "press/log.h"
#include "press/mem.h"
#include "press/suppress.h"
#include "press/text.h"
#include "press/wake.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#define LEFT_MS       (5 * CLOCK_S)  /* a mail that could not be handled: again so soon */
#define POLL_MS       (10 * CLOCK_S) /* a mailbox that cannot tell of news */
#define QUIET_MS      (60 * CLOCK_S) /* one that can: whether it still lives (RFC 2177: < 29 min) */
#define AGAIN_MS      (1 * CLOCK_S)  /* after a first trouble */
#define LONGEST_MS    (5 * CLOCK_MIN) /* after many */
#define PASS_MS       (5 * CLOCK_MIN)
#define FAULT_WAIT_MS 1000

/* --- troubles --------------------------------------------------------------------------- */

/* The table is for doctor; that it cannot be written now stops no mail. why == NULL: it is over. */
static void fault_write(struct reader *rd, const struct box *b, const struct err *why)
{
        CLEANUP(tx_done) struct tx tx = {0};
        char key[FAULT_KEY_MAX];
        struct fault f;
        int r = tx_begin(&tx, rd->db, FAULT_WAIT_MS, NULL);

        fault_inbox_key(b->cfg->name, key);
        if (why)
                fault_make(&f, key, clock_wall(), why);
        if (r == 0)
                r = why ? fault_set(&tx, &f, NULL) : fault_clear_inbox(&tx, b->cfg->name, NULL);
        if (r == 0)
                tx_commit(&tx, NULL);
}

static void forget_faults(struct reader *rd)
{
        CLEANUP(tx_done) struct tx tx = {0};

        if (tx_begin(&tx, rd->db, FAULT_WAIT_MS, NULL) == 0 &&
            fault_clear_inbox(&tx, NULL, NULL) == 0)
                tx_commit(&tx, NULL);
}

/* Told once; a trouble of another kind is another trouble. */
static void trouble(struct reader *rd, struct box *b, const struct err *why)
{
        char english[ERR_TEXT_MAX], text[ERR_TEXT_MAX];

        err_text(why, LANG_EN, english, sizeof(english));
        text_escape(english, text, sizeof(b->trouble));
        if (b->troubled && strcmp(b->trouble, text) == 0)
                return;
        b->troubled = true;
        memcpy(b->trouble, text, sizeof(b->trouble));
        log_warning("inbox %s cannot be read: %s", b->cfg->name, english);
        fault_write(rd, b, why);
}

static void well(struct reader *rd, struct box *b)
{
        b->failures = 0;
        if (!b->troubled)
                return;
        b->troubled = false;
        b->trouble[0] = '\0';
        log_info("inbox %s is read again", b->cfg->name);
        fault_write(rd, b, NULL);
}

static int64_t backoff(unsigned failures)
{
        int64_t wait = AGAIN_MS;

        for (unsigned i = 1; i < failures && wait < LONGEST_MS; i++)
                wait *= 2;
        return wait < LONGEST_MS ? wait : LONGEST_MS;
}

/* --- mails -------------------------------------------------------------------------------- */

void letters_done(struct letter *v, size_t n)
{
        for (size_t i = 0; i < n; i++) {
                free(v[i].mail);
                free(v[i].name);
        }
}

bool inbox_stopped(const struct reader *rd)
{
        struct pollfd p = {.fd = rd->stop_fd, .events = POLLIN};

        return rd->stop_fd >= 0 && poll(&p, 1, 0) > 0;
}

/* While it lies with the database, and not with the mail or with us, waiting helps. */
static bool is_broken(int r)
{
        return r == -EIO || r == -EBADMSG || r == -EROFS || r == -EPROTO;
}

int inbox_take(struct reader *rd, struct box *b, const struct letter *v, size_t n, int *to,
               struct err *e)
{
        struct returns_mail mail[RETURNS_MANY];
        size_t counted[3] = {0}, stay = 0;
        int r;

        assert(n > 0 && n <= RETURNS_MANY);
        for (size_t i = 0; i < n; i++)
                mail[i] = (struct returns_mail){.mail = v[i].mail, .n = v[i].n, .result = -EAGAIN};
        r = returns_take_many(rd->returns, b->cfg->name, mail, n, clock_wall(), e);
        for (size_t i = 0; i < n; i++) {
                to[i] = mail[i].result == 0 ? (int) mail[i].to : -1;
                if (to[i] >= 0)
                        counted[to[i]]++;
                else
                        stay++;
        }
        b->left += stay;
        b->taken += n - stay;
        log_info("inbox %s done=%zu again=%zu people=%zu later=%zu", b->cfg->name,
                 counted[RETURNS_DONE], counted[RETURNS_AGAIN], counted[RETURNS_PEOPLE], stay);
        wake_notify_systemd("WATCHDOG=1"); /* a look into a full box takes longer than its limit */
        if (is_broken(r))
                rd->broken = r;
        return r;
}

/* --- boxes --------------------------------------------------------------------------------- */

void box_close(struct box *b)
{
        imap_close(&b->imap);
        free(b->done);
        free(b->people);
        b->done = b->people = NULL;
        b->to_done.n = b->to_people.n = 0;
        b->idling = false;
}

static void boxes_open(const struct config *c, struct box *box)
{
        int64_t now = clock_mono();

        for (size_t i = 0; i < c->ninbox; i++)
                box[i] = (struct box){.cfg = &c->inbox[i], .watch = -1, .next = now};
}

static void boxes_close(struct box *box, size_t n)
{
        for (size_t i = 0; i < n; i++) {
                box_close(&box[i]);
                free(box[i].moved);
                if (box[i].watch >= 0)
                        close(box[i].watch);
        }
}

static void drain(int fd)
{
        char bytes[4096];

        while (read(fd, bytes, sizeof(bytes)) > 0)
                ;
}

/* One look, and when the next one is due. */
static int look(struct reader *rd, struct box *b, struct err *e)
{
        int r;

        b->left = 0;
        if (b->watch >= 0)
                drain(b->watch);
        r = b->cfg->maildir[0] ? inbox_maildir_look(rd, b, e) : inbox_imap_look(rd, b, e);
        if (r == -EINTR)
                return r;
        if (r == 0) {
                well(rd, b);
                b->next = clock_mono() + (b->left                      ? LEFT_MS
                                          : b->idling || b->watch >= 0 ? QUIET_MS
                                                                       : POLL_MS);
                return 0;
        }
        trouble(rd, b, e);
        b->failures++;
        b->next = clock_mono() + backoff(b->failures);
        return r;
}

/* Which boxes have news; waits until one has, one is due, or somebody asks to stop. */
static void wait_for_news(struct reader *rd, struct box *box, size_t n)
{
        struct pollfd *p = mem_zalloc((n + 1) * sizeof(*p));
        int64_t now = clock_mono(), until = now + QUIET_MS;

        for (size_t i = 0; i < n; i++) {
                struct box *b = &box[i];

                p[i] = (struct pollfd){.fd = b->idling ? imap_fd(b->imap) : b->watch,
                                       .events = POLLIN};
                if (b->idling && imap_waiting(b->imap))
                        b->next = now;
                if (b->next < until)
                        until = b->next;
        }
        p[n] = (struct pollfd){.fd = rd->stop_fd, .events = POLLIN};
        if (poll(p, n + 1, until > now ? (int) (until - now) : 0) > 0)
                for (size_t i = 0; i < n; i++)
                        if (p[i].revents)
                                box[i].next = 0;
        free(p);
}

/* Refusals and time say more about addresses than mail does. What fails waits for the next one. */
static void judge_addresses(struct reader *rd)
{
        struct err why = {0};
        char text[ERR_TEXT_MAX];

        if (clock_mono() < rd->pass_at || inbox_stopped(rd))
                return;
        rd->pass_at = clock_mono() + PASS_MS;
        if (suppress_pass(rd->db, rd->cfg, clock_wall(), &why) < 0) {
                err_format(&why, LANG_EN, text, sizeof(text));
                log_info("addresses are judged later: %s", text);
        }
}

static int run(struct reader *rd, struct box *box, size_t n, struct err *e)
{
        struct err why, first = {0};

        while (!inbox_stopped(rd)) {
                for (size_t i = 0; i < n && !inbox_stopped(rd); i++) {
                        int r = box[i].next <= clock_mono() ? look(rd, &box[i], &why) : 0;

                        if (rd->broken) {
                                if (e)
                                        *e = why;
                                return rd->broken;
                        }
                        if (r < 0 && r != -EINTR && !first.code)
                                first = why;
                        wake_notify_systemd("WATCHDOG=1");
                }
                judge_addresses(rd);
                if (rd->once)
                        break;
                wait_for_news(rd, box, n);
        }
        if (rd->once && first.code && e)
                *e = first;
        return rd->once ? first.code : 0;
}

int inbox_run(const struct config *c, struct db *db, bool once, int stop_fd, struct err *e)
{
        CLEANUP(returns_close) struct returns *returns = NULL;
        struct reader rd = {.cfg = c, .db = db, .once = once, .stop_fd = stop_fd};
        CLEANUP(mem_free) struct box *box = mem_zalloc((c->ninbox + 1) * sizeof(*box));
        int r = returns_open(c, db, &returns, e);

        if (r < 0)
                return r;
        rd.returns = returns;
        forget_faults(&rd);
        boxes_open(c, box);
        r = run(&rd, box, c->ninbox, e);
        boxes_close(box, c->ninbox);
        if (!once)
                forget_faults(&rd);
        return r;
}

int inbox_check(const struct config *c,
                void (*tell)(void *ctx, const struct config_inbox *in, const struct err *why),
                void *ctx)
{
        int bad = 0;

        for (size_t i = 0; i < c->ninbox; i++) {
                const struct config_inbox *in = &c->inbox[i];
                CLEANUP(imap_close) struct imap *im = NULL;
                struct err why = {0};
                int r;

                if (in->maildir[0]) {
                        r = inbox_maildir_check(in, &why);
                } else {
                        r = inbox_imap_open(in, -1, &im, &why);
                        if (r == 0)
                                r = imap_select(im, in->folder, &why);
                }
                bad += r < 0;
                if (r == 0)
                        why = (struct err){0};
                tell(ctx, in, &why);
        }
        return bad;
}
