// SPDX-License-Identifier: MIT
/*
 * compose - makes one letter and writes it to standard output in wire form
 *
 *      compose KEY=VALUE ... KEY@FILE ...
 *
 * KEY is a member of struct letter_content or letter_recipient; role, kind and
 * class by their names; KEY@FILE takes the value from a file. Besides: `type`
 * and `data` (after `attach`, the name) make an attachment, `max` is the ceiling,
 * `zone` and `splice_zone` the time zones while composing and splicing, `show`
 * is letter (default), frozen or cuts, `times` splices so often and tells the
 * microseconds of one on standard error. A refusal is exit 65 with its reason.
 */
#include "press/buf.h"
#include "press/clock.h"
#include "press/err.h"
#include "press/letter.h"
#include "press/mem.h"
#include "press/token.h"
#include "press/zone.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ATTACHMENTS_MAX 8

static struct letter_content content = {
        .domain = "press.ministry.example",
        .from_name = "Trung tâm Thông tin",
        .from_address = "thongcao@ministry.example",
        .reply_to = "",
        .list_id = "",
        .title = "",
        .number = "",
        .text = "",
        .ministry = "BỘ THÔNG TIN VÀ TRUYỀN THÔNG",
        .unit = "TRUNG TÂM THÔNG TIN",
        .place = "Hà Nội",
        .contact = "Phòng Truyền thông, 024 0000 0100",
        .signer = "",
        .embargo = "",
        .kind = KIND_STATEMENT,
        .class = CLASS_NORMAL,
        .language = LANG_VI,
};
static struct letter_recipient recipient = {
        .address = "mau@bao-x.example",
        .name = "",
        .org = "",
        .title = "",
        .role = ROLE_JOURNALIST,
        .moment = INT64_C(1795482000000), /* 2026-11-24 08:00 +07:00 */
        .message_id = "0123456789abcdef",
};
static struct letter_attachment attachments[ATTACHMENTS_MAX];
static size_t max_bytes = 20u << 20;
static unsigned long times = 1;
static const char *zone = "Asia/Ho_Chi_Minh", *splice_zone, *show = "letter";

static const struct {
        const char *name;
        const char **where;
} texts[] = {
        {"domain", &content.domain},
        {"from_name", &content.from_name},
        {"from_address", &content.from_address},
        {"reply_to", &content.reply_to},
        {"list_id", &content.list_id},
        {"title", &content.title},
        {"number", &content.number},
        {"text", &content.text},
        {"ministry", &content.ministry},
        {"unit", &content.unit},
        {"place", &content.place},
        {"contact", &content.contact},
        {"signer", &content.signer},
        {"embargo", &content.embargo},
        {"replaces", &content.replaces},
        {"wrong", &content.wrong},
        {"right", &content.right},
        {"address", &recipient.address},
        {"name", &recipient.name},
        {"org", &recipient.org},
        {"post", &recipient.title},
        {"message_id", &recipient.message_id},
        {"zone", &zone},
        {"splice_zone", &splice_zone},
        {"show", &show},
};

static void usage(const char *what)
{
        fprintf(stderr, "compose: what is “%s”?\n", what);
        exit(64);
}

static char *slurp(const char *path, size_t *ret_n)
{
        FILE *f = fopen(path, "rb");
        CLEANUP(buf_done) struct buf b = BUF(1u << 30);
        char piece[65536];
        size_t n;

        if (!f)
                usage(path);
        while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
                buf_add(&b, piece, n);
        fclose(f);
        *ret_n = b.len;
        return buf_take(&b);
}

static int word(const struct words *w, const char *name)
{
        int i = words_find(w, name);

        if (i < 0)
                usage(name);
        return i;
}

static void set_attachment(const char *key, const char *value, size_t n)
{
        if (strcmp(key, "attach") == 0) {
                if (content.natt == ATTACHMENTS_MAX)
                        usage("another attachment");
                attachments[content.natt++] = (struct letter_attachment){
                        .name = value, .type = "application/octet-stream", .data = ""};
        } else if (content.natt == 0) {
                usage(key);
        } else if (strcmp(key, "type") == 0) {
                attachments[content.natt - 1].type = value;
        } else {
                attachments[content.natt - 1].data = value;
                attachments[content.natt - 1].n = n;
        }
}

