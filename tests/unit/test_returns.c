// SPDX-License-Identifier: MIT
/* This program is its own cage. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "scratch.h"

#include "press/cage.h"
#include "press/clock.h"
#include "press/config.h"
#include "press/returned.h"
#include "press/returns.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LATER (NOON + CLOCK_HOUR)

struct place {
        struct scratch *s;
        struct config *cfg;
        struct returns *returns;
        struct delivery d[3]; /* of one release, relayed */
};

static void write_config(struct place *p)
{
        CLEANUP(mem_free) char *path = mem_printf("%s/press.conf", p->s->folder);
        FILE *f = fopen(path, "w");
        struct err e = {0};

        assert_non_null(f);
        fprintf(f,
                "database = \"%s\"\ndomain = \"press.x.example\"\nfrom = \"T <tc@x.example>\"\n"
                "relay \"main\" { url = \"smtp://127.0.0.1\" }\n",
                p->s->path);
        assert_int_equal(fclose(f), 0);
        assert_ok(config_load(path, &p->cfg, &e), &e);
}

static int setup(void **state)
{
        struct place *p = mem_zalloc(sizeof(*p));
        struct err e = {0};
        void *s = NULL;
        int64_t id;

        if (scratch_setup(&s) != 0)
                return -1;
        p->s = s;
        write_config(p);
        id = scratch_approved(p->s, 3);
        for (int i = 0; i < 3; i++) {
                struct settle st;

                assert_true(scratch_claim(p->s, id, NOON, &p->d[i]));
                st = scratch_settle(&p->d[i], DELIVERY_RELAYED, 250, "2.0.0 as Q1");
                scratch_do_settle(p->s, &st);
        }
        assert_ok(returns_open(p->cfg, p->s->db, &p->returns, &e), &e);
        *state = p;
        return 0;
}

static int teardown(void **state)
{
        struct place *p = *state;
        void *s = p->s;

        for (int i = 0; i < 3; i++)
                delivery_done(&p->d[i]);
        returns_close(&p->returns);
        config_free(&p->cfg);
        free(p);
        return scratch_teardown(&s);
}

/* --- mails ------------------------------------------------------------------------ */

/* Where a report on delivery i comes to; free() it. */
static char *box(struct place *p, int i)
{
        char tag[TOKEN_TAG_MAX], path[320];

        token_tag(db_identity(p->s->db)->tag_key, p->d[i].id, tag);
        assert_true(token_return_path(p->cfg->return_path, tag, path));
        return mem_strdup(path);
}

static char *message_id(struct place *p, int i)
{
        char id[DELIVERY_MESSAGE_ID_MAX];

        return mem_printf("<%s@press.x.example>", delivery_message_id(&p->d[i], id));
}

#define ROW(address, action, status, reply)                                           \
        "\nFinal-Recipient: rfc822; " address "\nAction: " action "\nStatus: " status \
        "\nDiagnostic-Code: smtp; " reply "\n"

/* A report to `to` with status rows, and the head of the letter that it gives back. */
static char *report_of(const char *to, const char *envid, const char *rows, const char *original)
{
        return mem_printf("From: MAILER-DAEMON@mx.x.example\nTo: %s\nSubject: Undelivered Mail\n"
                          "MIME-Version: 1.0\n"
                          "Content-Type: multipart/report; report-type=delivery-status;"
                          " boundary=b\n\n--b\n\nThis is the mail system.\n\n--b\n"
                          "Content-Type: message/delivery-status\n\n"
                          "Reporting-MTA: dns; mx.x.example\n%s%s\n%s\n--b\n"
                          "Content-Type: text/rfc822-headers\n\n%s\n--b--\n",
                          to, envid ? "Original-Envelope-Id: " : "", envid ? envid : "X-A: b", rows,
                          original);
}

static enum returns_to take_at(struct place *p, const char *mail, int64_t now)
{
        enum returns_to to = RETURNS_AGAIN;
        struct err e = {0};

        assert_ok(returns_take(p->returns, "test", mail, strlen(mail), now, &to, &e), &e);
        return to;
}

static enum returns_to take(struct place *p, const char *mail)
{
        return take_at(p, mail, LATER);
}

