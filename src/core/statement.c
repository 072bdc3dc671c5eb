// SPDX-License-Identifier: MIT
#include "press/statement.h"

#include "press/mem.h"
#include "press/text.h"
#include "statement_internal.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADER_BYTES 8192 /* of one header line */
#define TITLE_CHARS  500
#define NUMBER_CHARS 100
#define ITEMS_MAX    100 /* To, Except, Attach lines, each */

enum header {
        H_TITLE,
        H_NUMBER,
        H_KIND,
        H_CLASS,
        H_LANGUAGE,
        H_AT,
        H_EMBARGO,
        H_EARLY,
        H_EXPIRES,
        H_KEY,
        H_CONTACT,
        H_SIGNER,
        H_REPLY_TO,
        H_WRONG,
        H_RIGHT,
        H_TO,
        H_EXCEPT,
        H_ATTACH,
        HEADERS
};

static const char *const names[HEADERS] = {
        "Title",    "Number", "Kind",    "Class", "Language", "At",
        "Embargo",  "Early",  "Expires", "Key",   "Contact",  "Signer",
        "Reply-To", "Wrong",  "Right",   "To",    "Except",   "Attach",
};

struct reader {
        struct statement *st;
        struct statement_header one[H_TO]; /* the single ones; not owned by st yet */
        struct err *e;                     /* the fault at hand */
        unsigned line;
        bool titled; /* there is a title, or what was meant for one is told */
        bool lost;   /* something among the headers is none: most likely the text has begun */
        const char *name;
        void (*tell)(void *ctx, const struct err *e);
        void *ctx;
        int errors;
};

/* A part was looked at: its fault is told, and the next part can be looked at. */
static void part(struct reader *rd, int r)
{
        if (r < 0 && rd->errors < STATEMENT_ERRORS) {
                err_at(rd->e, rd->name, 0);
                rd->tell(rd->ctx, rd->e);
                rd->errors++;
        }
        *rd->e = (struct err){0};
}

static int at_line(const struct reader *rd, int r)
{
        if (rd->e)
                rd->e->line = rd->line;
        return r;
}

/* --- characters --------------------------------------------------------------- */

static int not_utf8(struct reader *rd, const char *s, size_t n, size_t bad)
{
        const char *looks = text_guess_encoding(s, n);

        rd->line = statement_lines(s, bad);
        if (looks[0])
                return at_line(rd, err_set(rd->e, -EINVAL,
                                           "this is not UTF-8 (it looks like %s); save the file "
                                           "as UTF-8",
                                           looks));
        if (memchr(s, '\0', n))
                return at_line(rd, err_set(rd->e, -EINVAL,
                                           "there is a NUL character; this is no text file"));
        return at_line(rd, err_set(rd->e, -EINVAL, "this is not UTF-8; save the file as UTF-8"));
}

static int hidden(const struct reader *rd, const struct text_bad *bad)
{
        char name[16];

        snprintf(name, sizeof(name), "U+%04X", (unsigned) bad->codepoint);
        return at_line(rd, err_set(rd->e, -EINVAL,
                                   "column %u: a hidden or control character (%s); "
                                   "take it out",
                                   bad->column, name));
}

/* --- header lines --------------------------------------------------------------- */

/* 0: one such line was told already, and behind it everything looks like that. */
static int no_header(struct reader *rd)
{
        if (rd->lost)
                return 0;
        rd->lost = true;
        return at_line(rd, err_set(rd->e, -EINVAL,
                                   "this is no header line (Name: value); "
                                   "an empty line goes before the text"));
}

static int unknown(struct reader *rd, const char *name)
{
        const char *near = text_nearest(name, names, HEADERS);

        if (rd->lost && !near)
                return 0;
        rd->lost = rd->lost || !near;
        rd->titled = rd->titled || near == names[H_TITLE];
        if (near)
                return err_set(rd->e, -EINVAL, "there is no header “%s”; did you mean “%s”?", name,
                               near);
        return err_set(rd->e, -EINVAL,
                       "there is no header “%s”; an empty line goes before the text", name);
}

