// SPDX-License-Identifier: MIT
/* A relay's log: any lines give bounded texts that can be shown, and the same ones twice. */
#include "fuzz.h"

#include "press/mem.h"
#include "press/relay_log.h"

#include <stdlib.h>
#include <string.h>

#define NOW     INT64_C(1795582800000)
#define RESULTS 20000 /* of one input: every one of them is another address */

static uint64_t mix(uint64_t h, const char *s)
{
        for (; *s; s++)
                h = (h ^ (unsigned char) *s) * UINT64_C(0x100000001b3);
        return h * 31;
}

static uint64_t check(const struct relay_log_line *l)
{
        const char *const texts[] = {l->host,      l->queue_id, l->message_id, l->sender,
                                     l->recipient, l->original, l->next_hop,   l->enhanced,
                                     l->reply,     l->queued_as};
        uint64_t h = (uint64_t) l->at + (uint64_t) l->code;

        must(l->kind > RELAY_LOG_OTHER && l->kind <= RELAY_LOG_RESULT);
        must((unsigned) l->status <= RELAY_LOG_EXPANDED);
        must(l->at >= 0);
        must(l->code == 0 || (l->code >= 200 && l->code < 600));
        must(l->kind != RELAY_LOG_LETTER || l->message_id[0] || !l->host[0]);
        must(!strpbrk(l->queued_as, " <>@"));
        for (size_t i = 0; i < COUNT_OF(texts); i++) {
                fuzz_clean(texts[i], 0);
                h = mix(h, texts[i]);
        }
        return h;
}

static uint64_t read_all(const char *p, size_t n)
{
        CLEANUP(relay_log_free) struct relay_log *r = relay_log_new(NOW);
        CLEANUP(mem_free) struct relay_log_line *l = mem_zalloc(sizeof(*l));
        uint64_t h = 0;
        int results = 0;

        while (n) {
                const char *end = memchr(p, '\n', n);
                size_t len = end ? (size_t) (end - p) : n;
                char *line = mem_dup(p, len); /* of just that size */

                if (relay_log_take(r, line, len))
                        while (relay_log_next(r, l)) {
                                h = h * 7 + check(l);
                                must(++results < RESULTS);
                        }
                free(line);
                p += len + (end != NULL);
                n -= len + (end != NULL);
        }
        return h;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
        char id[RELAY_LOG_QUEUE];
        CLEANUP(mem_free) char *text = mem_strndup((const char *) data, n);

        must(read_all((const char *) data, n) == read_all((const char *) data, n));
        if (relay_log_queued_as(text, id))
                must(id[0] && strlen(id) < sizeof(id));
        return 0;
}
