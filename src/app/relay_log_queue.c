// SPDX-License-Identifier: MIT
#include "relay_log_queue.h"

#include "press/mem.h"

#include <assert.h>
#include <stdlib.h>

#define SMALLEST 1024

void queue_table_done(struct queue_table *t)
{
        free(t->v);
        *t = (struct queue_table){.most = t->most};
}

static uint64_t add(uint64_t h, const char *s, bool fold)
{
        for (; *s; s++) {
                unsigned char c = (unsigned char) *s;

                if (fold && c >= 'A' && c <= 'Z')
                        c = (unsigned char) (c + 32);
                h = (h ^ c) * UINT64_C(0x100000001b3); /* FNV-1a */
        }
        return h;
}

static uint64_t finish(uint64_t h)
{
        h ^= h >> 33;
        h *= UINT64_C(0xff51afd7ed558ccd);
        h ^= h >> 33;
        return h ? h : 1;
}

uint64_t queue_key(const char *a, const char *b)
{
        uint64_t h = add(UINT64_C(0xcbf29ce484222325), a, false);

        return finish(add((h ^ 0xff) * UINT64_C(0x100000001b3), b, false));
}

uint32_t queue_hash(const char *s)
{
        uint32_t h = (uint32_t) finish(add(UINT64_C(0xcbf29ce484222325), s, true));

        return h ? h : 1;
}

static struct queue_entry *slot(struct queue_entry *v, size_t size, uint64_t key)
{
        size_t i = key & (size - 1);

        while (v[i].key && v[i].key != key)
                i = (i + 1) & (size - 1);
        return &v[i];
}

struct queue_entry *queue_find(const struct queue_table *t, uint64_t key)
{
        struct queue_entry *e = t->size ? slot(t->v, t->size, key) : NULL;

        return e && e->key && e->delivery ? e : NULL;
}

/* Those that may be forgotten: taken out; when crowded also gone; else the older half. */
static bool keep(const struct queue_entry *e, const struct queue_table *t, int hard)
{
        if (!e->key || !e->delivery)
                return false;
        if (hard >= 1 && e->gone)
                return false;
        return hard < 2 || t->count - e->age < t->most / 2;
}

static size_t count_kept(const struct queue_table *t, int hard)
{
        size_t n = 0;

        for (size_t i = 0; i < t->size; i++)
                n += keep(&t->v[i], t, hard);
        return n;
}

/* Room for one more: a larger table, or fewer entries in it. */
static void make_room(struct queue_table *t)
{
        size_t size = t->size ? t->size : SMALLEST, kept = 0;
        struct queue_entry *v;
        int hard = 0;

        while (hard < 2 && (kept = count_kept(t, hard)) >= t->most * 3 / 4)
                hard++;
        if (hard == 2)
                kept = count_kept(t, hard);
        while (size < 2 * (kept + 1) + size / 4)
                size *= 2;
        v = mem_zalloc(size * sizeof(*v));
        for (size_t i = 0; i < t->size; i++)
                if (keep(&t->v[i], t, hard))
                        *slot(v, size, t->v[i].key) = t->v[i];
        free(t->v);
        t->v = v;
        t->size = size;
        t->used = kept;
}

struct queue_entry *queue_put(struct queue_table *t, uint64_t key)
{
        struct queue_entry *e;

        assert(t->most >= 4);
        if (t->used >= t->size / 4 * 3 || t->used >= t->most)
                make_room(t);
        e = slot(t->v, t->size, key);
        t->used += e->key == 0;
        *e = (struct queue_entry){.key = key, .age = t->count++};
        return e;
}