/* Takes it and frees it. */
static enum returns_to give(struct place *p, char *mail)
{
        enum returns_to to = take(p, mail);

        free(mail);
        return to;
}

static enum delivery_state state_of(struct place *p, int i)
{
        CLEANUP(delivery_done) struct delivery d = {0};

        assert_int_equal(delivery_get(p->s->db, p->d[i].id, &d, NULL), 1);
        return d.state;
}

static int64_t count(struct place *p, const char *table, const char *where)
{
        CLEANUP(mem_free) char *sql = mem_printf("SELECT count(*) FROM %s WHERE %s", table, where);

        return scratch_int(p->s, sql);
}

#define DEAD(address) ROW(address, "failed", "5.1.1", "550 5.1.1 No such user")

static void check_relayed(struct place *p)
{
        for (int i = 0; i < 3; i++)
                assert_int_equal(state_of(p, i), DELIVERY_RELAYED);
        scratch_check_counts(p->s, p->d[0].release_id);
}

/* --- whose it is -------------------------------------------------------------------- */

/* R103 */
static void only_the_delivery_of_the_tag_is_touched(void **state)
{
        struct place *p = *state;
        CLEANUP(mem_free) char *to = box(p, 0);
        CLEANUP(mem_free) char *other = message_id(p, 1);
        CLEANUP(mem_free) char *head = mem_printf("Message-ID: %s\n", other);
        CLEANUP(mem_free) char *row = mem_printf(DEAD("%s"), p->d[1].address);

        assert_int_equal(give(p, report_of(to, NULL, row, head)), RETURNS_DONE);
        assert_int_equal(state_of(p, 0), DELIVERY_BOUNCED);
        assert_int_equal(state_of(p, 1), DELIVERY_RELAYED);
        assert_int_equal(count(p, "returned", "matched = 'tag' AND kind = 'status'"), 1);
        assert_int_equal(count(p, "verdict", "1"), 1);
        scratch_check_counts(p->s, p->d[0].release_id);
}

/* R101 */
static void a_wrong_tag_is_counted_and_nothing_else(void **state)
{
        struct place *p = *state;
        CLEANUP(mem_free) char *to = box(p, 0);
        CLEANUP(mem_free) char *id = message_id(p, 0);
        CLEANUP(mem_free) char *head = mem_printf("Message-ID: %s\n", id);
        CLEANUP(mem_free) char *row = mem_printf(DEAD("%s"), p->d[0].address);
        int64_t forged = 0;

        to[8] = to[8] == 'a' ? 'b' : 'a';
        assert_int_equal(give(p, report_of(to, NULL, row, head)), RETURNS_DONE);
        check_relayed(p);
        assert_int_equal(count(p, "event", "kind = 'report'"), 0);
        assert_int_equal(count(p, "verdict", "1"), 0);
        assert_int_equal(returned_forged(p->s->db, &forged, NULL), 0);
        assert_int_equal(forged, 1);
        assert_int_equal(count(p, "returned", "delivery_id IS NULL"), 1);
}

/* R101 */
static void a_good_tag_of_no_delivery_is_forged_too(void **state)
{
        struct place *p = *state;
        CLEANUP(mem_free) char *to = box(p, 0);
        char tag[TOKEN_TAG_MAX], path[320];

        token_tag(db_identity(p->s->db)->tag_key, 4711, tag);
        assert_true(token_return_path(p->cfg->return_path, tag, path));
        assert_int_equal(give(p, report_of(path, NULL, DEAD("a@b.example"), "")), RETURNS_DONE);
        assert_int_equal(count(p, "returned", "matched = 'forged'"), 1);
        check_relayed(p);
}

