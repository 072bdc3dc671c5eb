// SPDX-License-Identifier: MIT
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "scratch.h"

#include "press/manifest.h"
#include "press/mem.h"

#include <sqlite3.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int scratch_setup(void **state)
{
        struct scratch *s = mem_zalloc(sizeof(*s));
        struct err e = {0};

        token_init();
        snprintf(s->folder, sizeof(s->folder), "/tmp/press-test-XXXXXX");
        assert_non_null(mkdtemp(s->folder));
        snprintf(s->path, sizeof(s->path), "%s/press.db", s->folder);
        assert_ok(db_init(s->path, &e), &e);
        assert_ok(db_open(s->path, &s->db, &e), &e);
        *state = s;
        return 0;
}

void scratch_empty_folder(struct scratch *s)
{
        DIR *d = opendir(s->folder);
        struct dirent *f;

        assert_non_null(d);
        while ((f = readdir(d)) != NULL)
                if (f->d_name[0] != '.')
                        assert_int_equal(unlinkat(dirfd(d), f->d_name, 0), 0);
        closedir(d);
}

void scratch_empty_wal(struct scratch *s)
{
        static const char *const tail[] = {"-wal", "-shm"};

        for (size_t i = 0; i < COUNT_OF(tail); i++) {
                CLEANUP(mem_free) char *name = mem_printf("%s%s", s->path, tail[i]);

                (void) unlink(name);
        }
}

int scratch_teardown(void **state)
{
        struct scratch *s = *state;

        db_close(&s->db);
        scratch_empty_folder(s);
        assert_int_equal(rmdir(s->folder), 0);
        free(s);
        return 0;
}

void assert_ok_at(int r, const struct err *e, const char *file, int line)
{
        char text[ERR_TEXT_MAX] = "";

        if (r >= 0)
                return;
        err_format(e, LANG_EN, text, sizeof(text));
        print_error("%d: %s\n", r, text);
        _fail(file, line);
}

