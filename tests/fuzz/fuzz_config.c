// SPDX-License-Identifier: MIT
/* press.conf: whatever stands in it, it is loaded whole and right, or refused with a line. */
#include "fuzz.h"

#include "press/addr.h"
#include "press/config.h"
#include "press/mem.h"
#include "press/zone.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static unsigned lines(const uint8_t *s, size_t n)
{
        unsigned count = 1;

        for (size_t i = 0; i < n; i++)
                count += s[i] == '\n';
        return count;
}

static void check_policy(const struct retry_policy *p)
{
        must(p->nsteps >= 1 && p->nsteps <= RETRY_STEPS_MAX);
        for (size_t i = 0; i < p->nsteps; i++)
                must(p->step_ms[i] > 0);
        must(p->give_up_ms > 0);
        must(retry_delay(p, 1, 0) > 0 && retry_delay(p, 1000, UINT32_MAX) > 0);
}

static void check_relay(const struct config_relay *r)
{
        must(r->name[0] && r->url[0]);
        must(r->connections >= 1 && r->messages_per_connection >= 1 && r->rate >= 0);
        fuzz_clean(r->url, 0);
        must(!r->username[0] == !r->password_file[0]);
}

static void check_return_path(const char *s)
{
        const char *hole = strstr(s, "{tag}"), *at = strrchr(s, '@');

        must(hole && at && hole < at);
        must(!strstr(hole + 1, "{tag}"));
}

static void check(const struct config *c)
{
        struct addr a;
        char domain[256];

        must(c->database[0] && c->socket[0] && c->list_id[0]);
        must(addr_domain(c->domain, domain, NULL) == 0 && strcmp(domain, c->domain) == 0);
        must(addr_parse(c->from_address, &a, NULL) == 0);
        must(strcmp(a.mailbox, c->from_address) == 0);
        fuzz_clean(c->from_name, 0);
        check_return_path(c->return_path);
        must(strcmp(zone_name(), c->timezone) == 0);
        must(c->max_message > 0 && c->grace_ms >= 0);
        must(c->nrelay >= 1);
        for (size_t i = 0; i < c->nrelay; i++)
                check_relay(&c->relay[i]);
        for (size_t i = 1; i < c->nrelay; i++)
                must(c->relay[i - 1].preference <= c->relay[i].preference);
        for (int i = 0; i < RELEASE_CLASSES; i++)
                check_policy(&c->class[i]);
        for (size_t i = 0; i < c->ndomain_limit; i++)
                must(addr_domain(c->domain_limit[i].domain, domain, NULL) == 0);
        for (size_t i = 0; i < c->nallow; i++)
                must(c->allow[i][0] == '@' || addr_parse(c->allow[i], &a, NULL) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
        CLEANUP(config_free) struct config *c = NULL;
        struct err e = {0};
        char path[64];
        int fd = memfd_create("press.conf", MFD_CLOEXEC), r;

        must(fd >= 0 && write(fd, data, n) == (ssize_t) n);
        snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
        must(zone_open("UTC", NULL) == 0);
        r = config_load(path, &c, &e);
        close(fd);
        if (r < 0) {
                must(!c);
                fuzz_reason(&e, -EINVAL);
                must(strcmp(e.file, path) == 0 && e.line <= lines(data, n));
                must(strcmp(zone_name(), "UTC") == 0);
                return 0;
        }
        check(c);
        return 0;
}
