/*
 * scratch.h - a database in a folder of its own, and releases to play with
 *
 * scratch_setup() and scratch_teardown() are cmocka fixtures; *state is the
 * struct scratch. What cannot be done fails the test.
 */
#ifndef TESTS_SCRATCH_H
#define TESTS_SCRATCH_H

#include "press/delivery.h"
#include "press/mem.h"
#include "press/release.h"

#include <stdint.h>

#define NOON    INT64_C(1795582800000) /* 2026-11-25 12:00:00 +07:00, ms */
#define AT_NOON ((struct release_look){.now = NOON})

struct scratch {
        char folder[64];
        char path[128]; /* of the database */
        struct db *db;
};

int scratch_setup(void **state);    /* made and opened */
int scratch_teardown(void **state); /* everything removed */
void scratch_empty_folder(struct scratch *s);
void scratch_empty_wal(struct scratch *s); /* -wal and -shm are removed */

/* Fails the test with the reason when r is negative. */
#define assert_ok(r, e) assert_ok_at((r), (e), __FILE__, __LINE__)
void assert_ok_at(int r, const struct err *e, const char *file, int line);

/* The first column of a query's first row, asked over a connection of its own: what others see. */
int64_t scratch_int(const struct scratch *s, const char *sql);
/* Runs SQL from outside, as a person with the sqlite3 shell would. */
void scratch_exec(const struct scratch *s, const char *sql);

/* A statement as intake fills it, every text set; release_done() it. */
struct release scratch_release(const char *title);
/*
 * Delivery number `i` (0 ..): a journalist with the address jI@x.example, of the press when `i`
 * is odd, else of a unit; delivery_done() it.
 */
struct delivery scratch_delivery(int64_t release, int i);
/* Stages and publishes `n` recipients; approved and due at NOON when `approved`. Returns its id. */
int64_t scratch_publish(struct scratch *s, struct release *r, int n, bool approved);
/* The same for a plain release. */
int64_t scratch_approved(struct scratch *s, int n);

/* One act in a transaction of its own: `call` uses tx and te; committed unless it is negative. */
#define ACT(s, call)                                            \
        __extension__({                                         \
                CLEANUP(tx_done) struct tx tx = {0};            \
                struct err te = {0};                            \
                int act_r;                                      \
                                                                \
                assert_ok(tx_begin(&tx, (s)->db, 0, &te), &te); \
                act_r = (call);                                 \
                if (act_r >= 0)                                 \
                        assert_ok(tx_commit(&tx, &te), &te);    \
                act_r;                                          \
        })

/* Claims one delivery of `release` at `now`, and commits; false when there is none. */
bool scratch_claim(struct scratch *s, int64_t release, int64_t now, struct delivery *ret);
/* A settle of `d` as the relay's answer `code` at the dot would make it. */
struct settle scratch_settle(const struct delivery *d, enum delivery_state state, int code,
                             const char *text);
void scratch_do_settle(struct scratch *s, const struct settle *st);

/* R16: release_count says what counting the rows says, and adds up to recipients. */
void scratch_check_counts(const struct scratch *s, int64_t release);

#endif
