/*
 * returns_fixture.h - a release of three relayed letters, and mails that come back to them
 *
 * returns_setup() and returns_teardown() are cmocka fixtures; *state is the struct place. The
 * program is its own cage: main() begins with cage_main() when it is called so.
 */
#ifndef TESTS_RETURNS_FIXTURE_H
#define TESTS_RETURNS_FIXTURE_H

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

__attribute__((unused)) static void write_config(struct place *p)
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

__attribute__((unused)) static int returns_setup(void **state)
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

__attribute__((unused)) static int returns_teardown(void **state)
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
__attribute__((unused)) static char *box(struct place *p, int i)
{
        char tag[TOKEN_TAG_MAX], path[320];

        token_tag(db_identity(p->s->db)->tag_key, p->d[i].id, tag);
        assert_true(token_return_path(p->cfg->return_path, tag, path));
        return mem_strdup(path);
}

__attribute__((unused)) static char *message_id(struct place *p, int i)
{
        char id[DELIVERY_MESSAGE_ID_MAX];

        return mem_printf("<%s@press.x.example>", delivery_message_id(&p->d[i], id));
}

#define ROW(address, action, status, reply)                                           \
        "\nFinal-Recipient: rfc822; " address "\nAction: " action "\nStatus: " status \
        "\nDiagnostic-Code: smtp; " reply "\n"

/* A report to `to` with status rows, and the head of the letter that it gives back. */
__attribute__((unused)) static char *report_of(const char *to, const char *envid, const char *rows,
                                               const char *original)
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

__attribute__((unused)) static char *mail_of(const char *from, const char *to, const char *more,
                                             const char *text)
{
        return mem_printf("From: %s\nTo: %s\nSubject: Re: 12/TC-TTTT\n%s"
                          "Content-Type: text/plain; charset=utf-8\n\n%s\n",
                          from, to, more, text);
}

__attribute__((unused)) static char *feedback_of(const char *to, const char *type)
{
        return mem_printf("From: fbl@isp.example\nTo: %s\nSubject: FW: 12/TC\nMIME-Version: 1.0\n"
                          "Content-Type: multipart/report; report-type=feedback-report;"
                          " boundary=b\n\n--b\n\nAn email abuse report.\n--b\n"
                          "Content-Type: message/feedback-report\n\nFeedback-Type: %s\n"
                          "User-Agent: x/1\nVersion: 1\nOriginal-Rcpt-To: j1@x.example\n\n--b\n"
                          "Content-Type: text/rfc822-headers\n\nSubject: x\n--b--\n",
                          to, type);
}

__attribute__((unused)) static enum returns_to take_at(struct place *p, const char *mail,
                                                       int64_t now)
{
        enum returns_to to = RETURNS_AGAIN;
        struct err e = {0};

        assert_ok(returns_take(p->returns, "test", mail, strlen(mail), now, &to, &e), &e);
        return to;
}

__attribute__((unused)) static enum returns_to take(struct place *p, const char *mail)
{
        return take_at(p, mail, LATER);
}

/* Takes it and frees it. */
__attribute__((unused)) static enum returns_to give(struct place *p, char *mail)
{
        enum returns_to to = take(p, mail);

        free(mail);
        return to;
}

__attribute__((unused)) static enum delivery_state state_of(struct place *p, int i)
{
        CLEANUP(delivery_done) struct delivery d = {0};

        assert_int_equal(delivery_get(p->s->db, p->d[i].id, &d, NULL), 1);
        return d.state;
}

__attribute__((unused)) static int64_t count(struct place *p, const char *table, const char *where)
{
        CLEANUP(mem_free) char *sql = mem_printf("SELECT count(*) FROM %s WHERE %s", table, where);

        return scratch_int(p->s, sql);
}

#define DEAD(address) ROW(address, "failed", "5.1.1", "550 5.1.1 No such user")

__attribute__((unused)) static void check_relayed(struct place *p)
{
        for (int i = 0; i < 3; i++)
                assert_int_equal(state_of(p, i), DELIVERY_RELAYED);
        scratch_check_counts(p->s, p->d[0].release_id);
}

#endif
