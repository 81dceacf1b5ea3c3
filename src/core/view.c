/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The administrator's view of a room: its members, doors and events, one at a time. Read only. */
#include "core/room/room_ops.h"

uint32_t room_seats(const struct room *room)
{
    return registry_seats(room->registry);
}

bool room_member(const struct room *room, uint32_t seat, struct room_member *ret_member)
{
    struct member *member = registry_seated(room->registry, seat);
    uint64_t released = transcript_released(room->transcript);
    uint64_t cursor, passed, others;

    if (member == NULL)
        return false;
    /*
     * Everything before the cursor was delivered, except its own events and the lost ones: so a
     * delivery needs no counter.
     */
    cursor = registry_slot(room->registry, member->position)->cursor;
    passed = cursor - member->first;
    others = member->lost + (member->session == NULL ? registry_plain(member)->said : UINT64_C(0));
    *ret_member = (struct room_member){
        .name = registry_shown(member),
        .path = registry_path(room->registry, member->position),
        .number = member->number,
        .owed = cursor <= released ? released - cursor + 1 : 0,
        .delivered = passed > others ? passed - others : 0,
        .lost = member->lost,
        .undelivered = member->undelivered,
        .joined_wall_ns = member->joined_wall_ns,
        .heard_ns = member->heard_ns,
        .muted_until_ns = member->muted_until_ns,
        .sequenced = member->session != NULL,
        .away = member->session != NULL && member->warned,
    };
    return true;
}

uint64_t room_last_number(const struct room *room)
{
    return registry_last_number(room->registry);
}

bool room_door(const struct room *room, uint16_t door, struct room_door *ret_door)
{
    if (door >= room->door_count)
        return false;
    *ret_door = room->doors[door];
    return true;
}

void room_events(const struct room *room, uint64_t *ret_oldest, uint64_t *ret_released)
{
    *ret_oldest = transcript_oldest(room->transcript);
    *ret_released = transcript_released(room->transcript);
}

bool room_event(const struct room *room, uint64_t seq, struct event *ret_event)
{
    return seq <= transcript_released(room->transcript) &&
           transcript_get(room->transcript, seq, ret_event);
}
