// SPDX-License-Identifier: MIT
#include "press/doctor.h"

#include "press/clock.h"
#include "press/config.h"
#include "press/doubt.h"
#include "press/fault.h"
#include "press/fence.h"
#include "press/mem.h"
#include "press/relay_order.h"
#include "press/release.h"
#include "press/wake.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>

#define FREE_BYTES (UINT64_C(500) << 20) /* below this the disk is called nearly full */

struct visit {
        const struct config *cfg;
        struct db *db;
        const struct err *db_error;
        void (*tell)(void *ctx, const struct doctor_finding *f);
        void *ctx;
        int open;
};

/* The finding was set by err_set(&f->text, …); its code says whether it is well (0). */
static void found(struct visit *v, struct doctor_finding *f)
{
        f->ok = f->text.code == 0;
        v->open += !f->ok;
        v->tell(v->ctx, f);
}

static void check_database(struct visit *v)
{
        struct doctor_finding f = {.check = "database"};

        if (!v->db)
                f.text = *v->db_error;
        else if (db_check(v->db, &f.text) == 0)
                err_set(&f.text, 0, "Database %s is sound", v->cfg->database);
        found(v, &f);
}

static void check_files(struct visit *v)
{
        struct doctor_finding f = {.check = "files"};
        struct stat st;

        if (stat(v->cfg->database, &st) < 0)
                return; /* check_database() has said it */
        if (st.st_mode & 07)
                err_set(&f.text, -EACCES, "Others may read or write %s: chmod o= it",
                        v->cfg->database);
        else
                err_set(&f.text, 0, "Only owner and group reach %s", v->cfg->database);
        found(v, &f);
}

static void check_disk(struct visit *v)
{
        struct doctor_finding f = {.check = "disk"};
        struct statvfs fs;
        uint64_t bytes;

        if (statvfs(v->cfg->database, &fs) < 0)
                return;
        bytes = (uint64_t) fs.f_bavail * fs.f_frsize;
        err_set(&f.text, bytes < FREE_BYTES ? -ENOSPC : 0, "%llu MB are free where the database is",
                (unsigned long long) (bytes >> 20));
        found(v, &f);
}

static void check_clock(struct visit *v)
{
        struct doctor_finding f = {.check = "clock"};
        struct timex tx = {0};

        if (adjtimex(&tx) < 0 || (tx.status & STA_UNSYNC))
                err_set(&f.text, -ETIME,
                        "The clock is not synchronised: times in the log prove little; install and "
                        "start chrony or systemd-timesyncd");
        else
                err_set(&f.text, 0, "The clock is synchronised");
        found(v, &f);
}

static void check_sender(struct visit *v)
{
        struct doctor_finding f = {.check = "pressd"};

        if (!v->db)
                return;
        if (db_sender_runs(v->db))
                err_set(&f.text, 0, "pressd is running");
        else
                err_set(&f.text, -EAGAIN,
                        "pressd is not running: nothing leaves; start it with: systemctl "
                        "start pressd");
        found(v, &f);
}

static void check_faults(struct visit *v)
{
        CLEANUP(mem_free) struct fault *list = mem_alloc(FAULTS_MAX * sizeof(*list));
        struct err e;
        size_t n = 0;

        if (!v->db || fault_list(v->db, list, FAULTS_MAX, &n, &e) < 0)
                return;
        for (size_t i = 0; i < n; i++) {
                bool inbox = fault_is_inbox(list[i].key);
                struct doctor_finding f = {.check = inbox ? "inbox" : "fault", .fault = &list[i]};

                if (strcmp(list[i].key, FAULT_FENCE) == 0)
                        continue; /* check_fence() says it */
                if (inbox ? !db_reader_runs(v->db) : !db_sender_runs(v->db))
                        continue; /* who said it is no longer there */
                fault_why(&list[i], &f.text);
                found(v, &f);
        }
}

static bool loopback(const char *url)
{
        return strstr(url, "//127.") || strstr(url, "//localhost") || strstr(url, "//[::1]");
}

