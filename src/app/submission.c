// SPDX-License-Identifier: MIT
/* A statement file and options, taken apart: headers, key, what its content is. */
#include "press/caller.h"
#include "press/mem.h"
#include "press/moment.h"
#include "press/text.h"
#include "submit_internal.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define KEY_BYTES 200

int submit_at(int r, const struct submit_text *t, struct err *e)
{
        if (r < 0)
                err_at(e, t->file, t->line);
        return r;
}

int faults_note(struct faults *f, int r, const struct err *e)
{
        if (r >= 0)
                return r;
        if (f->n++ == 0)
                f->first = *e;
        if (f->tell)
                f->tell(f->ctx, e);
        return r;
}

int faults_first(const struct faults *f, struct err *e)
{
        if (f->n > 0 && e)
                *e = f->first;
        return f->n > 0 ? f->first.code : 0;
}

/* --- keys ----------------------------------------------------------------------- */

int submit_key(const char *key, int64_t now, char **ret, struct err *e)
{
        CLEANUP(buf_done) struct buf b = BUF(KEY_BYTES);
        CLEANUP(mem_free) char *nfc = text_nfc(key);
        char when[MOMENT_MAX];
        struct text_bad bad;
        const char *p = nfc;

        if (!nfc || !text_clean(nfc, 0, &bad) || !nfc[0])
                return err_set(e, -EINVAL,
                               "a key is plain text, not empty, without hidden "
                               "characters");
        for (const char *open; (open = strchr(p, '{')); p = strchr(open, '}') + 1) {
                buf_add(&b, p, (size_t) (open - p));
                if (strncmp(open, "{date}", 6) == 0)
                        buf_adds(&b, moment_date(now, when));
                else if (strncmp(open, "{week}", 6) == 0)
                        buf_adds(&b, moment_week(now, when));
                else
                        return err_set(e, -EINVAL,
                                       "the key “%s” has a { that is neither {date} nor {week}",
                                       nfc);
        }
        buf_adds(&b, p);
        if (b.over)
                return err_set(e, -EINVAL, "the key is longer than %d bytes", KEY_BYTES);
        *ret = buf_take(&b);
        return 0;
}

/* --- headers and the options over them --------------------------------------------- */

static struct submit_text over(const struct submission *s, const struct statement_header *h,
                               const char *option, const char *name)
{
        if (option)
                return (struct submit_text){option, name, 0};
        return (struct submit_text){h->value, s->name, h->line};
}

static int take_class(struct submission *s, struct err *e)
{
        int class = s->o->class ? words_find(&release_classes, s->o->class) : (int) s->st->class;

        if (class < 0) {
                err_set(e, -EINVAL, "there is no class “%s”; there are urgent, normal and routine",
                        s->o->class);
                err_at(e, "--class", 0);
                return -EINVAL;
        }
        s->class = (enum release_class) class;
        return 0;
}

static int take_key(struct submission *s, struct err *e)
{
        struct submit_text key = over(s, &s->st->key, s->o->key, "--key");

        if (!key.value[0] && !s->o->key) {
                s->key = mem_strdup("");
                return 0;
        }
        return submit_at(submit_key(key.value, s->now, &s->key, e), &key, e);
}

/* Only the release that they mend could tell whom these kinds and headers concern. */
static int check_kind(const struct submission *s, struct err *e)
{
        const struct statement *st = s->st;
        const struct statement_header *mends = st->wrong.line ? &st->wrong : &st->right;
        int r = 0;

        if (st->kind == KIND_WITHDRAWAL || st->kind == KIND_CORRECTION)
                r = err_set(e, -EINVAL,
                            "a %s is sent as a statement with a Number of its own, whose title "
                            "says which one it mends: Kind: statement",
                            words_name(&release_kinds, (int) st->kind));
        else if (mends->line)
                r = err_set(e, -EINVAL,
                            "Wrong and Right are not taken: say in the text what was wrong and "
                            "what is right");
        if (r < 0)
                err_at(e, s->name, mends->line);
        return r;
}

/* --- what the content is -------------------------------------------------------------- */

static void hash_items(struct hash *h, const struct statement_items *l)
{
        hash_number(h, (int64_t) l->n);
        for (size_t i = 0; i < l->n; i++)
                hash_text(h, l->v[i].value);
}

static void hash_files(struct hash *h, const struct submission *s)
{
        hash_number(h, (int64_t) s->natt);
        for (size_t i = 0; i < s->natt; i++) {
                hash_text(h, s->att[i].name);
                hash_piece(h, s->att[i].data, s->att[i].n);
        }
}

