// SPDX-License-Identifier: MIT
/* From the words of the file to the fields of the structs, as the table says. */
#include "config_internal.h"

#include "press/mem.h"
#include "press/moment.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int number(const char *s, int64_t *ret, struct err *e)
{
        size_t digits = strspn(s, "0123456789");

        if (digits == 0 || s[digits] || digits > 12)
                return err_set(e, -EINVAL, "“%s” is not a whole number; write digits alone", s);
        if (s[0] == '0' && digits > 1)
                return err_set(e, -EINVAL,
                               "“%s” could be read as octal; write it without the 0 "
                               "in front",
                               s);
        *ret = strtoll(s, NULL, 10);
        return 0;
}

int config_size(const char *s, int64_t *ret, struct err *e)
{
        static const struct {
                const char *name;
                int64_t bytes;
        } unit[] = {{"B", 1},        {"kB", 1000},     {"KB", 1000},
                    {"MB", 1000000}, {"KiB", 1 << 10}, {"MiB", 1 << 20}};
        size_t digits = strspn(s, "0123456789");
        const char *u = s + digits + (s[digits] == ' ');

        for (size_t i = 0; digits > 0 && digits <= 9 && i < COUNT_OF(unit); i++)
                if (strcmp(u, unit[i].name) == 0 && (s[0] != '0' || digits == 1)) {
                        *ret = strtoll(s, NULL, 10) * unit[i].bytes;
                        return 0;
                }
        return err_set(e, -EINVAL, "“%s” is not a size; write 500kB or 20MB", s);
}

static int range_error(const struct option_row *o, struct err *e)
{
        char a[MOMENT_MAX], b[MOMENT_MAX];

        switch (o->type) {
        case OPTION_DURATION:
        case OPTION_STEPS:
                return err_set(e, -EINVAL, "“%s” must be from %s to %s", o->name,
                               duration_format(o->min, a), duration_format(o->max, b));
        case OPTION_SIZE:
                return err_set(e, -EINVAL, "“%s” must be from %lldkB to %lldMB", o->name,
                               (long long) o->min / 1000, (long long) o->max / 1000000);
        case OPTION_INT:
                return err_set(e, -EINVAL, "“%s” must be from %lld to %lld", o->name,
                               (long long) o->min, (long long) o->max);
        default:
                if (o->min > 0 && o->max < 1000)
                        return err_set(e, -EINVAL, "“%s” must not be empty, and at most %lld bytes",
                                       o->name, (long long) o->max);
                return err_set(e, -EINVAL, "“%s” is empty or too long", o->name);
        }
}

static int word(const struct option_row *o, const char *s, size_t *ret, struct err *e)
{
        char list[200] = "";

        for (size_t i = 0; i < COUNT_OF(o->words) && o->words[i]; i++) {
                if (strcmp(s, o->words[i]) == 0) {
                        *ret = i;
                        return 0;
                }
                snprintf(list + strlen(list), sizeof(list) - strlen(list), "%s%s", i ? ", " : "",
                         o->words[i]);
        }
        return err_set(e, -EINVAL, "“%s” is not a value of “%s”; there are: %s", s, o->name, list);
}

static int store_number(const struct reading *rd, const char *s, void *out, struct err *e)
{
        const struct option_row *o = rd->o;
        int64_t n = 0;
        int r = o->type == OPTION_INT    ? number(s, &n, e)
                : o->type == OPTION_SIZE ? config_size(s, &n, e)
                                         : duration_parse(s, &n, e);

        if (r < 0)
                return r;
        if (n < o->min || n > o->max)
                return range_error(o, e);
        if (o->type == OPTION_INT)
                *(int *) out = (int) n;
        else if (o->type == OPTION_SIZE)
                *(size_t *) out = (size_t) n;
        else
                *(int64_t *) out = n;
        return 0;
}

/* A word of text. NULL: too short, too long. */
static char *take_text(const struct reading *rd, const char *s)
{
        size_t n = strlen(s);

        if ((int64_t) n < rd->o->min || (int64_t) n > rd->o->max)
                return NULL;
        if (rd->o->type == OPTION_PATH && s[0] && s[0] != '/')
                return mem_printf("%s%s", rd->folder, s);
        return mem_strdup(s);
}

int config_store(const struct reading *rd, const char *s, struct err *e)
{
        char *out = rd->base + rd->o->at;
        size_t i = 0;
        char *text;
        int r;

        switch (rd->o->type) {
        case OPTION_WORD:
        case OPTION_FLAG:
                r = word(rd->o, s, &i, e);
                if (r < 0)
                        return r;
                if (rd->o->type == OPTION_FLAG)
                        *(bool *) (void *) out = i == 1;
                else
                        *(unsigned *) (void *) out = (unsigned) i; /* an enum of ours */
                return 0;
        case OPTION_TEXT:
        case OPTION_PATH:
                text = take_text(rd, s);
                if (!text)
                        return range_error(rd->o, e);
                free(*(char **) (void *) out);
                *(char **) (void *) out = text;
                return 0;
        default: return store_number(rd, s, out, e);
        }
}

int config_store_item(const struct reading *rd, const char *s, struct err *e)
{
        char ***list = (char ***) (void *) (rd->base + rd->o->at);
        size_t *n = (size_t *) (void *) (rd->base + rd->o->count_at);
        char *text;

        if (rd->o->type == OPTION_STEPS) {
                int64_t *step = (int64_t *) (void *) (rd->base + rd->o->at);

                if (*n == RETRY_STEPS_MAX)
                        return err_set(e, -EINVAL, "“%s” has more than %d entries", rd->o->name,
                                       RETRY_STEPS_MAX);
                return store_number(rd, s, &step[(*n)++], e);
        }
        text = take_text(rd, s);
        if (!text)
                return range_error(rd->o, e);
        if (*n >= 10000) {
                free(text);
                return err_set(e, -EINVAL, "“%s” has more than %d entries", rd->o->name, 10000);
        }
        *list = mem_realloc(*list, *n + 1, sizeof(**list));
        (*list)[(*n)++] = text;
        return 0;
}

int config_store_default(const struct reading *rd, const char *block, const char *title,
                         struct err *e)
{
        CLEANUP(mem_free) char *copy = NULL;
        char *save = NULL;
        int r;

        if (!rd->o->value && !block[0])
                return err_set(e, -EINVAL, "the setting “%s” is missing", rd->o->name);
        if (!rd->o->value)
                return err_set(e, -EINVAL, "%s “%s” lacks the setting “%s”", block, title,
                               rd->o->name);
        if (rd->o->type != OPTION_LIST && rd->o->type != OPTION_STEPS)
                return config_store(rd, rd->o->value, e);
        copy = mem_strdup(rd->o->value);
        for (char *s = strtok_r(copy, " ", &save); s; s = strtok_r(NULL, " ", &save)) {
                r = config_store_item(rd, s, e);
                if (r < 0)
                        return r;
        }
        return 0;
}