static int add_item(const struct reader *rd, enum header h, char *value)
{
        struct statement_items *list = h == H_TO       ? &rd->st->to
                                       : h == H_EXCEPT ? &rd->st->except
                                                       : &rd->st->attach;

        if (list->n == ITEMS_MAX) {
                free(value);
                return at_line(rd, err_set(rd->e, -EINVAL, "more than %d lines of “%s”", ITEMS_MAX,
                                           names[h]));
        }
        list->v = mem_realloc(list->v, list->n + 1, sizeof(*list->v));
        list->v[list->n++] = (struct statement_item){value, rd->line};
        return 0;
}

/* "Name: value"; line is ours to cut. */
static int header_line(struct reader *rd, char *line)
{
        char *colon = strchr(line, ':'), *name_end, *value;
        struct text_bad bad;
        size_t n;
        int h = 0;

        for (char *p = line; *p; p++)
                if (*p == '\t')
                        *p = ' ';
        if (!text_clean(line, 0, &bad)) {
                rd->titled = true; /* this line may have been it */
                return hidden(rd, &bad);
        }
        if (!colon || line[0] == ' ')
                return no_header(rd);
        for (name_end = colon; name_end > line && name_end[-1] == ' '; name_end--)
                ;
        *name_end = '\0';
        while (h < HEADERS && strcasecmp(names[h], line) != 0)
                h++;
        if (h == HEADERS)
                return at_line(rd, unknown(rd, line));
        rd->titled = rd->titled || h == H_TITLE;
        value = colon + 1 + strspn(colon + 1, " ");
        for (n = strlen(value); n > 0 && value[n - 1] == ' '; n--)
                ;
        value[n] = '\0';
        if (n == 0)
                return at_line(rd, err_set(rd->e, -EINVAL,
                                           "“%s” is empty; fill it in or take the "
                                           "line out",
                                           names[h]));
        if (h >= H_TO)
                return add_item(rd, (enum header) h, mem_strdup(value));
        if (rd->one[h].line)
                return at_line(rd, err_set(rd->e, -EINVAL, "“%s” is there already, in line %u",
                                           names[h], rd->one[h].line));
        rd->one[h] = (struct statement_header){mem_strdup(value), rd->line};
        return 0;
}

/* --- what single headers mean ----------------------------------------------------- */

static int pick(struct reader *rd, enum header h, const struct words *w, int *value)
{
        char list[200] = "";
        int found;

        rd->line = rd->one[h].line;
        if (!rd->line)
                return 0;
        found = words_find(w, rd->one[h].value);
        if (found >= 0) {
                *value = found;
                return 0;
        }
        for (int i = 0; i < w->n; i++)
                snprintf(list + strlen(list), sizeof(list) - strlen(list), "%s%s", i ? ", " : "",
                         words_name(w, i));
        return at_line(rd, err_set(rd->e, -EINVAL, "“%s” is not a value of “%s”; there are: %s",
                                   rd->one[h].value, names[h], list));
}

/* The single header's text leaves the reader; "" when absent. */
static char *take(struct reader *rd, enum header h)
{
        char *s = rd->one[h].value;

        rd->one[h].value = NULL;
        return s ? s : mem_strdup("");
}

static int short_text(struct reader *rd, enum header h, size_t chars, char **ret)
{
        rd->line = rd->one[h].line;
        if (rd->line && statement_characters(rd->one[h].value) > chars)
                return at_line(rd,
                               err_set(rd->e, -EINVAL,
                                       "“%s” has %zu characters; at most %zu "
                                       "are possible",
                                       names[h], statement_characters(rd->one[h].value), chars));
        free(*ret);
        *ret = take(rd, h);
        return 0;
}

static int pick_language(struct reader *rd)
{
        struct statement *st = rd->st;

        rd->line = rd->one[H_LANGUAGE].line;
        if (rd->line && msg_lang_parse(rd->one[H_LANGUAGE].value, &st->language) < 0)
                return at_line(rd,
                               err_set(rd->e, -EINVAL, "“%s” is not a value of “%s”; there are: %s",
                                       rd->one[H_LANGUAGE].value, "Language", "vi, en"));
        st->has_language = rd->line != 0;
        return 0;
}

