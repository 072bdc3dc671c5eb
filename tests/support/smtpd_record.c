// SPDX-License-Identifier: MIT
#include "smtpd_record.h"

#include "press/mem.h"
#include "smtpd.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define GATHER_MAX (1u << 20) /* bytes before a write in mid-turn */
#define LINE_SHOWN 1000       /* bytes of a transcript line */

static int append_to(const char *file)
{
        int fd = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

        if (fd < 0)
                fprintf(stderr, "catcher: cannot write %s: %s\n", file, strerror(errno));
        return fd;
}

static int open_maildir(const char *name, unsigned *ret_last)
{
        struct dirent *e;
        DIR *d;
        int fd;

        *ret_last = 0;
        if (mkdir(name, 0755) < 0 && errno != EEXIST)
                d = NULL;
        else
                d = opendir(name);
        if (!d) {
                fprintf(stderr, "catcher: cannot use %s: %s\n", name, strerror(errno));
                return -1;
        }
        while ((e = readdir(d))) {
                char *end;
                unsigned long n = strtoul(e->d_name, &end, 10);

                if (!strcmp(end, ".eml") && n > *ret_last)
                        *ret_last = (unsigned) n;
        }
        fd = fcntl(dirfd(d), F_DUPFD_CLOEXEC, 3);
        closedir(d);
        return fd;
}

int record_open(struct record *r, const char *ledger, const char *transcript, const char *maildir)
{
        *r = (struct record){.ledger_fd = -1,
                             .transcript_fd = -1,
                             .dir_fd = -1,
                             .ledger = BUF(64u << 20),
                             .transcript = BUF(64u << 20)};
        if (*ledger && (r->ledger_fd = append_to(ledger)) < 0)
                return -1;
        if (*transcript && (r->transcript_fd = append_to(transcript)) < 0)
                return -1;
        if (*maildir && (r->dir_fd = open_maildir(maildir, &r->last_file)) < 0)
                return -1;
        return 0;
}

static void write_all(int fd, const char *what, const char *p, size_t n)
{
        while (n) {
                ssize_t k = write(fd, p, n);

                if (k < 0 && errno == EINTR)
                        continue;
                if (k < 0) {
                        fprintf(stderr, "catcher: cannot write %s: %s\n", what, strerror(errno));
                        exit(1);
                }
                p += k;
                n -= (size_t) k;
        }
}

void record_flush(struct record *r)
{
        if (r->ledger.len)
                write_all(r->ledger_fd, "the ledger", r->ledger.s, r->ledger.len);
        if (r->transcript.len)
                write_all(r->transcript_fd, "the transcript", r->transcript.s, r->transcript.len);
        buf_clear(&r->ledger);
        buf_clear(&r->transcript);
}

void record_close(struct record *r)
{
        int *fds[] = {&r->ledger_fd, &r->transcript_fd, &r->dir_fd};

        record_flush(r);
        for (size_t i = 0; i < COUNT_OF(fds); i++) {
                if (*fds[i] >= 0)
                        close(*fds[i]);
                *fds[i] = -1;
        }
        buf_done(&r->ledger);
        buf_done(&r->transcript);
}

void record_line(struct record *r, unsigned conn, const char *who, const char *p, size_t n)
{
        size_t shown = n < LINE_SHOWN ? n : LINE_SHOWN;

        if (r->transcript_fd < 0)
                return;
        if (r->transcript.len > GATHER_MAX)
                record_flush(r);
        buf_addf(&r->transcript, "%lld %u %s ", (long long) r->wall, conn, who);
        for (size_t i = 0; i < shown; i++) {
                unsigned char c = (unsigned char) p[i];

                if (c < 0x20 || c == 0x7f)
                        buf_addf(&r->transcript, "\\x%02x", c);
                else
                        buf_addc(&r->transcript, p[i]);
        }
        if (shown < n)
                buf_addf(&r->transcript, " ... (%zu bytes)", n);
        buf_addc(&r->transcript, '\n');
}