/* R102 */
static void a_tag_past_its_life_is_noted_and_changes_nothing(void **state)
{
        struct place *p = *state;
        CLEANUP(mem_free) char *to = box(p, 0);
        CLEANUP(mem_free) char *mail = report_of(to, NULL, DEAD("j0@x.example"), "");
        CLEANUP(mem_free) char *again = report_of(to, NULL, DEAD("J0@x.example"), "");

        assert_int_equal(take_at(p, mail, NOON + 91 * CLOCK_DAY), RETURNS_DONE);
        check_relayed(p);
        assert_int_equal(count(p, "event", "action = 'failed' AND state = 'relayed'"), 1);
        assert_int_equal(count(p, "suppression", "1"), 0);
        assert_int_equal(take_at(p, again, NOON + 89 * CLOCK_DAY), RETURNS_DONE);
        assert_int_equal(state_of(p, 0), DELIVERY_BOUNCED);
}

static void a_tag_is_known_in_any_case_behind_another_delimiter_and_wrapped(void **state)
{
        struct place *p = *state;
        CLEANUP(mem_free) char *upper = box(p, 0);
        CLEANUP(mem_free) char *minus = box(p, 1);
        CLEANUP(mem_free) char *plain = box(p, 2);
        CLEANUP(mem_free) char *wrapped = NULL;

        for (char *c = upper; *c; c++)
                *c = (char) (*c >= 'a' && *c <= 'z' ? *c - 32 : *c);
        *strchr(minus, '+') = '-';
        *strchr(plain, '@') = '\0';
        wrapped = mem_printf("SRS0=xk3=yy=press.x.example=%s@forward.example", plain);
        assert_int_equal(give(p, report_of(upper, NULL, DEAD("j0@x.example"), "")), RETURNS_DONE);
        assert_int_equal(give(p, report_of(minus, NULL, DEAD("j1@x.example"), "")), RETURNS_DONE);
        assert_int_equal(give(p, report_of(wrapped, NULL, DEAD("j2@x.example"), "")), RETURNS_DONE);
        for (int i = 0; i < 3; i++)
                assert_int_equal(state_of(p, i), DELIVERY_BOUNCED);
}

static void without_a_tag_an_envid_a_message_id_or_the_letters_own_path_tells(void **state)
{
        struct place *p = *state;
        CLEANUP(mem_free) char *path = box(p, 0);
        CLEANUP(mem_free) char *id = message_id(p, 1);
        CLEANUP(mem_free) char *returned = mem_printf("Return-Path: <%s>\n", path);
        CLEANUP(mem_free) char *head = mem_printf("Message-ID: %s\n", id);
        char tag[TOKEN_TAG_MAX];

        token_tag(db_identity(p->s->db)->tag_key, p->d[2].id, tag);
        assert_int_equal(
                give(p, report_of("bounce@press.x.example", NULL, DEAD("a@b.example"), returned)),
                RETURNS_DONE);
        assert_int_equal(
                give(p, report_of("bounce@press.x.example", NULL, DEAD("a@b.example"), head)),
                RETURNS_DONE);
        assert_int_equal(give(p, report_of("bounce@press.x.example", tag, DEAD("a@b.example"), "")),
                         RETURNS_DONE);
        for (int i = 0; i < 3; i++)
                assert_int_equal(state_of(p, i), DELIVERY_BOUNCED);
        assert_int_equal(count(p, "returned", "matched = 'tag'"), 1);
        assert_int_equal(count(p, "returned", "matched = 'message-id'"), 1);
        assert_int_equal(count(p, "returned", "matched = 'envid'"), 1);
}

static void a_report_of_nobodys_letter_goes_to_people(void **state)
{
        struct place *p = *state;

        assert_int_equal(give(p, report_of("bounce@press.x.example", "QQ314", DEAD("j0@x.example"),
                                           "Message-ID: <1@x.example>\n")),
                         RETURNS_PEOPLE);
        check_relayed(p);
        assert_int_equal(count(p, "returned", "matched = 'none'"), 1);
}

/* --- which rows ------------------------------------------------------------------------ */

/* R107 */
static void of_several_rows_the_one_that_names_the_address_speaks(void **state)
{
        struct place *p = *state;
        CLEANUP(mem_free) char *to = box(p, 0);
        CLEANUP(mem_free)
        char *rows = mem_printf(ROW("a@b.example", "failed", "5.1.1", "550 no")
                                        ROW("%s", "delivered", "2.0.0", "250 ok")
                                                ROW("c@b.example", "delayed", "4.2.2", "452 full"),
                                p->d[0].address);

        assert_int_equal(give(p, report_of(to, NULL, rows, "")), RETURNS_DONE);
        assert_int_equal(state_of(p, 0), DELIVERY_DELIVERED);
        assert_int_equal(count(p, "event", "kind = 'report'"), 1);
        assert_int_equal(count(p, "verdict", "1"), 0);
}

