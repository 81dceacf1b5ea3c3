/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* A one-shot timer. */
#ifndef ROOMD_IO_TIMER_H
#define ROOMD_IO_TIMER_H

#include <ev.h>

/* Makes the timer fire once after `seconds`, replacing any earlier setting. */
void timer_start(struct ev_loop *loop, ev_timer *timer, double seconds);

#endif