static void fill(struct reader *rd)
{
        struct statement *st = rd->st;
        struct statement_header *const to[] = {&st->at,    &st->embargo, &st->early,  &st->expires,
                                               &st->key,   &st->contact, &st->signer, &st->reply_to,
                                               &st->wrong, &st->right};
        int kind = KIND_STATEMENT, class = CLASS_NORMAL;

        part(rd, short_text(rd, H_TITLE, TITLE_CHARS, &st->title));
        part(rd, short_text(rd, H_NUMBER, NUMBER_CHARS, &st->number));
        part(rd, pick(rd, H_KIND, &release_kinds, &kind));
        part(rd, pick(rd, H_CLASS, &release_classes, &class));
        part(rd, pick_language(rd));
        st->kind = (enum release_kind) kind;
        st->class = (enum release_class) class;
        for (int h = H_AT; h < H_TO; h++) {
                free(to[h - H_AT]->value);
                to[h - H_AT]->line = rd->one[h].line;
                to[h - H_AT]->value = take(rd, (enum header) h);
        }
}

/* --- the text --------------------------------------------------------------------- */

static int body(struct reader *rd, const char *s)
{
        CLEANUP(mem_free) char *plain = statement_plain(s);
        /* Once more: what was left out may have stood between a letter and its mark. */
        CLEANUP(mem_free) char *text = text_nfc(plain);
        char *from = text, *end = text + strlen(text);
        struct text_bad bad;

        rd->st->text_line = rd->line;
        if (!text_clean(text, TEXT_LINES, &bad)) {
                const char *start = text + bad.offset;

                while (start > text && start[-1] != '\n')
                        start--;
                rd->line += statement_lines(text, bad.offset) - 1;
                bad.column = 1;
                for (const char *p = start; p < text + bad.offset; p++)
                        bad.column += ((unsigned char) *p & 0xC0) != 0x80;
                return hidden(rd, &bad);
        }
        while (end > from && strchr(" \t\n", end[-1]))
                end--;
        for (char *p = from; p < end && strchr(" \t\n", *p); p++)
                if (*p == '\n') { /* empty lines in front; an indent of the first line stays */
                        from = p + 1;
                        rd->st->text_line++;
                }
        if (from >= end && rd->lost)
                return 0; /* it stands where the headers should be */
        if (from >= end)
                return at_line(rd, err_set(rd->e, -EINVAL,
                                           "there is no text; it follows the "
                                           "headers behind an empty line"));
        free(rd->st->text);
        rd->st->text = mem_strndup(from, (size_t) (end - from));
        return 0;
}

static int one_line(struct reader *rd, const char *s, size_t n)
{
        CLEANUP(mem_free) char *line = NULL;

        rd->titled = rd->titled || n > HEADER_BYTES;
        if (n > HEADER_BYTES)
                return at_line(rd, err_set(rd->e, -EINVAL,
                                           "this header line is longer "
                                           "than %d bytes",
                                           HEADER_BYTES));
        line = mem_strndup(s, n);
        return header_line(rd, line);
}

/* Empty lines in front: told, and the headers behind them are read. */
static const char *empty_front(struct reader *rd, const char *s)
{
        unsigned lines = 0;
        const char *from = s;

        for (const char *p = s; *p && strchr(" \t\r\n", *p); p++)
                if (*p == '\n') {
                        from = p + 1;
                        lines++;
                }
        if (lines == 0 || from[strcspn(from, ":\n")] != ':')
                return s;
        rd->line = 1;
        part(rd, at_line(rd, err_set(rd->e, -EINVAL,
                                     "this line is empty; the headers begin in line 1")));
        rd->line = lines + 1;
        return from;
}

