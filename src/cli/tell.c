// SPDX-License-Identifier: MIT
/* What several commands read or say in the same way. */
#include "cli.h"

#include "press/fence.h"
#include "press/buf.h"
#include "press/clock.h"
#include "press/csv.h"
#include "press/hold.h"
#include "press/mem.h"
#include "press/moment.h"
#include "press/outcome.h"
#include "press/said.h"
#include "press/text.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEXT_MAX    1000 /* bytes of a note or a reason */
#define CSV_ROW_MAX (64u << 20)

int cli_address(const struct cli *c, const char *s, struct addr *ret)
{
        struct err e = {0};
        int r = addr_parse(s, ret, &e);

        return r < 0 ? cli_fail(c, r, &e) : 0;
}

/* "10:40" and "10h40": of today, as one says it at the telephone. */
static const char *of_today(const struct cli *c, const char *s, char out[MOMENT_MAX])
{
        char today[MOMENT_MAX];
        size_t hour = strspn(s, "0123456789");

        if (hour < 1 || hour > 2 || (s[hour] != ':' && s[hour] != 'h') ||
            strspn(s + hour + 1, "0123456789") != 2 || s[hour + 3])
                return s;
        snprintf(out, MOMENT_MAX, "%s %s%.*s:%s", moment_date(c->now, today), hour == 1 ? "0" : "",
                 (int) hour, s, s + hour + 1);
        return out;
}

int cli_moment(const struct cli *c, const char *s, int64_t *ret)
{
        char day[MOMENT_MAX];
        struct err e = {0};
        int64_t ago;
        int r;

        if (duration_parse(s, &ago, NULL) == 0) {
                *ret = c->now - ago;
                return 0;
        }
        r = moment_parse(of_today(c, s, day), ret, &e);
        return r < 0 ? cli_fail(c, r, &e) : 0;
}

const char *cli_when(const struct cli *c, int64_t at, char out[CLI_WHEN_MAX])
{
        char moment[MOMENT_MAX], distance[MOMENT_MAX];

        if (at)
                snprintf(out, CLI_WHEN_MAX, "%s, %s", moment_show(at, c->lang, moment),
                         moment_relative(at, c->now, c->lang, distance));
        else
                out[0] = '\0';
        return out;
}

int cli_sentence(const struct cli *c, const struct release *r, char out[VIEW_MAX], struct err *e)
{
        CLEANUP(hold_done) struct hold h = {0};
        struct tally t;
        int rc = tally_read(c->db, r->id, &t, e);

        if (rc == 0)
                rc = hold_read(c->db, c->config, r, &h, e);
        if (rc == 0)
                view_release(r, &t, c->now, hold_all(&h), c->lang, out);
        return rc;
}

static void note(void *ctx, const char *sentence)
{
        (void) ctx;
        fprintf(stderr, "pressctl: %s\n", sentence);
}

int cli_note_hold(const struct cli *c, const struct release *r, struct err *e)
{
        CLEANUP(hold_done) struct hold h = {0};
        int rc = hold_read(c->db, c->config, r, &h, e);

        if (rc == 0)
                hold_say(&h, r, clock_wall(), c->lang, note, NULL);
        return rc;
}

int cli_note_held(const struct cli *c, bool *ret, struct err *e)
{
        struct fence f;
        const char *relay = NULL;
        bool all = false;
        int r = fence_read(c->db, &f, e);

        if (r == 0)
                r = release_paused_all(c->db, &all, e);
        if (r == 0)
                r = hold_relays(c->db, c->config, &relay, e);
        if (r < 0)
                return r;
        if (f.at)
                cli_note(c, "an older database was put back: nothing leaves until somebody "
                            "decides: pressctl fence");
        if (all)
                cli_note(c, "all sending is paused; nothing leaves until: pressctl resume --all");
        if (relay)
                cli_note(c, "every relay is paused: nothing leaves until: pressctl relay resume %s",
                         relay);
        *ret = all || f.at || relay;
        return 0;
}

int cli_note_trial(const struct cli *c, int64_t release, struct err *e)
{
        struct tally t;
        int r = tally_read(c->db, release, &t, e);

        if (r == 0 && t.suppressed[REASON_TRIAL_LIST])
                cli_note(c,
                         "not sent to %lld of %lld recipients: they are outside `allow`, the list "
                         "of the trial",
                         (long long) t.suppressed[REASON_TRIAL_LIST], (long long) view_people(&t));
        return r;
}

void cli_title(const struct cli *c, const struct release *r, FILE *out)
{
        char number[512], title[4096];

        text_escape(r->number, number, sizeof(number));
        text_escape(r->title, title, sizeof(title));
        fprintf(out, "%s %lld%s%s · %s\n", msg_text(c->lang, "Release"), (long long) r->id,
                number[0] ? " · " : "", number, title);
}

