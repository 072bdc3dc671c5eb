// SPDX-License-Identifier: MIT
#include "sqlfault.h"

#include <sqlite3.h>

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static unsigned fail_at, calls;
static int fail_code;
static bool reached;
static uint64_t instructions;

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

uint64_t sqlfault_instructions(void)
{
        uint64_t n = instructions;

        instructions = 0;
        return n;
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
        int r;

        if (fails())
                return fail_code;
        r = __real_sqlite3_step(st);
        instructions += (unsigned) sqlite3_stmt_status(st, SQLITE_STMTSTATUS_VM_STEP, 1);
        return r;
}

/* A rollback is let through: SQLite does it by itself after such errors. */
int __wrap_sqlite3_exec(sqlite3 *h, const char *sql, int (*fn)(void *, int, char **, char **),
                        void *ctx, char **why)
{
        if (sql[0] != 'R' && fails())
                return fail_code;
        return __real_sqlite3_exec(h, sql, fn, ctx, why);
}
