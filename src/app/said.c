// SPDX-License-Identifier: MIT
#include "press/said.h"

#include "press/err.h"
#include "press/fault.h"
#include "press/finding.h"
#include "press/mem.h"
#include "press/outcome.h"

#include <stdio.h>
#include <string.h>

#define DEPTH 3 /* a text inside of a text */

/* The formats of net/diag, net/line and core/smtp; numbers are %s here. */
static const char *const known[] = {
        N_("no reply in time"),
        N_("no reply to QUIT"),
        N_("the relay took no data in time"),
        N_("the relay does not offer SMTPUTF8, which the address needs"),
        N_("the relay does not offer SMTPUTF8, which the sender's address needs"),
        N_("the letter is larger than the relay takes"),
        N_("the address is not fit for the wire"),
        N_("press ended before the reply"),
        N_("press is stopping"),
        N_("an older database was put back: it may have been sent before"),
        N_("closed before it was up"),
        N_("time ran out"),
        N_("a reply that cannot be read: %s"),
        N_("a reply whose lines have different codes: %s"),
        N_("a reply of too many lines: %s"),
        N_("a reply of too many bytes: %s"),
        N_("a reply that does not fit its command"),
        N_("a reply to no command"),
        N_("DATA was allowed for a refused envelope"),
        N_("RSET was refused"),
        N_("the relay closed the connection before %s"),
        N_("the relay closed the connection"),
        N_("connection lost: %s"),
        N_("no address is known for the name in %s"),
        N_("no answer from the name servers about %s in %s s"),
        N_("cannot connect to %s in %s s"),
        N_("cannot connect to %s: %s"),
        N_("certificate names %s, not %s"),
        N_("certificate of %s (it names %s) is not trusted: %s"),
        N_("the relay offers no STARTTLS, but tls is \"required\""),
        N_("cannot read the CA file %s"),
        N_("a username is set, but the relay offers no login that we know (AUTH)"),
        N_("the TLS handshake failed: %s"),
        N_("the relay talks too much: %s"),
        N_("out of step at %s: %s"),
        N_("url is not a relay's: %s"),
        N_("%s did not come in %s s"),
        N_("the reply to STARTTLS"),
        N_("the TLS handshake"),
        N_("the reply to EHLO"),
        N_("the reply to our login"),
        N_("the banner"),
        N_("taken back by %s: %s"), /* telephone calls: store/call */
        N_("reached by telephone, says %s: %s"),
        N_("reached by telephone, says %s"),
        N_("telephoned, no answer, says %s: %s"),
        N_("telephoned, no answer, says %s"),
        N_("telephoned, word left, says %s: %s"),
        N_("telephoned, word left, says %s"),
        N_("new address by telephone %s, says %s: %s"),
        N_("new address by telephone %s, says %s"),
        N_("new address by telephone: %s"),
        N_("new address by telephone"),
        N_("settled by telephone"),
        N_("The certificate is NOT trusted. %s"), /* GnuTLS */
        N_("The certificate issuer is unknown. "),
        N_("The certificate chain uses expired certificate. "),
};

/* Fills e->arg with what stands at each %s of the pattern; false when the text is another. */
static bool match(const char *pattern, const char *text, struct err *e)
{
        *e = (struct err){.msgid = pattern};
        for (;;) {
                size_t n = strcspn(pattern, "%");
                const char *end;
                char next[80];

                if (strncmp(pattern, text, n) != 0)
                        return false;
                text += n;
                pattern += n;
                if (!*pattern)
                        return !*text;
                pattern += strlen("%s");
                snprintf(next, sizeof(next), "%.*s", (int) strcspn(pattern, "%"), pattern);
                end = next[0] ? strstr(text, next) : text + strlen(text);
                if (!end || e->nargs == ERR_ARGS)
                        return false;
                snprintf(e->arg[e->nargs++], ERR_ARG_BYTES, "%.*s", (int) (end - text), text);
                text = end;
        }
}