void record_note(struct record *r, unsigned conn, const char *who, const char *fmt, ...)
{
        char line[512];
        va_list ap;

        if (r->transcript_fd < 0)
                return;
        va_start(ap, fmt);
        vsnprintf(line, sizeof(line), fmt, ap);
        va_end(ap);
        record_line(r, conn, who, line, strlen(line));
}

/* Length of the UTF-8 character at p[n], or 0 when there is none. */
static size_t utf8_len(const char *p, size_t n)
{
        unsigned char c = (unsigned char) *p;
        size_t len = c < 0x80 ? 1 : c < 0xc2 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 0;

        if (len > n)
                return 0;
        for (size_t i = 1; i < len; i++)
                if (((unsigned char) p[i] & 0xc0) != 0x80)
                        return 0;
        return len;
}

/* Bytes that are not UTF-8 become the code point of the same number. */
static void json_string(struct buf *b, const char *p, size_t n)
{
        buf_addc(b, '"');
        for (size_t i = 0; i < n;) {
                unsigned char c = (unsigned char) p[i];
                size_t len = utf8_len(p + i, n - i);

                if (c < 0x20 || c == 0x7f || !len) {
                        buf_addf(b, "\\u%04x", c);
                        i++;
                        continue;
                }
                if (c == '"' || c == '\\')
                        buf_addc(b, '\\');
                buf_add(b, p + i, len);
                i += len;
        }
        buf_addc(b, '"');
}

static void json_member(struct buf *b, const char *name, const char *p, size_t n)
{
        buf_addf(b, "\"%s\":", name);
        json_string(b, p, n);
        buf_addc(b, ',');
}

/* list holds strings with a NUL after each. */
static void json_list(struct buf *b, const char *name, const struct buf *list)
{
        const char *end = list->s + list->len;

        buf_addf(b, "\"%s\":[", name);
        for (const char *p = list->s; p < end; p += strlen(p) + 1) {
                if (p > list->s)
                        buf_addc(b, ',');
                json_string(b, p, strlen(p));
        }
        buf_adds(b, "],");
}

static void save_letter(struct record *r, const struct buf *body, char *name, size_t size)
{
        int fd;

        snprintf(name, size, "%06u.eml", ++r->last_file);
        fd = openat(r->dir_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
        if (fd < 0) {
                fprintf(stderr, "catcher: cannot create %s: %s\n", name, strerror(errno));
                exit(1);
        }
        write_all(fd, name, body->s, body->len);
        close(fd);
}

static const char *truth(bool b)
{
        return b ? "true" : "false";
}

void record_mail(struct record *r, unsigned conn, bool tls, const struct session *s, bool saved,
                 const char *reply, size_t n)
{
        CLEANUP(buf_done) struct buf id = BUF(SMTPD_LINE_MAX);
        struct buf *b = &r->ledger;
        struct data_facts f;
        char file[32] = "";

        if (saved && r->dir_fd >= 0)
                save_letter(r, &s->body, file, sizeof(file));
        if (r->ledger_fd < 0)
                return;
        if (b->len > GATHER_MAX)
                record_flush(r);
        f = data_measure(s->body.s, s->body.len);
        data_message_id(s->body.s, s->body.len, &id);
        buf_addf(b, "{\"t_ms\":%lld,\"conn\":%u,\"tls\":%s,", (long long) r->wall, conn,
                 truth(tls));
        json_member(b, "helo", s->helo.s, s->helo.len);
        json_member(b, "from", s->from.s, s->from.len);
        json_member(b, "mail_args", s->mail_args.s, s->mail_args.len);
        json_list(b, "rcpt", &s->rcpts);
        json_list(b, "rcpt_args", &s->rcpt_args);
        json_member(b, "message_id", id.s, id.len);
        buf_addf(b,
                 "\"hash\":\"%016llx\",\"bytes\":%zu,\"longest\":%zu,\"bare\":%zu,\"eightbit\":%s,",
                 (unsigned long long) script_hash(s->body.s, s->body.len), s->body.len, f.longest,
                 f.bare, truth(f.eight_bit));
        buf_addf(b, "\"saved\":%s,", truth(saved));
        json_member(b, "file", file, strlen(file));
        json_member(b, "reply", reply, n);
        b->s[b->len - 1] = '}';
        buf_addc(b, '\n');
}
