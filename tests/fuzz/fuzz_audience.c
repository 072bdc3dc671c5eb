// SPDX-License-Identifier: MIT
/* Audience expressions: the canonical text gives the same tree; both readings can be read. */
#include "fuzz.h"

#include "press/audience.h"
#include "press/mem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool same(const struct audience *a, const struct audience *b)
{
        if (a->op != b->op || a->n != b->n)
                return false;
        if (a->op == AUDIENCE_TERM && (a->field != b->field || strcmp(a->value, b->value) != 0))
                return false;
        for (size_t i = 0; i < a->n; i++)
                if (!same(a->child[i], b->child[i]))
                        return false;
        return true;
}

static void check_node(const struct audience *a, unsigned depth)
{
        must(depth <= 2 * AUDIENCE_DEPTH + 2); /* a group between any two levels */
        must(a->column >= 1);
        must((a->op == AUDIENCE_TERM) == (a->value != NULL));
        if (a->op == AUDIENCE_TERM) {
                must((unsigned) a->field < AUDIENCE_FIELDS && a->value[0]);
                must(fuzz_is_nfc(a->value));
        }
        if (a->op == AUDIENCE_NOT)
                must(a->n == 1);
        else if (a->op == AUDIENCE_AND || a->op == AUDIENCE_OR)
                must(a->n >= 2);
        else
                must(a->n == 0);
        for (size_t i = 0; i < a->n; i++)
                check_node(a->child[i], depth + 1);
}

/* Escapes make it longer: a text that was just short enough may be too long by them. */
static void check_format(const struct audience *a)
{
        CLEANUP(mem_free) char *text = audience_format(a);
        CLEANUP(mem_free) char *twice = NULL;
        CLEANUP(audience_free) struct audience *b = NULL;
        struct err e = {0};

        if (strlen(text) > AUDIENCE_MAX)
                return;
        must(audience_parse(text, &b, &e) == 0);
        must(same(a, b));
        twice = audience_format(b);
        must(strcmp(text, twice) == 0);
}

static void check_reading(const char *text)
{
        CLEANUP(audience_free) struct audience *a = NULL;

        if (strlen(text) <= AUDIENCE_MAX)
                must(audience_parse(text, &a, NULL) == 0);
}

static void check_readings(const char *s, bool right)
{
        CLEANUP(mem_free) char *first = NULL;
        CLEANUP(mem_free) char *second = NULL;
        unsigned column = 0;

        if (audience_readings(s, &first, &second, &column) < 0) {
                must(!first && !second);
                return;
        }
        must(!right && column >= 1);
        check_reading(first);
        check_reading(second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
        struct input in = {data, n};
        CLEANUP(mem_free) char *s = fuzz_text(&in);
        CLEANUP(audience_free) struct audience *a = NULL;
        struct err e = {0};
        int r = audience_parse(s, &a, &e);

        check_readings(s, r == 0);
        if (r < 0) {
                must(!a);
                fuzz_reason(&e, -EINVAL);
                return 0;
        }
        check_node(a, 0);
        check_format(a);
        return 0;
}