/* R107 */
static void behind_a_forward_the_worst_row_is_the_state_and_all_stand_in_the_log(void **state)
{
        struct place *p = *state;
        CLEANUP(mem_free) char *to = box(p, 0);

        assert_int_equal(give(p, report_of(to, NULL,
                                           ROW("a@b.example", "failed", "5.1.1", "550 no") ROW(
                                                   "c@b.example", "delivered", "2.0.0", "250 ok"),
                                           "")),
                         RETURNS_DONE);
        assert_int_equal(state_of(p, 0), DELIVERY_BOUNCED);
        assert_int_equal(count(p, "event", "kind = 'report' AND state = 'delivered'"), 1);
        assert_int_equal(count(p, "event",
                               "kind = 'report' AND state = 'bounced'"
                               " AND note = 'a@b.example'"),
                         1);
        /* somebody behind the address got it: it is not dead */
        assert_int_equal(count(p, "verdict", "1"), 0);
}

/* R105 */
static void a_delay_notice_records_no_failure(void **state)
{
        struct place *p = *state;
        CLEANUP(mem_free) char *to = box(p, 0);

        assert_int_equal(
                give(p,
                     report_of(to, NULL, ROW("j0@x.example", "delayed", "4.4.1", "timed out"), "")),
                RETURNS_DONE);
        check_relayed(p);
        assert_int_equal(count(p, "event", "action = 'delayed'"), 1);
        assert_int_equal(count(p, "verdict", "1"), 0);
}

/* R106 */
static void given_up_with_4xx_is_a_failure_of_this_release_only(void **state)
{
        struct place *p = *state;
        CLEANUP(mem_free) char *to = box(p, 0);

        assert_int_equal(
                give(p,
                     report_of(to, NULL, ROW("j0@x.example", "failed", "4.4.1", "timed out"), "")),
                RETURNS_DONE);
        assert_int_equal(state_of(p, 0), DELIVERY_BOUNCED);
        assert_int_equal(count(p, "verdict", "class = 'invalid'"), 0);
        assert_int_equal(count(p, "suppression", "1"), 0);
}

/* --- people and their machines ------------------------------------------------------- */

static char *mail_of(const char *from, const char *to, const char *more, const char *text)
{
        return mem_printf("From: %s\nTo: %s\nSubject: Re: 12/TC-TTTT\n%s"
                          "Content-Type: text/plain; charset=utf-8\n\n%s\n",
                          from, to, more, text);
}

/* R119 */
static void a_persons_reply_is_a_question_for_people(void **state)
{
        struct place *p = *state;
        CLEANUP(mem_free) char *to = box(p, 0);
        CLEANUP(mem_free) char *id = message_id(p, 1);
        CLEANUP(mem_free) char *reply = mem_printf("In-Reply-To: %s\n", id);

        assert_int_equal(give(p, mail_of("pv@bao.example", to, "", "Xin hỏi số liệu 2025?")),
                         RETURNS_PEOPLE);
        assert_int_equal(give(p, mail_of("pv@bao.example", "tc@x.example", reply, "Xin hỏi thêm?")),
                         RETURNS_PEOPLE);
        check_relayed(p);
        assert_int_equal(count(p, "event",
                               "kind = 'reply' AND action = 'reply'"
                               " AND peer = 'pv@bao.example'"),
                         2);
        assert_int_equal(count(p, "returned", "kind = 'mail' AND release_id = 1"), 2);
}