static void check_relays(struct visit *v)
{
        for (size_t i = 0; i < v->cfg->nrelay; i++) {
                const struct config_relay *r = &v->cfg->relay[i];
                struct doctor_finding f = {.check = "relay"};

                if (r->tls != RELAY_TLS_REQUIRED && !loopback(r->url))
                        err_set(&f.text, -EPERM,
                                "Relay “%s” (%s) is not bound to verified TLS: set tls = "
                                "\"required\"",
                                r->name, r->url);
                else
                        err_set(&f.text, 0, "Relay “%s” is %s; try it with: pressctl relay test %s",
                                r->name, r->url, r->name);
                found(v, &f);
        }
}

static void check_orders(struct visit *v)
{
        CLEANUP(mem_free) struct relay_order *list = mem_alloc(RELAY_ORDERS_MAX * sizeof(*list));
        struct err e;
        size_t n = 0;

        if (!v->db || relay_order_list(v->db, list, RELAY_ORDERS_MAX, &n, &e) < 0)
                return;
        for (size_t i = 0; i < v->cfg->nrelay; i++) {
                const char *name = v->cfg->relay[i].name;
                const struct relay_order *o = relay_order_of(list, n, name);
                struct doctor_finding f = {.check = "relay"};

                if (!o->paused_at)
                        continue;
                err_set(&f.text, -EAGAIN,
                        "Relay “%s” is paused by %s: it gets nothing until: pressctl relay resume "
                        "%s",
                        name, o->paused_by, name);
                found(v, &f);
        }
}

static void check_secrets(struct visit *v)
{
        for (size_t i = 0; i < v->cfg->nrelay; i++) {
                const char *file = v->cfg->relay[i].password_file;
                struct doctor_finding f = {.check = "secret"};

                if (!file[0])
                        continue;
                if (config_secret_look(file, v->cfg->database, &f.text) == 0)
                        err_set(&f.text, 0, "The secret file %s is there, for the sender alone",
                                file);
                found(v, &f);
        }
        for (size_t i = 0; i < v->cfg->ninbox; i++) {
                const char *file = v->cfg->inbox[i].password_file;
                struct doctor_finding f = {.check = "secret"};

                if (!file[0])
                        continue;
                if (config_secret_look_inbox(file, v->cfg->database, &f.text) == 0)
                        err_set(&f.text, 0, "The secret file %s is there, for the reader alone",
                                file);
                found(v, &f);
        }
}

/* Whether it can be opened needs its password: only press-inbox can tell. */
static void check_inboxes(struct visit *v)
{
        struct doctor_finding f = {.check = "inbox"};

        if (v->cfg->ninbox == 0) {
                err_set(&f.text, -ENOENT,
                        "What comes back is read by nobody: a letter handed on counts as arrived "
                        "for no one. Set inbox \"returns\" { url = \"imaps://…\" }");
                found(v, &f);
                return;
        }
        if (!v->db)
                return;
        if (db_reader_runs(v->db))
                err_set(&f.text, 0, "press-inbox is running");
        else
                err_set(&f.text, -EAGAIN,
                        "press-inbox is not running: what comes back is read by nobody; try it "
                        "with: press-inbox --check, start it with: systemctl start press-inbox");
        found(v, &f);
}

/* RFC 2606: no letter ever reaches these, nor comes from them. */
static bool is_sample(const char *domain_or_address)
{
        static const char *const ends[] = {".example", "example.com", "example.org", "example.net"};
        const char *s = strrchr(domain_or_address, '@');
        size_t n;

        s = s ? s + 1 : domain_or_address;
        n = strlen(s);
        for (size_t i = 0; i < COUNT_OF(ends); i++) {
                size_t len = strlen(ends[i]);

                if (n >= len && strcasecmp(s + n - len, ends[i]) == 0)
                        return true;
        }
        return false;
}

static void check_sample(struct visit *v)
{
        const struct {
                const char *name, *value;
        } settings[] = {{"domain", v->cfg->domain},
                        {"from", v->cfg->from_address},
                        {"return_path", v->cfg->return_path}};
        struct doctor_finding f = {.check = "sample"};

        for (size_t i = 0; i < COUNT_OF(settings); i++) {
                if (!is_sample(settings[i].value))
                        continue;
                err_set(&f.text, -ENOENT,
                        "%s is still that of the sample, %s: no letter can come from there; write "
                        "your own",
                        settings[i].name, settings[i].value);
                found(v, &f);
                return;
        }
        err_set(&f.text, 0, "Letters come from %s", v->cfg->from_address);
        found(v, &f);
}

