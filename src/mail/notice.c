// SPDX-License-Identifier: MIT
#include "press/notice.h"

#include "body.h"
#include "header.h"
#include "press/buf.h"
#include "press/mem.h"
#include "press/moment.h"
#include "press/token.h"

#include <errno.h>
#include <string.h>

#define NOTICE_MAX (256u * 1024)

static int notice_header(struct buf *b, const struct notice *n, struct err *e)
{
        unsigned char random[16];
        char date[MOMENT_MAX];
        int r;

        token_random(random, sizeof(random));
        buf_addf(b, "Date: %s\r\n", moment_rfc5322(n->moment, date));
        r = header_mailbox(b, "From", n->from_name, n->from_address, e);
        if (r == 0)
                r = header_mailbox(b, "To", "", n->to, e);
        if (r == 0)
                r = header_text(b, "Subject", n->subject, e);
        buf_adds(b, "Message-ID: <");
        for (size_t i = 0; i < sizeof(random); i++)
                buf_addf(b, "%02x", random[i]);
        buf_addf(b, "@%s>\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n", n->domain);
        return r;
}

int notice_compose(const struct notice *n, struct spliced *ret, struct err *e)
{
        CLEANUP(buf_done) struct buf b = BUF(NOTICE_MAX);
        struct spliced s = {0};
        int r;

        r = notice_header(&b, n, e);
        if (r < 0)
                return r;
        buf_adds(&b, "Content-Type: text/plain; charset=utf-8\r\n"
                     "Content-Transfer-Encoding: quoted-printable\r\n\r\n");
        body_quoted(&b, n->text, strlen(n->text));
        buf_adds(&b, "\r\n");
        if (b.over)
                return err_set(e, -E2BIG, "The notice is too long");
        s.octets = b.len;
        s.own = buf_take(&b);
        s.v = mem_alloc(sizeof(*s.v));
        s.v[0] = (struct slice){.p = s.own, .n = s.octets};
        s.n = 1;
        *ret = s;
        return 0;
}
