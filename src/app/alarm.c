// SPDX-License-Identifier: MIT
#include "press/alarm.h"

#include "press/clock.h"
#include "press/fault.h"
#include "press/log.h"
#include "press/mem.h"
#include "press/said.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define COMMANDS_MAX 16 /* alarm commands under way; more wait for nobody */

struct raised {
        struct fault fault;
        struct raised *next;
};

struct mail {
        char *to, *text;
        int64_t after; /* 0 = at once */
};

struct alarms {
        enum lang lang;
        char *command;
        char **mail_to;
        size_t nmail_to;
        struct raised *raised;
        bool changed; /* since alarms_written() */
        struct mail mail[ALARM_MAILS];
        size_t nmail;
        pid_t pid[COMMANDS_MAX];
        size_t npid;
};

struct alarms *alarms_new(void)
{
        struct alarms *a = mem_zalloc(sizeof(*a));

        a->command = mem_strdup("");
        a->changed = true; /* what a former process left in the table is old */
        return a;
}

static void setup_forget(struct alarms *a)
{
        for (size_t i = 0; i < a->nmail_to; i++)
                free(a->mail_to[i]);
        free(a->mail_to);
        free(a->command);
        a->mail_to = NULL;
        a->nmail_to = 0;
}

void alarms_free(struct alarms **ap)
{
        struct alarms *a = *ap;

        if (!a)
                return;
        setup_forget(a);
        while (a->raised) {
                struct raised *r = a->raised;

                a->raised = r->next;
                free(r);
        }
        for (size_t i = 0; i < a->nmail; i++) {
                free(a->mail[i].to);
                free(a->mail[i].text);
        }
        free(a);
        *ap = NULL;
}

void alarms_setup(struct alarms *a, const char *command, char *const *mail, size_t nmail,
                  enum lang lang)
{
        setup_forget(a);
        a->lang = lang;
        a->command = mem_strdup(command);
        a->mail_to = mem_zalloc(nmail * sizeof(*a->mail_to));
        for (; a->nmail_to < nmail; a->nmail_to++)
                a->mail_to[a->nmail_to] = mem_strdup(mail[a->nmail_to]);
}

static struct raised **find(struct alarms *a, const char *key)
{
        struct raised **at = &a->raised;

        while (*at && strcmp((*at)->fault.key, key) != 0)
                at = &(*at)->next;
        return at;
}

bool alarm_raised(const struct alarms *a, const char *key)
{
        for (const struct raised *r = a->raised; r; r = r->next)
                if (strcmp(r->fault.key, key) == 0)
                        return true;
        return false;
}

static void mail_drop(struct alarms *a, size_t i)
{
        free(a->mail[i].to);
        free(a->mail[i].text);
        memmove(a->mail + i, a->mail + i + 1, (a->nmail - i - 1) * sizeof(a->mail[0]));
        a->nmail--;
}

void alarm_mail_again(struct alarms *a, char *to, char *text, int64_t after)
{
        if (a->nmail == ALARM_MAILS)
                mail_drop(a, 0);
        a->mail[a->nmail++] = (struct mail){to, text, after};
}

/*
 * The command gets the words in its environment, never on its command line,
 * and none of our descriptors (all are close-on-exec). timeout(1) ends it after a minute.
 */
static void command_run(struct alarms *a, const char *state, const char *text)
{
        char *const argv[] = {(char *) "timeout", (char *) "60", (char *) "/bin/sh",
                              (char *) "-c",      a->command,    NULL};
        char *path = mem_printf("PATH=%s", getenv("PATH") ? getenv("PATH") : "/usr/bin:/bin");
        char *words = mem_printf("PRESS_ALARM=%s", text);
        char *when = mem_printf("PRESS_ALARM_STATE=%s", state);
        char *const env[] = {path, words, when, NULL};
        posix_spawnattr_t attr;
        sigset_t none;
        int r = EAGAIN;

        sigemptyset(&none);
        posix_spawnattr_init(&attr);
        posix_spawnattr_setsigmask(&attr, &none);
        posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK);
        if (a->npid < COMMANDS_MAX)
                r = posix_spawnp(&a->pid[a->npid], "timeout", NULL, &attr, argv, env);
        if (r == 0)
                a->npid++;
        else
                log_warning("alarm command not started: %s", strerror(r));
        posix_spawnattr_destroy(&attr);
        free(path);
        free(words);
        free(when);
}

static void tell(struct alarms *a, const char *state, const char *text)
{
        for (size_t i = 0; i < a->nmail_to; i++)
                alarm_mail_again(a, mem_strdup(a->mail_to[i]), mem_strdup(text), 0);
        if (a->command[0])
                command_run(a, state, text);
}

bool alarm_raise(struct alarms *a, const char *key, const struct err *why)
{
        struct raised **at = find(a, key);
        char text[ERR_TEXT_MAX];

        if (*at)
                return false;
        *at = mem_zalloc(sizeof(**at));
        fault_make(&(*at)->fault, key, clock_wall(), why);
        said_fault(&(*at)->fault, a->lang, text, sizeof(text));
        log_error("alarm key=\"%s\" %s", key, text);
        tell(a, "raised", text);
        a->changed = true;
        return true;
}

bool alarm_clear(struct alarms *a, const char *key)
{
        struct raised **at = find(a, key), *r = *at;
        char text[ERR_TEXT_MAX];
        struct err over;

        if (!r)
                return false;
        err_set(&over, 0, "Over: %s", key);
        err_text(&over, a->lang, text, sizeof(text));
        log_info("alarm over key=\"%s\"", key);
        tell(a, "cleared", text);
        *at = r->next;
        free(r);
        a->changed = true;
        return true;
}

bool alarms_changed(const struct alarms *a)
{
        return a->changed;
}

size_t alarms_list(const struct alarms *a, struct fault *v, size_t max)
{
        size_t n = 0;

        for (const struct raised *r = a->raised; r && n < max; r = r->next)
                v[n++] = r->fault;
        return n;
}

void alarms_written(struct alarms *a)
{
        a->changed = false;
}

static size_t mail_due(const struct alarms *a, int64_t now)
{
        size_t i = 0;

        while (i < a->nmail && a->mail[i].after > now)
                i++;
        return i;
}

bool alarm_mail_waits(const struct alarms *a, int64_t now)
{
        return mail_due(a, now) < a->nmail;
}

bool alarm_next_mail(struct alarms *a, int64_t now, char **ret_to, char **ret_text)
{
        size_t i = mail_due(a, now);

        if (i == a->nmail)
                return false;
        *ret_to = TAKE(a->mail[i].to);
        *ret_text = TAKE(a->mail[i].text);
        mail_drop(a, i);
        return true;
}

void alarms_reap(struct alarms *a)
{
        for (size_t i = 0; i < a->npid; i++) {
                int status;

                if (waitpid(a->pid[i], &status, WNOHANG) == 0)
                        continue;
                if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
                        log_warning("alarm command failed status=%d", status);
                a->pid[i--] = a->pid[--a->npid];
        }
}
