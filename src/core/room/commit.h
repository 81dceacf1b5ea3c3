/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* What follows when an event is committed: it is released, at once or later, and observers hear. */
#ifndef ROOMD_CORE_ROOM_COMMIT_H
#define ROOMD_CORE_ROOM_COMMIT_H

#include "core/room/room_state.h"

/* `path` is where its author was, or NULL. The transcript has it as committed. */
void commit_event(struct room *room, const struct moment *now, const struct event *event,
                  const struct path *path);

#endif
