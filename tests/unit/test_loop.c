// SPDX-License-Identifier: MIT
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "press/clock.h"
#include "press/loop.h"
#include "press/mem.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct loop *loop;
static int pair[2], other[2];
static char order[64]; /* what ran, one letter each */

static void note(char c)
{
        size_t n = strlen(order);

        assert_true(n + 1 < sizeof(order));
        order[n] = c;
        order[n + 1] = '\0';
}

static int setup(void **state)
{
        (void) state;
        order[0] = '\0';
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, other), 0);
        return loop_open(&loop, NULL);
}

static int teardown(void **state)
{
        (void) state;
        loop_close(&loop);
        for (int i = 0; i < 2; i++) {
                close(pair[i]);
                close(other[i]);
        }
        return 0;
}

static void stop(void *ctx)
{
        (void) ctx;
        loop_stop(loop);
}

static void run_for(int64_t ms)
{
        struct loop_timer t = {0};

        loop_timer_set(loop, &t, loop_now(loop) + ms, stop, NULL);
        assert_int_equal(loop_run(loop, NULL), 0);
        loop_timer_stop(loop, &t);
}

static unsigned seen;
static void on_fd(void *ctx, int fd, unsigned events)
{
        char b[64];

        seen = events;
        note(*(const char *) ctx);
        if (events & LOOP_READ)
                (void) !read(fd, b, sizeof(b));
}

static void poke(int fd)
{
        assert_int_equal(write(fd, "x", 1), 1);
}

static void test_what_is_readable_is_delivered_once(void **state)
{
        (void) state;
        assert_int_equal(loop_watch(loop, pair[0], LOOP_READ, on_fd, (void *) "a"), 0);
        poke(pair[1]);
        run_for(2);
        assert_string_equal(order, "a");
        assert_int_equal(seen, LOOP_READ);
}

static void test_write_interest_comes_and_goes(void **state)
{
        (void) state;
        loop_watch(loop, pair[0], LOOP_READ | LOOP_WRITE, on_fd, (void *) "a");
        poke(pair[1]);
        run_for(0);
        assert_int_equal(seen, LOOP_READ | LOOP_WRITE);
        order[0] = '\0';
        loop_watch(loop, pair[0], LOOP_READ, on_fd, (void *) "a");
        run_for(2);
        assert_string_equal(order, "");
}

static void test_no_events_means_silence_even_when_the_peer_hangs_up(void **state)
{
        (void) state;
        loop_watch(loop, pair[0], LOOP_READ, on_fd, (void *) "a");
        loop_watch(loop, pair[0], 0, on_fd, (void *) "a");
        poke(pair[1]);
        shutdown(pair[1], SHUT_RDWR);
        run_for(2);
        assert_string_equal(order, "");
        loop_watch(loop, pair[0], LOOP_READ, on_fd, (void *) "b");
        run_for(0);
        assert_int_equal(order[0], 'b');
}

static void test_a_hang_up_shows_as_both(void **state)
{
        (void) state;
        loop_watch(loop, pair[0], LOOP_READ, on_fd, (void *) "a");
        shutdown(pair[0], SHUT_RDWR);
        run_for(0);
        assert_int_equal(seen, LOOP_READ | LOOP_WRITE);
}

/* Both are ready in one wait; whoever comes first removes the other. */
static void unwatch_the_other(void *ctx, int fd, unsigned events)
{
        (void) ctx;
        (void) events;
        note('u');
        loop_unwatch(loop, fd == pair[0] ? other[0] : pair[0]);
        loop_unwatch(loop, fd);
}

static void test_an_event_of_an_unwatched_descriptor_is_not_delivered(void **state)
{
        (void) state;
        loop_watch(loop, pair[0], LOOP_READ, unwatch_the_other, NULL);
        loop_watch(loop, other[0], LOOP_READ, unwatch_the_other, NULL);
        poke(pair[1]);
        poke(other[1]);
        run_for(2);
        assert_string_equal(order, "u");
}

