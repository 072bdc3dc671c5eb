/*
 * alarm.h - a fault is told once when it begins and once when it is over
 *
 * Each fault has a key ("relay main", "storage"). Raising a raised one does
 * nothing. Told by: the log, the `command` of notify (fork and exec of /bin/sh -c, with
 * PRESS_ALARM and PRESS_ALARM_STATE in its environment, at most 60 s), and mail to
 * notify.mail, which the caller sends (alarm_next_mail) because the relays are its own.
 */
#ifndef PRESS_ALARM_H
#define PRESS_ALARM_H

#include "press/err.h"
#include "press/msg.h"

#include <stdbool.h>
#include <stdint.h>

struct alarms;
struct fault;

#define ALARM_MAILS 64 /* kept while no relay takes them; then the oldest goes */

struct alarms *alarms_new(void);
void alarms_free(struct alarms **a);
/* What `notify` says now. Strings are copied. */
void alarms_setup(struct alarms *a, const char *command, char *const *mail, size_t nmail,
                  enum lang lang);

/* true when it was not raised before. Told in the configured language, kept for any (fault.h). */
bool alarm_raise(struct alarms *a, const char *key, const struct err *why);
/* true when it was raised. */
bool alarm_clear(struct alarms *a, const char *key);
bool alarm_raised(const struct alarms *a, const char *key);

/* For the table of store/fault: true after a change until alarms_written(). */
bool alarms_changed(const struct alarms *a);
size_t alarms_list(const struct alarms *a, struct fault *v, size_t max);
void alarms_written(struct alarms *a);

/* `now` in ms, of a clock that only goes forward. */
bool alarm_mail_waits(const struct alarms *a, int64_t now);
/* The next alarm mail to send: whom to, and what; both are the caller's to free(). */
bool alarm_next_mail(struct alarms *a, int64_t now, char **ret_to, char **ret_text);
/* Puts one back that could not be sent, for not before `after`. Takes both over. */
void alarm_mail_again(struct alarms *a, char *to, char *text, int64_t after);

/* SIGCHLD: takes the ended commands. */
void alarms_reap(struct alarms *a);

#endif
