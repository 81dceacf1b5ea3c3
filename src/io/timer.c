/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * ev_timer_start counts from the moment that the timer last fired at, unless ev_timer_set is called
 * first, which libev allows only while the timer is stopped. A test forbids both elsewhere.
 */
#include "io/timer.h"

static void start(struct ev_loop *loop, ev_timer *timer, double first, double every)
{
    ev_timer_stop(loop, timer);
    ev_timer_set(timer, first, every);
    ev_timer_start(loop, timer);
}

void timer_start(struct ev_loop *loop, ev_timer *timer, double seconds)
{
    start(loop, timer, seconds, 0.0);
}

void timer_repeat(struct ev_loop *loop, ev_timer *timer, double seconds)
{
    start(loop, timer, seconds, seconds);
}
