// SPDX-License-Identifier: MIT
/*
 * press-inbox - the reader of returned mail: configuration, database, signals
 */
#include "press/cage.h"
#include "press/config.h"
#include "press/db.h"
#include "press/inbox.h"
#include "press/log.h"
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
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

struct press_inbox {
        const char *conf, *maildir, *recipient;
        bool once, check, pipe;
};

static const char USAGE[] =
        "Usage: press-inbox [-c FILE] [--once|--check|--pipe [--recipient ADDRESS]] "
        "[--maildir DIR]\n"
        "Reads the mail that comes back, in the foreground.\n"
        "  -c, --config FILE        configuration (default: $PRESS_CONFIG, /etc/press/press.conf)\n"
        "      --once               read each inbox through and leave\n"
        "      --check              open each inbox, change nothing and leave\n"
        "      --pipe               read one mail on standard input: 0 handled, 75 try again\n"
        "      --recipient ADDRESS  with --pipe: whom the relay had it for\n"
        "      --maildir DIR        read this Maildir, not the inboxes of the configuration\n"
        "      --debug              log more\n";

static int fail(const struct err *e, enum lang lang, int status)
{
        char text[ERR_TEXT_MAX];

        err_format(e, lang, text, sizeof(text));
        fprintf(stderr, "press-inbox: %s\n", text);
        return status;
}

static int exit_status(int r)
{
        switch (r) {
        case 0: return EX_OK;
        case -EIO:
        case -ENOSPC:
        case -EROFS:
        case -EBADMSG: return EX_IOERR;
        case -EACCES:
        case -EPERM: return EX_NOPERM;
        case -ENOENT: return EX_NOINPUT;
        default: return EX_TEMPFAIL;
        }
}

/* No core file and no ptrace: the process holds the mailbox's password (R97). */
static void keep_secrets(void)
{
        setrlimit(RLIMIT_CORE, &(struct rlimit){0});
        prctl(PR_SET_DUMPABLE, 0);
        umask(0007);
}

static int parse_options(struct press_inbox *p, int argc, char **argv)
{
        static const struct option options[] = {
                {"config", required_argument, NULL, 'c'},
                {"once", no_argument, NULL, 'o'},
                {"check", no_argument, NULL, 'k'},
                {"pipe", no_argument, NULL, 'p'},
                {"recipient", required_argument, NULL, 'r'},
                {"maildir", required_argument, NULL, 'm'},
                {"debug", no_argument, NULL, 'v'},
                {"help", no_argument, NULL, 'h'},
                {0},
        };
        const char *conf = NULL;
        int c;

        p->recipient = "";
        for (int i = 1; i < argc; i++)
                p->pipe |= strcmp(argv[i], "--pipe") == 0;
        while ((c = getopt_long(argc, argv, "c:h", options, NULL)) != -1) {
                switch (c) {
                case 'c': conf = optarg; break;
                case 'o': p->once = true; break;
                case 'k': p->check = true; break;
                case 'p': p->pipe = true; break;
                case 'r': p->recipient = optarg; break;
                case 'm': p->maildir = optarg; break;
                case 'v': log_set_level(LOG_LEVEL_DEBUG); break;
                case 'h': fputs(USAGE, stdout); exit(EX_OK);
                default: fputs(USAGE, stderr); return EX_USAGE;
                }
        }
        if (optind < argc) {
                fprintf(stderr, "press-inbox: %s: not expected\n%s", argv[optind], USAGE);
                return EX_USAGE;
        }
        if (p->once + p->check + p->pipe > 1 || (p->recipient[0] && !p->pipe)) {
                fputs(USAGE, stderr);
                return EX_USAGE;
        }
        p->conf = config_path(conf, true);
        return EX_OK;
}

/* --maildir: that Maildir instead of the inboxes of the file. */
static int load(const struct press_inbox *p, struct config **ret, struct err *e)
{
        CLEANUP(config_free) struct config *c = NULL;
        CLEANUP(mem_free) char *full = NULL;
        int r = config_load(p->conf, &c, e);

        if (r == 0 && p->maildir && p->pipe) /* for the first mail ever */
                mkdir(p->maildir, 0770);
        if (r == 0 && p->maildir && !(full = realpath(p->maildir, NULL)))
                r = err_set(e, -errno, "the Maildir %s cannot be used: %s", p->maildir,
                            strerror(errno));
        if (r == 0 && p->maildir)
                r = config_only_maildir(c, full, e);
        if (r == 0)
                r = zone_open(c->timezone, e);
        if (r < 0)
                return r;
        *ret = TAKE(c);
        return 0;
}

/* --- one mail ----------------------------------------------------------------------------- */

