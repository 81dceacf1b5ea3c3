/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Starts timers. A one-shot timer that is started again as it is fires at once. */
#ifndef ROOMD_IO_TIMER_H
#define ROOMD_IO_TIMER_H

#include <ev.h>

/* Makes the timer fire once after `seconds`, replacing any earlier setting. */
void timer_start(struct ev_loop *loop, ev_timer *timer, double seconds);

/* Makes it fire every `seconds`, which is more than 0. */
void timer_repeat(struct ev_loop *loop, ev_timer *timer, double seconds);

#endif