/* Returns where the text begins. */
static const char *headers(struct reader *rd, const char *s)
{
        bool end = false;

        rd->line = 1;
        for (s = empty_front(rd, s); *s && !end; rd->line++) {
                size_t n = strcspn(s, "\n"), next = n + (s[n] == '\n');

                if (n > 0 && s[n - 1] == '\r')
                        n--;
                end = strspn(s, " \t") >= n;
                if (!end)
                        part(rd, one_line(rd, s, n));
                s += next;
        }
        return s;
}

static void reader_done(struct reader *rd)
{
        for (int h = 0; h < H_TO; h++)
                free(rd->one[h].value);
}

static struct statement *statement_new(void)
{
        struct statement *st = mem_zalloc(sizeof(*st));

        st->title = mem_strdup("");
        st->number = mem_strdup("");
        st->text = mem_strdup("");
        return st;
}

/* What no part of can be read: the fault, and no statement. */
static int no_text(struct reader *rd, const char *s, size_t n)
{
        static const char *const office[] = {"PK\3\4", "\xd0\xcf\x11\xe0", "{\\rtf", "%PDF"};
        size_t bad;

        for (size_t i = 0; i < COUNT_OF(office); i++)
                if (n >= 4 && memcmp(s, office[i], 4) == 0)
                        return err_set(rd->e, -EINVAL,
                                       "this is a Word, Excel or PDF file; save it as plain text "
                                       "in UTF-8");
        if (n > STATEMENT_MAX)
                return err_set(rd->e, -EINVAL,
                               "the file is longer than %u bytes; long matter goes "
                               "into an attachment",
                               STATEMENT_MAX);
        bad = text_utf8_check(s, n);
        return bad < n ? not_utf8(rd, s, n, bad) : 0;
}

static void parts(struct reader *rd, const char *s, size_t n)
{
        CLEANUP(mem_free) char *copy = mem_strndup(s, n);
        CLEANUP(mem_free) char *nfc = text_nfc(copy);
        const char *text = headers(rd, strncmp(nfc, "\xEF\xBB\xBF", 3) == 0 ? nfc + 3 : nfc);

        if (!rd->titled)
                part(rd, err_set(rd->e, -EINVAL, "the header “%s” is missing", "Title"));
        part(rd, body(rd, text));
        fill(rd);
}

int statement_read(const char *name, const char *s, size_t n,
                   void (*tell)(void *ctx, const struct err *e), void *ctx, struct statement **ret)
{
        CLEANUP(statement_free) struct statement *st = statement_new();
        struct err e = {0};
        CLEANUP(reader_done)
        struct reader rd = {.st = st, .e = &e, .name = name, .tell = tell, .ctx = ctx};
        int r = no_text(&rd, s, n);

        part(&rd, r);
        if (r == 0) {
                parts(&rd, s, n);
                *ret = TAKE(st);
        } else {
                *ret = NULL;
        }
        return rd.errors;
}

static void keep_first(void *ctx, const struct err *e)
{
        struct err *first = ctx;

        if (first->code == 0)
                *first = *e;
}

int statement_parse(const char *name, const char *s, size_t n, struct statement **ret,
                    struct err *e)
{
        CLEANUP(statement_free) struct statement *st = NULL;
        struct err first = {0};

        if (statement_read(name, s, n, keep_first, &first, &st) > 0) {
                if (e)
                        *e = first;
                return first.code;
        }
        *ret = TAKE(st);
        return 0;
}

static void items_free(struct statement_items *l)
{
        for (size_t i = 0; i < l->n; i++)
                free(l->v[i].value);
        free(l->v);
}

void statement_free(struct statement **sp)
{
        struct statement *s = *sp;

        if (!s)
                return;
        *sp = NULL;
        free(s->title);
        free(s->number);
        free(s->text);
        items_free(&s->to);
        items_free(&s->except);
        items_free(&s->attach);
        free(s->at.value);
        free(s->embargo.value);
        free(s->early.value);
        free(s->expires.value);
        free(s->key.value);
        free(s->contact.value);
        free(s->signer.value);
        free(s->reply_to.value);
        free(s->wrong.value);
        free(s->right.value);
        free(s);
}
