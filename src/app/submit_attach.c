// SPDX-License-Identifier: MIT
/* Attachments: read with the caller's rights, named as the recipient will see them. */
#include "press/caller.h"
#include "press/executable.h"
#include "press/mem.h"
#include "press/text.h"
#include "submit_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NAME_BYTES 255

const char *submit_type(const char *name)
{
        static const struct {
                const char *end, *type;
        } types[] = {
                {"pdf", "application/pdf"},
                {"doc", "application/msword"},
                {"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
                {"xls", "application/vnd.ms-excel"},
                {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
                {"ppt", "application/vnd.ms-powerpoint"},
                {"pptx",
                 "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
                {"odt", "application/vnd.oasis.opendocument.text"},
                {"ods", "application/vnd.oasis.opendocument.spreadsheet"},
                {"odp", "application/vnd.oasis.opendocument.presentation"},
                {"rtf", "application/rtf"},
                {"txt", "text/plain"},
                {"csv", "text/csv"},
                {"ics", "text/calendar"},
                {"png", "image/png"},
                {"jpg", "image/jpeg"},
                {"jpeg", "image/jpeg"},
                {"gif", "image/gif"},
                {"webp", "image/webp"},
                {"svg", "image/svg+xml"},
                {"tif", "image/tiff"},
                {"tiff", "image/tiff"},
                {"mp3", "audio/mpeg"},
                {"mp4", "video/mp4"},
                {"zip", "application/zip"},
        };
        const char *dot = strrchr(name, '.');

        for (size_t i = 0; dot && i < COUNT_OF(types); i++)
                if (strcasecmp(dot + 1, types[i].end) == 0)
                        return types[i].type;
        return "application/octet-stream";
}

/* The name without its path, as it stands in the letter. */
static int file_name(const char *path, char **ret, struct err *e)
{
        const char *slash = strrchr(path, '/');
        CLEANUP(mem_free) char *name = text_nfc(slash ? slash + 1 : path);
        struct text_bad bad;

        if (!name || !name[0] || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
                return err_set(e, -EINVAL, "“%s” names no file", path);
        if (!text_clean(name, 0, &bad))
                return err_set(e, -EINVAL,
                               "the file name “%s” has a hidden or control character "
                               "in column %u; rename the file",
                               name, bad.column);
        if (strlen(name) > NAME_BYTES)
                return err_set(e, -EINVAL,
                               "the file name “%s” is longer than %d bytes; rename "
                               "the file",
                               name, NAME_BYTES);
        *ret = TAKE(name);
        return 0;
}

/* base64 with a line end every 76 characters. */
static size_t encoded(size_t n)
{
        return (n + 2) / 3 * 4 / 76 * 78 + 78;
}

/* A name that is there twice would be one file for some readers. */
static int check_twice(const struct submission *s, const char *name, struct err *e)
{
        for (size_t i = 0; i < s->natt; i++)
                if (strcasecmp(s->att[i].name, name) == 0)
                        return err_set(e, -EINVAL, "“%s” is attached already, in line %u", name,
                                       s->att[i].line);
        return 0;
}

static int check_size(const struct submission *s, const char *name, const struct buf *data,
                      struct err *e)
{
        size_t all = encoded(data->len);

        for (size_t i = 0; i < s->natt; i++)
                all += encoded(s->att[i].n);
        if (data->over || all > s->cfg->max_message)
                return err_set(e, -E2BIG,
                               "with “%s” the letter would be more than %zu bytes as encoded, and "
                               "max_message allows %zu; make the attachments smaller or put them "
                               "on the portal and link to them",
                               name, data->over ? encoded(data->max) : all, s->cfg->max_message);
        if (data->len == 0)
                return err_set(e, -EINVAL, "the file “%s” is empty", name);
        return 0;
}

static int check_kind(const struct submission *s, const char *name, const struct buf *data,
                      struct err *e)
{
        const char *kind = executable_kind(name, data->s, data->len);

        if (!kind)
                return 0;
        return err_set(e, -EINVAL,
                       "“%s” is %s; mail servers turn such letters away. Attach a PDF instead, or "
                       "put it on the portal and link to it",
                       name, msg_text(s->o->lang, kind));
}

static int read_file(struct submission *s, const char *path, struct submit_file *f, struct err *e)
{
        CLEANUP(buf_done) struct buf data = BUF(s->cfg->max_message);
        struct err why = {0};
        int r;

        r = file_name(path, &f->name, e);
        if (r == 0)
                r = check_twice(s, f->name, e);
        if (r < 0)
                return r;
        r = caller_read(path, &data, &why);
        if (r < 0 && !data.over) { /* the place is the line of the statement, not the attachment */
                char text[ERR_ARG_BYTES];

                err_text(&why, LANG_EN, text, sizeof(text));
                if (r == -ENOENT)
                        return err_set(e, -EINVAL, "there is no file “%s” to attach", path);
                if (r == -EISDIR)
                        return err_set(e, -EINVAL, "“%s” is a folder; a file can be attached",
                                       path);
                return err_set(e, r, "“%s” cannot be attached: %s", path, text);
        }
        r = check_size(s, f->name, &data, e);
        if (r == 0)
                r = check_kind(s, f->name, &data, e);
        if (r < 0)
                return r;
        f->n = data.len;
        f->data = buf_take(&data);
        f->type = submit_type(f->name);
        return 0;
}

int submission_attach(struct submission *s, size_t item, struct err *e)
{
        const struct statement_item *it = &s->st->attach.v[item];
        CLEANUP(mem_free)
        char *path = mem_printf("%s%s", it->value[0] == '/' ? "" : s->folder, it->value);
        struct submit_file f = {.line = it->line};
        int r = read_file(s, path, &f, e);

        if (r < 0) {
                free(f.name);
                err_at(e, s->name, it->line);
                return r;
        }
        s->att = mem_realloc(s->att, s->natt + 1, sizeof(*s->att));
        s->att[s->natt++] = f;
        return 0;
}