static void translate(const char *text, enum lang lang, int depth, char *out, size_t size)
{
        struct err e;

        for (size_t i = 0; i < COUNT_OF(known) && depth && lang != LANG_EN; i++) {
                if (!match(known[i], text, &e))
                        continue;
                for (unsigned k = 0; k < e.nargs; k++) {
                        char part[ERR_ARG_BYTES];

                        translate(e.arg[k], lang, depth - 1, part, sizeof(part));
                        memcpy(e.arg[k], part, sizeof(part));
                }
                err_text(&e, lang, out, size);
                return;
        }
        snprintf(out, size, "%s", msg_reason(lang, text));
}

void said_text(const char *text, enum lang lang, char *out, size_t size)
{
        translate(text, lang, DEPTH, out, size);
}

static const char *const stage_title[STAGES] = {
        [STAGE_CONNECT] = N_("connecting (connect)"),
        [STAGE_TLS] = N_("securing the line (tls)"),
        [STAGE_EHLO] = N_("greeting (ehlo)"),
        [STAGE_AUTH] = N_("login (auth)"),
        [STAGE_MAIL] = N_("sender (mail)"),
        [STAGE_RCPT] = N_("recipient (rcpt)"),
        [STAGE_DATA] = N_("before the letter (data)"),
        [STAGE_DOT] = N_("letter (dot)"),
};

const char *said_stage(const char *name, enum lang lang)
{
        for (int i = 0; i < STAGES; i++)
                if (strcmp(stage_name((enum stage) i), name) == 0)
                        return msg_text(lang, stage_title[i]);
        return name;
}

const char *said_kind(const char *name, enum lang lang)
{
        static const char *const title[][2] = {
                {"attempt", N_("try")},
                {"report", N_("report")},
                {"relay-log", N_("the relay's log")},
                {"call", N_("telephone")},
                {"reply", N_("answer")},
                {"resend", N_("sent again by hand")},
        };

        for (size_t i = 0; i < COUNT_OF(title); i++)
                if (strcmp(title[i][0], name) == 0)
                        return msg_text(lang, title[i][1]);
        return name;
}

const char *said_action(const char *name, enum lang lang)
{
        static const char *const words[FINDING_ACTIONS] = {
                [FINDING_DELIVERED] = N_("accepted by the recipient's server"),
                [FINDING_FAILED] = N_("returned"),
                [FINDING_DELAYED] = N_("delayed, still being tried there"),
                [FINDING_RELAYED] = N_("handed on, no further reports from there"),
                [FINDING_EXPANDED] = N_("handed to a list of addresses"),
                [FINDING_COMPLAINT] = N_("a complaint: unwanted mail"),
                [FINDING_AUTOREPLY] = N_("an automatic reply"),
                [FINDING_CHALLENGE] = N_("asks for proof that a person wrote"),
                [FINDING_RECEIPT] = N_("a read receipt"),
                [FINDING_REPLY] = N_("a person answered"),
                [FINDING_UNREADABLE] =
                        N_("came back and could not be read; see the folder for people"),
                [FINDING_LOOP] = N_("the letter itself came back, through a list or a forward"),
        };
        int i = words_find(&finding_actions, name);

        return i >= 0 ? msg_text(lang, words[i]) : name;
}

/* A title of a stage is translated as one, all else as a reply. */
static void said_part(const char *text, enum lang lang, char *out, size_t size)
{
        for (int i = 0; i < STAGES; i++)
                if (stage_title[i] && strcmp(stage_title[i], text) == 0) {
                        snprintf(out, size, "%s", msg_text(lang, stage_title[i]));
                        return;
                }
        said_text(text, lang, out, size);
}

void said_fault(const struct fault *f, enum lang lang, char *out, size_t size)
{
        struct err e;

        fault_why(f, &e);
        for (unsigned i = 0; i < e.nargs; i++)
                said_part(f->arg[i], lang, e.arg[i], sizeof(e.arg[i]));
        err_text(&e, lang, out, size);
}