/* R115 */
static void a_note_of_absence_is_kept_apart_with_its_date(void **state)
{
        struct place *p = *state;
        CLEANUP(mem_free) char *to = box(p, 0);

        assert_int_equal(give(p, mail_of("pv@bao.example", to, "Auto-Submitted: auto-replied\n",
                                         "Tôi đi công tác đến hết ngày 30/11.")),
                         RETURNS_DONE);
        assert_int_equal(give(p, mail_of("desk@bao.example", to, "Auto-Submitted: auto-replied\n",
                                         "Back on 5 December 2031.")),
                         RETURNS_DONE);
        check_relayed(p);
        assert_int_equal(count(p, "event", "kind = 'report' AND action = 'autoreply'"), 2);
        assert_int_equal(count(p, "event", "kind = 'reply'"), 0);
        /* 2026-11-30 00:00 +07:00, and a day too far away to be meant */
        assert_int_equal(count(p, "returned", "away_until = 1795971600000"), 1);
        assert_int_equal(count(p, "returned", "away_until IS NULL"), 1);
}

/* R115 */
static void a_challenge_and_a_receipt_fail_nobody(void **state)
{
        struct place *p = *state;
        CLEANUP(mem_free) char *to = box(p, 0);
        CLEANUP(mem_free)
        char *receipt =
                mem_printf("From: pv@bao.example\nTo: %s\nSubject: Read\nMIME-Version: 1.0\n"
                           "Content-Type: multipart/report;"
                           " report-type=disposition-notification; boundary=b\n\n--b\n\nread\n"
                           "--b\nContent-Type: message/disposition-notification\n\n"
                           "Final-Recipient: rfc822; pv@bao.example\n"
                           "Disposition: manual-action/MDN-sent-manually; displayed\n--b--\n",
                           to);

        assert_int_equal(take(p, receipt), RETURNS_DONE);
        assert_int_equal(give(p, mail_of("pv@bao.example", to, "",
                                         "Your message is being held. To confirm that you are a"
                                         " person and not a spammer, please click the link below"
                                         " to verify yourself.")),
                         RETURNS_PEOPLE);
        check_relayed(p);
        assert_int_equal(count(p, "returned", "kind = 'receipt'"), 1);
        assert_int_equal(count(p, "returned", "kind = 'challenge'"), 1);
}

static char *feedback_of(const char *to, const char *type)
{
        return mem_printf("From: fbl@isp.example\nTo: %s\nSubject: FW: 12/TC\nMIME-Version: 1.0\n"
                          "Content-Type: multipart/report; report-type=feedback-report;"
                          " boundary=b\n\n--b\n\nAn email abuse report.\n--b\n"
                          "Content-Type: message/feedback-report\n\nFeedback-Type: %s\n"
                          "User-Agent: x/1\nVersion: 1\nOriginal-Rcpt-To: j1@x.example\n\n--b\n"
                          "Content-Type: text/rfc822-headers\n\nSubject: x\n--b--\n",
                          to, type);
}

/* R108 */
static void a_complaint_stops_the_address_and_an_authentication_report_nobody(void **state)
{
        struct place *p = *state;
        CLEANUP(mem_free) char *auth = box(p, 0);
        CLEANUP(mem_free) char *abuse = box(p, 1);

        assert_int_equal(give(p, feedback_of(auth, "auth-failure")), RETURNS_PEOPLE);
        assert_int_equal(count(p, "verdict", "1"), 0);
        assert_int_equal(count(p, "event", "kind <> 'attempt'"), 0);
        assert_int_equal(count(p, "returned", "kind = 'feedback'"), 1);
        assert_int_equal(give(p, feedback_of(abuse, "abuse")), RETURNS_DONE);
        check_relayed(p); /* no bounce */
        assert_int_equal(count(p, "event", "action = 'complaint'"), 1);
}

/* R120 */
static void our_own_letter_that_came_back_is_no_reply_and_no_failure(void **state)
{
        struct place *p = *state;
        CLEANUP(mem_free) char *to = box(p, 0);
        CLEANUP(mem_free) char *id = message_id(p, 0);
        CLEANUP(mem_free)
        char *own = mem_printf("Message-ID: %s\nList-Id: Ban <ban.x.example>\n"
                               "Precedence: list\n",
                               id);

        assert_int_equal(give(p, mail_of("T <tc@x.example>", to, own, "Thông cáo")), RETURNS_DONE);
        assert_int_equal(give(p, mail_of("T <tc@x.example>", "ban@x.example",
                                         "List-Id: T <press.x.example>\n", "Thông cáo")),
                         RETURNS_DONE);
        check_relayed(p);
        assert_int_equal(count(p, "returned", "kind = 'loop'"), 2);
        assert_int_equal(count(p, "event", "kind = 'reply'"), 0);
        assert_int_equal(count(p, "event", "action = 'loop'"), 1);
        assert_int_equal(count(p, "delivery", "state NOT IN ('relayed')"), 0);
}

