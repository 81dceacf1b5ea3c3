/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Timers, on a clock that only the loop moves. */
#include "fake_loop.h"
#include "io/timer.h"

#include <criterion/criterion.h>

static struct ev_loop *loop;
static ev_timer timer;
static unsigned fired;

static void on_timer(struct ev_loop *of, ev_timer *watcher, int events)
{
    (void)of;
    (void)watcher;
    (void)events;
    fired++;
}

static void set_up(void)
{
    loop = ev_loop_new(EVBACKEND_EPOLL);
    cr_assert_not_null(loop);
    ev_timer_init(&timer, on_timer, 0.0, 0.0);
}

static void tear_down(void)
{
    ev_timer_stop(loop, &timer);
    ev_loop_destroy(loop);
}

TestSuite(timer, .init = set_up, .fini = tear_down);

Test(timer, each_start_waits_for_the_whole_time)
{
    for (unsigned i = 1; i <= 3; i++) {
        timer_start(loop, &timer, 1.0);
        fake_loop_run(loop, 0.9);
        cr_expect_eq(fired, i - 1);
        fake_loop_run(loop, 0.2);
        cr_expect_eq(fired, i);
        fake_loop_run(loop, 5.0);
        cr_expect_eq(fired, i, "once");
    }
}

Test(timer, another_start_replaces_the_first)
{
    timer_start(loop, &timer, 1.0);
    fake_loop_run(loop, 0.5);
    timer_start(loop, &timer, 2.0);
    fake_loop_run(loop, 1.9);
    cr_expect_eq(fired, 0);
    fake_loop_run(loop, 0.2);
    cr_expect_eq(fired, 1);
}

Test(timer, a_repeated_one_goes_on)
{
    timer_repeat(loop, &timer, 1.0);
    fake_loop_run(loop, 4.5);
    cr_expect_eq(fired, 4);
}
