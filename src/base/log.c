// SPDX-License-Identifier: MIT
#include "press/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static enum log_level threshold = LOG_LEVEL_INFO;
static int failing;

void log_set_level(enum log_level level)
{
        threshold = level;
}

/* One write() a line, so that lines of several processes never mix. */
static void emit(enum log_level level, const char *fmt, va_list ap)
{
        char line[2048];
        int n, saved = errno;

        if (level > threshold)
                return;
        if (getenv("JOURNAL_STREAM")) {
                n = snprintf(line, sizeof(line), "<%d>", (int) level);
        } else {
                struct tm tm;
                time_t now = time(NULL);

                localtime_r(&now, &tm);
                n = (int) strftime(line, sizeof(line), "%Y-%m-%dT%H:%M:%S%z ", &tm);
        }
        n += vsnprintf(line + n, sizeof(line) - (size_t) n - 1, fmt, ap);
        if ((size_t) n > sizeof(line) - 2)
                n = (int) sizeof(line) - 2;
        line[n++] = '\n';
        /* A full log disk must not stop deliveries (the marks are in the database). */
        failing = write(STDERR_FILENO, line, (size_t) n) < 0 ? errno : 0;
        errno = saved;
}

int log_failing(void)
{
        return failing;
}

#define LOG_VERB(name, level)           \
        void name(const char *fmt, ...) \
        {                               \
                va_list ap;             \
                                        \
                va_start(ap, fmt);      \
                emit(level, fmt, ap);   \
                va_end(ap);             \
        }

LOG_VERB(log_error, LOG_LEVEL_ERROR)
LOG_VERB(log_warning, LOG_LEVEL_WARNING)
LOG_VERB(log_info, LOG_LEVEL_INFO)
LOG_VERB(log_debug, LOG_LEVEL_DEBUG)