/* R117: whatever comes back, nothing is told to anybody. */
static void an_alarm_mail_that_comes_back_raises_no_alarm(void **state)
{
        struct place *p = *state;

        assert_int_equal(give(p, report_of("tc@x.example", NULL, DEAD("truc@x.example"),
                                           "From: tc@x.example\nSubject: press: alarm\n"
                                           "Message-ID: <alarm-1@press.x.example>\n")),
                         RETURNS_PEOPLE);
        assert_int_equal(count(p, "fault", "1"), 0);
        check_relayed(p);
}

/* --- once --------------------------------------------------------------------------- */

/* R109 */
static void a_mail_read_again_counts_once_and_still_goes_where_it_belongs(void **state)
{
        struct place *p = *state;
        CLEANUP(mem_free) char *to = box(p, 0);
        CLEANUP(mem_free) char *mail = report_of(to, NULL, DEAD("j0@x.example"), "");
        CLEANUP(mem_free) char *reply = mail_of("pv@bao.example", to, "", "Xin hỏi?");
        CLEANUP(mem_free) char *crlf = mem_alloc(2 * strlen(mail) + 1);
        char *w = crlf;

        for (const char *c = mail; *c; c++) {
                if (*c == '\n')
                        *w++ = '\r';
                *w++ = *c;
        }
        *w = '\0';
        assert_int_equal(take(p, mail), RETURNS_DONE);
        assert_int_equal(take_at(p, mail, LATER + 5000), RETURNS_AGAIN);
        assert_int_equal(take_at(p, crlf, LATER + 9000), RETURNS_AGAIN);
        assert_int_equal(take(p, reply), RETURNS_PEOPLE);
        assert_int_equal(take(p, reply), RETURNS_PEOPLE);
        assert_int_equal(count(p, "event", "kind <> 'attempt'"), 2);
        assert_int_equal(count(p, "returned", "1"), 2);
}

static void one_on_the_wire_waits_and_holds_up_no_other(void **state)
{
        struct place *p = *state;
        CLEANUP(mem_free) char *a = box(p, 0);
        CLEANUP(mem_free) char *b = box(p, 1);
        CLEANUP(mem_free) char *first = report_of(a, NULL, DEAD("j0@x.example"), "");
        CLEANUP(mem_free) char *second = report_of(b, NULL, DEAD("j1@x.example"), "");
        struct returns_mail v[3] = {{.mail = first, .n = strlen(first)},
                                    {.mail = second, .n = strlen(second)},
                                    {.mail = second, .n = strlen(second)}};
        enum returns_to to = RETURNS_AGAIN;
        CLEANUP(mem_free)
        char *sql = mem_printf("UPDATE delivery SET state = 'sending' WHERE id = %lld",
                               (long long) p->d[0].id);
        struct err e = {0};

        scratch_exec(p->s, sql);
        assert_ok(returns_take_many(p->returns, "test", v, 3, LATER, &e), &e);
        assert_int_equal(v[0].result, -EAGAIN);
        assert_int_equal(v[1].result, 0);
        assert_int_equal(v[1].to, RETURNS_DONE);
        assert_int_equal(v[2].result, 0);
        assert_int_equal(v[2].to, RETURNS_AGAIN);
        assert_int_equal(state_of(p, 1), DELIVERY_BOUNCED);
        assert_int_equal(returns_take(p->returns, "test", first, strlen(first), LATER, &to, &e),
                         -EAGAIN);
        scratch_exec(p->s, "UPDATE delivery SET state = 'relayed' WHERE state = 'sending'");
        assert_int_equal(take(p, first), RETURNS_DONE);
        assert_int_equal(state_of(p, 0), DELIVERY_BOUNCED);
}