const char *cli_person(const char *name, const char *org, const char *address,
                       char out[CLI_PERSON_MAX])
{
        const char *const part[] = {name, org};
        size_t n = 0;

        out[0] = '\0';
        for (size_t i = 0; i < 2; i++) {
                if (!part[i][0])
                        continue;
                if (n)
                        n += (size_t) snprintf(out + n, CLI_PERSON_MAX - n, ", ");
                n += text_escape(part[i], out + n, CLI_PERSON_MAX / 3);
        }
        if (address[0])
                snprintf(out + n, CLI_PERSON_MAX - n, "%s<%s>", n ? " " : "", address);
        return out;
}

const char *cli_contact(const struct delivery *d, char out[CLI_PERSON_MAX])
{
        if (d->contact_id)
                snprintf(out, CLI_PERSON_MAX, "%lld", (long long) d->contact_id);
        else
                snprintf(out, CLI_PERSON_MAX, "%s", d->address);
        return out;
}

int cli_text(const struct cli *c, const char *option, const char *s, char **ret)
{
        CLEANUP(mem_free) char *text = text_nfc(s);
        struct text_bad bad;
        struct err e = {0};

        if (text && text[0] && strlen(text) <= TEXT_MAX && text_clean(text, 0, &bad)) {
                *ret = TAKE(text);
                return 0;
        }
        if (!text)
                err_set(&e, -EINVAL, "--%s: this is not UTF-8 text", option);
        else if (!text[0])
                err_set(&e, -EINVAL, "--%s: this is empty", option);
        else if (strlen(text) > TEXT_MAX)
                err_set(&e, -EINVAL, "--%s: longer than %d bytes", option, TEXT_MAX);
        else
                err_set(&e, -EINVAL, "--%s: character %u cannot be seen and must not stand here",
                        option, bad.column);
        return cli_fail(c, -EINVAL, &e);
}

/* Somebody else's words: who says what, and how. */
static void tell_heard(const struct cli *c, const struct event *ev, FILE *out)
{
        char reply[2 * REPLY_TEXT_MAX], peer[512], note[512], code[16];

        text_escape(ev->peer, peer, sizeof(peer));
        text_escape(ev->note, note, sizeof(note));
        said_text(ev->reply, c->lang, reply, sizeof(reply));
        snprintf(code, sizeof(code), "%lld", (long long) ev->code);
        if (peer[0])
                fprintf(out, "%s: ", peer);
        fputs(said_action(ev->action, c->lang), out);
        if (reply[0] || ev->code || ev->enhanced[0])
                fputs(": ", out);
        if (ev->code && strncmp(reply, code, strlen(code)) != 0)
                fprintf(out, "%s%s", code, reply[0] || ev->enhanced[0] ? " " : "");
        fputs(reply[0] ? reply : ev->enhanced, out);
        if (strchr(note, '@')) { /* another address than the one written to */
                fputs("; ", out);
                fprintf(out, msg_fmt(c->lang, "about %s"), note);
        } else if (note[0]) {
                fprintf(out, "; %s", msg_text(c->lang, note));
        }
}

void cli_event(const struct cli *c, const struct event *ev, FILE *out)
{
        char reply[2 * REPLY_TEXT_MAX];

        if (ev->action[0]) {
                tell_heard(c, ev, out);
                return;
        }
        if (ev->relay[0])
                fprintf(out, "%s %s %s, ", ev->relay, ev->peer,
                        ev->tls[0] ? ev->tls : msg_text(c->lang, "without TLS"));
        said_text(ev->reply, c->lang, reply, sizeof(reply));
        if (ev->stage[0])
                fprintf(out, msg_fmt(c->lang, "step %s: "), said_stage(ev->stage, c->lang));
        if (ev->code)
                fprintf(out, "%lld ", (long long) ev->code);
        fputs(reply, out);
        if (ev->relay[0])
                fprintf(out, ", %lld ms", (long long) ev->ms);
        if (ev->note[0]) {
                char said[1024], note[2048];

                said_text(ev->note, c->lang, said, sizeof(said));
                text_escape(said, note, sizeof(note));
                fprintf(out, "%s%s", ev->reply[0] || ev->relay[0] ? "; " : "", note);
        }
        if (ev->second_copy)
                fprintf(out, "; %s", msg_text(c->lang, "possibly a second copy"));
}

/* --- tables ---------------------------------------------------------------------- */

void cli_csv_row(const char *const *field, size_t n)
{
        CLEANUP(buf_done) struct buf line = BUF(CSV_ROW_MAX);

        for (size_t i = 0; i < n; i++) {
                if (i)
                        buf_addc(&line, ',');
                csv_write_field(&line, field[i]);
        }
        buf_adds(&line, CSV_EOL);
        assert(!line.over);
        fwrite(line.s, 1, line.len, stdout);
}

void cli_csv_begin(const char *const *head, size_t n)
{
        struct stat st;

        if (fstat(STDOUT_FILENO, &st) == 0 && S_ISREG(st.st_mode))
                fputs(CSV_BOM, stdout);
        cli_csv_row(head, n);
}

void cli_note_sender(const struct cli *c)
{
        if (!db_sender_runs(c->db))
                cli_note(c, "pressd is not running; nothing leaves until it starts");
}

struct act cli_act(const struct cli *c)
{
        return (struct act){.db = c->db, .cfg = c->config, .who = cli_actor(c)};
}
