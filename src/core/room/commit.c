/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The same for a room with a log and for one without. */
#include "core/room/commit.h"

void commit_event(struct room *room, const struct moment *now, const struct event *event,
                  const struct path *path)
{
    fold_event(room, now, (enum event_kind)event->kind);
    observers_happened(&room->observers, now, event, path);
}
