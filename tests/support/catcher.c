// SPDX-License-Identifier: MIT
/*
 * catcher - the mail server of the tests and of `make demo`
 *
 * It listens on 127.0.0.1 only and sends nothing on, so no message can leave
 * the machine. smtpd_help.c is its manual, smtpd.h the map of its source.
 */
#include "press/clock.h"
#include "press/mem.h"
#include "smtpd.h"
#include "smtpd_tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define SCRIPT_MAX (16u << 20) /* bytes */

struct opts {
        const char *port, *port_file, *script, *maildir, *transcript, *ledger, *cert, *key,
                *lenient, *name;
        bool implicit_tls, with_parent;
};

static void print_help(void)
{
        for (size_t i = 0; smtpd_help[i]; i++)
                fputs(smtpd_help[i], stdout);
}

static bool parse_opts(int argc, char **argv, struct opts *o)
{
        static const struct option names[] = {
                {"port", required_argument, NULL, 'p'},
                {"port-file", required_argument, NULL, 'f'},
                {"script", required_argument, NULL, 's'},
                {"maildir", required_argument, NULL, 'm'},
                {"transcript", required_argument, NULL, 't'},
                {"ledger", required_argument, NULL, 'l'},
                {"tls-cert", required_argument, NULL, 'c'},
                {"tls-key", required_argument, NULL, 'k'},
                {"implicit-tls", no_argument, NULL, 'i'},
                {"lenient", required_argument, NULL, 'L'},
                {"name", required_argument, NULL, 'n'},
                {"with-parent", no_argument, NULL, 'w'},
                {"help", no_argument, NULL, 'h'},
                {0},
        };
        int k;

        while ((k = getopt_long(argc, argv, "", names, NULL)) != -1) {
                switch (k) {
                case 'p': o->port = optarg; break;
                case 'f': o->port_file = optarg; break;
                case 's': o->script = optarg; break;
                case 'm': o->maildir = optarg; break;
                case 't': o->transcript = optarg; break;
                case 'l': o->ledger = optarg; break;
                case 'c': o->cert = optarg; break;
                case 'k': o->key = optarg; break;
                case 'L': o->lenient = optarg; break;
                case 'n': o->name = optarg; break;
                case 'i': o->implicit_tls = true; break;
                case 'w': o->with_parent = true; break;
                case 'h': print_help(); exit(0);
                default: return false;
                }
        }
        return optind == argc && !*o->cert == !*o->key && (*o->cert || !o->implicit_tls);
}

static bool parse_lenient(const char *word, enum lenient *ret)
{
        static const char *const words[] = {[LENIENT_NO] = "no",
                                            [LENIENT_LF] = "lf",
                                            [LENIENT_CRLFDOT] = "crlfdot",
                                            [LENIENT_CR] = "cr",
                                            [LENIENT_NUL] = "nul"};

        for (size_t i = 0; i < COUNT_OF(words); i++)
                if (!strcmp(word, words[i])) {
                        *ret = (enum lenient) i;
                        return true;
                }
        fprintf(stderr, "catcher: --lenient is lf, crlfdot, cr or nul\n");
        return false;
}

/* Keeps the script that is there when the new one is wrong. */
static bool load_script(struct server *srv, const char *file)
{
        CLEANUP(buf_done) struct buf text = BUF(SCRIPT_MAX);
        struct script *s;
        FILE *f = *file ? fopen(file, "re") : NULL;
        int c;

        if (*file && !f) {
                fprintf(stderr, "catcher: cannot read %s: %s\n", file, strerror(errno));
                return false;
        }
        while (f && (c = getc(f)) != EOF)
                buf_addc(&text, (char) c);
        if (f)
                fclose(f);
        s = script_parse(file, text.s, srv->keys);
        if (!s)
                return false;
        s->older = srv->script;
        srv->script = s;
        return true;
}

