// SPDX-License-Identifier: MIT
/*
 * pressd - the sender: configuration, database, loop, and nothing of its own
 */
#include "press/clock.h"
#include "press/config.h"
#include "press/db.h"
#include "press/dispatch.h"
#include "press/log.h"
#include "press/loop.h"
#include "press/mem.h"
#include "press/token.h"
#include "press/wake.h"
#include "press/zone.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

struct pressd {
        const char *conf;
        enum dispatch_until until;
        bool check, help;
        const char *lang; /* as given, NULL = not */
        struct dispatch *dispatch;
};

static const char USAGE[] =
        N_("Usage: pressd [-c FILE] [--once|--drain|--check]\n"
           "The sender, in the foreground.\n"
           "  -c, --config FILE  configuration (default: $PRESS_CONFIG, /etc/press/press.conf)\n"
           "      --once         leave when nothing can be tried now\n"
           "      --drain        leave with 0 when nothing is left to try, or with 3 when only a\n"
           "                     person can go on\n"
           "      --check        test the configuration and leave\n"
           "      --lang vi|en   the language of its messages\n"
           "      --debug        log more\n");

static int fail(const struct err *e, enum lang lang, int status)
{
        char text[ERR_TEXT_MAX];

        err_format(e, lang, text, sizeof(text));
        fprintf(stderr, "pressd: %s\n", text);
        return status;
}

static int exit_status(int r)
{
        switch (r) {
        case -EBUSY:
        case -EAGAIN: return EX_TEMPFAIL;
        case -EIO:
        case -ENOSPC:
        case -EROFS:
        case -EBADMSG: return EX_IOERR;
        case -EACCES:
        case -EPERM: return EX_NOPERM;
        case -ENOENT: return EX_NOINPUT;
        default: return EX_SOFTWARE;
        }
}

/* No core file and no ptrace: the process holds the relay's password (R97). */
static void keep_secrets(void)
{
        setrlimit(RLIMIT_CORE, &(struct rlimit){0});
        prctl(PR_SET_DUMPABLE, 0);
        umask(0007);
}

static void on_signal(void *ctx, int signo)
{
        struct pressd *p = ctx;
        struct config *cfg = NULL;
        struct err e = {0};
        char text[ERR_TEXT_MAX];

        if (signo == SIGCHLD) {
                dispatch_reap(p->dispatch);
                return;
        }
        if (signo != SIGHUP) {
                wake_notify_systemd("STOPPING=1");
                dispatch_stop(p->dispatch);
                return;
        }
        if (config_load(p->conf, &cfg, &e) < 0) {
                err_format(&e, LANG_EN, text, sizeof(text));
                log_error("configuration refused, the old one stays: %s", text);
                return;
        }
        dispatch_reload(p->dispatch, &cfg);
}

static void on_wake(void *ctx, int fd, unsigned events)
{
        struct pressd *p = ctx;

        (void) events;
        wake_drain(fd);
        dispatch_wake(p->dispatch);
}

static int usage(enum lang lang)
{
        fputs(msg_text(lang, USAGE), stderr);
        return EX_USAGE;
}

static int parse_options(struct pressd *p, int argc, char **argv, enum lang *lang)
{
        static const struct option options[] = {
                {"config", required_argument, NULL, 'c'}, {"once", no_argument, NULL, 'o'},
                {"drain", no_argument, NULL, 'd'},        {"check", no_argument, NULL, 'k'},
                {"lang", required_argument, NULL, 'l'},   {"debug", no_argument, NULL, 'v'},
                {"help", no_argument, NULL, 'h'},         {0},
        };
        const char *conf = NULL;
        struct err e = {0};
        int c;

        while ((c = getopt_long(argc, argv, "c:h", options, NULL)) != -1) {
                switch (c) {
                case 'c': conf = optarg; break;
                case 'o': p->until = DISPATCH_ONCE; break;
                case 'd': p->until = DISPATCH_DRAIN; break;
                case 'k': p->check = true; break;
                case 'v': log_set_level(LOG_LEVEL_DEBUG); break;
                case 'l': p->lang = optarg; break;
                case 'h': p->help = true; break;
                default: return usage(*lang);
                }
        }
        if (p->lang && msg_lang_parse(p->lang, lang) < 0) {
                err_set(&e, -EINVAL, "there is no language “%s”; there are vi and en", p->lang);
                return fail(&e, *lang, EX_USAGE);
        }
        if (optind < argc) {
                err_set(&e, -EINVAL, "%s: not expected", argv[optind]);
                fail(&e, *lang, EX_USAGE);
                return usage(*lang);
        }
        p->conf = config_path(conf, true);
        return EX_OK;
}

