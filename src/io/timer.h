/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* A timer that rings once. */
#ifndef ROOMD_IO_TIMER_H
#define ROOMD_IO_TIMER_H

#include <ev.h>

/* It rings after so many seconds from now, in place of what it was set to before. */
void timer_start(struct ev_loop *loop, ev_timer *timer, double seconds);

#endif
