// SPDX-License-Identifier: MIT
#include "client.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void client_die(const char *format, ...)
{
        va_list ap;

        va_start(ap, format);
        vfprintf(stderr, format, ap);
        va_end(ap);
        fputc('\n', stderr);
        exit(1);
}

static void read_letter(struct client *c, const char *path)
{
        FILE *f = fopen(path, "re");
        long n;

        if (!f || fseek(f, 0, SEEK_END) < 0 || (n = ftell(f)) < 2)
                client_die("%s: cannot be read, or is empty", path);
        rewind(f);
        c->letter_len = (size_t) n;
        c->letter = malloc(c->letter_len);
        if (!c->letter || fread(c->letter, 1, c->letter_len, f) != c->letter_len)
                client_die("%s: %s", path, strerror(errno));
        fclose(f);
        if (memcmp(c->letter + c->letter_len - 2, "\r\n", 2) != 0)
                client_die("%s: does not end in CRLF", path);
}

void client_options(struct client *c, int argc, char **argv)
{
        static const struct option options[] = {
                {"to", required_argument, NULL, 't'},
                {"connections", required_argument, NULL, 'c'},
                {"count", required_argument, NULL, 'n'},
                {"letter", required_argument, NULL, 'l'},
                {0},
        };
        int k;

        *c = (struct client){0};
        while ((k = getopt_long(argc, argv, "", options, NULL)) != -1) {
                switch (k) {
                case 't': sscanf(optarg, "%63[^:]:%u", c->host, &c->port); break;
                case 'c': c->connections = (unsigned) strtoul(optarg, NULL, 10); break;
                case 'n': c->count = (unsigned) strtoul(optarg, NULL, 10); break;
                case 'l': read_letter(c, optarg); break;
                default: exit(64);
                }
        }
        if (!c->port || !c->connections || !c->count || !c->letter) {
                fprintf(stderr,
                        "usage: %s --to HOST:PORT --connections N --count N --letter FILE\n",
                        argv[0]);
                exit(64);
        }
}

size_t client_own(char *p, unsigned n)
{
        return (size_t) snprintf(p, OWN_MAX,
                                 "To: Nguoi %06u <n%06u@paper%u.example>\r\n"
                                 "Message-ID: <bench.%06u@press.test.example>\r\n"
                                 "X-Greeting: Kinh gui: Ong/Ba Nguoi %06u, Bao %u\r\n",
                                 n, n, n % 50, n, n, n % 50);
}

size_t client_from(char *p, unsigned n)
{
        return (size_t) snprintf(p, OWN_MAX, "bounce+n%06u@press.test.example", n);
}

size_t client_rcpt(char *p, unsigned n)
{
        return (size_t) snprintf(p, OWN_MAX, "n%06u@paper%u.example", n, n % 50);
}