static int open_database(const char *path, struct db **ret, struct err *e)
{
        CLEANUP(db_close) struct db *db = NULL;
        int r;

        r = db_open(path, &db, e);
        if (r < 0)
                return r;
        r = db_sole_sender(db, e);
        if (r < 0)
                return r;
        r = db_check_start(db, e);
        if (r < 0)
                return r;
        *ret = TAKE(db);
        return 0;
}

/* A reload asked for while we start is one of what is just being read: it waits its turn. */
static void hold_reload(void)
{
        sigset_t set;

        sigemptyset(&set);
        sigaddset(&set, SIGHUP);
        sigprocmask(SIG_BLOCK, &set, NULL);
}

/* A wait for replies is shorter than the 50 µs by which Linux lengthens one. */
#define TIMER_SLACK_NS 1000

static int run(struct pressd *p, struct config **cfg, struct err *e)
{
        static const int signals[] = {SIGTERM, SIGINT, SIGHUP, SIGCHLD, 0};
        CLEANUP(db_close) struct db *db = NULL;
        CLEANUP(loop_close) struct loop *loop = NULL;
        CLEANUP(dispatch_close) struct dispatch *dispatch = NULL;
        CLEANUP(mem_free) char *socket = mem_strdup((*cfg)->socket);
        int r, fd = -1;

        r = open_database((*cfg)->database, &db, e);
        if (r < 0)
                return r;
        r = loop_open(&loop, e);
        if (r < 0)
                return r;
        r = dispatch_open(cfg, db, loop, p->until, &dispatch, e);
        if (r < 0)
                return r;
        p->dispatch = dispatch;
        r = wake_listen(socket, &fd, e);
        if (r < 0)
                return r;
        loop_watch(loop, fd, LOOP_READ, on_wake, p);
        r = loop_signals(loop, signals, on_signal, p, e);
        if (r < 0)
                return r;
        wake_notify_systemd("READY=1");
        log_info("ready database=%s", db_path(db));
        prctl(PR_SET_TIMERSLACK, TIMER_SLACK_NS);
        r = loop_run(loop, e);
        unlink(socket);
        close(fd);
        return r < 0 ? r : dispatch_exit_code(dispatch);
}

/* What a start would stumble over later: the secrets of the relays. */
static int check(const struct config *cfg, enum lang lang)
{
        char secret[1024];
        int status = EX_OK;

        for (size_t i = 0; i < cfg->nrelay; i++) {
                const struct config_relay *relay = &cfg->relay[i];
                struct err e = {0};
                int r = 0;

                if (relay->password_file[0]) {
                        r = config_secret(relay->password_file, secret, sizeof(secret), &e);
                        explicit_bzero(secret, sizeof(secret));
                        if (r == 0)
                                r = config_secret_look(relay->password_file, cfg->database, &e);
                }
                if (r == 0 && relay->ca_file[0] && access(relay->ca_file, R_OK) < 0)
                        r = err_set(&e, -errno, "the ca_file %s of relay “%s” cannot be read: %s",
                                    relay->ca_file, relay->name, strerror(errno));
                if (r < 0) {
                        err_at(&e, cfg->path, 0);
                        status = fail(&e, lang, EX_CONFIG);
                }
        }
        if (status == EX_OK)
                printf("%s: ok\n", cfg->path);
        return status;
}

int main(int argc, char **argv)
{
        struct pressd p = {0};
        CLEANUP(config_free) struct config *cfg = NULL;
        struct err e = {0};
        enum lang lang;
        int r;

        signal(SIGPIPE, SIG_IGN);
        signal(SIGXFSZ, SIG_IGN); /* a file-size limit is an error like a full disk */
        hold_reload();
        keep_secrets();
        token_init();
        msg_lang_reader(NULL, &lang);
        r = parse_options(&p, argc, argv, &lang);
        if (r != EX_OK)
                return r;
        if (p.help) {
                fputs(msg_text(lang, USAGE), stdout);
                return EX_OK;
        }
        if (config_load(p.conf, &cfg, &e) < 0)
                return fail(&e, lang, EX_CONFIG);
        if (!msg_lang_reader(p.lang, &lang))
                lang = cfg->language;
        r = zone_open(cfg->timezone, &e);
        if (r < 0)
                return fail(&e, lang, EX_CONFIG);
        if (p.check)
                return check(cfg, lang);
        r = run(&p, &cfg, &e);
        return r < 0 ? fail(&e, lang, exit_status(r)) : r;
}
