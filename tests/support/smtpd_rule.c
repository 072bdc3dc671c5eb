// SPDX-License-Identifier: MIT
/* Which rule fires: the matching half of smtpd_script.h. */
#include "smtpd_script.h"

#include "press/mem.h"

#include <stdlib.h>
#include <string.h>

uint64_t script_hash(const void *p, size_t n)
{
        const unsigned char *s = p;
        uint64_t h = UINT64_C(0xcbf29ce484222325);

        for (size_t i = 0; i < n; i++)
                h = (h ^ s[i]) * UINT64_C(0x100000001b3);
        return h;
}

static struct seen *slot(struct seen *v, size_t size, uint64_t key)
{
        size_t i = (size_t) key & (size - 1);

        while (v[i].key && v[i].key != key)
                i = (i + 1) & (size - 1);
        return &v[i];
}

static void grow(struct rule *r)
{
        size_t size = r->seen_size ? r->seen_size * 2 : 64;
        struct seen *v = mem_zalloc(size * sizeof(*v));

        for (size_t i = 0; i < r->seen_size; i++)
                if (r->seen[i].key)
                        *slot(v, size, r->seen[i].key) = r->seen[i];
        free(r->seen);
        r->seen = v;
        r->seen_size = size;
}

/* How often this rule has met this very line, now included. */
static unsigned hits_of_line(struct rule *r, const char *line, size_t n)
{
        uint64_t key = script_hash(line, n) | 1;
        struct seen *s;

        if (r->seen_used * 2 >= r->seen_size)
                grow(r);
        s = slot(r->seen, r->seen_size, key);
        if (!s->key) {
                s->key = key;
                r->seen_used++;
        }
        return ++s->hits;
}

/* xorshift64*: the same seed gives the same faults in the same order of lines. */
static double draw(struct script *s)
{
        s->random ^= s->random >> 12;
        s->random ^= s->random << 25;
        s->random ^= s->random >> 27;
        return (double) ((s->random * UINT64_C(2685821657736338717)) >> 11) * 0x1p-53;
}

static bool fires(struct script *s, struct rule *r, const char *line, size_t n)
{
        unsigned of_line = r->each ? hits_of_line(r, line, n) : 0;

        r->hits++;
        if ((r->count && r->hits > r->count) || (r->nth && r->hits != r->nth) ||
            (r->every && r->hits % r->every) || (r->each && of_line > r->each))
                return false;
        return r->chance <= 0 || draw(s) < r->chance;
}

static bool at_stage(const struct rule *r, enum smtpd_stage stage)
{
        if (r->stage == STAGE_ANY)
                return stage != STAGE_TLS && stage != STAGE_BODY;
        return r->stage == stage;
}

const struct rule *script_find(struct script *s, enum smtpd_stage stage, unsigned conn,
                               const char *line, size_t n)
{
        const struct rule *first = NULL;

        for (size_t i = 0; i < s->n; i++) {
                struct rule *r = &s->rule[i];

                if (!at_stage(r, stage) || (r->conn && r->conn != conn) ||
                    (*r->match && !memmem(line, n, r->match, strlen(r->match))))
                        continue;
                if (fires(s, r, line, n) && !first)
                        first = r;
        }
        return first;
}
