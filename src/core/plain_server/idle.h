/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Warns and then removes members that are silent for room.idle_timeout. The registry keeps them in
 * the order in which they were last heard, so only the longest silent are ever examined.
 */
#ifndef ROOMD_CORE_PLAIN_SERVER_IDLE_H
#define ROOMD_CORE_PLAIN_SERVER_IDLE_H

#include <roomd/moment.h>
#include <roomd/room.h>

/*
 * Does what is due by now, a bounded amount of it, and returns when more will be (monotonic), or
 * MOMENT_NEVER_NS.
 */
void idle_tick(struct room *room, const struct moment *now);
int64_t idle_next_tick(const struct room *room);

#endif
