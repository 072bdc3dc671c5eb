// SPDX-License-Identifier: MIT
#include "sqlfault.h"

#include <sqlite3.h>

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static unsigned fail_at, calls;
static int fail_code;
static bool reached;

int __real_sqlite3_step(sqlite3_stmt *st);
int __wrap_sqlite3_step(sqlite3_stmt *st);
int __real_sqlite3_exec(sqlite3 *h, const char *sql, int (*fn)(void *, int, char **, char **),
                        void *ctx, char **why);
int __wrap_sqlite3_exec(sqlite3 *h, const char *sql, int (*fn)(void *, int, char **, char **),
                        void *ctx, char **why);

void sqlfault_arm(unsigned at, int code)
{
        fail_at = at;
        fail_code = code;
        calls = 0;
        reached = false;
}

bool sqlfault_hit(void)
{
        fail_at = 0;
        return reached;
}

static bool fails(void)
{
        if (!fail_at || ++calls != fail_at)
                return false;
        if (fail_code == -1)
                kill(getpid(), SIGKILL);
        return reached = true;
}

int __wrap_sqlite3_step(sqlite3_stmt *st)
{
        return fails() ? fail_code : __real_sqlite3_step(st);
}

/* A rollback is let through: SQLite does it by itself after such errors. */
int __wrap_sqlite3_exec(sqlite3 *h, const char *sql, int (*fn)(void *, int, char **, char **),
                        void *ctx, char **why)
{
        if (sql[0] != 'R' && fails())
                return fail_code;
        return __real_sqlite3_exec(h, sql, fn, ctx, why);
}
