/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Members that say nothing for room.idle_timeout are told, and then removed. They stand in the
 * registry in the order of their silence, so only the quietest are ever looked at.
 */
#ifndef ROOMD_CORE_PLAIN_SERVER_IDLE_H
#define ROOMD_CORE_PLAIN_SERVER_IDLE_H

#include <roomd/moment.h>
#include <roomd/room.h>

/* Does what is due by now, a bounded amount of it; and when the next is due (monotonic), or
 * MOMENT_NEVER_NS. */
void idle_tick(struct room *room, const struct moment *now);
int64_t idle_next_tick(const struct room *room);

#endif