/* What its readers would call the same text, whatever its class, key or moments. */
static void hash_what_is_read(struct submission *s)
{
        unsigned char sum[HASH_BYTES];
        struct hash h;

        hash_init(&h);
        hash_text(&h, s->st->title);
        hash_text(&h, s->st->number);
        hash_text(&h, s->st->text);
        hash_files(&h, s);
        hash_final(&h, sum);
        hash_hex(sum, s->text_hash);
}

/*
 * Everything that the file, its attachments and the options say, but the key:
 * INTERFACE.md compares keys with the same content and contents under new keys.
 * By meaning, not by bytes: a BOM or an option that repeats a header is no other content.
 */
void submission_hash(struct submission *s)
{
        const struct statement *st = s->st;
        const char *const texts[] = {st->title,          st->number,        st->text,
                                     s->at.value,        s->embargo.value,  s->expires.value,
                                     st->early.value,    st->contact.value, st->signer.value,
                                     st->reply_to.value, st->wrong.value,   st->right.value};
        const struct statement_items *to = &st->to;
        const struct statement_items option = {&(struct statement_item){(char *) s->o->to, 0}, 1};
        unsigned char sum[HASH_BYTES];
        struct hash h;

        hash_init(&h);
        for (size_t i = 0; i < COUNT_OF(texts); i++)
                hash_text(&h, texts[i]);
        hash_number(&h, (int64_t) st->kind);
        hash_number(&h, (int64_t) s->class);
        hash_number(&h, (int64_t) s->language);
        hash_items(&h, s->o->to ? &option : to);
        hash_items(&h, &st->except);
        hash_files(&h, s);
        hash_final(&h, sum);
        hash_hex(sum, s->content_hash);
        hash_what_is_read(s);
}

/* --- open and free ----------------------------------------------------------------------- */

static void note_of_statement(void *ctx, const struct err *e)
{
        (void) faults_note(ctx, e->code, e);
}

/* The options over the headers, each judged for itself. */
static void read_options(struct submission *s, struct faults *f)
{
        const struct submit_options *o = s->o;
        struct err why = {0};

        s->at = over(s, &s->st->at, o->at, "--at");
        s->embargo = over(s, &s->st->embargo, o->embargo, "--embargo");
        s->expires = over(s, &s->st->expires, o->expires, "--expires");
        s->language = s->st->has_language ? s->st->language : s->cfg->language;
        s->class = s->st->class;
        (void) faults_note(f, take_class(s, &why), &why);
        (void) faults_note(f, take_key(s, &why), &why);
        (void) faults_note(f, check_kind(s, &why), &why);
        if (!s->key)
                s->key = mem_strdup("");
}

int submit_read(const struct config *cfg, const char *path, const struct submit_options *o,
                int64_t now, struct submission **ret, struct faults *f, struct err *e)
{
        CLEANUP(submission_free) struct submission *s = mem_zalloc(sizeof(*s));
        CLEANUP(buf_done) struct buf raw = BUF(STATEMENT_MAX);
        const char *slash = strrchr(path, '/');
        int r;

        s->cfg = cfg;
        s->o = o;
        s->now = now;
        s->name = mem_strdup(path);
        s->folder = slash ? mem_strndup(path, (size_t) (slash - path) + 1) : mem_strdup("");
        r = caller_read(path, &raw, e);
        if (r < 0)
                return r;
        statement_read(s->name, raw.s, raw.len, note_of_statement, f, &s->st);
        if (!s->st)
                return 0;
        read_options(s, f);
        *ret = TAKE(s);
        return 0;
}

int submission_open(const struct config *cfg, const char *path, const struct submit_options *o,
                    int64_t now, struct submission **ret, struct err *e)
{
        CLEANUP(submission_free) struct submission *s = NULL;
        struct faults f = {0};
        int r = submit_read(cfg, path, o, now, &s, &f, e);

        if (r == 0)
                r = faults_first(&f, e);
        assert(r < 0 || s); /* what could not be read is a fault */
        for (size_t i = 0; r == 0 && i < s->st->attach.n; i++)
                r = submission_attach(s, i, e);
        if (r < 0)
                return r;
        submission_hash(s);
        *ret = TAKE(s);
        return 0;
}

void submission_free(struct submission **sp)
{
        struct submission *s = *sp;

        if (!s)
                return;
        *sp = NULL;
        for (size_t i = 0; i < s->natt; i++) {
                free(s->att[i].name);
                free(s->att[i].data);
        }
        free(s->att);
        statement_free(&s->st);
        selection_free(&s->audience);
        selection_free(&s->early);
        frozen_done(&s->letter);
        free(s->audience_text);
        free(s->except_text);
        free(s->early_text);
        free(s->name);
        free(s->folder);
        free(s->key);
        free(s);
}
