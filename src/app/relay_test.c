// SPDX-License-Identifier: MIT
#include "press/relay_test.h"

#include "press/clock.h"
#include "press/config.h"
#include "press/loop.h"
#include "press/mem.h"
#include "press/notice.h"

#include <errno.h>
#include <string.h>

struct visit {
        const struct config *cfg;
        const char *to;
        struct relay_test t;
        struct spliced letter;
        struct loop *loop;
        struct conn *conn; /* the line while it lasts */
        bool offer, go, quit;
        struct err e;
        int r;
};

static void on_up(void *ctx, struct conn *c)
{
        struct visit *v = ctx;

        v->t.up = true;
        v->t.info = *conn_info(c);
        v->t.caps = *conn_caps(c);
        if (v->to)
                v->offer = true;
        else
                v->quit = true;
}

static void on_go(void *ctx, struct conn *c, void *tag)
{
        struct visit *v = ctx;

        (void) c;
        (void) tag;
        v->go = true;
}

static void on_done(void *ctx, struct conn *c, void *tag, const struct outcome *o, int64_t ms)
{
        struct visit *v = ctx;

        (void) c;
        (void) tag;
        (void) ms;
        v->t.sent = true;
        v->t.outcome = *o;
        v->quit = true;
}

static void on_down(void *ctx, struct conn *c, const struct outcome *why)
{
        struct visit *v = ctx;

        v->conn = NULL;
        if (!v->t.up) {
                v->t.info = *conn_info(c);
                v->t.outcome = *why;
        }
        loop_stop(v->loop);
}

/* Calls into the line are made here, never from inside its callbacks. */
static void on_turn(void *ctx)
{
        struct visit *v = ctx;
        const struct smtp_envelope env = {
                .from = "", .rcpt = v->to, .envid = "", .size = v->letter.octets, .tag = v};

        if (!v->conn)
                return;
        if (v->offer) {
                v->offer = false;
                v->r = conn_envelope(v->conn, &env);
                if (v->r < 0) {
                        err_set(&v->e, v->r, "%s is not fit for the wire", v->to);
                        conn_abort(v->conn, "");
                }
        }
        if (v->go) {
                v->go = false;
                conn_letter(v->conn, v->letter.v, v->letter.n);
        }
        if (v->quit) {
                v->quit = false;
                conn_quit(v->conn);
        }
}

/* What to change so that the line is secured. */
static void advise_tls(struct relay_test *t, const struct config_relay *relay)
{
        switch (t->info.trouble) {
        case TLS_NOT_OFFERED:
                err_set(&t->advice, -EIO,
                        "It does not secure the line (STARTTLS) at the port in url of relay “%s”. "
                        "Use port 587, or smtps://…:465; tls = \"off\" only inside a network that "
                        "you trust",
                        relay->name);
                break;
        case TLS_WRONG_NAME:
                err_set(&t->advice, -EIO,
                        "Set url of relay “%s” to the name in its certificate, %s, and address to "
                        "where it is now",
                        relay->name, t->info.cert);
                break;
        case TLS_NOT_TRUSTED:
                err_set(&t->advice, -EIO,
                        "If this is your own server, set ca_file of relay “%s” to the authority "
                        "that signed its certificate; else ask its administrator to renew it",
                        relay->name);
                break;
        default:
                err_set(&t->advice, -EIO,
                        "Check url of relay “%s”: smtps:// is for port 465, smtp:// for 587 and 25",
                        relay->name);
                break;
        }
}

static void advise(struct relay_test *t, const struct config_relay *relay)
{
        const struct outcome *o = &t->outcome;

        if (t->up && (!t->sent || o->verdict == VERDICT_RELAYED)) {
                err_set(&t->advice, 0, "%s", "");
                return;
        }
        switch (o->stage) {
        case STAGE_CONNECT:
                err_set(&t->advice, -EIO, "Check url and address of relay “%s” and the firewall",
                        relay->name);
                break;
        case STAGE_TLS: advise_tls(t, relay); break;
        case STAGE_AUTH:
                err_set(&t->advice, -EPERM, "Check username and password_file of relay “%s”",
                        relay->name);
                break;
        case STAGE_EHLO:
                err_set(&t->advice, -EIO, "Check domain: the relay does not like our name");
                break;
        case STAGE_MAIL:
                err_set(&t->advice, -EPERM,
                        "The relay does not let us send as return_path: ask its administrator, "
                        "or set username");
                break;
        default:
                err_set(&t->advice, -EPERM,
                        "The relay refuses this recipient or text: ask its administrator");
                break;
        }
}

static int compose(struct visit *v, struct err *e)
{
        const struct notice n = {
                .from_name = v->cfg->from_name,
                .from_address = v->cfg->from_address,
                .to = v->to,
                .subject = msg_text(v->cfg->language, "press: test of a relay"),
                .text = msg_text(v->cfg->language,
                                 "This mail was sent to test a relay. Nothing is to be done.\n"),
                .domain = v->cfg->domain,
                .moment = clock_wall(),
        };

        return v->to ? notice_compose(&n, &v->letter, e) : 0;
}

int relay_test(const struct config *cfg, const struct config_relay *relay, const char *to,
               struct relay_test *ret, struct err *e)
{
        static const struct conn_ops ops = {on_up, on_go, on_done, on_down};
        CLEANUP(loop_close) struct loop *loop = NULL;
        CLEANUP(net_close) struct net *net = NULL;
        char password[1024] = "";
        struct visit v = {.cfg = cfg, .to = to};
        struct relay_opts opts = {.name = relay->name,
                                  .url = relay->url,
                                  .address = relay->address,
                                  .ehlo = cfg->domain,
                                  .username = relay->username,
                                  .password = password,
                                  .ca_file = relay->ca_file,
                                  .tls = relay->tls,
                                  .pipelining = relay->pipelining,
                                  .session_ms = 60 * CLOCK_S};
        int r = 0;

        if (relay->password_file[0])
                r = config_secret(relay->password_file, password, sizeof(password), e);
        if (r == 0)
                r = compose(&v, e);
        if (r == 0)
                r = loop_open(&loop, e);
        if (r == 0)
                r = net_open(loop, &ops, &v, &net, e);
        if (r == 0) {
                v.loop = loop;
                loop_on_turn(loop, on_turn, &v);
                v.conn = conn_open(net, &opts, &v);
                r = loop_run(loop, e);
        }
        explicit_bzero(password, sizeof(password));
        spliced_done(&v.letter);
        if (r < 0)
                return r;
        if (v.r < 0) {
                *e = v.e;
                return v.r;
        }
        advise(&v.t, relay);
        *ret = v.t;
        return 0;
}