static void set(const char *key, const char *value, size_t n)
{
        for (size_t i = 0; i < COUNT_OF(texts); i++) {
                if (strcmp(key, texts[i].name) == 0) {
                        *texts[i].where = value;
                        return;
                }
        }
        if (strcmp(key, "kind") == 0)
                content.kind = (enum release_kind) word(&release_kinds, value);
        else if (strcmp(key, "class") == 0)
                content.class = (enum release_class) word(&release_classes, value);
        else if (strcmp(key, "role") == 0)
                recipient.role = (enum contact_role) word(&contact_roles, value);
        else if (strcmp(key, "language") == 0)
                content.language = strcmp(value, "en") == 0 ? LANG_EN : LANG_VI;
        else if (strcmp(key, "automatic") == 0)
                content.automatic = true;
        else if (strcmp(key, "rehearsal") == 0)
                content.rehearsal = true;
        else if (strcmp(key, "early") == 0)
                recipient.early = true;
        else if (strcmp(key, "moment") == 0)
                recipient.moment = strtoll(value, NULL, 10);
        else if (strcmp(key, "max") == 0)
                max_bytes = strtoull(value, NULL, 10);
        else if (strcmp(key, "times") == 0)
                times = strtoul(value, NULL, 10);
        else if (strcmp(key, "attach") == 0 || strcmp(key, "type") == 0 || strcmp(key, "data") == 0)
                set_attachment(key, value, n);
        else
                usage(key);
}

static void arguments(char **argv)
{
        for (; *argv; argv++) {
                size_t klen = strcspn(*argv, "=@");
                char *value = *argv + klen + 1;
                size_t n;

                if (!(*argv)[klen])
                        usage(*argv);
                n = strlen(value);
                if ((*argv)[klen] == '@')
                        value = slurp(value, &n);
                (*argv)[klen] = '\0';
                set(*argv, value, n);
        }
        content.att = attachments;
}

static void must(int r, const struct err *e)
{
        char why[ERR_TEXT_MAX];

        if (r == 0)
                return;
        err_text(e, content.language, why, sizeof(why));
        fprintf(stderr, "%s\n", why);
        exit(65);
}

static void write_spliced(const struct letter *l)
{
        CLEANUP(spliced_done) struct spliced s = {0};
        int64_t start = clock_mono();
        size_t octets = 0;

        for (unsigned long i = 0; i < times; i++) {
                spliced_done(&s);
                letter_splice(l, &recipient, &s);
        }
        if (times > 1)
                fprintf(stderr, "%.2f µs a letter\n",
                        (double) (clock_mono() - start) * 1000 / (double) times);
        for (size_t i = 0; i < s.n; i++) {
                fwrite(s.v[i].p, 1, s.v[i].n, stdout);
                octets += s.v[i].n;
        }
        if (octets != s.octets) {
                fprintf(stderr, "octets: %zu, said %zu\n", octets, s.octets);
                exit(70);
        }
}

int main(int argc, char **argv)
{
        CLEANUP(letter_free) struct letter *l = NULL;
        CLEANUP(mem_free) char *cuts = NULL;
        struct err e = {0};
        char *bytes = NULL;
        size_t n = 0;

        (void) argc;
        token_init();
        arguments(argv + 1);
        must(zone_open(zone, &e), &e);
        must(letter_compose(&content, max_bytes, &bytes, &n, &cuts, &e), &e);
        if (strcmp(show, "frozen") == 0)
                fwrite(bytes, 1, n, stdout);
        if (strcmp(show, "cuts") == 0)
                fputs(cuts, stdout);
        must(zone_open(splice_zone ? splice_zone : zone, &e), &e);
        must(letter_load(bytes, n, cuts, &l, &e), &e);
        if (strcmp(show, "letter") == 0)
                write_spliced(l);
        return 0;
}