/* Whatever goes wrong, the relay must keep the mail: 75 and nothing else. */
static int take_one(const struct press_inbox *p, const struct config *c)
{
        CLEANUP(db_close) struct db *db = NULL;
        const struct config_inbox *in = NULL;
        struct err e = {0};
        int r;

        for (size_t i = 0; i < c->ninbox && !in; i++)
                if (c->inbox[i].maildir[0])
                        in = &c->inbox[i];
        if (!in)
                r = err_set(&e, -EINVAL,
                            "--pipe keeps each mail in a Maildir: name it by --maildir DIR, or in "
                            "an inbox with url = \"maildir:///PATH\"");
        else
                r = db_open(c->database, &db, &e);
        if (r == 0)
                r = inbox_pipe(c, db, in, STDIN_FILENO, p->recipient, &e);
        return r < 0 ? fail(&e, c->language, EX_TEMPFAIL) : EX_OK;
}

/* --- all inboxes -------------------------------------------------------------------------- */

static void tell_one(void *ctx, const struct config_inbox *in, const struct err *why)
{
        const struct config *c = ctx;

        if (why->code) {
                fprintf(stderr, "inbox %s: ", in->name);
                fail(why, c->language, 0);
        } else {
                printf("inbox %s: ok\n", in->name);
        }
}

static int check(struct config *c)
{
        if (c->ninbox == 0) {
                struct err e = {0};

                err_set(&e, -EINVAL,
                        "no inbox is set; add inbox \"returns\" { url = \"imaps://…\" }");
                err_at(&e, c->path, 0);
                return fail(&e, c->language, EX_CONFIG);
        }
        return inbox_check(c, tell_one, c) ? EX_TEMPFAIL : EX_OK;
}

static int signals_open(void)
{
        sigset_t set;
        int fd;

        sigemptyset(&set);
        sigaddset(&set, SIGTERM);
        sigaddset(&set, SIGINT);
        sigaddset(&set, SIGHUP);
        sigprocmask(SIG_BLOCK, &set, NULL);
        fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
        if (fd < 0)
                abort(); /* out of memory or descriptors, at the very start */
        return fd;
}

/* true: go on, with a configuration read anew. */
static bool asked_to_reload(const struct press_inbox *p, int fd, struct config **c)
{
        CLEANUP(config_free) struct config *fresh = NULL;
        struct signalfd_siginfo s;
        struct err e = {0};
        char text[ERR_TEXT_MAX];

        if (read(fd, &s, sizeof(s)) != (ssize_t) sizeof(s))
                return true;
        if (s.ssi_signo != SIGHUP)
                return false;
        if (load(p, &fresh, &e) < 0 || fresh->ninbox == 0 ||
            strcmp(fresh->database, (*c)->database) != 0) {
                err_text(&e, LANG_EN, text, sizeof(text));
                log_error("configuration refused, the old one stays: %s",
                          e.code ? text : "another database, or no inbox");
                return true;
        }
        config_free(c);
        *c = TAKE(fresh);
        log_info("configuration read again");
        return true;
}

static int run(const struct press_inbox *p, struct config **c, int signals, struct err *e)
{
        CLEANUP(db_close) struct db *db = NULL;
        int r = db_open((*c)->database, &db, e);

        if (r == 0)
                r = db_sole_reader(db, e);
        if (r < 0)
                return r;
        wake_notify_systemd("READY=1");
        log_info("ready database=%s inboxes=%zu", db_path(db), (*c)->ninbox);
        do
                r = inbox_run(*c, db, p->once, signals, e);
        while (r == 0 && !p->once && asked_to_reload(p, signals, c));
        wake_notify_systemd("STOPPING=1");
        return r;
}

int main(int argc, char **argv)
{
        struct press_inbox p = {0};
        CLEANUP(config_free) struct config *c = NULL;
        struct err e = {0};
        int r, signals;

        if (argc == 2 && strcmp(argv[1], CAGE_ARGUMENT) == 0)
                return cage_main();
        signal(SIGPIPE, SIG_IGN);
        signal(SIGXFSZ, SIG_IGN); /* a file-size limit is an error like a full disk */
        keep_secrets();
        token_init();
        r = parse_options(&p, argc, argv);
        if (r != EX_OK)
                return p.pipe ? EX_TEMPFAIL : r; /* a relay would return the mail, and for good */
        if (load(&p, &c, &e) < 0)
                return fail(&e, LANG_EN, p.pipe ? EX_TEMPFAIL : EX_CONFIG);
        if (p.pipe)
                return take_one(&p, c);
        if (p.check || c->ninbox == 0)
                return check(c);
        signals = signals_open();
        r = run(&p, &c, signals, &e);
        close(signals);
        return r < 0 ? fail(&e, c->language, exit_status(r)) : EX_OK;
}