/* Returns the port, or 0. */
static unsigned listen_on(struct server *srv, const char *port)
{
        struct sockaddr_in a = {.sin_family = AF_INET,
                                .sin_port = htons((uint16_t) strtoul(port, NULL, 10)),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        socklen_t len = sizeof(a);
        const int one = 1, small = 4096;

        srv->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        setsockopt(srv->listen_fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
        if (srv->script->deaf)
                setsockopt(srv->listen_fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
        if (bind(srv->listen_fd, (struct sockaddr *) &a, len) < 0 ||
            listen(srv->listen_fd, 4096) < 0 ||
            getsockname(srv->listen_fd, (struct sockaddr *) &a, &len) < 0) {
                fprintf(stderr, "catcher: cannot listen on 127.0.0.1:%s: %s\n", port,
                        strerror(errno));
                return 0;
        }
        return ntohs(a.sin_port);
}

static bool tell_port(const char *file, unsigned port)
{
        CLEANUP(mem_free) char *tmp = mem_printf("%s.new", file);
        FILE *f = fopen(tmp, "we");
        bool ok = f && fprintf(f, "%u\n", port) > 0;

        ok = (f && fclose(f) == 0) && ok && rename(tmp, file) == 0;
        if (!ok)
                fprintf(stderr, "catcher: cannot write %s: %s\n", file, strerror(errno));
        return ok;
}

static void die_with_parent(pid_t parent)
{
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (getppid() != parent)
                exit(1);
}

static int watch_signals(void)
{
        sigset_t set;

        sigemptyset(&set);
        sigaddset(&set, SIGTERM);
        sigaddset(&set, SIGINT);
        sigaddset(&set, SIGHUP);
        sigprocmask(SIG_BLOCK, &set, NULL);
        return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

/* false when it is time to go. */
static bool take_signal(struct server *srv, int fd, const char *script)
{
        struct signalfd_siginfo si;

        while (read(fd, &si, sizeof(si)) == sizeof(si)) {
                if (si.ssi_signo != SIGHUP)
                        return false;
                record_note(srv->record, 0, "--",
                            load_script(srv, script) ? "the script was read again"
                                                     : "the script is wrong, the old one stays");
        }
        return true;
}

static int wait_ms(const struct server *srv)
{
        int64_t left = srv->next_wake - clock_mono();

        if (srv->next_wake == INT64_MAX)
                return -1;
        return left < 0 ? 0 : left > 60000 ? 60000 : (int) left;
}

static void loop(struct server *srv, int signal_fd, const char *script)
{
        struct epoll_event ev[256];
        struct epoll_event on_listen = {.events = EPOLLIN, .data.ptr = &srv->listen_fd};
        struct epoll_event on_signal = {.events = EPOLLIN, .data.ptr = NULL};
        bool on = true;

        epoll_ctl(srv->epoll_fd, EPOLL_CTL_ADD, srv->listen_fd, &on_listen);
        epoll_ctl(srv->epoll_fd, EPOLL_CTL_ADD, signal_fd, &on_signal);
        while (on) {
                int n = epoll_wait(srv->epoll_fd, ev, COUNT_OF(ev), wait_ms(srv));

                srv->now = clock_mono();
                srv->record->wall = clock_wall();
                for (int i = 0; i < n; i++) {
                        if (!ev[i].data.ptr)
                                on = take_signal(srv, signal_fd, script);
                        else if (ev[i].data.ptr == &srv->listen_fd)
                                conn_accept(srv);
                        else
                                conn_event(ev[i].data.ptr, ev[i].events);
                }
                conn_wake_due(srv);
                record_flush(srv->record);
                conn_flush_dirty(srv);
                record_flush(srv->record);
        }
}

static bool start(struct server *srv, const struct opts *o)
{
        struct rlimit files;
        unsigned port;

        if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
                files.rlim_cur = files.rlim_max;
                setrlimit(RLIMIT_NOFILE, &files);
        }
        if (*o->cert && !(srv->keys = tls_load(o->cert, o->key)))
                return false;
        if (!load_script(srv, o->script))
                return false;
        if (record_open(srv->record, o->ledger, o->transcript, o->maildir) < 0)
                return false;
        srv->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
        port = listen_on(srv, o->port);
        if (!port)
                return false;
        if (*o->port_file)
                return tell_port(o->port_file, port);
        printf("%u\n", port);
        return fflush(stdout) == 0;
}

int main(int argc, char **argv)
{
        struct opts o = {"0",   "",   "", "", "", "", "", "", "no", "catcher.test.example",
                         false, false};
        struct record record;
        struct server srv = {.record = &record, .next_wake = INT64_MAX};
        pid_t parent = getppid();
        int signal_fd;

        if (!parse_opts(argc, argv, &o) || !parse_lenient(o.lenient, &srv.lenient)) {
                fputs("catcher: try catcher --help\n", stderr);
                return 64;
        }
        if (o.with_parent)
                die_with_parent(parent);
        srv.name = o.name;
        srv.implicit_tls = o.implicit_tls;
        signal_fd = watch_signals();
        if (!start(&srv, &o))
                return 1;
        loop(&srv, signal_fd, o.script);
        conn_close_all(&srv);
        record_close(&record);
        script_free(srv.script);
        tls_unload(srv.keys);
        return 0;
}