static void check_pause(struct visit *v)
{
        struct doctor_finding f = {.check = "pause"};
        bool paused = false;

        if (!v->db || release_paused_all(v->db, &paused, &f.text) < 0)
                return;
        if (paused)
                err_set(&f.text, -EAGAIN,
                        "All sending is paused: nothing leaves until: pressctl resume --all");
        else
                err_set(&f.text, 0, "Sending is not paused as a whole");
        found(v, &f);
}

static void check_fence(struct visit *v)
{
        struct doctor_finding f = {.check = "fence"};
        struct fence fence;

        if (!v->db || fence_look(v->db, clock_wall(), &fence, &f.text) < 0)
                return;
        if (fence.at)
                err_set(&f.text, -ESTALE,
                        "An older database was put back: nothing leaves until somebody decides: "
                        "pressctl fence");
        else
                err_set(&f.text, 0, "The database is the one that was sent from last");
        found(v, &f);
}

/* Before the next crisis, not in it. */
static void check_addresses(struct visit *v)
{
        struct doctor_finding f = {.check = "addresses"};
        int64_t n = 0;

        if (!v->db || doubt_mandatory(v->db, clock_wall(), &n, &f.text) < 0)
                return;
        if (n)
                err_set(&f.text, -EAGAIN,
                        "Addresses of units or departments that cannot be relied on: %lld; who, "
                        "and what to do: pressctl book doubtful",
                        (long long) n);
        else
                err_set(&f.text, 0, "No unit or department is known by a dead address");
        found(v, &f);
}

static void check_trial(struct visit *v)
{
        struct doctor_finding f = {.check = "trial"};

        if (v->cfg->nallow)
                err_set(&f.text, -EPERM,
                        "Trial: only %zu addresses or domains are ever tried, all others end "
                        "as not sent, for good. To go live empty `allow`",
                        v->cfg->nallow);
        else
                err_set(&f.text, 0, "Everybody in the book is sent to (`allow` is empty)");
        found(v, &f);
}

static void check_approval(struct visit *v)
{
        struct doctor_finding f = {.check = "approval"};

        if (v->cfg->approval == APPROVAL_NONE)
                err_set(&f.text, -EPERM,
                        "Releases leave without anybody's approval: set approval = \"two-person\"");
        else
                err_set(&f.text, 0, "A release needs an approval before it leaves");
        found(v, &f);
}

static void check_alarms(struct visit *v)
{
        struct doctor_finding f = {.check = "notify"};

        if (!v->cfg->notify.nmail && !v->cfg->notify.command[0])
                err_set(&f.text, -ENOENT,
                        "Nobody is told of faults: set mail or command in notify { }");
        else
                err_set(&f.text, 0, "Faults are told to somebody");
        found(v, &f);
}

static void check_letterhead(struct visit *v)
{
        struct doctor_finding f = {.check = "letterhead"};

        if (!v->cfg->letterhead.ministry[0] || !v->cfg->letterhead.unit[0] ||
            !v->cfg->letterhead.contact[0])
                err_set(&f.text, -ENOENT,
                        "The letterhead is incomplete: set ministry, unit, place and contact in "
                        "letterhead { }");
        else
                err_set(&f.text, 0, "Letterhead: %s, %s", v->cfg->letterhead.ministry,
                        v->cfg->letterhead.unit);
        found(v, &f);
}

int doctor_run(const struct config *cfg, struct db *db, const struct err *db_error,
               void (*tell)(void *ctx, const struct doctor_finding *f), void *ctx)
{
        struct visit v = {.cfg = cfg, .db = db, .db_error = db_error, .tell = tell, .ctx = ctx};

        check_database(&v);
        check_files(&v);
        check_disk(&v);
        check_clock(&v);
        check_sample(&v);
        check_relays(&v);
        check_orders(&v);
        check_secrets(&v);
        check_sender(&v);
        check_inboxes(&v);
        check_fence(&v);
        check_pause(&v);
        check_faults(&v);
        check_letterhead(&v);
        check_alarms(&v);
        check_approval(&v);
        check_addresses(&v);
        check_trial(&v);
        return v.open;
}