/* R103: by the tag the recipient is right always. */
static void a_notice_that_names_nobody_is_read_by_its_tag(void **state)
{
        static const char late[] = "Your message has not been delivered yet. We will keep trying.";
        static const char dead[] = "I'm afraid I wasn't able to deliver your message.\n"
                                   "550 5.1.1 user unknown";
        struct place *p = *state;
        CLEANUP(mem_free) char *a = box(p, 0);
        CLEANUP(mem_free) char *b = box(p, 1);
        static const char form[] = "From: MAILER-DAEMON@mx.x.example\nReturn-Path: <>\nTo: %s\n"
                                   "Subject: failure notice\n\n%s\n";

        assert_int_equal(give(p, mem_printf(form, a, dead)), RETURNS_DONE);
        assert_int_equal(give(p, mem_printf(form, b, late)), RETURNS_DONE);
        assert_int_equal(give(p, mem_printf(form, "bounce@press.x.example", dead)), RETURNS_PEOPLE);
        assert_int_equal(state_of(p, 0), DELIVERY_BOUNCED);
        assert_int_equal(state_of(p, 1), DELIVERY_RELAYED);
        assert_int_equal(count(p, "verdict", "class = 'invalid'"), 1);
        assert_int_equal(count(p, "event", "action = 'delayed'"), 1);
        assert_int_equal(count(p, "returned", "kind = 'unreadable' AND matched = 'none'"), 1);
}

/* R110 R71 */
static void what_cannot_be_read_goes_to_people_and_the_next_one_is_read(void **state)
{
        struct place *p = *state;
        CLEANUP(mem_free) char *to = box(p, 0);
        static const char level[] = "Content-Type: multipart/mixed; boundary=b\n\n--b\n";
        CLEANUP(mem_free) char *deep = mem_zalloc(3000 * sizeof(level));

        for (size_t i = 0; i < 3000; i++)
                memcpy(deep + i * (sizeof(level) - 1), level, sizeof(level));
        assert_int_equal(take(p, deep), RETURNS_PEOPLE);
        assert_int_equal(give(p, report_of(to, NULL, DEAD("j0@x.example"), "")), RETURNS_DONE);
        assert_int_equal(state_of(p, 0), DELIVERY_BOUNCED);
}

int main(int argc, char **argv)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        const struct CMUnitTest tests[] = {
                TEST(only_the_delivery_of_the_tag_is_touched),
                TEST(a_wrong_tag_is_counted_and_nothing_else),
                TEST(a_good_tag_of_no_delivery_is_forged_too),
                TEST(a_tag_past_its_life_is_noted_and_changes_nothing),
                TEST(a_tag_is_known_in_any_case_behind_another_delimiter_and_wrapped),
                TEST(without_a_tag_an_envid_a_message_id_or_the_letters_own_path_tells),
                TEST(a_report_of_nobodys_letter_goes_to_people),
                TEST(of_several_rows_the_one_that_names_the_address_speaks),
                TEST(behind_a_forward_the_worst_row_is_the_state_and_all_stand_in_the_log),
                TEST(a_delay_notice_records_no_failure),
                TEST(given_up_with_4xx_is_a_failure_of_this_release_only),
                TEST(a_persons_reply_is_a_question_for_people),
                TEST(a_note_of_absence_is_kept_apart_with_its_date),
                TEST(a_challenge_and_a_receipt_fail_nobody),
                TEST(a_complaint_stops_the_address_and_an_authentication_report_nobody),
                TEST(our_own_letter_that_came_back_is_no_reply_and_no_failure),
                TEST(an_alarm_mail_that_comes_back_raises_no_alarm),
                TEST(a_mail_read_again_counts_once_and_still_goes_where_it_belongs),
                TEST(one_on_the_wire_waits_and_holds_up_no_other),
                TEST(a_notice_that_names_nobody_is_read_by_its_tag),
                TEST(what_cannot_be_read_goes_to_people_and_the_next_one_is_read),
        };

        if (argc == 2 && strcmp(argv[1], CAGE_ARGUMENT) == 0)
                return cage_main();
        return cmocka_run_group_tests(tests, NULL, NULL);
}
