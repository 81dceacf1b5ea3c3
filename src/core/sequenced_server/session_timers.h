/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The timers of a session: the end of a burst (HEAD), a gap (GAP), repairs that had to wait; and
 * the times after which it is away, or ended. One timer serves the whole room: sessions with the
 * same wait are in one queue, in the order in which they are due, and only the first is examined.
 */
#ifndef ROOMD_CORE_SEQUENCED_SERVER_SESSION_TIMERS_H
#define ROOMD_CORE_SEQUENCED_SERVER_SESSION_TIMERS_H

#include "core/model/sessions.h"

#include <roomd/moment.h>
#include <roomd/room.h>

/*
 * Does what is due, a bounded amount of it, and returns when more will be (monotonic), or
 * MOMENT_NEVER_NS.
 */
void session_timers_tick(struct room *room, const struct moment *now);
int64_t session_timers_next_tick(const struct room *room);

#endif