/* The number of a closed descriptor is taken by a new one within the same batch. */
static void reuse_the_other(void *ctx, int fd, unsigned events)
{
        int victim = fd == pair[0] ? other[0] : pair[0];

        (void) ctx;
        (void) events;
        note('r');
        loop_unwatch(loop, fd);
        loop_unwatch(loop, victim);
        close(victim);
        assert_int_equal(dup(STDERR_FILENO), victim);
        assert_int_equal(loop_watch(loop, victim, 0, on_fd, (void *) "!"), 0);
}

static void test_a_stale_event_does_not_reach_the_next_holder_of_the_number(void **state)
{
        (void) state;
        loop_watch(loop, pair[0], LOOP_READ, reuse_the_other, NULL);
        loop_watch(loop, other[0], LOOP_READ, reuse_the_other, NULL);
        poke(pair[1]);
        poke(other[1]);
        run_for(2);
        assert_string_equal(order, "r");
}

/* libcurl may close a descriptor before it says so: the kernel has forgotten it already. */
static void test_a_number_closed_and_reopened_unseen_can_be_watched_again(void **state)
{
        (void) state;
        loop_watch(loop, pair[0], LOOP_READ, on_fd, (void *) "a");
        close(pair[0]);
        close(pair[1]);
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
        assert_int_equal(loop_watch(loop, pair[0], LOOP_READ | LOOP_WRITE, on_fd, (void *) "b"), 0);
        run_for(0);
        assert_int_equal(order[0], 'b');
}

static void test_watching_what_is_not_open_fails(void **state)
{
        int fd = dup(STDERR_FILENO);

        (void) state;
        close(fd);
        assert_true(loop_watch(loop, fd, LOOP_READ, on_fd, NULL) < 0);
}

static void tick(void *ctx)
{
        note(*(const char *) ctx);
}

static void test_timers_run_by_time_and_a_stopped_one_never(void **state)
{
        struct loop_timer t[5] = {0};
        int64_t now = loop_now(loop);

        (void) state;
        loop_timer_set(loop, &t[0], now + 4, tick, (void *) "d");
        loop_timer_set(loop, &t[1], now + 2, tick, (void *) "b");
        loop_timer_set(loop, &t[2], now + 3, tick, (void *) "c");
        loop_timer_set(loop, &t[3], now + 900, tick, (void *) "a");
        loop_timer_set(loop, &t[4], now + 1, tick, (void *) "x");
        loop_timer_stop(loop, &t[4]);
        loop_timer_stop(loop, &t[4]);
        loop_timer_set(loop, &t[3], now + 1, tick, (void *) "a"); /* moved */
        run_for(6);
        assert_string_equal(order, "abcd");
        for (size_t i = 0; i < COUNT_OF(t); i++)
                assert_int_equal(t[i].at, 0);
}

/* Numbers without a pattern, then every third stopped: the heap must stay one. */
static void test_a_thousand_timers_keep_their_order(void **state)
{
        static struct loop_timer t[1000];
        int64_t now = loop_now(loop);
        unsigned r = 1;

        (void) state;
        for (size_t i = 0; i < COUNT_OF(t); i++) {
                r = r * 1103515245u + 12345u;
                loop_timer_set(loop, &t[i], now + 100000 + r % 5000, stop, NULL);
        }
        for (size_t i = 0; i < COUNT_OF(t); i += 3)
                loop_timer_stop(loop, &t[i]);
        for (size_t i = 0; i < COUNT_OF(t); i++) {
                unsigned child = t[i].slot;

                if (!child)
                        continue;
                for (size_t j = 0; j < COUNT_OF(t); j++)
                        if (t[j].slot && t[j].slot == child / 2)
                                assert_true(t[j].at <= t[i].at);
        }
        for (size_t i = 0; i < COUNT_OF(t); i++)
                loop_timer_stop(loop, &t[i]);
}

static struct loop_timer again;
static unsigned rounds;
static void rearm(void *ctx)
{
        (void) ctx;
        if (++rounds < 3)
                loop_timer_set(loop, &again, loop_now(loop), rearm, NULL);
        note('t');
}

static void turn(void *ctx)
{
        note(*(const char *) ctx);
        if (rounds >= 3)
                loop_stop(loop);
}

