// SPDX-License-Identifier: MIT
/* Replies and EHLO lines: any split reads the same, what is kept is bounded and clean. */
#include "fuzz.h"

#include "press/mem.h"
#include "press/smtp.h"
#include "press/smtp_reply.h"
#include "press/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void check_judged(const struct reply *r)
{
        for (int stage = 0; stage < STAGES; stage++) {
                enum stage at = (enum stage) stage;
                struct outcome o;

                if (r->code && at != STAGE_DOT && at >= STAGE_MAIL && outcome_goes_on(at, r->code))
                        continue;
                o = outcome_judge(at, r, at == STAGE_DOT, false);
                must(o.verdict != VERDICT_RELAYED || (at == STAGE_DOT && r->code / 100 == 2));
                must(o.verdict != VERDICT_UNKNOWN || at == STAGE_DOT);
                must(o.verdict != VERDICT_REFUSED || r->code / 100 == 5);
                must(r->code || o.close);
        }
}

static void check_reply(const struct reply *r, int code)
{
        size_t len = strlen(r->text);
        const char *e = r->enhanced;

        must(len < sizeof(r->text));
        fuzz_clean(r->text, 0);
        must(code == -EBADMSG ? r->code == 0 : r->code >= 200 && r->code <= 599);
        must(strlen(e) < sizeof(r->enhanced) && !e[strspn(e, "0123456789.")]);
        must(!e[0] || (e[0] == '0' + r->code / 100 && e[1] == '.'));
        check_judged(r);
}

/* Reads all of p in pieces of `step` bytes; `sum` is what came of it. Returns replies read. */
static unsigned read_all(const uint8_t *data, size_t n, size_t step, struct reply *last, int *end)
{
        CLEANUP(mem_free) struct reply_reader *r = mem_zalloc(sizeof(*r));
        unsigned replies = 0;
        size_t at = 0;

        while (at < n) {
                size_t piece = n - at < step ? n - at : step, used = SIZE_MAX, left;
                CLEANUP(mem_free) char *p = mem_dup(data + at, piece);

                for (left = piece; left; left -= used) {
                        *end = reply_read(r, p + (piece - left), left, &used);
                        must(used >= 1 && used <= left);
                        if (*end == 0)
                                must(used == left && !reply_reader_idle(r));
                        if (*end != 0) {
                                *last = r->reply;
                                check_reply(last, *end);
                        }
                        if (*end < 0)
                                return replies;
                        replies += *end == 1;
                        if (*end == 1)
                                must(reply_reader_idle(r));
                }
                at += piece;
        }
        return replies;
}

static void check_caps(const uint8_t *data, size_t n)
{
        struct smtp_caps caps = {0};

        while (n) {
                const uint8_t *lf = memchr(data, '\n', n);
                size_t len = lf ? (size_t) (lf - data) + 1 : n;
                CLEANUP(mem_free) char *line = mem_dup(data, len);

                smtp_caps_line(&caps, line, len);
                data += len;
                n -= len;
        }
        must(caps.size || !caps.size_max);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
        struct reply whole = {0}, split = {0};
        int whole_end = 0, split_end = 0;
        size_t step;
        unsigned replies;

        if (!n)
                return 0;
        step = 1 + data[0] % 32;
        data++;
        n--;
        replies = read_all(data, n, n ? n : 1, &whole, &whole_end);
        must(replies == read_all(data, n, step, &split, &split_end));
        must(whole_end == split_end);
        must(whole.code == split.code && strcmp(whole.text, split.text) == 0);
        must(strcmp(whole.enhanced, split.enhanced) == 0);
        check_caps(data, n);
        return 0;
}
