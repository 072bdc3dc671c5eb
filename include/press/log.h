/*
 * log.h - one event, one line on standard error
 *
 * Only app, cli and the mains log; lower layers return the reason. A line is
 * "what happened key=value key=value". Under systemd (JOURNAL_STREAM) it starts
 * with the syslog level "<N>"; elsewhere with the local time. Foreign text
 * passes through text_escape() first, and secrets never come here.
 */
#ifndef PRESS_LOG_H
#define PRESS_LOG_H

enum log_level { /* syslog's numbers */
                 LOG_LEVEL_ERROR = 3,
                 LOG_LEVEL_WARNING = 4,
                 LOG_LEVEL_INFO = 6,
                 LOG_LEVEL_DEBUG = 7
};

/* Lines above `level` are dropped. Default LOG_LEVEL_INFO. */
void log_set_level(enum log_level level);

/* errno of the last line, 0 when it was written: it stops nothing, but somebody must hear (R81). */
int log_failing(void);

void log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