static void test_a_timer_set_for_now_waits_for_the_next_turn(void **state)
{
        (void) state;
        rounds = 0;
        loop_on_turn(loop, turn, (void *) "|");
        loop_timer_set(loop, &again, loop_now(loop), rearm, NULL);
        assert_int_equal(loop_run(loop, NULL), 0);
        assert_string_equal(order, "t|t|t|");
}

static void test_the_turn_follows_descriptors_and_timers_and_is_followed_by_its_end(void **state)
{
        struct loop_timer t = {0};

        (void) state;
        loop_on_turn(loop, turn, (void *) "|");
        loop_after_turn(loop, tick, (void *) ".");
        loop_watch(loop, pair[0], LOOP_READ, on_fd, (void *) "f");
        poke(pair[1]);
        rounds = 3;
        loop_timer_set(loop, &t, loop_now(loop), tick, (void *) "t");
        assert_int_equal(loop_run(loop, NULL), 0);
        assert_string_equal(order, "ft|.");
}

static void on_signal(void *ctx, int signo)
{
        (void) ctx;
        note(signo == SIGTERM ? 'T' : '?');
        loop_stop(loop);
}

static void test_a_signal_arrives_as_a_callback(void **state)
{
        static const int signals[] = {SIGTERM, SIGINT, 0};

        (void) state;
        assert_int_equal(loop_signals(loop, signals, on_signal, NULL, NULL), 0);
        raise(SIGTERM);
        assert_int_equal(loop_run(loop, NULL), 0);
        assert_string_equal(order, "T");
}

static int64_t turn_at[3];
static size_t nturns;

static void gather_in_the_first_turn(void *ctx)
{
        (void) ctx;
        turn_at[nturns] = clock_mono();
        if (nturns++ == 0)
                loop_gather(loop, 3000000);
        if (nturns == COUNT_OF(turn_at))
                loop_stop(loop);
}

static void unread(void *ctx, int fd, unsigned events)
{
        (void) ctx;
        (void) fd;
        (void) events;
}

static void test_only_the_turn_behind_a_gathering_one_comes_later(void **state)
{
        (void) state;
        nturns = 0;
        loop_on_turn(loop, gather_in_the_first_turn, NULL);
        assert_int_equal(write(pair[1], "x", 1), 1);
        assert_int_equal(loop_watch(loop, pair[0], LOOP_READ, unread, NULL), 0); /* each turn */
        assert_int_equal(loop_run(loop, NULL), 0);
        assert_true(turn_at[1] - turn_at[0] >= 2); /* whole ms, cut off */
}

/* Without it the loop would sleep for ever: nothing comes and no timer runs. */
static void test_the_turn_behind_a_gathering_one_needs_no_event(void **state)
{
        (void) state;
        loop_on_turn(loop, gather_in_the_first_turn, NULL);
        loop_gather(loop, 1000);
        nturns = 2;
        assert_int_equal(loop_run(loop, NULL), 0);
        assert_int_equal(nturns, 3);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
        const struct CMUnitTest tests[] = {
                T(test_what_is_readable_is_delivered_once),
                T(test_only_the_turn_behind_a_gathering_one_comes_later),
                T(test_the_turn_behind_a_gathering_one_needs_no_event),
                T(test_write_interest_comes_and_goes),
                T(test_no_events_means_silence_even_when_the_peer_hangs_up),
                T(test_a_hang_up_shows_as_both),
                T(test_an_event_of_an_unwatched_descriptor_is_not_delivered),
                T(test_a_stale_event_does_not_reach_the_next_holder_of_the_number),
                T(test_a_number_closed_and_reopened_unseen_can_be_watched_again),
                T(test_watching_what_is_not_open_fails),
                T(test_timers_run_by_time_and_a_stopped_one_never),
                T(test_a_thousand_timers_keep_their_order),
                T(test_a_timer_set_for_now_waits_for_the_next_turn),
                T(test_the_turn_follows_descriptors_and_timers_and_is_followed_by_its_end),
                T(test_a_signal_arrives_as_a_callback),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
