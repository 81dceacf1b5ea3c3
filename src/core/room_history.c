/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The log's answers to questions for the past go to those who have asked. */
#include "core/sequenced_server/session_history.h"

void room_history_event(struct room *room, const struct moment *now, uint64_t id,
                        const struct event *event)
{
    (void)now;
    session_history_event(room, id, event);
}

void room_history_end(struct room *room, const struct moment *now, uint64_t id,
                      enum room_history_result result, uint64_t next)
{
    session_history_end(room, now, id, result, next);
}