static sqlite3 *outside(const struct scratch *s)
{
        sqlite3 *h = NULL;

        assert_int_equal(sqlite3_open_v2(s->path, &h, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
        sqlite3_db_config(h, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
        return h;
}

static int first_column(void *ctx, int n, char **values, char **names)
{
        int64_t *ret = ctx;

        (void) n;
        (void) names;
        *ret = values[0] ? strtoll(values[0], NULL, 10) : 0;
        return 0;
}

static int64_t run_outside(const struct scratch *s, const char *sql)
{
        sqlite3 *h = outside(s);
        int64_t v = 0;
        char *why = NULL;
        int rc = sqlite3_exec(h, sql, first_column, &v, &why);

        if (rc != SQLITE_OK)
                fail_msg("%s: %s", sql, why);
        sqlite3_close(h);
        return v;
}

int64_t scratch_int(const struct scratch *s, const char *sql)
{
        return run_outside(s, sql);
}

void scratch_exec(const struct scratch *s, const char *sql)
{
        (void) run_outside(s, sql);
}

struct release scratch_release(const char *title)
{
        struct release r = {
                .kind = KIND_STATEMENT,
                .class = CLASS_NORMAL,
                .language = LANG_VI,
                .submitted_at = NOON,
                .submitted_uid = 1000,
                .title = mem_strdup(title),
                .number = mem_strdup(""),
                .key = mem_strdup(""),
                .text = mem_strdup("Ngày 24/11 …"),
                .audience = mem_strdup("all"),
                .except = mem_strdup(""),
                .early = mem_strdup(""),
                .contact = mem_strdup(""),
                .signer = mem_strdup(""),
                .reply_to = mem_strdup(""),
                .submitted_by = mem_strdup("lan"),
                .approved_by = mem_strdup(""),
                .approved_hash = mem_strdup(""),
                .reason = mem_strdup(""),
        };

        snprintf(r.content_hash, sizeof(r.content_hash), "content of %.40s", title);
        snprintf(r.text_hash, sizeof(r.text_hash), "text of %.40s", title);
        snprintf(r.letter_hash, sizeof(r.letter_hash), "letter of %.40s", title);
        snprintf(r.audience_hash, sizeof(r.audience_hash), "audience");
        return r;
}

struct delivery scratch_delivery(int64_t release, int i)
{
        return (struct delivery){
                .release_id = release,
                .contact_id = i + 1,
                .address = mem_printf("j%d@x.example", i),
                .name = mem_printf("Nguyễn Thị Đào %d", i),
                .org = mem_strdup("Báo Điện tử"),
                .title = mem_strdup(""),
                .detail = mem_strdup(""),
                .org_kind = i % 2 ? ORG_PRESS : ORG_UNIT,
                .role = ROLE_JOURNALIST,
                .language = LANG_VI,
                .priority = 5,
                .state = DELIVERY_QUEUED,
                .created_at = NOON,
        };
}

static void stage_deliveries(struct scratch *s, struct release *r, int n)
{
        struct err e = {0};
        struct manifest m;
        unsigned char leaf[HASH_BYTES];

        manifest_begin(&m, r->id);
        for (int done = 0; done < n;) {
                CLEANUP(tx_done) struct tx tx = {0};

                assert_ok(tx_begin(&tx, s->db, 0, &e), &e);
                for (int end = done + 500; done < n && done < end; done++) {
                        CLEANUP(delivery_done) struct delivery d = scratch_delivery(r->id, done);

                        d.leaf = m.n;
                        assert_ok(delivery_stage(&tx, &d, &e), &e);
                        delivery_leaf(&d, leaf);
                        assert_ok(manifest_add(&m, &tx, leaf, &e), &e);
                        if (done == n - 1)
                                assert_ok(manifest_end(&m, &tx, &e), &e);
                }
                assert_ok(tx_commit(&tx, &e), &e);
        }
        manifest_hash(&m, r->recipients_hash);
}

int64_t scratch_publish(struct scratch *s, struct release *r, int n, bool approved)
{
        static char bytes[] = "Subject: x\r\n\r\nx\r\n", cuts[] = "none";
        const struct frozen letter = {.bytes = bytes, .n = sizeof(bytes) - 1, .cuts = cuts};
        CLEANUP(tx_done) struct tx tx = {0};
        struct err e = {0};

        assert_ok(release_stage(s->db, r, &letter, NULL, 0, &e), &e);
        stage_deliveries(s, r, n);
        r->recipients = n;
        release_hash(r, r->hash);
        r->stored = approved ? RELEASE_APPROVED : RELEASE_PROPOSED;
        if (approved) {
                release_moments(r, NOON, 0);
                r->approved_at = NOON;
                free(r->approved_hash);
                r->approved_hash = mem_strdup(r->hash);
        }
        assert_ok(tx_begin(&tx, s->db, 0, &e), &e);
        assert_ok(release_publish(&tx, r, "", &e), &e);
        assert_ok(tx_commit(&tx, &e), &e);
        return r->id;
}

int64_t scratch_approved(struct scratch *s, int n)
{
        CLEANUP(release_done) struct release r = scratch_release("Thông cáo");

        return scratch_publish(s, &r, n, true);
}

bool scratch_claim(struct scratch *s, int64_t release, int64_t now, struct delivery *ret)
{
        CLEANUP(tx_done) struct tx tx = {0};
        CLEANUP(delivery_list_done) struct delivery_list l = {0};
        struct err e = {0};

        assert_ok(tx_begin(&tx, s->db, 0, &e), &e);
        assert_ok(delivery_claim(&tx, release, now, 1, false, NULL, &l, &e), &e);
        assert_ok(tx_commit(&tx, &e), &e);
        if (!l.n)
                return false;
        *ret = l.v[0];
        l.n = 0;
        return true;
}

struct settle scratch_settle(const struct delivery *d, enum delivery_state state, int code,
                             const char *text)
{
        struct settle st = {
                .id = d->id,
                .release_id = d->release_id,
                .org_kind = d->org_kind,
                .attempt = d->attempt,
                .state = state,
                .attempt_used = true,
                .log = true,
                .at = NOON + 1000,
                .relay = "main",
                .peer = "192.0.2.1:25",
                .tls = "TLSv1.3",
                .ms = 12,
                .outcome = {.stage = STAGE_DOT, .reply = {.code = code}},
        };

        snprintf(st.outcome.reply.text, sizeof(st.outcome.reply.text), "%s", text);
        return st;
}

void scratch_do_settle(struct scratch *s, const struct settle *st)
{
        CLEANUP(tx_done) struct tx tx = {0};
        struct err e = {0};

        assert_ok(tx_begin(&tx, s->db, 0, &e), &e);
        assert_ok(delivery_settle(&tx, st, &e), &e);
        assert_ok(tx_commit(&tx, &e), &e);
}

void scratch_check_counts(const struct scratch *s, int64_t release)
{
        int64_t n[DELIVERY_STATES], sum = 0;
        struct err e = {0};

        assert_ok(release_counts(s->db, release, n, &e), &e);
        for (int i = 0; i < DELIVERY_STATES; i++) {
                char sql[160];

                snprintf(sql, sizeof(sql),
                         "SELECT count(*) FROM delivery WHERE release_id = %lld AND state = '%s'",
                         (long long) release, words_name(&delivery_states, i));
                assert_int_equal(n[i], scratch_int(s, sql));
                sum += n[i];
        }
        assert_int_equal(
                0, scratch_int(s, "SELECT count(*) FROM (SELECT release_id, org_kind, state, n"
                                  " FROM release_count WHERE n > 0 EXCEPT SELECT release_id,"
                                  " org_kind, state, count(*) FROM delivery GROUP BY 1, 2, 3)"));
        {
                CLEANUP(release_done) struct release r = {0};

                assert_ok(release_get(s->db, release, &r, &e), &e);
                assert_int_equal(r.recipients, sum);
        }
}
