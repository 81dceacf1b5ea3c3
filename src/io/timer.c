/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* libev timers may only be set while stopped. */
#include "io/timer.h"

void timer_start(struct ev_loop *loop, ev_timer *timer, double seconds)
{
    ev_timer_stop(loop, timer);
    ev_timer_set(timer, seconds, 0.0);
    ev_timer_start(loop, timer);
}
