/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * When a session is told something unasked: the end of a burst (HEAD), a gap (GAP), repairs that
 * had to wait; and when it is away, or over. One alarm for the room: sessions that wait equally
 * long stand in a line, in the order in which they are due, and nobody looks at any but the first.
 */
#ifndef ROOMD_CORE_SEQUENCED_SERVER_SESSION_TIMERS_H
#define ROOMD_CORE_SEQUENCED_SERVER_SESSION_TIMERS_H

#include "core/model/sessions.h"

#include <roomd/moment.h>
#include <roomd/room.h>

/* Does what is due, a bounded amount of it, and tells when something is due next (monotonic), or
 * MOMENT_NEVER_NS. */
void session_timers_tick(struct room *room, const struct moment *now);
int64_t session_timers_next_tick(const struct room *room);

#endif
